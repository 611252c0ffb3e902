mod events;

use super::{Names, rows};
use crate::columns::{Style, render};
use crate::palette::Palette;
use entryway_ldap_types::{
    AccountState, AttributeName, Filter, PasswordPolicy, PasswordPolicyError, ResultCode, Scope,
};
use entryway_login::{
    BindVerdict, Challenge, Decided, Decision, DomainId, Fault, HomeResult, LoginId, MapOutcome,
    MapResult, MapTarget, Method, NameForm, NamedDomain, PasswordState, Reason, Record, RuleId,
    SearchOutcome, ServerFault, ServerTry, Session, Source, Subject, Trace, TraceEntry,
};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const STAFF: DomainId = DomainId(0);
const PARTNERS: DomainId = DomainId(1);

/// Renders a trace; rule 31 was written in line 31, rule 0 nowhere.
fn check(decision: Decision, records: Vec<(Record, u64)>, expected: &str) {
    let entries = records
        .into_iter()
        .map(|(record, took)| TraceEntry {
            record,
            at: Duration::ZERO,
            took: (took > 0).then(|| Duration::from_micros(took)),
        })
        .collect();
    let decided = Decided {
        id: LoginId::from_bits(0xabc),
        decision,
        trace: Trace { entries },
        took: Duration::from_millis(7),
        tokens: None,
        settle: Vec::new(),
    };
    let domains: [Arc<str>; 2] = ["staff".into(), "partners".into()];
    let place = |rule: RuleId| (rule.0 > 0).then(|| format!("entryway.toml:{}", rule.0));
    let text = render(
        &rows(
            &decided,
            &Names {
                domains: &domains,
                place: &place,
                is_recorded: true,
            },
        ),
        Style {
            palette: Palette::new(false),
            width: None,
        },
    );
    assert_eq!(text, expected, "found:\n{text}");
}

fn read(login_name: &str) -> (Record, u64) {
    let tries = vec![STAFF, PARTNERS];
    (
        Record::NameRead {
            login_name: login_name.to_owned(),
            named: None,
            tries,
            rule: Some(RuleId(9)),
        },
        0,
    )
}

fn searched(domain: DomainId, outcome: SearchOutcome) -> (Record, u64) {
    let record = Record::Searched {
        domain,
        server: Some("ldaps://dc1.corp.example".into()),
        tried: Vec::new(),
        base: "ou=people,dc=corp,dc=example".into(),
        scope: Scope::Subtree,
        filter: Arc::new(Filter::parse("(&(objectClass=person)(uid=jdoe))").expect("a filter")),
        outcome,
        passed_over: Vec::new(),
        rule: RuleId(24),
        by_email: false,
    };
    (record, 3_000)
}

fn found() -> (Record, u64) {
    searched(
        STAFF,
        SearchOutcome::Found {
            dn: "uid=jdoe,ou=people,dc=corp,dc=example".to_owned(),
        },
    )
}

fn bound(
    code: ResultCode,
    diagnostic: &str,
    policy: Option<PasswordPolicy>,
    verdict: BindVerdict,
) -> (Record, u64) {
    let server = "ldaps://dc1.corp.example".into();
    (
        Record::Bound {
            server,
            code,
            diagnostic: diagnostic.to_owned(),
            policy,
            verdict,
        },
        2_000,
    )
}

fn map(target: MapTarget, from: &str, value: MapOutcome, line: u32) -> MapResult {
    MapResult {
        target,
        from: from.to_owned(),
        value,
        rule: RuleId(line),
    }
}

fn set(value: &str) -> MapOutcome {
    MapOutcome::Set(vec![value.to_owned()])
}

fn session() -> Box<Session> {
    Box::new(Session {
        subject: Subject("staff:1".to_owned()),
        name: "jdoe".to_owned(),
        login_name: "jdoe".to_owned(),
        source: Source::Domain(STAFF),
        domain: "staff".into(),
        dn: Some("uid=jdoe".to_owned()),
        server: Some("ldaps://dc1".into()),
        uid: Some(1042),
        gid: Some(100),
        home: None,
        user_type: None,
        shell: None,
        system_user: None,
        user_class: None,
        template: None,
        groups: None,
        email: None,
        display_name: None,
        attributes: Vec::new(),
        password: PasswordState::default(),
        authenticated_at: SystemTime::UNIX_EPOCH,
        method: Method::Password,
        anchor: entryway_login::Anchor::default(),
    })
}

#[test]
fn a_walk_without_a_password() {
    check(
        Decision::WouldAccept(session()),
        vec![
            read("jdoe"),
            found(),
            (Record::PasswordNotChecked, 0),
            (Record::AccountRead { state: AccountState::Usable }, 0),
            (Record::Named { name: Some("jdoe".to_owned()), from: Some(AttributeName::from_static("uid")), rule: RuleId(24) }, 0),
            (
                Record::Mapped {
                    maps: vec![
                        map(MapTarget::Uid, "uidNumber", set("1042"), 31),
                        map(MapTarget::Gid, "gidNumber", set("100"), 32),
                        map(MapTarget::Shell, "loginShell", MapOutcome::Absent, 33),
                        map(
                            MapTarget::UserType,
                            "employeeType",
                            MapOutcome::Invalid { problem: "expected `real` or `virtual`, found `robot`".to_owned(), defaulted: true },
                            34,
                        ),
                    ],
                },
                0,
            ),
            (Record::Defaulted { filled: vec![(MapTarget::Shell, "/bin/sh".to_owned())], rule: RuleId(40) }, 0),
            (Record::Homed(HomeResult::FromRow { home: "/srv/engineers/jdoe".to_owned(), rule: RuleId(81) }), 0),
            (Record::Required { missing: Vec::new(), invalid: Vec::new() }, 0),
        ],
        "\
login name   jdoe                        no domain named; tries staff, partners (entryway.toml:9)
staff        1 entry, 3 ms               ldaps://dc1.corp.example
             (&(objectClass=person)(uid=jdoe)) under ou=people,dc=corp,dc=example (entryway.toml:24)
             uid=jdoe,ou=people,dc=corp,dc=example
password     not checked                 --password-stdin includes the bind
account      usable                      as its entry tells
name         jdoe                        uid (entryway.toml:24)
maps         uid=1042 gid=100            uidNumber, gidNumber (entryway.toml:31-32)
             no shell                    the entry has no loginShell (entryway.toml:33)
             user_type unusable          employeeType: expected `real` or `virtual`, found `robot`; as if the entry had none (entryway.toml:34)
defaults     shell=/bin/sh               domain staff (entryway.toml:40)
home         /srv/engineers/jdoe         home folder (entryway.toml:81)
required     complete
decision     accept, if the password is right  login 0000000000000abc, 7 ms
",
    );
}

#[test]
fn a_wrong_password_shows_what_the_server_said() {
    let diagnostic =
        "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 52e, v4563\0";
    check(
        Decision::Reject(Reason::WrongPassword),
        vec![read("jdoe"), found(), bound(ResultCode::INVALID_CREDENTIALS, diagnostic, None, BindVerdict::Refused(Reason::WrongPassword))],
        &format!(
            "\
login name   jdoe                        no domain named; tries staff, partners (entryway.toml:9)
staff        1 entry, 3 ms               ldaps://dc1.corp.example
             (&(objectClass=person)(uid=jdoe)) under ou=people,dc=corp,dc=example (entryway.toml:24)
             uid=jdoe,ou=people,dc=corp,dc=example
password     refused, 2 ms               ldaps://dc1.corp.example
             invalidCredentials (49): 80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 52e, v4563
decision     reject, wrong_password      {}; login 0000000000000abc, 7 ms
",
            Reason::WrongPassword.row().operator
        ),
    );
}

#[test]
fn the_password_policy_control_is_told() {
    let policy = PasswordPolicy {
        expires_in: None,
        grace_left: None,
        error: Some(PasswordPolicyError::ChangeAfterReset),
    };
    check(
        Decision::Challenge(Challenge::ChangePassword),
        vec![bound(
            ResultCode::SUCCESS,
            "",
            Some(policy),
            BindVerdict::MustChange,
        )],
        &format!(
            "\
password     right, must be changed, 2 ms  ldaps://dc1.corp.example
             success (0)
             the password must be changed after a reset  by the password-policy control
decision     challenge, change_password  {}; login 0000000000000abc, 7 ms
",
            Challenge::ChangePassword.row().operator
        ),
    );
}

#[test]
fn a_name_that_could_fool_a_terminal_is_escaped() {
    let named = Some(NamedDomain {
        domain: STAFF,
        form: NameForm::Slash,
    });
    let login_name = "staff/\u{202e}eod ".to_owned();
    check(
        Decision::Reject(Reason::UnknownLogin),
        vec![
            (
                Record::NameRead {
                    login_name,
                    named,
                    tries: vec![STAFF],
                    rule: None,
                },
                0,
            ),
            searched(STAFF, SearchOutcome::NoEntry),
        ],
        &format!(
            "\
login name   \"staff/\\u{{202e}}eod \"        names domain staff before the `/`
staff        no entry, 3 ms              ldaps://dc1.corp.example
             (&(objectClass=person)(uid=jdoe)) under ou=people,dc=corp,dc=example (entryway.toml:24)
decision     reject, unknown_login       {}; login 0000000000000abc, 7 ms
",
            Reason::UnknownLogin.row().operator
        ),
    );
}

#[test]
fn an_outage_names_every_server_that_was_tried() {
    let tried = vec![ServerTry {
        server: "ldaps://dc1.corp.example".into(),
        fault: ServerFault::Unreachable,
        cause: "no connection to `dc1.corp.example:636`: connection refused".to_owned(),
    }];
    let (mut record, took) = searched(
        PARTNERS,
        SearchOutcome::Unanswered {
            fault: Fault::DirectoryUnreachable,
            skipped: false,
        },
    );
    if let Record::Searched {
        server,
        tried: none,
        ..
    } = &mut record
    {
        (*server, *none) = (None, tried);
    }
    check(
        Decision::Indeterminate(Fault::DirectoryUnreachable),
        vec![read("jdoe"), (record, took)],
        &format!(
            "\
login name   jdoe                        no domain named; tries staff, partners (entryway.toml:9)
partners     no answer, 3 ms             no server could be used
             tried ldaps://dc1.corp.example  no connection to `dc1.corp.example:636`: connection refused
             (&(objectClass=person)(uid=jdoe)) under ou=people,dc=corp,dc=example (entryway.toml:24)
decision     indeterminate, directory_unreachable  {}; login 0000000000000abc, 7 ms
",
            Fault::DirectoryUnreachable.row().operator
        ),
    );
}

#[test]
fn what_is_missing_or_unusable_is_named() {
    check(
        Decision::Reject(Reason::MissingAttribute),
        vec![
            (Record::Mapped { maps: Vec::new() }, 0),
            (
                Record::Homed(HomeResult::Refused {
                    problem: "the name holds `<`".to_owned(),
                    rule: RuleId(81),
                }),
                0,
            ),
            (
                Record::Required {
                    missing: vec![MapTarget::Uid, MapTarget::Home],
                    invalid: vec![(MapTarget::Gid, "expected a number, found `x`".to_owned())],
                },
                0,
            ),
        ],
        &format!(
            "\
maps         nothing                     no enabled map gave a value
home         refused                     the name holds `<` (entryway.toml:81)
required     missing uid, home           a session must have them
             gid unusable                expected a number, found `x`
decision     reject, missing_attribute   {}; login 0000000000000abc, 7 ms
",
            Reason::MissingAttribute.row().operator
        ),
    );
}

#[test]
fn two_people_of_one_name_are_both_named() {
    let dns = vec!["uid=jdoe,ou=a".to_owned(), "uid=jdoe,ou=b".to_owned()];
    check(
        Decision::Reject(Reason::AmbiguousLogin),
        vec![searched(STAFF, SearchOutcome::Ambiguous { dns })],
        &format!(
            "\
staff        2 entries, 3 ms             ldaps://dc1.corp.example
             (&(objectClass=person)(uid=jdoe)) under ou=people,dc=corp,dc=example (entryway.toml:24)
             uid=jdoe,ou=a
             uid=jdoe,ou=b
decision     reject, ambiguous_login     {}; login 0000000000000abc, 7 ms
",
            Reason::AmbiguousLogin.row().operator
        ),
    );
}
