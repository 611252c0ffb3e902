//! An expression that gives a value: a text, a number, true or false, or a list.

use crate::compile::{Compiled, compile};
use crate::eval::evaluate;
use crate::types::Type;
use crate::value::Value;
use crate::{CompileError, MAX_WORK, Mention};
use entryway_login::{Facts, Needs, RuleFailed};
use std::borrow::Cow;
use std::cell::Cell;

/// A compiled expression, such as `groups.filter(g, g.startsWith("staff/app-"))`.
#[derive(Debug, Clone)]
pub struct CompiledExpression {
    text: Box<str>,
    compiled: Compiled,
}

/// What an expression gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// True or false.
    Truth(bool),
    /// A whole number.
    Number(i64),
    /// A text, perhaps empty.
    Text(String),
    /// A list of numbers, perhaps empty.
    Numbers(Vec<i64>),
    /// A list of texts, perhaps empty.
    Texts(Vec<String>),
}

/// Compiles an expression, of whatever type. Names, types, patterns, networks and the price are checked now; what
/// depends on the person fails the rule when it is evaluated.
pub fn compile_expression(text: &str) -> Result<CompiledExpression, CompileError> {
    Ok(CompiledExpression {
        text: text.into(),
        compiled: compile(text)?,
    })
}

impl CompiledExpression {
    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// What must be fetched for it.
    pub fn needs(&self) -> &Needs {
        &self.compiled.needs
    }
    /// What it names that only the configuration knows, or that not everybody who evaluates it does.
    pub fn mentions(&self) -> &[Mention] {
        &self.compiled.mentions
    }
    /// Evaluates it for a person.
    pub fn value(&self, facts: &Facts<'_>) -> Result<Outcome, RuleFailed> {
        let of = self.compiled.of;
        evaluate(&self.compiled.root, facts, &Cell::new(MAX_WORK), |value| {
            outcome(value, of)
        })
        .map_err(|failure| failure.of(&self.text))
    }
}

/// The value on its own, without what it was borrowed from.
fn outcome(value: Value<'_>, of: Type) -> Result<Outcome, Cow<'static, str>> {
    let mut left = MAX_WORK;
    let mut text = |text: Cow<'_, str>| {
        left = left
            .checked_sub(text.len())
            .ok_or("makes more text than a rule may")?;
        Ok::<_, Cow<'static, str>>(text.into_owned())
    };
    let other = || "is not of its own type".into();
    Ok(match value {
        Value::Bool(truth) => Outcome::Truth(truth),
        Value::Int(number) => Outcome::Number(number),
        Value::Text(one) => Outcome::Text(text(one)?),
        Value::List(values) if of == Type::Ints => {
            let number = |value| match value {
                Value::Int(number) => Ok(number),
                _ => Err(other()),
            };
            Outcome::Numbers(values.into_values().map(number).collect::<Result<_, _>>()?)
        }
        Value::List(values) => {
            let mut one = |value| match value {
                Value::Text(one) => text(one),
                _ => Err(other()),
            };
            Outcome::Texts(
                values
                    .into_values()
                    .map(&mut one)
                    .collect::<Result<_, _>>()?,
            )
        }
    })
}

#[cfg(test)]
mod tests;
