//! A browser: it keeps cookies and sends forms. And an application, which does neither.

use crate::daemon::Daemon;
use crate::sso::SECRET;
use base64::Engine as _;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use url::{Url, form_urlencoded};

pub(super) struct Browser<'d> {
    daemon: &'d Daemon,
    pub(super) cookies: BTreeMap<String, String>,
    /// Where it is.
    pub(super) host: String,
    /// Headers that it sends with everything.
    pub(super) headers: Vec<(&'static str, String)>,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl<'d> Browser<'d> {
    pub(super) fn new(daemon: &'d Daemon) -> Self {
        Self {
            daemon,
            cookies: BTreeMap::new(),
            host: "login.corp.example".to_owned(),
            headers: Vec::new(),
        }
    }

    /// One that is at another host: a browser keeps cookies for each apart.
    pub(super) fn at(daemon: &'d Daemon, host: &str) -> Self {
        Self {
            host: host.to_owned(),
            ..Self::new(daemon)
        }
    }

    /// A path with a query.
    pub(super) fn to(path: &str, query: &[(&str, &str)]) -> String {
        format!("{path}?{}", encoded(query))
    }

    pub(super) fn get(&mut self, path: &str) -> Got {
        self.ask("GET", path, None)
    }

    pub(super) fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Got {
        self.ask("POST", path, Some(encoded(form)))
    }

    /// Sends the form of a page, filled in.
    pub(super) fn submit(&mut self, page: &Got, filled: &[(&str, &str)]) -> Got {
        let flow = page.field("flow").expect("a form");
        let mut form = vec![("flow", flow.as_str())];
        form.extend(filled);
        let action = page.form_action();
        self.post(&action, &form)
    }

    /// As a client that authenticates by its secret.
    pub(super) fn client(&mut self, path: &str, id: &str, form: &[(&str, &str)]) -> Got {
        let proof = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{SECRET}"));
        self.headers = vec![("authorization", format!("Basic {proof}"))];
        self.post(path, form)
    }

    pub(super) fn bearer(&mut self, path: &str, token: &str) -> Got {
        self.headers = vec![("authorization", format!("Bearer {token}"))];
        self.get(path)
    }

    pub(super) fn ask(&mut self, method: &str, path: &str, body: Option<String>) -> Got {
        let host = &self.host;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter();
            let pairs: Vec<_> = cookies
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            head += &format!("cookie: {}\r\n", pairs.join("; "));
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some(body) = &body {
            let length = body.len();
            head += &format!(
                "content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n"
            );
        }
        let mut stream = self.daemon.connect();
        let request = head + "\r\n" + body.as_deref().unwrap_or_default();
        stream.write_all(request.as_bytes()).expect("written");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let answer = String::from_utf8(answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let got = Got {
            status: head[9..12].parse().expect("a status"),
            head: head.to_owned(),
            body: body.to_owned(),
        };
        self.keep_cookies(&got);
        got
    }

    fn keep_cookies(&mut self, got: &Got) {
        for cookie in got.headers("set-cookie") {
            let (pair, attributes) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a value");
            for demanded in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
                assert!(format!(";{attributes}").contains(demanded), "{cookie}");
            }
            assert!(name.starts_with("__Host-"), "{cookie}");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Got {
    pub(super) fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(other, _)| *other == name)
            .map(|(_, value)| value)
            .collect()
    }

    pub(super) fn location(&self) -> Option<&str> {
        self.headers("location").first().copied()
    }

    /// A parameter of the place that the browser is sent to.
    pub(super) fn sent(&self, name: &str) -> Option<String> {
        let place = Url::parse(self.location()?).expect("a URL");
        let mut pairs = place.query_pairs();
        let (_, value) = pairs.find(|(other, _)| other == name)?;
        Some(value.into_owned())
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("JSON, not {self:?}"))
    }

    /// The value of a field of the page's form.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        self.after(&format!("name=\"{name}\" value=\""))
    }

    fn form_action(&self) -> String {
        let action = self.after("action=\"").expect("a form");
        action.replacen("../", "/", 1)
    }

    fn after(&self, mark: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(mark)?;
        let (value, _) = rest.split_once('"')?;
        Some(value.to_owned())
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}
