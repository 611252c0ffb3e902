//! The hub, and the company whose people sign in there.

use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{
    AD_BASE, BASE, Certificate, Configuration, ConnectProxy, Deadline, Domain, Encrypt, FarSide,
    Finished, Gateway, InspectingProxy, SambaAd, Serving, Slapd, SlapdOptions, free_port, until,
};
use serde_json::{Value, json};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub(super) const SITE: &str = "plant-a";
/// The hub's store, in the folder.
const STORE: &str = "entryway.db";
/// The token of who looks its people up.
const PHONEBOOK: &str = "phonebook-token-0123456789abcdef";
/// Of the program that logs people in over the hub's API.
const TOKEN: &str = "token-of-the-portal-0123456789abcdef";

pub(super) struct Connector {
    id: String,
    configuration: PathBuf,
    gateway: Gateway,
    serving: Serving,
}

impl Connector {
    /// What a command answers in its network.
    pub(super) fn asked(&self, words: &[&str]) -> Result<Value> {
        self.gateway.asked(words)
    }

    pub(super) fn log(&self) -> String {
        self.serving.log()
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.serving.pid()
    }
}

/// By which proxy connectors go out, and the authority in PEM of whom they meet there.
struct Way<'a> {
    proxy: SocketAddr,
    trust: &'a Path,
}

/// What a connector has that others do not.
#[derive(Default)]
pub(super) struct Own<'a> {
    /// Further tables of its configuration.
    pub(super) tables: &'a str,
    /// Of its environment while it runs, as `NAME=VALUE`.
    pub(super) environment: &'a [String],
}

/// All of it; what needs something goes before that.
pub(super) struct Company {
    pub(super) connectors: Vec<Connector>,
    pub(super) hub: Serving,
    configuration: PathBuf,
    pub(super) proxy: ConnectProxy,
    pub(super) slapd: Slapd,
    pub(super) samba: SambaAd,
    far: FarSide,
    release: &'static str,
    pub(super) folder: PathBuf,
    pub(super) at_login: String,
    pub(super) at_app: String,
    binary: PathBuf,
}

impl Company {
    /// All but the connectors, in a new folder of that name. `release` are lines of `[connector.release]`.
    pub(super) fn start(lab: &Lab, name: &str, release: &'static str) -> Result<Self> {
        Self::start_with(lab, name, release, "")
    }

    /// The same with further lines of the site's table at the hub, and tables after it.
    pub(super) fn start_with(
        lab: &Lab,
        name: &str,
        release: &'static str,
        of_site: &str,
    ) -> Result<Self> {
        let authority = lab.authority()?;
        let far = FarSide::start()?;
        let options = SlapdOptions {
            log_operations: true,
            ..SlapdOptions::default()
        };
        let slapd = Slapd::start_far(authority, options, &far)?;
        let samba = SambaAd::start_far(authority, &far)?;
        locks_late(&slapd, &samba)?;
        let directories = [slapd.ldap(), slapd.ldaps()];
        for address in directories.into_iter().chain(samba.addresses()) {
            hides(&far, address)?;
        }
        let proxy = ConnectProxy::start(IpAddr::V4(far.near()))?;
        let folder = lab.scratch()?.path().join(name);
        fs::create_dir(&folder)?;
        let identity = authority.issue(Certificate::Good, Ipv4Addr::LOCALHOST, &folder)?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let at_login = format!("https://localhost:{}", listen.port());
        let at_app = format!("https://localhost:{}", free_port()?);
        lab.scratch()?
            .write(&format!("{name}/ca.pem"), authority.pem())?;
        let token = lab.scratch()?.write(&format!("{name}/token"), TOKEN)?;
        let text = format!(
            "[server]\nlisten = \"{listen}\"\ntls = {{ certificate = \"{}\", key = \"{}\" }}\n\n\
             [sso]\nissuer = \"{at_login}\"\n\n[client.app]\nname = \"The application\"\nauthentication = [\"none\"]\n\
             redirect_uris = [\"{at_app}/callback\"]\n\n[hub]\nurl = \"{at_login}\"\n\n\
             [site.{SITE}]\nlookups = [\"phonebook\"]\nsuffixes = [\"lab.example.org\"]\n{of_site}\n\
             [[token]]\nname = \"phonebook\"\nsecret = \"{PHONEBOOK}\"\nscopes = [\"people.read\"]\n\n\
             [[token]]\nname = \"portal\"\nsecret = {{ file = \"{}\" }}\nscopes = [\"login\", \"login.reasons\"]\n\n\
             [store]\nurl = \"sqlite:{folder}/{STORE}\"\n\n[audit]\nkey = \"{folder}/audit.key\"\n\n\
             [login]\nplatform = \"none\"\ndeadline = \"20s\"\nreject_after = \"0ms\"\n",
            identity.certificate.display(),
            identity.key.display(),
            token.display(),
            folder = folder.display(),
        );
        let configuration = lab
            .scratch()?
            .write(&format!("{name}/entryway.toml"), &text)?;
        let hub = Gateway::new(lab.binary(), &configuration)
            .serve_in_tls(listen, &folder.join("ca.pem"))?;
        Ok(Self {
            connectors: Vec::new(),
            hub,
            configuration,
            proxy,
            slapd,
            samba,
            far,
            release,
            folder,
            at_login,
            at_app,
            binary: lab.binary().to_owned(),
        })
    }

    /// Enrols two connectors, which go out to the hub.
    pub(super) fn goes_out(&mut self, lab: &Lab) -> Result<()> {
        let trust = self.folder.join("ca.pem");
        for name in ["a", "b"] {
            let proxy = self.proxy.address();
            let trust = &trust;
            self.connects(lab, name, &Way { proxy, trust }, &Own::default())?;
        }
        self.has_tunnels(2)
    }

    /// Enrols one of this name, which goes out beside those that do already.
    pub(super) fn goes_out_beside(&mut self, lab: &Lab, name: &str, own: &Own<'_>) -> Result<()> {
        let trust = &self.folder.join("ca.pem");
        let proxy = self.proxy.address();
        self.connects(lab, name, &Way { proxy, trust }, own)?;
        self.has_tunnels(u64::try_from(self.connectors.len())?)
    }

    /// Enrols one connector, which goes out by a proxy that ends TLS and is trusted.
    pub(super) fn goes_out_inspected(
        &mut self,
        lab: &Lab,
        inspector: &InspectingProxy,
    ) -> Result<()> {
        let trust = &inspector.authority();
        let proxy = inspector.address();
        self.connects(lab, "a", &Way { proxy, trust }, &Own::default())?;
        self.has_tunnels(1)
    }

    /// Where the host outside is that connectors see.
    pub(super) fn outside(&self) -> IpAddr {
        IpAddr::V4(self.far.near())
    }

    /// Where the host of the site is, as those inside see it.
    pub(super) fn inside(&self) -> IpAddr {
        IpAddr::V4(self.far.address())
    }

    /// Whoever listens there is seen from inside alone from now on.
    pub(super) fn hides(&self, port: u16) -> Result<()> {
        hides(&self.far, SocketAddr::new(self.inside(), port))
    }

    /// The same program inside.
    pub(super) fn within(&self, command: &Command) -> Command {
        self.far.within(command)
    }

    fn connects(&mut self, lab: &Lab, name: &str, way: &Way<'_>, own: &Own<'_>) -> Result<()> {
        let folder = self.folder.file_name().context("no folder")?;
        let name = format!("{}/{name}", folder.display());
        let connector = self.connector(lab, &name, way, own)?;
        self.connectors.push(connector);
        Ok(())
    }

    fn connector(&self, lab: &Lab, name: &str, way: &Way<'_>, own: &Own<'_>) -> Result<Connector> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let domains = vec![
            // A login is held there while the hub's memory is read.
            Domain::at_slapd("staff", &self.slapd, Encrypt::Ldaps)
                .key("timeouts = { operation = \"12s\" }"),
            Domain::at_samba("lab", &self.samba, Encrypt::Ldaps),
        ];
        let mut configuration = Configuration::new(lab.authority()?.pem(), domains);
        let secret = format!("{name}.proxy");
        let secret = lab.scratch()?.write(&secret, self.proxy.password())?;
        configuration.deadline = "15s";
        configuration.more = format!(
            "[connector]\nlisten = \"{listen}\"\nproxy = \"http://{}\"\nproxy_user = \"{}\"\n\
             proxy_password = {{ file = \"{}\" }}\ntrust = \"{}\"\n\n\
             [connector.release]\nlookups = true\n{}\n[audit]\nkey = \"{}\"\n\n{}",
            way.proxy,
            self.proxy.user(),
            secret.display(),
            way.trust.display(),
            self.release,
            lab.scratch()?.path().join(format!("{name}.key")).display(),
            own.tables,
        );
        let path = configuration.write(lab.scratch()?, name)?;
        // Its record is read by a command: it is a file.
        let store = format!("sqlite:{}", path.with_extension("db").display());
        fs::write(&path, fs::read_to_string(&path)?.replace("memory:", &store))?;
        let gateway = Gateway::new(lab.binary(), &path).within(&self.far);
        let made = self.asked(&["hub", "ticket", "create", "--site", SITE])?;
        let text = |key: &str| made.get(key).and_then(Value::as_str);
        let (url, ticket) = text("url").zip(text("ticket")).context("no ticket")?;
        let enrolled = gateway.enroll(url, ticket)?;
        let id = enrolled
            .stdout
            .split_once("enrolled as connector ")
            .and_then(|(_, rest)| rest.split_whitespace().next());
        let id = id.with_context(|| format!("not enrolled: {enrolled:?}"))?;
        let environment = own.environment.iter().cloned();
        let gateway = environment.fold(gateway, Gateway::with);
        Ok(Connector {
            id: id.to_owned(),
            configuration: path,
            serving: gateway.run_connector(listen)?,
            gateway,
        })
    }

    /// What the hub answers to whoever looks people of the site up.
    pub(super) fn finds(&self, below: &str) -> Result<Value> {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--max-time", "60", "--cacert"])
            .arg(self.folder.join("ca.pem"))
            .args(["-H", &format!("authorization: Bearer {PHONEBOOK}")])
            .arg(format!("{}/api/v1/sites/{SITE}/{below}", self.at_login));
        let finished = Finished::of(&mut curl, "")?;
        ensure!(finished.exit == 0, "{finished:?}");
        serde_json::from_str(&finished.stdout).with_context(|| finished.stdout.clone())
    }

    /// Ends a connector at once, and waits until the hub knows.
    pub(super) fn loses(&mut self, id: &str) -> Result<()> {
        let lost = self.connectors.iter().position(|one| one.id == id);
        let lost = lost.with_context(|| format!("no connector is called `{id}`"))?;
        self.connectors.remove(lost).serving.kill()?;
        self.has_tunnels(1)
    }

    /// The same for the one that went out first.
    pub(super) fn loses_the_first(&mut self) -> Result<()> {
        let first = self.connectors.first().context("no connector")?;
        let id = first.id.clone();
        self.loses(&id)
    }

    /// Waits until browsers can be sent to a connector with their certificates.
    pub(super) fn takes_certificates(&self) -> Result<()> {
        self.comes_to("a connector takes certificates", |site| {
            let ready = site.get("ready").and_then(Value::as_array);
            ready.is_some_and(|ready| ready.contains(&json!("certificate")))
        })
    }

    pub(super) fn has_tunnels(&self, count: u64) -> Result<()> {
        self.comes_to(&format!("{count} connectors are up at the hub"), |site| {
            site.get("tunnels").and_then(Value::as_u64) == Some(count)
        })
    }

    /// Waits until that is so of the site, as the hub tells it.
    fn comes_to(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Result<()> {
        until(what, Deadline::seconds(60), || {
            let status = self.asked(&["status"])?;
            let site = status.pointer("/sites/0");
            let site = site.with_context(|| format!("no sites in {status}"))?;
            Ok(is_so(site).then_some(()))
        })
        .with_context(|| self.logs())
    }

    fn asked(&self, words: &[&str]) -> Result<Value> {
        Ok(serde_json::from_str(&self.asked_text(None, words)?)?)
    }

    /// What a command answers at the hub, or at a connector.
    pub(super) fn asked_text(&self, side: Option<&Connector>, words: &[&str]) -> Result<String> {
        let configuration = side.map_or(&self.configuration, |one| &one.configuration);
        let finished = command(&self.binary, configuration, words)?;
        ensure!(finished.exit == 0, "{words:?}: {finished:?}");
        Ok(finished.stdout)
    }

    /// Where the secret of the API's caller is.
    pub(super) fn token(&self) -> PathBuf {
        self.folder.join("token")
    }

    /// What the hub's API answers.
    pub(super) fn posts(&self, path: &str, body: &Value) -> Result<Value> {
        let mut curl = Command::new("curl");
        curl.args(["--disable", "--silent", "--cacert"])
            .arg(self.folder.join("ca.pem"))
            .args(["--header", "content-type: application/json"])
            .args(["--header", &format!("authorization: Bearer {TOKEN}")])
            .args(["--data", &body.to_string()])
            .arg(format!("{}{path}", self.at_login));
        Finished::of(&mut curl, "")?.json()
    }

    /// What is in the files of the hub's store, one after another.
    pub(super) fn store_of_the_hub(&self) -> Result<Vec<u8>> {
        let mut whole = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            // Beside it lies what is not in it yet.
            if file.file_name().to_string_lossy().starts_with(STORE) {
                whole.extend(fs::read(file.path())?);
            }
        }
        Ok(whole)
    }

    /// What each has logged, for a test that fails.
    pub(super) fn logs(&self) -> String {
        let sides = self.connectors.iter().map(|one| one.serving.log());
        let sides: Vec<String> = std::iter::once(self.hub.log()).chain(sides).collect();
        sides.join("\n--\n") + "\n--\n" + &self.proxy.log()
    }
}

/// The network's firewall, as far as the hub is concerned. Whoever listens there does so already.
fn hides(far: &FarSide, address: SocketAddr) -> Result<()> {
    far.hides(address.port())?;
    let reached = TcpStream::connect_timeout(&address, Duration::from_millis(500));
    ensure!(
        reached.is_err(),
        "the site's {address} can be reached from the hub's network"
    );
    Ok(())
}

/// A command of a daemon that runs: it is asked through its socket, which is a file and not of a network.
fn command(binary: &Path, configuration: &Path, words: &[&str]) -> Result<Finished> {
    let mut command = Command::new(binary);
    command
        .args(words)
        .args(["--output", "json"])
        .env("ENTRYWAY_CONFIG", configuration)
        .env("STATE_DIRECTORY", configuration.with_extension("state"))
        .env("NO_COLOR", "1");
    Finished::of(&mut command, "")
}

/// Two connectors with a store each let few wrong passwords through below a threshold of five, and people here mistype.
fn locks_late(slapd: &Slapd, samba: &SambaAd) -> Result<()> {
    for policy in ["default", "ageing"] {
        slapd.change(&format!(
            "dn: cn={policy},ou=policies,{BASE}\nchangetype: modify\nreplace: pwdMaxFailure\npwdMaxFailure: 50\n"
        ))?;
    }
    let threshold = format!(
        "dn: {AD_BASE}\nchangetype: modify\nreplace: lockoutThreshold\nlockoutThreshold: 50\n"
    );
    samba.change(threshold.as_bytes())
}
