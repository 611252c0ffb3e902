//! What a server tells about itself to anybody who can connect: for `entryway check`.

use crate::dial::{Steps, submit_error};
use crate::error::{LdapError, Step};
use crate::link::{Link, unexpected};
use crate::mux::SearchResult;
use crate::tls::TlsSession;
use entryway_ldap_proto::client::Event;
use entryway_ldap_proto::{DerefAliases, SearchRequest};
use entryway_ldap_types::{AttributeName, Entry, Filter, ResultCode, Scope};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A server that was dialled, and perhaps asked for its root DSE.
#[derive(Debug, Clone)]
pub struct ProbeReport {
    /// The address that answered.
    pub peer: Option<SocketAddr>,
    /// Our end: tells the connection apart in a capture.
    pub local: Option<SocketAddr>,
    /// The TLS session, if there is one.
    pub tls: Option<TlsReport>,
    /// What the server says of itself; `None` when it shows nothing or was not asked.
    pub root_dse: Option<RootDse>,
    /// How long each step took that was taken, in order.
    pub steps: Vec<(Step, Duration)>,
}

/// A TLS session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsReport {
    /// What was agreed on.
    pub session: Arc<TlsSession>,
    /// The server's chain as it sent it, the server's own certificate first, in DER.
    pub chain: Vec<Vec<u8>>,
}

/// The root DSE (RFC 4512 §5.1). Every list is as the server sent it; empty where it shows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RootDse {
    /// OIDs of controls.
    pub supported_controls: Vec<String>,
    /// OIDs of extended operations.
    pub supported_extensions: Vec<String>,
    /// SASL mechanisms.
    pub supported_sasl_mechanisms: Vec<String>,
    /// Where its trees start.
    pub naming_contexts: Vec<String>,
    /// Active Directory's own tree.
    pub default_naming_context: Option<String>,
    /// Who made it.
    pub vendor_name: Option<String>,
    /// Which version.
    pub vendor_version: Option<String>,
    /// Active Directory: OIDs of capabilities.
    pub supported_capabilities: Vec<String>,
    /// OpenLDAP: `OpenLDAProotDSE` is among them.
    pub object_classes: Vec<String>,
}

const SUPPORTED_CONTROL: AttributeName = AttributeName::from_static("supportedControl");
const SUPPORTED_EXTENSION: AttributeName = AttributeName::from_static("supportedExtension");
const SUPPORTED_SASL: AttributeName = AttributeName::from_static("supportedSASLMechanisms");
const NAMING_CONTEXTS: AttributeName = AttributeName::from_static("namingContexts");
const DEFAULT_NAMING_CONTEXT: AttributeName = AttributeName::from_static("defaultNamingContext");
const VENDOR_NAME: AttributeName = AttributeName::from_static("vendorName");
const VENDOR_VERSION: AttributeName = AttributeName::from_static("vendorVersion");
const SUPPORTED_CAPABILITIES: AttributeName = AttributeName::from_static("supportedCapabilities");
const OBJECT_CLASS: AttributeName = AttributeName::from_static("objectClass");

/// The search for the root DSE.
pub(crate) fn request() -> SearchRequest {
    SearchRequest {
        base: "".into(),
        scope: Scope::Base,
        deref: DerefAliases::Never,
        size_limit: 1,
        time_limit: 0,
        types_only: false,
        filter: Filter::Present(OBJECT_CLASS).into(),
        attributes: Arc::new([
            SUPPORTED_CONTROL,
            SUPPORTED_EXTENSION,
            SUPPORTED_SASL,
            NAMING_CONTEXTS,
            DEFAULT_NAMING_CONTEXT,
            VENDOR_NAME,
            VENDOR_VERSION,
            SUPPORTED_CAPABILITIES,
            OBJECT_CLASS,
        ]),
    }
}

/// Asks for the root DSE and hangs up.
pub(crate) async fn read(
    mut link: Link,
    mut steps: Steps,
    deadline: Instant,
    operation: Duration,
) -> Result<ProbeReport, LdapError> {
    let started = Instant::now();
    let asked = timeout_at((started + operation).min(deadline), ask(&mut link)).await;
    let root_dse = asked.unwrap_or(Err(LdapError::TimedOut { step: Step::Search }))?;
    steps.push((Step::Search, started.elapsed()));
    Ok(ProbeReport {
        root_dse,
        ..connected(link, steps)
    })
}

/// Asks for nothing and hangs up.
pub(crate) fn connected(link: Link, steps: Steps) -> ProbeReport {
    let report = ProbeReport {
        peer: link.stream.peer().ok(),
        local: link.stream.local().ok(),
        tls: tls_report(&link),
        root_dse: None,
        steps,
    };
    link.hang_up();
    report
}

async fn ask(link: &mut Link) -> Result<Option<RootDse>, LdapError> {
    link.connection
        .search(&request(), 1, &[])
        .map_err(submit_error)?;
    link.flush().await?;
    let mut found = None;
    loop {
        match link.next().await? {
            Event::Entry { entry, .. } => found = Some(RootDse::read(&entry)),
            Event::SearchDone { result, .. } => {
                // A server may hide its root DSE from us; that is no failure of the connection.
                return Ok(found.filter(|_| result.code == ResultCode::SUCCESS));
            }
            Event::Reference { .. }
            | Event::UnknownNotice { .. }
            | Event::Intermediate { .. }
            | Event::Stale(_) => {}
            event => return Err(unexpected("a search result", &event)),
        }
    }
}

fn tls_report(link: &Link) -> Option<TlsReport> {
    let tls = link.stream.tls()?;
    Some(TlsReport {
        session: Arc::clone(link.agreed.as_ref()?),
        chain: tls
            .peer_certificates()
            .unwrap_or_default()
            .iter()
            .map(|certificate| certificate.to_vec())
            .collect(),
    })
}

/// What kind of directory a root DSE belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryKind {
    /// Active Directory, Samba's too. Not AD LDS, which has neither its people nor its names.
    ActiveDirectory,
    /// OpenLDAP.
    OpenLdap,
    /// 389 Directory Server and what was made of it.
    Ds389,
    /// Another one, or one that does not say.
    Other,
}

impl DirectoryKind {
    /// The word of `dialect` in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "active-directory",
            Self::OpenLdap => "openldap",
            Self::Ds389 => "389ds",
            Self::Other => "generic",
        }
    }
}

impl RootDse {
    /// What it says that it is.
    pub fn kind(&self) -> DirectoryKind {
        /// LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS §3.1.1.3.4.3).
        const ACTIVE_DIRECTORY: &str = "1.2.840.113556.1.4.800";
        let is = |list: &[String], value: &str| {
            list.iter().any(|found| found.eq_ignore_ascii_case(value))
        };
        let vendor = self.vendor_name.as_deref().unwrap_or_default();
        if is(&self.supported_capabilities, ACTIVE_DIRECTORY) {
            DirectoryKind::ActiveDirectory
        } else if is(&self.object_classes, "OpenLDAProotDSE") {
            DirectoryKind::OpenLdap
        } else if vendor.starts_with("389 ") {
            DirectoryKind::Ds389
        } else {
            DirectoryKind::Other
        }
    }
    /// From a search's answer; `None` when the server shows nothing.
    pub(crate) fn of(found: &SearchResult) -> Option<Self> {
        let entry = found.entries.first();
        entry
            .filter(|_| found.code == ResultCode::SUCCESS)
            .map(Self::read)
    }
    fn read(entry: &Entry) -> Self {
        let texts = |name: &AttributeName| {
            entry
                .values(name)
                .map(|value| String::from_utf8_lossy(value).into_owned())
                .collect::<Vec<_>>()
        };
        Self {
            supported_controls: texts(&SUPPORTED_CONTROL),
            supported_extensions: texts(&SUPPORTED_EXTENSION),
            supported_sasl_mechanisms: texts(&SUPPORTED_SASL),
            naming_contexts: texts(&NAMING_CONTEXTS),
            default_naming_context: texts(&DEFAULT_NAMING_CONTEXT).into_iter().next(),
            vendor_name: texts(&VENDOR_NAME).into_iter().next(),
            vendor_version: texts(&VENDOR_VERSION).into_iter().next(),
            supported_capabilities: texts(&SUPPORTED_CAPABILITIES),
            object_classes: texts(&OBJECT_CLASS),
        }
    }
}
