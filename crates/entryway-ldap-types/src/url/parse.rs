//! The grammar of RFC 4516 §2, part by part from the left.

use super::{LdapUrl, LdapUrlError, Scheme, Scope};
use crate::{AttributeName, Dn, Filter};
use core::net::Ipv6Addr;

pub(super) fn url(text: &str) -> Result<LdapUrl, LdapUrlError> {
    if let Some(at) = text.find(|char: char| char.is_control()) {
        return error(at, "a control character");
    }
    if let Some(at) = text.find('#') {
        return error(at, "expected `%23`, found `#`");
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return error(0, "expected `ldap://` or `ldaps://`");
    };
    let scheme = match scheme {
        ldap if ldap.eq_ignore_ascii_case("ldap") => Scheme::Ldap,
        ldaps if ldaps.eq_ignore_ascii_case("ldaps") => Scheme::Ldaps,
        _ => return error(0, "expected `ldap://` or `ldaps://`"),
    };
    let start = text.len() - rest.len();
    let (authority, path) = match rest.find(['/', '?']) {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let (host, port) = host_and_port(Part {
        text: authority,
        at: start,
    })?;
    let mut url = LdapUrl {
        scheme,
        host,
        port: port.unwrap_or(scheme.default_port()),
        dn: Dn::default(),
        attributes: Vec::new(),
        scope: Scope::Base,
        filter: None,
    };
    let at = start + authority.len();
    match path.strip_prefix('/') {
        Some(query) => read_query(
            &mut url,
            Part {
                text: query,
                at: at + 1,
            },
        )?,
        None if path.is_empty() => {}
        None => return error(at, "expected `/` before `?`"),
    }
    Ok(url)
}

/// A piece of the URL and where it begins.
#[derive(Clone, Copy)]
struct Part<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Part<'t> {
    fn split(self, separator: char) -> impl Iterator<Item = Part<'t>> {
        let mut at = self.at;
        self.text.split(separator).map(move |text| {
            let part = Part { text, at };
            at += text.len() + separator.len_utf8();
            part
        })
    }

    /// RFC 3986 §2.1, to text.
    fn decode(self) -> Result<String, LdapUrlError> {
        let mut bytes = Vec::with_capacity(self.text.len());
        let mut rest = self.text.as_bytes();
        while let [byte, tail @ ..] = rest {
            rest = tail;
            if *byte != b'%' {
                bytes.push(*byte);
                continue;
            }
            let digit = |byte: u8| {
                char::from(byte)
                    .to_digit(16)
                    .and_then(|digit| u8::try_from(digit).ok())
            };
            match tail {
                [high, low, tail @ ..]
                    if let (Some(high), Some(low)) = (digit(*high), digit(*low)) =>
                {
                    bytes.push(high << 4 | low);
                    rest = tail;
                }
                _ => {
                    let at = self.at + self.text.len() - rest.len() - 1;
                    return error(at, "expected two hexadecimal digits after `%`");
                }
            }
        }
        String::from_utf8(bytes).or_else(|found| {
            error(
                self.raw(found.utf8_error().valid_up_to()),
                "expected UTF-8 behind the `%` escapes, found other bytes",
            )
        })
    }

    /// Where in the URL the byte stands that is at `decoded` after decoding.
    fn raw(self, decoded: usize) -> usize {
        let mut rest = self.text.as_bytes();
        for _ in 0..decoded {
            rest = match rest {
                [b'%', _, _, tail @ ..] | [_, tail @ ..] => tail,
                [] => break,
            };
        }
        self.at + self.text.len() - rest.len()
    }
}

fn host_and_port(authority: Part<'_>) -> Result<(String, Option<u16>), LdapUrlError> {
    let Part { text, at } = authority;
    if let Some(found) = text.find('@') {
        return error(at + found, "expected a host without a user name, found `@`");
    }
    let (host, port) = match text.strip_prefix('[') {
        Some(inner) => {
            let Some((address, after)) = inner.split_once(']') else {
                return error(at, "expected `]` after the IPv6 address that begins");
            };
            if address.parse::<Ipv6Addr>().is_err() {
                return error(at + 1, "expected an IPv6 address");
            }
            match after.strip_prefix(':') {
                None if !after.is_empty() => {
                    return error(at + text.len() - after.len(), "expected `:` or `/`");
                }
                port => (address.to_owned(), port),
            }
        }
        None => {
            let (host, port) = text
                .split_once(':')
                .map_or((text, None), |(host, port)| (host, Some(port)));
            if port.is_some_and(|port| port.contains(':')) {
                return error(at, "expected `[` before an IPv6 address");
            }
            (host_name(Part { text: host, at })?, port)
        }
    };
    let Some(digits) = port else {
        return Ok((host, None));
    };
    if host.is_empty() {
        return error(at, "expected a host before the port");
    }
    let at = at + text.len() - digits.len();
    match digits {
        "" => Ok((host, None)),
        _ if !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            error(at, "expected a port number")
        }
        _ => match digits.parse() {
            Ok(port @ 1..) => Ok((host, Some(port))),
            _ => error(at, "expected a port from 1 to 65535"),
        },
    }
}

/// A name or IPv4 address: nothing that could mean something in another place of a URL or a log.
fn host_name(host: Part<'_>) -> Result<String, LdapUrlError> {
    let name = host.decode()?;
    match name.find(|char: char| !char.is_ascii_alphanumeric() && !matches!(char, '-' | '.' | '_'))
    {
        Some(at)
            if name
                .get(at..)
                .is_some_and(|rest| !rest.starts_with(|char: char| char.is_ascii())) =>
        {
            error(
                host.raw(at),
                "expected a host name in its ASCII form (`xn--…`)",
            )
        }
        Some(at) => error(
            host.raw(at),
            "expected letters, digits, `-`, `.` or `_` in a host name",
        ),
        None => Ok(name),
    }
}

/// `dn[?attributes[?scope[?filter[?extensions]]]]`.
fn read_query(url: &mut LdapUrl, query: Part<'_>) -> Result<(), LdapUrlError> {
    for (place, part) in query.split('?').enumerate() {
        match place {
            0 => {
                url.dn = Dn::parse(&part.decode()?)
                    .or_else(|found| error(part.raw(found.at), found.kind))?
            }
            1 => url.attributes = attributes(part)?,
            2 => url.scope = scope(part)?,
            3 => url.filter = filter(part)?,
            4 => refuse_critical(part)?,
            _ => return error(part.at - 1, "expected `%3f`, found `?`"),
        }
    }
    Ok(())
}

fn attributes(list: Part<'_>) -> Result<Vec<AttributeName>, LdapUrlError> {
    if matches!(list.text, "" | "*") {
        return Ok(Vec::new());
    }
    let name = |part: Part<'_>| {
        AttributeName::parse(&part.decode()?)
            .or_else(|_| error(part.at, "expected an attribute name"))
    };
    list.split(',').map(name).collect()
}

fn scope(part: Part<'_>) -> Result<Scope, LdapUrlError> {
    match part.text.to_ascii_lowercase().as_str() {
        "" | "base" => Ok(Scope::Base),
        "one" => Ok(Scope::OneLevel),
        "sub" => Ok(Scope::Subtree),
        _ => error(part.at, "expected `base`, `one` or `sub`"),
    }
}

fn filter(part: Part<'_>) -> Result<Option<Filter>, LdapUrlError> {
    if part.text.is_empty() {
        return Ok(None);
    }
    Filter::parse(&part.decode()?)
        .map(Some)
        .or_else(|found| error(part.raw(found.at), found.kind))
}

/// RFC 4516 §2: an unsupported critical extension must not be ignored.
fn refuse_critical(extensions: Part<'_>) -> Result<(), LdapUrlError> {
    match extensions
        .split(',')
        .find(|part| part.text.starts_with('!') || part.text.starts_with("%21"))
    {
        Some(part) => error(part.at, "a critical extension, none is supported,"),
        None => Ok(()),
    }
}

fn error<T>(at: usize, kind: &'static str) -> Result<T, LdapUrlError> {
    Err(LdapUrlError { at, kind })
}
