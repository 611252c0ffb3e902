//! Domains that believe any server, in whatever role: told at every start and reload.

use entryway_config::{Settings, TlsSettings};
use std::sync::Arc;

pub(super) fn unverified(settings: &Settings) -> Vec<Arc<str>> {
    let anybody = |tls: &TlsSettings| !tls.verification.verify;
    let domains = settings.domains.iter().filter(|domain| {
        let cards = domain.cards.as_ref();
        anybody(&domain.tls) || cards.is_some_and(|cards| anybody(&cards.tls))
    });
    domains.map(|domain| Arc::clone(&domain.name)).collect()
}
