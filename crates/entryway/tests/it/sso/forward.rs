//! Forward authentication as proxies and browsers see it. What a proxy would send is sent here by hand, as its
//! documentation has it; the real ones run in `conformance/live/integrations`.

mod attacks;
mod passwords;
mod sessions;

use super::{Browser, Got, ISSUER};
use crate::daemon::Daemon;
use crate::world::{CONSOLE, World};

const WIKI: &str = "wiki.corp.example";
const FORUM: &str = "forum.corp.example:8443";
const LOGIN: [(&str, &str); 3] = [("name", "jdoe"), ("password", "right"), ("action", "login")];

const RULES: &str = r#"
[sso]
issuer = "https://login.corp.example"

[[user_class]]
name  = "engineers"
users = "jdoe"

[[user_class]]
name  = "board"
users = "chief"

[forward_auth]
basic_life = "60s"

[[forward_auth.rule]]
host   = "wiki.corp.example"
path   = "/public"
public = true

[[forward_auth.rule]]
host  = "wiki.corp.example"
class = "engineers"

[[forward_auth.rule]]
host  = "wiki.corp.example"
path  = "/api"
basic = true

[[forward_auth.rule]]
host  = "wiki.corp.example"
path  = "/board"
class = "board"
basic = true

[[forward_auth.rule]]
host = "forum.corp.example:8443"
when = '!("staff/engineers" in groups)'
"#;

/// A directory, and rules for two hosts.
fn world() -> World {
    world_trusting("127.0.0.1", RULES)
}

fn world_trusting(proxy: &str, rules: &str) -> World {
    let world = World::new();
    world.configure("5s", rules);
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    let trusting = format!("[server]\ntrusted_proxies = [\"{proxy}\"]\n");
    world.write(
        "entryway.toml",
        &settings.replacen("[server]\n", &trusting, 1),
    );
    world
}

/// A browser at a protected host: its requests come by way of a proxy.
struct Visitor<'d> {
    at: Browser<'d>,
}

impl<'d> Visitor<'d> {
    fn at(daemon: &'d Daemon, host: &str) -> Self {
        let mut at = Browser::at(daemon, host);
        at.headers = vec![
            ("accept", "text/html".to_owned()),
            ("sec-fetch-mode", "navigate".to_owned()),
        ];
        Self { at }
    }

    /// What the proxy is answered about a page, asked as Traefik and Caddy do.
    fn asks(&mut self, method: &str, uri: &str) -> Got {
        let own = self.at.headers.clone();
        self.at.headers.extend([
            ("x-forwarded-method", method.to_owned()),
            ("x-forwarded-proto", "https".to_owned()),
            ("x-forwarded-host", self.at.host.clone()),
            ("x-forwarded-uri", uri.to_owned()),
            ("x-forwarded-for", "203.0.113.9".to_owned()),
        ]);
        let got = self.at.get("/forward-auth");
        self.at.headers = own;
        got
    }

    /// Comes back to the host: the proxy passes this on.
    fn comes_back(&mut self, place: &str) -> Got {
        let origin = format!("https://{}", self.at.host);
        let path = place.strip_prefix(&origin).expect("this host");
        self.at.get(path)
    }

    /// From a page that it may not see yet to the page itself, through the login.
    fn logs_in(&mut self, login: &mut Browser<'_>, uri: &str) -> Got {
        let sent = self.asks("GET", uri);
        let back = log_in(login, &sent);
        self.comes_back(&back)
    }
}

/// Where the login sends the browser that was sent there.
fn log_in(login: &mut Browser<'_>, sent: &Got) -> String {
    assert_eq!(sent.status, 302, "{sent:?}");
    let place = sent.location().expect("a place");
    let path = place.strip_prefix(ISSUER).expect("our own login");
    let mut got = login.get(path);
    if got.status == 200 {
        got = login.submit(&got, &LOGIN);
    }
    assert_eq!(got.status, 303, "{got:?}");
    got.location().expect("a place").to_owned()
}

/// A question of a program, with these headers besides.
fn program(daemon: &Daemon, host: &str, uri: &str, more: &[(&'static str, &str)]) -> Got {
    let mut visitor = Visitor::at(daemon, host);
    visitor.at.headers = more
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    visitor.asks("GET", uri)
}

/// The header of a name and a password.
fn basic(name: &str, password: &str) -> String {
    use base64::Engine as _;
    let both = format!("{name}:{password}");
    let coded = base64::engine::general_purpose::STANDARD.encode(both);
    format!("Basic {coded}")
}

/// Every identity header of an answer; all of them are there, once.
fn identity(got: &Got) -> Vec<(&str, &str)> {
    let names = [
        "remote-user",
        "remote-name",
        "remote-email",
        "remote-groups",
        "remote-class",
        "remote-uid",
        "remote-gid",
        "remote-domain",
    ];
    let one = |name: &'static str| {
        // An empty one is written without the blank.
        let lines = got.head.lines().filter_map(|line| line.split_once(':'));
        let values: Vec<_> = lines.filter(|(other, _)| *other == name).collect();
        assert_eq!(values.len(), 1, "{name} in {got:?}");
        (name, values[0].1.trim())
    };
    names.into_iter().map(one).collect()
}

fn is_in(got: &Got) {
    assert_eq!(got.status, 200, "{got:?}");
    let expected = [
        ("remote-user", "jdoe"),
        ("remote-name", "Jane Doe"),
        ("remote-email", "jane.doe@corp.example"),
        ("remote-groups", ""),
        ("remote-class", "engineers"),
        ("remote-uid", "1042"),
        ("remote-gid", "100"),
        ("remote-domain", "staff"),
    ];
    assert_eq!(identity(got), expected);
}

/// What the metrics say of these counters.
fn counted(daemon: &Daemon, name: &str) -> Option<u64> {
    let page = daemon.get("/metrics", CONSOLE).body;
    let line = page.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}
