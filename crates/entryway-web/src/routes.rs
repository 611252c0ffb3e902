//! Which path goes where, and everything else that is known of it before a request comes.

mod hub;
mod sessions;
mod sites;

pub(crate) use hub::{
    CONNECTOR, CONNECTORS, DRAIN, END_TICKET, HUB_SITES, MAKE_TICKET, RESUME, REVOKE, TICKETS,
};
pub(crate) use sessions::{END_SESSION, END_SESSIONS, SESSIONS};
pub(crate) use sites::at_site;

use crate::operation::{Content, Form, Needs, Operation, Parameter, Verb, Within};
use crate::refusal::Refusal;
use crate::{App, Scope, api, explain, forward, lookup, openapi, probes, sso, tunnels};
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

const JSON: &str = "application/json";
const PLAIN: &str = "text/plain; charset=utf-8";

/// What every look-up may be refused with.
const OF_LIST: &[u16] = &[400, 401, 403, 404, 429, 503];
/// What a body may be refused with, beside that.
const OF_BODY: &[u16] = &[400, 401, 403, 408, 413, 415, 503];

const ID: Parameter = Parameter {
    name: "id",
    place: Within::Path,
    required: true,
    form: Form::Text { most: 8192 },
    about: "An id from another answer, or a session's `subject` with every byte but letters, digits and `-._:=,` written as `~` and two hexadecimal digits in lower case.",
};
const Q: Parameter = Parameter {
    name: "q",
    place: Within::Query,
    required: true,
    form: Form::Text { most: 8192 },
    about: "What was typed: the beginning of a name, a login name, a mail address, a DN, an id. A `*` is a star unless the configuration says otherwise.",
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    place: Within::Query,
    required: false,
    form: Form::Number {
        least: 1,
        most: 100_000,
    },
    about: "How many at most; no more than `directory.max_results`.",
};
const CURSOR: Parameter = Parameter {
    name: "cursor",
    place: Within::Query,
    required: false,
    form: Form::Text { most: 4096 },
    about: "`start` begins a list that goes on: its answer has `next` where there is more, to be sent as the next `cursor` with the same other parameters.",
};
const PAGE_CURSOR: Parameter = Parameter {
    about: "Where another page told to go on, with the same other parameters.",
    ..CURSOR
};
const DOMAIN: Parameter = Parameter {
    name: "domain",
    place: Within::Query,
    required: false,
    form: Form::Text { most: 256 },
    about: "The one domain that is asked; every domain where there is none.",
};
const ALL_DOMAINS: Parameter = Parameter {
    name: "all_domains",
    place: Within::Query,
    required: false,
    form: Form::Flag,
    about: "`true`: every domain's matches, and not those of the first domain that has some.",
};
const REACH: Parameter = Parameter {
    name: "reach",
    place: Within::Query,
    required: false,
    form: Form::Word(&["direct", "effective"]),
    about: "`effective`, the default, goes through other groups, as deep as the domain says; `direct` does not.",
};

/// What no look-up by text goes without.
const BY_TEXT: &[Parameter] = &[Q, LIMIT, CURSOR, DOMAIN, ALL_DOMAINS];

/// What most of them have in common.
const LOOKUP: Operation = Operation {
    id: "",
    method: Verb::Get,
    path: "",
    summary: "",
    needs: Needs::Scope(Scope::PeopleRead),
    parameters: &[],
    body: None,
    answers: &[],
    others: &[],
    problems: OF_LIST,
    to: || get(async || Refusal::NotFound),
};

pub(crate) static LOGIN: Operation = Operation {
    id: "login",
    method: Verb::Post,
    path: "/api/v1/login",
    summary: "Decides one login",
    needs: Needs::Scope(Scope::Login),
    body: Some("login_request"),
    answers: &[(JSON, Content::Json("login"))],
    problems: OF_BODY,
    to: || post(api::login),
    ..LOOKUP
};
pub(crate) static CHALLENGE: Operation = Operation {
    id: "challenge",
    method: Verb::Post,
    path: "/api/v1/login/challenge",
    summary: "Says whether a password is to be sealed, and with what",
    needs: Needs::Scope(Scope::Login),
    body: Some("challenge_request"),
    answers: &[(JSON, Content::Json("challenges"))],
    problems: &[400, 401, 403, 408, 413, 415, 429, 503],
    to: || post(api::challenge),
    ..LOOKUP
};
pub(crate) static REVALIDATE: Operation = Operation {
    id: "revalidate",
    method: Verb::Post,
    path: "/api/v1/login/revalidate",
    summary: "Says whether an earlier login still holds",
    needs: Needs::Scope(Scope::Login),
    body: Some("revalidation_request"),
    answers: &[(JSON, Content::Json("revalidation"))],
    problems: OF_BODY,
    to: || post(api::revalidate),
    ..LOOKUP
};
pub(crate) static EXPLAIN: Operation = Operation {
    id: "explain",
    method: Verb::Post,
    path: "/api/v1/explain",
    summary: "Tells every step of a login, now or from the record",
    needs: Needs::Scope(Scope::Admin),
    body: Some("explain_request"),
    answers: &[(JSON, Content::Either(&["explanation", "recorded"]))],
    problems: &[400, 401, 403, 404, 408, 413, 415, 503],
    to: || post(explain::explain),
    ..LOOKUP
};
pub(crate) static PEOPLE: Operation = Operation {
    id: "people",
    path: "/api/v1/people",
    summary: "Finds people by what was typed",
    parameters: BY_TEXT,
    answers: &[(JSON, Content::Json("matches"))],
    to: || get(lookup::people),
    ..LOOKUP
};
pub(crate) static PERSON: Operation = Operation {
    id: "person",
    path: "/api/v1/people/{id}",
    summary: "Shows one person",
    parameters: &[ID],
    answers: &[(JSON, Content::Json("person"))],
    to: || get(lookup::person),
    ..LOOKUP
};
pub(crate) static GROUPS_OF: Operation = Operation {
    id: "groups_of",
    path: "/api/v1/people/{id}/groups",
    summary: "Lists the groups of a person, each with the path that gave it",
    needs: Needs::Scope(Scope::GroupsRead),
    parameters: &[ID, REACH, LIMIT],
    answers: &[(JSON, Content::Json("groups_of"))],
    to: || get(lookup::groups_of),
    ..LOOKUP
};
/// What the client has already.
const HELD: Parameter = Parameter {
    name: "if-none-match",
    place: Within::Header,
    required: false,
    form: Form::Text { most: 1024 },
    about: "The `etag` of the one that the client has.",
};
pub(crate) static CARD: Operation = Operation {
    id: "card",
    path: "/api/v1/people/{id}/card",
    summary: "Shows somebody's business card, as JSON or vCard 4.0 by the header `accept`",
    parameters: &[
        ID,
        Parameter {
            name: "set",
            place: Within::Query,
            required: false,
            form: Form::Word(&["logged-in", "public"]),
            about: "`logged-in`, the default, is for people who are logged in to the application; `public` has what anybody may see.",
        },
        HELD,
    ],
    others: &[(304, "It is the one that the client has.")],
    answers: &[
        (JSON, Content::Json("card")),
        (lookup::VCARD, Content::Text),
    ],
    problems: &[400, 401, 403, 404, 406, 429, 503],
    to: || get(lookup::card),
    ..LOOKUP
};
pub(crate) static PHOTO: Operation = Operation {
    id: "photo",
    path: "/api/v1/people/{id}/photo",
    summary: "Shows somebody's photo, or initials in its place",
    needs: Needs::PublicOr(Scope::PeopleRead),
    parameters: &[ID, HELD],
    answers: &[
        ("image/jpeg", Content::Bytes),
        ("image/png", Content::Bytes),
        ("image/gif", Content::Bytes),
        ("image/webp", Content::Bytes),
        (lookup::SVG, Content::Text),
    ],
    others: &[(304, "It is the one that the client has.")],
    to: || get(lookup::photo),
    ..LOOKUP
};
pub(crate) static GROUPS: Operation = Operation {
    id: "groups",
    path: "/api/v1/groups",
    summary: "Finds groups by what was typed",
    needs: Needs::Scope(Scope::GroupsRead),
    parameters: BY_TEXT,
    answers: &[(JSON, Content::Json("matches"))],
    to: || get(lookup::groups),
    ..LOOKUP
};
pub(crate) static GROUP: Operation = Operation {
    id: "group",
    path: "/api/v1/groups/{id}",
    summary: "Shows one group without its members",
    needs: Needs::Scope(Scope::GroupsRead),
    parameters: &[ID],
    answers: &[(JSON, Content::Json("group_entry"))],
    to: || get(lookup::group),
    ..LOOKUP
};
pub(crate) static MEMBERS: Operation = Operation {
    id: "members",
    path: "/api/v1/groups/{id}/members",
    summary: "Lists the members of a group, each with the path that gave it",
    needs: Needs::Scope(Scope::GroupsRead),
    parameters: &[
        ID,
        REACH,
        Parameter {
            name: "kinds",
            place: Within::Query,
            required: false,
            form: Form::Word(&["people", "groups", "both"]),
            about: "Which members are told; `both` by default. Groups are walked through whatever is told.",
        },
        LIMIT,
        CURSOR,
    ],
    answers: &[(JSON, Content::Json("members"))],
    to: || get(lookup::members),
    ..LOOKUP
};
pub(crate) static BROWSE: Operation = Operation {
    id: "browse",
    path: "/api/v1/browse",
    summary: "Pages through a domain; without a domain, lists those that can be paged through",
    needs: Needs::Scope(Scope::Browse),
    parameters: &[
        Parameter {
            about: "The domain that is paged through.",
            ..DOMAIN
        },
        Parameter {
            name: "view",
            place: Within::Query,
            required: false,
            form: Form::Word(&["flat", "tree"]),
            about: "`flat`, the default, has everybody by name, wherever they stand; `tree` what stands right below an entry.",
        },
        Parameter {
            name: "under",
            place: Within::Query,
            required: false,
            form: Form::Text { most: 8192 },
            about: "The DN of that entry, from a row; the domain's base where there is none. Implies `view=tree`.",
        },
        Parameter {
            name: "kinds",
            place: Within::Query,
            required: false,
            form: Form::Text { most: 64 },
            about: "`people`, `groups`, `containers`, with commas between; all of them by default.",
        },
        PAGE_CURSOR,
        Parameter {
            name: "seek",
            place: Within::Query,
            required: false,
            form: Form::Text { most: 256 },
            about: "Begins at the first name that is this text or comes after it.",
        },
        Parameter {
            name: "size",
            place: Within::Query,
            required: false,
            form: Form::Number {
                least: 1,
                most: 1000,
            },
            about: "Rows of the page; `directory.page_size` by default, and no more than that.",
        },
        Parameter {
            name: "refresh",
            place: Within::Query,
            required: false,
            form: Form::Flag,
            about: "`true`: the directory is read anew for it, however fresh the list is.",
        },
    ],
    answers: &[(JSON, Content::Either(&["page", "browsed"]))],
    to: || get(lookup::browse),
    ..LOOKUP
};
pub(crate) static ADDRESS_BOOKS: Operation = Operation {
    id: "address_books",
    path: "/api/v1/address-books",
    summary: "Lists the address books",
    answers: &[(JSON, Content::Json("address_books"))],
    problems: &[400, 401, 403],
    to: || get(lookup::address_books),
    ..LOOKUP
};
pub(crate) static ADDRESS_BOOK: Operation = Operation {
    id: "address_book",
    path: "/api/v1/address-books/{name}",
    summary: "Searches an address book",
    parameters: &[
        Parameter {
            name: "name",
            place: Within::Path,
            required: true,
            form: Form::Text { most: 256 },
            about: "The address book's name.",
        },
        Parameter {
            about: "What was typed: the beginning of a name. Left out it is nothing, which a book with `min_length = 0` takes.",
            required: false,
            ..Q
        },
        Parameter {
            about: "How many at most. More than the book shows is capped, and `capped_from` says so.",
            ..LIMIT
        },
        PAGE_CURSOR,
        Parameter {
            name: "person",
            place: Within::Query,
            required: false,
            form: Form::Text { most: 8192 },
            about: "The id of the person for whom the application asks: a book with `own_domain` shows the people of that person's domain.",
        },
    ],
    answers: &[(JSON, Content::Json("address_book_page"))],
    to: || get(lookup::address_book),
    ..LOOKUP
};
pub(crate) static RESOLVE: Operation = Operation {
    id: "resolve",
    method: Verb::Post,
    path: "/api/v1/resolve",
    summary: "Finds who and what many texts mean, at once",
    needs: Needs::SomeOf(&[Scope::PeopleRead, Scope::GroupsRead]),
    body: Some("resolve_request"),
    answers: &[(JSON, Content::Json("resolved"))],
    problems: &[400, 401, 403, 404, 408, 413, 415, 429, 503],
    to: || post(lookup::resolve),
    ..LOOKUP
};
pub(crate) static OPENAPI: Operation = Operation {
    id: "openapi",
    path: "/api/v1/openapi.json",
    summary: "This document",
    needs: Needs::Nothing,
    answers: &[(JSON, Content::Json("openapi_document"))],
    problems: &[],
    to: || get(openapi::document),
    ..LOOKUP
};
pub(crate) static HEALTHZ: Operation = Operation {
    id: "healthz",
    path: "/healthz",
    summary: "Answers while the process serves",
    needs: Needs::Nothing,
    answers: &[(PLAIN, Content::Text)],
    problems: &[],
    to: || get(probes::healthz),
    ..LOOKUP
};
pub(crate) static READYZ: Operation = Operation {
    id: "readyz",
    path: "/readyz",
    summary: "Says whether the store and any domain can serve",
    needs: Needs::Nothing,
    answers: &[(PLAIN, Content::Text)],
    problems: &[503],
    to: || get(probes::readyz),
    ..LOOKUP
};
pub(crate) static METRICS: Operation = Operation {
    id: "metrics",
    path: "/metrics",
    summary: "The metrics in the OpenMetrics format",
    needs: Needs::Scope(Scope::Admin),
    answers: &[(probes::OPENMETRICS, Content::Text)],
    problems: &[401, 403],
    to: || get(probes::metrics),
    ..LOOKUP
};

/// All of them, the busiest first, but for those that are asked of sites.
pub(crate) static OPERATIONS: [&Operation; 32] = [
    &LOGIN,
    &CHALLENGE,
    &REVALIDATE,
    &EXPLAIN,
    &PEOPLE,
    &PERSON,
    &GROUPS_OF,
    &CARD,
    &PHOTO,
    &GROUPS,
    &GROUP,
    &MEMBERS,
    &BROWSE,
    &ADDRESS_BOOKS,
    &ADDRESS_BOOK,
    &RESOLVE,
    &SESSIONS,
    &END_SESSIONS,
    &END_SESSION,
    &HUB_SITES,
    &CONNECTORS,
    &CONNECTOR,
    &DRAIN,
    &RESUME,
    &REVOKE,
    &TICKETS,
    &MAKE_TICKET,
    &END_TICKET,
    &OPENAPI,
    &HEALTHZ,
    &READYZ,
    &METRICS,
];

/// Those too.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    let at_sites = sites::AT_SITES.iter().map(|it| &it.there);
    OPERATIONS.iter().copied().chain(at_sites)
}

/// Every route of the front, without a listener: what `serve` serves and tests call.
pub fn router(app: App) -> Router {
    let routes = operations().fold(Router::new(), |router, operation| {
        router.route(operation.path, (operation.to)())
    });
    let pages = sso::ROUTES
        .iter()
        .chain(&forward::ROUTES)
        .chain([&tunnels::ROUTE]);
    let routes = pages.fold(routes, |router, page| router.route(page.path, (page.to)()));
    routes
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .with_state(Arc::new(app))
}

/// The path as a metrics label: a peer cannot invent new ones.
pub(crate) fn label(path: &str) -> &'static str {
    let mut all = operations();
    let operation = all.find(|operation| operation.is_at(path));
    let page = || sso::ROUTES.iter().find(|page| page.path == path);
    operation
        .map(|operation| operation.path)
        .or_else(|| page().map(|page| page.path))
        .or_else(|| (path == sso::CERTIFICATE).then_some(sso::CERTIFICATE))
        .or_else(|| forward::route(path))
        .or_else(|| tunnels::route(path))
        .unwrap_or("other")
}
