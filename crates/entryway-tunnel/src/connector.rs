//! A connector's end of a tunnel: dials, proves who it is, and answers.

mod driver;
mod enrolment;
mod identity;
mod keep;
mod signing;
mod way;

pub use driver::{Ended, run_tunnel};
pub use enrolment::{EnrolError, Enrolling, enrol};
pub use identity::{Credential, Identity, Keeper, Kept, NotKept};
pub use keep::{NodeStatus, Phase, Trouble, keep};
pub use signing::{Signed, SigningDesk};
pub use way::{Reached, Tried, leave, reach, try_node};

use crate::dial::{Endpoint, Outside};
use crate::hub::Later;
use crate::pump::Pace;
use bytes::Bytes;
use entryway_bridge::link::Delivered;
use entryway_bridge::message::Report;
use entryway_bridge::ports::KeyUnusable;
use entryway_bridge::{Question, SignedReply};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

/// Answers what a hub asks.
pub trait Answerer: Send + Sync + 'static {
    /// Answers, or gives up with `None`. Dropped when nobody waits any more.
    fn answer(&self, asked: Asked) -> Later<'_, Option<SignedReply>>;
    /// What this connector is ready for, now and whenever that changes.
    fn report(&self) -> watch::Receiver<Report>;
    /// The connectors of the site count failures in so many stores: each lets its share of what the directory's lockout
    /// threshold leaves through. Told before anything is asked, and whenever it changes.
    fn shares_among(&self, _: u16) {}
}

/// What a hub asks, with what its answer is signed for.
pub struct Asked {
    /// As it came.
    pub delivered: Delivered,
    /// What a reply to it is signed for.
    pub question: Question,
    /// From then on nobody waits.
    pub deadline: Instant,
    desk: Arc<SigningDesk>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asked({})", self.question.method)
    }
}

impl Asked {
    /// Where an answer is signed: at the tunnel that this came by.
    pub fn desk(&self) -> &Arc<SigningDesk> {
        &self.desk
    }
    /// Signs an answer; with it comes the digest of what is stated of it, for the record.
    pub async fn sign(&self, body: Bytes) -> Result<(SignedReply, [u8; 32]), KeyUnusable> {
        self.desk.sign(&self.question, body).await
    }
}

/// What a tunnel is dialled with.
#[derive(Clone)]
pub struct Dialing {
    /// Where.
    pub endpoint: Endpoint,
    /// How the network is left.
    pub outside: Outside,
    /// Who we are.
    pub identity: Arc<Identity>,
    /// For people: `entryway 0.1.0`.
    pub software: String,
    /// How often a sign of life is asked for.
    pub pace: Pace,
}

#[cfg(test)]
mod tests;
