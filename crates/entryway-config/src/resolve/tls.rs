//! `[tls]`, `[domain.X.tls]` and `[domain.X.cards.tls]`: each key overrides on its own. Who a server may be
//! stands in `verification`.

use crate::code::Code;
use crate::context::Context;
use crate::gather::why;
use crate::mask;
use crate::report::Diagnostic;
use crate::resolve::pem;
use crate::resolve::text::host_name;
use crate::resolve::verification::{self, Scope};
use crate::section::Section;
use crate::settings::{TlsSettings, TrustSource};

/// Far above any bundle in use.
const LARGEST_STORE: usize = 16 << 20;

/// One scope with what it has from those above it.
pub(super) struct Tls {
    pub(super) settings: TlsSettings,
    pub(super) scope: Scope,
}

pub(super) fn global(tls: &Section<'_>, cx: &Context<'_>) -> Tls {
    let scope = verification::scope(tls, None, cx);
    Tls {
        settings: TlsSettings {
            trust: trust(tls, cx).unwrap_or_else(|| vec![TrustSource::System]),
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
            trust: trust(tls, cx).unwrap_or_else(|| above.settings.trust.clone()),
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

/// `None` when nothing is written; an empty list is refused, for it would trust nobody.
fn trust(tls: &Section<'_>, cx: &Context<'_>) -> Option<Vec<TrustSource>> {
    let list = tls.texts("trust")?;
    if list.items.is_empty() {
        cx.push(
            Diagnostic::new(Code::Empty, "`trust` is empty")
                .at(list.place, "no server would be trusted")
                .hint("write `trust = [\"system\"]`, or name a file with the directory's CA certificate"),
        );
    }
    let mut sources = Vec::new();
    for item in list.items {
        let source = if item.text == "system" {
            TrustSource::System
        } else {
            let path = cx.path(item.place, item.text);
            let refused = match cx.sources.files.read(&path, LARGEST_STORE) {
                Err(error) => Some(format!("cannot read `{}`: {}", path.display(), why(&error))),
                Ok(file) => pem::problem(&file.bytes)
                    .map(|problem| format!("cannot trust `{}`: {problem}", path.display())),
            };
            if let Some(message) = refused {
                let hint = item
                    .text
                    .eq_ignore_ascii_case("system")
                    .then(|| "did you mean `system`?".to_owned());
                cx.push(
                    Diagnostic::new(Code::TrustFile, message)
                        .at(item.place, "")
                        .maybe_hint(hint),
                );
                continue;
            }
            cx.depends_on(path.clone());
            TrustSource::File(path)
        };
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    Some(sources)
}
