//! Single sign-on carried out: what the provider asks is answered by the store, the configuration and the directories.
//!
//! What a request means is `entryway-oidc`'s, how it is read and answered over HTTP `entryway-web`'s.

mod administrator;
mod body;
mod callers;
mod entropy;
mod front;
mod hosts;
mod keys;
mod notice;
mod person;
mod picture;
mod rows;
mod signatures;
mod world;

pub(crate) use callers::scope_of;
pub(crate) use front::{Beside, Sso, rotation};
pub(crate) use keys::{Keyring, LOOK, now_ms};
pub(crate) use notice::Notices;
pub(crate) use person::{LastAnswers, person};
pub(crate) use picture::Pictures;
