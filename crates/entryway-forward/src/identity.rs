//! Who somebody is, as headers of the request that the proxy passes on.

use entryway_oidc::{GroupNames, GroupPatterns, Person};
use std::fmt::Write as _;

/// Every header, in lower case. Each is set on every answer that lets a request pass, empty where there is nothing to
/// say.
pub const NAMES: [&str; 9] = [
    "remote-user",
    "remote-name",
    "remote-email",
    "remote-groups",
    "remote-class",
    "remote-uid",
    "remote-gid",
    "remote-domain",
    "remote-subject",
];

/// Most bytes of all values: nginx takes a head of 4 KiB, and there are other headers in it.
const MOST_BYTES: usize = 3 * 1024;

/// The values, in the order of [`NAMES`]: ASCII that can be seen, and blanks within.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity([String; NAMES.len()]);

/// What servers behind are told of groups.
#[derive(Debug, Clone, Default)]
pub struct IdentityRules {
    /// Which groups; `None` for every group.
    pub groups: Option<GroupPatterns>,
    /// With their domain: `staff/engineers`.
    pub qualified: bool,
    /// Whose people have their name told as it is: those of one domain, or the local accounts. Everybody else's stands
    /// behind where they are from, as in `partners/jdoe`: one name is one person.
    pub bare: Option<Box<str>>,
    /// More than these are too many.
    pub most: usize,
}

/// Somebody has more groups, or longer values, than headers hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is to be told of this person does not fit into headers")]
pub struct TooLong;

/// Not all of somebody's groups are known, and some of them would pass for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotKnown;

impl IdentityRules {
    /// Whether people's groups must be known.
    pub fn needs_groups(&self) -> bool {
        self.groups
            .as_ref()
            .is_none_or(|shown| shown.iter().next().is_some())
    }

    /// What is told of somebody.
    pub(crate) fn tell(&self, person: &Person) -> Result<Result<Identity, TooLong>, NotKnown> {
        let groups = match (self.needs_groups(), &person.groups) {
            (false, _) => Some(String::new()),
            (true, Some(groups)) if !groups.partial => self.groups(person, groups),
            (true, _) => return Err(NotKnown),
        };
        let Some(groups) = groups else {
            return Ok(Err(TooLong));
        };
        let text = |text: Option<&str>| encoded(text.unwrap_or_default(), b"");
        let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
        let values = [
            self.name(person),
            text(person.display_name.as_deref()),
            text(person.email.as_deref()),
            groups,
            text(person.class.as_deref()),
            number(person.uid),
            number(person.gid),
            text(person.domain()),
            text(Some(&person.subject.0)),
        ];
        let bytes: usize = values.iter().map(String::len).sum();
        Ok(match bytes <= MOST_BYTES {
            true => Ok(Identity(values)),
            false => Err(TooLong),
        })
    }

    /// No name passes for one of somewhere else: a slash within is escaped.
    fn name(&self, person: &Person) -> String {
        let name = encoded(person.bare(&person.name), b"/");
        let of = person.domain().unwrap_or_default();
        let bare = self.bare.as_deref();
        match bare.is_some_and(|bare| bare.eq_ignore_ascii_case(of)) {
            true => name,
            false => format!("{}/{name}", encoded(of, b"/")),
        }
    }

    /// `None` where there are too many.
    fn groups(&self, person: &Person, groups: &GroupNames) -> Option<String> {
        let shown = |group: &&String| {
            self.groups
                .as_ref()
                .is_none_or(|patterns| patterns.show(group))
        };
        let shown: Vec<_> = groups.names.iter().filter(shown).collect();
        if shown.len() > self.most {
            return None;
        }
        let named = shown.into_iter().map(|group| match self.qualified {
            true => encoded(&person.qualified(group), b","),
            false => encoded(group, b","),
        });
        Some(named.collect::<Vec<_>>().join(","))
    }
}

impl Identity {
    /// Of nobody: every header, empty.
    pub fn nobody() -> Self {
        Self(Default::default())
    }
    /// Each header with its value.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        NAMES.into_iter().zip(self.0.iter().map(String::as_str))
    }
}

/// Percent-encodes, as UTF-8, whatever a header cannot hold or a reader would lose: other than ASCII, control
/// characters, blanks at the ends, `%` itself, and what would part it from what stands beside.
fn encoded(text: &str, parting: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    let last = text.len().saturating_sub(1);
    for (at, byte) in text.bytes().enumerate() {
        let stays = match byte {
            b' ' => at != 0 && at != last,
            b'%' => false,
            byte => byte.is_ascii_graphic() && !parting.contains(&byte),
        };
        if stays {
            out.push(char::from(byte));
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use entryway_login::Subject;
    use proptest::prelude::*;

    fn jane() -> Person {
        Person {
            display_name: Some("J\u{fc}rg \"x\" Doe, Jr. 100%\r\nRemote-Groups: admins".into()),
            class: Some("engineers".into()),
            uid: Some(1042),
            groups: Some(GroupNames {
                names: vec!["Ops, all".into(), "wiki-editors".into()],
                partial: false,
            }),
            ..Person::named("staff:3f25", "jdoe")
        }
    }

    fn told(rules: &IdentityRules, person: &Person) -> Vec<String> {
        let identity = rules.tell(person).unwrap().unwrap();
        identity.headers().map(|(_, value)| value.into()).collect()
    }

    fn rules() -> IdentityRules {
        IdentityRules {
            groups: None,
            qualified: false,
            bare: Some("staff".into()),
            most: 200,
        }
    }

    #[test]
    fn every_header_is_there_and_no_value_ends_one() {
        let expected = [
            "jdoe",
            "J%C3%BCrg \"x\" Doe, Jr. 100%25%0D%0ARemote-Groups: admins",
            "",
            "Ops%2C all,wiki-editors",
            "engineers",
            "1042",
            "",
            "staff",
            "staff:3f25",
        ];
        assert_eq!(told(&rules(), &jane()), expected);
        let nobody = Identity::nobody();
        assert!(
            nobody
                .headers()
                .eq(NAMES.into_iter().map(|name| (name, "")))
        );
    }

    #[test]
    fn a_name_is_one_person() {
        let of = |subject: &str, name: &str| Person {
            subject: Subject(subject.into()),
            name: name.into(),
            ..jane()
        };
        let people = [
            of("staff:1", "jdoe"),
            of("partners:1", "jdoe"),
            of("local:1", "jdoe"),
            of("os:1", "jdoe"),
            of("staff:2", "local/jdoe"),
        ];
        let names = |rules: &IdentityRules| people.clone().map(|it| told(rules, &it).remove(0));
        assert_eq!(
            names(&rules()),
            [
                "jdoe",
                "partners/jdoe",
                "local/jdoe",
                "os/jdoe",
                "local%2Fjdoe"
            ]
        );
        let several = IdentityRules {
            bare: None,
            ..rules()
        };
        assert_eq!(
            names(&several),
            [
                "staff/jdoe",
                "partners/jdoe",
                "local/jdoe",
                "os/jdoe",
                "staff/local%2Fjdoe"
            ]
        );
    }

    #[test]
    fn people_of_a_site_stand_under_its_name_once() {
        let jane = Person {
            subject: Subject("plant-a:staff:1".into()),
            name: "plant-a/ja/ne".into(),
            of_site: true,
            class: Some("plant-a/operators".into()),
            groups: Some(GroupNames {
                names: vec!["plant-a/operators".into(), "plant-a/a/b".into()],
                partial: false,
            }),
            ..jane()
        };
        for qualified in [false, true] {
            let rules = IdentityRules {
                qualified,
                ..rules()
            };
            let told = told(&rules, &jane);
            assert_eq!(told[0], "plant-a/ja%2Fne");
            assert_eq!(told[3], "plant-a/operators,plant-a/a/b");
            assert_eq!(told[4], "plant-a/operators");
            assert_eq!(told[7], "plant-a");
        }
        // A group of a domain may be called so: it is not that one.
        let here = Person {
            of_site: false,
            ..jane
        };
        assert_eq!(
            here.qualified("plant-a/operators"),
            "plant-a/plant-a/operators"
        );
    }

    #[test]
    fn groups_are_those_that_are_shown() {
        let some = IdentityRules {
            groups: Some(GroupPatterns::new(["WIKI-*"].into_iter())),
            qualified: true,
            ..rules()
        };
        assert_eq!(told(&some, &jane())[3], "staff/wiki-editors");
        let none = IdentityRules {
            groups: Some(GroupPatterns::new([].into_iter())),
            ..rules()
        };
        let unknown = Person {
            groups: None,
            ..jane()
        };
        assert_eq!(told(&none, &unknown)[3], "");
        assert_eq!(rules().tell(&unknown), Err(NotKnown));
        let mut partial = jane();
        partial.groups.as_mut().unwrap().partial = true;
        assert_eq!(rules().tell(&partial), Err(NotKnown));
    }

    #[test]
    fn what_does_not_fit_is_not_cut() {
        let few = IdentityRules { most: 1, ..rules() };
        assert_eq!(few.tell(&jane()), Ok(Err(TooLong)));
        let long = Person {
            display_name: Some("x".repeat(MOST_BYTES)),
            ..jane()
        };
        assert_eq!(rules().tell(&long), Ok(Err(TooLong)));
    }

    proptest! {
        #[test]
        fn a_value_is_one_line_of_ascii_and_tells_everything(text in any::<String>()) {
            let value = encoded(&text, b",");
            prop_assert!(value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()));
            prop_assert_eq!(value.trim(), value.as_str());
            prop_assert!(!value.contains(','));
            let mut bytes = Vec::new();
            let mut rest = value.as_str();
            while let Some(byte) = rest.bytes().next() {
                let (byte, used) = match byte {
                    b'%' => (u8::from_str_radix(&rest[1..3], 16).unwrap(), 3),
                    byte => (byte, 1),
                };
                bytes.push(byte);
                rest = &rest[used..];
            }
            prop_assert_eq!(bytes, text.into_bytes());
        }
    }
}
