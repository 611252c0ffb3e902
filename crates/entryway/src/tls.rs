//! `entryway tls`: what servers show, whom to trust, and whether the two fit.

mod check;
mod fetch;
mod identity;
mod show;
mod trust;
mod way;

use crate::cli::{Common, Tls, TlsCommand, TrustCommand};
use crate::exit::Exit;
use crate::out;
use entryway_ldap::Target;
use std::time::Duration;

/// How long each step with a server may take.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn tls(common: &Common, tls: &Tls) -> Result<Exit, Exit> {
    match &tls.command {
        TlsCommand::Check { domain } => check::check(common, domain.as_deref()).await,
        TlsCommand::Fetch(fetch) => fetch::fetch(common, fetch).await,
        TlsCommand::Trust(trust) => match &trust.command {
            TrustCommand::Add(add) => trust::add(common, add).await,
        },
    }
}

/// `host:port`, an IPv6 address in brackets; nothing when it is something else.
fn target(text: &str, start_tls: bool) -> Option<Target> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let host = match host.strip_prefix('[') {
        Some(inside) => inside.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    (!host.is_empty()).then(|| Target {
        host: host.to_owned(),
        port,
        start_tls,
        limit: PATIENCE,
    })
}

/// Says what is wrong with the command line.
fn usage(what: &str) -> Exit {
    out::aside(&format!("error: {what}\n"));
    Exit::Usage
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn targets() {
        let read = |text| target(text, false).map(|target| (target.host, target.port));
        assert_eq!(read("dc1:636"), Some(("dc1".to_owned(), 636)));
        assert_eq!(
            read("[2001:db8::1]:389"),
            Some(("2001:db8::1".to_owned(), 389))
        );
        for bad in [
            "dc1",
            "dc1:",
            ":636",
            "dc1:0",
            "dc1:70000",
            "2001:db8::1:636",
            "[::1:636",
            "ca.pem",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
