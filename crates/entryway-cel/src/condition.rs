//! A condition: an expression that is true or false of a person.

use crate::CompileError;
use crate::compile::{Compiled, compile};
use crate::eval::evaluate;
use crate::types::Type;
use crate::value::Value;
use entryway_login::{Condition, Facts, Needs, RuleFailed};

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
    /// The custom attributes (`user.attributes.…`) that it names. Only the configuration knows which there are: one
    /// that no map fills is always empty.
    pub fn custom_attributes(&self) -> impl Iterator<Item = &str> {
        self.compiled.custom.iter().map(|name| &**name)
    }
}

impl Condition for CompiledCondition {
    fn holds(&self, facts: &Facts<'_>) -> Result<bool, RuleFailed> {
        let truth = |value: Value<'_>| match value {
            Value::Bool(value) => Ok(value),
            _ => Err("is not true or false".into()),
        };
        evaluate(&self.compiled.root, facts, truth).map_err(|failure| failure.of(&self.text))
    }
    fn needs(&self) -> &Needs {
        &self.compiled.needs
    }
}

#[cfg(test)]
mod tests;
