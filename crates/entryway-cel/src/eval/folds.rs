//! Comprehensions: each value in turn.

use super::{Evaluated, Scope, eval, list, truth};
use crate::node::{Fold, Node};
use crate::value::{List, Value};
use std::borrow::Cow;

pub(super) fn fold<'s>(
    node: &Node,
    how: Fold,
    parts: &'s [Node; 2],
    scope: &Scope<'s>,
) -> Evaluated<'s> {
    let [of, asked] = parts;
    let mut kept = Vec::new();
    let mut found = 0usize;
    let mut failed = None;
    for value in list(of, scope)?.into_values() {
        if let Value::Text(Cow::Owned(text)) = &value {
            scope.spend(node, text.len())?;
        }
        let inner = Scope {
            each: Some(&value),
            ..*scope
        };
        match (how, truth(asked, &inner)) {
            // As with `||` and `&&`, one value that decides does so although another fails.
            (Fold::Exists, Ok(true)) => return Ok(Value::Bool(true)),
            (Fold::All, Ok(false)) => return Ok(Value::Bool(false)),
            (Fold::Exists | Fold::All, Err(failure)) => failed = failed.or(Some(failure)),
            (_, Err(failure)) => return Err(failure),
            (Fold::ExistsOne, Ok(true)) => found += 1,
            (Fold::Filter, Ok(true)) => kept.push(value),
            (_, Ok(_)) => {}
        }
    }
    match (how, failed) {
        (_, Some(failure)) => Err(failure),
        (Fold::Exists, None) => Ok(Value::Bool(false)),
        (Fold::All, None) => Ok(Value::Bool(true)),
        (Fold::ExistsOne, None) => Ok(Value::Bool(found == 1)),
        (Fold::Filter, None) => Ok(Value::List(List::Values(kept))),
    }
}

pub(super) fn map<'s>(
    node: &Node,
    of: &'s Node,
    which: Option<&'s Node>,
    made: &'s Node,
    scope: &Scope<'s>,
) -> Evaluated<'s> {
    let mut values = Vec::new();
    for value in list(of, scope)?.into_values() {
        let inner = Scope {
            each: Some(&value),
            ..*scope
        };
        if which.map_or(Ok(true), |which| truth(which, &inner))? {
            values.push(match eval(made, &inner)? {
                Value::Text(text) => {
                    scope.spend(node, text.len())?;
                    Value::Text(Cow::Owned(text.into_owned()))
                }
                Value::Int(number) => Value::Int(number),
                Value::Bool(_) | Value::List(_) => return Err(made.ill_typed()),
            });
        }
    }
    Ok(Value::List(List::Values(values)))
}
