//! `[tls]`, `[domain.X.tls]` and `[domain.X.cards.tls]`: each key overrides on its own. Who a server may be
//! stands in `verification`.

use crate::code::Code;
use crate::context::Context;
use crate::mask;
use crate::report::Diagnostic;
use crate::resolve::keystore;
use crate::resolve::text::host_name;
use crate::resolve::verification::{self, Scope};
use crate::section::Section;
use crate::settings::{TlsSettings, TrustSource};

/// One scope with what it has from those above it.
pub(super) struct Tls {
    pub(super) settings: TlsSettings,
    pub(super) scope: Scope,
}

pub(super) fn global(tls: &Section<'_>, cx: &Context<'_>) -> Tls {
    let scope = verification::scope(tls, None, cx);
    Tls {
        settings: TlsSettings {
            trust: keystore::trust(tls, cx).unwrap_or_else(|| vec![TrustSource::System]),
            identity: keystore::identity(tls, cx),
            min_version: scope.min_version(),
            server_name: None,
            verification: scope.settings(),
        },
        scope,
    }
}

/// The scope of a domain, or of its cards.
pub(super) fn below(tls: &Section<'_>, above: &Tls, cx: &Context<'_>) -> Tls {
    let scope = verification::scope(tls, Some(&above.scope), cx);
    Tls {
        settings: TlsSettings {
            trust: keystore::trust(tls, cx).unwrap_or_else(|| above.settings.trust.clone()),
            identity: match tls.entry("identity") {
                Some(_) => keystore::identity(tls, cx),
                None => above.settings.identity.clone(),
            },
            min_version: scope.min_version(),
            server_name: server_name(tls, cx).or_else(|| above.settings.server_name.clone()),
            verification: scope.settings(),
        },
        scope,
    }
}

fn server_name(tls: &Section<'_>, cx: &Context<'_>) -> Option<String> {
    let name = tls.text("server_name")?;
    if host_name(name.text) {
        return Some(name.text.to_owned());
    }
    cx.push(
        Diagnostic::new(
            Code::ServerAddress,
            format!(
                "`{}` is not the name of a server",
                mask::address(name.text).escape_debug()
            ),
        )
        .at(name.place, "expected a host name or an IP address"),
    );
    None
}
