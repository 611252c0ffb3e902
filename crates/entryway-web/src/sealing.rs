//! What pages and callers of the API seal passwords with, for people of sites.

use entryway_login::Fault;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

/// Whose passwords are to be sealed, and with what.
pub trait Sealing: Send + Sync {
    /// The site whose people this name means, coming from this caller, as logs call it. Asks nobody.
    fn site(&self, login_name: &str, caller: &str) -> Option<Arc<str>>;
    /// What a password of that name is sealed with.
    fn challenge<'a>(
        &'a self,
        login_name: &'a str,
        caller: &'a str,
        by: Instant,
    ) -> Pin<Box<dyn Future<Output = ToSeal> + Send + 'a>>;
}

/// What came of the question.
#[derive(Debug, Clone)]
pub enum ToSeal {
    /// The name is of no site: its password is sent as ever.
    Nothing,
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
