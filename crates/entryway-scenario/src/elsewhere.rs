//! What no scenario can show, why, and which test does.

mod certificates;
mod decisions;

/// A reason, a fault, or a setting that is shown by something else.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere {
    /// The code or the path; one that ends in `.` or `[]` stands for everything below it.
    pub name: &'static str,
    /// Why no scenario can.
    pub why: &'static str,
    /// The file of a test, and a piece of its text: the test's name.
    pub test: (&'static str, &'static str),
}

/// Whether this reason, fault or setting is shown by something else.
pub fn is_shown_elsewhere(name: &str) -> bool {
    shown_elsewhere().any(|known| {
        let below = known.name.ends_with('.') || known.name.ends_with("[]");
        known.name == name || (below && name.starts_with(known.name))
    })
}

/// Loads every setting with another value, and sees that it matters.
const EVERY_EXAMPLE: (&str, &str) = (
    "crates/entryway-config/src/catalogue/tests.rs",
    "every_example_loads_and_matters",
);

/// All of it.
pub fn shown_elsewhere() -> impl Iterator<Item = &'static Elsewhere> {
    let decided = decisions::TABLE.iter().chain(certificates::TABLE);
    TABLE.iter().chain(decided)
}

const TABLE: &[Elsewhere] = &[
    Elsewhere {
        name: "include",
        why: "a scenario's own configuration is an included file",
        test: ("crates/entryway-config/tests/good.rs", "everything_at_once"),
    },
    Elsewhere {
        name: "server.",
        why: "where HTTP is served decides no login",
        test: ("crates/entryway-config/tests/good.rs", "everything_at_once"),
    },
    Elsewhere {
        name: "directory.",
        why: "look-ups decide no login",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "address_book.<name>.",
        why: "likewise",
        test: (
            "crates/entryway-directory/tests/books.rs",
            "a_book_is_a_view_and_filters_are_beside_one_another_or_alone",
        ),
    },
    Elsewhere {
        name: "sso.",
        why: "a document has no browser and no application",
        test: ("crates/entryway-config/tests/sso.rs", "an_issuer_is_enough"),
    },
    Elsewhere {
        name: "client.<name>.",
        why: "likewise",
        test: (
            "crates/entryway-config/tests/sso.rs",
            "everything_of_a_client",
        ),
    },
    Elsewhere {
        name: "forward_auth.",
        why: "says which requests a proxy lets pass; a login does not know it",
        test: (
            "crates/entryway-config/tests/forward.rs",
            "every_criterion_of_a_row_counts",
        ),
    },
    Elsewhere {
        name: "hub.",
        why: "says how connectors dial in; no login depends on it",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "connector.",
        why: "says how a site reaches its hub and what leaves it",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "site.<name>.",
        why: "needs a connector at the end of a tunnel",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "domain.<name>.people.find_filter",
        why: "likewise",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "domain.<name>.people.description_attribute",
        why: "likewise",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "domain.<name>.people.shown_attributes",
        why: "likewise",
        test: (
            "crates/entryway-directory/tests/resolve.rs",
            "somebody_by_id_is_read_once_and_told_again",
        ),
    },
    Elsewhere {
        name: "domain.<name>.groups.find_filter",
        why: "likewise",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "domain.<name>.groups.description_attribute",
        why: "likewise",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "domain.<name>.groups.max_members",
        why: "likewise",
        test: (
            "crates/entryway-directory/tests/members.rs",
            "depth_and_budgets_are_told_of",
        ),
    },
    Elsewhere {
        name: "domain.<name>.groups.max_groups",
        why: "no scenario has as many groups as would be too many",
        test: (
            "crates/entryway-directory/tests/groups.rs",
            "budgets_are_told_of",
        ),
    },
    Elsewhere {
        name: "domain.<name>.groups.max_searches",
        why: "no scenario has as many groups as would be too many",
        test: (
            "crates/entryway-directory/tests/members.rs",
            "depth_and_budgets_are_told_of",
        ),
    },
    Elsewhere {
        name: "domain.<name>.groups.dynamic",
        why: "the directory of a scenario has no groups that are a search",
        test: (
            "crates/entryway-directory/tests/members.rs",
            "groups_that_are_a_search_are_evaluated_both_ways_and_never_over_secrets",
        ),
    },
    Elsewhere {
        name: "domain.<name>.groups.dynamic_class",
        why: "the directory of a scenario has no groups that are a search",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "domain.<name>.groups.url_attribute",
        why: "the directory of a scenario has no groups that are a search",
        test: EVERY_EXAMPLE,
    },
    Elsewhere {
        name: "token[]",
        why: "who may call the API decides no login",
        test: (
            "crates/entryway-web/tests/it/api.rs",
            "rfc6750_3_1_callers_are_told_what_is_missing",
        ),
    },
    Elsewhere {
        name: "store.",
        why: "where accounts are kept decides no login; the battery runs on each kind of store",
        test: (
            "crates/entryway-store/src/battery/opening.rs",
            "two_who_open_an_empty_store_make_one",
        ),
    },
    Elsewhere {
        name: "audit.",
        why: "a record is made of a decision",
        test: (
            "crates/entryway-store/src/battery/audit.rs",
            "what_is_pruned_is_gone_and_the_rest_verifies",
        ),
    },
    Elsewhere {
        name: "os.",
        why: "a scenario's accounts of the operating system bring a service and a folder of their own",
        test: (
            "crates/entryway-os/tests/it/limits.rs",
            "who_finds_no_room_waits_until_the_deadline_and_no_longer",
        ),
    },
    Elsewhere {
        name: "login.deadline",
        why: "a login that is late is late at any limit; how late, no document measures",
        test: (
            "crates/entryway/tests/it/serve.rs",
            "a_silent_directory_ends_in_time_and_shows_in_readiness",
        ),
    },
    Elsewhere {
        name: "login.reject_after",
        why: "when an answer leaves is not which",
        test: ("xtask/src/prove/timing.rs", "reject_after"),
    },
    Elsewhere {
        name: "throttle.stores",
        why: "a document has one store",
        test: (
            "crates/entryway-store/src/throttle/book/tests/directory.rs",
            "stores_that_know_of_each_others_number_alone_lock_nobody",
        ),
    },
    Elsewhere {
        name: "throttle.window",
        why: "no document waits for minutes",
        test: (
            "crates/entryway-store/src/throttle/book/tests.rs",
            "time_empties_evenly",
        ),
    },
    Elsewhere {
        name: "tls.identity",
        why: "no server of a scenario asks for a certificate",
        test: (
            "crates/entryway-ldap/tests/tls.rs",
            "a_bind_by_certificate_is_sent_after_tls_and_its_refusal_names_the_certificate",
        ),
    },
    Elsewhere {
        name: "domain.<name>.tls.identity",
        why: "likewise",
        test: (
            "crates/entryway-ldap/tests/tls.rs",
            "a_bind_by_certificate_is_sent_after_tls_and_its_refusal_names_the_certificate",
        ),
    },
    Elsewhere {
        name: "tls.min_version",
        why: "every server of a scenario knows the newest version",
        test: (
            "crates/entryway-ldap/tests/tls.rs",
            "no_version_in_common_is_said",
        ),
    },
    Elsewhere {
        name: "domain.<name>.tls.min_version",
        why: "likewise",
        test: (
            "crates/entryway-ldap/tests/tls.rs",
            "no_version_in_common_is_said",
        ),
    },
    Elsewhere {
        name: "domain.<name>.tls.server_name",
        why: "the login alone sees no certificate, and the servers of a scenario are named as its configuration has it",
        test: (
            "crates/entryway-ldap/tests/tls.rs",
            "the_expected_name_can_be_set",
        ),
    },
    Elsewhere {
        name: "dns.",
        why: "a scenario's servers are named as its configuration has them, and no name server is asked",
        test: (
            "crates/entryway-directory/src/roster/tests.rs",
            "the_first_login_finds_the_servers_in_the_order_of_their_priority",
        ),
    },
    Elsewhere {
        name: "domain.<name>.srv",
        why: "likewise",
        test: (
            "crates/entryway-directory/src/roster/tests.rs",
            "the_first_login_finds_the_servers_in_the_order_of_their_priority",
        ),
    },
    Elsewhere {
        name: "domain.<name>.referrals",
        why: "the servers of a scenario hold all of their domain",
        test: (
            "crates/entryway-directory/tests/referrals.rs",
            "a_search_goes_on_where_it_is_referred_to_and_the_bind_follows_the_entry",
        ),
    },
    Elsewhere {
        name: "domain.<name>.timeouts.connect",
        why: "how long a server is waited for, no document measures",
        test: (
            "crates/entryway-ldap/tests/tls.rs",
            "a_handshake_that_is_closed_or_never_answered_is_no_question_of_trust",
        ),
    },
    Elsewhere {
        name: "domain.<name>.timeouts.operation",
        why: "likewise",
        test: (
            "crates/entryway-ldap/tests/hostile.rs",
            "silence_costs_its_limit_and_the_connection",
        ),
    },
    Elsewhere {
        name: "domain.<name>.timeouts.idle",
        why: "no document waits for minutes",
        test: (
            "crates/entryway-ldap/tests/exchange.rs",
            "idle_connections_are_closed",
        ),
    },
    Elsewhere {
        name: "domain.<name>.encrypt_find_login",
        why: "what is inside TLS and what is not, no answer of a login shows",
        test: (
            "crates/entryway-config/tests/roles.rs",
            "passwords_leaves_lookups_in_clear",
        ),
    },
    Elsewhere {
        name: "domain.<name>.cards.",
        why: "a login asks for no card",
        test: (
            "crates/entryway-config/tests/roles.rs",
            "cards_may_be_elsewhere_with_rules_of_their_own",
        ),
    },
    Elsewhere {
        name: "domain.<name>.connections.",
        why: "logins of a document come one after the other",
        test: (
            "crates/entryway-ldap/tests/exchange.rs",
            "a_full_connection_makes_room_by_a_further_one_up_to_the_limit",
        ),
    },
    Elsewhere {
        name: "domain.<name>.bind.method",
        why: "a bind without a name is anonymous, whatever it calls itself",
        test: (
            "crates/entryway-config/tests/bad/C048-bind.toml",
            "method = \"anonymous\"",
        ),
    },
    Elsewhere {
        name: "domain.<name>.dn_filter[].description",
        why: "words for the reader",
        test: ("crates/entryway-config/tests/good.rs", "everything_at_once"),
    },
    Elsewhere {
        name: "user_type_range[].description",
        why: "likewise",
        test: ("crates/entryway-config/tests/good.rs", "everything_at_once"),
    },
    Elsewhere {
        name: "user_class[].description",
        why: "likewise",
        test: ("crates/entryway-config/tests/good.rs", "everything_at_once"),
    },
    Elsewhere {
        name: "home_folder[].description",
        why: "likewise",
        test: ("crates/entryway-config/tests/good.rs", "everything_at_once"),
    },
    Elsewhere {
        name: "account_template[].description",
        why: "likewise",
        test: ("crates/entryway-config/tests/good.rs", "everything_at_once"),
    },
    Elsewhere {
        name: "password_changed",
        why: "no login ends in it: a session is asked about again",
        test: (
            "crates/entryway-login/tests/flow/revalidation.rs",
            "a_password_that_changed",
        ),
    },
    Elsewhere {
        name: "overloaded",
        why: "it comes of how many others are being refused at the moment",
        test: (
            "crates/entryway/src/gateway/tests.rs",
            "a_refusal_that_cannot_be_held_is_no_verdict",
        ),
    },
];
