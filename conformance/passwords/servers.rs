//! The servers, with people who may, must or may not change their passwords.

#[path = "../../crates/entryway-login/tests/support/mod.rs"]
mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entryway_conformance::{
    AD_BASE, AD_SERVICE_DN, AD_SERVICE_PASSWORD, Authority, BASE, Certificate, Ds389, SERVICE_DN,
    SERVICE_PASSWORD, SambaAd, Slapd,
};
use entryway_directory::{Domain, Domains};
use entryway_ldap::{
    ByRole, Limits, PoolLimits, Security, Server, ServerSettings, ServiceBind, StoreFile, Timeouts,
    TlsClient, TlsVersion, TrustSource, TrustStore, Way,
};
use entryway_ldap_types::{Dn, FilterTemplate, Password, Placeholder};
use entryway_login::LoginPolicy;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A server, and the policy by which people of its one domain log in.
pub(crate) struct Running {
    pub(crate) policy: Arc<LoginPolicy>,
    settings: ServerSettings,
    _running: Box<dyn std::any::Any>,
}

impl Running {
    /// The domain with connections of its own: they end with the runtime that made them.
    pub(crate) fn domains(&self) -> Domains {
        let server = Server::new(self.settings.clone());
        Domains::new(vec![Domain::new("staff".into(), vec![server])])
    }
}

/// `Old-NAME-1`.
fn first(name: &str) -> String {
    format!("Old-{name}-1")
}

fn head() -> String {
    format!(
        "dn: {BASE}\nobjectClass: domain\ndc: example\naci: (targetattr != \"userPassword\")(version 3.0; acl \"the gateway\"; allow (read, search, compare) userdn = \"ldap:///{SERVICE_DN}\";)\naci: (targetattr = \"userPassword\")(version 3.0; acl \"their own\"; allow (write) userdn = \"ldap:///self\";)\n\n\
         dn: ou=services,{BASE}\nobjectClass: organizationalUnit\nou: services\n\n\
         dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n\n\
         dn: {SERVICE_DN}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: entryway\nuserPassword: {SERVICE_PASSWORD}\n\n"
    )
}

fn person(ldif: &mut String, name: &str, more: &str) {
    let password = first(name);
    writeln!(
        ldif,
        "dn: uid={name},ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\nuserPassword: {password}\n{more}"
    )
    .expect("memory");
}

pub(crate) fn openldap() -> Running {
    let mut ldif: String = head()
        .lines()
        .filter(|line| !line.starts_with("aci:"))
        .map(|line| format!("{line}\n"))
        .collect();
    write!(
        ldif,
        "dn: ou=policies,{BASE}\nobjectClass: organizationalUnit\nou: policies\n\n"
    )
    .expect("memory");
    for (name, more) in [
        ("default", ""),
        ("ageing", "pwdMaxAge: 86400\npwdGraceAuthnLimit: 1\n"),
        ("slow", "pwdMinAge: 3600\n"),
        ("fixed", "pwdAllowUserChange: FALSE\n"),
    ] {
        write!(
            ldif,
            "dn: cn={name},ou=policies,{BASE}\nobjectClass: applicationProcess\nobjectClass: pwdPolicy\ncn: {name}\npwdAttribute: userPassword\npwdMinLength: 8\npwdCheckQuality: 2\npwdInHistory: 3\npwdMustChange: TRUE\n{more}\n"
        )
        .expect("memory");
    }
    let under = |policy: &str| format!("pwdPolicySubentry: cn={policy},ou=policies,{BASE}\n");
    person(&mut ldif, "ada", "");
    person(&mut ldif, "bob", "");
    person(&mut ldif, "reset", "pwdReset: TRUE\n");
    let old = under("ageing") + "pwdChangedTime: 20200101000000Z\n";
    person(&mut ldif, "grace", &old);
    person(&mut ldif, "young", &under("slow"));
    person(&mut ldif, "fixed", &under("fixed"));
    let authority = Authority::new().expect("an authority");
    let slapd = Slapd::with_entries(&authority, Certificate::Good, BASE, &ldif).expect("slapd");
    let address = slapd.ldaps();
    let service = (SERVICE_DN, SERVICE_PASSWORD);
    running(address, &authority, service, open_policy(), slapd)
}

pub(crate) fn ds389() -> Running {
    let mut ldif = head();
    person(&mut ldif, "ada", "");
    person(&mut ldif, "bob", "");
    // What an administrator's reset leaves.
    let reset = "passwordExpirationTime: 19700101000000Z\n";
    person(&mut ldif, "reset", reset);
    let authority = Authority::new().expect("an authority");
    let ds389 = Ds389::with_entries(&authority, &ldif, "(objectClass=groupOfNames)").expect("389");
    let address = ds389.ldaps();
    let service = (SERVICE_DN, SERVICE_PASSWORD);
    running(address, &authority, service, open_policy(), ds389)
}

pub(crate) fn samba() -> Running {
    let authority = Authority::new().expect("an authority");
    let samba = SambaAd::start(&authority).expect("samba");
    samba
        .change(
            format!(
                "dn: {AD_BASE}\nchangetype: modify\nreplace: pwdProperties\npwdProperties: 1\n-\nreplace: minPwdLength\nminPwdLength: 6\n-\nreplace: pwdHistoryLength\npwdHistoryLength: 3\n"
            )
            .as_bytes(),
        )
        .expect("a policy");
    let mut ldif =
        format!("dn: OU=changes,{AD_BASE}\nobjectClass: organizationalUnit\nou: changes\n");
    for (name, more) in [
        ("ada", ""),
        ("bob", ""),
        ("reset", "pwdLastSet: 0\n"),
        // What `userAccountControl` has of an expired password is computed; the moment itself is guarded.
        ("expired", ""),
    ] {
        let password: Vec<u8> = format!("\"{}\"", first(name))
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        write!(
            ldif,
            "\ndn: CN={name},OU=changes,{AD_BASE}\nobjectClass: user\nsAMAccountName: c-{name}\nuserAccountControl: 512\nunicodePwd:: {}\n{more}",
            STANDARD.encode(password)
        )
        .expect("memory");
    }
    samba.add(ldif.as_bytes()).expect("people");
    samba
        .change_guarded(
            format!(
                "dn: CN=expired,OU=changes,{AD_BASE}\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: 130000000000000000\n"
            )
            .as_bytes(),
        )
        .expect("an old password");
    let address = samba.ldaps();
    let service = (AD_SERVICE_DN, AD_SERVICE_PASSWORD);
    let policy = policy(&format!("OU=changes,{AD_BASE}"), "user", "cn");
    running(address, &authority, service, policy, samba)
}

fn open_policy() -> LoginPolicy {
    policy(&format!("ou=people,{BASE}"), "person", "uid")
}

fn policy(base: &str, class: &str, attribute: &str) -> LoginPolicy {
    let name = support::attribute(attribute);
    let staff = support::searching(support::domain("staff"), |people| {
        people.base = Dn::parse(base).expect("a base");
        people.base_text = base.into();
        people.filter = FilterTemplate::equality(Some(class), &name, Placeholder::Login);
        people.search_attribute = Some(name.clone());
    });
    support::policy(vec![staff])
}

fn running(
    address: SocketAddr,
    authority: &Authority,
    (dn, password): (&str, &str),
    policy: LoginPolicy,
    running: impl std::any::Any,
) -> Running {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), authority.pem()).expect("a file");
    let source = StoreFile {
        path: file.path().to_owned(),
        password: None,
    };
    let store = TrustStore::load(&[TrustSource::File(source)]).expect("the authority");
    let tls = TlsClient::new(&store, None, TlsVersion::Tls12, None).expect("TLS");
    let way = Arc::new(Way {
        port: address.port(),
        security: Security::Ldaps(tls),
    });
    let settings = ServerSettings {
        display: format!("ldaps://{address}").into(),
        host: address.ip().to_string(),
        ways: ByRole::all(Some(way)),
        clear_text_passwords: false,
        service_bind: ServiceBind::Simple {
            dn: dn.to_owned(),
            password: Arc::new(Password::new(password.as_bytes().to_vec()).expect("a password")),
        },
        timeouts: Timeouts {
            connect: Duration::from_secs(30),
            operation: Duration::from_secs(30),
            ..Timeouts::default()
        },
        limits: ByRole::all(PoolLimits::default()),
        proto_limits: Limits::CLIENT,
    };
    Running {
        policy: Arc::new(policy),
        settings,
        _running: Box::new(running),
    }
}
