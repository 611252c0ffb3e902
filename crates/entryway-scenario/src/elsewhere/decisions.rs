//! Ends that no login of a document has: of changes of a password, and of people of a site.

use super::Elsewhere;

const fn of_changes(name: &'static str, file: &'static str, test: &'static str) -> Elsewhere {
    Elsewhere {
        name,
        why: "people of a document log in, and none of them changes a password",
        test: (file, test),
    }
}

const fn of_sites(name: &'static str, test: &'static str) -> Elsewhere {
    Elsewhere {
        name,
        why: "a site's people are logged in by another daemon, and a document knows one",
        test: ("crates/entryway-login/tests/flow/sites.rs", test),
    }
}

/// What sites answer, one by one.
const ANSWERS: &str = "a_guess_counts_for_the_address_and_the_site_counts_for_the_person";

/// All of them.
pub(super) const TABLE: &[Elsewhere] = &[
    of_changes(
        "new_password_malformed",
        "crates/entryway-login/tests/flow/changes.rs",
        "a_new_password_that_cannot_be_one_asks_nobody",
    ),
    of_changes(
        "new_password_too_short",
        "crates/entryway-login/src/verdict/change/tests.rs",
        "what_the_control_says",
    ),
    of_changes(
        "new_password_too_simple",
        "crates/entryway-login/src/verdict/change/tests.rs",
        "what_the_control_says",
    ),
    of_changes(
        "new_password_in_history",
        "crates/entryway-login/tests/flow/changes.rs",
        "a_refused_change_says_why_and_counts_for_nothing",
    ),
    of_changes(
        "new_password_refused",
        "crates/entryway-login/src/verdict/change/tests.rs",
        "what_active_directory_says",
    ),
    of_changes(
        "password_too_young",
        "crates/entryway-login/src/verdict/change/tests.rs",
        "what_the_control_says",
    ),
    of_changes(
        "password_change_not_allowed",
        "crates/entryway-login/tests/flow/changes.rs",
        "a_real_user_changes_nothing_here",
    ),
    of_changes(
        "password_change_unsupported",
        "crates/entryway-login/tests/flow/changes.rs",
        "the_operating_system_changes_nothing_here",
    ),
    of_changes(
        "password_change_unknown",
        "crates/entryway-login/tests/flow/changes.rs",
        "a_change_without_an_answer_is_not_repeated",
    ),
    of_sites("sealed_only", "a_password_in_clear_goes_nowhere"),
    of_sites("refused_by_site", ANSWERS),
    of_sites(
        "not_admitted_here",
        "a_sites_people_log_in_where_they_are_admitted_and_nowhere_else",
    ),
    of_sites("site_unreachable", ANSWERS),
    of_sites("site_timed_out", ANSWERS),
    of_sites("site_reply_invalid", ANSWERS),
    of_sites("site_busy", ANSWERS),
    of_sites("site_no_verdict", ANSWERS),
    of_sites("seal_expired", ANSWERS),
];
