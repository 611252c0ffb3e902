//! Signing out: asked for by an application through the browser (RP-Initiated Logout 1.0), and told to every
//! application that took part (Back-Channel Logout 1.0).

mod notice;
mod request;

pub use notice::{LogoutNotice, notices};
pub use request::{Logout, LogoutRequest, SignedOut, logout};
