use super::*;
use simple_dns::ResourceRecord;
use simple_dns::rdata::SRV;
use tokio::net::TcpListener;

const NAME: &str = "_ldap._tcp.corp.example";

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// What a name server answers to a query, from the answer that would be right.
type Script = fn(&[u8], Vec<u8>) -> Vec<Vec<u8>>;

fn answer(query: &[u8], targets: u16) -> Vec<u8> {
    let query = Packet::parse(query).unwrap();
    let mut packet = Packet::new_reply(query.id());
    packet.questions = query.questions.clone();
    for number in 0..targets {
        let target = format!("dc{number}.corp.example");
        let record = SRV {
            priority: number,
            weight: 10,
            port: 389,
            target: Name::new(&target).unwrap().into_owned(),
        };
        let name = Name::new(NAME).unwrap();
        let record = ResourceRecord::new(name, CLASS::IN, 600, RData::SRV(record));
        packet.answers.push(record);
    }
    packet.build_bytes_vec_compressed().unwrap()
}

/// A name server that is told what to say.
async fn server(script: Script) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut datagram = [0; 1024];
        loop {
            let (length, from) = socket.recv_from(&mut datagram).await.unwrap();
            let query = &datagram[..length];
            for reply in script(query, answer(query, 2)) {
                socket.send_to(&reply, from).await.unwrap();
            }
        }
    });
    address
}

async fn ask(servers: &[SocketAddr]) -> Result<Vec<Service>, DnsError> {
    services(NAME, servers, soon()).await
}

fn targets(found: &[Service]) -> Vec<&str> {
    found.iter().map(|service| &*service.target).collect()
}

#[tokio::test]
async fn rfc2782_records_are_read() {
    let server = server(|_, right| vec![right]).await;
    let found = ask(&[server]).await.unwrap();
    let first = Service {
        priority: 0,
        weight: 10,
        port: 389,
        target: "dc0.corp.example".to_owned(),
        ttl: Duration::from_secs(600),
    };
    assert_eq!(found.first(), Some(&first));
    assert_eq!(targets(&found), ["dc0.corp.example", "dc1.corp.example"]);
}

#[tokio::test]
async fn rfc5452_what_answers_another_question_is_not_believed() {
    let server = server(|query, right| {
        let mut other_id = right.clone();
        other_id[1] ^= 1;
        let mut no_response = right.clone();
        no_response[2] &= 0x7f;
        let mut other_name = right.clone();
        other_name[13] ^= 1;
        let mut other_type = right.clone();
        // The type stands before the class at the end of the question, which is as long as the query.
        other_type[query.len() - 3] = 1;
        vec![
            b"?".to_vec(),
            other_id,
            no_response,
            other_name,
            other_type,
            right,
        ]
    })
    .await;
    assert_eq!(ask(&[server]).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_name_that_does_not_exist_has_no_records() {
    let server = server(|query, _| {
        let mut reply = answer(query, 0);
        reply[3] |= 3;
        vec![reply]
    })
    .await;
    assert_eq!(ask(&[server]).await.unwrap(), []);
}

#[tokio::test]
async fn the_next_name_server_is_asked_where_one_fails_or_is_silent() {
    let fails = server(|query, _| {
        let mut reply = answer(query, 0);
        reply[3] |= 2;
        vec![reply]
    })
    .await;
    let silent = server(|_, _| Vec::new()).await;
    let well = server(|_, right| vec![right]).await;
    assert_eq!(ask(&[fails, well]).await.unwrap().len(), 2);
    let soon = Instant::now() + Duration::from_millis(400);
    let found = services(NAME, &[silent, well], soon).await;
    assert_eq!(found.unwrap().len(), 2);
    let refused = ask(&[fails]).await;
    assert!(
        matches!(&refused, Err(DnsError::Refused { code, .. }) if code == "ServerFailure"),
        "{refused:?}"
    );
    let soon = Instant::now() + Duration::from_millis(40);
    let nobody = services(NAME, &[silent], soon).await;
    assert!(matches!(nobody, Err(DnsError::Silent { .. })), "{nobody:?}");
}

#[tokio::test]
async fn rfc1035_4_2_2_what_does_not_fit_is_asked_for_over_tcp() {
    // The same port for both: whoever has the one may have the other.
    let (listener, socket) = loop {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        if let Ok(socket) = UdpSocket::bind(listener.local_addr().unwrap()).await {
            break (listener, socket);
        }
    };
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut datagram = [0; 1024];
        let (length, from) = socket.recv_from(&mut datagram).await.unwrap();
        let mut cut = answer(&datagram[..length], 0);
        cut[2] |= 2;
        socket.send_to(&cut, from).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut query = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut query).await.unwrap();
        let reply = answer(&query, 40);
        let length = u16::try_from(reply.len()).unwrap();
        stream.write_u16(length).await.unwrap();
        stream.write_all(&reply).await.unwrap();
    });
    assert_eq!(ask(&[address]).await.unwrap().len(), 40);
}

#[tokio::test]
async fn no_bytes_make_it_fail_otherwise_than_by_silence() {
    let server = server(|_, right| {
        // Every prefix, and every byte turned.
        let cut = (0..right.len()).map(|length| right[..length].to_vec());
        let turned = (12..right.len()).map(|at| {
            let mut reply = right.clone();
            reply[at] ^= 0xff;
            reply
        });
        let mut replies: Vec<_> = cut.chain(turned).collect();
        for reply in &mut replies {
            // Of another question, so that all of them are read.
            if let Some(first) = reply.first_mut() {
                *first ^= 1;
            }
        }
        replies.push(right);
        replies
    })
    .await;
    // Loopback may drop some of that many: what counts is that the right one is found in the end.
    assert_eq!(ask(&[server]).await.unwrap().len(), 2);
}

#[test]
fn the_systems_name_servers() {
    let text = "# resolv.conf\nsearch corp.example\nnameserver 10.0.0.53\nnameserver\tfd00::53\nnameserver fe80::1%eth0\noptions edns0\nnameserver 10.0.0.54\nnameserver 10.0.0.55\n";
    let expected: Vec<SocketAddr> = ["10.0.0.53:53", "[fd00::53]:53", "10.0.0.54:53"]
        .map(|it| it.parse().unwrap())
        .into();
    assert_eq!(of_system(text), expected);
    assert_eq!(of_system(""), []);
    assert_eq!(name_servers(&expected), expected);
}

#[test]
fn a_name_that_is_none_is_not_asked_for() {
    let long = format!("{}.example", "a".repeat(64));
    assert!(matches!(query(1, &long), Err(DnsError::Name { .. })));
}
