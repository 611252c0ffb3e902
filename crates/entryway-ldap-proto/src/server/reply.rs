//! What a server answers.

use super::Connection;
use crate::ber::{Tag, Writer};
use crate::control::write_response_controls;
use crate::message::tags;
use crate::{MessageId, ResponseControl, oid};
use entryway_ldap_types::ResultCode;

/// An `LDAPResult` to send.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// The code.
    pub code: ResultCode,
    /// `matchedDN`.
    pub matched_dn: &'a str,
    /// `diagnosticMessage`.
    pub diagnostic: &'a str,
    /// `referral`; left out when empty.
    pub referrals: &'a [&'a str],
}

impl<'a> Reply<'a> {
    /// Success, without words.
    pub const SUCCESS: Self = Self {
        code: ResultCode::SUCCESS,
        matched_dn: "",
        diagnostic: "",
        referrals: &[],
    };

    /// A code and the words that go with it.
    pub const fn new(code: ResultCode, diagnostic: &'a str) -> Self {
        Self {
            code,
            matched_dn: "",
            diagnostic,
            referrals: &[],
        }
    }

    fn write(&self, out: &mut Writer<'_>) {
        out.integer(Tag::ENUMERATED, self.code.0);
        out.octets(self.matched_dn.as_bytes());
        out.octets(self.diagnostic.as_bytes());
        if !self.referrals.is_empty() {
            out.constructed(Tag::context_constructed(3), |out| {
                self.referrals
                    .iter()
                    .for_each(|url| out.octets(url.as_bytes()));
            });
        }
    }
}

/// The responses that are nothing but a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the RFC's own
pub enum ReplyKind {
    Bind,
    SearchDone,
    Modify,
    Add,
    Delete,
    ModifyDn,
    Compare,
    Extended,
}

impl ReplyKind {
    fn tag(self) -> Tag {
        match self {
            Self::Bind => tags::BIND_RESPONSE,
            Self::SearchDone => tags::SEARCH_RESULT_DONE,
            Self::Modify => tags::MODIFY_RESPONSE,
            Self::Add => tags::ADD_RESPONSE,
            Self::Delete => tags::DEL_RESPONSE,
            Self::ModifyDn => tags::MODIFY_DN_RESPONSE,
            Self::Compare => tags::COMPARE_RESPONSE,
            Self::Extended => tags::EXTENDED_RESPONSE,
        }
    }
}

impl Connection {
    /// Answers with a result.
    pub fn reply(
        &mut self,
        id: MessageId,
        kind: ReplyKind,
        reply: &Reply<'_>,
        controls: &[ResponseControl],
    ) {
        self.message(id, controls, |out| {
            out.constructed(kind.tag(), |out| reply.write(out))
        });
    }
    /// Answers a SASL bind.
    pub fn bind_response(
        &mut self,
        id: MessageId,
        reply: &Reply<'_>,
        sasl_credentials: Option<&[u8]>,
        controls: &[ResponseControl],
    ) {
        self.message(id, controls, |out| {
            out.constructed(tags::BIND_RESPONSE, |out| {
                reply.write(out);
                sasl_credentials
                    .iter()
                    .for_each(|creds| out.primitive(Tag::context(7), creds));
            });
        });
    }
    /// Sends an entry of a search: attribute descriptions, each with its values.
    pub fn search_entry<'a, V>(
        &mut self,
        id: MessageId,
        dn: &str,
        attributes: impl IntoIterator<Item = (&'a str, V)>,
        controls: &[ResponseControl],
    ) where
        V: IntoIterator,
        V::Item: AsRef<[u8]>,
    {
        self.message(id, controls, |out| {
            out.constructed(tags::SEARCH_RESULT_ENTRY, |out| {
                out.octets(dn.as_bytes());
                out.constructed(Tag::SEQUENCE, |out| {
                    for (name, values) in attributes {
                        out.constructed(Tag::SEQUENCE, |out| {
                            out.octets(name.as_bytes());
                            out.constructed(Tag::SET, |out| {
                                values
                                    .into_iter()
                                    .for_each(|value| out.octets(value.as_ref()));
                            });
                        });
                    }
                });
            });
        });
    }
    /// Sends where a part of a search continues.
    pub fn search_reference(&mut self, id: MessageId, urls: &[&str]) {
        self.message(id, &[], |out| {
            out.constructed(tags::SEARCH_RESULT_REFERENCE, |out| {
                urls.iter().for_each(|url| out.octets(url.as_bytes()));
            });
        });
    }
    /// Answers an extended operation.
    pub fn extended_response(
        &mut self,
        id: MessageId,
        reply: &Reply<'_>,
        name: Option<&str>,
        value: Option<&[u8]>,
        controls: &[ResponseControl],
    ) {
        self.message(id, controls, |out| {
            out.constructed(tags::EXTENDED_RESPONSE, |out| {
                reply.write(out);
                name.iter()
                    .for_each(|name| out.primitive(Tag::context(10), name.as_bytes()));
                value
                    .iter()
                    .for_each(|value| out.primitive(Tag::context(11), value));
            });
        });
    }
    /// Sends something in between.
    pub fn intermediate_response(
        &mut self,
        id: MessageId,
        name: Option<&str>,
        value: Option<&[u8]>,
    ) {
        self.message(id, &[], |out| {
            out.constructed(tags::INTERMEDIATE_RESPONSE, |out| {
                name.iter()
                    .for_each(|name| out.primitive(Tag::context(0), name.as_bytes()));
                value
                    .iter()
                    .for_each(|value| out.primitive(Tag::context(1), value));
            });
        });
    }
    /// Announces the end of the connection (RFC 4511 §4.4.1): close after it was written.
    pub fn notice_of_disconnection(&mut self, reply: &Reply<'_>) {
        self.extended_response(
            MessageId::UNSOLICITED,
            reply,
            Some(oid::NOTICE_OF_DISCONNECTION),
            None,
            &[],
        );
    }

    fn message(
        &mut self,
        id: MessageId,
        controls: &[ResponseControl],
        op: impl FnOnce(&mut Writer<'_>),
    ) {
        let Ok(()) = self.outbound.append(256, |out| {
            Writer::new(out).constructed(Tag::SEQUENCE, |out| {
                out.integer(Tag::INTEGER, id.get());
                op(out);
                write_response_controls(controls, out);
            });
            Ok::<(), std::convert::Infallible>(())
        });
    }
}
