//! Valid inputs of every target: what the mutator starts from.

use entryway_ldap_proto::client::{Connection, Modification, SubmitError};
use entryway_ldap_proto::control::{PagedResults, encode_password_policy};
use entryway_ldap_proto::message::ChangeKind;
use entryway_ldap_proto::server::{self, Reply, ReplyKind};
use entryway_ldap_proto::{
    DerefAliases, Limits, MessageId, PasswordModify, RequestControl, ResponseControl,
    SearchRequest, encode_filter, encode_generated_password,
};
use entryway_ldap_types::{
    AttributeName, Filter, Password, PasswordPolicy, PasswordPolicyError, ResultCode, Scope,
};

const FILTERS: &[&str] = &[
    "(uid=jdoe)",
    "(&(objectClass=person)(|(uid=j*n*e)(mail=*@example.com))(!(nsAccountLock=TRUE)))",
    "(cn=\\2a\\28\\29\\5c\\00\\ff)",
    "(memberOf:1.2.840.113556.1.4.1941:=cn=staff,dc=example)",
    "(cn:dn:caseIgnoreMatch:=Zoë)",
    "(:dn:2.5.13.5:=x)",
    "(&)",
    "(|(a>=1)(a<=2)(a~=3)(userCertificate;binary=*))",
];

const NAMES: &[&str] = &[
    "",
    "uid=jdoe,ou=people,dc=corp,dc=example",
    "CN=Doe\\, John+UID=7,OU=Caf\\C3\\A9,O=\"quoted, value\",C=de",
    "2.5.4.3=#0403616263 , dc = example",
    "cn=\\20lead and trail\\20,cn=\\#hash,cn=a\\+b\\=c\\;d\\<e\\>f",
];

/// The seeds of a target.
pub(crate) fn of(target: &str) -> Vec<Vec<u8>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    match target {
        "ber" | "ldap_message" => [requests(), replies()].concat(),
        "bridge" => crate::bridge::seeds(),
        "server_connection" => streams(&requests()),
        "client_connection" => client_streams(),
        "filter" => filters(),
        "filter_text" => texts(FILTERS),
        "filter_template" => templates(),
        "dn" => texts(NAMES),
        "ldap_url" => texts(&[
            "ldap://dc1.corp.example",
            "ldaps://[2001:db8::1]:3636/ou=people,dc=example",
            "ldap://host:389/dc=ex%2Cample??sub?(uid=j%2a)",
            "ldap:///o=x?cn,mail;lang-de?one?(&(a=1)(b=*))?x-ext=1,2.5=y",
        ]),
        "login_name" => texts(&[
            "jdoe",
            "staff/jdoe",
            "CORP\\jdoe",
            "jdoe@corp.example",
            " zoë\u{1f600} ",
            "a/b\\c@d",
        ]),
        "forward_page" => texts(&[
            "/open/a%20b?c=/../d",
            "/open/%2e%2e/closed",
            "/%6fpen/..;x/closed",
            "/closed/..%2fopen%5c.//",
            "/open%252f%c3%bc%c0%af",
            "wiki.corp.example:8443",
            "Basic amRvZTpyaWdodA==",
        ]),
        "password_change" => password_changes(),
        "password_policy" => policies(),
        // Without their magic, which the target puts in front.
        // A certificate, and parts of one: alternative names with a user principal name and a mail address, a subject
        // of several parts, one with two values at once, one of nothing, a key's name, usages, a number.
        "holder" => [
            &include_bytes!("person.der")[..],
            b"\x30\x3a\xa0\x21\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x13\x0c\x11jdoe@corp.example\x81\x15jane.doe@mail.example",
            b"\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x0c\x04A, B\x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x13\x06 #Jane",
            b"\x31\x17\x30\x09\x06\x03\x55\x04\x03\x1e\x02\0a\x30\x0a\x06\x03\x2a\x03\x04\x0c\x03odd",
            b"\x31\0\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x0c\x04A, B",
            b"\x04\x04\xab\xcd\xef\x01",
            b"\x30\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x02",
            b"\0\xf1\xa2\x15",
        ]
        .map(<[u8]>::to_vec)
        .to_vec(),
        "keystore" => [
            &include_bytes!("../../../crates/entryway-config/tests/stores/keys.jks")[..],
            include_bytes!("../../../crates/entryway-config/tests/stores/trust.jks"),
        ]
        .iter()
        .filter_map(|store| store.get(4..))
        .map(<[u8]>::to_vec)
        .collect(),
        "config" => texts(&[
            "[server]\nlisten = \"127.0.0.1:8080\"\n\n[domain.staff]\nservers = [\"ldaps://dc1.corp.example\"]\nbase = \"dc=corp,dc=example\"\n",
            "[domain.\"a b\"]\nservers = [\"ldap://x\", \"ldap://[::1]:389\"]\nencrypt = \"all\"\nbind = { dn = \"cn=x\", password = { env = \"P\" } }\n",
            "include = [\"conf.d/*.toml\"]\n[tls]\ntrust = [\"system\"]\n[domain.a.maps]\nuid = \"uidNumber\"\n[login]\ndeadline = \"3s\"\n",
        ]),
        "condition" => texts(&[
            "\"12\" in entry.ou && user.uid >= 1000 || !has(user.home)",
            "groups.exists(g, g.matches(\"^staff/[a-z]+$\") && g.size() < 40)",
            "in_network(client.address, '10.0.0.0/8') ? domain == 'staff' : dn.endsWith('dc=x')",
            "entry.mail.map(m, m.split('@')[0].lowerAscii()).filter(m, m != '').join(r'\\') + 'é' < \"\\u00e9\"",
            "int(string(uid)) % 7 in [1, -2, 3 * (4 - gid)] // end",
            "((((((true)))))) && '''x'y'''.replace('x', \"z\").substring(0, 1).trim() == name",
        ]),
        "template" => texts(&[
            "/home/{name}",
            "/srv/{{x}}/{user.attributes[\"a b\"]}/{entry.mail[0].split('@')[1]}",
            "{has(home) ? home : \"/home/}\" + login_name}{uid}",
            "{groups.filter(g, g.startsWith('staff/'))}{[1][0] + 2}{'''}'''}",
        ]),
        other => panic!("no seeds for {other}"),
    }
}

fn search() -> SearchRequest {
    SearchRequest {
        base: "dc=corp,dc=example".into(),
        scope: Scope::Subtree,
        deref: DerefAliases::Never,
        size_limit: 2,
        time_limit: 3,
        types_only: false,
        filter: Filter::parse(FILTERS[1]).unwrap().into(),
        attributes: ["uid", "cn", "memberOf"]
            .map(|name| AttributeName::parse(name).unwrap())
            .into(),
    }
}

/// One request of each kind.
fn requests() -> Vec<Vec<u8>> {
    let cn = AttributeName::parse("cn").unwrap();
    // What is asked must be sent: a seed that is empty teaches nothing.
    let written = |ask: &dyn Fn(&mut Connection) -> Result<MessageId, SubmitError>| {
        let mut client = Connection::new(Limits::CLIENT);
        ask(&mut client).unwrap();
        client.outbound().as_slice().to_vec()
    };
    let page = PagedResults {
        size: 100,
        cookie: (&b"cookie"[..]).into(),
    };
    let controls = [
        RequestControl::ManageDsaIt,
        RequestControl::PagedResults {
            page,
            critical: true,
        },
    ];
    let change = Modification {
        kind: ChangeKind::Replace,
        attribute: &cn,
        values: &[b"x", b"y"],
    };
    vec![
        written(&|client| {
            let password = Password::new(b"swordfish".to_vec()).unwrap();
            client.bind_simple(NAMES[1], &password, &[RequestControl::PasswordPolicy])
        }),
        written(&|client| client.bind_external(Some("dn:cn=x"), &[])),
        written(&|client| client.search(&search(), 1, &controls)),
        written(&|client| client.compare("cn=x", &cn, b"v", &[])),
        written(&|client| client.modify("cn=x", &[change], &[])),
        written(&|client| client.start_tls()),
        b"\x30\x05\x02\x01\x04\x42\x00".to_vec(),
        b"\x30\x06\x02\x01\x02\x50\x01\x01".to_vec(),
        b"\x30\x0a\x02\x01\x03\x4a\x05cn=xy".to_vec(),
    ]
}

/// One reply of each kind, to the messages that `entryway_fuzz::client_connection` asks.
fn replies() -> Vec<Vec<u8>> {
    let id = |id| MessageId::new(id).unwrap();
    let mut written: Vec<Vec<u8>> = Vec::new();
    let mut say = |say: &dyn Fn(&mut server::Connection)| {
        let mut server = server::Connection::new(Limits::SERVER);
        say(&mut server);
        written.push(server.outbound().as_slice().to_vec());
    };
    let policy = PasswordPolicy {
        error: Some(PasswordPolicyError::AccountLocked),
        ..PasswordPolicy::default()
    };
    let refused = Reply::new(
        ResultCode::INVALID_CREDENTIALS,
        "80090308: LdapErr: data 52e, v1db1",
    );
    let referral = Reply {
        referrals: &["ldap://a/", "ldap://b/"],
        ..Reply::new(ResultCode::REFERRAL, "")
    };
    let rows = [
        ("cn", vec!["John Doe", "jd"]),
        ("memberOf;range=0-1", vec!["cn=a", "cn=b"]),
        ("empty", vec![]),
    ];
    for number in 1..=3 {
        say(&|server| server.search_entry(id(number), NAMES[1], rows.clone(), &[]));
        say(&|server| server.search_reference(id(number), &["ldap://other/dc=x"]));
        say(&|server| server.reply(id(number), ReplyKind::SearchDone, &referral, &[]));
    }
    say(&|server| {
        server.reply(
            id(1),
            ReplyKind::Bind,
            &refused,
            &[ResponseControl::PasswordPolicy(policy)],
        )
    });
    say(&|server| server.bind_response(id(1), &Reply::SUCCESS, Some(b"sasl"), &[]));
    say(&|server| {
        server.reply(
            id(4),
            ReplyKind::Compare,
            &Reply::new(ResultCode::COMPARE_TRUE, ""),
            &[],
        )
    });
    say(&|server| server.reply(id(5), ReplyKind::Modify, &Reply::SUCCESS, &[]));
    say(&|server| {
        server.extended_response(id(6), &Reply::SUCCESS, Some("1.2.3"), Some(b"value"), &[])
    });
    say(&|server| {
        server.extended_response(
            id(1),
            &refused,
            None,
            None,
            &[ResponseControl::PasswordPolicy(policy)],
        )
    });
    say(&|server| server.intermediate_response(id(2), Some("1.2.3"), Some(b"value")));
    say(&|server| server.notice_of_disconnection(&Reply::new(ResultCode::UNAVAILABLE, "bye")));
    written
}

/// Each frame, and all of them in a row.
fn streams(frames: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut streams = frames.to_vec();
    streams.push(frames.concat());
    streams
}

/// Replies behind the two bytes that say what was asked and how the stream is cut.
fn client_streams() -> Vec<Vec<u8>> {
    let replies = replies();
    let mut streams = streams(&replies);
    // More entries than the search may have, and then its end.
    let [entry, _, done, ..] = replies.as_slice() else {
        panic!("too few replies")
    };
    streams.push([&entry.repeat(5)[..], done].concat());
    let scripts = [[0u8, 200], [80, 7], [200, 255], [201, 1], [250, 60]];
    let with = |script: [u8; 2]| {
        streams
            .iter()
            .map(move |stream| [&script[..], stream].concat())
    };
    scripts.into_iter().flat_map(with).collect()
}

fn filters() -> Vec<Vec<u8>> {
    let encode = |text: &&str| {
        let mut out = Vec::new();
        encode_filter(&Filter::parse(text).unwrap(), &mut out).unwrap();
        out
    };
    FILTERS.iter().map(encode).collect()
}

fn templates() -> Vec<Vec<u8>> {
    let templates = [
        "(&(objectClass=person)(uid={login}))",
        "(|(cn={text}*)(sn=*{text}*)(mail={user}@{suffix}))",
        "(member={dn})",
        "(&(a=\\7b{entry.uid}\\7d)(!(b={name})))",
    ];
    let typed: [&[u8]; 4] = [b"jdoe", b"*)(uid=*", b"\xff\\2a(", b""];
    let with = |template: &str| typed.map(|typed| [typed, b"\0", template.as_bytes()].concat());
    templates.into_iter().flat_map(with).collect()
}

fn password_changes() -> Vec<Vec<u8>> {
    let password = Password::new(b"swordfish".to_vec()).unwrap();
    let request = |identity| PasswordModify {
        identity,
        old: Some(b"swordfish"),
        new: Some(b"halibut"),
    };
    vec![
        request(Some(NAMES[1])).encode().to_vec(),
        request(None).encode().to_vec(),
        encode_generated_password(&password).to_vec(),
        b"0000052D: AtrErr: DSID-03191083, #1:".to_vec(),
        "halibut \u{1f41f}".into(),
    ]
}

fn policies() -> Vec<Vec<u8>> {
    let policy = |expires_in, grace_left, error| {
        encode_password_policy(&PasswordPolicy {
            expires_in,
            grace_left,
            error,
        })
    };
    vec![
        policy(None, None, None),
        policy(Some(3600), None, None),
        policy(None, Some(3), Some(PasswordPolicyError::PasswordExpired)),
        PagedResults {
            size: 500,
            cookie: (&b"cookie"[..]).into(),
        }
        .encode(),
    ]
}
