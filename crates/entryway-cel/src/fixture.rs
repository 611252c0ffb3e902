//! The person of the tests.

use bytes::Bytes;
use entryway_ldap_types::{Attribute, AttributeName, Dn, Entry};
use entryway_login::{Authority, DomainId, Facts, Group, UserType};

/// Everything that facts borrow.
pub(crate) struct Person {
    pub(crate) entry: Entry,
    pub(crate) groups: Vec<Group>,
    pub(crate) attributes: Vec<(Box<str>, Vec<String>)>,
}

impl Person {
    pub(crate) fn jdoe() -> Self {
        let dn_text = "uid=jdoe,ou=People,dc=corp,dc=example";
        let attribute = |name: &str, values: &[&[u8]]| Attribute {
            name: AttributeName::parse(name).unwrap(),
            values: values
                .iter()
                .map(|value| Bytes::copy_from_slice(value))
                .collect(),
        };
        Self {
            entry: Entry {
                dn: Dn::parse(dn_text).unwrap(),
                dn_text: dn_text.into(),
                attributes: vec![
                    attribute("departmentNumber", &[b"12", b"40"]),
                    attribute("mail", &[b"jdoe@corp.example"]),
                    attribute("cn;lang-de", &["Zoë Doe".as_bytes()]),
                    attribute("uidNumber", &[b"1042"]),
                    attribute("description", &[b"", b"a, b"]),
                    attribute("street", &[b""]),
                    attribute("ms-DS-Site", &[b"north"]),
                    attribute("jpegPhoto", &[b"\xff\xd8", b"text"]),
                    attribute("title", &[b"line\nbreak"]),
                ],
            },
            groups: ["Engineers", "on-call", "Zürich"]
                .into_iter()
                .map(|name| group("staff", name))
                .chain([group("partners", "engineers")])
                .collect(),
            attributes: vec![
                ("site".into(), vec!["north".to_owned()]),
                ("empty".into(), vec![]),
            ],
        }
    }
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            name: "jdoe",
            login_name: "JDoe@corp.example",
            authority: Authority::Domain {
                id: DomainId(0),
                name: "staff",
            },
            entry: Some(&self.entry),
            uid: Some(1042),
            gid: None,
            own_gid: None,
            home: None,
            user_type: Some(UserType::Virtual),
            shell: Some("/bin/sh"),
            email: Some("jdoe@corp.example"),
            display_name: None,
            attributes: &self.attributes,
            groups: &self.groups,
            client_address: Some([10, 1, 2, 3].into()),
        }
    }
}

pub(crate) fn group(domain: &str, name: &str) -> Group {
    Group {
        domain: domain.into(),
        name: name.into(),
        dn: None,
        gid: None,
        path: Vec::new(),
    }
}
