//! The scenarios of the repository against OpenLDAP, each with servers of its own that hold what it
//! says, and against Samba's Active Directory, through `entryway test`. OpenLDAP itself counts the binds.

use crate::lab::Lab;
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::{
    Certificate, Deadline, Encrypt, LoggedOperation, Slapd, StatsLog, until,
};
use entryway_scenario::{Answering, Counted, Document, Ground, Rewrite, Scenario, Tally};
use libtest_mimic::Trial;
use std::fmt;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// What became of the scenarios here.
pub(crate) struct Tallies {
    openldap: Tally,
    active_directory: Tally,
}

impl Tallies {
    pub(crate) fn new() -> Self {
        Self {
            openldap: Tally::new("at OpenLDAP"),
            active_directory: Tally::new("at Active Directory"),
        }
    }
    fn of(&self, ground: Ground) -> &Tally {
        match ground {
            Ground::ActiveDirectory => &self.active_directory,
            _ => &self.openldap,
        }
    }
}

impl fmt::Display for Tallies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.openldap, self.active_directory)
    }
}

/// One trial for each scenario that can play here.
pub(crate) fn trials(lab: &Arc<Lab>, tallies: &Arc<Tallies>) -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    match documents(&folder) {
        Ok(documents) => documents
            .into_iter()
            .flat_map(|document| document.scenarios)
            .flat_map(|scenario| {
                let grounds = scenario.grounds.clone();
                grounds
                    .into_iter()
                    .filter(|ground| LIVE.contains(ground))
                    .map(move |ground| (ground, scenario.clone()))
            })
            .map(|(ground, scenario)| trial(lab, tallies, ground, scenario))
            .collect(),
        Err(error) => vec![Trial::test("scenarios", move || {
            Err(crate::told(&error).into())
        })],
    }
}

fn documents(folder: &Path) -> Result<Vec<Document>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| {
        path.extension().is_some_and(|kind| kind == "md")
            && path.file_name().is_some_and(|name| name != "README.md")
    });
    paths.sort();
    let document = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(path)?;
        Ok(Document::parse(&format!("scenarios/{name}"), &text)?)
    };
    paths.iter().map(document).collect()
}

/// Where scenarios play here.
const LIVE: [Ground; 2] = [Ground::OpenLdap, Ground::ActiveDirectory];

fn trial(lab: &Arc<Lab>, tallies: &Arc<Tallies>, ground: Ground, scenario: Scenario) -> Trial {
    let (lab, tallies) = (Arc::clone(lab), Arc::clone(tallies));
    let name = format!(
        "{}: {} ({})",
        scenario.file,
        scenario.title,
        ground.as_str()
    );
    Trial::test(name, move || {
        let ran = run(&lab, ground, &scenario);
        let topic = scenario.file.trim_start_matches("scenarios/");
        tallies.of(ground).add(topic, Counted::one(ran.is_ok()));
        ran.map_err(|error| format!("{}:{}: {error:?}", scenario.file, scenario.line).into())
    })
}

fn run(lab: &Lab, ground: Ground, scenario: &Scenario) -> Result<()> {
    let world = if ground == Ground::ActiveDirectory {
        World::of_samba(lab, scenario)?
    } else {
        World::start(lab, scenario)?
    };
    let scenario = world.rewrite.scenario(scenario);
    let folder = lab.scratch()?.path().join(format!(
        "{}-{}",
        scenario.file.replace('/', "-"),
        scenario.line
    ));
    fs::create_dir(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text)
            .map(|()| path)
            .with_context(|| format!("cannot write `{name}`"))
    };
    write("ca.pem", lab.authority()?.pem())?;
    write("other-ca.pem", lab.authority()?.other_pem())?;
    for (name, text) in scenario.configuration_files() {
        write(name, &text)?;
    }
    let logins = write("logins.md", &scenario.logins_alone())?;
    let ended = Command::new(lab.binary())
        .arg("test")
        .arg(logins)
        .arg("--config")
        .arg(folder.join("entryway.toml"))
        .env_clear()
        // What a scenario brings into a store goes with it.
        .env("ENTRYWAY__store__url", "memory:")
        .output()
        .context("the binary does not start")?;
    if !ended.status.success() {
        bail!(
            "{}\n{}{}",
            ended.status,
            String::from_utf8_lossy(&ended.stdout),
            String::from_utf8_lossy(&ended.stderr)
        );
    }
    world.counted(&scenario)
}

/// Where nobody listens. A free port would not do: another scenario's server may take it meanwhile.
const NOBODY: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));

/// The servers of one scenario.
struct World {
    slapds: Vec<Slapd>,
    /// From the scenario's addresses to theirs.
    rewrite: Rewrite,
}

impl World {
    fn start(lab: &Lab, scenario: &Scenario) -> Result<Self> {
        let mut slapds = Vec::new();
        let mut pairs = Vec::new();
        for url in scenario.urls() {
            let encrypt = if url.starts_with("ldaps://") {
                Encrypt::Ldaps
            } else {
                Encrypt::StartTls
            };
            let certificate = match scenario.answering(&url) {
                Answering::Well => Certificate::Good,
                Answering::Untrusted => Certificate::Untrusted,
                Answering::Down => {
                    pairs.push((url, encrypt.url(NOBODY)));
                    continue;
                }
                Answering::Silent => {
                    pairs.push((url, encrypt.url(lab.silent()?.address()?)));
                    continue;
                }
                Answering::Garbled => bail!("`{url}` is garbled: that plays in-process alone"),
            };
            let ldif = scenario.ldif_of(&url);
            let suffix = suffix(&ldif).context("the first entry is the directory's suffix")?;
            let slapd = Slapd::with_entries(lab.authority()?, certificate, &suffix, &ldif)?;
            let address = if encrypt == Encrypt::Ldaps {
                slapd.ldaps()
            } else {
                slapd.ldap()
            };
            pairs.push((url, encrypt.url(address)));
            slapds.push(slapd);
        }
        Ok(Self {
            slapds,
            rewrite: Rewrite::new(pairs),
        })
    }

    /// Samba has its own people, and a scenario for it is about them: its entries say who they are.
    fn of_samba(lab: &Lab, scenario: &Scenario) -> Result<Self> {
        let samba = lab.samba()?;
        let at = |url: String| {
            let real = if url.starts_with("ldaps://") {
                Encrypt::Ldaps.url(samba.ldaps())
            } else {
                Encrypt::StartTls.url(samba.ldap())
            };
            (url, real)
        };
        Ok(Self {
            slapds: Vec::new(),
            rewrite: Rewrite::new(scenario.urls().into_iter().map(at).collect()),
        })
    }

    /// The directories have seen as many binds as people as the logins say together, where each says it.
    fn counted(&self, scenario: &Scenario) -> Result<()> {
        if self.slapds.is_empty() {
            return Ok(());
        }
        let expected: Option<u32> = scenario
            .logins
            .iter()
            .map(|login| login.expected.binds)
            .sum();
        let Some(expected) = expected else {
            return Ok(());
        };
        let texts = [&scenario.shared_configuration, &scenario.configuration];
        let configuration: String = texts.into_iter().flatten().cloned().collect();
        let mut found = 0;
        for slapd in &self.slapds {
            let log = until(
                "slapd has no connection left",
                Deadline::seconds(10),
                || Ok(Some(slapd.stats()).filter(StatsLog::is_quiet)),
            )?;
            // The service account is the name that the configuration has.
            let binds = log.operations().filter(|operation| {
                matches!(operation, LoggedOperation::Bind { dn, .. }
                    if !dn.is_empty() && !configuration.contains(&format!("\"{dn}\"")))
            });
            found += u32::try_from(binds.count())?;
        }
        ensure!(
            found == expected,
            "expected {expected} binds as people, the directories have seen {found}"
        );
        Ok(())
    }
}

fn suffix(ldif: &str) -> Option<String> {
    ldif.lines()
        .find_map(|line| line.strip_prefix("dn: "))
        .map(str::to_owned)
}
