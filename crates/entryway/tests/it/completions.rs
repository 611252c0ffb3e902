//! Completion scripts, one for each shell.

use std::process::Command;

#[test]
fn each_shell_has_a_script_that_knows_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ended = Command::new(env!("CARGO_BIN_EXE_entryway"))
            .args(["completions", shell])
            .output()
            .expect("an end");
        let script = String::from_utf8(ended.stdout).expect("text");
        assert!(ended.status.success() && ended.stderr.is_empty(), "{shell}");
        for word in [
            "demo",
            "serve",
            "login",
            "explain",
            "check",
            "password-stdin",
        ] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
}
