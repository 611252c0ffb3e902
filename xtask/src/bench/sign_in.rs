//! Signing in to an application: how many code flows a second, what one costs, and what sessions hold of the memory.
//!
//! A flow is all that an application and a browser ask: the authorization request, the page sent with name and
//! password, the code redeemed for tokens. With a session from before there is no page, and nobody asks the directory.

use super::driver::{Dialler, Stream};
use super::http::answer;
use super::load::Client;
use super::report::Side;
use super::settings::Settings;
use super::stage::{Load, Stage, TOKEN};
use super::usage;
use anyhow::{Context, Result, bail, ensure};
use bytes::{Buf, BytesMut};
use entryway_conformance::{Domain, Encrypt};
use std::fmt::{self, Write};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub(super) const ISSUER_HOST: &str = "login.example.org";
/// The request of an application with PKCE; the challenge and its verifier are RFC 7636's, appendix B.
const AUTHORIZE: &str = "/oidc/authorize?response_type=code&client_id=bench&redirect_uri=https%3A%2F%2Fapp.example.org%2Fback\
    &scope=openid+profile+email&state=s&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
const REDEEM: &str = "grant_type=authorization_code&client_id=bench&redirect_uri=https%3A%2F%2Fapp.example.org%2Fback\
    &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignInPlan {
    pub(super) in_flight: &'static [usize],
    pub(super) rounds: usize,
    pub(super) measured: Duration,
    /// Sessions that are opened before the memory is looked at again.
    pub(super) sessions: u64,
}

/// What was measured.
#[derive(Debug)]
pub(super) struct SignIns {
    rows: Vec<Row>,
    before_kib: u64,
    after_kib: u64,
    sessions: u64,
}

#[derive(Debug)]
struct Row {
    signed_in: bool,
    in_flight: usize,
    side: Side,
}

/// Starts a gateway with an application, and signs people in.
pub(super) fn measure(stage: &Stage, plan: SignInPlan) -> Result<SignIns> {
    let settings = format!(
        "\n[sso]\nissuer = \"https://{ISSUER_HOST}\"\nmax_sessions = 10000\n\n[client.bench]\nsecret = \"{TOKEN}\"\n\
         authentication = [\"client_secret_post\"]\nredirect_uris = [\"https://app.example.org/back\"]\n"
    );
    let domain = Domain::at_slapd("staff", &stage.slapd, Encrypt::Nothing);
    let gateway = stage.start("sign-in", domain, &settings)?;
    let before_kib = usage::memory_kib(gateway.pid, "VmRSS")?;
    let mut sessions = 0;
    let mut rows = Vec::new();
    for signed_in in [false, true] {
        for &in_flight in plan.in_flight {
            let load = Load::unpaced(in_flight, plan.measured);
            let mut side = Side::default();
            for _ in 0..plan.rounds {
                let round = stage.sign_in(&gateway, load, signed_in)?;
                // Each browser that was not signed in has a session now.
                sessions += if signed_in { 0 } else { round.logins };
                side.add(round);
            }
            rows.push(Row {
                signed_in,
                in_flight,
                side,
            });
        }
    }
    let in_flight = plan.in_flight.iter().max().copied().unwrap_or(1);
    let load = Load::unpaced(in_flight, plan.measured);
    while sessions < plan.sessions {
        sessions += stage.sign_in(&gateway, load, false)?.logins;
    }
    Ok(SignIns {
        rows,
        before_kib,
        after_kib: usage::memory_kib(gateway.pid, "VmRSS")?,
        sessions,
    })
}

impl SignIns {
    /// The table.
    pub(super) fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "\n### Signing in to an application\n\nplain LDAP. A flow is three requests: the authorization request, the page sent with name and password, and \
             the code redeemed with PKCE and the client's secret for an access token and a signed ID token. With a session from before there are two, and \
             no directory is asked. Everything is on the disk before it is told. CPU in seconds per 1,000 flows.\n"
        )?;
        writeln!(
            out,
            "| | in flight | flows/s | p50 ms | p99 ms | CPU: slapd | gateway |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|--:|")?;
        for row in &self.rows {
            let what = if row.signed_in {
                "with a session from before"
            } else {
                "with name and password"
            };
            writeln!(out, "| {what} | {} | {} |", row.in_flight, row.side.cells())?;
        }
        writeln!(
            out,
            "\nThe gateway holds {:.1} MiB before the first flow, and {:.1} MiB after all of these, with {} sessions in its store.",
            self.before_kib as f64 / 1024.0,
            self.after_kib as f64 / 1024.0,
            self.sessions
        )
    }
}

/// A browser and an application on one connection.
pub(super) struct Flow {
    stream: Box<dyn Stream>,
    input: BytesMut,
    password: String,
    secret: String,
    signed_in: bool,
    /// The session of who is signed in, once there is one.
    session: Option<String>,
}

/// What was answered.
pub(super) struct Answer {
    pub(super) head: String,
    pub(super) body: String,
}

/// Opens the connections.
pub(super) async fn connect(settings: &Settings) -> Result<Vec<Flow>> {
    let dialler = Dialler::new(settings)?;
    let mut flows = Vec::new();
    for _ in 0..settings.in_flight {
        flows.push(Flow {
            stream: dialler.dial().await?,
            input: BytesMut::with_capacity(16_384),
            password: settings.password.replace(' ', "+"),
            secret: settings.token.clone(),
            signed_in: settings.signed_in,
            session: None,
        });
    }
    Ok(flows)
}

impl Client for Flow {
    async fn login(&mut self, person: u32) -> Result<()> {
        let session = self.session.clone();
        let cookies = session.as_deref().unwrap_or_default();
        let mut answer = self.ask("GET", AUTHORIZE, cookies, "").await?;
        if session.is_none() {
            answer = self.log_in(person, &answer).await?;
        }
        let code = answer.code();
        let code = code.with_context(|| format!("expected a code, found {}", answer.head))?;
        if self.signed_in && session.is_none() {
            self.session = answer.cookie("__Host-entryway-session");
        }
        let form = format!("{REDEEM}&client_secret={}&code={code}", self.secret);
        let tokens = self.ask("POST", "/oidc/token", "", &form).await?;
        ensure!(
            tokens.head.starts_with("HTTP/1.1 200 ") && tokens.body.contains("\"id_token\":"),
            "expected tokens, found {} {}",
            tokens.head,
            tokens.body
        );
        Ok(())
    }
}

impl Flow {
    /// Fills in the page.
    async fn log_in(&mut self, person: u32, page: &Answer) -> Result<Answer> {
        let flow = page.flow();
        let flow = flow.with_context(|| format!("expected the page, found {}", page.head))?;
        let tie = page.cookie("__Host-entryway-browser");
        let form = format!(
            "flow={flow}&name=u{person:07}&password={}&action=login",
            self.password
        );
        let cookies = tie.unwrap_or_default();
        self.ask("POST", "/sso/step", &cookies, &form).await
    }

    async fn ask(&mut self, method: &str, path: &str, cookies: &str, form: &str) -> Result<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {ISSUER_HOST}\r\n");
        if !cookies.is_empty() {
            write!(request, "cookie: {cookies}\r\n")?;
        }
        if !form.is_empty() {
            write!(
                request,
                "content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
                form.len()
            )?;
        }
        write!(request, "\r\n{form}")?;
        self.stream.write_all(request.as_bytes()).await?;
        loop {
            if let Some((head, length)) = answer(&self.input)? {
                let text = |from: usize, to: usize| {
                    String::from_utf8_lossy(self.input.get(from..to).unwrap_or_default())
                        .into_owned()
                };
                let answer = Answer {
                    head: text(0, head),
                    body: text(head, head + length),
                };
                self.input.advance(head + length);
                return Ok(answer);
            }
            if self.stream.read_buf(&mut self.input).await? == 0 {
                bail!("the gateway closed the connection");
            }
        }
    }
}

impl Answer {
    /// `NAME=VALUE` of a cookie that is set.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            let pair = line.strip_prefix("set-cookie: ")?.split(';').next()?;
            let (found, _) = pair.split_once('=')?;
            // A tie has a name of its own behind that.
            found.starts_with(name).then(|| pair.to_owned())
        })
    }

    /// Where the browser is sent.
    pub(super) fn location(&self) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix("location: "))
    }

    /// The sealed request in the page's form.
    pub(super) fn flow(&self) -> Option<&str> {
        let (_, rest) = self.body.split_once("name=\"flow\" value=\"")?;
        rest.split('"').next()
    }

    /// The code in the address that the browser is sent to.
    fn code(&self) -> Option<&str> {
        let (_, rest) = self.location()?.split_once("code=")?;
        rest.split('&').next()
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn a_code_and_a_cookie_are_found() {
        let answer = Answer {
            head: "HTTP/1.1 303 See Other\r\nset-cookie: a=b; Path=/\r\nset-cookie: __Host-x=1=; Path=/\r\n\
                   location: https://app.example.org/back?code=c-1&state=s\r\n\r\n"
                .to_owned(),
            body: String::new(),
        };
        assert_eq!(answer.code(), Some("c-1"));
        assert_eq!(answer.cookie("__Host-x").as_deref(), Some("__Host-x=1="));
        assert_eq!(answer.cookie("__Host-y"), None);
    }
}
