//! `[domain]` with settings of its own: one problem, and not one for each of them.

use crate::catalogue;
use crate::code::Code;
use crate::report::{Diagnostic, Problems};
use crate::tree::{Entry, Table, Value};

/// Takes out of `[domain]` what belongs into `[domain.NAME]`, and says so once.
///
/// A table in there may be a domain; when settings stand beside it, one that is called as a domain's
/// own tables are is taken for such a table.
pub(crate) fn unflatten(root: &mut Table, problems: &Problems) {
    let Some(Entry { node, .. }) = root.get_mut("domain") else {
        return;
    };
    let Value::Table(domains) = &mut node.value else {
        return;
    };
    let is_table = |entry: &Entry| matches!(entry.node.value, Value::Table(_));
    let Some(first) = domains.entries.iter().find(|entry| !is_table(entry)) else {
        return;
    };
    problems.push(
        Diagnostic::new(
            Code::NamelessDomain,
            format!(
                "`{}` stands in `[domain]`, expected a table for each domain",
                first.key.escape_debug()
            ),
        )
        .at(first.key_place, "of which domain?")
        .hint("write `[domain.NAME]`, for example `[domain.staff]`"),
    );
    domains.entries.retain(|entry| {
        is_table(entry) && !catalogue::is_key_of(&["domain", "<name>"], &entry.key)
    });
}
