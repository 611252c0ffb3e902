//! nginx and Caddy in front of sites on two hosts, with the configuration of their pages: through the login and back,
//! with passwords of programs, and with what attackers send.

use super::browser::{Browser, Shown, curl};
use super::directory::{self, password};
use super::fastcgi::shows_parameters;
use super::page;
use super::pure_ftpd::quoted;
use super::station::{DOCUMENTED_BASE, DOCUMENTED_SERVER, Station, blocks};
use crate::Test;
use crate::lab::Lab;
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::{
    BASE, Certificate, Gateway, Machine, SERVICE_PASSWORD, Slapd, free_port,
};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

const LOGIN: &str = "https://login.corp.example";
const WIKI: &str = "https://wiki.corp.example";
const FORUM: &str = "https://forum.corp.example";

/// The test in which Caddy copies no header.
const UNCOPIED: &str = "uncopied";

pub(super) fn tests() -> Vec<Test> {
    vec![
        ("nginx: people come in by the login and go out", |lab| {
            people_come_in_and_go_out(lab, Proxy::Nginx)
        }),
        (
            "nginx: programs send a password, and attackers whatever they like",
            |lab| programs_and_attackers(lab, Proxy::Nginx),
        ),
        ("Caddy: people come in by the login and go out", |lab| {
            people_come_in_and_go_out(lab, Proxy::Caddy)
        }),
        (
            "Caddy: programs send a password, and attackers whatever they like",
            |lab| programs_and_attackers(lab, Proxy::Caddy),
        ),
        (
            "Caddy: where nothing is copied, nothing of the client's is left",
            nothing_is_copied,
        ),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Proxy {
    Nginx,
    Caddy,
}

impl Proxy {
    fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
        }
    }

    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Nginx => &[
                "nginx/entryway-ask.conf",
                "nginx/entryway-protect.conf",
                "nginx/entryway-protect-fastcgi.conf",
                "nginx/corp.conf",
            ],
            Self::Caddy => &["caddy/Caddyfile"],
        }
    }

    /// As the package's unit does, but in the foreground.
    fn line(self) -> &'static str {
        match self {
            Self::Nginx => "exec nginx -g 'daemon off;'",
            Self::Caddy => {
                "mkdir -p /run/caddy && cd / && HOME=/run/caddy exec caddy run --config /etc/caddy/Caddyfile"
            }
        }
    }
}

/// A station with a proxy, Entryway behind it, and a site that shows what it got.
struct Site {
    station: Station,
    port: u16,
    authority: PathBuf,
}

impl Site {
    fn start(lab: &Lab, proxy: Proxy, test: &str) -> Result<Self> {
        let authority = lab.authority()?;
        let slapd = Slapd::with_entries(authority, Certificate::Good, BASE, &directory::ldif())?;
        let name = format!("{}-{test}", proxy.name());
        let folder = lab.scratch()?.path().join(&name);
        fs::create_dir(&folder)?;
        authority.issue_for(
            &[
                "login.corp.example",
                "wiki.corp.example",
                "forum.corp.example",
            ],
            &folder.join("site.crt"),
            &folder.join("site.key"),
        )?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let port = free_port()?;
        let shows = shows_requests()?;
        for (file, text) in [
            ("corp-ca.pem", authority.pem()),
            ("staff.pass", SERVICE_PASSWORD),
            (
                "entryway.toml",
                &configuration(proxy, &slapd, listen, &folder)?,
            ),
        ] {
            lab.scratch()?.write(&format!("{name}/{file}"), text)?;
        }
        for file in proxy.files() {
            let copy = folder.join("docs/integrations").join(file);
            fs::create_dir_all(copy.parent().context("a file has a folder")?)?;
            let mut text = page(file)?;
            if *file == "nginx/corp.conf" {
                text = with_fastcgi(&text)?;
            }
            if test == UNCOPIED {
                let copies = text.lines().find(|line| line.contains("copy_headers "));
                let copies = copies.context("the page copies no header")?.to_owned();
                text = text.replace(&copies, "");
            }
            // The ports that the test has: of Entryway, of the sites, and of `https`, which browsers are led to, and
            // which is not the one they name.
            let text = text
                .replace("127.0.0.1:8389", &listen.to_string())
                .replace("127.0.0.1:8080", &shows.to_string())
                .replace("$server_port", "443")
                .replace("listen 443 ssl", &format!("listen 127.0.0.1:{port} ssl"))
                .replace("\tadmin off", &format!("\tadmin off\n\thttps_port {port}"));
            fs::write(copy, text)?;
        }
        let trust = folder.join("corp-ca.pem");
        let gateway = Gateway::new(lab.binary(), &folder.join("entryway.toml"));
        let mut station = Station {
            daemons: Vec::new(),
            machine: Machine::start()?,
            serving: Some(gateway.serve(listen)?),
            slapd,
            listen,
            folder,
        };
        station.set_up(proxy.name(), |station, command| match command {
            "systemctl restart nginx" | "systemctl restart caddy" => {
                let daemon = station.machine.daemon(proxy.name(), proxy.line(), || {
                    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
                })?;
                station.daemons.push(daemon);
                Ok(())
            }
            other => bail!("`{other}` is not a service that the test can start"),
        })?;
        Ok(Self {
            station,
            port,
            authority: trust,
        })
    }

    /// Wherever a browser goes, it comes to the proxy.
    fn way(&self) -> String {
        format!("connect-to = \"::127.0.0.1:{}\"", self.port)
    }

    fn browser(&self, name: &str) -> Browser {
        let jar = self.station.folder.join(format!("{name}.cookies"));
        Browser::new(&jar, &self.authority).with(self.way())
    }

    /// A request of a program, which goes where it is told and no further; the status and the body.
    fn program(&self, url: &str, more: &[String]) -> Result<(String, String)> {
        let mut lines = vec![
            format!("url = {}", quoted(url)),
            format!("cacert = {}", quoted(&self.authority.display().to_string())),
            self.way(),
            r#"write-out = "\n%{http_code}""#.to_owned(),
            "path-as-is\nsilent\nshow-error\nmax-time = 60".to_owned(),
        ];
        lines.extend_from_slice(more);
        let finished = curl(&lines)?;
        ensure!(
            finished.exit == 0,
            "`{url}`: {finished:?}\n{}",
            self.station.log()
        );
        let (body, status) = finished.stdout.rsplit_once('\n').context("a status")?;
        Ok((status.to_owned(), body.to_owned()))
    }

    /// A password as curl takes it: not among the arguments.
    fn shown(name: &str, password: &str) -> String {
        format!("user = {}", quoted(&format!("{name}:{password}")))
    }
}

/// The page's configuration, at the directory of the test.
fn configuration(proxy: Proxy, slapd: &Slapd, listen: SocketAddr, folder: &Path) -> Result<String> {
    let text = page(&format!("{}.md", proxy.name()))?;
    let block = blocks(&text, "toml").into_iter().next();
    let block = block.context("the page has no configuration")?;
    let written = block
        .replace("127.0.0.1:8389", &listen.to_string())
        .replace(DOCUMENTED_SERVER, &format!("ldaps://{}", slapd.ldaps()))
        .replace(DOCUMENTED_BASE, BASE);
    let folder = folder.display();
    Ok(format!(
        "{written}\n[store]\nurl = \"sqlite:{folder}/entryway.db\"\n[audit]\nkey = \"{folder}/audit.key\"\n"
    ))
}

/// The servers of the page, with the page's location for FastCGI in the wiki's, at an application of the test.
fn with_fastcgi(servers: &str) -> Result<String> {
    let text = page("nginx.md")?;
    let location = blocks(&text, "nginx").into_iter().next();
    let location = location.context("the page has no location for FastCGI")?;
    let socket = "unix:/run/php/php8.2-fpm.sock";
    let before = "    location / {\n        include snippets/entryway-protect.conf;";
    ensure!(
        location.contains(socket) && servers.contains(before),
        "the page has changed"
    );
    let location = location.replace(socket, &shows_parameters()?.to_string());
    Ok(servers.replacen(before, &format!("{location}\n{before}"), 1))
}

/// A site that answers each request with the head that it got, until the test's process ends.
fn shows_requests() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || shown(stream));
        }
    });
    Ok(address)
}

/// Whoever hangs up is a proxy that has its answer, or wants none.
fn shown(mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::from("this is the site\n");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let length = head.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{head}"
    );
    stream.write_all(answer.as_bytes()).ok()
}

/// What the site got under the names of identity headers, however they are spelt.
fn told(body: &str) -> Result<BTreeMap<String, String>> {
    ensure!(
        body.starts_with("this is the site"),
        "expected the site, found {body}"
    );
    let mut told = BTreeMap::new();
    for line in body.lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let name = name.to_lowercase().replace('_', "-");
        let value = value.trim().to_owned();
        if name.starts_with("remote-") && told.insert(name, value).is_some() {
            bail!("a header came twice: {body}");
        }
    }
    // One that is empty is as one that is not there.
    told.retain(|_, value: &mut String| !value.is_empty());
    Ok(told)
}

/// The site knows exactly this of the person.
fn knows(body: &str, name: &str, groups: &str) -> Result<()> {
    let mut told = told(body)?;
    let subject = told.remove("remote-subject").context("no subject")?;
    ensure!(subject.starts_with("staff:"), "found {subject}");
    // By her number, which is of a map of the configuration.
    for number in ["remote-uid", "remote-gid"] {
        told.remove(number);
    }
    let mut expected = BTreeMap::from([
        ("remote-user".to_owned(), name.to_owned()),
        ("remote-name".to_owned(), name.to_owned()),
        ("remote-domain".to_owned(), "staff".to_owned()),
    ]);
    if !groups.is_empty() {
        expected.insert("remote-groups".to_owned(), groups.to_owned());
    }
    ensure!(told == expected, "expected {expected:?}, found {told:?}");
    Ok(())
}

fn is_asked(site: &Site, browser: &Browser, url: &str) -> Result<Shown> {
    let shown = browser.get(url)?;
    shown
        .is_at("200", &format!("{LOGIN}/sso/forward?"))
        .with_context(|| site.station.log())?;
    Ok(shown)
}

fn people_come_in_and_go_out(lab: &Lab, proxy: Proxy) -> Result<()> {
    let site = Site::start(lab, proxy, "people")?;
    let browser = site.browser("aokafor");
    let url = format!("{WIKI}/a%20page/?x=1&y=%2F..%2F");
    let asked = is_asked(&site, &browser, &url)?;
    let again = browser.log_in(&asked, "aokafor", "not-her-password")?;
    again.is_at("200", LOGIN)?;
    let shown = browser.log_in(&again, "aokafor", &password("aokafor"))?;
    shown.is_at("200", &url)?;
    knows(&shown.body, "aokafor", "designers")?;
    shown.says("/a%20page/?x=1&y=%2F..%2F HTTP/1")?;
    knows(
        &browser.get(&format!("{WIKI}/other"))?.body,
        "aokafor",
        "designers",
    )?;
    // The other host asks for nothing.
    let shown = browser.get(&format!("{FORUM}/"))?;
    shown.is_at("200", &format!("{FORUM}/"))?;
    knows(&shown.body, "aokafor", "designers")?;
    // Not in the group: known, and refused there.
    let bob = site.browser("bob");
    let asked = is_asked(&site, &bob, &format!("{FORUM}/"))?;
    bob.log_in(&asked, "bob", &password("bob"))?
        .is_at("403", &format!("{FORUM}/"))?;
    knows(&bob.get(&format!("{WIKI}/"))?.body, "bob", "")?;
    // Signing out at the login is signing out everywhere.
    let page = browser.get(&format!("{LOGIN}/oidc/logout"))?;
    browser.submit(&page, &[("action", "end")])?;
    is_asked(&site, &browser, &format!("{WIKI}/"))?;
    is_asked(&site, &browser, &format!("{FORUM}/"))?;
    knows(&bob.get(&format!("{WIKI}/"))?.body, "bob", "")?;
    let page = bob.get(&format!("{LOGIN}/sso/sessions"))?;
    bob.submit(&page, &[("all", "yes")])?;
    is_asked(&site, &bob, &format!("{WIKI}/"))?;
    site.station.logs(&["wrong_password", "not_admitted"])
}

fn programs_and_attackers(lab: &Lab, proxy: Proxy) -> Result<()> {
    let site = Site::start(lab, proxy, "programs")?;
    let right = Site::shown("aokafor", &password("aokafor"));
    let api = format!("{WIKI}/api/report");
    for _ in 0..3 {
        let (status, body) = site.program(&api, std::slice::from_ref(&right))?;
        ensure!(status == "200", "expected 200, found {status}: {body}");
        knows(&body, "aokafor", "designers")?;
        let lower = body.to_lowercase();
        ensure!(!lower.contains("authorization"), "a password came: {body}");
    }
    let aokafor = format!("employeeNumber=20001,ou=people,{BASE}");
    let binds = || site.station.slapd.stats().binds_as(&aokafor);
    ensure!(
        binds() == [Some(0)],
        "expected one bind, found {:?}",
        binds()
    );
    forty_stale_passwords(&site)?;
    let binds = binds();
    ensure!(
        binds == [Some(0), Some(49)],
        "expected one failed bind for forty requests, found {binds:?}"
    );
    // A page where no rule takes a password, and one without.
    for (url, more) in [
        (format!("{WIKI}/page"), vec![right.clone()]),
        (api.clone(), Vec::new()),
    ] {
        let (status, body) = site.program(&url, &more)?;
        ensure!(
            status == "401" && told(&body).is_err(),
            "{url}: {status} {body}"
        );
    }
    smuggled_headers(&site, &right, &api)?;
    if proxy == Proxy::Nginx {
        over_fastcgi(&site, &right)?;
    }
    two_hosts(&site, &right)?;
    taken_off_on_the_way(&site, &right, &api)?;
    other_paths(&site, &right)
}

/// A request line names one host, and the `Host` header another: whichever site gets it, it is judged for that one.
fn two_hosts(site: &Site, right: &str) -> Result<()> {
    let target = |url: &str| format!("request-target = {}\nhttp1.1", quoted(url));
    let wiki = format!("{WIKI}/");
    for path in ["/imprint", "/api/report"] {
        for scheme in ["http", "https"] {
            let more = [
                target(&format!("{scheme}://forum.corp.example{path}")),
                right.to_owned(),
            ];
            let (status, body) = site.program(&wiki, &more)?;
            let is_closed = matches!(status.as_str(), "400" | "401" | "403" | "421");
            ensure!(
                is_closed && told(&body).is_err(),
                "a page of the forum by the rules of the wiki: {path}: {status} {body}"
            );
        }
    }
    // The other way about it is the wiki's page, by the wiki's rules, and the site hears that host.
    let more = [target("https://wiki.corp.example/imprint")];
    let (status, body) = site.program(&format!("{FORUM}/"), &more)?;
    ensure!(status == "200", "expected 200, found {status}: {body}");
    let lower = body.to_lowercase();
    ensure!(
        lower.contains("host: wiki.corp.example") && !lower.contains("forum"),
        "expected the wiki alone: {body}"
    );
    Ok(())
}

/// A client that calls headers its connection's own: proxies take such headers off before they pass a request on.
fn taken_off_on_the_way(site: &Site, right: &str, api: &str) -> Result<()> {
    let told_off = "header = \"Connection: Upgrade, HTTP2-Settings, Remote-User, Remote-Groups, Remote-Subject, X-Forwarded-Host, X-Forwarded-Uri, X-Forwarded-Proto\"";
    for upgrade in ["h2c", "H2C", "websocket, h2c"] {
        let more = [
            told_off.to_owned(),
            format!("header = \"Upgrade: {upgrade}\""),
            "header = \"HTTP2-Settings: AAMAAABkAAQAAP__\"\nhttp1.1".to_owned(),
            right.to_owned(),
        ];
        let (status, body) = site.program(api, &more)?;
        ensure!(status == "200", "expected 200, found {status}: {body}");
        knows(&body, "aokafor", "designers")?;
        let lower = body.to_lowercase();
        ensure!(
            !lower.contains("h2c"),
            "the site was asked to leave HTTP: {body}"
        );
        let (status, body) = site.program(&format!("{WIKI}/page"), &more)?;
        ensure!(
            status == "401" && told(&body).is_err(),
            "expected 401, found {status}: {body}"
        );
    }
    Ok(())
}

/// Versions of Caddy from 2.10.0 on copy a header only where it is not empty: on a public page none.
fn nothing_is_copied(lab: &Lab) -> Result<()> {
    let site = Site::start(lab, Proxy::Caddy, UNCOPIED)?;
    let (status, body) = site.program(&format!("{WIKI}/imprint"), &lies())?;
    ensure!(status == "200", "expected 200, found {status}: {body}");
    let found = told(&body)?;
    ensure!(found.is_empty(), "of nobody nothing is known: {found:?}");
    Ok(())
}

/// Forty images of one page, at once.
fn forty_stale_passwords(site: &Site) -> Result<()> {
    let mut lines = vec![
        format!("cacert = {}", quoted(&site.authority.display().to_string())),
        site.way(),
        Site::shown("aokafor", "a stale one"),
        "parallel\nparallel-immediate\nparallel-max = 40\nsilent\nshow-error\nmax-time = 60"
            .to_owned(),
        r#"write-out = "%{http_code}\n""#.to_owned(),
    ];
    for number in 0..40 {
        lines.push(format!("url = \"{WIKI}/api/{number}.png\""));
        lines.push("output = \"/dev/null\"".to_owned());
    }
    let finished = curl(&lines)?;
    let refused = finished.stdout.lines().filter(|line| *line == "401");
    ensure!(
        refused.count() == 40,
        "expected forty times 401: {finished:?}"
    );
    Ok(())
}

/// What a client says of itself, in every spelling.
fn lies() -> Vec<String> {
    [
        "Remote-User: root",
        "remote-user: root",
        "Remote_User: root",
        "remote_user: root",
        "REMOTE_USER: root",
        "Remote-Groups: admins",
        "Remote_Groups: admins",
        "remote_groups: admins",
        "Remote-Email: root@corp.example",
        "Remote_Email: root@corp.example",
        "Remote_Subject: staff:0",
        "Remote-Class: board",
    ]
    .map(|line| format!("header = \"{line}\""))
    .to_vec()
}

/// A site behind `fastcgi_pass` hears the same, and not the name that stands before a password.
fn over_fastcgi(site: &Site, right: &str) -> Result<()> {
    let nobody = Site::shown("root", "not-a-password");
    for (path, shown, user) in [
        ("/api/counter.php", right, "aokafor"),
        ("/imprint/counter.php", &nobody, ""),
    ] {
        let mut more = lies();
        more.push(shown.to_owned());
        let (status, body) = site.program(&format!("{WIKI}{path}?x=1"), &more)?;
        ensure!(status == "200", "{path}: {status} {body}");
        // CGI's own, and then those that are headers.
        let (own, headers): (Vec<&str>, Vec<&str>) =
            body.lines().partition(|line| line.starts_with("REMOTE_"));
        let named: Vec<&str> = own
            .into_iter()
            .filter_map(|line| line.strip_prefix("REMOTE_USER: "))
            .collect();
        ensure!(named == [user], "{path}: expected `{user}`: {body}");
        let headers = headers.join("\n").replace("HTTP_REMOTE_", "Remote-");
        match user {
            "" => {
                let found = told(&headers)?;
                ensure!(found.is_empty(), "of nobody nothing is known: {found:?}");
            }
            user => knows(&headers, user, "designers")?,
        }
        ensure!(!body.contains("AUTHORIZATION"), "a password came: {body}");
        for line in ["HTTP_HOST: wiki.corp.example", "QUERY_STRING: x=1"] {
            ensure!(
                body.lines().any(|found| found == line),
                "expected `{line}`: {body}"
            );
        }
    }
    let (status, body) = site.program(&format!("{WIKI}/counter.php"), &lies())?;
    ensure!(
        status == "401" && told(&body).is_err(),
        "expected 401, found {status}: {body}"
    );
    Ok(())
}

/// Whatever a client says of itself, and of what it asks for, the site hears what Entryway says.
fn smuggled_headers(site: &Site, right: &str, api: &str) -> Result<()> {
    let mut lies = lies();
    lies.push(right.to_owned());
    let (_, body) = site.program(api, &lies)?;
    knows(&body, "aokafor", "designers")?;
    lies.pop();
    let (status, body) = site.program(&format!("{WIKI}/imprint"), &lies)?;
    ensure!(status == "200", "expected 200, found {status}: {body}");
    let found = told(&body)?;
    ensure!(found.is_empty(), "of nobody nothing is known: {found:?}");
    // What is asked for is what the proxy says, and not what else is said.
    let others: Vec<String> = [
        "X-Forwarded-Uri: /imprint",
        "X-Forwarded-Method: GET",
        "X-Original-URL: https://wiki.corp.example/imprint",
        "X-Original-Method: GET",
        "X-Forwarded-Host: wiki.corp.example",
        "X-Forwarded-Proto: https",
        "X-Rewrite-URL: /imprint",
        "X-Forwarded-For: 198.51.100.1",
    ]
    .map(|line| format!("header = \"{line}\""))
    .to_vec();
    for lines in [
        others.clone(),
        others
            .iter()
            .map(|line| format!("{line}\n{line}"))
            .collect(),
    ] {
        let (status, body) = site.program(&format!("{WIKI}/page"), &lines)?;
        let is_closed = matches!(status.as_str(), "400" | "401" | "403");
        ensure!(is_closed && told(&body).is_err(), "{status}: {body}");
    }
    // Questions are the proxy's alone.
    for path in [
        "/forward-auth",
        "/forward-auth/nginx",
        "/forward-auth/envoy/imprint",
        "/.entryway/callback?code=x",
    ] {
        let (status, body) = site.program(&format!("{LOGIN}{path}"), &others)?;
        ensure!(status == "404", "{path}: {status} {body}");
    }
    Ok(())
}

/// Paths that could be read as the page that is open, or as the one that is not.
fn other_paths(site: &Site, right: &str) -> Result<()> {
    for path in [
        "/imprint/../page",
        "/imprint/%2e%2e/page",
        "/imprint/.%2e/page",
        "/imprint/..%2fpage",
        "/imprint%2f..%2fpage",
        "/imprint/%252e%252e/page",
        "/imprint//../page",
        "//imprint",
        "/imprint/..;/page",
        "/imprint/..%5cpage",
        "/IMPRINT",
        "/imprint;/../page",
        "/page/../imprint",
        "/api/../page",
        "/API/report",
        "/page",
    ] {
        let more = [right.to_owned()];
        let (status, body) = site.program(&format!("{WIKI}{path}"), &more)?;
        let is_closed = matches!(status.as_str(), "400" | "401" | "403" | "404");
        ensure!(is_closed && told(&body).is_err(), "{path}: {status} {body}");
    }
    Ok(())
}
