//! Steps 1 to 3, and what takes their place where there is no entry.

use crate::draft::Draft;
use crate::flow::Log;
use crate::trace::Record;
use crate::{
    Anchor, DomainId, DomainPolicy, LocalAccount, LoginPolicy, MapTarget, OsAccount, Platform,
    Reason, RuleId, Source, Subject, UserType, carry, identity, is_secret_attribute, maps,
    required,
};
use entryway_ldap_types::{Attribute, AttributeName, Entry};
use std::sync::Arc;

/// A person between the steps.
pub(crate) struct Person {
    pub(crate) source: Source,
    pub(crate) domain: Arc<str>,
    pub(crate) name: String,
    pub(crate) subject: Subject,
    pub(crate) anchor: Anchor,
    pub(crate) entry: Option<Arc<Entry>>,
    pub(crate) server: Option<Arc<str>>,
    pub(crate) draft: Draft,
}

/// Where an entry was found, and how.
pub(crate) struct Sight<'a> {
    pub(crate) policy: &'a LoginPolicy,
    pub(crate) id: DomainId,
    pub(crate) domain: &'a DomainPolicy,
}

/// Maps, type ranges and defaults, each written into the log.
pub(crate) fn person(
    sight: &Sight<'_>,
    entry: Arc<Entry>,
    server: Arc<str>,
    log: &mut Log,
) -> Result<Person, Reason> {
    let Sight { policy, id, domain } = *sight;
    let platform = policy.platform;
    let mut draft = Draft::default();

    let rule = domain.people.rule;
    let own = usable(identity::name(domain, &entry), rule, log)?;
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
    draft.uid_is_own = draft.uid.is_some();
    draft.gid_is_own = draft.gid.is_some();
    carry::apply(domain, &entry, &mut draft, log);
    range(policy, &mut draft, log);
    let filled = required::apply_defaults(&domain.defaults, platform, &mut draft);
    if !filled.is_empty() {
        log.note(Record::Defaulted {
            filled,
            rule: domain.defaults.rule,
        });
    }
    draft.email = draft
        .email
        .take()
        .or_else(|| first_line(&entry, &domain.people.email_attribute));
    draft.display_name = draft
        .display_name
        .take()
        .or_else(|| first_line(&entry, &domain.people.name_attribute));
    Ok(Person {
        source: Source::Domain(id),
        domain: Arc::clone(&domain.name),
        name,
        subject,
        anchor: identity::anchor(domain, &entry),
        entry: Some(public(entry)),
        server: Some(server),
        draft,
    })
}

/// What rules may look at: a server that gives a secret all the same has nothing to say in an expression.
fn public(entry: Arc<Entry>) -> Arc<Entry> {
    let secret = |attribute: &Attribute| is_secret_attribute(&attribute.name);
    if !entry.attributes.iter().any(secret) {
        return entry;
    }
    let mut entry = Entry::clone(&entry);
    entry.attributes.retain(|attribute| !secret(attribute));
    Arc::new(entry)
}

/// What the store and the user database say is looked at like what a directory says.
fn vet(platform: Platform, draft: &mut Draft) {
    let unusable = |target: MapTarget, text: &Option<String>| {
        let problem = maps::check(&target, text.as_deref()?, platform).err()?;
        Some((target, problem))
    };
    let home = unusable(MapTarget::Home, &draft.home);
    let shell = unusable(MapTarget::Shell, &draft.shell);
    draft.home.take_if(|_| home.is_some());
    draft.shell.take_if(|_| shell.is_some());
    draft.invalid.extend(home.into_iter().chain(shell));
}

/// Step 2: not under Windows, for a uid of the person's own, where nothing said the type.
fn range(policy: &LoginPolicy, draft: &mut Draft, log: &mut Log) {
    let asked = policy.platform != Platform::Windows
        && draft.user_type.is_none()
        && draft.uid_is_own
        && draft.may_default(&MapTarget::UserType);
    let row = draft.uid.filter(|_| asked);
    if let Some(row) = row.and_then(|uid| policy.type_ranges.find(uid)) {
        draft.user_type = Some(row.user_type);
        log.note(Record::TypeRanged {
            user_type: row.user_type,
            rule: row.rule,
        });
    }
}

/// A local account says everything itself; of one that says no type, the range of its uid does, or it is virtual.
pub(crate) fn local_person(account: &LocalAccount, policy: &LoginPolicy, log: &mut Log) -> Person {
    let mut draft = Draft {
        uid: account.uid,
        gid: account.gid,
        home: account.home.clone(),
        user_type: account.user_type,
        shell: account.shell.clone().or_else(|| Some(SHELL.to_owned())),
        email: account.email.clone(),
        display_name: account.display_name.clone(),
        uid_is_own: account.uid.is_some(),
        gid_is_own: account.gid.is_some(),
        ..Draft::default()
    };
    log.note(Record::FromAccount {
        values: given(&draft),
    });
    vet(policy.platform, &mut draft);
    range(policy, &mut draft, log);
    draft.user_type = draft.user_type.or(Some(UserType::Virtual));
    Person {
        source: Source::Local,
        domain: "local".into(),
        name: account.name.to_string(),
        subject: Subject::of_local(&account.id),
        anchor: Anchor {
            identity: None,
            password_stamp: Some(account.password_stamp.clone()),
            ..Anchor::default()
        },
        entry: None,
        server: None,
        draft,
    }
}

/// The shell of a local account that has none of its own, as a domain's default has it.
const SHELL: &str = "/bin/sh";

/// An account of the operating system is a real user.
pub(crate) fn os_person(account: OsAccount, platform: Platform, log: &mut Log) -> Person {
    let some = |text: String| (!text.is_empty()).then_some(text);
    let subject = Subject::of_os(&account.name);
    let mut draft = Draft {
        uid: Some(account.uid),
        gid: Some(account.gid),
        home: some(account.home),
        user_type: Some(UserType::Real),
        shell: some(account.shell),
        display_name: some(account.display_name),
        uid_is_own: true,
        gid_is_own: true,
        ..Draft::default()
    };
    log.note(Record::FromAccount {
        values: given(&draft),
    });
    vet(platform, &mut draft);
    Person {
        source: Source::Os,
        domain: "os".into(),
        name: account.name,
        subject,
        anchor: Anchor::default(),
        entry: None,
        server: None,
        draft,
    }
}

/// What a draft holds, as text.
fn given(draft: &Draft) -> Vec<(MapTarget, String)> {
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    [
        (MapTarget::Uid, number(draft.uid)),
        (MapTarget::Gid, number(draft.gid)),
        (MapTarget::Home, draft.home.clone()),
        (
            MapTarget::UserType,
            draft.user_type.map(|kind| kind.as_str().to_owned()),
        ),
        (MapTarget::Shell, draft.shell.clone()),
        (MapTarget::Email, draft.email.clone()),
        (MapTarget::DisplayName, draft.display_name.clone()),
    ]
    .into_iter()
    .filter_map(|(target, value)| Some((target, value?)))
    .collect()
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
    if is_secret_attribute(name) {
        return None;
    }
    let text = entry.first_text(name)?;
    (!text.is_empty() && !text.chars().any(char::is_control)).then(|| text.to_owned())
}
