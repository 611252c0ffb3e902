//! `[forward_auth]`: which pages of other hosts are protected, and for whom they open.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::resolve::domains::Named;
use crate::resolve::rules::mention::{self, Sites};
use crate::resolve::rules::{ClassNames, expression, group};
use crate::resolve::told_groups;
use crate::section::{Section, Text};
use crate::settings::{ForwardSettings, SsoSettings};
use entryway_forward::{Access, Host, IdentityRules, Methods, Path, People, Rule, RuleName, Rules};
use entryway_login::{AddressRange, GroupCriterion, LdapUse};
use std::sync::Arc;

/// What rules may speak of.
pub(super) struct Known<'k, 'a> {
    pub(super) names: &'k [Named<'a>],
    pub(super) read: &'k [Read<'a>],
    pub(super) classes: &'k ClassNames<'a>,
    pub(super) proxies: &'k [AddressRange],
    pub(super) sso: Option<&'k SsoSettings>,
    pub(super) ldap: LdapUse,
    pub(super) sites: &'k Sites<'a>,
}

impl Known<'_, '_> {
    /// The site whose people a class or a group is of: what a site says of them begins with its name.
    fn site_of(&self, written: &str) -> Option<&str> {
        let (site, _) = written.split_once('/')?;
        self.sites
            .names
            .iter()
            .copied()
            .find(|known| *known == site)
    }
}

/// `None` where there is none, or a part of it is wrong.
pub(super) fn forward(
    root: &Section<'_>,
    known: &Known<'_, '_>,
    cx: &Context<'_>,
) -> Option<ForwardSettings> {
    let forward = root.section("forward_auth");
    if !forward.exists() {
        return None;
    }
    let basic_life = forward.duration("basic_life");
    let groups = told_groups::groups(&forward, known.read, cx);
    let rows = forward.rows("rule");
    if rows.is_empty() {
        cx.push(
            Diagnostic::new(Code::NoEffect, "`[forward_auth]` has no effect")
                .at(forward.place, "there is no `[[forward_auth.rule]]`")
                .hint("a rule is at least `host = \"wiki.corp.example\"`"),
        );
    }
    if root.entry("sso").is_none() {
        cx.push(
            Diagnostic::new(
                Code::NoSso,
                "there is forward authentication, and no single sign-on",
            )
            .at(forward.place, "there is no `[sso]` table")
            .hint("`[sso]` with `issuer = \"https://…\"`, the URL under which browsers reach the login"),
        );
    }
    if known.proxies.is_empty() && !rows.is_empty() {
        cx.push(
            Diagnostic::new(Code::NoProxy, "no proxy is trusted, so no page opens")
                .at(forward.place, "")
                .hint("name the proxies that ask in `trusted_proxies` of `[server]`, for example `[\"127.0.0.1\"]`"),
        );
    }
    let rules: Vec<_> = rows.iter().map(|row| rule(row, known, cx)).collect();
    contradictions(rules.iter().flatten().flatten(), cx);
    shared_cookies(rules.iter().flatten().flatten(), known, cx);
    let rules = rules.into_iter().collect::<Option<Vec<_>>>()?;
    let sso = known.sso?;
    let identity = IdentityRules {
        groups: groups?,
        qualified: sso.qualified_groups,
        bare: bare(sso, known).map(Into::into),
        most: sso.most_groups,
    };
    let rules = rules.into_iter().flatten().map(|(rule, _)| rule).collect();
    Some(ForwardSettings {
        rules: Arc::new(Rules::new(rules, identity).with_sites(&known.sites.names)),
        basic_life,
    })
}

/// Whose names need nothing in front: of the one domain, unless groups name theirs; without domains, of local accounts.
fn bare<'k>(sso: &SsoSettings, known: &Known<'k, '_>) -> Option<&'k str> {
    match known.read {
        _ if sso.qualified_groups => None,
        _ if known.ldap == LdapUse::Disabled => Some("local"),
        [only] => Some(only.name.text),
        [] | [_, _, ..] => None,
    }
}

/// One row and its place; the inner `None` where it is switched off, the outer when it is wrong.
fn rule(
    row: &Section<'_>,
    known: &Known<'_, '_>,
    cx: &Context<'_>,
) -> Option<Option<(Rule, Place)>> {
    let enabled = row.boolean("enabled");
    row.text("description");
    let written = row.required_text("host", "this rule");
    let host = written.and_then(|text| {
        let host = read(text, "host", Host::parse(text.text), cx)?;
        not_the_login(host, text, known, cx)
    });
    let path = row.text_or_default("path");
    let path = read(path, "path", Path::parse(path.text), cx);
    let methods = methods(row, cx);
    let is_public = row.boolean("public");
    let access = match is_public {
        true => public(row, cx),
        false => people(row, known, enabled, cx).map(Access::People),
    };
    let (host, path) = (host?, path?);
    let rule = Rule {
        name: RuleName(format!("{host}{path}").into()),
        host,
        path,
        methods: methods?,
        access: access?,
    };
    Some(enabled.then_some((rule, row.place)))
}

/// Where browsers log in. `None` for an IPv6 address, which no rule can be for either.
fn login(known: &Known<'_, '_>) -> Option<Host> {
    let rest = known.sso?.issuer.as_str().strip_prefix("https://")?;
    let (authority, _) = rest.split_once('/').unwrap_or((rest, ""));
    Host::parse(authority).ok()
}

/// A site there would be handed the cookies of the login itself.
fn not_the_login(
    host: Host,
    written: Text<'_>,
    known: &Known<'_, '_>,
    cx: &Context<'_>,
) -> Option<Host> {
    if login(known).as_ref() != Some(&host) {
        return Some(host);
    }
    cx.push(
        Diagnostic::new(Code::NotPage, "no rule can be for this `host`")
            .at(
                written.place,
                "it is that of `sso.issuer`: the proxy would hand its site the cookies of the login",
            )
            .hint("give the site a name of its own"),
    );
    None
}

fn read<T, E: ToString>(
    written: Text<'_>,
    key: &str,
    read: Result<T, E>,
    cx: &Context<'_>,
) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            cx.push(
                Diagnostic::new(Code::NotPage, format!("no rule can be for this `{key}`"))
                    .at(written.place, error.to_string()),
            );
            None
        }
    }
}

fn methods(row: &Section<'_>, cx: &Context<'_>) -> Option<Methods> {
    let Some(list) = row.texts("methods") else {
        return row.entry("methods").is_none().then_some(Methods::Any);
    };
    let mut whole = !list.items.is_empty();
    if !whole {
        cx.push(
            Diagnostic::new(Code::Empty, "`methods` is empty")
                .at(list.place, "a rule for no method is for no page"),
        );
    }
    let mut methods = Vec::new();
    for item in list.items {
        if item.text.is_empty() || !item.text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            whole = false;
            cx.push(
                Diagnostic::new(Code::NotPage, "no rule can be for this method")
                    .at(item.place, "expected a word such as `GET`"),
            );
        }
        methods.push(item.text.to_ascii_uppercase().into());
    }
    whole.then_some(Methods::Only(methods))
}

/// Nothing that says something of people goes with it.
fn public(row: &Section<'_>, cx: &Context<'_>) -> Option<Access> {
    let mut whole = true;
    for key in ["class", "group", "when", "basic"] {
        if let Some(place) = row.written(key) {
            whole = false;
            cx.push(
                Diagnostic::new(
                    Code::PublicUnfit,
                    format!("a page that is public, and `{key}`"),
                )
                .at(place, "nobody is asked who they are")
                .also(
                    row.written("public").unwrap_or(row.place),
                    "because of this",
                ),
            );
        }
    }
    whole.then_some(Access::Public)
}

fn people(
    row: &Section<'_>,
    known: &Known<'_, '_>,
    enabled: bool,
    cx: &Context<'_>,
) -> Option<People> {
    let class = row.text_or_default("class");
    let class = match known.site_of(class.text) {
        // Which classes there are is the site's affair.
        Some(_) => Ok(Some(class.text)),
        None => known.classes.class(class, enabled, None, cx),
    };
    let group = group(row.text_or_default("group"), known, cx);
    let basic = row.boolean("basic");
    let when = match row.text("when") {
        None => row.entry("when").is_none().then_some(None),
        Some(written) => {
            let (when, told) = expression::condition(written, "when", cx)?;
            let whole = mention::of_person(&told, cx);
            mention::check(&told, None, known.read, known.sites, cx);
            whole.then_some(Some(when))
        }
    };
    Some(People {
        class: class.ok()?.map(Into::into),
        group: group?,
        when: when?,
        basic,
    })
}

/// By name: of somebody who logged in long ago no other mark of a group is kept.
fn group(
    written: Text<'_>,
    known: &Known<'_, '_>,
    cx: &Context<'_>,
) -> Option<Option<(Box<str>, Box<str>)>> {
    if let Some(site) = known.site_of(written.text) {
        return Some(Some((site.into(), written.text.into())));
    }
    match group::group(written, None, known.names, cx).ok()? {
        None => Some(None),
        Some(GroupCriterion::Named { domain, name }) => Some(Some((domain, name))),
        Some(GroupCriterion::Gid { .. } | GroupCriterion::Dn { .. }) => {
            cx.push(
                Diagnostic::new(Code::NotGroup, "`group` does not name a group by its name")
                    .at(
                        written.place,
                        "expected `domain/name`: gids and DNs are not kept of a person",
                    )
                    .hint("a user class may ask for them, and the rule for the class"),
            );
            None
        }
    }
}

/// One page cannot be public and ask who somebody is.
fn contradictions<'r>(rules: impl Iterator<Item = &'r (Rule, Place)>, cx: &Context<'_>) {
    let all: Vec<_> = rules.collect();
    for (at, (rule, place)) in all.iter().enumerate() {
        let is_public = |rule: &Rule| matches!(rule.access, Access::Public);
        let same = |other: &&&(Rule, Place)| {
            let (other, _) = **other;
            other.host == rule.host
                && other.path.otherwise() == rule.path.otherwise()
                && is_public(other) != is_public(rule)
                && other.methods.overlap(&rule.methods)
        };
        if let Some((other, first)) = all.iter().take(at).find(same) {
            let again = match other.path == rule.path {
                true => "here again",
                false => {
                    "here again, for servers to which case, `;…` or a dot at the end is nothing"
                }
            };
            cx.push(
                Diagnostic::new(
                    Code::PublicUnfit,
                    "two rules for one page, and one of them is public",
                )
                .at(*place, again)
                .also(*first, "first here"),
            );
        }
    }
}

/// Browsers send a cookie to each port of the name that set it.
fn shared_cookies<'r>(
    rules: impl Iterator<Item = &'r (Rule, Place)>,
    known: &Known<'_, '_>,
    cx: &Context<'_>,
) {
    let login = login(known);
    let mut seen: Vec<(&Host, Place)> = Vec::new();
    for (rule, place) in rules {
        if seen.iter().any(|(host, _)| **host == rule.host) {
            continue;
        }
        let problem = |what: &str| {
            let problem = format!("`{}` differs from {what} in the port alone", rule.host);
            Diagnostic::new(Code::SharedCookies, problem)
                .hint("cookies know no port: give each site a name of its own")
        };
        if login
            .as_ref()
            .is_some_and(|login| login.name() == rule.host.name())
        {
            cx.push(
                problem("`sso.issuer`")
                    .at(*place, "browsers send this site the cookies of the login"),
            );
        }
        let other = seen
            .iter()
            .find(|(host, _)| host.name() == rule.host.name());
        if let Some((other, first)) = other {
            cx.push(
                problem(&format!("`{other}`"))
                    .at(
                        *place,
                        "whoever is logged in at one of them is logged out at the other",
                    )
                    .also(*first, "the other"),
            );
        }
        seen.push((&rule.host, *place));
    }
}
