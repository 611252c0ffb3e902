//! The subset of BER that LDAP allows (RFC 4511 §5.1): definite lengths, primitive strings, one
//! identifier octet.
//!
//! Knows elements, not messages. Lengths in the long form need not be minimal, as some servers
//! always write four octets; ours are.

mod reader;
mod tag;
#[cfg(test)]
mod tests;
mod writer;

pub use reader::{Header, Reader};
pub(crate) use reader::{boolean, header, natural, utf8};
pub use tag::Tag;
pub use writer::Writer;
