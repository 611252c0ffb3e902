//! TLS towards servers that are right, wrong, or not what they say.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // functions beside `#[test]` ones

mod support;

use entryway_ldap::{
    Accepted, Breach, ByRole, CloseReason, Crls, LdapError, ProtocolError, Role, SearchRole,
    Security, Server, ServerSettings, ServiceBind, Step, TlsClient, TlsFailure, TlsOptions,
    TlsVersion, TrustSource, TrustStore, Way, cipher_names, utc,
};
use entryway_ldap_types::ResultCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::identity::Authority;
use support::{Asked, Scripted, ldaps, obedient, password, request, secure, soon, until};
use tokio_rustls::TlsAcceptor;

async fn tls_server(acceptor: TlsAcceptor) -> Scripted {
    Scripted::start(move |peer, _| {
        let acceptor = acceptor.clone();
        async move {
            if let Some(peer) = peer.secured(&acceptor).await {
                obedient(peer).await;
            }
        }
    })
    .await
}

async fn start_tls_server(acceptor: TlsAcceptor) -> Scripted {
    Scripted::start(move |mut peer, _| {
        let acceptor = acceptor.clone();
        async move {
            let Some(Asked::StartTls(id)) = peer.next().await else {
                panic!("expected StartTLS first")
            };
            peer.extended(id, ResultCode::SUCCESS, "");
            peer.flush().await;
            if let Some(peer) = peer.secured(&acceptor).await {
                obedient(peer).await;
            }
        }
    })
    .await
}

async fn search(server: &Arc<Server>) -> Result<(), LdapError> {
    let found = server
        .search(SearchRole::FindLogin, &request("cn=jane"), soon())
        .await?;
    assert_eq!(found.entries.len(), 1);
    Ok(())
}

async fn check_failure(acceptor: TlsAcceptor, client: TlsClient) -> TlsFailure {
    let scripted = tls_server(acceptor).await;
    let server = scripted.server_with(|settings| ldaps(settings, client));
    let failure = server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap_err();
    assert!(!failure.written);
    match failure.cause {
        LdapError::Tls(failure) => failure,
        other => panic!("expected a failure of TLS, found {other:?}"),
    }
}

#[tokio::test]
async fn ldaps_carries_searches_and_binds() {
    let authority = Authority::new();
    let scripted = tls_server(authority.good()).await;
    let server = scripted.server_with(|settings| ldaps(settings, authority.client()));
    for _ in 0..3 {
        search(&server).await.unwrap();
        let bound = server
            .bind_as("cn=jane", &password("right"), soon())
            .await
            .unwrap();
        assert_eq!(bound.code, ResultCode::SUCCESS);
        let refused = server
            .bind_as("cn=jane", &password("wrong"), soon())
            .await
            .unwrap();
        assert_eq!(refused.code, ResultCode::INVALID_CREDENTIALS);
    }
    assert_eq!(scripted.accepted(), 2);
}

/// One that asks for a certificate and hangs up at once may want it; one that has answered without does not.
#[tokio::test]
async fn a_server_that_asked_for_a_certificate_and_answered_without_one_has_only_hung_up() {
    let authority = Authority::new();
    let acceptor = authority.asking();
    let scripted = Scripted::start(move |peer, number| {
        let acceptor = acceptor.clone();
        async move {
            let mut peer = peer.secured(&acceptor).await.unwrap();
            let (id, _, _) = peer.next_bind().await;
            if number == 1 {
                peer.bound(id, ResultCode::SUCCESS, "");
                peer.flush().await;
            }
        }
    })
    .await;
    let server = scripted.server_with(|settings| ldaps(settings, authority.client()));
    let bind = async || {
        let password = password("right");
        let bound = server.bind_as("cn=jane", &password, soon()).await;
        bound.map_err(|failure| failure.cause)
    };
    assert!(matches!(
        bind().await,
        Err(LdapError::Tls(TlsFailure::ClientCertificate))
    ));
    assert_eq!(bind().await.unwrap().code, ResultCode::SUCCESS);
    let error = bind().await.unwrap_err();
    assert!(
        matches!(
            error,
            LdapError::Closed(CloseReason::ByServer | CloseReason::Lost(_))
        ),
        "{error:?}"
    );
    assert_eq!(scripted.accepted(), 3);
}

/// What TLS has to say between messages is no end, and its farewell is one.
#[tokio::test]
async fn of_two_idle_connections_the_one_that_the_server_closed_is_closed_here_too() {
    let authority = Authority::new();
    let acceptor = authority.good();
    let meet = Arc::new(tokio::sync::Barrier::new(2));
    let scripted = Scripted::start(move |peer, number| {
        let (acceptor, meet) = (acceptor.clone(), Arc::clone(&meet));
        async move {
            let mut peer = peer.secured(&acceptor).await.unwrap();
            let (id, _, _) = peer.next_bind().await;
            meet.wait().await;
            peer.bound(id, ResultCode::SUCCESS, "");
            peer.flush().await;
            if number == 0 {
                peer.farewell().await;
            }
            peer.until_closed().await;
        }
    })
    .await;
    let server = scripted.server_with(|settings| {
        ldaps(settings, authority.client());
        settings.timeouts.idle = Duration::from_secs(30);
    });
    let right = password("right");
    let bind = || server.bind_as("cn=jane", &right, soon());
    let (one, other) = tokio::join!(bind(), bind());
    assert!(one.is_ok() && other.is_ok());
    let open = || {
        let roles = server.stats().roles;
        let authenticate = roles.iter().find(|it| it.role == Role::Authenticate);
        authenticate.map(|role| (role.open, role.idle))
    };
    until(|| open() == Some((1, 1))).await;
    // The other one is still good.
    assert!(server.available());
    assert_eq!(scripted.accepted(), 2);
}

#[tokio::test]
async fn large_answers_pass_through_tls() {
    let authority = Authority::new();
    let acceptor = authority.good();
    let scripted = Scripted::start(move |peer, _| {
        let acceptor = acceptor.clone();
        async move {
            let mut peer = peer.secured(&acceptor).await.unwrap();
            let id = peer.next_search().await;
            for _ in 0..20 {
                peer.entry_with(id, "cn=large", &vec![b'x'; 100_000]);
            }
            peer.done(id, ResultCode::SUCCESS, "");
            peer.flush().await;
            peer.until_closed().await;
        }
    })
    .await;
    let server = scripted.server_with(|settings| ldaps(settings, authority.client()));
    let found = server
        .search(SearchRole::Browse, &request("cn=jane"), soon())
        .await
        .unwrap();
    assert_eq!(found.entries.len(), 20);
}

#[tokio::test]
async fn start_tls_precedes_everything() {
    let authority = Authority::new();
    let scripted = start_tls_server(authority.good()).await;
    let server =
        scripted.server_with(|settings| secure(settings, Security::StartTls(authority.client())));
    search(&server).await.unwrap();
    let bound = server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    assert_eq!(bound.code, ResultCode::SUCCESS);
}

#[tokio::test]
async fn a_probe_tells_what_was_negotiated() {
    let authority = Authority::new();
    let scripted = start_tls_server(authority.good()).await;
    let server =
        scripted.server_with(|settings| secure(settings, Security::StartTls(authority.client())));
    let report = server.probe(SearchRole::FindLogin, soon()).await.unwrap();
    let tls = report.tls.unwrap();
    assert_eq!((tls.session.version, tls.chain.len()), ("TLS 1.3", 1));
    assert!(tls.session.cipher_suite.starts_with("TLS_AES_"));
    let Accepted::Chain { anchor, origin, .. } = &tls.session.verdict.accepted else {
        panic!("expected a chain")
    };
    assert_eq!(
        (anchor.as_str(), &**origin),
        ("CN=Test Authority", "the given list")
    );
    let steps: Vec<_> = report.steps.iter().map(|(step, _)| *step).collect();
    assert_eq!(
        steps,
        [Step::Connect, Step::StartTls, Step::Handshake, Step::Search]
    );
}

#[tokio::test]
async fn of_each_way_the_newest_certificate_is_known_though_an_older_connection_stands() {
    let authority = Authority::new();
    let certificates = [2090, 2095].map(|year| authority.leaf(&["127.0.0.1"], 2020, year));
    let renewed = Arc::new(AtomicUsize::new(0));
    let shown = Arc::clone(&renewed);
    let scripted = Scripted::start(move |peer, _| {
        let acceptor = certificates[shown.load(Ordering::Relaxed)].clone();
        async move {
            if let Some(peer) = peer.secured(&acceptor).await {
                obedient(peer).await;
            }
        }
    })
    .await;
    let server = scripted.server_with(|settings| ldaps(settings, authority.client()));
    let ends = || {
        let sessions = server.stats().sessions;
        let ends = sessions.iter().map(|session| utc(session.verdict.expires));
        ends.collect::<Vec<_>>()
    };
    assert_eq!(ends(), <[&str; 0]>::default());
    search(&server).await.unwrap();
    assert_eq!(ends(), ["2090-01-01 00:00:00 UTC"]);
    renewed.store(1, Ordering::Relaxed);
    server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    assert_eq!(ends(), ["2095-01-01 00:00:00 UTC"]);
    let open: usize = server.stats().roles.iter().map(|role| role.open).sum();
    assert_eq!(open, 2);
}

#[tokio::test]
async fn a_look_knows_the_certificate_of_a_way_that_nobody_has_gone() {
    let authority = Authority::new();
    let scripted = tls_server(authority.good()).await;
    let server = scripted.server_with(|settings| {
        let port = settings.ways.of(Role::Authenticate).as_ref().unwrap().port;
        let way = |_| {
            let security = Security::Ldaps(authority.client());
            Some(Arc::new(Way { port, security }))
        };
        settings.ways = ByRole::each(way);
    });
    server.start(SearchRole::FindLogin);
    // One for each way that a login needs; people's is looked at, and no role has used it.
    until(|| server.stats().sessions.len() == 2).await;
    let roles = server.stats().roles;
    assert!(roles.iter().all(|role| role.role != Role::Authenticate));
}

#[tokio::test]
async fn an_unknown_authority_is_refused() {
    let failure = check_failure(
        Authority::new().good(),
        Authority::named("Another").client(),
    )
    .await;
    assert_eq!(failure.code(), "tls_unknown_issuer");
}

#[tokio::test]
async fn an_authority_of_the_same_name_with_another_key_is_told_apart() {
    let failure = check_failure(Authority::new().good(), Authority::new().client()).await;
    assert_eq!(failure.code(), "tls_other_authority");
}

#[tokio::test]
async fn a_wrong_name_is_refused_and_both_are_told() {
    let authority = Authority::new();
    let failure = check_failure(
        authority.leaf(&["dc2.corp.example"], 2020, 2090),
        authority.client(),
    )
    .await;
    assert_eq!(failure.code(), "tls_wrong_name");
    assert_eq!(
        failure.to_string(),
        "the server's certificate is for other names, expected `127.0.0.1`, found `dc2.corp.example`"
    );
}

#[tokio::test]
async fn the_expected_name_can_be_set() {
    let authority = Authority::new();
    let scripted = tls_server(authority.leaf(&["dc1.corp.example"], 2020, 2090)).await;
    let client = authority.client_with(TlsVersion::Tls13, Some("dc1.corp.example"));
    search(&scripted.server_with(|settings| ldaps(settings, client)))
        .await
        .unwrap();
}

#[tokio::test]
async fn expired_and_early_certificates_are_refused_with_their_dates() {
    let authority = Authority::new();
    let failure = check_failure(
        authority.leaf(&["127.0.0.1"], 2020, 2021),
        authority.client(),
    )
    .await;
    assert_eq!(failure.code(), "tls_expired");
    let text = failure.to_string();
    assert!(text.starts_with("the server's certificate is expired since 2021-01-01 00:00:00 UTC, the clock here says 20"), "{text}");
    let failure = check_failure(
        authority.leaf(&["127.0.0.1"], 2080, 2090),
        authority.client(),
    )
    .await;
    assert_eq!(failure.code(), "tls_not_yet_valid");
    let text = failure.to_string();
    assert!(
        text.starts_with(
            "the server's certificate is not valid yet, only from 2080-01-01 00:00:00 UTC"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn an_authoritys_own_certificate_is_refused_as_a_servers() {
    let authority = Authority::new();
    let failure = check_failure(authority.own(), authority.client()).await;
    assert_eq!(failure.code(), "tls_authority_as_leaf");
}

#[tokio::test]
async fn no_version_in_common_is_said() {
    let authority = Authority::new();
    let failure = check_failure(
        authority.old_tls(),
        authority.client_with(TlsVersion::Tls13, None),
    )
    .await;
    assert_eq!(failure.code(), "tls_nothing_in_common");
}

#[tokio::test]
async fn revocation_lists_are_renewed_in_a_client_that_is_in_use() {
    let authority = Authority::new();
    let scripted = tls_server(authority.good()).await;
    let client = authority.client();
    let server = scripted.server_with(|settings| ldaps(settings, client.clone()));
    search(&server).await.unwrap();
    // A list of somebody else covers nothing of this chain.
    let list = include_str!("../../entryway-config/tests/good/corp-ca.crl");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), list).unwrap();
    let lists = Crls::load(&[file.path().to_owned()]).unwrap();
    client.renew_lists(lists).unwrap();
    let error = search(&server).await.unwrap_err();
    assert_eq!(error.underlying().code(), "tls_revocation_unknown");
    client.renew_lists(Crls::default()).unwrap();
    let server = scripted.server_with(|settings| ldaps(settings, client.clone()));
    search(&server).await.unwrap();
}

#[tokio::test]
async fn versions_and_ciphers_are_bounded() {
    let authority = Authority::new();
    let agreed = async |options: TlsOptions| {
        let scripted = tls_server(authority.good()).await;
        let client = authority.client_of(options);
        let server = scripted.server_with(|settings| ldaps(settings, client));
        let report = server.probe(SearchRole::FindLogin, soon()).await.unwrap();
        let session = report.tls.unwrap().session;
        (session.version, session.cipher_suite.clone())
    };
    let (version, suite) = agreed(TlsOptions {
        max_version: TlsVersion::Tls12,
        ..TlsOptions::default()
    })
    .await;
    assert_eq!(version, "TLS 1.2");
    assert!(suite.starts_with("TLS_ECDHE_ECDSA_WITH_"), "{suite}");
    for name in cipher_names().iter().filter(|name| !name.contains("_RSA_")) {
        let options = TlsOptions {
            ciphers: vec![name.clone()],
            ..TlsOptions::default()
        };
        assert_eq!(agreed(options).await.1, *name);
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_from_a_broken_one() {
    let scripted = Scripted::start(|mut peer, _| async move {
        peer.notice(ResultCode::PROTOCOL_ERROR, "no ldap");
        peer.flush().await;
        // The client's alert is no LDAP either: it is not read.
        std::future::pending::<()>().await;
    })
    .await;
    let server = scripted.server_with(|settings| ldaps(settings, Authority::new().client()));
    let error = search(&server).await.unwrap_err();
    assert!(
        matches!(error, LdapError::Tls(TlsFailure::NoTls)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_handshake_that_is_closed_or_never_answered_is_no_question_of_trust() {
    let scripted = Scripted::start(|peer, number| async move {
        if number == 0 {
            drop(peer);
        } else {
            std::future::pending::<()>().await;
        }
    })
    .await;
    let server = scripted.server_with(|settings| {
        ldaps(settings, Authority::new().client());
        settings.timeouts.connect = Duration::from_millis(80);
    });
    let error = search(&server).await.unwrap_err();
    let expected = matches!(error, LdapError::Closed(CloseReason::InsideHandshake(_)));
    assert!(expected, "{error:?}");
    let error = search(&server).await.unwrap_err();
    assert!(
        matches!(
            error,
            LdapError::TimedOut {
                step: Step::Handshake
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_refused_start_tls_ends_the_connection_and_nothing_else_was_sent() {
    let scripted = Scripted::start(|mut peer, _| async move {
        let Some(Asked::StartTls(id)) = peer.next().await else {
            panic!("expected StartTLS first")
        };
        peer.extended(
            id,
            ResultCode::PROTOCOL_ERROR,
            "unsupported extended operation",
        );
        peer.flush().await;
        assert_eq!(peer.next().await, None);
    })
    .await;
    let server = scripted
        .server_with(|settings| secure(settings, Security::StartTls(Authority::new().client())));
    let failure = server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap_err();
    assert!(!failure.written);
    let LdapError::Tls(refused) = failure.cause else {
        panic!("expected a failure of TLS")
    };
    assert_eq!(
        refused.to_string(),
        "the server does not offer StartTLS: `unsupported extended operation`"
    );
}

#[tokio::test]
async fn clear_bytes_after_the_start_tls_answer_are_refused() {
    let authority = Authority::new();
    let scripted = Scripted::start(|mut peer, _| async move {
        let Some(Asked::StartTls(id)) = peer.next().await else {
            panic!("expected StartTLS first")
        };
        peer.extended(id, ResultCode::SUCCESS, "");
        // Somebody in between adds an answer to the bind that will follow.
        peer.bound(
            entryway_ldap_proto::MessageId::new(id.get() + 1).unwrap(),
            ResultCode::SUCCESS,
            "",
        );
        peer.flush().await;
        assert_eq!(peer.next().await, None);
    })
    .await;
    let server =
        scripted.server_with(|settings| secure(settings, Security::StartTls(authority.client())));
    let failure = server
        .bind_as("cn=jane", &password("wrong"), soon())
        .await
        .unwrap_err();
    assert!(!failure.written);
    let injected = matches!(
        failure.cause,
        LdapError::Protocol(Breach::Message(ProtocolError::BytesBeforeTls))
    );
    assert!(injected, "{failure:?}");
}

#[tokio::test]
async fn a_close_without_goodbye_after_the_answers_is_a_plain_close() {
    let authority = Authority::new();
    let acceptor = authority.good();
    let handshakes = Arc::new(AtomicUsize::new(0));
    let script_handshakes = Arc::clone(&handshakes);
    let scripted = Scripted::start(move |peer, _| {
        let (acceptor, handshakes) = (acceptor.clone(), Arc::clone(&script_handshakes));
        async move {
            let mut peer = peer.secured(&acceptor).await.unwrap();
            handshakes.fetch_add(1, Ordering::SeqCst);
            let id = peer.next_search().await;
            peer.entry(id, "cn=jane");
            peer.done(id, ResultCode::SUCCESS, "");
            peer.flush().await;
            // Dropped without close_notify.
        }
    })
    .await;
    let server =
        scripted.server_with(|settings: &mut ServerSettings| ldaps(settings, authority.client()));
    search(&server).await.unwrap();
    search(&server).await.unwrap();
    assert_eq!(handshakes.load(Ordering::SeqCst), 2);
    assert_eq!(server.health().consecutive_failures, 0);
}

#[tokio::test]
async fn a_change_of_trust_lets_what_is_in_flight_finish_and_takes_nothing_more() {
    let authority = Authority::new();
    let acceptor = authority.good();
    let asked = Arc::new(tokio::sync::Semaphore::new(0));
    let may_answer = Arc::new(tokio::sync::Semaphore::new(0));
    let (script_asked, script_may) = (Arc::clone(&asked), Arc::clone(&may_answer));
    let scripted = Scripted::start(move |peer, number| {
        let acceptor = acceptor.clone();
        let (asked, may_answer) = (Arc::clone(&script_asked), Arc::clone(&script_may));
        async move {
            let mut peer = peer.secured(&acceptor).await.unwrap();
            if number > 0 {
                return obedient(peer).await;
            }
            let id = peer.next_search().await;
            asked.add_permits(1);
            may_answer.acquire().await.unwrap().forget();
            peer.entry(id, "cn=jane");
            peer.done(id, ResultCode::SUCCESS, "");
            peer.flush().await;
            peer.until_closed().await;
        }
    })
    .await;
    let client = authority.client();
    let server = scripted.server_with(|settings| ldaps(settings, client.clone()));
    let first = tokio::spawn({
        let server = Arc::clone(&server);
        async move { search(&server).await }
    });
    asked.acquire().await.unwrap().forget();

    let other = Authority::named("Another");
    let both = vec![authority.certificate.clone(), other.certificate.clone()];
    let store = TrustStore::load(&[TrustSource::Der(both)]).unwrap();
    client.renew(&store, None).unwrap();
    server.drain_old();
    // The old connection has room, and is not asked any more.
    search(&server).await.unwrap();
    assert_eq!(scripted.accepted(), 2);
    may_answer.add_permits(1);
    first.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_bind_by_certificate_is_sent_after_tls_and_its_refusal_names_the_certificate() {
    let authority = Authority::new();
    let acceptor = authority.good();
    let scripted = Scripted::start(move |peer, number| {
        let acceptor = acceptor.clone();
        async move {
            let mut peer = peer.secured(&acceptor).await.unwrap();
            let Some(Asked::External(id)) = peer.next().await else {
                panic!("expected a bind by certificate first")
            };
            let code = if number == 0 {
                ResultCode::SUCCESS
            } else {
                ResultCode::INVALID_CREDENTIALS
            };
            peer.bound(id, code, "");
            peer.flush().await;
            obedient(peer).await;
        }
    })
    .await;
    let server = || {
        scripted.server_with(|settings| {
            ldaps(settings, authority.client());
            settings.service_bind = ServiceBind::External;
        })
    };
    search(&server()).await.unwrap();
    let error = search(&server()).await.unwrap_err();
    assert_eq!(error.code(), "external_bind_refused");
    assert_eq!(
        error.to_string(),
        "the bind by client certificate, without one, is answered with invalidCredentials (49)"
    );
}

#[tokio::test]
async fn a_bind_by_certificate_never_leaves_in_clear() {
    let scripted = Scripted::start(|mut peer, _| async move {
        assert_eq!(peer.next().await, None);
    })
    .await;
    let server = scripted.server_with(|settings| settings.service_bind = ServiceBind::External);
    let error = search(&server).await.unwrap_err();
    assert_eq!(error.code(), "certificate_in_clear");
}
