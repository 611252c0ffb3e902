//! From entry to session: the steps of the specification in their order. User type ranges (2), classes (4),
//! DN filters (5) and account templates (7) belong between those that stand here.

use crate::draft::Draft;
use crate::flow::Log;
use crate::trace::Record;
use crate::{
    DomainId, DomainPolicy, LoginPolicy, Method, PasswordState, Reason, Route, RuleId, Session,
    Source, home, identity, maps, required,
};
use entryway_ldap_types::{AttributeName, Entry};
use std::sync::Arc;
use std::time::SystemTime;

/// What the steps know: nothing of passwords.
pub(crate) struct Subjected<'a> {
    pub(crate) policy: &'a LoginPolicy,
    pub(crate) id: DomainId,
    pub(crate) domain: &'a DomainPolicy,
    pub(crate) route: &'a Route,
    pub(crate) entry: Entry,
    pub(crate) server: Arc<str>,
    pub(crate) login_name: String,
    pub(crate) at: SystemTime,
}

/// Walks the steps, writing each into the log.
pub(crate) fn session(person: Subjected<'_>, log: &mut Log) -> Result<Box<Session>, Reason> {
    let Subjected {
        policy,
        id,
        domain,
        route,
        entry,
        server,
        login_name,
        at,
    } = person;
    let platform = policy.platform;
    let mut draft = Draft::default();

    let rule = domain.people.rule;
    let own = usable(identity::name(domain, route, &entry), rule, log)?;
    log.note(Record::Named {
        name: own.name.clone(),
        from: own.from,
        rule,
    });
    let name = own.name.ok_or(Reason::MissingAttribute)?;
    let subject = usable(identity::subject(domain, &entry), rule, log)?;

    let results = maps::apply(&domain.maps, platform, &entry, &mut draft);
    if !results.is_empty() {
        log.note(Record::Mapped { maps: results });
    }
    let filled = required::apply_defaults(&domain.defaults, platform, &mut draft);
    if !filled.is_empty() {
        log.note(Record::Defaulted {
            filled,
            rule: domain.defaults.rule,
        });
    }
    let homed = home::apply(&policy.home_folders, platform, &name, &mut draft);
    log.note(Record::Homed(homed));

    let missing = required::missing(platform, &draft);
    let verdict = required::check(&missing, &draft);
    let invalid = std::mem::take(&mut draft.invalid);
    log.note(Record::Required { missing, invalid });
    verdict?;

    Ok(Box::new(Session {
        subject,
        name,
        login_name,
        source: Source::Domain(id),
        domain: Arc::clone(&domain.name),
        server,
        uid: draft.uid,
        gid: draft.gid,
        home: draft.home,
        user_type: draft.user_type,
        shell: draft.shell,
        system_user: draft.system_user,
        email: draft
            .email
            .or_else(|| first_line(&entry, &domain.people.email_attribute)),
        display_name: draft
            .display_name
            .or_else(|| first_line(&entry, &domain.people.name_attribute)),
        attributes: draft.attributes,
        password: PasswordState::default(),
        authenticated_at: at,
        method: Method::Password,
        dn: entry.dn_text.into(),
    }))
}

/// Without a name or a subject of its own an entry is nobody in particular: no later step can mend that.
fn usable<T>(
    read: Result<T, identity::Unusable>,
    rule: RuleId,
    log: &mut Log,
) -> Result<T, Reason> {
    read.map_err(
        |identity::Unusable {
             part,
             from,
             problem,
         }| {
            log.note(Record::IdentityUnusable {
                part,
                from,
                problem,
                rule,
            });
            Reason::InvalidAttribute
        },
    )
}

/// An attribute that no map asked for: taken if it is a line of text, left out otherwise.
fn first_line(entry: &Entry, name: &AttributeName) -> Option<String> {
    if crate::is_secret_attribute(name) {
        return None;
    }
    let text = entry.first_text(name)?;
    (!text.is_empty() && !text.chars().any(char::is_control)).then(|| text.to_owned())
}
