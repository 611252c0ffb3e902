//! Browsers' sessions.

use super::{LATER, Lab, NOW, bytes, cases, code, session};
use crate::{CodeRow, SessionRow, WholeSession};

cases!(
    a_session_is_what_was_kept,
    a_renewed_session_has_another_cookie,
    a_session_does_not_change_hands,
    a_use_is_not_set_back,
    the_sessions_of_a_person_are_theirs,
    sessions_are_read_in_pages,
    sessions_are_read_with_their_clients,
);

async fn a_session_is_what_was_kept(lab: Lab) {
    let store = lab.open().await;
    let row = SessionRow {
        body: "{\"name\":\"Jörg 'Joe'; --\"}".to_owned(),
        ..session("one", "eve")
    };
    store.sso().keep_session(&row).await.unwrap();
    store.close().await;
    let sso = lab.open().await.sso();
    assert_eq!(sso.session("one").await.unwrap(), Some(row.clone()));
    let found = sso.session_by_cookie(&bytes("one")).await.unwrap();
    assert_eq!(found, Some(row));
    assert_eq!(sso.session("two").await.unwrap(), None);
    assert_eq!(sso.session_by_cookie(&bytes("two")).await.unwrap(), None);
}

async fn a_renewed_session_has_another_cookie(lab: Lab) {
    let sso = lab.open().await.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    let renewed = SessionRow {
        cookie: bytes("another"),
        used_ms: NOW + 5,
        ends_ms: LATER + 5,
        body: "proved again".to_owned(),
        ..session("one", "eve")
    };
    assert!(sso.renew_session(&renewed).await.unwrap());
    assert_eq!(sso.session_by_cookie(&bytes("one")).await.unwrap(), None);
    let found = sso.session_by_cookie(&bytes("another")).await.unwrap();
    assert_eq!(found, Some(renewed.clone()));
    sso.end_session("one", NOW, LATER).await.unwrap().unwrap();
    assert!(!sso.renew_session(&renewed).await.unwrap());
    assert_eq!(sso.session("one").await.unwrap(), None);
}

async fn a_session_does_not_change_hands(lab: Lab) {
    let sso = lab.open().await.sso();
    let row = session("one", "eve");
    sso.keep_session(&row).await.unwrap();
    assert!(!sso.renew_session(&session("one", "adam")).await.unwrap());
    assert_eq!(sso.session("one").await.unwrap(), Some(row));
    // Nor is a cookie that is taken given to a second one.
    let same = SessionRow {
        cookie: bytes("one"),
        ..session("two", "adam")
    };
    assert!(sso.keep_session(&same).await.is_err());
}

async fn a_use_is_not_set_back(lab: Lab) {
    let sso = lab.open().await.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    for (used, expected) in [(NOW + 9, NOW + 9), (NOW + 4, NOW + 9), (NOW + 10, NOW + 10)] {
        sso.session_used("one", used).await.unwrap();
        let found = sso.session("one").await.unwrap().unwrap();
        assert_eq!(found.used_ms, expected);
    }
    sso.session_used("not there", NOW).await.unwrap();
    assert_eq!(sso.session("not there").await.unwrap(), None);
}

async fn the_sessions_of_a_person_are_theirs(lab: Lab) {
    let sso = lab.open().await.sso();
    for (id, subject, made) in [("b", "eve", 1), ("a", "eve", 2), ("c", "adam", 0)] {
        let row = SessionRow {
            made_ms: NOW + made,
            ..session(id, subject)
        };
        sso.keep_session(&row).await.unwrap();
    }
    assert_eq!(ids(&sso.sessions_of("eve").await.unwrap()), ["b", "a"]);
    assert!(sso.sessions_of("Eve").await.unwrap().is_empty());
}

async fn sessions_are_read_in_pages(lab: Lab) {
    let sso = lab.open().await.sso();
    // In an order of words `a` comes before `B`, in one of bytes behind it.
    for id in ["a", "B", "-c", "é", "_d"] {
        sso.keep_session(&session(id, "eve")).await.unwrap();
    }
    let mut seen = Vec::new();
    loop {
        let after = seen.last().cloned();
        let page = sso.sessions(after.as_deref(), 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 2);
        seen.extend(page.into_iter().map(|whole| whole.session.id));
    }
    assert_eq!(seen, ["-c", "B", "_d", "a", "é"]);
    assert!(sso.sessions(None, 0).await.unwrap().is_empty());
}

async fn sessions_are_read_with_their_clients(lab: Lab) {
    let sso = lab.open().await.sso();
    for (id, subject) in [("a", "eve"), ("b", "adam"), ("c", "eve")] {
        sso.keep_session(&session(id, subject)).await.unwrap();
    }
    for (name, session, client) in [("1", "a", "wiki"), ("2", "a", "chat"), ("3", "b", "wiki")] {
        let code = CodeRow {
            client: client.to_owned(),
            ..code(name, session)
        };
        assert!(sso.keep_code(&code).await.unwrap());
    }
    let told = |whole: Vec<WholeSession>| -> Vec<(String, String)> {
        let each = whole.into_iter();
        each.map(|one| (one.session.id, one.clients.join(" ")))
            .collect()
    };
    let pair = |id: &str, clients: &str| (id.to_owned(), clients.to_owned());
    // A page counts sessions, however many clients they have.
    assert_eq!(
        told(sso.sessions(None, 2).await.unwrap()),
        [pair("a", "chat wiki"), pair("b", "wiki")]
    );
    assert_eq!(
        told(sso.whole_sessions_of("eve").await.unwrap()),
        [pair("a", "chat wiki"), pair("c", "")]
    );
}

fn ids(rows: &[SessionRow]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}
