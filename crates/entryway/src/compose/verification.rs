//! What `[tls]` says of versions, ciphers and servers, as a client is told it.

use anyhow::{Context, bail};
use entryway_config::{Pin, TlsSettings, TlsVersion};
use entryway_ldap::{Crls, TlsOptions, certificates_in, fingerprint};
use entryway_ldap_types::Fingerprint;
use std::path::Path;

/// Reads the files that it names, but for the revocation lists, which are `crls`.
pub(super) fn options(settings: &TlsSettings, crls: Crls) -> anyhow::Result<TlsOptions> {
    let verification = &settings.verification;
    let pins = verification.pins.iter().map(|pin| match pin {
        Pin::Fingerprint(fingerprint) => Ok(*fingerprint),
        Pin::File(path) => pinned(path).with_context(|| format!("cannot pin `{}`", path.display())),
    });
    Ok(TlsOptions {
        min_version: version(settings.min_version),
        max_version: version(verification.max_version),
        ciphers: verification
            .ciphers
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        server_name: settings.server_name.clone(),
        trusted_hosts: verification.trusted_hosts.clone(),
        allow_common_name: verification.allow_common_name,
        pins: pins.collect::<anyhow::Result<_>>()?,
        crls,
        verify: verification.verify,
    })
}

fn version(version: TlsVersion) -> entryway_ldap::TlsVersion {
    match version {
        TlsVersion::Tls12 => entryway_ldap::TlsVersion::Tls12,
        TlsVersion::Tls13 => entryway_ldap::TlsVersion::Tls13,
    }
}

fn pinned(path: &Path) -> anyhow::Result<Fingerprint> {
    let bytes = std::fs::read(path)?;
    match certificates_in(&bytes).unwrap_or_default().as_slice() {
        [only] => Ok(fingerprint(only)),
        [] => bail!("it is damaged, or no certificate"),
        several => bail!("expected one certificate, found {}", several.len()),
    }
}
