//! The configurations that rows run with.

use crate::lab::Lab;
use anyhow::Result;
use entryway_conformance::{Certificate, Configuration, Domain, Encrypt, closed_address};

/// One configuration each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Setup {
    /// OpenLDAP over LDAPS.
    Ldaps,
    /// OpenLDAP with StartTLS.
    StartTls,
    /// OpenLDAP, where a mail address is a login name.
    ByEmail,
    /// OpenLDAP, with nothing that would give a home.
    NoHome,
    /// OpenLDAP, where the home is made from the name.
    HomeFromName,
    /// OpenLDAP, whose server shows this certificate.
    Shown(Certificate),
    /// The same with StartTLS.
    ShownWithStartTls(Certificate),
    /// OpenLDAP, whose authority is not the trusted one.
    TrustsAnother,
    /// OpenLDAP, where Entryway's own password is wrong.
    WrongServicePassword,
    /// A server that is down.
    Down,
    /// A server that accepts connections and says nothing.
    Silent,
    /// The same, where the handshake is not the first thing said.
    SilentWithStartTls,
    /// The first of two servers is down.
    FirstDown,
    /// The first of two servers says nothing.
    FirstSilent,
    /// Active Directory over LDAPS.
    AdLdaps,
    /// Active Directory with StartTLS.
    AdStartTls,
    /// Active Directory, where people log in with their common name.
    AdByCommonName,
    /// Active Directory, whose kind nobody wrote.
    AdAuto,
    /// 389 Directory Server over LDAPS.
    DsLdaps,
    /// 389 Directory Server with StartTLS, whose kind nobody wrote.
    DsStartTls,
    /// OpenLDAP as `staff`, then Active Directory as `lab`.
    Together,
    /// The same with `staff` down.
    StaffDown,
    /// The same, where an outage is skipped.
    StaffDownSkip,
}

impl Setup {
    pub(crate) fn configuration(self, lab: &Lab) -> Result<Configuration> {
        let mut trust = lab.authority()?.pem();
        let domains = match self {
            Self::Ldaps => vec![staff(lab, Certificate::Good, Encrypt::Ldaps)?],
            Self::StartTls => vec![staff(lab, Certificate::Good, Encrypt::StartTls)?],
            Self::ByEmail => vec![
                staff(lab, Certificate::Good, Encrypt::Ldaps)?
                    .people("login_by_email = true")
                    .defaults("auth_by_email = true"),
            ],
            Self::NoHome | Self::HomeFromName => {
                vec![staff(lab, Certificate::Good, Encrypt::Ldaps)?.without_map("home")]
            }
            Self::Shown(certificate) => vec![staff(lab, certificate, Encrypt::Ldaps)?],
            Self::ShownWithStartTls(certificate) => {
                vec![staff(lab, certificate, Encrypt::StartTls)?]
            }
            Self::TrustsAnother => {
                trust = lab.authority()?.other_pem();
                vec![staff(lab, Certificate::Good, Encrypt::Ldaps)?]
            }
            Self::WrongServicePassword => {
                let mut staff = staff(lab, Certificate::Good, Encrypt::Ldaps)?;
                staff.service_password = "not the service password".to_owned();
                vec![staff]
            }
            Self::Down => vec![down()?],
            Self::Silent => vec![Domain::openldap("staff", &[silent(lab, Encrypt::Ldaps)?])],
            Self::SilentWithStartTls => vec![Domain::openldap(
                "staff",
                &[silent(lab, Encrypt::StartTls)?],
            )],
            Self::FirstDown => vec![after(&Encrypt::Ldaps.url(closed_address()?), lab)?],
            Self::FirstSilent => vec![after(&silent(lab, Encrypt::Ldaps)?, lab)?],
            Self::AdLdaps => vec![ad(lab, Encrypt::Ldaps)?],
            Self::AdStartTls => vec![ad(lab, Encrypt::StartTls)?],
            Self::AdByCommonName => {
                vec![
                    ad(lab, Encrypt::Ldaps)?
                        .people("search_attribute = \"cn\"")
                        .map("home = \"unixHomeDirectory\""),
                ]
            }
            Self::AdAuto => {
                let mut lab = ad(lab, Encrypt::Ldaps)?;
                lab.keys.retain(|line| !line.starts_with("dialect"));
                vec![lab.key("dialect = \"auto\"")]
            }
            Self::DsLdaps => {
                let domain = Domain::at_ds389("staff", lab.ds389()?, Encrypt::Ldaps);
                vec![domain.key("dialect = \"389ds\"")]
            }
            Self::DsStartTls => vec![Domain::at_ds389("staff", lab.ds389()?, Encrypt::StartTls)],
            Self::Together => vec![
                staff(lab, Certificate::Good, Encrypt::Ldaps)?,
                ad(lab, Encrypt::Ldaps)?,
            ],
            Self::StaffDown => vec![down()?, ad(lab, Encrypt::Ldaps)?],
            Self::StaffDownSkip => vec![
                down()?.key("when_down = \"skip\""),
                ad(lab, Encrypt::Ldaps)?,
            ],
        };
        let mut configuration = Configuration::new(trust, domains);
        configuration.home_folder = self != Self::NoHome;
        Ok(configuration)
    }
}

fn staff(lab: &Lab, certificate: Certificate, encrypt: Encrypt) -> Result<Domain> {
    lab.with_slapd(certificate, |slapd| {
        Domain::at_slapd("staff", slapd, encrypt)
    })
}

fn ad(lab: &Lab, encrypt: Encrypt) -> Result<Domain> {
    Ok(Domain::at_samba("lab", lab.samba()?, encrypt))
}

fn down() -> Result<Domain> {
    Ok(Domain::openldap(
        "staff",
        &[Encrypt::Ldaps.url(closed_address()?)],
    ))
}

fn silent(lab: &Lab, encrypt: Encrypt) -> Result<String> {
    Ok(encrypt.url(lab.silent()?.address()?))
}

/// The good server in second place.
fn after(first: &str, lab: &Lab) -> Result<Domain> {
    let mut staff = staff(lab, Certificate::Good, Encrypt::Ldaps)?;
    staff.servers.insert(0, first.to_owned());
    Ok(staff)
}
