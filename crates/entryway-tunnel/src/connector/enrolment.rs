//! A ticket becomes an identity.

use super::driver::last_word;
use super::{Credential, driver};
use crate::dial::{Endpoint, Outside, dial};
use crate::error::{Cause, DialError, Step, not_known};
use crate::identity::{ConnectorKey, IdentityError};
use crate::inner::{InnerError, IsFor, enter_to_enrol};
use crate::pump::{Pace, hello};
use entryway_bridge::link::{ConnectorEvent, ConnectorLink, Limits};
use entryway_bridge::message::{Bye, Enrol};
use entryway_bridge::{Octets, Opaque, SiteName, Text, Ticket};
use rustls_pki_types::CertificateDer;
use std::sync::Arc;
use tokio::time::timeout;

/// What an enrolment needs.
pub struct Enrolling<'a> {
    /// Where the hub is, and which site.
    pub endpoint: &'a Endpoint,
    /// How the network is left.
    pub outside: &'a Outside,
    /// The one-time secret, and by which authority the hub is known.
    pub ticket: &'a Arc<Ticket>,
    /// What people call the connector.
    pub name: &'a str,
    /// For people: `entryway 0.1.0`.
    pub software: &'a str,
    /// How long is waited.
    pub pace: Pace,
}

/// Why there is no identity. Where it does not say so, the ticket is still good.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The hub was not reached.
    #[error("the hub is not reached")]
    Way(#[from] DialError),
    /// The hub does not take the ticket, or cannot now.
    #[error("the hub says {}", last_word(.0))]
    Refused(Bye),
    /// What the hub says does not belong to the protocol.
    #[error("the hub breaks the protocol: {0}")]
    Broken(String),
    /// The hub gave what is no identity. The ticket is used up.
    #[error("what the hub gives is no identity: {0}")]
    Useless(&'static str),
    /// No key could be made.
    #[error("no key can be made")]
    Key(#[from] IdentityError),
}

impl EnrolError {
    /// What to do about the way, where it was not gone to its end. The hub is known by the ticket alone.
    pub fn remedy(&self) -> Option<&'static str> {
        let Self::Way(way) = self else {
            return None;
        };
        match &*way.cause {
            Cause::Inner(InnerError::Handshake(error)) if not_known(error) => Some(
                "the ticket is another hub's, or what answers at the URL is not the hub: use the URL and the ticket that `entryway hub ticket create` printed together",
            ),
            cause => cause.remedy(),
        }
    }
}

/// Enrols: makes a key and has the hub certify it. The nodes to dial come with the identity.
pub async fn enrol(asked: Enrolling<'_>) -> Result<(Credential, Vec<String>, u16), EnrolError> {
    let key = ConnectorKey::generate()?;
    let mut dialed = dial(asked.endpoint, asked.outside).await?;
    let done = std::mem::take(&mut dialed.done);
    let ticket = Arc::clone(asked.ticket);
    let is_for: IsFor = Arc::new(move |certificate| ticket.is_for(certificate));
    let entering = enter_to_enrol(dialed.io, asked.endpoint.site(), is_for);
    let limit = asked.outside.patience.step;
    let entered = timeout(limit, async { entering.await.map_err(Cause::Inner) }).await;
    let entered = entered.unwrap_or(Err(Cause::TimedOut(limit)));
    let (stream, authority) = entered.map_err(|cause| DialError {
        step: Step::InnerTls,
        cause: Box::new(cause),
        done,
    })?;
    let mut end = driver::End::new(
        stream,
        ConnectorLink::new(&hello(asked.software), true, Limits::default()),
    );
    let version;
    loop {
        match end.early(asked.pace).await {
            Ok(ConnectorEvent::Hello(_)) => {
                version = end.link.version();
                break;
            }
            Ok(_) => {}
            Err(ended) => return Err(refused(ended)),
        }
    }
    let request =
        Opaque::new(key.request()?).ok_or(EnrolError::Useless("the request is too long"))?;
    let enrol = Enrol {
        secret: Octets(*asked.ticket.secret()),
        request,
        name: Text::cut(asked.name),
        software: Text::cut(asked.software),
    };
    end.link
        .enrol(&enrol)
        .map_err(|error| EnrolError::Broken(error.to_string()))?;
    let enrolled = loop {
        match end.early(asked.pace).await {
            Ok(ConnectorEvent::Enrolled(enrolled)) => break enrolled,
            Ok(_) => {}
            Err(ended) => return Err(refused(ended)),
        }
    };
    end.close().await;
    let certificate =
        |der: &entryway_bridge::message::Der| CertificateDer::from(der.as_slice().to_vec());
    // The one that the handshake has shown is the one that the ticket vouches for.
    if certificate(&enrolled.authority) != authority {
        return Err(EnrolError::Useless("it names another authority"));
    }
    if SiteName::parse(asked.endpoint.site()).ok().as_ref() != Some(&enrolled.site) {
        return Err(EnrolError::Useless("it is for another site"));
    }
    let credential = Credential {
        site: enrolled.site,
        connector: enrolled.connector,
        authority,
        chain: enrolled.chain.iter().map(certificate).collect(),
        key,
    };
    credential.check().map_err(EnrolError::Useless)?;
    let nodes = enrolled.nodes.iter().map(|node| node.as_str().to_owned());
    Ok((credential, nodes.collect(), version))
}

fn refused(ended: driver::Ended) -> EnrolError {
    match ended {
        driver::Ended::Refused(bye) => EnrolError::Refused(bye),
        other => EnrolError::Broken(other.to_string()),
    }
}
