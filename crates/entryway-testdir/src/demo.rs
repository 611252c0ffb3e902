//! The directory of `entryway demo`: an invented company of forty people, shipped in the binary.
//!
//! Among them are the odd cases of real directories: one locked, one expired, one who must change
//! the password, two of the same name, one without a home, groups that hold each other, and names
//! with a comma, parentheses, accents and a fox. `data/demo.ldif` says which is which.

use crate::{Directory, DirectoryError, Options};

/// The LDIF itself.
pub const LDIF: &str = include_str!("../data/demo.ldif");
/// What everything lies under.
pub const BASE: &str = "dc=example,dc=com";
/// Where the people are that one usually means; contractors are in `ou=external`.
pub const PEOPLE: &str = "ou=people,dc=example,dc=com";
/// Where the groups are.
pub const GROUPS: &str = "ou=groups,dc=example,dc=com";
/// The account that looks people up.
pub const SERVICE_DN: &str = "cn=entryway,ou=services,dc=example,dc=com";
/// What everybody's password is, in words.
pub const PASSWORD_HINT: &str = "each password is the uid and `-demo`: aokafor has `aokafor-demo`";

/// The password of [`SERVICE_DN`]. Like all passwords here it is no secret: it stands in the source.
pub const fn service_password() -> &'static str {
    "lantern-service-demo"
}

/// The password of the person with this uid.
pub fn password(uid: &str) -> String {
    format!("{uid}-demo")
}

/// Reads the directory. It does not fail: a test reads the same text.
pub fn directory() -> Result<Directory, DirectoryError> {
    Directory::from_ldif(LDIF)
}

/// How the demo's server is: it takes passwords through TLS only, and keeps a short log.
pub fn options() -> Options {
    Options {
        require_tls_for_passwords: true,
        log_capacity: 200,
        ..Options::default()
    }
}

/// A login to show, and what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalkLogin {
    /// The login name.
    pub name: &'static str,
    /// The password.
    pub password: &'static str,
    /// What it shows, in a few words.
    pub shows: &'static str,
}

const fn walk(name: &'static str, password: &'static str, shows: &'static str) -> WalkLogin {
    WalkLogin {
        name,
        password,
        shows,
    }
}

/// Name and password are right.
pub const RIGHT: WalkLogin = walk("aokafor", "aokafor-demo", "the right password");
/// The person exists, the password is another.
pub const WRONG_PASSWORD: WalkLogin = walk("tnakamura", "letmein", "a wrong password");
/// Nobody has this name.
pub const UNKNOWN: WalkLogin = walk("jfinch", "jfinch-demo", "a name that nobody has");
/// The account is locked for good; the password is right.
pub const LOCKED: WalkLogin = walk("bferris", "bferris-demo", "a locked account");
/// Two people have this name.
pub const AMBIGUOUS: WalkLogin = walk("schen", "schen-demo", "a name that two people have");
/// The password is right and must be changed first.
pub const MUST_CHANGE: WalkLogin = walk("wgrant", "wgrant-demo", "a password that must be changed");
/// The password is right and has expired.
pub const EXPIRED: WalkLogin = walk("oeriksen", "oeriksen-demo", "an expired password");
/// The person has no home directory, uid number or group number.
pub const NO_HOME: WalkLogin = walk("tsofer", "tsofer-demo", "an entry without a home");
/// A login name with parentheses.
pub const ODD_NAME: WalkLogin = walk("nes(ops)", "nes(ops)-demo", "a name with parentheses");

/// The five logins that the demo walks through.
pub const WALK: [WalkLogin; 5] = [RIGHT, WRONG_PASSWORD, UNKNOWN, LOCKED, AMBIGUOUS];

#[cfg(test)]
mod tests;
