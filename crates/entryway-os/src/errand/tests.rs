use super::*;
use std::os::unix::process::ExitStatusExt;

#[test]
fn a_worker_that_a_signal_ended_is_told_from_one_that_ended() {
    let check = |raw, expected: &str| assert_eq!(how(ExitStatus::from_raw(raw)), expected);
    check(1 << 8, "exit status 1");
    check(139 << 8, "signal 11");
    check(9, "signal: 9 (SIGKILL)");
}

#[test]
fn what_modules_print_stands_behind_a_colon() {
    let password = Password::new(b"secret".to_vec()).unwrap();
    assert_eq!(in_words(b"no module\n", Some(&password)), ": no module");
    assert_eq!(in_words(b"read secret\n", Some(&password)), "");
    assert_eq!(in_words(b"", None), "");
}

#[tokio::test]
async fn only_the_beginning_of_what_modules_print_is_kept() {
    let mut noise = Vec::new();
    let printed = vec![b'x'; 100_000];
    listen(printed.as_slice(), &mut noise).await;
    assert_eq!(noise.len(), NOISE);
}
