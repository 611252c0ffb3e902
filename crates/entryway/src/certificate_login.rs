//! Logging in by a browser's certificate: reads it, judges its chain, and has the login of this process decide.

mod asking;
mod trust;

use crate::gateway::Gateway;
pub(crate) use asking::{AskingListener, Wanted};
use entryway_config::CertificateUsage;
use entryway_keystore::{CLIENT_AUTH, Holder, SMART_CARD_LOGON};
use entryway_ldap::{PersonProblem, fingerprint};
use entryway_login::{Attempt, Certificate, Decided, Fault, Judged, Reason, Shown};
use entryway_web::CertificateLogins;
use rustls::pki_types::{CertificateDer, UnixTime};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::watch;
pub(crate) use trust::{PersonTrust, TrustWatch};

/// Certificate logins of one configuration.
pub(crate) struct ByCertificate {
    pub(crate) settings: Arc<entryway_config::CertificateLogin>,
    pub(crate) trust: Arc<PersonTrust>,
    pub(crate) gateway: Gateway,
    /// As requests hold the configuration.
    pub(crate) used: watch::Sender<()>,
}

impl CertificateLogins for ByCertificate {
    fn url(&self) -> &str {
        &self.settings.url
    }

    fn at_once(&self) -> bool {
        self.settings.at_once
    }

    fn offers(&self, address: IpAddr) -> bool {
        let mut ranges = self.settings.addresses.iter();
        ranges.any(|range| range.contains(address))
    }

    fn log_in<'a>(
        &'a self,
        chain: &'a [CertificateDer<'static>],
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send + 'a>> {
        let shown = look(chain, &self.trust, self.settings.usage, UnixTime::now());
        self.gateway
            .decide_certificate(attempt, shown, None, self.used.clone())
    }
}

/// What a chain says of its holder, and whether it may be believed.
pub(crate) fn look(
    chain: &[CertificateDer<'_>],
    trust: &PersonTrust,
    usage: CertificateUsage,
    now: UnixTime,
) -> Shown {
    let der: &[u8] = chain.first().map_or(&[], |leaf| leaf);
    let nameless = |judged| Shown {
        certificate: Arc::new(Certificate {
            upns: Vec::new(),
            emails: Vec::new(),
            subject: String::new(),
            issuer: String::new(),
            issuer_for_microsoft: String::new(),
            serial: Box::default(),
            key_id: None,
            thumbprint: fingerprint(der),
            der: Arc::from(der),
        }),
        judged,
    };
    let untrusted = |problem: String| Judged::Refused {
        reason: Reason::CertificateUntrusted,
        problem,
    };
    let Some(leaf) = chain.first() else {
        return nameless(untrusted("no certificate was shown".to_owned()));
    };
    let holder = match Holder::read(leaf) {
        Ok(holder) => holder,
        Err(error) => return nameless(untrusted(error.to_string())),
    };
    let judged = judge(chain, &holder, trust, usage, now);
    let certificate = Certificate {
        upns: holder.upns,
        emails: holder.emails,
        subject: holder.subject,
        issuer: holder.issuer,
        issuer_for_microsoft: holder.issuer_for_microsoft,
        serial: holder.serial.into(),
        key_id: holder.key_id.map(Into::into),
        thumbprint: fingerprint(leaf),
        der: Arc::from(&**leaf),
    };
    Shown {
        certificate: Arc::new(certificate),
        judged,
    }
}

fn judge(
    chain: &[CertificateDer<'_>],
    holder: &Holder,
    trust: &PersonTrust,
    usage: CertificateUsage,
    now: UnixTime,
) -> Judged {
    let trusted = match trust.verifier().judge(chain, now) {
        Ok(trusted) => trusted,
        Err(refused) => {
            let problem = refused.words;
            let reason = match refused.problem {
                PersonProblem::Untrusted => Reason::CertificateUntrusted,
                PersonProblem::OutOfDate => Reason::CertificateOutOfDate,
                PersonProblem::Revoked => Reason::CertificateRevoked,
                PersonProblem::NotForLogin => Reason::CertificateNotForLogin,
                PersonProblem::Unknown => {
                    let fault = Fault::RevocationUnknown;
                    return Judged::NoVerdict { fault, problem };
                }
            };
            return Judged::Refused { reason, problem };
        }
    };
    match unfit(holder, usage) {
        Some(problem) => Judged::Refused {
            reason: Reason::CertificateNotForLogin,
            problem: problem.to_owned(),
        },
        None => Judged::Trusted {
            anchor: trusted.anchor,
            unchecked: trusted.unchecked,
        },
    }
}

/// What it is for has to be said: a certificate that is for anything was issued for something else.
fn unfit(holder: &Holder, usage: CertificateUsage) -> Option<&'static str> {
    let purposes = &holder.purposes;
    if !purposes.allows(CLIENT_AUTH, true) {
        Some("its extended key usage does not name client authentication")
    } else if usage == CertificateUsage::SmartCard && !purposes.allows(SMART_CARD_LOGON, true) {
        Some("its extended key usage does not name the logon with smart cards")
    } else if purposes.signs == Some(false) {
        Some("its key usage does not allow signatures")
    } else {
        None
    }
}
