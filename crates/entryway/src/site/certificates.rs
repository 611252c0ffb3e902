//! What `entryway connector check` looks at for people's certificates: files, the listener, and whether hub and site mean the
//! same address.

use crate::certificate_login::{AskingListener, PersonTrust, Wanted};
use crate::check::{Finding, State};
use crate::stores::identity_source;
use anyhow::Context;
use entryway_bridge::message::Certificates;
use entryway_config::{CertificateLogin, Settings};
use entryway_ldap::days_left;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

/// A certificate that ends sooner is told.
const SOON_DAYS: i64 = 14;

/// By what the nodes have said.
pub(super) async fn findings(settings: &Settings, told: &[Option<Certificates>]) -> Vec<Finding> {
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
    let (reading, tls) = (Arc::clone(&login), settings.tls.clone());
    let read = spawn_blocking(move || files(&reading, tls.as_ref())).await;
    match read.unwrap_or_else(|error| Err(error.into())) {
        Ok((state, detail)) => findings.push(found("files", state, detail)),
        Err(error) => findings.push(found(
            "files",
            State::Bad,
            format!(
                "{error:#}; until that is there nobody shows a certificate, and passwords go on"
            ),
        )),
    }
    let (state, detail) = listener(&login).await;
    findings.push(found("listener", state, detail));
    let (state, detail) = agreed(&login.url, told);
    findings.push(found("url", state, detail));
    findings
}

/// Certificate, authorities and lists.
fn files(
    login: &CertificateLogin,
    tls: Option<&entryway_config::IdentitySource>,
) -> anyhow::Result<(State, String)> {
    let trust = Arc::new(PersonTrust::open(login)?);
    let own = login.tls.as_ref().or(tls);
    let wanted = Wanted {
        identity: identity_source(own.context("`certificate_login.tls` is missing")?),
        trust: Arc::clone(&trust),
        own: true,
    };
    let asking = AskingListener::open(&wanted)?;
    let now = SystemTime::now();
    let mut state = State::Good;
    let mut parts = Vec::new();
    let own = asking
        .certificates()
        .into_iter()
        .map(|it| it.not_after)
        .min();
    if let Some(days) = own.map(|end| days_left(end, now)) {
        parts.push(match days {
            ..0 => "its own certificate has expired: browsers refuse it".to_owned(),
            days => format!("its own certificate ends in {days} days"),
        });
        if days < SOON_DAYS {
            state = State::Odd;
        }
    }
    parts.push(format!("{} authorities of people", trust.issuers().len()));
    let lists = trust.lists();
    if lists.is_empty() {
        parts.push("no revocation list: nothing is asked of revocation".to_owned());
    }
    for (issuer, end) in lists {
        let days = end.map(|end| days_left(end, now));
        parts.push(match days {
            Some(..0) => {
                state = State::Odd;
                format!("the list of {issuer} is too old")
            }
            Some(days) => format!("the list of {issuer} holds for {days} days"),
            None => format!("the list of {issuer} does not say how long it holds"),
        });
    }
    Ok((state, parts.join(", ")))
}

async fn listener(login: &CertificateLogin) -> (State, String) {
    match TcpListener::bind(login.listen).await {
        Ok(_) => (
            State::Good,
            format!("`{}` can be listened on", login.listen),
        ),
        // The running connector, as a rule.
        Err(error) if error.kind() == ErrorKind::AddrInUse => (
            State::Good,
            format!(
                "`{}` is listened on: `entryway connector status` says by whom",
                login.listen
            ),
        ),
        Err(error) => (
            State::Bad,
            format!("`{}` cannot be listened on: {error}", login.listen),
        ),
    }
}

/// Whether the hub would send browsers to this URL, and has said where they go back to.
fn agreed(url: &str, told: &[Option<Certificates>]) -> (State, String) {
    let Some(told) = told.first() else {
        return (
            State::Odd,
            format!("`{url}`: no node of the hub could be asked"),
        );
    };
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
        let check = |told: &[Option<Certificates>], expected: &str| {
            let (state, detail) = agreed(here, told);
            assert!(detail.contains(expected), "{detail}");
            assert_eq!(state == State::Good, expected == "as at the hub");
        };
        check(&[told(issuer, &[here])], "as at the hub");
        check(
            &[told(issuer, &["https://other.example"])],
            "no browser is sent",
        );
        check(&[told(issuer, &[])], "not switched on");
        check(&[told(None, &[])], "no `[sso]`");
        check(&[None], "is older");
        check(&[], "no node");
    }
}
