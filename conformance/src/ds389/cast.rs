//! The people of the login tables as 389 Directory Server has them.

use crate::ldif::Ldif;
use crate::people::write_person;
use crate::{BASE, ODD_NAMES, SERVICE_DN, SERVICE_PASSWORD};

/// The entries, each after the one that it is under.
pub(super) fn ldif() -> Vec<u8> {
    let mut ldif = Ldif::default();
    // Nobody may read anything by default.
    let access = format!(
        "(targetattr != \"userPassword\")(version 3.0; acl \"the gateway\"; allow (read, search, compare) userdn = \"ldap:///{SERVICE_DN}\";)"
    );
    ldif.entry(
        BASE,
        [
            ("objectClass", "domain"),
            ("dc", "example"),
            ("aci", &*access),
        ],
    );
    for unit in ["people", "external", "services"] {
        ldif.entry(
            &format!("ou={unit},{BASE}"),
            [("objectClass", "organizationalUnit"), ("ou", unit)],
        );
    }
    ldif.entry(
        SERVICE_DN,
        [
            ("objectClass", "applicationProcess"),
            ("objectClass", "simpleSecurityObject"),
            ("cn", "entryway"),
            ("userPassword", SERVICE_PASSWORD),
        ],
    );
    let mut numbers = 20_000..;
    let mut person = |name: &str, unit: &str, more: &[(&str, &str)]| {
        let number = numbers.next().unwrap_or_default().to_string();
        write_person(&mut ldif, name, unit, &number, more);
    };
    for name in ["alice", "bob", "carol", "dave", "erin", "countme", "lockme"] {
        person(name, "people", &[]);
    }
    for name in ODD_NAMES {
        person(name, "people", &[]);
    }
    person("twin", "people", &[]);
    person("twin", "external", &[]);
    person("disabled", "people", &[("nsAccountLock", "true")]);
    person(
        "locked",
        "people",
        &[
            ("passwordRetryCount", "5"),
            ("accountUnlockTime", "20400101000000Z"),
        ],
    );
    person(
        "expired",
        "people",
        &[("passwordExpirationTime", "20200101000000Z")],
    );
    // What an administrator's reset leaves.
    person(
        "mustchange",
        "people",
        &[("passwordExpirationTime", "19700101000000Z")],
    );
    ldif.into_bytes()
}
