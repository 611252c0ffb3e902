//! Names that stand in login names: of domains, suffixes and NetBIOS names.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::section::Text;

/// Whether the name can be told from the rest of a login name; reported when it cannot.
pub(super) fn usable(name: Text<'_>, what: &str, cx: &Context<'_>) -> bool {
    let problem = if name.text.is_empty() {
        Some("it is empty".to_owned())
    } else {
        let separates = |char: &char| {
            matches!(char, '/' | '\\' | '@') || char.is_control() || char.is_whitespace()
        };
        name.text
            .chars()
            .find(separates)
            .map(|char| format!("it holds `{}`", char.escape_debug()))
    };
    let Some(problem) = problem else { return true };
    let shown = name.text.escape_debug();
    cx.push(
        Diagnostic::new(Code::BadName, format!("`{shown}` cannot be {what}"))
            .at(name.place, problem)
            .hint("no blank, and none of `/`, `\\` and `@`, which separate a login name from its domain"),
    );
    false
}
