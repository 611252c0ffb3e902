//! Writes `entryway.toml` for the servers of the tests.

use crate::{
    AD_BASE, AD_SERVICE_DN, AD_SERVICE_PASSWORD, BASE, Ds389, SERVICE_DN, SERVICE_PASSWORD,
    SambaAd, Scratch, Slapd,
};
use anyhow::{Context, Result};
use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// How a domain's servers are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encrypt {
    /// `ldaps://`.
    Ldaps,
    /// `ldap://` with StartTLS.
    StartTls,
    /// In clear, as the bench measures it.
    Nothing,
}

impl Encrypt {
    /// The URL of a server reached this way.
    pub fn url(self, address: SocketAddr) -> String {
        match self {
            Self::Ldaps => format!("ldaps://{address}"),
            Self::StartTls | Self::Nothing => format!("ldap://{address}"),
        }
    }
}

/// One `[domain.X]` with its tables.
#[derive(Debug, Clone)]
pub struct Domain {
    /// X.
    pub name: String,
    /// URLs, and tables as TOML.
    pub servers: Vec<String>,
    /// Further lines of `[domain.X]` itself.
    pub keys: Vec<String>,
    /// Lines of `[domain.X.people]`.
    pub people: Vec<String>,
    /// Lines of `[domain.X.maps]`.
    pub maps: Vec<String>,
    /// Lines of `[domain.X.defaults]`.
    pub defaults: Vec<String>,
    /// The password of the service account, written to a file of its own.
    pub service_password: String,
}

impl Domain {
    /// The OpenLDAP directory of the tests, at these servers.
    pub fn openldap(name: &str, servers: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            servers: servers.to_vec(),
            keys: vec![format!("base = {}", quoted(BASE)), bind(name, SERVICE_DN)],
            people: Vec::new(),
            maps: [
                "uid = \"uidNumber\"",
                "gid = \"gidNumber\"",
                "home = \"homeDirectory\"",
                "user_type = \"employeeType\"",
            ]
            .map(str::to_owned)
            .to_vec(),
            defaults: Vec::new(),
            service_password: SERVICE_PASSWORD.to_owned(),
        }
    }

    /// The same, reached as asked at one slapd.
    pub fn at_slapd(name: &str, slapd: &Slapd, encrypt: Encrypt) -> Self {
        let address = if encrypt == Encrypt::Ldaps {
            slapd.ldaps()
        } else {
            slapd.ldap()
        };
        let mut domain = Self::openldap(name, &[encrypt.url(address)]);
        if encrypt == Encrypt::Nothing {
            domain.keys.push("encrypt = \"none\"".to_owned());
            domain
                .keys
                .push("allow_clear_text_passwords = true".to_owned());
        }
        domain
    }

    /// The 389 Directory Server of the tests, which has the same names.
    pub fn at_ds389(name: &str, server: &Ds389, encrypt: Encrypt) -> Self {
        let address = if encrypt == Encrypt::Ldaps {
            server.ldaps()
        } else {
            server.ldap()
        };
        Self::openldap(name, &[encrypt.url(address)])
    }

    /// The Active Directory domain of the tests.
    pub fn at_samba(name: &str, samba: &SambaAd, encrypt: Encrypt) -> Self {
        let address = if encrypt == Encrypt::Ldaps {
            samba.ldaps()
        } else {
            samba.ldap()
        };
        Self {
            name: name.to_owned(),
            servers: vec![encrypt.url(address)],
            keys: vec![
                format!("base = {}", quoted(AD_BASE)),
                bind(name, AD_SERVICE_DN),
                "dialect = \"active-directory\"".to_owned(),
                "suffixes = [\"lab.example.org\"]".to_owned(),
                "netbios_name = \"LAB\"".to_owned(),
            ],
            people: Vec::new(),
            maps: Vec::new(),
            defaults: Vec::new(),
            service_password: AD_SERVICE_PASSWORD.to_owned(),
        }
    }

    /// With a further line in `[domain.X]`.
    pub fn key(mut self, line: &str) -> Self {
        self.keys.push(line.to_owned());
        self
    }

    /// With a further line in `[domain.X.defaults]`.
    pub fn defaults(mut self, line: &str) -> Self {
        self.defaults.push(line.to_owned());
        self
    }

    /// With a further line in `[domain.X.maps]`.
    pub fn map(mut self, line: &str) -> Self {
        self.maps.push(line.to_owned());
        self
    }

    /// Without the map that sets `target`.
    pub fn without_map(mut self, target: &str) -> Self {
        self.maps
            .retain(|line| !line.starts_with(&format!("{target} =")));
        self
    }

    /// With a further line in `[domain.X.people]`.
    pub fn people(mut self, line: &str) -> Self {
        self.people.push(line.to_owned());
        self
    }
}

/// A whole configuration.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// In the order in which a bare name is tried.
    pub domains: Vec<Domain>,
    /// PEM of the trusted authority.
    pub trust: String,
    /// Where `serve` listens.
    pub listen: Option<SocketAddr>,
    /// `login.deadline`.
    pub deadline: &'static str,
    /// `login.reject_after`; none of it: the tests have thousands of refusals, and their time is not looked at.
    pub reject_after: &'static str,
    /// Whether there is a home folder for everybody.
    pub home_folder: bool,
    /// The secret of the API caller `tests`.
    pub token: String,
    /// Further tables.
    pub more: String,
}

impl Configuration {
    /// For these domains, with defaults for the rest.
    pub fn new(trust: &str, domains: Vec<Domain>) -> Self {
        Self {
            domains,
            trust: trust.to_owned(),
            listen: None,
            deadline: "3s",
            reject_after: "0ms",
            home_folder: true,
            token: "token-of-the-tests-0123456789abcdef".to_owned(),
            more: String::new(),
        }
    }

    /// Writes the file and those it names into a new folder `name` of `scratch`.
    pub fn write(&self, scratch: &Scratch, name: &str) -> Result<PathBuf> {
        let dir = scratch.path().join(name);
        fs::create_dir(&dir).with_context(|| format!("cannot make `{}`", dir.display()))?;
        scratch.write(&format!("{name}/ca.pem"), &self.trust)?;
        scratch.write(&format!("{name}/token"), &self.token)?;
        for domain in &self.domains {
            scratch.write(
                &format!("{name}/{}.pass", domain.name),
                &domain.service_password,
            )?;
        }
        scratch.write(&format!("{name}/entryway.toml"), &self.text(&dir)?)
    }

    fn text(&self, dir: &Path) -> Result<String> {
        let mut out = String::new();
        if let Some(listen) = self.listen {
            writeln!(out, "[server]\nlisten = \"{listen}\"\n")?;
        }
        let names: Vec<String> = self
            .domains
            .iter()
            .map(|domain| quoted(&domain.name))
            .collect();
        writeln!(
            out,
            "[login]\ndefault_domains = [{}]\ndeadline = \"{}\"\nreject_after = \"{}\"\n",
            names.join(", "),
            self.deadline,
            self.reject_after
        )?;
        // A file of each process's own: what one row counts at the throttle is nothing to the next.
        writeln!(out, "[store]\nurl = \"memory:\"\n")?;
        writeln!(out, "[tls]\ntrust = [{}]\n", file(dir, "ca.pem"))?;
        writeln!(
            out,
            "[[token]]\nname = \"tests\"\nsecret = {{ file = {} }}",
            file(dir, "token")
        )?;
        writeln!(
            out,
            "scopes = [\"login\", \"login.reasons\", \"admin\", \"people.read\", \"groups.read\", \"browse\"]\n"
        )?;
        if self.home_folder {
            writeln!(
                out,
                "[[home_folder]]\nclass = \"*\"\nprefix = \"/srv/home\""
            )?;
        }
        writeln!(out, "{}", self.more)?;
        for domain in &self.domains {
            let servers = domain.servers.iter().map(|server| {
                if server.starts_with('{') {
                    server.clone()
                } else {
                    quoted(server)
                }
            });
            let servers: Vec<String> = servers.collect();
            writeln!(
                out,
                "\n[domain.{}]\nservers = [{}]",
                domain.name,
                servers.join(", ")
            )?;
            let dir = dir.display().to_string();
            for key in &domain.keys {
                writeln!(out, "{}", key.replace(FOLDER, &dir))?;
            }
            for (table, lines) in [
                ("people", &domain.people),
                ("maps", &domain.maps),
                ("defaults", &domain.defaults),
            ] {
                if !lines.is_empty() {
                    writeln!(
                        out,
                        "\n[domain.{}.{table}]\n{}",
                        domain.name,
                        lines.join("\n")
                    )?;
                }
            }
        }
        Ok(out)
    }
}

/// Stands for the configuration's folder in a key that names a file.
const FOLDER: &str = "@FOLDER@";

fn bind(domain: &str, dn: &str) -> String {
    format!(
        "bind = {{ method = \"simple\", dn = {}, password = {{ file = {} }} }}",
        quoted(dn),
        quoted(&format!("{FOLDER}/{domain}.pass"))
    )
}

fn file(dir: &Path, name: &str) -> String {
    quoted(&dir.join(name).display().to_string())
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
