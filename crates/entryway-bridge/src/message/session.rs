//! Who somebody is, as far as a site tells the hub.

use serde::{Deserialize, Serialize};

/// A session that crosses. What the site does not release is absent, and so are the server, the DN's server and all by
/// which the site finds the person again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteSession {
    /// Stable at the site: `staff:3f2504e0-…`. Always there.
    pub subject: String,
    /// What the person is called at the site. Always there.
    pub name: String,
    /// The site's own domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The entry's DN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dn: Option<String>,
    /// Numeric user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// Numeric group id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
    /// Absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// `real` or `virtual`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
    /// Login shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
    /// Passed on to the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_user: Option<String>,
    /// The user class at the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_class: Option<String>,
    /// The account template at the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Effective groups; absent where nobody asked or the site does not release them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<SiteGroups>,
    /// Primary mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Human name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Custom attributes that the site releases, in the order of their maps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, Vec<String>)>,
    /// What the directory said about the password.
    #[serde(default)]
    pub password: SitePassword,
    /// When the password was verified, in milliseconds of Unix time.
    pub authenticated_at_ms: u64,
}

impl SiteSession {
    /// One that says what every session says, and nothing else.
    pub fn new(subject: String, name: String, authenticated_at_ms: u64) -> Self {
        Self {
            subject,
            name,
            domain: None,
            dn: None,
            uid: None,
            gid: None,
            home: None,
            user_type: None,
            shell: None,
            system_user: None,
            user_class: None,
            template: None,
            groups: None,
            email: None,
            display_name: None,
            attributes: Vec::new(),
            password: SitePassword::default(),
            authenticated_at_ms,
        }
    }
}

/// A session's groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteGroups {
    /// Each once, direct ones first.
    pub groups: Vec<SiteGroup>,
    /// Whether there may be more.
    pub partial: bool,
}

/// One group. Without its DN and without the groups in between: those are the site's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteGroup {
    /// The site's own domain that it belongs to.
    pub domain: String,
    /// Its name.
    pub name: String,
    /// Its number, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
}

/// What the directory said about the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitePassword {
    /// Seconds until it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u32>,
    /// Grace logins left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_left: Option<u32>,
}
