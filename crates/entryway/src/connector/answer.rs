//! One answer: signed before the decision is written down, so that the record here says by what the reply is found in
//! the hub's.

use super::release::{no_verdict, outcome};
use crate::gateway::at_once;
use crate::told::{Telling, Told, ToldStated, reply_stated};
use bytes::Bytes;
use entryway_bridge::message::{Outcome, SealRefusal, write};
use entryway_bridge::ports::Signer;
use entryway_bridge::{Question, SignedReply, Stated};
use entryway_config::ReleaseSettings;
use entryway_login::{Decided, Decision, Fault, LoginId, Record, Stage, Step, Verdict};
use entryway_tunnel::connector::{Signed, SigningDesk};
use entryway_tunnel::hub::Later;
use parking_lot::Mutex;
use std::sync::Arc;

/// Signs answers to one question.
pub(super) struct Answer {
    question: Question,
    desk: Arc<SigningDesk>,
    release: Arc<entryway_config::ConnectorSettings>,
    signed: Mutex<Option<(Verdict, SignedReply)>>,
}

impl Answer {
    pub(super) fn new(
        question: Question,
        desk: Arc<SigningDesk>,
        release: Arc<entryway_config::ConnectorSettings>,
    ) -> Self {
        Self {
            question,
            desk,
            release,
            signed: Mutex::new(None),
        }
    }

    pub(super) fn release(&self) -> &ReleaseSettings {
        &self.release.release
    }

    /// The identity key of the tunnel that this was asked on.
    pub(super) fn signer(&self) -> &dyn Signer {
        self.desk.signer()
    }

    /// Signs what is no decision.
    pub(super) async fn sign(&self, body: impl Into<Bytes>) -> Option<SignedReply> {
        let signed = self.desk.sign(&self.question, body.into()).await;
        signed.ok().map(|(reply, _)| reply)
    }

    /// The reply about a decision: the one that is on record, unless the decision was withdrawn since.
    pub(super) async fn about(&self, decided: &Decided) -> Option<SignedReply> {
        let verdict = decided.decision.verdict();
        self.on_record(decided.id, verdict, || outcome(decided, self.release()))
            .await
    }

    /// The reply that nobody could be asked: the one that is on record, unless that decision was withdrawn since.
    pub(super) async fn about_fault(&self, id: LoginId, fault: Fault) -> Option<SignedReply> {
        let verdict = Verdict::Indeterminate(fault);
        self.on_record(id, verdict, || no_verdict(fault, self.release()))
            .await
    }

    /// The reply of that verdict that is on record, or one that is made now.
    async fn on_record(
        &self,
        id: LoginId,
        verdict: Verdict,
        now: impl FnOnce() -> Outcome,
    ) -> Option<SignedReply> {
        let on_record = self.signed.lock().take();
        match on_record {
            Some((recorded, reply)) if recorded == verdict => Some(reply),
            _ => self.signed(id, &now()).await.map(|signed| signed.reply),
        }
    }

    /// Signs what came of a login.
    async fn signed(&self, id: LoginId, outcome: &Outcome) -> Option<Signed> {
        let body = Bytes::from(write(outcome));
        let stated = Stated::of(id, outcome);
        self.desk.state(&self.question, body, stated).await.ok()
    }

    /// Signs what is told of a decision, and keeps it until that is on record.
    async fn keep(&self, id: LoginId, verdict: Verdict, outcome: Outcome) -> Option<Told> {
        let Signed {
            reply,
            digest,
            kept,
        } = self.signed(id, &outcome).await?;
        let stated = kept
            .zip(self.signer().point())
            .map(|(kept, key)| ToldStated {
                site: kept.question.site.as_str().to_owned(),
                connector: kept.question.connector.as_str().to_owned(),
                stated: reply_stated(&kept, key),
            });
        let proof = reply.proof.clone();
        *self.signed.lock() = Some((verdict, reply));
        Some(Told {
            digest,
            proof,
            stated,
        })
    }
}

impl Telling for Answer {
    fn tell(&self, decided: &Decided) -> Later<'_, Option<Told>> {
        let verdict = decided.decision.verdict();
        Box::pin(self.keep(decided.id, verdict, outcome(decided, self.release())))
    }
}

/// Tells that a seal was refused: the hub asks elsewhere, or the page seals anew.
pub(super) struct Unopened {
    pub(super) answer: Arc<Answer>,
    pub(super) why: SealRefusal,
}

impl Telling for Unopened {
    fn tell(&self, decided: &Decided) -> Later<'_, Option<Told>> {
        let verdict = decided.decision.verdict();
        let outcome = Outcome::SealRefused { why: self.why };
        Box::pin(self.answer.keep(decided.id, verdict, outcome))
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
