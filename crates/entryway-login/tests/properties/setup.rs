//! Any configuration: domains, rules, local accounts, accounts of the operating system.

use super::support::{
    attribute, carry, defaults, domain, homes, map, mapping, policy, searching, template,
};
use entryway_ldap_types::Dn;
use entryway_login::{
    AccountTemplate, AccountTemplates, Carried, Condition, DnFilter, DnFilters, DnMatch, DomainId,
    DomainPolicy, Facts, Fetch, Fits, GroupCriterion, HomeFolders, KeptIn, LdapUse, LocalAccount,
    LoginPolicy, MapTarget, NamePattern, Needs, PasswordMismatch, Platform, RuleFailed, RuleId,
    Template, TypeRange, TypeRanges, UserClass, UserClasses, UserType, WhenDown,
};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

pub(crate) const DOMAINS: [&str; 3] = ["eng", "ops", "sec"];
const CLASSES: [&str; 3] = ["A", "B", "C"];

/// One configuration.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) ldap: LdapUse,
    pub(crate) domains: Vec<DomainSetup>,
    continues: bool,
    os_users: bool,
    pub(crate) platform: Platform,
    has_home: bool,
    pub(crate) classes: Vec<ClassSetup>,
    pub(crate) templates: Vec<TemplateSetup>,
    has_range: bool,
    pub(crate) account: Option<AccountSetup>,
    pub(crate) wants_groups: bool,
    pub(crate) typed: &'static str,
}

#[derive(Debug, Clone)]
pub(crate) struct DomainSetup {
    pub(crate) skips: bool,
    mail: bool,
    needs_groups: bool,
    accepts_partial_groups: bool,
    has_shell: bool,
    carries_all: bool,
    pub(crate) filters: Vec<FilterSetup>,
}

/// A DN filter: for a class or everybody, and what it lets in.
#[derive(Debug, Clone)]
pub(crate) struct FilterSetup {
    pub(crate) class: Option<usize>,
    /// Below `ou=people`; else somebody called `bob`.
    pub(crate) under: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ClassSetup {
    pub(crate) class: usize,
    pub(crate) domain: Option<usize>,
    pub(crate) bob: bool,
    pub(crate) real: Option<bool>,
    pub(crate) group: bool,
    pub(crate) when: Option<Says>,
}

#[derive(Debug, Clone)]
pub(crate) struct TemplateSetup {
    pub(crate) class: Option<usize>,
    uid: Option<Says>,
    home: Option<Says>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct AccountSetup {
    pub(crate) kept: KeptIn,
    pub(crate) enabled: bool,
    has_home: bool,
}

/// An expression: what it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Yes,
    No,
    Fails,
}

impl Condition for Says {
    fn holds(&self, _facts: &Facts<'_>) -> Result<bool, RuleFailed> {
        match self {
            Self::Yes => Ok(true),
            Self::No => Ok(false),
            Self::Fails => Err(RuleFailed("has no value".to_owned())),
        }
    }
    fn needs(&self) -> &Needs {
        unreachable!("asked when a configuration is read")
    }
}

/// `Yes` is a value, `No` one that cannot be used.
#[derive(Debug)]
struct Gives(MapTarget, Says);

impl Template for Gives {
    fn render_with(&self, facts: &Facts<'_>, fits: Fits<'_>) -> Result<String, RuleFailed> {
        match (&self.1, &self.0) {
            (Says::Yes, MapTarget::Home) => {
                fits(facts.name).map_err(RuleFailed)?;
                Ok(format!("/templates/{}", facts.name))
            }
            (Says::Yes, _) => Ok("777".to_owned()),
            (Says::No, _) => Ok("nothing/..".to_owned()),
            (Says::Fails, _) => Err(RuleFailed("has no value".to_owned())),
        }
    }
    fn needs(&self) -> &Needs {
        unreachable!("asked when a configuration is read")
    }
}

pub(crate) fn setup() -> impl Strategy<Value = Setup> {
    let ldap = prop_oneof![
        4 => Just(LdapUse::Optional),
        2 => Just(LdapUse::Required),
        1 => Just(LdapUse::Disabled),
    ];
    let typed = prop::sample::select(vec![
        "bob",
        "bob",
        "bob",
        " bob ",
        "eng/bob",
        "OPS\\bob",
        "bob@eng.example",
        "bob@mail.example",
        "nowhere/bob",
        "eng/",
    ]);
    let login = (
        ldap,
        any::<bool>(),
        any::<bool>(),
        prop_oneof![
            8 => Just(Platform::Unix),
            1 => Just(Platform::Windows),
            1 => Just(Platform::None),
        ],
        typed,
    );
    let rules = (
        prop::collection::vec(class(), 0..4),
        prop::collection::vec(account_template(), 0..3),
        any::<bool>(),
        prop::bool::weighted(0.9),
    );
    let domains = prop::collection::vec(domain_setup(), 1..4);
    let groups = any::<bool>();
    (
        login,
        domains,
        rules,
        prop::option::weighted(0.4, account()),
        groups,
    )
        .prop_map(
            |(
                (ldap, continues, os_users, platform, typed),
                domains,
                rules,
                account,
                wants_groups,
            )| {
                let (classes, templates, has_range, has_home) = rules;
                Setup {
                    ldap,
                    domains,
                    continues,
                    os_users,
                    platform,
                    has_home,
                    classes,
                    templates,
                    has_range,
                    account,
                    wants_groups,
                    typed,
                }
            },
        )
}

fn domain_setup() -> impl Strategy<Value = DomainSetup> {
    let filter = (prop::option::of(0..3_usize), any::<bool>())
        .prop_map(|(class, under)| FilterSetup { class, under });
    let filters = prop::collection::vec(filter, 0..3);
    let flag = any::<bool>;
    let bools = (flag(), flag(), flag(), flag(), flag());
    (bools, prop::bool::weighted(0.9), filters).prop_map(
        |((skips, mail, needs_groups, accepts_partial_groups, carries_all), has_shell, filters)| {
            DomainSetup {
                skips,
                mail,
                needs_groups,
                accepts_partial_groups,
                has_shell,
                carries_all,
                filters,
            }
        },
    )
}

fn says() -> impl Strategy<Value = Says> {
    prop_oneof![6 => Just(Says::Yes), 3 => Just(Says::No), 1 => Just(Says::Fails)]
}

fn class() -> impl Strategy<Value = ClassSetup> {
    let domain = prop::option::of(0..3_usize);
    let when = prop::option::of(says());
    (
        0..3_usize,
        domain,
        any::<bool>(),
        any::<Option<bool>>(),
        any::<bool>(),
        when,
    )
        .prop_map(|(class, domain, bob, real, group, when)| ClassSetup {
            class,
            domain,
            bob,
            real,
            group,
            when,
        })
}

fn account_template() -> impl Strategy<Value = TemplateSetup> {
    let value = || prop::option::of(prop_oneof![8 => Just(Says::Yes), 1 => says()]);
    (prop::option::of(0..3_usize), value(), value()).prop_map(|(class, uid, home)| TemplateSetup {
        class,
        uid,
        home,
    })
}

fn account() -> impl Strategy<Value = AccountSetup> {
    let kept = prop::sample::select(vec![KeptIn::Store, KeptIn::Directory]);
    (kept, prop::bool::weighted(0.8), any::<bool>()).prop_map(|(kept, enabled, has_home)| {
        AccountSetup {
            kept,
            enabled,
            has_home,
        }
    })
}

impl Setup {
    pub(crate) fn policy(&self) -> LoginPolicy {
        let domains = self.domains.iter().zip(DOMAINS);
        let domains = domains.map(|(setup, name)| setup.domain(name)).collect();
        let mut policy = policy(domains);
        policy.ldap = self.ldap;
        policy.os_users = self.os_users;
        if self.continues {
            policy.local_password_mismatch = PasswordMismatch::Continue;
        }
        policy.platform = self.platform;
        policy.default_domains = (0..self.domains.len().min(2)).map(DomainId).collect();
        policy.home_folders = if self.has_home {
            homes()
        } else {
            HomeFolders::default()
        };
        let classes = self.classes.iter().zip(100..);
        policy.classes = UserClasses::new(classes.map(|(row, at)| row.row(RuleId(at))).collect());
        let templates = self.templates.iter().zip(200..);
        let templates = templates.map(|(row, at)| row.row(RuleId(at))).collect();
        policy.templates = AccountTemplates::new(templates, &CLASSES.map(Arc::from));
        if self.has_range {
            policy.type_ranges = TypeRanges::new(vec![TypeRange {
                from: 0,
                to: 999,
                user_type: UserType::Real,
                rule: RuleId(300),
            }]);
        }
        policy
    }

    pub(crate) fn local_account(&self) -> Option<LocalAccount> {
        let account = self.account?;
        Some(LocalAccount {
            id: "7".into(),
            name: "bob".into(),
            password: account.kept,
            password_stamp: (*b"1").into(),
            enabled: account.enabled,
            uid: Some(7),
            gid: Some(7),
            home: account.has_home.then(|| "/local/bob".to_owned()),
            shell: None,
            user_type: None,
            email: None,
            display_name: None,
        })
    }
}

impl DomainSetup {
    fn domain(&self, name: &str) -> DomainPolicy {
        let mut domain = domain(name);
        domain.suffixes = vec![format!("{name}.example")];
        domain.when_down = if self.skips {
            WhenDown::Skip
        } else {
            WhenDown::Stop
        };
        domain.needs_groups = self.needs_groups;
        domain.accepts_partial_groups = self.accepts_partial_groups;
        domain.defaults = defaults();
        domain.defaults.auth_by_email = true;
        if !self.has_shell {
            domain.defaults.shell = None;
        }
        if self.mail {
            domain = searching(domain, |people| {
                people.by_email = Some(template("(mail={login})"));
            });
        }
        domain = mapping(domain, |maps| maps.push(map(MapTarget::UserType, "kind")));
        if self.carries_all {
            domain.carry = carry(&[]);
            domain.carry.attributes = Carried::All;
            let secret = [attribute("userPassword")];
            domain.fetch = Fetch::of(&domain.people, &domain.maps, &domain.carry, &secret, &[]);
        }
        domain.dn_filters = self.dn_filters(name);
        domain
    }
}

/// Patterns take long to compile, and there are not many sets of rows.
static COMPILED: LazyLock<Mutex<HashMap<String, DnFilters>>> = LazyLock::new(Mutex::default);

impl DomainSetup {
    fn dn_filters(&self, domain: &str) -> DnFilters {
        let compile = || {
            let rows = self.filters.iter().zip(400..);
            let rows = rows.map(|(filter, at)| filter.row(domain, RuleId(at)));
            DnFilters::new(rows.collect()).unwrap()
        };
        let key = format!("{domain} {:?}", self.filters);
        let mut compiled = COMPILED.lock().unwrap();
        compiled.entry(key).or_insert_with(compile).clone()
    }
}

impl FilterSetup {
    fn row(&self, domain: &str, rule: RuleId) -> DnFilter {
        let matches = if self.under {
            DnMatch::Under(Dn::parse(&format!("ou=team,ou=people,dc={domain}")).unwrap())
        } else {
            DnMatch::Pattern {
                text: "uid=bob,.*".to_owned(),
                exact: false,
            }
        };
        DnFilter {
            class: self.class.map(|class| CLASSES[class].into()),
            matches,
            rule,
        }
    }

    /// The same said anew.
    pub(crate) fn lets_in(&self, dn: &str) -> bool {
        if self.under {
            dn.contains("ou=team,")
        } else {
            dn.starts_with("uid=bob,")
        }
    }

    pub(crate) fn applies(&self, class: Option<&str>) -> bool {
        self.class.is_none_or(|own| class == Some(CLASSES[own]))
    }
}

impl ClassSetup {
    pub(crate) fn name(&self) -> &'static str {
        CLASSES[self.class]
    }

    fn row(&self, rule: RuleId) -> UserClass {
        let domain = self.domain.map(|at| DOMAINS[at]);
        UserClass {
            name: self.name().into(),
            domain: domain.map(Into::into),
            users: self.bob.then(|| NamePattern::new("bo*")),
            user_type: self.real.map(|real| {
                if real {
                    UserType::Real
                } else {
                    UserType::Virtual
                }
            }),
            group: self.group.then(|| GroupCriterion::Named {
                domain: domain.unwrap_or("eng").into(),
                name: "team".into(),
            }),
            address: None,
            when: self.when.map(|says| Arc::new(says) as Arc<dyn Condition>),
            rule,
        }
    }
}

impl TemplateSetup {
    pub(crate) fn applies(&self, class: Option<&str>) -> bool {
        self.class.is_none_or(|own| class == Some(CLASSES[own]))
    }

    fn row(&self, rule: RuleId) -> AccountTemplate {
        let gives = |target: MapTarget, says: Option<Says>| {
            says.map(|says| Arc::new(Gives(target, says)) as Arc<dyn Template>)
        };
        AccountTemplate {
            name: format!("t{}", rule.0).into(),
            class: self.class.map(|class| NamePattern::new(CLASSES[class])),
            uid: gives(MapTarget::Uid, self.uid),
            gid: None,
            home: gives(MapTarget::Home, self.home),
            rule,
        }
    }
}
