//! The applications of `docs/integrations/own-application.md`, which are not of ours but for the lines on that page:
//! `openid-client` for Node and Authlib for Python, with people of OpenLDAP and of Active Directory.

use super::browser::{Browser, Shown};
use super::station::{DOCUMENTED_BASE, DOCUMENTED_SERVER, blocks};
use super::{environment, page, tests_own};
use crate::Test;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{
    AD_BASE, AD_SERVICE_DN, AD_SERVICE_PASSWORD, BASE, Certificate, Deadline, Finished, Gateway,
    Kept, SERVICE_PASSWORD, Serving, Slapd, SlapdOptions, free_port, password_of, until,
};
use serde_json::{Value, json};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const SECRET: &str = "secret-of-the-application-0123456789abcdef";

pub(super) fn tests() -> Vec<Test> {
    vec![
        (
            "openid-client: people of both directories sign in, stay and sign out",
            |lab| they_sign_in_stay_and_sign_out(lab, Program::Node),
        ),
        (
            "Authlib: people of both directories sign in, stay and sign out",
            |lab| they_sign_in_stay_and_sign_out(lab, Program::Python),
        ),
        (
            "openid-client: the subject stays when somebody is renamed and moved, and a refresh is refused when they are disabled",
            somebody_is_renamed_and_moved_and_then_disabled,
        ),
        (
            "openid-client: an outage of the directory refuses nobody",
            an_outage_refuses_nobody,
        ),
        (
            "openid-client: an application signs in place of sending a secret",
            an_application_signs_in_place_of_sending_a_secret,
        ),
        (
            "both applications refuse an answer that another provider gave",
            another_provider_is_refused,
        ),
    ]
}

/// An application of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    Node,
    Python,
}

impl Program {
    /// Its table, and its folder beside the page.
    fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Node => "app.mjs",
            Self::Python => "app.py",
        }
    }

    fn documented(self) -> &'static str {
        match self {
            Self::Node => "app.corp.example:9443",
            Self::Python => "app.corp.example:9444",
        }
    }
}

/// Entryway in TLS with both directories, and an application.
pub(super) struct Party {
    app: Kept,
    serving: Serving,
    slapd: Slapd,
    pub(super) folder: PathBuf,
    pub(super) at_app: String,
    pub(super) at_login: String,
}

impl Party {
    fn start(lab: &Lab, program: Program, test: &str) -> Result<Self> {
        Self::start_with(lab, program, test, |text| text)
    }

    /// The same with another configuration than the page's.
    pub(super) fn start_with(
        lab: &Lab,
        program: Program,
        test: &str,
        changed: impl Fn(String) -> String,
    ) -> Result<Self> {
        Self::start_in(lab, program, test, &[], changed)
    }

    /// The same with more in the daemon's environment, as `NAME=VALUE`.
    pub(super) fn start_in(
        lab: &Lab,
        program: Program,
        test: &str,
        environment: &[String],
        changed: impl Fn(String) -> String,
    ) -> Result<Self> {
        let authority = lab.authority()?;
        let slapd = Slapd::start(authority, SlapdOptions::default())?;
        let name = format!("party-{test}");
        let folder = lab.scratch()?.path().join(&name);
        fs::create_dir(&folder)?;
        for name in ["login", "app"] {
            let identity = authority.issue(Certificate::Good, Ipv4Addr::LOCALHOST, &folder)?;
            fs::rename(identity.certificate, folder.join(format!("{name}.crt")))?;
            fs::rename(identity.key, folder.join(format!("{name}.key")))?;
        }
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let port = free_port()?;
        let text = changed(configuration(lab, &slapd, &folder)?)
            .replace("0.0.0.0:8443", &listen.to_string())
            .replace(
                "login.corp.example:8443",
                &format!("localhost:{}", listen.port()),
            )
            .replace(program.documented(), &format!("localhost:{port}"));
        for (file, text) in [
            ("corp-ca.pem", authority.pem()),
            ("staff.pass", SERVICE_PASSWORD),
            ("lab.pass", AD_SERVICE_PASSWORD),
            ("node.secret", &format!("{SECRET}-node")),
            ("python.secret", &format!("{SECRET}-python")),
            ("entryway.toml", &text),
        ] {
            lab.scratch()?.write(&format!("{name}/{file}"), text)?;
        }
        let gateway = Gateway::new(lab.binary(), &folder.join("entryway.toml"));
        let gateway = environment
            .iter()
            .fold(gateway, |gateway, variable| gateway.with(variable.clone()));
        let serving = gateway.serve_in_tls(listen, &folder.join("corp-ca.pem"))?;
        let at_login = format!("https://localhost:{}", listen.port());
        let at_app = format!("https://localhost:{port}");
        Ok(Self {
            app: serve(program, &folder, &at_login, &at_app, port)?,
            serving,
            slapd,
            folder,
            at_app,
            at_login,
        })
    }

    /// Changes entries of its OpenLDAP.
    pub(super) fn change(&self, ldif: &str) -> Result<()> {
        self.slapd.change(ldif)
    }

    /// Writes the configuration anew, and waits until the daemon goes by it.
    pub(super) fn reconfigure(&self, changed: impl Fn(String) -> String) -> Result<()> {
        let file = self.folder.join("entryway.toml");
        fs::write(&file, changed(fs::read_to_string(&file)?))?;
        let applied = || self.serving.log().matches("config.applied").count();
        let before = applied();
        self.serving.reload()?;
        until(
            "the configuration is applied",
            Deadline::seconds(20),
            || Ok((applied() > before).then_some(())),
        )
        .with_context(|| self.logs())
    }

    /// A new browser, without cookies.
    fn browser(&self, name: &str) -> Visitor<'_> {
        let jar = self.folder.join(format!("{name}.cookies"));
        Visitor {
            party: self,
            browser: Browser::new(&jar, &self.folder.join("corp-ca.pem")),
        }
    }

    /// What both have logged, for a test that fails.
    pub(super) fn logs(&self) -> String {
        format!("{}\n{}", self.serving.log(), self.app.output())
    }
}

/// The page's configuration, at the directories of the tests.
fn configuration(lab: &Lab, slapd: &Slapd, folder: &Path) -> Result<String> {
    let text = page("own-application.md")?;
    let block = blocks(&text, "toml").into_iter().next();
    let block = block.context("the page has no configuration")?;
    let written = block
        .replace(DOCUMENTED_SERVER, &format!("ldaps://{}", slapd.ldaps()))
        .replace(DOCUMENTED_BASE, BASE);
    let (folder, samba) = (folder.display(), lab.samba()?.ldaps());
    Ok(format!(
        "{written}\n[store]\nurl = \"sqlite:{folder}/entryway.db\"\n[audit]\nkey = \"{folder}/audit.key\"\n\
         [domain.lab]\nservers = [\"ldaps://{samba}\"]\nbase = \"{AD_BASE}\"\ndialect = \"active-directory\"\nnetbios_name = \"LAB\"\n\
         bind = {{ method = \"simple\", dn = \"{AD_SERVICE_DN}\", password = {{ file = \"lab.pass\" }} }}\n"
    ))
}

/// Starts the application as its page says, with packages of pinned versions.
fn serve(program: Program, folder: &Path, at_login: &str, at_app: &str, port: u16) -> Result<Kept> {
    let file = program.file();
    let text = page(&format!("{}/{file}", program.name()))?;
    fs::write(folder.join(file), text)?;
    let mut variables = vec![("ISSUER", at_login), ("APP", at_app)];
    let ready = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
    match program {
        Program::Node => {
            let packages = environment("browser")?;
            symlink(packages.join("node_modules"), folder.join("node_modules"))?;
            let before = tests_own("browser/before.cjs").display().to_string();
            variables.push(("NODE_EXTRA_CA_CERTS", "corp-ca.pem"));
            let words = ["node", "--require", &before, file];
            Kept::start("the application in Node", folder, &variables, &words, ready)
        }
        Program::Python => {
            let python = environment("python")?.join("bin/python");
            variables.push(("REQUESTS_CA_BUNDLE", "corp-ca.pem"));
            let words = [&python.display().to_string(), file];
            Kept::start(
                "the application in Python",
                folder,
                &variables,
                &words,
                ready,
            )
        }
    }
}

/// Somebody's browser at the application.
struct Visitor<'p> {
    party: &'p Party,
    browser: Browser,
}

impl Visitor<'_> {
    /// Asks for the application, and is asked to sign in.
    fn is_asked(&self) -> Result<Shown> {
        let shown = self.told(self.browser.get(&format!("{}/", self.party.at_app)))?;
        let place = format!("{}/oidc/authorize?", self.party.at_login);
        self.told(shown.is_at("200", &place))?;
        Ok(shown)
    }

    /// Signs in, and is greeted; what the application was told.
    fn signs_in(&self, name: &str, password: &str) -> Result<Shown> {
        let asked = self.is_asked()?;
        let shown = self.told(self.browser.log_in(&asked, name, password))?;
        self.is_in(&shown)?;
        Ok(shown)
    }

    fn is_in(&self, shown: &Shown) -> Result<()> {
        self.told(shown.is_at("200", &format!("{}/", self.party.at_app)))?;
        self.told(shown.says("<h1>Hello"))
    }

    /// Presses a button of the application's page.
    fn press(&self, path: &str) -> Result<Shown> {
        let place = format!("{}{path}", self.party.at_app);
        self.told(self.browser.post(&place, &[]))
    }

    /// Is asked about again, and may stay.
    fn stays(&self) -> Result<Shown> {
        let shown = self.press("/refresh")?;
        self.is_in(&shown)?;
        // To its own page at once: whoever may not stay is sent to Entryway, and may be back without a question.
        ensure!(shown.redirects == 1, "expected one step, found {shown:?}");
        Ok(shown)
    }

    fn told<T>(&self, result: Result<T>) -> Result<T> {
        result.with_context(|| self.party.logs())
    }
}

fn they_sign_in_stay_and_sign_out(lab: &Lab, program: Program) -> Result<()> {
    let party = Party::start(lab, program, program.name())?;
    for (domain, name) in [("staff", "alice"), ("lab", "bob")] {
        let visitor = party.browser(name);
        let typed = format!("{domain}/{name}");
        let asked = visitor.is_asked()?;
        let again = visitor.browser.log_in(&asked, &typed, "not-the-password")?;
        again.is_at("200", &party.at_login)?;
        again.says("role=\"alert\"")?;
        let shown = visitor.signs_in(&typed, &password_of(name))?;
        visitor.told(shown.says(&format!("Hello {name}")))?;
        // What the refresh gave is what the next one is asked with.
        visitor.stays()?;
        visitor.stays()?;
        let left = visitor.press("/logout")?;
        visitor.told(left.is_at("200", &format!("{}/bye", party.at_app)))?;
        visitor.is_asked()?;
        // Signed out at Entryway, they are out of the application too.
        visitor.signs_in(&typed, &password_of(name))?;
        let out = format!("{}/oidc/logout", party.at_login);
        let question = visitor.told(visitor.browser.get(&out))?;
        visitor.browser.submit(&question, &[("action", "end")])?;
        until("the application asks again", Deadline::seconds(10), || {
            Ok(visitor.is_asked().ok())
        })
        .with_context(|| party.logs())?;
    }
    Ok(())
}

/// The `sub` that the application was told.
fn subject(shown: &Shown, domain: &str) -> Result<String> {
    let (_, rest) = shown
        .body
        .split_once(&format!("{domain}:"))
        .with_context(|| format!("expected a subject, found {}", shown.body))?;
    Ok(rest
        .chars()
        .take_while(|c| c.is_ascii_hexdigit() || *c == '-')
        .collect())
}

fn somebody_is_renamed_and_moved_and_then_disabled(lab: &Lab) -> Result<()> {
    let party = Party::start(lab, Program::Node, "renamed")?;
    let samba = lab.samba()?;
    let (carol, caroline) = (
        format!("uid=carol,ou=people,{BASE}"),
        format!("uid=caroline,ou=external,{BASE}"),
    );
    let in_openldap = [
        format!(
            "dn: {carol}\nchangetype: modrdn\nnewrdn: uid=caroline\ndeleteoldrdn: 1\nnewsuperior: ou=external,{BASE}\n"
        ),
        format!(
            "dn: {caroline}\nchangetype: modify\nreplace: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n"
        ),
    ];
    let moved = format!("CN=moved,OU=external,{AD_BASE}");
    let in_samba = [
        format!(
            "dn: CN=mover,OU=people,{AD_BASE}\nchangetype: modrdn\nnewrdn: CN=moved\ndeleteoldrdn: 1\nnewsuperior: OU=external,{AD_BASE}\n\n\
             dn: {moved}\nchangetype: modify\nreplace: sAMAccountName\nsAMAccountName: moved\n"
        ),
        format!(
            "dn: {moved}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n"
        ),
    ];
    let change = |domain: &str, change: &str| match domain {
        "staff" => party.slapd.change(change),
        _ => samba.change(change.as_bytes()),
    };
    for (domain, old, new, [renamed, disabled]) in [
        ("staff", "carol", "caroline", &in_openldap),
        ("lab", "mover", "moved", &in_samba),
    ] {
        let visitor = party.browser(old);
        let shown = visitor.signs_in(&format!("{domain}/{old}"), &password_of(old))?;
        let before = subject(&shown, domain)?;
        ensure!(before.len() == 36, "expected a UUID, found `{before}`");
        change(domain, renamed)?;
        let shown = visitor.stays()?;
        visitor.told(shown.says(&format!("preferred_username&#34;: &#34;{new}&#34;")))?;
        ensure!(
            subject(&shown, domain)? == before,
            "another person: {shown:?}"
        );
        let other = party.browser(new);
        let shown = other.signs_in(&format!("{domain}/{new}"), &password_of(old))?;
        ensure!(
            subject(&shown, domain)? == before,
            "another person: {shown:?}"
        );
        change(domain, disabled)?;
        // The application has ended its session, and Entryway has none that would let them back.
        let asked = visitor.press("/refresh")?;
        visitor.told(asked.is_at("200", &format!("{}/oidc/authorize?", party.at_login)))?;
        let again =
            visitor
                .browser
                .log_in(&asked, &format!("{domain}/{new}"), &password_of(old))?;
        again.is_at("200", &party.at_login)?;
    }
    Ok(())
}

fn an_outage_refuses_nobody(lab: &Lab) -> Result<()> {
    let mut party = Party::start(lab, Program::Node, "outage")?;
    let visitor = party.browser("alice");
    visitor.signs_in("staff/alice", &password_of("alice"))?;
    let browser = visitor.browser;
    party.slapd.stop()?;
    let visitor = Visitor {
        party: &party,
        browser,
    };
    visitor.stays()?;
    // Whoever is not known yet cannot be, and is not told that the password is wrong.
    let other = party.browser("bob");
    let asked = other.is_asked()?;
    let not_now = other
        .browser
        .log_in(&asked, "staff/bob", &password_of("bob"))?;
    not_now.is_at("503", &party.at_login)?;
    let browser = visitor.browser;
    party.slapd.start_again()?;
    let visitor = Visitor {
        party: &party,
        browser,
    };
    visitor.stays().map(drop)
}

fn an_application_signs_in_place_of_sending_a_secret(lab: &Lab) -> Result<()> {
    let folder = lab.scratch()?.path().join("signs");
    fs::create_dir(&folder)?;
    symlink(
        environment("browser")?.join("node_modules"),
        folder.join("node_modules"),
    )?;
    fs::copy(tests_own("browser/signs.mjs"), folder.join("signs.mjs"))?;
    let node = |words: &[&str], stdin: &str| {
        let mut command = Command::new("node");
        command
            .arg("--require")
            .arg(tests_own("browser/before.cjs"));
        command.arg("signs.mjs").args(words).current_dir(&folder);
        command.env("NODE_EXTRA_CA_CERTS", "corp-ca.pem");
        let finished = Finished::of(&mut command, stdin)?;
        ensure!(finished.exit == 0, "{finished:?}");
        Ok(finished.stdout)
    };
    let pairs = node(&["make"], "")?;
    let mut public: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&pairs)?;
    for key in &mut public {
        key.retain(|name, _| ["kty", "crv", "x", "y", "n", "e", "alg", "kid"].contains(&&**name));
    }
    let keys = folder.join("keys.json");
    fs::write(&keys, json!({ "keys": public }).to_string())?;
    let client = format!(
        "[client.signs]\nkeys = \"{}\"\ngrants = [\"client_credentials\"]\nown_scopes = [\"reports\"]\n",
        keys.display()
    );
    let party = Party::start_with(lab, Program::Node, "signs", |text| text + &client)?;
    fs::copy(party.folder.join("corp-ca.pem"), folder.join("corp-ca.pem"))?;
    let said = node(&["use", &party.at_login], &pairs).with_context(|| party.logs())?;
    ensure!(said.lines().count() == 3, "{said}");
    Ok(())
}

/// RFC 9207, as applications are protected by it.
fn another_provider_is_refused(lab: &Lab) -> Result<()> {
    for program in [Program::Node, Program::Python] {
        let party = Party::start(lab, program, &format!("mix-up-{}", program.name()))?;
        let visitor = party.browser("alice");
        let asked = visitor.is_asked()?;
        let (_, rest) = asked.url.split_once("&state=").context("a state")?;
        let state = rest.split('&').next().unwrap_or_default();
        let place = format!("{}/callback?code=ewc_x&state={state}", party.at_app);
        for iss in ["", "&iss=https%3A%2F%2Fother.example"] {
            let shown = visitor.browser.get(&format!("{place}{iss}"))?;
            ensure!(
                matches!(shown.status.as_str(), "400" | "500"),
                "expected a refusal, found {shown:?}"
            );
        }
        visitor.is_asked()?;
    }
    Ok(())
}
