//! Certificate login: what its listener shows, who vouches for people, and what is known of revocation. Whom its rules
//! find is looked at with each domain.

use super::front::judge;
use super::{Finding, State};
use crate::certificate_login::{AskingListener, PersonTrust, Wanted};
use entryway_config::{CertificateLogin, Settings};
use entryway_ldap::{CrlFacts, LocalCertificate, days_left};
use entryway_wire::Rfc3339;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use url::Url;

/// A list that is older than this is seldom one that somebody renews.
const OLD: Duration = Duration::from_secs(30 * 86_400);
/// With so little time left a list is worth a look, as in the log.
const SOON: Duration = Duration::from_secs(86_400);

/// Nothing where nobody logs in so.
pub(super) fn look_at(settings: &Settings) -> Vec<Finding> {
    let Some(login) = &settings.certificate_login else {
        return Vec::new();
    };
    let now = SystemTime::now();
    let mut findings = Vec::new();
    let mut found = |check, (state, detail)| {
        findings.push(Finding::new("", "", check, state, None, detail));
    };
    // The daemon would not start with what cannot be read.
    let trust = match PersonTrust::open(login) {
        Ok(trust) => Arc::new(trust),
        Err(error) => {
            found("certificate trust", (State::Bad, format!("{error:#}")));
            return findings;
        }
    };
    if let Some(wanted) = Wanted::of(settings, Arc::clone(&trust)) {
        found("certificate listener", listener(&wanted, &login.url, now));
    }
    found("certificate trust", authorities(&trust.certificates(), now));
    for told in lists(&trust, login, now) {
        found("certificate lists", told);
    }
    findings
}

/// What it shows, and whether browsers will take it for what `url` names.
fn listener(wanted: &Wanted, url: &str, now: SystemTime) -> (State, String) {
    let opened = match AskingListener::open(wanted) {
        Ok(opened) => opened,
        Err(error) => return (State::Bad, format!("{error:#}")),
    };
    let host = Url::parse(url).ok();
    let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
    match opened.leaf() {
        Some(leaf) if is_for(&leaf, host) => judge(&opened.certificates(), now),
        _ => (
            State::Bad,
            format!(
                "its certificate is not for `{host}`, which `url` names: browsers show an error in the place of a page; \
                     have one issued with that name, or write another `url`"
            ),
        ),
    }
}

fn is_for(leaf: &CertificateDer<'_>, host: &str) -> bool {
    // An address of version 6 stands in brackets in a URL.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host);
    let parsed = ParsedCertificate::try_from(leaf);
    name.is_ok_and(|name| parsed.is_ok_and(|leaf| verify_server_name(&leaf, &name).is_ok()))
}

/// One that is over vouches for nobody, and the others go on.
fn authorities(certificates: &[LocalCertificate], now: SystemTime) -> (State, String) {
    let over = |one: &&LocalCertificate| days_left(one.not_after, now) < 0;
    let gone = certificates.iter().filter(over).count();
    let (state, first) = judge(certificates, now);
    let count = certificates.len();
    let plural = if count == 1 { "y" } else { "ies" };
    match (state, gone < count) {
        (State::Bad, true) => (
            State::Odd,
            format!("{count} authorities; {first}: whoever has a certificate of its is not let in"),
        ),
        (state, _) => (state, format!("{count} authorit{plural}; {first}")),
    }
}

/// What is known of revocation, and what follows from what is not.
fn lists(trust: &PersonTrust, login: &CertificateLogin, now: SystemTime) -> Vec<(State, String)> {
    if login.crls.is_empty() {
        let detail = "nothing is asked of revocation: whoever has lost a card is let in by it until it expires; \
                      name the lists of your authorities in `crls`";
        return vec![(State::Odd, detail.to_owned())];
    }
    let verifier = trust.verifier();
    let refuses = !login.crl_unknown_accepted;
    let unknown = if refuses { State::Bad } else { State::Odd };
    let follows = if refuses {
        "nobody with a certificate of that authority is let in (`crl_unknown = \"refuse\"`)"
    } else {
        "what was revoked since is let in (`crl_unknown = \"accept\"`)"
    };
    let mut told: Vec<(State, String)> = verifier
        .crls()
        .in_force()
        .map(|list| match age(list, now) {
            Age::Over(detail) => (unknown, format!("{detail}: {follows}; fetch a new one")),
            Age::Odd(detail) => (State::Odd, detail),
            Age::Good(detail) => (State::Good, detail),
        })
        .collect();
    let without = verifier.without_list();
    // One whose certificates are all of authorities that are trusted beside it needs none.
    let none = without.len() == verifier.store().len();
    let state = if none { unknown } else { State::Odd };
    told.extend(without.into_iter().map(|authority| {
        let detail = format!("{authority} has no list in `crls`: {follows}; add its list");
        (state, detail)
    }));
    told
}

/// How a list is.
enum Age {
    Over(String),
    Odd(String),
    Good(String),
}

fn age(list: &CrlFacts, now: SystemTime) -> Age {
    let name = format!("{} of {}", list.issuer, list.origin);
    let made = u64::try_from(list.this_update).unwrap_or(0);
    let made = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(made));
    let made = made.unwrap_or(SystemTime::UNIX_EPOCH);
    let Some(next) = list.next_update else {
        let old = now.duration_since(made).is_ok_and(|age| age > OLD);
        let detail = format!("{name} is of {} and says no end", Rfc3339(made));
        return if old {
            Age::Odd(detail)
        } else {
            Age::Good(detail)
        };
    };
    let until = Rfc3339(next);
    match next.duration_since(now) {
        Err(_) => Age::Over(format!("{name} is over since {until}")),
        Ok(left) if left <= SOON => Age::Odd(format!("{name} is over in a day or less: {until}")),
        Ok(_) => Age::Good(format!("{name}, until {until}")),
    }
}

#[cfg(test)]
mod tests;
