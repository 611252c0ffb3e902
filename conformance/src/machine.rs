//! A machine beside this one, where a test may set things up as an administrator would.

use crate::gateway::Finished;
use crate::keeper::{Keeper, Rights};
use crate::programs;
use anyhow::{Context, Result, ensure};

const SETUP: &str = include_str!("machine.sh");

/// This machine's programs and network, with an `/etc`, `/run`, `/srv`, `/var/log` and
/// `/usr/local/lib` of its own: a mount namespace, which ends with its last program. Needs the
/// superuser's rights, and of those the one to mount.
#[derive(Debug)]
pub struct Machine {
    _keeper: Keeper,
    pid: u32,
}

/// A daemon of a [`Machine`]; stopped when dropped.
#[derive(Debug)]
pub struct Daemon {
    _keeper: Keeper,
}

impl Machine {
    /// With a copy of this machine's `/etc`.
    pub fn start() -> Result<Self> {
        let mut keeper = Keeper::new(Rights::Superuser)?;
        let dir = keeper.dir().display().to_string();
        let ready = keeper.dir().join("ready");
        keeper
            .start(
                "a mount namespace",
                &[
                    "unshare",
                    "--mount",
                    "--propagation",
                    "private",
                    "sh",
                    "-euc",
                    SETUP,
                    "machine",
                    &dir,
                ],
                || ready.exists(),
            )
            .context("the tests of the integrations mount folders, as root or through `sudo -n`")?;
        let pid = keeper.pid().context("the namespace has no process")?;
        Ok(Self {
            _keeper: keeper,
            pid,
        })
    }

    /// Runs a line of shell there as root, with `stdin`, however it ends.
    pub fn run(&self, line: &str, stdin: &str) -> Result<Finished> {
        let mut command = programs::command("nsenter", Rights::Superuser);
        command.args(self.inside(line));
        Finished::of(&mut command, stdin)
    }

    /// The same; an exit status other than 0 is an error.
    pub fn done(&self, line: &str) -> Result<String> {
        let finished = self.run(line, "")?;
        ensure!(
            finished.exit == 0,
            "`{line}` ended with {}:\n{}{}",
            finished.exit,
            finished.stdout,
            finished.stderr
        );
        Ok(finished.stdout)
    }

    /// Starts a daemon there, from a line that ends in it (`exec`).
    pub fn daemon(&self, name: &str, line: &str, ready: impl FnMut() -> bool) -> Result<Daemon> {
        let mut keeper = Keeper::new(Rights::Superuser)?;
        let inside = self.inside(line);
        let words: Vec<&str> = ["nsenter"]
            .into_iter()
            .chain(inside.iter().map(String::as_str))
            .collect();
        keeper.start(name, &words, ready)?;
        Ok(Daemon { _keeper: keeper })
    }

    fn inside(&self, line: &str) -> [String; 5] {
        [
            format!("--mount=/proc/{}/ns/mnt", self.pid),
            "--".to_owned(),
            "sh".to_owned(),
            "-c".to_owned(),
            line.to_owned(),
        ]
    }
}
