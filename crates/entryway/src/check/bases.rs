//! Where people and groups are searched: whether the service account can read it at every server.

use super::{Look, State, roles};
use entryway_config::GroupsSettings;
use entryway_ldap::{DerefAliases, ProbeReport, Role, RootDse, SearchRequest, SearchRole, Server};
use entryway_ldap_types::{AttributeName, Filter, ResultCode, Scope};
use std::sync::Arc;
use std::time::Instant;

/// Whether the place where people are searched can be read.
pub(super) async fn of_people(look: &mut Look<'_>, server: &Server, report: &ProbeReport) -> bool {
    let started = Instant::now();
    let base = &look.policy.people.base_text;
    let role = SearchRole::FindLogin;
    let (state, detail) = readable(look, server, role, base, report.root_dse.as_ref()).await;
    let took = Some(started.elapsed());
    let way = server.way(Role::FindLogin);
    let protection = way.map_or("not used", roles::encryption);
    let detail = format!("{protection}; {detail}");
    look.found(Role::FindLogin.as_str(), state, took, detail);
    if let Some(opened) = roles::of_find_login(server, report) {
        look.opened(opened);
    }
    state == State::Good
}

/// Whether the place where groups are searched can be read, where it is another one: without it no rule that names a
/// group has an answer, and no look-up finds one.
pub(super) async fn of_groups(
    look: &mut Look<'_>,
    server: &Server,
    groups: &GroupsSettings,
    root_dse: Option<&RootDse>,
) {
    if groups.base == look.policy.people.base {
        return;
    }
    let started = Instant::now();
    let role = SearchRole::GroupContent;
    let (state, detail) = readable(look, server, role, &groups.base_text, root_dse).await;
    look.found("groups base", state, Some(started.elapsed()), detail);
}

/// Whether an entry can be read, in words.
async fn readable(
    look: &Look<'_>,
    server: &Server,
    role: SearchRole,
    base: &Arc<str>,
    root_dse: Option<&RootDse>,
) -> (State, String) {
    match server.search(role, &itself(base), look.deadline()).await {
        Ok(found) if found.code == ResultCode::SUCCESS && !found.entries.is_empty() => {
            (State::Good, format!("{base} can be read"))
        }
        Ok(found) if found.code == ResultCode::SUCCESS => (
            State::Bad,
            format!("{base} is not shown to the service account"),
        ),
        Ok(found) => {
            let trees = match (found.code, root_dse) {
                (ResultCode::NO_SUCH_OBJECT, Some(root)) if !root.naming_contexts.is_empty() => {
                    let trees = root.naming_contexts.join("`, `");
                    format!("; this directory has `{}`", trees.escape_debug())
                }
                _ => String::new(),
            };
            let said = found.diagnostic.escape_debug();
            let said = format!("{base}: {} {said}", found.code);
            (State::Bad, format!("{}{trees}", said.trim_end()))
        }
        Err(error) => (State::Bad, error.in_words()),
    }
}

/// An entry where people or groups are searched: reading it needs what finding somebody needs, and counts against
/// nobody.
fn itself(base: &Arc<str>) -> SearchRequest {
    let object_class = AttributeName::from_static("objectClass");
    SearchRequest {
        base: Arc::clone(base),
        scope: Scope::Base,
        deref: DerefAliases::Never,
        size_limit: 1,
        time_limit: 0,
        types_only: false,
        filter: Filter::Present(object_class.clone()).into(),
        attributes: [object_class].into(),
    }
}
