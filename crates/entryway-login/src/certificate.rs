//! A person's certificate: what it says, how it was judged, and what a rule makes of it.
//!
//! Who reads and judges it is elsewhere: the login sees texts and numbers of a certificate whose holder has proven to
//! have its key, and a verdict on its chain.

mod alternative;
mod filter;

pub(crate) use filter::{NotMapped, USER_CERTIFICATE, filter, has_name, holds, names_in};

use crate::{CertificatePolicy, Fault, Reason};
use entryway_ldap_types::Fingerprint;
use std::sync::Arc;

/// What a certificate says of its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// User principal names among its alternative names.
    pub upns: Vec<String>,
    /// Mail addresses among its alternative names.
    pub emails: Vec<String>,
    /// Whose it is: RFC 4514.
    pub subject: String,
    /// Who issued it: RFC 4514.
    pub issuer: String,
    /// The same as `altSecurityIdentities` spells it: in the certificate's order, with Microsoft's names of types.
    pub issuer_for_microsoft: String,
    /// Its number, without zeros in front.
    pub serial: Box<[u8]>,
    /// What it calls its key.
    pub key_id: Option<Box<[u8]>>,
    /// The SHA-256 of the whole.
    pub thumbprint: Fingerprint,
    /// The whole.
    pub der: Arc<[u8]>,
}

/// A certificate that somebody showed, and what came of looking at its chain.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What it says.
    pub certificate: Arc<Certificate>,
    /// Whether it may be believed.
    pub judged: Judged,
}

/// What came of looking at a certificate's chain, dates, purposes and revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It may be believed.
    Trusted {
        /// The authority that is trusted.
        anchor: String,
        /// Why nobody knows whether it was revoked, where that keeps nobody out.
        unchecked: Option<String>,
    },
    /// It may not.
    Refused {
        /// One of [`Reason::OF_A_CERTIFICATE`].
        reason: Reason,
        /// In words.
        problem: String,
    },
    /// Nobody can say now.
    NoVerdict {
        /// Why.
        fault: Fault,
        /// In words.
        problem: String,
    },
}

/// Most bytes of a name that is searched for: longer ones are nobody's.
const NAME_MAX: usize = 1024;

impl Certificate {
    /// What a log calls its holder, and what stands where others typed a name.
    pub fn name(&self) -> &str {
        let names = self.upns.iter().chain(&self.emails);
        let mut usable = names.filter(|name| is_usable(name));
        usable.next().map_or(self.subject.as_str(), String::as_str)
    }
    /// Its number in hexadecimal digits.
    pub fn serial_text(&self) -> String {
        hexadecimal(&self.serial)
    }
}

/// A name that an entry may be found by: whoever made the certificate chose it.
fn is_usable(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= NAME_MAX && !name.contains(char::is_control)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl CertificatePolicy {
    /// Whether somebody whom a class calls a real user may come in by a certificate.
    pub(crate) fn admits(policy: Option<&Self>, user_type: Option<crate::UserType>) -> bool {
        user_type != Some(crate::UserType::Real) || policy.is_some_and(|policy| policy.real_users)
    }
}

#[cfg(test)]
mod tests;
