//! Who lives in the directory of the integrations.

use entryway_conformance::{BASE, SERVICE_DN, SERVICE_PASSWORD};

/// Names that a shell, a line of an FTP command, JSON or a log would trip over.
pub(super) const ODD_NAMES: [&str; 12] = [
    "say \"hi\"",
    "it's",
    "semi;colon",
    "back\\slash",
    "Zoë Müller",
    "漢字",
    "a&b|c!d",
    "%s%n",
    "$(id)",
    "`id`",
    "two  blanks",
    "\",\"login_name\"=\"aokafor",
];

/// The uid of the first of them; the others follow.
pub(super) const FIRST_ODD_UID: u32 = 21_000;

/// Each person's password; as awkward as the names.
pub(super) fn password(name: &str) -> String {
    format!("p\"w \\ ;ü$HOME' {name}")
}

pub(super) fn ldif() -> String {
    let mut text = format!(
        "dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n"
    );
    for unit in ["people", "suppliers", "groups", "services"] {
        text.push_str(&format!(
            "dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}\n\n"
        ));
    }
    text.push_str(&format!(
        "dn: {SERVICE_DN}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: entryway\nuserPassword: {SERVICE_PASSWORD}\n\n"
    ));
    for (name, number, unit, home) in [
        ("aokafor", 20_001, "people", ""),
        ("bob", 20_002, "people", ""),
        ("carol", 20_003, "people", "/srv/ftp/elsewhere/c"),
        ("gustav", 20_004, "people", ""),
        ("supplier", 20_005, "suppliers", ""),
        // Namesakes of accounts that every system has.
        ("daemon", 20_006, "people", ""),
        ("root", 0, "people", ""),
        ("low", 500, "people", ""),
    ] {
        person(&mut text, name, number, unit, home);
    }
    for (number, name) in (FIRST_ODD_UID..).zip(ODD_NAMES) {
        person(
            &mut text,
            name,
            number,
            "people",
            &format!("/srv/ftp/odd/{number}"),
        );
    }
    for (group, number) in [("designers", 20_001), ("guests", 20_004)] {
        text.push_str(&format!(
            "dn: cn={group},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {group}\nmember: employeeNumber={number},ou=people,{BASE}\n\n"
        ));
    }
    text
}

/// Named by a number, so that no name needs escapes in a DN.
fn person(text: &mut String, name: &str, number: u32, unit: &str, home: &str) {
    let password = password(name);
    text.push_str(&format!(
        "dn: employeeNumber={number},ou={unit},{BASE}\nobjectClass: inetOrgPerson\nobjectClass: extensibleObject\nuid: {name}\ncn: {name}\nsn: Example\n\
         uidNumber: {number}\ngidNumber: {gid}\nuserPassword: {password}\n",
        gid = if number == 0 { 0 } else { 20_100 }
    ));
    if !home.is_empty() {
        text.push_str(&format!("homeDirectory: {home}\n"));
    }
    text.push('\n');
}
