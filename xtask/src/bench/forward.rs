//! Forward authentication: how many questions of a proxy are answered a second, for browsers with a session and for
//! programs that send a password with each request.

use super::report::Side;
use super::settings::Lookup;
use super::sign_in::{Answer, ISSUER_HOST, SignInPlan};
use super::stage::{Load, PASSWORD, Stage, Started};
use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entryway_conformance::{Domain, Encrypt};
use std::fmt::{self, Write as _};
use std::io::{Read, Write};
use std::net::TcpStream;

const HOST: &str = "wiki.example.org";
/// Who asks; everybody else is asked about by one question and one answer as well.
const PERSON: &str = "u0000001";

/// What was measured.
#[derive(Debug)]
pub(super) struct Forward(Vec<Row>);

#[derive(Debug)]
struct Row {
    what: &'static str,
    in_flight: usize,
    side: Side,
}

/// Starts a gateway with a rule for a host, and asks as Traefik and Caddy do.
pub(super) fn measure(stage: &Stage, plan: SignInPlan) -> Result<Forward> {
    let settings = format!(
        "\n[server]\ntrusted_proxies = [\"127.0.0.1\"]\n\n[sso]\nissuer = \"https://{ISSUER_HOST}\"\n\n\
         [[forward_auth.rule]]\nhost = \"{HOST}\"\nbasic = true\n"
    );
    let domain = Domain::at_slapd("staff", &stage.slapd, Encrypt::Nothing);
    let gateway = stage.start("forward", domain, &settings)?;
    let asked = [Lookup {
        path: "/forward-auth".to_owned(),
        expected: format!("remote-user: {PERSON}\r\n"),
    }];
    let basic = STANDARD.encode(format!("{PERSON}:{PASSWORD}"));
    let mut rows = Vec::new();
    for (what, shown) in [
        ("a browser's session", ("cookie", session(&gateway)?)),
        (
            "a password that is remembered",
            ("authorization", format!("Basic {basic}")),
        ),
    ] {
        let mut headers = forwarded("/page");
        headers.push((shown.0.to_owned(), shown.1));
        for &in_flight in plan.in_flight {
            let load = Load::unpaced(in_flight, plan.measured);
            let mut side = Side::default();
            for _ in 0..plan.rounds {
                side.add(stage.ask_with(&gateway, load, &asked, &headers)?);
            }
            rows.push(Row {
                what,
                in_flight,
                side,
            });
        }
    }
    Ok(Forward(rows))
}

/// What a proxy says of a page.
fn forwarded(uri: &str) -> Vec<(String, String)> {
    [
        ("x-forwarded-method", "GET"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", HOST),
        ("x-forwarded-uri", uri),
        ("x-forwarded-for", "203.0.113.9"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The cookie of a browser at the host, got through the login.
fn session(gateway: &Started) -> Result<String> {
    let mut asks = forwarded("/page");
    asks.push(("accept".to_owned(), "text/html".to_owned()));
    asks.push(("sec-fetch-mode".to_owned(), "navigate".to_owned()));
    let sent = exchange(gateway, "GET", HOST, "/forward-auth", &asks, "")?;
    let page = exchange(gateway, "GET", ISSUER_HOST, &path(&sent)?, &[], "")?;
    let flow = page.flow();
    let flow = flow.with_context(|| format!("expected the page, found {}", page.head))?;
    let form = format!(
        "flow={flow}&name={PERSON}&password={}&action=login",
        PASSWORD.replace(' ', "+")
    );
    let tie = page.cookie("__Host-entryway-browser").unwrap_or_default();
    let cookie = [("cookie".to_owned(), tie)];
    let back = exchange(gateway, "POST", ISSUER_HOST, "/sso/step", &cookie, &form)?;
    // The tie of the browser at the host was given with the first answer.
    let mut returns = forwarded("/page");
    let tie = sent.cookie("__Host-entryway-browser").unwrap_or_default();
    returns.push(("cookie".to_owned(), tie));
    let there = exchange(gateway, "GET", HOST, &path(&back)?, &returns, "")?;
    let cookie = there.cookie("__Host-entryway-host");
    cookie.with_context(|| format!("expected a session, found {}", there.head))
}

/// The path of the place that a browser is sent to.
fn path(sent: &Answer) -> Result<String> {
    let place = sent.location();
    let place = place.with_context(|| format!("expected a place, found {}", sent.head))?;
    let (_, rest) = place.split_once("://").context("expected an URL")?;
    let (_, path) = rest.split_once('/').context("expected a path")?;
    Ok(format!("/{path}"))
}

fn exchange(
    gateway: &Started,
    method: &str,
    host: &str,
    path: &str,
    headers: &[(String, String)],
    form: &str,
) -> Result<Answer> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        write!(request, "{name}: {value}\r\n")?;
    }
    if !form.is_empty() {
        let kind = "application/x-www-form-urlencoded";
        write!(
            request,
            "content-type: {kind}\r\ncontent-length: {}\r\n",
            form.len()
        )?;
    }
    write!(request, "\r\n{form}")?;
    let mut stream = TcpStream::connect(gateway.address())?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("expected a head")?;
    Ok(Answer {
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

impl Forward {
    /// The table.
    pub(super) fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "\n### Forward authentication\n\nA proxy asks about a page of one person, over HTTP on kept connections. A session is looked up in the store with each request; \
             a password was verified at the directory once, and is remembered. CPU in seconds per 1,000.\n"
        )?;
        writeln!(
            out,
            "| what is shown | in flight | answers/s | p50 ms | p99 ms | CPU: slapd | gateway |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|--:|")?;
        for row in &self.0 {
            writeln!(
                out,
                "| {} | {} | {} |",
                row.what,
                row.in_flight,
                row.side.cells()
            )?;
        }
        Ok(())
    }
}
