//! A reply, signed by the connector that made it: over what was asked, where, when, and what was answered. A hub that was
//! lied to can show it, and so can a site.

use crate::message::Method;
use crate::ports::{KeyUnusable, Signer, Verifier};
use crate::statement::digest;
use crate::together::{Proof, Roots, Unsigned};
use crate::{ConnectorId, Kept, Octets, SiteName, Stated, Statement};
use bytes::Bytes;
use std::time::Duration;

/// How far a connector's clock may be from the hub's before that is told.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

const REPLY: &str = "entryway reply v1";

/// What a reply answers: both ends know it, so it does not travel back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The site that was asked.
    pub site: SiteName,
    /// The connector that was asked.
    pub connector: ConnectorId,
    /// Drawn by the hub for this request alone.
    pub nonce: Octets<16>,
    /// What was asked.
    pub method: Method,
    /// SHA-256 of the request as it was delivered ([`Question::digest_of`]).
    pub request: [u8; 32],
}

impl Question {
    /// The digest of a request: its head as it stood in the frame, with its length before it, and its body.
    pub fn digest_of(head: &[u8], body: &[u8]) -> [u8; 32] {
        let length = u32::try_from(head.len()).unwrap_or(u32::MAX);
        digest(&[&length.to_be_bytes(), head, body])
    }

    pub(crate) fn statement(&self, time_ms: u64, body: &[u8]) -> Statement {
        self.fields(REPLY, time_ms, &digest(&[body]))
    }

    /// What statements of replies begin with.
    pub(crate) fn fields(&self, purpose: &str, time_ms: u64, body: &[u8; 32]) -> Statement {
        Statement::of(purpose)
            .with(self.site.as_str().as_bytes())
            .with(self.connector.as_str().as_bytes())
            .with(self.nonce.as_slice())
            .with(self.method.as_str().as_bytes())
            .with(&self.request)
            .with_number(time_ms)
            .with(body)
    }
}

/// A reply as it travels.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedReply {
    /// When it was made, by the connector's clock, in milliseconds of Unix time.
    pub time_ms: u64,
    /// By what it is the connector's.
    pub proof: Proof,
    /// What it says of a login, where the hub takes that.
    pub stated: Option<Box<Stated>>,
    /// The answer.
    pub body: Bytes,
}

/// An answer may hold a person's tokens.
impl std::fmt::Debug for SignedReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedReply({} bytes)", self.body.len())
    }
}

/// Signs an answer alone, at the site; with it comes the statement's digest, for the site's own record.
pub fn sign(
    question: &Question,
    time_ms: u64,
    body: Bytes,
    signer: &dyn Signer,
) -> Result<(SignedReply, [u8; 32]), KeyUnusable> {
    let unsigned = Unsigned::of(question, time_ms, &body);
    let proof = unsigned.sign(signer)?;
    let reply = SignedReply {
        time_ms,
        proof,
        stated: None,
        body,
    };
    Ok((reply, *unsigned.digest()))
}

/// A reply that its connector signed for this question. Has no other constructor than [`SignedReply::verify`].
#[derive(Clone)]
pub struct VerifiedReply {
    body: Bytes,
    time_ms: u64,
    statement: [u8; 32],
    proof: Proof,
    kept: Option<Box<Kept>>,
}

/// A reply that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyInvalid {
    /// Altered, made by another key, or made for another question.
    #[error("the reply is not signed by the connector for what was asked")]
    Signature,
}

impl SignedReply {
    /// Believes a reply if the key of the connector that was asked signed it for this question, alone or with others.
    pub fn verify(
        self,
        question: &Question,
        verifier: &dyn Verifier,
    ) -> Result<VerifiedReply, ReplyInvalid> {
        self.verify_with(question, verifier, &mut Roots::default())
    }

    /// The same, where others came before that the same key signed on the same tunnel.
    pub fn verify_with(
        self,
        question: &Question,
        verifier: &dyn Verifier,
        roots: &mut Roots,
    ) -> Result<VerifiedReply, ReplyInvalid> {
        let stated = Unsigned::stating(question, self.time_ms, &self.body, self.stated);
        if !stated.is_proved(question, &self.proof, verifier, roots) {
            return Err(ReplyInvalid::Signature);
        }
        Ok(VerifiedReply {
            statement: *stated.digest(),
            kept: stated.into_kept(),
            body: self.body,
            time_ms: self.time_ms,
            proof: self.proof,
        })
    }
}

impl VerifiedReply {
    /// The answer.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
    /// When it was made, by the connector's clock. One that is wrong takes nothing from the reply: the nonce says that it
    /// is fresh.
    pub fn time_ms(&self) -> u64 {
        self.time_ms
    }
    /// SHA-256 of what is stated of it: the same in the records of both ends.
    pub fn statement_digest(&self) -> &[u8; 32] {
        &self.statement
    }
    /// By what it is the connector's, for the record.
    pub fn proof(&self) -> &Proof {
        &self.proof
    }
    /// All of it but the body, for the record; `None` where nothing is stated of a login.
    pub fn kept(&self) -> Option<&Kept> {
        self.kept.as_deref()
    }
}

#[cfg(test)]
mod tests;
