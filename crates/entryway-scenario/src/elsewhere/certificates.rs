//! Certificates: those of servers, and those that people log in by.

use super::Elsewhere;

const fn of_certificates(name: &'static str, file: &'static str, test: &'static str) -> Elsewhere {
    Elsewhere {
        name,
        why: "the login alone sees no certificate, and what servers show is a table of its own: docs/tls-matrix.md",
        test: (file, test),
    }
}

const fn of_people_s_certificates(name: &'static str, test: &'static str) -> Elsewhere {
    Elsewhere {
        name,
        why: "people of a document log in by passwords: docs/certificate-login.md has a table of its own",
        test: ("crates/entryway-login/tests/flow/certificates.rs", test),
    }
}

pub(super) const TABLE: &[Elsewhere] = &[
    Elsewhere {
        name: "certificate_login.",
        why: "people of a document log in by passwords",
        test: super::EVERY_EXAMPLE,
    },
    of_certificates(
        "tls.verify",
        "crates/entryway-ldap/src/tls/verifier/tests.rs",
        "unverified_is_anybody_and_says_so",
    ),
    of_certificates(
        "domain.<name>.tls.verify",
        "crates/entryway-ldap/src/tls/verifier/tests.rs",
        "unverified_is_anybody_and_says_so",
    ),
    of_certificates(
        "tls.pins",
        "crates/entryway-ldap/src/tls/verifier/tests.rs",
        "a_pin_takes_the_place_of_everything_but_time",
    ),
    of_certificates(
        "domain.<name>.tls.pins",
        "crates/entryway-ldap/src/tls/verifier/tests.rs",
        "a_pin_takes_the_place_of_everything_but_time",
    ),
    of_certificates(
        "tls.trusted_hosts",
        "crates/entryway-ldap/src/tls/names/tests.rs",
        "the_expected_name_or_a_trusted_host",
    ),
    of_certificates(
        "domain.<name>.tls.trusted_hosts",
        "crates/entryway-ldap/src/tls/names/tests.rs",
        "the_expected_name_or_a_trusted_host",
    ),
    of_certificates(
        "tls.allow_common_name",
        "crates/entryway-ldap/src/tls/names/tests.rs",
        "a_common_name_counts_only_where_that_was_written_and_nothing_else_is_there",
    ),
    of_certificates(
        "domain.<name>.tls.allow_common_name",
        "crates/entryway-ldap/src/tls/names/tests.rs",
        "a_common_name_counts_only_where_that_was_written_and_nothing_else_is_there",
    ),
    of_certificates(
        "tls.crls",
        "crates/entryway-ldap/src/tls/verifier/tests.rs",
        "what_is_revoked_not_covered_or_out_of_date_is_refused",
    ),
    of_certificates(
        "domain.<name>.tls.crls",
        "crates/entryway-ldap/src/tls/verifier/tests.rs",
        "what_is_revoked_not_covered_or_out_of_date_is_refused",
    ),
    of_certificates(
        "tls.max_version",
        "crates/entryway-ldap/tests/tls.rs",
        "versions_and_ciphers_are_bounded",
    ),
    of_certificates(
        "domain.<name>.tls.max_version",
        "crates/entryway-ldap/tests/tls.rs",
        "versions_and_ciphers_are_bounded",
    ),
    of_certificates(
        "tls.ciphers",
        "crates/entryway-ldap/tests/tls.rs",
        "versions_and_ciphers_are_bounded",
    ),
    of_certificates(
        "domain.<name>.tls.ciphers",
        "crates/entryway-ldap/tests/tls.rs",
        "versions_and_ciphers_are_bounded",
    ),
    of_people_s_certificates(
        "certificate_untrusted",
        "what_is_not_trusted_asks_nobody_and_counts_against_the_address",
    ),
    of_people_s_certificates(
        "certificate_out_of_date",
        "what_is_not_trusted_asks_nobody_and_counts_against_the_address",
    ),
    of_people_s_certificates(
        "certificate_revoked",
        "what_is_not_trusted_asks_nobody_and_counts_against_the_address",
    ),
    of_people_s_certificates(
        "certificate_not_for_login",
        "what_is_not_trusted_asks_nobody_and_counts_against_the_address",
    ),
    of_people_s_certificates(
        "revocation_unknown",
        "what_is_not_trusted_asks_nobody_and_counts_against_the_address",
    ),
    of_people_s_certificates(
        "certificate_unmapped",
        "a_certificate_in_which_no_rule_finds_anything_asks_nobody",
    ),
    of_people_s_certificates(
        "not_for_real_users",
        "real_users_come_in_only_where_they_may",
    ),
];
