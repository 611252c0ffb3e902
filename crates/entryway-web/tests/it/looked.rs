//! Look-ups whose answers are told by what is asked.

use crate::front::Pending;
use entryway_ldap_types::AttributeName;
use entryway_login::{Fault, Subject};
use entryway_lookup::{
    AddressBooks, Answer, BadFormat, Book, BookEntry, BookLimits, BookPage, BookQuestion,
    BrowseQuestion, BrowsedDomain, Browsing, Card, CardField, CardLookup, CardQuestion,
    CursorError, EntryId, FieldSet, Gap, GroupEntry, GroupLookup, GroupQuestion, GroupsOf,
    GroupsOfQuestion, InGroup, Kind, Kinds, Match, MediaType, Member, Members, MembersQuestion,
    Missing, NameLookup, Page, Person, PersonLookup, PersonQuestion, Photo, PhotoQuestion,
    Position, Reach, Refused, ResolveOutcome, ResolveQuestion, Resolved, Row, RowKind, Seal, Spent,
    Step, Unresolved, View, WhyUnresolved,
};
use entryway_web::{DomainRules, LookupFront, LookupRules, Strangers};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n rest of a picture";

/// What was asked, in short.
#[derive(Default)]
pub(crate) struct Looked {
    pub(crate) asked: Mutex<Vec<String>>,
    pub(crate) pending: watch::Sender<Pending>,
}

/// A front that asks these.
pub(crate) fn front(looked: &Arc<Looked>, public_url: Option<&str>) -> LookupFront {
    let domain = |name: &str, public_photos| DomainRules {
        name: name.into(),
        public_photos,
        photo_max_age: Duration::from_secs(600),
    };
    LookupFront {
        asked: Arc::clone(looked) as _,
        rules: LookupRules {
            deadline: Duration::from_secs(3),
            limit: 10,
            most: 20,
            page_size: Some(100),
            cursor_age: Duration::from_secs(60),
            public_url: public_url.map(Arc::from),
            domains: vec![domain("staff", false), domain("partners", true)],
        },
        seal: Arc::new(Xor),
        strangers: Strangers::default(),
    }
}

/// No seal that anybody should use: it is enough to tell one message from another.
struct Xor;

impl Seal for Xor {
    fn tag(&self, message: &[u8]) -> [u8; 32] {
        let mut tag = [7u8; 32];
        for (at, byte) in message.iter().enumerate() {
            let slot = &mut tag[at % 32];
            *slot = slot.wrapping_mul(31) ^ byte;
        }
        tag
    }
    fn is_tag(&self, message: &[u8], tag: &[u8; 32]) -> bool {
        self.tag(message) == *tag
    }
}

fn id(text: &str) -> EntryId {
    EntryId::from_subject(Subject(text.to_owned())).expect("an id")
}

fn found(kind: Kind, number: usize) -> Match {
    Match {
        id: id(&format!("staff:{number}")),
        kind,
        name: format!("Jane Doe {number:02}"),
        description: Some("Engineer".to_owned()),
        mail: Some(format!("jane{number}@corp.example")),
        login_name: (kind == Kind::Person).then(|| format!("jane{number}")),
        domain: "staff".into(),
        dn: format!("uid=jane{number},ou=people").into(),
    }
}

fn silent(domain: &str) -> Gap {
    Gap {
        domain: domain.into(),
        why: Missing::Unanswered(Fault::DirectoryUnreachable),
    }
}

fn limit(most: u32) -> Gap {
    Gap {
        domain: "staff".into(),
        why: Missing::Limit(most),
    }
}

/// What the number of an entry says about it.
fn known(id: &EntryId) -> Result<(), Refused> {
    match id.to_string().as_str() {
        "staff:404" | "partners:404" => Err(Refused::NotFound),
        "staff:503" => Err(Refused::Unanswered(silent("staff"))),
        "partners:503" => Err(Refused::Unanswered(silent("partners"))),
        "local:7" => Err(Refused::NoDirectory("local:7".to_owned())),
        text if text.starts_with("nowhere:") => Err(Refused::UnknownDomain("nowhere".to_owned())),
        _ => Ok(()),
    }
}

fn now<T: Send + 'static>(value: T) -> Answer<'static, T> {
    Box::pin(async { value })
}

impl Looked {
    fn note(&self, text: String) {
        self.asked.lock().push(text);
    }
}

/// Told when a question that never ends is dropped.
struct Abandoned<'a>(&'a watch::Sender<Pending>);

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|pending| pending.abandoned += 1);
    }
}

fn resolved(query: &str, question: &ResolveQuestion) -> Resolved {
    let kind = match question.wanted.kinds {
        Kinds::Groups => Kind::Group,
        Kinds::People | Kinds::Both => Kind::Person,
    };
    let some = |count: usize| (0..count).map(|number| found(kind, number)).collect();
    let (outcome, matches, gaps) = match query {
        "none" => (ResolveOutcome::NoMatch, Vec::new(), Vec::new()),
        "j" => (
            ResolveOutcome::BadFormat(BadFormat::TooShort { least: 2 }),
            Vec::new(),
            Vec::new(),
        ),
        "partial" => (ResolveOutcome::Partial, some(1), vec![silent("partners")]),
        "down" => {
            let gaps = match question.domains.is_empty() {
                true => vec![silent("staff"), silent("partners")],
                false => vec![silent(&question.domains[0])],
            };
            (ResolveOutcome::Partial, Vec::new(), gaps)
        }
        "staff/down" => (ResolveOutcome::Partial, Vec::new(), vec![silent("staff")]),
        "many" => {
            let most = question.wanted.limit;
            let shown = (most as usize).min(50);
            (ResolveOutcome::Partial, some(shown), vec![limit(most)])
        }
        _ => (ResolveOutcome::Matched, some(2), Vec::new()),
    };
    // What begins with a domain's name asks that one.
    let asked = match query.contains('/') || !question.domains.is_empty() {
        true => 1,
        false => 2,
    };
    Resolved {
        query: query.to_owned(),
        outcome,
        matches,
        gaps,
        asked,
    }
}

impl NameLookup for Looked {
    fn resolve(&self, question: ResolveQuestion) -> Answer<'_, Vec<Resolved>> {
        let wanted = question.wanted;
        self.note(format!(
            "resolve {:?} {:?} limit={} all={} unique={} first={} {:?}",
            question.queries,
            wanted.kinds,
            wanted.limit,
            wanted.all_domains,
            wanted.unique,
            wanted.first,
            question.domains
        ));
        Box::pin(async move {
            if question.queries == ["pending"] {
                self.pending.send_modify(|pending| pending.begun += 1);
                let _abandoned = Abandoned(&self.pending);
                return std::future::pending().await;
            }
            let each = question.queries.iter();
            each.map(|query| resolved(query, &question)).collect()
        })
    }
}

impl PersonLookup for Looked {
    fn person(&self, question: PersonQuestion) -> Answer<'_, Result<Person, Refused>> {
        now(known(&question.id).map(|()| Person {
            entry: found(Kind::Person, 1),
            attributes: vec![(AttributeName::from_static("l"), vec!["Berlin".to_owned()])],
            spent: Spent::default(),
        }))
    }
}

impl GroupLookup for Looked {
    fn group(&self, question: GroupQuestion) -> Answer<'_, Result<GroupEntry, Refused>> {
        now(known(&question.id).map(|()| GroupEntry {
            entry: found(Kind::Group, 1),
            gid: Some(2000),
            gaps: Vec::new(),
            spent: Spent::default(),
        }))
    }
    fn members(&self, question: MembersQuestion) -> Answer<'_, Result<Members, Refused>> {
        self.note(format!(
            "members {:?} {:?} limit={}",
            question.reach, question.kinds, question.limit
        ));
        let step = Step {
            name: "inner".into(),
            id: Some(id("staff:7")),
        };
        let path = match question.reach {
            Reach::Direct => Vec::new(),
            Reach::Effective => vec![step],
        };
        now(known(&question.group).map(|()| Members {
            group: found(Kind::Group, 1),
            members: vec![Member {
                entry: found(Kind::Person, 2),
                path,
            }],
            unresolved: vec![Unresolved {
                value: Some("uid=x,dc=elsewhere".into()),
                why: WhyUnresolved::Elsewhere,
                count: 1,
                path: Vec::new(),
            }],
            gaps: Vec::new(),
            spent: Spent::default(),
        }))
    }
    fn groups_of(&self, question: GroupsOfQuestion) -> Answer<'_, Result<GroupsOf, Refused>> {
        self.note(format!(
            "groups_of {:?} limit={}",
            question.reach, question.limit
        ));
        now(known(&question.entry).map(|()| GroupsOf {
            entry: found(Kind::Person, 1),
            groups: vec![InGroup {
                group: found(Kind::Group, 3),
                gid: None,
                path: Vec::new(),
            }],
            gaps: vec![limit(500)],
            spent: Spent::default(),
        }))
    }
}

impl Browsing for Looked {
    fn browsed(&self) -> Vec<BrowsedDomain> {
        vec![BrowsedDomain {
            name: "staff".into(),
            base: "dc=corp".into(),
            page_size: 100,
        }]
    }
    fn page(&self, question: BrowseQuestion) -> Answer<'_, Result<Page, Refused>> {
        self.note(format!(
            "page {} {:?} {:?} {:?} {:?} {}",
            question.domain,
            question.view,
            question.kinds,
            question.position,
            question.size,
            question.refresh
        ));
        let refused = match (&question.position, &question.view) {
            (Position::Cursor(text), _) if text == "forged" => Some(CursorError::Forged.into()),
            (Position::Cursor(text), _) if text == "other" => Some(CursorError::OtherList.into()),
            (Position::Cursor(text), _) if text == "old" => Some(CursorError::Old.into()),
            (Position::Seek(text), _) if text == "down" => {
                Some(Refused::Unanswered(silent("staff")))
            }
            (_, View::Below(Some(dn))) if dn.to_string() == "dc=elsewhere" => {
                Some(Refused::Outside("dc=elsewhere".to_owned()))
            }
            _ if question.domain == "partners" => Some(Refused::SwitchedOff("browsing")),
            _ => None,
        };
        now(refused.map_or_else(
            || {
                Ok(Page {
                    rows: vec![Row {
                        kind: RowKind::Person,
                        id: id("staff:1"),
                        name: "Jane".into(),
                        description: None,
                        mail: Some("jane@corp.example".into()),
                        dn: "uid=jane".into(),
                    }],
                    offset: 0,
                    total: 2,
                    next: Some("on".to_owned()),
                    previous: None,
                    as_of: SystemTime::UNIX_EPOCH,
                    gaps: Vec::new(),
                    spent: Spent::default(),
                })
            },
            Err,
        ))
    }
}

impl CardLookup for Looked {
    fn card(&self, question: CardQuestion) -> Answer<'_, Result<Card, Refused>> {
        let fields = match question.set {
            FieldSet::Public => vec!["title"],
            FieldSet::LoggedIn => vec!["title", "telephone"],
        };
        let field = |name: &str| CardField {
            name: name.into(),
            text: format!("her {name}"),
        };
        now(known(&question.id).map(|()| Card {
            name: "Jane Doe".to_owned(),
            fields: fields.into_iter().map(field).collect(),
            has_photo: true,
            tag: 1,
            gaps: Vec::new(),
            spent: Spent::default(),
            id: question.id,
        }))
    }
    fn photo(&self, question: PhotoQuestion) -> Answer<'_, Result<Photo, Refused>> {
        self.note(format!("photo {:?}", question.set));
        let photo = match question.id.to_string().as_str() {
            "staff:initials" | "partners:initials" => Photo::Initials {
                letters: "JD".to_owned(),
                tag: 0xabc,
            },
            "staff:none" | "partners:none" => Photo::None,
            _ => Photo::Picture {
                media: MediaType::Png,
                bytes: PNG.into(),
                tag: 0x1234,
            },
        };
        now(known(&question.id).map(|()| photo))
    }
}

impl AddressBooks for Looked {
    fn books(&self) -> Vec<Book> {
        vec![Book {
            name: "colleagues".into(),
            title: Some("Colleagues".into()),
            domains: vec!["staff".into()],
            fields: vec!["telephone".into()],
            limits: BookLimits {
                min_length: 3,
                shown: 10,
                most: 100,
            },
        }]
    }
    fn search_book(&self, question: BookQuestion) -> Answer<'_, Result<BookPage, Refused>> {
        self.note(format!(
            "book {} {:?} {:?} {:?}",
            question.book, question.query, question.own_domain, question.limit
        ));
        now(match (question.book.as_str(), question.query.as_str()) {
            ("colleagues", "jan") => Ok(BookPage {
                entries: vec![BookEntry {
                    id: id("staff:1"),
                    domain: "staff".into(),
                    name: "Jane Doe".to_owned(),
                    group: Some("Platform".to_owned()),
                    fields: vec![("telephone".into(), "4711".to_owned())],
                }],
                next: None,
                capped_from: question.limit.filter(|limit| *limit > 100),
                gaps: Vec::new(),
                spent: Spent::default(),
            }),
            ("colleagues", "down") => Err(Refused::Unanswered(silent("staff"))),
            ("colleagues", _) => Err(Refused::Unusable(
                "the text is too short, expected at least 3 characters".to_owned(),
            )),
            (name, _) => Err(Refused::UnknownBook(name.to_owned())),
        })
    }
}
