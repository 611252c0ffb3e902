//! Whom each way of `[[certificate_login.rule]]` finds in OpenLDAP and in Active Directory: certificates by `openssl`, shown
//! by curl. `docs/certificate-login.md` has the table.

use super::browser::Browser;
use super::parties::{Party, Program};
use super::pure_ftpd::quoted;
use crate::Test;
use crate::documented;
use crate::lab::Lab;
use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entryway_conformance::{AD_BASE, Finished, Gateway, PEOPLE, free_port};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An issuer with everything that is spelt in more than one way, in the certificate's order.
const ISSUER: &str =
    "/DC=com/DC=example/ST=Old \"Town\"/O=Example, Inc./CN=People/emailAddress=ca@example.org";
/// As Active Directory writes it: in that order, and by Microsoft's names of types.
const ISSUER_OF_MICROSOFT: &str =
    r#"DC=com,DC=example,S="Old ""Town""",O="Example, Inc.",CN=People,E=ca@example.org"#;
/// As LDAP writes it.
const ISSUER_OF_LDAP: &str =
    r#"emailAddress=ca@example.org,CN=People,O=Example\, Inc.,ST=Old \"Town\",DC=example,DC=com"#;

/// The number of one that is written in ways that do not count.
const ODD: &str = "f1a216";

const RULES: [&str; 7] = [
    "from = \"upn\"",
    "from = \"email\"",
    "from = \"subject\"",
    "from = \"user_certificate\"",
    "from = \"alt_security_identities\"\ndomains = [\"lab\"]",
    "from = \"issuer_serial\"\nfilter = \"(description={issuer} {serial})\"",
    "from = \"thumbprint\"\nfilter = \"(description={thumbprint})\"",
];

pub(super) fn tests() -> Vec<Test> {
    vec![(
        "certificates are of those whom OpenLDAP and Active Directory say",
        each_way_finds_whom_the_servers_say,
    )]
}

/// An authority with a command line, as a company's own is.
struct OpenSsl {
    folder: PathBuf,
}

/// A certificate of this authority's.
struct Made {
    certificate: PathBuf,
    key: PathBuf,
    der: Vec<u8>,
}

impl OpenSsl {
    fn new(folder: &Path) -> Result<Self> {
        let made = Self {
            folder: folder.to_owned(),
        };
        made.run(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout people.key -out people.pem -days 30 \
             -subj|{ISSUER}"
        ))?;
        Ok(made)
    }

    /// Words are divided by blanks; what follows the bar is one.
    fn run(&self, words: &str) -> Result<Finished> {
        let (words, last) = words.split_once('|').unwrap_or((words, ""));
        let mut command = Command::new("openssl");
        command.args(words.split_whitespace());
        command.args((!last.is_empty()).then_some(last));
        let finished = Finished::of(command.current_dir(&self.folder), "")?;
        ensure!(finished.exit == 0, "openssl {words}: {finished:?}");
        Ok(finished)
    }

    /// For clients, with this subject, number and alternative name.
    fn issue(&self, name: &str, subject: &str, serial: &str, alternative: &str) -> Result<Made> {
        let mut extensions = "extendedKeyUsage=clientAuth\nsubjectKeyIdentifier=hash\n".to_owned();
        if !alternative.is_empty() {
            extensions += &format!("subjectAltName={alternative}\n");
        }
        fs::write(self.folder.join("extensions"), extensions)?;
        self.run(&format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.csr -subj|{subject}"
        ))?;
        self.run(&format!(
            "x509 -req -in {name}.csr -CA people.pem -CAkey people.key -set_serial 0x{serial} -days 20 \
             -extfile extensions -out {name}.crt"
        ))?;
        self.run(&format!("x509 -in {name}.crt -outform DER -out {name}.der"))?;
        let file = |kind: &str| self.folder.join(format!("{name}.{kind}"));
        Ok(Made {
            certificate: file("crt"),
            key: file("key"),
            der: fs::read(file("der"))?,
        })
    }

    /// What `openssl x509` prints of a certificate, hexadecimal digits alone.
    fn digits(&self, made: &Made, words: &str) -> Result<String> {
        let file = made.certificate.display();
        let printed = self.run(&format!("x509 -in {file} -noout {words}"))?.stdout;
        let line = printed.lines().last().context("a line")?;
        let (_, value) = line.rsplit_once('=').unwrap_or(("", line));
        let digits = value.chars().filter(char::is_ascii_hexdigit);
        Ok(digits.collect::<String>().to_lowercase())
    }
}

/// Adds a value to somebody's entry.
struct Added {
    dn: String,
    attribute: &'static str,
    value: Vec<u8>,
}

impl Added {
    fn ldif(&self) -> String {
        let Self {
            dn,
            attribute,
            value,
        } = self;
        let value = STANDARD.encode(value);
        format!("dn: {dn}\nchangetype: modify\nadd: {attribute}\n{attribute}:: {value}\n\n")
    }
}

struct Row {
    server: &'static str,
    what: &'static str,
    shown: Made,
    added: Option<Added>,
    expected: &'static str,
}

fn in_openldap(name: &str) -> String {
    format!("uid={name},{PEOPLE}")
}

fn in_samba(name: &str) -> String {
    format!("CN={name},OU=people,{AD_BASE}")
}

/// Byte by byte from the end, and digit by digit.
fn from_the_end(serial: &str) -> (String, String) {
    let bytes: Vec<&str> = (0..serial.len() / 2)
        .rev()
        .filter_map(|at| serial.get(at * 2..at * 2 + 2))
        .collect();
    (bytes.concat(), serial.chars().rev().collect())
}

fn rows(authority: &OpenSsl) -> Result<Vec<Row>> {
    const OPENLDAP: &str = "OpenLDAP";
    const SAMBA: &str = "Active Directory (Samba)";
    let mut rows = Vec::new();
    let mut add = |server, what, shown, added, expected| {
        rows.push(Row {
            server,
            what,
            shown,
            added,
            expected,
        });
    };
    // Of nobody, but for what the directory says of it.
    let plain = |name: &str, serial: &str| authority.issue(name, "/CN=Nobody", serial, "");
    let to = |dn: String, attribute, value: Vec<u8>| {
        Some(Added {
            dn,
            attribute,
            value,
        })
    };
    let by_mail = authority.issue("mail", "/CN=x", "f1a201", "email:20001@example.org")?;
    add(OPENLDAP, "`email`", by_mail, None, "accept bob");
    let own = "/DC=org/DC=example/OU=people/UID=carol";
    let own = authority.issue("own", own, "f1a202", "")?;
    add(
        OPENLDAP,
        "`subject`, the entry's DN",
        own,
        None,
        "accept carol",
    );
    let whole = plain("whole", "f1a203")?;
    let added = to(
        in_openldap("dave"),
        "userCertificate;binary",
        whole.der.clone(),
    );
    add(OPENLDAP, "`user_certificate`", whole, added, "accept dave");
    // The same issuer and number, which is what OpenLDAP compares.
    let namesake = plain("namesake", "f1a203")?;
    add(
        OPENLDAP,
        "`user_certificate`, another of that number",
        namesake,
        None,
        "unknown_login",
    );
    let number = plain("number", "f1a204")?;
    let value = format!("{ISSUER_OF_LDAP} f1a204");
    let added = to(in_openldap("erin"), "description", value.into_bytes());
    add(
        OPENLDAP,
        "`issuer_serial`, in `description`",
        number,
        added,
        "accept erin",
    );
    let print = plain("print", "f1a205")?;
    let value = authority.digits(&print, "-fingerprint -sha256")?;
    let added = to(in_openldap("alice"), "description", value.into_bytes());
    add(
        OPENLDAP,
        "`thumbprint`, in `description`",
        print,
        added,
        "accept alice",
    );

    let upn = "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@lab.example.org";
    let upn = authority.issue("upn", "/CN=x", "f1a211", upn)?;
    add(SAMBA, "`upn`", upn, None, "accept alice");
    let by_mail = authority.issue("ad-mail", "/CN=x", "f1a212", "email:bob@example.org")?;
    add(SAMBA, "`email`", by_mail, None, "accept bob");
    let own = "/DC=org/DC=example/DC=lab/OU=people/CN=svcuser";
    let own = authority.issue("ad-own", own, "f1a213", "")?;
    add(
        SAMBA,
        "`subject`, the entry's DN",
        own,
        None,
        "accept svcuser",
    );
    let whole = plain("ad-whole", "f1a214")?;
    let added = to(in_samba("wrongtls"), "userCertificate", whole.der.clone());
    add(SAMBA, "`user_certificate`", whole, added, "accept wrongtls");
    let number = plain("ad-number", "f1a215")?;
    let (serial, _) = from_the_end("f1a215");
    let value = format!("X509:<I>{ISSUER_OF_MICROSOFT}<SR>{serial}");
    let added = to(
        in_samba("wrongauto"),
        "altSecurityIdentities",
        value.into_bytes(),
    );
    add(
        SAMBA,
        "`alt_security_identities`, `<I>` and `<SR>`, byte by byte from the end",
        number,
        added,
        "accept wrongauto",
    );
    let (serial, digits) = from_the_end(ODD);
    for (what, value) in [
        (
            "`alt_security_identities`, `<SR>` from the front",
            format!("X509:<I>{ISSUER_OF_MICROSOFT}<SR>{ODD}"),
        ),
        (
            "`alt_security_identities`, `<SR>` digit by digit from the end",
            format!("X509:<I>{ISSUER_OF_MICROSOFT}<SR>{digits}"),
        ),
        (
            "`alt_security_identities`, `<I>` as LDAP writes it",
            format!("X509:<I>{ISSUER_OF_LDAP}<SR>{serial}"),
        ),
        (
            "`alt_security_identities`, `<S>` alone (weak)",
            "X509:<S>CN=Nobody".to_owned(),
        ),
        (
            "`alt_security_identities`, `<I>` and `<S>` (weak)",
            format!("X509:<I>{ISSUER_OF_MICROSOFT}<S>CN=Nobody"),
        ),
    ] {
        let shown = plain("ad-odd", ODD)?;
        let added = to(
            in_samba("erin"),
            "altSecurityIdentities",
            value.into_bytes(),
        );
        add(SAMBA, what, shown, added, "unknown_login");
    }
    let key = plain("ad-key", "f1a217")?;
    let value = authority.digits(&key, "-ext subjectKeyIdentifier")?;
    let value = format!("X509:<SKI>{}", value.to_uppercase());
    let added = to(
        in_samba("countme"),
        "altSecurityIdentities",
        value.into_bytes(),
    );
    add(
        SAMBA,
        "`alt_security_identities`, `<SKI>`",
        key,
        added,
        "accept countme",
    );
    Ok(rows)
}

fn settings(folder: &Path, party: &Path, port: u16) -> String {
    let (folder, party) = (folder.display(), party.display());
    let rules = RULES.map(|rule| format!("[[certificate_login.rule]]\n{rule}\n\n"));
    format!(
        "[certificate_login]\nlisten = \"127.0.0.1:{port}\"\nurl = \"https://127.0.0.1:{port}\"\n\
         tls = {{ certificate = \"{party}/login.crt\", key = \"{party}/login.key\" }}\n\
         trust = [\"{folder}/people.pem\"]\naddresses = [\"127.0.0.0/8\"]\nreal_users = true\n\
         domains = [\"staff\", \"lab\"]\n\n{}",
        rules.concat()
    )
}

/// What came of showing it, by the page of the application, or by the record.
fn verdict(party: &Party, row: &Row, number: usize) -> Result<String> {
    let jar = party.folder.join(format!("{number}.cookies"));
    let file = |path: &Path| quoted(&path.display().to_string());
    let browser = Browser::new(&jar, &party.folder.join("corp-ca.pem"))
        .with(format!("cert = {}", file(&row.shown.certificate)))
        .with(format!("key = {}", file(&row.shown.key)));
    let page = browser.get(&format!("{}/", party.at_app))?;
    let shown = browser.submit(&page, &[("action", "certificate")])?;
    if let Some((_, rest)) = shown.body.split_once("<h1>Hello ") {
        let name = rest.split('<').next().unwrap_or_default();
        return Ok(format!("accept {name}"));
    }
    shown.is_at("200", &format!("{}/sso/certificate", party.at_login))?;
    let log = party.logs();
    let decided = log
        .lines()
        .rev()
        .find(|line| line.contains("login.decided"));
    let code = decided.and_then(|line| line.split_once(" code="));
    let (_, rest) = code.context("a decision")?;
    Ok(rest.split(' ').next().unwrap_or_default().to_owned())
}

/// A user principal name is nothing that OpenLDAP's schema has; all else that the rules ask for is known where it is asked.
fn the_check_knows_what_openldap_does_not(lab: &Lab, party: &Party) -> Result<()> {
    let checked = Gateway::new(lab.binary(), &party.folder.join("entryway.toml")).check()?;
    let answer = checked.json()?;
    let findings = answer.get("findings").and_then(Value::as_array);
    let told: Vec<String> = findings
        .context("findings")?
        .iter()
        .filter(|one| one.get("check").is_some_and(|check| check == "schema"))
        .map(|one| format!("{} {}", one["domain"], one["detail"]))
        .filter(|told| told.contains("knows no attribute"))
        .collect();
    let [told] = told.as_slice() else {
        bail!("expected one attribute that is not known, found {told:?}");
    };
    ensure!(
        told.starts_with("\"staff\"")
            && told.contains("`userPrincipalName`: this rule for certificates finds nobody here"),
        "{told}"
    );
    Ok(())
}

fn each_way_finds_whom_the_servers_say(lab: &Lab) -> Result<()> {
    let folder = lab.scratch()?.path().join("mapped");
    fs::create_dir(&folder)?;
    let authority = OpenSsl::new(&folder)?;
    let rows = rows(&authority)?;
    let (port, at) = (free_port()?, lab.scratch()?.path().join("party-mapped"));
    let party = Party::start_with(lab, Program::Node, "mapped", |text| {
        text + &settings(&folder, &at, port)
    })?;
    let mut told = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        if let Some(added) = &row.added {
            let ldif = added.ldif();
            match added.dn.ends_with(AD_BASE) {
                true => lab.samba()?.change(ldif.as_bytes())?,
                false => party.change(&ldif)?,
            }
        }
        let Row {
            server,
            what,
            expected,
            ..
        } = row;
        let found = verdict(&party, row, number)
            .with_context(|| format!("{server}, {what}\n{}", party.logs()))?;
        ensure!(
            found == *expected,
            "{server}, {what}: expected {expected}, found {found}\n{}",
            party.logs()
        );
        told.push(format!("| {server} | {what} | `{found}` |"));
    }
    the_check_knows_what_openldap_does_not(lab, &party)?;
    let document = include_str!("../../../docs/certificate-login.md");
    let servers = ["OpenLDAP", "Active Directory (Samba)"];
    documented::has_rows(document, &servers, &told)
}
