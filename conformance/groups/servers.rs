//! The servers, and how each is asked.

use crate::cast::{Cast, DEPTH, MemberOf};
use entryway_conformance::{
    AD_BASE, AD_SERVICE_DN, AD_SERVICE_PASSWORD, Authority, BASE, Certificate, Ds389, SERVICE_DN,
    SERVICE_PASSWORD, SambaAd, Slapd,
};
use entryway_directory::{Domain, Domains, DynamicGroups, Finder, GroupsSettings, Membership};
use entryway_ldap::{
    ByRole, Limits, PoolLimits, Security, Server, ServerSettings, ServiceBind, StoreFile, Timeouts,
    TlsClient, TlsVersion, TrustSource, TrustStore, Way,
};
use entryway_ldap_types::{
    AttributeName, Dn, Filter, FilterTemplate, Password, Placeholder, Scope,
};
use entryway_lookup::{
    BrowsePolicy, CardPolicy, DomainLookups, GroupsLookup, LookupPolicy, MailDomains, PeopleLookup,
    Seal, find_template, mail_template,
};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A server with the table's groups.
pub(crate) struct Directory {
    pub(crate) title: String,
    is_open: bool,
    /// Whether groups that are a search are evaluated by us.
    evaluates: bool,
    /// The attribute that names an entry for good.
    id: &'static str,
    pub(crate) cast: Cast,
    server: Arc<Server>,
    running: Running,
}

/// Runs as long as this.
enum Running {
    OpenLdap(Slapd),
    Ds389 { _ds389: Ds389 },
    Samba(SambaAd),
}

/// Groups that are a search, as the schema of Active Directory is extended by them: it has none of its own.
const DYNAMIC_GROUPS: [&str; 2] = [
    "dn: CN=memberURL,CN=Schema,CN=Configuration,DC=lab,DC=example,DC=org
objectClass: attributeSchema
lDAPDisplayName: memberURL
attributeID: 2.16.840.1.113730.3.1.198
attributeSyntax: 2.5.5.12
oMSyntax: 64
isSingleValued: FALSE
",
    "dn: CN=groupOfURLs,CN=Schema,CN=Configuration,DC=lab,DC=example,DC=org
objectClass: classSchema
lDAPDisplayName: groupOfURLs
governsID: 2.16.840.1.113730.3.2.33
subClassOf: top
objectClassCategory: 1
possSuperiors: organizationalUnit
mustContain: cn
mayContain: memberURL
defaultSecurityDescriptor: D:(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPLCLORC;;;AU)
",
];

const OPEN_BASE: &str = "dc=example,dc=org";
const OPEN_SERVICE: &str = "cn=entryway,dc=example,dc=org";

pub(crate) fn openldap() -> Directory {
    let cast = Cast {
        base: OPEN_BASE,
        active_directory: false,
        member_of: MemberOf::Written,
        big: 20_000,
    };
    let authority = Authority::new().expect("an authority");
    let ldif = open_head() + &cast.ldif();
    let slapd = Slapd::with_entries(&authority, Certificate::Good, OPEN_BASE, &ldif);
    of_slapd("OpenLDAP", cast, slapd.expect("slapd"), &authority, true)
}

/// An OpenLDAP whose overlay `dynlist` says who is in which group, of static ones too.
pub(crate) fn openldap_that_works_out_groups() -> Directory {
    let cast = Cast {
        base: OPEN_BASE,
        active_directory: false,
        member_of: MemberOf::ByServer,
        big: 200,
    };
    let authority = Authority::new().expect("an authority");
    let ldif = open_head() + &cast.ldif();
    let slapd = Slapd::with_dynamic_lists(&authority, OPEN_BASE, &ldif);
    let title = "OpenLDAP with `dynlist`";
    of_slapd(title, cast, slapd.expect("slapd"), &authority, false)
}

fn open_head() -> String {
    format!(
        "dn: {OPEN_BASE}\nobjectClass: domain\ndc: example\n\ndn: {OPEN_SERVICE}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: entryway\nuserPassword: service\n\n"
    )
}

fn of_slapd(
    title: &str,
    cast: Cast,
    slapd: Slapd,
    authority: &Authority,
    evaluates: bool,
) -> Directory {
    let server = server(slapd.ldaps(), authority, OPEN_SERVICE, "service");
    Directory {
        title: format!("{title}, a large group of {}", cast.big),
        is_open: true,
        evaluates,
        id: "entryUUID",
        cast,
        server,
        running: Running::OpenLdap(slapd),
    }
}

pub(crate) fn ds389() -> Directory {
    let cast = Cast {
        base: BASE,
        active_directory: false,
        member_of: MemberOf::WrittenOfTheLarge,
        big: 20_000,
    };
    let head = format!(
        "dn: {BASE}\nobjectClass: domain\ndc: example\naci: (targetattr != \"userPassword\")(version 3.0; acl \"the gateway\"; allow (read, search, compare) userdn = \"ldap:///{SERVICE_DN}\";)\n\n\
         dn: ou=services,{BASE}\nobjectClass: organizationalUnit\nou: services\n\n\
         dn: {SERVICE_DN}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: entryway\nuserPassword: {SERVICE_PASSWORD}\nnsLookThroughLimit: -1\n\n"
    );
    let authority = Authority::new().expect("an authority");
    let others = "(|(objectClass=groupOfNames)(&(objectClass=inetOrgPerson)(!(memberOf=*))))";
    let running = Ds389::with_entries(&authority, &(head + &cast.ldif()), others).expect("389");
    let server = server(running.ldaps(), &authority, SERVICE_DN, SERVICE_PASSWORD);
    Directory {
        title: format!("389 Directory Server, a large group of {}", cast.big),
        is_open: true,
        evaluates: true,
        id: "nsUniqueId",
        cast,
        server,
        running: Running::Ds389 { _ds389: running },
    }
}

pub(crate) fn samba() -> Directory {
    let cast = Cast {
        base: "OU=lookups,DC=lab,DC=example,DC=org",
        active_directory: true,
        member_of: MemberOf::ByServer,
        big: 20_000,
    };
    let authority = Authority::new().expect("an authority");
    let head =
        format!("dn: OU=lookups,{AD_BASE}\nobjectClass: organizationalUnit\nou: lookups\n\n");
    let entries = head + &cast.ldif();
    let samba =
        SambaAd::with_entries(&authority, &DYNAMIC_GROUPS, entries.as_bytes()).expect("samba");
    samba.change(cast.cycle().as_bytes()).expect("the cycle");
    let server = server(
        samba.ldaps(),
        &authority,
        AD_SERVICE_DN,
        AD_SERVICE_PASSWORD,
    );
    Directory {
        title: format!("Samba AD, a large group of {}", cast.big),
        is_open: false,
        evaluates: true,
        id: "objectGUID",
        cast,
        server,
        running: Running::Samba(samba),
    }
}

fn server(address: SocketAddr, authority: &Authority, dn: &str, password: &str) -> Arc<Server> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), authority.pem()).expect("a file");
    let source = StoreFile {
        path: file.path().to_owned(),
        password: None,
    };
    let store = TrustStore::load(&[TrustSource::File(source)]).expect("the authority");
    let tls = TlsClient::new(&store, None, TlsVersion::Tls12, None).expect("TLS");
    Server::new(ServerSettings {
        display: format!("ldaps://{address}").into(),
        host: address.ip().to_string(),
        ways: ByRole::all(Some(Arc::new(Way {
            port: address.port(),
            security: Security::Ldaps(tls),
        }))),
        clear_text_passwords: false,
        service_bind: ServiceBind::Simple {
            dn: dn.to_owned(),
            password: Arc::new(Password::new(password.as_bytes().to_vec()).expect("a password")),
        },
        // Samba has one process here: while it answers many searches it takes no new connection. What is shown are answers,
        // not how soon a server is given up.
        timeouts: Timeouts {
            connect: Duration::from_secs(120),
            operation: Duration::from_secs(120),
            ..Timeouts::default()
        },
        limits: ByRole::all(PoolLimits::default()),
        proto_limits: Limits::CLIENT,
    })
}

/// Nobody here makes cursors of their own.
struct Unsigned;

impl Seal for Unsigned {
    fn tag(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
    fn is_tag(&self, _: &[u8], _: &[u8; 32]) -> bool {
        true
    }
}

impl Directory {
    /// Gives the large group the rest of its members, where it has not got them yet: Samba compares each value of each group
    /// with each name that a search is for, and a group of twenty thousand in it would be all that the other rows measure.
    pub(crate) fn enlarge(&self) {
        if let Running::Samba(samba) = &self.running {
            let (person, group) = (self.cast.person_dn("p00000"), self.cast.group_dn("big"));
            let made = samba.multiply(&person, &group, self.cast.big);
            made.expect("the rest of the large group");
        }
    }

    /// By what is asked where others are asked by this: what the server works out itself is read and not asked for.
    pub(crate) fn instead_of(&self, way: Membership) -> Membership {
        match way {
            Membership::Auto if !self.evaluates => Membership::MemberOf,
            way => way,
        }
    }

    /// Whether groups of DNs and of login names are found together.
    pub(crate) fn looks_at_both(&self) -> bool {
        self.is_open && self.evaluates
    }

    /// Searches for whoever has a member, as slapd's own log has them.
    pub(crate) fn searches_by_member(&self) -> Vec<String> {
        let Running::OpenLdap(slapd) = &self.running else {
            return Vec::new();
        };
        let log = slapd.stats();
        let filters = log.filters().into_iter();
        let by_member = filters.filter(|filter| filter.contains("(member="));
        by_member.map(str::to_owned).collect()
    }

    /// Asks by this method, and keeps nothing between two questions.
    pub(crate) fn finder(&self, membership: Membership) -> Finder {
        let domain = Domain::new("staff".into(), vec![Arc::clone(&self.server)])
            .with_groups(self.settings(membership));
        Finder::new(
            Arc::new(Domains::new(vec![domain])),
            Arc::new(self.policy()),
            Arc::new(Unsigned),
        )
    }

    fn settings(&self, membership: Membership) -> GroupsSettings {
        let base = |text: String| Dn::parse(&text).expect("a name");
        let dynamic = DynamicGroups {
            object_class: "groupOfURLs".into(),
            url_attribute: AttributeName::from_static("memberURL"),
            bases: vec![base(self.cast.people()), base(self.cast.groups())],
        };
        GroupsSettings {
            membership,
            depth: u32::try_from(DEPTH).ok(),
            dynamic: (self.evaluates && membership == Membership::Auto).then_some(dynamic),
            max_searches: 5_000,
            ..GroupsSettings::new(base(self.cast.groups()))
        }
    }

    fn policy(&self) -> LookupPolicy {
        let of = AttributeName::from_static;
        let filter = |text: &str| Filter::parse(text).expect("a filter");
        let (person, group, login) = if self.is_open {
            (
                "(objectClass=inetOrgPerson)",
                "(|(objectClass=groupOfNames)(objectClass=posixGroup)(objectClass=groupOfURLs))",
                "uid",
            )
        } else {
            (
                "(objectClass=user)",
                "(|(objectClass=group)(objectClass=groupOfURLs))",
                "sAMAccountName",
            )
        };
        let template =
            |text: &str| FilterTemplate::parse(text, &[Placeholder::Text]).expect("a template");
        let find = |restriction: &str| {
            template(restriction).and(find_template(&[of("cn")], false).expect("a filter"))
        };
        let (people, groups) = (self.cast.people(), self.cast.groups());
        let domain = DomainLookups {
            name: "staff".into(),
            netbios_name: None,
            id_attributes: Arc::new([of(self.id)]),
            people: PeopleLookup {
                base: Dn::parse(&people).expect("a name"),
                base_text: people.into(),
                scope: Scope::Subtree,
                restriction: filter(person),
                find: find(person),
                by_mail: mail_template(&of("mail")),
                by_login: FilterTemplate::equality(None, &of(login), Placeholder::Login),
                name_attribute: of("cn"),
                mail_attribute: of("mail"),
                description_attribute: of("title"),
                login_attribute: Some(of(login)),
                shown: Vec::new(),
            },
            groups: GroupsLookup {
                base: Dn::parse(&groups).expect("a name"),
                base_text: groups.into(),
                restriction: filter(group),
                find: find(group),
                name_attribute: of("cn"),
                description_attribute: of("description"),
            },
            cards: CardPolicy {
                fields: Vec::new(),
                photo: Vec::new(),
                public: Vec::new(),
                second: None,
                photo_max: 0,
                photo_max_age: Duration::ZERO,
                initials: false,
            },
            active_directory: None,
        };
        LookupPolicy {
            deadline: Duration::from_secs(180),
            limit: 50,
            most: 1000,
            min_length: 2,
            contains: false,
            stars: false,
            mail_short_cut: false,
            mail_domains: MailDomains::default(),
            browse: Some(BrowsePolicy {
                page_size: 1000,
                refresh: Duration::from_secs(3600),
                index_max: 250_000,
            }),
            cursor_age: Duration::from_secs(3600),
            cache: Duration::ZERO,
            cache_max: 0,
            public_url: None,
            domains: vec![domain],
            books: Vec::new(),
        }
    }
}
