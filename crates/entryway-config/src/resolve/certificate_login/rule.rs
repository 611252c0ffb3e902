//! `[[certificate_login.rule]]`: whom a certificate is of.

use super::Known;
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::{domains, filter};
use crate::section::Section;
use crate::settings::Dialect;
use entryway_ldap_types::{AttributeName, CertificatePart, FilterTemplate, Placeholder};
use entryway_login::{CertificateAsk, CertificateBy, CertificateRule, DomainId};

/// More rules than a login has time for.
const MOST_RULES: usize = 32;

/// In order; `None` when one is wrong.
pub(super) fn rules(
    own: &Section<'_>,
    known: &Known<'_, '_>,
    cx: &Context<'_>,
) -> Option<Vec<CertificateRule>> {
    let all = domains_of(own, known, cx).map(|own| match own {
        Some(own) => own,
        None => known.default_domains.to_vec(),
    });
    let rows = own.rows("rule");
    let mut rules = Vec::new();
    let mut whole = true;
    for row in &rows {
        let enabled = row.boolean("enabled");
        row.text("description");
        match rule(row, all.as_deref(), known, cx) {
            Some(rule) if enabled => rules.push(rule),
            Some(_) => {}
            None => whole = false,
        }
    }
    if whole && rules.is_empty() {
        cx.push(
            Diagnostic::new(Code::CertificateRule, "no certificate would be anybody's")
                .at(
                    own.place,
                    "there is no `[[certificate_login.rule]]` that is enabled",
                )
                .hint("for example `[[certificate_login.rule]]` with `from = \"upn\"`"),
        );
        return None;
    }
    if rules.len() > MOST_RULES {
        let message = format!("{} rules, expected at most {MOST_RULES}", rules.len());
        cx.push(Diagnostic::new(Code::OutOfRange, message).at(own.place, ""));
        return None;
    }
    (whole && all.is_some()).then_some(rules)
}

const WAYS: [(&str, CertificateBy); 7] = {
    use CertificateBy::{
        AltSecurityIdentities, Email, Entry, IssuerAndSerial, Subject, Thumbprint, Upn,
    };
    [
        ("upn", Upn),
        ("email", Email),
        ("subject", Subject),
        ("issuer_serial", IssuerAndSerial),
        ("thumbprint", Thumbprint),
        ("user_certificate", Entry),
        ("alt_security_identities", AltSecurityIdentities),
    ]
};

/// What must stand in the filter of a way: all of it.
fn parts(by: CertificateBy) -> &'static [CertificatePart] {
    use CertificatePart::{Email, Issuer, Serial, Subject, Thumbprint, Upn};
    match by {
        CertificateBy::Upn => &[Upn],
        CertificateBy::Email => &[Email],
        CertificateBy::Subject => &[Subject],
        CertificateBy::IssuerAndSerial => &[Issuer, Serial],
        CertificateBy::Thumbprint => &[Thumbprint],
        CertificateBy::Entry | CertificateBy::AltSecurityIdentities => &[],
    }
}

fn rule(
    row: &Section<'_>,
    all: Option<&[DomainId]>,
    known: &Known<'_, '_>,
    cx: &Context<'_>,
) -> Option<CertificateRule> {
    let from = row.required_text("from", "this rule");
    let by = from.and_then(|_| row.written_word("from", &WAYS));
    let own = domains_of(row, known, cx);
    let by = by?;
    let written = match row.text("filter") {
        Some(written) if parts(by).is_empty() => {
            cx.push(
                Diagnostic::new(Code::CertificateRule, "this rule has no filter of its own").at(
                    written.place,
                    format!("`{}` says whom to look for", by.as_str()),
                ),
            );
            return None;
        }
        Some(written) => Some(filter::of_certificate(written, parts(by), cx)?),
        None => None,
    };
    if written.is_none()
        && matches!(
            by,
            CertificateBy::IssuerAndSerial | CertificateBy::Thumbprint
        )
    {
        cx.push(
            Diagnostic::new(
                Code::CertificateRule,
                format!("a rule by `{}` needs a filter", by.as_str()),
            )
            .at(row.place, "no directory has an attribute of its own for it")
            .hint(match by {
                CertificateBy::Thumbprint => {
                    "for example `filter = \"(certificateHash={thumbprint})\"`"
                }
                _ => "for example `filter = \"(certificateId={issuer}/{serial})\"`",
            }),
        );
        return None;
    }
    let ids = own?.map_or_else(|| all.map(<[DomainId]>::to_vec), Some)?;
    if ids.is_empty() {
        cx.push(
            Diagnostic::new(Code::CertificateRule, "this rule asks nobody")
                .at(
                    row.place,
                    "neither it nor `[certificate_login]` has `domains`, and no domain is the default",
                )
                .hint("`domains = [\"staff\"]` in `[certificate_login]`, or `default_domains` in `[login]`"),
        );
        return None;
    }
    let asks = ids
        .into_iter()
        .map(|id| ask(by, id, written.as_ref(), known));
    Some(CertificateRule {
        by,
        asks: asks.collect::<Option<_>>()?,
        rule: cx.rule(row.place),
    })
}

fn ask(
    by: CertificateBy,
    id: DomainId,
    written: Option<&FilterTemplate>,
    known: &Known<'_, '_>,
) -> Option<CertificateAsk> {
    // One that is wrong has been reported.
    let (settings, policy) = known.read.get(id.0)?.resolved.as_ref()?;
    let usual = |dialect: Dialect, mail: &AttributeName| {
        let equal = |attribute: &AttributeName, part| {
            FilterTemplate::equality(None, attribute, Placeholder::Certificate(part))
        };
        let own_name = match dialect {
            Dialect::ActiveDirectory => AttributeName::from_static("distinguishedName"),
            // Elsewhere that is what all names in an entry derive from, those of others too.
            _ => AttributeName::from_static("entryDN"),
        };
        let upn = AttributeName::from_static("userPrincipalName");
        match by {
            CertificateBy::Upn => Some(equal(&upn, CertificatePart::Upn)),
            CertificateBy::Email => Some(equal(mail, CertificatePart::Email)),
            CertificateBy::Subject => Some(equal(&own_name, CertificatePart::Subject)),
            _ => None,
        }
    };
    let filter = written
        .cloned()
        .or_else(|| usual(settings.dialect, &policy.people.email_attribute));
    let active_directory = policy.active_directory.as_deref().and_then(|other| {
        let usual = || usual(Dialect::ActiveDirectory, &other.people.email_attribute);
        written.cloned().or_else(usual)
    });
    Some(CertificateAsk {
        domain: id,
        filter,
        active_directory,
    })
}

/// `Some(None)` where it is not written, `None` where it is wrong.
fn domains_of(
    section: &Section<'_>,
    known: &Known<'_, '_>,
    cx: &Context<'_>,
) -> Option<Option<Vec<DomainId>>> {
    if section.entry("domains").is_none() {
        return Some(None);
    }
    let list = section.texts("domains")?;
    if list.items.is_empty() {
        let problem = Diagnostic::new(Code::Empty, "`domains` is empty");
        cx.push(problem.at(list.place, "nobody would be asked"));
        return None;
    }
    let mut whole = true;
    let mut found: Vec<DomainId> = Vec::new();
    let names = || known.read.iter().map(|domain| domain.name.text);
    for item in list.items {
        match names().position(|name| name.eq_ignore_ascii_case(item.text)) {
            Some(at) if found.contains(&DomainId(at)) => {}
            Some(at) => found.push(DomainId(at)),
            None => {
                whole = false;
                domains::unknown(item, names(), cx);
            }
        }
    }
    whole.then_some(Some(found))
}
