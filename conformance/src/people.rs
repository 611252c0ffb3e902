//! Who lives in the OpenLDAP directory of the tests.

use crate::ldif::{Ldif, dn_value};

/// The suffix of the directory.
pub const BASE: &str = "dc=example,dc=org";
/// Entryway's own account there.
pub const SERVICE_DN: &str = "cn=entryway,ou=services,dc=example,dc=org";
/// Its password.
pub const SERVICE_PASSWORD: &str = "the service password";
/// Where people are.
pub const PEOPLE: &str = "ou=people,dc=example,dc=org";

/// Login names that are awkward in a filter, a DN, a shell or a page. Each is a person whose
/// entry's RDN is that very value.
pub const ODD_NAMES: &[&str] = &[
    "(",
    "pa(r)en",
    "st*r",
    "*",
    "com,ma",
    "pl+us",
    "say \"hi\"",
    "#first",
    "semi;colon",
    "a&b|c!d",
    "e=mc2",
    "<angle>",
    "two  blanks",
    "-dash",
    "Zoë",
    " lead and trail ",
    "İstanbul",
    "Ægir Þór",
    "漢字",
    "😀",
    "e\u{301}",
    "{login}",
    "%s%n",
    "a@b@c",
    "a-name-of-two-hundred-characters-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// Each person's password follows from the name.
pub fn password_of(name: &str) -> String {
    format!("pw-{}", name.trim())
}

/// What a directory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directory {
    /// The people of the login tables: ordinary, odd, locked, expired, ambiguous.
    Cast,
    /// `u0000001` and so on, this many, all with the password `bench password`, twenty of them in each group whose
    /// `ou` is `crowd`; and two who are both called `twin`.
    Crowd {
        /// How many.
        people: u32,
        /// Their password as the directory stores it.
        stored: &'static str,
    },
}

impl Directory {
    /// The entries as LDIF.
    pub fn ldif(self) -> Vec<u8> {
        let mut ldif = Ldif::default();
        skeleton(&mut ldif);
        match self {
            Self::Cast => cast(&mut ldif),
            Self::Crowd { people, stored } => crowd(&mut ldif, people, stored),
        }
        ldif.into_bytes()
    }
}

fn skeleton(ldif: &mut Ldif) {
    ldif.entry(
        BASE,
        [
            ("objectClass", "dcObject"),
            ("objectClass", "organization"),
            ("o", "Example"),
            ("dc", "example"),
        ],
    );
    for unit in ["people", "external", "services", "policies"] {
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
    for (name, age) in [("default", "0"), ("ageing", "86400")] {
        ldif.entry(
            &format!("cn={name},ou=policies,{BASE}"),
            [
                ("objectClass", "applicationProcess"),
                ("objectClass", "pwdPolicy"),
                ("cn", name),
                ("pwdAttribute", "userPassword"),
                ("pwdLockout", "TRUE"),
                ("pwdMaxFailure", "5"),
                ("pwdLockoutDuration", "300"),
                ("pwdFailureCountInterval", "300"),
                ("pwdMustChange", "TRUE"),
                ("pwdMaxAge", age),
            ],
        );
    }
}

fn cast(ldif: &mut Ldif) {
    let ageing = format!("cn=ageing,ou=policies,{BASE}");
    let mut numbers = 20_000..;
    let mut person = |name: &str, unit: &str, more: &[(&str, &str)]| {
        let number = numbers.next().unwrap_or_default().to_string();
        write_person(ldif, name, unit, &number, more);
    };
    for name in ["alice", "bob", "carol", "dave", "erin"] {
        person(name, "people", &[]);
    }
    for name in ODD_NAMES {
        person(name, "people", &[]);
    }
    // Reached by a name that says the domain, because the bare name would be cut in two.
    person("back\\slash", "people", &[]);
    person("sl/ash", "people", &[]);
    person("twin", "people", &[]);
    person("twin", "external", &[]);
    person(
        "locked",
        "people",
        &[("pwdAccountLockedTime", "000001010000Z")],
    );
    person("lockme", "people", &[]);
    person(
        "expired",
        "people",
        &[
            ("pwdPolicySubentry", &ageing),
            ("pwdChangedTime", "20200101000000Z"),
        ],
    );
    person(
        "mustchange",
        "people",
        &[("pwdPolicySubentry", &ageing), ("pwdReset", "TRUE")],
    );
    person("badnumber", "people", &[("employeeType", "neither")]);
}

pub(crate) fn write_person(
    ldif: &mut Ldif,
    name: &str,
    unit: &str,
    number: &str,
    more: &[(&str, &str)],
) {
    let dn = format!("uid={},ou={unit},{BASE}", dn_value(name));
    let password = password_of(name);
    let home = format!("/home/{number}");
    let mail = format!("{number}@example.org");
    let lines = [
        ("objectClass", "inetOrgPerson"),
        ("objectClass", "posixAccount"),
        ("uid", name),
        ("cn", name),
        ("sn", "Example"),
        ("uidNumber", number),
        ("gidNumber", "20000"),
        ("homeDirectory", &home),
        ("mail", &mail),
        ("userPassword", &password),
    ];
    ldif.entry(&dn, lines.iter().chain(more).copied());
}

fn crowd(ldif: &mut Ldif, people: u32, stored: &str) {
    for number in 1..=people {
        let family = number % 1000;
        let given = number % 97;
        let id = 100_000 + number;
        ldif.raw(&format!(
            "dn: uid=u{number:07},{PEOPLE}\nobjectClass: inetOrgPerson\nobjectClass: posixAccount\nuid: u{number:07}\ncn: User {number}\n\
             sn: Family{family}\ngivenName: Given{given}\ndisplayName: Given{given} Family{family}\nmail: u{number:07}@example.org\n\
             employeeType: virtual\nuidNumber: {id}\ngidNumber: 20000\nhomeDirectory: /home/u{number:07}\nloginShell: /bin/sh\n\
             userPassword: {stored}\n\n"
        ));
    }
    // Two answer to one name.
    for unit in ["people", "external"] {
        write_person(ldif, "twin", unit, "99999", &[]);
    }
    let unit = [("objectClass", "organizationalUnit"), ("ou", "groups")];
    ldif.entry(&format!("ou=groups,{BASE}"), unit);
    for first in (1..=people).step_by(20) {
        ldif.raw(&format!(
            "dn: cn=g{first:07},ou=groups,{BASE}\nobjectClass: groupOfNames\nou: crowd\n"
        ));
        for number in first..=people.min(first + 19) {
            ldif.raw(&format!("member: uid=u{number:07},{PEOPLE}\n"));
        }
        ldif.raw("\n");
    }
}
