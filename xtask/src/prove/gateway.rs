//! A gateway for the demonstrations, and the people who log in through it.

use crate::bench::Programs;
use anyhow::{Context, Result};
use entryway_conformance::{
    Configuration, Directory, Domain, Gateway, HttpClient, Login, PEOPLE, Scratch, Serving,
    free_port,
};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Everybody's.
pub(super) const PASSWORD: &str = "bench password";
/// Those who know it; the others mistype it.
const RIGHT: u32 = 1000;
/// How many of the others there are. Each is wrong once, so that every bind counted against one is of one login, and
/// no directory locks anybody.
const WRONG: u32 = 4000;
/// One login in so many is wrong.
const EVERY: u32 = 4;
pub(super) const TOKEN: &str = "token-of-the-proof-0123456789abcdef";
const LOOKUP_TOKEN: &str = "token-of-the-look-ups-0123456789abcdef";

/// `login.deadline` of every gateway here.
pub(super) const DEADLINE: Duration = Duration::from_secs(3);
/// What a busy machine may add to it, driver included.
pub(super) const SLACK: Duration = Duration::from_millis(500);

/// Everybody, with the password stored like this.
pub(super) fn crowd(stored: &'static str) -> Directory {
    Directory::Crowd {
        people: RIGHT + WRONG,
        stored,
    }
}

/// The same as slapd stores it, salted SHA-1: the scheme that costs the directory least.
pub(super) const STORED: &str = "{SSHA}0Tqi+rBL+64dWn7C2V+pIwcdzcTAvHZq";
/// The same as the directory in this process stores it.
pub(super) const STORED_PLAIN: &str = PASSWORD;

/// Login number `number`, of people of the default domain.
pub(super) fn login(number: u32) -> Login {
    let number = number % MOST;
    let wrong = number % EVERY == EVERY - 1;
    let person = if wrong {
        RIGHT + 1 + number / EVERY
    } else {
        1 + number % RIGHT
    };
    Login {
        name: format!("u{person:07}"),
        password: if wrong { "mistyped" } else { PASSWORD }.to_owned(),
        right: !wrong,
    }
}

/// How many logins there can be before somebody is wrong again.
pub(super) const MOST: u32 = WRONG * EVERY;

/// The entry of somebody.
pub(super) fn dn(login: &Login) -> String {
    format!("uid={},{PEOPLE}", login.name)
}

/// A daemon with its files.
pub(super) struct Daemon {
    pub(super) serving: Serving,
    folder: PathBuf,
    _scratch: Scratch,
}

impl Daemon {
    /// Starts one. Bare names are looked up in the first of these domains, the others are reached by name.
    pub(super) fn start(programs: &Programs, trust: &str, domains: Vec<Domain>) -> Result<Self> {
        Self::with(programs, trust, domains, false)
    }

    /// The same, with its record on disk where its memory is looked at.
    pub(super) fn with(
        programs: &Programs,
        trust: &str,
        domains: Vec<Domain>,
        on_disk: bool,
    ) -> Result<Self> {
        Self::further(programs, trust, domains, on_disk, "")
    }

    /// One that people look each other up at.
    pub(super) fn for_lookups(
        programs: &Programs,
        trust: &str,
        domains: Vec<Domain>,
    ) -> Result<Self> {
        let token = format!(
            "\n[[token]]\nname = \"lookups\"\nsecret = \"{LOOKUP_TOKEN}\"\nscopes = [\"people.read\", \"browse\"]\n"
        );
        Self::further(programs, trust, domains, false, &token)
    }

    fn further(
        programs: &Programs,
        trust: &str,
        domains: Vec<Domain>,
        on_disk: bool,
        more: &str,
    ) -> Result<Self> {
        let scratch = Scratch::new()?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let first = domains.first().map(|domain| domain.name.clone());
        let mut configuration = Configuration::new(trust, domains);
        configuration.listen = Some(listen);
        configuration.token = TOKEN.to_owned();
        let path = configuration.write(&scratch, "gateway")?;
        let first = first.context("a gateway without a domain")?;
        let text = fs::read_to_string(&path)?;
        let store = scratch.path().join("entryway.db");
        let mut text = text
            .lines()
            .map(|line| match line.split_once(" = ") {
                Some(("default_domains", _)) => format!("default_domains = [\"{first}\"]\n"),
                Some(("url", "\"memory:\"")) if on_disk => {
                    format!("url = \"sqlite:{}\"\n", store.display())
                }
                _ => format!("{line}\n"),
            })
            .collect::<String>();
        // All of them come from here.
        text.push_str("\n[throttle]\nfailures_per_address = 1000000\n");
        if on_disk {
            let key = scratch.path().join("audit.key");
            text.push_str(&format!("\n[audit]\nkey = \"{}\"\n", key.display()));
        }
        text.push_str(more);
        fs::write(&path, text)?;
        let serving = Gateway::new(&programs.entryway, &path).serve(listen)?;
        let folder = path.parent().context("a file without a folder")?.to_owned();
        Ok(Self {
            serving,
            folder,
            _scratch: scratch,
        })
    }

    pub(super) fn pid(&self) -> Result<u32> {
        self.serving.pid().context("the gateway has ended")
    }

    pub(super) fn client(&self) -> HttpClient {
        HttpClient::new(self.serving.address(), Some(TOKEN))
    }

    /// Of one that was started for look-ups.
    pub(super) fn looking_up(&self) -> HttpClient {
        HttpClient::new(self.serving.address(), Some(LOOKUP_TOKEN))
    }

    /// Gives it another service password for a domain, as an administrator does.
    pub(super) fn change_service_password(&self, domain: &str, password: &str) -> Result<()> {
        fs::write(self.folder.join(format!("{domain}.pass")), password)?;
        self.serving.reload()
    }
}

#[cfg(test)]
mod tests {
    use super::{EVERY, MOST, RIGHT, login};
    use std::collections::BTreeSet;

    #[test]
    fn nobody_is_wrong_twice_or_both() {
        let logins: Vec<_> = (0..MOST).map(login).collect();
        let wrong: Vec<_> = logins.iter().filter(|login| !login.right).collect();
        let names: BTreeSet<_> = wrong.iter().map(|login| &login.name).collect();
        assert_eq!(wrong.len(), names.len());
        assert_eq!(wrong.len(), logins.len() / EVERY as usize);
        let right = logins.iter().filter(|login| login.right);
        let known: BTreeSet<_> = right.map(|login| &login.name).collect();
        assert!(known.is_disjoint(&names) && known.len() <= RIGHT as usize);
    }
}
