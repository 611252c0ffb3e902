//! What `entryway connector check` looks at for people's certificates beside what `entryway check` does: the listener,
//! whether hub and site mean the same address, and what a browser meets there.

mod reach;

use crate::certificate_login::{AskingListener, PersonTrust, Wanted};
use crate::check::{Finding, State};
use crate::roots;
use entryway_bridge::message::Certificates;
use entryway_config::{CertificateLogin, Settings};
use reach::Own;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Instant;
use tokio::net::TcpListener;

/// What a node has said, by its name.
pub(super) type Told = (String, Option<Certificates>);

/// By what the nodes have said that could be asked.
pub(super) async fn findings(settings: &Settings, told: &[Told]) -> Vec<Finding> {
    let found = |check, state, detail| Finding::new("", "certificate", check, state, None, detail);
    let Some(login) = settings.certificate_login.clone() else {
        return match settings.connector.certificates {
            false => Vec::new(),
            true => vec![found(
                "files",
                State::Bad,
                "`[certificate_login]` cannot be used: the configuration's warnings say why"
                    .to_owned(),
            )],
        };
    };
    let mut findings = Vec::new();
    let (state, detail, is_taken) = listener(&login).await;
    findings.push(found("listener", state, detail));
    for (state, detail) in agreed(&login.url, told) {
        findings.push(found("url", state, detail));
    }
    let began = Instant::now();
    let roots = roots::of_the_system();
    let (state, detail) = reach::look(&login.url, &own(settings, &login, is_taken), roots).await;
    let took = Some(began.elapsed());
    findings.push(Finding::new(
        "",
        "certificate",
        "browser",
        state,
        took,
        detail,
    ));
    findings
}

/// What a browser is to meet. What cannot be read is told by what looks at the files.
fn own(settings: &Settings, login: &CertificateLogin, runs: bool) -> Own {
    let trust = PersonTrust::open(login).ok().map(Arc::new);
    let wanted = trust.and_then(|trust| Wanted::of(settings, trust));
    let issuers = wanted.as_ref().map(|wanted| wanted.trust.issuers());
    let shown = wanted.and_then(|wanted| AskingListener::open(&wanted).ok());
    Own {
        leaf: shown.and_then(|shown| shown.leaf()),
        issuers: (issuers.iter().flatten())
            .map(|name| name.as_ref().to_vec())
            .collect(),
        runs,
    }
}

/// And whether something listens there.
async fn listener(login: &CertificateLogin) -> (State, String, bool) {
    match TcpListener::bind(login.listen).await {
        Ok(_) => (
            State::Good,
            format!("`{}` can be listened on", login.listen),
            false,
        ),
        // The running connector, as a rule.
        Err(error) if error.kind() == ErrorKind::AddrInUse => (
            State::Good,
            format!(
                "`{}` is listened on: `entryway connector status` says by whom",
                login.listen
            ),
            true,
        ),
        Err(error) => (
            State::Bad,
            format!("`{}` cannot be listened on: {error}", login.listen),
            false,
        ),
    }
}

/// What each node says; once where all say the same.
fn agreed(url: &str, told: &[Told]) -> Vec<(State, String)> {
    let Some((_, first)) = told.first() else {
        return vec![(
            State::Odd,
            format!("`{url}`: no node of the hub could be asked"),
        )];
    };
    if told.iter().all(|(_, said)| said == first) {
        return vec![agreed_with(url, first.as_ref())];
    }
    told.iter()
        .map(|(node, said)| {
            let (state, detail) = agreed_with(url, said.as_ref());
            (state, format!("the node `{node}`: {detail}"))
        })
        .collect()
}

/// Whether the hub would send browsers to this URL, and has said where they go back to.
fn agreed_with(url: &str, told: Option<&Certificates>) -> (State, String) {
    let Some(told) = told else {
        return (
            State::Odd,
            format!("`{url}`: the hub is older and sends browsers nowhere"),
        );
    };
    let Some(issuer) = &told.issuer else {
        return (
            State::Odd,
            format!("`{url}`: the hub has no `[sso]`, whose page would send browsers here"),
        );
    };
    let urls: Vec<&str> = told.urls.iter().map(|url| url.as_str()).collect();
    match (urls.is_empty(), urls.contains(&url)) {
        (true, _) => (
            State::Odd,
            format!(
                "`{url}`: certificates are not switched on at the hub for this site (`methods`)"
            ),
        ),
        (false, true) => (
            State::Good,
            format!(
                "`{url}`, as at the hub; browsers go back to {}",
                issuer.as_str()
            ),
        ),
        (false, false) => (
            State::Bad,
            format!(
                "`{url}` here, and {} at the hub: no browser is sent to an address that both do not have",
                urls.join(" ")
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entryway_bridge::Text;

    #[test]
    fn hub_and_site_mean_the_same_address_or_that_is_told() {
        let here = "https://cert.plant-a.example:8444";
        let told = |issuer: Option<&str>, urls: &[&str]| {
            Some(Certificates {
                issuer: issuer.and_then(Text::new),
                urls: urls.iter().filter_map(|url| Text::new(*url)).collect(),
            })
        };
        let issuer = Some("https://login.corp.example");
        let check = |said: Option<Certificates>, expected: &str| {
            let node = |name: &str| (name.to_owned(), said.clone());
            let found = agreed(here, &[node("a"), node("b")]);
            let [(state, detail)] = found.as_slice() else {
                panic!("{} findings of one word", found.len());
            };
            assert!(detail.contains(expected), "{detail}");
            assert_eq!(*state == State::Good, expected == "as at the hub");
        };
        check(told(issuer, &[here]), "as at the hub");
        check(
            told(issuer, &["https://other.example"]),
            "no browser is sent",
        );
        check(told(issuer, &[]), "not switched on");
        check(told(None, &[]), "no `[sso]`");
        check(None, "is older");
        assert!(agreed(here, &[])[0].1.contains("no node"));
        // One that has yet to take the configuration of the others.
        let nodes = [
            ("a".to_owned(), told(issuer, &[here])),
            ("b".to_owned(), told(issuer, &[])),
        ];
        let found = agreed(here, &nodes);
        assert!(found[0].0 == State::Good && found[0].1.starts_with("the node `a`"));
        assert!(found[1].0 == State::Odd && found[1].1.contains("`b`: "));
        assert!(found[1].1.contains("not switched on"));
    }
}
