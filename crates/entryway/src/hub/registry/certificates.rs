//! Where browsers of a site are sent with their certificates: by what its connectors say, and where the configuration has it.

use super::{Line, Registry, Site};
use crate::hub::certificates::{Assertion, NoCertificate};
use entryway_bridge::ConnectorId;
use entryway_bridge::message::Ability;
use entryway_tunnel::hub::Tunnel;
use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Where browsers of a site are sent to show certificates, or why nowhere.
pub(crate) type CertificatePlace = Result<Arc<str>, NoCertificate>;

impl<L: Line> Site<L> {
    /// Whether a connector is ready for something; for certificates, too, where the configuration has it.
    pub(super) fn is_ready(&self, line: &L, ability: Ability) -> bool {
        let certificate = self.settings.certificate.as_ref();
        match certificate.filter(|_| ability == Ability::Certificate) {
            Some(certificate) => place_of(line, &certificate.urls).is_ok(),
            None => line.report().is_ready(ability),
        }
    }

    /// Where a browser is sent: of the connectors that are ready, the one with the fewest questions under way; to one that
    /// gives no sign of life never: whoever is there waits, and nobody can send them on. How long a ping takes does not
    /// matter: browsers remember for each address which certificate was chosen.
    fn certificate_place(&self, urls: &[Arc<str>]) -> Result<Arc<str>, NoCertificate> {
        let mut best: Option<(usize, Arc<str>)> = None;
        let mut why = NoCertificate::NoConnector;
        for held in &self.lines {
            let is_drained = held.draining || held.line.is_draining();
            let found = match is_drained {
                true => Err(NoCertificate::Draining),
                false => place_of(&*held.line, urls),
            };
            match found {
                Ok(_) if held.line.is_silent() => why = why.max(NoCertificate::Silent),
                Ok(url) => {
                    let outstanding = held.line.outstanding();
                    if best.as_ref().is_none_or(|(least, _)| outstanding < *least) {
                        best = Some((outstanding, url));
                    }
                }
                // What is nearest to being ready says most.
                Err(reason) => why = why.max(reason),
            }
        }
        best.map(|(_, url)| url).ok_or(why)
    }
}

impl<L: Line> Registry<L> {
    /// Where a browser of the site is sent to show its certificate.
    pub(crate) fn certificate_url(&self, site: &str) -> Result<Arc<str>, NoCertificate> {
        let sites = self.sites.lock();
        let site = sites.get(site).ok_or(NoCertificate::NoConnector)?;
        let certificate = site.settings.certificate.as_ref();
        let certificate = certificate.ok_or(NoCertificate::SwitchedOff)?;
        site.certificate_place(&certificate.urls)
    }

    /// The same as it would be with these addresses.
    pub(crate) fn certificate_url_of(
        &self,
        site: &str,
        urls: &[Arc<str>],
    ) -> Result<Arc<str>, NoCertificate> {
        let sites = self.sites.lock();
        let site = sites.get(site).ok_or(NoCertificate::NoConnector)?;
        site.certificate_place(urls)
    }

    /// What changed of that since it was told last.
    pub(crate) fn certificates_changed(&self) -> Vec<(Arc<str>, CertificatePlace)> {
        let mut sites = self.sites.lock();
        let mut changed = Vec::new();
        for (name, site) in sites.iter_mut() {
            let Some(certificate) = &site.settings.certificate else {
                site.told_certificates = None;
                continue;
            };
            let now = site.certificate_place(&certificate.urls);
            let told = now.as_ref().map(|_| ()).map_err(|why| *why);
            if site.told_certificates.replace(told) != Some(told) {
                changed.push((Arc::clone(name), now));
            }
        }
        changed
    }

    /// Counts what a browser came back with.
    pub(crate) fn count_assertion(&self, site: &str, what: Assertion) {
        let sites = self.sites.lock();
        let counts = sites.get(site).map(|site| &site.assertions);
        if let Some(count) = counts.and_then(|counts| counts.get(what as usize)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Registry<Tunnel> {
    /// The certificate by which a connector that has a tunnel proved who it is.
    pub(crate) fn certificate(
        &self,
        site: &str,
        connector: &ConnectorId,
    ) -> Option<CertificateDer<'static>> {
        let sites = self.sites.lock();
        let mut lines = sites.get(site)?.lines.iter();
        let held = lines.find(|held| held.line.connector() == connector)?;
        Some(held.line.peer().certificate.clone())
    }
}

/// Where a connector is ready for certificates, if that is one of these and what it signs there will count.
fn place_of(line: &impl Line, urls: &[Arc<str>]) -> Result<Arc<str>, NoCertificate> {
    let report = line.report();
    if let Some(why) = report.not_ready(Ability::Certificate) {
        return Err(NoCertificate::NotReady(why));
    }
    let own = report.certificate_url.as_ref();
    let mut known = urls.iter();
    let agreed = own.and_then(|own| known.find(|url| ***url == *own.as_str()));
    let agreed = agreed.ok_or(NoCertificate::NotAgreed)?;
    // It signs with the time that its clock shows, and that would be refused.
    match line.is_clock_wrong() {
        true => Err(NoCertificate::ClockWrong),
        false => Ok(Arc::clone(agreed)),
    }
}
