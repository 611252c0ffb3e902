//! From text to the tree that `cel` parses, with the place of every part of it.
//!
//! The text is measured first: length and depth are bounded before anything that recurses sees it.

use crate::lex::{Token, TokenKind, next_token};
use crate::{CompileError, MAX_BRACKETS, MAX_BYTES, MAX_DEPTH};
use cel::common::ast::{Expr, IdedExpr, SourceInfo};
use cel::{Env, ParseError};
use std::ops::Range;

/// A parsed text.
pub(crate) struct Syntax {
    pub(crate) root: IdedExpr,
    tokens: Vec<Token>,
    offsets: SourceInfo,
}

/// Parses one expression. Macros stay the calls they are written as.
pub(crate) fn parse(text: &str) -> Result<Syntax, CompileError> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "expected an expression of at most {MAX_BYTES} bytes, found {}",
            text.len()
        );
        return Err(CompileError::new(message, 0..0));
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(token) = next_token(text, at)? {
        at = token.span.end;
        tokens.push(token);
    }
    if tokens.is_empty() {
        return Err(CompileError::new(
            "expected an expression, found none",
            0..text.len(),
        ));
    }
    measure(text, &tokens)?;
    let parser = Env::default().parser().enable_optional_syntax(false);
    match parser.parse_with_source_info(text) {
        Ok((root, offsets)) => Ok(Syntax {
            root,
            tokens,
            offsets,
        }),
        Err(errors) => {
            // Behind a mistake in the grammar come complaints about the tree that it left.
            let grammar = |error: &&ParseError| error.msg.starts_with("Syntax error");
            let errors = &errors.errors;
            let first = errors.iter().find(grammar).or(errors.first());
            let place = first.map(|error| error.pos);
            Err(not_cel(text, &tokens, place.unwrap_or_default()))
        }
    }
}

/// Bounds the depth of every tree that the tokens can make, and the stack that the parser takes: it goes through all
/// of its grammar for each bracket.
///
/// A sign adds one level at most and a `?` two; `,` and `:` begin a new part, and so do `&&` and `||`, whose chains
/// the parser balances.
fn measure(text: &str, tokens: &[Token]) -> Result<(), CompileError> {
    let mut outer = Vec::new();
    let (mut nested, mut chain) = (0usize, 0usize);
    for token in tokens {
        let written = text.get(token.span.clone()).unwrap_or_default();
        match token.kind {
            TokenKind::Open => {
                outer.push((nested, chain));
                nested += chain + 1;
                chain = 0;
            }
            TokenKind::Close => match outer.pop() {
                // What stands before a bracket goes on behind it: `a(b)(c)[d].e`.
                Some((before, so_far)) => (nested, chain) = (before, so_far + 1),
                None => {
                    let message = format!("expected an operator, found `{written}`");
                    return Err(CompileError::new(message, token.span.clone()));
                }
            },
            TokenKind::Sign => match written {
                "&&" | "||" | "," | ":" => chain = 0,
                "?" => {
                    nested += 2;
                    chain = 0;
                }
                _ => chain += 1,
            },
            TokenKind::Word if written == "in" => chain += 1,
            TokenKind::Word | TokenKind::Number | TokenKind::Text => {}
        }
        let too_deep = if outer.len() > MAX_BRACKETS {
            Some((MAX_BRACKETS, "brackets inside of each other"))
        } else if nested + chain > MAX_DEPTH {
            Some((MAX_DEPTH, "operators in a row"))
        } else {
            None
        };
        if let Some((most, of)) = too_deep {
            let message = format!("expected at most {most} {of}, found more");
            return Err(CompileError::new(message, token.span.clone())
                .hint(Some("write several shorter rules")));
        }
    }
    Ok(())
}

/// Says what the parser could not go on with, in words of ours: its own name token classes.
fn not_cel(text: &str, tokens: &[Token], (line, column): (isize, isize)) -> CompileError {
    let at = byte_of(text, line, column);
    let next = tokens.partition_point(|token| token.span.end <= at);
    let before = next.checked_sub(1).and_then(|last| tokens.get(last));
    let expected = match before.map(|token| token.kind) {
        Some(TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Close) => {
            "an operator"
        }
        _ => "a value",
    };
    let Some(token) = tokens.get(next) else {
        let message = format!("expected {expected}, found the end");
        let end = before.map_or(0..text.len(), |token| token.span.clone());
        return CompileError::new(message, end);
    };
    let written = text.get(token.span.clone()).unwrap_or_default();
    let message = match token.kind {
        TokenKind::Text if expected == "a value" => {
            "this text holds an escape that CEL does not know".to_owned()
        }
        TokenKind::Number if expected == "a value" => {
            format!("expected a whole number, found `{written}`")
        }
        TokenKind::Text => format!("expected {expected}, found a text"),
        _ => format!("expected {expected}, found `{written}`"),
    };
    let hint = match (token.kind, written) {
        (TokenKind::Text, _) if expected == "a value" => Some("a backslash itself is `\\\\`"),
        (TokenKind::Word, "and") => Some("`&&` is and"),
        (TokenKind::Word, "or") => Some("`||` is or"),
        (TokenKind::Word, "not") => Some("`!` is not"),
        _ => None,
    };
    CompileError::new(message, token.span.clone()).hint(hint)
}

/// The parser's line and column, in characters from one, as a byte of the text.
fn byte_of(text: &str, line: isize, column: isize) -> usize {
    let lines = usize::try_from(line - 1).unwrap_or(0);
    let begin: usize = text.split_inclusive('\n').take(lines).map(str::len).sum();
    let rest = text.get(begin..).unwrap_or_default();
    let characters = usize::try_from(column - 1).unwrap_or(0);
    let within = rest.char_indices().nth(characters);
    begin + within.map_or(rest.len(), |(at, _)| at)
}

impl Syntax {
    /// The bytes of the text that an expression was written as, brackets around it apart.
    pub(crate) fn span(&self, node: &IdedExpr) -> Range<usize> {
        let own = self.own(node);
        match &node.expr {
            Expr::Select(select) => self.balanced(hull(
                self.span(&select.operand),
                self.token(own.end).unwrap_or(own),
            )),
            Expr::Call(call) => {
                let parts = call.target.iter().map(|target| self.span(target));
                let parts = parts.chain(call.args.iter().map(|arg| self.span(arg)));
                let whole = parts.fold(hull(own, self.name(node)), hull);
                self.balanced(whole)
            }
            _ => self.balanced(own),
        }
    }
    /// The bytes of the name in a call or of the field in a selection.
    pub(crate) fn name(&self, node: &IdedExpr) -> Range<usize> {
        let own = self.own(node);
        let name = match &node.expr {
            Expr::Select(_) => self.token(own.end),
            Expr::Call(call) if !is_operator(&call.func_name) => {
                let before = self.index(own.start).checked_sub(1);
                let before = before.and_then(|before| self.tokens.get(before));
                before.map(|token| token.span.clone())
            }
            _ => None,
        };
        name.unwrap_or(own)
    }
    /// The token that the parser calls a node's own: a name, a literal, the `.`, the `(`, the operator. A number takes
    /// its sign with it.
    fn own(&self, node: &IdedExpr) -> Range<usize> {
        let (first, last) = self.offsets.offset_for(node.id).unwrap_or_default();
        let token = |at: u32| usize::try_from(at).ok().and_then(|at| self.token(at));
        match (token(first), token(last)) {
            (Some(first), Some(last)) => hull(first, last),
            (Some(token), None) | (None, Some(token)) => token,
            (None, None) => 0..0,
        }
    }
    /// The first token that ends behind a byte.
    fn token(&self, at: usize) -> Option<Range<usize>> {
        let token = self.tokens.get(self.index(at));
        token.map(|token| token.span.clone())
    }
    fn index(&self, at: usize) -> usize {
        self.tokens.partition_point(|token| token.span.end <= at)
    }
    /// With the brackets whose other halves it holds.
    fn balanced(&self, span: Range<usize>) -> Range<usize> {
        let (first, end) = (self.index(span.start), self.index(span.end));
        let (mut opened, mut closed) = (0usize, 0usize);
        for token in self.tokens.iter().take(end).skip(first) {
            match token.kind {
                TokenKind::Open => opened += 1,
                TokenKind::Close if opened > 0 => opened -= 1,
                TokenKind::Close => closed += 1,
                _ => {}
            }
        }
        let before = self.tokens.iter().take(first).rev();
        let start = matching(before, TokenKind::Open, closed);
        let behind = matching(self.tokens.iter().skip(end), TokenKind::Close, opened);
        start.map_or(span.start, |token| token.start)..behind.map_or(span.end, |token| token.end)
    }
}

/// The bracket that closes the last of `open` ones, going through `tokens`, in either direction.
fn matching<'t>(
    tokens: impl Iterator<Item = &'t Token>,
    wanted: TokenKind,
    mut open: usize,
) -> Option<Range<usize>> {
    for token in tokens {
        match token.kind {
            _ if open == 0 => return None,
            kind if kind == wanted => open -= 1,
            TokenKind::Open | TokenKind::Close => open += 1,
            _ => {}
        }
        if open == 0 {
            return Some(token.span.clone());
        }
    }
    None
}

fn hull(one: Range<usize>, other: Range<usize>) -> Range<usize> {
    one.start.min(other.start)..one.end.max(other.end)
}

/// Operators are calls whose names nobody can write.
pub(crate) fn is_operator(name: &str) -> bool {
    name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

#[cfg(test)]
mod tests;
