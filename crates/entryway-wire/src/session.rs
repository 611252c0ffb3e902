//! A session as applications get it. Absent values are left out; there is no null.

use crate::time::Rfc3339;
use crate::write::Text;
use entryway_ldap_types::Dn;
use entryway_login::{Group, PasswordState, Session, SessionGroups, Source};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

#[derive(Serialize)]
pub(crate) struct SessionJson<'a> {
    subject: &'a str,
    name: &'a str,
    login_name: &'a str,
    source: &'static str,
    domain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    home: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shell: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupJson<'a>>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    groups_partial: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    attributes: Attributes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<PasswordJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticated_at: Option<Text<Rfc3339>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
}

impl<'a> SessionJson<'a> {
    pub(crate) fn of(session: &'a Session) -> Self {
        Self {
            subject: &session.subject.0,
            name: &session.name,
            login_name: &session.login_name,
            source: match session.source {
                Source::Domain(_) => "domain",
                Source::Local => "local",
                Source::Os => "os",
                Source::Site(_) => "site",
            },
            domain: &session.domain,
            dn: session.dn.as_deref(),
            server: session.server.as_deref(),
            uid: session.uid,
            gid: session.gid,
            home: session.home.as_deref(),
            user_type: session.user_type.map(|user_type| user_type.as_str()),
            shell: session.shell.as_deref(),
            system_user: session.system_user.as_deref(),
            user_class: session.user_class.as_deref(),
            template: session.template.as_deref(),
            groups: session.groups.as_ref().map(groups),
            groups_partial: session.groups.as_ref().is_some_and(|groups| groups.partial),
            email: session.email.as_deref(),
            display_name: session.display_name.as_deref(),
            attributes: Attributes(&session.attributes),
            password: PasswordJson::of(session.password),
            authenticated_at: Some(Text(Rfc3339(session.authenticated_at))),
            method: Some(session.method.as_str()),
        }
    }

    /// The session of a person who has proved nothing: nobody was authenticated, so neither when nor how.
    pub(crate) fn unproven(session: &'a Session) -> Self {
        Self {
            authenticated_at: None,
            method: None,
            ..Self::of(session)
        }
    }
}

fn groups(groups: &SessionGroups) -> Vec<GroupJson<'_>> {
    groups.groups.iter().map(GroupJson::of).collect()
}

/// A group, and how the person came to it.
#[derive(Serialize)]
pub(crate) struct GroupJson<'a> {
    domain: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dn: Option<Text<&'a Dn>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<u32>,
    /// The names of the groups in between; absent for a direct one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    path: Vec<&'a str>,
}

impl<'a> GroupJson<'a> {
    pub(crate) fn of(group: &'a Group) -> Self {
        Self {
            domain: &group.domain,
            name: &group.name,
            dn: group.dn.as_ref().map(Text),
            gid: group.gid,
            path: group.path.iter().map(|name| &**name).collect(),
        }
    }
}

/// An object of lists, in the order of the maps: an attribute has a list of values even where it has one.
struct Attributes<'a>(&'a [(Box<str>, Vec<String>)]);

impl Attributes<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in self.0 {
            map.serialize_entry(name, values)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct PasswordJson {
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grace_left: Option<u32>,
}

impl PasswordJson {
    fn of(state: PasswordState) -> Option<Self> {
        let PasswordState {
            expires_in,
            grace_left,
        } = state;
        (expires_in.is_some() || grace_left.is_some()).then_some(Self {
            expires_in,
            grace_left,
        })
    }
}
