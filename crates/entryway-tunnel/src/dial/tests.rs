use super::*;
use crate::proxy::ProxyError;
use crate::testing::{Hub, Proxied, patient};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[test]
fn an_endpoint_is_the_url_of_a_ticket() {
    let shown = |text| Endpoint::parse(text).map(|endpoint| endpoint.to_string());
    for same in [
        "https://hub.example/connector/v1/plant-a",
        "https://hub.example:8443/deep/connector/v1/plant-a",
        "http://127.0.0.1:8080/connector/v1/a",
        "https://[2001:db8::1]/connector/v1/a",
    ] {
        assert_eq!(shown(same).unwrap(), same);
    }
    for (text, expected) in [
        (
            "hub.example",
            EndpointError::NotAUrl("hub.example".to_owned()),
        ),
        (
            "http://hub.example/connector/v1/a",
            EndpointError::Scheme("http".to_owned()),
        ),
        (
            "https://hub.example/",
            EndpointError::NoSite("/".to_owned()),
        ),
        (
            "https://hub.example/connector/v1/A",
            EndpointError::NoSite("/connector/v1/A".to_owned()),
        ),
        (
            "https://hub.example/connector/v1/a/b",
            EndpointError::NoSite("/connector/v1/a/b".to_owned()),
        ),
        (
            "https://h/connector/v1/a?x",
            EndpointError::NotAUrl("https://h/connector/v1/a?x".to_owned()),
        ),
        (
            "https://u:p@h/connector/v1/a",
            EndpointError::NotAUrl("https://u:p@h/connector/v1/a".to_owned()),
        ),
    ] {
        assert_eq!(shown(text), Err(expected), "{text}");
    }
    let hub = Endpoint::parse("https://hub.example/connector/v1/plant-a").unwrap();
    let node = hub.at_node("https://hub1.example:8443/x/").unwrap();
    assert_eq!(
        node.to_string(),
        "https://hub1.example:8443/x/connector/v1/plant-a"
    );
    assert_eq!(node.site(), "plant-a");
    // Only from one that is in clear itself.
    let in_clear = "http://127.0.0.1:8080";
    let refused = EndpointError::Scheme("http".to_owned());
    assert_eq!(hub.at_node(in_clear), Err(refused));
    let here = Endpoint::parse("http://localhost:1/connector/v1/plant-a").unwrap();
    assert!(here.at_node(in_clear).is_ok());
    assert!(here.at_node("https://hub.example").is_ok());
}

#[tokio::test]
async fn bytes_go_through_a_proxy_and_tls_to_the_hub() {
    let hub = Hub::start().await;
    let proxy = Proxied::start("jane", "s3cret").await;
    let outside = Outside {
        proxy: Some(proxy.proxy().with_credentials("jane", "s3cret").unwrap()),
        ..hub.outside()
    };
    let mut dialed = dial(&hub.endpoint("plant-a"), &outside).await.unwrap();
    dialed.io.write_all(b"there and back").await.unwrap();
    dialed.io.flush().await.unwrap();
    let mut back = [0; 14];
    dialed.io.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"there and back");
    let steps: Vec<Step> = dialed.done.iter().map(|(step, _)| *step).collect();
    assert_eq!(
        steps,
        [
            Step::Resolve,
            Step::Connect,
            Step::Proxy,
            Step::OuterTls,
            Step::Upgrade
        ]
    );
    assert_eq!(dialed.shown.unwrap().issuer, "CN=Test Authority");
    assert_eq!(proxy.connects(), 1);
}

#[tokio::test]
async fn an_excluded_host_does_without_the_proxy() {
    let hub = Hub::start().await;
    let proxy = Proxied::start("jane", "s3cret").await;
    let outside = Outside {
        proxy: Some(proxy.proxy()),
        no_proxy: NoProxy::parse(["127.0.0.0/8", "localhost"]).unwrap(),
        ..hub.outside()
    };
    dial(&hub.endpoint("plant-a"), &outside).await.unwrap();
    assert_eq!(proxy.connects(), 0);
}

#[tokio::test]
async fn a_proxy_refuses_wrong_credentials_and_says_so() {
    let hub = Hub::start().await;
    let proxy = Proxied::start("jane", "s3cret").await;
    for credentials in [None, Some(("jane", "wrong"))] {
        let proxy = match credentials {
            None => Ok::<_, ProxyError>(proxy.proxy()),
            Some((user, password)) => proxy.proxy().with_credentials(user, password),
        };
        let outside = Outside {
            proxy: Some(proxy.unwrap()),
            ..hub.outside()
        };
        let error = dial(&hub.endpoint("plant-a"), &outside).await.unwrap_err();
        assert_eq!(error.step, Step::Proxy);
        let Cause::ProxyRefused {
            status: 407,
            schemes,
            ..
        } = &*error.cause
        else {
            panic!("{error:?}");
        };
        assert_eq!(schemes, &["Basic"]);
        assert!(!format!("{error:?}").contains("wrong"));
    }
}

#[tokio::test]
async fn whoever_ends_tls_without_being_trusted_is_named() {
    let hub = Hub::start().await;
    let outside = Outside {
        trust: Hub::start().await.outside().trust,
        ..hub.outside()
    };
    let error = dial(&hub.endpoint("plant-a"), &outside).await.unwrap_err();
    assert_eq!(error.step, Step::OuterTls);
    let Cause::NotTrusted { shown, .. } = &*error.cause else {
        panic!("{error:?}");
    };
    assert_eq!(shown.issuer, "CN=Test Authority");
    assert!(error.cause.remedy().unwrap().contains("connector.trust"));
}

#[tokio::test]
async fn an_answer_that_is_no_upgrade_tells_its_status() {
    let hub = Hub::start().await;
    let error = dial(&hub.endpoint("nowhere"), &hub.outside())
        .await
        .unwrap_err();
    assert_eq!(error.step, Step::Upgrade);
    assert!(
        matches!(*error.cause, Cause::Answer { status: 404, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn silence_ends_with_the_step_at_which_it_fell() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let endpoint = Endpoint::parse(&format!("https://localhost:{port}/connector/v1/a")).unwrap();
    let outside = Outside {
        patience: Patience {
            step: Duration::from_millis(300),
        },
        ..patient(Hub::start().await.outside().trust)
    };
    let error = dial(&endpoint, &outside).await.unwrap_err();
    assert_eq!(error.step, Step::OuterTls);
    assert!(matches!(*error.cause, Cause::TimedOut(_)));
}

#[tokio::test]
async fn nobody_there_is_told_as_that() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{port}/connector/v1/a")).unwrap();
    let error = dial(&endpoint, &patient(OuterTrust::nobody()))
        .await
        .unwrap_err();
    assert_eq!(error.step, Step::Connect);
    assert!(matches!(*error.cause, Cause::Unreachable { .. }));
}
