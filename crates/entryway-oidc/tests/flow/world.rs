//! The driver, with a world of the shape that the daemon has.

use super::*;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// The tables behind the trait: each question is walked through them as a step of its own.
struct Asked(Mutex<Tables>);

macro_rules! answer {
    ($($method:ident: $question:ident;)*) => {
        impl World for Asked {
            $(async fn $method(&self, question: $question) -> <$question as Question>::Answer {
                let found = Arc::new(Mutex::new(None));
                let kept = Arc::clone(&found);
                let step = Step::$question(Ask::of(question, move |answer| {
                    *kept.lock().unwrap() = Some(answer);
                    Step::Done(())
                }));
                self.0.lock().unwrap().walk(step);
                found.lock().unwrap().take().unwrap()
            })*
        }
    };
}

answer! {
    find_client: FindClient;
    find_browser: FindBrowser;
    find_session: FindSession;
    find_consent: FindConsent;
    keep_consent: KeepConsent;
    keep_code: KeepCode;
    take_code: TakeCode;
    take_assertion: TakeAssertion;
    keep_tokens: KeepTokens;
    find_family: FindFamily;
    rotate: Rotate;
    revoke_family: RevokeFamily;
    find_access: FindAccess;
    drop_access: DropAccess;
    revalidate: Revalidate;
    end_session: EndSession;
}

/// Nothing in it waits.
fn now<T>(future: impl Future<Output = T> + Send) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn a_whole_life_is_driven() {
    let provider = Arc::new(provider());
    let mut settings = confidential("app");
    settings.consent = true;
    let world = Asked(Mutex::new(Tables::new(vec![settings]).logged_in("jane")));
    let mut asked = pending(&asking("app"));
    asked.progress.agreement = Some(Agreement {
        subject: person("jane").subject,
        to: Some(scopes("openid profile offline_access")),
    });
    let response = answered(now(drive(
        &world,
        authorize(Arc::clone(&provider), asked, NOW),
    )));
    let granted = response.grant.as_ref().unwrap();
    assert_eq!(
        (granted.client.as_str(), &*granted.subject.0),
        ("app", "staff:jane-id")
    );
    let code = value(&query(&sent_to(&response)), "code").unwrap();
    let request = |request| now(drive(&world, token(Arc::clone(&provider), request, NOW)));
    let tokens = ok(request(by_basic("app", &redeeming(&code))));
    let refresh = tokens.refresh.unwrap();
    let tokens = ok(request(by_basic("app", &refreshing(refresh.expose()))));
    assert_eq!(tokens.grant.unwrap().sid, granted.sid);
    let told = now(drive(
        &world,
        userinfo(Arc::clone(&provider), bearer(tokens.access.expose()), NOW),
    ));
    assert_eq!(ok(told)["sub"], "staff:jane-id");
    let given_back = by_basic("app", &[("token", tokens.access.expose())]);
    ok(now(drive(&world, revoke(&provider, given_back, NOW))));
    let out = LogoutRequest {
        parameters: parameters(&[]),
        confirmed: Some(session("jane").id),
    };
    let out = now(drive(&world, logout(Arc::clone(&provider), out, NOW)));
    assert!(matches!(out, Logout::SignedOut(_)));
    assert!(world.0.lock().unwrap().browser.is_none());
}
