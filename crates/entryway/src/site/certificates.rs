//! What `entryway connector check` looks at for people's certificates beside what `entryway check` does: the listener, and
//! whether hub and site mean the same address.

use crate::check::{Finding, State};
use entryway_bridge::message::Certificates;
use entryway_config::{CertificateLogin, Settings};
use std::io::ErrorKind;
use tokio::net::TcpListener;

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
    let (state, detail) = listener(&login).await;
    findings.push(found("listener", state, detail));
    let (state, detail) = agreed(&login.url, told);
    findings.push(found("url", state, detail));
    findings
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
