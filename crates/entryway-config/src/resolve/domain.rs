//! `[domain.X]`, as far as it stands on its own.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::address::{Address, Addresses};
use crate::resolve::cards::{self, Inherited};
use crate::resolve::connections::connections;
use crate::resolve::dialect::DIALECTS;
use crate::resolve::encryption::{self, Plan};
use crate::resolve::login::Basics;
use crate::resolve::people::{Base, people};
use crate::resolve::rules::{ClassNames, dn_filter};
use crate::resolve::tls::Tls;
use crate::resolve::{address, bind, discovery, groups, maps, name, text, tls};
use crate::section::{Section, Text};
use crate::settings::{
    CardsSettings, Dialect, DomainSettings, FollowedHost, ServerAddress, ServiceBind, Timeouts,
    UnwrittenServers,
};
use entryway_ldap_types::AttributeName;
use entryway_login::{
    AttributeMap, Carried, Carry, DomainPolicy, Fetch, LdapUse, MapTarget, NameCase, PeopleSearch,
    WhenDown,
};

const WHEN_DOWN: [(&str, WhenDown); 2] = [("stop", WhenDown::Stop), ("skip", WhenDown::Skip)];
const CASES: [(&str, NameCase); 3] = [
    ("keep", NameCase::Keep),
    ("lower", NameCase::Lower),
    ("upper", NameCase::Upper),
];

/// One domain: its names, for what all domains share, and the rest if it is right.
pub(super) struct Read<'a> {
    pub(super) name: Text<'a>,
    pub(super) section: Section<'a>,
    pub(super) suffixes: Vec<Text<'a>>,
    pub(super) netbios_name: Option<Text<'a>>,
    pub(super) resolved: Option<(DomainSettings, DomainPolicy)>,
}

/// Every domain, in the order in which it is written.
pub(super) fn all<'a>(
    root: &Section<'a>,
    tls: &Tls,
    basics: &Basics,
    homes: bool,
    classes: &ClassNames<'a>,
    cx: &Context<'_>,
) -> Vec<Read<'a>> {
    let domains = root.section("domain");
    let one = |entry: &'a crate::tree::Entry| {
        let name = Text {
            text: &entry.key,
            place: entry.key_place,
        };
        read(
            name,
            domains.below(&entry.key, "<name>"),
            tls,
            basics,
            homes,
            classes,
            cx,
        )
    };
    domains.entries().iter().map(one).collect()
}

fn read<'a>(
    name: Text<'a>,
    domain: Section<'a>,
    global_tls: &Tls,
    basics: &Basics,
    homes: bool,
    classes: &ClassNames<'a>,
    cx: &Context<'_>,
) -> Read<'a> {
    let usable = name::usable_domain(name, cx);
    let suffixes: Vec<Text<'a>> = domain
        .texts("suffixes")
        .map(|list| list.items)
        .unwrap_or_default();
    let suffixes: Vec<Text<'a>> = suffixes
        .into_iter()
        .filter(|suffix| name::usable(*suffix, "a suffix", cx))
        .collect();
    let netbios_name = domain
        .text("netbios_name")
        .filter(|netbios| name::usable(*netbios, "a NetBIOS name", cx));

    let dialect = domain.word("dialect", &DIALECTS, Dialect::Auto);
    let tls = tls::below(&domain.section("tls"), global_tls, cx);
    let reached = reached(&domain, name.text, basics, &tls, cx);
    let base = base(&domain, name.text, cx);
    let timeouts = timeouts(&domain, basics, cx);
    let connections = connections(&domain);
    let when_down = domain.word("when_down", &WHEN_DOWN, WhenDown::Stop);
    let login_name_case = domain.word("login_name_case", &CASES, NameCase::Keep);
    let people = people(&domain, base.as_ref(), dialect, cx);
    let maps = maps::maps(&domain, dialect, cx);
    let defaults = maps::defaults(&domain, basics.platform, cx);
    if let Some(maps) = &maps
        && !homes
        && !maps.iter().any(|map| map.target == MapTarget::Home)
    {
        cx.push(
            Diagnostic::new(
                Code::NoHome,
                format!(
                    "nothing gives the people of `{}` a home: every login will be refused",
                    name.text
                ),
            )
            .at(
                domain.place,
                "no map sets `home`, and there is no `[[home_folder]]`",
            )
            .hint(
                "add `[[home_folder]]` with a `prefix`, or `home = \"…\"` to the domain's `maps`",
            ),
        );
    }
    let carry = carry(&domain, maps.as_deref(), cx);
    let groups = groups::groups(&domain, base.as_ref(), cx);
    let dn_filters = dn_filter::rows(&domain, name.text, classes, cx);
    let resolved =
        if let (true, Some(reached), Some(people), Some(maps), Some(groups), Some(dn_filters)) =
            (usable, reached, people, maps, groups, dn_filters)
        {
            let settings = DomainSettings {
                name: name.text.into(),
                servers: reached.servers,
                srv: reached.srv,
                follow: reached.follow,
                unwritten: reached.unwritten,
                cards: reached.cards,
                bind: reached.bind,
                clear_text_passwords: reached.clear_text_passwords,
                dialect,
                tls: tls.settings,
                timeouts,
                connections,
                groups,
            };
            let active_directory = (dialect == Dialect::Auto)
                .then(|| in_active_directory(&domain, base.as_ref(), cx))
                .flatten();
            let policy = DomainPolicy {
                name: settings.name.clone(),
                suffixes: suffixes
                    .iter()
                    .map(|suffix| suffix.text.to_owned())
                    .collect(),
                netbios_name: netbios_name.map(|netbios| netbios.text.to_owned()),
                login_name_case,
                when_down,
                dn_filters,
                // Known once the classes are.
                needs_groups: false,
                accepts_partial_groups: domain.section("groups").boolean("accept_partial"),
                fetch: Fetch::of(&people, &maps, &carry, &[], &[]),
                carry,
                people,
                maps,
                defaults,
                rule: cx.rule(domain.place),
                active_directory: None,
            };
            // The same, but for what the dialect decides.
            let other = active_directory.map(|(people, maps)| DomainPolicy {
                people,
                maps,
                ..policy.clone()
            });
            let policy = DomainPolicy {
                active_directory: other.map(Box::new),
                ..policy
            };
            Some((settings, policy))
        } else {
            None
        };
    Read {
        name,
        section: domain,
        suffixes,
        netbios_name,
        resolved,
    }
}

/// What a domain without a dialect is where its directory says that it is Active Directory.
fn in_active_directory(
    domain: &Section<'_>,
    base: Option<&Base<'_>>,
    cx: &Context<'_>,
) -> Option<(PeopleSearch, Vec<AttributeMap>)> {
    cx.problems.told_before(|| {
        let people = people(domain, base, Dialect::ActiveDirectory, cx)?;
        Some((people, maps::maps(domain, Dialect::ActiveDirectory, cx)?))
    })
}

/// `attributes`: what the session carries under its own name.
fn carry(domain: &Section<'_>, maps: Option<&[AttributeMap]>, cx: &Context<'_>) -> Carry {
    let list = domain.texts("attributes");
    let rule = cx.rule(domain.place_of("attributes"));
    let items = list.map(|list| list.items).unwrap_or_default();
    if let Some(all) = items.iter().find(|item| item.text == "*") {
        cx.push(
            Diagnostic::new(
                Code::EveryAttribute,
                "every attribute of a person goes to every application",
            )
            .at(
                all.place,
                "passwords, hashes and keys stay out; anything else does not",
            )
            .hint("name the attributes that applications need"),
        );
        return Carry {
            attributes: Carried::All,
            rule,
        };
    }
    let mut names = Vec::new();
    for item in items {
        if let Some(name) = text::attribute(item, "attributes", cx)
            && !names.contains(&name)
        {
            one_source(domain, item, &name, maps, cx);
            names.push(name);
        }
    }
    Carry {
        attributes: Carried::Named(names),
        rule,
    }
}

/// A name in the session has one source: whether the person has a value must not decide which.
fn one_source(
    domain: &Section<'_>,
    item: Text<'_>,
    name: &AttributeName,
    maps: Option<&[AttributeMap]>,
    cx: &Context<'_>,
) {
    let same = |map: &&AttributeMap| match &map.target {
        MapTarget::Custom(key) => key.eq_ignore_ascii_case(name.base()),
        _ => false,
    };
    let Some(map) = maps.unwrap_or_default().iter().find(same) else {
        return;
    };
    if !map.from.base().eq_ignore_ascii_case(name.base()) {
        let place = domain.section("maps").place_of(map.target.as_str());
        cx.push(
            Diagnostic::new(
                Code::RowTwice,
                format!("the attribute `{}` has two sources", name.base()),
            )
            .at(item.place, "the directory's own")
            .also(place, format!("a map from `{}`", map.from.base()))
            .hint("give the map another name"),
        );
    }
}

/// The empty name is one: a global catalog is asked from there.
fn base<'a>(domain: &Section<'a>, name: &str, cx: &Context<'_>) -> Option<Base<'a>> {
    if domain.entry("base").is_none() {
        domain.missing("base", &format!("domain `{name}`"));
    }
    let written = domain.text("base")?;
    Some(Base {
        dn: text::dn(written, "base", cx)?,
        written,
    })
}

fn timeouts(domain: &Section<'_>, basics: &Basics, cx: &Context<'_>) -> Timeouts {
    let section = domain.section("timeouts");
    let timeouts = Timeouts {
        connect: section.duration("connect"),
        operation: section.duration("operation"),
        idle: section.duration("idle"),
    };
    if basics.deadline < timeouts.connect {
        let connect = section.written("connect");
        let label = "longer than a whole login may take";
        let diagnostic = Diagnostic::new(
            Code::DeadlineShort,
            "a login is over before a connection has had its time",
        );
        cx.push(match (connect, basics.deadline_place) {
            (Some(connect), Some(deadline)) => diagnostic
                .at(connect, label)
                .also(deadline, "a login ends after this"),
            (Some(connect), None) => diagnostic.at(connect, label),
            (None, deadline) => diagnostic.at(
                deadline.unwrap_or(domain.place),
                "shorter than the `connect` timeout",
            ),
        });
    }
    timeouts
}

/// How a domain is reached: where, as whom, and what of it is inside TLS.
struct Reached {
    servers: Vec<ServerAddress>,
    srv: Option<String>,
    follow: Vec<FollowedHost>,
    unwritten: UnwrittenServers,
    bind: ServiceBind,
    cards: Option<CardsSettings>,
    clear_text_passwords: bool,
}

fn reached(
    domain: &Section<'_>,
    name: &str,
    basics: &Basics,
    tls: &Tls,
    cx: &Context<'_>,
) -> Option<Reached> {
    let plan = Plan::of_domain(domain, basics.ldap != LdapUse::Disabled);
    let srv = discovery::srv(domain, cx);
    let follow = discovery::referrals(domain, cx);
    let addresses = match (domain.entry("servers"), domain.entry("srv")) {
        (Some(servers), Some(srv)) => {
            cx.push(
                Diagnostic::new(Code::TwoSources, "`srv` and `servers` exclude each other")
                    .at(srv.node.place, "DNS would name the servers")
                    .also(servers.node.place, "and here they are written"),
            );
            return None;
        }
        (None, Some(_)) => {
            let srv = srv?;
            Addresses::of_dns(srv.text, srv.place)
        }
        (Some(_), None) => address::addresses(domain, cx),
        (None, None) => {
            domain.missing("servers", &format!("domain `{name}`"));
            Addresses::default()
        }
    };
    // Whatever may be gone to is judged, also what only another server names.
    let referred = follow.iter().flatten();
    let referred = referred.map(|(host, place)| Address::followed(host, *place));
    let reachable: Vec<Address> = addresses.readable.iter().cloned().chain(referred).collect();
    let bind = bind::bind(domain, cx).filter(|bind| {
        !matches!(bind, ServiceBind::External)
            || bind::external(domain, &tls.settings, plan.in_clear(&reachable), cx)
    });
    let placed = bind.as_ref().map(|known| (known, bind::place(domain)));
    encryption::judge_domain(&reachable, &plan, placed, cx);
    let carries = encryption::carries_passwords(&plan, bind.as_ref());
    tls.scope.check(domain.place, plan.permission, carries, cx);
    let inherited = Inherited {
        addresses: addresses.usable(),
        bind: bind.as_ref(),
        tls,
        plan: &plan,
    };
    let cards = cards::cards(domain, &inherited, cx);
    let of_cards = cards.as_ref().is_some_and(|cards| cards.uses_permission);
    // A server that nobody verified is told passwords by the same permission.
    let unverified = tls.scope.accepts_anybody() && carries;
    if !of_cards && !unverified && !encryption::uses_permission(&plan, bind.as_ref()) {
        encryption::idle_permission(&plan, cx);
    }
    let (addresses, bind, cards) = (addresses.usable()?, bind?, cards?);
    let own = domain.section("cards");
    if let (Some(srv), Some(_), None) = (srv, &cards.apart, own.entry("servers")) {
        cx.push(
            Diagnostic::new(
                Code::TwoSources,
                "cards with an account or a trust of their own need `servers` of their own",
            )
            .at(own.place, "")
            .also(srv.place, "here DNS names those of the domain"),
        );
        return None;
    }
    let on_these = cards.apart.is_none().then_some(&cards.plan);
    Some(Reached {
        servers: match srv {
            Some(_) => Vec::new(),
            None => encryption::of_domain(addresses, &plan, on_these, &bind),
        },
        srv: srv.map(|srv| srv.text.trim_end_matches('.').to_owned()),
        follow: follow?.into_iter().map(|(host, _)| host).collect(),
        unwritten: encryption::of_unwritten(&plan, on_these, &bind),
        clear_text_passwords: plan.lets_passwords_out()
            || on_these.is_some_and(Plan::lets_passwords_out),
        bind,
        cards: cards.apart,
    })
}
