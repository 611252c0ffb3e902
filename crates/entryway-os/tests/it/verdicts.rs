//! What PAM and the user database say, and what becomes of it.

use super::support::{LONG, PERSON, RIGHT, System, operation};
use entryway_login::{OsAccounts, OsRefusal, OsReply};
use entryway_os::{OsSettings, PamAccounts};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

/// The password is checked by a script, and every account may be used.
pub(crate) const CHECKED: &str = "
auth [success=1 default=ignore] pam_exec.so expose_authtok quiet /bin/sh {folder}/check
auth requisite pam_deny.so
auth required pam_permit.so
account required pam_permit.so
";

#[tokio::test]
async fn the_right_password_gives_the_account_of_the_user_database() {
    let system = System::new(CHECKED);
    let OsReply::Verified(account) = system.login(RIGHT).await else {
        panic!("refused")
    };
    let line = fs::read_to_string("/etc/passwd").unwrap();
    let line = line
        .lines()
        .find(|line| line.starts_with("daemon:"))
        .unwrap();
    let fields: Vec<_> = line.split(':').collect();
    assert_eq!(account.name, PERSON);
    assert_eq!(account.uid.to_string(), fields[2]);
    assert_eq!(account.gid.to_string(), fields[3]);
    assert_eq!(account.home, fields[5]);
    assert_eq!(account.shell, fields[6]);
    assert_eq!(
        system.accounts.find_os(PERSON, soon()).await,
        Ok(Some(account))
    );
}

#[tokio::test]
async fn every_other_password_is_wrong() {
    let system = System::new(CHECKED);
    let long = format!("{RIGHT}{}", "x".repeat(1000));
    for wrong in ["wrong", "r", "rïght horse ", long.as_str(), "rïght horse\0"] {
        assert_eq!(
            system.login(wrong).await,
            OsReply::WrongPassword,
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn a_name_is_unknown_unless_spelt_exactly() {
    let system = System::new(CHECKED);
    for name in ["Daemon", "no-such-account", "daemon ", "daemon\0", ""] {
        let reply = system.login_as(name, RIGHT, LONG).await;
        assert_eq!(reply, OsReply::Unknown, "{name:?}");
        assert_eq!(
            system.accounts.find_os(name, soon()).await,
            Ok(None),
            "{name:?}"
        );
    }
}

#[tokio::test]
async fn pam_is_not_asked_about_the_superuser() {
    let system = System::new(CHECKED);
    system.script(
        "check",
        &format!("echo asked > {}", system.path("asked").display()),
    );
    assert_eq!(system.login_as("root", RIGHT, LONG).await, OsReply::Unknown);
    assert_eq!(system.accounts.find_os("root", soon()).await, Ok(None));
    assert!(!system.path("asked").exists());
    // Others are asked about.
    assert!(matches!(system.login(RIGHT).await, OsReply::Verified(_)));
    assert!(system.path("asked").exists());
}

#[tokio::test]
async fn modules_learn_who_from_where_and_nothing_of_the_environment() {
    let system = System::new(CHECKED);
    let said = system.path("said");
    system.script("check", &format!("env > {}", said.display()));
    assert!(matches!(system.login(RIGHT).await, OsReply::Verified(_)));
    let said = fs::read_to_string(said).unwrap();
    for line in [
        "PAM_USER=daemon",
        "PAM_RHOST=192.0.2.7",
        "PAM_TTY=entryway",
        "PAM_SERVICE=entryway",
    ] {
        assert!(said.lines().any(|said| said == line), "{line} in {said}");
    }
    // What the test itself was started with is not there.
    assert!(!said.contains("CARGO"), "{said}");
}

/// A service that answers `answer` to the account question of somebody whose password is right.
async fn account_says(answer: &str) -> OsReply {
    let account = format!("account required pam_debug.so acct={answer}");
    let service = CHECKED.replace("account required pam_permit.so", &account);
    System::new(&service).login(RIGHT).await
}

/// A service that answers `answer` to the password.
async fn password_says(answer: &str) -> OsReply {
    let service =
        format!("auth required pam_debug.so auth={answer}\naccount required pam_permit.so\n");
    System::new(&service).login(RIGHT).await
}

fn kind(reply: &OsReply) -> &'static str {
    match reply {
        OsReply::Verified(_) => "verified",
        OsReply::Unknown => "unknown",
        OsReply::WrongPassword => "wrong password",
        OsReply::MustChange => "must change",
        OsReply::NotUsable(OsRefusal::Expired, _) => "expired",
        OsReply::NotUsable(OsRefusal::Locked, _) => "locked",
        OsReply::NotUsable(OsRefusal::Denied, _) => "denied",
        OsReply::NoVerdict(_) => "no verdict",
    }
}

#[tokio::test]
async fn each_answer_to_the_account_question_has_its_meaning() {
    for (answer, expected) in [
        ("success", "verified"),
        ("new_authtok_reqd", "must change"),
        ("acct_expired", "expired"),
        ("authtok_expired", "expired"),
        ("maxtries", "locked"),
        ("perm_denied", "denied"),
        ("auth_err", "denied"),
        ("authinfo_unavail", "no verdict"),
        ("system_err", "no verdict"),
    ] {
        let reply = account_says(answer).await;
        assert_eq!(kind(&reply), expected, "{answer}: {reply:?}");
    }
}

#[tokio::test]
async fn each_answer_to_the_password_has_its_meaning() {
    for (answer, expected) in [
        ("auth_err", "wrong password"),
        ("user_unknown", "unknown"),
        ("maxtries", "locked"),
        ("acct_expired", "expired"),
        ("perm_denied", "denied"),
        // It would say that the password is right, and nobody checked it.
        ("new_authtok_reqd", "no verdict"),
        ("authinfo_unavail", "no verdict"),
        ("cred_insufficient", "no verdict"),
        ("abort", "no verdict"),
    ] {
        let reply = password_says(answer).await;
        assert_eq!(kind(&reply), expected, "{answer}: {reply:?}");
    }
}

fn no_verdict(reply: OsReply) -> String {
    match reply {
        OsReply::NoVerdict(words) => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_service_that_asks_for_no_password_lets_nobody_in() {
    let system = System::new("auth required pam_permit.so\naccount required pam_permit.so\n");
    let words = no_verdict(system.login(RIGHT).await);
    assert_eq!(
        words,
        "PAM's service `entryway` says yes without asking for the password"
    );
}

#[tokio::test]
async fn a_second_question_is_no_wrong_password() {
    for trouble in ["again", "echo"] {
        let second =
            format!("auth required {{module}} {trouble}\nauth required pam_permit.so\naccount");
        let service = CHECKED.replace("auth required pam_permit.so\naccount", &second);
        let words = no_verdict(System::new(&service).login(RIGHT).await);
        assert!(
            words.contains("asked for more than the password"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn a_module_that_changes_the_name_lets_nobody_in() {
    let service = format!("auth optional {{module}} rename\n{CHECKED}");
    let reply = System::new(&service).login(RIGHT).await;
    assert_eq!(kind(&reply), "denied", "{reply:?}");
}

#[tokio::test]
async fn without_a_service_nobody_comes_in() {
    let system = System::new(CHECKED);
    fs::remove_file(system.path("entryway")).unwrap();
    assert_eq!(kind(&system.login(RIGHT).await), "no verdict");
}

fn soon() -> Instant {
    Instant::now() + LONG
}

#[tokio::test]
async fn nobody_is_looked_up_after_the_deadline() {
    let system = System::new(CHECKED);
    let late = system.accounts.find_os(PERSON, Instant::now()).await;
    assert!(late.is_err(), "{late:?}");
}

#[tokio::test]
async fn without_the_library_there_is_no_verdict() {
    let helper = PathBuf::from(env!("CARGO_BIN_EXE_entryway-os-helper"));
    let accounts = PamAccounts::new(OsSettings::default(), helper)
        .with_library(PathBuf::from("libpam-that-is-not-there.so.0"));
    let answer = accounts.login_os(operation(PERSON, RIGHT, LONG)).await;
    let words = no_verdict(answer.reply);
    assert!(words.contains("libpam-that-is-not-there"), "{words}");
    // The user database does not need it.
    assert!(matches!(
        accounts.find_os(PERSON, soon()).await,
        Ok(Some(_))
    ));
}

#[tokio::test]
async fn without_the_program_there_is_no_verdict() {
    let accounts = PamAccounts::new(
        OsSettings::default(),
        PathBuf::from("/nonexistent/entryway"),
    );
    let answer = accounts.login_os(operation(PERSON, RIGHT, LONG)).await;
    let words = no_verdict(answer.reply);
    assert!(
        words.starts_with("the helper for OS accounts cannot be started: "),
        "{words}"
    );
}

#[tokio::test]
async fn a_refusal_does_not_wait_in_the_helper() {
    // A minute, in microseconds.
    let service = "auth optional pam_faildelay.so delay=60000000\nauth required pam_deny.so\n";
    let system = System::new(&service.replace(
        "auth required",
        "auth required pam_debug.so auth=auth_err\nauth required",
    ));
    let answer = system
        .accounts
        .login_os(operation(PERSON, RIGHT, LONG))
        .await;
    assert_eq!(answer.reply, OsReply::WrongPassword);
    assert!(answer.took < LONG / 2, "{:?}", answer.took);
}
