//! Modules that do harm: the daemon gets one answer or none, and nothing of them stays.

use super::support::{LONG, PERSON, RIGHT, System, gone, operation};
use super::verdicts::CHECKED;
use entryway_login::{OsAccounts, OsReply};
use std::time::{Duration, Instant};

/// Writes the numbers of a script, of the worker above it and of the keeper above that. Scripts of `pam_exec` lead a
/// session of their own.
const NUMBERS: &str = "
read -r _ _ _ keeper _ < /proc/$PPID/stat
echo $keeper > {folder}/keeper
echo $PPID > {folder}/worker
echo $$ > {folder}/script
";

/// A system whose check also runs these lines.
fn with_script(lines: &str) -> System {
    let system = System::new(CHECKED);
    let text =
        format!("{NUMBERS}{lines}").replace("{folder}", &system.folder().display().to_string());
    system.script("check", &text);
    system
}

/// A system whose check never ends: the pipe has no writer.
fn blocking() -> System {
    let system = with_script("read -r _ < {folder}/fifo");
    let made = std::process::Command::new("mkfifo")
        .arg(system.path("fifo"))
        .status();
    assert!(made.unwrap().success());
    system
}

async fn all_gone(system: &System) {
    for name in ["script", "worker", "keeper"] {
        gone(system.number(name).await).await;
    }
}

#[tokio::test]
async fn a_module_that_blocks_is_ended_at_the_deadline() {
    let system = blocking();
    let within = Duration::from_secs(4);
    let started = Instant::now();
    let reply = system.login_as(PERSON, RIGHT, within).await;
    let words = "the helper for OS accounts did not answer in time".to_owned();
    assert_eq!(reply, OsReply::NoVerdict(words));
    assert!(started.elapsed() >= within);
    all_gone(&system).await;
}

#[tokio::test]
async fn a_module_that_computes_for_ever_is_ended_at_the_deadline() {
    let service = format!("auth optional {{module}} spin\n{CHECKED}");
    let reply = System::new(&service)
        .login_as(PERSON, RIGHT, Duration::from_secs(1))
        .await;
    assert!(matches!(reply, OsReply::NoVerdict(_)), "{reply:?}");
}

#[tokio::test]
async fn a_login_that_nobody_waits_for_is_ended() {
    let system = blocking();
    {
        let login = system.login(RIGHT);
        tokio::select! {
            reply = login => panic!("{reply:?}"),
            _ = system.number("script") => {}
        }
    }
    all_gone(&system).await;
}

#[test]
fn a_runtime_that_ends_leaves_no_helper() {
    let system = blocking();
    let build = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap()
    };
    let runtime = build();
    runtime.block_on(async {
        tokio::select! {
            reply = system.login(RIGHT) => panic!("{reply:?}"),
            _ = system.number("script") => {}
        }
    });
    runtime.shutdown_background();
    build().block_on(async {
        for name in ["script", "worker"] {
            gone(system.number(name).await).await;
        }
    });
}

#[tokio::test]
async fn what_a_module_leaves_running_is_ended() {
    // One that stays in its session, and one that leaves it and its parent too.
    let system = with_script(
        "
        sleep 1000 & echo $! > {folder}/stays
        setsid sh -c 'sleep 1000 & echo $! > {folder}/leaves' &
        while ! [ -s {folder}/leaves ]; do :; done
        true",
    );
    let reply = system.login(RIGHT).await;
    assert!(matches!(reply, OsReply::Verified(_)), "{reply:?}");
    for name in ["stays", "leaves"] {
        gone(system.number(name).await).await;
    }
    all_gone(&system).await;
}

#[tokio::test]
async fn a_worker_that_crashes_gives_no_verdict() {
    let service = format!("auth optional {{module}} crash\n{CHECKED}");
    let reply = System::new(&service).login(RIGHT).await;
    let words = "the helper for OS accounts ended without an answer (signal 11): about to crash";
    assert_eq!(reply, OsReply::NoVerdict(words.to_owned()));
}

#[tokio::test]
async fn a_worker_that_is_killed_gives_no_verdict() {
    let system = with_script("kill -KILL $PPID; while :; do :; done");
    let words = "the helper for OS accounts ended without an answer (signal 9)".to_owned();
    assert_eq!(system.login(RIGHT).await, OsReply::NoVerdict(words));
    all_gone(&system).await;
}

#[tokio::test]
async fn a_keeper_that_is_killed_takes_its_worker_along() {
    // The script ends by itself: its session is its own, and nobody is left to end it.
    let system = with_script(
        "
        kill -KILL $keeper
        while read -r _ _ state _ < /proc/$PPID/stat && [ $state != Z ]; do :; done
        echo $PPID > {folder}/ended",
    );
    let OsReply::NoVerdict(words) = system.login(RIGHT).await else {
        panic!("a verdict")
    };
    assert!(words.contains("SIGKILL"), "{words}");
    let worker = system.number("worker").await;
    assert_eq!(system.number("ended").await, worker);
    gone(system.number("keeper").await).await;
}

#[tokio::test]
async fn what_modules_print_does_not_harm_the_answer() {
    let service = format!("auth optional {{module}} noise\n{CHECKED}");
    let system = System::new(&service);
    assert!(matches!(system.login(RIGHT).await, OsReply::Verified(_)));
    assert_eq!(system.login("wrong").await, OsReply::WrongPassword);
}

#[tokio::test]
async fn bytes_in_the_answers_pipe_are_no_verdict() {
    let system = with_script("echo Last login: today > /proc/$keeper/fd/1");
    let OsReply::NoVerdict(words) = system.login(RIGHT).await else {
        panic!("a verdict")
    };
    assert!(words.contains("no answer that can be read"), "{words}");
}

#[tokio::test]
async fn a_module_that_forks_and_returns_twice_is_heard_once() {
    // The copy has its answer, "wrong password", long before the other one has asked the script.
    let service = format!("auth [ignore=ignore default=die] {{module}} fork\n{CHECKED}");
    for _ in 0..20 {
        let reply = System::new(&service).login(RIGHT).await;
        assert!(matches!(reply, OsReply::Verified(_)), "{reply:?}");
    }
}

#[tokio::test]
async fn modules_have_no_terminal_descriptors_or_environment_of_the_daemon() {
    let system = with_script(
        "
        ls /proc/self/fd > {folder}/descriptors
        cat /proc/$keeper/environ > {folder}/environment
        ! read -r _ < /dev/tty",
    );
    let answer = system
        .accounts
        .login_os(operation(PERSON, RIGHT, LONG))
        .await;
    assert!(
        matches!(answer.reply, OsReply::Verified(_)),
        "{:?}",
        answer.reply
    );
    let environment = std::fs::read_to_string(system.path("environment")).unwrap();
    assert_eq!(environment, "");
    let listed = std::fs::read_to_string(system.path("descriptors")).unwrap();
    // The fourth is the folder that `ls` reads.
    assert_eq!(
        listed.split_whitespace().collect::<Vec<_>>(),
        ["0", "1", "2", "3"]
    );
}
