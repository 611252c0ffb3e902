//! Sockets and TLS for LDAP: the only crate that dials a directory.
//!
//! [`Server`] is one LDAP host. It keeps connections by role, so that each can be seen, limited and
//! encrypted on its own: searches share multiplexed connections that are bound as the service
//! account, a person's bind has a connection for itself. Every wait is bounded, every answer is
//! matched to its question by `entryway-ldap-proto`, and dropping a future abandons what it asked.
//!
//! Must not know: domains, failover between servers, what an entry or a result code means.

mod account;
mod change;
mod dial;
mod dns;
mod error;
mod events;
mod expiry;
mod fetch;
mod health;
mod link;
mod mux;
mod pages;
mod patrol;
mod persons;
mod probe;
mod race;
mod resolve;
mod server;
mod settings;
mod shared;
mod srv;
mod stats;
mod stream;
mod tls;
mod totals;
mod watch;

pub use account::ServiceAccount;
pub use change::{ChangeMethod, ChangeResult, Changing, PasswordChange};
pub use dns::DnsError;
pub use entryway_ldap_proto::client::{BindResult, SubmitError};
pub use entryway_ldap_proto::{
    DerefAliases, Limits, ProtocolError, ReceivedControl, SearchRequest,
};
pub use entryway_ldap_types::{ByRole, Role};
pub use error::{
    BindFailure, Breach, ChangeFailure, CloseReason, DialError, LdapError, Overload, Step,
};
pub use fetch::{Fetched, Target};
pub use health::HealthReport;
pub use mux::SearchResult;
pub use pages::{PageLimits, Paged, Pages};
pub use probe::{DirectoryKind, ProbeReport, RootDse, TlsReport};
pub use server::Server;
pub use settings::{PoolLimits, SearchRole, Security, ServerSettings, ServiceBind, Timeouts, Way};
pub use srv::{SrvAnswer, SrvError, SrvSource, SrvTarget};
pub use stats::{
    LATENCY_BOUNDS_US, LatencyHistogram, OperationCount, OperationKind, OperationOutcome,
    Protection, RoleStats, ServerStats, ServiceBinds,
};
pub use tls::{
    Accepted, Anchor, CertificateFacts, ClientIdentity, CrlError, CrlFacts, Crls, EndsFirst,
    ExpiryWatch, IdentityError, IdentitySource, ListWatch, Lists, LocalCertificate, Offer,
    PersonProblem, PersonRefused, PersonTrusted, PersonVerifier, Purpose, Reread, Rereading,
    ShownIdentity, StoreError, StoreFile, TlsClient, TlsCode, TlsFailure, TlsOptions, TlsSession,
    TlsSetupError, TlsVersion, TrustError, TrustSource, TrustStore, TrustedHost, TrustedHostError,
    Verdict, WhenUnknown, certificates_in, cipher_names, days_left, fingerprint, utc,
};
pub use totals::ServerTotals;
