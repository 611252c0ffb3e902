//! What runs: PostgreSQL, OpenLDAP, two nodes of a hub, two connectors.

use super::people::{Met, PASSWORD, name_of};
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{
    Configuration, Deadline, Directory, Domain, Encrypt, Gateway, HttpClient, PEOPLE, Postgres,
    Serving, Slapd, SlapdOptions, free_port, until,
};
use serde_json::{Value, json};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

pub(super) const SITE: &str = "plant-a";
const TOKEN: &str = "token-of-the-nodes-0123456789abcdef";
/// More than log in here.
const EVERYBODY: u32 = 400;

/// Where connectors keep what they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    EachItsOwn,
    Together,
}

fn port() -> Result<SocketAddr> {
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)))
}

/// One node of the hub.
pub(super) struct Node {
    pub(super) gateway: Gateway,
    listen: SocketAddr,
    http: HttpClient,
    serving: Option<Serving>,
}

impl Node {
    fn of(lab: &Lab, path: &Path, listen: SocketAddr) -> Result<Self> {
        let mut node = Self {
            gateway: Gateway::new(lab.binary(), path),
            listen,
            http: HttpClient::new(listen, Some(TOKEN)),
            serving: None,
        };
        node.starts()?;
        Ok(node)
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Where connectors enrol.
    pub(super) fn dialled(&self) -> String {
        format!("{}/connector/v1/{SITE}", self.url())
    }

    pub(super) fn starts(&mut self) -> Result<()> {
        self.serving = Some(self.gateway.serve(self.listen)?);
        Ok(())
    }

    /// By itself, when it is told to.
    pub(super) fn ends(&mut self) -> Result<()> {
        let serving = self.serving.take().context("it does not run")?;
        serving.terminate()?;
        until("the node has drained", Deadline::seconds(30), || {
            Ok(serving.log().contains("server.drained").then_some(()))
        })
        .with_context(|| serving.log())
    }

    pub(super) fn is_killed(&mut self) -> Result<()> {
        self.serving.take().context("it does not run")?.kill()
    }

    /// A connector as this node sees it.
    pub(super) fn connector(&self, id: &str) -> Result<Value> {
        self.http
            .get(&format!("/api/v1/hub/connectors/{id}"))?
            .json()
    }

    /// Drains, resumes or revokes a connector.
    pub(super) fn changes(&self, id: &str, how: &str) -> Result<()> {
        let path = format!("/api/v1/hub/connectors/{id}/{how}");
        let answer = self.http.post(&path, &json!({}))?;
        ensure!(answer.status == 200, "{how}: {answer:?}");
        Ok(())
    }

    /// Whose challenges a page gets here.
    pub(super) fn issuers(&self) -> Result<Vec<String>> {
        let asked = json!({ "login_name": format!("{SITE}/somebody") });
        let with = self.http.post("/api/v1/login/challenge", &asked)?.json()?;
        let challenges = with.get("challenges").and_then(Value::as_array);
        let challenges = challenges.with_context(|| format!("nothing to seal with: {with}"))?;
        let connector = |one: &Value| one.get("connector")?.as_str().map(str::to_owned);
        Ok(challenges.iter().filter_map(connector).collect())
    }
}

/// A connector's machine.
pub(super) struct Machine {
    pub(super) name: &'static str,
    pub(super) gateway: Gateway,
    pub(super) http: HttpClient,
    listen: SocketAddr,
    serving: Mutex<Option<Serving>>,
}

impl Machine {
    /// What it says it is.
    pub(super) fn id(&self) -> Result<String> {
        let status = self.status()?;
        let id = status.get("connector").and_then(Value::as_str);
        id.map(str::to_owned).with_context(|| status.to_string())
    }

    pub(super) fn status(&self) -> Result<Value> {
        self.gateway.asked(&["connector", "status"])
    }

    fn runs(&self) -> Result<()> {
        let serving = self.gateway.run_connector(self.listen)?;
        *self.serving.lock().ok().context("a panic")? = Some(serving);
        Ok(())
    }

    fn stops(&self) -> Result<()> {
        self.serving.lock().ok().context("a panic")?.take();
        Ok(())
    }

    fn log(&self) -> Option<String> {
        Some(self.serving.lock().ok()?.as_ref()?.log())
    }
}

/// All of it; what needs something goes before that.
pub(super) struct Stage {
    pub(super) connectors: [Machine; 2],
    pub(super) nodes: [Node; 2],
    pub(super) slapd: Slapd,
    /// Of the program that logs people in.
    pub(super) token: PathBuf,
    _postgres: Postgres,
}

impl Stage {
    /// In a new folder of that name. No connector is enrolled.
    pub(super) fn start(lab: &Lab, name: &str, kept: Kept) -> Result<Self> {
        let options = SlapdOptions {
            directory: Directory::Crowd {
                people: EVERYBODY,
                stored: PASSWORD,
            },
            log_operations: true,
            ..SlapdOptions::default()
        };
        let slapd = Slapd::start(lab.authority()?, options)?;
        let postgres = Postgres::start()?;
        let scratch = lab.scratch()?;
        fs::create_dir(scratch.path().join(name))?;
        let token = scratch.write(&format!("{name}/token"), TOKEN)?;
        let listens = [port()?, port()?];
        let store = postgres.database("hub")?;
        let node = |own: &str, listen: SocketAddr| -> Result<Node> {
            let text = hub(own, listen, listens, &store, &token);
            let path = scratch.write(&format!("{name}/{own}.toml"), &text)?;
            Node::of(lab, &path, listen)
        };
        let [one, other] = listens;
        let nodes = [node("hub-0", one)?, node("hub-1", other)?];
        let together = match kept {
            Kept::EachItsOwn => None,
            Kept::Together => Some(postgres.database("site")?),
        };
        let machine = |own: &'static str| -> Result<Machine> {
            let listen = port()?;
            let folder = format!("{name}/{own}");
            let store = match &together {
                Some(store) => store.clone(),
                None => {
                    let path = scratch.path().join(&folder).join("entryway.db");
                    format!("sqlite:{}", path.display())
                }
            };
            let path = connector(lab, &slapd, &folder, own, listen, &store)?;
            Ok(Machine {
                name: own,
                gateway: Gateway::new(lab.binary(), &path),
                http: HttpClient::new(listen, None),
                listen,
                serving: Mutex::default(),
            })
        };
        let connectors = [machine("connector-a")?, machine("connector-b")?];
        Ok(Self {
            connectors,
            nodes,
            slapd,
            token,
            _postgres: postgres,
        })
    }

    /// Runs both connectors, and waits until each node has both.
    pub(super) fn is_up(&self) -> Result<()> {
        for connector in &self.connectors {
            connector.runs()?;
        }
        for node in &self.nodes {
            until("both connectors are up", Deadline::seconds(60), || {
                let are_ready = node.gateway.tunnels()? == 2 && node.issuers()?.len() == 2;
                Ok(are_ready.then_some(()))
            })?;
        }
        Ok(())
    }

    /// Each password was tried as often as somebody typed one: what the directory itself has logged.
    pub(super) fn each_was_tried_once(&self, met: &Met) -> Result<()> {
        for connector in &self.connectors {
            connector.stops()?;
        }
        let log = until(
            "the directory's log is quiet",
            Deadline::seconds(30),
            || {
                let log = self.slapd.stats();
                Ok(log.is_quiet().then_some(log))
            },
        )?;
        for (number, expected) in met.binds()? {
            let dn = format!("uid={},{PEOPLE}", name_of(number));
            let found: Vec<u32> = log.binds_as(&dn).into_iter().flatten().collect();
            ensure!(
                found == expected,
                "{dn}: expected binds with {expected:?}, found {found:?}"
            );
        }
        Ok(())
    }

    /// What each has logged, for a test that fails.
    pub(super) fn logs(&self) -> String {
        let nodes = self.nodes.iter();
        let nodes = nodes.filter_map(|node| Some(node.serving.as_ref()?.log()));
        let connectors = self.connectors.iter().filter_map(Machine::log);
        let all: Vec<String> = nodes.chain(connectors).collect();
        all.join("\n--\n")
    }
}

fn hub(
    own: &str,
    listen: SocketAddr,
    [one, other]: [SocketAddr; 2],
    store: &str,
    token: &Path,
) -> String {
    let folder = token.parent().unwrap_or(token).display();
    format!(
        "[server]\nlisten = \"{listen}\"\n\n\
         [hub]\nurl = \"http://{one}\"\nnodes = [\"http://{one}\", \"http://{other}\"]\nchallenges = 100000\n\n\
         [site.{SITE}]\n\n[store]\nurl = \"{store}\"\n\n\
         [audit]\nnode = \"{own}\"\nkey = \"{folder}/{own}.key\"\n\n\
         [login]\nplatform = \"none\"\ndeadline = \"10s\"\nreject_after = \"0ms\"\n\n\
         [[token]]\nname = \"tests\"\nsecret = {{ file = \"{}\" }}\n\
         scopes = [\"login\", \"login.reasons\", \"hub\"]\n",
        token.display(),
    )
}

fn connector(
    lab: &Lab,
    slapd: &Slapd,
    folder: &str,
    own: &str,
    listen: SocketAddr,
    store: &str,
) -> Result<PathBuf> {
    let domain = Domain::at_slapd("staff", slapd, Encrypt::Ldaps);
    let mut configuration = Configuration::new(lab.authority()?.pem(), vec![domain]);
    configuration.deadline = "10s";
    configuration.more = format!(
        "[connector]\nlisten = \"{listen}\"\n\n[connector.release]\nreasons = true\n\n\
         [audit]\nnode = \"{own}\"\nkey = \"{}\"\n\n[throttle]\nfailures_per_address = 1000000\n",
        lab.scratch()?
            .path()
            .join(format!("{folder}.key"))
            .display(),
    );
    let path = configuration.write(lab.scratch()?, folder)?;
    let text = fs::read_to_string(&path)?.replace("memory:", store);
    fs::write(&path, text)?;
    Ok(path)
}
