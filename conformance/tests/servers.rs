//! The servers themselves: they start, and nothing of them is left behind.

use entryway_conformance::{Authority, Deadline, SambaAd, Scratch, Slapd, SlapdOptions, until};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

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
