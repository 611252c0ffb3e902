use super::*;

fn settings() -> ClientSettings {
    ClientSettings {
        secrets: vec![Fingerprint([1; 32])],
        redirects: vec![RedirectUri::parse("https://app.example.org/cb").unwrap()],
        ..ClientSettings::new(ClientId::parse("app").unwrap())
    }
}

fn key(algorithm: Algorithm, key: PublicKey) -> ClientKey {
    ClientKey {
        kid: None,
        algorithm,
        key,
    }
}

fn check(change: impl FnOnce(&mut ClientSettings), expected: Option<ClientError>) {
    let mut settings = settings();
    change(&mut settings);
    assert_eq!(Client::new(settings).err(), expected);
}

#[test]
fn settings_have_to_fit_together() {
    let ed = PublicKey::Ed25519 { x: [1; 32] };
    check(|_| (), None);
    check(|app| app.methods.clear(), Some(ClientError::Methods));
    check(
        |app| app.methods.push(ClientMethod::None),
        Some(ClientError::Methods),
    );
    check(
        |app| app.methods = vec![ClientMethod::None],
        Some(ClientError::Secrets),
    );
    check(|app| app.secrets.clear(), Some(ClientError::Secrets));
    check(
        |app| app.methods.push(ClientMethod::PrivateKeyJwt),
        Some(ClientError::Keys),
    );
    check(
        |app| app.keys.push(key(Algorithm::EdDsa, ed.clone())),
        Some(ClientError::Keys),
    );
    let signs = |algorithm| {
        let ed = ed.clone();
        move |app: &mut ClientSettings| {
            app.methods.push(ClientMethod::PrivateKeyJwt);
            app.keys.push(key(algorithm, ed));
        }
    };
    check(signs(Algorithm::EdDsa), None);
    check(signs(Algorithm::Es256), Some(ClientError::KeyKind));
    check(|app| app.redirects.clear(), Some(ClientError::NoRedirect));
    check(|app| app.native = true, Some(ClientError::NativeSecret));
    let refreshes_alone = |app: &mut ClientSettings| {
        app.grants = GrantTypes {
            refresh: true,
            ..GrantTypes::default()
        };
    };
    check(refreshes_alone, Some(ClientError::RefreshAlone));
    let clear = |app: &mut ClientSettings| {
        let uri = RedirectUri::parse("http://localhost/logout").unwrap();
        app.backchannel = Some(BackchannelLogout {
            uri,
            session_required: false,
        });
    };
    check(clear, Some(ClientError::BackchannelScheme));
}

#[test]
fn a_public_client_gets_nothing_for_itself() {
    let public = |change: fn(&mut ClientSettings)| {
        move |app: &mut ClientSettings| {
            app.methods = vec![ClientMethod::None];
            app.secrets.clear();
            change(app);
        }
    };
    check(public(|_| ()), None);
    check(public(|app| app.native = true), None);
    check(
        public(|app| app.grants.credentials = true),
        Some(ClientError::PublicCredentials),
    );
    check(
        public(|app| app.may_introspect = true),
        Some(ClientError::PublicIntrospection),
    );
}

#[test]
fn rfc6749_appendix_a_1_a_client_id_is_printable_ascii() {
    for text in ["app", "an app: 1", &"x".repeat(MAX_CLIENT_ID_BYTES)] {
        assert_eq!(
            ClientId::parse(text).map(|id| id.to_string()).as_deref(),
            Some(text)
        );
    }
    for text in ["", "a\n", "\u{e4}", &"x".repeat(MAX_CLIENT_ID_BYTES + 1)] {
        assert_eq!(ClientId::parse(text), None, "{text}");
    }
}
