use super::*;
use http::{HeaderName, HeaderValue, Request};

/// A request as a proxy sends it: each line a header.
fn head(method: &str, uri: &str, lines: &str) -> Parts {
    let mut request = Request::builder().method(method).uri(uri).body(()).unwrap();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let (name, value) = line.trim().split_once(": ").unwrap();
        let name: HeaderName = name.parse().unwrap();
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().append(name, value);
    }
    request.into_parts().0
}

fn check(dialect: Dialect, head: &Parts, expected: Result<(&str, &str), PageError>) {
    let asked = dialect.read(head);
    let page = asked.page.map(|page| (page.method.to_string(), page.url()));
    let expected = expected.map(|(method, url)| (method.to_owned(), url.to_owned()));
    assert_eq!(page, expected);
}

/// Traefik's Forwarding sends these five (doc.traefik.io, "Forwarding", "Forward-Request Headers"), by GET, with the
/// headers of the request.
const TRAEFIK: &str = "
    host: entryway:8389
    user-agent: curl/7.88.1
    accept: text/html
    x-forwarded-method: POST
    x-forwarded-proto: https
    x-forwarded-host: wiki.corp.example
    x-forwarded-uri: /staff/a%20b?c=d
    x-forwarded-for: 203.0.113.9
    accept-encoding: gzip";

#[test]
fn traefik_and_caddy_tell_by_four_headers() {
    let expected = Ok(("POST", "https://wiki.corp.example/staff/a%20b?c=d"));
    check(
        Dialect::Forwarded,
        &head("GET", "/forward-auth", TRAEFIK),
        expected,
    );
    // Caddy 2.6, `forward_auth`: as its adapted configuration says, with the host of the request.
    let caddy = "
        host: wiki.corp.example
        x-forwarded-for: 203.0.113.9
        x-forwarded-host: wiki.corp.example
        x-forwarded-method: GET
        x-forwarded-proto: https
        x-forwarded-uri: /staff/";
    let expected = Ok(("GET", "https://wiki.corp.example/staff/"));
    check(
        Dialect::Forwarded,
        &head("GET", "/forward-auth", caddy),
        expected,
    );
}

#[test]
fn each_header_is_told_once_and_only_those_of_the_dialect_count() {
    for name in [
        "x-forwarded-method",
        "x-forwarded-proto",
        "x-forwarded-host",
        "x-forwarded-uri",
    ] {
        let missing = Err(PageError::Missing(name));
        let twice = format!("{TRAEFIK}\n{name}: GET");
        check(
            Dialect::Forwarded,
            &head("GET", "/forward-auth", &twice),
            missing,
        );
        let without = TRAEFIK.replace(name, "x-other");
        check(
            Dialect::Forwarded,
            &head("GET", "/forward-auth", &without),
            missing,
        );
    }
    // What another proxy would say is not listened to.
    let smuggled = format!(
        "{TRAEFIK}\nx-original-url: https://wiki.corp.example/public\nx-original-method: GET"
    );
    let expected = Ok(("POST", "https://wiki.corp.example/staff/a%20b?c=d"));
    check(
        Dialect::Forwarded,
        &head("GET", "/forward-auth", &smuggled),
        expected,
    );
    let unheard = Err(PageError::Missing("x-original-method"));
    check(
        Dialect::Nginx,
        &head("GET", "/forward-auth/nginx", TRAEFIK),
        unheard,
    );
}

#[test]
fn nginx_tells_the_whole_address() {
    let lines = |url: &str| {
        format!("x-original-method: PUT\nx-original-url: {url}\nx-forwarded-uri: /public")
    };
    let read = |url: &str| head("GET", "/forward-auth/nginx", &lines(url));
    let expected = Ok(("PUT", "https://wiki.corp.example:8443/a?b=//c"));
    check(
        Dialect::Nginx,
        &read("https://wiki.corp.example:8443/a?b=//c"),
        expected,
    );
    let missing = || Err(PageError::Missing("x-original-url"));
    check(Dialect::Nginx, &read("/a"), missing());
    check(
        Dialect::Nginx,
        &read("https://wiki.corp.example"),
        missing(),
    );
    let twice = format!(
        "{}\nx-original-url: https://wiki.corp.example/public",
        lines("https://wiki.corp.example/a")
    );
    check(
        Dialect::Nginx,
        &head("GET", "/forward-auth/nginx", &twice),
        missing(),
    );
    let host = PageError::Host(entryway_forward::HostError::Name);
    check(
        Dialect::Nginx,
        &read("https://evil@wiki.corp.example/a"),
        Err(host),
    );
}

/// Envoy's ext_authz over HTTP (envoyproxy.io, `ext_authz/v3/ext_authz.proto`, HttpService): the request's own method
/// and path behind `path_prefix`, `host`, `content-length` and `authorization` always, and the headers that
/// `authorization_request.allowed_headers` names.
const ENVOY_HEADERS: &str = "
    host: wiki.corp.example
    content-length: 0
    x-forwarded-proto: https
    accept: text/html
    cookie: __Host-entryway-host=ewh_x
    x-envoy-internal: true
    x-forwarded-for: 203.0.113.9";

#[test]
fn envoy_tells_by_the_request_itself() {
    let at = |uri: &str| {
        head(
            "DELETE",
            &format!("/forward-auth/envoy{uri}"),
            ENVOY_HEADERS,
        )
    };
    let url = "https://wiki.corp.example/staff/?x=1";
    check(Dialect::Envoy, &at("/staff/?x=1"), Ok(("DELETE", url)));
    let dots = PageError::Path(entryway_forward::PathError::Dots);
    check(Dialect::Envoy, &at("//staff"), Err(dots));
    check(Dialect::Envoy, &at("/../../x"), Err(dots));
    let form = PageError::Path(entryway_forward::PathError::Form);
    check(Dialect::Envoy, &at(""), Err(form));
    let without = ENVOY_HEADERS.replace("x-forwarded-proto", "x-other");
    let told = head("GET", "/forward-auth/envoy/", &without);
    check(
        Dialect::Envoy,
        &told,
        Err(PageError::Missing("x-forwarded-proto")),
    );
    let asked = Dialect::Envoy.read(&at("/"));
    assert!(asked.has_cookie && asked.basic.is_none());
    assert_eq!(asked.kind, Kind::Within);
}

#[test]
fn a_password_is_read_from_one_header() {
    let basic = "authorization: Basic amRvZTpyaWdodA==";
    let read = |lines: &str| {
        let head = head("GET", "/forward-auth", &format!("{TRAEFIK}\n{lines}"));
        let asked = Dialect::Forwarded.read(&head);
        asked.basic.map(|basic| basic.name.to_string())
    };
    assert_eq!(read(basic).as_deref(), Some("jdoe"));
    assert_eq!(read(&format!("{basic}\n{basic}")), None);
    assert_eq!(read("authorization: Bearer x"), None);
}
