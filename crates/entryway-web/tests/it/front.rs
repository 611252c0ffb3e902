//! A front whose logins end as their name says, and a request or two.

use axum::body::Body;
use entryway_login::{
    Attempt, Challenge, Decided, Decision, Fault, LoginId, LoginService, Method, PasswordState,
    Reason, Session, Source, Subject, Trace,
};
use entryway_web::{
    App, Caller, Callers, Current, DomainReady, Generation, Limits, LoginIds, MetricsText,
    Observer, Readiness, Scope,
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

/// What happened to logins that never end by themselves.
#[derive(Default, Clone, Copy)]
pub(crate) struct Pending {
    pub(crate) begun: usize,
    pub(crate) abandoned: usize,
}

/// Everything behind the front, for a test to look at.
pub(crate) struct Behind {
    generation: Arc<Generation>,
    down: Mutex<Vec<&'static str>>,
    pub(crate) answered: Mutex<Vec<(&'static str, u16)>>,
    pub(crate) pending: Arc<watch::Sender<Pending>>,
    /// Turned to true, lets what is pending end.
    pub(crate) released: Arc<watch::Sender<bool>>,
}

struct Logins {
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
            Decided {
                id: attempt.id,
                decision,
                trace: Trace::default(),
                took: Duration::from_millis(3),
                tokens: None,
                settle: Vec::new(),
            }
        })
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
    fn readiness(&self) -> Vec<DomainReady> {
        let down = self.down.lock();
        ["staff", "partners"]
            .map(|name| DomainReady {
                name: name.into(),
                ready: !down.contains(&name),
            })
            .to_vec()
    }
}
impl MetricsText for Behind {
    fn render(&self) -> String {
        "# EOF\n".to_owned()
    }
}
impl Observer for Behind {
    fn answered(&self, route: &'static str, status: u16, _took: Duration) {
        self.answered.lock().push((route, status));
    }
}

impl Behind {
    pub(crate) fn take_down(&self, domain: &'static str) {
        self.down.lock().push(domain);
    }
}

/// A front, and what is behind it.
pub(crate) fn app(limits: Limits) -> (App, Arc<Behind>) {
    let mut callers = Callers::default();
    for (token, scopes) in [
        (PLAIN, vec![Scope::Login]),
        (TOLD, vec![Scope::Login, Scope::LoginReasons]),
        (ADMIN, vec![Scope::Admin]),
    ] {
        callers.add(
            token.as_bytes(),
            Caller {
                name: token.into(),
                scopes: scopes.into_iter().collect(),
            },
        );
    }
    let (pending, released) = (
        Arc::new(watch::Sender::default()),
        Arc::new(watch::Sender::default()),
    );
    let logins = Logins {
        pending: Arc::clone(&pending),
        released: Arc::clone(&released),
    };
    let generation = Generation {
        logins: Arc::new(logins),
        callers,
        deadline: Duration::from_secs(3),
    };
    let behind = Arc::new(Behind {
        generation: Arc::new(generation),
        down: Mutex::default(),
        answered: Mutex::default(),
        pending,
        released,
    });
    let app = App {
        current: Arc::clone(&behind) as _,
        ids: Arc::clone(&behind) as _,
        readiness: Arc::clone(&behind) as _,
        metrics: Arc::clone(&behind) as _,
        observer: Arc::clone(&behind) as _,
        limits: Arc::new(limits),
    };
    (app, behind)
}

/// A login request as an application would send it.
pub(crate) fn login(token: &str, name: &str) -> Request<Body> {
    let body = serde_json::json!({ "login_name": name, "password": "not looked at" });
    Request::post("/api/v1/login")
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
