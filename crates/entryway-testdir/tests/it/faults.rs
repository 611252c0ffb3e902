//! Each fault, seen from a client that believes nothing.

use crate::client::{ADA, ADA_PASSWORD, Client, DEADLINE, Failure, PEOPLE, handshake, start};
use bytes::BytesMut;
use entryway_ldap_proto::ber::Reader;
use entryway_ldap_proto::client::Event;
use entryway_ldap_proto::{Limits, MessageId, ProtocolError, split_frame};
use entryway_ldap_types::{Password, ResultCode, Scope};
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan, Gate, Rule};
use entryway_testdir::{Kind, Options, TestServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn with(plan: FaultPlan) -> TestServer {
    let server = start(Options {
        require_bind: false,
        ..Options::default()
    })
    .await;
    server.set_faults(plan);
    server
}

/// What a search comes to; a server that misbehaves to one client must go on serving others.
async fn search_failure(fault: Fault) -> Failure {
    let server = with(FaultPlan::new().rule(Rule::on(Kind::Search, fault).connection(1))).await;
    let mut client = Client::plain(&server).await;
    let failure = client
        .search(PEOPLE, Scope::OneLevel, "(uid=ada)", &[])
        .await
        .err()
        .unwrap();
    let mut other = Client::plain(&server).await;
    let (entries, _) = other
        .search(PEOPLE, Scope::OneLevel, "(uid=ada)", &[])
        .await
        .unwrap();
    assert_eq!(entries.len(), 1);
    failure
}

#[tokio::test]
async fn silence_instead_of_an_answer() {
    for fault in [Fault::Silence, Fault::HalfThenSilence] {
        let server = with(FaultPlan::new().on(Kind::Search, fault.clone())).await;
        let mut client = Client::plain(&server).await.bound_as_ada().await;
        client.ask(PEOPLE, Scope::Base, "(cn=nobody)", &[]);
        client.send().await;
        assert!(
            server
                .wait_until(DEADLINE, |counters| counters.searches == 1)
                .await
        );
        assert!(client.is_silent().await, "{fault:?}");
        assert_eq!(server.counters().open, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn closing_instead_of_an_answer() {
    assert!(matches!(
        search_failure(Fault::Close).await,
        Failure::Closed
    ));
    assert!(matches!(
        search_failure(Fault::CloseMidMessage).await,
        Failure::Closed
    ));
}

#[tokio::test]
async fn an_answer_and_then_the_end_without_a_farewell() {
    let server = with(FaultPlan::new().on(Kind::Bind, Fault::AnswerAndDrop)).await;
    let socket = TcpStream::connect(server.ldaps_addr()).await.unwrap();
    let mut stream = handshake(socket, &server.ca_pem(), "localhost")
        .await
        .unwrap();
    // An anonymous bind.
    stream
        .write_all(b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let end = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer))
        .await
        .unwrap();
    assert_eq!(
        end.unwrap_err().kind(),
        std::io::ErrorKind::UnexpectedEof,
        "no close_notify"
    );
    assert_eq!(
        answer,
        b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"
    );
}

#[tokio::test]
async fn bytes_that_are_no_answer() {
    assert!(matches!(
        search_failure(Fault::Garbage).await,
        Failure::Protocol(ProtocolError::Malformed(_))
    ));
    assert!(matches!(
        search_failure(Fault::DeepNesting).await,
        Failure::Protocol(ProtocolError::Malformed(_))
    ));
    let huge = search_failure(Fault::HugeLength).await;
    assert!(
        matches!(huge, Failure::Protocol(ProtocolError::TooLong { found, .. }) if found > 1 << 31),
        "{huge:?}"
    );
}

#[tokio::test]
async fn answers_to_another_question() {
    assert!(matches!(
        search_failure(Fault::ForeignId).await,
        Failure::Protocol(ProtocolError::UnknownId { .. })
    ));
    assert!(matches!(
        search_failure(Fault::WrongKind).await,
        Failure::Protocol(ProtocolError::WrongKind { .. })
    ));
    let server = with(FaultPlan::new().on(Kind::Search, Fault::StaleId)).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    let stale = client
        .search(PEOPLE, Scope::OneLevel, "(uid=ada)", &[])
        .await
        .err()
        .unwrap();
    let bind_id = MessageId::new(1).unwrap();
    assert!(
        matches!(stale, Failure::Protocol(ProtocolError::UnknownId { id }) if id == bind_id),
        "{stale:?}"
    );
}

#[tokio::test]
async fn a_final_answer_that_comes_twice() {
    let server = with(FaultPlan::new().on(Kind::Search, Fault::Duplicate)).await;
    let mut client = Client::plain(&server).await;
    let (entries, _) = client
        .search(PEOPLE, Scope::OneLevel, "(uid=ada)", &[])
        .await
        .unwrap();
    assert_eq!(entries.len(), 1);
    assert!(matches!(
        client.event().await,
        Err(Failure::Protocol(ProtocolError::UnknownId { .. }))
    ));
}

#[tokio::test]
async fn entries_without_end() {
    let server = with(FaultPlan::new().on(Kind::Search, Fault::EndlessEntries)).await;
    let mut client = Client::plain(&server).await;
    let asked = client.ask(PEOPLE, Scope::OneLevel, "(uid=ada)", &[]);
    client.send().await;
    let mut entries = 0;
    let overflow = loop {
        match client.event().await.unwrap() {
            Event::Entry { .. } => entries += 1,
            other => break other,
        }
    };
    assert!(
        matches!(overflow, Event::SearchOverflow { id } if id == asked),
        "{overflow:?}"
    );
    assert_eq!(entries, 1000, "the client's own bound");
    drop(client);
    assert!(
        server
            .wait_until(DEADLINE, |counters| counters.open == 0)
            .await,
        "the server notices that nobody reads"
    );
}

#[tokio::test]
async fn codes_and_notices() {
    let busy = Fault::Answer {
        code: ResultCode::BUSY,
        diagnostic: "later".to_owned(),
    };
    let gone = Fault::Notice {
        code: ResultCode::UNAVAILABLE,
        diagnostic: "restart".to_owned(),
    };
    let server = with(FaultPlan::new().on(Kind::Bind, busy).on(Kind::Search, gone)).await;
    let mut client = Client::plain(&server).await;
    let bound = client.bind(ADA, ADA_PASSWORD).await.unwrap();
    assert_eq!(
        (bound.code, &*bound.diagnostic),
        (ResultCode::BUSY, "later")
    );
    assert_eq!(server.counters().binds_with(ADA, ResultCode::BUSY), 1);
    client.ask(PEOPLE, Scope::OneLevel, "(uid=ada)", &[]);
    client.send().await;
    let notice = client.event().await.unwrap();
    assert!(
        matches!(&notice, Event::NoticeOfDisconnection { code: ResultCode::UNAVAILABLE, diagnostic } if &**diagnostic == "restart")
    );
    assert!(matches!(client.event().await, Err(Failure::Closed)));
}

#[tokio::test]
async fn resets_with_and_without_an_answer() {
    let failure = search_failure(Fault::Reset).await;
    assert!(matches!(failure, Failure::Reset), "{failure:?}");
    let server = with(FaultPlan::new().on(Kind::Search, Fault::AnswerAndReset)).await;
    let mut client = Client::plain(&server).await;
    let found = client.search(PEOPLE, Scope::OneLevel, "(uid=ada)", &[]);
    assert_eq!(found.await.unwrap().0.len(), 1);
    let after = client.event().await;
    assert!(matches!(after, Err(Failure::Reset)), "{after:?}");
}

#[tokio::test]
async fn an_answer_byte_by_byte() {
    let gate = Gate::new();
    let server = with(FaultPlan::new().on(Kind::Search, Fault::Drip(gate.clone()))).await;
    let mut client = Client::plain(&server).await;
    client.ask(PEOPLE, Scope::OneLevel, "(uid=ada)", &[]);
    client.send().await;
    assert!(gate.wait_held(20, DEADLINE).await);
    gate.release(0);
    assert!(client.is_silent().await);
    gate.open();
    let entry = client.event().await.unwrap();
    assert!(matches!(entry, Event::Entry { .. }), "{entry:?}");
}

#[tokio::test]
async fn referrals_and_references() {
    let urls = vec![
        "ldap://dc3.corp.example/dc=corp".to_owned(),
        "ldap://dc4.corp.example/dc=corp".to_owned(),
    ];
    let plan = FaultPlan::new()
        .rule(Rule::on(Kind::Search, Fault::Refer(urls.clone())).times(1))
        .on(Kind::Search, Fault::Continue(urls.clone()));
    let server = with(plan).await;
    let mut client = Client::plain(&server).await;
    client.ask(PEOPLE, Scope::OneLevel, "(uid=ada)", &[]);
    client.send().await;
    let done = client.event().await.unwrap();
    let Event::SearchDone { result, .. } = done else {
        panic!("{done:?}")
    };
    assert_eq!(result.code, ResultCode::REFERRAL);
    assert!(result.referrals.iter().map(|url| &**url).eq(&urls));
    client.ask(PEOPLE, Scope::OneLevel, "(uid=ada)", &[]);
    client.send().await;
    for url in &urls {
        let reference = client.event().await.unwrap();
        assert!(
            matches!(&reference, Event::Reference { urls, .. } if urls.len() == 1 && *urls[0] == **url),
            "{reference:?}"
        );
    }
    assert!(matches!(client.event().await, Ok(Event::Entry { .. })));
    assert!(matches!(client.event().await, Ok(Event::SearchDone { .. })));
}

#[tokio::test]
async fn a_rule_can_wait_and_run_out() {
    let busy = Fault::Answer {
        code: ResultCode::BUSY,
        diagnostic: String::new(),
    };
    let server = with(FaultPlan::new().rule(Rule::on_any(busy).after(1).times(2))).await;
    let mut client = Client::plain(&server).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(client.bind(ADA, ADA_PASSWORD).await.unwrap().code);
    }
    assert_eq!(
        codes,
        [
            ResultCode::SUCCESS,
            ResultCode::BUSY,
            ResultCode::BUSY,
            ResultCode::SUCCESS
        ]
    );
    server.set_faults(FaultPlan::new().rule(Rule::on_any(Fault::Close).after(2)));
    let mut client = Client::plain(&server).await;
    assert!(client.bind(ADA, ADA_PASSWORD).await.is_ok());
    assert!(client.bind(ADA, ADA_PASSWORD).await.is_ok());
    assert!(
        matches!(client.bind(ADA, ADA_PASSWORD).await, Err(Failure::Closed)),
        "closed after two operations"
    );
}

#[tokio::test]
async fn a_gate_lets_answers_go_in_any_order_and_late() {
    let gate = Gate::new();
    let server = with(FaultPlan::new().on(Kind::Search, Fault::Hold(gate.clone()))).await;
    let mut client = Client::plain(&server).await;
    let asked: Vec<MessageId> = (0..3)
        .map(|_| client.ask(PEOPLE, Scope::Base, "(objectClass=*)", &["1.1"]))
        .collect();
    client.send().await;
    assert!(gate.wait_held(3, DEADLINE).await);
    assert!(client.ldap.abandon(asked[0]).unwrap());
    client.send().await;
    assert!(
        server
            .wait_until(DEADLINE, |counters| counters.abandons == 1)
            .await,
        "the server reads while answers wait"
    );
    assert!(gate.release(2) && gate.release(0) && gate.release(0) && !gate.release(0));
    let mut order = Vec::new();
    while order.len() < 6 {
        order.push(match client.event().await.unwrap() {
            Event::Entry { id, .. } => ("entry", id),
            Event::SearchDone { id, .. } => ("done", id),
            Event::Stale(id) => ("stale", id),
            other => panic!("{other:?}"),
        });
    }
    let [first, second, third] = [asked[0], asked[1], asked[2]];
    assert_eq!(
        order,
        [
            ("entry", third),
            ("done", third),
            ("stale", first),
            ("stale", first),
            ("entry", second),
            ("done", second)
        ]
    );
    gate.open();
    assert!(
        client
            .search(PEOPLE, Scope::Base, "(objectClass=*)", &[])
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn answers_in_reverse() {
    let server = with(FaultPlan::new().on(Kind::Search, Fault::Reverse(3))).await;
    let mut client = Client::plain(&server).await;
    let asked: Vec<MessageId> = (0..3)
        .map(|_| client.ask(PEOPLE, Scope::Base, "(cn=nobody)", &[]))
        .collect();
    client.send().await;
    for id in asked.into_iter().rev() {
        let event = client.event().await.unwrap();
        assert!(
            matches!(event, Event::SearchDone { id: found, .. } if found == id),
            "{event:?}"
        );
    }
}

#[tokio::test]
async fn a_late_bind_answer_belongs_to_its_connection() {
    let gate = Gate::new();
    let server =
        with(FaultPlan::new().rule(Rule::on(Kind::Bind, Fault::Hold(gate.clone())).times(1))).await;
    let mut first = Client::plain(&server).await;
    first
        .ldap
        .bind_simple(ADA, &Password::new(ADA_PASSWORD.into()).unwrap(), &[])
        .unwrap();
    first.send().await;
    assert!(gate.wait_held(1, DEADLINE).await);
    let mut second = Client::plain(&server).await;
    assert_eq!(
        second.bind(ADA, "wrong").await.unwrap().code,
        ResultCode::INVALID_CREDENTIALS
    );
    drop(first);
    assert!(gate.release(0), "nobody is there to take it");
    assert_eq!(
        second.bind(ADA, "wrong").await.unwrap().code,
        ResultCode::INVALID_CREDENTIALS
    );
}

#[tokio::test]
async fn connections_that_go_wrong_before_the_first_operation() {
    let server = with(FaultPlan::new().on_connect(ConnectFault::Close)).await;
    let mut client = Client::plain(&server).await;
    assert!(matches!(
        client.bind(ADA, ADA_PASSWORD).await,
        Err(Failure::Closed | Failure::Reset)
    ));
    server.set_faults(
        FaultPlan::new().on_connect(ConnectFault::Bytes(b"220 mail.example ESMTP\r\n".to_vec())),
    );
    let mut client = Client::plain(&server).await;
    assert!(matches!(
        client.bind(ADA, ADA_PASSWORD).await,
        Err(Failure::Protocol(ProtocolError::Malformed(_)))
    ));
    server.set_faults(FaultPlan::new().on_connect(ConnectFault::Silence));
    let mut client = Client::plain(&server).await;
    client.ldap.bind_anonymous(&[]).unwrap();
    client.send().await;
    assert!(client.is_silent().await);
    assert_eq!(server.counters().all_binds(), 0);
}

#[tokio::test]
async fn a_handshake_that_is_never_finished() {
    let server = with(FaultPlan::new().on_connect(ConnectFault::StallHandshake)).await;
    let trust = server.ca_pem();
    let socket = TcpStream::connect(server.ldaps_addr()).await.unwrap();
    let stalled = tokio::time::timeout(
        std::time::Duration::from_millis(300),
        handshake(socket, &trust, "localhost"),
    )
    .await;
    assert!(stalled.is_err(), "LDAPS");
    let mut client = Client::plain(&server).await;
    let stalled = tokio::time::timeout(
        std::time::Duration::from_millis(300),
        client.start_tls(&trust, "localhost"),
    )
    .await;
    assert!(stalled.is_err(), "StartTLS");
    assert_eq!(
        (server.counters().start_tls, server.counters().handshakes),
        (1, 0)
    );
}

#[tokio::test]
async fn start_tls_refused_and_injected() {
    let refused = Fault::Answer {
        code: ResultCode::UNAVAILABLE,
        diagnostic: "no TLS today".to_owned(),
    };
    let server = with(FaultPlan::new().on(Kind::StartTls, refused)).await;
    let mut client = Client::plain(&server).await;
    let result = client
        .start_tls(&server.ca_pem(), "localhost")
        .await
        .unwrap();
    assert_eq!(result.code, ResultCode::UNAVAILABLE);
    assert!(
        client.ldap.must_close(),
        "the client never goes on in clear"
    );
    // A bind response in clear, for the id that comes next.
    let injected = b"\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\x00\x04\x00\x04\x00".to_vec();
    server.set_faults(FaultPlan::new().on(Kind::StartTls, Fault::Append(injected)));
    let mut client = Client::plain(&server).await;
    let failure = client
        .start_tls(&server.ca_pem(), "localhost")
        .await
        .err()
        .unwrap();
    // The bytes come with the answer or, if the network splits the write, spoil the handshake.
    assert!(
        matches!(
            failure,
            Failure::Protocol(ProtocolError::BytesBeforeTls) | Failure::Closed
        ),
        "{failure:?}"
    );
    assert_eq!(server.counters().handshakes, 0);
}

#[tokio::test]
async fn deep_nesting_is_six_hundred_kilobytes_of_well_formed_elements() {
    let server = with(FaultPlan::new().on(Kind::Search, Fault::DeepNesting)).await;
    let mut client = Client::plain(&server).await;
    client.ask(PEOPLE, Scope::Base, "(objectClass=*)", &[]);
    let mut socket = TcpStream::connect(server.ldap_addr()).await.unwrap();
    socket.write_all_buf(client.ldap.outbound()).await.unwrap();
    let mut input = BytesMut::new();
    let frame = loop {
        if let Some(frame) = split_frame(&mut input, &Limits::CLIENT).unwrap() {
            break frame;
        }
        let read = tokio::time::timeout(DEADLINE, socket.read_buf(&mut input))
            .await
            .unwrap()
            .unwrap();
        assert!(read > 0, "closed after {} bytes", input.len());
    };
    assert!(frame.len() > 600_000);
    let mut message = Reader::new(Reader::new(&frame, 1).element().unwrap().1, 1);
    message.integer("messageID").unwrap();
    let mut levels = 0;
    let mut content = message.element().unwrap().1;
    while !content.is_empty() {
        let mut level = Reader::new(content, 1);
        content = level.element().unwrap().1;
        assert!(level.is_empty());
        levels += 1;
    }
    assert_eq!(levels, 120_000);
}
