//! Sessions of hosts that forward authentication protects: each is a part of a browser's session here, and ends with it.

use super::entropy;
use super::front::Sso;
use super::keys::{millis, now_ms};
use super::world::in_time;
use entryway_forward::Host;
use entryway_oidc::{Answer, Fingerprint, Person, Secret, World as _};
use entryway_store::{HostCodeRow, HostExchange};
use entryway_web::{Browser, Handover};
use std::sync::Arc;
use std::time::Duration;

/// What begins a code for a host.
const CODE: &str = "ewv_";
/// What begins the cookie of one.
const COOKIE: &str = "ewh_";
/// How long a code is good for: the way from here to the host.
const LIFE: Duration = Duration::from_secs(60);

impl Sso {
    /// Whose session a cookie of a host is of. It counts as a use of the session here, and the person is asked about
    /// again as for any other.
    pub(crate) async fn person_at(
        &self,
        host: &Host,
        cookie: Fingerprint,
        needs_groups: bool,
    ) -> Answer<Option<Arc<Person>>> {
        let mut world = self.world(Browser::default());
        world.caller = Some(format!("forward {}", host.as_str()));
        let store = self.0.store();
        let row = in_time(store.session_by_host_cookie(&cookie.0, host.as_str())).await?;
        let Some(living) = world.living(row).await? else {
            return Ok(None);
        };
        // Of a site that was switched off a moment ago: nothing of the login holds.
        if !world.admits(&living.session.person) {
            return Ok(None);
        }
        let Some(living) = world.welcome_on_page(living).await? else {
            return Ok(None);
        };
        // Of a login that was before any rule looked at groups.
        let living = match needs_groups && living.session.person.groups.is_none() {
            true => world.with_groups(living).await?,
            false => Some(living),
        };
        let person = living
            .map(|living| living.session)
            .filter(|session| !session.must_change_password)
            .map(|session| Arc::clone(&session.person));
        Ok(person)
    }

    /// A code for the host of a page, within the browser's session.
    pub(crate) async fn hand_over(&self, to: Handover<'_>) -> Answer<Option<Secret>> {
        let world = self.world(to.browser);
        let session = world.find_browser(entryway_oidc::FindBrowser {}).await?;
        let Some(session) = session.filter(|session| !session.must_change_password) else {
            return Ok(None);
        };
        let code = entropy::secret(CODE);
        let row = HostCodeRow {
            code: code.fingerprint().0,
            session: session.id.0.to_string(),
            host: to.page.host.as_str().to_owned(),
            browser: to.tie.0,
            expires_ms: now_ms().saturating_add(millis(LIFE)),
            target: to.page.target.as_str().to_owned(),
        };
        // It may have ended in this moment.
        let kept = in_time(self.0.store().keep_host_code(&row)).await?;
        if kept {
            let (host, subject) = (row.host.as_str(), session.person.subject.0.as_str());
            tracing::info!(target: "forward.handed_over", host, subject);
        }
        Ok(kept.then_some(code))
    }

    /// A cookie for a code of a browser that has one of `ties`, and the page that was wanted.
    pub(crate) async fn exchange(
        &self,
        code: Fingerprint,
        host: &Host,
        ties: &[Fingerprint],
    ) -> Answer<Option<(Secret, String)>> {
        let store = self.0.store();
        let browser = store.browser_of_host_code(&code.0, host.as_str(), now_ms());
        let browser = in_time(browser).await?;
        // Anybody can come with anything: only what is right is worth a place among those who write.
        let Some(browser) = browser.filter(|of| ties.iter().any(|tie| tie.0 == *of)) else {
            return Ok(None);
        };
        let cookie = entropy::secret(COOKIE);
        let exchange = HostExchange {
            code: code.0,
            host: host.as_str().to_owned(),
            browser,
            cookie: cookie.fingerprint().0,
            now_ms: now_ms(),
        };
        let target = in_time(store.exchange_host_code(&exchange)).await?;
        Ok(target.map(|target| (cookie, target)))
    }
}
