//! A daemon that looks people up in an OpenLDAP of its own, with photos, groups and an address book.

use crate::Test;
use crate::lab::Lab;
use crate::photos::{self, Person};
use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entryway_conformance::{
    Authority, BASE, Certificate, Configuration, Domain, Encrypt, Gateway, HttpClient, Response,
    SERVICE_DN, SERVICE_PASSWORD, Serving, Slapd, free_port,
};
use serde_json::{Value, json};
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Where a photo of 10 MB may be shown.
pub(crate) const ROOMY: &str = "roomy";
pub(crate) const USUAL: &str = "staff";
/// The address book.
pub(crate) const BOOK: &str = "everybody";
/// A group of people, and one that it is in.
pub(crate) const TEAM: &str = "team";
const ABOVE: &str = "house";
/// How long what was read is told again.
const CACHE: Duration = Duration::from_secs(2);
const TOKEN: &str = "token-of-the-lookups-0123456789abcdef";

pub(crate) fn tests() -> Vec<Test> {
    vec![(
        "a change at the directory is seen within the life of what is kept",
        changes_are_seen,
    )]
}

/// The same directory as two domains.
pub(crate) struct Looked {
    pub(crate) http: HttpClient,
    /// Shows no token.
    pub(crate) stranger: HttpClient,
    /// Where files may be written.
    pub(crate) folder: PathBuf,
    slapd: Slapd,
    _serving: Serving,
}

impl Looked {
    pub(crate) fn start(lab: &Lab) -> Result<Self> {
        let authority = lab.authority()?;
        let ldif = ldif(&photos::people())?;
        let slapd = Slapd::with_entries(authority, Certificate::Good, BASE, &ldif)?;
        let mut configuration = configuration(authority, &slapd);
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        configuration.listen = Some(listen);
        TOKEN.clone_into(&mut configuration.token);
        let path = configuration.write(lab.scratch()?, "looked")?;
        let serving = Gateway::new(lab.binary(), &path).serve(listen)?;
        let folder = path.parent().context("a file without a folder")?;
        Ok(Self {
            http: HttpClient::new(listen, Some(TOKEN)),
            stranger: HttpClient::new(listen, None),
            folder: folder.to_owned(),
            slapd,
            _serving: serving,
        })
    }

    /// What another daemon looks the same people up by.
    pub(crate) fn configuration(&self, lab: &Lab) -> Result<Configuration> {
        Ok(configuration(lab.authority()?, &self.slapd))
    }

    /// The id of the one whom a text finds, of these kinds: `people` or `groups`.
    pub(crate) fn id(&self, kinds: &str, text: &str, domain: &str) -> Result<String> {
        let path = format!("/api/v1/{kinds}?q={text}&domain={domain}");
        let found = self.http.get(&path)?.json()?;
        let id = found.pointer("/matches/0/id").and_then(Value::as_str);
        id.map(str::to_owned)
            .with_context(|| format!("`{text}` finds nobody: {found}"))
    }
}

fn configuration(authority: &Authority, slapd: &Slapd) -> Configuration {
    let domain = |name, more: &str| {
        Domain::at_slapd(name, slapd, Encrypt::Ldaps)
            .key("cards.public = [\"name\", \"photo\"]")
            .key(more)
    };
    let domains = vec![
        domain(USUAL, "cards.initials = true"),
        domain(ROOMY, "cards.photo_max = 16777216"),
    ];
    let mut configuration = Configuration::new(authority.pem(), domains);
    configuration.more = format!(
        "[directory]\ncache = \"{}s\"\n[address_book.{BOOK}]\ndomains = [\"{USUAL}\"]\n",
        CACHE.as_secs()
    );
    configuration
}

/// Everything that is asked is asked twice, so that it is kept; then it changes; and whoever asks when what was kept may not
/// be told any more sees the change.
fn changes_are_seen(lab: &Lab) -> Result<()> {
    let looked = lab.looked()?;
    let person = looked.id("people", "changes", USUAL)?;
    let team = looked.id("groups", TEAM, USUAL)?;
    let paths = [
        format!("/api/v1/people/{person}"),
        format!("/api/v1/people/{person}/card"),
        format!("/api/v1/people/{person}/photo"),
        format!("/api/v1/people/{person}/groups?reach=direct"),
        format!("/api/v1/groups/{team}/members"),
        format!("/api/v1/address-books/{BOOK}?q=Jane%20changes"),
    ];
    let all =
        || -> Result<Vec<Response>> { paths.iter().map(|path| looked.http.get(path)).collect() };
    let before = all()?;
    let kept = kept(&looked.http)?;
    all()?;
    let again = self::kept(&looked.http)? - kept;
    // A busy machine may have let one go in between.
    ensure!(again >= 3, "{again} were told again");
    let change = format!(
        "dn: uid=changes,{BASE}\nchangetype: modify\nreplace: cn\ncn: Joan changes\n-\nadd: title\ntitle: Head\n-\nadd: jpegPhoto\njpegPhoto:: {}\n\n\
         dn: cn={TEAM},{BASE}\nchangetype: modify\ndelete: member\nmember: uid=changes,{BASE}\n",
        STANDARD.encode(photos::PNG)
    );
    looked.slapd.change(&change)?;
    let changed = Instant::now();
    let (asked, after) = loop {
        let asked = Instant::now();
        let after = all()?;
        if asked >= changed + CACHE {
            break (asked, after);
        }
    };
    let late = asked - changed;
    ensure!(after.iter().all(|one| one.status == 200), "{after:?}");
    let [entry, card, photo, groups, members, book] = after.as_slice() else {
        bail!("not as many answers as questions");
    };
    let names = |answer: &Response, list: &str, name: &str| -> Result<Vec<String>> {
        let json = answer.json()?;
        let rows = json
            .get(list)
            .and_then(Value::as_array)
            .context("no list")?;
        let names = rows
            .iter()
            .filter_map(|row| row.pointer(name)?.as_str().map(str::to_owned));
        Ok(names.collect())
    };
    ensure!(
        entry.json()?.pointer("/person/name") == Some(&json!("Joan changes")),
        "{late:?} {}",
        entry.body
    );
    ensure!(
        card.json()?.pointer("/fields/title") == Some(&json!("Head")),
        "{late:?} {}",
        card.body
    );
    ensure!(photo.bytes == photos::PNG, "{late:?} {}", photo.head);
    ensure!(
        names(groups, "groups", "/group/name")?.is_empty(),
        "{late:?} {}",
        groups.body
    );
    ensure!(
        !names(members, "members", "/entry/id")?.contains(&person),
        "{late:?} {}",
        members.body
    );
    ensure!(
        names(book, "entries", "/name")?.is_empty(),
        "{late:?} {}",
        book.body
    );
    for (path, (before, after)) in paths.iter().zip(before.iter().zip(&after)) {
        ensure!(before.bytes != after.bytes, "{path}: {}", after.body);
    }
    Ok(())
}

/// How many questions were answered from what is kept.
fn kept(http: &HttpClient) -> Result<u64> {
    let metrics = http.get("/metrics")?.body;
    let mut lines = metrics.lines().filter(|line| {
        line.starts_with("entryway_lookup_cache_answers_total{") && line.contains("from=\"cache\"")
    });
    lines.try_fold(0, |sum, line| {
        let (_, count) = line.rsplit_once(' ').context("no count")?;
        Ok(sum + count.parse::<u64>()?)
    })
}

fn ldif(people: &[Person]) -> Result<String> {
    let mut ldif = format!(
        "dn: {BASE}\nobjectClass: domain\ndc: example\n\n\
         dn: ou=services,{BASE}\nobjectClass: organizationalUnit\nou: services\n\n\
         dn: {SERVICE_DN}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: entryway\nuserPassword: {SERVICE_PASSWORD}\n"
    );
    let changes = Person {
        uid: "changes",
        photo: None,
        shown: [(USUAL, None), (ROOMY, None)],
    };
    for Person { uid, photo, .. } in people.iter().chain([&changes]) {
        write!(
            ldif,
            "\ndn: uid={uid},{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: Jane {uid}\nsn: {uid}\nmail: {uid}@example.org\n"
        )?;
        if let Some(photo) = photo {
            writeln!(ldif, "jpegPhoto:: {}", STANDARD.encode(photo))?;
        }
    }
    writeln!(
        ldif,
        "\ndn: cn={TEAM},{BASE}\nobjectClass: groupOfNames\ncn: {TEAM}"
    )?;
    for Person { uid, .. } in people.iter().chain([&changes]) {
        writeln!(ldif, "member: uid={uid},{BASE}")?;
    }
    writeln!(
        ldif,
        "\ndn: cn={ABOVE},{BASE}\nobjectClass: groupOfNames\ncn: {ABOVE}\nmember: cn={TEAM},{BASE}"
    )?;
    Ok(ldif)
}
