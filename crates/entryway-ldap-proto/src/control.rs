//! Controls (RFC 4511 §4.1.11): the ones with a meaning here, and all others kept as they are.

mod debug;
mod paged_results;
mod password_policy;
#[cfg(test)]
mod tests;

pub use paged_results::PagedResults;
pub use password_policy::{decode_password_policy, encode_password_policy, password_policy_in};

use crate::ber::{Reader, Tag, Writer};
use crate::message::{flag, tags};
use crate::{DecodeError, Limits, oid};
use bytes::Bytes;
use entryway_ldap_types::PasswordPolicy;
use std::borrow::Cow;

/// A control as it stands in its frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Control<'a> {
    /// `controlType`, an OID.
    pub oid: &'a str,
    /// Whether whoever does not know it must refuse the operation. Means nothing on a response.
    pub critical: bool,
    /// `controlValue`; absent and empty differ.
    pub value: Option<&'a [u8]>,
}

/// The controls of a message, already checked: iterating cannot fail.
#[derive(Clone, Copy)]
pub struct Controls<'a> {
    rest: Reader<'a>,
}

impl<'a> Controls<'a> {
    /// No controls.
    pub(crate) fn none() -> Self {
        Self {
            rest: Reader::new(&[], 0),
        }
    }
    /// Walks over the whole row.
    pub(crate) fn checked(row: Reader<'a>, limits: &Limits) -> Result<Self, DecodeError> {
        let limit = limits.controls_per_message;
        let mut walk = row;
        let mut count = 0;
        while !walk.is_empty() {
            count += 1;
            if count > limit {
                return Err(DecodeError::TooMany {
                    what: "controls",
                    limit,
                });
            }
            Control::read(&mut walk)?;
        }
        Ok(Self { rest: row })
    }
    /// The first control of this type.
    pub fn find(mut self, oid: &str) -> Option<Control<'a>> {
        Iterator::find(&mut self, |control| control.oid == oid)
    }
    /// The only control of this type. A second one is an error, for whoever must not be told two things.
    pub fn find_only(self, oid: &str) -> Result<Option<Control<'a>>, DecodeError> {
        let mut found = self.filter(|control| control.oid == oid);
        match (found.next(), found.next()) {
            (only, None) => Ok(only),
            _ => Err(DecodeError::TooMany {
                what: "controls of a type that comes once",
                limit: 1,
            }),
        }
    }
    /// Owned copies; values are slices of `frame`, which these were decoded from.
    pub(crate) fn to_received(self, frame: &Bytes) -> Vec<ReceivedControl> {
        self.map(|control| ReceivedControl {
            oid: control.oid.into(),
            critical: control.critical,
            value: control
                .value
                .map(|value| crate::frame::slice_of(frame, value)),
        })
        .collect()
    }
}

impl<'a> Iterator for Controls<'a> {
    type Item = Control<'a>;
    fn next(&mut self) -> Option<Control<'a>> {
        // `checked` has seen every control; at the end this is the error that means "no more".
        Control::read(&mut self.rest).ok()
    }
}

impl<'a> Control<'a> {
    fn read(row: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut control = row.enter(Tag::SEQUENCE, "a control")?;
        let oid = control.text("controlType")?;
        let critical = flag(control.optional(Tag::BOOLEAN)?, "criticality")?;
        let value = control.optional(Tag::OCTETS)?;
        control.ignore_rest()?;
        Ok(Self {
            oid,
            critical,
            value,
        })
    }
    fn write(&self, out: &mut Writer<'_>) {
        out.constructed(Tag::SEQUENCE, |out| {
            out.octets(self.oid.as_bytes());
            if self.critical {
                out.boolean(Tag::BOOLEAN, true);
            }
            self.value.iter().for_each(|value| out.octets(value));
        });
    }
}

/// A control of a response, owned.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceivedControl {
    /// `controlType`, an OID.
    pub oid: Box<str>,
    /// Means nothing on a response; kept as it came.
    pub critical: bool,
    /// `controlValue`, a slice of the frame.
    pub value: Option<Bytes>,
}

/// A control to send with a request.
#[derive(Clone, PartialEq, Eq)]
pub enum RequestControl {
    /// Tell about the password and the account beside the bind's result. Never critical.
    PasswordPolicy,
    /// Return referral objects as entries (RFC 3296). Never critical: Active Directory does without it.
    ManageDsaIt,
    /// Return a page (RFC 2696).
    PagedResults {
        /// The page.
        page: PagedResults,
        /// Whether a server without paging shall refuse.
        critical: bool,
    },
    /// Any other.
    Other {
        /// `controlType`, an OID.
        oid: Cow<'static, str>,
        /// Whether a server that does not know it shall refuse.
        critical: bool,
        /// `controlValue`.
        value: Option<Bytes>,
    },
}

/// A control to send with a response.
#[derive(Clone, PartialEq, Eq)]
pub enum ResponseControl {
    /// What the server has to say about the password.
    PasswordPolicy(PasswordPolicy),
    /// Where the next page starts; an empty cookie says that there is none.
    PagedResults(PagedResults),
    /// Any other.
    Other {
        /// `controlType`, an OID.
        oid: Cow<'static, str>,
        /// `controlValue`.
        value: Option<Bytes>,
    },
}

impl RequestControl {
    fn write(&self, out: &mut Writer<'_>) {
        let plain = |oid, critical, value| Control {
            oid,
            critical,
            value,
        };
        match self {
            Self::PasswordPolicy => plain(oid::PASSWORD_POLICY, false, None).write(out),
            Self::ManageDsaIt => plain(oid::MANAGE_DSA_IT, false, None).write(out),
            Self::PagedResults { page, critical } => {
                plain(oid::PAGED_RESULTS, *critical, Some(&page.encode())).write(out)
            }
            Self::Other {
                oid,
                critical,
                value,
            } => plain(oid, *critical, value.as_deref()).write(out),
        }
    }
    /// Upper bound of the encoding's length.
    fn room(&self) -> usize {
        32 + match self {
            Self::PasswordPolicy | Self::ManageDsaIt => 40,
            Self::PagedResults { page, .. } => 80 + page.cookie.len(),
            Self::Other { oid, value, .. } => 16 + oid.len() + value.as_ref().map_or(0, Bytes::len),
        }
    }
}

impl ResponseControl {
    fn write(&self, out: &mut Writer<'_>) {
        let plain = |oid, value| Control {
            oid,
            critical: false,
            value,
        };
        match self {
            Self::PasswordPolicy(policy) => {
                plain(oid::PASSWORD_POLICY, Some(&encode_password_policy(policy))).write(out)
            }
            Self::PagedResults(page) => plain(oid::PAGED_RESULTS, Some(&page.encode())).write(out),
            Self::Other { oid, value } => plain(oid, value.as_deref()).write(out),
        }
    }
}

/// Writes `[0] Controls`, if there are any.
pub(crate) fn write_request_controls(controls: &[RequestControl], out: &mut Writer<'_>) {
    if !controls.is_empty() {
        out.constructed(tags::CONTROLS, |out| {
            controls.iter().for_each(|control| control.write(out))
        });
    }
}

/// As [`write_request_controls`], for responses.
pub(crate) fn write_response_controls(controls: &[ResponseControl], out: &mut Writer<'_>) {
    if !controls.is_empty() {
        out.constructed(tags::CONTROLS, |out| {
            controls.iter().for_each(|control| control.write(out))
        });
    }
}

/// Upper bound of what [`write_request_controls`] writes.
pub(crate) fn request_controls_room(controls: &[RequestControl]) -> usize {
    controls.iter().map(RequestControl::room).sum::<usize>() + 16
}
