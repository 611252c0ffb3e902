use super::{AuditKey, KeyError, is_signed};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_key_is_made_once_for_this_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.key");
    let made = AuditKey::load_or_create(&path).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let loaded = AuditKey::load_or_create(&path).unwrap();
    assert_eq!(made.public_key(), loaded.public_key());
    let signature = made.sign(b"said");
    assert!(is_signed(loaded.public_key(), b"said", &signature));
    assert!(!is_signed(loaded.public_key(), b"sand", &signature));
}

#[test]
fn a_key_that_others_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.key");
    AuditKey::load_or_create(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(
        AuditKey::load_or_create(&path),
        Err(KeyError::Exposed { .. })
    ));
}

#[test]
fn what_is_no_key_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.key");
    fs::write(&path, "short").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(
        AuditKey::load_or_create(&path),
        Err(KeyError::NotAKey { .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), b"short");
    let nowhere = folder.path().join("no/audit.key");
    assert!(matches!(
        AuditKey::load_or_create(nowhere),
        Err(KeyError::File { .. })
    ));
}
