//! People of sites, looked up through a hub: `plant-a` answers as its own API does, `liar` says what a test wants, `unready`
//! has nobody who answers. Nobody is `nowhere`.

use crate::front::{ADMIN, BOTH, FINDER, GROUPS, PLAIN, app, app_at, app_with, post, send};
use crate::looked::PNG;
use crate::lookup::get;
use bytes::Bytes;
use entryway_login::{RuleId, SitePolicy, SiteTakes};
use entryway_web::{Limits, Relay, Relayed, SiteAsked, SiteLookups, SiteRefused, SiteReply};
use http::{Request, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::pin::Pin;

/// Through which connector.
const CONNECTOR: &str = "k3wq7d2mzx5onv4a";

pub(crate) struct Sites {
    policies: Vec<SitePolicy>,
    relay: Relay,
    /// What the liar says.
    pub(crate) said: Mutex<SiteReply>,
    pub(crate) asked: Mutex<Vec<SiteAsked>>,
}

fn policy(name: &str) -> SitePolicy {
    let callers = [FINDER, GROUPS, BOTH, "pager-token"];
    SitePolicy {
        name: name.into(),
        suffixes: Vec::new(),
        clients: Vec::new(),
        applications: None,
        lookups: callers.map(str::to_owned).to_vec(),
        enabled: true,
        takes: SiteTakes {
            mail_domains: vec!["corp.example".to_owned()],
            ..SiteTakes::default()
        },
        rule: RuleId(1),
    }
}

fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> SiteReply {
    let headers = headers.iter();
    SiteReply {
        connector: CONNECTOR.into(),
        status,
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.into(),
    }
}

impl Sites {
    pub(crate) fn new() -> Self {
        let (app, _) = app_with(Limits::default(), Some("https://site.example"), None);
        Self {
            policies: ["plant-a", "liar", "unready", "foreign"]
                .map(policy)
                .into_iter()
                .map(|site| match &*site.name {
                    "foreign" => SitePolicy {
                        lookups: vec!["somebody else".to_owned()],
                        ..site
                    },
                    _ => site,
                })
                .collect(),
            relay: Relay::new(app),
            said: Mutex::new(reply(200, &[("content-type", "text/html")], "<html>")),
            asked: Mutex::default(),
        }
    }

    async fn answer(&self, site: &str, asked: SiteAsked) -> Result<SiteReply, SiteRefused> {
        self.asked.lock().push(asked.clone());
        if site == "liar" {
            return Ok(self.said.lock().clone());
        }
        if site == "unready" {
            return Err(match &*asked.path {
                "people?q=busy" => SiteRefused::Busy,
                "people?q=lost" => SiteRefused::Unreachable,
                "people?q=slow" => SiteRefused::TimedOut,
                "people?q=long" => SiteRefused::TooLong,
                path if path.contains("cursor=") => SiteRefused::CursorLost,
                _ => SiteRefused::NotReady("none is connected"),
            });
        }
        let answered = self
            .relay
            .ask(Relayed {
                verb: asked.verb,
                path: &asked.path,
                body: asked.body.as_deref(),
                accept: None,
                if_none_match: asked.if_none_match.as_deref(),
                on_behalf: &asked.caller,
                token: crate::front::RELAY,
                most: 1 << 20,
            })
            .await;
        Ok(SiteReply {
            connector: CONNECTOR.into(),
            status: answered.status,
            headers: answered.headers,
            body: answered.body,
        })
    }
}

impl SiteLookups for Sites {
    fn site(&self, name: &str) -> Option<&SitePolicy> {
        self.policies.iter().find(|site| *site.name == *name)
    }

    fn ask<'a>(
        &'a self,
        site: &'a SitePolicy,
        asked: SiteAsked,
    ) -> Pin<Box<dyn Future<Output = Result<SiteReply, SiteRefused>> + Send + 'a>> {
        Box::pin(self.answer(&site.name, asked))
    }
}

/// Every operation at sites, with a caller that may and one that may not.
const ALL: [(&str, &str, &str); 11] = [
    ("people?q=jane", FINDER, PLAIN),
    ("people/SITE:staff:1", FINDER, PLAIN),
    ("people/SITE:staff:1/groups", GROUPS, FINDER),
    ("people/SITE:staff:1/card", FINDER, GROUPS),
    ("people/SITE:staff:1/photo", FINDER, GROUPS),
    ("groups?q=eng", GROUPS, FINDER),
    ("groups/SITE:staff:1", GROUPS, FINDER),
    ("groups/SITE:staff:1/members", GROUPS, FINDER),
    ("browse?domain=SITE/staff", "pager-token", FINDER),
    ("address-books", FINDER, GROUPS),
    ("address-books/colleagues?q=jan", FINDER, GROUPS),
];

fn path(site: &str, below: &str) -> String {
    format!("/api/v1/sites/{site}/{}", below.replace("SITE", site))
}

/// Requests that are answered with every status that the document names, but 429.
pub(crate) fn of_sites() -> Vec<Request<axum::body::Body>> {
    let mut requests = Vec::new();
    for (below, right, wrong) in ALL {
        for site in ["plant-a", "liar", "unready", "nowhere", "foreign"] {
            requests.push(get(&path(site, below), right));
        }
        let whole = path("plant-a", below);
        requests.push(get(&whole, wrong));
        requests.push(get(&whole, "guess"));
        let (bare, _) = whole.split_once('?').unwrap_or((&whole, ""));
        requests.push(get(&format!("{bare}?x=1"), right));
    }
    for (header, value) in [
        ("if-none-match", "*"),
        ("accept", "text/vcard"),
        ("accept", "image/png"),
    ] {
        for below in ["card", "photo"] {
            let below = format!("people/SITE:staff:1/{below}");
            let mut request = get(&path("plant-a", &below), FINDER);
            let value = value.parse().expect("a value");
            request.headers_mut().insert(header, value);
            requests.push(request);
        }
    }
    requests.push(get(&path("plant-a", "browse"), "pager-token"));
    for site in ["plant-a", "liar", "unready", "nowhere"] {
        let asked = json!({ "queries": ["jane"] });
        requests.push(post(&path(site, "resolve"), FINDER, &asked));
    }
    requests
}

/// The same for 429, when these callers have as much under way as they may.
pub(crate) fn of_sites_at_once() -> Vec<Request<axum::body::Body>> {
    let asked = json!({ "queries": ["jane"] });
    let mut requests = vec![post(&path("plant-a", "resolve"), FINDER, &asked)];
    requests.extend(ALL.map(|(below, right, _)| get(&path("plant-a", below), right)));
    requests
}

async fn asked(request: Request<axum::body::Body>) -> (Response<()>, Value, Vec<SiteAsked>) {
    let (app, behind) = app(Limits::default());
    let (response, body) = send(&app, request).await;
    let asked = behind.at_sites().asked.lock().clone();
    let body = serde_json::from_str(&body).unwrap_or_default();
    (response, body, asked)
}

#[tokio::test]
async fn the_site_is_asked_without_its_name_and_answers_with_it() {
    for (below, token, expected) in [
        (
            "people?q=plant-a%2Fjane&domain=plant-a/staff",
            FINDER,
            "people?q=jane&domain=staff",
        ),
        ("people?q=Plant-A%5Cjane", FINDER, "people?q=jane"),
        ("people?q=plant-a:staff:1", FINDER, "people?q=staff%3A1"),
        (
            "people?q=plant-abc&domain=staff",
            FINDER,
            "people?q=plant-abc&domain=staff",
        ),
        (
            "people?q=j%26domain%3Dx+y",
            FINDER,
            "people?q=j%26domain%3Dx+y",
        ),
        ("people/plant-a:staff:1", FINDER, "people/staff:1"),
        (
            "people/plant-a%3Astaff:1/card?set=public",
            FINDER,
            "people/staff:1/card?set=public",
        ),
        (
            "groups/plant-a:staff:1/members?kinds=people",
            GROUPS,
            "groups/staff:1/members?kinds=people",
        ),
        (
            "browse?domain=plant-a%2Fstaff&under=ou%3Da,dc%3Db",
            "pager-token",
            "browse?domain=staff&under=ou%3Da%2Cdc%3Db",
        ),
        (
            "address-books/colleagues?q=jan&person=plant-a:staff:1",
            FINDER,
            "address-books/colleagues?q=jan&person=staff%3A1",
        ),
    ] {
        let (response, body, asked) = asked(get(&path("plant-a", below), token)).await;
        let paths: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
        assert_eq!(paths, [expected], "{body}");
        assert!(
            matches!(response.status().as_u16(), 200 | 404),
            "{below}: {body}"
        );
    }
    let (_, body, asked) = asked(get(&path("plant-a", "people?q=jane"), FINDER)).await;
    let first = &body["matches"][0];
    assert_eq!(
        (&first["id"], &first["domain"], &first["login_name"]),
        (
            &json!("plant-a:staff:0"),
            &json!("plant-a/staff"),
            &json!("plant-a/jane0")
        )
    );
    assert_eq!(&*asked[0].caller, FINDER);
}

#[tokio::test]
async fn whose_id_it_is_not_is_nobody_there() {
    for (id, status, code) in [
        ("staff:1", 404, "not_found"),
        ("liar:staff:1", 404, "not_found"),
        ("plant-a:1", 404, "not_found"),
        ("plant-a", 400, "bad_id"),
        ("plant-ab:staff:1", 404, "not_found"),
        ("plant-a:staff:404", 404, "not_found"),
        ("plant-a:staff:503", 503, "directory_unreachable"),
    ] {
        let (response, body, asked) =
            asked(get(&path("plant-a", &format!("people/{id}")), FINDER)).await;
        let found = (response.status().as_u16(), body["code"].as_str());
        let reached = id.starts_with("plant-a:staff:");
        assert_eq!(found, (status, Some(code)), "{id}: {body}");
        assert_eq!(asked.len(), usize::from(reached), "{id}");
    }
}

#[tokio::test]
async fn whoever_is_not_named_by_a_site_learns_nothing_of_its_people() {
    for (site, token, status, code) in [
        ("foreign", FINDER, 403, "foreign_site"),
        ("nowhere", FINDER, 404, "no_such_site"),
        ("PLANT-A", FINDER, 404, "no_such_site"),
        ("plant-a", PLAIN, 403, "scope"),
        ("plant-a", ADMIN, 403, "scope"),
        ("nowhere", PLAIN, 403, "scope"),
        ("plant-a", "guess", 401, "unknown_token"),
    ] {
        let (response, body, asked) = asked(get(&path(site, "people?q=jane"), token)).await;
        let found = (response.status().as_u16(), body["code"].as_str());
        assert_eq!(found, (status, Some(code)), "{site}: {body}");
        assert!(asked.is_empty());
    }
    // Photos of a site are shown to nobody without a token, whatever the site shows.
    let request = Request::get(path("plant-a", "people/plant-a:partners:1/photo"));
    let request = request.body(axum::body::Body::empty()).expect("a request");
    let (response, _, asked) = asked(request).await;
    assert_eq!((response.status().as_u16(), asked.len()), (401, 0));
    // Where this is no hub there is no site.
    let (app, _) = app_with(Limits::default(), None, None);
    let (response, _) = send(&app, get(&path("plant-a", "people?q=jane"), FINDER)).await;
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn scopes_hold_for_what_a_site_tells_too() {
    let members = path("plant-a", "groups/plant-a:staff:1/members");
    let (_, whole, _) = asked(get(&members, BOTH)).await;
    let (_, named, _) = asked(get(&members, GROUPS)).await;
    let person = |body: &Value| {
        let members = body["members"].as_array().expect("members").iter();
        let mut people = members.filter(|one| one["entry"]["kind"] == "person");
        people.next().expect("a person")["entry"].clone()
    };
    assert!(person(&whole)["mail"].is_string(), "{whole}");
    let named = person(&named);
    for key in ["mail", "dn", "login_name", "description"] {
        assert!(named.get(key).is_none(), "{named}");
    }
    let groups = json!({ "queries": ["eng"], "kinds": "both" });
    let (response, body, asked) = asked(post(&path("plant-a", "resolve"), FINDER, &groups)).await;
    assert_eq!(
        (response.status().as_u16(), &body["code"]),
        (403, &json!("scope"))
    );
    assert!(asked.is_empty());
}

#[tokio::test]
async fn many_at_once_are_answered_in_the_words_of_the_question() {
    let body = json!({ "queries": ["plant-a/jane", "plant-a\\jane", "none"], "domains": ["plant-a/staff"], "unique": false });
    let (response, told, asked) = asked(post(&path("plant-a", "resolve"), FINDER, &body)).await;
    assert_eq!(response.status(), 200, "{told}");
    let sent: Value =
        serde_json::from_str(asked[0].body.as_deref().expect("a body")).expect("JSON");
    assert_eq!(sent["queries"], json!(["jane", "jane", "none"]));
    assert_eq!(sent["domains"], json!(["staff"]));
    let queries: Vec<&Value> = told["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| &result["query"])
        .collect();
    assert_eq!(
        queries,
        [
            &json!("plant-a/jane"),
            &json!("plant-a\\jane"),
            &json!("none")
        ]
    );
}

#[tokio::test]
async fn a_list_goes_on_at_the_connector_that_began_it() {
    let (app, behind) = app(Limits::default());
    let first = path("plant-a", "people?q=many&cursor=start&limit=2");
    let (_, body) = send(&app, get(&first, FINDER)).await;
    let body: Value = serde_json::from_str(&body).expect("JSON");
    let next = body["next"].as_str().expect("a cursor");
    let (whose, theirs) = next.split_once('.').expect("a connector");
    assert_eq!(whose, CONNECTOR);
    let (_, page) = send(&app, get(&first.replace("start", next), FINDER)).await;
    let page: Value = serde_json::from_str(&page).expect("JSON");
    assert_ne!(page["matches"], body["matches"]);
    assert_eq!(page["matches"].as_array().map(Vec::len), Some(2), "{page}");
    let asked = behind.at_sites().asked.lock().clone();
    assert_eq!(asked[0].only, None);
    assert_eq!(asked[1].only.as_deref(), Some(CONNECTOR));
    assert!(asked[1].path.contains(&format!("cursor={theirs}")));
    let (response, refused) = send(&app, get(&first.replace("start", "x"), FINDER)).await;
    assert_eq!(response.status(), 400, "{refused}");
    assert!(refused.contains("bad_cursor"), "{refused}");
}

#[tokio::test]
async fn a_card_is_told_in_every_form_and_held_in_each_by_itself() {
    let (app, behind) = app_at(Limits::default(), Some("https://hub.example"));
    let card = path("plant-a", "people/plant-a:staff:1/card");
    let ask = async |accept: &'static str, held: Option<&str>| {
        let mut request = get(&card, FINDER);
        let headers = request.headers_mut();
        headers.insert("accept", accept.parse().expect("a value"));
        if let Some(held) = held {
            headers.insert("if-none-match", held.parse().expect("a value"));
        }
        let (response, body) = send(&app, request).await;
        let etag = response.headers()["etag"]
            .to_str()
            .expect("text")
            .to_owned();
        (response, body, etag)
    };
    let (json, body, json_tag) = ask("application/json", None).await;
    assert_eq!(json.headers()["content-type"], "application/json");
    assert!(body.contains("plant-a:staff:1"), "{body}");
    let (vcard, text, vcard_tag) = ask("text/vcard", None).await;
    assert_eq!(vcard.headers()["content-type"], "text/vcard; charset=utf-8");
    assert_eq!(vcard.headers()["x-content-type-options"], "nosniff");
    let lines = text.replace("\r\n ", "");
    assert!(lines.contains("UID;VALUE=text:plant-a:staff:1"), "{lines}");
    assert!(
        lines.contains(
            "PHOTO:https://hub.example/api/v1/sites/plant-a/people/plant-a:staff:1/photo"
        ),
        "{lines}"
    );
    assert!(!lines.contains("site.example"), "{lines}");
    assert_ne!(json_tag, vcard_tag);
    for (accept, held, status) in [
        ("application/json", &json_tag, 304),
        ("text/vcard", &vcard_tag, 304),
        ("text/vcard", &json_tag, 200),
        ("application/json", &"\"0000\"".to_owned(), 200),
    ] {
        let (response, body, tag) = ask(accept, Some(held)).await;
        assert_eq!(response.status().as_u16(), status, "{accept} {held}");
        assert_eq!(body.is_empty(), status == 304);
        assert_eq!(tag == *held, status == 304);
    }
    // The site is asked about its own tag, in the one form that is read here.
    let asked = behind.at_sites().asked.lock().clone();
    let known: Vec<Option<&str>> = asked.iter().map(|it| it.if_none_match.as_deref()).collect();
    assert!(known[2].is_some() && known[2] == known[3], "{known:?}");
    assert_eq!(known[4], None);
}

#[tokio::test]
async fn what_a_connector_makes_up_is_no_answer() {
    let (app, behind) = app(Limits::default());
    let person = json!({ "person": { "id": "staff:1", "kind": "person", "name": "Jane", "domain": "staff" }, "attributes": {} });
    let json = ("content-type", "application/json");
    let tag = ("etag", "\"abc\"");
    let svg = ("content-type", "image/svg+xml");
    let problem = ("content-type", "application/problem+json");
    let png = ("content-type", "image/png");
    for (below, said) in [
        (
            "people/SITE:staff:1",
            reply(200, &[("content-type", "text/html")], person.to_string()),
        ),
        ("people/SITE:staff:1", reply(200, &[], person.to_string())),
        (
            "people/SITE:staff:1",
            reply(200, &[json], "<script>alert(1)</script>"),
        ),
        ("people/SITE:staff:1", reply(200, &[json], "{}")),
        (
            "people/SITE:staff:1",
            reply(201, &[json], person.to_string()),
        ),
        (
            "people/SITE:staff:1",
            reply(302, &[("location", "https://evil.example")], ""),
        ),
        ("people/SITE:staff:1", reply(304, &[tag], "")),
        ("people/SITE:staff:1", reply(500, &[], "")),
        ("people/SITE:staff:1", reply(0, &[], "")),
        (
            "people/SITE:staff:1",
            reply(406, &[problem], "{\"code\":\"x\"}"),
        ),
        (
            "people/SITE:staff:1",
            reply(404, &[("content-type", "text/html")], "{\"code\":\"x\"}"),
        ),
        (
            "people/SITE:staff:1",
            reply(404, &[problem], "{\"code\":\"<b>\"}"),
        ),
        ("people/SITE:staff:1", reply(404, &[problem], "")),
        (
            "people/SITE:staff:1/photo",
            reply(200, &[png, tag], "<html>"),
        ),
        (
            "people/SITE:staff:1/photo",
            reply(200, &[("content-type", "text/html"), tag], PNG),
        ),
        (
            "people/SITE:staff:1/photo",
            reply(200, &[("content-type", "image/gif"), tag], PNG),
        ),
        ("people/SITE:staff:1/photo", reply(200, &[png], PNG)),
        (
            "people/SITE:staff:1/photo",
            reply(200, &[png, ("etag", "\"a\r\nset-cookie: x\"")], PNG),
        ),
        (
            "people/SITE:staff:1/photo",
            reply(200, &[svg, tag], "<svg><script/></svg>"),
        ),
        (
            "people/SITE:staff:1/card",
            reply(
                200,
                &[json],
                "{\"id\":\"staff:1\",\"name\":\"J\",\"fields\":{},\"has_photo\":false,\"partial\":false}",
            ),
        ),
    ] {
        let shown = format!("{said:?}");
        *behind.at_sites().said.lock() = said;
        let (response, body) = send(&app, get(&path("liar", below), FINDER)).await;
        assert_eq!(response.status().as_u16(), 502, "{below} {shown}: {body}");
        let headers = response.headers();
        assert_eq!(headers["content-type"], "application/problem+json");
        for never in ["location", "set-cookie"] {
            assert!(headers.get(never).is_none());
        }
        assert!(body.contains("site_reply_invalid"), "{body}");
    }
    let resolve = json!({ "queries": ["a", "b"] });
    *behind.at_sites().said.lock() = reply(200, &[json], "{\"results\":[]}");
    let (response, _) = send(&app, post(&path("liar", "resolve"), FINDER, &resolve)).await;
    assert_eq!(response.status(), 502);
    // What is longer than crosses is no lie: whoever asks for less has an answer.
    *behind.at_sites().said.lock() = reply(502, &[], "");
    let (response, body) = send(&app, post(&path("liar", "resolve"), FINDER, &resolve)).await;
    assert_eq!(response.status(), 502);
    for told in ["site_reply_too_long", "ask for less at a time"] {
        assert!(body.contains(told), "{body}");
    }
}

#[tokio::test]
async fn of_headers_nothing_is_passed_on_as_it_is() {
    let (app, behind) = app(Limits::default());
    let always = [
        ("set-cookie", "session=1"),
        ("access-control-allow-origin", "*"),
        ("refresh", "0;url=https://evil.example"),
        ("content-disposition", "inline"),
        ("content-security-policy", "default-src *"),
        ("cache-control", "public, max-age=99999999999"),
        ("etag", "\"abc\""),
    ];
    let with = |kind| {
        let mut headers = always.to_vec();
        headers.push(("content-type", kind));
        headers
    };
    let matches = json!({ "matches": [], "partial": false }).to_string();
    for (below, kind, body) in [
        ("people?q=jane", "application/json", Bytes::from(matches)),
        (
            "people/SITE:staff:1/photo",
            "image/png",
            Bytes::from_static(PNG),
        ),
        (
            "people/SITE:staff:1/photo",
            "image/svg+xml",
            Bytes::from_static(b"<svg onload='x'><title>J&amp;D</title><script>x</script></svg>"),
        ),
    ] {
        *behind.at_sites().said.lock() = reply(200, &with(kind), body);
        let (parts, body) = raw(&app, get(&path("liar", below), FINDER)).await;
        assert_eq!(parts.status, 200, "{below}");
        let headers = &parts.headers;
        for never in [
            "set-cookie",
            "access-control-allow-origin",
            "refresh",
            "content-disposition",
        ] {
            assert!(headers.get(never).is_none(), "{below} {never}");
        }
        assert_eq!(headers["x-content-type-options"], "nosniff");
        if kind.starts_with("image") {
            assert_eq!(headers["cache-control"], "private, max-age=604800");
            let policy = headers["content-security-policy"].to_str().expect("text");
            assert!(policy.contains("sandbox"), "{policy}");
        }
        if kind == "image/svg+xml" {
            let svg = String::from_utf8(body.to_vec()).expect("text");
            assert!(svg.contains("<title>J&amp;D</title>"), "{svg}");
            assert!(!svg.contains("script") && !svg.contains("onload"), "{svg}");
        }
    }
}

/// As [`send`], for bytes.
pub(crate) async fn raw(
    app: &entryway_web::App,
    request: Request<axum::body::Body>,
) -> (http::response::Parts, Bytes) {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    let answered = entryway_web::router(app.clone()).oneshot(request).await;
    let (parts, body) = answered.expect("infallible").into_parts();
    (parts, body.collect().await.expect("a body").to_bytes())
}

#[tokio::test]
async fn a_photo_is_held_through_the_tunnel_and_no_other_is_said_to_be() {
    let (app, behind) = app(Limits::default());
    let photo = path("plant-a", "people/plant-a:staff:1/photo");
    let (parts, body) = raw(&app, get(&photo, FINDER)).await;
    assert_eq!(&body[..], PNG);
    let tag = parts.headers["etag"].clone();
    let mut again = get(&photo, FINDER);
    again.headers_mut().insert("if-none-match", tag.clone());
    let (parts, body) = raw(&app, again).await;
    assert_eq!((parts.status.as_u16(), body.len()), (304, 0));
    assert_eq!(parts.headers["etag"], tag);
    let asked = behind.at_sites().asked.lock().clone();
    assert_eq!(asked[1].if_none_match.as_deref(), tag.to_str().ok());
    // A tag that the client has not is no "you have it".
    *behind.at_sites().said.lock() = reply(304, &[("etag", "\"other\"")], "");
    let mut lied = get(&path("liar", "people/liar:staff:1/photo"), FINDER);
    lied.headers_mut().insert("if-none-match", tag);
    assert_eq!(raw(&app, lied).await.0.status, 502);
}

#[tokio::test]
async fn why_a_site_does_not_answer_is_told_and_when_to_ask_again() {
    for (q, status, code) in [
        ("busy", 503, "site_busy"),
        ("lost", 503, "site_unreachable"),
        ("slow", 503, "site_timed_out"),
        ("jane", 503, "site_not_ready"),
        ("long", 400, "too_long"),
        ("jane&cursor=aaaa.x", 400, "cursor_expired"),
    ] {
        let (response, body, _) =
            asked(get(&path("unready", &format!("people?q={q}")), FINDER)).await;
        let found = (response.status().as_u16(), body["code"].as_str());
        assert_eq!(found, (status, Some(code)), "{body}");
        let again = response.headers().get("retry-after");
        assert_eq!(again.is_some(), status == 503, "{q}");
    }
}

#[tokio::test]
async fn a_look_up_at_a_site_is_told_of_as_one_and_no_connector_is_asked_for_another_sites() {
    let (app, behind) = app(Limits::default());
    send(&app, get(&path("plant-a", "people?q=jane"), FINDER)).await;
    send(&app, get(&path("unready", "people?q=jane"), FINDER)).await;
    assert_eq!(
        *behind.looked_up_at.lock(),
        [
            ("plant-a".to_owned(), "complete"),
            ("unready".to_owned(), "unanswered")
        ]
    );
    assert_eq!(
        *behind.looked_up.lock(),
        [("site_people", "complete"), ("site_people", "unanswered")]
    );
    // What comes from a hub goes no further.
    let relay = Relay::new(app);
    let asked = Relayed {
        verb: entryway_web::RelayedVerb::Get,
        path: "sites/plant-a/people?q=jane",
        body: None,
        accept: None,
        if_none_match: None,
        on_behalf: "",
        token: FINDER,
        most: 1 << 20,
    };
    assert_eq!(relay.ask(asked).await.status, 404);
}
