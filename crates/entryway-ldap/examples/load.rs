//! Measures what a search and a bind cost the client: `load [--tls] [IN_FLIGHT] [SECONDS]`.
//!
//! The server end runs in threads of its own, so that the client's CPU time can be told apart.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use bytes::BytesMut;
use entryway_ldap::{
    DerefAliases, Limits, PoolLimits, Role, SearchRequest, Security, Server, ServerSettings,
    ServiceBind, Timeouts,
};
use entryway_ldap_proto::Op;
use entryway_ldap_proto::server::{Connection, Reply, ReplyKind};
use entryway_ldap_types::{AttributeName, Filter, Password, ResultCode, Scope};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn main() {
    let numbers: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let in_flight = numbers.first().copied().unwrap_or(64);
    let seconds = numbers.get(1).copied().unwrap_or(3);
    let workers = numbers.get(2).copied().unwrap_or(1) as usize;
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::Builder::new()
        .name("peer".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(serve(tell));
        })
        .unwrap();
    let address = told.recv().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_name("client")
        .enable_all()
        .build()
        .unwrap();
    for what in ["search", "bind", "both"] {
        let server = Server::new(settings(address));
        let stop = Arc::new(AtomicBool::new(false));
        let done = Arc::new(AtomicU64::new(0));
        let before = cpu();
        let started = Instant::now();
        runtime.block_on(async {
            let tasks: Vec<_> = (0..in_flight)
                .map(|_| {
                    tokio::spawn(work(
                        what,
                        Arc::clone(&server),
                        Arc::clone(&stop),
                        Arc::clone(&done),
                    ))
                })
                .collect();
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            stop.store(true, Ordering::Relaxed);
            for task in tasks {
                task.await.unwrap();
            }
        });
        let took = started.elapsed().as_secs_f64();
        let operations = done.load(Ordering::Relaxed) as f64;
        println!(
            "{what:7} {in_flight:4} in flight  {:9.0}/s  client {:6.2} us CPU each",
            operations / took,
            (cpu() - before) * 1e6 / operations
        );
    }
}

async fn work(what: &str, server: Arc<Server>, stop: Arc<AtomicBool>, done: Arc<AtomicU64>) {
    let request = request();
    let password = Password::new(b"secret".to_vec()).unwrap();
    while !stop.load(Ordering::Relaxed) {
        let deadline = Instant::now() + Duration::from_secs(5);
        if what != "bind" {
            let found = server
                .search(Role::FindLogin, &request, deadline)
                .await
                .unwrap();
            assert_eq!(found.entries.len(), 1);
        }
        if what != "search" {
            let bound = server
                .bind_as("uid=jdoe,ou=people,dc=corp,dc=example", &password, deadline)
                .await
                .unwrap();
            assert_eq!(bound.code, ResultCode::SUCCESS);
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
}

/// CPU seconds of the client's threads, from /proc.
fn cpu() -> f64 {
    let mut total = 0.0;
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let path = task.unwrap().path();
        if std::fs::read_to_string(path.join("comm"))
            .unwrap_or_default()
            .trim()
            == "client"
        {
            let spent = std::fs::read_to_string(path.join("schedstat")).unwrap_or_default();
            total += spent
                .split(' ')
                .next()
                .and_then(|ns| ns.parse::<f64>().ok())
                .unwrap_or(0.0)
                / 1e9;
        }
    }
    total
}

fn request() -> SearchRequest {
    let names = [
        "entryUUID",
        "uid",
        "uidNumber",
        "gidNumber",
        "mail",
        "displayName",
    ];
    SearchRequest {
        base: "ou=people,dc=corp,dc=example".to_owned(),
        scope: Scope::Subtree,
        deref: DerefAliases::Never,
        size_limit: 2,
        time_limit: 3,
        types_only: false,
        filter: Filter::And(vec![
            Filter::Equal(
                AttributeName::from_static("objectClass"),
                b"person".to_vec(),
            ),
            Filter::Equal(AttributeName::from_static("uid"), b"jdoe".to_vec()),
        ]),
        attributes: names
            .iter()
            .map(|name| AttributeName::parse(name).unwrap())
            .collect(),
    }
}

fn settings(address: SocketAddr) -> ServerSettings {
    ServerSettings {
        display: "ldap://bench".into(),
        host: address.ip().to_string(),
        port: address.port(),
        security: Security::Clear,
        service_bind: ServiceBind::Anonymous,
        timeouts: Timeouts::default(),
        limits: PoolLimits::default(),
        proto_limits: Limits::CLIENT,
    }
}

async fn serve(tell: std::sync::mpsc::Sender<SocketAddr>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    tell.send(listener.local_addr().unwrap()).unwrap();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        tokio::spawn(answer(socket));
    }
}

async fn answer(mut socket: TcpStream) {
    socket.set_nodelay(true).unwrap();
    let mut connection = Connection::new(Limits::SERVER);
    let mut input = BytesMut::with_capacity(64 << 10);
    while socket
        .read_buf(&mut input)
        .await
        .is_ok_and(|count| count > 0)
    {
        while let Some(frame) = connection.next_frame(&mut input).unwrap() {
            let message = connection.request(&frame).unwrap();
            let id = message.id;
            match message.op {
                Op::BindRequest(_) => connection.reply(id, ReplyKind::Bind, &Reply::SUCCESS, &[]),
                Op::SearchRequest(_) => {
                    let values = [
                        ("entryUUID", [&b"6ba7b810-9dad-11d1-80b4-00c04fd430c8"[..]]),
                        ("uid", [&b"jdoe"[..]]),
                        ("uidNumber", [&b"1042"[..]]),
                        ("gidNumber", [&b"100"[..]]),
                        ("mail", [&b"jane.doe@corp.example"[..]]),
                        ("displayName", [&b"Jane Doe"[..]]),
                    ];
                    connection.search_entry(
                        id,
                        "uid=jdoe,ou=people,dc=corp,dc=example",
                        values,
                        &[],
                    );
                    connection.reply(id, ReplyKind::SearchDone, &Reply::SUCCESS, &[]);
                }
                _ => {}
            }
        }
        if socket.write_all_buf(connection.outbound()).await.is_err() {
            return;
        }
    }
}
