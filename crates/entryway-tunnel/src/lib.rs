//! Sockets of the bridge between a hub and the connectors of its sites.
//!
//! From the outside in, a tunnel is: TCP, perhaps through an HTTP proxy that is asked to CONNECT; TLS that a proxy or a
//! balancer may end; an HTTP upgrade to WebSocket, whose messages are no more than pieces of a stream; and inside that
//! TLS 1.3 once more, between the two ends alone, with certificates of the site's own authority. Whoever ends the outer TLS
//! can read and alter nothing.
//!
//! Must not know: what is asked and answered through a tunnel, how a hub keeps its sites, where files lie.

mod authority;
pub mod connector;
pub mod crypto;
mod dial;
mod error;
pub mod hub;
mod identity;
mod inner;
mod outer;
mod proxy;
mod pump;
mod sign;
mod socket;
#[cfg(test)]
mod testing;

pub use authority::{AuthorityError, HubLeaf, SiteAuthority};
pub use dial::{Dialed, Endpoint, EndpointError, Outside, Patience, dial};
pub use error::{Cause, DialError, Shown, Step};
pub use identity::{
    ConnectorKey, IdentityError, PeerIdentity, fingerprint_in_words, key_fingerprint,
};
pub use inner::{InnerError, IsFor, enter, enter_to_enrol, hub_tls, receive};
pub use outer::OuterTrust;
pub use proxy::{NoProxy, NoProxyError, Proxy, ProxyError};
pub use pump::Pace;
pub use sign::{IdentitySigner, PeerKey};
pub use socket::{SUBPROTOCOL, WebSocketBytes};
