//! The hub's end of a tunnel: takes it, lets its connector in, and asks it.

mod clock;
mod clogged;
mod course;
mod driver;
mod handle;
mod silence;

pub(crate) use driver::in_words;

pub use driver::{AcceptError, accept};
pub use handle::{Down, NotSent, Tunnel, Unanswered};

use crate::identity::PeerIdentity;
use entryway_bridge::message::{
    Bye, Certificates, Enrol, Enrolled, Hello, RefusalCode, Renew, Renewed, Welcome,
};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What is waited for.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a hub decides about connectors, and hears of them.
pub trait Admit: Send + Sync + 'static {
    /// Whether a connector that has proved its certificate may work here.
    fn admit<'a>(
        &'a self,
        peer: &'a PeerIdentity,
        hello: &'a Hello,
    ) -> Later<'a, Result<Welcome, Bye>>;
    /// In how many stores the connectors of its site count failures; `None` where that is not said. Asked behind
    /// [`Admit::admit`].
    fn stores<'a>(&'a self, _: &'a PeerIdentity) -> Later<'a, Result<Option<u16>, Bye>> {
        Box::pin(async { Ok(None) })
    }
    /// Whoever has a ticket wants a certificate.
    fn enrol<'a>(&'a self, enrol: &'a Enrol) -> Later<'a, Result<Enrolled, Bye>>;
    /// A connector wants its next certificate.
    fn renew<'a>(
        &'a self,
        peer: &'a PeerIdentity,
        renew: &'a Renew,
    ) -> Later<'a, Result<Renewed, RefusalCode>>;
    /// A site has ended one of its connectors: it is to be revoked.
    fn left<'a>(&'a self, _: &'a PeerIdentity) -> Later<'a, ()> {
        Box::pin(async {})
    }
    /// What connectors of the site have to know of people's certificates: said right after the welcome.
    fn certificates(&self) -> Certificates {
        Certificates::default()
    }
    /// A tunnel stands and its connector has said what it is ready for.
    fn up(&self, tunnel: &Arc<Tunnel>);
    /// Its connector says that anew.
    fn reported(&self, tunnel: &Arc<Tunnel>);
    /// Its connector gives no sign of life any more, or does again.
    fn silence(&self, _: &Arc<Tunnel>) {}
    /// Its connector's clock has gone wrong, or is right again.
    fn clock(&self, _: &Arc<Tunnel>) {}
    /// A tunnel that was up has ended.
    fn down(&self, tunnel: &Arc<Tunnel>, why: &Down);
}
