//! Samba as an Active Directory domain controller, LDAP only.
//!
//! Samba's LDAP ports are fixed, so each run takes a loopback address of its own; the ports below
//! 1024 and the ownership checks on its database make it need the superuser's rights.

mod cast;

use crate::keeper::{Keeper, Rights};
use crate::scratch::write_private;
use crate::{Authority, Certificate, FarSide, free_loopback, programs};
use anyhow::{Context, Result};
pub use cast::{AD_BASE, AD_SERVICE_DN, AD_SERVICE_PASSWORD, odd_common_names};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;

const PACKAGE: &str = "samba-ad-dc";
const PORTS: [u16; 4] = [389, 636, 3268, 3269];

/// Lets the schema be changed.
const SCHEMA: &str = "--option=dsdb:schema update allowed=yes";
const CROWD: &str = include_str!("samba/crowd.py");
/// The domain's own part of the database.
const PART: &str = "private/sam.ldb.d/DC=LAB,DC=EXAMPLE,DC=ORG.ldb";

/// Passes by the module that guards `pwdLastSet`.
const UNGUARDED: &str = "--controls=local_oid:1.3.6.1.4.1.7165.4.3.12:0";

/// A running domain controller of the domain `LAB` (`lab.example.org`), provisioned anew. Stops,
/// and removes its files, when dropped.
#[derive(Debug)]
pub struct SambaAd {
    keeper: Keeper,
    address: Ipv4Addr,
}

impl SambaAd {
    /// Provisions the domain, fills it and starts the server: about eight seconds.
    pub fn start(authority: &Authority) -> Result<Self> {
        Self::with_entries(authority, &[], b"")
    }

    /// The same on a far side.
    pub fn start_far(authority: &Authority, far: &FarSide) -> Result<Self> {
        Self::holding(authority, &[], b"", Some(far))
    }

    /// The same with more in the schema, each an entry of its own that may need those before it, and with more entries.
    pub fn with_entries(authority: &Authority, schema: &[&str], entries: &[u8]) -> Result<Self> {
        Self::holding(authority, schema, entries, None)
    }

    fn holding(
        authority: &Authority,
        schema: &[&str],
        entries: &[u8],
        far: Option<&FarSide>,
    ) -> Result<Self> {
        let samba = programs::find("samba", PACKAGE)?;
        let mut keeper = Keeper::new(Rights::Superuser)?;
        let dir = keeper.dir().to_owned();
        let address = match far {
            Some(far) => far.address(),
            None => free_loopback(&PORTS)?,
        };
        provision(&dir, address)?;
        let identity = authority.issue(Certificate::Good, address, &dir)?;
        // Samba wants its key to be its own; ours is, unless we came here through sudo.
        tool(
            "install",
            "coreutils",
            &[
                "-m",
                "600",
                "-o",
                "root",
                text(&identity.key)?,
                text(&dir.join("ldap.key"))?,
            ],
            b"",
        )?;
        let conf = dir.join("etc/smb.conf");
        // Minutes for which a changed password is taken too: an hour, as Samba has it, and none where a test looks at that.
        let old = if far.is_some() { 0 } else { 60 };
        write_private(&dir.join("smb.conf"), &smb_conf(&dir, address, old))?;
        tool(
            "install",
            "coreutils",
            &["-m", "644", text(&dir.join("smb.conf"))?, text(&conf)?],
            b"",
        )?;
        fill(&dir)?;
        for entry in schema {
            add(&dir, &[SCHEMA], entry.as_bytes())?;
        }
        if !entries.is_empty() {
            add(&dir, &[], entries)?;
        }
        let conf = format!("--configfile={}", text(&conf)?);
        let own = [
            &samba,
            "--foreground",
            "--no-process-group",
            &conf,
            "--model=single",
            "--debug-stdout",
            "-d",
            "0",
        ];
        let inside = far.map(FarSide::inside);
        let words: Vec<&str> = inside.into_iter().flatten().chain(own).collect();
        keeper.start("samba", &words, || {
            accepts(address, 636) && accepts(address, 389)
        })?;
        Ok(Self { keeper, address })
    }

    /// Adds entries to the running domain.
    pub fn add(&self, ldif: &[u8]) -> Result<()> {
        add(self.keeper.dir(), &[], ldif)
    }

    /// Makes `count` people of the one whose common name is `p00000`, under the same parent, all of them members of this
    /// group, whose only member that one is. Twenty thousand take about eight seconds.
    pub fn multiply(&self, person: &str, group: &str, count: usize) -> Result<()> {
        let part = self.keeper.dir().join(PART);
        let arguments = ["-c", CROWD, text(&part)?, person, group, &count.to_string()];
        // The distribution's own: it has the modules that `samba-tool` is written with.
        tool("python3", "python3-samba", &arguments, b"").map(drop)
    }

    /// Adds `u0000001` to the `people`th, who all have this password, and switches the domain's lockout off. About 20 ms a
    /// person.
    pub fn add_crowd(&self, people: u32, password: &str) -> Result<()> {
        self.change(cast::NO_LOCKOUT.as_bytes())?;
        self.add(&cast::crowd(people, password))
    }

    /// Changes entries of the running domain.
    pub fn change(&self, ldif: &[u8]) -> Result<()> {
        ldb("ldbmodify", self.keeper.dir(), &[], ldif)?;
        Ok(())
    }

    /// The same past the module that guards `pwdLastSet`, which lets through only 0 and -1.
    pub fn change_guarded(&self, ldif: &[u8]) -> Result<()> {
        ldb("ldbmodify", self.keeper.dir(), &[UNGUARDED], ldif)?;
        Ok(())
    }

    /// The plain listener, which knows StartTLS and refuses simple binds without it.
    pub fn ldap(&self) -> SocketAddr {
        SocketAddr::from((self.address, 389))
    }

    /// The TLS listener.
    pub fn ldaps(&self) -> SocketAddr {
        SocketAddr::from((self.address, 636))
    }

    /// Where it may be asked at all: as LDAP, with TLS, and as the global catalogue in both ways.
    pub fn addresses(&self) -> [SocketAddr; 4] {
        PORTS.map(|port| SocketAddr::from((self.address, port)))
    }

    /// How often the domain controller has counted a wrong password against a person (`badPwdCount`),
    /// read from its database.
    pub fn wrong_passwords_of(&self, account: &str) -> Result<u32> {
        let filter = format!("(sAMAccountName={account})");
        let output = ldb(
            "ldbsearch",
            self.keeper.dir(),
            &[&filter, "badPwdCount"],
            b"",
        )?;
        let count = output
            .lines()
            .find_map(|line| line.strip_prefix("badPwdCount: "))
            .unwrap_or("0");
        count
            .trim()
            .parse()
            .with_context(|| format!("expected a number as badPwdCount, found `{count}`"))
    }
}

fn provision(dir: &Path, address: Ipv4Addr) -> Result<()> {
    for folder in ["run", "log"] {
        tool("mkdir", "coreutils", &["-p", text(&dir.join(folder))?], b"")?;
    }
    // A configuration of its own from the first step: the machine's smb.conf is not read.
    write_private(
        &dir.join("base.conf"),
        &format!("[global]\nlog file = {}/log/tool.log\n", dir.display()),
    )?;
    let arguments = [
        "domain",
        "provision",
        &format!("--configfile={}/base.conf", dir.display()),
        &format!("--targetdir={}", dir.display()),
        "--server-role=dc",
        "--realm=LAB.EXAMPLE.ORG",
        "--domain=LAB",
        "--host-name=dc1",
        &format!("--host-ip={address}"),
        "--dns-backend=NONE",
        "--adminpass=Passw0rd!",
        "--use-rfc2307",
    ];
    tool("samba-tool", PACKAGE, &arguments, b"")
        .context("the Active Directory domain cannot be provisioned")?;
    Ok(())
}

fn fill(dir: &Path) -> Result<()> {
    ldb("ldbmodify", dir, &[], cast::DOMAIN_POLICY.as_bytes())?;
    ldb("ldbadd", dir, &[], &cast::people())?;
    ldb(
        "ldbmodify",
        dir,
        &[UNGUARDED],
        cast::OLD_PASSWORD.as_bytes(),
    )?;
    Ok(())
}

fn add(dir: &Path, arguments: &[&str], ldif: &[u8]) -> Result<()> {
    let told = ldb("ldbadd", dir, arguments, ldif)?;
    let records = ldif.windows(4).filter(|start| start == b"\ndn:").count();
    // It ends well after an entry that is refused, and leaves out the rest.
    anyhow::ensure!(
        told.contains(&format!("Added {} records", records + 1)),
        "expected {} entries to be added, found: {told}",
        records + 1
    );
    Ok(())
}

fn ldb(name: &str, dir: &Path, arguments: &[&str], input: &[u8]) -> Result<String> {
    let database = dir.join("private/sam.ldb");
    let conf = format!("--configfile={}/etc/smb.conf", dir.display());
    let mut all = vec!["-H", text(&database)?, &conf];
    all.extend(arguments);
    tool(name, "ldb-tools", &all, input)
}

fn tool(name: &str, package: &str, arguments: &[&str], input: &[u8]) -> Result<String> {
    let mut command = programs::command(&programs::find(name, package)?, Rights::Superuser);
    command.args(arguments).env("PYTHONWARNINGS", "ignore");
    let output = programs::run(&mut command, input)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .context("the temporary folder's name is not UTF-8")
}

fn accepts(address: Ipv4Addr, port: u16) -> bool {
    TcpStream::connect((address, port)).is_ok()
}

/// No shares, no DNS, no Kerberos: only the LDAP server, on one address.
fn smb_conf(dir: &Path, address: Ipv4Addr, old_password_minutes: u32) -> String {
    let dir = dir.display();
    format!(
        "[global]
netbios name = DC1
realm = LAB.EXAMPLE.ORG
workgroup = LAB
server role = active directory domain controller
server services = ldap
dcerpc endpoint servers = none
interfaces = {address}/8
bind interfaces only = yes
disable netbios = yes
private dir = {dir}/private
state directory = {dir}/state
cache directory = {dir}/cache
lock directory = {dir}
binddns dir = {dir}/bind-dns
pid directory = {dir}/run
ncalrpc dir = {dir}/run/ncalrpc
log file = {dir}/log/%m.log
tls keyfile = {dir}/ldap.key
tls certfile = {dir}/server.crt
tls cafile = {dir}/ca.crt
ldap server require strong auth = yes
old password allowed period = {old_password_minutes}
idmap_ldb:use rfc2307 = yes
"
    )
}
