//! `[domain.X.connections]`: limits, for every role and for one.

use crate::section::Section;
use crate::settings::Connections;
use entryway_ldap_types::ByRole;

pub(super) fn connections(domain: &Section<'_>) -> ByRole<Connections> {
    let section = domain.section("connections");
    let count = |section: &Section<'_>, key| usize::try_from(section.integer(key)).unwrap_or(1);
    let every = Connections {
        max: count(&section, "max"),
        outstanding: count(&section, "outstanding"),
    };
    ByRole::each(|role| {
        let own = section.section(role.key());
        let own_or = |key, every| {
            if own.entry(key).is_some() {
                count(&own, key)
            } else {
                every
            }
        };
        Connections {
            max: own_or("max", every.max),
            // A bind has its connection for itself (RFC 4511 section 4.2.1).
            outstanding: if role.carries_passwords() {
                1
            } else {
                own_or("outstanding", every.outstanding)
            },
        }
    })
}
