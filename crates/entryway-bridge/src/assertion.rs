//! What a connector says of whoever has shown it a certificate. It travels through the person's browser: signed by the
//! connector's identity key over whom it is for and over the sealed text that the browser came with, so that it counts at
//! one hub, for one page of one browser, and for a minute. Nothing of the person stands in it: a token that the connector
//! alone reads, and that is asked about through the tunnel.

use crate::message::{Code, Token, login_id, read, write};
use crate::ports::{KeyUnusable, Signer, Verifier};
use crate::statement::digest;
use crate::{CLOCK_TOLERANCE, ConnectorId, Octets, SiteName, Statement};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_login::LoginId;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// Where browsers come back with one, below the hub's issuer.
pub const RETURN_PATH: &str = "/sso/certificate";
/// How long one counts: the browser is on its way.
pub const ASSERTION_LIFE: Duration = Duration::from_secs(60);
/// Most characters of one.
pub const ASSERTION_MAX: usize = 8 * 1024;

const PURPOSE: &str = "entryway certificate login v1";

/// For whom something is asserted, and for what: both ends know it, so it is signed and does not stand in the text.
#[derive(Debug, Clone, Copy)]
pub struct AssertedTo<'a> {
    /// The hub's issuer.
    pub audience: &'a str,
    /// What the browser brought from the hub, as it stood in the address.
    pub sealed: &'a str,
}

/// What came of it at the connector.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum Said {
    /// Let in: the hub asks about the person with this, through the tunnel.
    Accept {
        /// The connector's own.
        token: Token,
    },
    /// Not let in.
    Refused {
        /// Why, where it is about the certificate and not about anybody's account.
        code: Code,
    },
    /// Nobody could be asked.
    NoVerdict {},
    /// The browser showed none.
    NoCertificate {},
    /// Nobody shows one from there.
    NotFromHere {},
}

impl Said {
    /// As it is signed: a word, and what goes with it.
    fn signed(&self) -> (&'static str, &str) {
        match self {
            Self::Accept { token } => ("accept", token.expose()),
            Self::Refused { code } => ("refused", code.as_str()),
            Self::NoVerdict {} => ("no_verdict", ""),
            Self::NoCertificate {} => ("no_certificate", ""),
            Self::NotFromHere {} => ("not_from_here", ""),
        }
    }
}

/// An assertion as it travels.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    site: SiteName,
    connector: ConnectorId,
    /// The same in the records of both ends.
    #[serde(with = "login_id")]
    login_id: LoginId,
    /// When it was made, by the connector's clock, in milliseconds of Unix time.
    time_ms: u64,
    said: Said,
    signature: Octets<64>,
}

/// Whoever has one may use it.
impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assertion({} of {})", self.connector, self.site)
    }
}

/// An assertion that counts. Has no other constructor than [`Assertion::verify`].
#[derive(Clone)]
pub struct VerifiedAssertion {
    assertion: Assertion,
    statement: [u8; 32],
}

/// Why an assertion does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionInvalid {
    /// The sealed text was made for another site.
    #[error("it is another site's")]
    Site,
    /// Altered, made by another key, for another hub or for another page.
    #[error("it is not signed by the connector for this hub and this page")]
    Signature,
    /// Its time is over.
    #[error("it is too old")]
    Old,
    /// Its time has not come.
    #[error("it is of a time to come: a clock is wrong")]
    Early,
}

/// What is asserted.
#[derive(Debug, Clone)]
pub struct Asserting {
    /// By whose connector.
    pub site: SiteName,
    /// By which.
    pub connector: ConnectorId,
    /// About which login.
    pub login_id: LoginId,
    /// When, by the connector's clock, in milliseconds of Unix time.
    pub time_ms: u64,
    /// What came of it.
    pub said: Said,
}

impl Asserting {
    /// Signs it; with it comes the statement's digest, for the site's own record.
    pub fn sign(
        self,
        to: AssertedTo<'_>,
        signer: &dyn Signer,
    ) -> Result<(Assertion, [u8; 32]), KeyUnusable> {
        let unsigned = Assertion {
            site: self.site,
            connector: self.connector,
            login_id: self.login_id,
            time_ms: self.time_ms,
            said: self.said,
            signature: Octets([0; 64]),
        };
        let statement = unsigned.statement(to);
        let signature = Octets(signer.sign(statement.as_slice())?);
        let assertion = Assertion {
            signature,
            ..unsigned
        };
        Ok((assertion, statement.digest()))
    }
}

impl Assertion {
    /// Reads one out of an address.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > ASSERTION_MAX {
            return None;
        }
        let json = URL_SAFE_NO_PAD.decode(text).ok()?;
        read("assertion", &json).ok()
    }
    /// For an address: letters, digits, `-` and `_`.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(write(self))
    }
    /// Who says that it made it.
    pub fn connector(&self) -> &ConnectorId {
        &self.connector
    }
    /// The signature, for the record.
    pub fn signature(&self) -> &Octets<64> {
        &self.signature
    }

    fn statement(&self, to: AssertedTo<'_>) -> Statement {
        let (outcome, with) = self.said.signed();
        Statement::of(PURPOSE)
            .with(self.site.as_str().as_bytes())
            .with(self.connector.as_str().as_bytes())
            .with(to.audience.as_bytes())
            .with(&digest(&[to.sealed.as_bytes()]))
            .with(self.login_id.to_string().as_bytes())
            .with_number(self.time_ms)
            .with(outcome.as_bytes())
            .with(with.as_bytes())
    }

    /// Believes it if one of these keys, which are the connector's, signed it for this hub and this page, a moment ago.
    /// `site` is whose page it was. That it is used once is for the caller to see.
    pub fn verify(
        self,
        to: AssertedTo<'_>,
        site: &SiteName,
        keys: &[&dyn Verifier],
        now_ms: u64,
    ) -> Result<VerifiedAssertion, AssertionInvalid> {
        if self.site != *site {
            return Err(AssertionInvalid::Site);
        }
        let statement = self.statement(to);
        let is_theirs = |key: &&dyn Verifier| {
            let signature = &self.signature.0;
            key.is_signature(statement.as_slice(), signature)
        };
        if !keys.iter().any(is_theirs) {
            return Err(AssertionInvalid::Signature);
        }
        let tolerance = millis(CLOCK_TOLERANCE);
        if self.time_ms > now_ms.saturating_add(tolerance) {
            return Err(AssertionInvalid::Early);
        }
        let life = millis(ASSERTION_LIFE).saturating_add(tolerance);
        if self.time_ms.saturating_add(life) < now_ms {
            return Err(AssertionInvalid::Old);
        }
        Ok(VerifiedAssertion {
            statement: statement.digest(),
            assertion: self,
        })
    }
}

impl VerifiedAssertion {
    /// Who signed it.
    pub fn connector(&self) -> &ConnectorId {
        &self.assertion.connector
    }
    /// Of which login it is.
    pub fn login_id(&self) -> LoginId {
        self.assertion.login_id
    }
    /// What came of it.
    pub fn said(&self) -> &Said {
        &self.assertion.said
    }
    /// SHA-256 of what was signed: the same in the records of both ends.
    pub fn statement_digest(&self) -> &[u8; 32] {
        &self.statement
    }
    /// The signature, for the record.
    pub fn signature(&self) -> &Octets<64> {
        &self.assertion.signature
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
