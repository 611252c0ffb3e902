//! What is said of logging in by certificate at a connector: by ends that have the capability alone.

use super::connection::few;
use crate::Text;
use serde::{Deserialize, Serialize};

/// The name of the capability.
pub const CERTIFICATE_LOGIN: &str = "certificate_login";

/// Where browsers reach an end: an origin.
pub type BrowserUrl = Text<240>;

/// A hub's word, after the welcome and whenever it changes: where browsers go back to, and where it would send them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificates {
    /// The issuer of its single sign-on; `None` where it has no page that could send a browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<BrowserUrl>,
    /// Connectors' addresses that its configuration has for this site; none where certificates are not switched on there.
    #[serde(deserialize_with = "few::<_, _, 16>")]
    pub urls: Vec<BrowserUrl>,
}
