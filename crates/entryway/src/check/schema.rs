//! Attributes that the configuration names and the directory does not know: they are never there, so maps stay
//! empty and filters match nobody.

use super::{Look, State, people};
use entryway_config::{GroupsSettings, Membership};
use entryway_ldap::{DerefAliases, DirectoryKind, RootDse, SearchRequest, SearchRole, Server};
use entryway_ldap_types::{AttributeName, Filter, FilterTemplate, Scope};
use entryway_login::{Carried, CertificateBy, DomainPolicy};
use std::collections::BTreeSet;
use std::sync::Arc;

const SUBSCHEMA: AttributeName = AttributeName::from_static("subschemaSubentry");
const TYPES: AttributeName = AttributeName::from_static("attributeTypes");
const OBJECT_CLASS: AttributeName = AttributeName::from_static("objectClass");
const MEMBER_OF: AttributeName = AttributeName::from_static("memberOf");

/// Names that a schema gives to its attributes, in lower case. An unreadable description gives none.
fn names_of(description: &str) -> Vec<String> {
    // RFC 4512 §4.1.2: `( OID NAME 'a' …` or `( OID NAME ( 'a' 'b' ) …`; DESC may hold the word, in quotes, after it.
    let Some((_, rest)) = description.split_once(" NAME ") else {
        return Vec::new();
    };
    let rest = rest.trim_start();
    let list = match rest.strip_prefix('(') {
        Some(list) => list.split(')').next().unwrap_or_default(),
        // One name, up to its second quote.
        None => match rest.match_indices('\'').nth(1) {
            Some((end, _)) => rest.split_at(end).0,
            None => return Vec::new(),
        },
    };
    let names = list.split('\'').skip(1).step_by(2);
    names.map(str::to_ascii_lowercase).collect()
}

/// What rules for certificates ask for there, with the words that say where.
fn asked(look: &Look<'_>, is_active_directory: bool) -> Vec<(String, String)> {
    let mut asked = Vec::new();
    for (by, rule, ask) in look.asks {
        let seen = ask
            .active_directory
            .as_ref()
            .filter(|_| is_active_directory);
        let filter = seen.or(ask.filter.as_ref());
        let names = filter.map(FilterTemplate::attributes).unwrap_or_default();
        let own = match by {
            CertificateBy::Entry => Some("userCertificate"),
            CertificateBy::AltSecurityIdentities => Some("altSecurityIdentities"),
            _ => None,
        };
        let names = names.into_iter().map(|name| name.base().to_owned());
        for name in names.chain(own.map(str::to_owned)) {
            if !name.starts_with(|first: char| first.is_ascii_digit()) {
                asked.push((name, look.place(*rule)));
            }
        }
    }
    asked
}

/// What the configuration names, with the words that say where.
fn named(look: &Look<'_>, policy: &DomainPolicy) -> Vec<(String, String)> {
    let mut named = Vec::new();
    let mut add = |name: &AttributeName, place: String| {
        // Options are no part of the type (RFC 4512 §2.5), and an OID is known by another name.
        let base = name.to_string();
        let base = base.split(';').next().unwrap_or_default().to_owned();
        if !base.starts_with(|first: char| first.is_ascii_digit()) {
            named.push((base, place));
        }
    };
    let people = &policy.people;
    for name in people.filter.attributes() {
        add(name, look.place(people.rule));
    }
    for name in people
        .by_email
        .iter()
        .flat_map(|filter| filter.attributes())
    {
        add(name, look.place(people.rule));
    }
    for map in &policy.maps {
        add(&map.from, look.place(map.rule));
    }
    if let Carried::Named(names) = &policy.carry.attributes {
        for name in names {
            add(name, look.place(policy.carry.rule));
        }
    }
    named
}

/// Compares what is named with what the directory says that there is. One that does not say is not blamed.
pub(super) async fn compare(look: &mut Look<'_>, server: &Server, is_active_directory: bool) {
    let Some(known) = read(look, server).await else {
        return;
    };
    let mut told = BTreeSet::new();
    for (name, place) in named(look, look.policy) {
        if !known.contains(&name.to_ascii_lowercase()) && told.insert(name.to_ascii_lowercase()) {
            let detail = format!("this directory knows no attribute `{name}`{place}");
            look.found("schema", State::Odd, None, detail);
        }
    }
    for (name, place) in asked(look, is_active_directory) {
        if !known.contains(&name.to_ascii_lowercase()) && told.insert(name.to_ascii_lowercase()) {
            let detail = format!(
                "this directory knows no attribute `{name}`: this rule for certificates finds nobody here{place}; \
                 `domains` in it says which it is for"
            );
            look.found("schema", State::Odd, None, detail);
        }
    }
    if told.is_empty() {
        let detail = "every attribute that the configuration names is known".to_owned();
        look.found("schema", State::Good, None, detail);
    }
}

async fn read(look: &Look<'_>, server: &Server) -> Option<BTreeSet<String>> {
    let ask = |base: Arc<str>, class: Option<&str>, attribute: AttributeName| SearchRequest {
        base,
        scope: Scope::Base,
        deref: DerefAliases::Never,
        size_limit: 1,
        time_limit: 0,
        types_only: false,
        filter: match class {
            Some(class) => Filter::Equal(OBJECT_CLASS, class.as_bytes().to_vec()),
            None => Filter::Present(OBJECT_CLASS),
        }
        .into(),
        attributes: Arc::new([attribute]),
    };
    let root = ask("".into(), None, SUBSCHEMA);
    let root = server
        .search(SearchRole::FindLogin, &root, look.deadline())
        .await;
    let root = root.ok()?;
    let place: Arc<str> = root.entries.first()?.first_text(&SUBSCHEMA)?.into();
    let schema = ask(place, Some("subschema"), TYPES);
    let schema = server.search(SearchRole::FindLogin, &schema, look.deadline());
    let schema = schema.await.ok()?;
    let known: BTreeSet<String> = schema
        .entries
        .first()?
        .values(&TYPES)
        .filter_map(|value| std::str::from_utf8(value).ok())
        .flat_map(names_of)
        .collect();
    (!known.is_empty()).then_some(known)
}

/// Whether the way in which groups are found is one that this directory offers.
pub(super) async fn membership(
    look: &mut Look<'_>,
    server: &Server,
    groups: &GroupsSettings,
    root_dse: Option<&RootDse>,
) {
    let odd = match groups.membership {
        Membership::MemberOf => {
            let any = people::has_any(look.policy, server, MEMBER_OF, look.deadline()).await;
            (any == Some(false)).then_some(
                "`groups.membership` is `member-of`, and no entry that the service account sees has `memberOf`",
            )
        }
        Membership::InChain | Membership::TokenGroups => root_dse
            .is_some_and(|root| root.kind() != DirectoryKind::ActiveDirectory)
            .then_some(
                "`groups.membership` is a way of Active Directory, which this directory does not say it is",
            ),
        Membership::Auto | Membership::Member | Membership::MemberUid => None,
    };
    if let Some(odd) = odd {
        look.found("groups", State::Odd, None, odd.to_owned());
    }
}

#[cfg(test)]
mod tests;
