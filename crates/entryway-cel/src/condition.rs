//! A condition: an expression that is true or false of a person.

use crate::compile::{Compiled, compile};
use crate::eval::evaluate;
use crate::types::Type;
use crate::value::Value;
use crate::{CompileError, MAX_WORK, Mention};
use entryway_login::{Condition, Facts, Needs, RuleFailed};
use std::cell::Cell;

/// A compiled condition, such as `"12" in entry.departmentnumber`.
#[derive(Debug, Clone)]
pub struct CompiledCondition {
    text: Box<str>,
    compiled: Compiled,
}

/// Compiles a condition. Names, types, patterns, networks and the price are checked now; what depends on the person
/// fails the rule when it is evaluated.
pub fn compile_condition(text: &str) -> Result<CompiledCondition, CompileError> {
    let compiled = compile(text)?;
    if compiled.of != Type::Bool {
        let of = compiled.of;
        let written = text.trim();
        let message = format!("expected true or false, found {of}");
        let hint = of
            .element()
            .map(|_| format!("`size({written}) > 0` asks whether it has values"));
        return Err(CompileError::new(message, 0..text.len()).hint(hint));
    }
    Ok(CompiledCondition {
        text: text.into(),
        compiled,
    })
}

impl CompiledCondition {
    /// About how many parts are evaluated when every list is as long as it may be.
    pub fn price(&self) -> u32 {
        self.compiled.price
    }
    /// What it names that only the configuration knows: domains, the domains of groups, custom attributes. A custom
    /// attribute that nothing fills is always empty, and no person is of a domain that does not exist.
    pub fn mentions(&self) -> &[Mention] {
        &self.compiled.mentions
    }
}

impl Condition for CompiledCondition {
    fn holds(&self, facts: &Facts<'_>) -> Result<bool, RuleFailed> {
        let truth = |value: Value<'_>| match value {
            Value::Bool(value) => Ok(value),
            _ => Err("is not true or false".into()),
        };
        evaluate(&self.compiled.root, facts, &Cell::new(MAX_WORK), truth)
            .map_err(|failure| failure.of(&self.text))
    }
    fn needs(&self) -> &Needs {
        &self.compiled.needs
    }
}

#[cfg(test)]
mod tests;
