//! Any answer to any operation.

use super::setup::DOMAINS;
use super::support::entry;
use entryway_ldap_types::{Entry, PasswordPolicy, PasswordPolicyError};
use entryway_login::{OsAccount, OsRefusal, OsReply, ServerFault};
use proptest::prelude::*;

/// What the world says to one operation; the part that fits the operation is used.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) find: Find,
    pub(crate) bind: Bind,
    pub(crate) reserve: Reserve,
    /// `None`: the store does not answer.
    pub(crate) local: Option<bool>,
    /// `None`: the user database does not answer.
    pub(crate) os_found: Option<bool>,
    pub(crate) os: OsReply,
    pub(crate) in_team: bool,
    pub(crate) partial: bool,
    pub(crate) millis: u64,
}

#[derive(Debug, Clone)]
pub(crate) enum Find {
    Down(Vec<ServerFault>),
    Served {
        server: u8,
        entries: Vec<u8>,
        code: u32,
    },
}

#[derive(Debug, Clone)]
pub(crate) enum Bind {
    Reply {
        code: u32,
        diagnostic: String,
        policy: Option<PasswordPolicy>,
        another_server: bool,
    },
    Unanswered {
        written: bool,
        fault: ServerFault,
    },
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Reserve {
    Room,
    NoRoom,
    UnderWay,
    NoStore,
}

fn fault() -> impl Strategy<Value = ServerFault> {
    use ServerFault::{
        Ourselves, Protocol, ServiceBindRefused, TimedOut, TlsUntrusted, Unreachable,
    };
    prop::sample::select(vec![
        Unreachable,
        TlsUntrusted,
        ServiceBindRefused,
        Protocol,
        TimedOut,
        Ourselves,
    ])
}

fn find() -> impl Strategy<Value = Find> {
    let code = prop_oneof![30 => Just(0), 2 => prop::sample::select(vec![1_u32, 4, 10, 32, 51])];
    // Most often exactly one, and most often somebody ordinary.
    let entry = || prop_oneof![6 => Just(0_u8), 3 => 1..8_u8];
    let entries = prop_oneof![
        8 => entry().prop_map(|entry| vec![entry]),
        4 => Just(Vec::new()),
        1 => prop::collection::vec(entry(), 2..3),
    ];
    prop_oneof![
        1 => prop::collection::vec(fault(), 0..3).prop_map(Find::Down),
        6 => (0..3_u8, entries, code)
            .prop_map(|(server, entries, code)| Find::Served { server, entries, code }),
    ]
}

fn control() -> impl Strategy<Value = Option<PasswordPolicy>> {
    use PasswordPolicyError::{
        AccountLocked, ChangeAfterReset, Other, PasswordExpired, PasswordTooShort,
    };
    let error = prop::sample::select(vec![
        None,
        None,
        Some(PasswordExpired),
        Some(AccountLocked),
        Some(ChangeAfterReset),
        Some(PasswordTooShort),
        Some(Other(42)),
    ]);
    let control = (error, any::<Option<u32>>()).prop_map(|(error, expires_in)| PasswordPolicy {
        expires_in,
        grace_left: None,
        error,
    });
    prop::option::weighted(0.3, control)
}

fn bind() -> impl Strategy<Value = Bind> {
    let code = prop_oneof![6 => Just(0), 2 => Just(49), 1 => 0..100_u32, 1 => any::<u32>()];
    let diagnostic = prop_oneof![
        Just(String::new()),
        "comment: AcceptSecurityContext error, data (525|52e|530|532|533|568|773|775|x), v1db1",
        ".{0,40}"
    ];
    let reply = (code, diagnostic, control(), prop::bool::weighted(0.1));
    prop_oneof![
        5 => reply.prop_map(|(code, diagnostic, policy, another_server)| Bind::Reply {
            code,
            diagnostic,
            policy,
            another_server,
        }),
        1 => (any::<bool>(), fault())
            .prop_map(|(written, fault)| Bind::Unanswered { written, fault }),
    ]
}

fn os() -> impl Strategy<Value = OsReply> {
    let words = || "no".to_owned();
    prop::sample::select(vec![
        OsReply::Verified(os_account("bob")),
        OsReply::Verified(os_account("bob")),
        OsReply::Verified(os_account("root")),
        OsReply::Unknown,
        OsReply::WrongPassword,
        OsReply::MustChange,
        OsReply::NotUsable(OsRefusal::Expired, words()),
        OsReply::NotUsable(OsRefusal::Locked, words()),
        OsReply::NotUsable(OsRefusal::Denied, words()),
        OsReply::NoVerdict(words()),
    ])
}

pub(crate) fn os_account(name: &str) -> OsAccount {
    OsAccount {
        name: name.to_owned(),
        uid: 500,
        gid: 500,
        home: "/home/os".to_owned(),
        shell: "/bin/sh".to_owned(),
        display_name: String::new(),
    }
}

fn answer() -> impl Strategy<Value = Answer> {
    let reserve = prop_oneof![
        20 => Just(Reserve::Room),
        1 => Just(Reserve::NoRoom),
        1 => Just(Reserve::UnderWay),
        1 => Just(Reserve::NoStore),
    ];
    let yes_no = || prop_oneof![4 => Just(Some(true)), 4 => Just(Some(false)), 1 => Just(None)];
    let os = (yes_no(), os());
    let groups = (any::<bool>(), prop::bool::weighted(0.2));
    let millis = prop_oneof![8 => 0..200_u64, 1 => 0..3000_u64];
    (find(), bind(), reserve, yes_no(), os, groups, millis).prop_map(
        |(find, bind, reserve, local, (os_found, os), (in_team, partial), millis)| Answer {
            find,
            bind,
            reserve,
            local,
            os_found,
            os,
            in_team,
            partial,
            millis,
        },
    )
}

pub(crate) fn answers() -> impl Strategy<Value = Vec<Answer>> {
    prop::collection::vec(answer(), 1..12)
}

/// What no directory should show, and one might.
pub(crate) const SECRET: &str = "{SSHA}verysecret";

/// People of a domain who fit, who are disabled, who lie elsewhere.
pub(crate) fn pool(domain: usize, at: u8) -> Entry {
    let top = format!("ou=people,dc={}", DOMAINS[domain]);
    let bob = ("uid", &["bob"][..]);
    let secret = ("userPassword", &[SECRET][..]);
    match at {
        0 => entry(&format!("uid=bob,{top}"), &[bob, secret]),
        1 => entry(
            &format!("uid=bob,ou=team,{top}"),
            &[bob, ("entryUUID", &["u-1"]), ("uidNumber", &["500"])],
        ),
        2 => entry(
            &format!("uid=off,{top}"),
            &[bob, ("userAccountControl", &["514"])],
        ),
        3 => entry("uid=x,dc=elsewhere", &[("uid", &["x"])]),
        4 => entry(
            &format!("uid=odd,{top}"),
            &[("uid", &["a/b"]), ("uidNumber", &["many"])],
        ),
        5 => entry(&format!("cn=x,ou=team,{top}"), &[("uid", &["x", "y"])]),
        6 => entry(
            &format!("uid=rob,{top}"),
            &[
                ("uid", &["rob"]),
                ("kind", &["REAL"]),
                ("entryUUID", &["u-1", "u-2"]),
            ],
        ),
        _ => entry(&format!("cn=nobody,{top}"), &[("kind", &["virtual"])]),
    }
}
