//! A front whose logins end as their name says, and a request or two.

use crate::desk::Desk;
use crate::looked::{self, Looked};
use crate::sites::Sites;
use axum::body::Body;
use entryway_login::{
    Attempt, Challenge, Decided, Decision, Device, DeviceId, Fault, LoginId, LoginService, Method,
    PasswordState, Reason, Session, Source, StoreUnavailable, Subject, SubmittedPassword, Trace,
};
use entryway_web::{
    App, Caller, Callers, Current, DomainReady, Explanations, Generation, Handshake, Limits,
    LoginIds, Lookup, MetricsText, Observer, PasswordChanges, Readiness, Revalidated,
    Revalidations, Scope, SessionDesk,
};
use http::{Request, Response};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tower::ServiceExt;

pub(crate) const PLAIN: &str = "plain-token";
pub(crate) const TOLD: &str = "told-token";
pub(crate) const ADMIN: &str = "admin-token";
/// May look people up.
pub(crate) const FINDER: &str = "finder-token";
/// May look groups up.
pub(crate) const GROUPS: &str = "groups-token";
/// May keep a hub.
pub(crate) const HUB: &str = "hub-token";
/// May look people and groups up.
pub(crate) const BOTH: &str = "both-token";
/// May look everything up: what a connector is let in by.
pub(crate) const RELAY: &str = "relay-token";
/// May page through domains.
pub(crate) const PAGER: &str = "pager-token";

/// What happened to logins that never end by themselves.
#[derive(Default, Clone, Copy)]
pub(crate) struct Pending {
    pub(crate) begun: usize,
    pub(crate) abandoned: usize,
}

/// What an attempt asked for beside its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) caller: String,
    pub(crate) device: Option<String>,
    pub(crate) groups: bool,
    pub(crate) password: bool,
}

impl Asked {
    fn of(attempt: &Attempt) -> Self {
        let device = attempt.device.as_ref();
        Self {
            caller: attempt.caller.as_deref().unwrap_or_default().to_owned(),
            device: device.map(|device| device.identity.to_string()),
            groups: attempt.wants_groups,
            password: !matches!(attempt.password, SubmittedPassword::NotAsked),
        }
    }
}

/// Everything behind the front, for a test to look at.
pub(crate) struct Behind {
    generation: Arc<Generation>,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
    down: Mutex<Vec<&'static str>>,
    /// Of a hub.
    pub(crate) sites: Mutex<Option<Vec<DomainReady>>>,
    pub(crate) answered: Mutex<Vec<(&'static str, u16)>>,
    pub(crate) shook: watch::Sender<Vec<Handshake>>,
    pub(crate) looked_up: Mutex<Vec<(&'static str, &'static str)>>,
    /// By site, and how they ended.
    pub(crate) looked_up_at: Mutex<Vec<(String, &'static str)>>,
    sites_asked: Option<Arc<Sites>>,
    pub(crate) looked: Arc<Looked>,
    pub(crate) pending: Arc<watch::Sender<Pending>>,
    /// Turned to true, lets what is pending end.
    pub(crate) released: Arc<watch::Sender<bool>>,
}

struct Logins {
    asked: Arc<Mutex<Vec<Asked>>>,
    pending: Arc<watch::Sender<Pending>>,
    released: Arc<watch::Sender<bool>>,
}

struct Abandoned<'a>(&'a watch::Sender<Pending>, bool);

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        if self.1 {
            self.0.send_modify(|pending| pending.abandoned += 1);
        }
    }
}

impl LoginService for Logins {
    fn login(&self, attempt: Attempt) -> Pin<Box<dyn Future<Output = Decided> + Send + '_>> {
        Box::pin(async move {
            self.asked.lock().push(Asked::of(&attempt));
            let decision = match attempt.login_name.as_str() {
                "unknown" => Decision::Reject(Reason::UnknownLogin),
                "wrong" => Decision::Reject(Reason::WrongPassword),
                "must-change" => Decision::Challenge(Challenge::ChangePassword),
                "down" => Decision::Indeterminate(Fault::DirectoryUnreachable),
                "unproven" => Decision::WouldAccept(session()),
                "bug" => panic!("a bug, on purpose"),
                "pending" => {
                    self.pending.send_modify(|pending| pending.begun += 1);
                    let mut abandoned = Abandoned(&self.pending, true);
                    let mut released = self.released.subscribe();
                    released
                        .wait_for(|released| *released)
                        .await
                        .expect("a sender");
                    abandoned.1 = false;
                    Decision::Reject(Reason::WrongPassword)
                }
                other => panic!("no such login in this test: {other}"),
            };
            decided(attempt.id, decision)
        })
    }
}

impl PasswordChanges for Logins {
    fn change_password(
        &self,
        attempt: Attempt,
        _new: SubmittedPassword,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send + '_>> {
        Box::pin(async move { decided(attempt.id, Decision::Changed) })
    }
}

fn decided(id: LoginId, decision: Decision) -> Decided {
    Decided {
        id,
        decision,
        trace: Trace::default(),
        took: Duration::from_millis(3),
        tokens: None,
        settle: Vec::new(),
    }
}

/// Tokens are words here: they say what comes of them.
impl Revalidations for Logins {
    fn device(&self, token: &str) -> Option<Device> {
        (token == "laptop").then(|| Device {
            identity: "staff:1".into(),
            id: DeviceId([0; 16]),
            of_site: None,
        })
    }

    fn revalidate<'a>(
        &'a self,
        token: &'a str,
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Revalidated> + Send + 'a>> {
        self.asked.lock().push(Asked::of(&attempt));
        let decision = match token {
            "changed" => Decision::Reject(Reason::PasswordChanged),
            "forged" => Decision::Reject(Reason::MalformedLogin),
            "down" => Decision::Indeterminate(Fault::DirectoryUnreachable),
            _ => {
                let stands = Revalidated::Stands {
                    id: attempt.id,
                    fault: Fault::DirectoryUnreachable,
                    until: SystemTime::UNIX_EPOCH,
                };
                return Box::pin(async { stands });
            }
        };
        let decided = Box::new(decided(attempt.id, decision));
        Box::pin(async { Revalidated::Decided(decided) })
    }
}

impl Explanations for Logins {
    fn explain(&self, attempt: Attempt) -> Pin<Box<dyn Future<Output = Vec<u8>> + Send + '_>> {
        self.asked.lock().push(Asked::of(&attempt));
        Box::pin(async { b"{\"trace\":[]}".to_vec() })
    }

    fn recorded(&self, id: LoginId) -> Pin<Box<dyn Future<Output = Lookup> + Send + '_>> {
        let found = match id.bits() {
            7 => Ok(Some(b"{\"record\":{}}".to_vec())),
            8 => Ok(None),
            _ => Err(StoreUnavailable("the store is gone".to_owned())),
        };
        Box::pin(async { found })
    }
}

fn session() -> Box<Session> {
    Box::new(Session {
        subject: Subject("staff:1".to_owned()),
        name: "jdoe".to_owned(),
        login_name: "jdoe".to_owned(),
        source: Source::Domain(entryway_login::DomainId(0)),
        domain: "staff".into(),
        dn: Some("uid=jdoe".to_owned()),
        server: Some("ldaps://dc1".into()),
        uid: None,
        gid: None,
        home: None,
        user_type: None,
        shell: None,
        system_user: None,
        user_class: None,
        template: None,
        groups: None,
        email: None,
        display_name: None,
        attributes: Vec::new(),
        password: PasswordState::default(),
        authenticated_at: SystemTime::UNIX_EPOCH,
        method: Method::Password,
        anchor: entryway_login::Anchor::default(),
    })
}

impl Current for Behind {
    fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.generation)
    }
}
impl LoginIds for Behind {
    fn draw(&self) -> LoginId {
        LoginId::from_bits(7)
    }
}
impl Readiness for Behind {
    fn is_store_ready(&self) -> bool {
        true
    }
    fn readiness(&self) -> Vec<DomainReady> {
        let down = self.down.lock();
        ["staff", "partners"]
            .map(|name| DomainReady {
                name: name.into(),
                ready: !down.contains(&name),
            })
            .to_vec()
    }
    fn sites(&self) -> Option<Vec<DomainReady>> {
        self.sites.lock().clone()
    }
}
impl MetricsText for Behind {
    fn render(&self) -> String {
        "# EOF\n".to_owned()
    }
}
impl Observer for Behind {
    fn shook_hands(&self, how: Handshake) {
        self.shook.send_modify(|shook| shook.push(how));
    }
    fn answered(&self, route: &'static str, status: u16, _took: Duration) {
        self.answered.lock().push((route, status));
    }
    fn looked_up(&self, kind: &'static str, outcome: &'static str, _took: Duration) {
        self.looked_up.lock().push((kind, outcome));
    }
    fn looked_up_at(&self, site: &Arc<str>, outcome: &'static str, _took: Duration) {
        self.looked_up_at.lock().push((site.to_string(), outcome));
    }
    fn forward_answered(&self, _answer: &'static str) {}
    fn password_verified(&self, _from_memory: bool) {}
}

impl Behind {
    /// What stands for the sites of a hub.
    pub(crate) fn at_sites(&self) -> &Sites {
        self.sites_asked.as_ref().expect("a hub")
    }

    pub(crate) fn take_down(&self, domain: &'static str) {
        self.down.lock().push(domain);
    }
}

/// A front, and what is behind it.
pub(crate) fn app(limits: Limits) -> (App, Arc<Behind>) {
    app_at(limits, None)
}

/// One that others reach at this address.
pub(crate) fn app_at(limits: Limits, public_url: Option<&str>) -> (App, Arc<Behind>) {
    app_with(limits, public_url, Some(Arc::new(Desk)))
}

/// One without single sign-on and without a hub, or with these sessions and a hub.
pub(crate) fn app_with(
    limits: Limits,
    public_url: Option<&str>,
    sessions: Option<Arc<dyn SessionDesk>>,
) -> (App, Arc<Behind>) {
    let mut callers = Callers::default();
    for (token, scopes) in [
        (PLAIN, vec![Scope::Login]),
        (TOLD, vec![Scope::Login, Scope::LoginReasons]),
        (ADMIN, vec![Scope::Admin]),
        (FINDER, vec![Scope::PeopleRead]),
        (GROUPS, vec![Scope::GroupsRead]),
        (BOTH, vec![Scope::PeopleRead, Scope::GroupsRead]),
        (
            RELAY,
            vec![Scope::PeopleRead, Scope::GroupsRead, Scope::Browse],
        ),
        (PAGER, vec![Scope::Browse]),
        (HUB, vec![Scope::Hub]),
    ] {
        callers.add(
            token.as_bytes(),
            Caller {
                name: token.into(),
                scopes: scopes.into_iter().collect(),
                expires: None,
                relays: false,
            },
        );
    }
    let (pending, released) = (
        Arc::new(watch::Sender::default()),
        Arc::new(watch::Sender::default()),
    );
    let asked = Arc::<Mutex<Vec<Asked>>>::default();
    let looked = Arc::new(Looked::default());
    let logins = Arc::new(Logins {
        asked: Arc::clone(&asked),
        pending: Arc::clone(&pending),
        released: Arc::clone(&released),
    });
    let hub = sessions.as_ref().map(|_| Arc::new(crate::hub::Hub) as _);
    let sites = hub.is_some().then(|| Arc::new(Sites::new()));
    let generation = Generation {
        sites: sites.clone().map(|sites| sites as _),
        hub,
        sso: None,
        access_tokens: Some(Arc::new(Desk)),
        sessions,
        forward: None,
        sealing: Some(Arc::new(crate::sealed::OneSite)),
        certificates: None,
        site_certificates: None,
        tunnels: Some(Arc::new(crate::tunnels::Echo)),
        logins: Arc::clone(&logins) as _,
        password_changes: Arc::clone(&logins) as _,
        revalidations: Arc::clone(&logins) as _,
        explanations: logins,
        callers,
        lookups: looked::front(&looked, public_url),
        trusted_proxies: Vec::new(),
        deadline: Duration::from_secs(3),
    };
    let behind = Arc::new(Behind {
        generation: Arc::new(generation),
        asked,
        down: Mutex::default(),
        sites: Mutex::default(),
        answered: Mutex::default(),
        looked_up: Mutex::default(),
        looked_up_at: Mutex::default(),
        sites_asked: sites,
        shook: watch::Sender::default(),
        looked,
        pending,
        released,
    });
    let app = App {
        current: Arc::clone(&behind) as _,
        ids: Arc::clone(&behind) as _,
        readiness: Arc::clone(&behind) as _,
        metrics: Arc::clone(&behind) as _,
        observer: Arc::clone(&behind) as _,
        lookups: Arc::default(),
        challenges: Arc::default(),
        tunnels: Arc::default(),
        limits: Arc::new(limits),
    };
    (app, behind)
}

/// A login request as an application would send it.
pub(crate) fn login(token: &str, name: &str) -> Request<Body> {
    let body = serde_json::json!({ "login_name": name, "password": "not looked at" });
    post("/api/v1/login", token, &body)
}

/// A request of an application.
pub(crate) fn post(path: &str, token: &str, body: &serde_json::Value) -> Request<Body> {
    Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .expect("a request")
}

/// Sends one request past the sockets.
pub(crate) async fn send(app: &App, request: Request<Body>) -> (Response<()>, String) {
    let response = entryway_web::router(app.clone())
        .oneshot(request)
        .await
        .expect("infallible");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (
        Response::from_parts(parts, ()),
        String::from_utf8(body.to_vec()).expect("text"),
    )
}
