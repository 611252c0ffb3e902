//! A connector's outcome, as the login judges it.

use entryway_bridge::message::{Demand, Outcome, SiteSession as Told, Token};
use entryway_login::{Group, PasswordState, SessionGroups, SiteSession, SiteVerdict, UserType};
use std::time::{Duration, UNIX_EPOCH};

/// What it says. `ours` makes a token of the connector one that we give out.
pub(super) fn verdict(outcome: Outcome, ours: impl Fn(&Token) -> Box<str>) -> SiteVerdict {
    match outcome {
        Outcome::Accept {
            session,
            revalidation,
            device,
        } => SiteVerdict::Accepted(Box::new(SiteSession {
            token: revalidation.as_ref().map(&ours),
            device: device.as_ref().map(&ours),
            ..self::session(*session)
        })),
        Outcome::Challenge {
            demand: Demand::ChangePassword,
        } => SiteVerdict::MustChange,
        Outcome::Refused { reason } => {
            SiteVerdict::Refused(reason.map(|reason| reason.as_str().to_owned()))
        }
        Outcome::NoVerdict { fault } => SiteVerdict::NoVerdict(fault.as_str().to_owned()),
        Outcome::SealRefused { why } => SiteVerdict::SealRefused(why.as_str().to_owned()),
        Outcome::Changed {} => SiteVerdict::Changed,
        // Nobody there could be asked. How long the last answer stands for is the hub's to say.
        Outcome::Stands { fault, .. } => SiteVerdict::NoVerdict(fault.as_str().to_owned()),
    }
}

fn session(told: Told) -> SiteSession {
    let groups = told.groups.map(|told| SessionGroups {
        groups: told
            .groups
            .into_iter()
            .map(|group| Group {
                domain: group.domain.into(),
                name: group.name.into(),
                dn: None,
                gid: group.gid,
                path: Vec::new(),
            })
            .collect(),
        partial: told.partial,
    });
    let attributes = told.attributes.into_iter();
    let since = Duration::from_millis(told.authenticated_at_ms);
    SiteSession {
        subject: told.subject,
        name: told.name,
        uid: told.uid,
        gid: told.gid,
        home: told.home,
        user_type: told.user_type.and_then(|text| UserType::parse(&text).ok()),
        shell: told.shell,
        system_user: told.system_user,
        user_class: told.user_class.map(Into::into),
        groups,
        email: told.email,
        display_name: told.display_name,
        attributes: attributes
            .map(|(name, values)| (name.into(), values))
            .collect(),
        password: PasswordState {
            expires_in: told.password.expires_in,
            grace_left: told.password.grace_left,
        },
        authenticated_at: UNIX_EPOCH.checked_add(since),
        token: None,
        device: None,
    }
}
