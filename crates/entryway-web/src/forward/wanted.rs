//! The page that a browser wants, on its way through the login: sealed, so that nobody sends one elsewhere.

use crate::SingleSignOn;
use crate::sso::FORWARD;
use entryway_forward::Page;
use entryway_oidc::{Fingerprint, Timestamp};
use std::time::Duration;
use url::form_urlencoded;

/// How long a browser may take to the login.
const LIFE: Duration = Duration::from_secs(3600);
/// What is sealed with it is this and nothing else.
const BOUND: &[u8] = b"forward authentication: a page";

/// A page, and whose it is.
pub(crate) struct Wanted {
    /// The page.
    pub(crate) page: Page,
    /// Of what the browser has at that host.
    pub(crate) tie: Fingerprint,
}

impl Wanted {
    /// Where the browser goes for it.
    pub(crate) fn place(&self, sso: &dyn SingleSignOn) -> Option<String> {
        let until = crate::sso::now().plus(LIFE);
        let sealed = sso.seal(BOUND, &format!("{}\n{}", until.0, self.to_text()))?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("to", &sealed)
            .finish();
        Some(format!("{}{FORWARD}?{query}", sso.issuer()))
    }
    /// From what the browser brings.
    pub(crate) fn open(sso: &dyn SingleSignOn, sealed: &str, now: Timestamp) -> Option<Self> {
        let text = sso.unseal(BOUND, sealed)?;
        let (until, rest) = text.split_once('\n')?;
        let until: u64 = until.parse().ok()?;
        (now.0 < until).then(|| Self::from_text(rest)).flatten()
    }
    /// A line each: the browser, the host, the page.
    pub(crate) fn to_text(&self) -> String {
        let tie: String = self
            .tie
            .0
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let Page { host, target, .. } = &self.page;
        format!("{tie}\n{host}\n{target}")
    }
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.splitn(3, '\n');
        let (tie, host, target) = (lines.next()?, lines.next()?, lines.next()?);
        let mut bytes = [0; 32];
        if tie.len() != 2 * bytes.len() || !tie.is_ascii() {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(tie.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self {
            page: Page::read_again(host, target).ok()?,
            tie: Fingerprint(bytes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_it_was_written() {
        let wanted = Wanted {
            page: Page::read_again("wiki.example:8443", "/a%20b?c=/d").unwrap(),
            tie: Fingerprint([0xa7; 32]),
        };
        let read = Wanted::from_text(&wanted.to_text()).unwrap();
        assert_eq!(read.page, wanted.page);
        assert!(read.tie.is(&wanted.tie));
        for other in [
            "",
            "aa\nwiki.example\n/",
            &wanted.to_text().replace("/a", "a"),
        ] {
            assert!(Wanted::from_text(other).is_none(), "{other}");
        }
    }
}
