//! Both ends of a tunnel over real sockets, with everything between them that can break.

mod inspected;
mod loiter;
mod together;

use super::*;
use crate::authority::SiteAuthority;
use crate::connector::keep;
use crate::dial::Endpoint;
use crate::hub::{Admit, Down, NotSent, Tunnel, Unanswered, accept};
use crate::identity::{ConnectorKey, PeerIdentity};
use crate::inner::hub_tls;
use crate::outer::OuterTrust;
use crate::socket::SUBPROTOCOL;
use crate::testing::patient;
use entryway_bridge::link::ConnectorEvent;
use entryway_bridge::message::{
    Ability, Bye, ByeCode, Der, Enrol, Enrolled, Hello, Method, Outcome, Ready, RefusalCode, Renew,
    Renewed, Standing, Welcome,
};
use entryway_bridge::ports::Signer;
use entryway_bridge::{ConnectorId, Opaque, SiteName, Stated, Text, Ticket};
use entryway_login::LoginId;
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

const SOON: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

fn site() -> SiteName {
    SiteName::parse("plant-a").unwrap()
}

fn number() -> ConnectorId {
    ConnectorId::from_bits([1; 10])
}

/// What the hub has heard and decides.
struct Book {
    authority: SiteAuthority,
    ticket: [u8; 16],
    refuses: Mutex<Option<ByeCode>>,
    up: watch::Sender<Option<Arc<Tunnel>>>,
    downs: watch::Sender<Vec<Down>>,
    /// Why connections were no tunnels, of all that have ended; `None` where nothing was wrong.
    refused: watch::Sender<Vec<Option<String>>>,
}

impl Book {
    fn certify(&self, request: &[u8], life: Duration) -> Option<Vec<Der>> {
        let now = SystemTime::now();
        let made = self
            .authority
            .issue_connector(request, number().as_str(), now, life);
        Some(vec![Opaque::new(made.ok()?.to_vec())?])
    }
}

impl Admit for Book {
    fn admit<'a>(
        &'a self,
        peer: &'a PeerIdentity,
        _: &'a Hello,
    ) -> Later<'a, Result<Welcome, Bye>> {
        Box::pin(async move {
            if let Some(code) = *self.refuses.lock() {
                return Err(Bye::new(code, "by the test"));
            }
            Ok(Welcome {
                site: site(),
                connector: ConnectorId::parse(&peer.connector).unwrap(),
                node: Text::cut("one"),
                nodes: Vec::new(),
                standing: Standing::Active,
                wanted: vec![Ability::Password],
            })
        })
    }
    fn stores<'a>(&'a self, _: &'a PeerIdentity) -> Later<'a, Result<Option<u16>, Bye>> {
        Box::pin(async { Ok(Some(2)) })
    }
    fn enrol<'a>(&'a self, enrol: &'a Enrol) -> Later<'a, Result<Enrolled, Bye>> {
        Box::pin(async move {
            if enrol.secret.as_slice() != self.ticket {
                return Err(Bye::new(ByeCode::Ticket, ""));
            }
            Ok(Enrolled {
                site: site(),
                connector: number(),
                chain: self.certify(enrol.request.as_slice(), DAY).unwrap(),
                authority: Opaque::new(self.authority.certificate().to_vec()).unwrap(),
                nodes: vec![Text::cut("https://hub.example")],
            })
        })
    }
    fn renew<'a>(
        &'a self,
        _: &'a PeerIdentity,
        renew: &'a Renew,
    ) -> Later<'a, Result<Renewed, RefusalCode>> {
        Box::pin(async move {
            let chain = self.certify(renew.request.as_slice(), 90 * DAY);
            Ok(Renewed {
                chain: chain.ok_or(RefusalCode::Certificate)?,
            })
        })
    }
    fn left<'a>(&'a self, peer: &'a PeerIdentity) -> Later<'a, ()> {
        Box::pin(async move {
            assert_eq!(peer.connector, number().as_str());
            *self.refuses.lock() = Some(ByeCode::Revoked);
        })
    }
    fn up(&self, tunnel: &Arc<Tunnel>) {
        self.up.send_replace(Some(Arc::clone(tunnel)));
    }
    fn reported(&self, tunnel: &Arc<Tunnel>) {
        self.up.send_replace(Some(Arc::clone(tunnel)));
    }
    fn down(&self, _: &Arc<Tunnel>, why: &Down) {
        self.up.send_replace(None);
        self.downs.send_modify(|downs| downs.push(why.clone()));
    }
}

#[expect(clippy::result_large_err, reason = "the library's own shape")]
#[expect(clippy::unnecessary_wraps, reason = "the library's own shape")]
fn upgraded(_: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let name = SUBPROTOCOL.parse().unwrap();
    response
        .headers_mut()
        .insert("sec-websocket-protocol", name);
    Ok(response)
}

struct Node {
    book: Arc<Book>,
    address: SocketAddr,
    serving: JoinHandle<()>,
    stopping: watch::Sender<bool>,
}

fn quick() -> Pace {
    Pace {
        every: Duration::from_millis(100),
        within: Duration::from_millis(500),
        greeting: SOON,
        cancelled: SOON,
        quiet: SOON,
    }
}

impl Node {
    async fn start(pace: Pace) -> Self {
        let authority = SiteAuthority::make("plant-a", SystemTime::now()).unwrap();
        let book = Arc::new(Book {
            authority,
            ticket: [9; 16],
            refuses: Mutex::default(),
            up: watch::Sender::default(),
            downs: watch::Sender::default(),
            refused: watch::Sender::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, book, pace)
    }
    fn on(listener: TcpListener, book: Arc<Book>, pace: Pace) -> Self {
        let address = listener.local_addr().unwrap();
        let leaf = book.authority.issue_hub(SystemTime::now(), DAY).unwrap();
        let tls = hub_tls(&leaf, book.authority.certificate()).unwrap();
        let stopping = watch::Sender::new(false);
        let (taken, told) = (Arc::clone(&book), stopping.subscribe());
        let serving = tokio::spawn(async move {
            let mut tunnels = JoinSet::new();
            while let Ok((tcp, _)) = listener.accept().await {
                let (tls, book, mut told) = (tls.clone(), Arc::clone(&taken), told.clone());
                tunnels.spawn(async move {
                    let io = accept_hdr_async(tcp, upgraded).await.unwrap().into_inner();
                    let stopping = Box::pin(async move {
                        let _ = told.wait_for(|stopping| *stopping).await;
                    });
                    let site = site();
                    let door = Arc::clone(&book);
                    let ended = accept(io, &site, tls, door, "test", pace, stopping).await;
                    let refused = ended.err().map(|error| error.to_string());
                    book.refused.send_modify(|all| all.push(refused));
                });
            }
        });
        Self {
            book,
            address,
            serving,
            stopping,
        }
    }
    fn credential(&self, life: Duration) -> Credential {
        credential(&self.book.authority, SystemTime::now(), life)
    }
    async fn tunnel(&self) -> Arc<Tunnel> {
        let mut up = self.book.up.subscribe();
        let up = timeout(SOON, up.wait_for(Option::is_some)).await;
        up.unwrap().unwrap().clone().unwrap()
    }
    /// The reason of the first tunnel that has ended.
    async fn down(&self) -> Down {
        let mut downs = self.book.downs.subscribe();
        let downs = timeout(SOON, downs.wait_for(|downs| !downs.is_empty())).await;
        downs.unwrap().unwrap()[0].clone()
    }
}

#[derive(Default)]
struct Shelf {
    kept: Mutex<Vec<[u8; 32]>>,
    version: Mutex<u16>,
}

impl Keeper for Shelf {
    fn keep(&self, kept: Kept<'_>) -> Result<(), NotKept> {
        match kept {
            Kept::Credential(credential) => self.kept.lock().push(credential.fingerprint()),
            Kept::Version(version) => *self.version.lock() = version,
        }
        Ok(())
    }
}

/// Answers `echo` with what was asked; anything else as told.
struct Desk {
    report: watch::Sender<Report>,
    /// Questions that are being answered.
    working: watch::Sender<usize>,
    /// Whether `wait` may be answered.
    released: watch::Sender<bool>,
    forger: Arc<dyn Signer>,
}

struct Working<'a>(&'a watch::Sender<usize>);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|working| *working -= 1);
    }
}

impl Desk {
    fn new() -> Arc<Self> {
        let ready = |ability| Ready {
            ability,
            not_because: None,
        };
        let key = ConnectorKey::generate().unwrap();
        Arc::new(Self {
            report: watch::Sender::new(Report {
                ready: vec![ready(Ability::Password), ready(Ability::Lookups)],
                draining: false,
                max_in_flight: 8,
                started_ms: 1,
                software: Text::cut("test"),
                certificate_url: None,
            }),
            working: watch::Sender::new(0),
            released: watch::Sender::new(false),
            forger: Arc::new(crate::IdentitySigner::of(&key).unwrap()),
        })
    }
    async fn works_on(&self, count: usize) {
        let mut working = self.working.subscribe();
        let working = timeout(SOON, working.wait_for(|working| *working == count)).await;
        working.unwrap().unwrap();
    }
}

impl Answerer for Desk {
    fn answer(&self, asked: Asked) -> Later<'_, Option<SignedReply>> {
        self.working.send_modify(|working| *working += 1);
        Box::pin(async move {
            let _working = Working(&self.working);
            let body = asked.delivered.body.clone();
            match &*body {
                b"wait" => {
                    let mut released = self.released.subscribe();
                    let _ = released.wait_for(|released| *released).await;
                }
                b"give up" => return None,
                b"bug" => panic!("by the test"),
                b"large" => return Some(asked.sign(vec![7; 3 << 20].into()).await.unwrap().0),
                b"forged" => {
                    let forged = Asked {
                        desk: Arc::new(SigningDesk::alone(Arc::clone(&self.forger))),
                        ..asked
                    };
                    return Some(forged.sign(body).await.unwrap().0);
                }
                _ => {}
            }
            // Whatever it is, something can be stated of it.
            let outcome = Outcome::Refused { reason: None };
            let stated = Stated::of(LoginId::from_bits(7), &outcome);
            let signed = asked.desk().state(&asked.question, body, stated).await;
            Some(signed.unwrap().reply)
        })
    }
    fn report(&self) -> watch::Receiver<Report> {
        self.report.subscribe()
    }
}

/// A connector that keeps its tunnel.
struct Running {
    status: watch::Receiver<NodeStatus>,
    stopping: watch::Sender<bool>,
    desk: Arc<Desk>,
    keeping: JoinHandle<()>,
}

impl Running {
    fn start(address: SocketAddr, identity: Arc<Identity>, pace: Pace) -> Self {
        let endpoint = Endpoint::parse(&format!("http://{address}/connector/v1/plant-a"));
        let dialing = Dialing {
            endpoint: endpoint.unwrap(),
            outside: patient(OuterTrust::nobody()),
            identity,
            software: "test".to_owned(),
            pace,
        };
        Self::with(dialing)
    }
    fn with(dialing: Dialing) -> Self {
        let (status, seen) = watch::channel(NodeStatus::new(dialing.endpoint.to_string()));
        let (stopping, told) = watch::channel(false);
        let desk = Desk::new();
        let answerer = Arc::clone(&desk) as Arc<dyn Answerer>;
        let keeping = tokio::spawn(keep(move || dialing.clone(), answerer, status, told));
        Self {
            status: seen,
            stopping,
            desk,
            keeping,
        }
    }
    async fn sees(&mut self, wanted: impl FnMut(&NodeStatus) -> bool) -> NodeStatus {
        let seen = timeout(SOON, self.status.wait_for(wanted)).await;
        seen.unwrap().unwrap().clone()
    }
}

/// As the authority of a hub gave it at that time.
fn credential(authority: &SiteAuthority, at: SystemTime, life: Duration) -> Credential {
    let key = ConnectorKey::generate().unwrap();
    let request = key.request().unwrap();
    let made = authority.issue_connector(&request, number().as_str(), at, life);
    Credential {
        site: site(),
        connector: number(),
        authority: authority.certificate().clone(),
        chain: vec![made.unwrap()],
        key,
    }
}

fn identity(credential: Credential) -> Arc<Identity> {
    Arc::new(Identity::new(credential, 1, Arc::<Shelf>::default()))
}

async fn ask(tunnel: &Arc<Tunnel>, body: &'static str) -> Result<Bytes, Unanswered> {
    let deadline = Instant::now() + SOON;
    let body = Bytes::from_static(body.as_bytes());
    let reply = tunnel.ask(Method::Login, body, deadline).await;
    reply.map(|reply| reply.body().clone())
}

#[tokio::test]
async fn what_is_asked_is_answered_and_signed() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let mut kept = Running::start(node.address, identity, Pace::default());
    let tunnel = node.tunnel().await;
    assert_eq!(tunnel.connector(), &number());
    assert_eq!(ask(&tunnel, "hello").await.unwrap(), "hello");
    assert_eq!(ask(&tunnel, "give up").await, Err(Unanswered::Lost));
    assert_eq!(ask(&tunnel, "bug").await, Err(Unanswered::Lost));
    // Long replies, at once, with room for two of them at a time.
    let many: Vec<_> = (0..6)
        .map(|_| {
            let tunnel = Arc::clone(&tunnel);
            tokio::spawn(async move { ask(&tunnel, "large").await })
        })
        .collect();
    for large in many {
        assert_eq!(large.await.unwrap().unwrap().len(), 3 << 20);
    }
    assert_eq!(tunnel.outstanding(), 0);
    let none = async {
        while kept.status.borrow().outstanding > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, none).await.unwrap();
    let status = kept.sees(NodeStatus::is_up).await;
    assert_eq!(status.welcome.unwrap().node.as_str(), "one");
    assert!(status.hub_ahead_ms.unwrap().abs() < 30_000);
}

#[tokio::test]
async fn what_is_asked_behind_the_last_word_was_certainly_not_sent() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let _kept = Running::start(node.address, identity, Pace::default());
    let tunnel = node.tunnel().await;
    // Both wait for the driver at the same time: on this runtime it runs when the questions are waited for.
    tunnel.close(ByeCode::Stopping, "");
    let (one, other) = tokio::join!(ask(&tunnel, "late"), ask(&tunnel, "later"));
    for asked in [one, other] {
        assert!(matches!(asked, Err(Unanswered::NotSent(_))), "{asked:?}");
    }
}

#[tokio::test]
async fn nobody_works_for_whoever_has_gone() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let kept = Running::start(node.address, identity, Pace::default());
    let tunnel = node.tunnel().await;
    let asking = tokio::spawn({
        let tunnel = Arc::clone(&tunnel);
        async move { ask(&tunnel, "wait").await }
    });
    kept.desk.works_on(1).await;
    asking.abort();
    kept.desk.works_on(0).await;
    let late = tunnel
        .ask(
            Method::Login,
            Bytes::from_static(b"wait"),
            Instant::now() + Duration::from_millis(300),
        )
        .await;
    assert!(matches!(late, Err(Unanswered::TimedOut | Unanswered::Lost)));
    kept.desk.works_on(0).await;
    assert_eq!(ask(&tunnel, "still there").await.unwrap(), "still there");
}

/// A connector's end that the test itself speaks for; it has reported.
async fn by_hand(node: &Node, pace: Pace) -> driver::End<impl AsyncRead + AsyncWrite + use<>> {
    let credential = node.credential(DAY);
    let endpoint = format!("http://{}/connector/v1/plant-a", node.address);
    let dialing = Dialing {
        endpoint: Endpoint::parse(&endpoint).unwrap(),
        outside: patient(OuterTrust::nobody()),
        identity: identity(node.credential(DAY)),
        software: "test".to_owned(),
        pace,
    };
    let (mut end, _) = way::open(&dialing, &credential).await.unwrap();
    end.link.report(&Desk::new().report.borrow()).unwrap();
    end
}

#[tokio::test]
async fn a_connector_that_never_ends_what_was_cancelled_loses_its_tunnel() {
    let pace = Pace {
        cancelled: Duration::from_millis(300),
        ..Pace::default()
    };
    let node = Node::start(pace).await;
    let own = Pace {
        greeting: SOON,
        ..Pace::default()
    };
    let mut end = by_hand(&node, own).await;
    let hub = async {
        let tunnel = node.tunnel().await;
        let asked = Instant::now() + Duration::from_millis(50);
        let late = tunnel.ask(Method::Login, Bytes::new(), asked).await;
        assert!(matches!(late, Err(Unanswered::TimedOut)));
        assert_eq!(node.down().await, Down::Clogged);
    };
    let connector = async {
        loop {
            match end.early(own).await {
                // The link has answered, as it must; that answer never leaves.
                Ok(ConnectorEvent::Cancelled(_)) => end.link.outbound().clear(),
                Ok(_) => {}
                Err(ended) => return ended,
            }
        }
    };
    let (ended, ()) = tokio::join!(connector, hub);
    assert!(matches!(ended, Ended::Refused(bye) if bye.text.as_str().contains("cancelled")));
}

#[tokio::test]
async fn a_connector_that_says_nothing_while_it_is_asked_is_silent_until_it_says_something() {
    let pace = Pace {
        quiet: Duration::from_millis(50),
        ..Pace::default()
    };
    let node = Node::start(pace).await;
    let own = Pace::default();
    let mut end = by_hand(&node, own).await;
    let silent = async |tunnel: &Tunnel, silent: bool| {
        let is_so = async {
            while tunnel.is_silent() != silent {
                tokio::task::yield_now().await;
            }
        };
        timeout(SOON, is_so).await.expect("it is silent, or not");
    };
    // What waits for the hub is written, and nothing is read: so a process is that was stopped.
    let said = end.early(own);
    let tunnel = tokio::select! {
        tunnel = node.tunnel() => tunnel,
        _ = said => panic!("nothing was asked"),
    };
    let asking = Arc::clone(&tunnel);
    let waiting = tokio::spawn(async move { ask(&asking, "wait").await });
    silent(&tunnel, true).await;
    // It reads what has come, the ping too, and answers that.
    let goes_on = async {
        let _ = end.early(own).await;
        let _ = end.early(own).await;
    };
    tokio::select! {
        () = goes_on => panic!("no more than one question was asked"),
        () = silent(&tunnel, false) => {}
    }
    waiting.abort();
}

#[tokio::test]
async fn who_works_long_on_a_question_and_answers_pings_is_not_silent() {
    let pace = Pace {
        quiet: Duration::from_millis(500),
        ..Pace::default()
    };
    let node = Node::start(pace).await;
    let identity = identity(node.credential(DAY));
    let kept = Running::start(node.address, identity, Pace::default());
    let tunnel = node.tunnel().await;
    let asking = Arc::clone(&tunnel);
    let waiting = tokio::spawn(async move { ask(&asking, "wait").await });
    kept.desk.works_on(1).await;
    // Nothing but the look at silence asks for a sign of life that soon.
    let looked = async {
        while tunnel.latency().is_none() {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, looked).await.expect("a ping");
    assert!(!tunnel.is_silent());
    kept.desk.released.send_replace(true);
    assert_eq!(waiting.await.unwrap().unwrap(), "wait");
}

#[tokio::test]
async fn more_than_the_connector_takes_is_not_sent() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let kept = Running::start(node.address, identity, Pace::default());
    let tunnel = node.tunnel().await;
    let many: Vec<_> = (0..8)
        .map(|_| {
            let tunnel = Arc::clone(&tunnel);
            tokio::spawn(async move { ask(&tunnel, "wait").await })
        })
        .collect();
    kept.desk.works_on(8).await;
    let Err(Unanswered::NotSent(why)) = ask(&tunnel, "one more").await else {
        panic!("it was sent");
    };
    assert!(why.is_busy());
    kept.desk.released.send_replace(true);
    for waiting in many {
        assert_eq!(waiting.await.unwrap().unwrap(), "wait");
    }
    // What it is not ready for, either.
    kept.desk.report.send_modify(|report| report.ready.clear());
    let mut up = node.book.up.subscribe();
    let not_ready = |tunnel: &Option<Arc<Tunnel>>| {
        tunnel
            .as_ref()
            .is_some_and(|tunnel| tunnel.report().ready.is_empty())
    };
    timeout(SOON, up.wait_for(not_ready))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        ask(&tunnel, "hello").await,
        Err(Unanswered::NotSent(NotSent::Here(
            entryway_bridge::link::NotAsked::NotReady
        )))
    );
}

#[tokio::test]
async fn a_reply_by_another_key_ends_the_tunnel() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let _kept = Running::start(node.address, identity, Pace::default());
    let tunnel = node.tunnel().await;
    assert_eq!(ask(&tunnel, "forged").await, Err(Unanswered::Invalid));
    assert_eq!(node.down().await, Down::Invalid);
}

#[tokio::test]
async fn a_ticket_becomes_an_identity_that_is_let_in() {
    let node = Node::start(Pace::default()).await;
    let endpoint = format!("http://{}/connector/v1/plant-a", node.address);
    let endpoint = Endpoint::parse(&endpoint).unwrap();
    let outside = patient(OuterTrust::nobody());
    let try_with = async |secret, authority: &[u8]| {
        let ticket = Arc::new(Ticket::new(secret, authority));
        let asked = Enrolling {
            endpoint: &endpoint,
            outside: &outside,
            ticket: &ticket,
            name: "one",
            software: "test",
            pace: Pace::default(),
        };
        enrol(asked).await
    };
    let authority = node.book.authority.certificate();
    let wrong = try_with([8; 16], authority).await;
    assert!(matches!(wrong, Err(EnrolError::Refused(bye)) if bye.code == ByeCode::Ticket));
    let other = SiteAuthority::make("plant-a", SystemTime::now()).unwrap();
    let stranger = try_with([9; 16], other.certificate()).await;
    assert!(matches!(stranger, Err(EnrolError::Way(error)) if error.step == crate::Step::InnerTls));
    let (credential, nodes, version) = try_with([9; 16], authority).await.unwrap();
    assert_eq!(
        (nodes.as_slice(), version),
        (&["https://hub.example".to_owned()][..], 1)
    );
    let _kept = Running::start(node.address, identity(credential), Pace::default());
    assert_eq!(ask(&node.tunnel().await, "in").await.unwrap(), "in");
}

#[tokio::test]
async fn a_certificate_is_followed_before_its_end_without_a_pause() {
    let node = Node::start(Pace::default()).await;
    // Backdated by a day, it has less than a third of its life left.
    let credential = node.credential(DAY / 4);
    let before = credential.fingerprint();
    let shelf = Arc::<Shelf>::default();
    let identity = Arc::new(Identity::new(credential, 0, Arc::clone(&shelf) as _));
    let mut kept = Running::start(node.address, Arc::clone(&identity), Pace::default());
    kept.sees(|status| status.renewed == 1).await;
    let now = identity.current();
    assert_ne!(now.fingerprint(), before);
    assert_eq!(*shelf.kept.lock(), [now.fingerprint()]);
    assert!(now.renews_at().unwrap() > SystemTime::now() + DAY);
    // The tunnel goes on as it was.
    assert_eq!(ask(&node.tunnel().await, "hello").await.unwrap(), "hello");
    assert_eq!(node.tunnel().await.peer().spki, before);
}

#[tokio::test]
async fn a_hub_that_became_older_is_not_believed() {
    let node = Node::start(Pace::default()).await;
    let credential = node.credential(DAY);
    let identity = Arc::new(Identity::new(credential, 2, Arc::<Shelf>::default()));
    let mut kept = Running::start(node.address, identity, Pace::default());
    let status = kept.sees(|status| status.trouble.is_some()).await;
    let problem = status.trouble.unwrap().problem;
    assert!(problem.contains("has spoken 2 before"), "{problem}");
}

#[tokio::test]
async fn a_revoked_connector_is_told_so_and_comes_back_when_it_may() {
    let node = Node::start(Pace::default()).await;
    *node.book.refuses.lock() = Some(ByeCode::Unavailable);
    let identity = identity(node.credential(DAY));
    let mut kept = Running::start(node.address, identity, Pace::default());
    let status = kept.sees(|status| status.trouble.is_some()).await;
    let trouble = status.trouble.unwrap();
    assert_eq!(trouble.code, Some(ByeCode::Unavailable));
    *node.book.refuses.lock() = None;
    assert_eq!(ask(&node.tunnel().await, "hello").await.unwrap(), "hello");
}

/// The word comes before the connection ends, each time: what the connector has said meanwhile is unread at the hub.
#[tokio::test]
async fn a_connector_is_told_why_its_certificate_or_the_hub_is_not_accepted() {
    let node = Node::start(Pace::default()).await;
    let authority = &node.book.authority;
    let long_ago = SystemTime::now() - 30 * DAY;
    let before_the_hub_was_reset = SiteAuthority::make("plant-a", long_ago).unwrap();
    for _ in 0..20 {
        for (credential, problem, remedy) in [
            (
                credential(authority, long_ago, DAY),
                "by its clock it has ended",
                "enrol anew with `--replace`",
            ),
            (
                credential(&before_the_hub_was_reset, SystemTime::now(), DAY),
                "the handshake inside the tunnel fails",
                "was set up anew",
            ),
        ] {
            let identity = identity(credential);
            let mut kept = Running::start(node.address, identity, Pace::default());
            let status = kept.sees(|status| status.trouble.is_some()).await;
            let trouble = status.trouble.unwrap();
            assert!(trouble.problem.contains(problem), "{}", trouble.problem);
            let advised = trouble.remedy.expect("a remedy");
            assert!(advised.contains(remedy), "{advised}");
            kept.stopping.send_replace(true);
            timeout(SOON, kept.keeping).await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_look_touches_no_tunnel_and_a_goodbye_ends_the_connector() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let kept = Running::start(node.address, Arc::clone(&identity), Pace::default());
    let tunnel = node.tunnel().await;
    let endpoint = format!("http://{}/connector/v1/plant-a", node.address);
    let dialing = Dialing {
        endpoint: Endpoint::parse(&endpoint).unwrap(),
        outside: patient(OuterTrust::nobody()),
        identity,
        software: "test".to_owned(),
        pace: Pace::default(),
    };
    let tried = try_node(&dialing).await.unwrap();
    assert_eq!(tried.welcome.node.as_str(), "one");
    assert_eq!(tried.steps.last().unwrap().0, crate::Step::Hello);
    // Nobody was refused: it was let in, and said that this was all.
    let mut refused = node.book.refused.subscribe();
    let refused = timeout(SOON, refused.wait_for(|all| !all.is_empty())).await;
    assert_eq!(*refused.unwrap().unwrap(), [None]);
    assert_eq!(ask(&tunnel, "hello").await.unwrap(), "hello");
    assert!(node.book.downs.borrow().is_empty());
    leave(&dialing).await.unwrap();
    let refused = async {
        loop {
            match try_node(&dialing).await {
                Err(Ended::Refused(bye)) if bye.code == ByeCode::Revoked => return,
                _ => {}
            }
        }
    };
    timeout(SOON, refused).await.unwrap();
    drop(kept);
}

#[tokio::test]
async fn a_hub_that_stops_has_its_answers_first() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let kept = Running::start(node.address, identity, Pace::default());
    let tunnel = node.tunnel().await;
    let asking = tokio::spawn({
        let tunnel = Arc::clone(&tunnel);
        async move { ask(&tunnel, "wait").await }
    });
    kept.desk.works_on(1).await;
    node.stopping.send_replace(true);
    let new = async { while !matches!(ask(&tunnel, "new").await, Err(Unanswered::NotSent(_))) {} };
    timeout(SOON, new).await.unwrap();
    kept.desk.released.send_replace(true);
    assert_eq!(asking.await.unwrap().unwrap(), "wait");
    assert!(matches!(node.down().await, Down::Ours(_) | Down::Theirs(_)));
}

#[tokio::test]
async fn a_connector_that_stops_gives_its_answers_first() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let kept = Running::start(node.address, identity, Pace::default());
    let tunnel = node.tunnel().await;
    let asking = tokio::spawn({
        let tunnel = Arc::clone(&tunnel);
        async move { ask(&tunnel, "wait").await }
    });
    kept.desk.works_on(1).await;
    kept.stopping.send_replace(true);
    kept.desk.released.send_replace(true);
    assert_eq!(asking.await.unwrap().unwrap(), "wait");
    timeout(SOON, kept.keeping).await.unwrap().unwrap();
    assert_eq!(kept.status.borrow().phase, Phase::Stopped);
}

#[tokio::test]
async fn a_hub_that_is_started_again_is_found_again() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let mut kept = Running::start(node.address, identity, Pace::default());
    node.tunnel().await;
    node.serving.abort();
    let _ = node.serving.await;
    kept.sees(|status| !status.is_up() && status.trouble.is_some())
        .await;
    let listening = async {
        loop {
            if let Ok(listener) = TcpListener::bind(node.address).await {
                return listener;
            }
        }
    };
    let listener = timeout(SOON, listening).await.unwrap();
    node.book.up.send_replace(None);
    let again = Node::on(listener, Arc::clone(&node.book), Pace::default());
    assert_eq!(ask(&again.tunnel().await, "hello").await.unwrap(), "hello");
    assert_eq!(kept.sees(NodeStatus::is_up).await.trouble, None);
}

/// Between the two: passes bytes on, unless told otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Open,
    Paused,
    Garbage,
    Cut,
}

async fn relay(to: SocketAddr, line: watch::Receiver<Line>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let line = line.clone();
            tokio::spawn(async move {
                let far = TcpStream::connect(to).await.unwrap();
                let (near_read, near_write) = near.into_split();
                let (far_read, far_write) = far.into_split();
                tokio::spawn(carry(near_read, far_write, line.clone()));
                carry(far_read, near_write, line).await;
            });
        }
    });
    address
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
) {
    let mut piece = [0; 4096];
    loop {
        let now = *line.borrow_and_update();
        match now {
            Line::Cut => return,
            Line::Garbage => {
                let _ = to.write_all(&[0x5a; 512]).await;
                return;
            }
            Line::Paused => {
                let _ = line.changed().await;
            }
            Line::Open => tokio::select! {
                _ = line.changed() => {}
                read = from.read(&mut piece) => match read {
                    Ok(count @ 1..) => {
                        if to.write_all(&piece[..count]).await.is_err() {
                            return;
                        }
                    }
                    _ => return,
                }
            },
        }
    }
}

async fn survives(line: Line, expected: fn(&Down) -> bool) {
    let node = Node::start(quick()).await;
    let (wire, state) = watch::channel(Line::Open);
    let between = relay(node.address, state).await;
    let mut kept = Running::start(between, identity(node.credential(DAY)), quick());
    let tunnel = node.tunnel().await;
    let asking = tokio::spawn({
        let tunnel = Arc::clone(&tunnel);
        async move { ask(&tunnel, "wait").await }
    });
    kept.desk.works_on(1).await;
    wire.send_replace(line);
    // Whoever waits is told what is certain, which is nothing.
    assert_eq!(asking.await.unwrap(), Err(Unanswered::Lost));
    let down = node.down().await;
    assert!(expected(&down), "{down:?}");
    kept.sees(|status| status.trouble.is_some()).await;
    // Nobody works for a tunnel that is gone.
    kept.desk.works_on(0).await;
    wire.send_replace(Line::Open);
    kept.sees(|status| status.is_up() && status.ups > 1).await;
    let again = node.tunnel().await;
    assert_eq!(ask(&again, "hello").await.unwrap(), "hello");
    assert!(again.latency().is_none_or(|latency| latency < SOON));
}

#[tokio::test]
async fn a_line_that_is_cut_is_dialled_again() {
    survives(Line::Cut, |down| matches!(down, Down::Lost(_))).await;
}

#[tokio::test]
async fn a_line_that_swallows_everything_counts_as_gone() {
    survives(Line::Paused, |down| matches!(down, Down::Silent)).await;
}

#[tokio::test]
async fn garbage_on_the_line_ends_that_tunnel_alone() {
    survives(Line::Garbage, |down| matches!(down, Down::Lost(_))).await;
}
