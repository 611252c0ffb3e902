use super::*;
use crate::crypto::PageSeal;
use crate::identity::ConnectorKey;
use crate::sign::IdentitySigner;
use entryway_bridge::ports::Seal as _;
use entryway_bridge::{Octets, Opaque, Text, pad};
use entryway_login::LoginId;

const WALL: u64 = 1_800_000_000_000;

struct Desk {
    keys: SealingKeys,
    signer: IdentitySigner,
    start: Instant,
}

impl Desk {
    fn at(site: &str, connector: u8) -> Self {
        let key = ConnectorKey::generate().unwrap();
        let signer = IdentitySigner::of(&key).unwrap();
        let site = SiteName::parse(site).unwrap();
        let connector = ConnectorId::from_bits([connector; 10]);
        let start = Instant::now();
        let keys = SealingKeys::new(site, connector, start, WALL).unwrap();
        Self {
            keys,
            signer,
            start,
        }
    }
    fn after(&self, seconds: u64) -> Instant {
        self.start + Duration::from_secs(seconds)
    }
    fn challenge(&self, seconds: u64) -> Challenge {
        self.keys
            .challenge(&self.signer, self.after(seconds), WALL)
            .unwrap()
    }
    fn login(&self, asked: &LoginAsked, seconds: u64) -> Result<String, SealRefusal> {
        let opened = self.keys.open_login(asked, self.after(seconds))?;
        Ok(String::from_utf8(opened.to_vec()).unwrap())
    }
}

fn seal(
    challenge: &Challenge,
    purpose: Purpose,
    audience: &str,
    name: &str,
    password: &[u8],
) -> Sealed {
    let bound = challenge.bind(purpose, audience, name);
    let padded = pad(password).unwrap();
    sealed_of(challenge, &bound.info, &bound.aad, &padded)
}

fn sealed_of(challenge: &Challenge, info: &[u8], aad: &[u8], plaintext: &[u8]) -> Sealed {
    let (enc, ciphertext) = PageSeal
        .seal(&challenge.key.0, info, aad, plaintext)
        .unwrap();
    Sealed {
        connector: challenge.connector,
        key_id: challenge.key_id,
        nonce: challenge.nonce.clone(),
        enc,
        ciphertext,
    }
}

fn asked(sealed: Sealed, audience: &str, name: &str) -> LoginAsked {
    LoginAsked {
        login_id: LoginId::from_bits(1),
        login_name: Text::cut(name),
        sealed,
        audience: Text::cut(audience),
        client_address: None,
        device: None,
        wants_groups: false,
    }
}

fn login(challenge: &Challenge) -> LoginAsked {
    let sealed = seal(challenge, Purpose::Login, "grafana", "jdoe", b"swordfish");
    asked(sealed, "grafana", "jdoe")
}

#[test]
fn a_password_is_opened_once() {
    let desk = Desk::at("plant-a", 1);
    let asked = login(&desk.challenge(1));
    assert_eq!(desk.login(&asked, 2).as_deref(), Ok("swordfish"));
    assert_eq!(desk.login(&asked, 2), Err(SealRefusal::Replayed));
    // Long after, and after what is remembered has changed: expired, never opened again.
    for seconds in [119, 121, 122, 250, 400] {
        let refused = desk.login(&asked, seconds).unwrap_err();
        assert!(
            matches!(refused, SealRefusal::Replayed | SealRefusal::Expired),
            "{seconds}"
        );
        let _ = desk.login(&login(&desk.challenge(seconds)), seconds);
    }
}

#[test]
fn a_nonce_that_is_too_old_is_refused() {
    let desk = Desk::at("plant-a", 1);
    let asked = login(&desk.challenge(1));
    assert_eq!(desk.login(&asked, 1 + 120), Err(SealRefusal::Expired));
    let asked = login(&desk.challenge(1));
    assert!(desk.login(&asked, 120).is_ok());
}

#[test]
fn whatever_is_not_what_was_sealed_is_refused() {
    let desk = Desk::at("plant-a", 1);
    let challenge = || desk.challenge(1);
    let check = |asked: &LoginAsked, expected| assert_eq!(desk.login(asked, 2), Err(expected));
    let foreign = SealRefusal::Foreign;
    // The login name, the audience and the purpose are bound.
    let mut asked = login(&challenge());
    asked.login_name = Text::cut("JDOE");
    check(&asked, foreign);
    let mut asked = login(&challenge());
    asked.audience = Text::cut("wiki");
    check(&asked, foreign);
    let old = seal(&challenge(), Purpose::Old, "grafana", "jdoe", b"swordfish");
    check(&self::asked(old, "grafana", "jdoe"), foreign);
    // So are the nonce,
    let mut asked = login(&challenge());
    asked.sealed.nonce = challenge().nonce;
    check(&asked, foreign);
    let mut asked = login(&challenge());
    asked.sealed.nonce = SealNonce::new(vec![0; 40]).unwrap();
    check(&asked, foreign);
    // the connector, also where it is only said to be this one,
    let other = Desk::at("plant-a", 2);
    let mut asked = login(&other.challenge(1));
    check(&asked, foreign);
    asked.sealed.connector = ConnectorId::from_bits([1; 10]);
    check(&asked, SealRefusal::UnknownKey);
    // and the site.
    let mut elsewhere = challenge();
    elsewhere.site = SiteName::parse("plant-b").unwrap();
    check(&login(&elsewhere), foreign);
    // A ciphertext is itself, all of it.
    let mut asked = login(&challenge());
    let mut bytes = asked.sealed.ciphertext.as_slice().to_vec();
    bytes[17] ^= 1;
    asked.sealed.ciphertext = Opaque::new(bytes.clone()).unwrap();
    check(&asked, foreign);
    bytes.truncate(8);
    asked.sealed.ciphertext = Opaque::new(bytes).unwrap();
    check(&asked, foreign);
    let mut asked = login(&challenge());
    asked.sealed.enc = Octets([4; 65]);
    check(&asked, foreign);
    let mut asked = login(&challenge());
    asked.sealed.key_id.0[0] ^= 1;
    check(&asked, SealRefusal::UnknownKey);
}

#[test]
fn what_is_not_opened_uses_nothing_up() {
    let desk = Desk::at("plant-a", 1);
    let good = login(&desk.challenge(1));
    let mut bad = good.clone();
    bad.login_name = Text::cut("other");
    assert_eq!(desk.login(&bad, 2), Err(SealRefusal::Foreign));
    assert!(desk.login(&good, 2).is_ok());
}

#[test]
fn what_is_not_padded_is_no_password_and_is_used_up() {
    let desk = Desk::at("plant-a", 1);
    let challenge = desk.challenge(1);
    let bound = challenge.bind(Purpose::Login, "grafana", "jdoe");
    let sealed = sealed_of(&challenge, &bound.info, &bound.aad, b"swordfish");
    let asked = asked(sealed, "grafana", "jdoe");
    assert_eq!(desk.login(&asked, 2), Err(SealRefusal::Malformed));
    assert_eq!(desk.login(&asked, 2), Err(SealRefusal::Replayed));
}

#[test]
fn a_key_is_new_daily_and_the_one_before_lives_as_long_as_its_nonces() {
    let desk = Desk::at("plant-a", 1);
    let day = 24 * 60 * 60;
    let last = desk.challenge(day - 1);
    let first = desk.challenge(day);
    assert_ne!(last.key_id, first.key_id);
    assert!(desk.login(&login(&last), day + 1).is_ok());
    assert!(desk.login(&login(&first), day + 1).is_ok());
    let last = login(&last);
    assert_eq!(desk.login(&last, day + 120), Err(SealRefusal::UnknownKey));
    assert_eq!(desk.challenge(day + 200).key_id, first.key_id);
}

#[test]
fn a_start_knows_nothing_of_the_one_before() {
    let (before, after) = (Desk::at("plant-a", 1), Desk::at("plant-a", 1));
    assert_eq!(
        after.login(&login(&before.challenge(1)), 2),
        Err(SealRefusal::UnknownKey)
    );
}

#[test]
fn more_logins_than_are_remembered_are_told_so() {
    let mut desk = Desk::at("plant-a", 1);
    desk.keys.used_max = 2;
    for _ in 0..2 {
        assert!(desk.login(&login(&desk.challenge(1)), 1).is_ok());
    }
    let third = login(&desk.challenge(1));
    assert_eq!(desk.login(&third, 1), Err(SealRefusal::Busy));
    let later = login(&desk.challenge(120));
    assert!(desk.login(&later, 120).is_ok(), "there is room again");
}

#[test]
fn both_passwords_of_a_change_are_opened_together_once() {
    let desk = Desk::at("plant-a", 1);
    let challenge = desk.challenge(1);
    let sealed = |purpose, password| seal(&challenge, purpose, "portal", "jdoe", password);
    let change = ChangeAsked {
        login_id: LoginId::from_bits(1),
        login_name: Text::cut("jdoe"),
        sealed: sealed(Purpose::Old, b"swordfish"),
        sealed_new: sealed(Purpose::New, b"halibut"),
        audience: Text::cut("portal"),
        client_address: None,
        device: None,
    };
    let open = |asked: &ChangeAsked| desk.keys.open_change(asked, desk.after(2));
    let mut swapped = change.clone();
    std::mem::swap(&mut swapped.sealed, &mut swapped.sealed_new);
    assert_eq!(open(&swapped).unwrap_err(), SealRefusal::Foreign);
    let mut apart = change.clone();
    let other = desk.challenge(1);
    apart.sealed_new = seal(&other, Purpose::New, "portal", "jdoe", b"halibut");
    assert_eq!(open(&apart).unwrap_err(), SealRefusal::Foreign);
    let (old, new) = open(&change).unwrap();
    assert_eq!((&old[..], &new[..]), (&b"swordfish"[..], &b"halibut"[..]));
    assert_eq!(open(&change).unwrap_err(), SealRefusal::Replayed);
}

#[test]
fn a_challenge_is_vouched_for_by_the_connectors_key() {
    let key = ConnectorKey::generate().unwrap();
    let signer = IdentitySigner::of(&key).unwrap();
    let (site, connector) = (
        SiteName::parse("plant-a").unwrap(),
        ConnectorId::from_bits([1; 10]),
    );
    let now = Instant::now();
    let keys = SealingKeys::new(site.clone(), connector, now, WALL).unwrap();
    let peer = crate::sign::PeerKey::of_certificate(&certificate(&key)).unwrap();
    let challenge = keys.challenge(&signer, now, WALL).unwrap();
    assert_eq!(challenge.verify(&site, &connector, &peer), Ok(()));
    assert_eq!(challenge.nonce_until_ms, WALL + 120_000);
}

#[test]
fn a_signature_is_of_its_key_and_its_statement() {
    use entryway_bridge::ports::Verifier as _;
    let (key, other) = (
        ConnectorKey::generate().unwrap(),
        ConnectorKey::generate().unwrap(),
    );
    let peer = crate::sign::PeerKey::of_certificate(&certificate(&key)).unwrap();
    let signature = IdentitySigner::of(&key)
        .unwrap()
        .sign(b"statement")
        .unwrap();
    assert!(peer.is_signature(b"statement", &signature));
    assert!(!peer.is_signature(b"Statement", &signature));
    let mut altered = signature;
    altered[0] ^= 1;
    assert!(!peer.is_signature(b"statement", &altered));
    let other = IdentitySigner::of(&other).unwrap();
    assert!(!peer.is_signature(b"statement", &other.sign(b"statement").unwrap()));
}

fn certificate(key: &ConnectorKey) -> rustls_pki_types::CertificateDer<'static> {
    use rcgen::{CertificateParams, KeyPair};
    use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    let pkcs8 = key.pkcs8();
    let pair = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(pkcs8.as_slice()));
    let pair = KeyPair::from_der_and_sign_algo(&pair, &rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = CertificateParams::default().self_signed(&pair).unwrap();
    certificate.der().clone()
}

#[test]
fn nothing_is_opened_while_others_wait_for_the_keys() {
    let desk = Desk::at("plant-a", 1);
    let challenge = desk.challenge(0);
    let sealed = seal(&challenge, Purpose::Login, "portal", "jane", b"secret");
    let held = desk.keys.keys.lock().get(&sealed.key_id, desk.start);
    // Whoever opened under this lock would wait for it here, for ever.
    let _busy = desk.keys.keys.lock();
    let bound = Bound {
        sealed: &sealed,
        audience: "portal",
        login_name: "jane",
    };
    let opened = desk.keys.open_by(&held.unwrap(), Purpose::Login, &bound);
    assert_eq!(&**unpadded(&opened.unwrap()).unwrap(), b"secret");
}

#[test]
fn a_key_is_signed_once_for_each_identity() {
    let desk = Desk::at("plant-a", 1);
    // ECDSA signs the same with another number each time.
    let first = desk.challenge(0).key_signature;
    assert_eq!(desk.challenge(1).key_signature, first);
    let renewed = IdentitySigner::of(&ConnectorKey::generate().unwrap()).unwrap();
    let of = |signer| desk.keys.challenge(signer, desk.after(2), WALL).unwrap();
    let second = of(&renewed).key_signature;
    assert_ne!(second, first);
    assert_eq!(of(&renewed).key_signature, second);
    let next_day = desk.challenge(KEY_LIFE.as_secs() + 1);
    assert_ne!(next_day.key_signature, first);
}
