//! A template: a text with expressions between braces.
//!
//! `{{` and `}}` are braces. Where an expression ends is found by its tokens, so that it may hold braces in
//! quotes.

use crate::compile::{Compiled, affordable, compile};
use crate::eval::evaluate;
use crate::lex::{TokenKind, next_token};
use crate::node::{Kind, UserField, Variable};
use crate::types::Type;
use crate::value::{List, Value};
use crate::{CompileError, MAX_BYTES, MAX_WORK, Mention};
use entryway_login::{Facts, Fits, Needs, RuleFailed, Template};
use std::borrow::Cow;
use std::cell::Cell;

/// A compiled template, such as `/srv/{entry.departmentnumber}/{name}`.
#[derive(Debug, Clone)]
pub struct CompiledTemplate {
    parts: Vec<Part>,
    needs: Needs,
    mentions: Vec<Mention>,
    price: u32,
}

#[derive(Debug, Clone)]
enum Part {
    Literal(Box<str>),
    Expression { text: Box<str>, compiled: Compiled },
}

/// Compiles a template. What is wrong with an expression in it is found now, with its bytes in `text`.
pub fn compile_template(text: &str) -> Result<CompiledTemplate, CompileError> {
    if text.len() > MAX_BYTES {
        let found = text.len();
        let message = format!("expected a template of at most {MAX_BYTES} bytes, found {found}");
        return Err(CompileError::new(message, 0..0));
    }
    let mut template = CompiledTemplate {
        parts: Vec::new(),
        needs: Needs::default(),
        mentions: Vec::new(),
        price: 0,
    };
    let mut literal = String::new();
    let mut price = 0u64;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find(['{', '}']).unwrap_or(rest.len());
        literal.push_str(rest.get(..plain).unwrap_or_default());
        at += plain;
        let brace = text.get(at..).unwrap_or_default();
        if brace.starts_with("{{") || brace.starts_with("}}") {
            literal.push_str(brace.get(..1).unwrap_or_default());
            at += 2;
        } else if brace.starts_with('}') {
            let message = "expected `{` before `}`, found none";
            let hint = Some("`}}` stands for one brace");
            return Err(CompileError::new(message, at..at + 1).hint(hint));
        } else if brace.starts_with('{') {
            let end = end_of_expression(text, at)?;
            let inside = text.get(at + 1..end).unwrap_or_default();
            let compiled = part(inside).map_err(|error| error.moved(at + 1))?;
            price += u64::from(compiled.price);
            template.include(&compiled.needs);
            let mentions = compiled.mentions.iter().cloned();
            let mentions = mentions.map(|mention| mention.moved(at + 1));
            template.mentions.extend(mentions);
            if !literal.is_empty() {
                let literal = std::mem::take(&mut literal);
                template.parts.push(Part::Literal(literal.into()));
            }
            template.parts.push(Part::Expression {
                text: inside.into(),
                compiled,
            });
            at = end + 1;
        }
    }
    if !literal.is_empty() {
        template.parts.push(Part::Literal(literal.into()));
    }
    template.price = affordable(price, 0..text.len())?;
    Ok(template)
}

fn part(inside: &str) -> Result<Compiled, CompileError> {
    let compiled = compile(inside)?;
    if compiled.of == Type::Bool {
        let message = "expected a text or a number, found true or false";
        let hint = format!("`{} ? \"one\" : \"other\"` chooses", inside.trim());
        return Err(CompileError::new(message, 0..inside.len()).hint(Some(hint)));
    }
    Ok(compiled)
}

/// Where the `}` is that closes the `{` at `open`.
fn end_of_expression(text: &str, open: usize) -> Result<usize, CompileError> {
    let mut depth = 0usize;
    let mut at = open + 1;
    while let Some(token) = next_token(text, at)? {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close if depth > 0 => depth -= 1,
            TokenKind::Close if text.get(token.span.clone()) == Some("}") => {
                return Ok(token.span.start);
            }
            _ => {}
        }
        at = token.span.end;
    }
    let message = "expected `}` at the end of the expression, found none";
    Err(CompileError::new(message, open..open + 1).hint(Some("`{{` stands for one brace")))
}

impl CompiledTemplate {
    /// About how many parts are evaluated when every list is as long as it may be.
    pub fn price(&self) -> u32 {
        self.price
    }
    /// Whether it holds no expression: the same text for everybody.
    pub fn is_constant(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.all(|part| matches!(part, Part::Literal(_)))
    }
    /// What it names that only the configuration knows, maybe more than once.
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }
    fn include(&mut self, needs: &Needs) {
        self.needs.groups |= needs.groups;
        for attribute in &needs.attributes {
            if !self.needs.attributes.contains(attribute) {
                self.needs.attributes.push(attribute.clone());
            }
        }
    }
}

impl Template for CompiledTemplate {
    fn render_with(&self, facts: &Facts<'_>, fits: Fits<'_>) -> Result<String, RuleFailed> {
        let mut rendered = String::new();
        let work = Cell::new(MAX_WORK);
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                Part::Literal(literal) => rendered.push_str(literal),
                Part::Expression { text, compiled } => {
                    let fits: Fits<'_> = match &compiled.root.kind {
                        Kind::Variable(Variable::User(UserField::Home)) if at == 0 => &|_| Ok(()),
                        _ => fits,
                    };
                    evaluate(&compiled.root, facts, &work, |value| {
                        write(&mut rendered, value, fits)
                    })
                    .map_err(|failure| failure.of(text))?;
                }
            }
        }
        Ok(rendered)
    }
    fn needs(&self) -> &Needs {
        &self.needs
    }
}

/// Appends exactly one value.
fn write(rendered: &mut String, value: Value<'_>, fits: Fits<'_>) -> Result<(), Cow<'static, str>> {
    let one = match value {
        Value::List(values) if values.len() == 1 => values.get(0),
        Value::List(List::Values(values)) if values.is_empty() => {
            return Err("has no value, expected exactly one".into());
        }
        Value::List(values) => {
            return Err(format!("has {} values, expected exactly one", values.len()).into());
        }
        value => Some(value),
    };
    match one {
        Some(Value::Int(number)) => rendered.push_str(&number.to_string()),
        // `/srv/{entry.site}` would be the folder of every site.
        Some(Value::Text(text)) if text.is_empty() => return Err("is an empty text".into()),
        Some(Value::Text(text)) if text.chars().any(char::is_control) => {
            return Err("holds a control character".into());
        }
        Some(Value::Text(text)) if rendered.len() + text.len() > MAX_BYTES => {
            return Err(format!("makes the text longer than {MAX_BYTES} bytes").into());
        }
        Some(Value::Text(text)) => {
            fits(&text)?;
            rendered.push_str(&text);
        }
        Some(Value::Bool(_) | Value::List(_)) | None => {
            return Err("is not one text or number".into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
