//! Our evaluation against the interpreter of `cel`: whatever we accept means the same there.

use super::evaluate;
use crate::MAX_WORK;
use crate::compile::compile;
use crate::fixture::Person;
use crate::value::{List, Value};
use cel::{Context, Env, extensions};
use entryway_login::Facts;
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

/// Well-typed expressions, chosen by a tape of bytes; an empty tape chooses the shortest.
struct Writer<'t> {
    tape: std::slice::Iter<'t, u8>,
    /// Whether a comprehension's `v`, a text, is at hand.
    inside: bool,
}

impl Writer<'_> {
    fn choose(&mut self, from: u8) -> u8 {
        self.tape.next().map_or(0, |byte| byte % from)
    }
    fn truth(&mut self, depth: u8) -> String {
        if depth == 0 {
            return ["true", "false", "has(user.home)", "has(user.uid)"][self.choose(4) as usize]
                .to_owned();
        }
        let d = depth - 1;
        match self.choose(11) {
            0 => self.truth(0),
            1 => format!("!{}", self.truth(d)),
            2 => format!("({} && {})", self.truth(d), self.truth(d)),
            3 => format!("({} || {})", self.truth(d), self.truth(d)),
            4 => format!(
                "({} ? {} : {})",
                self.truth(d),
                self.truth(d),
                self.truth(d)
            ),
            5 => format!(
                "({} {} {})",
                self.number(d),
                self.comparison(),
                self.number(d)
            ),
            6 => format!("({} {} {})", self.text(d), self.comparison(), self.text(d)),
            7 => format!("({} in {})", self.text(d), self.list(d)),
            8 => {
                let how = ["startsWith", "endsWith", "contains"][self.choose(3) as usize];
                format!("{}.{how}({})", self.text(d), self.text(d))
            }
            9 => format!(
                "({} in [{}, {}])",
                self.number(d),
                self.number(d),
                self.number(d)
            ),
            _ => {
                let how = ["exists", "all", "exists_one"][self.choose(3) as usize];
                self.comprehension(d, how)
            }
        }
    }
    fn comprehension(&mut self, depth: u8, how: &str) -> String {
        if self.inside {
            return if how == "filter" {
                self.list(0)
            } else {
                self.truth(0)
            };
        }
        let list = self.list(depth);
        self.inside = true;
        let asked = self.truth(depth);
        self.inside = false;
        format!("{list}.{how}(v, {asked})")
    }
    fn comparison(&mut self) -> &'static str {
        ["==", "!=", "<", "<=", ">", ">="][self.choose(6) as usize]
    }
    fn number(&mut self, depth: u8) -> String {
        if depth == 0 {
            let known = [
                "0",
                "1",
                "-2",
                "9223372036854775807",
                "user.uid",
                "user.gid",
            ];
            return known[self.choose(6) as usize].to_owned();
        }
        let d = depth - 1;
        match self.choose(5) {
            0 => self.number(0),
            1 => format!("size({})", self.list(d)),
            2 => format!("{}.size()", self.text(d)),
            3 => format!("-({})", self.number(d)),
            _ => {
                let how = ["+", "-", "*", "/", "%"][self.choose(5) as usize];
                format!("({} {how} {})", self.number(d), self.number(d))
            }
        }
    }
    fn text(&mut self, depth: u8) -> String {
        if depth == 0 {
            let known = [
                "''",
                "'zoë, a'",
                "'staff/on-call'",
                "user.name",
                "user.home",
                "domain",
                "dn",
                "client.address",
            ];
            return match self.choose(9) {
                8 if self.inside => "v".to_owned(),
                at => known[at as usize % 8].to_owned(),
            };
        }
        let d = depth - 1;
        match self.choose(9) {
            0 => self.text(0),
            1 => format!("({} + {})", self.text(d), self.text(d)),
            2 => format!("string({})", self.number(d)),
            3 => format!("{}[{}]", self.list(d), self.number(d)),
            4 => {
                let how = ["lowerAscii", "upperAscii", "trim"][self.choose(3) as usize];
                format!("{}.{how}()", self.text(d))
            }
            5 => format!(
                "{}.substring({}, {})",
                self.text(d),
                self.number(0),
                self.number(0)
            ),
            6 => format!("{}.join({})", self.list(d), self.text(0)),
            7 => format!(
                "{}.replace({}, {})",
                self.text(d),
                self.text(0),
                self.text(0)
            ),
            _ => format!("({} ? {} : {})", self.truth(d), self.text(d), self.text(d)),
        }
    }
    fn list(&mut self, depth: u8) -> String {
        if depth == 0 {
            let known = [
                "groups",
                "entry.mail",
                "entry.departmentnumber",
                "entry.none",
                "entry.description",
                "user.attributes.site",
            ];
            return known[self.choose(6) as usize].to_owned();
        }
        let d = depth - 1;
        match self.choose(5) {
            0 => self.list(0),
            1 => format!("[{}, {}]", self.text(d), self.text(d)),
            2 => format!("{}.split({})", self.text(d), self.text(0)),
            3 => self.comprehension(d, "filter"),
            _ if self.inside => self.list(0),
            _ => {
                let list = self.list(d);
                self.inside = true;
                let made = self.text(d);
                self.inside = false;
                format!("{list}.map(v, {made})")
            }
        }
    }
}

/// The facts as `cel` wants them: all of them, and owned.
fn context(facts: &Facts<'_>, env: &Arc<Env>) -> Context<'static, 'static> {
    let mut context = Context::with_env(Arc::clone(env));
    let names = ["mail", "departmentnumber", "description", "none"];
    let entry: HashMap<&str, Vec<String>> = names
        .into_iter()
        .map(|name| {
            let of = facts.entry.unwrap().attributes.iter();
            let values = of.filter(|attribute| attribute.name.matches(name));
            let values = values.flat_map(|attribute| &attribute.values);
            (
                name,
                values
                    .map(|value| String::from_utf8(value.to_vec()).unwrap())
                    .collect(),
            )
        })
        .collect();
    let site: HashMap<&str, Vec<String>> = HashMap::from([("site", facts.attributes[0].1.clone())]);
    let groups: Vec<String> = facts
        .groups
        .iter()
        .map(|group| format!("{}/{}", group.domain, group.name).to_lowercase())
        .collect();
    let user: HashMap<&str, cel::Value> = HashMap::from([
        ("name", facts.name.into()),
        ("uid", i64::from(facts.uid.unwrap()).into()),
        ("attributes", site.into()),
    ]);
    let client = HashMap::from([("address", facts.client_address.unwrap().to_string())]);
    context.add_variable_from_value("entry", entry);
    context.add_variable_from_value("user", user);
    context.add_variable_from_value("groups", groups);
    context.add_variable_from_value("client", client);
    context.add_variable_from_value("domain", facts.authority.as_str());
    context.add_variable_from_value("dn", facts.entry.unwrap().dn.normalized());
    context
}

fn converted(value: Value<'_>) -> cel::Value {
    match value {
        Value::Bool(value) => value.into(),
        Value::Int(value) => value.into(),
        Value::Text(text) => text.into_owned().into(),
        Value::List(list @ (List::Values(_) | List::Groups(_))) => {
            list.into_values().map(converted).collect::<Vec<_>>().into()
        }
    }
}

/// What both say; `None` for what we do not accept, or do not finish because it is more than a rule may do: the
/// interpreter has no such bounds.
fn both(text: &str) -> Option<(Option<cel::Value>, Option<cel::Value>)> {
    let compiled = compile(text).ok()?;
    let person = Person::jdoe();
    let facts = person.facts();
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings).unwrap();
    let env = Arc::new(env);
    let ours = evaluate(&compiled.root, &facts, &Cell::new(MAX_WORK), |value| {
        Ok(converted(value))
    });
    let theirs = env.compile(text).unwrap().execute(&context(&facts, &env));
    if let Err(failure) = &ours
        && BOUNDS.iter().any(|bound| failure.what.contains(bound))
    {
        return None;
    }
    Some((ours.ok(), theirs.ok()))
}

/// How the bounds are told.
const BOUNDS: [&str; 3] = [
    "looks through more text than a rule may",
    "looks through a text of more than",
    "values that a rule may look at",
];

#[test]
fn what_is_more_than_a_rule_may_do_is_not_compared() {
    assert!(both("dn.replace('', dn).split('').exists(v, true)").is_none());
    assert!(both("dn.split('').exists(v, true)").is_some());
}

#[track_caller]
fn check(text: &str) {
    let (ours, theirs) = both(text).unwrap_or_else(|| panic!("{text} is refused"));
    assert_eq!(ours, theirs, "{text}");
}

#[test]
fn agrees_with_the_interpreter_about_corners() {
    check("-9223372036854775808 / -1 == 1");
    check("-9223372036854775808 % -1 == 0");
    check("-7 % 3");
    check("'ab'.substring(1, 1)");
    check("'ab'.substring(2, 1)");
    check("'ab'.replace('', '-')");
    check("''.split(',')");
    check("'zoë'.split('')");
    check("'a' < 'B' || 'é' > 'z'");
    check("entry.none.all(v, false) && !entry.none.exists(v, true)");
    check("groups.exists_one(v, v.startsWith('staff/'))");
    check("user.gid == 1 || true");
    check("[1, 2, 3].filter(v, v > 1).map(v, v * 2)");
    check("int('12') + int('-3')");
    check("int('x')");
    check("true ? 1 : user.gid");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn agrees_with_the_interpreter(tape in proptest::collection::vec(any::<u8>(), 0..80), depth in 0u8..4) {
        let mut writer = Writer { tape: tape.iter(), inside: false };
        let text = match writer.choose(4) {
            0 => writer.number(depth),
            1 => writer.text(depth),
            2 => writer.list(depth),
            _ => writer.truth(depth),
        };
        let said = both(&text);
        // Few are refused (what costs too much); many would make this test a sham.
        prop_assume!(said.is_some());
        if let Some((ours, theirs)) = said {
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }
}
