//! A directory server of the tests, to try things by hand.

use anyhow::{Result, bail};
use entryway_conformance::{
    Authority, Configuration, Domain, Encrypt, SambaAd, Scratch, Slapd, SlapdOptions,
};
use std::io::Read;
use std::net::SocketAddr;

/// Starts one, says how to log in through it, and keeps it until standard input ends.
pub(crate) fn run(which: &str) -> Result<()> {
    let authority = Authority::new()?;
    let scratch = Scratch::new()?;
    match which {
        "openldap" => {
            let slapd = Slapd::start(&authority, SlapdOptions::default())?;
            let domain = Domain::at_slapd("staff", &slapd, Encrypt::Ldaps);
            hold(&authority, &scratch, domain, slapd.ldap(), slapd.ldaps())
        }
        "samba" => {
            let samba = SambaAd::start(&authority)?;
            let domain = Domain::at_samba("lab", &samba, Encrypt::Ldaps);
            hold(&authority, &scratch, domain, samba.ldap(), samba.ldaps())
        }
        other => bail!("expected `openldap` or `samba`, found `{other}`"),
    }
}

fn hold(
    authority: &Authority,
    scratch: &Scratch,
    domain: Domain,
    ldap: SocketAddr,
    ldaps: SocketAddr,
) -> Result<()> {
    let path = Configuration::new(authority.pem(), vec![domain]).write(scratch, "lab")?;
    println!(
        "ldap://{ldap} (StartTLS) and ldaps://{ldaps}, for example alice with the password pw-alice"
    );
    println!("entryway explain alice --config {}", path.display());
    println!("ends with standard input, or Ctrl-C");
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
