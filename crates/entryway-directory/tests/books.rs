//! Address books: what they show, in what order, how much of it, and that nothing else is reached through them.

// Functions beside `#[test]` ones.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use entryway_directory::Finder;
use entryway_ldap_types::{AttributeName, Dn, Filter, ResultCode, Scope};
use entryway_lookup::{
    AddressBooks, BookDomains, BookLimits, BookPage, BookPolicy, BookQuestion, CursorError,
    FieldFrom, FieldPolicy, LookupPolicy, Missing, Refused,
};
use entryway_testdir::{Options, TestServer};
use std::time::{Duration, Instant};
use support::groups::start;
use support::lookups::{finder_with, policy};

fn of(name: &'static str) -> AttributeName {
    AttributeName::from_static(name)
}

fn field(name: &str, from: FieldFrom) -> FieldPolicy {
    FieldPolicy {
        name: name.into(),
        from,
    }
}

fn copied(name: &str, from: &'static str) -> FieldPolicy {
    let names = vec![of(from)];
    let separator = ", ".into();
    field(name, FieldFrom::Attributes { names, separator })
}

fn book(name: &str) -> BookPolicy {
    BookPolicy {
        name: name.into(),
        title: None,
        domains: BookDomains::Fixed(vec![0]),
        base: None,
        filter: None,
        only: false,
        anywhere: false,
        fields: vec![
            field("name", FieldFrom::Name),
            field("mail", FieldFrom::Mail),
        ],
        group: None,
        limits: BookLimits {
            min_length: 3,
            shown: 10,
            most: 100,
        },
    }
}

fn with(names: &[&str], books: Vec<BookPolicy>) -> LookupPolicy {
    LookupPolicy {
        books,
        ..policy(names)
    }
}

/// Somebody, as `uid/name`, below `ou=people` or below something in it.
fn somebody(uid: &str, cn: &str, more: &str) -> String {
    let kind = if more.contains("employeeType") {
        ""
    } else {
        "employeeType: staff\n"
    };
    let (below, more) = match more.strip_prefix("in sales\n") {
        Some(more) => ("ou=sales,", more),
        None => ("", more),
    };
    format!(
        "\ndn: uid={uid},{below}ou=people,dc=example,dc=com\nobjectClass: person\nuid: {uid}\ncn: {cn}\nmail: {uid}@corp.example\n{kind}{more}\n"
    )
}

const SALES: &str =
    "\ndn: ou=sales,ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: sales\n";

async fn directory(ldif: &str) -> TestServer {
    start(ldif, Options::default()).await
}

async fn one(ldif: &str, books: Vec<BookPolicy>) -> (TestServer, Finder) {
    let server = directory(ldif).await;
    let at = [("staff", server.ldap_addr())];
    let finder = finder_with(&at, with(&["staff"], books), None);
    (server, finder)
}

fn question(book: &str, query: &str) -> BookQuestion {
    BookQuestion {
        book: book.to_owned(),
        query: query.to_owned(),
        own_domain: None,
        limit: None,
        cursor: None,
        deadline: Instant::now() + support::DEADLINE,
    }
}

async fn found(finder: &Finder, book: &str, query: &str) -> BookPage {
    finder.search_book(question(book, query)).await.unwrap()
}

fn names(page: &BookPage) -> Vec<&str> {
    page.entries.iter().map(|entry| &*entry.name).collect()
}

#[track_caller]
fn check(page: &BookPage, expected: &[&str]) {
    assert_eq!(names(page), expected, "{:?}", page.gaps);
    assert_eq!(page.gaps, [], "{page:?}");
}

#[tokio::test]
async fn names_match_at_the_start_and_entries_show_what_the_book_names() {
    let ldif = somebody(
        "jdoe",
        "Jane Doe",
        "givenName: Jane\nsn: Doe\ntitle: Head\nl: Bern",
    ) + &somebody(
        "jroe",
        "janet Roe",
        "givenName: Janet\nsn: Roe\ntelephoneNumber: 4711",
    ) + &somebody("bob", "Bob", "employeeType: hidden")
        + &somebody("mjan", "Mary-Jane Poe", "givenName: Mary\nsn: Poe");
    let mut anywhere = book("anywhere");
    anywhere.anywhere = true;
    let mut named = book("named");
    named.fields = vec![copied("title", "title"), copied("secret", "userPassword")];
    named.group = Some(of("l"));
    let (_server, finder) = one(&ldif, vec![anywhere, book("names"), named]).await;
    check(
        &found(&finder, "names", " jan ").await,
        &["Jane Doe", "janet Roe"],
    );
    check(&found(&finder, "names", "doe").await, &["Jane Doe"]);
    check(&found(&finder, "names", "jdoe@c").await, &["Jane Doe"]);
    check(&found(&finder, "names", "bob").await, &[]);
    check(
        &found(&finder, "anywhere", "jan").await,
        &["Jane Doe", "janet Roe", "Mary-Jane Poe"],
    );
    // Stars and filters are text.
    for text in ["j*n", "***", "Jane)(uid=*", "*)(objectClass=*"] {
        check(&found(&finder, "anywhere", text).await, &[]);
    }
    let page = found(&finder, "named", "jane").await;
    let fields: Vec<_> = page.entries[0]
        .fields
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    assert_eq!(fields, [("title", "Head")]);
    assert_eq!(page.entries[0].group.as_deref(), Some("Bern"));
    assert_eq!(page.entries[1].group, None);
    assert_eq!(page.entries[1].fields, []);
}

#[tokio::test]
async fn by_what_a_book_does_not_show_nobody_is_found() {
    let ldif = somebody("jdoe", "Jane Doe", "telephoneNumber: 4711\ntitle: jdoe");
    let mut phones = book("phones");
    phones.fields = vec![
        field("name", FieldFrom::Name),
        copied("telephone", "telephoneNumber"),
    ];
    let (_server, finder) = one(&ldif, vec![book("names"), phones]).await;
    check(&found(&finder, "names", "jdoe").await, &["Jane Doe"]);
    // The mail address is not shown: whoever typed it would learn whose it is.
    check(&found(&finder, "phones", "jdoe").await, &[]);
    check(&found(&finder, "phones", "jdoe@corp.example").await, &[]);
    check(&found(&finder, "names", "4711").await, &[]);
    // Neither by a name in the directory, nor by an id.
    let id = found(&finder, "names", "jane").await.entries[0]
        .id
        .to_string();
    for text in ["uid=jdoe,ou=people,dc=example,dc=com", &id, "staff/jane"] {
        check(&found(&finder, "phones", text).await, &[]);
    }
}

#[tokio::test]
async fn a_book_is_a_view_and_filters_are_beside_one_another_or_alone() {
    let ldif = SALES.to_owned()
        + &somebody("jdoe", "Jane Doe", "in sales\ntitle: Head")
        + &somebody("jroe", "Jane Roe", "title: Head")
        + &somebody("jpoe", "Jane Poe", "in sales\ntitle: Clerk")
        + &somebody("jhid", "Jane Hidden", "title: Head\nemployeeType: hidden")
        + "\ndn: uid=jout,dc=example,dc=com\nobjectClass: person\nuid: jout\ncn: Jane Outside\ntitle: Head\nemployeeType: staff\n";
    let filter = Some(Filter::parse("(title=Head)").unwrap());
    let base = Some(Dn::parse("OU=Sales,ou=people,dc=example,dc=com").unwrap());
    let heads = BookPolicy {
        filter: filter.clone(),
        ..book("heads")
    };
    let sales = BookPolicy {
        base: base.clone(),
        ..book("sales")
    };
    let both = BookPolicy {
        filter: filter.clone(),
        base,
        ..book("both")
    };
    let only = BookPolicy {
        filter,
        only: true,
        ..book("only")
    };
    let mut books = with(&["staff"], vec![heads, sales, both, only]);
    let server = directory(&ldif).await;
    let at = [("staff", server.ldap_addr())];
    let finder = finder_with(&at, books.clone(), None);
    check(
        &found(&finder, "heads", "jane").await,
        &["Jane Doe", "Jane Roe"],
    );
    check(
        &found(&finder, "sales", "jane").await,
        &["Jane Doe", "Jane Poe"],
    );
    check(&found(&finder, "both", "jane").await, &["Jane Doe"]);
    // What restricts people elsewhere does not, and where they are does all the same.
    check(
        &found(&finder, "only", "jane").await,
        &["Jane Doe", "Jane Hidden", "Jane Roe"],
    );
    // A domain whose people are not so deep has none below.
    books.domains[0].people.scope = Scope::OneLevel;
    let finder = finder_with(&at, books, None);
    check(&found(&finder, "heads", "jane").await, &["Jane Roe"]);
    check(&found(&finder, "sales", "jane").await, &[]);
}

#[tokio::test]
async fn more_than_may_be_is_capped_and_said_and_pages_go_on() {
    let ldif: String = (0..25)
        .map(|number| somebody(&format!("j{number:02}"), &format!("Jane {number:02}"), ""))
        .collect();
    let mut small = book("small");
    small.limits.most = 12;
    let (server, finder) = one(&ldif, vec![book("names"), small]).await;
    let all: Vec<String> = (0..25).map(|number| format!("Jane {number:02}")).collect();
    let first = found(&finder, "names", "jane").await;
    assert_eq!(
        (names(&first), first.capped_from),
        (all[..10].iter().map(String::as_str).collect(), None)
    );
    let large = BookQuestion {
        limit: Some(1000),
        ..question("small", "jane")
    };
    let capped = finder.search_book(large).await.unwrap();
    assert_eq!((capped.entries.len(), capped.capped_from), (12, Some(1000)));
    // Every entry once, whatever the sizes of the pages; and the directory is asked once.
    let asked = server.counters().searches;
    let mut seen: Vec<String> = Vec::new();
    let mut cursor = None;
    for size in [1, 7, 4, 100] {
        let page = BookQuestion {
            cursor: cursor.take(),
            limit: Some(size),
            ..question("names", "jane")
        };
        let page = finder.search_book(page).await.unwrap();
        seen.extend(page.entries.iter().map(|entry| entry.name.clone()));
        cursor = page.next;
    }
    assert_eq!((seen, cursor), (all, None));
    assert_eq!(server.counters().searches, asked);
}

#[tokio::test]
async fn a_cursor_is_of_one_book_and_one_query_and_of_an_age() {
    let ldif: String = (0..12)
        .map(|number| somebody(&format!("j{number:02}"), &format!("Jane {number:02}"), ""))
        .collect();
    let mut own = book("own");
    own.domains = BookDomains::Own;
    let server = directory(&ldif).await;
    let at = [
        ("staff", server.ldap_addr()),
        ("partners", server.ldap_addr()),
    ];
    let mut policy = with(
        &["staff", "partners"],
        vec![book("names"), book("others"), own],
    );
    let finder = finder_with(&at, policy.clone(), None);
    let cursor = found(&finder, "names", "jane").await.next.unwrap();
    let ask = async |finder: &Finder, book: &str, query: &str, own: Option<&str>, cursor: &str| {
        let page = BookQuestion {
            cursor: Some(cursor.to_owned()),
            own_domain: own.map(str::to_owned),
            ..question(book, query)
        };
        finder.search_book(page).await
    };
    let page = ask(&finder, "names", "jane", None, &cursor).await.unwrap();
    assert_eq!(names(&page), ["Jane 10", "Jane 11"]);
    let other = Err(Refused::Cursor(CursorError::OtherList));
    assert_eq!(ask(&finder, "others", "jane", None, &cursor).await, other);
    assert_eq!(ask(&finder, "names", "jane 1", None, &cursor).await, other);
    let of_staff = BookQuestion {
        own_domain: Some("staff".to_owned()),
        ..question("own", "jane")
    };
    let of_staff = finder.search_book(of_staff).await.unwrap().next.unwrap();
    let theirs = ask(&finder, "own", "jane", Some("partners"), &of_staff).await;
    assert_eq!(theirs, other);
    assert!(
        ask(&finder, "own", "jane", Some("STAFF"), &of_staff)
            .await
            .is_ok()
    );
    let forged = Err(Refused::Cursor(CursorError::Forged));
    for text in ["", "x", &cursor[1..]] {
        assert_eq!(ask(&finder, "names", "jane", None, text).await, forged);
    }
    // A stricter book shows no more to whoever has a cursor of the one before.
    policy.books[0].filter = Some(Filter::parse("(cn=Jane 1*)").unwrap());
    let stricter = finder_with(&at, policy, None);
    let page = ask(&stricter, "names", "jane", None, &cursor)
        .await
        .unwrap();
    assert_eq!(names(&page), ["Jane 10", "Jane 11"]);
}

#[tokio::test]
async fn a_book_of_one_s_own_domain_shows_that_and_nothing_else() {
    let staff = directory(&somebody("jdoe", "Jane Doe", "")).await;
    let partners = directory(&somebody("jroe", "Jane Roe", "")).await;
    let at = [
        ("staff", staff.ldap_addr()),
        ("partners", partners.ldap_addr()),
    ];
    let mut own = book("own");
    own.domains = BookDomains::Own;
    let mut both = book("both");
    both.domains = BookDomains::Fixed(vec![0, 1]);
    let finder = finder_with(&at, with(&["staff", "partners"], vec![both, own]), None);
    let of = async |domain: Option<&str>| {
        let question = BookQuestion {
            own_domain: domain.map(str::to_owned),
            ..question("own", "jane")
        };
        finder.search_book(question).await
    };
    check(&of(Some("staff")).await.unwrap(), &["Jane Doe"]);
    check(&of(Some("partners")).await.unwrap(), &["Jane Roe"]);
    assert_eq!(
        of(Some("nobody")).await.unwrap_err().code(),
        "unknown_domain"
    );
    assert_eq!(of(None).await.unwrap_err().code(), "unusable_question");
    // One that is fixed is the same for everybody.
    let question = BookQuestion {
        own_domain: Some("partners".to_owned()),
        ..question("both", "jane")
    };
    check(
        &finder.search_book(question).await.unwrap(),
        &["Jane Doe", "Jane Roe"],
    );
    // It answers whatever there is to look up.
    let finder: Box<dyn entryway_lookup::Lookups> = Box::new(finder);
    let books = finder.books();
    assert_eq!(
        (&*books[0].name, &*books[0].domains.join(" ")),
        ("both", "staff partners")
    );
    assert_eq!((&*books[1].name, books[1].domains.len()), ("own", 0));
}

#[tokio::test]
async fn a_base_that_is_not_there_is_no_empty_page() {
    let mut misspelt = book("misspelt");
    misspelt.base = Some(Dn::parse("ou=berne,ou=people,dc=example,dc=com").unwrap());
    let (_server, finder) = one(&somebody("jdoe", "Jane Doe", ""), vec![misspelt]).await;
    let asked = finder.search_book(question("misspelt", "jane")).await;
    let Err(Refused::Unanswered(gap)) = asked else {
        panic!("{asked:?}");
    };
    assert_eq!(gap.why, Missing::Refused(ResultCode::NO_SUCH_OBJECT));
}

#[tokio::test]
async fn too_little_is_not_asked_and_an_outage_is_no_empty_page() {
    let staff = directory(&somebody("jdoe", "Jane Doe", "")).await;
    let at = [
        ("staff", staff.ldap_addr()),
        ("down", support::nobody().await),
    ];
    let mut both = book("both");
    both.domains = BookDomains::Fixed(vec![0, 1]);
    let mut down = book("down");
    down.domains = BookDomains::Fixed(vec![1]);
    let mut any = book("any");
    any.limits.min_length = 0;
    let finder = finder_with(&at, with(&["staff", "down"], vec![any, both, down]), None);
    for text in [
        "",
        "ja",
        "  ja  ",
        "ja   \u{ad}",
        "ja\u{ad}",
        "\u{ad}\u{200b}\u{feff}",
        "ja\0ne",
        &"x".repeat(257),
    ] {
        let refused = finder.search_book(question("both", text)).await;
        assert_eq!(refused.unwrap_err().code(), "unusable_question", "{text:?}");
    }
    check(&found(&finder, "any", "").await, &["Jane Doe"]);
    let unknown = finder.search_book(question("nosuch", "jane")).await;
    assert_eq!(unknown, Err(Refused::UnknownBook("nosuch".to_owned())));
    let page = found(&finder, "both", "jane").await;
    assert_eq!(names(&page), ["Jane Doe"]);
    assert_eq!(page.gaps.len(), 1);
    assert_eq!(
        (&*page.gaps[0].domain, page.gaps[0].why.code()),
        ("down", "directory_unreachable")
    );
    let refused = finder.search_book(question("down", "jane")).await;
    assert_eq!(refused.unwrap_err().code(), "directory_unreachable");
}

#[tokio::test]
async fn a_list_that_is_cut_says_so_on_every_page() {
    let ldif: String = (0..25)
        .map(|number| somebody(&format!("j{number:02}"), &format!("Jane {number:02}"), ""))
        .collect();
    let options = Options {
        size_limit: 15,
        ..Options::default()
    };
    let small = start(&ldif, options).await;
    let large = directory(&ldif).await;
    let mut policy = with(&["staff"], vec![book("names")]);
    policy.cache = Duration::ZERO;
    let finder = finder_with(&[("staff", small.ldap_addr())], policy.clone(), None);
    let page = found(&finder, "names", "jane").await;
    assert_eq!(
        (page.entries.len(), page.gaps[0].why),
        (10, Missing::ServerLimit(15))
    );
    policy.most = 20;
    let finder = finder_with(&[("staff", large.ldap_addr())], policy, None);
    let page = found(&finder, "names", "jane").await;
    assert_eq!(
        (page.entries.len(), page.gaps[0].why),
        (10, Missing::Limit(20))
    );
    let next = BookQuestion {
        cursor: page.next,
        ..question("names", "jane")
    };
    let page = finder.search_book(next).await.unwrap();
    assert_eq!(
        (page.entries.len(), page.next, page.gaps[0].why),
        (10, None, Missing::Limit(20))
    );
}
