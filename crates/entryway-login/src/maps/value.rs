//! One text of the directory, parsed into what its target holds.

use crate::draft::Draft;
use crate::home;
use crate::trace::quoted;
use crate::{MapTarget, Platform, UserType};

/// A parsed value.
pub(super) enum Parsed {
    Uid(u32),
    Gid(u32),
    Home(String),
    UserType(UserType),
    Shell(String),
    SystemUser(String),
    /// Looked at before the bind; the session does not carry it.
    AuthByEmail,
    Email(String),
    DisplayName(String),
    Custom(Box<str>, Vec<String>),
}

impl Parsed {
    /// Puts the value in its place.
    pub(super) fn put(self, draft: &mut Draft) {
        match self {
            Self::Uid(uid) => draft.uid = Some(uid),
            Self::Gid(gid) => draft.gid = Some(gid),
            Self::Home(home) => draft.home = Some(home),
            Self::UserType(user_type) => draft.user_type = Some(user_type),
            Self::Shell(shell) => draft.shell = Some(shell),
            Self::SystemUser(system_user) => draft.system_user = Some(system_user),
            Self::AuthByEmail => {}
            Self::Email(email) => draft.email = Some(email),
            Self::DisplayName(display_name) => draft.display_name = Some(display_name),
            Self::Custom(name, values) => draft.attributes.push((name, values)),
        }
    }
}

/// Parses a text for its target, or says in words why it is unusable.
pub(super) fn parse(target: &MapTarget, text: &str, platform: Platform) -> Result<Parsed, String> {
    Ok(match target {
        MapTarget::Uid => Parsed::Uid(id(text)?),
        MapTarget::Gid => Parsed::Gid(id(text)?),
        MapTarget::Home => Parsed::Home(path(text, platform)?),
        // A login shell is a unix thing whatever the platform.
        MapTarget::Shell => Parsed::Shell(path(text, Platform::Unix)?),
        MapTarget::UserType => Parsed::UserType(
            UserType::parse(text)
                .map_err(|_| format!("is {}, expected `real` or `virtual`", quoted(text)))?,
        ),
        MapTarget::AuthByEmail => {
            yes_or_no(text)
                .ok_or_else(|| format!("is {}, expected `true` or `false`", quoted(text)))?;
            Parsed::AuthByEmail
        }
        MapTarget::SystemUser => Parsed::SystemUser(owned_line(text)?),
        MapTarget::Email => Parsed::Email(owned_line(text)?),
        MapTarget::DisplayName => Parsed::DisplayName(owned_line(text)?),
        MapTarget::Custom(name) => Parsed::Custom(name.clone(), vec![owned_line(text)?]),
    })
}

/// A user or group id. 2^32-1 is `(uid_t)-1`, which calls such as chown read as "no change".
fn id(text: &str) -> Result<u32, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(id) if digits && id != u32::MAX => Ok(id),
        _ => Err(format!(
            "is {}, expected a number from 0 to {}",
            quoted(text),
            u32::MAX - 1
        )),
    }
}

fn path(text: &str, platform: Platform) -> Result<String, String> {
    home::absolute(text, platform)
        .map_err(|problem| format!("is {}, which {problem}", quoted(text)))?;
    Ok(text.to_owned())
}

/// Text that ends up in headers, mails and lines of a log. An address of several lines too: whoever
/// reads a session's values one a line, or copies one into a header, must not read a second one.
pub(super) fn line(text: &str) -> Result<(), String> {
    if text.contains(char::is_control) {
        return Err(format!(
            "is {}, which holds a control character",
            quoted(text)
        ));
    }
    Ok(())
}

fn owned_line(text: &str) -> Result<String, String> {
    line(text).map(|()| text.to_owned())
}

/// `true`/`yes`/`1` and `false`/`no`/`0`, in any case.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    let is = |word: &&str| text.eq_ignore_ascii_case(word);
    if ["true", "yes", "1"].iter().any(is) {
        Some(true)
    } else if ["false", "no", "0"].iter().any(is) {
        Some(false)
    } else {
        None
    }
}
