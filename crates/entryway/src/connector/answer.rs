//! One answer: signed before the decision is written down, so that the record here says by what the reply is found in
//! the hub's.

use super::release::{outcome, unix_ms};
use crate::told::{Telling, Told};
use bytes::Bytes;
use entryway_bridge::message::{Outcome, write};
use entryway_bridge::ports::Signer;
use entryway_bridge::{Question, SignedReply, sign};
use entryway_config::ReleaseSettings;
use entryway_login::{Decided, Verdict};
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
        let on_record = self.signed.lock().take();
        match on_record {
            Some((verdict, reply)) if verdict == decided.decision.verdict() => Some(reply),
            _ => self.sign(write(&outcome(decided, self.release()))),
        }
    }

    /// The same for an outcome that is no decision of the gateway's.
    pub(super) fn outcome(&self, outcome: &Outcome) -> Option<SignedReply> {
        self.sign(write(outcome))
    }

    fn signed(&self, body: Bytes) -> Option<(SignedReply, [u8; 32])> {
        let time_ms = unix_ms(SystemTime::now());
        sign(&self.question, time_ms, body, &*self.signer).ok()
    }
}

impl Telling for Answer {
    fn tell(&self, decided: &Decided) -> Option<Told> {
        let body = write(&outcome(decided, self.release()));
        let (reply, digest) = self.signed(body.into())?;
        let signature = reply.signature.0;
        *self.signed.lock() = Some((decided.decision.verdict(), reply));
        Some(Told { digest, signature })
    }
}
