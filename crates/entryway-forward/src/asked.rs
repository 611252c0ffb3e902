//! What a proxy tells of one request.

use crate::{BasicCredentials, Page, PageError};

/// One question of a proxy.
pub struct Asked {
    /// What is asked for.
    pub page: Result<Page, PageError>,
    /// Who asks.
    pub kind: Kind,
    /// There is a cookie that may be a session of this host.
    pub has_cookie: bool,
    /// A name and a password (RFC 7617), where they were sent.
    pub basic: Option<BasicCredentials>,
}

/// What kind of client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A browser that is about to show a page: it may be sent to the login.
    Navigation,
    /// Something within a page. A login could not be shown there, and a browser's own dialogue for a password would
    /// come out of nowhere.
    Within,
    /// A program.
    Program,
}

impl Kind {
    /// By what browsers say of a request (Fetch Metadata), and by what older ones send.
    pub fn of(
        method: Option<&str>,
        fetch_mode: Option<&str>,
        requested_with: bool,
        accept: Option<&str>,
    ) -> Self {
        let takes_html = accept.is_some_and(|accept| accept.contains("text/html"));
        let is_navigation = match fetch_mode {
            Some(mode) => mode == "navigate",
            None => takes_html && !requested_with,
        };
        // What was sent with another method is lost on the way through a login.
        let shows = matches!(method, Some("GET" | "HEAD"));
        match (is_navigation, shows) {
            (true, true) => Self::Navigation,
            (true, false) => Self::Within,
            (false, _) if fetch_mode.is_some() || requested_with => Self::Within,
            (false, _) => Self::Program,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_browser_that_shows_a_page_is_sent_to_the_login() {
        use Kind::{Navigation, Program, Within};
        let html = Some("text/html,application/xhtml+xml,*/*;q=0.8");
        let of = |method, mode, xhr, accept| Kind::of(Some(method), mode, xhr, accept);
        assert_eq!(of("GET", Some("navigate"), false, html), Navigation);
        assert_eq!(of("GET", None, false, html), Navigation);
        assert_eq!(of("POST", Some("navigate"), false, html), Within);
        assert_eq!(of("GET", Some("cors"), false, html), Within);
        assert_eq!(
            of("GET", Some("no-cors"), false, Some("image/avif")),
            Within
        );
        assert_eq!(of("GET", None, true, html), Within);
        assert_eq!(of("GET", None, false, Some("*/*")), Program);
        assert_eq!(of("PROPFIND", None, false, None), Program);
        assert_eq!(Kind::of(None, None, false, None), Program);
    }
}
