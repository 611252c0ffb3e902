//! The grammar of RFC 4515 §3, once for filters and for templates.
//!
//! What differs is what a value may hold: that is asked of [`Values`].

use super::{Filter, FilterError};
use crate::AttributeName;

/// A filter whose values are `V`: bytes, or bytes with placeholders between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree<V> {
    And(Vec<Tree<V>>),
    Or(Vec<Tree<V>>),
    Not(Box<Tree<V>>),
    Item {
        attribute: AttributeName,
        comparison: Comparison,
        value: V,
    },
    /// What stands between the stars, at least two pieces; two empty ones are a presence test.
    Pieces(AttributeName, Vec<V>),
    Extensible {
        attribute: Option<AttributeName>,
        rule: Option<Box<str>>,
        value: V,
        dn_attributes: bool,
    },
}

/// The operators that take one value as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    GreaterOrEqual,
    LessOrEqual,
    Approx,
}

impl Comparison {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::GreaterOrEqual => ">=",
            Self::LessOrEqual => "<=",
            Self::Approx => "~=",
        }
    }
}

impl<V> Tree<V> {
    /// The same tree with other values, or `None` as soon as one has none.
    pub(crate) fn map_values<W>(&self, map: &dyn Fn(&V) -> Option<W>) -> Option<Tree<W>> {
        let list = |parts: &[Self]| {
            parts
                .iter()
                .map(|part| part.map_values(map))
                .collect::<Option<Vec<_>>>()
        };
        Some(match self {
            Self::And(parts) => Tree::And(list(parts)?),
            Self::Or(parts) => Tree::Or(list(parts)?),
            Self::Not(part) => Tree::Not(Box::new(part.map_values(map)?)),
            Self::Item {
                attribute,
                comparison,
                value,
            } => Tree::Item {
                attribute: attribute.clone(),
                comparison: *comparison,
                value: map(value)?,
            },
            Self::Pieces(attribute, pieces) => Tree::Pieces(
                attribute.clone(),
                pieces.iter().map(map).collect::<Option<_>>()?,
            ),
            Self::Extensible {
                attribute,
                rule,
                value,
                dn_attributes,
            } => Tree::Extensible {
                attribute: attribute.clone(),
                rule: rule.clone(),
                value: map(value)?,
                dn_attributes: *dn_attributes,
            },
        })
    }

    /// Shows every attribute and value, in the order of the text, an attribute before its values.
    pub(crate) fn visit<'a>(
        &'a self,
        see: &mut dyn FnMut(Option<&'a AttributeName>, Option<&'a V>),
    ) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.visit(see)),
            Self::Not(part) => part.visit(see),
            Self::Item {
                attribute, value, ..
            } => see(Some(attribute), Some(value)),
            Self::Pieces(attribute, pieces) => {
                see(Some(attribute), None);
                pieces.iter().for_each(|piece| see(None, Some(piece)));
            }
            Self::Extensible {
                attribute, value, ..
            } => see(attribute.as_ref(), Some(value)),
        }
    }
}

/// How a value is built while its text is read.
pub(crate) trait Values {
    type Value: Default;
    type Error: From<FilterError>;
    /// Takes one byte that stands for itself or was escaped.
    fn byte(&mut self, value: &mut Self::Value, byte: u8);
    /// Takes an unescaped `{` or `}`: returns how many bytes of `rest`, which starts with it, were
    /// used, at least one. `rest` starts at `at`.
    fn brace(
        &mut self,
        value: &mut Self::Value,
        rest: &str,
        at: usize,
    ) -> Result<usize, Self::Error>;
    /// What a brace outside a value means, where a filter would have the error `kind`.
    fn brace_outside(&self, at: usize, kind: &'static str) -> Self::Error;
}

/// Plain filters: a brace is a character like any other.
pub(crate) struct LiteralValues;

impl Values for LiteralValues {
    type Value = Vec<u8>;
    type Error = FilterError;
    fn byte(&mut self, value: &mut Vec<u8>, byte: u8) {
        value.push(byte);
    }
    fn brace(&mut self, value: &mut Vec<u8>, rest: &str, _at: usize) -> Result<usize, FilterError> {
        value.extend(rest.bytes().take(1));
        Ok(1)
    }
    fn brace_outside(&self, at: usize, kind: &'static str) -> FilterError {
        FilterError { at, kind }
    }
}

/// One pass over the text, never backwards.
pub(crate) struct Parser<'t, S> {
    text: &'t str,
    at: usize,
    values: S,
    max_depth: usize,
}

impl<'t, S: Values> Parser<'t, S> {
    pub(crate) fn new(text: &'t str, values: S, max_depth: usize) -> Self {
        Self {
            text,
            at: 0,
            values,
            max_depth,
        }
    }

    /// The whole text as one filter.
    pub(crate) fn parse(mut self) -> Result<Tree<S::Value>, S::Error> {
        self.skip_blanks();
        let tree = self.filter(1)?;
        self.skip_blanks();
        if self.at < self.text.len() {
            Err(self.error("text after the last `)`"))
        } else {
            Ok(tree)
        }
    }

    fn filter(&mut self, depth: usize) -> Result<Tree<S::Value>, S::Error> {
        if depth > self.max_depth {
            return Err(self.error("nesting too deep"));
        }
        self.expect(b'(', "expected `(`")?;
        let tree = match self.peek() {
            Some(b'&') => {
                self.at += 1;
                Tree::And(self.list(depth)?)
            }
            Some(b'|') => {
                self.at += 1;
                Tree::Or(self.list(depth)?)
            }
            Some(b'!') => {
                self.at += 1;
                self.skip_blanks();
                let part = self.filter(depth + 1)?;
                self.skip_blanks();
                Tree::Not(Box::new(part))
            }
            _ => self.item()?,
        };
        self.expect(b')', "expected `)`")?;
        Ok(tree)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Tree<S::Value>>, S::Error> {
        let mut parts = Vec::new();
        self.skip_blanks();
        while self.peek() == Some(b'(') {
            parts.push(self.filter(depth + 1)?);
            self.skip_blanks();
        }
        Ok(parts)
    }

    fn item(&mut self) -> Result<Tree<S::Value>, S::Error> {
        let start = self.at;
        let name = self.word()?;
        let comparison = match self.rest().as_bytes() {
            [b':', ..] => return self.extensible(start, name),
            [b'=', ..] => Comparison::Equal,
            [b'>', b'=', ..] => Comparison::GreaterOrEqual,
            [b'<', b'=', ..] => Comparison::LessOrEqual,
            [b'~', b'=', ..] => Comparison::Approx,
            _ => return Err(self.error("expected `=`, `~=`, `<=`, `>=` or `:=`")),
        };
        let attribute = self.attribute(start, name)?;
        self.at += comparison.symbol().len();
        let value = self.value()?;
        if comparison == Comparison::Equal && self.peek() == Some(b'*') {
            return self.pieces(attribute, value);
        }
        Ok(Tree::Item {
            attribute,
            comparison,
            value,
        })
    }

    /// The rest of an equality whose value goes on with a star.
    fn pieces(
        &mut self,
        attribute: AttributeName,
        first: S::Value,
    ) -> Result<Tree<S::Value>, S::Error> {
        let mut pieces = vec![first];
        while self.peek() == Some(b'*') {
            self.at += 1;
            pieces.push(self.value()?);
        }
        Ok(Tree::Pieces(attribute, pieces))
    }

    /// `[attribute][:dn][:rule]:=value`, from the first colon.
    fn extensible(&mut self, start: usize, name: &str) -> Result<Tree<S::Value>, S::Error> {
        let attribute = if name.is_empty() {
            None
        } else {
            Some(self.attribute(start, name)?)
        };
        let (mut dn_attributes, mut rule) = (false, None);
        loop {
            self.expect(b':', "expected `:=`")?;
            if self.peek() == Some(b'=') {
                break;
            }
            let at = self.at;
            let word = self.word()?;
            if word.eq_ignore_ascii_case("dn") && !dn_attributes && rule.is_none() {
                dn_attributes = true;
            } else if rule.is_none() && Filter::is_matching_rule(word) {
                rule = Some(Box::from(word));
            } else {
                return Err(FilterError {
                    at,
                    kind: "expected a matching rule's name or OID, once",
                }
                .into());
            }
        }
        if attribute.is_none() && rule.is_none() {
            return Err(self.error("expected an attribute or a matching rule before `:=`"));
        }
        self.at += 1;
        Ok(Tree::Extensible {
            attribute,
            rule,
            value: self.value()?,
            dn_attributes,
        })
    }

    /// What could be an attribute description, matching rule or `dn`: up to an operator.
    fn word(&mut self) -> Result<&'t str, S::Error> {
        let rest = self.rest();
        let end = rest.find(['=', '~', '<', '>', ':', '(', ')', '*', '\\', '{', '}']);
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
        self.at += word.len();
        match self.peek() {
            Some(b'{' | b'}') => {
                Err(self.error("expected an attribute name or OID, found a brace"))
            }
            _ => Ok(word),
        }
    }

    fn attribute(&self, at: usize, name: &str) -> Result<AttributeName, S::Error> {
        AttributeName::parse(name).map_err(|_| {
            FilterError {
                at,
                kind: "expected an attribute name or OID",
            }
            .into()
        })
    }

    /// A value, up to `)` or a star, which are left.
    fn value(&mut self) -> Result<S::Value, S::Error> {
        let mut value = S::Value::default();
        while let Some(byte) = self.peek() {
            match byte {
                b')' | b'*' => break,
                b'(' => return Err(self.error("a value holds `(`, expected `\\28`")),
                0 => return Err(self.error("a value holds NUL, expected `\\00`")),
                b'\\' => {
                    let byte = self.escape()?;
                    self.values.byte(&mut value, byte);
                }
                b'{' | b'}' => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    self.at += self.values.brace(&mut value, rest, self.at)?;
                }
                _ => {
                    self.values.byte(&mut value, byte);
                    self.at += 1;
                }
            }
        }
        Ok(value)
    }

    fn escape(&mut self) -> Result<u8, S::Error> {
        let digit = |byte: &u8| {
            char::from(*byte)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        let [_, high, low, ..] = self.rest().as_bytes() else {
            return Err(self.error(ESCAPE));
        };
        match (digit(high), digit(low)) {
            (Some(high), Some(low)) => {
                self.at += 3;
                Ok(high << 4 | low)
            }
            _ => Err(self.error(ESCAPE)),
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }
    fn expect(&mut self, byte: u8, otherwise: &'static str) -> Result<(), S::Error> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.error(if self.peek() == Some(b'*') {
            STAR
        } else {
            otherwise
        }))
    }
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
    fn error(&self, kind: &'static str) -> S::Error {
        match self.peek() {
            Some(b'{' | b'}') => self.values.brace_outside(self.at, kind),
            _ => FilterError { at: self.at, kind }.into(),
        }
    }
}

const STAR: &str = "`*` outside an equality's value, expected `\\2a`";
const ESCAPE: &str = "expected two hexadecimal digits after `\\`";
