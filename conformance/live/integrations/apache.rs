//! Apache with `mod_auth_openidc` and the site of `docs/integrations/apache/`: a relying party that is not of ours.

use super::browser::{Browser, Shown};
use super::directory::{self, password};
use super::page;
use super::station::{DOCUMENTED_BASE, DOCUMENTED_SERVER, Station, blocks};
use crate::Test;
use crate::lab::Lab;
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::{
    BASE, Certificate, Deadline, Gateway, Machine, SERVICE_PASSWORD, Slapd, free_port, until,
};
use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

const SITE: &str = "docs/integrations/apache/app.conf";
const SECRET: &str = "secret-of-the-site-0123456789abcdef";
/// Shows on the page what Apache knows of the person.
const SHOWS: &str = "user [<!--#echo var=\"REMOTE_USER\" -->] groups [<!--#echo var=\"OIDC_CLAIM_groups\" -->] name [<!--#echo var=\"OIDC_CLAIM_name\" -->] token [<!--#echo var=\"OIDC_access_token\" -->]";
/// What the page says of tokens that are refreshed: at Entryway, and in the protected place.
const REFRESHES: &str = "grants = [\"authorization_code\", \"refresh_token\"]";
const BEFORE: &str = "OIDCRefreshAccessTokenBeforeExpiry 60 logout_on_error";

pub(super) fn tests() -> Vec<Test> {
    vec![
        (
            "Apache: somebody of the directory signs in, and signs out",
            somebody_signs_in_and_out,
        ),
        (
            "Apache: who is not in the group is refused",
            who_is_not_in_the_group_is_refused,
        ),
        (
            "Apache: a session that ends at Entryway ends there",
            a_session_that_ends_at_entryway_ends_there,
        ),
        (
            "Apache: tokens are refreshed while somebody works",
            tokens_are_refreshed,
        ),
        (
            "Apache: an Entryway with a certificate of somebody else's is not believed",
            somebody_else_is_not_believed,
        ),
    ]
}

/// A station with Apache, and Entryway in TLS.
struct Site {
    station: Station,
    app: String,
    login: String,
    authority: PathBuf,
}

impl Site {
    fn start(lab: &Lab, test: &str) -> Result<Self> {
        Self::start_with(lab, test, Ok, Ok)
    }

    /// With other settings of Entryway, and of the site.
    fn start_with(
        lab: &Lab,
        test: &str,
        settings: impl FnOnce(String) -> Result<String>,
        lines: impl FnOnce(String) -> Result<String>,
    ) -> Result<Self> {
        let authority = lab.authority()?;
        let slapd = Slapd::with_entries(authority, Certificate::Good, BASE, &directory::ldif())?;
        let folder = lab.scratch()?.path().join(format!("apache-{test}"));
        fs::create_dir(&folder)?;
        for name in ["login", "app"] {
            let identity = authority.issue(Certificate::Good, Ipv4Addr::LOCALHOST, &folder)?;
            fs::rename(identity.certificate, folder.join(format!("{name}.crt")))?;
            fs::rename(identity.key, folder.join(format!("{name}.key")))?;
        }
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let port = free_port()?;
        let there = |text: &str| {
            text.replace("0.0.0.0:8443", &listen.to_string())
                .replace(
                    "login.corp.example:8443",
                    &format!("localhost:{}", listen.port()),
                )
                .replace("*:443", &format!("*:{port}"))
                .replace(
                    "ServerName app.corp.example",
                    &format!("ServerName localhost:{port}"),
                )
                .replace(r"app\.corp\.example", &format!("localhost:{port}"))
                .replace("app.corp.example", &format!("localhost:{port}"))
        };
        for (file, text) in [
            ("corp-ca.pem", authority.pem()),
            ("staff.pass", SERVICE_PASSWORD),
            ("apache.secret", SECRET),
            (
                "entryway.toml",
                &there(&settings(configuration(&slapd, &folder)?)?),
            ),
        ] {
            lab.scratch()?
                .write(&format!("apache-{test}/{file}"), text)?;
        }
        fs::create_dir_all(folder.join("docs/integrations/apache"))?;
        let site = lines(page("apache/app.conf")?)?;
        fs::write(folder.join(SITE), there(&site))?;
        let trust = folder.join("corp-ca.pem");
        let gateway = Gateway::new(lab.binary(), &folder.join("entryway.toml"));
        let mut station = Station {
            daemons: Vec::new(),
            machine: Machine::start()?,
            serving: Some(gateway.serve_in_tls(listen, &trust)?),
            slapd,
            listen,
            folder,
        };
        station.machine.done(&format!(
            "mkdir -p /srv/app/staff && echo '{SHOWS}' > /srv/app/staff/index.html && echo public > /srv/app/index.html"
        ))?;
        station.machine.done(&format!(
            "echo 'Listen 127.0.0.1:{port}' > /etc/apache2/ports.conf && a2dissite -q 000-default && a2enmod -q include"
        ))?;
        station.machine.done("printf '<Directory /srv/app/staff>\\nOptions +Includes\\nSetOutputFilter INCLUDES\\n</Directory>\\n' > /etc/apache2/conf-enabled/shows.conf")?;
        station.set_up("apache", |station, command| match command {
            "systemctl restart apache2" => start_apache(station, port),
            other => bail!("`{other}` is not a service that the test can start"),
        })?;
        Ok(Self {
            station,
            app: format!("https://localhost:{port}"),
            login: format!("https://localhost:{}", listen.port()),
            authority: trust,
        })
    }

    /// A new browser, without cookies.
    fn browser(&self, name: &str) -> Visitor<'_> {
        let jar = self.station.folder.join(format!("{name}.cookies"));
        Visitor {
            site: self,
            browser: Browser::new(&jar, &self.authority),
        }
    }

    /// What both have logged, for a test that fails.
    fn logs(&self) -> String {
        let apache = self
            .station
            .machine
            .run("cat /var/log/apache2/error.log", "");
        let apache = apache.map(|finished| finished.stdout).unwrap_or_default();
        format!("{}\n{apache}", self.station.log())
    }
}

/// The page's configuration, at the directory of the test.
fn configuration(slapd: &Slapd, folder: &Path) -> Result<String> {
    let text = page("apache.md")?;
    let block = blocks(&text, "toml").into_iter().next();
    let block = block.context("the page has no configuration")?;
    let written = block
        .replace(DOCUMENTED_SERVER, &format!("ldaps://{}", slapd.ldaps()))
        .replace(DOCUMENTED_BASE, BASE);
    let folder = folder.display();
    Ok(format!(
        "{written}\n[store]\nurl = \"sqlite:{folder}/entryway.db\"\n[audit]\nkey = \"{folder}/audit.key\"\n"
    ))
}

/// As Debian's unit does, but in the foreground.
fn start_apache(station: &mut Station, port: u16) -> Result<()> {
    let daemon = station.machine.daemon(
        "apache2",
        ". /etc/apache2/envvars && exec apache2 -D FOREGROUND",
        || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok(),
    )?;
    station.daemons.push(daemon);
    Ok(())
}

/// A browser that is new to the site.
struct Visitor<'s> {
    site: &'s Site,
    browser: Browser,
}

impl Visitor<'_> {
    fn get(&self, url: &str) -> Result<Shown> {
        self.told(self.browser.get(url))
    }

    fn submit(&self, shown: &Shown, filled: &[(&str, &str)]) -> Result<Shown> {
        self.told(self.browser.submit(shown, filled))
    }

    fn log_in(&self, shown: &Shown, name: &str, password: &str) -> Result<Shown> {
        self.told(self.browser.log_in(shown, name, password))
    }

    /// Asks for the protected page, and is asked to sign in.
    fn is_asked(&self) -> Result<Shown> {
        let shown = self.get(&format!("{}/staff/", self.site.app))?;
        self.is_at(
            &shown,
            "200",
            &format!("{}/oidc/authorize?", self.site.login),
        )?;
        shown.after("name=\"flow\" value=\"")?;
        Ok(shown)
    }

    /// Is back at the protected page, which knows who this is.
    fn is_in(&self, shown: &Shown) -> Result<()> {
        self.is_at(shown, "200", &format!("{}/staff/", self.site.app))?;
        shown.says("user [aokafor] groups [designers] name [aokafor]")
    }

    fn is_at(&self, shown: &Shown, status: &str, url: &str) -> Result<()> {
        self.told(shown.is_at(status, url))
    }

    fn told<T>(&self, result: Result<T>) -> Result<T> {
        result.with_context(|| self.site.logs())
    }
}

fn somebody_signs_in_and_out(lab: &Lab) -> Result<()> {
    let site = Site::start(lab, "signs-in")?;
    let browser = site.browser("aokafor");
    let asked = browser.is_asked()?;
    let again = browser.log_in(&asked, "aokafor", "not-her-password")?;
    browser.is_at(&again, "200", &site.login)?;
    let shown = browser.log_in(&again, "aokafor", &password("aokafor"))?;
    browser.is_in(&shown)?;
    browser.is_in(&browser.get(&format!("{}/staff/", site.app))?)?;
    let back = format!("{}/", site.app);
    let out = format!(
        "{}/staff/callback?logout={}",
        site.app,
        back.replace(':', "%3A").replace('/', "%2F")
    );
    let left = browser.get(&out)?;
    browser.is_at(&left, "200", &back)?;
    left.says("public")?;
    browser.is_asked()?;
    site.station.logs(&["wrong_password"])
}

fn who_is_not_in_the_group_is_refused(lab: &Lab) -> Result<()> {
    let site = Site::start(lab, "refused")?;
    // Another group's name would not do either: Apache is told of none but its own.
    for name in ["bob", "gustav"] {
        let browser = site.browser(name);
        let shown = browser.log_in(&browser.is_asked()?, name, &password(name))?;
        browser.is_at(&shown, "403", &format!("{}/staff/", site.app))?;
        ensure!(
            !shown.body.contains("user ["),
            "the page was shown to `{name}`"
        );
    }
    Ok(())
}

fn a_session_that_ends_at_entryway_ends_there(lab: &Lab) -> Result<()> {
    let site = Site::start(lab, "ended")?;
    let browser = site.browser("aokafor");
    let shown = browser.log_in(&browser.is_asked()?, "aokafor", &password("aokafor"))?;
    browser.is_in(&shown)?;
    let page = browser.get(&format!("{}/oidc/logout", site.login))?;
    browser.submit(&page, &[("action", "end")])?;
    // Entryway tells Apache beside its answer to the browser.
    until("Apache asks again", Deadline::seconds(10), || {
        Ok(browser.is_asked().ok())
    })
    .with_context(|| site.logs())?;
    Ok(())
}

fn tokens_are_refreshed(lab: &Lab) -> Result<()> {
    let text = page("apache.md")?;
    for line in [REFRESHES, BEFORE] {
        ensure!(text.contains(line), "the page does not say `{line}`");
    }
    // Longer than a token lives: each request is one before it ends.
    let always = BEFORE.replace(" 60 ", " 3600 ");
    let site = Site::start_with(
        lab,
        "refreshes",
        |settings| beside(&settings, "name = \"The site of the staff\"", REFRESHES),
        |lines| beside(&lines, "AuthzSendForbiddenOnFailure On", &always),
    )?;
    let browser = site.browser("aokafor");
    let shown = browser.log_in(&browser.is_asked()?, "aokafor", &password("aokafor"))?;
    browser.is_in(&shown)?;
    let mut tokens = BTreeSet::new();
    for _ in 0..3 {
        let shown = browser.get(&format!("{}/staff/", site.app))?;
        browser.is_in(&shown)?;
        let token = shown.body.split_once("token [ewa_");
        let (_, token) = token.with_context(|| format!("no token in {}", shown.body))?;
        tokens.insert(token.split(']').next().unwrap_or_default().to_owned());
    }
    ensure!(
        tokens.len() == 3,
        "{} tokens for three pages\n{}",
        tokens.len(),
        site.logs()
    );
    Ok(())
}

/// A line behind another.
fn beside(text: &str, line: &str, more: &str) -> Result<String> {
    ensure!(text.contains(line), "the page has no `{line}`");
    Ok(text.replacen(line, &format!("{line}\n{more}"), 1))
}

fn somebody_else_is_not_believed(lab: &Lab) -> Result<()> {
    let site = Site::start(lab, "somebody-else")?;
    let other = lab.authority()?.other_pem();
    let line = "cat > /etc/apache2/corp-ca.pem";
    ensure!(
        site.station.machine.run(line, other)?.exit == 0,
        "`{line}` failed"
    );
    let browser = site.browser("aokafor");
    let shown = browser.get(&format!("{}/staff/", site.app))?;
    browser.is_at(&shown, "500", &format!("{}/staff/", site.app))?;
    let logs = site.logs();
    ensure!(
        logs.contains("SSL certificate problem"),
        "expected the reason, found {logs}"
    );
    Ok(())
}
