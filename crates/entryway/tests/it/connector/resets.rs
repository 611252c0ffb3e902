//! What may be lost at a site, row by row of "What may be lost" in docs/connector.md.

use super::hub::Hub;
use super::{enroll, run, status, text, world};
use crate::daemon::Daemon;
use crate::world::World;
use serde_json::Value;
use std::fs;

/// Row `entryway.toml`.
#[test]
fn a_lost_configuration_starts_nothing_and_leaves_the_identity() {
    let (world, hub) = (world(), Hub::start());
    enroll(&world, &hub);
    let identity = world.state().join("connector");
    let leave = |arguments: &[&str]| {
        let arguments = [&["connector", "leave"], arguments].concat();
        run(&world, &arguments, "")
    };
    for lost in [Some("[login\n"), None] {
        match lost {
            Some(broken) => world.write("entryway.toml", broken),
            None => fs::remove_file(world.path("entryway.toml")).expect("removed"),
        }
        let ended = run(&world, &["connector", "run"], "");
        assert_eq!(ended.status.code(), Some(3), "{}", text(&ended.stderr));
        let unforced = leave(&[]);
        assert_eq!(unforced.status.code(), Some(3));
        let said = text(&unforced.stderr);
        assert!(said.contains("--force"), "{said}");
        assert!(identity.join("key.pem").exists());
    }
    let left = leave(&["--force"]);
    assert_eq!(left.status.code(), Some(0), "{}", text(&left.stderr));
    let said = text(&left.stdout);
    assert!(said.contains("entryway hub connector revoke"), "{said}");
    assert!(said.contains("the hub was not told"), "{said}");
    assert!(!identity.exists());
    assert!(!hub.was_left());
}

/// With a new ticket, in the place of what is there.
fn enroll_anew(world: &World, hub: &Hub) {
    let url = hub.url();
    let again = ["connector", "enroll", &url, "--replace"];
    let again = run(world, &again, &hub.ticket());
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
}

/// Row "nothing: a restart".
#[test]
fn a_restart_registers_nothing_anew() {
    let (world, hub) = (world(), Hub::start());
    let enrolled = enroll(&world, &hub);
    let folder = world.state().join("connector");
    let kept = || {
        ["key.pem", "chain.pem", "authority.pem", "identity.json"]
            .map(|name| fs::read(folder.join(name)).expect("there"))
    };
    let mut before = None;
    for _ in 0..2 {
        let mut daemon = Daemon::connector(&world);
        daemon.event("hub.up");
        assert_eq!(status(&world)["connector"], enrolled["connector"]);
        daemon.signal("TERM");
        assert!(daemon.rest().0.success());
        let now = kept();
        assert_eq!(before.get_or_insert_with(|| now.clone()), &now);
    }
    assert_eq!(hub.enrolments(), 1);
    assert_eq!(hub.key_of_the_last(), enrolled["key_fingerprint"]);
}

/// Row "what people of the site could show a certificate with".
#[test]
fn certificates_are_not_offered_and_passwords_go_on() {
    let (world, hub) = (world(), Hub::start());
    enroll(&world, &hub);
    let mut daemon = Daemon::connector(&world);
    daemon.event("hub.up");
    let why = |ability: &str| {
        let status = status(&world);
        let ready = status["ready"].as_array().expect("a list").iter();
        let mut found = ready.filter(|ready| ready["ability"] == ability);
        found.next().expect("told")["not_because"].clone()
    };
    assert_eq!(why("certificate"), "switched_off");
    assert_eq!(why("password"), Value::Null);
    // What is wrong with such settings is told, and what is in force stays.
    let broken = "\n[certificate_login]\nlisten = \"127.0.0.1:0\"\ntrust = [\"gone.pem\"]\n";
    let whole = fs::read_to_string(world.path("entryway.toml")).expect("there");
    world.write("entryway.toml", &(whole + broken));
    daemon.signal("HUP");
    daemon.event("config.refused");
    assert_eq!(why("password"), Value::Null);
    assert_eq!(status(&world)["nodes"][0]["state"], "up");
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
}

/// What a hub says last and what cannot be written down holds while the connector runs, and the next start knows what was
/// said before.
#[test]
fn what_a_hub_said_and_cannot_be_kept_is_told_and_holds() {
    const ANOTHER: &str = "http://127.0.0.1:1";
    let (world, mut hub) = (world(), Hub::start());
    enroll(&world, &hub);
    let mut daemon = Daemon::connector(&world);
    daemon.event("hub.up");
    let identity = world.state().join("connector/identity.json");
    let aside = world.path("identity.json");
    fs::rename(&identity, &aside).expect("moved");
    fs::create_dir(&identity).expect("in its place");
    hub.names(ANOTHER);
    hub.stop();
    daemon.event("hub.down");
    hub.start_again();
    let told = daemon.event("identity.not_kept");
    let problem = told["problem"].as_str().expect("a text");
    assert!(problem.contains("identity.json` cannot be read"), "{told}");
    fs::remove_dir(&identity).expect("removed");
    fs::rename(&aside, &identity).expect("back");
    let nodes = || {
        let status = status(&world);
        let nodes = status["nodes"].as_array().expect("a list").iter();
        let urls = nodes.map(|node| node["hub"].as_str().expect("a URL").to_owned());
        urls.collect::<Vec<_>>()
    };
    let is_known = nodes().iter().any(|url| url.starts_with(ANOTHER));
    assert!(is_known, "{:?}", nodes());
    let kept = fs::read_to_string(&identity).expect("there");
    assert!(!kept.contains(ANOTHER), "{kept}");
    // It is said anew at the next start, and kept then.
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
    let mut daemon = Daemon::connector(&world);
    daemon.event("hub.up");
    super::until("kept", || {
        let kept = fs::read_to_string(&identity);
        kept.is_ok_and(|kept| kept.contains(ANOTHER))
    });
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
}

/// Row "the key or a certificate", and "the whole state directory".
#[test]
fn half_an_identity_starts_nothing_and_another_ticket_makes_another() {
    let (world, hub) = (world(), Hub::start());
    let first = enroll(&world, &hub);
    let folder = world.state().join("connector");
    for lost in ["key.pem", "chain.pem", "authority.pem"] {
        fs::remove_file(folder.join(lost)).expect("removed");
        let ended = run(&world, &["connector", "run"], "");
        assert_eq!(ended.status.code(), Some(3), "{lost}");
        let said = text(&ended.stderr);
        assert!(said.contains(lost) && said.contains("--replace"), "{said}");
        enroll_anew(&world, &hub);
        assert_ne!(hub.key_of_the_last(), first["key_fingerprint"]);
    }
    let mut daemon = Daemon::connector(&world);
    daemon.event("hub.up");
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
    // Whoever wants no other one is rid of the half.
    fs::remove_file(folder.join("key.pem")).expect("removed");
    let left = run(&world, &["connector", "leave"], "");
    assert_eq!(left.status.code(), Some(3));
    let left = run(&world, &["connector", "leave", "--force"], "");
    assert_eq!(left.status.code(), Some(0), "{}", text(&left.stderr));
    assert!(text(&left.stdout).contains("entryway hub connector revoke"));
    assert!(!folder.exists());
}

/// Row "the store".
#[test]
fn a_lost_store_starts_nothing_until_a_backup_is_back_or_the_audit_has_another_name() {
    let (world, hub) = (world(), Hub::start());
    enroll(&world, &hub);
    let logs_in = || {
        let login = ["login", "jdoe", "--password-stdin"];
        let ended = run(&world, &login, "right");
        assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    };
    let lose = || {
        for name in ["entryway.db", "entryway.db-wal", "entryway.db-shm"] {
            let _ = fs::remove_file(world.path(name));
        }
        assert!(!world.path("entryway.db").exists());
    };
    let starts = || {
        let mut daemon = Daemon::connector(&world);
        daemon.event("hub.up");
        daemon.signal("TERM");
        assert!(daemon.rest().0.success());
    };
    logs_in();
    let backup = world.path("backup.db");
    let backup = backup.to_str().expect("text");
    let kept = run(&world, &["store", "backup", backup], "");
    assert_eq!(kept.status.code(), Some(0), "{}", text(&kept.stderr));
    lose();
    let ended = run(&world, &["connector", "run"], "");
    assert_ne!(ended.status.code(), Some(0));
    let said = text(&ended.stderr);
    assert!(
        said.contains("restore a backup") && said.contains("another `audit.node`"),
        "{said}"
    );
    // The identity is none of the store's.
    assert!(world.state().join("connector/key.pem").exists());
    lose();
    let restored = run(&world, &["store", "restore", backup], "");
    assert_eq!(
        restored.status.code(),
        Some(0),
        "{}",
        text(&restored.stderr)
    );
    starts();
    // Without one: under another name, and without what stood in it.
    lose();
    let configuration = fs::read_to_string(world.path("entryway.toml")).expect("there");
    let named = configuration.replace("node = \"gateway\"", "node = \"gateway-2\"");
    assert_ne!(named, configuration);
    world.write("entryway.toml", &named);
    starts();
    logs_in();
    assert_eq!(hub.enrolments(), 1);
}

/// Row "the ticket".
#[test]
fn a_ticket_is_needed_once() {
    let (world, hub) = (world(), Hub::start());
    let ticket = world.path("ticket");
    world.write("ticket", &hub.ticket());
    let (url, file) = (hub.url(), ticket.to_str().expect("text"));
    let enrolled = run(
        &world,
        &["connector", "enroll", &url, "--ticket-file", file],
        "",
    );
    assert_eq!(
        enrolled.status.code(),
        Some(0),
        "{}",
        text(&enrolled.stderr)
    );
    fs::remove_file(ticket).expect("removed");
    let mut daemon = Daemon::connector(&world);
    daemon.event("hub.up");
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
}

/// Row "the certificate's time".
#[test]
fn a_certificate_that_has_ended_is_told_with_what_to_do() {
    let (world, hub) = (world(), Hub::start());
    hub.certified_days_ago(91);
    enroll(&world, &hub);
    let mut daemon = Daemon::connector(&world);
    let told = daemon.event("hub.unreached");
    // The hub's own word.
    let problem = told["problem"].as_str().unwrap_or_default();
    assert!(problem.contains("by its clock it has ended"), "{told}");
    let remedy = told["remedy"].as_str().unwrap_or_default();
    assert!(
        remedy.contains("a new ticket") && remedy.contains("--replace"),
        "{told}"
    );
    let trouble = &status(&world)["nodes"][0]["last_error"];
    assert_eq!(trouble["remedy"], told["remedy"], "{trouble}");
    let checked = run(&world, &["connector", "check"], "");
    assert_eq!(checked.status.code(), Some(1));
    let said = text(&checked.stdout);
    assert!(
        said.contains("has ended at") && said.contains("--replace"),
        "{said}"
    );
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
    // As it says.
    hub.certified_days_ago(0);
    enroll_anew(&world, &hub);
    let mut daemon = Daemon::connector(&world);
    daemon.event("hub.up");
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
}
