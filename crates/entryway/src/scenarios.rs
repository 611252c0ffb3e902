//! `entryway test`: scenarios as an administrator writes them, run through the login of the daemon.
//!
//! A scenario with a configuration of its own brings its directories, too: they play in this process,
//! over real sockets. One without is about the configuration that is in force here, and asks the
//! directories that it names.

mod report;
mod stage;

use crate::cli::{Common, Output, Test};
use crate::exit::Exit;
use crate::{logs, out};
use entryway_scenario::{Document, Ground, Scenario, check};
use report::{Ran, Report};
use stage::Stage;
use std::path::{Path, PathBuf};
use tracing::level_filters::LevelFilter;

/// Runs every scenario of the files.
pub(crate) async fn test(common: &Common, asked: &Test) -> Result<Exit, Exit> {
    // A folder's README tells of the scenarios beside it; `scenarios/*.md` names it too.
    let is_readme = |path: &&PathBuf| path.file_name().is_some_and(|name| name == "README.md");
    let (_, files): (Vec<&PathBuf>, Vec<&PathBuf>) = asked.files.iter().partition(is_readme);
    if files.is_empty() {
        out::aside("error: a README.md holds no scenarios, and no other file is named\n");
        return Err(Exit::Configuration);
    }
    let mut documents = Vec::new();
    for path in &files {
        documents.push(read(path)?);
    }
    let _log = logs::start(common, LevelFilter::OFF)?;
    let mut report = Report::new(common.output == Output::Text);
    let mut here: Option<Stage> = None;
    for (path, document) in files.iter().zip(&documents) {
        report.document(document);
        let folder = path.parent().unwrap_or(Path::new("."));
        for scenario in &document.scenarios {
            if !scenario.grounds.contains(&Ground::InProcess) {
                report.elsewhere(scenario);
                continue;
            }
            let ran = if !scenario.configuration_files().is_empty() {
                let stage = Stage::of(scenario).await.map_err(|error| {
                    out::aside(&format!(
                        "error: {}:{}: {error:#}\n",
                        scenario.file, scenario.line
                    ));
                    Exit::Configuration
                })?;
                let ran = play(&stage, scenario, folder).await?;
                stage.clear().await;
                ran
            } else if Stage::is_own(scenario) {
                let stage = Stage::here_for(common, scenario).await?;
                let ran = play(&stage, scenario, folder).await?;
                stage.clear().await;
                ran
            } else {
                let stage = match here.take() {
                    Some(stage) => stage,
                    None => Stage::here(common).await?,
                };
                let ran = play(&stage, scenario, folder).await?;
                here = Some(stage);
                ran
            };
            report.scenario(scenario, ran);
        }
    }
    if let Some(stage) = here {
        stage.clear().await;
    }
    Ok(report.end())
}

fn read(path: &Path) -> Result<Document, Exit> {
    let name = path.display().to_string();
    let refused = |problem: String| {
        out::aside(&format!("error: {problem}\n"));
        Exit::Configuration
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| refused(format!("`{name}` cannot be read: {error}")))?;
    Document::parse(&name, &text).map_err(|error| refused(error.to_string()))
}

/// One login after the other: what one leaves behind, the next one meets.
async fn play(stage: &Stage, scenario: &Scenario, folder: &Path) -> Result<Vec<Ran>, Exit> {
    let mut ran = Vec::new();
    for login in &scenario.logins {
        let found = stage.login(login, folder).await?;
        let mismatches = check(login, &found);
        ran.push(Ran { found, mismatches });
    }
    Ok(ran)
}
