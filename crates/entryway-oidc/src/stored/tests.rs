use super::*;
use crate::{
    Agreement, BrowserSession, Challenge, ClientId, FamilyId, Fingerprint, Grant, LoginMark,
    MAX_PARAMETERS, Parameters, Progress, Replaced, Scopes, SessionId, Timestamp,
};
use entryway_login::{Method, Subject};
use std::fmt::Debug;
use std::sync::Arc;

fn grant() -> Grant {
    Grant {
        family: FamilyId([1; 16]),
        client: ClientId::parse("an app").unwrap(),
        subject: Subject("staff:dn:cn=J\u{fc}rg \"x\",dc=y".into()),
        session: SessionId("s-1".into()),
        sid: "sid-1".into(),
        scopes: Scopes::parse("openid email").unwrap(),
        authenticated_at: Timestamp(7),
        method: Method::Password,
    }
}

fn code() -> CodeRecord {
    CodeRecord {
        fingerprint: Fingerprint([2; 32]),
        grant: grant(),
        redirect: Some("https://app.example.org/cb".into()),
        challenge: Some(Challenge(Fingerprint([3; 32]))),
        nonce: Some("n".into()),
        expires: Timestamp(u64::MAX),
    }
}

fn family() -> Family {
    Family {
        id: FamilyId([1; 16]),
        grant: Arc::new(grant()),
        generation: 3,
        current: Fingerprint([4; 32]),
        previous: Some(Replaced {
            fingerprint: Fingerprint([5; 32]),
            at: Timestamp(9),
        }),
        expires: Timestamp(10),
        idle_until: Timestamp(11),
        revoked: true,
    }
}

fn check<T: Stored + PartialEq + Debug>(value: &T) {
    assert_eq!(T::from_stored(&value.to_stored()).as_ref(), Ok(value));
}

#[test]
fn what_is_written_is_read() {
    check(&code());
    check(&CodeRecord {
        redirect: None,
        challenge: None,
        nonce: None,
        ..code()
    });
    check(&family());
    check(&Family {
        previous: None,
        revoked: false,
        ..family()
    });
    let access = AccessRecord {
        fingerprint: Fingerprint([6; 32]),
        client: ClientId::parse("app").unwrap(),
        scopes: Scopes::default(),
        issued: Timestamp(1),
        expires: Timestamp(2),
        grant: Some(Arc::new(grant())),
    };
    check(&access);
    check(&AccessRecord {
        grant: None,
        ..access
    });
}

#[test]
fn a_request_is_kept_with_how_far_it_came() {
    let agreement = |to: Option<&str>| Agreement {
        subject: Subject("staff:jane".into()),
        to: to.map(|text| Scopes::parse(text).unwrap()),
    };
    let befores = [None, Some(None), Some(Some(LoginMark("1".into())))];
    let agreements = [None, Some(agreement(None)), Some(agreement(Some("openid")))];
    for (before, agreement) in befores.into_iter().zip(agreements) {
        let pairs = [("state", "\u{e4}\0"), ("state", ""), ("x", "y")];
        let owned = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let pending = Pending {
            parameters: Parameters::new(owned).unwrap(),
            progress: Progress {
                before,
                selected: agreement.is_none(),
                cancelled: agreement.is_some(),
                agreement,
            },
        };
        let read = Pending::from_stored(&pending.to_stored()).ok().unwrap();
        assert_eq!(read.progress, pending.progress);
        assert_eq!(read.parameters.pairs().collect::<Vec<_>>(), pairs);
    }
}

#[test]
fn what_is_not_ours_is_not_read() {
    let text = code().to_stored();
    let longer = text.replacen('{', r#"{"bound_to":"a key","#, 1);
    let within = text.replacen(r#""family""#, r#""bound_to":1,"family""#, 1);
    let short = text.replacen("AgIC", "AgI", 1);
    let wide = text.replacen("email openid", "email  openid", 1);
    let client = text.replacen("an app", "", 1);
    for text in [
        "",
        "{}",
        "null",
        &longer,
        &within,
        &short,
        &wide,
        &client,
        &family().to_stored(),
    ] {
        assert_eq!(
            CodeRecord::from_stored(text),
            Err(StoredError("code")),
            "{text}"
        );
    }
    let many = vec![r#"["x","y"]"#; MAX_PARAMETERS + 1].join(",");
    let request = |pairs: &str| {
        format!(
            r#"{{"parameters":[{pairs}],"before":"unknown","selected":false,"agreement":null,"cancelled":false}}"#
        )
    };
    assert!(Pending::from_stored(&request(r#"["x","y"]"#)).is_ok());
    assert!(Pending::from_stored(&request(&many)).is_err());
}

#[test]
fn a_session_is_read_with_everybody_in_it() {
    let person = crate::Person {
        subject: Subject("staff:1".into()),
        name: "jdoe".into(),
        display_name: Some("J\u{fc}rg".into()),
        given_name: None,
        family_name: Some("Doe".into()),
        of_site: false,
        email: Some("j@x".into()),
        email_verified: Some(false),
        picture: None,
        locale: Some("de".into()),
        class: Some("engineers".into()),
        uid: Some(1042),
        gid: Some(u32::MAX - 1),
        groups: Some(crate::GroupNames {
            names: vec!["a".into(), "b,c".into()],
            partial: true,
        }),
        attributes: vec![("team".into(), vec!["blue".into(), "\"".into()])],
    };
    let session = BrowserSession {
        id: SessionId("s".into()),
        sid: "sid".into(),
        login: LoginMark("l".into()),
        person: Arc::new(person),
        authenticated_at: Timestamp(4),
        method: Method::Password,
        must_change_password: true,
    };
    check(&session);
    // As it was written before these were kept.
    let text = session.to_stored().replace(
        "\"class\":\"engineers\",\"uid\":1042,\"gid\":4294967294,",
        "",
    );
    let earlier = BrowserSession::from_stored(&text).unwrap();
    assert_eq!((&earlier.person.class, earlier.person.uid), (&None, None));
    let text = session
        .to_stored()
        .replace("\"sid\":", "\"later\":1,\"sid\":");
    assert!(BrowserSession::from_stored(&text).is_err());
}
