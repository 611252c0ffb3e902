//! Cards and photos of a real OpenLDAP: what is shown for what stands in `jpegPhoto`, and what it costs.
//!
//! `UPDATE_GOLDEN=1` writes the figures to `docs/cards.md`; times are those of the machine that ran it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "../../crates/entryway-directory/tests/support/mod.rs"]
mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entryway_conformance::{Authority, Certificate, Slapd};
use entryway_directory::Finder;
use entryway_ldap_types::{AttributeName, Filter};
use entryway_lookup::{
    AddressBooks, BookDomains, BookLimits, BookPolicy, BookQuestion, Card, CardLookup,
    CardQuestion, EntryId, FieldFrom, FieldPolicy, FieldSet, LookupPolicy, Missing, Photo,
    PhotoQuestion, SecondMode, SecondSource,
};
use std::fmt::Write;
use std::time::{Duration, Instant};
use support::lookups::{WANTED, finder_with, policy, resolve};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cards.md");
const MARK: &str = "<!-- figures -->\n";
const BASE: &str = "dc=example,dc=com";
const DEADLINE: Duration = Duration::from_secs(30);
const MIB: usize = 1 << 20;
/// How often a time is taken; the middle one counts.
const TIMES: usize = 11;

/// What somebody has for a photo, and what is shown.
struct Row {
    uid: &'static str,
    what: &'static str,
    content: Option<Vec<u8>>,
    /// With a `photo_max` of 1 MiB.
    shown: &'static str,
    /// With one of 16 MiB.
    shown_large: &'static str,
}

fn rows() -> Vec<Row> {
    let of = |begins: &[u8], size: usize| {
        let mut content = begins.to_vec();
        // Neither all the same nor by chance.
        content.extend((begins.len()..size).map(|at| (at * 31 % 251) as u8));
        Some(content)
    };
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
    let row = |uid, what, content, shown| Row {
        uid,
        what,
        content,
        shown,
        shown_large: shown,
    };
    vec![
        row("jpeg", "a JPEG, 20 KB", of(jpeg, 20_000), "image/jpeg"),
        row(
            "png",
            "a PNG, 20 KB",
            of(b"\x89PNG\r\n\x1a\n", 20_000),
            "image/png",
        ),
        row("gif", "a GIF", of(b"GIF89a", 2_000), "image/gif"),
        row(
            "webp",
            "a WebP",
            of(b"RIFF\x24\0\0\0WEBPVP8 ", 2_000),
            "image/webp",
        ),
        row("text", "text", of(b"This is no picture. ", 40), "initials"),
        row(
            "html",
            "a page of HTML",
            of(b"<html><script>", 200),
            "initials",
        ),
        row("svg", "an SVG", of(b"<svg xmlns='x'/>", 16), "initials"),
        row("none", "nothing", None, "initials"),
        row("mega", "a JPEG of 1 MiB", of(jpeg, MIB), "image/jpeg"),
        Row {
            uid: "huge",
            what: "a JPEG of 10 MB",
            content: of(jpeg, 10_000_000),
            shown: "initials",
            shown_large: "image/jpeg",
        },
    ]
}

fn head() -> String {
    format!(
        "dn: {BASE}\nobjectClass: domain\ndc: example\n\ndn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n\n\
         dn: {}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: entryway\nuserPassword: service\n",
        support::SERVICE_DN
    )
}

fn person(uid: &str, more: &str) -> String {
    format!(
        "\ndn: uid={uid},ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: Jane {uid}\nsn: {uid}\n{more}\n"
    )
}

fn slapd(ldif: &str) -> Slapd {
    let authority = Authority::new().expect("an authority");
    Slapd::with_entries(&authority, Certificate::Good, BASE, ldif).expect("slapd")
}

fn cards(names: &[&str]) -> LookupPolicy {
    let copied = |name: &str, from| FieldPolicy {
        name: name.into(),
        from: FieldFrom::Attributes {
            names: vec![AttributeName::from_static(from)],
            separator: ", ".into(),
        },
    };
    let mut policy = policy(names);
    for domain in &mut policy.domains {
        let mail = FieldPolicy {
            name: "mail".into(),
            from: FieldFrom::Mail,
        };
        domain.cards.fields = vec![mail, copied("title", "title")];
        domain.cards.photo = vec![AttributeName::from_static("jpegPhoto")];
        domain.cards.initials = true;
    }
    policy
}

async fn id_of(finder: &Finder, uid: &str) -> EntryId {
    let found = resolve(finder, uid, WANTED).await;
    let exact = found
        .matches
        .into_iter()
        .find(|one| one.login_name.as_deref() == Some(uid));
    exact.expect("somebody").id
}

async fn card_of(finder: &Finder, id: &EntryId) -> Card {
    let question = CardQuestion {
        id: id.clone(),
        set: FieldSet::LoggedIn,
        deadline: Instant::now() + DEADLINE,
    };
    finder.card(question).await.expect("a card")
}

async fn photo_of(finder: &Finder, id: &EntryId) -> Photo {
    let question = PhotoQuestion {
        id: id.clone(),
        set: FieldSet::LoggedIn,
        deadline: Instant::now() + DEADLINE,
    };
    finder.photo(question).await.expect("an answer")
}

#[tokio::test]
async fn what_a_photo_shows_is_what_its_bytes_are() {
    let people: String = rows()
        .iter()
        .map(|row| {
            let photo = row
                .content
                .as_ref()
                .map(|content| format!("title: Head\njpegPhoto:: {}", STANDARD.encode(content)));
            person(row.uid, &photo.unwrap_or_else(|| "title: Head".to_owned()))
        })
        .collect();
    let slapd = slapd(&(head() + &people));
    let at = [("staff", slapd.ldap())];
    let mut page = String::from(
        "\n| `jpegPhoto` holds | shown, `photo_max` 1 MiB | shown, 16 MiB | card, ms | photo, ms | photo again, ms |\n|---|---|---|--:|--:|--:|\n",
    );
    for row in rows() {
        let mut shown = Vec::new();
        let mut times = Vec::new();
        for most in [MIB, 16 * MIB] {
            let mut policy = cards(&["staff"]);
            policy.domains[0].cards.photo_max = most;
            let kept = finder_with(&at, policy.clone(), None);
            policy.cache = Duration::ZERO;
            let asking = finder_with(&at, policy, None);
            let id = id_of(&asking, row.uid).await;
            let card = card_of(&asking, &id).await;
            // Whatever the photo is, the card is there.
            assert_eq!(card.fields.len(), 1, "{}", row.uid);
            assert_eq!(&*card.fields[0].text, "Head");
            let photo = photo_of(&asking, &id).await;
            shown.push(match &photo {
                Photo::Picture { media, bytes, .. } => {
                    assert_eq!(Some(&**bytes), row.content.as_deref(), "{}", row.uid);
                    media.as_str()
                }
                Photo::Initials { letters, .. } => {
                    let last = row.uid[..1].to_uppercase();
                    assert_eq!(*letters, format!("J{last}"), "{}", row.uid);
                    "initials"
                }
                Photo::None => "nothing",
            });
            assert!(card.has_photo || !matches!(photo, Photo::Picture { .. }));
            times = vec![
                middle(async || drop(card_of(&asking, &id).await)).await,
                middle(async || drop(photo_of(&asking, &id).await)).await,
                middle(async || drop(photo_of(&kept, &id).await)).await,
            ];
        }
        assert_eq!(shown, [row.shown, row.shown_large], "{}", row.uid);
        writeln!(
            page,
            "| {} | {} | {} | {:.2} | {:.2} | {:.3} |",
            row.what, shown[0], shown[1], times[0], times[1], times[2]
        )
        .unwrap();
    }
    let written = std::fs::read_to_string(PAGE).expect("docs/cards.md");
    let (before, _) = written.split_once(MARK).expect("the mark of the figures");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(PAGE, format!("{before}{MARK}{page}")).expect("docs/cards.md");
    }
}

/// The middle of some times, in milliseconds.
async fn middle(ask: impl AsyncFn()) -> f64 {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let since = Instant::now();
        ask().await;
        times.push(since.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}

/// The server's own rules of equality join, and nothing joins where two could be meant.
#[tokio::test]
async fn a_second_server_supplements_by_a_mail_address_that_is_one_person_s() {
    let staff = slapd(
        &(head()
            + &person("jdoe", "mail: jane@corp.example")
            + &person("jroe", "mail: office@corp.example")
            + &person("star", "mail: *@corp.example")),
    );
    let hr = slapd(
        &(head()
            + &person("1", "mail:  JANE@Corp.Example\ntitle: Head")
            + &person("2", "mail: office@corp.example\ntitle: Clerk")
            + &person("3", "mail: office@corp.example\ntitle: Porter")),
    );
    let at = [("staff", staff.ldap()), ("hr", hr.ldap())];
    let mut policy = cards(&["staff", "hr"]);
    policy.domains[0].cards.second = Some(SecondSource {
        domain: 1,
        mode: SecondMode::Supplement,
        join: "mail".into(),
    });
    let finder = finder_with(&at, policy, None);
    for (uid, title) in [("jdoe", Some("Head")), ("jroe", None), ("star", None)] {
        let id = id_of(&finder, uid).await;
        let card = card_of(&finder, &id).await;
        let found = card.fields.iter().find(|field| *field.name == *"title");
        assert_eq!(found.map(|field| &*field.text), title, "{uid}");
        assert_eq!(card.gaps, [], "{uid}");
    }
}

/// Its own limit is 500 entries: a book says that there are more.
#[tokio::test]
async fn a_book_is_searched_by_names_and_says_where_the_server_cut() {
    let people: String = (0..600)
        .map(|number| {
            let more = format!(
                "givenName: Jane\nmail: j{number:03}@corp.example\ntelephoneNumber: +41 31 {number:03}\nemployeeType: {}",
                if number % 10 == 0 { "staff" } else { "guest" }
            );
            person(&format!("{number:03}"), &more)
        })
        .collect();
    let slapd = slapd(&(head() + &people));
    let limits = BookLimits {
        min_length: 3,
        shown: 10,
        most: 100,
    };
    let all = BookPolicy {
        name: "all".into(),
        title: None,
        domains: BookDomains::Fixed(vec![0]),
        base: None,
        filter: None,
        only: false,
        anywhere: false,
        fields: Vec::new(),
        group: Some(AttributeName::from_static("employeeType")),
        limits,
    };
    let staff = BookPolicy {
        name: "staff".into(),
        filter: Some(Filter::parse("(employeeType=STAFF)").unwrap()),
        ..all.clone()
    };
    let mut policy = cards(&["staff"]);
    policy.books = vec![all, staff];
    let finder = finder_with(&[("staff", slapd.ldap())], policy, None);
    let ask = async |book: &str, query: &str, cursor: Option<String>| {
        let question = BookQuestion {
            book: book.to_owned(),
            query: query.to_owned(),
            own_domain: None,
            limit: Some(25),
            cursor,
            deadline: Instant::now() + DEADLINE,
        };
        finder.search_book(question).await
    };
    let first = ask("staff", "jane", None).await.unwrap();
    assert_eq!((first.entries.len(), &*first.gaps), (25, &[][..]));
    assert_eq!(first.entries[0].name, "Jane 000");
    assert_eq!(first.entries[0].group.as_deref(), Some("staff"));
    let second = ask("staff", "jane", first.next).await.unwrap();
    assert_eq!(second.entries[0].name, "Jane 250");
    let third = ask("staff", "jane", second.next).await.unwrap();
    assert_eq!((third.entries.len(), third.next), (10, None));
    let whole = ask("all", "Jane", None).await.unwrap();
    assert_eq!(whole.gaps[0].why, Missing::ServerLimit(500));
    // Neither the mail address nor the telephone is shown, and nobody is found by them.
    for text in ["j000@corp.example", "+41 31 000", "(cn=*)", "***"] {
        assert_eq!(ask("all", text, None).await.unwrap().entries, [], "{text}");
    }
    // This server compares them, others pass over them: they are no length anywhere.
    let nothing = ask("all", "\u{ad}\u{ad}\u{ad}", None).await;
    assert_eq!(nothing.unwrap_err().code(), "unusable_question");
}
