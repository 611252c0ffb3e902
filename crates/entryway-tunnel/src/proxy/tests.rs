use super::*;

#[test]
fn a_proxy_is_a_plain_http_url() {
    let address = |text| Proxy::parse(text).map(|proxy| proxy.address());
    assert_eq!(
        address("http://proxy.example:3128").unwrap(),
        "proxy.example:3128"
    );
    assert_eq!(address("http://proxy.example").unwrap(), "proxy.example:80");
    assert_eq!(address("http://[::1]:8080").unwrap(), "[::1]:8080");
    assert_eq!(
        address("socks5://p:1"),
        Err(ProxyError::Scheme("socks5".to_owned()))
    );
    assert_eq!(address("http://u:p@p:1"), Err(ProxyError::Credentials));
    assert_eq!(
        address("proxy"),
        Err(ProxyError::NotAUrl("proxy".to_owned()))
    );
}

#[test]
fn credentials_cannot_end_the_header() {
    let proxy = || Proxy::parse("http://p:1").unwrap();
    for (user, password) in [("a:b", "c"), ("a\r\nX: y", "c"), ("a", "c\n")] {
        let refused = proxy().with_credentials(user, password);
        assert_eq!(refused.unwrap_err(), ProxyError::User);
    }
    let proxy = proxy().with_credentials("jane", "s3cret").unwrap();
    assert_eq!(format!("{proxy:?}"), "Proxy(p:1)");
}

#[test]
fn some_hosts_need_no_proxy() {
    let check = |entries: &[&str], host: &str, expected: bool| {
        let list = NoProxy::parse(entries.iter().copied()).unwrap();
        assert_eq!(list.excludes(host), expected, "{entries:?} {host}");
    };
    check(&[], "hub.example", false);
    check(&["*"], "hub.example", true);
    for entry in [
        "corp.example",
        ".corp.example",
        "*.corp.example",
        "Corp.Example",
    ] {
        check(&[entry], "corp.example", true);
        check(&[entry], "HUB.corp.example.", true);
        check(&[entry], "hub.notcorp.example", false);
        check(&[entry], "mycorp.example", false);
    }
    check(&["10.0.0.0/8"], "10.1.2.3", true);
    check(&["10.0.0.0/8"], "11.1.2.3", false);
    check(&["10.0.0.0/8"], "10.corp.example", false);
    check(&["0.0.0.0/0"], "192.0.2.1", true);
    check(&["192.0.2.1"], "192.0.2.1", true);
    check(&["192.0.2.1"], "192.0.2.2", false);
    check(&["fd00::/8"], "[fd12::1]", true);
    check(&["::/0"], "192.0.2.1", false);
    for nonsense in ["", "..", "10.0.0.0/33", "a b", "10.0.0.0/x", "http://x"] {
        assert!(NoProxy::parse([nonsense]).is_err(), "{nonsense}");
    }
}

#[test]
fn an_answer_is_read_to_its_end_and_no_further() {
    let yes = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n";
    assert_eq!(answered(yes).unwrap(), Some(yes.len()));
    for cut in 0..yes.len() {
        assert_eq!(answered(&yes[..cut]).unwrap(), None, "{cut}");
    }
    let no = b"HTTP/1.0 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nproxy-authenticate: Basic realm=\"x\"\r\n\r\n";
    let Err(Cause::ProxyRefused {
        status,
        reason,
        schemes,
    }) = answered(no)
    else {
        panic!("it is refused");
    };
    assert_eq!((status, &*reason), (407, "Proxy Authentication Required"));
    assert_eq!(schemes, ["Negotiate", "Basic"]);
    assert!(matches!(
        answered(b"SSH-2.0-OpenSSH"),
        Err(Cause::ProxyGarbled(_))
    ));
}
