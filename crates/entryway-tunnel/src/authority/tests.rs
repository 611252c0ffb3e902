use super::*;
use crate::identity::{ConnectorKey, PeerIdentity, key_fingerprint};
use std::time::UNIX_EPOCH;

const DAY: Duration = Duration::from_secs(86_400);

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn authority() -> SiteAuthority {
    SiteAuthority::make("plant-a", now()).unwrap()
}

#[test]
fn what_is_kept_is_the_same_authority() {
    let made = authority();
    let kept = SiteAuthority::load("plant-a", made.certificate(), &made.key_pkcs8()).unwrap();
    assert_eq!(kept.fingerprint(), made.fingerprint());
    let other = authority();
    let mixed = SiteAuthority::load("plant-a", made.certificate(), &other.key_pkcs8());
    assert!(matches!(mixed, Err(AuthorityError::Unreadable)));
    let garbage = SiteAuthority::load("plant-a", b"no certificate", &made.key_pkcs8());
    assert!(matches!(garbage, Err(AuthorityError::Unreadable)));
}

#[test]
fn a_connector_is_called_what_the_hub_says() {
    let key = ConnectorKey::generate().unwrap();
    // A request that names the hub of another site and wants to be an authority.
    let mut asked = CertificateParams::default();
    asked.distinguished_name = named("entryway hub");
    asked.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    asked.subject_alt_names = vec![SanType::URI(
        SiteRole::Hub.uri("plant-b").try_into().unwrap(),
    )];
    let pair = KeyPair::try_from(key.pkcs8().to_vec()).unwrap();
    let request = asked.serialize_request(&pair).unwrap();
    let issued = authority()
        .issue_connector(request.der(), "c-1", now(), DAY)
        .unwrap();
    let read = PeerIdentity::read(&issued).unwrap();
    assert_eq!((&*read.site, &*read.connector), ("plant-a", "c-1"));
    assert_eq!(read.not_after, now() + DAY);
    assert_eq!(read.spki, key.fingerprint());
    assert_eq!(key_fingerprint(&issued), Some(key.fingerprint()));
    assert!(key.fits(&issued));
    let (_, parsed) = x509_parser::parse_x509_certificate(&issued).unwrap();
    assert!(!parsed.is_ca());
}

#[test]
fn a_request_must_be_signed_by_its_own_key() {
    let authority = authority();
    let issue = |request: &[u8]| authority.issue_connector(request, "c-1", now(), DAY);
    let request = ConnectorKey::generate().unwrap().request().unwrap();
    assert!(issue(&request).is_ok());
    let mut altered = request.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert!(matches!(issue(&altered), Err(AuthorityError::BadSignature)));
    for cut in [0, 1, request.len() / 2, request.len() - 1] {
        assert!(matches!(
            issue(&request[..cut]),
            Err(AuthorityError::BadRequest)
        ));
    }
    let mut longer = request.clone();
    longer.push(0);
    assert!(matches!(issue(&longer), Err(AuthorityError::BadRequest)));
    assert!(matches!(
        issue(&vec![0x30; 5 << 10]),
        Err(AuthorityError::BadRequest)
    ));
    let other = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let other = CertificateParams::default()
        .serialize_request(&other)
        .unwrap();
    assert!(matches!(issue(other.der()), Err(AuthorityError::WrongKey)));
}
