use super::{Hash, hash};
use crate::HashProblem;

/// As `slappasswd -h SCHEME -s 'correct horse'` wrote them.
pub(crate) const VECTORS: [(&str, &str); 7] = [
    ("SHA", "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A="),
    ("SSHA", "{SSHA}OO910YWkiTl4YaznUzCrDt+Hz0C2pl53"),
    (
        "SHA256",
        "{SHA256}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE=",
    ),
    (
        "SSHA256",
        "{SSHA256}CglkkV/ThHqPs++eFXhNvNojFMFyedP1ARDL/GNhroqnHJkcVeAT3w==",
    ),
    (
        "SHA512",
        "{SHA512}VraY3v7bWkNbY0r+MyC7rz/c2SC2xQOkRvx7endrKY1HnRumqLYXgI6wv1ec6aldZoNHvKtxSQhayTyyeZUZew==",
    ),
    (
        "SSHA512",
        "{SSHA512}BlOuDcTqxz9SXd1Qy695xq5JJUev48GQ/SCbhax+O+gq3Ubl8dUKIoNfQO/XFFzm1ZBxIeCct5OMvBAoYUV5Fw10M4JFKIgY",
    ),
    (
        "argon2i",
        "{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$ABDoq7RGj11/HnyMDpozow$tFS/ODZ6c19pgCtfXjxQRbcDvZyFWqe7uV2jc2kEMkc",
    ),
];

#[test]
fn what_slappasswd_writes_verifies() {
    for (scheme, text) in VECTORS {
        let hash = Hash::parse(text).unwrap();
        assert_eq!(hash.scheme(), scheme);
        assert!(hash.verify(b"correct horse").unwrap(), "{text}");
        assert!(!hash.verify(b"correct horsf").unwrap(), "{text}");
        assert!(!hash.verify(b"").unwrap(), "{text}");
        assert!(!hash.is_strong(), "{text}");
        // What is kept verifies as well.
        let kept = Hash::parse(&hash.to_text()).unwrap();
        assert!(kept.verify(b"correct horse").unwrap(), "{text}");
    }
}

#[test]
fn schemes_are_named_in_any_case() {
    let hash = Hash::parse("{ssha}OO910YWkiTl4YaznUzCrDt+Hz0C2pl53").unwrap();
    assert!(hash.verify(b"correct horse").unwrap());
    assert!(hash.to_text().starts_with("{SSHA}"));
}

#[test]
fn our_own_is_strong_and_salted() {
    let (one, other) = (
        hash(b"correct horse").unwrap(),
        hash(b"correct horse").unwrap(),
    );
    assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
    assert_ne!(one, other);
    let read = Hash::parse(&one).unwrap();
    assert!(read.is_strong());
    assert!(read.verify(b"correct horse").unwrap());
    assert!(!read.verify(b"battery staple").unwrap());
}

fn check(text: &str, expected: HashProblem) {
    assert_eq!(Hash::parse(text).err(), Some(expected), "{text}");
}

#[test]
fn what_cannot_be_verified_is_refused() {
    check("secret", HashProblem::ClearText);
    check("", HashProblem::ClearText);
    check("{CLEARTEXT}secret", HashProblem::ClearText);
    check("{CRYPT}$6$salt$hash", HashProblem::Crypt);
    check("{SMD5}AAAA", HashProblem::Scheme("SMD5".to_owned()));
    check("$2b$12$abcdefghijklmnopqrstuu", HashProblem::Unreadable);
    check("{SSHA}!!!", HashProblem::Unreadable);
    check("{SSHA}AAAA", HashProblem::Unreadable);
    // A salted one without its salt, and an unsalted one with more behind it.
    check(
        "{SSHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
        HashProblem::Unreadable,
    );
    check(
        "{SHA}OO910YWkiTl4YaznUzCrDt+Hz0C2pl53",
        HashProblem::Unreadable,
    );
    check(
        "{ARGON2}$argon2id$v=19$m=4096,t=3,p=1",
        HashProblem::Unreadable,
    );
    check(
        &format!("{{SSHA}}{}", "A".repeat(600)),
        HashProblem::Unreadable,
    );
}

#[test]
fn what_costs_too_much_is_refused() {
    let salted = "$ABDoq7RGj11/HnyMDpozow$tFS/ODZ6c19pgCtfXjxQRbcDvZyFWqe7uV2jc2kEMkc";
    let costly = |params: &str| {
        let text = format!("$argon2id$v=19${params}{salted}");
        matches!(Hash::parse(&text), Err(HashProblem::TooCostly { .. }))
    };
    assert!(costly("m=4194304,t=1,p=1"));
    assert!(costly("m=4096,t=17,p=1"));
    assert!(costly("m=4096,t=1,p=17"));
    assert!(!costly("m=262144,t=1,p=1"));
}
