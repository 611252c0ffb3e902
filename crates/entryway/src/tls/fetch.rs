//! `entryway tls fetch`: what a server shows, trusting nothing.

use super::show::{self, CertificateJson};
use super::{target, usage};
use crate::cli::{Common, Fetch, Output};
use crate::columns::{Row, render};
use crate::exit::Exit;
use crate::out;
use entryway_ldap::{CertificateFacts, Fetched, LdapError, Target, TlsCode, TlsFailure};
use serde::Serialize;

/// What was fetched, for programs.
#[derive(Serialize)]
struct FetchedJson {
    server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cipher_suite: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    chain: Vec<CertificateJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pem: Vec<String>,
}

/// Shows the chain of a server; exit 4 when there is none to show.
pub(super) async fn fetch(common: &Common, asked: &Fetch) -> Result<Exit, Exit> {
    let Some(target) = target(&asked.server, asked.begin.starttls) else {
        let server = asked.server.escape_debug();
        return Err(usage(&format!(
            "`{server}` is no server, expected HOST:PORT"
        )));
    };
    let fetched = from(&target).await?;
    let offers = match &fetched.failure {
        Some(LdapError::Tls(failure)) if failure.kind() == TlsCode::NothingInCommon => {
            target.offers().await.unwrap_or_default()
        }
        _ => Vec::new(),
    };
    if common.output == Output::Json {
        out::json(&FetchedJson {
            server: target.to_string(),
            address: fetched.peer.map(|peer| peer.to_string()),
            version: fetched.session.as_ref().map(|session| session.version),
            cipher_suite: fetched
                .session
                .as_ref()
                .map(|session| session.cipher_suite.clone()),
            code: fetched.failure.as_ref().map(LdapError::code),
            error: fetched.failure.as_ref().map(LdapError::in_words),
            chain: CertificateJson::all(&fetched.chain),
            pem: if asked.pem {
                fetched.chain.iter().map(|der| show::pem(der)).collect()
            } else {
                Vec::new()
            },
        });
        return Ok(exit(&fetched));
    }
    let mut rows = Vec::new();
    if let Some(session) = &fetched.session {
        let peer = fetched.peer.map(|peer| peer.to_string());
        let agreed = format!("{}, {}", session.version, session.cipher_suite);
        rows.push(Row::new("server", peer.unwrap_or_else(|| target.to_string())).note(agreed));
    }
    for (at, der) in fetched.chain.iter().enumerate() {
        let label = match at {
            0 => "certificate".to_owned(),
            above => format!("above, {above}"),
        };
        match CertificateFacts::read(der) {
            Some(facts) => rows.extend(show::rows(&label, &facts)),
            None => rows.push(Row::new(label, "it cannot be read")),
        }
    }
    if let Some(error) = &fetched.failure {
        rows.push(show::failure("connect", error));
    }
    rows.extend(show::offers(&offers));
    // What goes into a file goes to standard output alone.
    if asked.pem {
        out::aside(&render(&rows, out::answer_style()));
        for der in &fetched.chain {
            out::answer(&show::pem(der));
        }
    } else {
        out::answer(&render(&rows, out::answer_style()));
    }
    if !fetched.chain.is_empty() {
        out::aside(
            "nothing of this was verified: compare the fingerprint with what the server's administrator says\n",
        );
    }
    Ok(exit(&fetched))
}

fn exit(fetched: &Fetched) -> Exit {
    if fetched.chain.is_empty() {
        Exit::NoAnswer
    } else {
        Exit::Done
    }
}

/// Fetches from a server.
pub(super) async fn from(target: &Target) -> Result<Fetched, Exit> {
    target.fetch().await.map_err(|error| {
        let failure = TlsFailure::Other {
            problem: error.to_string(),
        };
        out::aside(&format!("error: {failure}\n"));
        Exit::Bug
    })
}
