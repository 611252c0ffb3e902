//! Steps 4 to 8, and the session in the end.

use super::person::Person;
use super::{class, template};
use crate::draft::Draft;
use crate::flow::Log;
use crate::rules::dn_filter::DnVerdict;
use crate::trace::{DnOutcome, Record};
use crate::{
    DomainPolicy, Facts, LocalAccount, LoginPolicy, MapTarget, Method, PasswordState, Platform,
    Reason, Session, SessionGroups, Source, home, maps, required,
};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

/// What a session takes from the attempt rather than from the person.
pub(crate) struct Origin {
    pub(crate) login_name: String,
    pub(crate) client_address: Option<IpAddr>,
    /// A local account whose password is in the directory.
    pub(crate) account: Option<Arc<LocalAccount>>,
    pub(crate) at: SystemTime,
    pub(crate) method: Method,
}

/// Walks the rules, writing each into the log.
pub(crate) fn session(
    policy: &LoginPolicy,
    mut person: Person,
    origin: Origin,
    groups: Option<SessionGroups>,
    log: &mut Log,
) -> Result<Box<Session>, Reason> {
    let platform = policy.platform;
    let domain = match person.source {
        Source::Domain(id) => policy.domains.get(id.0),
        Source::Local | Source::Os | Source::Site(_) => None,
    };
    let known = groups.as_ref().map_or(&[][..], |groups| &groups.groups);
    let user_class = class::class(policy, &person, &origin, known, log)?;
    if let Some(domain) = domain {
        dn_filters(domain, &person, user_class.as_deref(), log)?;
    }
    let name = person.name.as_str();
    let homed = home::apply(
        &policy.home_folders,
        user_class.as_deref(),
        platform,
        name,
        &mut person.draft,
    );
    log.note(Record::Homed(homed));
    // Templates are for people whom a directory knows; an account has its own values, and they come last.
    let template = match domain {
        Some(_) => {
            let class = user_class.as_deref();
            template::apply(policy, &mut person, &origin, known, class, log)?
        }
        None => None,
    };
    if let Some(account) = &origin.account {
        overlay(account, platform, &mut person.draft, log);
    }

    let missing = required::missing(platform, &person.draft);
    let verdict = required::check(&missing, &person.draft);
    let invalid = std::mem::take(&mut person.draft.invalid);
    log.note(Record::Required { missing, invalid });
    verdict?;

    let Person {
        source,
        domain,
        name,
        subject,
        anchor,
        entry,
        server,
        draft,
    } = person;
    Ok(Box::new(Session {
        subject,
        name,
        login_name: origin.login_name,
        source,
        domain,
        dn: entry.map(|entry| entry.dn_text.to_string()),
        server,
        uid: draft.uid,
        gid: draft.gid,
        home: draft.home,
        user_type: draft.user_type,
        shell: draft.shell,
        system_user: draft.system_user,
        user_class,
        template,
        groups,
        email: draft.email,
        display_name: draft.display_name,
        attributes: draft.attributes,
        password: PasswordState::default(),
        authenticated_at: origin.at,
        method: origin.method,
        anchor,
    }))
}

/// What the rules see of a person.
pub(super) fn facts<'a>(
    person: &'a Person,
    origin: &'a Origin,
    groups: &'a [crate::Group],
) -> Facts<'a> {
    let draft = &person.draft;
    Facts {
        name: &person.name,
        login_name: &origin.login_name,
        authority: person.authority(),
        entry: person.entry.as_deref(),
        uid: draft.uid,
        gid: draft.gid,
        own_gid: draft.gid.filter(|_| draft.gid_is_own),
        home: draft.home.as_deref(),
        user_type: draft.user_type,
        shell: draft.shell.as_deref(),
        email: draft.email.as_deref(),
        display_name: draft.display_name.as_deref(),
        attributes: &draft.attributes,
        groups,
        client_address: origin.client_address,
    }
}

/// Step 5.
fn dn_filters(
    domain: &DomainPolicy,
    person: &Person,
    class: Option<&str>,
    log: &mut Log,
) -> Result<(), Reason> {
    let Some(entry) = person
        .entry
        .as_ref()
        .filter(|_| !domain.dn_filters.is_empty())
    else {
        return Ok(());
    };
    let (outcome, verdict) = match domain.dn_filters.permits(&entry.dn, class) {
        DnVerdict::NoFilter => (DnOutcome::NoFilter, Ok(())),
        DnVerdict::Matched { rule, applied } => {
            (DnOutcome::Permitted { rule, of: applied }, Ok(()))
        }
        DnVerdict::Refused { applied } => (
            DnOutcome::Refused {
                of: applied,
                rules: domain.dn_filters.first_applied(class),
            },
            Err(Reason::DnNotPermitted),
        ),
    };
    log.note(Record::DnFiltered(outcome));
    verdict
}

/// A local account whose password is in the directory replaces uid, gid and home where it has them.
fn overlay(account: &LocalAccount, platform: Platform, draft: &mut Draft, log: &mut Log) {
    let mut values = Vec::new();
    if let Some(uid) = account.uid {
        draft.uid = Some(uid);
        values.push((MapTarget::Uid, uid.to_string()));
    }
    if let Some(gid) = account.gid {
        draft.gid = Some(gid);
        values.push((MapTarget::Gid, gid.to_string()));
    }
    if let Some(home) = &account.home {
        draft.home = Some(home.clone());
        values.push((MapTarget::Home, home.clone()));
    }
    draft.replaced(values.iter().map(|(target, _)| target));
    let home = draft.home.as_deref().filter(|_| account.home.is_some());
    let problem = home.and_then(|home| maps::check(&MapTarget::Home, home, platform).err());
    if let Some(problem) = problem {
        draft.home = None;
        draft.invalid.push((MapTarget::Home, problem));
    }
    log.note(Record::FromAccount { values });
}
