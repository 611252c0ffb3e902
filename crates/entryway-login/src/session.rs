//! What an application gets after Accept.

use crate::{DomainId, Group, Reason, SiteId, identity};
use entryway_ldap_types::{AttributeName, Dn, Entry};
use std::sync::Arc;
use std::time::SystemTime;

/// A session: who the person is, in the words of `spec` and the JSON shape.
#[derive(Debug, Clone)]
pub struct Session {
    /// Stable across renames and moves.
    pub subject: Subject,
    /// The entry's own value of the search attribute, case mode applied.
    pub name: String,
    /// What was typed.
    pub login_name: String,
    /// Which authority let them in.
    pub source: Source,
    /// The domain's or the site's name, `local` or `os`.
    pub domain: Arc<str>,
    /// The entry's DN as the server spelt it, where there is an entry.
    pub dn: Option<String>,
    /// The server that gave the entry.
    pub server: Option<Arc<str>>,
    /// Numeric user id (unix).
    pub uid: Option<u32>,
    /// Numeric group id.
    pub gid: Option<u32>,
    /// Absolute path.
    pub home: Option<String>,
    /// Real or virtual.
    pub user_type: Option<UserType>,
    /// Login shell (unix).
    pub shell: Option<String>,
    /// Passed on to the application.
    pub system_user: Option<String>,
    /// The user class, if one fits.
    pub user_class: Option<Arc<str>>,
    /// The account template that applied.
    pub template: Option<Arc<str>>,
    /// Effective groups; `None` when nobody asked for them.
    pub groups: Option<SessionGroups>,
    /// Primary mail address.
    pub email: Option<String>,
    /// Human name.
    pub display_name: Option<String>,
    /// Custom attributes, in the order of their maps.
    pub attributes: Vec<(Box<str>, Vec<String>)>,
    /// What the directory said about the password.
    pub password: PasswordState,
    /// When the bind succeeded.
    pub authenticated_at: SystemTime,
    /// How.
    pub method: Method,
    /// By what the person is found again. Not for the application: it travels sealed.
    pub anchor: Anchor,
}

/// A session's groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionGroups {
    /// Each once, direct ones first.
    pub groups: Vec<Group>,
    /// Whether there may be more: a server failed, or a limit was reached.
    pub partial: bool,
}

/// By what a person is found again when somebody asks whether they are still welcome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Anchor {
    /// The attribute and value that are the entry's stable identity; `None` where only its DN is.
    pub identity: Option<(AttributeName, Box<[u8]>)>,
    /// What changes when the password changes, as far as the directory tells.
    pub password_stamp: Option<Box<[u8]>>,
    /// What a site's connector gave to be asked again with.
    pub site_token: Option<Box<str>>,
    /// What it gave for the person's device.
    pub site_device: Option<Box<str>>,
}

/// Domain plus identity: `local:<id>` and `os:<name>` for the other authorities; `plant-a:staff:3f2504e0-…` at a site; `staff:3f2504e0-…`; `staff:dn:uid=jdoe,…`, the normalised DN, when the directory has
/// no identity. The mark keeps the two apart: an identity that looks like somebody's DN is not that
/// somebody.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject(pub String);

/// What a subject from a DN has where another has its identity.
const DN_MARK: &str = "dn:";

impl Subject {
    /// Of a local account, by its id in the store.
    pub fn of_local(id: &str) -> Self {
        Self(format!("local:{id}"))
    }
    /// Of an account of the operating system.
    pub fn of_os(name: &str) -> Self {
        Self(format!("os:{name}"))
    }
    /// Of a site's person, by their subject there.
    pub fn at_site(site: &str, subject: &str) -> Self {
        Self(format!("{site}:{subject}"))
    }
    /// From an identity in its text form; `None` when it begins with the mark of a DN's subject, in any case.
    /// A UUID is the same in any case and is written in lower case; any other identity is kept as it is.
    pub fn from_identity(domain: &str, identity: &str) -> Option<Self> {
        let start = identity.get(..DN_MARK.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(DN_MARK)) {
            None
        } else if is_uuid_shaped(identity) {
            Some(Self(format!("{domain}:{}", identity.to_ascii_lowercase())))
        } else {
            Some(Self(format!("{domain}:{identity}")))
        }
    }
    /// Of an entry: by the first of these attributes that it has, else by its DN. A value that is there and cannot be
    /// used is an error, in words: the next best would be somebody else's on the day on which it can.
    pub fn of_entry(
        domain: &str,
        id_attributes: &[AttributeName],
        entry: &Entry,
    ) -> Result<Self, String> {
        identity::subject_by(domain, id_attributes, entry)
            .map_err(|unusable| format!("`{}` {}", unusable.from, unusable.problem))
    }
    /// The DN that stands for an identity, where the entry has none.
    pub fn dn(&self) -> Option<&str> {
        let (_, identity) = self.0.split_once(':')?;
        identity.strip_prefix(DN_MARK)
    }
    /// From the DN, when there is nothing better.
    pub fn from_dn(domain: &str, dn: &Dn) -> Self {
        Self(format!("{domain}:{DN_MARK}{}", dn.normalized()))
    }
}

/// 32 hexadecimal digits, however they are grouped: entryUUID has 8-4-4-4-12, nsUniqueId 8-8-8-8.
fn is_uuid_shaped(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let hyphens = text.bytes().filter(|byte| *byte == b'-').count();
    digits == 32 && digits + hyphens == text.len()
}

/// Real or virtual user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserType {
    /// An account of the operating system.
    Real,
    /// An account of the application.
    Virtual,
}

/// The authority behind a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A directory.
    Domain(DomainId),
    /// An account in Entryway's own store.
    Local,
    /// An account of the operating system.
    Os,
    /// A site.
    Site(SiteId),
}

/// What the directory said about the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PasswordState {
    /// Seconds until it expires, when known.
    pub expires_in: Option<u32>,
    /// Grace logins left, when counted.
    pub grace_left: Option<u32>,
}

/// How the person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// By a password, verified by the directory's bind, the store or PAM.
    Password,
    /// By a certificate, of whose key they had proven to have it.
    Certificate,
}

impl Method {
    /// As sessions and the audit have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Certificate => "certificate",
        }
    }
}

impl UserType {
    /// `real` or `virtual` in any case.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        if text.eq_ignore_ascii_case("real") {
            Ok(Self::Real)
        } else if text.eq_ignore_ascii_case("virtual") {
            Ok(Self::Virtual)
        } else {
            Err(Reason::InvalidAttribute)
        }
    }
    /// `real` or `virtual`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Virtual => "virtual",
        }
    }
}
