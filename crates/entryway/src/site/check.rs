//! `entryway connector check`: every step to each node of the hub, then what `entryway check` looks at.

mod preflight;

use super::certificates::{self, Told};
use super::enroll::in_words;
use super::outside::outside;
use super::{SOFTWARE, enrolled, shelf};
use crate::check::{Before, Finding, State, check_with};
use crate::cli::{Common, OwnCheck};
use crate::connector::has_nobody;
use crate::exit::Exit;
use crate::kept;
use entryway_bridge::message::{Ability, Standing, Welcome};
use entryway_config::{ConnectorSettings, Settings};
use entryway_ldap::days_left;
use entryway_tunnel::connector::{Dialing, Ended, Identity, Tried, try_node};
use entryway_tunnel::{Cause, Endpoint, Outside, Pace, Shown, Step, fingerprint_in_words};
use entryway_wire::Rfc3339;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A clock further off than this is told.
const CLOCK_MS: u64 = 60_000;

pub(super) async fn check(common: &Common, asked: &OwnCheck) -> Result<Exit, Exit> {
    let shelf = shelf()?;
    if let Some(before) = preflight::of(&shelf, asked) {
        return preflight::check(common, asked, before).await;
    }
    let found = enrolled(&shelf)?;
    let (nodes, home) = (found.facts.nodes.clone(), found.facts.url.clone());
    let version = found.facts.version;
    let known = found.facts.stores;
    let keeper = Arc::clone(&shelf) as _;
    let identity = Arc::new(Identity::new(found.credential, version, keeper));
    check_with(common, async |settings| {
        let mut before = Before {
            findings: Vec::new(),
            stores: known.into(),
        };
        look_at(settings, &identity, &home, &nodes, &mut before).await;
        before.findings.extend(nobody(settings).await);
        before
    })
    .await
}

async fn look_at(
    settings: &Settings,
    identity: &Arc<Identity>,
    home: &str,
    nodes: &[String],
    before: &mut Before,
) {
    let Before { findings, stores } = before;
    findings.push(own(identity));
    let mut told: Vec<Told> = Vec::new();
    let outside = match outside(&settings.connector) {
        Ok(outside) => outside,
        Err(error) => {
            findings.push(Finding::new(
                "",
                "",
                "connector",
                State::Bad,
                None,
                format!("{error:#}"),
            ));
            return;
        }
    };
    for node in nodes {
        let endpoint = match Endpoint::parse(home).and_then(|home| home.at_node(node)) {
            Ok(endpoint) => endpoint,
            Err(error) => {
                findings.push(Finding::new(
                    "",
                    node,
                    "url",
                    State::Bad,
                    None,
                    error.to_string(),
                ));
                continue;
            }
        };
        let by = by(&outside, &endpoint);
        let dialing = Dialing {
            endpoint,
            outside: outside.clone(),
            identity: Arc::clone(identity),
            software: SOFTWARE.to_owned(),
            pace: Pace::default(),
        };
        let tried = try_node(&dialing).await;
        if let Ok(Tried {
            stores: Some(said), ..
        }) = &tried
        {
            *stores = (*said).into();
        }
        findings.extend(of_node(node, &by, &tried));
        if let Ok(tried) = &tried {
            findings.push(wanted(node, &tried.welcome, &settings.connector));
            told.push((node.clone(), tried.certificates.clone()));
        }
    }
    findings.extend(certificates::findings(settings, &told).await);
}

/// How the network is left towards it.
fn by(outside: &Outside, endpoint: &Endpoint) -> String {
    match outside.proxy_for(endpoint.host()) {
        Some(proxy) => format!("by the proxy {}", proxy.address()),
        None => "directly".to_owned(),
    }
}

/// What the hub is told as `incomplete`: nothing that is looked at below would show it.
async fn nobody(settings: &Settings) -> Option<Finding> {
    // A store that gives no answer has a finding of its own.
    let accounts = kept::count_accounts(settings).await.ok()?;
    has_nobody(&settings.policy, accounts).then(|| {
        let detail = "incomplete: nobody can log in here, and the hub asks other connectors; put the directories of this site into the configuration (`[domain.…]` with `servers` and `base`), or add accounts";
        Finding::new("", "", "password", State::Bad, None, detail.to_owned())
    })
}

/// The identity itself.
fn own(identity: &Identity) -> Finding {
    let now = identity.current();
    let key = fingerprint_in_words(&now.fingerprint());
    let (state, life) = match now.not_after() {
        None => (State::Bad, "has no end that can be read".to_owned()),
        Some(until) => {
            let days = days_left(until, SystemTime::now());
            let at = Rfc3339(until);
            match (
                days,
                now.renews_at().is_some_and(|at| at < SystemTime::now()),
            ) {
                (..0, _) => (
                    State::Bad,
                    format!("has ended at {at}: enrol anew with a new ticket and `--replace`"),
                ),
                (_, true) => (
                    State::Odd,
                    format!("until {at}; it is to be renewed, which a running connector does"),
                ),
                (_, false) => (State::Good, format!("until {at}")),
            }
        }
    };
    let detail = format!(
        "connector {} of `{}`, {life}; key {key}",
        now.connector, now.site
    );
    Finding::new("", "", "identity", state, None, detail)
}

fn of_node(node: &str, by: &str, tried: &Result<Tried, Ended>) -> Vec<Finding> {
    let found = |check, state, took, detail| Finding::new("", node, check, state, took, detail);
    let good = |(step, took): &(Step, Duration), detail| {
        found(step.name(), State::Good, Some(*took), detail)
    };
    match tried {
        Ok(tried) => {
            let mut findings: Vec<Finding> = tried
                .steps
                .iter()
                .map(|step| good(step, said(step.0, by, tried.shown.as_ref())))
                .collect();
            let welcome = &tried.welcome;
            findings.push(match welcome.standing {
                Standing::Active => found(
                    "standing",
                    State::Good,
                    None,
                    format!("active, at the node `{}`", welcome.node.as_str()),
                ),
                Standing::Draining => found(
                    "standing",
                    State::Odd,
                    None,
                    "draining: the hub's administrator asks this connector nothing".to_owned(),
                ),
            });
            findings.push(clock(node, tried.hub_ahead_ms));
            findings
        }
        Err(ended) => of_the_end(node, by, ended),
    }
}

/// What the hub asks of this site, and whether this configuration has an answer to it.
fn wanted(node: &str, welcome: &Welcome, connector: &ConnectorSettings) -> Finding {
    let words: Vec<&str> = welcome.wanted.iter().map(|one| one.as_str()).collect();
    let words = match words.is_empty() {
        true => "nothing".to_owned(),
        false => words.join(", "),
    };
    let missing = welcome.wanted.iter().find_map(|ability| match ability {
        Ability::Lookups if !connector.release.lookups => {
            Some("look-ups are switched off here (`connector.release.lookups`)")
        }
        Ability::Certificate if !connector.certificates => {
            Some("nobody shows a certificate here (`[certificate_login]`)")
        }
        Ability::Lookups | Ability::Password | Ability::Certificate => None,
    });
    let (state, detail) = match missing {
        None => (State::Good, format!("the hub asks for {words}")),
        Some(missing) => (State::Odd, format!("the hub asks for {words}; {missing}")),
    };
    Finding::new("", node, "wanted", state, None, detail)
}

/// The steps that were gone, and the one that was not.
fn of_the_end(node: &str, by: &str, ended: &Ended) -> Vec<Finding> {
    let found = |check, state, took, detail| Finding::new("", node, check, state, took, detail);
    let mut findings = Vec::new();
    let (check, problem, hint) = match ended {
        Ended::NotReached(error) => {
            let done = error.done.iter();
            findings.extend(done.map(|(step, took)| {
                found(step.name(), State::Good, Some(*took), said(*step, by, None))
            }));
            (
                error.step.name(),
                in_words(&*error.cause),
                remedy(&error.cause),
            )
        }
        ended => (
            "standing",
            in_words(ended),
            ended.remedy().map(str::to_owned),
        ),
    };
    let detail = match hint {
        None => problem,
        Some(hint) => format!("{problem}; {hint}"),
    };
    findings.push(found(check, State::Bad, None, detail));
    findings
}

fn remedy(cause: &Cause) -> Option<String> {
    let schemes = match cause {
        Cause::ProxyRefused { schemes, .. } if !schemes.is_empty() => {
            format!(" (it offers {})", schemes.join(", "))
        }
        _ => String::new(),
    };
    cause.remedy().map(|remedy| format!("{remedy}{schemes}"))
}

fn said(step: Step, by: &str, shown: Option<&Shown>) -> String {
    match (step, shown) {
        (Step::Connect, _) => by.to_owned(),
        (Step::OuterTls, Some(shown)) => format!(
            "`{}`, issued by `{}`; if that is an authority of your own network, a proxy ends TLS here, and reads nothing of the tunnel inside",
            shown.subject, shown.issuer
        ),
        (Step::InnerTls, _) => "to the hub itself, by this site's authority".to_owned(),
        _ => String::new(),
    }
}

fn clock(node: &str, ahead_ms: i64) -> Finding {
    let seconds = ahead_ms.unsigned_abs() / 1000;
    let (state, detail) = if ahead_ms.unsigned_abs() <= CLOCK_MS {
        (
            State::Good,
            format!("within {} s of the hub's", seconds + 1),
        )
    } else {
        let side = if ahead_ms > 0 { "behind" } else { "ahead of" };
        (
            State::Odd,
            format!("this machine's clock is {seconds} s {side} the hub's: set it, as with NTP"),
        )
    };
    Finding::new("", node, "clock", state, None, detail)
}
