//! Keeps a folder and a server in it, and lets neither outlive this test run.
//!
//! Between the test and the server stands a small shell that reads from a pipe. The kernel closes
//! our end of that pipe however this process ends (returns, panics, aborts, is killed), and the
//! shell then stops the server and removes the folder. `PR_SET_PDEATHSIG` would not do: it follows
//! the thread that started the child, not the process, and leaves the folder behind.

use crate::{Deadline, programs, until};
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

const SCRIPT: &str = include_str!("keeper.sh");

/// Whose rights a kept program runs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Those of the tests.
    Ours,
    /// The superuser's, through `sudo -n` unless the tests have them.
    Superuser,
}

/// A folder, and perhaps a server that runs in it; both go when this is dropped.
#[derive(Debug)]
pub(crate) struct Keeper {
    shell: Child,
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    dir: PathBuf,
    server: Option<u32>,
}

impl Keeper {
    /// Makes a folder and keeps it.
    pub(crate) fn new(rights: Rights) -> Result<Self> {
        let dir = tempfile::Builder::new()
            .prefix("entryway-")
            .tempdir()
            .context("cannot make a temporary folder")?;
        let mut shell = programs::command("bash", rights)
            .args(["-c", SCRIPT, "keeper"])
            .arg(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A group of its own: Ctrl-C reaches the tests, whose end then closes the pipe.
            .process_group(0)
            .spawn()
            .context("cannot start the shell that keeps a server")?;
        let asks = shell.stdin.take();
        let Some(stdout) = shell.stdout.take() else {
            bail!("the keeper's output is not a pipe")
        };
        let mut keeper = Self {
            shell,
            asks,
            answers: BufReader::new(stdout),
            dir: dir.keep(),
            server: None,
        };
        keeper.answer()?;
        Ok(keeper)
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The server's pid, while one runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.server
    }

    /// Everything the server has printed.
    pub(crate) fn output(&self) -> String {
        fs::read(self.dir.join("output.log"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// What the server has printed after its first `offset` bytes.
    pub(crate) fn output_from(&self, offset: u64) -> Result<String> {
        let mut file = File::open(self.dir.join("output.log")).context("nothing was printed")?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// How many bytes the server has printed.
    pub(crate) fn output_length(&self) -> u64 {
        fs::metadata(self.dir.join("output.log")).map_or(0, |file| file.len())
    }

    /// Sends the server a signal.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.server.context("no server runs")?;
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        kill_process(pid.context("no server runs")?, signal).context("the server has ended")
    }

    /// Starts a server and waits until it is ready; fails with its last words when it ends before that.
    pub(crate) fn start(
        &mut self,
        name: &str,
        words: &[&str],
        mut ready: impl FnMut() -> bool,
    ) -> Result<()> {
        let asked: Vec<u8> = words
            .iter()
            .chain(&[""])
            .flat_map(|word| word.bytes().chain([0]))
            .collect();
        let answer = self.ask(&asked)?;
        let pid: u32 = answer
            .parse()
            .with_context(|| format!("expected a pid from the keeper, found `{answer}`"))?;
        self.server = Some(pid);
        until(&format!("{name} is ready"), Deadline::seconds(30), || {
            if ready() {
                return Ok(Some(()));
            }
            if !Path::new("/proc").join(pid.to_string()).exists() {
                bail!(
                    "{name} ended before it was ready:\n{}",
                    last_lines(&self.output())
                );
            }
            Ok(None)
        })
    }

    /// Stops the server and waits for its end; the folder stays.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.server = None;
        self.ask(&[0]).map(drop)
    }

    fn ask(&mut self, asked: &[u8]) -> Result<String> {
        let Some(asks) = &mut self.asks else {
            bail!("the keeper has ended")
        };
        asks.write_all(asked).context("the keeper has ended")?;
        self.answer()
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        if self
            .answers
            .read_line(&mut line)
            .context("the keeper's answer cannot be read")?
            == 0
        {
            bail!("the keeper ended without an answer");
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.asks.take());
        // Bounded by the script, which turns from asking to killing after ten seconds.
        let _ = self.shell.wait();
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .iter()
        .skip(lines.len().saturating_sub(15))
        .copied()
        .collect::<Vec<_>>()
        .join("\n")
}
