//! How a login ends.

use crate::account::AccountUsable;
use crate::flow::StillValid;
use crate::verdict::{CertificateVerified, PasswordVerified};
use crate::{
    Fault, LoginId, Reason, Record, ReserveOperation, Row, Session, Settled, Trace, TraceEntry,
    Verdict,
};
use std::ops::Deref;
use std::time::Duration;

/// RADIUS and XACML words. An outage is `Indeterminate`, never `Reject`.
#[derive(Debug, Clone)]
pub enum Decision {
    /// Let in.
    Accept(Accepted),
    /// Known, but something has to happen first.
    Challenge(Challenge),
    /// Not let in.
    Reject(Reason),
    /// No verdict could be had.
    Indeterminate(Fault),
    /// `explain` without a password: what the decision would be if the password were right.
    WouldAccept(Box<Session>),
    /// The password is changed. Nobody is let in by that: a login with the new one follows.
    Changed,
}

/// What has to happen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Challenge {
    /// The directory verified the password and demands a new one.
    ChangePassword,
}

/// A session that somebody may have. It has one constructor, and that one asks for proofs which only
/// the checks make: forgetting a check does not compile.
#[derive(Debug, Clone)]
pub struct Accepted(Box<Session>);

impl Accepted {
    /// The proofs are used up: one bind lets in one login.
    pub(crate) fn new(
        verified: PasswordVerified,
        _usable: AccountUsable,
        mut session: Box<Session>,
    ) -> Self {
        session.password = verified.into_state();
        Self(session)
    }
    /// For somebody who came by a certificate.
    pub(crate) fn by_certificate(
        _verified: CertificateVerified,
        _usable: AccountUsable,
        session: Box<Session>,
    ) -> Self {
        Self(session)
    }
    /// For somebody whose password was verified at an earlier login.
    pub(crate) fn renewed(
        _valid: StillValid,
        _usable: AccountUsable,
        session: Box<Session>,
    ) -> Self {
        Self(session)
    }
    /// The session itself.
    pub fn into_session(self) -> Box<Session> {
        self.0
    }
}

impl Deref for Accepted {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.0
    }
}

impl Decision {
    /// The decision without the session.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Accept(_) => Verdict::Accept,
            Self::WouldAccept(_) => Verdict::WouldAccept,
            Self::Challenge(challenge) => Verdict::Challenge(*challenge),
            Self::Reject(reason) => Verdict::Reject(*reason),
            Self::Indeterminate(fault) => Verdict::Indeterminate(*fault),
            Self::Changed => Verdict::Changed,
        }
    }
    /// How it looks to each audience.
    pub fn row(&self) -> Row {
        self.verdict().row()
    }
}

/// A decision with everything that led to it.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The correlation id of the attempt.
    pub id: LoginId,
    /// The verdict.
    pub decision: Decision,
    /// Every step; the last one is the decision.
    pub trace: Trace,
    /// From submission to decision.
    pub took: Duration,
    /// What goes out with an accept, sealed by whoever drove the login; the flow itself makes none.
    pub tokens: Option<Tokens>,
    /// What the throttle is told: reservations that do not stay. [`drive`](crate::drive) has told it.
    pub settle: Vec<(ReserveOperation, Settled)>,
}

/// What a person or an application keeps of an accepted login. Whoever has one may use it: never shown, never kept.
#[derive(Clone)]
pub struct Tokens {
    /// Asks later whether the person is still welcome. `None` where nobody can be asked without a password: of an
    /// account of the operating system, PAM's account stack has its say at a login alone.
    pub revalidation: Option<String>,
    /// Says at the next login that the person was here before from the same device.
    pub device: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Decided {
    /// The same login without a verdict: what decided it cannot be written down, or could not be held to its time. A change
    /// that was made, or may have been, is not unmade by that: whoever heard of an outage alone would come back with the old
    /// password.
    pub fn withdrawn(mut self, fault: Fault) -> Self {
        let fault = match self.decision {
            Decision::Changed | Decision::Indeterminate(Fault::PasswordChangeUnknown) => {
                Fault::PasswordChangeUnknown
            }
            _ => fault,
        };
        let verdict = Verdict::Indeterminate(fault);
        self.trace.entries.push(TraceEntry {
            record: Record::Decided(verdict),
            at: self.took,
            took: None,
        });
        self.decision = Decision::Indeterminate(fault);
        self.tokens = None;
        self
    }
}
