//! A directory that demands a client certificate of everybody, and takes it for the service account's name.

use crate::Test;
use crate::lab::Lab;
use anyhow::{Result, ensure};
use entryway_conformance::{
    BASE, Configuration, Domain, Encrypt, Gateway, Identity, Slapd, SlapdOptions, password_of,
};

pub(crate) fn tests() -> Vec<Test> {
    vec![
        (
            "the service account is bound by its certificate, and people by their passwords",
            bound_by_certificate,
        ),
        (
            "without a certificate nobody gets in, and the text says so",
            without_one,
        ),
        (
            "a certificate of another authority is refused, and the text says so",
            with_a_rogue_one,
        ),
    ]
}

/// A gateway in front of a server that demands certificates.
struct Demanding {
    slapd: Slapd,
    gateway: Gateway,
}

impl Demanding {
    fn start(lab: &Lab, name: &str, encrypt: Encrypt, shown: Option<&Identity>) -> Result<Self> {
        let slapd = Slapd::start(
            lab.authority()?,
            SlapdOptions {
                log_operations: true,
                demands_certificates: true,
                ..SlapdOptions::default()
            },
        )?;
        let mut domain = Domain::at_slapd("staff", &slapd, encrypt);
        domain.keys = vec![format!("base = \"{BASE}\"")];
        let domain = match shown {
            Some(shown) => domain.key("bind = { method = \"external\" }").key(&format!(
                "tls.identity = {{ certificate = \"{}\", key = \"{}\" }}",
                shown.certificate.display(),
                shown.key.display()
            )),
            // Its own password it would have; it is people's binds and searches that need the certificate.
            None => domain.key("bind = { method = \"anonymous\" }"),
        };
        let configuration = Configuration::new(lab.authority()?.pem(), vec![domain]);
        let path = configuration.write(lab.scratch()?, name)?;
        Ok(Self {
            slapd,
            gateway: Gateway::new(lab.binary(), &path),
        })
    }
    /// What `entryway check` says, which must fail.
    fn refusal(&self) -> Result<String> {
        let checked = self.gateway.check()?;
        ensure!(
            checked.exit == 1,
            "expected exit 1, found {}: {}",
            checked.exit,
            checked.stdout
        );
        Ok(checked.stdout)
    }
}

fn bound_by_certificate(lab: &Lab) -> Result<()> {
    let folder = lab.scratch()?.path().join("certificate-good");
    let own = lab.authority()?.issue_client(true, &folder)?;
    for encrypt in [Encrypt::Ldaps, Encrypt::StartTls] {
        let name = format!("by-certificate-{encrypt:?}");
        let lab = Demanding::start(lab, &name, encrypt, Some(&own))?;
        let checked = lab.gateway.check()?;
        ensure!(checked.exit == 0, "{encrypt:?}: {}", checked.stdout);
        // People's connections show it as well, or the server would not hear them.
        for (password, decision) in [
            (password_of("alice"), "accept"),
            ("not this".into(), "reject"),
        ] {
            let answer = lab.gateway.login("alice", &password)?.json()?;
            ensure!(
                answer
                    .get("decision")
                    .is_some_and(|found| found == decision),
                "{encrypt:?}: expected {decision}, found {answer}"
            );
        }
        let by_password = lab.slapd.stats();
        let services = by_password.binds_as(entryway_conformance::SERVICE_DN);
        ensure!(
            services.is_empty(),
            "{encrypt:?}: the service account has sent a password: {services:?}"
        );
        let people = by_password.binds_but("");
        ensure!(people.len() == 2, "expected two binds, found {people:?}");
    }
    Ok(())
}

fn without_one(lab: &Lab) -> Result<()> {
    for encrypt in [Encrypt::Ldaps, Encrypt::StartTls] {
        let name = format!("without-certificate-{encrypt:?}");
        let refusal = Demanding::start(lab, &name, encrypt, None)?.refusal()?;
        let text = "the server demands a client certificate, and none is configured";
        ensure!(refusal.contains(text), "{encrypt:?}: {refusal}");
    }
    Ok(())
}

fn with_a_rogue_one(lab: &Lab) -> Result<()> {
    let folder = lab.scratch()?.path().join("certificate-rogue");
    let rogue = lab.authority()?.issue_client(false, &folder)?;
    for encrypt in [Encrypt::Ldaps, Encrypt::StartTls] {
        let name = format!("rogue-certificate-{encrypt:?}");
        let refusal = Demanding::start(lab, &name, encrypt, Some(&rogue))?.refusal()?;
        let text = "the server refuses the client certificate that it was shown";
        ensure!(refusal.contains(text), "{encrypt:?}: {refusal}");
    }
    Ok(())
}
