//! CEL in the configuration: compiled once, with a caret under what is wrong.

use super::mention::Told;
use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::section::Text;
use entryway_cel::{
    CompileError, CompiledExpression, Mention, compile_condition, compile_expression,
    compile_template,
};
use entryway_login::{Condition, Template};
use std::ops::Range;
use std::sync::Arc;

pub(in crate::resolve) fn condition(
    written: Text<'_>,
    key: &str,
    cx: &Context<'_>,
) -> Option<(Arc<dyn Condition>, Vec<Told>)> {
    match compile_condition(written.text) {
        Ok(condition) => {
            let told = told(written, condition.mentions(), cx);
            Some((Arc::new(condition), told))
        }
        Err(error) => {
            refused(written, key, error, cx);
            None
        }
    }
}

pub(in crate::resolve) fn template(
    written: Text<'_>,
    key: &str,
    told_all: &mut Vec<Told>,
    cx: &Context<'_>,
) -> Option<Arc<dyn Template>> {
    match compile_template(written.text) {
        Ok(template) => {
            told_all.extend(told(written, template.mentions(), cx));
            Some(Arc::new(template))
        }
        Err(error) => {
            refused(written, key, error, cx);
            None
        }
    }
}

/// Any value that an expression gives.
pub(in crate::resolve) fn value(
    written: Text<'_>,
    key: &str,
    cx: &Context<'_>,
) -> Option<(CompiledExpression, Vec<Told>)> {
    match compile_expression(written.text) {
        Ok(expression) => {
            let told = told(written, expression.mentions(), cx);
            Some((expression, told))
        }
        Err(error) => {
            refused(written, key, error, cx);
            None
        }
    }
}

fn told(written: Text<'_>, mentions: &[Mention], cx: &Context<'_>) -> Vec<Told> {
    let told = |mention: &Mention| Told {
        of: mention.of,
        name: mention.name.clone(),
        place: place(written, &mention.span, cx),
    };
    mentions.iter().map(told).collect()
}

/// Bytes of an expression, where it is written.
fn place(written: Text<'_>, span: &Range<usize>, cx: &Context<'_>) -> Place {
    let first = cx.texts.inside(written.place, span.start);
    let last = span.end.saturating_sub(1).max(span.start);
    let last = cx.texts.inside(written.place, last);
    Place {
        end: last.end.max(first.end),
        ..first
    }
}

fn refused(written: Text<'_>, key: &str, error: CompileError, cx: &Context<'_>) {
    let CompileError {
        message,
        span,
        hint,
    } = error;
    let place = place(written, &span, cx);
    cx.push(
        Diagnostic::new(
            Code::NotExpression,
            format!("`{key}` is not a usable expression"),
        )
        .at(place, message)
        .maybe_hint(hint),
    );
}
