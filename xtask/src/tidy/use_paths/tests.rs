use super::paths_below;

#[track_caller]
fn check(code: &str, expected: &[&str]) {
    let paths: Vec<String> = paths_below(code, "std")
        .into_iter()
        .map(|(_, path)| path)
        .collect();
    assert_eq!(paths, expected);
}

#[test]
fn plain_paths() {
    check("use std::net::IpAddr;", &["net::IpAddr"]);
    check("let x = std::env::var(\"\");", &["env::var"]);
    check("mystd::fs", &[]);
}

#[test]
fn groups() {
    check(
        "use std::{fs, net::{IpAddr, TcpStream}, io as i};",
        &["fs", "net::IpAddr", "net::TcpStream", "io"],
    );
    check("use std::{\n    env,\n    fmt,\n};", &["env", "fmt"]);
}
