//! Certificates of sites' people at the hub: where browsers are sent, what connectors are told, and what a configuration
//! may switch on.

use super::exchange::Exchange;
use crate::events::hub::{SiteCertificatesReady, SiteCertificatesUnready};
use entryway_bridge::Text;
use entryway_bridge::message::{Certificates, Unready};
use entryway_config::HubSettings;
use entryway_tunnel::hub::Tunnel;
use std::sync::Arc;

/// Why nobody of a site is sent to show a certificate. What is nearer to being ready is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoCertificate {
    /// The configuration does not have it.
    SwitchedOff,
    /// No connector of the site is connected to this node.
    NoConnector,
    /// Those that are, are asked nothing.
    Draining,
    /// They say why.
    NotReady(Unready),
    /// They are ready where the configuration has no address.
    NotAgreed,
    /// What they sign would be refused: their clocks are wrong, or ours.
    ClockWrong,
    /// They are ready, and give no sign of life just now.
    Silent,
}

impl NoCertificate {
    /// As it stands in events and answers.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SwitchedOff => "switched_off",
            Self::NoConnector => "no_connector",
            Self::Draining => "draining",
            Self::NotReady(why) => why.as_str(),
            Self::NotAgreed => "url_not_agreed",
            Self::ClockWrong => "clock_wrong",
            Self::Silent => "silent",
        }
    }

    /// For the administrator.
    fn in_words(self) -> String {
        match self {
            Self::SwitchedOff => "it is switched off".to_owned(),
            Self::NoConnector => "no connector of it is connected".to_owned(),
            Self::Draining => "its connectors are draining".to_owned(),
            Self::NotReady(Unready::SwitchedOff) => {
                "its connectors have no `[certificate_login]`".to_owned()
            }
            Self::NotReady(Unready::Incomplete) => {
                "its connectors miss a certificate, a key or a list".to_owned()
            }
            Self::NotReady(why) => format!("its connectors say `{}`", why.as_str()),
            Self::NotAgreed => {
                "its connectors are ready at another address than `urls` has".to_owned()
            }
            Self::ClockWrong => {
                "the clocks of its connectors are more than five minutes from this one's".to_owned()
            }
            Self::Silent => "its connectors give no sign of life".to_owned(),
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::SwitchedOff => 0,
            Self::NoConnector => 1,
            Self::Draining => 2,
            Self::NotReady(Unready::SwitchedOff) => 3,
            Self::NotReady(_) => 4,
            Self::NotAgreed => 5,
            Self::ClockWrong => 6,
            Self::Silent => 7,
        }
    }

    /// The one that says more.
    pub(crate) fn max(self, other: Self) -> Self {
        match self.rank() < other.rank() {
            true => other,
            false => self,
        }
    }
}

/// What a browser came back with from a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assertion {
    LetIn,
    Refused,
    NoVerdict,
    NoCertificate,
    NotFromHere,
    Invalid,
}

impl Assertion {
    pub(crate) const ALL: [Self; 6] = [
        Self::LetIn,
        Self::Refused,
        Self::NoVerdict,
        Self::NoCertificate,
        Self::NotFromHere,
        Self::Invalid,
    ];

    /// As a label.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::LetIn => "let_in",
            Self::Refused => "refused",
            Self::NoVerdict => "no_verdict",
            Self::NoCertificate => "no_certificate",
            Self::NotFromHere => "not_from_here",
            Self::Invalid => "invalid",
        }
    }
}

impl Exchange {
    /// What connectors of a site have to know.
    pub(super) fn certificates_of(&self, site: &str) -> Certificates {
        let Some(settings) = self.settings() else {
            return Certificates::default();
        };
        let mut sites = settings.sites.iter();
        let site = sites.find(|known| *known.name == *site);
        let urls = site.and_then(|site| site.certificate.as_ref());
        let urls = urls.map_or(&[][..], |certificate| &certificate.urls);
        Certificates {
            issuer: settings.issuer.as_deref().and_then(Text::new),
            urls: urls.iter().filter_map(|url| Text::new(&**url)).collect(),
        }
    }

    /// Tells a connector, by the configuration of now.
    pub(super) fn tell_certificates(&self, tunnel: &Tunnel) {
        let _one_after_the_other = self.telling.lock();
        tunnel.tell_certificates(self.certificates_of(tunnel.site().as_str()));
    }

    /// Tells everybody: another configuration is in force.
    pub(super) fn tell_all_certificates(&self) {
        for seen in self.registry.seen() {
            self.tell_certificates(&seen.line);
        }
    }

    /// Tells in the log where browsers can be sent by now, and where not any more.
    pub(super) fn look_at_certificates(&self) {
        for (site, now) in self.registry.certificates_changed() {
            match now {
                Ok(url) => SiteCertificatesReady {
                    site: &site,
                    url: &url,
                }
                .emit(),
                Err(why) => SiteCertificatesUnready {
                    site: &site,
                    reason: why.as_str(),
                }
                .emit(),
            }
        }
    }

    /// Whether a configuration may take the place of the one in force: nobody switches on what no connector of the site is
    /// ready for.
    pub(crate) fn may_follow(&self, next: Option<&HubSettings>) -> anyhow::Result<()> {
        let before = self.settings();
        let had = |site: &str| {
            let before = before.as_ref().map_or(&[][..], |hub| &hub.by_certificate);
            before.iter().any(|name| **name == *site)
        };
        for site in next.map_or(&[][..], |hub| &hub.sites) {
            let Some(certificate) = site.certificate.as_ref().filter(|_| !had(&site.name)) else {
                continue;
            };
            if let Err(why) = self
                .registry
                .certificate_url_of(&site.name, &certificate.urls)
            {
                anyhow::bail!(
                    "`certificate` cannot be switched on for the site `{}`: {}. Nobody could show one: make a connector of it ready first (`entryway connector check` there), or take `certificate` out of `site.{}.methods` until then",
                    site.name,
                    why.in_words(),
                    site.name
                );
            }
        }
        Ok(())
    }

    /// Why nobody of a site is offered it at this node; `None`: they are, or the configuration does not have it.
    pub(super) fn no_certificate(&self, site: &str) -> Option<NoCertificate> {
        match self.registry.certificate_url(site) {
            Ok(_) | Err(NoCertificate::SwitchedOff) => None,
            Err(why) => Some(why),
        }
    }
}

/// The addresses at which connectors of a site are ready, as they say.
pub(super) fn own_url(tunnel: &Tunnel) -> Option<Arc<str>> {
    let report = tunnel.report();
    let url = report.certificate_url.as_ref()?;
    Some(url.as_str().into())
}
