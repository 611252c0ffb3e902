//! Who lives in the Active Directory domain of the tests.

use crate::ldif::{Ldif, dn_value};
use crate::{ODD_NAMES, password_of};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The domain's naming context.
pub const AD_BASE: &str = "DC=lab,DC=example,DC=org";
/// Entryway's own account there.
pub const AD_SERVICE_DN: &str = "CN=entryway,OU=people,DC=lab,DC=example,DC=org";
/// Its password.
pub const AD_SERVICE_PASSWORD: &str = "pw-entryway";

/// Any password will do, and five wrong ones lock an account.
pub(super) const DOMAIN_POLICY: &str = "\
dn: DC=lab,DC=example,DC=org
changetype: modify
replace: pwdProperties
pwdProperties: 0
-
replace: minPwdAge
minPwdAge: 0
-
replace: minPwdLength
minPwdLength: 0
-
replace: lockoutThreshold
lockoutThreshold: 5
";

/// Passwords set in 2012, far beyond the domain's 42 days.
pub(super) const OLD_PASSWORD: &str = "\
dn: CN=expired,OU=people,DC=lab,DC=example,DC=org
changetype: modify
replace: pwdLastSet
pwdLastSet: 130000000000000000

dn: CN=lapsed,OU=people,DC=lab,DC=example,DC=org
changetype: modify
replace: pwdLastSet
pwdLastSet: 130000000000000000
";

const NORMAL: &str = "512";
const NORMAL_WITHOUT_EXPIRY: &str = "66048";
const DISABLED: &str = "514";
/// In 2006, as 100 ns since 1601.
const LONG_AGO: &str = "128000000000000000";

/// Everybody, as LDIF.
pub(super) fn people() -> Vec<u8> {
    let mut ldif = Ldif::default();
    for unit in ["people", "external"] {
        ldif.entry(
            &format!("OU={unit},{AD_BASE}"),
            [("objectClass", "organizationalUnit"), ("ou", unit)],
        );
    }
    for name in [
        "alice",
        "bob",
        "lockme",
        "countme",
        "svcuser",
        "wrongtls",
        "wrongauto",
        "mover",
        "erin",
        "lapsed",
    ] {
        person(&mut ldif, name, name, "people", NORMAL, &[]);
    }
    person(
        &mut ldif,
        "entryway",
        "entryway",
        "people",
        NORMAL_WITHOUT_EXPIRY,
        &[],
    );
    person(&mut ldif, "disabled", "disabled", "people", DISABLED, &[]);
    person(
        &mut ldif,
        "mustchange",
        "mustchange",
        "people",
        NORMAL,
        &[("pwdLastSet", b"0")],
    );
    person(
        &mut ldif,
        "chooses",
        "chooses",
        "people",
        NORMAL,
        &[("pwdLastSet", b"0")],
    );
    person(&mut ldif, "expired", "expired", "people", NORMAL, &[]);
    person(
        &mut ldif,
        "acctexpired",
        "acctexpired",
        "people",
        NORMAL,
        &[("accountExpires", LONG_AGO.as_bytes())],
    );
    person(
        &mut ldif,
        "badhours",
        "badhours",
        "people",
        NORMAL,
        &[("logonHours", &[0; 21])],
    );
    person(
        &mut ldif,
        "workstation",
        "workstation",
        "people",
        NORMAL,
        &[("userWorkstations", b"ELSEWHERE")],
    );
    // The account name of somebody in the OpenLDAP directory, with another password.
    person(&mut ldif, "Dave of the lab", "dave", "people", NORMAL, &[]);
    person(&mut ldif, "twin", "twin1", "people", NORMAL, &[]);
    person(&mut ldif, "twin", "twin2", "external", NORMAL, &[]);
    for (number, name) in odd_common_names().enumerate() {
        person(
            &mut ldif,
            name,
            &format!("odd{number}"),
            "people",
            NORMAL,
            &[],
        );
    }
    ldif.into_bytes()
}

/// Those of [`ODD_NAMES`] that Active Directory takes as a common name: at most 64 characters, and
/// no two that it compares as equal.
pub fn odd_common_names() -> impl Iterator<Item = &'static str> {
    ODD_NAMES
        .iter()
        .copied()
        .filter(|name| name.chars().count() <= 64)
}

/// Wrong passwords lock nobody.
pub(super) const NO_LOCKOUT: &str = "\
dn: DC=lab,DC=example,DC=org
changetype: modify
replace: lockoutThreshold
lockoutThreshold: 0
";

/// `u0000001` and so on, all with one password.
pub(super) fn crowd(people: u32, password: &str) -> Vec<u8> {
    let mut ldif = Ldif::default();
    for number in 1..=people {
        let name = format!("u{number:07}");
        one(&mut ldif, &name, &name, "people", NORMAL, password, &[]);
    }
    ldif.into_bytes()
}

fn person(
    ldif: &mut Ldif,
    common_name: &str,
    account: &str,
    unit: &str,
    control: &str,
    more: &[(&str, &[u8])],
) {
    let password = password_of(common_name);
    one(ldif, common_name, account, unit, control, &password, more);
}

fn one(
    ldif: &mut Ldif,
    common_name: &str,
    account: &str,
    unit: &str,
    control: &str,
    password: &str,
    more: &[(&str, &[u8])],
) {
    ldif.line(
        "dn",
        format!("CN={},OU={unit},{AD_BASE}", dn_value(common_name)).as_bytes(),
    );
    for (attribute, value) in [
        ("objectClass", "user"),
        ("sAMAccountName", account),
        ("userPrincipalName", &format!("{account}@lab.example.org")),
        ("mail", &format!("{account}@example.org")),
        ("userAccountControl", control),
        ("unixHomeDirectory", &format!("/home/{account}")),
    ] {
        ldif.line(attribute, value.as_bytes());
    }
    ldif.raw(&format!("unicodePwd:: {}\n", quoted_utf16(password)));
    for (attribute, value) in more {
        ldif.line(attribute, value);
    }
    ldif.raw("\n");
}

/// `unicodePwd` is the password in double quotes, UTF-16LE (MS-ADTS §3.1.1.3.1.5).
fn quoted_utf16(password: &str) -> String {
    let bytes: Vec<u8> = format!("\"{password}\"")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    STANDARD.encode(bytes)
}
