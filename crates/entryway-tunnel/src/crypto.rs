//! What `entryway-bridge` needs computed beside signatures: sealings, and the sealing keys of a connector.

mod keys;
mod seal;

pub use keys::{Opened, SealingKeys};
pub use seal::PageSeal;

#[cfg(test)]
mod vectors;
