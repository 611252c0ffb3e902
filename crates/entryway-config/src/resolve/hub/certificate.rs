//! `[site.X.certificate]`: whose browsers are sent to the site's connectors with their certificates, and where those are.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::certificate_login::{origin, ranges};
use crate::section::{List, Section};
use crate::settings::SiteCertificate;
use entryway_login::AddressRange;
use std::sync::Arc;
use url::Url;

/// As many as a connector is told of.
const MOST_URLS: usize = 16;

/// Networks that browsers are offered something in, and whose that is.
pub(super) type Networks = Vec<(AddressRange, Place, String)>;

/// What the others have.
pub(super) struct Known<'k> {
    /// Where single sign-on is, if there is any: its page sends browsers, and they come back to it.
    pub(super) issuer: Option<&'k Url>,
    pub(super) has_sso: bool,
}

/// The networks of `[certificate_login]`; what is wrong with them has been told.
pub(super) fn of_the_gateway(root: &Section<'_>, cx: &Context<'_>) -> Networks {
    let own = root.section("certificate_login");
    let read = || own.texts("addresses").and_then(|list| ranges(&list, cx));
    let found = cx.problems.told_before(read).unwrap_or_default();
    let owner = |(range, place)| (range, place, "`certificate_login.addresses`".to_owned());
    found.into_iter().map(owner).collect()
}

/// The outer `None` when it is wrong. `wanted`: where `methods` names it.
pub(super) fn certificate(
    site: &Section<'_>,
    wanted: Option<Place>,
    owner: &str,
    known: &Known<'_>,
    networks: &mut Networks,
    cx: &Context<'_>,
) -> Option<Option<SiteCertificate>> {
    let own = site.section("certificate");
    let place = match (wanted, own.exists()) {
        (None, false) => return Some(None),
        (Some(place), true) => place,
        (Some(place), false) => {
            cx.push(
                Diagnostic::new(
                    Code::SiteCertificate,
                    "people of this site may show a certificate, and nobody says where",
                )
                .at(place, "there is no `[site.<name>.certificate]` table")
                .hint("`urls = [\"https://…\"]`, where the site's connectors ask for certificates, and `addresses`, whose browsers are sent there"),
            );
            return None;
        }
        (None, true) => {
            cx.push(
                Diagnostic::new(
                    Code::SiteCertificate,
                    "nobody of this site logs in by a certificate",
                )
                .at(own.place, "`methods` does not name `certificate`")
                .hint("`methods = [\"password\", \"certificate\"]`, or take this table away"),
            );
            return None;
        }
    };
    if !known.has_sso {
        cx.push(
            Diagnostic::new(
                Code::CertificateNoSso,
                "certificates are asked for, and there is no page that sends browsers there",
            )
            .at(place, "there is no `[sso]` table")
            .hint("`[sso]` with `issuer = \"https://…\"`, the URL under which browsers reach Entryway"),
        );
    }
    let urls = urls(&own, known, cx);
    let addresses = addresses(&own, owner, networks, cx);
    let at_once = own.word("offer", &[("button", false), ("redirect", true)], false);
    Some(Some(SiteCertificate {
        urls: urls?,
        addresses: addresses?,
        at_once,
    }))
}

fn written<'a>(own: &Section<'a>, key: &str, label: &str, cx: &Context<'_>) -> Option<List<'a>> {
    let Some(list) = own.texts(key) else {
        if own.entry(key).is_none() {
            own.missing(key, "`[site.<name>.certificate]`");
        }
        return None;
    };
    if list.items.is_empty() {
        let problem = Diagnostic::new(Code::Empty, format!("`{key}` is empty"));
        cx.push(problem.at(list.place, label));
        return None;
    }
    Some(list)
}

fn urls(own: &Section<'_>, known: &Known<'_>, cx: &Context<'_>) -> Option<Vec<Arc<str>>> {
    let list = written(own, "urls", "nobody could be sent anywhere", cx)?;
    if list.items.len() > MOST_URLS {
        let count = list.items.len();
        let message = format!("`urls` has {count} URLs, expected at most {MOST_URLS}");
        cx.push(Diagnostic::new(Code::OutOfRange, message).at(list.place, ""));
        return None;
    }
    let mut whole = true;
    let mut urls: Vec<Arc<str>> = Vec::new();
    for item in list.items {
        match origin(item, known.issuer, cx) {
            Some(url) if urls.contains(&url) => {}
            Some(url) => urls.push(url),
            None => whole = false,
        }
    }
    whole.then_some(urls)
}

/// A browser is sent to one site, or shows its certificate here: nobody else says which.
fn addresses(
    own: &Section<'_>,
    owner: &str,
    networks: &mut Networks,
    cx: &Context<'_>,
) -> Option<Vec<AddressRange>> {
    let list = written(own, "addresses", "it would be offered to nobody", cx)?;
    let found = ranges(&list, cx)?;
    let mut whole = true;
    for (range, place) in &found {
        let mut others = networks.iter().filter(|(.., whose)| whose != owner);
        let Some((other, first, whose)) = others.find(|(other, ..)| other.overlaps(range)) else {
            continue;
        };
        whole = false;
        cx.push(
            Diagnostic::new(
                Code::SiteNetworks,
                format!("browsers of `{range}` would be sent to two places"),
            )
            .at(*place, format!("`{other}` is in it, or it is in that"))
            .also(*first, format!("{whose} has it"))
            .hint("give each network to one of them"),
        );
    }
    let ranges: Vec<AddressRange> = found.iter().map(|(range, _)| *range).collect();
    networks.extend(
        found
            .into_iter()
            .map(|(range, place)| (range, place, owner.to_owned())),
    );
    whole.then_some(ranges)
}
