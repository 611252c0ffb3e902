use super::*;
use rcgen::{CertificateParams, KeyPair};

fn certificate() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["ca.example".to_owned()]).unwrap();
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn check(file: &str, expected: Result<usize, &str>) {
    let found = trust(file.as_bytes(), None).map(|trusted| trusted.certificates.len());
    let found = found.map_err(|error| error.to_string());
    assert_eq!(found, expected.map_err(str::to_owned));
}

#[test]
fn a_text_gives_every_certificate_whatever_else_it_holds() {
    let ((first, key), (second, _)) = (certificate(), certificate());
    check(&first, Ok(1));
    check(&format!("Corp CA\n{first}{key}{second}"), Ok(2));
    check(&first.replace('\n', "\r\n"), Ok(1));
    check(&format!("caf\u{e9}\n  {first}"), Ok(1));
}

#[test]
fn a_text_without_certificates_says_what_it_has() {
    let (pem, key) = certificate();
    check(
        &key,
        Err(
            "it holds no certificate, expected at least one `BEGIN CERTIFICATE`, found a private key",
        ),
    );
    check(
        &pem.replace("CERTIFICATE", "PUBLIC KEY"),
        Err(
            "it holds no certificate, expected at least one `BEGIN CERTIFICATE`, found `BEGIN PUBLIC KEY`",
        ),
    );
}

#[test]
fn a_damaged_text_is_refused_even_beside_a_good_certificate() {
    let (pem, _) = certificate();
    let cut = pem.split("-----END").next().unwrap();
    check(cut, Err("it is damaged PEM: `END CERTIFICATE` is missing"));
    check(
        &format!("{cut}{pem}"),
        Err("it is damaged PEM: `END CERTIFICATE` is missing"),
    );
    let (head, tail) = pem.split_once('\n').unwrap();
    check(
        &format!("{head}\n%%%{tail}"),
        Err("it is damaged PEM: a section is not base64"),
    );
    let other = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    check(
        &format!("{pem}{other}"),
        Err("certificate 2 in it is damaged"),
    );
}

#[test]
fn who_vouches_for_others_is_an_authority() {
    use rcgen::{BasicConstraints, DnType, IsCa, Issuer};
    let named = |name: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let key = KeyPair::generate().unwrap();
    let own = named("own").self_signed(&key).unwrap();
    assert_eq!(Vouches::of(own.der()), Some(Vouches::ForItself));
    check(&own.pem(), Ok(1));
    let mut root = named("Root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let of_root = root.self_signed(&key).unwrap();
    assert_eq!(Vouches::of(of_root.der()), Some(Vouches::ForOthers));
    let root = Issuer::new(root, key);
    let other = KeyPair::generate().unwrap();
    let mut middle = named("Middle");
    middle.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let middle = middle.signed_by(&other, &root).unwrap();
    assert_eq!(Vouches::of(middle.der()), Some(Vouches::ForOthers));
    let leaf = named("dc1").signed_by(&other, &root).unwrap();
    assert_eq!(Vouches::of(leaf.der()), Some(Vouches::ForNobody));
    check(
        &(middle.pem() + &leaf.pem()),
        Err(
            "certificate 2 in it, `CN=dc1`, is no authority's, and would vouch for every name; name the certificate of its authority, `CN=Root`, or pin it: `tls.pins`",
        ),
    );
}
