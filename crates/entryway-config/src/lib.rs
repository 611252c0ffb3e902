//! The configuration: text becomes values that remember file, line and column, and those become
//! resolved [`Settings`]. Every problem is reported in one run.
//!
//! Only this crate knows TOML. It reads files, and it reads the environment only as far as
//! [`Sources`] hands it in. It must not know sockets, TLS libraries or the clock.

mod settings;
mod sources;

pub use settings::{
    ApiToken, Connections, Dialect, DomainSettings, Security, ServerAddress, ServiceBind, Settings,
    Timeouts, TlsSettings, TlsVersion, TokenScope, TrustSource,
};
pub use sources::{FileContent, Files, MemoryFiles, Sources};
