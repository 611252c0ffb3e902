//! `[certificate_login]`: where browsers show certificates, whom they are believed to be of, and who is offered it.

mod rule;

use crate::code::Code;
use crate::context::Context;
use crate::mask;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::resolve::{keystore, listen, verification};
use crate::section::{List, Section, Text};
use crate::settings::{CertificateLogin, CertificateUsage, SsoSettings, TrustSource};
use entryway_login::{AddressRange, CertificatePolicy, DomainId, LdapUse};
use std::net::SocketAddr;
use std::sync::Arc;
use url::Url;

/// What it refers to.
pub(super) struct Known<'k, 'a> {
    pub(super) read: &'k [Read<'a>],
    pub(super) default_domains: &'k [DomainId],
    pub(super) sso: Option<&'k SsoSettings>,
    pub(super) ldap: LdapUse,
    /// Whether `server.tls` is written.
    pub(super) has_tls: bool,
    /// Where the others listen.
    pub(super) taken: [Option<SocketAddr>; 2],
}

/// `None` when nobody logs in so, or a part of it is wrong.
pub(super) fn certificate_login(
    root: &Section<'_>,
    known: &Known<'_, '_>,
    cx: &Context<'_>,
) -> Option<(CertificateLogin, CertificatePolicy)> {
    let own = root.section("certificate_login");
    if !own.exists() {
        return None;
    }
    // At a site's connector the browser comes from its hub, and goes back there.
    let at_site = root.entry("sso").is_none() && root.entry("connector").is_some();
    if root.entry("sso").is_none() && !at_site {
        cx.push(
            Diagnostic::new(
                Code::CertificateNoSso,
                "certificates are asked for, and there is no page that sends browsers there",
            )
            .at(own.place, "there is no `[sso]` table")
            .hint("`[sso]` with `issuer = \"https://…\"`, the URL under which browsers reach Entryway; at a site, `[connector]`"),
        );
    }
    if known.ldap == LdapUse::Disabled {
        cx.push(
            Diagnostic::new(Code::NoEffect, "`[certificate_login]` has no effect")
                .at(own.place, "no domain is asked: `login.ldap` is `disabled`"),
        );
    }
    let rules = rule::rules(&own, known, cx);
    let listen = own
        .required_text("listen", "`[certificate_login]`")
        .and_then(|written| address(written, known, cx));
    let issuer = known
        .sso
        .and_then(|sso| Url::parse(sso.issuer.as_str()).ok());
    let url = own
        .required_text("url", "`[certificate_login]`")
        .and_then(|written| origin(written, issuer.as_ref(), cx));
    let has_own = own.entry("tls").is_some();
    let tls = cx.bearing(at_site, || {
        keystore::source_for(&keystore::LISTENER, &own, cx)
    });
    if !has_own && !known.has_tls {
        cx.push(
            Diagnostic::new(
                Code::Missing,
                "`[certificate_login]` has no certificate of its own to show",
            )
            .at(
                own.place,
                "`tls` is missing here, and `server.tls` is not written either",
            )
            .hint("give the listener a certificate: `tls = { certificate = \"…\", key = \"…\" }`"),
        );
    }
    let trust = cx.bearing(at_site, || trust(&own, cx));
    let crls = cx.bearing(at_site, || verification::lists(&own, cx));
    let usage = own.word(
        "eku",
        &[
            ("client_auth", CertificateUsage::ClientAuth),
            ("smart_card", CertificateUsage::SmartCard),
        ],
        CertificateUsage::ClientAuth,
    );
    let crl_unknown_accepted =
        own.word("crl_unknown", &[("refuse", false), ("accept", true)], false);
    if crls.is_empty() && crl_unknown_accepted {
        cx.push(
            Diagnostic::new(Code::NoEffect, "`crl_unknown` has no effect without a list")
                .at(own.place_of("crl_unknown"), "`crls` is empty"),
        );
    }
    let at_once = own.word("offer", &[("button", false), ("redirect", true)], false);
    let addresses = addresses(&own, cx);
    let real_users = own.boolean("real_users");
    let shows = if has_own {
        tls.is_some()
    } else {
        known.has_tls
    };
    if !shows {
        return None;
    }
    let settings = CertificateLogin {
        listen: listen?,
        url: url?,
        tls,
        trust: trust?,
        crls,
        crl_unknown_accepted,
        usage,
        addresses: addresses?,
        at_once,
    };
    let rules = rules?;
    Some((settings, CertificatePolicy { rules, real_users }))
}

fn address(written: Text<'_>, known: &Known<'_, '_>, cx: &Context<'_>) -> Option<SocketAddr> {
    let address = listen::address(&written, "0.0.0.0:8444", cx)?;
    let taken = known.taken.iter().flatten();
    if taken.clone().any(|other| listen::overlap(*other, address)) {
        cx.push(
            Diagnostic::new(Code::Listen, "two listeners share a port")
                .at(
                    written.place,
                    "`server.listen` or `server.metrics_listen` has it already",
                )
                .hint("for example `0.0.0.0:8444`"),
        );
        return None;
    }
    Some(address)
}

/// An origin of TLS that is not the issuer's: there, nobody is asked for a certificate.
pub(super) fn origin(
    written: Text<'_>,
    issuer: Option<&Url>,
    cx: &Context<'_>,
) -> Option<Arc<str>> {
    let problem = match Url::parse(written.text) {
        Err(error) => error.to_string(),
        Ok(url) => match unusable(&url, issuer) {
            Some(problem) => problem.to_owned(),
            None => return Some(url.origin().ascii_serialization().into()),
        },
    };
    cx.push(
        Diagnostic::new(
            Code::CertificateUrl,
            format!(
                "`{}` is not where browsers could show a certificate",
                mask::address(written.text).escape_debug()
            ),
        )
        .at(written.place, problem)
        .hint("for example `https://cert.corp.example:8444`"),
    );
    None
}

fn unusable(url: &Url, issuer: Option<&Url>) -> Option<&'static str> {
    if url.scheme() != "https" {
        return Some("expected `https://`");
    }
    if !url.has_host() || !url.username().is_empty() || url.password().is_some() {
        return Some("expected a host, and perhaps a port");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Some("it has more than a host and a port");
    }
    if issuer.is_some_and(|issuer| issuer.origin() == url.origin()) {
        return Some("`sso.issuer` is there, which asks nobody for a certificate");
    }
    None
}

/// Authorities of the system issue certificates to anybody with a mailbox.
fn trust(own: &Section<'_>, cx: &Context<'_>) -> Option<Vec<TrustSource>> {
    let Some(sources) = keystore::trust(own, cx) else {
        if own.entry("trust").is_none() {
            own.missing("trust", "`[certificate_login]`");
        }
        return None;
    };
    if sources.contains(&TrustSource::System) {
        cx.push(
            Diagnostic::new(
                Code::CertificateTrust,
                "the system's authorities issue certificates to anybody",
            )
            .at(own.place_of("trust"), "whoever has a mailbox may get one")
            .hint("name the file of the authority that issues your people's certificates"),
        );
        return None;
    }
    (!sources.is_empty()).then_some(sources)
}

fn addresses(own: &Section<'_>, cx: &Context<'_>) -> Option<Vec<AddressRange>> {
    let Some(list) = own.texts("addresses") else {
        if own.entry("addresses").is_none() {
            own.missing("addresses", "`[certificate_login]`");
        }
        return None;
    };
    if list.items.is_empty() {
        let problem = Diagnostic::new(Code::Empty, "`addresses` is empty");
        cx.push(problem.at(list.place, "it would be offered to nobody"));
        return None;
    }
    let found = ranges(&list, cx)?;
    Some(found.into_iter().map(|(range, _)| range).collect())
}

/// Each with its place; `None` when one is none.
pub(super) fn ranges(list: &List<'_>, cx: &Context<'_>) -> Option<Vec<(AddressRange, Place)>> {
    let mut whole = true;
    let mut ranges = Vec::new();
    for item in &list.items {
        match AddressRange::parse(item.text) {
            Ok(range) => ranges.push((range, item.place)),
            Err(error) => {
                whole = false;
                let problem =
                    Diagnostic::new(Code::NotAddress, "one of `addresses` is not a network");
                cx.push(problem.at(item.place, error.to_string()));
            }
        }
    }
    whole.then_some(ranges)
}
