//! Debian's Chromium with people's certificates in its own database, at a gateway before OpenLDAP and Active Directory:
//! `conformance/browser/certificates.mjs` is what people do there.

use super::parties::{Party, Program};
use crate::Test;
use crate::chromium;
use crate::lab::Lab;
use anyhow::{Result, ensure};
use entryway_conformance::{
    Finished, Held, HolderFiles, PeopleAuthority, clock, free_port, password_of,
};
use rcgen::{DnType, ExtendedKeyUsagePurpose};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// The numbers of those that were taken back.
const REVOKED: u8 = 99;

const NONE: &str = "Your browser showed no certificate";

pub(super) fn tests() -> Vec<Test> {
    vec![
        (
            "Chromium: people with certificates sign in, and all others have the page with the password",
            people_with_certificates,
        ),
        (
            "Chromium: a certificate that expired by the gateway's clock is told",
            the_certificate_has_expired,
        ),
    ]
}

/// People's certificates, in a folder of the test's.
struct House {
    folder: PathBuf,
    /// Where browsers show certificates.
    port: u16,
    people: PeopleAuthority,
}

/// Somebody at a browser, and what comes of it.
struct Person {
    what: &'static str,
    owns: Option<HolderFiles>,
    /// What the page says; whoever is in at once is told nothing.
    alarm: Option<&'static str>,
    /// Whether the password is typed in the end.
    types: bool,
    /// How the application greets whoever is in.
    called: &'static str,
    scripts: bool,
}

impl House {
    fn new(lab: &Lab, name: &str) -> Result<Self> {
        let folder = lab.scratch()?.path().join(format!("house-{name}"));
        fs::create_dir(&folder)?;
        let people = PeopleAuthority::new(&[(DnType::CommonName, "People")])?;
        fs::write(folder.join("people.pem"), people.pem())?;
        fs::write(folder.join("people.crl"), people.list(&[REVOKED], 2090)?)?;
        let (certificate, key) = (folder.join("cert.crt"), folder.join("cert.key"));
        lab.authority()?
            .issue_for(&["cert.localhost"], &certificate, &key)?;
        Ok(Self {
            folder,
            port: free_port()?,
            people,
        })
    }

    fn at(&self) -> String {
        format!("https://cert.localhost:{}", self.port)
    }

    /// What it adds to the configuration.
    fn settings(&self) -> String {
        let folder = self.folder.display();
        format!(
            "[certificate_login]\nlisten = \"127.0.0.1:{}\"\nurl = \"{}\"\n\
             tls = {{ certificate = \"{folder}/cert.crt\", key = \"{folder}/cert.key\" }}\n\
             trust = [\"{folder}/people.pem\"]\ncrls = [\"{folder}/people.crl\"]\n\
             addresses = [\"127.0.0.0/8\"]\noffer = \"button\"\nreal_users = true\ndomains = [\"staff\", \"lab\"]\n\n\
             [[certificate_login.rule]]\nfrom = \"upn\"\n\n[[certificate_login.rule]]\nfrom = \"email\"\n\n",
            self.port,
            self.at(),
        )
    }

    fn issue(&self, held: &Held<'_>, name: &str) -> Result<HolderFiles> {
        self.people.issue(held, &self.folder, name)
    }

    /// What these people do in Chromium, and whether all went as it should.
    fn visit(&self, party: &Party, offered: &str, people: &[Person]) -> Result<()> {
        let folder = self.folder.join(offered.replace(' ', "-"));
        let mut command = chromium::script(&folder, "certificates.mjs")?;
        let told = json!({
            "login": party.at_login,
            "app": party.at_app,
            "heading": "Log in to The application in JavaScript",
            "shownAt": self.at(),
            "offered": offered,
            "folder": folder,
            "believes": party.folder.join("corp-ca.pem"),
            "pictures": chromium::pictures(&folder)?,
            "people": people.iter().map(Person::told).collect::<Vec<Value>>(),
        });
        let finished = Finished::of(&mut command, &told.to_string())?;
        ensure!(
            finished.exit == 0
                && finished
                    .stdout
                    .contains(&format!("{} people", people.len())),
            "{finished:?}\n{}",
            party.logs()
        );
        Ok(())
    }
}

impl Person {
    fn is_in(what: &'static str, owns: HolderFiles, called: &'static str) -> Self {
        Self {
            what,
            owns: Some(owns),
            alarm: None,
            types: false,
            called,
            scripts: true,
        }
    }

    /// Is alice of the first directory by the password, after this was said.
    fn is_told(
        what: &'static str,
        owns: impl Into<Option<HolderFiles>>,
        alarm: &'static str,
    ) -> Self {
        Self {
            what,
            owns: owns.into(),
            alarm: Some(alarm),
            types: true,
            called: "alice",
            scripts: true,
        }
    }

    fn told(&self) -> Value {
        let owns = self.owns.as_ref();
        json!({
            "what": self.what,
            "owns": owns.map(|own| json!({ "certificate": own.certificate, "key": own.key })),
            "alarm": self.alarm,
            "called": self.called,
            "withPassword": self.types.then(|| json!({
                "name": "staff/alice",
                "password": password_of("alice"),
            })),
            "scripts": self.scripts,
        })
    }
}

fn people_with_certificates(lab: &Lab) -> Result<()> {
    let house = House::new(lab, "people")?;
    let party = Party::start_with(lab, Program::Node, "certificates", |text| {
        text + &house.settings()
    })?;
    house.visit(&party, "button", &with_a_button(&house)?)?;
    let alice = Held::by("Alice", 40).upn("alice@lab.example.org");
    let alice = house.issue(&alice, "at-once")?;
    party.reconfigure(|text| text.replace("offer = \"button\"", "offer = \"redirect\""))?;
    let at_once = [
        Person::is_in("at once", alice.clone(), "alice"),
        Person::is_told("at once without one", None, NONE),
    ];
    house.visit(&party, "at once", &at_once)?;
    party.reconfigure(|text| text.replace("127.0.0.0/8", "10.0.0.0/8"))?;
    let elsewhere = Person {
        types: true,
        ..Person::is_in("elsewhere", alice, "alice")
    };
    house.visit(&party, "not", &[elsewhere])
}

fn with_a_button(house: &House) -> Result<Vec<Person>> {
    let upn = |name| Held::by("Somebody", 1).upn(name);
    let alice = || upn("alice@lab.example.org");
    let with = |held: Held<'_>, name: &str| house.issue(&held, name);
    // `write_person` numbers the first ones.
    let bob = with(Held::by("Bob", 2).email("20001@example.org"), "bob")?;
    let other = PeopleAuthority::new(&[(DnType::CommonName, "Other people")])?;
    let namesake = PeopleAuthority::new(&[(DnType::CommonName, "People")])?;
    let by =
        |authority: &PeopleAuthority, name: &str| authority.issue(&alice(), &house.folder, name);
    let for_servers = Held {
        purposes: vec![ExtendedKeyUsagePurpose::ServerAuth],
        ..alice()
    };
    let for_anything = Held {
        purposes: Vec::new(),
        ..alice()
    };
    let expired = Held {
        years: (2020, 2021),
        ..alice()
    };
    let revoked = Held {
        serial: vec![0x12, 0x34, REVOKED],
        ..alice()
    };
    let two = Held::by("Two", 3)
        .email("20000@example.org")
        .email("20001@example.org");
    Ok(vec![
        Person::is_in("Active Directory", with(alice(), "alice")?, "alice"),
        Person {
            scripts: false,
            ..Person::is_in("OpenLDAP without scripts", bob, "bob")
        },
        Person::is_told("none", None, NONE),
        Person::is_told(
            "revoked",
            with(revoked, "revoked")?,
            "Your certificate was revoked",
        ),
        // Browsers keep to themselves what cannot be of use.
        Person::is_told("expired", with(expired, "expired")?, NONE),
        Person::is_told("another authority", by(&other, "other")?, NONE),
        Person::is_told("for servers", with(for_servers, "for-servers")?, NONE),
        Person::is_told(
            "a namesake of the authority",
            by(&namesake, "namesake")?,
            "Your certificate is not one that is trusted here",
        ),
        Person::is_told(
            "not for logging in",
            with(for_anything, "for-anything")?,
            "Your certificate is not one for logging in",
        ),
        Person::is_told(
            "two matches",
            with(two, "two")?,
            "You could not be logged in with your certificate",
        ),
        Person::is_told(
            "disabled",
            with(upn("disabled@lab.example.org"), "disabled")?,
            "You could not be logged in with your certificate",
        ),
    ])
}

/// Chromium shows none that has expired by its own clock.
fn the_certificate_has_expired(lab: &Lab) -> Result<()> {
    let house = House::new(lab, "expired")?;
    // Past 2049, which is the certificate's last year.
    let clock = clock("+10000d")?;
    let party = Party::start_in(lab, Program::Node, "expired", &clock, |text| {
        text + &house.settings()
    })?;
    let alice = Held::by("Alice", 1).upn("alice@lab.example.org");
    let alice = house.issue(&alice, "alice")?;
    let told = "Your certificate has expired or is not valid yet";
    let over = [Person::is_told("out of date", alice, told)];
    house.visit(&party, "button", &over)
}
