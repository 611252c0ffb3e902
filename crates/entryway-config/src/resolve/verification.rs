//! Who a server may be, in `[tls]` and `[domain.X.tls]`: each key overrides on its own, and what holds
//! in the end is looked at together, wherever its parts were written.

use crate::code::Code;
use crate::context::Context;
use crate::gather::why;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::text::host_name;
use crate::resolve::{keystore, pem};
use crate::section::{Section, Text};
use crate::settings::{Pin, TlsVersion, Verification};
use entryway_ldap_types::Fingerprint;
use std::net::IpAddr;
use std::path::PathBuf;

/// Far above any list in use.
const LARGEST_LIST: usize = 64 << 20;
const LARGEST_CERTIFICATE: usize = 1 << 20;

const VERSIONS: [(&str, TlsVersion); 2] = [("1.2", TlsVersion::Tls12), ("1.3", TlsVersion::Tls13)];

/// The registry's names of what Entryway speaks; a suite belongs to one version.
const CIPHERS: [(&str, TlsVersion); 9] = [
    ("TLS_AES_256_GCM_SHA384", TlsVersion::Tls13),
    ("TLS_AES_128_GCM_SHA256", TlsVersion::Tls13),
    ("TLS_CHACHA20_POLY1305_SHA256", TlsVersion::Tls13),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", TlsVersion::Tls12),
    ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", TlsVersion::Tls12),
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        TlsVersion::Tls12,
    ),
    ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", TlsVersion::Tls12),
    ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", TlsVersion::Tls12),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        TlsVersion::Tls12,
    ),
];

/// A value and where it was written, in whichever scope.
#[derive(Clone)]
struct Written<T> {
    value: T,
    place: Option<Place>,
}

impl<T: Clone> Written<T> {
    /// The scope's own, where there is one.
    fn or(own: Option<(T, Place)>, above: Option<&Self>, default: T) -> Self {
        match (own, above) {
            (Some((value, place)), _) => Self {
                value,
                place: Some(place),
            },
            (None, Some(above)) => above.clone(),
            (None, None) => Self {
                value: default,
                place: None,
            },
        }
    }
}

/// What one scope and those above it say.
#[derive(Clone)]
pub(super) struct Scope {
    verify: Written<bool>,
    allow_common_name: Written<bool>,
    trusted_hosts: Written<Vec<String>>,
    pins: Written<Vec<Pin>>,
    crls: Written<Vec<PathBuf>>,
    min_version: Written<TlsVersion>,
    max_version: Written<TlsVersion>,
    ciphers: Written<Vec<&'static str>>,
}

/// Reads a scope; `above` is the wider one.
pub(super) fn scope(tls: &Section<'_>, above: Option<&Scope>, cx: &Context<'_>) -> Scope {
    let boolean = |key| tls.written(key).map(|place| (tls.boolean(key), place));
    let version = |key| {
        let place = tls.written(key)?;
        Some((tls.written_word(key, &VERSIONS)?, place))
    };
    Scope {
        verify: Written::or(boolean("verify"), above.map(|scope| &scope.verify), true),
        allow_common_name: Written::or(
            boolean("allow_common_name"),
            above.map(|scope| &scope.allow_common_name),
            false,
        ),
        trusted_hosts: Written::or(
            list(tls, "trusted_hosts", |host| trusted_host(host, cx)),
            above.map(|scope| &scope.trusted_hosts),
            Vec::new(),
        ),
        pins: Written::or(
            list(tls, "pins", |text| pin(text, cx)),
            above.map(|scope| &scope.pins),
            Vec::new(),
        ),
        crls: Written::or(
            list(tls, "crls", |text| revocation_list(text, cx)),
            above.map(|scope| &scope.crls),
            Vec::new(),
        ),
        min_version: Written::or(
            version("min_version"),
            above.map(|scope| &scope.min_version),
            TlsVersion::Tls12,
        ),
        max_version: Written::or(
            version("max_version"),
            above.map(|scope| &scope.max_version),
            TlsVersion::Tls13,
        ),
        ciphers: Written::or(
            list(tls, "ciphers", |name| cipher(tls, name)),
            above.map(|scope| &scope.ciphers),
            Vec::new(),
        ),
    }
}

impl Scope {
    /// Whether anybody's certificate would be accepted.
    pub(super) fn accepts_anybody(&self) -> bool {
        !self.verify.value
    }
    pub(super) fn min_version(&self) -> TlsVersion {
        self.min_version.value
    }
    pub(super) fn settings(&self) -> Verification {
        Verification {
            verify: self.verify.value,
            allow_common_name: self.allow_common_name.value,
            trusted_hosts: self.trusted_hosts.value.clone(),
            pins: self.pins.value.clone(),
            crls: self.crls.value.clone(),
            max_version: self.max_version.value,
            ciphers: self.ciphers.value.clone(),
        }
    }

    /// What holds in the end for the servers of one scope: `permission` is where passwords in clear were allowed,
    /// `carries` whether any are sent there.
    pub(super) fn check(
        &self,
        scope: Place,
        permission: Option<Place>,
        carries: bool,
        cx: &Context<'_>,
    ) {
        self.nobody_verified(scope, permission, carries, cx);
        self.pins_alone(cx);
        self.something_to_speak(scope, cx);
    }

    /// An unverified server gets no password unless that was written out.
    fn nobody_verified(
        &self,
        scope: Place,
        permission: Option<Place>,
        carries: bool,
        cx: &Context<'_>,
    ) {
        if self.verify.value {
            return;
        }
        let place = self.verify.place.unwrap_or(scope);
        let label = "whoever is on the way can be the server";
        cx.push(match permission {
            _ if !carries => Diagnostic::new(
                Code::UnverifiedAllowed,
                "nobody verifies these servers, and what they answer is believed",
            )
            .at(place, label),
            Some(permission) => Diagnostic::new(
                Code::UnverifiedAllowed,
                "passwords are sent to servers that nobody verified",
            )
            .at(place, label)
            .also(permission, "and that is allowed here"),
            None => Diagnostic::new(
                Code::Unverified,
                "passwords would be sent to servers that nobody verified",
            )
            .at(place, label)
            .hint("pin the servers' certificates: `pins = [\"sha256:…\"]`, as `entryway tls fetch HOST:PORT` shows them"),
        });
    }

    /// Where certificates are pinned, nothing else is asked.
    fn pins_alone(&self, cx: &Context<'_>) {
        let (false, Some(pins)) = (self.pins.value.is_empty(), self.pins.place) else {
            return;
        };
        if let (false, Some(verify)) = (self.verify.value, self.verify.place) {
            cx.push(
                Diagnostic::new(Code::PinsUnverified, "nothing is held to these pins")
                    .at(pins, "these certificates alone")
                    .also(verify, "and anybody's")
                    .hint("leave `verify` out: a pinned certificate needs no authority"),
            );
            return;
        }
        let without_effect = [
            (
                "crls",
                self.crls.place.filter(|_| !self.crls.value.is_empty()),
            ),
            (
                "trusted_hosts",
                self.trusted_hosts
                    .place
                    .filter(|_| !self.trusted_hosts.value.is_empty()),
            ),
            (
                "allow_common_name",
                self.allow_common_name
                    .place
                    .filter(|_| self.allow_common_name.value),
            ),
        ];
        for (key, place) in without_effect {
            if let Some(place) = place {
                cx.push(
                    Diagnostic::new(Code::NoEffect, format!("`{key}` has no effect"))
                        .at(place, "")
                        .also(
                            pins,
                            "a pinned certificate is asked for nothing but its time",
                        ),
                );
            }
        }
    }

    fn something_to_speak(&self, scope: Place, cx: &Context<'_>) {
        let (min, max) = (&self.min_version, &self.max_version);
        let at = |first: Option<Place>, second: Option<Place>| first.or(second).unwrap_or(scope);
        if max.value < min.value {
            let diagnostic = Diagnostic::new(
                Code::NothingToSpeak,
                "the newest TLS version is older than the oldest",
            )
            .at(at(max.place, min.place), "at most this");
            cx.push(match min.place {
                Some(place) => diagnostic.also(place, "and at least this"),
                None => diagnostic,
            });
            return;
        }
        let names = &self.ciphers.value;
        let fits = |name: &&str| {
            let version = CIPHERS.iter().find(|(known, _)| known == name);
            version.is_some_and(|(_, version)| (min.value..=max.value).contains(version))
        };
        if !names.is_empty() && !names.iter().any(fits) {
            let diagnostic = Diagnostic::new(
                Code::NothingToSpeak,
                "none of these cipher suites belongs to a TLS version that is spoken",
            )
            .at(at(self.ciphers.place, None), "");
            let bound = min.place.or(max.place);
            cx.push(match bound {
                Some(place) => diagnostic.also(place, "the versions are bounded here"),
                None => diagnostic,
            });
        }
    }
}

/// Every item that can be used, and the place of the list.
fn list<T>(
    tls: &Section<'_>,
    key: &str,
    read: impl Fn(Text<'_>) -> Option<T>,
) -> Option<(Vec<T>, Place)> {
    let list = tls.texts(key)?;
    Some((
        list.items.into_iter().filter_map(read).collect(),
        list.place,
    ))
}

fn cipher(tls: &Section<'_>, name: Text<'_>) -> Option<&'static str> {
    let words = CIPHERS.map(|(name, _)| (name, name));
    tls.one_of(name, "ciphers", &words)
}

fn trusted_host(host: Text<'_>, cx: &Context<'_>) -> Option<String> {
    let problem = match host.text.strip_prefix("*.") {
        None if host.text.contains('*') => {
            Some("a `*` is the whole first label, as in `*.corp.example`")
        }
        None if host_name(host.text) => None,
        None => Some("expected a host name, an address, or `*.` and a name"),
        Some(rest) if rest.contains('*') => Some("one `*` is all there can be"),
        Some(rest) if rest.parse::<IpAddr>().is_ok() || !host_name(rest) => {
            Some("expected a name after `*.`")
        }
        Some(rest) if !rest.trim_end_matches('.').contains('.') => {
            Some("a whole top-level domain: expected two labels at least after `*.`")
        }
        Some(_) => None,
    };
    let Some(problem) = problem else {
        return Some(host.text.to_owned());
    };
    cx.push(
        Diagnostic::new(
            Code::TrustedHost,
            format!("`{}` is not a host to trust", host.text.escape_debug()),
        )
        .at(host.place, problem),
    );
    None
}

/// A fingerprint, or a file with the certificate.
fn pin(text: Text<'_>, cx: &Context<'_>) -> Option<Pin> {
    let refuse = |message: String, label: String| {
        cx.push(
            Diagnostic::new(Code::NotPin, message)
                .at(text.place, label)
                .hint("`entryway tls fetch HOST:PORT` shows what a server has"),
        );
        None
    };
    let shown = text.text.escape_debug();
    // A file is not called that.
    if text.text.contains(':') {
        return match Fingerprint::parse(text.text) {
            Ok(fingerprint) => Some(Pin::Fingerprint(fingerprint)),
            Err(error) => refuse(format!("`{shown}` is not a fingerprint"), error.to_string()),
        };
    }
    let path = cx.path(text.place, text.text);
    let (bytes, mode) = match cx.sources.files.read(&path, LARGEST_CERTIFICATE) {
        Ok(file) => (file.bytes, file.mode),
        Err(error) => {
            let message = format!("cannot read `{}`: {}", path.display(), why(&error));
            return refuse(message, "neither `sha256:…` nor a file".to_owned());
        }
    };
    if let Some(problem) = pem::one_certificate(&bytes) {
        return refuse(
            format!("cannot pin `{}`: {problem}", path.display()),
            String::new(),
        );
    }
    let label = "whoever writes it says which certificate to believe";
    keystore::writable(&path, mode, text.place, label, cx);
    cx.depends_on(path.clone());
    Some(Pin::File(path))
}

/// Lists of a table that inherits nothing.
pub(super) fn lists(section: &Section<'_>, cx: &Context<'_>) -> Vec<PathBuf> {
    list(section, "crls", |text| revocation_list(text, cx))
        .map(|(lists, _)| lists)
        .unwrap_or_default()
}

fn revocation_list(text: Text<'_>, cx: &Context<'_>) -> Option<PathBuf> {
    let path = cx.path(text.place, text.text);
    let problem = match cx.sources.files.read(&path, LARGEST_LIST) {
        Err(error) => format!("cannot read `{}`: {}", path.display(), why(&error)),
        Ok(file) => match pem::revocation_list(&file.bytes) {
            None => {
                let label = "whoever writes it says which certificates are revoked";
                keystore::writable(&path, file.mode, text.place, label, cx);
                cx.depends_on(path.clone());
                return Some(path);
            }
            Some(problem) => format!("cannot use `{}`: {problem}", path.display()),
        },
    };
    cx.push(Diagnostic::new(Code::RevocationList, problem).at(text.place, ""));
    cx.bears().then_some(path)
}
