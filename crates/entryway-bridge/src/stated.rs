//! What a reply says of a login, apart from its body: little enough to be kept in the records of both ends. With it whoever
//! has one record makes the statement that was signed again, and sees whether the record says what the connector said.

use crate::message::{Code, Demand, Outcome, login_id};
use crate::ports::Verifier;
use crate::together::{Proof, Roots, is_proved};
use crate::{Question, Statement, Text};
use entryway_login::LoginId;
use serde::{Deserialize, Serialize};

/// The capability of a hub that takes replies which state what came of a login beside the digest of their body.
pub const STATED_OUTCOME: &str = "stated_outcome";

const REPLY: &str = "entryway reply v2";

/// What came of which login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// The login's: what is stated of one is not stated of another.
    #[serde(with = "login_id")]
    pub login_id: LoginId,
    /// As `outcome` of the body.
    pub outcome: Text<32>,
    /// What the body has beside it: why, or what is demanded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// Of an accept, who: stable at the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Text<200>>,
    /// Of an accept, what the person is called at the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<200>>,
}

impl Stated {
    /// What an outcome comes to; `None` where it names somebody whom no hub lets in, for the length of the name.
    pub fn of(login_id: LoginId, outcome: &Outcome) -> Option<Self> {
        let code = match outcome {
            Outcome::Accept { .. } | Outcome::Changed {} => None,
            Outcome::Challenge {
                demand: Demand::ChangePassword,
            } => Some(Text::cut("change_password")),
            Outcome::Refused { reason } => reason.clone(),
            Outcome::NoVerdict { fault } | Outcome::Stands { fault, .. } => Some(fault.clone()),
            Outcome::SealRefused { why } => Some(Text::cut(why.as_str())),
        };
        let session = match outcome {
            Outcome::Accept { session, .. } => Some(session),
            _ => None,
        };
        let (subject, name) = match session {
            Some(session) => (
                Some(Text::new(&*session.subject)?),
                Some(Text::new(&*session.name)?),
            ),
            None => (None, None),
        };
        Some(Self {
            login_id,
            outcome: Text::cut(outcome.as_str()),
            code,
            subject,
            name,
        })
    }
}

/// All of a signed reply but its body: the statement is made of this alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What was asked, of whom.
    pub question: Question,
    /// When the reply was made, by the connector's clock, in milliseconds of Unix time.
    pub time_ms: u64,
    /// SHA-256 of the reply's body.
    pub body: [u8; 32],
    /// What came of it.
    pub stated: Stated,
}

impl Kept {
    /// SHA-256 of the statement, as it stands in the records.
    pub fn digest(&self) -> [u8; 32] {
        self.statement().digest()
    }

    /// Whether that connector's key signed it, alone or with others.
    pub fn is_proved(&self, proof: &Proof, verifier: &dyn Verifier) -> bool {
        let statement = self.statement();
        let (question, roots) = (&self.question, &mut Roots::default());
        is_proved(
            &statement,
            &statement.digest(),
            question,
            proof,
            verifier,
            roots,
        )
    }

    pub(crate) fn statement(&self) -> Statement {
        let Stated {
            login_id,
            outcome,
            code,
            subject,
            name,
        } = &self.stated;
        let code = code.as_ref().map(Text::as_str);
        let [subject, name] = [subject, name].map(|text| text.as_ref().map(Text::as_str));
        (self.question.fields(REPLY, self.time_ms, &self.body))
            .with(login_id.to_string().as_bytes())
            .with(outcome.as_str().as_bytes())
            .with(code.unwrap_or_default().as_bytes())
            .with(subject.unwrap_or_default().as_bytes())
            .with(name.unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests;
