//! Telling applications that a session ended.

use super::*;

fn told(name: &str) -> ClientSettings {
    let mut settings = confidential(name);
    settings.backchannel = Some(BackchannelLogout {
        uri: uri(&format!("https://{name}.example.org/logout")),
        session_required: true,
    });
    settings
}

fn signed_out(run: &mut Run) -> SignedOut {
    let hint = run.tokens().id_token.unwrap();
    match run.logout(&[("id_token_hint", hint.expose())], None) {
        Logout::SignedOut(out) => out,
        _ => panic!("not signed out"),
    }
}

#[test]
fn backchannel_2_4_a_logout_token_has_its_required_claims_and_must_not_have_a_nonce() {
    let mut run = run(vec![told("app"), confidential("quiet")]);
    let out = signed_out(&mut run);
    let [notice] = out.notices.as_slice() else {
        panic!("{} notices", out.notices.len());
    };
    assert_eq!(notice.uri, "https://app.example.org/logout");
    let (header, mut claims) = header_and_claims(notice.token.expose());
    assert_eq!(header["typ"], "logout+jwt");
    let jti = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert!(jti.as_str().is_some_and(|jti| jti.len() == 22));
    let expected = json!({
        "iss": ISSUER, "aud": "app", "sub": "staff:jane-id", "sid": "sid-of-jane", "iat": NOW.0, "exp": NOW.0 + 120,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    assert_eq!(claims, expected);
}

#[test]
fn backchannel_2_5_everybody_who_took_part_is_told_each_with_a_token_of_its_own() {
    let mut run = run(vec![told("app"), told("wiki"), told("stranger")]);
    run.code(&asking("wiki"));
    let mut out = signed_out(&mut run);
    out.notices.sort_by(|one, other| one.uri.cmp(&other.uri));
    let audience =
        |notice: &LogoutNotice| header_and_claims(notice.token.expose()).1["aud"].clone();
    assert_eq!(
        out.notices.iter().map(audience).collect::<Vec<_>>(),
        ["app", "wiki"]
    );
}

#[test]
fn backchannel_2_7_refresh_tokens_without_offline_access_should_end_and_others_should_not() {
    let mut run = app();
    let online = run.code(&asking_with("app", "scope", "openid"));
    let online = ok(run.redeem(&online));
    let offline = run.tokens();
    let hint = online.id_token.unwrap();
    run.logout(&[("id_token_hint", hint.expose())], None);
    assert!(run.refresh(online.refresh.unwrap().expose()).is_err());
    assert!(run.userinfo(bearer(online.access.expose())).is_err());
    assert!(run.refresh(offline.refresh.unwrap().expose()).is_ok());
}

#[test]
fn own_a_key_that_is_missing_keeps_nobody_logged_in() {
    let keyless = Provider {
        signer: Arc::new(KeyRing { unusable: true }),
        ..provider()
    };
    let mut run = run_of(keyless, vec![told("app")]);
    run.code(&asking_with("app", "scope", "team"));
    let out = match run.logout(&[], Some(session("jane").id)) {
        Logout::SignedOut(out) => out,
        _ => panic!("not signed out"),
    };
    assert!(out.unsigned && out.notices.is_empty() && run.world.browser.is_none());
}

#[test]
fn own_a_logout_token_passes_for_no_id_token() {
    let mut run = run(vec![told("app")]);
    let out = signed_out(&mut run);
    run.world.log_in(session("jane"));
    let pairs = asking_with("app", "id_token_hint", out.notices[0].token.expose());
    assert_eq!(answered(run.authorize(&pairs)).problem, Some(Problem::Hint));
}
