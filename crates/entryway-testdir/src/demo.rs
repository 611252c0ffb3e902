//! The demo's directory.
