//! Judges a certificate that a browser has shown to this connector, and says to the hub what came of it: signed, and by the
//! way of the browser.

use super::Nodes;
use super::showing::Shows;
use crate::certificate_login::look;
use crate::told::{Telling, Told};
use entryway_bridge::message::{Code, Token};
use entryway_bridge::ports::Signer;
use entryway_bridge::{
    AssertedTo, Asserting, Assertion, Beside, ConnectorId, Proof, RETURN_PATH, Said, SiteName,
};
use entryway_login::{Attempt, Decided, Decision, LoginId, Reason, Verdict};
use entryway_tunnel::IdentitySigner;
use entryway_tunnel::hub::Later;
use entryway_web::ShownToSite;
use parking_lot::Mutex;
use rustls::pki_types::{CertificateDer, UnixTime};
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a refusal is called that is about somebody's account: what goes by a browser tells nobody of accounts.
const REFUSED: &str = "refused";

/// Answers browsers.
pub(super) struct Judging {
    pub(super) shows: Arc<Shows>,
    pub(super) nodes: Arc<Nodes>,
}

impl ShownToSite for Judging {
    fn shown<'a>(
        &'a self,
        sealed: &'a str,
        chain: Option<&'a [CertificateDer<'static>]>,
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Option<String>> + Send + 'a>> {
        Box::pin(async move {
            // Where they go back to the tunnel says, and nothing that came by a browser.
            let issuer = self.nodes.issuer()?;
            let opened = self.shows.opened()?;
            let identity = self.nodes.identity().current();
            let telling = Arc::new(Asserts {
                site: identity.site.clone(),
                connector: identity.connector,
                signer: IdentitySigner::of(&identity.key).ok()?,
                audience: issuer.clone(),
                sealed: sealed.to_owned(),
                signed: Mutex::new(None),
            });
            let mut ranges = opened.settings.addresses.iter();
            let address = attempt.client_address;
            let id = attempt.id;
            let is_there = address.is_some_and(|at| ranges.any(|range| range.contains(at)));
            let assertion = match chain {
                _ if !is_there => telling.sign(id, Said::NotFromHere {}),
                None => telling.sign(id, Said::NoCertificate {}),
                Some(chain) => {
                    let usage = opened.settings.usage;
                    let shown = look(chain, &opened.trust, usage, UnixTime::now());
                    let told = Arc::clone(&telling) as Arc<dyn Telling>;
                    let decided = opened
                        .people
                        .certificate_telling(attempt, shown, told)
                        .await;
                    telling.about(&decided)
                }
            };
            let assertion = assertion?.to_text();
            Some(format!(
                "{issuer}{RETURN_PATH}?for={sealed}&assertion={assertion}"
            ))
        })
    }
}

/// Signs what is told of one browser.
struct Asserts {
    site: SiteName,
    connector: ConnectorId,
    signer: IdentitySigner,
    audience: String,
    sealed: String,
    /// What is on record.
    signed: Mutex<Option<(Verdict, Assertion)>>,
}

impl Asserts {
    fn sign(&self, id: LoginId, said: Said) -> Option<Assertion> {
        self.signed(id, said).map(|(assertion, _)| assertion)
    }

    fn signed(&self, login_id: LoginId, said: Said) -> Option<(Assertion, [u8; 32])> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let asserting = Asserting {
            site: self.site.clone(),
            connector: self.connector,
            login_id,
            time_ms: u64::try_from(since.as_millis()).ok()?,
            said,
        };
        let to = AssertedTo {
            audience: &self.audience,
            sealed: &self.sealed,
        };
        asserting.sign(to, &self.signer as &dyn Signer).ok()
    }

    /// Signs what is told of a decision, and keeps it until that is on record.
    fn keep(&self, decided: &Decided) -> Option<Told> {
        let (assertion, digest) = self.signed(decided.id, said(decided))?;
        let proof = Proof {
            signature: *assertion.signature(),
            beside: Beside::default(),
        };
        *self.signed.lock() = Some((decided.decision.verdict(), assertion));
        Some(Told {
            digest,
            proof,
            stated: None,
        })
    }

    /// What is told of a decision: what is on record, unless the decision was withdrawn since.
    fn about(&self, decided: &Decided) -> Option<Assertion> {
        let on_record = self.signed.lock().take();
        match on_record {
            Some((verdict, assertion)) if verdict == decided.decision.verdict() => Some(assertion),
            _ => self.sign(decided.id, said(decided)),
        }
    }
}

impl Telling for Asserts {
    fn tell(&self, decided: &Decided) -> Later<'_, Option<Told>> {
        Box::pin(ready(self.keep(decided)))
    }
}

/// What leaves the site by the browser: of whoever is let in a token that opens here alone, of a refusal what the
/// certificate is to blame for.
fn said(decided: &Decided) -> Said {
    match &decided.decision {
        Decision::Accept(_) => {
            let tokens = decided.tokens.as_ref();
            let token = tokens.and_then(|tokens| Token::new(tokens.revalidation.clone()?));
            token.map_or(Said::NoVerdict {}, |token| Said::Accept { token })
        }
        Decision::Reject(reason) if Reason::OF_A_CERTIFICATE.contains(reason) => Said::Refused {
            code: Code::cut(reason.code()),
        },
        Decision::Reject(_) => Said::Refused {
            code: Code::cut(REFUSED),
        },
        _ => Said::NoVerdict {},
    }
}
