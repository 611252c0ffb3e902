use super::*;
use crate::kept::SOCKET;
use crate::live::InForce;
use entryway_wire::{ConfigurationStatus, DaemonStatus, LoginCounts, LoginsStatus, StoreStatus};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;
use tokio::task::JoinHandle;

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).expect("permissions");
    folder
}

fn status() -> Status {
    Status {
        daemon: DaemonStatus {
            version: "1".to_owned(),
            pid: 1,
            started: String::new(),
            uptime_s: 0,
        },
        configuration: ConfigurationStatus {
            file: "entryway.toml".to_owned(),
            generation: 7,
            applied: String::new(),
            callers: 0,
            restart_needed: Vec::new(),
            refused: None,
        },
        listeners: Vec::new(),
        store: StoreStatus {
            ready: true,
            place: String::new(),
            accounts: 0,
            records: 0,
            records_lost: 0,
        },
        logins: LoginsStatus {
            minute: LoginCounts::default(),
            hour: LoginCounts::default(),
            held: 0,
        },
        domains: Vec::new(),
        connector: None,
        certificates: Vec::new(),
        sites: Vec::new(),
    }
}

/// A socket that is served, for these users.
fn serve(
    folder: &Path,
    welcome: Welcome,
) -> (JoinHandle<()>, mpsc::Receiver<oneshot::Sender<Outcome>>) {
    let place = take(folder);
    let (reload, asked) = mpsc::channel(1);
    let serving = tokio::spawn(answer_all(
        place,
        welcome,
        Asked {
            status: Box::new(status),
            reload,
            configuration: "entryway.toml".to_owned(),
            sessions: Box::new(|| None),
            hub: Box::new(|| None),
        },
    ));
    (serving, asked)
}

/// What is said to these bytes, to the end.
async fn told(folder: &Path, request: &[u8]) -> Vec<u8> {
    let stream = UnixStream::connect(folder.join(SOCKET)).await;
    let mut stream = stream.expect("a connection");
    stream.write_all(request).await.expect("written");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an end");
    answer
}

async fn reply_to(folder: &Path, request: &str) -> ControlReply {
    let line = told(folder, request.as_bytes()).await;
    let answer: ControlAnswer = serde_json::from_slice(&line).expect("an answer");
    answer.reply
}

fn take(folder: &Path) -> Place {
    match Place::take(folder).expect("a place") {
        Taken::Place(place) => place,
        Taken::Alone { why, .. } => panic!("{why}"),
    }
}

#[tokio::test]
async fn one_daemon_has_a_folder_and_the_next_one_cleans_up() {
    let folder = folder();
    let place = take(folder.path());
    let mode = std::fs::metadata(place.path())
        .expect("a socket")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = Place::take(folder.path()).map(|_| ()).expect_err("taken");
    assert_eq!(
        second.to_string(),
        format!(
            "another entryway (pid {}) runs with the state directory `{}`",
            std::process::id(),
            folder.path().display()
        )
    );
    drop(place);
    assert!(!folder.path().join(SOCKET).exists());

    // A daemon that was killed leaves its socket behind.
    drop(std::os::unix::net::UnixListener::bind(folder.path().join(SOCKET)).expect("a socket"));
    let (_serving, _asked) = serve(folder.path(), Welcome::root_and_own());
    let reply = reply_to(folder.path(), "{\"version\":1,\"ask\":\"status\"}\n").await;
    assert_eq!(reply, ControlReply::Status(Box::new(status())));
}

#[tokio::test]
async fn a_folder_that_others_can_write_is_no_place() {
    let folder = folder();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o775)).expect("permissions");
    // What is there may be anybody's: it is not written to.
    let other = folder.path().join("other");
    std::fs::write(&other, "kept").expect("written");
    std::fs::hard_link(&other, folder.path().join("daemon.lock")).expect("a link");
    let taken = Place::take(folder.path()).expect("locked");
    assert!(matches!(
        &taken,
        Taken::Alone {
            why: PlaceError::Open { mode: 0o775, .. },
            ..
        }
    ));
    assert!(!folder.path().join(SOCKET).exists());
    // And still there is one daemon alone.
    let second = Place::take(folder.path()).map(|_| ()).expect_err("taken");
    assert!(matches!(second, PlaceError::Occupied { .. }), "{second}");
    drop(taken);
    assert_eq!(std::fs::read_to_string(&other).expect("read"), "kept");
    std::fs::remove_file(folder.path().join("daemon.lock")).expect("removed");
    std::os::unix::fs::symlink(&other, folder.path().join("daemon.lock")).expect("a link");
    let refused = Place::take(folder.path()).map(|_| ()).expect_err("a link");
    assert!(matches!(refused, PlaceError::Open { .. }), "{refused}");
    let nowhere = Place::take(&folder.path().join("gone")).map(|_| ());
    assert!(matches!(nowhere, Err(PlaceError::Io { .. })));
}

#[tokio::test]
async fn a_stranger_is_told_nothing() {
    let folder = folder();
    let nobody = Welcome(BTreeSet::from([u32::MAX - 1]));
    let (_serving, mut asked) = serve(folder.path(), nobody);
    for ask in ["status", "reload"] {
        let question = format!("{{\"version\":1,\"ask\":\"{ask}\"}}\n");
        let reply = reply_to(folder.path(), &question).await;
        let expected = refused("only root and the daemon's own user may ask");
        assert_eq!(reply, expected);
    }
    assert!(asked.try_recv().is_err(), "nothing was read again");
}

#[tokio::test]
async fn what_is_no_question_is_no_harm() {
    let folder = folder();
    let (_serving, _asked) = serve(folder.path(), Welcome::root_and_own());
    let long = "x".repeat(CONTROL_REQUEST_MAX);
    for (request, problem) in [
        ("GET / HTTP/1.1\r\n", "not understood"),
        ("{\"version\":9,\"ask\":\"status\"}\n", "found 9"),
        ("{\"version\":1,\"ask\":\"stop\"}\n", "not understood"),
        (&long, "too long"),
    ] {
        match reply_to(folder.path(), request).await {
            ControlReply::Refused { problem: told } => {
                assert!(told.contains(problem), "{request}: {told}");
            }
            other => panic!("{request}: {other:?}"),
        }
    }
    // Whoever hangs up in the middle has asked nothing.
    drop(UnixStream::connect(folder.path().join(SOCKET)).await);
    let reply = reply_to(folder.path(), "{\"version\":1,\"ask\":\"status\"}\n").await;
    assert!(matches!(reply, ControlReply::Status(_)));
}

/// Time passes by itself while everybody waits.
#[tokio::test(start_paused = true)]
async fn those_who_say_nothing_make_way() {
    let folder = folder();
    let (_serving, _asked) = serve(folder.path(), Welcome::root_and_own());
    let mut silent = Vec::new();
    for _ in 0..=CONNECTIONS {
        silent.push(
            UnixStream::connect(folder.path().join(SOCKET))
                .await
                .expect("a connection"),
        );
    }
    for mut stream in silent {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an end");
        assert!(answer.is_empty());
    }
}

#[tokio::test]
async fn a_reload_is_waited_for() {
    let folder = folder();
    let (_serving, mut asked) = serve(folder.path(), Welcome::root_and_own());
    let question = "{\"version\":1,\"ask\":\"reload\"}\n";
    let (reply, ()) = tokio::join!(reply_to(folder.path(), question), async {
        let tell = asked.recv().await.expect("asked");
        let outcome = Outcome::Refused {
            in_force: InForce {
                generation: 3,
                domains: 1,
                callers: 2,
                files: 4,
                restart_needed: Vec::new(),
            },
            problem: "a certificate is missing".to_owned(),
            report: None,
        };
        assert!(tell.send(outcome).is_ok());
    });
    let ControlReply::Reload(reload) = reply else {
        panic!("{reply:?}");
    };
    assert!(!reload.applied);
    assert_eq!((reload.generation, reload.files), (3, 4));
    assert_eq!(reload.report, "error: a certificate is missing\n");
    assert_eq!(reload.problems.len(), 1);

    // Nobody is left who could.
    drop(asked);
    let reply = reply_to(folder.path(), question).await;
    assert_eq!(reply, refused("the daemon is about to end"));
}
