//! Finding and running the programs of the distribution.

use crate::keeper::Rights;
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Where a program is, or an error that names the package it comes from.
pub(crate) fn find(program: &str, package: &str) -> Result<String> {
    let folders = [
        "/usr/sbin",
        "/usr/bin",
        "/sbin",
        "/bin",
        "/usr/local/sbin",
        "/usr/local/bin",
    ];
    for folder in folders {
        let path = PathBuf::from(folder).join(program);
        if path.is_file() {
            return Ok(path.display().to_string());
        }
    }
    bail!(
        "`{program}` is not installed; it comes with the package `{package}` (`./test` installs the packages of conformance/packages.txt)"
    )
}

/// A command with the given rights.
pub(crate) fn command(program: &str, rights: Rights) -> Command {
    if rights == Rights::Ours || is_superuser() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", "--"]).arg(program);
    command
}

/// Runs a tool to its end with `input` on stdin; an exit status other than 0 is an error with what it said.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Result<Output> {
    let output = finish(command, input)?;
    if !output.status.success() {
        bail!(
            "`{}` ended with {}:\n{}{}",
            command.get_program().display(),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(output)
}

/// Runs a program to its end with `input` on stdin, however it ends.
pub(crate) fn finish(command: &mut Command, input: &[u8]) -> Result<Output> {
    let name = command.get_program().display().to_string();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{name}`"))?;
    let stdin = child.stdin.take();
    std::thread::scope(|scope| {
        // Written beside the reading: a program that prints while it reads would wait for us for
        // ever. One that does not read its input to the end is no failure of ours.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    })
    .with_context(|| format!("cannot wait for `{name}`"))
}

pub(crate) fn is_superuser() -> bool {
    // The owner of /proc/self is the effective user.
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_missing_program_names_its_package() {
        let error = find("entryway-no-such-program", "no-such-package")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("`entryway-no-such-program` is not installed"),
            "{error}"
        );
        assert!(error.contains("the package `no-such-package`"), "{error}");
    }
}
