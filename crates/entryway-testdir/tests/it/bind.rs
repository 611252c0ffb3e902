//! Binds over a socket, in both dialects.

use crate::client::{ADA, ADA_PASSWORD, Client, PEOPLE, attribute, raw, start};
use entryway_ldap_types::{AdSubError, PasswordPolicyError, ResultCode, Scope};
use entryway_testdir::{BindKind, Operation, Options};

#[tokio::test]
async fn rfc4511_4_2_binds_succeed_fail_and_are_counted() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await;
    assert_eq!(
        client.bind(ADA, "wrong").await.unwrap().code,
        ResultCode::INVALID_CREDENTIALS
    );
    assert_eq!(
        client.bind(ADA, ADA_PASSWORD).await.unwrap().code,
        ResultCode::SUCCESS
    );
    let counters = server.counters();
    assert_eq!(counters.binds_with(ADA, ResultCode::INVALID_CREDENTIALS), 1);
    assert_eq!(counters.binds_with(ADA, ResultCode::SUCCESS), 1);
    assert_eq!(
        (
            counters.binds_of(ADA),
            counters.all_binds(),
            counters.connections
        ),
        (2, 2, 1)
    );
}

#[tokio::test]
async fn rfc4511_4_2_1_a_failed_bind_leaves_nobody_bound() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    client.bind(ADA, "wrong").await.unwrap();
    let (_, result) = client
        .search(PEOPLE, Scope::Base, "(objectClass=*)", &[])
        .await
        .unwrap();
    assert_eq!(result.code, ResultCode::STRONGER_AUTH_REQUIRED);
}

#[tokio::test]
async fn rfc4513_5_1_2_a_name_without_a_password_is_refused_and_counted_apart() {
    let server = start(Options::default()).await;
    // Bind of `cn=x` with an empty password, which no client of ours can send.
    let bind = b"\x30\x10\x02\x01\x01\x60\x0b\x02\x01\x03\x04\x04cn=x\x80\x00";
    let unbind = b"\x30\x05\x02\x01\x02\x42\x00";
    let answer = raw(server.ldap_addr(), &[&bind[..], unbind].concat()).await;
    assert_eq!(answer.get(7..10), Some(&[0x0a, 0x01, 53][..]), "{answer:?}");
    let counters = server.counters();
    assert_eq!((counters.empty_password_binds, counters.unbinds), (1, 1));
    assert!(
        matches!(&server.received()[0].operation, Operation::Bind { name, kind: BindKind::EmptyPassword } if name == "cn=x")
    );
}

#[tokio::test]
async fn rfc4513_5_1_1_anonymous_may_read_what_the_options_say() {
    for (require_bind, expected) in [
        (true, ResultCode::STRONGER_AUTH_REQUIRED),
        (false, ResultCode::SUCCESS),
    ] {
        let server = start(Options {
            require_bind,
            ..Options::default()
        })
        .await;
        let mut client = Client::plain(&server).await;
        client.ldap.bind_anonymous(&[]).unwrap();
        assert_eq!(client.bound().await.unwrap().code, ResultCode::SUCCESS);
        let (_, result) = client
            .search(PEOPLE, Scope::Base, "(objectClass=*)", &[])
            .await
            .unwrap();
        assert_eq!(result.code, expected);
    }
}

#[tokio::test]
async fn rfc4513_5_2_other_methods_are_not_supported() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await;
    client.ldap.bind_external(None, &[]).unwrap();
    assert_eq!(
        client.bound().await.unwrap().code,
        ResultCode::AUTH_METHOD_NOT_SUPPORTED
    );
}

#[tokio::test]
async fn draft_behera_6_2_the_control_comes_only_when_asked_for() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await;
    let bob = "uid=bob,ou=people,dc=corp,dc=example";
    let asked = client.bind(bob, "bob-right").await.unwrap();
    assert_eq!(
        asked.policy.unwrap().error,
        Some(PasswordPolicyError::AccountLocked)
    );
    let unasked = client.bind_with(bob, "bob-right", &[]).await.unwrap();
    assert_eq!(
        (unasked.code, unasked.policy),
        (ResultCode::INVALID_CREDENTIALS, None)
    );
}

#[tokio::test]
async fn draft_behera_8_1_who_must_change_the_password_can_do_nothing_else() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await;
    let bound = client
        .bind("uid=cay,ou=people,dc=corp,dc=example", "cay-right")
        .await
        .unwrap();
    assert_eq!(
        (bound.code, bound.policy.unwrap().error),
        (
            ResultCode::SUCCESS,
            Some(PasswordPolicyError::ChangeAfterReset)
        )
    );
    let (_, result) = client
        .search(PEOPLE, Scope::Base, "(objectClass=*)", &[])
        .await
        .unwrap();
    assert_eq!(result.code, ResultCode::INSUFFICIENT_ACCESS_RIGHTS);
}

#[tokio::test]
async fn active_directory_tells_sub_errors_and_knows_names() {
    let server = start(Options::active_directory("CORP")).await;
    let mut client = Client::plain(&server).await;
    let sub_error = |diagnostic: &str| AdSubError::find(diagnostic);
    let wrong = client.bind("CORP\\ada", "wrong").await.unwrap();
    assert_eq!(
        (wrong.code, sub_error(&wrong.diagnostic)),
        (
            ResultCode::INVALID_CREDENTIALS,
            Some(AdSubError::LogonFailure)
        )
    );
    let disabled = client.bind("bob@corp.example", "bob-right").await.unwrap();
    assert_eq!(
        (sub_error(&disabled.diagnostic), disabled.policy),
        (Some(AdSubError::AccountDisabled), None)
    );
    let (_, result) = client
        .search(PEOPLE, Scope::Base, "(objectClass=*)", &[])
        .await
        .unwrap();
    assert_eq!(result.code, ResultCode::OPERATIONS_ERROR);
    assert_eq!(
        client.bind("CORP\\ada", ADA_PASSWORD).await.unwrap().code,
        ResultCode::SUCCESS
    );
    let (entries, _) = client
        .search(
            PEOPLE,
            Scope::Subtree,
            "(sAMAccountName=ADA)",
            &["objectGUID", "objectSid"],
        )
        .await
        .unwrap();
    assert_eq!(
        entries[0].first(&attribute("objectGUID")).unwrap().len(),
        16
    );
    assert_eq!(entries[0].first(&attribute("objectSid")).unwrap().len(), 28);
}
