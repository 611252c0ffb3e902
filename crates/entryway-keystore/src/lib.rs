//! Certificates and keys as they stand in files: PEM, DER, PKCS#12, and Java's JKS and JCEKS.
//!
//! Bytes and a password go in; trusted certificates, or a certificate with its key, come out. What a file is,
//! its content decides and never its name. Every length that a file claims is checked against what is there.
//!
//! Deriving the key of a PKCS#12 store may take a third of a second: not on a thread that serves others.
//!
//! Must not know: files, sockets, what a certificate is trusted for.

mod certificate;
mod contents;
mod error;
mod form;
mod holder;
mod identity;
mod jks;
mod pem;
mod pkcs12;
mod trust;

pub use certificate::{Facts, Vouches};
pub use error::KeystoreError;
pub use form::Form;
pub use holder::{ANY_USAGE, CLIENT_AUTH, Holder, HolderError, Purposes, SMART_CARD_LOGON};
pub use identity::{Half, Identity, identity, identity_pair};
pub use trust::{Trusted, may_vouch, trust};
