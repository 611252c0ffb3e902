use super::*;
use std::os::unix::fs::{PermissionsExt, symlink};

fn folder_with(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("entryway.toml");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    (folder, file)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_keeps_its_mode() {
    let (folder, file) = folder_with("old");
    Ready::new(&file, "old", "new").unwrap().replace().unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o7777,
        0o640
    );
    assert_eq!(names(folder.path()), ["entryway.toml"]);
}

#[test]
fn a_link_is_followed_and_stays_one() {
    let (folder, file) = folder_with("old");
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link.toml");
    symlink(&file, &link).unwrap();
    Ready::new(&link, "old", "new").unwrap().replace().unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert_eq!(names(folder.path()), ["entryway.toml"]);
    assert_eq!(names(elsewhere.path()), ["link.toml"]);
}

#[test]
fn what_somebody_else_wrote_stays() {
    let (folder, file) = folder_with("theirs");
    let refused = Ready::new(&file, "old", "new").err();
    assert!(matches!(refused, Some(EditError::Changed { .. })));
    let ready = Ready::new(&file, "theirs", "new").unwrap();
    fs::write(&file, "theirs again").unwrap();
    assert!(matches!(ready.replace(), Err(EditError::Changed { .. })));
    assert_eq!(fs::read_to_string(&file).unwrap(), "theirs again");
    assert_eq!(names(folder.path()), ["entryway.toml"]);
}

#[test]
fn a_second_edit_waits_for_the_first() {
    let (folder, file) = folder_with("old");
    let lock = Lock::take(&file).unwrap();
    let second = File::open(folder.path()).unwrap();
    assert!(second.try_lock().is_err());
    drop(lock);
    assert!(second.try_lock().is_ok());
}
