//! Names that stand in login names: of domains, suffixes and NetBIOS names.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::section::Text;
use entryway_ldap_types::LoginName;

/// What stands between a domain and the rest of a login name.
const SEPARATORS: [char; 3] = ['/', '\\', '@'];

/// Whether the name of a domain can be typed, and can stand at the head of a subject.
pub(super) fn usable_domain(name: Text<'_>, cx: &Context<'_>) -> bool {
    // A subject is `domain:…`: a domain called `staff:dn` could pass its people off as those of `staff`.
    let taken = ["local", "os"]
        .iter()
        .any(|word| name.text.eq_ignore_ascii_case(word));
    let problem = unusable(name.text, |char| char == ':')
        .or_else(|| taken.then(|| "it means another authority".to_owned()));
    told(
        name,
        "the name of a domain",
        problem,
        "ASCII, no blank, no `:`, and none of `/`, `\\` and `@`, which separate a login name from its domain",
        cx,
    )
}

/// Whether the name can be told from the rest of a login name; reported when it cannot.
pub(super) fn usable(name: Text<'_>, what: &str, cx: &Context<'_>) -> bool {
    // A name of DNS may end in a dot where it is typed; read it is without.
    let dot = name.text.ends_with('.');
    let problem = unusable(name.text, |_| false)
        .or_else(|| dot.then(|| "it ends in a dot, which no login name is read with".to_owned()));
    told(
        name,
        what,
        problem,
        "ASCII (a domain of the Internet as `xn--…`), no blank, and none of `/`, `\\` and `@`, which separate a login name from its domain",
        cx,
    )
}

fn unusable(name: &str, more: impl Fn(char) -> bool) -> Option<String> {
    if name.is_empty() {
        return Some("it is empty".to_owned());
    }
    // With a separator and one letter it must still be a login name.
    if name.len() + 2 > LoginName::MAX_BYTES {
        return Some("no login name is long enough to hold it".to_owned());
    }
    name.chars()
        .find(|char| {
            // Case, and what looks alike, has one meaning in ASCII alone.
            let plain = char.is_ascii() && !char.is_ascii_control() && *char != ' ';
            SEPARATORS.contains(char) || !plain || more(*char)
        })
        .map(|char| format!("it holds `{}`", char.escape_debug()))
}

fn told(name: Text<'_>, what: &str, problem: Option<String>, hint: &str, cx: &Context<'_>) -> bool {
    let Some(problem) = problem else { return true };
    let shown: String = name.text.chars().take(64).collect();
    cx.push(
        Diagnostic::new(
            Code::BadName,
            format!("`{}` cannot be {what}", shown.escape_debug()),
        )
        .at(name.place, problem)
        .hint(hint),
    );
    false
}
