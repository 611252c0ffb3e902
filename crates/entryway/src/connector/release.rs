//! What of a decision leaves the site: what `[connector.release]` allows, and of a refusal nothing that tells who it was.

use entryway_bridge::Text;
use entryway_bridge::message::{
    Code, Demand, Outcome, SiteGroup, SiteGroups, SitePassword, SiteSession, Token,
};
use entryway_config::ReleaseSettings;
use entryway_login::{Challenge, Decided, Decision, Fault, Reason, Session, SessionGroups, Tokens};
use std::time::{SystemTime, UNIX_EPOCH};

/// What a hub is told where the site does not say why: it knows what to do about an outage without that.
const UNTOLD: &str = "no_verdict";

/// What the hub is told of a decision.
pub(super) fn outcome(decided: &Decided, release: &ReleaseSettings) -> Outcome {
    match &decided.decision {
        Decision::Accept(session) => {
            let tokens = decided.tokens.as_ref();
            Outcome::Accept {
                session: Box::new(self::session(session, release)),
                revalidation: tokens.and_then(revalidation),
                device: tokens.and_then(|tokens| Token::new(tokens.device.clone())),
            }
        }
        Decision::Challenge(Challenge::ChangePassword) => Outcome::Challenge {
            demand: Demand::ChangePassword,
        },
        Decision::Changed => Outcome::Changed {},
        Decision::Reject(reason) => Outcome::Refused {
            reason: tells(*reason, release).then(|| code(decided)),
        },
        Decision::Indeterminate(fault) => no_verdict(*fault, release),
        // Nobody was let in, and a hub has no question that ends so.
        Decision::WouldAccept(_) => no_verdict(Fault::Deadline, release),
    }
}

/// That there is no verdict. Why is the site's own, unless it changes what the hub must tell the person.
pub(super) fn no_verdict(fault: Fault, release: &ReleaseSettings) -> Outcome {
    let told = match fault {
        Fault::Deadline | Fault::PasswordChangeUnknown => fault.code(),
        _ if release.reasons => fault.code(),
        _ => UNTOLD,
    };
    Outcome::NoVerdict {
        fault: Text::cut(told),
    }
}

/// Whether a hub is told why. What none but the right password comes to its person must read, whatever else the site
/// keeps to itself: the page asks for a new one, or says what is wrong with the one that was chosen.
fn tells(reason: Reason, release: &ReleaseSettings) -> bool {
    release.reasons || reason == Reason::PasswordExpired || Reason::OF_A_CHANGE.contains(&reason)
}

fn code(decided: &Decided) -> Code {
    Text::cut(decided.decision.row().code)
}

fn revalidation(tokens: &Tokens) -> Option<Token> {
    Token::new(tokens.revalidation.clone()?)
}

fn session(session: &Session, release: &ReleaseSettings) -> SiteSession {
    let may = |field: &str| release.fields.iter().any(|may| **may == *field);
    let text = |field: &str, value: &Option<String>| value.clone().filter(|_| may(field));
    let number = |field: &str, value: Option<u32>| value.filter(|_| may(field));
    let word = |field: &str, value: Option<&str>| value.filter(|_| may(field)).map(str::to_owned);
    let attributes = session.attributes.iter().filter(|(name, _)| {
        let mut allowed = release.attributes.iter();
        allowed.any(|allowed| allowed.eq_ignore_ascii_case(name))
    });
    let password = match may("password") {
        true => SitePassword {
            expires_in: session.password.expires_in,
            grace_left: session.password.grace_left,
        },
        false => SitePassword::default(),
    };
    SiteSession {
        subject: session.subject.0.clone(),
        name: session.name.clone(),
        domain: word("domain", Some(&session.domain)),
        dn: text("dn", &session.dn),
        uid: number("uid", session.uid),
        gid: number("gid", session.gid),
        home: text("home", &session.home),
        user_type: word("user_type", session.user_type.map(|kind| kind.as_str())),
        shell: text("shell", &session.shell),
        system_user: text("system_user", &session.system_user),
        user_class: word("user_class", session.user_class.as_deref()),
        template: word("template", session.template.as_deref()),
        groups: session
            .groups
            .as_ref()
            .filter(|_| release.groups)
            .map(groups),
        email: text("email", &session.email),
        display_name: text("display_name", &session.display_name),
        attributes: attributes
            .map(|(name, values)| (name.to_string(), values.clone()))
            .collect(),
        password,
        authenticated_at_ms: unix_ms(session.authenticated_at),
    }
}

fn groups(groups: &SessionGroups) -> SiteGroups {
    let group = |group: &entryway_login::Group| SiteGroup {
        domain: group.domain.to_string(),
        name: group.name.to_string(),
        gid: group.gid,
    };
    SiteGroups {
        groups: groups.groups.iter().map(group).collect(),
        partial: groups.partial,
    }
}

/// Milliseconds of Unix time; 0 before that.
pub(super) fn unix_ms(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_right_password_alone_comes_to_is_told_and_nothing_else() {
        let release = |reasons| ReleaseSettings {
            reasons,
            ..ReleaseSettings::default()
        };
        let told = |reason: &Reason| tells(*reason, &release(false));
        let codes: Vec<&str> = Reason::ALL
            .into_iter()
            .filter(told)
            .map(|reason| reason.row().code)
            .collect();
        assert_eq!(
            codes,
            [
                "password_expired",
                "new_password_malformed",
                "new_password_too_short",
                "new_password_too_simple",
                "new_password_in_history",
                "new_password_refused",
                "password_too_young",
                "password_change_not_allowed",
                "password_change_unsupported",
            ]
        );
        let all = |reason: Reason| tells(reason, &release(true));
        assert!(Reason::ALL.into_iter().all(all));
    }
}
