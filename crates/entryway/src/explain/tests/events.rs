//! Every event that a record may hold is read back and shown.

use super::super::read::{Event, Explained};
use super::super::{Names, explained_rows, rows};
use super::{STAFF, searched};
use crate::columns::{Style, render};
use crate::palette::Palette;
use entryway_ldap_types::{
    AccountState, AttributeName, Fingerprint, PasswordPolicy, PasswordPolicyError, Placeholder,
    ResultCode,
};
use entryway_login::{
    AssertedOutcome, BindVerdict, Bucket, Certificate, CertificateBy, ChangeVerdict, Decided,
    Decision, DnOutcome, Fault, Group, HomeResult, IdentityPart, Judged, LeftOut, LocalOutcome,
    LoginId, MapOutcome, MapResult, MapTarget, MappingOutcome, NameForm, OsOutcome, Reason, Record,
    ReplyProof, RuleId, SearchOutcome, SiteForm, SiteOutcome, Stage, Trace, TraceEntry, UserType,
    Verdict,
};
use entryway_wire::AuditBody;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const RULE: RuleId = RuleId(31);

fn text(text: &str) -> String {
    text.to_owned()
}

fn name(name: &str) -> AttributeName {
    AttributeName::parse(name).expect("a name")
}

/// One of each, and of those that come in several shapes each shape.
fn samples() -> Vec<Record> {
    let searches = [
        SearchOutcome::Found { dn: text("uid=a") },
        SearchOutcome::NoEntry,
        SearchOutcome::Ambiguous {
            dns: vec![text("uid=a"), text("uid=b")],
        },
        SearchOutcome::MailNotAllowed { dn: text("uid=a") },
        SearchOutcome::OutsideBase { dn: text("uid=a") },
        SearchOutcome::Refused {
            code: ResultCode(53),
            diagnostic: text("not today"),
        },
        SearchOutcome::Unanswered {
            fault: Fault::DirectoryUnreachable,
            skipped: true,
        },
    ];
    let searches = searches.map(|outcome| searched(STAFF, outcome).0);
    let mappings = MappingOutcome::ALL.map(|outcome| Record::CertificateMapped {
        by: CertificateBy::Upn,
        outcome,
        rule: RULE,
    });
    let locals = [
        LocalOutcome::NoAccount,
        LocalOutcome::Decides {
            name: "a".into(),
            enabled: true,
        },
        LocalOutcome::KeptInDirectory {
            name: "a".into(),
            enabled: false,
        },
        LocalOutcome::LeftOut { name: "a".into() },
    ];
    let systems = [
        OsOutcome::Found { name: text("a") },
        OsOutcome::Verified { name: text("a") },
        OsOutcome::NoAccount,
        OsOutcome::Refused {
            reason: Reason::AccountExpired,
            words: String::new(),
        },
        OsOutcome::MustChange,
        OsOutcome::NoVerdict {
            problem: text("no PAM"),
        },
    ];
    let verdicts = [
        BindVerdict::Verified,
        BindVerdict::MustChange,
        BindVerdict::Refused(Reason::WrongPassword),
        BindVerdict::NoVerdict(Fault::Deadline),
    ];
    let filters = [
        DnOutcome::NoFilter,
        DnOutcome::Permitted { rule: RULE, of: 2 },
        DnOutcome::Refused {
            of: 3,
            rules: vec![RULE, RULE],
        },
    ];
    let homes = [
        HomeResult::AlreadySet,
        HomeResult::FromRow {
            home: text("/srv/a"),
            rule: RULE,
        },
        HomeResult::NoRow,
        HomeResult::Refused {
            problem: text("no"),
            rule: RULE,
        },
    ];
    let maps = [
        MapOutcome::Set(vec![text("1")]),
        MapOutcome::Absent,
        MapOutcome::Invalid {
            problem: text("no"),
            defaulted: true,
        },
    ];
    let maps = maps.map(|value| MapResult {
        target: MapTarget::Uid,
        from: text("uidNumber"),
        value,
        rule: RULE,
    });
    let at_sites = [
        SiteOutcome::Accepted {
            name: text("plant-a/jane"),
            left_out: vec![LeftOut::Email, LeftOut::Account],
        },
        SiteOutcome::MustChange,
        SiteOutcome::Refused {
            reason: Reason::RefusedBySite,
            told: None,
        },
        SiteOutcome::NoVerdict {
            fault: Fault::SiteNoVerdict,
            told: Some(text("directory_unreachable")),
        },
        SiteOutcome::SealRefused {
            why: text("expired"),
        },
        SiteOutcome::Changed,
    ];
    let mut samples = single();
    samples.extend(at_sites.map(|outcome| Record::SiteAnswered {
        site: "plant-a".into(),
        connector: Some("c1".into()),
        proof: ReplyProof {
            digest: [7; 32],
            signature: [8; 64].into(),
            beside: Box::default(),
            stated: None,
        },
        outcome,
    }));
    let asserted = [
        AssertedOutcome::LetIn,
        AssertedOutcome::Refused {
            reason: Reason::CertificateRevoked,
            told: text("certificate_revoked"),
        },
        AssertedOutcome::NoVerdict {
            fault: Fault::SiteNoVerdict,
        },
    ];
    samples.extend(asserted.map(|outcome| Record::SiteAsserted {
        site: "plant-a".into(),
        connector: "c1".into(),
        proof: ReplyProof {
            digest: [7; 32],
            signature: [8; 64].into(),
            beside: Box::default(),
            stated: None,
        },
        outcome,
    }));
    samples.push(Record::Mapped { maps: maps.into() });
    samples.extend(searches);
    samples.extend(mappings);
    samples.extend(locals.map(Record::LocalLooked));
    samples.extend(systems.map(|outcome| Record::OsAnswered { outcome }));
    samples.extend(filters.map(Record::DnFiltered));
    samples.extend(homes.map(Record::Homed));
    for verdict in verdicts {
        samples.push(Record::LocalVerified {
            verdict: verdict.clone(),
            continued: true,
        });
        samples.push(Record::Bound {
            server: "ldaps://dc1".into(),
            code: ResultCode(4242),
            diagnostic: text("no"),
            policy: Some(PasswordPolicy {
                expires_in: Some(60),
                grace_left: Some(1),
                error: Some(PasswordPolicyError::PasswordTooShort),
            }),
            verdict,
        });
    }
    samples
}

/// Those that come in one shape.
fn single() -> Vec<Record> {
    let certificate = Arc::new(Certificate {
        upns: vec![text("a@staff.example")],
        emails: vec![text("a@mail.example")],
        subject: text("CN=a"),
        issuer: text("CN=Staff CA"),
        issuer_for_microsoft: text("CN=Staff CA"),
        serial: [1].into(),
        key_id: None,
        thumbprint: Fingerprint::new([7; 32]),
        der: Arc::from([].as_slice()),
    });
    vec![
        Record::NameRefused {
            login_name: text("a"),
            reason: Reason::MalformedLogin,
            problem: text("no"),
        },
        Record::NameRead {
            login_name: text("a"),
            named: None,
            tries: vec![STAFF],
            rule: Some(RULE),
        },
        Record::PasswordRefused {
            login_name: text("a"),
            problem: "is empty",
        },
        Record::DomainUnknown { domain: text("x") },
        Record::Throttled {
            bucket: Bucket::Identity,
            limit: 5,
            until: SystemTime::UNIX_EPOCH,
        },
        Record::StoreUnavailable {
            problem: text("full"),
        },
        Record::NotSearched {
            domain: STAFF,
            placeholder: Placeholder::Suffix,
            rule: RULE,
            by_email: true,
        },
        Record::PasswordNotChecked,
        Record::CertificateShown {
            certificate: Arc::clone(&certificate),
            judged: Judged::Trusted {
                anchor: text("CN=Staff CA"),
                unchecked: Some(text("no list")),
            },
        },
        Record::CertificateShown {
            certificate: Arc::clone(&certificate),
            judged: Judged::Refused {
                reason: Reason::CertificateRevoked,
                problem: text("its key was compromised"),
            },
        },
        Record::CertificateShown {
            certificate,
            judged: Judged::NoVerdict {
                fault: Fault::RevocationUnknown,
                problem: text("the list is too old"),
            },
        },
        Record::NotForRealUsers,
        Record::BindUnanswered {
            server: "ldaps://dc1".into(),
            written: true,
            fault: Fault::Deadline,
            cause: text("silence"),
        },
        Record::ChangeRefused {
            reason: Reason::PasswordChangeUnsupported,
            problem: "somebody else keeps it",
        },
        Record::ChangeAnswered {
            server: "ldaps://dc1".into(),
            code: ResultCode(19),
            diagnostic: text("too short"),
            policy: Some(PasswordPolicy {
                error: Some(PasswordPolicyError::PasswordTooShort),
                ..PasswordPolicy::default()
            }),
            verdict: ChangeVerdict::Refused(Reason::NewPasswordTooShort),
        },
        Record::ChangeUnanswered {
            server: "ldaps://dc1".into(),
            written: true,
            fault: Fault::PasswordChangeUnknown,
            cause: text("silence"),
        },
        Record::LocalChanged {
            verdict: ChangeVerdict::Changed,
            problem: None,
        },
        Record::LocalChanged {
            verdict: ChangeVerdict::NoVerdict(Fault::StoreUnavailable),
            problem: Some(text("full")),
        },
        Record::AccountRead {
            state: AccountState::MustChange,
        },
        Record::Named {
            name: Some(text("a")),
            from: Some(name("uid")),
            rule: RULE,
        },
        Record::IdentityUnusable {
            part: IdentityPart::Subject,
            from: name("entryUUID"),
            problem: text("has two values"),
            rule: RULE,
        },
        Record::Carried {
            carried: vec![text("mail")],
            left_out: vec![(text("x"), text("secret"))],
            rule: RULE,
        },
        Record::TypeRanged {
            user_type: UserType::Real,
            rule: RULE,
        },
        Record::FromAccount {
            values: vec![(MapTarget::Uid, text("1"))],
        },
        Record::GroupsRead {
            groups: vec![Group {
                domain: "staff".into(),
                name: "engineers".into(),
                dn: None,
                gid: Some(7),
                path: vec!["all".into()],
            }],
            total: 13,
            partial: Some(text("silence")),
            needed: true,
            round_trips: 2,
        },
        Record::Classed {
            class: Some(("engineers".into(), RULE)),
            of: 4,
        },
        Record::RuleFailed {
            problem: text("no"),
            rule: RULE,
            stage: Stage::Template,
        },
        Record::Templated {
            name: "sftp".into(),
            values: vec![(MapTarget::Home, text("/x"))],
            rule: RULE,
        },
        Record::TemplateUnresolved {
            name: "sftp".into(),
            target: MapTarget::Home,
            problem: text("no"),
            rule: RULE,
        },
        Record::Stopped {
            fault: Fault::Deadline,
            problem: "the time is over",
            stage: Stage::Find,
        },
        Record::SubjectCompared { same: false },
        Record::PasswordCompared { unchanged: None },
        Record::Defaulted {
            filled: vec![(MapTarget::Gid, text("100"))],
            rule: RULE,
        },
        Record::SiteNamed {
            login_name: text("plant-a/jane"),
            site: "plant-a".into(),
            form: SiteForm::Named(NameForm::Slash),
            rule: RULE,
        },
        Record::ClearRefused {
            site: "plant-a".into(),
        },
        Record::SiteUnanswered {
            site: "plant-a".into(),
            connector: None,
            written: false,
            fault: Fault::SiteUnreachable,
            cause: text("no connector is ready"),
        },
        Record::Required {
            missing: vec![MapTarget::Uid],
            invalid: vec![(MapTarget::Gid, text("no"))],
        },
        Record::Decided(Verdict::Indeterminate(Fault::Deadline)),
    ]
}

fn decided(records: Vec<Record>) -> Decided {
    let entries = records.into_iter().map(|record| TraceEntry {
        record,
        at: Duration::ZERO,
        took: Some(Duration::from_micros(3_999)),
    });
    Decided {
        id: LoginId::from_bits(0xabc),
        decision: Decision::Indeterminate(Fault::Deadline),
        trace: Trace {
            entries: entries.collect(),
        },
        took: Duration::from_millis(7),
        tokens: None,
        settle: Vec::new(),
    }
}

/// As the audit keeps it.
fn recorded(decided: &Decided) -> Vec<u8> {
    let body = AuditBody {
        told: None,
        at: SystemTime::UNIX_EPOCH,
        kind: "login",
        login_name: "a",
        caller: None,
        client_address: None,
        decided,
    };
    let place = |rule: RuleId| Some(format!("entryway.toml:{}", rule.0));
    body.to_json(&place, &|_| Some("staff"))
}

fn shown(rows: &[crate::columns::Row]) -> String {
    let palette = Palette::new(false);
    render(
        rows,
        Style {
            palette,
            width: None,
        },
    )
}

#[test]
fn each_is_read_and_shown() {
    for sample in samples() {
        let debug = format!("{sample:?}");
        let explained: Explained =
            serde_json::from_slice(&recorded(&decided(vec![sample]))).expect("an explanation");
        let event = &explained.trace[0].event;
        assert!(!matches!(event, Event::Unknown(_)), "{debug} is not read");
        let more_than_the_end = explained_rows(&explained).len() > 1;
        let is_end = matches!(event, Event::Decided { .. });
        assert!(more_than_the_end != is_end, "{debug} is not shown");
    }
}

#[test]
fn the_record_reads_as_the_live_login_did() {
    let mut all = samples();
    let end = Record::Decided(Verdict::Indeterminate(Fault::Deadline));
    all.push(end);
    let decided = decided(all);
    let domains: [Arc<str>; 1] = ["staff".into()];
    let names = Names {
        domains: &domains,
        place: &|rule| Some(format!("entryway.toml:{}", rule.0)),
        is_recorded: true,
    };
    let explained: Explained = serde_json::from_slice(&recorded(&decided)).expect("JSON");
    assert_eq!(
        shown(&explained_rows(&explained)),
        shown(&rows(&decided, &names))
    );
}

/// The variants of `Record` as they are written in its source, in the spelling of events.
fn events() -> BTreeSet<String> {
    let source = include_str!("../../../../entryway-login/src/trace/record.rs");
    let (_, behind) = source.split_once("pub enum Record {\n").expect("the enum");
    let (variants, _) = behind.split_once("\n}\n").expect("its end");
    let heads = variants
        .lines()
        .filter_map(|line| line.strip_prefix("    "));
    heads
        .filter(|line| line.starts_with(|char: char| char.is_ascii_uppercase()))
        .map(|line| line.split([' ', '(', ',']).next().unwrap_or(line))
        .map(|name| {
            let snake = name.chars().enumerate().flat_map(|(at, char)| {
                let apart = (at > 0 && char.is_uppercase()).then_some('_');
                apart.into_iter().chain(char.to_lowercase())
            });
            snake.collect()
        })
        .collect()
}

#[test]
fn none_is_without_a_sample() {
    let found = samples().into_iter().map(|sample| {
        let json = recorded(&decided(vec![sample]));
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        text(json["trace"][0]["event"].as_str().expect("an event"))
    });
    assert_eq!(found.collect::<BTreeSet<_>>(), events());
}

#[test]
fn what_is_not_known_is_shown_as_it_stands() {
    let json = r#"{"decision":"reject","id":"7","reason":"new_reason","took_ms":1,"trace":[
        {"stage":"find","event":"divined","by":"tea leaves"}]}"#;
    let explained: Explained = serde_json::from_str(json).expect("an explanation");
    let text = shown(&explained_rows(&explained));
    assert!(text.contains("tea leaves"), "{text}");
    assert!(text.contains("reject, new_reason"), "{text}");
}

/// The text of an explanation with this kind and these steps.
fn check_text(kind: &str, decision: &str, trace: &str, expected: &str) {
    let json = format!(
        r#"{{"decision":"{decision}","kind":"{kind}","reason":"malformed_login","id":"7","took_ms":1,"trace":[{trace}]}}"#
    );
    let json = serde_json::from_str(&json).expect("JSON");
    let text = shown(&explained_rows(
        &Explained::of(json).expect("an explanation"),
    ));
    assert_eq!(text, expected, "found:\n{text}");
}

#[test]
fn a_folder_that_all_places_share_is_left_out() {
    check_text(
        "login",
        "accept",
        r#"{"stage":"login_name","event":"name_read","login_name":"a","tries":["staff"],"rule":"/etc/entryway/entryway.toml:9"},
           {"stage":"dn_filters","event":"dn_filtered","outcome":"refused","of":12,"rules":["/etc/entryway/more/staff.toml:3","$ENTRYWAY__x"]}"#,
        "\
login name   a                           no domain named; tries staff (entryway.toml:9)
DN filters   refused                     12 rows applied, none matched (more/staff.toml:3, $ENTRYWAY__x, …)
decision     accept                      login 7, 1 ms
",
    );
}

#[test]
fn a_revalidation_says_who_is_asked_again() {
    check_text(
        "revalidation",
        "accept",
        r#"{"stage":"login_name","event":"name_read","login_name":"a","tries":["staff"]},
           {"stage":"login_name","event":"name_read","login_name":"a","tries":[]}"#,
        "\
login name   a                           was let in before; staff is asked again, for the same entry
login name   a                           was let in before; the local account is asked again
decision     accept                      login 7, 1 ms
",
    );
}

#[test]
fn a_token_of_somebody_else_is_no_name() {
    check_text(
        "revalidation",
        "reject",
        r#"{"stage":"login_name","event":"name_refused","login_name":"","reason":"malformed_login","problem":"was altered"}"#,
        "\
token        refused                     was altered
decision     reject, malformed_login     the token is none of ours; login 7, 1 ms
",
    );
}

#[test]
fn a_throttle_tells_that_a_login_now_is_refused() {
    check_text(
        "explanation",
        "would_accept",
        r#"{"stage":"throttle","event":"throttled","bucket":"identity","limit":5,"until":"2026-01-01T00:00:00Z"}"#,
        "\
throttle     until 2026-01-01T00:00:00Z  5 failures for this person
             a login now is refused      whatever the password; the rest holds from then on
decision     accept, if the password is right  login 7, 1 ms
",
    );
}

#[test]
fn a_local_home_and_a_skipped_domain_are_named() {
    check_text(
        "login",
        "indeterminate",
        r#"{"stage":"find","event":"searched","domain":"staff","base":"dc=a","scope":"subtree","filter":"(uid=a)","outcome":"unanswered","skipped":true,"by_email":false},
           {"stage":"local","event":"from_account","values":[{"target":"home","value":"/home/a"}]},
           {"stage":"home","event":"homed","outcome":"already_set"}"#,
        "\
staff        no answer, skipped          no server could be used
             (uid=a) under dc=a
account      home=/home/a                the account's own
home         /home/a                     the account's own
skipped      staff                       it gave no answer and lets others be asked (`when_down`): their yes counts, their no does not
decision     indeterminate, malformed_login  login 7, 1 ms
",
    );
}

#[test]
fn what_is_not_taken_of_a_site_is_named() {
    check_text(
        "login",
        "accept",
        r#"{"stage":"site","event":"site_answered","site":"plant-a","connector":"c1","outcome":"accepted","name":"plant-a/jane","left_out":["email","account"],"reply":"07","signature":"08"}"#,
        "\
site         lets plant-a/jane in        not taken from it: email, account
             plant-a by connector c1     signed reply 07
decision     accept                      login 7, 1 ms
",
    );
}
