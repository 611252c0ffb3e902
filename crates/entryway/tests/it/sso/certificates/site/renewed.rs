//! A connector that gets another key while people show it their certificates: what it has signed counts by the key that its
//! tunnel stands by, and by the one that the hub has certified.

use super::*;
use crate::hub::until_metric;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entryway_bridge::ports::Verifier;
use entryway_bridge::{AssertedTo, Assertion, SiteName};
use entryway_tunnel::{ConnectorKey, PeerIdentity, PeerKey, SiteAuthority, key_fingerprint};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// So much is left of a certificate that is dated back by a day: less than a third, so that it is renewed at once, and more
/// than the last two hours, in which a tunnel is followed by another.
const NEARLY_OVER: Duration = Duration::from_secs(6 * 3600);
/// A browser that is on its way back to the hub.
struct OnItsWay {
    back: String,
    cookies: BTreeMap<String, String>,
}

impl OnItsWay {
    /// Whether what it brings is signed by the key of this certificate.
    fn is_signed_by(&self, certificate: &CertificateDer<'_>) -> bool {
        let pairs = in_pairs(&self.back);
        let assertion = Assertion::read(&pairs["assertion"]).expect("an assertion");
        let to = AssertedTo {
            audience: ISSUER,
            sealed: &pairs["for"],
        };
        let key = PeerKey::of_certificate(certificate).expect("a key");
        let site = SiteName::parse("plant-a").expect("a name");
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = u64::try_from(now.expect("a time").as_millis()).expect("a number");
        let keys = [&key as &dyn Verifier];
        assertion.verify(to, &site, &keys, now).is_ok()
    }
}

impl Both {
    /// Somebody shows a good certificate to the connector, and is sent back.
    fn sent_back(&self) -> OnItsWay {
        let mut browser = Browser::new(&self.served.daemon);
        let place = self.served.to_listener(&mut browser);
        let (status, back) = self.served.show(&place, Some(&self.house.good));
        assert_eq!(status, 303, "{back}");
        let cookies = browser.cookies.clone();
        OnItsWay { back, cookies }
    }

    fn comes_back(&self, who: OnItsWay) -> (Browser<'_>, Got) {
        let mut browser = Browser::new(&self.served.daemon);
        browser.cookies = who.cookies;
        let got = browser.get(&path_of(&who.back));
        (browser, got)
    }

    fn is_let_in(&self, who: OnItsWay) {
        let (_, got) = self.comes_back(who);
        assert!(got.sent("code").is_some(), "{got:?}");
    }

    fn is_refused(&mut self, who: OnItsWay, problem: &str) {
        let (browser, got) = self.comes_back(who);
        Both::counts_for_nothing(&browser, &got);
        let refused = self.served.daemon.event("site.assertion_refused");
        assert_eq!(refused["problem"], problem);
    }

    fn identity(&self, name: &str) -> PathBuf {
        self.site.state().join("connector").join(name)
    }

    /// The one on disk.
    fn certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.identity("chain.pem")).expect("a certificate")
    }

    /// Has the connector come again with a certificate for its own key that holds for so long.
    fn comes_again_with(&mut self, life: Duration) {
        self.stop();
        self.until_unready("no_connector");
        let authority = self.hub.in_store(async |store| {
            let row = store.hub().authority("plant-a").await.expect("a store");
            let row = row.expect("an authority");
            SiteAuthority::load("plant-a", &row.certificate, &row.private).expect("an authority")
        });
        let key = PrivatePkcs8KeyDer::from_pem_file(self.identity("key.pem")).expect("a key");
        let key = ConnectorKey::from_pkcs8(key.secret_pkcs8_der()).expect("a key");
        let own = PeerIdentity::read(&self.certificate()).expect("a connector");
        let request = key.request().expect("a request");
        let made = authority.issue_connector(&request, &own.connector, SystemTime::now(), life);
        let made = STANDARD.encode(made.expect("a certificate"));
        let made = format!("-----BEGIN CERTIFICATE-----\n{made}\n-----END CERTIFICATE-----\n");
        fs::write(self.identity("chain.pem"), made).expect("written");
        self.run();
    }

    /// Waits until the connector has said so.
    fn says(&mut self, event: &str) {
        self.connector.as_mut().expect("a connector").event(event);
    }

    /// Waits until the hub sends browsers there.
    fn is_offered(&self) {
        until_metric(
            &self.served.daemon,
            "entryway_site_ready{site=\"plant-a\",ability=\"certificate\"} 1",
        );
    }

    /// The keys that the hub knows it by: the one that was certified last, and the one before while that is not shown.
    fn keys(&self) -> ([u8; 32], Option<[u8; 32]>) {
        let rows = self.hub.in_store(async |store| {
            let rows = store.hub().connectors(Some("plant-a")).await;
            rows.expect("a store")
        });
        (rows[0].spki, rows[0].spki_before)
    }
}

const UNSIGNED: &str = "it is not signed by the connector for this hub and this page";

fn fingerprint(certificate: &CertificateDer<'_>) -> [u8; 32] {
    key_fingerprint(certificate).expect("a key")
}

#[test]
fn certificates_go_on_while_the_connector_gets_another_key() {
    let mut both = Both::ready();
    let first = both.certificate();
    let early = [(); 3].map(|()| both.sent_back());
    for who in &early {
        assert!(who.is_signed_by(&first));
    }
    let [before, between, late] = early;

    // The hub has certified another key, and it could not be kept: the one before serves on.
    fs::create_dir(both.identity("key.pem.next")).expect("in the way");
    both.comes_again_with(NEARLY_OVER);
    both.says("identity.not_renewed");
    both.is_offered();
    let (certified, shown) = both.keys();
    assert_eq!(shown, Some(fingerprint(&first)));
    assert_ne!(certified, fingerprint(&first));
    both.is_let_in(before);
    let who = both.sent_back();
    assert!(who.is_signed_by(&first));
    both.is_let_in(who);

    // It is kept: what is signed from now on is by the new key, and the tunnel still stands by the old one.
    fs::remove_dir(both.identity("key.pem.next")).expect("out of the way");
    both.comes_again_with(NEARLY_OVER);
    both.says("identity.renewed");
    both.is_offered();
    let second = both.certificate();
    let keys = (fingerprint(&second), Some(fingerprint(&first)));
    assert_eq!(both.keys(), keys);
    let who = both.sent_back();
    assert!(who.is_signed_by(&second) && !who.is_signed_by(&first));
    both.is_let_in(who);
    // Signed a moment before.
    both.is_let_in(between);

    // It has shown the new key: the old one is worth nothing, here as everywhere.
    let who = both.sent_back();
    both.stop();
    both.until_unready("no_connector");
    both.run();
    both.is_offered();
    assert_eq!(both.keys(), (fingerprint(&second), None));
    both.is_let_in(who);
    both.is_refused(late, UNSIGNED);
    let [who, last] = [(); 2].map(|()| both.sent_back());
    assert!(who.is_signed_by(&second));
    both.is_let_in(who);
    let listed = done(&both.hub, &["hub", "connector", "list"]);
    let id = listed["connectors"][0]["id"].as_str().expect("an id");
    done(&both.hub, &["hub", "connector", "revoke", id]);
    both.is_refused(last, "the connector is revoked or held");
}
