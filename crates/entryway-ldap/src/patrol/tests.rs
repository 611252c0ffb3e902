use super::*;
use crate::{ByRole, Limits, PoolLimits, Security, ServerSettings, ServiceBind, Timeouts, Way};
use entryway_testdir::faults::{ConnectFault, FaultPlan};
use entryway_testdir::{Directory, Options, TestServer};

const PATIENCE: Duration = Duration::from_secs(20);
const OFTEN: Duration = Duration::from_millis(20);

async fn directory() -> TestServer {
    let directory = Directory::from_ldif("dn: dc=example\nobjectClass: domain\ndc: example\n");
    TestServer::start(directory.unwrap(), Options::default())
        .await
        .unwrap()
}

fn shared(server: &TestServer) -> Arc<Shared> {
    let address = server.ldap_addr();
    let way = Arc::new(Way {
        port: address.port(),
        security: Security::Clear,
    });
    let settings = Arc::new(ServerSettings {
        display: format!("ldap://{address}").into(),
        host: address.ip().to_string(),
        ways: ByRole::all(Some(Arc::clone(&way))),
        clear_text_passwords: false,
        service_bind: ServiceBind::Anonymous,
        timeouts: Timeouts::default(),
        limits: ByRole::all(PoolLimits::default()),
        proto_limits: Limits::CLIENT,
    });
    Arc::new(Shared::new(&settings, &way, &Arc::default()))
}

/// A patrol that ends with the test.
struct Patrolled(tokio::task::JoinHandle<()>);

impl Drop for Patrolled {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn patrolled(shared: &Arc<Shared>) -> Patrolled {
    let patrol = patrol(Arc::downgrade(shared), true, Duration::ZERO, OFTEN);
    Patrolled(tokio::spawn(patrol))
}

async fn until(condition: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "the condition does not come true");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_server_that_nobody_asks_is_looked_at_and_found_down_and_up_again() {
    let server = directory().await;
    let shared = shared(&server);
    let _patrol = patrolled(&shared);
    assert!(
        server
            .wait_until(PATIENCE, |seen| seen.root_dse_reads >= 1)
            .await
    );
    until(|| shared.host.root_dse.lock().is_some()).await;
    server.set_faults(FaultPlan::new().on_connect(ConnectFault::Close));
    until(|| !shared.health.available()).await;
    server.set_faults(FaultPlan::new());
    until(|| shared.health.available()).await;
    // It answers: no connection of a look is left open.
    assert!(server.wait_until(PATIENCE, |seen| seen.open == 0).await);
}

#[tokio::test]
async fn whoever_answers_people_is_not_looked_at() {
    let server = directory().await;
    let shared = shared(&server);
    let answers = {
        let shared = Arc::clone(&shared);
        async move {
            let end = Instant::now() + OFTEN * 10;
            while Instant::now() < end {
                shared.health.answered();
                tokio::task::yield_now().await;
            }
        }
    };
    shared.health.answered();
    let patrol = patrolled(&shared);
    answers.await;
    drop(patrol);
    assert_eq!(server.counters().connections, 0);
}

#[tokio::test]
async fn a_patrol_keeps_no_server_alive() {
    let server = directory().await;
    let shared = shared(&server);
    let patrol = patrolled(&shared);
    drop(shared);
    until(|| patrol.0.is_finished()).await;
}

#[test]
fn servers_have_their_turns_at_different_times() {
    let turns: Vec<_> = (0..100)
        .map(|number| spread(&format!("ldaps://dc{number}.corp.example"), EVERY))
        .collect();
    assert!(turns.iter().all(|turn| *turn <= EVERY));
    let tenth = EVERY / 10;
    for part in 0..10 {
        let within = |turn: &&Duration| **turn >= tenth * part && **turn < tenth * (part + 1);
        assert!(turns.iter().filter(within).count() < 30, "in part {part}");
    }
}
