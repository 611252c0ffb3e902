//! People of a site who show certificates at a connector of theirs: browsers stand inside, the listener is seen from there
//! alone, and what a connector has signed goes by the browser to the hub (`conformance/browser/site-shows.mjs`).

use super::company::{Company, Own, SITE};
use super::{DOMAIN, Story, both_sides_have_the_same, both_sides_have_the_same_reply, text_called};
use crate::documented;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_conformance::{
    AD_BASE, Finished, Held, HolderFiles, PeopleAuthority, clock, free_port, password_of,
};
use rcgen::DnType;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

const NONE: &str = "Your browser showed no certificate";
/// What every certificate says of whose it is; not by letters alone, which any sealed text may have by chance.
const SOMEBODY: &str = "Somebody of the site";
/// The number of one that was taken back.
const REVOKED: u8 = 99;
/// Of one that a directory knows, and how Active Directory writes that: the bytes from the end.
const MAPPED: u8 = 0x56;
const KNOWN: &str = "X509:<I>CN=People<SR>563412";
/// How long the certificate lasts that ends first, and how far ahead the clock is by which it has ended. A hub believes a
/// connector whose clock is less than five minutes from its own.
const ENDS_IN: Duration = Duration::from_secs(180);
const AHEAD: &str = "+240s";

/// Who issues people's certificates, and where browsers show them: each connector has a host and a port.
struct House {
    folder: PathBuf,
    people: PeopleAuthority,
    listeners: [(&'static str, u16); 2],
}

/// Somebody at a browser.
struct Person<'h> {
    what: &'static str,
    held: Option<Held<'h>>,
    scripts: bool,
    comes: Comes,
    /// Whether the pages are looked at that others have too, and whether what counted once is tried again.
    looks_around: bool,
}

/// What has to come of it.
enum Comes {
    /// Is let in as this one of that domain of the site's.
    In(&'static str, &'static str),
    /// Has the page with the password, which says this.
    ToThePage(&'static str),
    /// The same for want of a certificate, of which there is no record; is let in by the password, as the one above.
    InByPassword(&'static str, &'static str),
}

pub(super) fn people_show_certificates(lab: &Lab) -> Result<()> {
    let house = House::new(lab)?;
    let mut company = Company::start_with(lab, "site-shown", "", &house.at_hub()?)?;
    company.samba.change(
        format!(
            "dn: CN=mover,OU=people,{AD_BASE}\nchangetype: modify\nadd: altSecurityIdentities\n\
             altSecurityIdentities: {KNOWN}\n"
        )
        .as_bytes(),
    )?;
    people_at_both(lab, &house, &mut company).with_context(|| company.logs())
}

fn people_at_both(lab: &Lab, house: &House, company: &mut Company) -> Result<()> {
    house.opens(lab, company, 0, &[])?;
    let mut told = house.visited(company, 0, &house.people_at_the_first())?;
    the_second_use_is_told(company)?;
    // Another takes its place, by whose clock it is later.
    house.opens(lab, company, 1, &clock(AHEAD)?)?;
    company.loses_the_first()?;
    told.extend(house.visited(company, 1, &house.people_at_the_second())?);
    let document = include_str!("../../../docs/certificate-login.md");
    documented::has_rows(document, &["Chromium"], &told)
}

impl House {
    fn new(lab: &Lab) -> Result<Self> {
        let folder = lab.scratch()?.path().join("site-house");
        fs::create_dir(&folder)?;
        let people = PeopleAuthority::new(&[(DnType::CommonName, "People")])?;
        fs::write(folder.join("people.pem"), people.pem())?;
        fs::write(folder.join("people.crl"), people.list(&[REVOKED], 2090)?)?;
        let (certificate, key) = (folder.join("cert.crt"), folder.join("cert.key"));
        let listeners = [("cert-a", free_port()?), ("cert-b", free_port()?)];
        let names = listeners.map(|(host, _)| format!("{host}.{DOMAIN}"));
        let names = names.each_ref().map(String::as_str);
        lab.authority()?.issue_for(&names, &certificate, &key)?;
        Ok(Self {
            folder,
            people,
            listeners,
        })
    }

    /// Where that connector's browsers go.
    fn url(&self, connector: usize) -> Result<String> {
        let listener = self.listeners.get(connector).context("no such connector")?;
        Ok(format!("https://{}.{DOMAIN}:{}", listener.0, listener.1))
    }

    /// What the hub's administrator writes. Whoever comes from the site comes by the proxy, which stands on this machine.
    fn at_hub(&self) -> Result<String> {
        Ok(format!(
            "methods = [\"password\", \"certificate\"]\n\n[site.{SITE}.certificate]\nurls = [\"{}\", \"{}\"]\n\
             addresses = [\"127.0.0.0/8\"]\n",
            self.url(0)?,
            self.url(1)?,
        ))
    }

    /// Another connector goes out, which takes certificates.
    fn opens(
        &self,
        lab: &Lab,
        company: &mut Company,
        connector: usize,
        environment: &[String],
    ) -> Result<()> {
        let (host, port) = self.listeners.get(connector).context("no such connector")?;
        let url = self.url(connector)?;
        let tables = format!(
            "[certificate_login]\nlisten = \"{inside}:{port}\"\nurl = \"{url}\"\n\
             tls = {{ certificate = \"{folder}/cert.crt\", key = \"{folder}/cert.key\" }}\n\
             trust = [\"{folder}/people.pem\"]\ncrls = [\"{folder}/people.crl\"]\n\
             addresses = [\"{inside}/32\"]\nreal_users = true\ndomains = [\"staff\", \"lab\"]\n\n\
             [[certificate_login.rule]]\nfrom = \"upn\"\n\n[[certificate_login.rule]]\nfrom = \"email\"\n\n\
             [[certificate_login.rule]]\nfrom = \"alt_security_identities\"\ndomains = [\"lab\"]\n",
            inside = company.inside(),
            folder = self.folder.display(),
        );
        let own = Own {
            tables: &tables,
            environment,
        };
        company.goes_out_beside(lab, host, &own)
    }

    fn people_at_the_first(&self) -> Vec<Person<'_>> {
        let upn = |name| Held::by(SOMEBODY, 1).upn(name);
        let revoked = Held {
            serial: vec![0x12, 0x34, REVOKED],
            ..upn("alice@lab.example.org")
        };
        // `write_person` numbers the first ones.
        let bob = Held::by(SOMEBODY, 2).email("20001@example.org");
        vec![
            Person {
                looks_around: true,
                ..Person::of(
                    "user principal name, Active Directory",
                    upn("svcuser@lab.example.org"),
                    Comes::In("svcuser", "lab"),
                )
            },
            Person {
                scripts: false,
                ..Person::of(
                    "mail address, OpenLDAP, without scripts",
                    bob,
                    Comes::In("bob", "staff"),
                )
            },
            Person::of("none", None, Comes::InByPassword("alice", "staff")),
            Person::of(
                "revoked",
                revoked,
                Comes::ToThePage("Your certificate was revoked"),
            ),
            // Of accounts nothing is told to anybody.
            Person::of(
                "of a disabled account",
                upn("disabled@lab.example.org"),
                Comes::ToThePage("You could not be logged in with your certificate"),
            ),
        ]
    }

    /// Browsers show none that has ended by their own clock.
    fn people_at_the_second(&self) -> Vec<Person<'_>> {
        let ends = Held {
            ends: Some(SystemTime::now() + ENDS_IN),
            ..Held::by(SOMEBODY, 1).upn("alice@lab.example.org")
        };
        vec![
            Person::of(
                "expired by the connector's clock",
                ends,
                Comes::ToThePage("Your certificate has expired or is not valid yet"),
            ),
            Person::of(
                "`altSecurityIdentities`, Active Directory",
                Held::by(SOMEBODY, MAPPED),
                Comes::In("mover", "lab"),
            ),
        ]
    }

    /// People come one after another; that connector is the only one by now. What came of each, as the document has it.
    fn visited(
        &self,
        company: &Company,
        connector: usize,
        people: &[Person<'_>],
    ) -> Result<Vec<String>> {
        company.takes_certificates()?;
        let (_, port) = self.listeners.get(connector).context("no such connector")?;
        company.hides(*port)?;
        let url = self.url(connector)?;
        let rows = people.iter().map(|person| {
            let met = self.visits(company, &url, person);
            let met = met.with_context(|| person.what)?;
            Ok(format!("| Chromium | {} | {met} |", person.what))
        });
        rows.collect()
    }

    /// Somebody comes from the application, and what came of it is what both sides have on record and the application hears.
    fn visits(&self, company: &Company, url: &str, person: &Person<'_>) -> Result<String> {
        let name = person.file();
        let owns = match &person.held {
            Some(held) => Some(self.people.issue(held, &self.folder, &name)?),
            None => None,
        };
        let asked = person.asked(owns.as_ref(), url);
        let mut story = Story::at(company, &name, "site-shows.mjs", asked)?.inside(company)?;
        let finished = story.told()?;
        ensure!(finished.exit == 0, "{finished:?}");
        let told = finished.json()?;
        match &person.comes {
            Comes::In(name, domain) => {
                let both = Both::of_the_last(company)?.codes()?;
                is_who(
                    &redeemed(company, &told)?,
                    name,
                    domain,
                    "certificate",
                    "swk",
                )?;
                Ok(format!("is in as `{SITE}/{name}` | {both}"))
            }
            Comes::ToThePage(says) => {
                let both = Both::of_the_last(company)?.codes()?;
                Ok(format!("\"{says}\" | {both}"))
            }
            Comes::InByPassword(name, domain) => {
                both_sides_have_the_same_reply(company)?;
                is_who(&redeemed(company, &told)?, name, domain, "password", "pwd")?;
                Ok(format!("\"{NONE}\", is in by the password | |"))
            }
        }
    }
}

impl<'h> Person<'h> {
    fn of(what: &'static str, held: impl Into<Option<Held<'h>>>, comes: Comes) -> Self {
        Self {
            what,
            held: held.into(),
            scripts: true,
            comes,
            looks_around: false,
        }
    }

    /// What files of theirs are called.
    fn file(&self) -> String {
        let words = self.what.split(|letter: char| !letter.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        words.join("-")
    }

    /// What the program is told.
    fn asked(&self, owns: Option<&HolderFiles>, url: &str) -> Value {
        let names = self.held.iter().flat_map(|held| {
            let subject = held.subject.iter().map(|(_, name)| *name);
            subject.chain(held.upns.iter().chain(&held.emails).copied())
        });
        let names: Vec<&str> = names.collect();
        let owns = owns.map(|own| json!({ "certificate": own.certificate, "key": own.key }));
        let owns: Vec<Value> = owns.into_iter().collect();
        let password = match self.comes {
            Comes::InByPassword(name, _) => Some((format!("{SITE}/{name}"), password_of(name))),
            _ => None,
        };
        let (outcome, alarm) = match self.comes {
            Comes::In(..) => ("accept", None),
            Comes::ToThePage(alarm) => ("refused", Some(alarm)),
            Comes::InByPassword(..) => ("no_certificate", Some(NONE)),
        };
        json!({
            "what": self.file(),
            "owns": owns,
            "shownAt": url,
            "names": names,
            "outcome": outcome,
            "alarm": alarm,
            "never": password.iter().map(|(_, password)| password).collect::<Vec<_>>(),
            "withPassword": password.as_ref().map(|(name, password)| json!({ "name": name, "password": password })),
            "scripts": self.scripts,
            "looksAround": self.looks_around,
        })
    }
}

/// The last login, on record at the hub and at the connector that has judged the certificate.
struct Both {
    at_site: Value,
    at_hub: Value,
}

impl Both {
    fn of_the_last(company: &Company) -> Result<Self> {
        let tail = company.asked_text(None, &["audit", "tail"])?;
        let mut records = tail
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let is_login = |line: &Value| line.pointer("/record/kind").is_some_and(|it| it == "login");
        let at_hub = records.rfind(is_login);
        let at_hub = at_hub.with_context(|| format!("no login: {tail}"))?;
        Ok(Self {
            at_site: both_sides_have_the_same(company, &at_hub, "assertion")?,
            at_hub,
        })
    }

    /// Under which codes.
    fn codes(&self) -> Result<String> {
        let code =
            |record| text_called("code", record).with_context(|| format!("no code: {record}"));
        Ok(format!(
            "`{}` | `{}`",
            code(&self.at_site)?,
            code(&self.at_hub)?
        ))
    }
}

/// What the application hears for its code, which comes from nowhere near the site: the claims of its token, and of whoever
/// that token lets it ask about.
fn redeemed(company: &Company, told: &Value) -> Result<[Value; 2]> {
    let text = |key: &str| told.get(key).and_then(Value::as_str);
    let (code, verifier) = text("code").zip(text("verifier")).context("no code")?;
    let asks = |path: &str, option: &str, values: &[String]| {
        let mut curl = Command::new("curl");
        curl.args(["--disable", "--silent", "--cacert"])
            .arg(company.folder.join("ca.pem"))
            .args(values.iter().flat_map(|value| [option, value]))
            .arg(format!("{}/oidc/{path}", company.at_login));
        Finished::of(&mut curl, "")?.json()
    };
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "app"),
        ("redirect_uri", &format!("{}/callback", company.at_app)),
        ("code", code),
        ("code_verifier", verifier),
    ];
    let form = form.map(|(name, value)| format!("{name}={value}"));
    let tokens = asks("token", "--data-urlencode", &form)?;
    let token = |name: &str| {
        let token = tokens.get(name).and_then(Value::as_str);
        token.with_context(|| format!("no `{name}`: {tokens}"))
    };
    let claims = token("id_token")?.split('.').nth(1).context("no claims")?;
    let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    let bearer = token("access_token")?.to_owned();
    let person = asks("userinfo", "--oauth2-bearer", &[bearer])?;
    Ok([claims, person])
}

/// Whether the application knows who it is, and what was done to let them in.
fn is_who(
    [claims, person]: &[Value; 2],
    name: &str,
    domain: &str,
    method: &str,
    amr: &str,
) -> Result<()> {
    let subject = claims.get("sub").and_then(Value::as_str);
    let prefix = format!("{SITE}:{domain}:");
    ensure!(
        subject.is_some_and(|subject| subject.starts_with(&prefix))
            && person.get("sub") == claims.get("sub")
            && person.get("preferred_username") == Some(&json!(format!("{SITE}/{name}")))
            && claims.get("acr") == Some(&json!(format!("urn:entryway:acr:{method}")))
            && claims.get("amr") == Some(&json!([amr])),
        "expected {name} of {domain} by {method}, found {claims} of {person}"
    );
    Ok(())
}

/// In the browser that had it; in others the text that it came with opens nothing.
fn the_second_use_is_told(company: &Company) -> Result<()> {
    let log = company.hub.log();
    let told: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("site.assertion_refused"))
        .collect();
    ensure!(
        matches!(told.as_slice(), [one] if one.contains("its login is on record already")),
        "{told:?}"
    );
    Ok(())
}
