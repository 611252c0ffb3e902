//! `bind`: how Entryway itself binds.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::text;
use crate::secret;
use crate::section::{Section, Text};
use crate::settings::ServiceBind;

#[derive(Clone, Copy)]
enum Method {
    Simple,
    Anonymous,
}

const METHODS: [(&str, Method); 2] = [("simple", Method::Simple), ("anonymous", Method::Anonymous)];

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
        Method::Anonymous => anonymous(&bind, cx),
        Method::Simple => simple(&bind, cx),
    }
}

/// Where the password stands that a bind sends, or else the bind.
pub(super) fn place(domain: &Section<'_>) -> Place {
    domain.section("bind").place_of("password")
}

fn anonymous(bind: &Section<'_>, cx: &Context<'_>) -> Option<ServiceBind> {
    let Some(extra) = ["dn", "password"]
        .into_iter()
        .find(|key| bind.entry(key).is_some())
    else {
        return Some(ServiceBind::Anonymous);
    };
    let diagnostic = Diagnostic::new(
        Code::BindContradiction,
        format!("an anonymous bind has no `{extra}`"),
    )
    .at(bind.place_of(extra), "");
    cx.push(
        diagnostic
            .also(bind.place_of("method"), "anonymous by this")
            .hint("use `method = \"simple\"`"),
    );
    None
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
