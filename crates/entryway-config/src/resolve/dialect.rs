//! What each kind of directory is like, where nothing else is written.

use crate::settings::Dialect;
use entryway_ldap_types::{AttributeName, FilterTemplate};
use entryway_login::MapTarget;

pub(super) const DIALECTS: [(&str, Dialect); 5] = [
    ("auto", Dialect::Auto),
    ("active-directory", Dialect::ActiveDirectory),
    ("openldap", Dialect::OpenLdap),
    ("389ds", Dialect::Ds389),
    ("generic", Dialect::Generic),
];

/// The dialect of that name; an unknown one is reported by whoever reads the domain.
pub(crate) fn of_word(word: &str) -> Dialect {
    let known = DIALECTS.iter().find(|(name, _)| *name == word);
    known.map_or(Dialect::Auto, |(_, dialect)| *dialect)
}

const ENTRY_UUID: AttributeName = AttributeName::from_static("entryUUID");
const OBJECT_GUID: AttributeName = AttributeName::from_static("objectGUID");
const NS_UNIQUE_ID: AttributeName = AttributeName::from_static("nsUniqueId");

/// The object class of people.
pub(crate) fn object_class(dialect: Dialect) -> &'static str {
    match dialect {
        // Contacts are `person` too; `user` is who can log in.
        Dialect::ActiveDirectory => "user",
        Dialect::Auto | Dialect::OpenLdap | Dialect::Ds389 | Dialect::Generic => "person",
    }
}

/// What an entry must be to be a person.
pub(super) fn people(dialect: Dialect, object_class: &str) -> FilterTemplate {
    let class = FilterTemplate::literal(AttributeName::from_static("objectClass"), object_class);
    match dialect {
        // Computers are `user` too (MS-ADSC: `computer` is derived from it), and have a password; their
        // category is their own.
        Dialect::ActiveDirectory => {
            FilterTemplate::literal(AttributeName::from_static("objectCategory"), "person")
                .and(class)
        }
        Dialect::Auto | Dialect::OpenLdap | Dialect::Ds389 | Dialect::Generic => class,
    }
}

/// What an entry must be to be a group: of the configured class, or of any that is usual there.
pub(super) fn groups(
    dialect: Dialect,
    object_class: Option<&str>,
    dynamic_class: Option<&str>,
) -> FilterTemplate {
    let usual: &[&str] = match dialect {
        Dialect::ActiveDirectory => &["group"],
        Dialect::Auto | Dialect::OpenLdap | Dialect::Ds389 | Dialect::Generic => &[
            "groupOfNames",
            "groupOfUniqueNames",
            "groupOfMembers",
            "posixGroup",
        ],
    };
    let usual = match (&object_class, dialect) {
        (Some(class), _) => std::slice::from_ref(class),
        // Whatever it turns out to be.
        (None, Dialect::Auto | Dialect::Generic) => &["group"],
        (None, _) => &[],
    }
    .iter()
    .chain(if object_class.is_none() { usual } else { &[] });
    let class =
        |name: &&str| FilterTemplate::literal(AttributeName::from_static("objectClass"), name);
    let mut classes = usual.chain(&dynamic_class).map(class);
    let first = classes.next().unwrap_or_else(|| class(&"groupOfNames"));
    classes.fold(first, FilterTemplate::or)
}

/// The attribute with the login name.
pub(crate) fn search_attribute(dialect: Dialect) -> AttributeName {
    match dialect {
        Dialect::ActiveDirectory => AttributeName::from_static("sAMAccountName"),
        Dialect::Auto | Dialect::OpenLdap | Dialect::Ds389 | Dialect::Generic => {
            AttributeName::from_static("uid")
        }
    }
}

/// What names a person for good, tried in this order.
pub(crate) fn id_attributes(dialect: Dialect) -> Vec<AttributeName> {
    match dialect {
        Dialect::ActiveDirectory => vec![OBJECT_GUID],
        Dialect::OpenLdap => vec![ENTRY_UUID],
        Dialect::Ds389 => vec![NS_UNIQUE_ID, ENTRY_UUID],
        Dialect::Auto | Dialect::Generic => vec![ENTRY_UUID, OBJECT_GUID, NS_UNIQUE_ID],
    }
}

/// The maps of a domain without a `maps` table: RFC 2307's attributes, where they can be expected.
/// In Active Directory `homeDirectory` is a network share and uids are the exception.
pub(crate) fn maps(dialect: Dialect) -> Vec<(MapTarget, AttributeName)> {
    match dialect {
        Dialect::ActiveDirectory => Vec::new(),
        Dialect::Auto | Dialect::OpenLdap | Dialect::Ds389 | Dialect::Generic => vec![
            (MapTarget::Uid, AttributeName::from_static("uidNumber")),
            (MapTarget::Gid, AttributeName::from_static("gidNumber")),
            (MapTarget::Home, AttributeName::from_static("homeDirectory")),
            (MapTarget::Shell, AttributeName::from_static("loginShell")),
        ],
    }
}
