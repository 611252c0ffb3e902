//! The text of `slapd.conf`.

use crate::{Identity, SERVICE_DN};
use std::path::Path;

/// Who may change a running server's configuration and entries.
pub(super) const ADMINISTRATOR: &str = "cn=config";

/// What a server is like.
pub(super) struct Settings<'a> {
    pub(super) database: &'a Path,
    pub(super) identity: &'a Identity,
    pub(super) suffix: &'a str,
    /// Seconds after which it closes a connection without work; 0 for never.
    pub(super) idle_timeout: u32,
    /// Whether whoever does not bind sees what people see.
    pub(super) anonymous_reads: bool,
    /// Whether every client must show a certificate.
    pub(super) demands_certificates: bool,
    /// Whether beginnings of names and mail addresses have an index.
    pub(super) indexes_names: bool,
    /// Whether groups that are a search have their members worked out by the server.
    pub(super) works_out_groups: bool,
    /// Of [`ADMINISTRATOR`].
    pub(super) password: &'a str,
}

/// The configuration of a server with one database: anonymous sees nothing unless it should, people see
/// everything but passwords, and the password policy is in force. The root DN has no password: it
/// is whose rights the overlays write with, and without it no failed bind is counted.
pub(super) fn slapd_conf(settings: &Settings<'_>) -> String {
    let Settings {
        identity,
        suffix,
        idle_timeout,
        anonymous_reads,
        demands_certificates,
        indexes_names,
        works_out_groups,
        password,
        ..
    } = settings;
    let anonymous = if *anonymous_reads { "read" } else { "none" };
    let clients = if *demands_certificates {
        "demand"
    } else {
        "never"
    };
    let names = if *indexes_names {
        "index objectClass,uid,uidNumber,member eq\nindex cn,sn,givenName,mail eq,subinitial"
    } else {
        "index objectClass,uid,mail,cn,uidNumber,member eq"
    };
    // `memberOf` of static groups is worked out by the same overlay, then.
    let (module, overlay) = if *works_out_groups {
        (
            "dynlist",
            "overlay dynlist\ndynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames*",
        )
    } else {
        (
            "memberof",
            "overlay memberof\nmemberof-group-oc groupOfNames",
        )
    };
    let database = settings.database.display();
    let certificate = identity.certificate.display();
    let key = identity.key.display();
    let authority = identity.authority.display();
    format!(
        r#"include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/dyngroup.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload {module}
moduleload ppolicy
sizelimit 500
timelimit 30
idletimeout {idle_timeout}
threads 8
TLSCACertificateFile {authority}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
TLSVerifyClient {clients}
TLSProtocolMin 3.3
authz-regexp "cn=gateway,o=entryway tests" "{SERVICE_DN}"
database config
rootdn "{ADMINISTRATOR}"
rootpw "{password}"
database mdb
suffix "{suffix}"
rootdn "cn=root,{suffix}"
directory {database}
maxsize 1073741824
dbnosync
{names}
index entryUUID,entryCSN eq
limits dn.exact="{SERVICE_DN}" size=unlimited time=unlimited
limits dn.exact="cn=entryway,{suffix}" size.prtotal=unlimited
access to attrs=userPassword by dn.exact="{ADMINISTRATOR}" manage by self write by anonymous auth by * none
access to * by dn.exact="{ADMINISTRATOR}" manage by users read by * {anonymous}
{overlay}
overlay ppolicy
ppolicy_default "cn=default,ou=policies,{suffix}"
ppolicy_use_lockout
"#
    )
}
