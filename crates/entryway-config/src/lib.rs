//! The configuration: text becomes values that remember file, line and column, and those become
//! resolved [`Settings`]. Every problem is reported in one run.
//!
//! ```text
//! Sources ─ gather ─▶ tree with places ─ catalogue, resolve ─▶ Settings + RuleBook + warnings
//!                                                        └───▶ Report
//! ```
//!
//! Only this crate knows TOML. It reads files, and it reads the environment only as far as
//! [`Sources`] hands it in. It must not know sockets, TLS libraries (of certificates and keys it knows whether a file gives any)
//! or the clock.

mod catalogue;
mod closest;
mod code;
mod context;
mod duration;
pub mod edit;
mod flat;
mod gather;
mod load;
mod mask;
mod place;
mod reference;
mod render;
mod report;
mod resolve;
mod schema;
mod secret;
mod section;
mod settings;
mod sources;
mod tree;

/// Reads a duration as settings have it: `400ms`, `3s`, `5m`, `1h`, `2d`.
pub fn read_duration(text: &str) -> Result<std::time::Duration, impl std::error::Error + use<>> {
    duration::parse(text)
}

pub use catalogue::{setting_paths, settings_named};
pub use closest::closest;
pub use code::{Severity, codes, help};
pub use load::{Loaded, load};
pub use place::RuleBook;
pub use reference::reference_markdown;
pub use report::{Problem, Report};
pub use schema::json_schema;
pub use settings::{
    Accent, ApiToken, AuditSettings, Branding, CardsSettings, CertificateLogin, CertificateUsage,
    ClaimFailed, ClaimSetting, ClientSetting, Connections, ConnectorSettings, Dialect,
    DomainSettings, DynamicGroups, FollowedHost, ForwardSettings, GroupsSettings, HubSettings,
    IdentitySource, ImageKind, KeyRotation, Logo, Membership, OfferedDomains, OsSettings,
    PageLanguage, Pin, ProxySettings, ReleaseSettings, Security, ServerAddress, ServiceBind,
    SessionLimits, Settings, SiteCertificate, SiteSettings, SsoSettings, StoreFile, StoreSettings,
    StoreUrl, ThrottleSettings, Timeouts, TlsSettings, TlsVersion, TokenProof, TokenScope,
    TrustSource, UnwrittenServers, Verification, Way,
};
pub use sources::{FileContent, Files, MemoryFiles, Sources};
