//! The path of a page, read in one way or not at all.
//!
//! The proxy, this program and the server behind must mean the same page. They differ in what they make of `..`, of
//! escapes that were escaped twice, of backslashes and doubled slashes; browsers send none of these for a page that
//! somebody opens. So a path with any of them is refused.

use std::fmt;

/// Longest path and query, in bytes: longer than proxies take by default.
const MOST: usize = 8 * 1024;

/// A path, decoded once: its segments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<Box<str>>);

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It does not begin with `/`, or is too long.
    #[error("expected a path that begins with `/`, of at most 8 KiB")]
    Form,
    /// Bytes that no client sends unescaped.
    #[error("it holds what must be escaped in a URL")]
    Character,
    /// `%` and not two hexadecimal digits.
    #[error("it holds `%` without two hexadecimal digits")]
    Escape,
    /// No text once it is decoded, or a control character.
    #[error("it is no text, or holds a control character")]
    Text,
    /// A slash or a backslash within a segment.
    #[error("it holds a slash that is escaped, or a backslash")]
    Slash,
    /// Escapes of escapes.
    #[error("it holds an escape that is escaped once more")]
    Twice,
    /// `.`, `..`, or nothing, between two slashes.
    #[error("it holds `.`, `..` or nothing between two slashes")]
    Dots,
}

impl Path {
    /// Reads what stands before the `?`.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let rest = text.strip_prefix('/').ok_or(PathError::Form)?;
        if text.len() > MOST {
            return Err(PathError::Form);
        }
        let segments: Vec<Box<str>> = rest
            .split('/')
            .map(segment)
            .collect::<Result<_, PathError>>()?;
        let mut path = Self(segments);
        // `/staff/` is in `/staff`: the last one may be empty.
        path.0.pop_if(|last| last.is_empty());
        if path.0.iter().any(|segment| segment.is_empty()) {
            return Err(PathError::Dots);
        }
        Ok(path)
    }

    /// Whether the page is this one or below it: by whole segments.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// How particular it is.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// What other servers might take this path for: without parameters behind `;`, in one case, and ended by a `?` or
    /// `#` that was escaped. Titles of pages hold those (`/wiki/Why%3F`), so they are not refused everywhere.
    pub fn otherwise(&self) -> Self {
        let mut segments = Vec::with_capacity(self.0.len());
        for segment in &self.0 {
            let ended = segment.split_once(['?', '#']);
            let (before, _) = ended.unwrap_or((segment, ""));
            let (name, _) = before.split_once(';').unwrap_or((before, ""));
            // Some servers take trailing dots and blanks away, too.
            let name = name.trim_end_matches(['.', ' ']).to_lowercase();
            if !name.is_empty() {
                segments.push(name.into());
            }
            if ended.is_some() {
                break;
            }
        }
        Self(segments)
    }
}

/// Decoded, for people.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.is_empty() {
            true => f.write_str("/"),
            false => self
                .0
                .iter()
                .try_for_each(|segment| write!(f, "/{segment}")),
        }
    }
}

fn segment(raw: &str) -> Result<Box<str>, PathError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte.unwrap_or(b' ')).to_digit(16);
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                let (Some(high), Some(low)) = (high, low) else {
                    return Err(PathError::Escape);
                };
                // Two digits of sixteen are a byte.
                u8::try_from(high * 16 + low).map_err(|_| PathError::Escape)?
            }
            b'\\' => return Err(PathError::Slash),
            // Whoever sends these unescaped is no browser; parsers disagree about all of them.
            b'#' | b'?' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}' => {
                return Err(PathError::Character);
            }
            byte if byte.is_ascii_graphic() => byte,
            _ => return Err(PathError::Character),
        };
        bytes.push(byte);
    }
    // Overlong forms of a slash are no UTF-8, and end here.
    let text = String::from_utf8(bytes).map_err(|_| PathError::Text)?;
    if text.chars().any(char::is_control) {
        return Err(PathError::Text);
    }
    if text.contains(['/', '\\']) {
        return Err(PathError::Slash);
    }
    if has_escape(&text) {
        return Err(PathError::Twice);
    }
    // With parameters behind it, too: `..;x` is `..` to some.
    let (name, _) = text.split_once(';').unwrap_or((&text, ""));
    let blank = name.trim();
    if matches!(blank, "." | "..") || (name.is_empty() && !text.is_empty()) {
        return Err(PathError::Dots);
    }
    Ok(text.into())
}

fn has_escape(text: &str) -> bool {
    let digits = |rest: &str| {
        let mut two = rest.bytes().take(2);
        let mut is_digit = || two.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        is_digit() && is_digit()
    };
    text.match_indices('%')
        .any(|(at, _)| text.get(at + 1..).is_some_and(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[&str], PathError>) {
        let read = Path::parse(text);
        let read = read.map(|path| path.0.iter().map(|s| s.to_string()).collect::<Vec<_>>());
        let expected = expected.map(|segments| segments.iter().map(|s| (*s).to_owned()).collect());
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn a_path_is_its_segments() {
        check("/", Ok(&[]));
        check("/staff", Ok(&["staff"]));
        check("/staff/", Ok(&["staff"]));
        check("/a/%62/c.html", Ok(&["a", "b", "c.html"]));
        check("/J%C3%BCrg%20Doe", Ok(&["J\u{fc}rg Doe"]));
        check("/100%25/x", Ok(&["100%", "x"]));
        check("/a;x=1/b", Ok(&["a;x=1", "b"]));
        check("/...", Ok(&["..."]));
    }

    #[test]
    fn what_could_be_another_page_is_refused() {
        use PathError::{Character, Dots, Escape, Form, Slash, Text, Twice};
        for (text, why) in [
            ("", Form),
            ("staff", Form),
            ("https://wiki.corp.example/", Form),
            ("*", Form),
            ("//staff", Dots),
            ("/a//b", Dots),
            ("/a//", Dots),
            ("/..", Dots),
            ("/a/../staff", Dots),
            ("/a/./b", Dots),
            ("/a/%2e%2e/staff", Dots),
            ("/a/.%2E/staff", Dots),
            ("/a/..;/staff", Dots),
            ("/a/..%20/staff", Dots),
            ("/;x/staff", Dots),
            ("/a%2fstaff", Slash),
            ("/a%2F..%2Fstaff", Slash),
            ("/a\\staff", Slash),
            ("/a%5cstaff", Slash),
            ("/%252e%252e/staff", Twice),
            ("/a%252fstaff", Twice),
            ("/a%00", Text),
            ("/a%0d%0aX-Y: z", Character),
            ("/a%0d%0aX-Y:z", Text),
            ("/%c0%ae%c0%ae/staff", Text),
            ("/%ff", Text),
            ("/a%", Escape),
            ("/a%4", Escape),
            ("/a%zz", Escape),
            ("/a%u002e", Escape),
            ("/a b", Character),
            ("/a#b", Character),
            ("/J\u{fc}rg", Character),
        ] {
            check(text, Err(why));
        }
        let long = format!("/{}", "a".repeat(MOST));
        check(&long, Err(Form));
    }

    #[test]
    fn other_servers_may_take_a_path_for_another() {
        let otherwise = |text: &str| Path::parse(text).unwrap().otherwise().to_string();
        assert_eq!(otherwise("/Board;x=1/Minutes."), "/board/minutes");
        assert_eq!(otherwise("/board%3F"), "/board");
        assert_eq!(otherwise("/board%23x/y"), "/board");
        assert_eq!(otherwise("/board;x%3f/y"), "/board");
        assert_eq!(otherwise("/a/%3f/board"), "/a");
        assert_eq!(otherwise("/wiki/Why%3F"), "/wiki/why");
    }

    #[test]
    fn a_page_is_within_another_by_whole_segments() {
        let within = |page: &str, other: &str| {
            Path::parse(page)
                .unwrap()
                .is_within(&Path::parse(other).unwrap())
        };
        assert!(within("/staff", "/"));
        assert!(within("/staff", "/staff/"));
        assert!(within("/staff/a", "/staff"));
        assert!(within("/%73taff/a", "/staff"));
        assert!(!within("/staffroom", "/staff"));
        assert!(!within("/", "/staff"));
    }
}
