use super::*;
use crate::error::Step;
use crate::{ByRole, Limits, PoolLimits, Security, ServerSettings, ServiceBind, Timeouts, Way};
use std::time::Duration;

/// A server whose breaker is open.
fn down() -> Arc<Shared> {
    let way = Arc::new(Way {
        port: 1,
        security: Security::Clear,
    });
    let settings = Arc::new(ServerSettings {
        display: "ldap://dc1".into(),
        host: "127.0.0.1".to_owned(),
        ways: ByRole::all(Some(Arc::clone(&way))),
        clear_text_passwords: false,
        service_bind: ServiceBind::Anonymous,
        timeouts: Timeouts::default(),
        limits: ByRole::all(PoolLimits::default()),
        proto_limits: Limits::CLIENT,
    });
    let shared = Arc::new(Shared::new(&settings, &way, &Arc::default()));
    let silence = LdapError::TimedOut {
        step: Step::Connect,
    };
    for _ in 0..3 {
        shared.failed(&silence, Instant::now(), Duration::ZERO);
    }
    assert!(!shared.health.available());
    shared
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

async fn until_no_task_is_left() {
    let end = Instant::now() + Duration::from_secs(20);
    while tasks() > 0 {
        assert!(Instant::now() < end, "the watch goes on");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_watch_for_each_open_breaker_that_ends_with_it() {
    let shared = down();
    assert_eq!(tasks(), 1);
    shared.health.answered();
    until_no_task_is_left().await;
}

#[tokio::test]
async fn a_watch_keeps_no_server_alive() {
    let shared = down();
    let weak = Arc::downgrade(&shared);
    tokio::task::yield_now().await;
    drop(shared);
    assert!(weak.upgrade().is_none());
    until_no_task_is_left().await;
}
