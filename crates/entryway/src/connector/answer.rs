//! One answer: signed before the decision is written down, so that the record here says by what the reply is found in
//! the hub's.

use super::release::{no_verdict, outcome, unix_ms};
use crate::gateway::at_once;
use crate::told::{Telling, Told};
use bytes::Bytes;
use entryway_bridge::message::{Outcome, SealRefusal, write};
use entryway_bridge::ports::Signer;
use entryway_bridge::{Question, SignedReply, sign};
use entryway_config::ReleaseSettings;
use entryway_login::{Decided, Decision, Fault, LoginId, Record, Stage, Step, Verdict};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::SystemTime;

/// Signs answers to one question.
pub(super) struct Answer {
    question: Question,
    signer: Arc<dyn Signer>,
    release: Arc<entryway_config::ConnectorSettings>,
    signed: Mutex<Option<(Verdict, SignedReply)>>,
}

impl Answer {
    pub(super) fn new(
        question: Question,
        signer: Arc<dyn Signer>,
        release: Arc<entryway_config::ConnectorSettings>,
    ) -> Self {
        Self {
            question,
            signer,
            release,
            signed: Mutex::new(None),
        }
    }

    pub(super) fn release(&self) -> &ReleaseSettings {
        &self.release.release
    }

    /// The identity key of the tunnel that this was asked on.
    pub(super) fn signer(&self) -> &dyn Signer {
        &*self.signer
    }

    /// Signs what is no decision.
    pub(super) fn sign(&self, body: impl Into<Bytes>) -> Option<SignedReply> {
        self.signed(body.into()).map(|(reply, _)| reply)
    }

    /// The reply about a decision: the one that is on record, unless the decision was withdrawn since.
    pub(super) fn about(&self, decided: &Decided) -> Option<SignedReply> {
        let verdict = decided.decision.verdict();
        self.on_record(verdict, || outcome(decided, self.release()))
    }

    /// The reply that nobody could be asked: the one that is on record, unless that decision was withdrawn since.
    pub(super) fn about_fault(&self, fault: Fault) -> Option<SignedReply> {
        let verdict = Verdict::Indeterminate(fault);
        self.on_record(verdict, || no_verdict(fault, self.release()))
    }

    /// The reply of that verdict that is on record, or one that is made now.
    fn on_record(&self, verdict: Verdict, now: impl FnOnce() -> Outcome) -> Option<SignedReply> {
        let on_record = self.signed.lock().take();
        match on_record {
            Some((recorded, reply)) if recorded == verdict => Some(reply),
            _ => self.sign(write(&now())),
        }
    }

    /// Signs what is told of a decision, and keeps it until that is on record.
    fn keep(&self, decided: &Decided, outcome: &Outcome) -> Option<Told> {
        let (reply, digest) = self.signed(write(outcome).into())?;
        let signature = reply.signature.0;
        *self.signed.lock() = Some((decided.decision.verdict(), reply));
        Some(Told { digest, signature })
    }

    fn signed(&self, body: Bytes) -> Option<(SignedReply, [u8; 32])> {
        let time_ms = unix_ms(SystemTime::now());
        sign(&self.question, time_ms, body, &*self.signer).ok()
    }
}

impl Telling for Answer {
    fn tell(&self, decided: &Decided) -> Option<Told> {
        self.keep(decided, &outcome(decided, self.release()))
    }
}

/// Tells that a seal was refused: the hub asks elsewhere, or the page seals anew.
pub(super) struct Unopened {
    pub(super) answer: Arc<Answer>,
    pub(super) why: SealRefusal,
}

impl Telling for Unopened {
    fn tell(&self, decided: &Decided) -> Option<Told> {
        let outcome = Outcome::SealRefused { why: self.why };
        self.answer.keep(decided, &outcome)
    }
}

/// The decision about a password that was not opened: nothing was tried and nobody's name looked at.
pub(super) fn unopened(id: LoginId, why: SealRefusal) -> Step {
    let fault = Fault::SealExpired;
    let problem = match why {
        SealRefusal::UnknownKey => {
            "it is sealed to a key that this connector does not have (any more)"
        }
        SealRefusal::Expired => "what it is sealed with is too old",
        SealRefusal::Replayed => "what it is sealed with was used before",
        SealRefusal::Foreign => {
            "it is sealed for another site, connector, purpose, audience or login name, or was altered"
        }
        SealRefusal::Malformed => "what was sealed is no password",
        SealRefusal::Busy => "more passwords were opened than are remembered",
    };
    let why = Record::Stopped {
        fault,
        problem,
        stage: Stage::Password,
    };
    at_once(id, why, Decision::Indeterminate(fault))
}
