//! Business cards and photos: whose they are, who sees what of them, and what is left out rather than guessed.

// Functions beside `#[test]` ones.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entryway_directory::{Domain, Domains, Finder};
use entryway_ldap::{Limits, Server, ServerSettings};
use entryway_ldap_types::{AttributeName, ResultCode};
use entryway_lookup::{
    Card, CardLookup, CardPolicy, CardQuestion, EntryId, FieldFrom, FieldPolicy, FieldSet,
    LookupPolicy, MediaType, Missing, Photo, PhotoQuestion, Refused, SecondMode, SecondSource,
};
use entryway_testdir::faults::{Fault, FaultPlan};
use entryway_testdir::{Kind, Options, TestServer};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::groups::start;
use support::lookups::{
    Sum, WANTED, check as check_found, finder_of, finder_with, misspell_people, policy, resolve,
};
use support::until;

const JANE: &str = "00000000-0000-4000-8000-000000000001";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0";
const GIF: &[u8] = b"GIF89a\x01\0";

fn of(name: &'static str) -> AttributeName {
    AttributeName::from_static(name)
}

fn copied(name: &str, from: &[&'static str], separator: &str) -> FieldPolicy {
    FieldPolicy {
        name: name.into(),
        from: FieldFrom::Attributes {
            names: from.iter().map(|name| of(name)).collect(),
            separator: separator.into(),
        },
    }
}

fn cards(cards: &CardPolicy) -> CardPolicy {
    CardPolicy {
        fields: vec![
            FieldPolicy {
                name: "name".into(),
                from: FieldFrom::Name,
            },
            FieldPolicy {
                name: "mail".into(),
                from: FieldFrom::Mail,
            },
            copied("title", &["title"], ", "),
            copied("location", &["l", "st"], " / "),
        ],
        photo: vec![of("jpegPhoto"), of("thumbnailPhoto")],
        public: vec!["name".into(), "title".into()],
        initials: true,
        ..cards.clone()
    }
}

/// Domains of these names, each with the same cards.
fn usual(names: &[&str]) -> LookupPolicy {
    let mut policy = policy(names);
    for domain in &mut policy.domains {
        domain.cards = cards(&domain.cards);
    }
    policy
}

fn beside(mode: SecondMode) -> LookupPolicy {
    let mut policy = usual(&["staff", "hr"]);
    policy.domains[0].cards.second = Some(SecondSource {
        domain: 1,
        mode,
        join: "mail".into(),
    });
    policy
}

/// Somebody of this identity, and what else their entry says.
fn somebody(uid: &str, uuid: &str, more: &str) -> String {
    let kind = if more.contains("employeeType") {
        ""
    } else {
        "employeeType: staff\n"
    };
    format!(
        "\ndn: uid={uid},ou=people,dc=example,dc=com\nobjectClass: person\nuid: {uid}\nentryUUID: {uuid}\n{kind}{more}\n"
    )
}

fn photo(attribute: &str, bytes: &[u8]) -> String {
    format!("{attribute}:: {}", STANDARD.encode(bytes))
}

async fn directory(ldif: &str) -> TestServer {
    start(ldif, Options::default()).await
}

async fn card_of(finder: &Finder, id: &str, set: FieldSet) -> Result<Card, Refused> {
    let question = CardQuestion {
        id: EntryId::parse(id).unwrap(),
        set,
        deadline: Instant::now() + support::DEADLINE,
    };
    finder.card(question).await
}

async fn photo_of(finder: &Finder, id: &str, set: FieldSet) -> Result<Photo, Refused> {
    let question = PhotoQuestion {
        id: EntryId::parse(id).unwrap(),
        set,
        deadline: Instant::now() + support::DEADLINE,
    };
    finder.photo(question).await
}

fn jane() -> String {
    format!("staff:{JANE}")
}

/// The fields as `name=text`.
#[track_caller]
fn check(card: &Card, expected: &[&str]) {
    let fields = card.fields.iter();
    let fields: Vec<_> = fields
        .map(|field| format!("{}={}", field.name, field.text))
        .collect();
    assert_eq!(fields, expected, "{:?}", card.gaps);
}

#[tokio::test]
async fn a_card_is_what_is_mapped_and_who_looks_may_see() {
    let ldif = somebody(
        "jdoe",
        JANE,
        "cn: Doe, Jane\ncn: Jane Doe\nmail: jane@corp.example\nmail: j@corp.example\ntitle: Head\nl: Bern\nst: BE\nuserPassword: hidden",
    );
    let server = directory(&ldif).await;
    let mut policy = usual(&["staff"]);
    let fields = &mut policy.domains[0].cards.fields;
    // Whatever a policy says.
    fields.push(copied("secret", &["userPassword"], " "));
    fields.push(copied("both", &["title", "userPassword"], " "));
    let finder = finder_with(&[("staff", server.ldap_addr())], policy, None);
    let card = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
    check(
        &card,
        &[
            "name=Doe, Jane",
            "mail=jane@corp.example, j@corp.example",
            "title=Head",
            "location=Bern / BE",
            "both=Head",
        ],
    );
    assert_eq!(
        (&*card.name, card.has_photo, card.gaps.len()),
        ("Doe, Jane", false, 0)
    );
    let public = card_of(&finder, &jane(), FieldSet::Public).await.unwrap();
    check(&public, &["name=Doe, Jane", "title=Head"]);
    // What is different has another tag, and what is the same has the same.
    assert_ne!(public.tag, card.tag);
    let again = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
    assert_eq!(again, card);
    // One search for all of that.
    let figures = finder.cache_figures();
    let cards = figures.iter().find(|(what, _)| *what == "cards").unwrap().1;
    assert_eq!((cards.misses, cards.hits), (1, 2));
}

#[tokio::test]
async fn nobody_has_a_card_whom_look_ups_do_not_see() {
    let ldif = somebody("jdoe", JANE, "cn: Jane Doe\nemployeeType: hidden")
        + "\ndn: cn=other,dc=example,dc=com\nobjectClass: person\ncn: Other\nemployeeType: staff\nentryUUID: 00000000-0000-4000-8000-000000000002\n"
        + &somebody("one", "00000000-0000-4000-8000-000000000003", "cn: One")
        + &somebody("two", "00000000-0000-4000-8000-000000000003", "cn: Two");
    let server = directory(&ldif).await;
    let finder = finder_with(&[("staff", server.ldap_addr())], usual(&["staff"]), None);
    for id in [
        jane(),
        "staff:00000000-0000-4000-8000-000000000002".to_owned(),
        // Two entries of one identity are nobody.
        "staff:00000000-0000-4000-8000-000000000003".to_owned(),
        "staff:00000000-0000-4000-8000-000000000004".to_owned(),
        "staff:dn:cn=other,dc=example,dc=com".to_owned(),
        // It has an identity, and is found by that alone.
        "staff:dn:uid=one,ou=people,dc=example,dc=com".to_owned(),
    ] {
        let card = card_of(&finder, &id, FieldSet::LoggedIn).await;
        assert_eq!(card, Err(Refused::NotFound), "{id}");
        let photo = photo_of(&finder, &id, FieldSet::LoggedIn).await;
        assert_eq!(photo, Err(Refused::NotFound), "{id}");
    }
}

#[tokio::test]
async fn an_outage_is_never_nobody() {
    let finder = finder_with(
        &[("staff", support::nobody().await)],
        usual(&["staff"]),
        None,
    );
    let card = card_of(&finder, &jane(), FieldSet::Public).await;
    assert_eq!(card.unwrap_err().code(), "directory_unreachable");
    let photo = photo_of(&finder, &jane(), FieldSet::Public).await;
    assert_eq!(photo.unwrap_err().code(), "directory_unreachable");
}

/// What is shown for these attributes to somebody who is logged in.
async fn shown(attributes: &str, change: impl FnOnce(&mut CardPolicy)) -> Photo {
    let server = directory(&somebody(
        "jdoe",
        JANE,
        &format!("cn: Jane Doe\n{attributes}"),
    ))
    .await;
    let mut policy = usual(&["staff"]);
    change(&mut policy.domains[0].cards);
    let finder = finder_with(&[("staff", server.ldap_addr())], policy, None);
    let card = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
    let photo = photo_of(&finder, &jane(), FieldSet::LoggedIn)
        .await
        .unwrap();
    // A card says that something is there: whether that is a picture shows when it is read.
    assert!(card.has_photo || !matches!(photo, Photo::Picture { .. }));
    photo
}

#[track_caller]
fn is(photo: &Photo, expected: MediaType, content: &[u8]) {
    let Photo::Picture { media, bytes, .. } = photo else {
        panic!("{photo:?}");
    };
    assert_eq!((*media, &**bytes), (expected, content));
}

#[tokio::test]
async fn a_photo_is_what_its_bytes_say_and_no_larger_than_may_be() {
    is(
        &shown(&photo("jpegPhoto", JPEG), |_| ()).await,
        MediaType::Jpeg,
        JPEG,
    );
    is(
        &shown(&photo("jpegPhoto", PNG), |_| ()).await,
        MediaType::Png,
        PNG,
    );
    // Neither a page of HTML nor an SVG, which could run something, whatever the attribute is called.
    for text in [&b"<html><script>"[..], b"<svg xmlns='x'/>", b"Jane"] {
        let photo = shown(&photo("jpegPhoto", text), |_| ()).await;
        assert!(
            matches!(&photo, Photo::Initials { letters, .. } if letters == "JD"),
            "{photo:?}"
        );
    }
    // The first that can be shown: what is no picture stands before it, and the other attribute behind.
    let several = format!(
        "{}\n{}\n{}",
        photo("jpegPhoto", b"text"),
        photo("jpegPhoto", GIF),
        photo("thumbnailPhoto", JPEG)
    );
    is(&shown(&several, |_| ()).await, MediaType::Gif, GIF);
    let thumbnail = format!(
        "{}\n{}",
        photo("jpegPhoto", b"x"),
        photo("thumbnailPhoto", JPEG)
    );
    is(&shown(&thumbnail, |_| ()).await, MediaType::Jpeg, JPEG);
    let at_most = |most: usize| move |cards: &mut CardPolicy| cards.photo_max = most;
    is(
        &shown(&photo("jpegPhoto", JPEG), at_most(JPEG.len())).await,
        MediaType::Jpeg,
        JPEG,
    );
    let large = shown(&photo("jpegPhoto", JPEG), at_most(JPEG.len() - 1)).await;
    assert!(matches!(large, Photo::Initials { .. }));
    let none = shown("l: Bern", |cards| cards.initials = false).await;
    assert_eq!(none, Photo::None);
}

#[tokio::test]
async fn who_may_not_see_the_photo_is_not_told_that_there_is_one() {
    let ldif = somebody(
        "jdoe",
        JANE,
        &format!("cn: Jane Doe\n{}", photo("jpegPhoto", JPEG)),
    );
    let server = directory(&ldif).await;
    let at = [("staff", server.ldap_addr())];
    let finder = finder_with(&at, usual(&["staff"]), None);
    let card = card_of(&finder, &jane(), FieldSet::Public).await.unwrap();
    assert!(!card.has_photo);
    let photo = photo_of(&finder, &jane(), FieldSet::Public).await.unwrap();
    assert!(matches!(photo, Photo::Initials { .. }), "{photo:?}");
    let mut policy = usual(&["staff"]);
    policy.domains[0].cards.public.push("photo".into());
    let finder = finder_with(&at, policy, None);
    let card = card_of(&finder, &jane(), FieldSet::Public).await.unwrap();
    assert!(card.has_photo);
    let photo = photo_of(&finder, &jane(), FieldSet::Public).await.unwrap();
    is(&photo, MediaType::Jpeg, JPEG);
}

/// The card of Jane, whom the first directory knows so, beside a second directory of these people.
async fn supplemented(first: &str, second: &str) -> Card {
    let staff = directory(first).await;
    let hr = directory(second).await;
    let at = [("staff", staff.ldap_addr()), ("hr", hr.ldap_addr())];
    let finder = finder_with(&at, beside(SecondMode::Supplement), None);
    card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap()
}

const OTHER: &str = "00000000-0000-4000-8000-00000000000f";

#[tokio::test]
async fn what_is_missing_comes_from_the_second_source_and_what_is_there_stays() {
    let ours = somebody(
        "jdoe",
        JANE,
        "cn: Jane Doe\nmail: jane@corp.example\nl: Bern",
    );
    // By the identity that both have.
    let theirs = somebody(
        "4711",
        JANE,
        &format!(
            "cn: Doe\nmail: other@corp.example\ntitle: Head\nl: Basel\n{}",
            photo("jpegPhoto", PNG)
        ),
    );
    let card = supplemented(&ours, &theirs).await;
    let expected = [
        "name=Jane Doe",
        "mail=jane@corp.example",
        "title=Head",
        "location=Bern",
    ];
    check(&card, &expected);
    assert!(card.has_photo);
    // By mail address, whatever its case.
    let theirs = somebody(
        "4711",
        OTHER,
        "cn: Doe\nmail: JANE@corp.example\ntitle: Head",
    );
    check(&supplemented(&ours, &theirs).await, &expected);
}

#[tokio::test]
async fn nothing_is_joined_where_anybody_else_could_be_meant() {
    let ours = somebody("jdoe", JANE, "cn: Jane Doe\nmail: office@corp.example");
    let alone = ["name=Jane Doe", "mail=office@corp.example"];
    let head = "cn: Doe\nmail: office@corp.example\ntitle: Head";
    let theirs = somebody("1", OTHER, head);
    check(
        &supplemented(&ours, &theirs).await,
        &["name=Jane Doe", "mail=office@corp.example", "title=Head"],
    );
    // Two there.
    let two = theirs.clone() + &somebody("2", "00000000-0000-4000-8000-00000000000e", head);
    check(&supplemented(&ours, &two).await, &alone);
    // Two here: one of them would be given the title of the other.
    let both = ours.clone()
        + &somebody(
            "bob",
            "00000000-0000-4000-8000-00000000000d",
            "cn: Bob\nmail: office@corp.example",
        );
    check(&supplemented(&both, &theirs).await, &alone);
    // Somebody whom look-ups do not see there.
    let hidden = somebody("1", OTHER, &format!("{head}\nemployeeType: hidden"));
    check(&supplemented(&ours, &hidden).await, &alone);
    // Two addresses of two people.
    let two_addresses = somebody(
        "jdoe",
        JANE,
        "cn: Jane Doe\nmail: office@corp.example\nmail: bob@corp.example",
    );
    let bob = theirs.clone()
        + &somebody(
            "2",
            "00000000-0000-4000-8000-00000000000c",
            "cn: Bob\nmail: bob@corp.example\ntitle: Clerk",
        );
    check(
        &supplemented(&two_addresses, &bob).await,
        &[
            "name=Jane Doe",
            "mail=office@corp.example, bob@corp.example",
        ],
    );
    // A star in a mail address is a star.
    let star = somebody("jdoe", JANE, "cn: Jane Doe\nmail: *@corp.example");
    check(
        &supplemented(&star, &theirs).await,
        &["name=Jane Doe", "mail=*@corp.example"],
    );
    // Without an address there is nothing to join by.
    let none = somebody("jdoe", JANE, "cn: Jane Doe");
    check(&supplemented(&none, &theirs).await, &["name=Jane Doe"]);
}

#[tokio::test]
async fn a_number_that_names_somebody_else_there_joins_nobody() {
    let staff = directory(&somebody("jdoe", JANE, "cn: Jane Doe\nuidNumber: 1042")).await;
    let hr = directory(&somebody(
        "1",
        OTHER,
        "cn: Bob\nemployeeNumber: 1042\ntitle: Clerk",
    ))
    .await;
    let at = [("staff", staff.ldap_addr()), ("hr", hr.ldap_addr())];
    let mut policy = beside(SecondMode::Supplement);
    policy.domains[0].id_attributes = Arc::new([of("uidNumber")]);
    policy.domains[1].id_attributes = Arc::new([of("employeeNumber")]);
    let finder = finder_with(&at, policy.clone(), None);
    let card = card_of(&finder, "staff:1042", FieldSet::LoggedIn).await;
    check(&card.unwrap(), &["name=Jane Doe"]);
    policy.domains[0].cards.second = Some(SecondSource {
        domain: 1,
        mode: SecondMode::Partition,
        join: "mail".into(),
    });
    let finder = finder_with(&at, policy, None);
    let card = card_of(&finder, "staff:1043", FieldSet::LoggedIn).await;
    assert_eq!(card, Err(Refused::NotFound));
}

#[tokio::test]
async fn a_second_source_that_is_down_leaves_a_gap_and_no_more() {
    let ldif = somebody("jdoe", JANE, "cn: Jane Doe\nmail: jane@corp.example");
    let staff = directory(&ldif).await;
    let at = [
        ("staff", staff.ldap_addr()),
        ("hr", support::nobody().await),
    ];
    let finder = finder_with(&at, beside(SecondMode::Supplement), None);
    let card = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
    check(&card, &["name=Jane Doe", "mail=jane@corp.example"]);
    assert_eq!(card.gaps.len(), 1);
    assert_eq!(
        (&*card.gaps[0].domain, card.gaps[0].why.code()),
        ("hr", "directory_unreachable")
    );
    // A photo may be there: no initials in its place, which would be kept for an hour.
    let photo = photo_of(&finder, &jane(), FieldSet::LoggedIn).await;
    assert_eq!(photo.unwrap_err().code(), "directory_unreachable");
    // Whoever would not see it anyhow loses nothing.
    let photo = photo_of(&finder, &jane(), FieldSet::Public).await.unwrap();
    assert!(matches!(photo, Photo::Initials { .. }), "{photo:?}");
    // Where no photo could come from there, nothing is missing.
    let mut policy = beside(SecondMode::Supplement);
    policy.domains[1].cards.photo = Vec::new();
    let without = finder_with(&at, policy, None);
    let photo = photo_of(&without, &jane(), FieldSet::LoggedIn)
        .await
        .unwrap();
    assert!(matches!(photo, Photo::Initials { .. }), "{photo:?}");
    // The same where the first knows nobody: whoever could know was not asked.
    let finder = finder_with(&at, beside(SecondMode::Partition), None);
    let card = card_of(&finder, &format!("staff:{OTHER}"), FieldSet::LoggedIn).await;
    assert_eq!(card.unwrap_err().code(), "directory_unreachable");
}

#[tokio::test]
async fn a_second_source_that_hangs_costs_no_more_than_the_deadline() {
    let ldif = somebody("jdoe", JANE, "cn: Jane Doe\nmail: jane@corp.example");
    let staff = directory(&ldif).await;
    // Accepts and says nothing.
    let hangs = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = [
        ("staff", staff.ldap_addr()),
        ("hr", hangs.local_addr().unwrap()),
    ];
    let finder = finder_with(&at, beside(SecondMode::Supplement), None);
    let deadline = Instant::now() + Duration::from_secs(4);
    let question = CardQuestion {
        id: EntryId::parse(&jane()).unwrap(),
        set: FieldSet::LoggedIn,
        deadline,
    };
    let card = finder.card(question).await.unwrap();
    assert!(Instant::now() < deadline);
    check(&card, &["name=Jane Doe", "mail=jane@corp.example"]);
    assert_eq!((card.gaps.len(), &*card.gaps[0].domain), (1, "hr"));
    // What is missing is asked for again.
    let figures = finder.cache_figures();
    let cards = figures.iter().find(|(what, _)| *what == "cards").unwrap().1;
    assert_eq!(cards.kept, 0);
}

#[tokio::test]
async fn what_a_source_keeps_for_those_who_are_logged_in_is_not_public_in_the_other() {
    let staff = directory(&somebody("jdoe", JANE, "cn: Jane Doe")).await;
    let theirs = "cn: Doe\nmail: jane@corp.example\ntitle: Head\nl: Basel\nroomNumber: 12";
    let hr = directory(&somebody("1", JANE, theirs)).await;
    let at = [("staff", staff.ldap_addr()), ("hr", hr.ldap_addr())];
    let mut policy = beside(SecondMode::Supplement);
    let extra = copied("room", &["roomNumber"], " ");
    policy.domains[1].cards.fields.push(extra);
    policy.domains[0].cards.public = vec!["name".into(), "title".into(), "location".into()];
    policy.domains[1].cards.public = vec!["mail".into(), "title".into(), "room".into()];
    let finder = finder_with(&at, policy, None);
    let public = card_of(&finder, &jane(), FieldSet::Public).await.unwrap();
    check(&public, &["name=Jane Doe", "title=Head", "room=12"]);
    let all = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
    check(
        &all,
        &[
            "name=Jane Doe",
            "mail=jane@corp.example",
            "title=Head",
            "location=Basel",
            "room=12",
        ],
    );
}

#[tokio::test]
async fn in_a_partition_the_first_that_knows_somebody_has_the_whole_card() {
    const TWICE: &str = "00000000-0000-4000-8000-00000000000b";
    let ours = somebody("jdoe", JANE, "cn: Jane Doe")
        + &somebody("one", TWICE, "cn: One")
        + &somebody("two", TWICE, "cn: Two");
    let staff = directory(&ours).await;
    let theirs = somebody("1", JANE, "cn: Doe\ntitle: Head")
        + &somebody("2", OTHER, "cn: Bob\ntitle: Clerk")
        + &somebody("3", TWICE, "cn: Three\ntitle: Porter");
    let hr = directory(&theirs).await;
    let at = [("staff", staff.ldap_addr()), ("hr", hr.ldap_addr())];
    let finder = finder_with(&at, beside(SecondMode::Partition), None);
    let card = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
    check(&card, &["name=Jane Doe"]);
    let id = format!("staff:{OTHER}");
    let card = card_of(&finder, &id, FieldSet::LoggedIn).await.unwrap();
    check(&card, &["name=Bob", "title=Clerk"]);
    assert_eq!(card.id.to_string(), id);
    // Two here are not nobody: who of them is meant there?
    let card = card_of(&finder, &format!("staff:{TWICE}"), FieldSet::LoggedIn).await;
    assert_eq!(card, Err(Refused::NotFound));
}

/// Servers for cards alone are asked for cards, as somebody else if need be, and for nothing else.
#[tokio::test]
async fn cards_may_be_on_servers_of_their_own() {
    let domain_servers = directory(&somebody("jdoe", JANE, "cn: Jane Doe\ntitle: Clerk")).await;
    let apart = directory(&somebody("jdoe", JANE, "cn: Jane Doe\ntitle: Head")).await;
    let domain = Domain::new(
        "staff".into(),
        vec![support::server(domain_servers.ldap_addr())],
    )
    .with_cards(vec![
        support::server(support::nobody().await),
        support::server(apart.ldap_addr()),
    ]);
    let finder = Finder::new(
        Arc::new(Domains::new(vec![domain])),
        Arc::new(usual(&["staff"])),
        Arc::new(Sum(7)),
    );
    let card = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
    check(&card, &["name=Jane Doe", "title=Head"]);
    assert_eq!(domain_servers.counters().searches, 0);
    let searches = apart.counters().searches;
    check_found(
        &resolve(&finder, "jane", WANTED).await,
        "matched",
        &["staff/Jane Doe"],
    );
    assert_eq!(apart.counters().searches, searches);
}

/// Whom look-ups do not see may be the one whose address it is: in either directory.
#[tokio::test]
async fn whom_look_ups_do_not_see_counts_where_one_alone_is_joined() {
    const MAX: &str = "00000000-0000-4000-8000-00000000000a";
    let ours = somebody("jdoe", JANE, "cn: Jane Doe\nmail: board@corp.example");
    let max = "cn: Max\nmail: board@corp.example\ntitle: Chair";
    let hidden = somebody("max", MAX, &format!("{max}\nemployeeType: hidden"));
    let alone = ["name=Jane Doe", "mail=board@corp.example"];
    // The address is Max's there, and here that of both: Jane is given nothing of Max.
    let both = ours.clone() + &hidden;
    check(
        &supplemented(&both, &somebody("1", OTHER, max)).await,
        &alone,
    );
    // Jane left, and Joe, who has the same address, did not.
    let joe = "cn: Joe\nmail: board@corp.example\ntitle: Porter";
    let left = hidden + &somebody("joe", OTHER, joe);
    check(&supplemented(&ours, &left).await, &alone);
}

#[tokio::test]
async fn the_domain_of_an_id_is_spelled_as_it_is_configured() {
    let ours = somebody("jdoe", JANE, "cn: Jane Doe");
    let staff = directory(&ours).await;
    let hr = directory(&somebody("jdoe", JANE, "cn: Doe\ntitle: Head")).await;
    let at = [("staff", staff.ldap_addr()), ("hr", hr.ldap_addr())];
    let finder = finder_with(&at, beside(SecondMode::Partition), None);
    // The last is known here, by its identity.
    for id in [
        format!("STAFF:{JANE}"),
        "staff:dn:uid=jdoe,ou=people,dc=example,dc=com".to_owned(),
    ] {
        let card = card_of(&finder, &id, FieldSet::LoggedIn).await;
        assert_eq!(card, Err(Refused::NotFound), "{id}");
    }
    assert_eq!(hr.counters().searches, 0);
}

#[tokio::test]
async fn a_second_source_is_not_waited_for_where_nothing_is_wanted_of_it() {
    let ldif = somebody(
        "jdoe",
        JANE,
        &format!(
            "cn: Jane Doe\nmail: jane@corp.example\ntitle: Head\nl: Bern\n{}",
            photo("jpegPhoto", JPEG)
        ),
    );
    let staff = directory(&ldif).await;
    let hangs = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = [
        ("staff", staff.ldap_addr()),
        ("hr", hangs.local_addr().unwrap()),
    ];
    for mode in [SecondMode::Supplement, SecondMode::Partition] {
        let mut policy = beside(mode);
        let other = policy.domains[1].clone();
        policy.domains[1].active_directory = Some(other.into());
        let finder = finder_with(&at, policy, None);
        let card = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
        assert_eq!((card.fields.len(), card.gaps.len()), (4, 0));
    }
    // Nobody has even asked there what it is.
    let asked = tokio::time::timeout(Duration::ZERO, hangs.accept()).await;
    assert!(asked.is_err());
}

/// What a directory is, is waited for no longer than the rest of it: the card without it is told in time.
#[tokio::test]
async fn a_second_source_of_which_nobody_tells_what_it_is_is_a_gap() {
    let staff = directory(&somebody("jdoe", JANE, "cn: Jane Doe")).await;
    let hangs = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = [
        ("staff", staff.ldap_addr()),
        ("hr", hangs.local_addr().unwrap()),
    ];
    let mut policy = beside(SecondMode::Supplement);
    let other = policy.domains[1].clone();
    policy.domains[1].active_directory = Some(other.into());
    let finder = finder_with(&at, policy, None);
    let deadline = Instant::now() + Duration::from_secs(4);
    let question = CardQuestion {
        id: EntryId::parse(&jane()).unwrap(),
        set: FieldSet::LoggedIn,
        deadline,
    };
    let card = finder.card(question).await.unwrap();
    assert!(Instant::now() < deadline);
    check(&card, &["name=Jane Doe"]);
    assert_eq!((card.gaps.len(), &*card.gaps[0].domain), (1, "hr"));
}

#[tokio::test]
async fn who_may_be_on_another_server_is_not_taken_for_nobody() {
    let elsewhere = || {
        let urls = vec!["ldap://child.example/dc=child,dc=example,dc=com".to_owned()];
        FaultPlan::new().on(Kind::Search, Fault::Continue(urls))
    };
    let mail = "mail: jane@corp.example";
    let staff = directory(&somebody("jdoe", JANE, &format!("cn: Jane Doe\n{mail}"))).await;
    let by_mail = directory(&somebody(
        "1",
        OTHER,
        &format!("cn: Doe\ntitle: Head\n{mail}"),
    ))
    .await;
    let by_identity = directory(&somebody("1", JANE, "cn: Doe\ntitle: Head")).await;
    for hr in [&by_mail, &by_identity] {
        hr.set_faults(elsewhere());
    }
    let alone = ["name=Jane Doe", "mail=jane@corp.example"];
    for (hr, expected, gaps) in [
        // Somebody else there may have the same address.
        (&by_mail, &alone[..], 1),
        // An identity is nobody else's.
        (&by_identity, &[alone[0], alone[1], "title=Head"], 0),
    ] {
        let at = [("staff", staff.ldap_addr()), ("hr", hr.ldap_addr())];
        let finder = finder_with(&at, beside(SecondMode::Supplement), None);
        let card = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
        check(&card, expected);
        let whys: Vec<_> = card.gaps.iter().map(|gap| gap.why.code()).collect();
        assert_eq!(whys, vec![Missing::Referral.code(); gaps]);
    }
    // Who is found here is found; who is not may be there.
    staff.set_faults(elsewhere());
    let finder = finder_with(&[("staff", staff.ldap_addr())], usual(&["staff"]), None);
    let card = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
    check(&card, &alone);
    let card = card_of(&finder, &format!("staff:{OTHER}"), FieldSet::LoggedIn).await;
    assert_eq!(card.unwrap_err().code(), Missing::Referral.code());
}

/// Nobody has looked there: whoever the other source knows by that id or mail address may be somebody else.
#[tokio::test]
async fn a_base_that_is_not_there_is_no_nobody() {
    let ours = somebody("jdoe", JANE, "cn: Jane Doe\nmail: jane@corp.example");
    let theirs = somebody("1", JANE, "cn: Doe\nmail: jane@corp.example\ntitle: Head");
    let (staff, hr) = (directory(&ours).await, directory(&theirs).await);
    let at = [("staff", staff.ldap_addr()), ("hr", hr.ldap_addr())];
    let gone = Missing::Refused(ResultCode::NO_SUCH_OBJECT);
    let mut policy = beside(SecondMode::Partition);
    misspell_people(&mut policy.domains[0]);
    let finder = finder_with(&at, policy, None);
    let refused = card_of(&finder, &jane(), FieldSet::LoggedIn).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(&refused, Refused::Unanswered(gap) if gap.why == gone && &*gap.domain == "staff"),
        "{refused:?}"
    );
    // By the identity, and by the mail address where they have none in common.
    for id_attribute in ["uid", "entryUUID"] {
        let mut policy = beside(SecondMode::Supplement);
        misspell_people(&mut policy.domains[1]);
        policy.domains[0].id_attributes = Arc::new([of("uid")]);
        policy.domains[1].id_attributes = Arc::new([of(id_attribute)]);
        let finder = finder_with(&at, policy, None);
        let card = card_of(&finder, "staff:jdoe", FieldSet::LoggedIn).await;
        let card = card.unwrap();
        check(&card, &["name=Jane Doe", "mail=jane@corp.example"]);
        let whys: Vec<_> = card.gaps.iter().map(|gap| gap.why).collect();
        assert_eq!(whys, [gone], "{id_attribute}");
    }
}

/// The bytes of photos come with no card, and one that is larger than any message ends no connection but its own.
#[tokio::test]
async fn a_photo_that_no_message_holds_takes_nothing_along() {
    let large = [JPEG, &[0; 20_000]].concat();
    let bob = "00000000-0000-4000-8000-000000000002";
    let ldif = somebody(
        "jdoe",
        JANE,
        &format!("cn: Jane Doe\n{}", photo("jpegPhoto", &large)),
    ) + &somebody("bob", bob, &format!("cn: Bob\n{}", photo("jpegPhoto", PNG)));
    let server = directory(&ldif).await;
    let settings = ServerSettings {
        proto_limits: Limits {
            message_bytes: 8192,
            ..Limits::CLIENT
        },
        ..support::settings(server.ldap_addr())
    };
    let finder = finder_of(vec![Server::new(settings)], usual(&["staff"]));
    let card = card_of(&finder, &jane(), FieldSet::LoggedIn).await.unwrap();
    assert!(card.has_photo);
    check(&card, &["name=Jane Doe"]);
    let open = server.counters().open;
    // None that is shown is as large.
    for _ in 0..5 {
        let photo = photo_of(&finder, &jane(), FieldSet::LoggedIn)
            .await
            .unwrap();
        assert!(matches!(&photo, Photo::Initials { letters, .. } if letters == "JD"));
    }
    let id = format!("staff:{bob}");
    let photo = photo_of(&finder, &id, FieldSet::LoggedIn).await.unwrap();
    is(&photo, MediaType::Png, PNG);
    // What cards share is as it was.
    until(|| server.counters().open == open).await;
}
