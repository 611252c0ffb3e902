//! What a login asks of a site: a connector there logs the person in, and its signed reply comes back.
//!
//! Whoever implements this has verified the reply's signature and that it answers what was asked; what it means is
//! judged by the login.

use crate::{LoginId, PasswordState, SealedPassword, SessionGroups, SiteId, UserType};
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Ask a site.
pub struct SiteOperation {
    /// Which.
    pub site: SiteId,
    /// The login's id, which is the same in the records of both sides.
    pub login: LoginId,
    /// For whom the password is sealed: the application, as logs call it; empty where none asks.
    pub audience: Arc<str>,
    /// Where the person is.
    pub client_address: Option<IpAddr>,
    /// Whether the session is to carry the person's groups.
    pub wants_groups: bool,
    /// What is asked.
    pub ask: SiteAsk,
    /// Answer before this.
    pub deadline: Instant,
}

/// What a site is asked.
pub enum SiteAsk {
    /// To log somebody in.
    Login {
        /// As the site reads it: without the site's own prefix.
        login_name: Arc<str>,
        /// For the connectors that can open it: asked in this order, the next only if the one before certainly has not
        /// tried it.
        sealed: Arc<SealedPassword>,
        /// What the site gave for the person's device at an earlier login.
        device: Option<Arc<str>>,
    },
    /// To change somebody's password.
    Change {
        /// As above.
        login_name: Arc<str>,
        /// The old one.
        old: Arc<SealedPassword>,
        /// The new one, sealed for the same connectors.
        new: Arc<SealedPassword>,
    },
    /// Whether somebody is still welcome.
    Revalidate {
        /// What the site gave at their login.
        token: Arc<str>,
    },
}

/// What came of a [`SiteOperation`].
pub struct SiteAnswer {
    /// Who was asked in the end; `None` where nobody could be.
    pub connector: Option<Box<str>>,
    /// The answer, or why there is none.
    pub reply: Result<SiteReply, SiteUnanswered>,
    /// How long it took.
    pub took: Duration,
}

/// A reply whose signature is the asked connector's, over what was asked.
pub struct SiteReply {
    /// By what it is found in both sides' records.
    pub proof: ReplyProof,
    /// What it says.
    pub verdict: SiteVerdict,
}

/// A signed statement, as both sides keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyProof {
    /// The statement's SHA-256.
    pub digest: [u8; 32],
    /// The connector's signature over the statement, or over the root of the tree that the statement is a leaf of.
    pub signature: Box<[u8]>,
    /// What stands beside the way to that root; empty where the statement itself is signed.
    pub beside: Box<[u8]>,
    /// Of what the statement was made, where the connector stated what came of the login.
    pub stated: Option<Box<ReplyStated>>,
}

/// All of a signed reply but its body, beside site, connector and login: with these the statement can be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyStated {
    /// The request's.
    pub nonce: [u8; 16],
    /// When the reply was made, by the connector's clock, in milliseconds of Unix time.
    pub time_ms: u64,
    /// What was asked, in the protocol's word.
    pub method: &'static str,
    /// The request's SHA-256.
    pub request: [u8; 32],
    /// SHA-256 of the reply's body.
    pub body: [u8; 32],
    /// The connector's key: a point of P-256.
    pub key: [u8; 65],
    /// What came of it, in the protocol's word.
    pub outcome: Box<str>,
    /// Why, where that is told.
    pub code: Option<Box<str>>,
    /// Of an accept, who: stable at the site.
    pub subject: Option<Box<str>>,
    /// Of an accept, what the person is called at the site.
    pub name: Option<Box<str>>,
}

/// What a site says.
#[derive(Debug, Clone)]
pub enum SiteVerdict {
    /// Let in, or still welcome.
    Accepted(Box<SiteSession>),
    /// The password is right and must be changed first.
    MustChange,
    /// Not let in. The code of the reason there, where the site tells it.
    Refused(Option<String>),
    /// No verdict: the code of the fault there.
    NoVerdict(String),
    /// The sealed password was not opened, so it was not tried: in a word, why.
    SealRefused(String),
    /// The password is changed.
    Changed,
}

/// A session as a site tells it: what it lets out, and nothing else.
#[derive(Debug, Clone, Default)]
pub struct SiteSession {
    /// Stable, among the site's people.
    pub subject: String,
    /// The person's name there.
    pub name: String,
    /// As [`Session::uid`](crate::Session::uid); the others likewise.
    pub uid: Option<u32>,
    /// Numeric group id.
    pub gid: Option<u32>,
    /// Absolute path.
    pub home: Option<String>,
    /// Real or virtual.
    pub user_type: Option<UserType>,
    /// Login shell.
    pub shell: Option<String>,
    /// Passed on to the application.
    pub system_user: Option<String>,
    /// The user class there.
    pub user_class: Option<Arc<str>>,
    /// Effective groups.
    pub groups: Option<SessionGroups>,
    /// Primary mail address.
    pub email: Option<String>,
    /// Human name.
    pub display_name: Option<String>,
    /// Custom attributes.
    pub attributes: Vec<(Box<str>, Vec<String>)>,
    /// What the directory there said about the password.
    pub password: PasswordState,
    /// When the password was verified, by the site's clock.
    pub authenticated_at: Option<SystemTime>,
    /// What asks later whether the person is still welcome.
    pub token: Option<Box<str>>,
    /// What says at the next login that the person was here before from the same device.
    pub device: Option<Box<str>>,
}

/// A question without an answer that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteUnanswered {
    /// Why.
    pub fault: SiteFault,
    /// Whether any byte of the question may have reached a connector.
    pub written: bool,
    /// In words, for the administrator; never secret.
    pub cause: String,
}

/// Why a site gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SiteFault {
    /// No connector is ready, or the one that was asked was lost.
    Unreachable,
    /// Its connectors have as much to do as they take.
    Busy,
    /// It was asked and said nothing in time.
    TimedOut,
    /// What came back is no reply of that connector to what was asked.
    Invalid,
    /// The connector that alone could say is revoked, or none that is known: it will never answer.
    Gone,
}

/// The sites, as a login's driver asks them.
pub trait Sites: Send + Sync {
    /// Asks once; nothing that a connector may have tried is asked of another. Dropped, it is taken back.
    fn ask_site(&self, operation: SiteOperation) -> impl Future<Output = SiteAnswer> + Send;
}
