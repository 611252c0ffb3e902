//! Every scenario of the repository as `entryway test` runs it: over real sockets, against the
//! directory in the process.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let trials = match documents(&folder) {
        Ok(documents) => documents.into_iter().map(trial).collect(),
        Err(error) => vec![Trial::test("the scenarios are read", || Err(error.into()))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn documents(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "md"));
    paths.retain(|path| path.file_name().is_some_and(|name| name != "README.md"));
    paths.sort();
    Ok(paths)
}

fn trial(path: PathBuf) -> Trial {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Trial::test(format!("scenarios/{name}"), move || run(&path))
}

fn run(path: &Path) -> Result<(), Failed> {
    let ended = Command::new(env!("CARGO_BIN_EXE_entryway"))
        .arg("test")
        .arg(path)
        .env_clear()
        .output()?;
    let told = String::from_utf8_lossy(&ended.stdout);
    // A document that says nothing would pass, too. One that needs no directory has been heard elsewhere.
    let heard = told.contains("  ok  ") || told.contains("  not here  ");
    if ended.status.success() && heard {
        Ok(())
    } else {
        let aside = String::from_utf8_lossy(&ended.stderr);
        Err(format!("{}\n{told}{aside}", ended.status).into())
    }
}
