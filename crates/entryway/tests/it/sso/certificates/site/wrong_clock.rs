//! A connector whose clock is wrong: what it signs would not count, and everybody has the password.

use super::*;
use crate::sso::clock::{with_clock, with_clock_in};
use crate::sso::sites::log_in_by;
use std::process::Command;
use std::time::Instant;

const AT_ONCE: &str = "offer = \"redirect\"\n";

fn connector_of(both: &Both, by: impl FnOnce(&mut Command)) -> Daemon {
    let run = ["connector", "run", "--log-format", "json"];
    let mut command = both.site.command(&run);
    by(&mut command);
    Daemon::until(command, "connector.started")
}

/// Somebody of the site logs in by this page with their password.
fn knows_their_password(browser: &mut Browser<'_>, page: &Got) {
    let got = log_in_by(browser, page, "plant-a/password", "right");
    assert!(got.sent("code").is_some(), "{got:?}");
}

#[test]
fn browsers_are_not_sent_to_a_connector_whose_clock_is_wrong_and_the_password_goes_on() {
    for (offset, wanted) in [("+600s", 500_000..700_000), ("-600s", -700_000..-500_000)] {
        let mut both = enrolled(&format!("{SWITCHED_ON}{AT_ONCE}"));
        let connector = connector_of(&both, |command| with_clock(command, offset));
        both.runs(connector);
        both.until_unready("clock_wrong");
        let told = &both.served.daemon.seen("tunnel.clock_skew")["ahead_ms"];
        let ahead = told.as_i64().expect("a number");
        assert!(wanted.contains(&ahead), "{ahead}");
        for (ability, count) in [("certificate", 0), ("password", 1)] {
            let line =
                format!("entryway_site_ready{{site=\"plant-a\",ability=\"{ability}\"}} {count}");
            crate::hub::until_metric(&both.served.daemon, &line);
        }
        both.offers_nothing();
        let mut browser = Browser::new(&both.served.daemon);
        let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
        knows_their_password(&mut browser, &page);
    }
}

/// Nobody at the hub knows of it yet when the browser comes back.
#[test]
fn whoever_comes_back_from_a_clock_that_has_gone_wrong_goes_on_with_the_password_and_is_the_last() {
    for (offset, problem, wanted) in [
        (
            "+600s",
            "it is of a time to come: a clock is wrong",
            500_000..700_000,
        ),
        ("-600s", "it is too old", -700_000..-500_000),
    ] {
        let mut both = enrolled(&format!("{SWITCHED_ON}{AT_ONCE}"));
        let clock = both.site.path("clock");
        let set = |offset: &str| {
            let next = clock.with_extension("next");
            fs::write(&next, offset).expect("written");
            fs::rename(&next, &clock).expect("set");
        };
        set("+0s");
        let connector = connector_of(&both, |command| with_clock_in(command, &clock));
        both.runs(connector);
        both.served.daemon.event("site.certificates_ready");
        assert!(!both.served.daemon.has_seen("tunnel.clock_skew"));
        let good = both.house.good.clone();
        {
            let mut browser = Browser::new(&both.served.daemon);
            let sent = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
            let place = sent.location().expect("a place").to_owned();
            set(offset);
            // Nobody is let in there until its throttle has met its store by that clock.
            let deadline = Instant::now() + SOON;
            let connector = both.connector.as_mut().expect("a connector");
            let back = loop {
                let (_, back) = both.served.show(&place, Some(&good));
                let decided = login_decided(connector);
                if decided["code"] == "accept" {
                    break back;
                }
                assert!(Instant::now() < deadline, "{decided}");
            };
            let page = browser.get(&path_of(&back));
            Both::counts_for_nothing(&browser, &page);
            knows_their_password(&mut browser, &page);
        }
        let refused = both.served.daemon.event("site.assertion_refused");
        assert_eq!(refused["problem"], problem);
        // By the answer about that password it is known: nobody is sent there after them.
        let told = both.served.daemon.event("tunnel.clock_skew");
        let ahead = told["ahead_ms"].as_i64().expect("a number");
        assert!(wanted.contains(&ahead), "{ahead}");
        both.until_unready("clock_wrong");
        both.offers_nothing();
        let shown = done(&both.hub, &["hub", "connector", "list"]);
        let wrong = shown["connectors"][0]["tunnel"]["clock_wrong_ms"].as_i64();
        assert!(
            wrong.is_some_and(|wrong| wanted.contains(&wrong)),
            "{shown}"
        );
        // Set right, the tunnel that stands is as good as a new one.
        set("+0s");
        {
            let mut browser = Browser::new(&both.served.daemon);
            let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
            let flow = page.field("flow").expect("a form");
            let name = ("name", "plant-a/password");
            browser.post("/sso/seal", &[("flow", &flow), name]);
        }
        both.served.daemon.event("tunnel.clock_right");
        both.served.daemon.event("site.certificates_ready");
        assert!(both.page().location().is_some());
    }
}
