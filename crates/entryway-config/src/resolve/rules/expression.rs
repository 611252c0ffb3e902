//! CEL in the configuration: compiled once, with a caret under what is wrong.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::section::Text;
use entryway_cel::{CompileError, compile_condition, compile_template};
use entryway_login::{Condition, Template};
use std::sync::Arc;

pub(super) fn condition(
    written: Text<'_>,
    key: &str,
    cx: &Context<'_>,
) -> Option<Arc<dyn Condition>> {
    match compile_condition(written.text) {
        Ok(condition) => Some(Arc::new(condition)),
        Err(error) => {
            refused(written, key, error, cx);
            None
        }
    }
}

pub(super) fn template(
    written: Text<'_>,
    key: &str,
    cx: &Context<'_>,
) -> Option<Arc<dyn Template>> {
    match compile_template(written.text) {
        Ok(template) => Some(Arc::new(template)),
        Err(error) => {
            refused(written, key, error, cx);
            None
        }
    }
}

fn refused(written: Text<'_>, key: &str, error: CompileError, cx: &Context<'_>) {
    let CompileError {
        message,
        span,
        hint,
    } = error;
    let first = cx.texts.inside(written.place, span.start);
    let last = cx
        .texts
        .inside(written.place, span.end.saturating_sub(1).max(span.start));
    let place = crate::place::Place {
        end: last.end.max(first.end),
        ..first
    };
    cx.push(
        Diagnostic::new(
            Code::NotExpression,
            format!("`{key}` is not a usable expression"),
        )
        .at(place, message)
        .maybe_hint(hint),
    );
}
