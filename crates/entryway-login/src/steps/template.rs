//! Step 7: the account template.

use super::person::Person;
use super::session::{Origin, facts};
use crate::flow::Log;
use crate::trace::Record;
use crate::{
    Facts, Group, LoginPolicy, MapTarget, Platform, Reason, RuleFailed, RuleId, Template, UserType,
    home, maps,
};
use std::sync::Arc;

/// The first template that fits replaces uid, gid and home, and makes the user virtual. If one of its values cannot be
/// resolved the login is refused; the next template is not tried.
pub(super) fn apply(
    policy: &LoginPolicy,
    person: &mut Person,
    origin: &Origin,
    groups: &[Group],
    class: Option<&str>,
    log: &mut Log,
) -> Result<Option<Arc<str>>, Reason> {
    let Some(row) = policy.templates.find(class) else {
        return Ok(None);
    };
    let unix = policy.platform != Platform::Windows;
    let parts = [
        (MapTarget::Uid, row.uid.as_ref().filter(|_| unix)),
        (MapTarget::Gid, row.gid.as_ref()),
        (MapTarget::Home, row.home.as_ref()),
    ];
    let mut values = Vec::new();
    let seen = facts(person, origin, groups);
    for (target, template) in parts {
        let Some(template) = template else { continue };
        match value(&target, template.as_ref(), &seen, policy.platform) {
            Ok(text) => values.push((target, text)),
            Err(RuleFailed(problem)) => {
                return Err(unresolved(&row.name, row.rule, target, problem, log));
            }
        }
    }
    for (target, text) in &values {
        maps::set(target, text, policy.platform, &mut person.draft);
    }
    person.draft.user_type = Some(UserType::Virtual);
    let replaced = values.iter().map(|(target, _)| target);
    person
        .draft
        .replaced(replaced.chain([&MapTarget::UserType]));
    log.note(Record::Templated {
        name: Arc::clone(&row.name),
        values,
        rule: row.rule,
    });
    Ok(Some(Arc::clone(&row.name)))
}

/// A value that its target can take, or why not.
fn value(
    target: &MapTarget,
    template: &dyn Template,
    facts: &Facts<'_>,
    platform: Platform,
) -> Result<String, RuleFailed> {
    let text = match target {
        // The text is the administrator's; a value in it is the directory's, and must not lead into another's folder.
        MapTarget::Home => {
            template.render_with(facts, &|value| home::one_folder(value, platform))?
        }
        _ => template.render(facts)?,
    };
    maps::check(target, &text, platform).map_err(RuleFailed)?;
    Ok(text)
}

fn unresolved(
    name: &Arc<str>,
    rule: RuleId,
    target: MapTarget,
    problem: String,
    log: &mut Log,
) -> Reason {
    log.note(Record::TemplateUnresolved {
        name: Arc::clone(name),
        target,
        problem,
        rule,
    });
    Reason::TemplateUnresolved
}
