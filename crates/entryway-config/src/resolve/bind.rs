//! `bind`: how Entryway itself binds.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::text;
use crate::secret;
use crate::section::{Section, Text};
use crate::settings::{ServiceBind, TlsSettings};

#[derive(Clone, Copy)]
enum Method {
    Simple,
    External,
    Anonymous,
}

const METHODS: [(&str, Method); 3] = [
    ("simple", Method::Simple),
    ("external", Method::External),
    ("anonymous", Method::Anonymous),
];

/// `None` when a part of it is missing or wrong.
pub(super) fn bind(domain: &Section<'_>, cx: &Context<'_>) -> Option<ServiceBind> {
    let bind = domain.section("bind");
    if !bind.exists() {
        return Some(ServiceBind::Anonymous);
    }
    // Written wrong, it is not known what belongs to it.
    let method = match bind.entry("method") {
        Some(_) => bind.written_word("method", &METHODS)?,
        None => Method::Simple,
    };
    match method {
        Method::Anonymous => nameless(&bind, ServiceBind::Anonymous, cx),
        Method::External => nameless(&bind, ServiceBind::External, cx),
        Method::Simple => simple(&bind, cx),
    }
}

/// Where the password stands that a bind sends, or else the bind.
pub(super) fn place(domain: &Section<'_>) -> Place {
    domain.section("bind").place_of("password")
}

/// Neither has a name or a password: nobody needs none, and a certificate says who it is.
fn nameless(bind: &Section<'_>, method: ServiceBind, cx: &Context<'_>) -> Option<ServiceBind> {
    let Some(extra) = ["dn", "password"]
        .into_iter()
        .find(|key| bind.entry(key).is_some())
    else {
        return Some(method);
    };
    let (code, what, short) = match method {
        ServiceBind::External => (
            Code::BindExternal,
            "a bind by certificate",
            "by certificate by this",
        ),
        _ => (
            Code::BindContradiction,
            "an anonymous bind",
            "anonymous by this",
        ),
    };
    let diagnostic =
        Diagnostic::new(code, format!("{what} has no `{extra}`")).at(bind.place_of(extra), "");
    cx.push(
        diagnostic
            .also(bind.place_of("method"), short)
            .hint("use `method = \"simple\"`"),
    );
    None
}

/// Whether what a bind by certificate needs is there: a certificate, and TLS to show it in. `section` has the
/// bind and the TLS, or takes them over; `in_clear` is a server without TLS, and where it was switched off.
pub(super) fn external(
    section: &Section<'_>,
    tls: &TlsSettings,
    in_clear: Option<(&str, Place)>,
    cx: &Context<'_>,
) -> bool {
    let method = section.section("bind").place_of("method");
    // One that is written and wrong has been reported.
    if tls.identity.is_none() {
        if section.section("tls").entry("identity").is_none() {
            cx.push(
                Diagnostic::new(
                    Code::BindExternal,
                    "there is a bind by certificate, and no certificate",
                )
                .at(method, "by certificate by this")
                .hint("name one: `tls.identity = { certificate = \"…\", key = \"…\" }`"),
            );
        }
        return false;
    }
    if let Some((server, switch)) = in_clear {
        cx.push(
            Diagnostic::new(
                Code::BindExternal,
                format!(
                    "there is a bind by certificate, and without TLS none is shown to `{server}`"
                ),
            )
            .at(method, "by certificate by this")
            .also(switch, "TLS is switched off here")
            .hint("use `ldaps://`, or `encrypt = \"all\"` for StartTLS"),
        );
        return false;
    }
    true
}

fn simple(bind: &Section<'_>, cx: &Context<'_>) -> Option<ServiceBind> {
    let dn = bind.required_text("dn", "the service bind");
    let password = match bind.entry("password") {
        Some(entry) => secret::read(entry, cx),
        None => {
            bind.missing("password", "the service bind");
            None
        }
    };
    let dn = dn.filter(|dn| microsoft_name(*dn) || text::dn(*dn, "dn", cx).is_some())?;
    Some(ServiceBind::Simple {
        dn: dn.text.to_owned(),
        password: password?,
    })
}

/// Active Directory takes `name@corp.example` and `CORP\name` in place of a DN.
fn microsoft_name(dn: Text<'_>) -> bool {
    !dn.text.contains('=') && dn.text.contains(['@', '\\'])
}
