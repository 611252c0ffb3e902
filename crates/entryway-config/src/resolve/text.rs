//! Texts with a grammar of their own; what is wrong is shown inside the string.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::section::{Section, Text};
use entryway_ldap_types::{AttributeName, Dn};
use entryway_login::{Platform, is_secret_attribute};
use std::net::IpAddr;

pub(super) fn dn(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<Dn> {
    match Dn::parse(written.text) {
        Ok(dn) => Some(dn),
        Err(error) => {
            cx.push(
                Diagnostic::new(Code::NotDn, format!("`{key}` is not a distinguished name"))
                    .at(cx.texts.inside(written.place, error.at), error.kind),
            );
            None
        }
    }
}

/// An attribute that may be read: never a password, a hash or a key.
pub(super) fn attribute(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<AttributeName> {
    match AttributeName::parse(written.text) {
        Ok(name) if is_secret_attribute(&name) => {
            cx.push(secret_attribute(written, &name));
            None
        }
        Ok(name) => Some(name),
        Err(error) => {
            cx.push(
                Diagnostic::new(
                    Code::NotAttribute,
                    format!("`{key}` is not an attribute name"),
                )
                .at(written.place, error.to_string()),
            );
            None
        }
    }
}

pub(super) fn secret_attribute(written: Text<'_>, name: &AttributeName) -> Diagnostic {
    Diagnostic::new(
        Code::SecretAttribute,
        format!("`{name}` holds a secret, and is never read"),
    )
    .at(written.place, "")
    .hint("passwords are checked by a bind; Entryway never sees what the directory keeps of them")
}

/// The attribute of a setting, or the catalogue's default for it.
pub(super) fn attribute_or_default(
    section: &Section<'_>,
    key: &str,
    cx: &Context<'_>,
) -> Option<AttributeName> {
    attribute(section.text_or_default(key), key, cx)
}

/// A host name (RFC 1123 letters, digits, hyphens, and the underscores that people use) or an IP address.
pub(super) fn host_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.parse::<IpAddr>().is_ok()
        || (text.len() <= 253 && text.strip_suffix('.').unwrap_or(text).split('.').all(label))
}

/// Why a path is not an absolute one, in words.
pub(super) fn not_absolute(path: &str, platform: Platform) -> Option<&'static str> {
    let absolute = match platform {
        Platform::Unix | Platform::None => path.starts_with('/'),
        Platform::Windows => windows_absolute(path),
    };
    if !absolute {
        Some(match platform {
            Platform::Unix | Platform::None => "expected a path that begins with `/`",
            Platform::Windows => "expected a path that begins with a drive or with `\\\\`",
        })
    } else if path.split(['/', '\\']).any(|part| part == "..") {
        Some("`..` leads elsewhere")
    } else if path.chars().any(char::is_control) {
        Some("it holds a control character")
    } else {
        None
    }
}

fn windows_absolute(path: &str) -> bool {
    match path.as_bytes() {
        [b'/' | b'\\', b'/' | b'\\', _, ..] => true,
        [drive, b':', b'/' | b'\\', ..] => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{host_name, not_absolute};
    use entryway_login::Platform;

    #[test]
    fn hosts() {
        for good in [
            "dc1",
            "dc1.corp.example",
            "dc1.corp.example.",
            "192.0.2.1",
            "2001:db8::1",
            "my_dc",
        ] {
            assert!(host_name(good), "{good}");
        }
        for bad in [
            "",
            "-dc1",
            "dc1..corp",
            "dc 1",
            "dc1/x",
            "[::1]",
            &"a".repeat(64),
        ] {
            assert!(!host_name(bad), "{bad}");
        }
    }

    #[test]
    fn absolute_paths() {
        for (path, platform, good) in [
            ("/srv/home", Platform::Unix, true),
            ("srv", Platform::Unix, false),
            ("/srv/../etc", Platform::Unix, false),
            ("/srv/\u{7}", Platform::Unix, false),
            ("C:\\homes", Platform::Windows, true),
            ("\\\\files\\homes", Platform::Windows, true),
            ("C:homes", Platform::Windows, false),
            ("homes", Platform::Windows, false),
        ] {
            assert_eq!(not_absolute(path, platform).is_none(), good, "{path}");
        }
    }
}
