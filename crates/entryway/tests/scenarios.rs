//! Every scenario of the repository as `entryway test` runs it: over real sockets, against the
//! directory in the process. And how it ends where an administrator's own directory does not answer.

use entryway_scenario::{Counted, Tally};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let tally = Arc::new(Tally::new("in the process"));
    let mut trials: Vec<Trial> = match documents(&folder) {
        Ok(documents) => documents
            .into_iter()
            .map(|path| trial(path, &tally))
            .collect(),
        Err(error) => vec![Trial::test("the scenarios are read", || Err(error.into()))],
    };
    trials.extend(ENDS.map(end));
    let conclusion = libtest_mimic::run(&arguments, trials);
    // A closed pipe loses the table and no verdict.
    let _ = writeln!(std::io::stdout(), "{tally}");
    conclusion.exit_code()
}

fn documents(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "md"));
    paths.retain(|path| path.file_name().is_some_and(|name| name != "README.md"));
    paths.sort();
    Ok(paths)
}

fn trial(path: PathBuf, tally: &Arc<Tally>) -> Trial {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (tally, topic) = (Arc::clone(tally), name.to_string());
    Trial::test(format!("scenarios/{name}"), move || {
        run(&path, &tally, &topic)
    })
}

fn run(path: &Path, tally: &Tally, topic: &str) -> Result<(), Failed> {
    let ended = Command::new(env!("CARGO_BIN_EXE_entryway"))
        .arg("test")
        .arg(path)
        .env_clear()
        .output()?;
    let told = String::from_utf8_lossy(&ended.stdout);
    let counted = Counted::told(&told).unwrap_or_default();
    tally.add(topic, counted);
    // A document that says nothing would pass, too.
    if ended.status.success() && counted.passed > 0 {
        Ok(())
    } else {
        let aside = String::from_utf8_lossy(&ended.stderr);
        Err(format!("{}\n{told}{aside}", ended.status).into())
    }
}

/// A configuration whose only directory refuses connections: nobody can listen on that port without being the superuser.
const DOWN: &str = r#"
[domain.staff]
servers = ["ldaps://127.0.0.1:1"]
base = "dc=corp,dc=example"
bind = { method = "anonymous" }

[[home_folder]]
prefix = "/srv/home"
"#;
const FORGETS: &str = "[store]\nurl = \"memory:\"\n";

/// Logins of an administrator's own, and how the program ends.
struct End {
    name: &'static str,
    /// `None`: one that stays.
    store: Option<&'static str>,
    document: &'static str,
    code: i32,
}

const ENDS: [End; 5] = [
    End {
        name: "nobody answered, and nothing else is wrong",
        store: Some(FORGETS),
        document: "| login | password | expected |\n|---|---|---|\n| ann | pw | accept |\n",
        code: 4,
    },
    End {
        name: "nobody answered, and something else is wrong",
        store: Some(FORGETS),
        document: "| login | password | expected |\n|---|---|---|\n| ann | pw | accept |\n| x/ann | pw | accept |\n",
        code: 1,
    },
    End {
        name: "nobody answered, as expected",
        store: Some(FORGETS),
        document: "| login | password | expected |\n|---|---|---|\n| ann | pw | indeterminate directory_unreachable |\n",
        code: 0,
    },
    End {
        name: "accounts in a store that forgets",
        store: Some(FORGETS),
        document: "| account | password | uid | gid |\n|---|---|---|---|\n| bob | pw | 1 | 1 |\n\n| login | password | expected |\n|---|---|---|\n| bob | pw | accept |\n",
        code: 0,
    },
    End {
        name: "no accounts in a store that stays",
        store: None,
        document: "| account | password |\n|---|---|\n| bob | pw |\n\n| login | password | expected |\n|---|---|---|\n| bob | pw | accept |\n",
        code: 3,
    },
];

fn end(end: End) -> Trial {
    Trial::test(format!("exit code: {}", end.name), move || {
        let folder = tempfile::tempdir()?;
        let stays = "[store]\nurl = \"sqlite:entryway.db\"\n";
        let store = end.store.unwrap_or(stays);
        let configuration = folder.path().join("entryway.toml");
        let document = folder.path().join("own.md");
        fs::write(&configuration, format!("{store}{DOWN}"))?;
        fs::write(&document, format!("# Ours\n\n## One\n\n{}", end.document))?;
        let ended = Command::new(env!("CARGO_BIN_EXE_entryway"))
            .arg("test")
            .arg(&document)
            .arg("--config")
            .arg(&configuration)
            .env_clear()
            .output()?;
        if ended.status.code() == Some(end.code) {
            return Ok(());
        }
        let told = String::from_utf8_lossy(&ended.stdout);
        let aside = String::from_utf8_lossy(&ended.stderr);
        Err(format!(
            "expected {}, found {}\n{told}{aside}",
            end.code, ended.status
        )
        .into())
    })
}
