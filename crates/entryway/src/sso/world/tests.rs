use super::*;
use crate::kept::Kept;
use crate::sources;
use crate::sso::Sso;
use crate::sso::front::Beside;
use entryway_login::{Attempt, Decided, Decision, Device, Method, Trace};
use entryway_oidc::{LoginMark, SessionId};
use entryway_web::{Revalidated, Revalidations, Sealing, Sends, ToSeal};
use std::pin::Pin;
use std::time::Instant;

const HUB: &str = r#"
[login]
ldap = "disabled"
[store]
url = "memory:"
[sso]
issuer = "https://login.corp.example"
[hub]
url = "https://hub.corp.example"
[site.plant-a]
"#;

/// Nobody answers, for one and the same cause.
struct Nobody(Fault);

impl Revalidations for Nobody {
    fn device(&self, _: &str) -> Option<Device> {
        None
    }
    fn revalidate<'a>(
        &'a self,
        _: &'a str,
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Revalidated> + Send + 'a>> {
        let decided = Decided {
            id: attempt.id,
            decision: Decision::Indeterminate(self.0),
            trace: Trace::default(),
            took: Duration::ZERO,
            tokens: None,
            settle: Vec::new(),
        };
        Box::pin(async { Revalidated::Decided(Box::new(decided)) })
    }
}

/// Whether a connector of the site takes passwords.
struct Ready(bool);

impl Sealing for Ready {
    fn sends(&self, _: &str, _: &str) -> Sends {
        Sends::Clear
    }
    fn is_ready(&self, site: &str) -> bool {
        site == "plant-a" && self.0
    }
    fn challenges_per_minute(&self) -> u32 {
        1
    }
    fn challenge<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: Instant,
    ) -> Pin<Box<dyn Future<Output = ToSeal> + Send + 'a>> {
        Box::pin(async { ToSeal::Nothing })
    }
}

async fn sso(fault: Fault, ready: bool) -> Sso {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("entryway.toml");
    std::fs::write(&file, HUB).expect("written");
    let loaded = sources::load(&file)
        .map_err(|report| report.summary())
        .expect("a configuration");
    let settings = &loaded.settings;
    let kept = Arc::new(Kept::open(settings).await.expect("a store"));
    let beside = Beside {
        policy: Arc::clone(&settings.policy),
        needs_groups: false,
        certificates: false,
    };
    Sso::new(
        settings.sso.clone().expect("single sign-on"),
        kept,
        Arc::new(Nobody(fault)),
        None,
        Duration::from_secs(5),
        beside,
        Some(Arc::new(Ready(ready))),
    )
}

/// A session of long ago.
fn living(subject: &str) -> Living {
    let person = Person::named(subject, "jane");
    let session = BrowserSession {
        id: SessionId("one".into()),
        sid: "sid".into(),
        login: LoginMark("mark".into()),
        person: Arc::new(person),
        authenticated_at: Timestamp(0),
        method: Method::Password,
        must_change_password: false,
    };
    let body = SessionBody::new(&session, Some("what the login gave out".to_owned()));
    let row = SessionRow {
        id: "one".to_owned(),
        cookie: [0; 32],
        subject: subject.to_owned(),
        made_ms: 0,
        used_ms: 0,
        ends_ms: i64::MAX,
        body: body::write(&body),
    };
    Living {
        row,
        body,
        session: Arc::new(session),
    }
}

/// Whether the session counts on a page; an outage is one.
async fn on_page(fault: Fault, ready: bool, subject: &str) -> Answer<bool> {
    let sso = sso(fault, ready).await;
    let world = sso.world(Browser::default());
    let answer = world.welcome_on_page(living(subject)).await?;
    Ok(answer.is_some())
}

#[tokio::test]
async fn whose_connector_stays_away_logs_in_through_another_of_the_site() {
    let away = Fault::SiteUnreachable;
    assert_eq!(on_page(away, true, "plant-a:staff:1").await, Ok(false));
    // Where nobody of the site takes a password, a login page helps nobody.
    assert_eq!(
        on_page(away, false, "plant-a:staff:1").await,
        Err(Unavailable)
    );
    // Their connector answers, and has no verdict: another would have none either.
    let no_verdict = Fault::SiteNoVerdict;
    assert_eq!(
        on_page(no_verdict, true, "plant-a:staff:1").await,
        Err(Unavailable)
    );
    let down = Fault::DirectoryUnreachable;
    assert_eq!(on_page(down, true, "staff:1").await, Err(Unavailable));
}

#[tokio::test]
async fn an_application_is_told_of_the_outage_and_of_no_end() {
    let sso = sso(Fault::SiteUnreachable, true).await;
    let world = sso.world(Browser::default());
    let answer = world.welcome(living("plant-a:staff:1")).await;
    assert!(answer.is_err());
}
