//! What pages and callers of the API seal passwords with, for people of sites.

use entryway_login::Fault;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

/// Whose passwords are to be sealed, and with what.
pub trait Sealing: Send + Sync {
    /// How a password of this name is sent, coming from this caller, as logs call it. Asks nobody.
    fn sends(&self, login_name: &str, caller: &str) -> Sends;
    /// Whether a connector of that site takes passwords now. Asks nobody.
    fn is_ready(&self, site: &str) -> bool;
    /// How many challenges one network may ask for in a minute.
    fn challenges_per_minute(&self) -> u32;
    /// What a password of that name is sealed with.
    fn challenge<'a>(
        &'a self,
        login_name: &'a str,
        caller: &'a str,
        by: Instant,
    ) -> Pin<Box<dyn Future<Output = ToSeal> + Send + 'a>>;
}

/// How a password is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    /// To a site, which alone can read it.
    Sealed,
    /// As ever: whoever it is, they are asked about here.
    Clear,
    /// Not at all: the name is refused whatever the password is.
    Nothing,
}

/// What came of the question.
#[derive(Debug, Clone)]
pub enum ToSeal {
    /// The name is of no site: its password is sent as ever.
    Nothing,
    /// The name is refused whatever the password is: none is sent.
    Nobody,
    /// A password of a site's person.
    With(Challenges),
    /// No connector of the site issues a challenge.
    NotNow(Fault),
}

/// Challenges of a site's connectors.
#[derive(Debug, Clone)]
pub struct Challenges {
    /// The site's name.
    pub site: Arc<str>,
    /// The name as the site reads it.
    pub login_name: String,
    /// For whom the password is sealed.
    pub audience: String,
    /// One or two, as JSON.
    pub challenges: Vec<String>,
}
