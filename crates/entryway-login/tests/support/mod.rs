//! Fixtures: policies, entries, and a world of directories that answers a login's operations.

#![allow(dead_code)] // every test target uses its own part
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // what is odd here is a failed test

pub(crate) mod replay;
pub(crate) mod world;

use bytes::Bytes;
use entryway_ldap_types::{
    Attribute, AttributeName, Dn, Entry, FilterTemplate, Password, Placeholder, Scope,
};
use entryway_login::{
    AccountTemplates, Attempt, AttributeMap, Carried, Carry, Defaults, DnFilters, DomainId,
    DomainPolicy, Fetch, HomeFolder, HomeFolders, LdapUse, LoginId, LoginPolicy, MapTarget,
    MapValues, NameCase, OnInvalid, PasswordMismatch, PeopleSearch, Platform, Route, RuleId,
    SubmittedPassword, TypeRanges, UserClasses, UserType, WhenDown,
};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// 2026-11-20T12:00:00Z.
pub(crate) const NOON: u64 = 1_795_176_000;

pub(crate) fn attribute(name: &str) -> AttributeName {
    AttributeName::parse(name).unwrap()
}

/// An entry with text values.
pub(crate) fn entry(dn: &str, attributes: &[(&str, &[&str])]) -> Entry {
    Entry {
        dn: Dn::parse(dn).unwrap(),
        dn_text: dn.into(),
        attributes: attributes
            .iter()
            .map(|(name, values)| Attribute {
                name: attribute(name),
                values: values
                    .iter()
                    .map(|value| Bytes::copy_from_slice(value.as_bytes()))
                    .collect(),
            })
            .collect(),
    }
}

/// An entry with one attribute of raw values.
pub(crate) fn raw_entry(name: &str, values: &[&[u8]]) -> Entry {
    let mut entry = entry("uid=jdoe,ou=people,dc=staff", &[]);
    let values = values
        .iter()
        .map(|value| Bytes::copy_from_slice(value))
        .collect();
    entry.attributes.push(Attribute {
        name: attribute(name),
        values,
    });
    entry
}

pub(crate) fn map(target: MapTarget, from: &str) -> AttributeMap {
    AttributeMap {
        target,
        from: attribute(from),
        values: MapValues::One,
        on_invalid: OnInvalid::Refuse,
        rule: RuleId(31),
    }
}

pub(crate) fn template(text: &str) -> FilterTemplate {
    FilterTemplate::parse(
        text,
        &[Placeholder::Login, Placeholder::User, Placeholder::Suffix],
    )
    .unwrap()
}

/// A domain whose people have a `uid` and lie under `ou=people,dc=NAME`; it maps uid, gid, home and shell.
pub(crate) fn domain(name: &str) -> DomainPolicy {
    let base = format!("ou=people,dc={name}");
    let uid = attribute("uid");
    let people = PeopleSearch {
        base: Dn::parse(&base).unwrap(),
        base_text: base.into(),
        scope: Scope::Subtree,
        filter: FilterTemplate::equality(Some("person"), &uid, Placeholder::Login),
        search_attribute: Some(uid),
        id_attributes: vec![attribute("entryUUID"), attribute("objectGUID")],
        by_email: None,
        email_attribute: attribute("mail"),
        name_attribute: attribute("cn"),
        rule: RuleId(20),
    };
    let maps = vec![
        map(MapTarget::Uid, "uidNumber"),
        map(MapTarget::Gid, "gidNumber"),
        map(MapTarget::Home, "homeDirectory"),
        map(MapTarget::Shell, "loginShell"),
    ];
    DomainPolicy {
        name: name.into(),
        suffixes: Vec::new(),
        netbios_name: None,
        login_name_case: NameCase::Keep,
        when_down: WhenDown::Stop,
        carry: carry(&[]),
        dn_filters: DnFilters::default(),
        needs_groups: false,
        accepts_partial_groups: false,
        fetch: Fetch::of(&people, &maps, &carry(&[]), &[], &[]),
        people,
        maps,
        defaults: defaults(),
        rule: RuleId(10),
        active_directory: None,
    }
}

/// What a session carries under its own name.
pub(crate) fn carry(names: &[&str]) -> Carry {
    Carry {
        attributes: Carried::Named(names.iter().map(|name| attribute(name)).collect()),
        rule: RuleId(50),
    }
}

/// The defaults of a domain that sets none.
pub(crate) fn defaults() -> Defaults {
    Defaults {
        uid: Some(10_000),
        gid: Some(10_000),
        shell: Some("/bin/sh".to_owned()),
        user_type: Some(UserType::Virtual),
        system_user: None,
        auth_by_email: false,
        rule: RuleId(40),
    }
}

/// Changes how people are searched, and works out anew what is fetched.
pub(crate) fn searching(
    mut domain: DomainPolicy,
    change: impl FnOnce(&mut PeopleSearch),
) -> DomainPolicy {
    change(&mut domain.people);
    domain.fetch = Fetch::of(&domain.people, &domain.maps, &domain.carry, &[], &[]);
    domain
}

/// The same for the maps.
pub(crate) fn mapping(
    mut domain: DomainPolicy,
    change: impl FnOnce(&mut Vec<AttributeMap>),
) -> DomainPolicy {
    change(&mut domain.maps);
    domain.fetch = Fetch::of(&domain.people, &domain.maps, &domain.carry, &[], &[]);
    domain
}

/// All the domains are default ones, in this order; homes are `/home/NAME`.
pub(crate) fn policy(domains: Vec<DomainPolicy>) -> LoginPolicy {
    LoginPolicy {
        ldap: LdapUse::Required,
        default_domains: (0..domains.len()).map(DomainId).collect(),
        domains,
        sites: Vec::new(),
        default_domains_rule: RuleId(9),
        platform: Platform::Unix,
        deadline: Duration::from_secs(3),
        local_password_mismatch: PasswordMismatch::Reject,
        os_users: false,
        reject_after: Duration::ZERO,
        type_ranges: TypeRanges::default(),
        classes: UserClasses::default(),
        home_folders: homes(),
        templates: AccountTemplates::default(),
        certificates: None,
    }
}

/// `/home/NAME` for everybody.
pub(crate) fn homes() -> HomeFolders {
    HomeFolders::new(vec![HomeFolder {
        class: None,
        prefix: "/home".to_owned(),
        rule: RuleId(81),
    }])
}

pub(crate) fn given(password: &str) -> SubmittedPassword {
    match Password::new(password.as_bytes().to_vec()) {
        Ok(password) => SubmittedPassword::Given(Arc::new(password)),
        Err(_) => SubmittedPassword::Malformed,
    }
}

pub(crate) fn attempt(login_name: &str, password: SubmittedPassword) -> Attempt {
    let started = Instant::now();
    Attempt {
        id: LoginId::from_bits(0x1234),
        login_name: login_name.to_owned(),
        password,
        client_address: None,
        device: None,
        wants_groups: false,
        caller: None,
        at: SystemTime::UNIX_EPOCH + Duration::from_secs(NOON),
        started,
        deadline: started + Duration::from_secs(3),
    }
}

/// A bare name on its way to the first domain.
pub(crate) fn bare(login: &str) -> Route {
    Route {
        login: login.to_owned(),
        user: login.to_owned(),
        suffix: String::new(),
        named: None,
        site: None,
        tries: vec![DomainId(0)],
    }
}
