//! Our own certificates, as `entryway tls check` shows them.

use super::show::{self, CertificateJson};
use crate::columns::Row;
use crate::palette::Tone;
use entryway_ldap::{CertificateFacts, ClientIdentity, Role, Security, Server};
use serde::Serialize;
use std::sync::Arc;

/// One of them.
pub(super) struct Shown {
    /// The file that it is from, in backticks.
    file: Arc<str>,
    /// Its own certificate first.
    chain: Vec<Vec<u8>>,
}

/// The same for programs.
#[derive(Debug, Serialize)]
pub(super) struct IdentityJson {
    file: String,
    /// Whether its extended key usage lets it be shown to a server.
    for_clients: bool,
    /// The certificate, then those that lead to its authority.
    chain: Vec<CertificateJson>,
}

/// Those that are shown to these servers, each once.
pub(super) fn of<'a>(servers: impl Iterator<Item = &'a Arc<Server>>) -> Vec<Shown> {
    let mut found: Vec<ClientIdentity> = Vec::new();
    for server in servers {
        for role in Role::ALL {
            let way = server.way(role);
            let identity = way.and_then(|way| match &way.security {
                Security::Ldaps(client) | Security::StartTls(client) => client.identity(),
                Security::Clear => None,
            });
            if let Some(identity) = identity
                && !found.iter().any(|known| known.is_same(&identity))
            {
                found.push(identity);
            }
        }
    }
    let shown = found.into_iter().map(|identity| Shown {
        file: Arc::clone(identity.origin()),
        chain: identity.chain().iter().map(|der| der.to_vec()).collect(),
    });
    shown.collect()
}

impl Shown {
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (at, der) in self.chain.iter().enumerate() {
            let Some(facts) = CertificateFacts::read(der) else {
                continue;
            };
            let label = match at {
                0 => "our certificate".to_owned(),
                above => format!("above, {above}"),
            };
            rows.extend(show::rows(&label, &facts));
            if at == 0 {
                rows.push(Row::more(format!("from {}", self.file)));
                let (usages, tone) = usages(&facts);
                rows.push(Row::more(usages).tone(tone));
            }
        }
        rows
    }
    pub(super) fn json(&self) -> IdentityJson {
        let own = self
            .chain
            .first()
            .and_then(|der| CertificateFacts::read(der));
        IdentityJson {
            file: self.file.trim_matches('`').to_owned(),
            for_clients: own.is_none_or(|own| own.is_for_clients()),
            chain: CertificateJson::all(&self.chain),
        }
    }
}

/// What it is for, and whether that includes what it is used for here.
fn usages(facts: &CertificateFacts) -> (String, Tone) {
    match &facts.usages {
        None => ("for any usage".to_owned(), Tone::Plain),
        Some(usages) if facts.is_for_clients() => {
            (format!("for {}", usages.join(", ")), Tone::Plain)
        }
        Some(usages) => {
            let found = usages.join(", ");
            let text = format!("not for clients: expected clientAuth, found {found}");
            (text, Tone::Bad)
        }
    }
}
