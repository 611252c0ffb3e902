use super::*;
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, OtherNameValue, SanType, SerialNumber,
};

const UPN_OID: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 3];

fn made(change: impl FnOnce(&mut CertificateParams)) -> CertificateDer<'static> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().clone()
}

fn upn(name: &str) -> SanType {
    SanType::OtherName((
        UPN_OID.to_vec(),
        OtherNameValue::Utf8String(name.to_owned()),
    ))
}

fn read(change: impl FnOnce(&mut CertificateParams)) -> Result<Holder, HolderError> {
    Holder::read(&made(change))
}

#[test]
fn names_numbers_and_purposes_of_a_person_s_certificate() {
    let holder = read(|params| {
        let name = &mut params.distinguished_name;
        name.push(DnType::OrganizationName, "Example, Inc.");
        name.push(DnType::CommonName, "Jane Doe");
        params.subject_alt_names = vec![
            upn("jdoe@staff.example"),
            upn("jdoe@staff.example"),
            SanType::Rfc822Name("jane@mail.example".try_into().unwrap()),
        ];
        params.serial_number = Some(SerialNumber::from_slice(&[0x01, 0xf4, 0x03]));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    })
    .unwrap();
    assert_eq!(holder.subject, "CN=Jane Doe,O=Example\\, Inc.");
    assert_eq!(holder.issuer, holder.subject);
    assert_eq!(
        holder.issuer_for_microsoft,
        "O=\"Example, Inc.\",CN=Jane Doe"
    );
    assert_eq!(holder.serial, [0x01, 0xf4, 0x03]);
    assert_eq!(holder.upns, ["jdoe@staff.example"]);
    assert_eq!(holder.emails, ["jane@mail.example"]);
    assert!(holder.purposes.allows(CLIENT_AUTH, true));
    assert!(!holder.purposes.allows(SMART_CARD_LOGON, true));
    assert_eq!(holder.purposes.signs, Some(true));
}

#[test]
fn a_certificate_that_says_nothing_says_nothing() {
    let holder = read(|_| {}).unwrap();
    assert_eq!((&*holder.subject, holder.upns.len()), ("", 0));
    assert_eq!(holder.purposes.extended, None);
    assert_eq!(holder.purposes.signs, None);
    assert!(holder.purposes.allows(CLIENT_AUTH, false));
    assert!(!holder.purposes.allows(CLIENT_AUTH, true));
    // "For anything" is not "for this", where it has to be said.
    let any = read(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any]);
    let any = any.unwrap().purposes;
    assert!(any.allows(CLIENT_AUTH, false) && !any.allows(CLIENT_AUTH, true));
}

#[test]
fn hostile_names_stay_what_they_are() {
    for name in [
        "*)(uid=*",
        "jdoe\0@staff.example",
        "jdoe@staff.example,CN=admin",
        "\u{202e}nimda@staff.example",
    ] {
        let holder = read(|params| params.subject_alt_names = vec![upn(name)]).unwrap();
        assert_eq!(holder.upns, [name]);
    }
    let subject = |value: &str| {
        read(|params| params.distinguished_name.push(DnType::CommonName, value))
            .unwrap()
            .subject
    };
    assert_eq!(
        subject(" #a+b=c;<>\"\\ "),
        "CN=\\ #a\\+b=c\\;\\<\\>\\\"\\\\\\ "
    );
    assert_eq!(subject("#a"), "CN=\\#a");
    assert_eq!(subject("a\0b"), "CN=a\\00b");
    let odd = read(|params| {
        let kind = DnType::from_oid(&[1, 2, 3, 4]);
        params.distinguished_name.push(kind, "x");
    });
    assert_eq!(odd.unwrap().subject, "1.2.3.4=#0c0178");
    let wide = read(|params| {
        let value = DnValue::BmpString("Jäne".try_into().unwrap());
        params.distinguished_name.push(DnType::CommonName, value);
    });
    assert_eq!(wide.unwrap().subject, "CN=Jäne");
}

#[test]
fn what_is_too_much_is_an_error() {
    let many = |count: usize| {
        read(|params| {
            params.subject_alt_names = (0..count).map(|at| upn(&format!("a{at}@x"))).collect();
        })
    };
    assert_eq!(many(16).unwrap().upns.len(), 16);
    assert_eq!(many(17), Err(HolderError::TooMany("user principal names")));
    let long = "x".repeat(4097);
    assert_eq!(
        read(|params| params.subject_alt_names = vec![upn(&long)]),
        Err(HolderError::Name("subject alternative name"))
    );
    assert_eq!(
        read(|params| params
            .distinguished_name
            .push(DnType::CommonName, long.clone())),
        Err(HolderError::Name("subject"))
    );
    let large = vec![0x30; 64 * 1024 + 1];
    assert_eq!(
        Holder::read(&CertificateDer::from(large)),
        Err(HolderError::TooLarge)
    );
    assert_eq!(
        Holder::read(&CertificateDer::from(vec![0x30, 0x00])),
        Err(HolderError::Damaged)
    );
}

#[test]
fn a_damaged_principal_name_is_no_name() {
    let read = |bytes: &[u8]| upn::read(bytes);
    assert_eq!(read(b"\xa0\x03\x0c\x01a"), Some("a".to_owned()));
    assert_eq!(read(b"\xa0\x03\x16\x01a"), Some("a".to_owned()));
    for bytes in [
        b"".as_slice(),
        b"\xa0",
        b"\xa0\x03",
        b"\xa0\x03\x0c\x01",
        b"\xa0\x03\x0c\x02a",
        b"\xa0\x03\x0c\x01ab",
        b"\xa0\x03\x04\x01a",
        b"\x0c\x01a",
        b"\xa0\x03\x0c\x01\xff",
        b"\xa0\x80\x0c\x01a\0\0",
        b"\xa0\x81\x03\x0c\x01a",
        b"\xa0\x82\x00\x03\x0c\x01a",
        b"\xa0\x84\xff\xff\xff\xff\x0c\x01a",
    ] {
        assert_eq!(read(bytes), None, "{bytes:02x?}");
    }
    let mut long = b"\xa0\x82\x01\x04\x0c\x82\x01\x00".to_vec();
    long.extend([b'a'; 256]);
    assert_eq!(read(&long).map(|name| name.len()), Some(256));
    // An extension that is cut in the middle.
    let cut = made(|params| {
        let extension =
            CustomExtension::from_oid_content(&[2, 5, 29, 17], vec![0x30, 0x05, 0xa0, 0x7f]);
        params.custom_extensions = vec![extension];
    });
    assert!(Holder::read(&cut).is_err());
}
