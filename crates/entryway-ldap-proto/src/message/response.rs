//! Responses: `LDAPResult` (RFC 4511 §4.1.9) and what extends it.

use super::Texts;
use crate::ber::{Reader, Tag, utf8};
use crate::redacted::Redacted;
use crate::{DecodeError, Limits};
use entryway_ldap_types::ResultCode;
use std::borrow::Cow;
use std::fmt;

/// How an operation ended.
#[derive(Clone, Copy)]
pub struct LdapResult<'a> {
    /// The code, known or not.
    pub code: ResultCode,
    /// `matchedDN`, raw.
    pub matched_dn: &'a [u8],
    /// `diagnosticMessage`, raw.
    pub diagnostic: &'a [u8],
    /// Where to ask instead; empty unless the code is `referral`.
    pub referrals: Texts<'a>,
}

impl LdapResult<'_> {
    /// Most bytes of a matched name or diagnostic that are made text. Directories' own end far below;
    /// each byte that is no UTF-8 becomes three, and the text goes to logs and answers.
    pub const TEXT_BYTES: usize = 4096;
}

impl<'a> LdapResult<'a> {
    /// Reads the components; what a response adds stays in the reader.
    pub(crate) fn decode(op: &mut Reader<'a>, limits: &Limits) -> Result<Self, DecodeError> {
        let code = ResultCode(op.enumerated("resultCode")?);
        let matched_dn = op.octets("matchedDN")?;
        let diagnostic = op.octets("diagnosticMessage")?;
        let referrals = match op.enter_optional(Tag::context_constructed(3))? {
            Some(row) => Texts::urls(row, "referral", limits)?,
            None => Texts::none(),
        };
        Ok(Self {
            code,
            matched_dn,
            diagnostic,
            referrals,
        })
    }
    /// Reads a response that is nothing but a result.
    pub(crate) fn decode_alone(op: &mut Reader<'a>, limits: &Limits) -> Result<Self, DecodeError> {
        let result = Self::decode(op, limits)?;
        op.ignore_rest()?;
        Ok(result)
    }
    /// The server's words, for people. Not UTF-8 is no reason to lose an answer: such bytes are
    /// replaced. Active Directory ends its text with NUL, which goes. Of a text longer than
    /// [`LdapResult::TEXT_BYTES`] the rest is cut off, and `…` put there.
    pub fn diagnostic_text(&self) -> Cow<'a, str> {
        text(self.diagnostic)
    }
    /// The last entry that was found on the way to the base, as text; cut as the diagnostic is.
    pub fn matched_dn_text(&self) -> Cow<'a, str> {
        text(self.matched_dn)
    }
}

impl fmt::Debug for LdapResult<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapResult")
            .field("code", &self.code)
            .field("matched_dn", &self.matched_dn_text())
            .field("diagnostic", &self.diagnostic_text())
            .field("referrals", &self.referrals)
            .finish()
    }
}

fn text(mut bytes: &[u8]) -> Cow<'_, str> {
    while let Some(shorter) = bytes.strip_suffix(&[0]) {
        bytes = shorter;
    }
    let Some(mut start) = bytes.get(..LdapResult::TEXT_BYTES) else {
        return String::from_utf8_lossy(bytes);
    };
    if start.len() == bytes.len() {
        return String::from_utf8_lossy(bytes);
    }
    // A character that the cut would split goes whole: its first octet stands at most 3 before the cut.
    let is_inside = |at: usize| bytes.get(at).is_some_and(|octet| octet & 0xc0 == 0x80);
    let end = (0..4)
        .map(|back| start.len() - back)
        .find(|&at| !is_inside(at));
    start = end.and_then(|end| start.get(..end)).unwrap_or(start);
    let mut text = String::from_utf8_lossy(start).into_owned();
    text.push('…');
    Cow::Owned(text)
}

/// `BindResponse` (RFC 4511 §4.2.2).
#[derive(Clone, Copy)]
pub struct BindResponse<'a> {
    /// How it ended.
    pub result: LdapResult<'a>,
    /// `serverSaslCreds`.
    pub sasl_credentials: Option<&'a [u8]>,
}

impl<'a> BindResponse<'a> {
    pub(crate) fn decode(op: &mut Reader<'a>, limits: &Limits) -> Result<Self, DecodeError> {
        let result = LdapResult::decode(op, limits)?;
        let sasl_credentials = op.optional(Tag::context(7))?;
        op.ignore_rest()?;
        Ok(Self {
            result,
            sasl_credentials,
        })
    }
}

impl fmt::Debug for BindResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BindResponse")
            .field("result", &self.result)
            .field("sasl_credentials", &Redacted::option(self.sasl_credentials))
            .finish()
    }
}

/// `ExtendedResponse` (RFC 4511 §4.12).
#[derive(Clone, Copy)]
pub struct ExtendedResponse<'a> {
    /// How it ended.
    pub result: LdapResult<'a>,
    /// `responseName`, an OID.
    pub name: Option<&'a str>,
    /// `responseValue`.
    pub value: Option<&'a [u8]>,
}

impl<'a> ExtendedResponse<'a> {
    pub(crate) fn decode(op: &mut Reader<'a>, limits: &Limits) -> Result<Self, DecodeError> {
        let result = LdapResult::decode(op, limits)?;
        let name = op
            .optional(Tag::context(10))?
            .map(|name| utf8(name, "responseName"))
            .transpose()?;
        let value = op.optional(Tag::context(11))?;
        op.ignore_rest()?;
        Ok(Self {
            result,
            name,
            value,
        })
    }
}

/// The value by its length: a password modify response holds the new password (RFC 3062).
impl fmt::Debug for ExtendedResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtendedResponse")
            .field("result", &self.result)
            .field("name", &self.name)
            .field("value", &Redacted::option(self.value))
            .finish()
    }
}

/// `IntermediateResponse` (RFC 4511 §4.13).
#[derive(Clone, Copy)]
pub struct IntermediateResponse<'a> {
    /// `responseName`, an OID.
    pub name: Option<&'a str>,
    /// `responseValue`.
    pub value: Option<&'a [u8]>,
}

impl<'a> IntermediateResponse<'a> {
    pub(crate) fn decode(op: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let name = op
            .optional(Tag::context(0))?
            .map(|name| utf8(name, "responseName"))
            .transpose()?;
        let value = op.optional(Tag::context(1))?;
        op.ignore_rest()?;
        Ok(Self { name, value })
    }
}

impl fmt::Debug for IntermediateResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntermediateResponse")
            .field("name", &self.name)
            .field("value", &Redacted::option(self.value))
            .finish()
    }
}
