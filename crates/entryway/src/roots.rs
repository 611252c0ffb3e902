//! Whom this machine trusts on the web.

use rustls::RootCertStore;

/// The system's authorities, read now: blocks on files. What cannot be read is left out.
pub(crate) fn of_the_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    roots
}
