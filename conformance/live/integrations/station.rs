//! A directory, a gateway, and a machine that is set up by the commands of a page.

use super::{directory, page};
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{
    BASE, Certificate, Daemon, Deadline, Gateway, Machine, SERVICE_PASSWORD, Serving, Slapd,
    free_port, until,
};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// What the pages say, and the tests replace.
const DOCUMENTED_PORT: &str = "8389";
pub(super) const DOCUMENTED_SERVER: &str = "ldaps://dc1.corp.example";
pub(super) const DOCUMENTED_BASE: &str = "dc=corp,dc=example";

const FILES: [&str; 5] = [
    "pure-ftpd/entryway-pure-ftpd",
    "pure-ftpd/entryway-pure-authd.service",
    "pam/entryway-pam",
    "pam/service-directory",
    "pam/service-accounts",
];

const TOKEN: &str = "token-of-the-integrations-0123456789";

pub(super) struct Station {
    /// What the page's commands started; the first to go.
    pub(super) daemons: Vec<Daemon>,
    pub(super) machine: Machine,
    pub(super) serving: Option<Serving>,
    pub(super) slapd: Slapd,
    /// Where the gateway listens.
    pub(super) listen: SocketAddr,
    /// Where the page's commands run: with `docs/integrations`, `ca.pem` and the token in it.
    pub(super) folder: PathBuf,
}

impl Station {
    /// For the page `docs/integrations/NAME.md`, in a folder named after the test.
    pub(super) fn start(lab: &Lab, name: &str, test: &str) -> Result<Self> {
        let slapd = Slapd::with_entries(
            lab.authority()?,
            Certificate::Good,
            BASE,
            &directory::ldif(),
        )?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let folder = lab.scratch()?.path().join(format!("{name}-{test}"));
        fs::create_dir(&folder)?;
        for (file, text) in [
            ("corp-ca.pem", lab.authority()?.pem()),
            ("staff.pass", SERVICE_PASSWORD),
            (&format!("{name}.token"), TOKEN),
            (
                "entryway.toml",
                &configuration(name, &slapd, listen, &folder)?,
            ),
        ] {
            lab.scratch()?
                .write(&format!("{name}-{test}/{file}"), text)?;
        }
        for file in FILES {
            let copy = folder.join("docs/integrations").join(file);
            fs::create_dir_all(copy.parent().context("a file has a folder")?)?;
            fs::write(
                copy,
                page(file)?.replace(DOCUMENTED_PORT, &listen.port().to_string()),
            )?;
        }
        let gateway = Gateway::new(lab.binary(), &folder.join("entryway.toml"));
        Ok(Self {
            daemons: Vec::new(),
            machine: Machine::start()?,
            serving: Some(gateway.serve(listen)?),
            slapd,
            listen,
            folder,
        })
    }

    /// Runs the page's commands in their order. `service` does what systemd would do.
    pub(super) fn set_up(
        &mut self,
        name: &str,
        mut service: impl FnMut(&mut Self, &str) -> Result<()>,
    ) -> Result<()> {
        let text = page(&format!("{name}.md"))?;
        let commands: Vec<&str> = blocks(&text, "console")
            .into_iter()
            .flat_map(str::lines)
            .filter_map(|line| line.strip_prefix("$ "))
            .collect();
        ensure!(commands.len() > 3, "the page has lost its commands");
        for command in commands {
            if let Some(packages) = command.strip_prefix("apt-get install ") {
                installed(packages)?;
            } else if command.starts_with("systemctl ") {
                service(self, command)?;
            } else {
                let finished = self.run(command, &typed("aokafor"))?;
                ensure!(
                    finished.exit == 0,
                    "`{command}` ended with {}:\n{}{}",
                    finished.exit,
                    finished.stdout,
                    finished.stderr
                );
            }
        }
        Ok(())
    }

    /// Runs a line as root in the folder of the page's reader.
    pub(super) fn run(&self, line: &str, stdin: &str) -> Result<entryway_conformance::Finished> {
        let folder = self.folder.display();
        self.machine.run(&format!("cd '{folder}' && {line}"), stdin)
    }

    /// Waits until the gateway has logged these; its lines come a moment after its answers.
    pub(super) fn logs(&self, words: &[&str]) -> Result<()> {
        until(
            &format!("the gateway has logged {words:?}"),
            Deadline::seconds(10),
            || {
                let log = self.log();
                Ok(words.iter().all(|word| log.contains(word)).then_some(()))
            },
        )
        .with_context(|| self.log())
    }

    /// The log of the gateway.
    pub(super) fn log(&self) -> String {
        self.serving.as_ref().map(Serving::log).unwrap_or_default()
    }
}

/// A person's password and the key at its end.
pub(super) fn typed(name: &str) -> String {
    format!("{}\n", directory::password(name))
}

/// The page's own configuration, at the servers and files of the test.
fn configuration(name: &str, slapd: &Slapd, listen: SocketAddr, folder: &Path) -> Result<String> {
    let text = page(&format!("{name}.md"))?;
    let block = blocks(&text, "toml")
        .into_iter()
        .next()
        .context("the page has no configuration")?;
    let written = block
        .replace(DOCUMENTED_SERVER, &format!("ldaps://{}", slapd.ldaps()))
        .replace(DOCUMENTED_BASE, BASE);
    let folder = folder.display();
    Ok(format!(
        "{written}\n[server]\nlisten = \"{listen}\"\n[store]\nurl = \"sqlite:{folder}/entryway.db\"\n[audit]\nkey = \"{folder}/audit.key\"\n"
    ))
}

/// What a page has installed must be what `./test` installs.
fn installed(packages: &str) -> Result<()> {
    let listed = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/packages.txt"),
    )?;
    for package in packages.split(' ') {
        ensure!(
            listed.lines().any(|line| line == package),
            "the page installs `{package}`, which conformance/packages.txt does not have"
        );
    }
    Ok(())
}

/// The contents of a document's fenced blocks of one language.
pub(super) fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    text.split(&format!("\n```{language}\n"))
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .collect()
}
