use super::*;
use crate::testing::Key;
use proptest::prelude::*;

const NOW: u64 = 1_800_000_000_000;
const TO: AssertedTo<'_> = AssertedTo {
    audience: "https://login.corp.example",
    sealed: "AAAAsealed",
};

fn site() -> SiteName {
    SiteName::parse("plant-a").unwrap()
}

fn accept() -> Said {
    Said::Accept {
        token: Token::new("of the connector".to_owned()).unwrap(),
    }
}

fn assertion(said: Said) -> Assertion {
    let asserting = Asserting {
        site: site(),
        connector: ConnectorId::from_bits([1; 10]),
        login_id: LoginId::from_bits(7),
        time_ms: NOW,
        said,
    };
    asserting.sign(TO, &Key(1)).unwrap().0
}

fn verified(
    assertion: Assertion,
    to: AssertedTo<'_>,
    now_ms: u64,
) -> Result<VerifiedAssertion, AssertionInvalid> {
    assertion.verify(to, &site(), &[&Key(9), &Key(1)], now_ms)
}

#[test]
fn both_ends_keep_the_same_digest_and_the_text_is_for_an_address() {
    let refused = Said::Refused {
        code: Code::cut("certificate_revoked"),
    };
    let others = [
        Said::NoVerdict {},
        Said::NoCertificate {},
        Said::NotFromHere {},
    ];
    for said in [accept(), refused].into_iter().chain(others) {
        let expected = format!("{:?}", said.signed());
        let asserting = Asserting {
            site: site(),
            connector: ConnectorId::from_bits([1; 10]),
            login_id: LoginId::from_bits(7),
            time_ms: NOW,
            said,
        };
        let (assertion, at_the_site) = asserting.sign(TO, &Key(1)).unwrap();
        let text = assertion.to_text();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        assert!(text.bytes().all(plain), "{text}");
        let read = Assertion::read(&text).expect("as it was written");
        assert_eq!(read.connector(), &ConnectorId::from_bits([1; 10]));
        let verified = verified(read, TO, NOW + 1).unwrap();
        assert_eq!(verified.statement_digest(), &at_the_site);
        assert_eq!(verified.login_id(), LoginId::from_bits(7));
        assert_eq!(format!("{:?}", verified.said().signed()), expected);
    }
}

#[test]
fn nothing_of_an_assertion_can_be_another() {
    let check = |what: &str, change: &dyn Fn(&mut Assertion)| {
        let mut assertion = assertion(accept());
        change(&mut assertion);
        let found = verified(assertion, TO, NOW).err();
        assert_eq!(found, Some(AssertionInvalid::Signature), "{what}");
    };
    check("connector", &|one| {
        one.connector = ConnectorId::from_bits([2; 10]);
    });
    check("login", &|one| one.login_id = LoginId::from_bits(8));
    check("time", &|one| one.time_ms += 1);
    check("outcome", &|one| one.said = Said::NoVerdict {});
    check("token", &|one| {
        let token = Token::new("of another".to_owned()).unwrap();
        one.said = Said::Accept { token };
    });
    check("signature", &|one| one.signature.0[0] ^= 1);
    // A word of one outcome is not what goes with another.
    check("what goes with it", &|one| {
        one.said = Said::Refused {
            code: Code::cut("of the connector"),
        };
    });
}

#[test]
fn it_counts_for_one_hub_one_page_and_one_site() {
    let another = AssertedTo {
        audience: "https://login.other.example",
        ..TO
    };
    let page = AssertedTo {
        sealed: "AAAAsealed2",
        ..TO
    };
    // What stands in one field is not moved into the next.
    let moved = AssertedTo {
        audience: "https://login.corp.exampleA",
        sealed: "AAAsealed",
    };
    for to in [another, page, moved] {
        let found = verified(assertion(accept()), to, NOW).err();
        assert_eq!(found, Some(AssertionInvalid::Signature), "{to:?}");
    }
    let plant_b = SiteName::parse("plant-b").unwrap();
    let found = assertion(accept()).verify(TO, &plant_b, &[&Key(1)], NOW);
    assert_eq!(found.err(), Some(AssertionInvalid::Site));
    // The name alone does not make it the other site's.
    let mut renamed = assertion(accept());
    renamed.site = plant_b.clone();
    let found = renamed.verify(TO, &plant_b, &[&Key(1)], NOW);
    assert_eq!(found.err(), Some(AssertionInvalid::Signature));
    for keys in [&[][..], &[&Key(2) as &dyn Verifier]] {
        let found = assertion(accept()).verify(TO, &site(), keys, NOW);
        assert_eq!(found.err(), Some(AssertionInvalid::Signature));
    }
}

#[test]
fn it_counts_for_a_minute_as_clocks_go() {
    let at = |now_ms| verified(assertion(accept()), TO, now_ms).err();
    let tolerance = millis(CLOCK_TOLERANCE);
    assert_eq!(at(NOW), None);
    assert_eq!(at(NOW + 60_000 + tolerance), None);
    assert_eq!(at(NOW + 60_001 + tolerance), Some(AssertionInvalid::Old));
    assert_eq!(at(NOW - tolerance), None);
    assert_eq!(at(NOW - tolerance - 1), Some(AssertionInvalid::Early));
    assert_eq!(at(0), Some(AssertionInvalid::Early));
    assert_eq!(at(u64::MAX), Some(AssertionInvalid::Old));
}

#[test]
fn what_is_too_long_or_has_more_is_none() {
    let text = assertion(accept()).to_text();
    assert!(Assertion::read(&"A".repeat(ASSERTION_MAX + 1)).is_none());
    assert!(Assertion::read(&format!("{text}=")).is_none());
    let json = URL_SAFE_NO_PAD.decode(&text).unwrap();
    let json = String::from_utf8(json).unwrap();
    for (from, to) in [
        ("{", "{\"more\":1,"),
        ("\"said\":{", "\"said\":{\"more\":1,"),
        ("accept", "let_in"),
        ("\"token\"", "\"code\""),
        ("plant-a", "Plant A"),
    ] {
        let other = json.replacen(from, to, 1);
        assert_ne!(other, json);
        assert!(
            Assertion::read(&URL_SAFE_NO_PAD.encode(&other)).is_none(),
            "{other}"
        );
    }
    assert_eq!(
        format!("{:?}", assertion(accept())),
        "Assertion(aeaqcaibaeaqcaib of plant-a)"
    );
}

proptest! {
    /// Whatever bit is another, it is none, or not the connector's.
    #[test]
    fn a_text_with_another_bit_is_not_believed(at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let text = assertion(accept()).to_text();
        let mut bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        if let Some(read) = Assertion::read(&URL_SAFE_NO_PAD.encode(&bytes)) {
            prop_assert!(verified(read, TO, NOW).is_err());
        }
    }
}
