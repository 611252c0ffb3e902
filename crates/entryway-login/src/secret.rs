//! The attributes that are never fetched, never looked at and never part of a session, whoever asks for
//! them: passwords, their hashes and histories, and keys.
//!
//! A directory should not show them to the service account at all; where it does, they still end here. The
//! list names what is known. It cannot know a schema of one's own.

use entryway_ldap_types::AttributeName;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Each with its OIDs as far as they are known: a server answers to either. Who lets others write filters takes none with
/// an OID in it.
#[rustfmt::skip] // one attribute a line reads as the table it is
const SECRET: [&[&str]; 63] = [
    // RFC 4519, RFC 2798, RFC 3112, NIS
    &["userPassword", "2.5.4.35"],
    &["userPKCS12", "2.16.840.1.113730.3.1.216"],
    &["authPassword", "1.3.6.1.4.1.4203.1.3.4"],
    &["nisSecretKey", "1.3.6.1.1.1.1.29"],
    // Active Directory
    &["unicodePwd", "1.2.840.113556.1.4.90"],
    &["dBCSPwd", "1.2.840.113556.1.4.55"],
    &["ntPwdHistory", "1.2.840.113556.1.4.94"],
    &["lmPwdHistory", "1.2.840.113556.1.4.160"],
    &["supplementalCredentials", "1.2.840.113556.1.4.125"],
    &["currentValue", "1.2.840.113556.1.4.27"],
    &["priorValue", "1.2.840.113556.1.4.100"],
    &["initialAuthIncoming", "1.2.840.113556.1.4.539"],
    &["initialAuthOutgoing", "1.2.840.113556.1.4.540"],
    &["trustAuthIncoming", "1.2.840.113556.1.4.129"],
    &["trustAuthOutgoing", "1.2.840.113556.1.4.135"],
    &["unixUserPassword", "1.2.840.113556.1.4.1910"],
    &["msSFU30Password"],
    &["msDS-ManagedPassword", "1.2.840.113556.1.4.2196"],
    &["msDS-ExecuteScriptPassword"],
    &["msPKIAccountCredentials", "1.2.840.113556.1.4.1894"],
    &["msPKIDPAPIMasterKeys", "1.2.840.113556.1.4.1893"],
    &["msKds-RootKeyData"],
    &["msFVE-KeyPackage"],
    &["msFVE-RecoveryPassword"],
    &["msTPM-OwnerInformation"],
    &["pekList"],
    // Kerberos
    &["krbPrincipalKey", "2.16.840.1.113719.1.301.4.39.1"],
    &["krbMKey"],
    &["krbPwdHistory"],
    &["krbExtraData"],
    // Samba
    &["sambaLMPassword", "1.3.6.1.4.1.7165.2.1.24"],
    &["sambaNTPassword", "1.3.6.1.4.1.7165.2.1.25"],
    &["sambaPasswordHistory", "1.3.6.1.4.1.7165.2.1.54"],
    &["sambaClearTextPassword", "1.3.6.1.4.1.7165.2.1.68"],
    &["sambaPreviousClearTextPassword", "1.3.6.1.4.1.7165.2.1.69"],
    &["lmPassword"],
    &["ntPassword"],
    // OpenLDAP
    &["pwdHistory", "1.3.6.1.4.1.42.2.27.8.1.20"],
    &["olcRootPW"],
    &["oathSecret"],
    &["oathTOTPSecret"],
    &["oathEncKey"],
    &["pKCS8PrivateKey", "1.3.6.1.4.1.4203.666.1.60"],
    // 389 Directory Server, FreeIPA
    &["passwordHistory"],
    &["nsslapd-rootpw"],
    &["nsSymmetricKey"],
    &["nsDS5ReplicaCredentials"],
    &["nsDS5ReplicaBootstrapCredentials"],
    &["nsMultiplexorCredentials"],
    &["ipaNTHash"],
    &["ipaNTTrustAuthIncoming"],
    &["ipaNTTrustAuthOutgoing"],
    &["ipaSecretKey"],
    &["ipaPrivateKey"],
    &["ipatokenOTPkey", "2.16.840.1.113730.3.8.16.1.8"],
    &["ipatokenRadiusSecret"],
    // Others
    &["orclPassword"],
    &["orclPasswordVerifier"],
    &["nspmPassword"],
    &["nspmDistributionPassword"],
    &["sASLoginSecret"],
    &["sASLoginSecretKey"],
    &["radiusTunnelPassword"],
];

/// Families: both generations of LAPS, by name and by OID, and what holds trusts between domains together.
const SECRET_PREFIXES: [&str; 5] = [
    "trustAuth",
    "msLAPS-",
    "1.2.840.113556.1.6.44.1.",
    "ms-Mcs-AdmPwd",
    "1.2.840.113556.1.8000.2554.50051.45980.28112.18903.35903.6685103.1224907.2.",
];

/// Whether an attribute holds a password, its hash or a key: never fetched, never part of a session.
/// Options do not matter, nor whether it is called by name or by OID.
pub fn is_secret_attribute(name: &AttributeName) -> bool {
    let base = name.base();
    is_listed(base)
        || SECRET_PREFIXES.iter().any(|prefix| {
            base.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
}

/// No listed name is longer.
const LONGEST: usize = 64;

/// Asked a dozen times a login, so it neither walks the list nor allocates.
fn is_listed(base: &str) -> bool {
    static LISTED: LazyLock<HashSet<Box<[u8]>>> = LazyLock::new(|| {
        let names = SECRET.iter().flat_map(|names| names.iter());
        names
            .map(|name| name.to_ascii_lowercase().into_bytes().into())
            .collect()
    });
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..base.len()) else {
        return false;
    };
    lower.copy_from_slice(base.as_bytes());
    lower.make_ascii_lowercase();
    LISTED.contains(&*lower)
}

#[cfg(test)]
mod tests;
