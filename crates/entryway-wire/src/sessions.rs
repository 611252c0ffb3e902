//! Sessions of the single sign-on, as administrators see them: over HTTP and on the control socket alike.

use crate::shape::{Schemas, Shape, shapes};
use serde::Deserialize;
use serde_json::{Map, Value};

shapes! {
    /// GET /api/v1/sessions: sessions of the single sign-on that have not ended, by their ids.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct SessionsJson = "sessions" {
        /// The sessions.
        pub sessions: Vec<SessionJson>,
        /// Goes on behind these, as `after`; left out where there are no more.
        pub next: Option<String>,
    }
    /// A session of the single sign-on.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct SessionJson = "session_listed" {
        /// By what it is ended. It is not what the browser shows.
        pub id: String,
        /// Whose it is, as a login's `subject`.
        pub subject: String,
        /// The person's login name, as it was at the login.
        pub username: String,
        /// Since when.
        pub since: String,
        /// When it was used last, to the minute.
        pub used: String,
        /// When it ends if nobody uses it.
        pub ends: String,
        /// Where the browser was at the login.
        pub address: Option<String>,
        /// What the browser says it is, cut.
        pub agent: Option<String>,
        /// The `client_id` of each application that the person signed in to with it.
        pub clients: Vec<String>,
    }
    /// What came of ending sessions.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
    pub struct EndedJson = "sessions_ended" {
        /// How many sessions ended.
        pub ended: u64,
    }
}

/// The schemas of every shape here, by name.
pub fn session_schemas() -> Map<String, Value> {
    let mut schemas = Schemas::default();
    SessionsJson::schema(&mut schemas);
    EndedJson::schema(&mut schemas);
    schemas.0
}
