//! What a client towards a directory trusts, and who it is: read from files, with the origin of each
//! certificate, so that whatever is said of one can name the file that it came from.

mod expiry;
mod file;
mod identity;
mod lists;
mod rereading;
mod shown;
mod trust;

pub use expiry::{ExpiryWatch, LocalCertificate, Purpose};
pub use file::StoreFile;
pub use identity::{ClientIdentity, IdentityError, IdentitySource};
pub use lists::{ListWatch, Lists};
pub use rereading::{Reread, Rereading, StoreError};
pub use shown::ShownIdentity;
pub use trust::{Anchor, TrustError, TrustSource, TrustStore};
