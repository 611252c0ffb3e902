//! `site.X.methods`: what people of a site prove themselves with.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::section::Section;

/// What people of a site may prove themselves with.
const METHODS: [(&str, Method); 2] = [
    ("password", Method::Password),
    ("certificate", Method::Certificate),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Password,
    Certificate,
}

/// `site.X.methods`.
pub(super) struct Asked {
    /// Where a certificate is named.
    pub(super) certificate: Option<Place>,
}

pub(super) fn methods(site: &Section<'_>, cx: &Context<'_>) -> Option<Asked> {
    let Some(list) = site.texts("methods") else {
        return Some(Asked { certificate: None });
    };
    if list.items.is_empty() {
        cx.push(
            Diagnostic::new(Code::Empty, "`methods` is empty")
                .at(list.place, "nobody of this site could log in")
                .hint("switch the site off with `enabled = false`"),
        );
        return None;
    }
    let mut whole = true;
    let (mut password, mut certificate) = (false, None);
    for item in &list.items {
        match site.one_of(*item, "methods", &METHODS) {
            Some(Method::Password) => password = true,
            Some(Method::Certificate) => certificate = Some(item.place),
            None => whole = false,
        }
    }
    if let (true, false, Some(place)) = (whole, password, certificate) {
        cx.push(
            Diagnostic::new(
                Code::SiteCertificate,
                "people of this site could log in by nothing but a certificate",
            )
            .at(
                place,
                "whoever has none, or is elsewhere, gets the page with the password",
            )
            .hint("`methods = [\"password\", \"certificate\"]`"),
        );
        return None;
    }
    whole.then_some(Asked { certificate })
}
