//! The servers themselves: they start, and nothing of them is left behind.

use entryway_conformance::{
    Authority, BadLine, ConnectProxy, Deadline, FarSide, SambaAd, Scratch, Slapd, SlapdOptions,
    Weather, until,
};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

fn answers(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_ok()
}

#[test]
fn slapd_listens_until_it_is_dropped() {
    let authority = Authority::new().unwrap();
    let slapd = Slapd::start(&authority, SlapdOptions::default()).unwrap();
    let (ldap, ldaps, pid) = (slapd.ldap(), slapd.ldaps(), slapd.pid().unwrap());
    assert!(answers(ldap) && answers(ldaps));
    drop(slapd);
    assert!(!answers(ldap) && !answers(ldaps));
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn a_far_side_swallows_until_it_is_mended_and_goes_with_its_owner() {
    let far = FarSide::start().unwrap();
    let options = SlapdOptions::default();
    let slapd = Slapd::start_far(&Authority::new().unwrap(), options, &far).unwrap();
    let ldap = slapd.ldap();
    let soon = Duration::from_millis(300);
    far.swallow().unwrap();
    let error = TcpStream::connect_timeout(&ldap, soon).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    far.mend().unwrap();
    assert!(answers(ldap));
    let near = far.near();
    let is_ours = || TcpListener::bind((near, 0)).is_ok();
    assert!(is_ours());
    drop((slapd, far));
    until("the cable is gone", Deadline::seconds(10), || {
        Ok((!is_ours()).then_some(()))
    })
    .unwrap();
}

#[test]
fn a_bad_line_is_late_loses_and_can_be_cut() {
    let late = Weather {
        delay_ms: 100,
        lost_percent: 2,
    };
    let line = BadLine::start(late).unwrap();
    let options = SlapdOptions::default();
    let slapd = Slapd::start_far(&Authority::new().unwrap(), options, line.far()).unwrap();
    let ldap = slapd.ldap();
    let begun = Instant::now();
    assert!(answers(ldap));
    // There and back.
    assert!(begun.elapsed() >= Duration::from_millis(200));
    line.turns(Weather::CUT).unwrap();
    let error = TcpStream::connect_timeout(&ldap, Duration::from_millis(300)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    line.turns(Weather::FAIR).unwrap();
    assert!(answers(ldap));
}

#[test]
fn a_proxy_lets_out_who_says_who_they_are() {
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = target.local_addr().unwrap();
    let proxy = ConnectProxy::start(target.ip()).unwrap();
    let asked = |credentials: &str| {
        let mut stream = TcpStream::connect(proxy.address()).unwrap();
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credentials}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    assert_eq!(asked(""), "HTTP/1.0 407");
    // `entryway:proxy-secret`
    let credentials = "Proxy-Authorization: Basic ZW50cnl3YXk6cHJveHktc2VjcmV0\r\n";
    assert_eq!(asked(credentials), "HTTP/1.0 200");
    assert!(proxy.log().contains("CONNECT"), "{}", proxy.log());
}

#[test]
fn a_killed_slapd_starts_again_where_it_was() {
    let mut slapd = Slapd::start(&Authority::new().unwrap(), SlapdOptions::default()).unwrap();
    let (ldap, pid) = (slapd.ldap(), slapd.pid());
    slapd.pause().unwrap();
    slapd.go_on().unwrap();
    slapd.kill().unwrap();
    assert!(!answers(ldap));
    slapd.start_again().unwrap();
    assert!(answers(ldap) && slapd.ldap() == ldap && slapd.pid() != pid);
}

#[test]
fn samba_listens_until_it_is_dropped() {
    let samba = SambaAd::start(&Authority::new().unwrap()).unwrap();
    let (ldap, ldaps) = (samba.ldap(), samba.ldaps());
    assert!(answers(ldap) && answers(ldaps));
    assert_eq!(samba.wrong_passwords_of("alice").unwrap(), 0);
    drop(samba);
    assert!(!answers(ldap) && !answers(ldaps));
}

#[test]
fn a_folder_is_gone_with_its_owner() {
    let scratch = Scratch::new().unwrap();
    let file = scratch.write("secret", "x").unwrap();
    assert!(file.exists());
    drop(scratch);
    assert!(!file.exists());
}

#[test]
fn a_panic_leaves_nothing_behind() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let panicked = std::thread::spawn(move || {
        let scratch = Scratch::new().unwrap();
        sender.send(scratch.path().to_owned()).unwrap();
        panic!("on purpose");
    });
    let path = receiver.recv().unwrap();
    assert!(panicked.join().is_err());
    until("the folder is gone", Deadline::seconds(10), || {
        Ok((!path.exists()).then_some(()))
    })
    .unwrap();
}
