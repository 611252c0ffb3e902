//! Evaluating a typed tree for one person.
//!
//! Types were checked when the tree was made, so what can fail is what depends on the person: something is not
//! set, a number is too large, a value is not text. Failures hold no value of an entry.

mod facts;
mod folds;
mod text;

use crate::node::{Arithmetic, Comparison, Kind, Node};
use crate::value::{List, Value, is_group, same};
use entryway_login::{Facts, RuleFailed};
use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::ops::Range;

/// What one evaluation looks at.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    facts: &'s Facts<'s>,
    /// The value that a comprehension is at.
    each: Option<&'s Value<'s>>,
    /// Bytes of text that may still be searched through or made.
    work: &'s Cell<usize>,
}

/// What failed, and where it is written.
#[derive(Debug)]
pub(crate) struct Failure {
    span: Range<usize>,
    what: Cow<'static, str>,
}

type Evaluated<'s> = Result<Value<'s>, Failure>;

/// Evaluates an expression and hands its value on. `work` is how many bytes of text may still be searched through or
/// made, [`crate::MAX_WORK`] at first.
pub(crate) fn evaluate<T>(
    root: &Node,
    facts: &Facts<'_>,
    work: &Cell<usize>,
    then: impl FnOnce(Value<'_>) -> Result<T, Cow<'static, str>>,
) -> Result<T, Failure> {
    let scope = Scope {
        facts,
        each: None,
        work,
    };
    let value = eval(root, &scope)?;
    then(value).map_err(|what| root.failed(what))
}

impl Failure {
    /// In words, with the part of the expression that failed.
    pub(crate) fn of(self, text: &str) -> RuleFailed {
        const LONGEST: usize = 80;
        let written = text.get(self.span).unwrap_or_default();
        let mut shown = String::new();
        for (at, c) in written.chars().enumerate() {
            match c {
                _ if at == LONGEST => {
                    shown.push('…');
                    break;
                }
                c if c.is_control() => shown.extend(c.escape_default()),
                c => shown.push(c),
            }
        }
        RuleFailed(format!("`{shown}` {}", self.what))
    }
}

impl Node {
    fn failed(&self, what: impl Into<Cow<'static, str>>) -> Failure {
        Failure {
            span: self.span.clone(),
            what: what.into(),
        }
    }
}

impl Scope<'_> {
    /// Takes from what may still be done with text.
    fn spend(&self, node: &Node, bytes: usize) -> Result<(), Failure> {
        match self.work.get().checked_sub(bytes) {
            Some(left) => {
                self.work.set(left);
                Ok(())
            }
            None => Err(node.failed("looks through more text than a rule may")),
        }
    }
}

fn eval<'s>(node: &'s Node, scope: &Scope<'s>) -> Evaluated<'s> {
    Ok(match &node.kind {
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Int(value) => Value::Int(*value),
        Kind::Text(value) => Value::Text(Cow::Borrowed(value)),
        Kind::List(nodes) => {
            let values: Result<_, _> = nodes.iter().map(|node| eval(node, scope)).collect();
            Value::List(List::Values(values?))
        }
        Kind::Variable(variable) => facts::variable(node, variable, scope)?,
        Kind::Each => match scope.each {
            Some(value) => {
                if let Value::Text(Cow::Owned(text)) = value {
                    scope.spend(node, text.len())?;
                }
                value.clone()
            }
            None => return Err(node.ill_typed()),
        },
        Kind::Has(variable) => Value::Bool(facts::is_set(variable, scope.facts)),
        Kind::Not(of) => Value::Bool(!truth(of, scope)?),
        Kind::And(both) => Value::Bool(junction(both, false, scope)?),
        Kind::Or(both) => Value::Bool(junction(both, true, scope)?),
        Kind::If(parts) => {
            let [condition, yes, no] = &**parts;
            match truth(condition, scope)? {
                true => eval(yes, scope)?,
                false => eval(no, scope)?,
            }
        }
        Kind::Compare(how, both) => Value::Bool(compare(node, *how, both, scope)?),
        Kind::In(both) => Value::Bool(is_in(node, both, scope)?),
        Kind::InGroups(both) => Value::Bool(is_in_groups(node, both, scope)?),
        Kind::Arithmetic(how, both) => Value::Int(arithmetic(node, *how, both, scope)?),
        Kind::Negate(of) => match number(of, scope)?.checked_neg() {
            Some(value) => Value::Int(value),
            None => return Err(node.failed("is a number out of range")),
        },
        Kind::Index(both) => {
            let [of, at] = &**both;
            let values = list(of, scope)?;
            let at = usize::try_from(number(at, scope)?).ok();
            match at.and_then(|at| values.get(at)) {
                Some(value) => value,
                None => {
                    let found = values.len();
                    let what = format!("asks for a value that is not there: the list has {found}");
                    return Err(node.failed(what));
                }
            }
        }
        Kind::Size(of) => {
            let size = match eval(of, scope)? {
                Value::List(values) => values.len(),
                Value::Text(text) => {
                    scope.spend(node, text.len())?;
                    text.chars().count()
                }
                Value::Bool(_) | Value::Int(_) => return Err(of.ill_typed()),
            };
            Value::Int(i64::try_from(size).unwrap_or(i64::MAX))
        }
        Kind::Fold(how, parts) => folds::fold(node, *how, parts, scope)?,
        Kind::Map(of, which, made) => folds::map(node, of, which.as_deref(), made, scope)?,
        Kind::Matches(..)
        | Kind::InNetwork(..)
        | Kind::Holds(..)
        | Kind::ToInt(_)
        | Kind::ToText(_)
        | Kind::Rewrite(..)
        | Kind::Concatenate(_)
        | Kind::Substring(..)
        | Kind::Split(_)
        | Kind::Join(_)
        | Kind::Replace(_) => text::function(node, scope)?,
    })
}

impl Node {
    /// What the compiler does not let happen; if it did, the login would be refused.
    fn ill_typed(&self) -> Failure {
        self.failed("is not of the type that was expected")
    }
}

fn truth<'s>(node: &'s Node, scope: &Scope<'s>) -> Result<bool, Failure> {
    match eval(node, scope)? {
        Value::Bool(value) => Ok(value),
        _ => Err(node.ill_typed()),
    }
}

fn number<'s>(node: &'s Node, scope: &Scope<'s>) -> Result<i64, Failure> {
    match eval(node, scope)? {
        Value::Int(value) => Ok(value),
        _ => Err(node.ill_typed()),
    }
}

fn words<'s>(node: &'s Node, scope: &Scope<'s>) -> Result<Cow<'s, str>, Failure> {
    match eval(node, scope)? {
        Value::Text(value) => Ok(value),
        _ => Err(node.ill_typed()),
    }
}

fn list<'s>(node: &'s Node, scope: &Scope<'s>) -> Result<List<'s>, Failure> {
    match eval(node, scope)? {
        Value::List(values) => Ok(values),
        _ => Err(node.ill_typed()),
    }
}

/// `&&` and `||`: either side may decide alone, also when the other fails; the language says so, so that the order
/// of the sides does not matter.
fn junction<'s>(both: &'s [Node; 2], decides: bool, scope: &Scope<'s>) -> Result<bool, Failure> {
    let [left, right] = both;
    let first = truth(left, scope);
    if matches!(first, Ok(value) if value == decides) {
        return Ok(decides);
    }
    match (first, truth(right, scope)) {
        (_, Ok(value)) if value == decides => Ok(decides),
        (Err(failure), _) => Err(failure),
        (Ok(_), second) => second,
    }
}

fn compare<'s>(
    node: &Node,
    how: Comparison,
    both: &'s [Node; 2],
    scope: &Scope<'s>,
) -> Result<bool, Failure> {
    let [left, right] = both;
    let order = match (eval(left, scope)?, eval(right, scope)?) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(&right),
        (Value::Int(left), Value::Int(right)) => left.cmp(&right),
        (Value::Text(left), Value::Text(right)) => {
            scope.spend(node, left.len().min(right.len()))?;
            left.cmp(&right)
        }
        _ => return Err(node.ill_typed()),
    };
    Ok(match how {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::AtMost => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::AtLeast => order != Ordering::Less,
    })
}

fn is_in<'s>(node: &Node, both: &'s [Node; 2], scope: &Scope<'s>) -> Result<bool, Failure> {
    let [value, of] = both;
    let value = eval(value, scope)?;
    for other in list(of, scope)?.into_values() {
        let same = match (&value, &other) {
            (Value::Int(value), Value::Int(other)) => value == other,
            (Value::Text(value), Value::Text(other)) => {
                if value.len() == other.len() {
                    scope.spend(node, value.len())?;
                }
                value == other
            }
            _ => return Err(node.ill_typed()),
        };
        if same {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Without case, whether the list is the person's groups or some of them.
fn is_in_groups<'s>(node: &Node, both: &'s [Node; 2], scope: &Scope<'s>) -> Result<bool, Failure> {
    let [value, of] = both;
    let name = words(value, scope)?;
    match list(of, scope)? {
        List::Groups(groups) => {
            scope.spend(node, name.len())?;
            Ok(groups.iter().any(|group| is_group(group, &name)))
        }
        List::Values(values) => {
            for other in values {
                let Value::Text(other) = other else {
                    return Err(node.ill_typed());
                };
                if same(&other, &name) {
                    return Ok(true);
                }
                scope.spend(node, name.len().min(other.len()))?;
            }
            Ok(false)
        }
    }
}

fn arithmetic<'s>(
    node: &Node,
    how: Arithmetic,
    both: &'s [Node; 2],
    scope: &Scope<'s>,
) -> Result<i64, Failure> {
    let [left, right] = both;
    let (left, right) = (number(left, scope)?, number(right, scope)?);
    let made = match how {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide | Arithmetic::Remainder if right == 0 => {
            return Err(node.failed("divides by zero"));
        }
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Remainder => left.checked_rem(right),
    };
    made.ok_or_else(|| node.failed("is a number out of range"))
}

#[cfg(test)]
mod tests;
