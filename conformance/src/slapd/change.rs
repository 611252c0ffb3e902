//! Changes to a server that runs, as an administrator makes them: with `ldapmodify`.

use super::Slapd;
use super::settings::ADMINISTRATOR;
use crate::{Authority, Certificate, SERVICE_DN, programs};
use anyhow::{Context, Result};
use std::process::Command;

impl Slapd {
    /// Shows another certificate to new connections from now on, without a restart.
    pub fn show_now(&mut self, authority: &Authority, certificate: Certificate) -> Result<()> {
        let identity = self.issue(authority, certificate)?;
        let (certificate, key) = (identity.certificate.display(), identity.key.display());
        let change = format!(
            "dn: cn=config\nchangetype: modify\nreplace: olcTLSCertificateFile\nolcTLSCertificateFile: {certificate}\n-\n\
             replace: olcTLSCertificateKeyFile\nolcTLSCertificateKeyFile: {key}\n"
        );
        self.modify(ADMINISTRATOR, &self.administrator, &change)
            .context("the certificate cannot be replaced")
    }

    /// Gives Entryway's own account another password, as that account.
    pub fn change_service_password(&self, old: &str, new: &str) -> Result<()> {
        let change = format!(
            "dn: {SERVICE_DN}\nchangetype: modify\nreplace: userPassword\nuserPassword: {new}\n"
        );
        self.modify(SERVICE_DN, old, &change)
            .context("the service password cannot be changed")
    }

    /// Changes entries, as an administrator.
    pub fn change(&self, ldif: &str) -> Result<()> {
        self.modify(ADMINISTRATOR, &self.administrator, ldif)
            .context("the directory cannot be changed")
    }

    fn modify(&self, dn: &str, password: &str, change: &str) -> Result<()> {
        let mut ldapmodify = Command::new(programs::find("ldapmodify", "ldap-utils")?);
        let url = format!("ldap://{}", self.ldap());
        ldapmodify.args(["-x", "-H", &url, "-D", dn, "-w", password]);
        programs::run(&mut ldapmodify, change.as_bytes()).map(drop)
    }
}
