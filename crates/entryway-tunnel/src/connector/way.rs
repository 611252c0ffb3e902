//! The way to a node's welcome, whether or not a tunnel comes of it.

use super::driver::{End, Ended};
use super::{Credential, Dialing};
use crate::dial::{Endpoint, Outside, dial};
use crate::error::{Cause, DialError, Shown, Step};
use crate::inner::{InnerError, IsFor, enter, enter_to_enrol};
use crate::pump::{Pace, ahead_ms, hello, unix_ms};
use entryway_bridge::link::{ConnectorEvent, ConnectorLink, Limits};
use entryway_bridge::message::{Bye, ByeCode, CERTIFICATE_LOGIN, Certificates, Hello, Welcome};
use entryway_bridge::{SIGNED_TOGETHER, STATED_OUTCOME};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};

/// A way that was gone to its end, and nothing more.
#[derive(Debug)]
pub struct Tried {
    /// Each step with how long it took.
    pub steps: Vec<(Step, Duration)>,
    /// What the outer TLS has shown.
    pub shown: Option<Shown>,
    /// How the hub would let us in.
    pub welcome: Welcome,
    /// In how many stores the site's connectors count failures, where the hub says it.
    pub stores: Option<u16>,
    /// What the hub says of people's certificates; `None`: it speaks of none.
    pub certificates: Option<Certificates>,
    /// Whether the hub takes replies that are signed together.
    pub signs_together: bool,
    /// Whether it takes replies that state what came of a login.
    pub takes_outcomes: bool,
    /// By how much the hub's clock is ahead of ours, in milliseconds.
    pub hub_ahead_ms: i64,
}

/// Goes the way to a node up to its welcome, and says goodbye before anything could be asked: a tunnel that stands there
/// meanwhile is not touched.
pub async fn try_node(dialing: &Dialing) -> Result<Tried, Ended> {
    let credential = dialing.identity.current();
    let (mut end, tried) = open(dialing, &credential).await?;
    end.close().await;
    Ok(tried)
}

/// A way that was gone up to where the hub greets.
#[derive(Debug)]
pub struct Reached {
    /// Each step with how long it took.
    pub steps: Vec<(Step, Duration)>,
    /// What the outer TLS has shown.
    pub shown: Option<Shown>,
    /// By how much the hub's clock is ahead of ours, in milliseconds.
    pub hub_ahead_ms: i64,
}

/// Goes the way to a hub without an identity, up to its greeting, and says goodbye. Who the hub is inside is not asked: it
/// takes a ticket to know that. Nothing of the site's is said.
pub async fn reach(
    endpoint: &Endpoint,
    outside: &Outside,
    software: &str,
    pace: Pace,
) -> Result<Reached, Ended> {
    let mut dialed = dial(endpoint, outside).await?;
    let mut done = std::mem::take(&mut dialed.done);
    let shown = dialed.shown.take();
    let is_for: IsFor = Arc::new(|_| true);
    let entering = async {
        let entered = enter_to_enrol(dialed.io, endpoint.site(), is_for).await;
        entered.map(|(stream, _)| stream)
    };
    let stream = inside(entering, outside.patience.step, &mut done).await?;
    let started = Instant::now();
    let link = ConnectorLink::new(&hello(software), true, Limits::default());
    let mut end = End::new(stream, link);
    let hub_ahead_ms = loop {
        if let ConnectorEvent::Hello(hello) = end.early(pace).await? {
            break ahead_ms(hello.time_ms, unix_ms(SystemTime::now()));
        }
    };
    end.close().await;
    done.push((Step::Hello, started.elapsed()));
    Ok(Reached {
        steps: done,
        shown,
        hub_ahead_ms,
    })
}

/// The inner handshake, in time.
async fn inside<S>(
    entering: impl Future<Output = Result<S, InnerError>>,
    limit: Duration,
    done: &mut Vec<(Step, Duration)>,
) -> Result<S, Ended> {
    let started = Instant::now();
    let entered = match timeout(limit, entering).await {
        Ok(entered) => entered.map_err(Cause::Inner),
        Err(_) => Err(Cause::TimedOut(limit)),
    };
    let stream = entered.map_err(|cause| DialError {
        step: Step::InnerTls,
        cause: Box::new(cause),
        done: std::mem::take(done),
    })?;
    done.push((Step::InnerTls, started.elapsed()));
    Ok(stream)
}

/// Has the hub end this connector for good: its last word is that it is revoked.
pub async fn leave(dialing: &Dialing) -> Result<(), Ended> {
    let credential = dialing.identity.current();
    let (mut end, _) = open(dialing, &credential).await?;
    let bye = Bye::new(ByeCode::Revoked, "the site has ended this connector");
    end.last(&bye).await;
    Ok(())
}

/// Up to the hub's welcome.
pub(super) async fn open(
    dialing: &Dialing,
    credential: &Credential,
) -> Result<(End<impl AsyncRead + AsyncWrite + use<>>, Tried), Ended> {
    let mut dialed = dial(&dialing.endpoint, &dialing.outside).await?;
    let mut done = std::mem::take(&mut dialed.done);
    let shown = dialed.shown.take();
    let limit = dialing.outside.patience.step;
    let entering = enter(
        dialed.io,
        credential.site.as_str(),
        &credential.authority,
        credential.chain.clone(),
        &credential.key,
    );
    let stream = inside(entering, limit, &mut done).await?;
    let started = Instant::now();
    let greeting = Hello {
        counted_in: dialing.identity.counted_in().cloned(),
        ..hello(&dialing.software)
    };
    let link = ConnectorLink::new(&greeting, false, Limits::default());
    let mut end = End::new(stream, link);
    let (mut hub_ahead_ms, mut stores) = (0, None);
    let (mut speaks_of_certificates, mut signs_together) = (false, false);
    let mut takes_outcomes = false;
    let welcome = loop {
        match end.early(dialing.pace).await? {
            ConnectorEvent::Hello(hello) => {
                let (found, known) = (end.link.version(), dialing.identity.version());
                if !dialing.identity.speaks(found) {
                    end.last(&Bye::new(ByeCode::Version, "an older one")).await;
                    return Err(Ended::Older { found, known });
                }
                hub_ahead_ms = ahead_ms(hello.time_ms, unix_ms(SystemTime::now()));
                speaks_of_certificates = hello.can(CERTIFICATE_LOGIN);
                signs_together = hello.can(SIGNED_TOGETHER);
                takes_outcomes = hello.can(STATED_OUTCOME);
            }
            ConnectorEvent::Counting(counting) => stores = Some(counting.stores),
            ConnectorEvent::Welcome(welcome) => break welcome,
            _ => {}
        }
    };
    if welcome.site != credential.site || welcome.connector != credential.connector {
        return Err(Ended::Mistaken);
    }
    let mut certificates = None;
    while speaks_of_certificates && certificates.is_none() {
        match end.early(dialing.pace).await? {
            ConnectorEvent::Certificates(told) => certificates = Some(told),
            ConnectorEvent::Counting(counting) => stores = Some(counting.stores),
            _ => {}
        }
    }
    done.push((Step::Hello, started.elapsed()));
    let tried = Tried {
        steps: done,
        shown,
        welcome,
        stores,
        certificates,
        signs_together,
        takes_outcomes,
        hub_ahead_ms,
    };
    Ok((end, tried))
}
