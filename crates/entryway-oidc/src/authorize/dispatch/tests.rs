use super::*;
use crate::authorize::read::Place;
use crate::authorize::{Hint, Prompt, ResponseMode};
use crate::redirect::{self, RedirectUri};
use crate::{Client, ClientId, ClientSettings, Fingerprint, Person, SessionId};
use entryway_login::Method;
use std::collections::BTreeSet;
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1000);

fn request() -> AuthorizeRequest {
    let redirects = vec![RedirectUri::parse("https://app.example.org/cb").unwrap()];
    let settings = ClientSettings {
        secrets: vec![Fingerprint([1; 32])],
        redirects,
        ..ClientSettings::new(ClientId::parse("app").unwrap())
    };
    let client = Client::new(settings).unwrap();
    AuthorizeRequest {
        place: Place {
            redirect: redirect::only(&client.redirects).unwrap(),
            named: true,
            mode: ResponseMode::Query,
            state: None,
        },
        client: Arc::new(client),
        scopes: Scopes::parse("openid").unwrap(),
        nonce: None,
        challenge: None,
        prompt: Prompt::default(),
        max_age: None,
        login_hint: None,
        hint: None,
        acr_values: Vec::new(),
        ui_locales: Vec::new(),
    }
}

fn session() -> BrowserSession {
    BrowserSession {
        id: SessionId("s".into()),
        sid: "sid".into(),
        login: LoginMark("1".into()),
        person: Arc::new(Person::named("staff:jane", "jane")),
        authenticated_at: Timestamp(900),
        method: Method::Password,
        must_change_password: false,
    }
}

/// Every combination of what matters.
fn everything() -> impl Iterator<Item = (AuthorizeRequest, Option<BrowserSession>, Progress, Scopes)>
{
    (0..1u32 << 13).map(|bits| {
        let on = |bit: u32| bits & (1 << bit) != 0;
        let mut request = request();
        request.prompt = Prompt {
            none: on(0),
            login: on(1),
            consent: on(2),
            select_account: on(3),
        };
        request.max_age = on(4).then_some(Duration::from_secs(50));
        request.hint = on(5).then(|| Hint {
            sub: "staff:john".into(),
            sid: None,
            audience: Vec::new(),
        });
        let session = on(6).then(|| BrowserSession {
            must_change_password: on(7),
            ..session()
        });
        let progress = Progress {
            before: on(8).then_some(if on(9) {
                Some(LoginMark("1".into()))
            } else {
                None
            }),
            selected: on(10),
            agreement: on(11).then(|| Agreement {
                subject: Subject("staff:jane".into()),
                to: on(12).then(|| Scopes::parse("openid").unwrap()),
            }),
            cancelled: false,
        };
        (request, session, progress, Scopes::default())
    })
}

#[test]
fn core_3_1_2_1_with_none_nothing_is_shown_whatever_else_is_true() {
    let mut ends = BTreeSet::new();
    for (request, session, progress, agreed) in everything() {
        let next = dispatch(&request, session.as_ref(), &progress, &agreed, NOW);
        assert!(
            !request.prompt.none || !matches!(next, Next::Show(_)),
            "{request:?}"
        );
        ends.insert(match next {
            Next::Show(page) => format!("{page:?}"),
            Next::Grant(_) => "grant".into(),
            Next::Refuse(problem) => format!("{problem:?}"),
        });
    }
    let expected = [
        "AccountSelection",
        "ChangePassword",
        "Consent(Scopes({\"openid\"}))",
        "ConsentRequired",
        "Denied",
        "InteractionRequired",
        "Login",
        "LoginRequired",
        "Reauthenticate",
        "SelectAccount",
        "SomebodyElse",
        "grant",
    ];
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_grant_needs_the_right_person_a_recent_login_and_a_password_that_need_not_change() {
    for (request, session, progress, agreed) in everything() {
        let next = dispatch(&request, session.as_ref(), &progress, &agreed, NOW);
        if let Next::Grant(granted) = next {
            let session = session.unwrap();
            let fresh = progress
                .before
                .is_some_and(|before| before != Some(session.login.clone()));
            assert!(request.hint.is_none() && !session.must_change_password);
            assert!(fresh || !request.prompt.login && request.max_age.is_none());
            let agreement = progress.agreement.map(|agreement| agreement.to.is_some());
            assert!(
                agreement != Some(false) && (agreement == Some(true) || !request.prompt.consent)
            );
            assert_eq!(granted.into_session(), session);
        }
    }
}

#[test]
fn whoever_cancels_is_not_asked_again() {
    for (request, session, mut progress, agreed) in everything() {
        progress.cancelled = true;
        let next = dispatch(&request, session.as_ref(), &progress, &agreed, NOW);
        assert!(matches!(next, Next::Refuse(Problem::Denied)));
    }
}
