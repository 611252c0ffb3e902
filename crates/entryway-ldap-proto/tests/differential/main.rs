//! Our encoding read by two other implementations, and theirs read by us.
//!
//! The oracles have quirks; what they cannot do is left out of what is generated for them, and said
//! where it is left out.

// All of this is test code, which clippy.toml's exceptions do not see outside of `#[test]`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod generate;
mod ldap3_proto_reads;
mod ldap3_proto_writes;
mod ldap_parser_reads;
