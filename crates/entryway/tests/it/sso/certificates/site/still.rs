//! A connector whose process stands still, while browsers are sent to it with certificates.

use super::*;
use entryway_conformance::until_still;

#[test]
fn browsers_are_not_sent_to_a_connector_that_stands_still() {
    let mut both = Both::ready();
    assert!(both.page().body.contains("value=\"certificate\""));
    let stopped = both.connector.as_ref().expect("a connector");
    stopped.signal("STOP");
    until_still(stopped.pid()).expect("it stands still");
    // That is known once it is asked something.
    {
        let mut browser = Browser::new(&both.served.daemon);
        let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
        let flow = page.field("flow").expect("a form");
        let asked = [("flow", flow.as_str()), ("name", "plant-a/password")];
        let with = browser.post("/sso/seal", &asked);
        assert!(!with.body.contains("\"nonce\""), "{with:?}");
    }
    both.until_unready("silent");
    both.offers_nothing();
    both.connector.as_ref().expect("a connector").signal("CONT");
    both.served.daemon.event("site.certificates_ready");
    let good = both.house.good.clone();
    let mut browser = Browser::new(&both.served.daemon);
    let got = both.served.log_in(&mut browser, Some(&good));
    assert!(got.sent("code").is_some(), "{got:?}");
}
