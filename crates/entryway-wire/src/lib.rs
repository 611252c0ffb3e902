//! The shapes shared by the API and the command line: JSON, and beside it vCards and pictures of initials.
//!
//! What crosses a boundary is one of these types; the domain types of the pure crates are not
//! serialised. Answers borrow what they show. This crate chooses no HTTP status and does no I/O.

mod audit;
mod control;
mod explain;
mod grace;
mod hub;
mod initials;
mod json;
mod lookup;
mod problem;
mod request;
mod response;
mod session;
mod sessions;
mod shape;
mod time;
mod vcard;
mod write;

pub use audit::{AuditBody, RecordedJson, SignedJson, ToldAs};
pub use control::{
    CONTROL_ANSWER_MAX, CONTROL_REQUEST_MAX, CONTROL_VERSION, CertificateStatus,
    CertificatesStatus, ConfigurationProblem, ConfigurationStatus, ConnectorStatus, ControlAnswer,
    ControlAsk, ControlError, ControlReply, ControlRequest, DaemonStatus, DomainStatus, HubStatus,
    ListenerStatus, LiveJson, LoginCounts, LoginsStatus, NodeTroubleStatus, ReadyStatus, Reload,
    RoleStatus, ServerStatus, ShareStatus, SiteStatus, Status, StoreStatus, TunnelStatus,
};
pub use grace::GraceResponse;
pub use hub::{
    ConnectorJson, ConnectorsJson, ReadyJson, SiteCertificateJson, SiteJson, SitesJson, TicketJson,
    TicketMadeJson, TicketsJson, TunnelJson, hub_schemas,
};
pub use initials::initials_svg;
pub use json::{JsonError, to_json};
pub use lookup::{
    AddressBooksJson, BookPageJson, BrowsedJson, CardJson, GroupJson, GroupsOfJson, MOST_QUERIES,
    MatchesJson, MembersJson, PageJson, PersonJson, ResolveRequest, ResolvedJson, ResultJson,
    SiteAnswer, Whose, lookup_schemas, photo_url, site_cursor,
};
pub use problem::{At, Problem};
pub use request::{
    ExplainRequest, LoginRequest, RequestError, RevalidationRequest, SealRequest, SealWith,
    TicketRequest, read_sealed, request_schemas,
};
pub use response::{LoginResponse, explanation, login_response};
pub use sessions::{EndedJson, SessionJson, SessionsJson, session_schemas};
pub use time::Rfc3339;
pub use vcard::vcard;
