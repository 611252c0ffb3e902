//! What the front needs of forward authentication: rules, and answers to what they ask.

use crate::{Asked, Browser};
use entryway_forward::{BasicCredentials, Host, Page, Rules, Somebody};
use entryway_oidc::{Answer, Fingerprint, Secret};
use std::net::IpAddr;

/// Whether somebody was asked about a name and a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromMemory {
    /// The answer was remembered, or is that of another request that came with the same.
    Yes,
    /// It is a login.
    No,
}

/// A browser that is to have a session of a protected host.
pub struct Handover<'a> {
    /// The browser, as it is known at the login.
    pub browser: Browser,
    /// The page that it wants.
    pub page: &'a Page,
    /// Of what it has at that host.
    pub tie: Fingerprint,
}

/// Forward authentication of one configuration.
pub trait Forwarding: Send + Sync {
    /// Its rules.
    fn rules(&self) -> &Rules;
    /// Whose session of a host a cookie is of.
    fn by_cookie<'a>(&'a self, host: &'a Host, cookie: Fingerprint) -> Asked<'a, Somebody>;
    /// Whose name and password these are, sent with a request for a page of `host` from `address`. What is dropped goes
    /// on to its end, so that others who wait for the same are answered.
    fn by_password<'a>(
        &'a self,
        shown: BasicCredentials,
        host: &'a Host,
        address: Option<IpAddr>,
    ) -> Asked<'a, (Somebody, FromMemory)>;
    /// A code with which that browser, and no other, gets a session of the page's host, once and soon; `None` where it
    /// has no session here.
    fn hand_over<'a>(&'a self, to: Handover<'a>) -> Asked<'a, Answer<Option<Secret>>>;
    /// Exchanges a code at a host for a cookie of it, and the page that was wanted; `None` for a code that is not good,
    /// not of this host, or not of a browser that has one of `ties`.
    fn exchange<'a>(
        &'a self,
        code: Fingerprint,
        host: &'a Host,
        ties: &'a [Fingerprint],
    ) -> Asked<'a, Answer<Option<(Secret, String)>>>;
}
