//! What proxies tell of requests.

use entryway_forward::{BasicCredentials, Host, Page, Path};

/// The rule that pages are held against.
const OPEN: &str = "open";

/// A page is a path of its host, whatever is written; and one that a rule is for is that page to every server, however
/// often it decodes, and however it resolves dots.
pub fn forward_page(bytes: &[u8]) {
    let _ = BasicCredentials::read(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(host) = Host::parse(text) {
        assert_eq!(Host::parse(host.as_str()).as_ref(), Ok(&host));
        assert_eq!(host.as_str(), host.as_str().to_lowercase());
    }
    let Ok(page) = Page::read_again("wiki.example", text) else {
        return;
    };
    let target = page.target.as_str();
    assert!(target.starts_with('/') && !target.starts_with("//"));
    assert!(target.bytes().all(|byte| byte.is_ascii_graphic()));
    let path = target.split('?').next().unwrap_or_default();
    let open = Path::parse(&format!("/{OPEN}"));
    let is_open = open.is_ok_and(|open| page.path.is_within(&open));
    let mut decoded = path.as_bytes().to_vec();
    for _ in 0..3 {
        decoded = decode(&decoded);
        assert_eq!(first(&decoded) == OPEN.as_bytes(), is_open, "{path}");
    }
}

/// The first segment, as a server has it that takes backslashes for slashes and goes up at dots.
fn first(path: &[u8]) -> &[u8] {
    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in path.split(|byte| matches!(byte, b'/' | b'\\')) {
        match segment {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    segments.first().copied().unwrap_or_default()
}

fn decode(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let escaped = digits
            .filter(|two| *byte == b'%' && two.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match escaped {
            Some(escaped) => {
                decoded.push(escaped);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(*byte);
                rest = after;
            }
        }
    }
    decoded
}
