//! The hub: tickets and connectors at the command line.

mod api;
mod live;
mod lockout;
pub(crate) mod logins;
mod lookups;
mod records;
pub(crate) mod site;
mod still;
mod tickets;
mod tunnels;

pub(crate) use logins::{connected_in, sealed};
pub(crate) use site::until_metric;

use crate::world::World;
use serde_json::Value;

/// One site, and one that is switched off.
pub(crate) const SITES: &str = r#"
[hub]
url = "http://127.0.0.1:8389"

[site.plant-a]
suffixes = ["plant-a.example"]
clients = ["portal"]

[site.closed]
enabled = false
"#;

/// A directory that locks at the fifth wrong password.
pub(crate) const LOCKS_AT_5: &str = "
dn: cn=policy,dc=corp,dc=example
objectClass: pwdPolicy
cn: policy
pwdLockout: TRUE
pwdMaxFailure: 5
pwdFailureCountInterval: 1800
pwdLockoutDuration: 1800
";

/// A world with a hub.
fn world() -> World {
    let world = World::new();
    let text = world.configuration();
    world.write("entryway.toml", &format!("{text}\n{SITES}"));
    world
}

/// Runs a command: its exit code, what it says as JSON, what it says beside.
fn run(world: &World, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let mut command = world.command(arguments);
    let ended = command.args(["--output", "json"]).output().expect("an end");
    let said = String::from_utf8(ended.stderr).expect("text");
    let json = serde_json::from_slice(&ended.stdout).unwrap_or_default();
    (ended.status.code(), json, said)
}

/// Runs one that has to work.
pub(crate) fn done(world: &World, arguments: &[&str]) -> Value {
    let (code, json, said) = run(world, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    json
}

/// Runs one that is answered with no, and gives why.
fn refused(world: &World, arguments: &[&str]) -> String {
    let (code, _, said) = run(world, arguments);
    assert_eq!(code, Some(1), "{arguments:?}: {said}");
    said
}
