//! A configuration's logins for a hub, which is told signed; and by what its look-ups are let in.

use super::{Held, Running};
use crate::again::ask_again;
use crate::sso;
use crate::told::Telling;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_config::{CertificateLogin, ConnectorSettings, Settings, TokenProof};
use entryway_login::{Attempt, Decided, Shown, SubmittedPassword};
use entryway_web::{Caller, Callers, Revalidated, Scope};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What the hub is called among the callers of this gateway.
const HUB: &str = "hub";

/// A connector's part of a configuration.
pub(super) struct Front {
    pub(super) settings: Arc<ConnectorSettings>,
    pub(super) people: Arc<Held>,
    /// Where browsers show certificates to a site's connector.
    pub(super) certificates: Option<Arc<CertificateLogin>>,
    /// Drawn for this configuration, known to nobody outside of this process.
    pub(super) relay_token: Option<Zeroizing<String>>,
}

impl Running {
    /// What is asked about people for a hub.
    pub(crate) fn people(&self) -> &Arc<Held> {
        &self.connector.people
    }
    /// What leaves the site.
    pub(crate) fn connector(&self) -> &Arc<ConnectorSettings> {
        &self.connector.settings
    }
    /// Where browsers show certificates to this connector.
    pub(crate) fn site_certificates(&self) -> Option<&Arc<CertificateLogin>> {
        self.connector.certificates.as_ref()
    }
    /// By what look-ups of a hub are let in; `None` where none are.
    pub(crate) fn relay_token(&self) -> Option<&str> {
        self.connector
            .relay_token
            .as_ref()
            .map(|token| token.as_str())
    }
}

impl Held {
    /// A login by a certificate.
    pub(crate) async fn certificate_telling(
        &self,
        attempt: Attempt,
        shown: Shown,
        telling: Arc<dyn Telling>,
    ) -> Decided {
        let used = self.used.clone();
        let gateway = &self.gateway;
        gateway
            .decide_certificate(attempt, shown, Some(telling), used)
            .await
    }
    /// A login.
    pub(crate) async fn login_telling(
        &self,
        attempt: Attempt,
        telling: Arc<dyn Telling>,
    ) -> Decided {
        let used = self.used.clone();
        let gateway = &self.gateway;
        gateway.decide_telling(attempt, None, telling, used).await
    }
    /// A change of a password.
    pub(crate) async fn change_telling(
        &self,
        attempt: Attempt,
        new: SubmittedPassword,
        telling: Arc<dyn Telling>,
    ) -> Decided {
        let used = self.used.clone();
        let gateway = &self.gateway;
        gateway
            .decide_telling(attempt, Some(new), telling, used)
            .await
    }
    /// Whether somebody is still welcome.
    pub(crate) async fn revalidate_telling(
        &self,
        token: &str,
        attempt: Attempt,
        telling: Arc<dyn Telling>,
    ) -> Revalidated {
        ask_again(&self.gateway, token, attempt, Some(telling)).await
    }
}

/// Who may call the API.
pub(super) fn callers(settings: &Settings) -> Callers {
    let mut callers = Callers::default();
    for token in &settings.tokens {
        let scopes = token.scopes.iter().map(|scope| sso::scope_of(*scope));
        let caller = Caller {
            name: Arc::clone(&token.name),
            scopes: scopes.collect(),
            expires: token.expires,
            relays: false,
        };
        match &token.proof {
            TokenProof::Secret(secret) => callers.add(secret.expose(), caller),
            TokenProof::Digest(digest) => callers.add_digest(*digest, caller),
        }
    }
    callers
}

/// Lets look-ups of a hub in, where the site answers them: whoever asks in this process, and nobody else.
pub(super) fn let_in(
    settings: &ConnectorSettings,
    callers: &mut Callers,
) -> Option<Zeroizing<String>> {
    if !settings.release.lookups {
        return None;
    }
    let mut random = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *random).ok()?;
    let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(*random));
    let caller = Caller {
        name: HUB.into(),
        scopes: [Scope::PeopleRead, Scope::GroupsRead, Scope::Browse]
            .into_iter()
            .collect(),
        expires: None,
        relays: true,
    };
    callers.add(token.as_bytes(), caller);
    Some(token)
}
