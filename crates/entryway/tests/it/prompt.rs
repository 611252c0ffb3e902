//! The password's prompt at a terminal, and its line on standard input.

use crate::world::{SOON, World};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::channel;

/// `entryway login jdoe` at a terminal of its own, killed when dropped.
struct Prompted {
    child: Child,
    keyboard: File,
    terminal: File,
}

impl Prompted {
    /// Returns when the password has been asked for.
    fn start(world: &World) -> Self {
        Self::of(world, &["login", "jdoe"], "password: ")
    }

    fn of(world: &World, arguments: &[&str], prompt: &str) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&keyboard).expect("granted");
        unlockpt(&keyboard).expect("unlocked");
        let name = ptsname(&keyboard, Vec::new()).expect("a name");
        let terminal = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(i32::try_from(OpenptFlags::NOCTTY.bits()).expect("a flag"))
            .open(name.to_str().expect("a path"))
            .expect("the other end");
        let child = world
            .command(arguments)
            .stdin(terminal.try_clone().expect("a terminal"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        let mut prompted = Self {
            child,
            keyboard: keyboard.into(),
            terminal,
        };
        prompted.is_asked(prompt);
        prompted
    }

    /// Waits for this on standard error.
    fn is_asked(&mut self, prompt: &str) {
        let mut asked = vec![0; prompt.len()];
        let stderr = self.child.stderr.as_mut().expect("a pipe");
        stderr.read_exact(&mut asked).expect("a prompt");
        assert_eq!(String::from_utf8_lossy(&asked), prompt);
    }

    fn shows_what_is_typed(&self) -> bool {
        let modes = tcgetattr(&self.terminal).expect("modes").local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ISIG)
    }

    /// Types, and waits for the end.
    fn typed(&mut self, keys: &[u8]) -> (ExitStatus, String) {
        self.keyboard.write_all(keys).expect("typed");
        let mut stdout = self.child.stdout.take().expect("a pipe");
        let (told, answer) = channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stdout.read_to_string(&mut text);
            let _ = told.send(text);
        });
        let text = answer.recv_timeout(SOON).expect("an end in time");
        (self.child.wait().expect("an end"), text)
    }
}

impl Drop for Prompted {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_password_is_typed_unseen() {
    let world = World::new();
    let mut prompted = Prompted::start(&world);
    assert!(!prompted.shows_what_is_typed());
    // The terminal edits the line: the erased character is not part of it.
    let (ended, answer) = prompted.typed(b"rightx\x7f\n");
    assert!(answer.starts_with("decision     accept"), "{answer}");
    assert_eq!(ended.code(), Some(0));
    assert!(prompted.shows_what_is_typed());
}

#[test]
fn an_interrupted_prompt_leaves_the_terminal_as_it_was() {
    const CTRL_C: u8 = 3;
    const CTRL_BACKSLASH: u8 = 28;
    let world = World::new();
    for key in [CTRL_C, CTRL_BACKSLASH] {
        let mut prompted = Prompted::start(&world);
        let (ended, answer) = prompted.typed(&[b'r', b'i', key]);
        assert_eq!((ended.code(), answer.as_str()), (Some(130), ""));
        assert!(prompted.shows_what_is_typed());
    }
    assert_eq!(
        world.directory.counters().connections,
        0,
        "nobody was asked"
    );
}

#[test]
fn a_new_password_is_typed_twice() {
    let world = World::new();
    for (again, code) in [("open sesame\n", 0), ("open sesami\n", 2)] {
        let name = format!("ann{code}");
        let arguments = ["account", "add", &name];
        let mut prompted = Prompted::of(&world, &arguments, "new password: ");
        prompted
            .keyboard
            .write_all(b"open sesame\n")
            .expect("typed");
        prompted.is_asked("\nonce more: ");
        assert!(!prompted.shows_what_is_typed());
        let (ended, answer) = prompted.typed(again.as_bytes());
        assert_eq!(ended.code(), Some(code), "{answer}");
        assert_eq!(answer.contains("argon2id"), code == 0, "{answer}");
        assert!(prompted.shows_what_is_typed());
    }
}

/// What is read and not asked for would be kept in a buffer that nobody wipes.
#[test]
fn nothing_is_read_beyond_the_passwords_line() {
    let world = World::new();
    world.write("typed", "right\nand what comes next\n");
    let mut typed = File::open(world.path("typed")).expect("a file");
    let ended = world
        .command(&["login", "jdoe", "--password-stdin"])
        .stdin(typed.try_clone().expect("the same place in it"))
        .output()
        .expect("an end");
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let place = typed.stream_position().expect("a place");
    assert_eq!(place, "right\n".len() as u64);
}
