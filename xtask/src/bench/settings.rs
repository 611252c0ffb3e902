//! What a load driver is told, as a file of JSON.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One round of load.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    /// Whom to ask.
    pub(super) address: SocketAddr,
    /// The trusted authority where the connection is TLS from its first byte.
    pub(super) trust: Option<PathBuf>,
    /// Logins in flight.
    pub(super) in_flight: usize,
    /// Measured time; a tenth of it more goes before, unmeasured.
    pub(super) measured: Duration,
    /// Logins started per second; none: as many as go.
    pub(super) rate: Option<f64>,
    /// `u0000001` to this number log in.
    pub(super) people: u32,
    /// All with this password.
    pub(super) password: String,
    /// The bearer token of the API.
    pub(super) token: String,
    /// Whether each login says where the person is: somewhere in 192.0.2.0/24.
    pub(super) with_address: bool,
    /// Whose CPU time is counted beside the driver's own.
    pub(super) watched: Vec<u32>,
    /// What is asked instead of logins, one for each of the `people`; none: logins.
    pub(super) lookups: Vec<Lookup>,
    /// What is sent in the place of the token.
    pub(super) headers: Vec<(String, String)>,
    /// Whether who signs in to an application has a session from before.
    pub(super) signed_in: bool,
}

/// A question with GET, and what its answer must hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lookup {
    pub(super) path: String,
    pub(super) expected: String,
}

impl Settings {
    /// Reads what [`Settings::write`] wrote.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let value: Value =
            serde_json::from_str(&text).context("the driver's settings are not JSON")?;
        Self::from_json(&value).context("the driver's settings lack something")
    }

    /// Writes the file.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let value = json!({
            "address": self.address.to_string(),
            "trust": self.trust,
            "in_flight": self.in_flight,
            "measured_ms": self.measured.as_millis(),
            "rate": self.rate,
            "people": self.people,
            "password": self.password,
            "token": self.token,
            "with_address": self.with_address,
            "watched": self.watched,
            "headers": self.headers,
            "signed_in": self.signed_in,
            "lookups": self.lookups.iter().map(|it| [&it.path, &it.expected]).collect::<Vec<_>>(),
        });
        fs::write(path, value.to_string())
            .with_context(|| format!("cannot write `{}`", path.display()))
    }

    fn from_json(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let number = |key: &str| value.get(key).and_then(Value::as_u64);
        let watched = value.get("watched")?.as_array()?;
        let lookups = value.get("lookups")?.as_array()?;
        let pair = |value: &Value| {
            let part = |at: usize| Some(value.get(at)?.as_str()?.to_owned());
            Some((part(0)?, part(1)?))
        };
        let lookup = |value: &Value| {
            let (path, expected) = pair(value)?;
            Some(Lookup { path, expected })
        };
        let headers = value.get("headers")?.as_array()?;
        Some(Self {
            headers: headers.iter().map(pair).collect::<Option<_>>()?,
            address: text("address")?.parse().ok()?,
            trust: text("trust").map(PathBuf::from),
            in_flight: usize::try_from(number("in_flight")?).ok()?,
            measured: Duration::from_millis(number("measured_ms")?),
            rate: value.get("rate").and_then(Value::as_f64),
            people: u32::try_from(number("people")?).ok()?,
            password: text("password")?.to_owned(),
            token: text("token")?.to_owned(),
            with_address: value.get("with_address")?.as_bool()?,
            signed_in: value.get("signed_in")?.as_bool()?,
            watched: watched
                .iter()
                .filter_map(Value::as_u64)
                .filter_map(|pid| u32::try_from(pid).ok())
                .collect(),
            lookups: lookups.iter().map(lookup).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Lookup, Settings};
    use std::time::Duration;

    #[test]
    fn settings_round_trip() {
        let settings = Settings {
            address: "127.0.0.1:636".parse().unwrap(),
            trust: Some("ca.pem".into()),
            in_flight: 16,
            measured: Duration::from_millis(1500),
            rate: Some(1000.5),
            people: 100,
            password: "x".to_owned(),
            token: "y".to_owned(),
            with_address: true,
            headers: vec![("cookie".to_owned(), "a=b".to_owned())],
            signed_in: true,
            watched: vec![1, 2],
            lookups: vec![Lookup {
                path: "/a".to_owned(),
                expected: "b".to_owned(),
            }],
        };
        let dir = entryway_conformance::Scratch::new().unwrap();
        let path = dir.path().join("settings.json");
        settings.write(&path).unwrap();
        assert_eq!(Settings::read(&path).unwrap(), settings);
    }
}
