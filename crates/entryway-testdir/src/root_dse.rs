//! The root DSE (RFC 4512 §5.1): what the server says of itself to anybody.

use crate::directory::Directory;
use crate::options::{Dialect, Options};
use entryway_ldap_proto::oid;

/// The entry's attributes. All but `objectClass` are operational, yet Active Directory returns them
/// unasked, and so does this server when it poses as one.
pub(crate) fn attributes(
    directory: &Directory,
    options: &Options,
) -> Vec<(&'static str, Vec<String>)> {
    let contexts: Vec<String> = directory.naming_contexts().map(str::to_owned).collect();
    let mut extensions = vec![oid::WHO_AM_I];
    if options.start_tls {
        extensions.push(oid::START_TLS);
    }
    let mut controls = vec![oid::PAGED_RESULTS, oid::MANAGE_DSA_IT];
    let own = |texts: &[&str]| {
        texts
            .iter()
            .map(|&text| text.to_owned())
            .collect::<Vec<String>>()
    };
    let mut all = vec![
        ("objectClass", own(&["top"])),
        ("vendorName", own(&["Entryway test directory"])),
        ("vendorVersion", own(&[env!("CARGO_PKG_VERSION")])),
        ("supportedLDAPVersion", own(&["3"])),
        ("supportedExtension", own(&extensions)),
        ("namingContexts", contexts.clone()),
    ];
    match &options.dialect {
        Dialect::OpenLdap => controls.push(oid::PASSWORD_POLICY),
        Dialect::ActiveDirectory { .. } => {
            let default: Vec<String> = contexts.first().cloned().into_iter().collect();
            all.push(("defaultNamingContext", default.clone()));
            all.push(("rootDomainNamingContext", default));
            all.push((
                "dnsHostName",
                vec![format!("dc1.{}", directory.dns_domain())],
            ));
            // Active Directory, since Windows 2003, since 2008, since 2008 R2 (MS-ADTS §3.1.1.3.4.3).
            let capabilities =
                ["800", "1670", "1935", "2080"].map(|arc| format!("1.2.840.113556.1.4.{arc}"));
            all.push(("supportedCapabilities", capabilities.into()));
            all.push(("domainControllerFunctionality", own(&["7"])));
        }
    }
    all.push(("supportedControl", own(&controls)));
    all
}
