//! What the log is told of files of certificates and lists: that they have changed, cannot be used, or end soon.

use entryway_ldap::{
    CrlFacts, ExpiryWatch, ListWatch, Lists, LocalCertificate, Reread, Rereading, utc,
};
use std::sync::Arc;
use std::time::SystemTime;

/// What was told of that ends, so that it is not told every few seconds.
#[derive(Default)]
pub(crate) struct Expiring {
    pub(crate) certificates: ExpiryWatch,
    lists: ListWatch,
}

impl Expiring {
    /// Tells of what ends soon.
    pub(crate) fn tell(
        &mut self,
        certificates: impl IntoIterator<Item = LocalCertificate>,
        lists: impl IntoIterator<Item = CrlFacts>,
        now: SystemTime,
    ) {
        for (list, hours) in self.lists.due(lists, now) {
            tracing::warn!(
                target: "tls.list_expires",
                hours,
                issuer = list.issuer,
                file = %list.origin,
                expires = list.next_update.map(utc),
            );
        }
        for (certificate, days) in self.certificates.due(certificates, now) {
            tracing::warn!(
                target: "tls.expires",
                days,
                subject = certificate.subject,
                file = %certificate.origin,
                purpose = certificate.purpose.as_str(),
            );
        }
    }
}

/// Looks at the files of a store; whether there is something else in them that can be used. Blocks on files.
pub(crate) fn store_renewed(stores: &mut Rereading) -> bool {
    match stores.look() {
        Reread::Same => false,
        Reread::Renewed => true,
        Reread::Broken(error) => {
            let code = error.code();
            let problem = format!("{:#}", anyhow::Error::from(error));
            tracing::warn!(target: "tls.store_unusable", code, problem, kept = "what was read last");
            false
        }
        Reread::Recovered { renewed } => {
            tracing::info!(target: "tls.store_recovered", files = files(stores));
            renewed
        }
    }
}

/// The same for revocation lists, which are told of here.
pub(crate) fn lists_renewed(lists: &mut Lists) -> bool {
    let renewed = match lists.look() {
        Reread::Same => false,
        Reread::Renewed => true,
        Reread::Broken(error) => {
            let code = error.code();
            let problem = format!("{:#}", anyhow::Error::from(error));
            tracing::warn!(target: "tls.lists_unusable", code, problem, kept = "what was read last");
            false
        }
        Reread::Recovered { renewed } => {
            tracing::info!(target: "tls.lists_recovered", files = lists.files());
            renewed
        }
    };
    if renewed {
        tracing::info!(target: "tls.lists_renewed", files = lists.files());
    }
    renewed
}

/// What there is to be read, for the log.
pub(crate) fn files(stores: &Rereading) -> String {
    let anchors = stores.store().anchors().iter();
    let mut files: Vec<Arc<str>> = anchors.map(|anchor| Arc::clone(&anchor.origin)).collect();
    let own = stores.identity();
    files.extend(own.map(|own| Arc::clone(own.origin())));
    files.dedup();
    files.join(", ")
}
