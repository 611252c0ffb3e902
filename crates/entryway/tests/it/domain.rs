//! `entryway domain` on files: several at once, through links, with secrets in them.

use crate::world::World;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;

#[test]
fn edits_at_the_same_time_all_count() {
    let world = World::new();
    let settings = [
        "connections.max=4",
        "connections.outstanding=20",
        "timeouts.connect=500ms",
        "timeouts.operation=1500ms",
        "when_down=skip",
        "login_name_case=lower",
        "people.scope=one-level",
        "defaults.uid=20000",
    ];
    let children: Vec<_> = settings
        .iter()
        .map(|setting| {
            world
                .command(&["domain", "set", "staff", setting])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the binary")
        })
        .collect();
    for child in children {
        let ended = child.wait_with_output().expect("an end");
        assert!(
            ended.status.success(),
            "{}",
            String::from_utf8_lossy(&ended.stderr)
        );
    }
    let shown = world
        .command(&["domain", "show", "staff", "--output", "json"])
        .output();
    let shown = String::from_utf8(shown.expect("an end").stdout).expect("text");
    for setting in settings {
        let (key, value) = setting.split_once('=').expect("a pair");
        let begins = format!("{{\"key\":\"{key}\",\"value\":");
        let (_, behind) = shown.split_once(&begins).expect("the setting");
        let found = behind.trim_start_matches('"');
        assert!(found.starts_with(value), "{setting} is lost: {shown}");
    }
}

#[test]
fn a_link_stays_a_link_and_a_mode_stays_a_mode() {
    let world = World::new();
    fs::create_dir(world.path("repository")).expect("a folder");
    let target = world.path("repository/gateway.toml");
    // Paths in the file start from the name that it is read by, not from where the link leads.
    fs::rename(world.path("entryway.toml"), &target).expect("moved");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("permissions");
    symlink(&target, world.path("entryway.toml")).expect("a link");
    let ended = world
        .command(&["domain", "set", "staff", "when_down=skip"])
        .output()
        .expect("an end");
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    let link = fs::symlink_metadata(world.path("entryway.toml")).expect("a link");
    assert!(link.is_symlink());
    let text = fs::read_to_string(&target).expect("text");
    assert!(text.contains("when_down = \"skip\"\n"), "{text}");
    let mode = fs::metadata(&target).expect("a file").permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
    assert_eq!(
        fs::read_dir(world.path("repository"))
            .expect("a folder")
            .count(),
        1
    );
}

#[test]
fn a_refused_edit_leaves_every_byte() {
    let world = World::new();
    let before = fs::read(world.path("entryway.toml")).expect("text");
    for arguments in [
        &["domain", "set", "staff", "base=nonsense"][..],
        &["domain", "set", "staff", "when_down=skip", "--dry-run"],
        &["domain", "remove", "staff"],
        &["domain", "default", "nobody"],
    ] {
        world.command(arguments).output().expect("an end");
        let after = fs::read(world.path("entryway.toml")).expect("text");
        assert_eq!(after, before, "{arguments:?}");
    }
}

#[test]
fn no_secret_is_shown() {
    let world = World::new();
    let text = world
        .configuration()
        .replace("{ file = \"staff.pass\" }", "\"service-secret\"");
    assert!(text.contains("\"service-secret\""));
    world.write("entryway.toml", &text);
    for arguments in [
        &["domain", "show", "staff"][..],
        &["domain", "show", "staff", "--output", "json"],
        &[
            "domain",
            "set",
            "staff",
            "bind.dn=cn=x,dc=corp,dc=example",
            "--dry-run",
        ],
        &[
            "domain",
            "set",
            "staff",
            "bind.password={file=\"staff.pass\"}",
            "--dry-run",
        ],
        &[
            "domain",
            "set",
            "staff",
            "bind.password={file=\"staff.pass\"}",
        ],
    ] {
        let ended = world.command(arguments).output().expect("an end");
        let said = [ended.stdout, ended.stderr].concat();
        let said = String::from_utf8(said).expect("text");
        assert!(said.contains("***"), "{arguments:?}: {said}");
        assert!(!said.contains("service-secret"), "{arguments:?}: {said}");
    }
}
