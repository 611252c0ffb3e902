//! The rows of forward authentication: `[forward_auth]` and its rules.

use super::Default::{Derived, None, Required, Value};
use super::Setting;
use super::Shape::{Boolean, Duration, Text, Texts};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;

#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    Setting { path: "forward_auth.basic_life", shape: Duration(SECOND, 10 * MINUTE), default: Value(r#""60s""#), example: r#""30s""#,
        doc: "How long it is remembered that a name and a password which a program sent (HTTP Basic) are right, or wrong: so long the directory is not asked again, and somebody who was switched off there comes in." },
    Setting { path: "forward_auth.groups", shape: Texts, default: Derived("every group"), example: r#"["wiki-*", "staff"]"#,
        doc: "Which groups stand in `Remote-Groups`: names, without case, where `?` is one character and `*` any number. An empty list is none. With more than `sso.most_groups` of these, or more text than headers hold, a person is refused: a list that is cut would be another one." },

    Setting { path: "forward_auth.rule[].host", shape: Text, default: Required, example: r#""wiki.corp.example""#,
        doc: "Of which host the pages are, with `:` and the port where browsers see one other than 443. What no rule is for is refused." },
    Setting { path: "forward_auth.rule[].path", shape: Text, default: Value(r#""/""#), example: r#""/staff""#,
        doc: "This page and those below it, by whole segments. The longest path that a page is within decides, whatever the order of the rules; of several rules for one path, one that lets somebody in is enough." },
    Setting { path: "forward_auth.rule[].methods", shape: Texts, default: Derived("every method"), example: r#"["GET", "POST"]"#,
        doc: "The methods of HTTP that the rule is for; with `GET` comes `HEAD`. A method for which there is no rule at the longest path is refused." },
    Setting { path: "forward_auth.rule[].public", shape: Boolean, default: Value("false"), example: "true",
        doc: "Everybody comes in, and nobody is asked who they are: no other criterion goes with it." },
    Setting { path: "forward_auth.rule[].class", shape: Text, default: Value(r#""*""#), example: r#""eng""#,
        doc: "Only people of this user class." },
    Setting { path: "forward_auth.rule[].group", shape: Text, default: Value(r#""*""#), example: r#""staff/editors""#,
        doc: "Only members of this group, by its domain and name." },
    Setting { path: "forward_auth.rule[].when", shape: Text, default: None, example: r#"'!("staff/interns" in groups)'"#,
        doc: "Only people for whom this CEL expression is true (see docs/expressions.md): over `name`, `email`, `display_name`, `domain`, `groups` and `user.attributes.…`. Where it fails for somebody, it does not let them in." },
    Setting { path: "forward_auth.rule[].basic", shape: Boolean, default: Value("false"), example: "true",
        doc: "Programs may send a name and a password with each request (HTTP Basic). Browsers are sent to the login all the same." },
    Setting { path: "forward_auth.rule[].enabled", shape: Boolean, default: Value("true"), example: "false",
        doc: "A rule that is switched off is checked, and then as if it were not there." },
    Setting { path: "forward_auth.rule[].description", shape: Text, default: None, example: r#""the wiki of the staff""#,
        doc: "For whoever reads the file." },
];
