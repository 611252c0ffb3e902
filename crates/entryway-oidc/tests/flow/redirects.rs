//! Where answers go.

use super::*;

fn check_sent(settings: ClientSettings, sent: &str, accepted: bool) {
    let public = settings.methods == [ClientMethod::None];
    let name = settings.id.as_str().to_owned();
    let mut run = run(vec![settings]);
    let authorized = run.authorize(&asking_with(&name, "redirect_uri", sent));
    match &authorized {
        Authorized::Answer(response) if accepted => {
            assert!(sent_to(response).starts_with(sent), "{sent}");
        }
        Authorized::Show(shown) if !accepted => {
            assert_eq!(shown.0, Problem::UnknownRedirect, "{sent}")
        }
        _ => panic!("{sent}: {} (public: {public})", outcome(&authorized)),
    }
}

#[test]
fn rfc9700_2_1_redirect_uris_must_be_compared_as_exact_strings() {
    check_sent(confidential("app"), CALLBACK, true);
    for variant in [
        "https://app.example.org/callback/",
        "https://app.example.org/Callback",
        "https://APP.example.org/callback",
        "https://app.example.org:443/callback",
        "https://app.example.org/callback?x=1",
        "https://app.example.org/callback#",
        "https://app.example.org/callback/../other",
        "https://app.example.org/%63allback",
        "https://app.example.org.evil.example/callback",
        "https://app.example.org@evil.example/callback",
        "https://evil.example/callback?https://app.example.org/callback",
        "http://app.example.org/callback",
        "//app.example.org/callback",
        " https://app.example.org/callback",
        "https://app.example.org/callback\n",
        "javascript:alert(1)",
    ] {
        check_sent(confidential("app"), variant, false);
    }
}

#[test]
fn rfc6749_3_1_2_3_a_missing_redirect_uri_is_the_registered_one_if_that_is_one() {
    let plain = |settings| {
        let mut pairs = asking_with("app", "redirect_uri", "");
        pairs.retain(|(name, _)| *name != "scope");
        pairs.push(("scope", "team"));
        run(vec![settings]).authorize(&pairs)
    };
    let answer = answered(plain(confidential("app")));
    assert!(sent_to(&answer).starts_with(CALLBACK));
    let mut two = confidential("app");
    two.redirects.push(uri("https://app.example.org/second"));
    assert_eq!(outcome(&plain(two)), "shown NoRedirect");
}

#[test]
fn core_3_1_2_1_redirect_uri_is_required_with_openid() {
    check("redirect_uri", "", "shown NoRedirect");
}

#[test]
fn rfc6749_3_1_2_a_query_component_must_be_retained() {
    for (registered, begins) in [
        (
            "https://app.example.org/cb?a=1",
            "https://app.example.org/cb?a=1&code=",
        ),
        (
            "https://app.example.org/cb?a=1&",
            "https://app.example.org/cb?a=1&code=",
        ),
        (
            "https://app.example.org/cb?",
            "https://app.example.org/cb?code=",
        ),
    ] {
        let mut settings = confidential("app");
        settings.redirects = vec![uri(registered)];
        let answer = answered(run(vec![settings]).authorize(&asking_with(
            "app",
            "redirect_uri",
            registered,
        )));
        assert!(sent_to(&answer).starts_with(begins), "{}", sent_to(&answer));
    }
}

#[test]
fn rfc6749_3_1_2_the_endpoint_must_be_absolute_and_must_not_have_a_fragment() {
    for (text, expected) in [
        ("/callback", UriError::NotAbsolute),
        ("callback", UriError::NotAbsolute),
        ("", UriError::NotAbsolute),
        ("https://app.example.org/cb#x", UriError::Fragment),
        ("https://app.example.org/cb#", UriError::Fragment),
        ("https://app.example.org/\u{e4}", UriError::NotAbsolute),
        ("https://app.example.org/a b", UriError::NotAbsolute),
        ("https://user@app.example.org/", UriError::Credentials),
        (
            "https://app.example.org\\@evil.example/",
            UriError::NotAbsolute,
        ),
        ("http://app.example.org/cb", UriError::Scheme),
        ("javascript:alert(1)", UriError::Scheme),
        ("data:text/html,x", UriError::Scheme),
        ("file:///etc/passwd", UriError::Scheme),
        ("myapp:/cb", UriError::Scheme),
        ("https://*.example.org/cb", UriError::Pattern),
    ] {
        assert_eq!(RedirectUri::parse(text).err(), Some(expected), "{text}");
    }
    for text in [
        "https://app.example.org",
        "http://localhost:8080/cb",
        "http://[::1]/cb",
        "org.example.app:/cb",
    ] {
        assert!(RedirectUri::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn rfc8252_7_3_any_port_must_be_allowed_for_loopback_addresses_of_native_apps() {
    let native = |registered: &str| {
        let mut settings = public("native");
        settings.native = true;
        settings.redirects = vec![uri(registered)];
        settings
    };
    for registered in ["http://127.0.0.1/cb", "http://127.0.0.1:1234/cb"] {
        for (sent, accepted) in [
            ("http://127.0.0.1/cb", true),
            ("http://127.0.0.1:51004/cb", true),
            ("http://127.0.0.1:65536/cb", false),
            ("http://127.0.0.1:0/cb", false),
            ("http://127.0.0.1:080/cb", false),
            ("http://127.0.0.1:/cb", false),
            ("http://127.0.0.1:+80/cb", false),
            ("http://127.0.0.1:80@evil.example/cb", false),
            ("http://127.0.0.1:80#@evil.example/cb", false),
            ("http://127.0.0.1:80/cb/x", false),
            ("http://127.0.0.1:80/cb?x", false),
            ("http://127.0.0.2:80/cb", false),
            ("http://localhost:80/cb", false),
            ("https://127.0.0.1:80/cb", false),
            ("http://127.0.0.1.evil.example:80/cb", false),
        ] {
            check_sent(native(registered), sent, accepted);
        }
    }
    check_sent(native("http://[::1]/cb"), "http://[::1]:8080/cb", true);
    check_sent(native("http://[::1]/cb"), "http://[::2]:8080/cb", false);
    // §8.3: by name it is not this machine for sure.
    check_sent(
        native("http://localhost/cb"),
        "http://localhost:8080/cb",
        false,
    );
    let mut web = public("app");
    web.redirects = vec![uri("http://127.0.0.1/cb")];
    check_sent(web, "http://127.0.0.1:8080/cb", false);
}
