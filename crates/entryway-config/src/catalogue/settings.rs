//! The rows. Code reads a setting by its path here; what is not here cannot be configured.

use super::Default::{Derived, None, Required, Value};
use super::Setting;
use super::Shape::{Boolean, Duration, Integer, Map, Secret, Text, Texts, Word, Words};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 24 * 60 * MINUTE;
/// `(uid_t) -1` means "no id" to POSIX: it is never somebody's.
const LARGEST_ID: i64 = 0xffff_fffe;

#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    Setting { path: "include", shape: Texts, default: Value("[]"), example: r#"["conf.d/*.toml"]"#,
        doc: "Further files, relative to this one. One `*` may stand in the name of the file; what it finds is read in the order of the names. Rows add up; one setting in two files is an error." },

    Setting { path: "server.listen", shape: Text, default: Value(r#""127.0.0.1:8389""#), example: r#""127.0.0.1:9000""#,
        doc: "Where HTTP is served. Beyond this machine a reverse proxy with TLS must stand in front of it." },

    Setting { path: "login.ldap", shape: Word(&["disabled", "optional", "required"]), default: Value(r#""optional""#), example: r#""required""#,
        doc: "Whether domains are asked: never, beside other authorities, or alone." },
    Setting { path: "login.default_domains", shape: Texts, default: Derived("the domain, where there is only one"), example: r#"["staff", "partners"]"#,
        doc: "Which domains a bare login name is looked up in, in this order. A domain that is named (`partners/jdoe`) need not be among them." },
    Setting { path: "login.platform", shape: Word(&["unix", "windows"]), default: Value(r#""unix""#), example: r#""windows""#,
        doc: "Which attributes a session must have: uid, gid, home, user_type and shell, or gid, home and user_type." },
    Setting { path: "login.deadline", shape: Duration(100, MINUTE), default: Value(r#""3s""#), example: r#""5s""#,
        doc: "How long a whole login may take, whatever it waits for." },

    Setting { path: "login.reject_after", shape: Duration(0, 10 * SECOND), default: Value(r#""400ms""#), example: r#""1s""#,
        doc: "No refusal leaves earlier than this after it was asked for, whatever its reason, so that its time tells a guesser nothing." },
    Setting { path: "login.local_password_mismatch", shape: Word(&["reject", "continue"]), default: Value(r#""reject""#), example: r#""continue""#,
        doc: "What a wrong password at a local account means: it is final, or the domains are asked too, where somebody of the same name may have it." },
    Setting { path: "login.os_users", shape: Boolean, default: Value("false"), example: "true",
        doc: "Whether a bare name that nobody else knows is asked of the operating system, through PAM. Only with `ldap` optional or disabled." },

    Setting { path: "token[].name", shape: Text, default: Required, example: r#""grafana""#,
        doc: "What the caller is called in logs." },
    Setting { path: "token[].secret", shape: Secret, default: Required, example: r#"{ file = "grafana.token" }"#,
        doc: "What the caller sends as its bearer token." },
    Setting { path: "token[].scopes", shape: Words(&["login", "login.reasons", "admin"]), default: Value(r#"["login"]"#), example: r#"["login", "login.reasons"]"#,
        doc: "What the caller may do: have logins decided, see why one was refused, everything else." },
    Setting { path: "token[].enabled", shape: Boolean, default: Value("true"), example: "false",
        doc: "A row that is switched off is checked, and then as if it were not there." },
    Setting { path: "token[].description", shape: Text, default: None, example: r#""the dashboards of the platform team""#,
        doc: "For people; nothing reads it." },

    Setting { path: "tls.trust", shape: Texts, default: Value(r#"["system"]"#), example: r#"["corp-ca.pem"]"#,
        doc: "Whose certificates are believed: `system`, and files with PEM certificates, relative to the file that names them. For every domain that does not say otherwise." },
    Setting { path: "tls.min_version", shape: Word(&["1.2", "1.3"]), default: Value(r#""1.2""#), example: r#""1.3""#,
        doc: "The oldest TLS version that is spoken to a directory." },

    Setting { path: "domain.<name>.servers", shape: Texts, default: Required, example: r#"["ldaps://dc1.corp.example", "ldaps://dc2.corp.example"]"#,
        doc: "The servers, in order of preference: `ldaps://host` or `ldap://host`, with `:port` where it is not 636 or 389. The first that answers is asked; the others are for outages." },
    Setting { path: "domain.<name>.base", shape: Text, default: Required, example: r#""dc=corp,dc=example""#,
        doc: "The name under which the domain's entries are." },
    Setting { path: "domain.<name>.dialect", shape: Word(&["auto", "active-directory", "openldap", "389ds", "generic"]), default: Value(r#""auto""#), example: r#""active-directory""#,
        doc: "What kind of directory it is. Decides what is not written below: see the table of dialects." },
    Setting { path: "domain.<name>.encrypt", shape: Word(&["all", "passwords", "none"]), default: Value(r#""all""#), example: r#""passwords""#,
        doc: "What is inside TLS. With `ldap://` addresses that means StartTLS. There is no fallback to clear text." },
    Setting { path: "domain.<name>.allow_clear_text_passwords", shape: Boolean, default: Value("false"), example: "true",
        doc: "Must be written out before `encrypt = \"none\"` is accepted for an `ldap://` address." },
    Setting { path: "domain.<name>.suffixes", shape: Texts, default: Value("[]"), example: r#"["corp.example"]"#,
        doc: "`jdoe@corp.example` means this domain." },
    Setting { path: "domain.<name>.netbios_name", shape: Text, default: None, example: r#""CORP""#,
        doc: "`CORP\\jdoe` means this domain, as its own name does." },
    Setting { path: "domain.<name>.when_down", shape: Word(&["stop", "skip"]), default: Value(r#""stop""#), example: r#""skip""#,
        doc: "What a bare name meets when no server of this domain answers: the end of the login, or the next domain. Going on may let a namesake in." },
    Setting { path: "domain.<name>.login_name_case", shape: Word(&["keep", "lower", "upper"]), default: Value(r#""keep""#), example: r#""lower""#,
        doc: "The case of the name, before the search and in the session." },

    Setting { path: "domain.<name>.bind.method", shape: Word(&["simple", "anonymous"]), default: Value(r#""simple""#), example: r#""anonymous""#,
        doc: "How Entryway itself binds. Without a `bind` at all it does so anonymously." },
    Setting { path: "domain.<name>.bind.dn", shape: Text, default: None, example: r#""cn=entryway,ou=services,dc=corp,dc=example""#,
        doc: "The name of the service account; Active Directory also takes `name@corp.example` and `CORP\\name`." },
    Setting { path: "domain.<name>.bind.password", shape: Secret, default: None, example: r#"{ file = "staff.pass" }"#,
        doc: "The service account's password." },

    Setting { path: "domain.<name>.tls.trust", shape: Texts, default: Derived("`tls.trust`"), example: r#"["system", "corp-ca.pem"]"#,
        doc: "As `tls.trust`, for this domain alone." },
    Setting { path: "domain.<name>.tls.min_version", shape: Word(&["1.2", "1.3"]), default: Derived("`tls.min_version`"), example: r#""1.3""#,
        doc: "As `tls.min_version`, for this domain alone." },
    Setting { path: "domain.<name>.tls.server_name", shape: Text, default: Derived("the host in the address"), example: r#""ldap.corp.example""#,
        doc: "The name that the servers' certificates must have, where it is not the host's." },

    Setting { path: "domain.<name>.timeouts.connect", shape: Duration(10, MINUTE), default: Value(r#""1s""#), example: r#""500ms""#,
        doc: "How long a connection may take to stand, TLS included." },
    Setting { path: "domain.<name>.timeouts.operation", shape: Duration(10, 5 * MINUTE), default: Value(r#""2s""#), example: r#""4s""#,
        doc: "How long one search or bind may take." },
    Setting { path: "domain.<name>.timeouts.idle", shape: Duration(SECOND, DAY), default: Value(r#""5m""#), example: r#""90s""#,
        doc: "After how long an unused connection is closed. Below the server's own limit is best." },
    Setting { path: "domain.<name>.connections.max", shape: Integer(1, 1024), default: Value("16"), example: "32",
        doc: "How many connections there may be to one server for one role." },
    Setting { path: "domain.<name>.connections.outstanding", shape: Integer(1, 10_000), default: Value("60"), example: "100",
        doc: "How many requests may be under way on one connection. Below the server's own limit is best." },

    Setting { path: "domain.<name>.people.base", shape: Text, default: Derived("the domain's base"), example: r#""ou=people,dc=corp,dc=example""#,
        doc: "The name under which people are. An entry elsewhere is not an answer." },
    Setting { path: "domain.<name>.people.scope", shape: Word(&["subtree", "one-level"]), default: Value(r#""subtree""#), example: r#""one-level""#,
        doc: "How deep below that." },
    Setting { path: "domain.<name>.people.object_class", shape: Text, default: Derived("`person`; `user` for Active Directory"), example: r#""inetOrgPerson""#,
        doc: "The object class that a person's entry must have. With Active Directory its category must also be `person`, because computers are users there." },
    Setting { path: "domain.<name>.people.search_attribute", shape: Text, default: Derived("`uid`; `sAMAccountName` for Active Directory"), example: r#""cn""#,
        doc: "The attribute that holds the login name. Its value in the entry is the session's name." },
    Setting { path: "domain.<name>.people.filter", shape: Text, default: None, example: r#""(&(objectClass=person)(|(uid={login})(employeeNumber={login})))""#,
        doc: "A whole filter in place of `object_class` and `search_attribute`. `{login}` is the name as typed, without a domain before it; `{user}` is what stands before its last `@`, `{suffix}` what stands after. A filter that mentions `{suffix}` anywhere finds nobody for a bare name, one without `@`." },
    Setting { path: "domain.<name>.people.login_by_email", shape: Boolean, default: Value("false"), example: "true",
        doc: "Whether a name that finds nobody is tried as a mail address. The entry must allow it too: see `auth_by_email`." },
    Setting { path: "domain.<name>.people.email_filter", shape: Text, default: Derived("the object class and the mail attribute"), example: r#""(proxyAddresses=smtp:{login})""#,
        doc: "The filter for that. One that does not mention the mail attribute is tried beside it; the restrictions of the ordinary filter hold here too, and must stand beside the name under `&`." },
    Setting { path: "domain.<name>.people.id_attribute", shape: Text, default: Derived("`entryUUID`, `objectGUID` or `nsUniqueId`, as the dialect has it"), example: r#""uidNumber""#,
        doc: "The attribute that names a person for good, through renames and moves." },
    Setting { path: "domain.<name>.people.name_attribute", shape: Text, default: Value(r#""cn""#), example: r#""displayName""#,
        doc: "The attribute with the person's name for other people." },
    Setting { path: "domain.<name>.people.email_attribute", shape: Text, default: Value(r#""mail""#), example: r#""rfc822Mailbox""#,
        doc: "The attribute with the mail address." },

    Setting { path: "domain.<name>.maps.<attribute>", shape: Map, default: Derived("without a `maps` table: `uid`, `gid`, `home` and `shell` from the POSIX attributes, except for Active Directory"), example: r#"{ from = "employeeType", on_invalid = "default" }"#,
        doc: "What a session takes from the entry: `uid`, `gid`, `home`, `user_type`, `shell`, `system_user`, `auth_by_email`, `email`, `display_name`, or any other name as an attribute of its own. Written as the LDAP attribute alone, or as a table: `from`; `values` = `one`, `first`, `list` or `join`; `on_invalid` = `refuse` or `default`; `enabled`. A map takes at most 1,000 values and 64 KiB of an entry, each value a single line of text; what is more or otherwise is invalid." },

    Setting { path: "domain.<name>.defaults.uid", shape: Integer(0, LARGEST_ID), default: Value("10000"), example: "20000",
        doc: "The uid of a session that no map gave one." },
    Setting { path: "domain.<name>.defaults.gid", shape: Integer(0, LARGEST_ID), default: Value("10000"), example: "20000",
        doc: "The gid of a session that no map gave one." },
    Setting { path: "domain.<name>.defaults.shell", shape: Text, default: Value(r#""/bin/sh""#), example: r#""/bin/bash""#,
        doc: "The shell of a session that no map gave one." },
    Setting { path: "domain.<name>.defaults.user_type", shape: Word(&["real", "virtual"]), default: Value(r#""virtual""#), example: r#""real""#,
        doc: "Whether a person whose entry does not say so has an account of the operating system." },
    Setting { path: "domain.<name>.defaults.system_user", shape: Text, default: None, example: r#""svc-files""#,
        doc: "The system user of a session that no map gave one. Passed on to the application." },
    Setting { path: "domain.<name>.defaults.auth_by_email", shape: Boolean, default: Value("false"), example: "true",
        doc: "Whether a person whose entry does not say so may log in by mail address." },

    Setting { path: "home_folder[].class", shape: Text, default: Value(r#""*""#), example: r#""*""#,
        doc: "The user class that the row is for; `*` is everybody. (There are no other classes yet.)" },
    Setting { path: "home_folder[].prefix", shape: Text, default: Required, example: r#""/srv/home""#,
        doc: "An absolute path. The home of a session that no map gave one is this, `/` and the session's name." },
    Setting { path: "home_folder[].enabled", shape: Boolean, default: Value("true"), example: "false",
        doc: "A row that is switched off is checked, and then as if it were not there." },
    Setting { path: "home_folder[].description", shape: Text, default: None, example: r#""everybody""#,
        doc: "For people; nothing reads it." },
];
