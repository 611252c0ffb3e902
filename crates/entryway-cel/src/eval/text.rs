//! What is asked of texts and made of them. Each pays for the bytes that it looks through or makes.

use super::{Evaluated, Failure, Scope, list, number, words};
use crate::node::{Kind, Node, Place, Rewrite};
use crate::value::{List, Value};
use crate::{MAX_MATCHED, MAX_VALUES};
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) fn function<'s>(node: &'s Node, scope: &Scope<'s>) -> Evaluated<'s> {
    match &node.kind {
        Kind::Matches(text, pattern) => {
            let text = words(text, scope)?;
            if text.len() > MAX_MATCHED {
                let what = format!("looks through a text of more than {MAX_MATCHED} bytes");
                return Err(node.failed(what));
            }
            scope.spend(node, pattern.work(text.len()))?;
            Ok(Value::Bool(pattern.is_match(&text)))
        }
        Kind::InNetwork(address, network) => match words(address, scope)?.parse::<IpAddr>() {
            Ok(address) => Ok(Value::Bool(network.holds(address))),
            Err(_) => Err(address.failed("is not an address")),
        },
        Kind::Holds(place, both) => {
            let [text, part] = &**both;
            let (text, part) = (words(text, scope)?, words(part, scope)?);
            scope.spend(node, text.len())?;
            Ok(Value::Bool(match place {
                Place::Start => text.starts_with(&*part),
                Place::End => text.ends_with(&*part),
                Place::Anywhere => text.contains(&*part),
            }))
        }
        Kind::ToInt(of) => match super::eval(of, scope)? {
            Value::Text(text) => match text.parse() {
                Ok(number) => Ok(Value::Int(number)),
                Err(_) => Err(node.failed("is not given a number")),
            },
            value => Ok(value),
        },
        Kind::ToText(of) => match super::eval(of, scope)? {
            Value::Int(number) => Ok(Value::Text(Cow::Owned(number.to_string()))),
            value => Ok(value),
        },
        Kind::Rewrite(how, of) => {
            let text = words(of, scope)?;
            scope.spend(node, text.len())?;
            Ok(Value::Text(match how {
                Rewrite::Lower => Cow::Owned(text.to_ascii_lowercase()),
                Rewrite::Upper => Cow::Owned(text.to_ascii_uppercase()),
                Rewrite::Trim => match text {
                    Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
                    Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
                },
            }))
        }
        Kind::Concatenate(both) => {
            let [left, right] = &**both;
            let (left, right) = (words(left, scope)?, words(right, scope)?);
            scope.spend(node, left.len() + right.len())?;
            Ok(Value::Text(left + right))
        }
        Kind::Substring(of, from, to) => {
            let text = words(of, scope)?;
            scope.spend(node, text.len())?;
            let from = number(from, scope)?;
            let to = to.as_deref().map(|to| number(to, scope)).transpose()?;
            let Some(part) = substring(&text, from, to) else {
                return Err(node.failed("asks for characters that are not there"));
            };
            Ok(Value::Text(Cow::Owned(part.to_owned())))
        }
        Kind::Split(both) => split(node, both, scope),
        Kind::Join(both) => {
            let [of, between] = &**both;
            let (values, between) = (list(of, scope)?, words(between, scope)?);
            let mut joined = String::new();
            for (at, value) in values.into_values().enumerate() {
                let Value::Text(text) = value else {
                    return Err(of.ill_typed());
                };
                scope.spend(node, text.len() + between.len())?;
                if at > 0 {
                    joined.push_str(&between);
                }
                joined.push_str(&text);
            }
            Ok(Value::Text(Cow::Owned(joined)))
        }
        Kind::Replace(parts) => {
            let [of, this, that] = &**parts;
            let text = words(of, scope)?;
            replace(
                node,
                &text,
                &words(this, scope)?,
                &words(that, scope)?,
                scope,
            )
        }
        _ => Err(node.ill_typed()),
    }
}

/// Characters `from` up to, not including, `to`.
fn substring(text: &str, from: i64, to: Option<i64>) -> Option<&str> {
    let from = usize::try_from(from).ok()?;
    let byte = |character: usize| {
        let mut starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        starts.nth(character)
    };
    let start = byte(from)?;
    let end = match to {
        Some(to) => byte(usize::try_from(to).ok()?)?,
        None => text.len(),
    };
    text.get(start..end)
}

fn split<'s>(node: &Node, both: &'s [Node; 2], scope: &Scope<'s>) -> Evaluated<'s> {
    let [of, at] = both;
    let (text, at) = (words(of, scope)?, words(at, scope)?);
    scope.spend(node, text.len())?;
    // A borrowed text is cut without copying it.
    let cut = |text: &'s str| -> Vec<Value<'s>> {
        let parts = parts(text, &at).take(MAX_VALUES + 1);
        parts.map(|part| Value::Text(Cow::Borrowed(part))).collect()
    };
    let values = match &text {
        Cow::Borrowed(text) => cut(text),
        Cow::Owned(text) => parts(text, &at)
            .take(MAX_VALUES + 1)
            .map(|part| Value::Text(Cow::Owned(part.to_owned())))
            .collect(),
    };
    if values.len() > MAX_VALUES {
        let what = format!("gives more than the {MAX_VALUES} values that a rule may look at");
        return Err(node.failed(what));
    }
    Ok(Value::List(List::Values(values)))
}

/// The parts of a text between separators; between its characters, when the separator is empty.
fn parts<'t: 'a, 'a>(text: &'t str, at: &'a str) -> Box<dyn Iterator<Item = &'t str> + 'a> {
    if at.is_empty() {
        let ends = text.char_indices().map(|(at, c)| (at, at + c.len_utf8()));
        return Box::new(ends.filter_map(|(start, end)| text.get(start..end)));
    }
    Box::new(text.split(at))
}

fn replace<'s>(
    node: &Node,
    text: &str,
    this: &str,
    that: &str,
    scope: &Scope<'s>,
) -> Result<Value<'s>, Failure> {
    scope.spend(node, text.len())?;
    // Paid for before it is made: a short text can become a long one.
    let found = text.matches(this).count();
    scope.spend(node, found.saturating_mul(that.len()))?;
    Ok(Value::Text(Cow::Owned(text.replace(this, that))))
}
