//! 389 Directory Server.
//!
//! `dscreate` would make an instance in `/etc/dirsrv` and listen on every address meanwhile; the configuration is
//! made here from the distribution's own template instead, in a folder of its own, and needs nobody's rights but ours.

mod cast;

use crate::keeper::{Keeper, Rights};
use crate::scratch::write_private;
use crate::{
    Authority, BASE, Certificate, Deadline, SERVICE_DN, SERVICE_PASSWORD, free_port, programs,
    until,
};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;

const PACKAGE: &str = "389-ds-base";
const TEMPLATES: &str = "/usr/share/dirsrv/data";
const FOLDERS: [&str; 8] = [
    "conf/schema",
    "db",
    "run",
    "lock",
    "log",
    "ldif",
    "bak",
    "tmp",
];
const ADMINISTRATOR: &str = "cn=Directory Manager";
/// Only ever sent on the loopback, to a server that lives as long as a test.
const ADMINISTRATOR_PASSWORD: &str = "the directory manager's password";

/// A running server on two free ports of 127.0.0.1. Stops, and removes its files, when dropped.
#[derive(Debug)]
pub struct Ds389 {
    keeper: Keeper,
    program: String,
    ldap: u16,
    ldaps: u16,
}

impl Ds389 {
    /// One with the people of the login tables.
    pub fn start(authority: &Authority) -> Result<Self> {
        Self::holding(authority, &cast::ldif())
    }

    /// One with entries of its own, all at or below [`BASE`]. Of those that this filter finds the server works
    /// `memberOf` out, as it does while it runs.
    pub fn with_entries(authority: &Authority, ldif: &str, member_of: &str) -> Result<Self> {
        let server = Self::holding(authority, ldif.as_bytes())?;
        server.write_member_of(member_of)?;
        Ok(server)
    }

    fn holding(authority: &Authority, ldif: &[u8]) -> Result<Self> {
        let program = programs::find("ns-slapd", PACKAGE)?;
        let keeper = Keeper::new(Rights::Ours)?;
        let dir = keeper.dir().to_owned();
        for folder in FOLDERS {
            fs::create_dir_all(dir.join(folder)).context("cannot make the server's folders")?;
        }
        for from in ["config", "schema"] {
            let to = if from == "config" {
                "conf"
            } else {
                "conf/schema"
            };
            for file in fs::read_dir(format!("/etc/dirsrv/{from}"))? {
                let file = file?;
                fs::copy(file.path(), dir.join(to).join(file.file_name()))?;
            }
        }
        let mut server = Self {
            keeper,
            program,
            // It wants to know some even where it only loads.
            ldap: free_port()?,
            ldaps: free_port()?,
        };
        server.identify(authority)?;
        server.configure()?;
        server.load(ldif)?;
        server.run()?;
        Ok(server)
    }

    /// Its certificate and key, in a database of NSS.
    fn identify(&self, authority: &Authority) -> Result<()> {
        let dir = self.keeper.dir();
        let identity = authority.issue(Certificate::Good, Ipv4Addr::LOCALHOST, dir)?;
        let database = format!("sql:{}", dir.join("conf").display());
        let both = dir.join("server.p12");
        let mut export = Command::new(programs::find("openssl", "openssl")?);
        export.args(["pkcs12", "-export", "-name", "Server-Cert"]);
        export
            .args(["-passout", "pass:x", "-in"])
            .arg(&identity.certificate);
        export
            .arg("-inkey")
            .arg(&identity.key)
            .arg("-out")
            .arg(&both);
        programs::run(&mut export, b"")?;
        let certutil = programs::find("certutil", "libnss3-tools")?;
        let mut new = Command::new(&certutil);
        new.args(["-N", "-d", &database, "--empty-password"]);
        programs::run(&mut new, b"")?;
        let mut import = Command::new(programs::find("pk12util", "libnss3-tools")?);
        import
            .args(["-d", &database, "-W", "x", "-K", "", "-i"])
            .arg(&both);
        programs::run(&mut import, b"")?;
        let mut trust = Command::new(&certutil);
        trust.args(["-A", "-d", &database, "-n", "authority", "-t", "CT,,", "-i"]);
        programs::run(trust.arg(&identity.authority), b"")?;
        Ok(())
    }

    /// Writes its configuration, with the ports that it shall have.
    fn configure(&self) -> Result<()> {
        let dir = self.keeper.dir();
        let read = |name: &str| {
            let path = Path::new(TEMPLATES).join(name);
            fs::read_to_string(&path)
                .with_context(|| format!("`{}` comes with the package `{PACKAGE}`", path.display()))
        };
        let template = format!(
            "{}\n\n{}",
            read("template-dse.ldif")?.trim_end(),
            read("template-suffix-db.ldif")?
        );
        let mut id = Command::new(programs::find("id", "coreutils")?);
        let user = programs::run(id.arg("-un"), b"")?.stdout;
        let user = String::from_utf8(user)?;
        let places = [
            ("schema_dir", "conf/schema"),
            ("config_dir", "conf"),
            ("cert_dir", "conf"),
            ("lock_dir", "lock"),
            ("tmp_dir", "tmp"),
            ("ldif_dir", "ldif"),
            ("bak_dir", "bak"),
            ("run_dir", "run"),
            ("inst_dir", "run"),
            ("log_dir", "log"),
            ("db_dir", "db"),
            ("db_home_dir", "db"),
            ("ldapi", "run/ldapi"),
        ];
        let words = [
            ("fqdn", "localhost"),
            ("ds_user", user.trim()),
            ("rootdn", ADMINISTRATOR),
            ("ldapi_enabled", "off"),
            ("ldapi_autobind", "off"),
            ("db_lib", "bdb"),
            ("ds_bename", "userRoot"),
            ("ds_suffix", BASE),
        ];
        let mut text = template;
        for (name, place) in places {
            let place = dir.join(place).display().to_string();
            text = text.replace(&format!("%{name}%"), &place);
        }
        for (name, word) in words {
            text = text.replace(&format!("%{name}%"), word);
        }
        text = text.replace("nsslapd-port: %ds_port%\n", &self.listening());
        text = text.replace("nsslapd-rootpw: %ds_passwd%\n", POLICY);
        // memberOf is on and looks at groups within groups, as it does by default.
        let member_of = "cn: MemberOf Plugin\n";
        let (before, plugin) = text
            .split_once(member_of)
            .context("no plugin for memberOf")?;
        let plugin = plugin.replacen("nsslapd-pluginenabled: off", "nsslapd-pluginenabled: on", 1);
        text = format!("{before}{member_of}{plugin}");
        ensure!(!text.contains("_dir%"), "the template has changed:\n{text}");
        write_private(&dir.join("conf/dse.ldif"), &text)
    }

    fn listening(&self) -> String {
        format!(
            "nsslapd-listenhost: 127.0.0.1\nnsslapd-securelistenhost: 127.0.0.1\nnsslapd-security: on\n\
             nsslapd-port: {}\nnsslapd-secureport: {}\n",
            self.ldap, self.ldaps
        )
    }

    fn load(&self, ldif: &[u8]) -> Result<()> {
        let dir = self.keeper.dir();
        let file = dir.join("ldif/in.ldif");
        fs::write(&file, ldif)?;
        let mut import = Command::new(&self.program);
        import.arg("ldif2db").arg("-D").arg(dir.join("conf"));
        import.args(["-n", "userRoot", "-i"]).arg(&file);
        // Entries that it does not like it leaves out, ends with 8, and says why in its log alone.
        programs::run(&mut import, b"").with_context(|| {
            let log = fs::read_to_string(dir.join("log/errors")).unwrap_or_default();
            let why: Vec<&str> = log
                .lines()
                .filter(|line| !line.contains(" INFO "))
                .collect();
            let why = why.iter().take(10).copied().collect::<Vec<_>>().join("\n");
            format!("the directory of the tests does not load:\n{why}")
        })?;
        Ok(())
    }

    fn run(&mut self) -> Result<()> {
        let mut attempts = 5;
        loop {
            (self.ldap, self.ldaps) = (free_port()?, free_port()?);
            self.configure()?;
            attempts -= 1;
            let conf = self.keeper.dir().join("conf").display().to_string();
            let pid = self.keeper.dir().join("run/pid").display().to_string();
            // `-d` keeps it in the foreground.
            let words = [&self.program, "-D", &conf, "-i", &pid, "-d", "0"];
            let (ldap, ldaps) = (self.ldap(), self.ldaps());
            let started = self.keeper.start("ns-slapd", &words, || {
                TcpStream::connect(ldap).is_ok() && TcpStream::connect(ldaps).is_ok()
            });
            match started {
                // Somebody was quicker with a port: try others.
                Err(_) if attempts > 0 && self.keeper.output().contains("address in use") => {}
                other => return other,
            }
        }
    }

    /// Has the server work `memberOf` out for what was loaded, and waits for that.
    fn write_member_of(&self, filter: &str) -> Result<()> {
        let task = "cn=load,cn=memberof task,cn=tasks,cn=config";
        let entry = format!(
            "dn: {task}\nchangetype: add\nobjectClass: extensibleObject\ncn: load\nbasedn: {BASE}\n\
             filter: {filter}\nttl: 3600\n"
        );
        let mut add = self.tool("ldapmodify", ADMINISTRATOR, ADMINISTRATOR_PASSWORD)?;
        programs::run(&mut add, entry.as_bytes())?;
        until("memberOf is worked out", Deadline::seconds(120), || {
            let mut search = self.tool("ldapsearch", ADMINISTRATOR, ADMINISTRATOR_PASSWORD)?;
            search.args(["-LLL", "-b", task, "-s", "base", "nsTaskExitCode"]);
            let found = String::from_utf8(programs::run(&mut search, b"")?.stdout)?;
            let Some((_, code)) = found.split_once("nsTaskExitCode: ") else {
                return Ok(None);
            };
            ensure!(code.trim() == "0", "memberOf cannot be worked out: {found}");
            Ok(Some(()))
        })
    }

    /// How often the server has counted a wrong password against a person (`passwordRetryCount`).
    pub fn wrong_passwords_of(&self, login: &str) -> Result<u32> {
        let mut search = self.tool("ldapsearch", SERVICE_DN, SERVICE_PASSWORD)?;
        let filter = format!("(uid={login})");
        search.args(["-LLL", "-b", BASE, &filter, "passwordRetryCount"]);
        let found = String::from_utf8(programs::run(&mut search, b"")?.stdout)?;
        ensure!(found.contains("dn: "), "there is no `{login}`");
        let count = found
            .lines()
            .find_map(|line| line.strip_prefix("passwordRetryCount: "));
        let count = count.unwrap_or("0").trim();
        count
            .parse()
            .with_context(|| format!("expected a number as passwordRetryCount, found `{count}`"))
    }

    /// A tool of OpenLDAP's, bound as somebody by StartTLS: a password in clear is refused here.
    fn tool(&self, name: &str, dn: &str, password: &str) -> Result<Command> {
        let mut tool = Command::new(programs::find(name, "ldap-utils")?);
        let url = format!("ldap://{}", self.ldap());
        tool.args(["-x", "-ZZ", "-H", &url, "-D", dn, "-w", password]);
        tool.env("LDAPTLS_CACERT", self.keeper.dir().join("ca.crt"));
        Ok(tool)
    }

    /// The plain listener, which knows StartTLS and refuses passwords without it.
    pub fn ldap(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ldap))
    }

    /// The TLS listener.
    pub fn ldaps(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ldaps))
    }
}

/// What an administrator would write: passwords age and are locked after five wrong ones, none goes in clear, answers in
/// pages may be long; and the account of the gateway may read the policy.
const POLICY: &str = "nsslapd-rootpwstoragescheme: CLEAR
nsslapd-rootpw: {CLEAR}the directory manager's password
passwordStorageScheme: SSHA512
nsslapd-require-secure-binds: on
nsslapd-pagedsizelimit: -1
passwordExp: on
passwordMaxAge: 8640000
passwordWarning: 86400
passwordMustChange: on
passwordCheckSyntax: on
passwordLockout: on
passwordMaxFailure: 5
passwordLockoutDuration: 300
passwordResetFailureCount: 300
passwordUnlock: on
aci: (targetattr = \"passwordLockout || passwordMaxFailure || passwordResetFailureCount || passwordLockoutDuration || objectClass\")(version 3.0; acl \"the lockout policy\"; allow (read, search, compare) userdn = \"ldap:///cn=entryway,ou=services,dc=example,dc=org\";)
";
