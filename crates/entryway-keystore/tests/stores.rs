//! Stores made by openssl and by keytool, and what each gives as trust and as identity.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // functions beside `#[test]` ones

use entryway_keystore::{Facts, identity, identity_pair, trust};
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

/// The files by name, made once. In memory, because nothing that is static is ever dropped, a folder neither.
static MADE: LazyLock<HashMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/make.sh");
    let made = Command::new("bash")
        .arg(script)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    // Both are in `conformance/packages.txt`.
    assert!(
        made.status.success(),
        "openssl and keytool are needed: {said}"
    );
    let files = std::fs::read_dir(folder.path())
        .unwrap()
        .map(Result::unwrap);
    files
        .filter(|file| file.file_type().unwrap().is_file())
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            (name, std::fs::read(file.path()).unwrap())
        })
        .collect()
});

fn file(name: &str) -> Vec<u8> {
    MADE.get(name)
        .unwrap_or_else(|| panic!("`make.sh` makes no `{name}`"))
        .clone()
}

const PASSWORD: Option<&str> = Some("changeit");
const BOTH: &str = "2 of Lab CA";
const ONE: &str = "1 of Lab CA";
const GATEWAY: &str = "gateway, 1 in chain";
const CHAIN_TO_ROOT: &str = "gateway, 2 in chain";
const WRONG: &str = "store_wrong_password";
const NEEDED: &str = "store_password_needed";

/// File, password, what it gives as trust, what it gives as identity; an error as its code.
type Row = (
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
);

const TABLE: &[Row] = &[
    ("ca.crt", None, ONE, "store_no_key"),
    ("ca.der", None, ONE, "store_no_key"),
    ("both.pem", None, BOTH, "store_no_key"),
    ("client-all.pem", None, "store_no_authority", GATEWAY),
    ("client.key", None, "store_no_certificate", "store_no_chain"),
    ("client.key.der", None, "store_not_one", "store_no_chain"),
    ("ca.p7b", None, "store_not_one", "store_not_one"),
    // openssl's, new and old.
    ("new.p12", PASSWORD, "store_no_trusted", GATEWAY),
    ("new.p12", Some("other"), WRONG, WRONG),
    ("new.p12", None, NEEDED, NEEDED),
    ("legacy.p12", PASSWORD, "store_no_trusted", GATEWAY),
    ("legacy.p12", Some("other"), WRONG, WRONG),
    ("des3.p12", PASSWORD, "store_no_trusted", GATEWAY),
    ("sha512.p12", Some("pässwörd"), "store_no_trusted", GATEWAY),
    ("empty-password.p12", None, "store_no_trusted", GATEWAY),
    ("empty-password.p12", PASSWORD, WRONG, WRONG),
    ("no-mac.p12", PASSWORD, "store_no_trusted", GATEWAY),
    ("no-mac.p12", Some("other"), WRONG, WRONG),
    ("plain.p12", None, "store_no_trusted", GATEWAY),
    ("certificates.p12", PASSWORD, BOTH, "store_no_key"),
    ("certificates-open.p12", None, BOTH, "store_no_key"),
    ("rsa.p12", PASSWORD, "store_no_trusted", "rsa, 1 in chain"),
    // keytool's.
    ("trust.p12", PASSWORD, BOTH, "store_no_key"),
    ("trust.p12", Some("other"), WRONG, WRONG),
    ("trust-legacy.p12", PASSWORD, ONE, "store_no_key"),
    ("trust-plain.p12", None, ONE, "store_no_key"),
    ("both.p12", PASSWORD, ONE, GATEWAY),
    (
        "two-keys.p12",
        PASSWORD,
        "store_no_trusted",
        "store_several_keys",
    ),
    ("trust.jks", PASSWORD, BOTH, "store_no_key"),
    ("trust.jks", None, BOTH, "store_no_key"),
    ("trust.jks", Some("other"), WRONG, WRONG),
    ("umlauts.jks", Some("pässwörd"), ONE, "store_no_key"),
    ("trust.jceks", PASSWORD, ONE, "store_no_key"),
    (
        "keys.jks",
        PASSWORD,
        "store_no_trusted",
        "store_several_keys",
    ),
    (
        "own-password.jks",
        PASSWORD,
        "store_no_trusted",
        "store_key_password",
    ),
    ("own-password.jks", None, "store_no_trusted", NEEDED),
    (
        "keys.jceks",
        PASSWORD,
        "store_no_trusted",
        "store_unsupported",
    ),
    (
        "secret.jceks",
        PASSWORD,
        "store_unsupported",
        "store_unsupported",
    ),
];

fn common_name(subject: &str) -> String {
    let name = subject.split("CN=").nth(1).unwrap();
    name.split(',').next().unwrap().to_owned()
}

fn as_trust(bytes: &[u8], password: Option<&str>) -> String {
    match trust(bytes, password.map(str::as_bytes)) {
        Err(error) => error.code().to_owned(),
        Ok(found) => {
            let names = found.certificates.iter();
            let names: Vec<_> = names
                .map(|found| common_name(&Facts::of(found).unwrap().subject))
                .collect();
            let same = names.iter().filter(|name| **name == names[0]).count();
            let others = if same == names.len() {
                ""
            } else {
                " and others"
            };
            format!("{same} of {}{others}", names[0])
        }
    }
}

fn as_identity(bytes: &[u8], password: Option<&str>, alias: Option<&str>) -> String {
    match identity(bytes, password.map(str::as_bytes), alias) {
        Err(error) => error.code().to_owned(),
        Ok(found) => {
            let chain = &found.certified.cert;
            let name = common_name(&Facts::of(&chain[0]).unwrap().subject);
            format!("{name}, {} in chain", chain.len())
        }
    }
}

#[test]
fn each_file_gives_what_is_in_it() {
    let mut wrong = Vec::new();
    for (name, password, trusted, own) in TABLE {
        let bytes = file(name);
        let found = (
            as_trust(&bytes, *password),
            as_identity(&bytes, *password, None),
        );
        if found != ((*trusted).to_owned(), (*own).to_owned()) {
            wrong.push(format!(
                "{name} with {password:?}: expected {trusted} and {own}, found {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_password_is_told_as_one_even_where_the_padding_comes_out_right_by_chance() {
    for name in ["quick.p12", "quick-key.p12"] {
        let bytes = file(name);
        assert!(identity(&bytes, Some(b"changeit"), None).is_ok() || name == "quick.p12");
        // One in 256 has such a padding.
        for number in 0..1_500 {
            let password = format!("wrong{number}");
            let error = trust(&bytes, Some(password.as_bytes())).unwrap_err();
            assert_eq!(error.code(), WRONG, "{name} with {password}: {error}");
        }
        // What is cut is damaged, whatever the password.
        let cut = trust(&bytes[..bytes.len() - 1], Some(b"wrong")).unwrap_err();
        assert_eq!(cut.code(), "store_damaged", "{name}");
    }
}

#[test]
fn one_of_several_keys_is_chosen_by_its_alias_in_any_case() {
    // keytool writes the whole chain beside a key; openssl writes certificates, and the root is left out.
    for (name, gateway) in [("two-keys.p12", GATEWAY), ("keys.jks", CHAIN_TO_ROOT)] {
        let bytes = file(name);
        assert_eq!(as_identity(&bytes, PASSWORD, Some("Gateway")), gateway);
        assert_eq!(
            as_identity(&bytes, PASSWORD, Some("rsa")),
            "rsa, 1 in chain"
        );
        let error = identity(&bytes, Some(b"changeit"), None).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("`rsa`") && text.contains("`gateway`"),
            "{text}"
        );
        let error = identity(&bytes, Some(b"changeit"), Some("portal")).unwrap_err();
        assert_eq!(error.code(), "store_no_alias");
        let text = error.to_string();
        assert!(
            text.contains("no key `portal`") && text.contains("`gateway`"),
            "{text}"
        );
    }
}

#[test]
fn keys_of_a_pair_may_be_encrypted() {
    let certificate = file("client.crt");
    for (key, password, expected) in [
        ("client.key", None, Ok(())),
        ("client.key.der", None, Ok(())),
        ("client.sec1", None, Ok(())),
        ("client.pbes2.key", PASSWORD, Ok(())),
        ("client.des3.key", PASSWORD, Ok(())),
        ("client.scrypt.key", PASSWORD, Ok(())),
        ("client.pbes2.key", Some("other"), Err(WRONG)),
        ("client.pbes2.key", None, Err(NEEDED)),
        ("client.pbes1.key", PASSWORD, Err("store_unsupported")),
        ("client.rfc1421.key", PASSWORD, Err("store_unsupported")),
        ("ca.key", None, Err("store_other_key")),
    ] {
        let found = identity_pair(&certificate, &file(key), password.map(str::as_bytes));
        let found = found.map(|_| ()).map_err(|(_, error)| error.code());
        assert_eq!(found, expected, "{key} with {password:?}");
    }
}

#[test]
fn open_lengths_are_told_with_the_remedy() {
    let der = file("new.p12");
    // The outer sequence alone, as some Windows programs write it.
    let mut ber = vec![0x30, 0x80];
    ber.extend_from_slice(&der[4..]);
    ber.extend_from_slice(&[0, 0]);
    let error = trust(&ber, Some(b"changeit")).unwrap_err();
    assert_eq!(error.code(), "store_indefinite_length");
    assert!(
        error.to_string().contains("openssl pkcs12 -export"),
        "{error}"
    );
}

#[test]
fn a_store_cut_or_changed_anywhere_is_an_error_and_no_panic() {
    for name in ["trust.jks", "keys.jks", "certificates-open.p12", "ca.der"] {
        let bytes = file(name);
        for end in 0..bytes.len() {
            assert!(trust(&bytes[..end], None).is_err(), "{name} cut at {end}");
        }
        for at in (0..bytes.len()).step_by(7) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            let _ = trust(&changed, None);
            let _ = identity(&changed, Some(b"changeit"), Some("gateway"));
        }
    }
}
