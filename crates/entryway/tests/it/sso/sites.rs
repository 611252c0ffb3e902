//! People of a site at applications, while the configuration says other things of the site than before.

use super::*;
use crate::hub::SITES;
use crate::hub::logins::{connected_in, sealed};
use serde_json::json;

/// Logs a person of the site in at `app`, as its page does.
fn log_jane_in(browser: &mut Browser<'_>, more: &[(&str, &str)]) -> Got {
    let page = browser.get(&Browser::to("/oidc/authorize", &asking(more)));
    log_in_by(browser, &page, "plant-a/jane", "swordfish")
}

/// Logs a person of a site in by a page, as its script does.
pub(super) fn log_in_by(browser: &mut Browser<'_>, page: &Got, name: &str, password: &str) -> Got {
    let flow = page.field("flow").expect("a form");
    let name = ("name", name);
    let with = browser.post("/sso/seal", &[("flow", &flow), name]).json();
    let sealed = Value::from(sealed(&with, password)).to_string();
    browser.submit(page, &[name, ("sealed", &sealed), ("action", "login")])
}

#[test]
fn a_refresh_is_refused_where_the_person_may_not_log_in_any_more_and_the_session_stays() {
    let world = world_with(SITES);
    let (world, mut daemon, _sites, _) = connected_in(world, 1);
    let mut browser = Browser::new(&daemon);
    let asked = [("scope", "openid profile offline_access")];
    let got = log_jane_in(&mut browser, &asked);
    let tokens = redeem(&daemon, &got.sent("code").expect("a code")).json();
    let next = refresh(&daemon, &tokens["refresh_token"]);
    assert_eq!(next.status, 200, "{next:?}");
    let next = next.json();
    let cookies = browser.cookies.clone();

    let narrowed = SITES.replace(
        "[site.closed]",
        "applications = [\"other\"]\n\n[site.closed]",
    );
    world.configure("5s", &format!("{SETTINGS}{narrowed}"));
    daemon.signal("HUP");
    let _ = daemon.event("config.applied");
    let refused = refresh(&daemon, &next["refresh_token"]);
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (400, &json!("invalid_grant"))
    );
    assert_eq!(userinfo(&daemon, &next).status, 401);
    let told = loop {
        let told = daemon.event("login.decided");
        if told["kind"] == "revalidation" && told["decision"] == "reject" {
            break told;
        }
    };
    assert_eq!(
        (&told["code"], &told["caller"]),
        (&json!("not_admitted_here"), &json!("client app"))
    );
    // Welcome where the site's people may still log in, with the session that they have.
    let silent = |client, redirect| {
        let more = [
            ("prompt", "none"),
            ("scope", "openid"),
            ("client_id", client),
            ("redirect_uri", redirect),
        ];
        Browser::to("/oidc/authorize", &asking(&more))
    };
    let mut browser = Browser::new(&daemon);
    browser.cookies = cookies;
    let elsewhere = browser.get(&silent("other", "https://other.corp.example/"));
    assert_eq!(elsewhere.sent("error").as_deref(), Some("consent_required"));
    let here = browser.get(&silent("app", CALLBACK));
    assert_eq!(here.sent("error").as_deref(), Some("login_required"));
    // What was refused is over, whatever is written next.
    world.configure("5s", &format!("{SETTINGS}{SITES}"));
    daemon.signal("HUP");
    let _ = daemon.event("config.applied");
    assert_eq!(refresh(&daemon, &next["refresh_token"]).status, 400);
}
