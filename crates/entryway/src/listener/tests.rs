use super::{ListenerCertificate, Prepared};
use entryway_config::{Settings, Sources};
use entryway_conformance::{Authority, Certificate};
use entryway_ldap::Purpose;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Writes a certificate with its key into a folder, and gives the settings that name them.
fn issued(authority: &Authority, kind: Certificate, folder: &Path) {
    authority
        .issue(kind, Ipv4Addr::LOCALHOST, folder)
        .expect("a certificate");
}

fn settings(folder: &Path, tls: &str) -> Settings {
    let path = folder.join("entryway.toml");
    let text =
        format!("[server]\n{tls}\n[login]\nldap = \"disabled\"\n[store]\nurl = \"memory:\"\n");
    fs::write(&path, text).expect("written");
    match entryway_config::load(&Sources::file(&path)) {
        Ok(loaded) => loaded.settings,
        Err(report) => panic!("{report}"),
    }
}

const PAIR: &str = r#"tls = { certificate = "server.crt", key = "server.key" }"#;

fn opened(settings: &Settings) -> ListenerCertificate {
    let opened = ListenerCertificate::open(settings).expect("it can be used");
    opened.expect("it is named")
}

#[test]
fn without_a_certificate_there_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let none = ListenerCertificate::open(&settings(folder.path(), "")).expect("nothing to read");
    assert!(none.is_none());
}

#[test]
fn what_its_files_come_to_hold_is_shown_unless_it_cannot_be_used() {
    let (folder, authority) = (
        tempfile::tempdir().expect("a folder"),
        Authority::new().expect("an authority"),
    );
    issued(&authority, Certificate::Good, folder.path());
    let certificate = opened(&settings(folder.path(), PAIR));
    let first = certificate.certificates();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].purpose, Purpose::Listener);
    let now = SystemTime::now();
    certificate.look(now);
    assert_eq!(
        (certificate.certificates(), certificate.problem()),
        (first.clone(), None)
    );
    // The key of another certificate, as between two renewals of a program that writes one after the other.
    let key = fs::read(folder.path().join("server.key")).expect("a key");
    issued(&authority, Certificate::Expired, folder.path());
    let new_key = fs::read(folder.path().join("server.key")).expect("a key");
    fs::write(folder.path().join("server.key"), key).expect("written");
    certificate.look(now);
    let problem = certificate.problem().expect("it does not fit");
    assert!(problem.contains("server.key"), "{problem}");
    assert_eq!(certificate.certificates(), first);
    fs::write(folder.path().join("server.key"), new_key).expect("written");
    certificate.look(now);
    assert_eq!(certificate.problem(), None);
    let second = certificate.certificates();
    assert!(
        second[0].not_after < now,
        "the one that has expired is shown"
    );
}

#[test]
fn another_configuration_may_name_other_files() {
    let (folder, authority) = (
        tempfile::tempdir().expect("a folder"),
        Authority::new().expect("an authority"),
    );
    issued(&authority, Certificate::Good, folder.path());
    let certificate = opened(&settings(folder.path(), PAIR));
    let first = certificate.certificates();
    let other = folder.path().join("other");
    fs::create_dir(&other).expect("a folder");
    issued(&authority, Certificate::NotYetValid, &other);
    let named = r#"tls = { certificate = "other/server.crt", key = "other/server.key" }"#;
    let prepared = certificate.prepare(&settings(folder.path(), named));
    let prepared = prepared.expect("it can be used");
    assert!(matches!(prepared, Prepared::Other(_)));
    assert_eq!(certificate.certificates(), first, "nothing has changed yet");
    certificate.apply(prepared);
    let second = certificate.certificates();
    assert_ne!(second, first);
    // Without TLS only after a restart.
    let prepared = certificate.prepare(&settings(folder.path(), ""));
    assert!(matches!(prepared, Ok(Prepared::Same)));
}

#[test]
fn a_reload_looks_at_once_and_what_is_gone_is_refused() {
    let (folder, authority) = (
        tempfile::tempdir().expect("a folder"),
        Authority::new().expect("an authority"),
    );
    issued(&authority, Certificate::Good, folder.path());
    let same = settings(folder.path(), PAIR);
    let certificate = opened(&same);
    let first = certificate.certificates();
    issued(&authority, Certificate::Expired, folder.path());
    certificate.apply(certificate.prepare(&same).expect("it can be used"));
    assert_ne!(certificate.certificates(), first);
    fs::remove_file(folder.path().join("server.crt")).expect("removed");
    let other = folder.path().join("other");
    fs::create_dir(&other).expect("a folder");
    issued(&authority, Certificate::Good, &other);
    let named = r#"tls = { certificate = "other/server.crt", key = "other/server.key" }"#;
    let gone = settings(folder.path(), named);
    fs::remove_file(other.join("server.crt")).expect("removed");
    let Err(error) = certificate.prepare(&gone) else {
        panic!("it is not there");
    };
    let error = format!("{error:#}");
    assert!(error.contains("other/server.crt"), "{error}");
}

#[test]
fn its_end_is_told_of_once() {
    let (folder, authority) = (
        tempfile::tempdir().expect("a folder"),
        Authority::new().expect("an authority"),
    );
    issued(&authority, Certificate::Good, folder.path());
    let certificate = opened(&settings(folder.path(), PAIR));
    let chain = certificate.certificates();
    let nearly = chain[0].not_after - DAY * 5;
    let mut reading = certificate.reading.lock();
    let due = reading.expiring.certificates.due(chain.clone(), nearly);
    assert_eq!(due, [(chain[0].clone(), 5)]);
    drop(reading);
    certificate.look(nearly);
    let mut reading = certificate.reading.lock();
    assert!(reading.expiring.certificates.due(chain, nearly).is_empty());
}
