//! What a connector says that it is ready for.

use super::Site;
use entryway_bridge::message::{Ability, Unready};
use std::time::Duration;

#[tokio::test]
async fn a_report_says_what_it_is_ready_for() {
    let site = Site::with("[connector]\nmax_in_flight = 7\n").await;
    let report = site.desk.report();
    assert!(report.is_ready(Ability::Password));
    assert_eq!(
        report.not_ready(Ability::Lookups),
        Some(Unready::SwitchedOff)
    );
    assert_eq!(
        report.not_ready(Ability::Certificate),
        Some(Unready::SwitchedOff)
    );
    assert_eq!(report.max_in_flight, 7);
}

#[tokio::test]
async fn a_connector_that_could_let_nobody_in_is_not_ready_for_passwords() {
    let site = Site::with("").await;
    let why = || site.desk.report().not_ready(Ability::Password);
    assert_eq!(why(), None);
    let accounts = site.live.kept().store.accounts();
    accounts.remove("ada").await.expect("removed");
    let emptied = async {
        while why() != Some(Unready::Incomplete) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), emptied)
        .await
        .expect("told");
}

#[tokio::test]
async fn a_connector_that_is_told_to_stop_says_so() {
    let site = Site::with("").await;
    assert!(!site.desk.report().draining);
    site.desk.stop();
    let report = site.desk.report();
    assert!(report.draining);
    assert_eq!(report.not_ready(Ability::Password), Some(Unready::Stopping));
    // Why look-ups are not answered is known already.
    assert_eq!(
        report.not_ready(Ability::Lookups),
        Some(Unready::SwitchedOff)
    );
}
