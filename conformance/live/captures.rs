//! What a capture of the network shows, for each mode of `encrypt` and each role: read byte by byte from tshark's
//! record of the loopback interface, with slapd at the other end.
//!
//! `entryway check` opens a connection in every role and says which port is ours, so that each is found in the record;
//! logins with right and wrong passwords go through the daemon. What was found is `docs/captures.md`.

mod cases;
mod wire;

use crate::Test;
use crate::faces::says;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use cases::{Account, CASES, Case, Promise};
use entryway_conformance::{
    Capture, Configuration, Conversation, Gateway, HttpClient, Identity, SERVICE_PASSWORD, Slapd,
    SlapdOptions, free_port,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::{env, fs};
use wire::{Operation, asked_in_clear, is_start_tls_then_tls, is_tls_alone};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/captures.md");
const HEAD: &str = include_str!("captures/head.md");
const RIGHT: &str = "pw-alice";
const WRONG: &str = "not-this-password";
/// The common name in our certificate, as DER has it.
const OUR_NAME: &[u8] = b"\x0c\x07gateway";

pub(crate) fn tests() -> Vec<Test> {
    vec![(
        "what is in clear and what is not, by mode and role",
        what_is_in_clear,
    )]
}

fn what_is_in_clear(lab: &Lab) -> Result<()> {
    let usual = SlapdOptions {
        anonymous_reads: true,
        ..SlapdOptions::default()
    };
    let demanding = SlapdOptions {
        demands_certificates: true,
        ..SlapdOptions::default()
    };
    let usual = Slapd::start(lab.authority()?, usual)?;
    let demanding = Slapd::start(lab.authority()?, demanding)?;
    let folder = lab.scratch()?.path().join("certificate-captured");
    let own = lab.authority()?.issue_client(true, &folder)?;
    let mut page = HEAD.to_owned();
    for (number, case) in CASES.iter().enumerate() {
        let slapd = match case.account {
            Account::Certificate => &demanding,
            Account::Password | Account::Nobody => &usual,
        };
        let rows = case
            .run(lab, slapd, &own, number)
            .with_context(|| format!("with {}", case.title()))?;
        page.push_str(&rows);
    }
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(PAGE, &page)?;
    }
    let known = fs::read_to_string(PAGE).with_context(|| format!("cannot read `{PAGE}`"))?;
    ensure!(
        known == page,
        "the capture shows something else than {}; UPDATE_GOLDEN=1 writes it:\n{page}",
        Path::new(PAGE).display()
    );
    Ok(())
}

impl Case {
    /// The section of the page.
    fn run(&self, lab: &Lab, slapd: &Slapd, own: &Identity, number: usize) -> Result<String> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let mut configuration =
            Configuration::new(lab.authority()?.pem(), vec![self.domain(slapd, own)]);
        configuration.listen = Some(listen);
        let path = configuration.write(lab.scratch()?, &format!("capture-{number}"))?;
        let gateway = Gateway::new(lab.binary(), &path);
        let ports = [slapd.ldap().port(), slapd.ldaps().port()];

        let (more, line) = match self.account {
            Account::Certificate => (" our certificate |", "---|"),
            Account::Password | Account::Nobody => ("", ""),
        };
        let mut page = format!(
            "\n## {}\n\n| connection | on the wire | passwords to be read |{more}\n|---|---|---|{line}\n",
            self.title()
        );
        let capture = Capture::start(&ports)?;
        let check = gateway.check()?;
        let during_check = capture.end()?;
        ensure!(check.exit == 0, "check fails: {}", check.stdout);
        let findings = check.json()?;
        let mut roles = BTreeSet::new();
        let findings = findings.get("findings").and_then(Value::as_array);
        for finding in findings.context("no findings")? {
            let Some(role) = finding.get("role").and_then(Value::as_str) else {
                continue;
            };
            roles.insert(role.to_owned());
            let conversation = of_finding(&during_check, finding)?;
            self.row(&mut page, role, &[conversation])?;
        }
        ensure!(roles.len() == 7, "expected seven roles, found {roles:?}");

        let capture = Capture::start(&ports)?;
        let serving = gateway.serve(listen)?;
        let client = HttpClient::new(listen, Some(&configuration.token));
        for (password, decision) in [(RIGHT, "accept"), (WRONG, "reject"), (RIGHT, "accept")] {
            let body = json!({ "login_name": "alice", "password": password });
            let answer = client.post("/api/v1/login", &body)?.json()?;
            says(&answer, "decision", decision)?;
        }
        drop(serving);
        let during_logins = capture.end()?;
        let all: Vec<&Conversation> = during_logins.iter().collect();
        ensure!(all.len() >= 2, "expected connections, found {}", all.len());
        self.row(&mut page, "logins through the daemon", &all)?;
        self.keep_promise(during_check.iter(), false)?;
        self.keep_promise(during_logins.iter(), true)?;
        Ok(page)
    }

    /// What is known of some connections, in the same words for the same thing.
    fn row(&self, page: &mut String, what: &str, conversations: &[&Conversation]) -> Result<()> {
        let forms: BTreeSet<String> = conversations.iter().map(|one| form(one)).collect();
        let forms: Vec<String> = forms.into_iter().collect();
        let mut read = Vec::new();
        for (whose, password) in [
            ("the service account's", SERVICE_PASSWORD),
            ("a person's", RIGHT),
            ("a person's wrong one", WRONG),
        ] {
            if conversations
                .iter()
                .any(|one| one.holds(password.as_bytes()))
            {
                read.push(whose);
            }
        }
        let read = if read.is_empty() {
            "none".to_owned()
        } else {
            read.join(", ")
        };
        write!(page, "| {what} | {} | {read} |", forms.join("; "))?;
        if self.account == Account::Certificate {
            let shown = conversations.iter().any(|one| one.holds(OUR_NAME));
            let text = if shown {
                "to be read"
            } else {
                "not to be read"
            };
            write!(page, " {text} |")?;
        }
        writeln!(page)?;
        Ok(())
    }

    fn keep_promise<'a>(
        &self,
        conversations: impl Iterator<Item = &'a Conversation>,
        logins: bool,
    ) -> Result<()> {
        let (mut clear, mut read) = (0, 0);
        for conversation in conversations {
            let in_tls = is_tls_alone(conversation) || is_start_tls_then_tls(conversation);
            clear += usize::from(!in_tls);
            let passwords = [SERVICE_PASSWORD, RIGHT, WRONG];
            read += usize::from(
                passwords
                    .iter()
                    .any(|password| conversation.holds(password.as_bytes())),
            );
        }
        let kept = match self.promise {
            Promise::AllInTls => clear == 0 && read == 0,
            Promise::LoginsInTls => read == 0 && (clear == 0) == logins,
            Promise::PasswordsInTls => read == 0 && clear > 0,
            Promise::None => read > 0,
        };
        ensure!(
            kept,
            "{clear} connections in clear, {read} with passwords to be read"
        );
        Ok(())
    }
}

/// The connection that a finding is about.
fn of_finding<'a>(conversations: &'a [Conversation], finding: &Value) -> Result<&'a Conversation> {
    let local = finding.get("local").and_then(Value::as_str);
    let local = local.with_context(|| format!("no local address: {finding}"))?;
    let local: SocketAddr = local.parse()?;
    let mut found = conversations
        .iter()
        .filter(|conversation| conversation.client == local.port());
    found
        .next()
        .with_context(|| format!("no connection from {local} in the capture"))
}

/// What kind of connection it is, as far as the wire shows.
fn form(conversation: &Conversation) -> String {
    if is_tls_alone(conversation) {
        return "TLS from the first byte".to_owned();
    }
    if is_start_tls_then_tls(conversation) {
        return "StartTLS, then TLS".to_owned();
    }
    let asked: Vec<String> = asked_in_clear(conversation)
        .into_iter()
        // Whether a goodbye was still seen is nobody's question.
        .filter(|operation| *operation != Operation::Unbind)
        .map(|operation| operation.to_string())
        .collect();
    if asked.is_empty() {
        "clear text, nothing asked".to_owned()
    } else {
        format!("clear text: {}", asked.join(", "))
    }
}
