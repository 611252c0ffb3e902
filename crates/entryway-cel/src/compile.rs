//! From the parsed tree to the typed one: names are known, types fit, and everything has its price.

mod calls;
mod folds;
mod functions;
mod literals;
mod operators;
mod variables;

use crate::node::{Kind, Node};
use crate::syntax::{self, Syntax};
use crate::types::Type;
use crate::{CompileError, MAX_PRICE, Mention};
use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use entryway_login::Needs;
use std::ops::Range;

/// One compiled expression.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub(crate) root: Node,
    pub(crate) of: Type,
    pub(crate) price: u32,
    pub(crate) needs: Needs,
    /// What it names that only the configuration knows.
    pub(crate) mentions: Vec<Mention>,
}

/// Compiles one expression.
pub(crate) fn compile(text: &str) -> Result<Compiled, CompileError> {
    let syntax = syntax::parse(text)?;
    let mut compiler = Compiler {
        text,
        syntax: &syntax,
        needs: Needs::default(),
        mentions: Vec::new(),
        each: None,
    };
    let typed = compiler.expression(&syntax.root)?;
    Ok(Compiled {
        root: typed.node,
        of: typed.of,
        price: affordable(typed.price, 0..text.len())?,
        needs: compiler.needs,
        mentions: compiler.mentions,
    })
}

/// The price, if it is not too high.
pub(crate) fn affordable(price: u64, span: Range<usize>) -> Result<u32, CompileError> {
    match u32::try_from(price) {
        Ok(price) if price <= MAX_PRICE => Ok(price),
        _ => Err(CompileError::new(
            format!("expected a price of at most {MAX_PRICE}, found {price}"),
            span,
        )
        .hint(Some("look for a value in a list outside of `exists`"))),
    }
}

/// A node with what is known of it.
struct Typed {
    node: Node,
    of: Type,
    /// How many nodes are evaluated when every list is as long as it may be.
    price: u64,
    /// How long a list it is at most; zero for what is not a list.
    most: u64,
    /// Whether it is the name of a group, or a list of them: in lower case, with a domain.
    group: bool,
}

struct Compiler<'t> {
    text: &'t str,
    syntax: &'t Syntax,
    needs: Needs,
    mentions: Vec<Mention>,
    /// The variable of the comprehension that is being compiled, with its type and its list.
    each: Option<Each>,
}

struct Each {
    name: String,
    of: Type,
    /// Whether its values are names of groups, which are in lower case.
    group: bool,
}

impl Compiler<'_> {
    fn expression(&mut self, node: &IdedExpr) -> Result<Typed, CompileError> {
        match &node.expr {
            Expr::Literal(literal) => self.literal(node, literal),
            Expr::Ident(_) | Expr::Select(_) => self.reference(node),
            Expr::List(list) => self.list(node, &list.elements),
            Expr::Call(call) if syntax::is_operator(&call.func_name) => {
                self.operator(node, &call.func_name, &call.args)
            }
            Expr::Call(call) => self.call(node, call),
            Expr::Map(_) | Expr::Struct(_) => {
                Err(self.refuse(node, "expected a value, found `{`: rules have no maps"))
            }
            Expr::Comprehension(_) | Expr::Unspecified => {
                Err(self.refuse(node, "expected an expression, found none"))
            }
        }
    }

    fn literal(&self, node: &IdedExpr, literal: &LiteralValue) -> Result<Typed, CompileError> {
        let written = self.written(node);
        let found = match literal {
            LiteralValue::Boolean(value) => {
                return Ok(self.typed(node, Type::Bool, 1, Kind::Bool(*value.inner())));
            }
            LiteralValue::Int(value) => {
                return Ok(self.typed(node, Type::Int, 1, Kind::Int(*value.inner())));
            }
            LiteralValue::String(value) => {
                let kind = Kind::Text(value.inner().into());
                return Ok(self.typed(node, Type::Text, 1, kind));
            }
            LiteralValue::Double(_) => "a fraction",
            LiteralValue::UInt(_) => "a number with `u`",
            LiteralValue::Bytes(_) => "bytes",
            LiteralValue::Null => "`null`",
        };
        let message = format!("expected a text or a whole number, found {found}");
        let hint = match literal {
            LiteralValue::Null => Some("`has(…)` asks whether something is set".to_owned()),
            LiteralValue::UInt(_) => {
                Some(format!("write `{}`", written.trim_end_matches(['u', 'U'])))
            }
            _ => None,
        };
        Err(self.refuse(node, message).hint(hint))
    }

    fn list(&mut self, node: &IdedExpr, elements: &[IdedExpr]) -> Result<Typed, CompileError> {
        let mut of = None;
        let mut price = 1u64;
        let mut nodes = Vec::with_capacity(elements.len());
        let mut group = true;
        for element in elements {
            let typed = match of {
                None => self.expression(element)?,
                Some(of) => self.expect(element, of)?,
            };
            if typed.of.list().is_none() {
                let message = format!("expected a text or a number in a list, found {}", typed.of);
                return Err(self.refuse(element, message));
            }
            of = Some(typed.of);
            group &= typed.group;
            price = price.saturating_add(typed.price);
            nodes.push(typed.node);
        }
        let Some(list) = of.and_then(Type::list) else {
            return Err(self.refuse(
                node,
                "expected a list of texts or numbers, found an empty one",
            ));
        };
        let most = nodes.len() as u64;
        let mut typed = self.typed(node, list, price, Kind::List(nodes));
        typed.most = most;
        typed.group = group;
        Ok(typed)
    }

    /// Compiles an expression of which the type is known.
    fn expect(&mut self, node: &IdedExpr, of: Type) -> Result<Typed, CompileError> {
        let typed = self.expression(node)?;
        if typed.of == of {
            return Ok(typed);
        }
        let hint = self.instead(node, typed.of, of);
        let message = format!("expected {of}, found {}", typed.of);
        Err(self.refuse(node, message).hint(hint))
    }

    /// What somebody meant who wrote one type where another is expected.
    fn instead(&self, node: &IdedExpr, found: Type, expected: Type) -> Option<String> {
        let written = self.written(node);
        match (found, expected) {
            (Type::Texts | Type::Ints, Type::Bool) => Some(format!("`size({written}) > 0`")),
            (found, expected) if found.element() == Some(expected) => {
                Some(format!("`{written}.exists(v, …)` asks each of its values"))
            }
            (Type::Text, Type::Int) => Some(format!("`int({written})`")),
            (Type::Int, Type::Text) => Some(format!("`string({written})`")),
            (Type::Text, Type::Bool) => Some(format!("`has({written})` asks whether it is set")),
            _ => None,
        }
    }

    fn typed(&self, node: &IdedExpr, of: Type, price: u64, kind: Kind) -> Typed {
        Typed {
            node: Node {
                kind,
                span: self.syntax.span(node),
            },
            of,
            price,
            most: 0,
            group: false,
        }
    }

    /// What was written for a node.
    fn written(&self, node: &IdedExpr) -> &str {
        self.text.get(self.syntax.span(node)).unwrap_or_default()
    }

    fn refuse(&self, node: &IdedExpr, message: impl Into<String>) -> CompileError {
        CompileError::new(message, self.syntax.span(node))
    }
}

#[cfg(test)]
mod tests;
