//! From the tree to [`Settings`]: what is written, what it defaults to, and whether it holds
//! together. A part that is wrong is reported and left out, and the rest is read all the same.

mod address;
mod bind;
pub(crate) mod dialect;
mod domain;
mod domains;
mod filter;
mod home;
mod listen;
mod login;
mod maps;
mod name;
mod pem;
mod people;
mod suffix;
mod text;
mod tls;
mod token;

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::section::Section;
use crate::settings::Settings;
use entryway_login::{LdapUse, LoginPolicy};
use std::sync::Arc;

/// Reads everything. The result means something only when no error was reported.
pub(crate) fn settings(root: &Section<'_>, cx: &Context<'_>) -> Option<Settings> {
    // Its patterns were followed before; here only its type is looked at.
    root.texts("include");
    let listen = listen::listen(&root.section("server"), cx);
    let basics = login::basics(&root.section("login"));
    let tokens = token::tokens(root, cx);
    let global_tls = tls::global(&root.section("tls"), cx);
    let home_folders = home::rows(root, basics.platform, cx);
    let read = domain::all(
        root,
        &global_tls,
        &basics,
        home_folders.iter().any(|row| row.class.is_none()),
        cx,
    );
    let names = domains::check(&read, cx);
    let (default_domains, default_domains_rule) = login::default_domains(root, &names, cx);
    suffix::warn(&read, &default_domains, cx);
    // A domain without a name has been reported.
    let nameless = cx.problems.has(Code::NamelessDomain);
    if names.is_empty() && !nameless && basics.ldap != LdapUse::Disabled {
        cx.push(
            Diagnostic::new(Code::NoDomain, "no domain is configured")
                .hint("a domain is at least `[domain.staff]` with `servers` and `base`; or write `ldap = \"disabled\"` in `[login]`"),
        );
    }
    // Every domain must have come through: an index that shifts would ask the wrong one.
    let (domains, policies) = read
        .into_iter()
        .map(|one| one.resolved)
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .unzip();
    let policy = LoginPolicy {
        ldap: basics.ldap,
        domains: policies,
        default_domains,
        default_domains_rule,
        platform: basics.platform,
        deadline: basics.deadline,
        local_password_mismatch: basics.local_password_mismatch,
        os_users: basics.os_users,
        reject_after: basics.reject_after,
        type_ranges: entryway_login::TypeRanges::default(),
        classes: entryway_login::UserClasses::default(),
        home_folders: entryway_login::HomeFolders::new(home_folders),
        templates: entryway_login::AccountTemplates::default(),
    };
    Some(Settings {
        listen: listen?,
        policy: Arc::new(policy),
        domains,
        tokens,
        files: Vec::new(),
    })
}
