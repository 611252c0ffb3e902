//! From the tree to [`Settings`]: what is written, what it defaults to, and whether it holds
//! together. A part that is wrong is reported and left out, and the rest is read all the same.

mod address;
mod bind;
mod cards;
mod certificate_login;
mod client;
mod connections;
mod connector;
pub(crate) mod dialect;
mod discovery;
mod domain;
mod domains;
mod encryption;
mod filter;
mod forward;
mod groups;
mod home;
mod hub;
mod keystore;
mod listen;
mod login;
mod lookup;
mod maps;
mod name;
mod pem;
mod people;
mod rules;
mod sso;
mod store;
mod suffix;
mod text;
mod tls;
mod token;
mod told_groups;
mod verification;

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::section::Section;
use crate::settings::{DomainSettings, Settings};
use entryway_ldap_types::AttributeName;
use entryway_login::{
    AccountTemplates, DomainPolicy, Fetch, LdapUse, LoginPolicy, Needs, UserClasses,
};
use rules::mention::Sites;
use std::sync::Arc;

/// Reads everything. The result means something only when no error was reported.
pub(crate) fn settings(root: &Section<'_>, cx: &Context<'_>) -> Option<Settings> {
    // Its patterns were followed before; here only its type is looked at.
    root.texts("include");
    let server = root.section("server");
    let tls = listen::tls(&server, cx);
    let listen = listen::listen(&server, cx);
    let metrics_listen = listen::metrics(&server, listen, cx);
    let trusted_proxies = listen::trusted_proxies(&server, cx);
    let basics = login::basics(&root.section("login"));
    login::without_effect(&root.section("login"), &basics, cx);
    let tokens = token::tokens(root, cx);
    let global_tls = tls::global(&root.section("tls"), cx);
    let store = store::store(root, cx);
    let audit = store::audit(root, cx);
    let throttle = store::throttle(root);
    let os = store::os(root, cx);
    let name_servers = discovery::name_servers(root, cx);
    let class_names = rules::ClassNames::of(root);
    let homes = home::rows(root, &class_names, basics.platform, cx);
    let type_ranges = rules::range::rows(root, basics.platform, cx);
    let (templates, told) = rules::template::rows(root, &class_names, basics.platform, cx);
    let read = domain::all(
        root,
        &global_tls,
        &basics,
        // A template or a class's row may give a home too: only then is nothing said.
        homes.for_all || homes.any || !templates.rows().is_empty(),
        &class_names,
        cx,
    );
    let names = domains::check(&read, cx);
    let (default_domains, default_domains_rule) = login::default_domains(root, &names, cx);
    suffix::warn(&read, &default_domains, cx);
    // A domain without a name has been reported.
    let nameless = cx.problems.has(Code::NamelessDomain);
    // The people of a hub may all be at its sites; and a connector begins without one: it says at the hub that it is
    // ready for nobody, and `entryway connector check` what is missing.
    let elsewhere = root.entry("site").is_some() || root.entry("connector").is_some();
    if names.is_empty() && !nameless && !elsewhere && basics.ldap != LdapUse::Disabled {
        cx.push(
            Diagnostic::new(Code::NoDomain, "no domain is configured")
                .hint("a domain is at least `[domain.staff]` with `servers` and `base`; or write `ldap = \"disabled\"` in `[login]`"),
        );
    }
    let classes = rules::class::rows(root, &names, &read, basics.ldap, cx);
    rules::mention::check(&told, None, &read, &Sites::default(), cx);
    let lookups = lookup::lookups(root, &read, cx);
    let sites = Sites::of(root);
    let mut sso = sso::sso(root, &read, &sites, cx);
    let known = forward::Known {
        sites: &sites,
        names: &names,
        read: &read,
        classes: &class_names,
        proxies: &trusted_proxies,
        sso: sso.as_ref(),
        ldap: basics.ldap,
    };
    let forward = forward::forward(root, &known, cx);
    let (certificate_login, certificates) = certificate_login::certificate_login(
        root,
        &certificate_login::Known {
            read: &read,
            default_domains: &default_domains,
            sso: sso.as_ref(),
            ldap: basics.ldap,
            has_tls: server.entry("tls").is_some(),
            taken: [listen, metrics_listen],
        },
        cx,
    )
    .unzip();
    let (hub, sites) = hub::hub(root, &read, sso.as_ref(), cx).unzip();
    let sites = sites.unwrap_or_default();
    if let Some(sso) = &mut sso {
        sso::know_sites(&mut sso.offered, &sites);
    }
    let connector = connector::connector(root, cx);
    // Every domain must have come through: an index that shifts would ask the wrong one.
    let (domains, mut policies): (Vec<DomainSettings>, Vec<DomainPolicy>) = read
        .into_iter()
        .map(|one| one.resolved)
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .unzip();
    for (policy, settings) in policies.iter_mut().zip(&domains) {
        needs(policy, settings, &classes, &templates);
    }
    let priced_rows = priced(&classes, &policies, cx);
    let policy = LoginPolicy {
        ldap: basics.ldap,
        domains: policies,
        sites,
        default_domains,
        default_domains_rule,
        platform: basics.platform,
        deadline: basics.deadline,
        local_password_mismatch: basics.local_password_mismatch,
        os_users: basics.os_users,
        reject_after: basics.reject_after,
        type_ranges,
        classes,
        home_folders: homes.folders,
        templates,
        certificates,
    };
    Some(Settings {
        listen: listen?,
        tls,
        metrics_listen,
        trusted_proxies,
        policy: Arc::new(policy),
        domains,
        store: store?,
        audit,
        throttle,
        os,
        priced_rows,
        lookups: Arc::new(lookups?),
        name_servers,
        tokens,
        sso: sso.map(Arc::new),
        certificate_login: certificate_login.map(Arc::new),
        forward: forward.map(Arc::new),
        hub: hub.map(Arc::new),
        connector: Arc::new(connector?),
        files: Vec::new(),
    })
}

/// What the rules look at in a domain's entries must be fetched with them.
fn needs(
    policy: &mut DomainPolicy,
    settings: &DomainSettings,
    classes: &UserClasses,
    templates: &AccountTemplates,
) {
    let of_classes = classes.needs(&policy.name);
    let of_templates = templates
        .rows()
        .iter()
        .flat_map(|row| [&row.uid, &row.gid, &row.home])
        .flatten()
        .map(|template| template.needs());
    let mut attributes: Vec<AttributeName> = Vec::new();
    let mut groups = false;
    for Needs {
        attributes: some,
        groups: these,
    } in of_templates.chain([&of_classes])
    {
        groups |= these;
        attributes.extend(some.iter().cloned());
    }
    let other = policy.active_directory.take();
    let fetch = |mut policy: DomainPolicy| {
        policy.needs_groups = groups;
        policy.fetch = Fetch::of(
            &policy.people,
            &policy.maps,
            &policy.carry,
            &attributes,
            &settings.groups.needs(),
        );
        policy
    };
    *policy = fetch(policy.clone());
    policy.active_directory = other.map(|other| Box::new(fetch(*other)));
}

/// More rows than this that are evaluated one by one are told of.
const PRICED_MAX: usize = 100;

/// Rows with an expression or a free pattern are tried one after the other: their number is a login's price.
fn priced(classes: &UserClasses, policies: &[DomainPolicy], cx: &Context<'_>) -> usize {
    let expressions = classes.unindexed().count();
    let patterns: usize = policies
        .iter()
        .map(|policy| policy.dn_filters.unindexed().count())
        .sum();
    if expressions + patterns > PRICED_MAX {
        cx.push(
            Diagnostic::new(
                Code::PricedRows,
                format!(
                    "{expressions} user classes and {patterns} DN filters are tried one by one at every login"
                ),
            )
            .hint("rows by domain, exact name, group, address, type, subtree or literal ending cost the same however many there are"),
        );
    }
    expressions + patterns
}
