use super::{End, MarkFile, Marks};
use crate::StoreError;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn end(next_seq: i64) -> End {
    End {
        next_seq,
        hash: [0xa7; 32],
    }
}

#[tokio::test]
async fn a_mark_goes_forwards_only_and_each_node_has_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = MarkFile::beside(&folder.path().join("audit.key"));
    assert_eq!(file.read().unwrap(), Marks::default());
    for (node, next_seq) in [("one", 5), ("one", 3), ("a \"b\"\n", 9)] {
        let locked = file.lock().await.unwrap();
        locked.advance(node, end(next_seq)).await.unwrap();
    }
    let marks = file.read().unwrap();
    assert_eq!(marks.end("one"), Some(end(5)));
    assert_eq!(marks.end("a \"b\"\n"), Some(end(9)));
    assert_eq!(marks.end("two"), None);
    let path = folder.path().join("audit.key.mark");
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn what_is_restored_forgets_the_marks() {
    let folder = tempfile::tempdir().unwrap();
    let file = MarkFile::beside(&folder.path().join("audit.key"));
    file.lock()
        .await
        .unwrap()
        .advance("one", end(5))
        .await
        .unwrap();
    file.lock().await.unwrap().restored(-77).await.unwrap();
    let marks = file.read().unwrap();
    assert_eq!((marks.restored, marks.end("one")), (Some(-77), None));
}

#[tokio::test]
async fn two_do_not_hold_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = MarkFile::beside(&folder.path().join("audit.key"));
    let first = file.lock().await.unwrap();
    let same = file.clone();
    let second = tokio::spawn(async move { same.lock().await.map(drop) });
    tokio::task::yield_now().await;
    assert!(!second.is_finished());
    drop(first);
    second.await.unwrap().unwrap();
}

#[test]
fn what_is_no_mark_is_damage_and_never_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = MarkFile::beside(&folder.path().join("audit.key"));
    for text in [
        "",
        "{}",
        "[]",
        "{\"restored\":null,\"nodes\":{\"one\":{\"next_seq\":1,\"hash\":\"ab\"}}}",
        "{\"restored\":\"x\",\"nodes\":{}}",
    ] {
        fs::write(folder.path().join("audit.key.mark"), text).unwrap();
        let read = file.read();
        assert!(matches!(read, Err(StoreError::Damaged { .. })), "{text}");
    }
}
