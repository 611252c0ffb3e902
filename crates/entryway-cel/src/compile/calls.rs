//! Functions: how each is called, and what it costs.

use super::functions::FUNCTIONS;
use super::literals::{Asked, literal};
use super::operators::sum;
use super::{Compiler, Typed};
use crate::error::did_you_mean;
use crate::network::Network;
use crate::node::{Fold, Kind, Place, Rewrite};
use crate::pattern::Pattern;
use crate::types::Type;
use crate::{CompileError, MAX_VALUES};
use cel::common::ast::{CallExpr, IdedExpr};

/// What looking through one text with a pattern costs, in nodes.
const PATTERN_PRICE: u64 = 50;
/// What making a text costs, in nodes.
const TEXT_PRICE: u64 = 10;

impl Compiler<'_> {
    pub(super) fn call(&mut self, node: &IdedExpr, call: &CallExpr) -> Result<Typed, CompileError> {
        let args = call.args.as_slice();
        match (call.func_name.as_str(), call.target.as_deref(), args) {
            ("has", None, [of]) => self.has(node, of),
            ("size", None, [of]) | ("size", Some(of), []) => self.size(node, of),
            ("int", None, [of]) => self.convert(node, of, Type::Int),
            ("string", None, [of]) => self.convert(node, of, Type::Text),
            ("in_network", None, [address, block]) => self.in_network(node, address, block),
            ("matches", None, [text, pattern]) | ("matches", Some(text), [pattern]) => {
                self.matches(node, text, pattern)
            }
            ("startsWith", Some(text), [part]) => self.holds(node, Place::Start, text, part),
            ("endsWith", Some(text), [part]) => self.holds(node, Place::End, text, part),
            ("contains", Some(text), [part]) => self.holds(node, Place::Anywhere, text, part),
            ("lowerAscii", Some(text), []) => self.rewrite(node, Rewrite::Lower, text),
            ("upperAscii", Some(text), []) => self.rewrite(node, Rewrite::Upper, text),
            ("trim", Some(text), []) => self.rewrite(node, Rewrite::Trim, text),
            ("substring", Some(text), [from]) => self.substring(node, text, from, None),
            ("substring", Some(text), [from, to]) => self.substring(node, text, from, Some(to)),
            ("split", Some(text), [at]) => self.split(node, text, at),
            ("join", Some(list), [between]) => self.join(node, list, between),
            ("replace", Some(text), [this, that]) => {
                let [text, this, that] = [
                    self.expect(text, Type::Text)?,
                    self.expect(this, Type::Text)?,
                    self.expect(that, Type::Text)?,
                ];
                let price = sum(&[&text, &this, &that]) + TEXT_PRICE;
                let kind = Kind::Replace(Box::new([text.node, this.node, that.node]));
                Ok(self.typed(node, Type::Text, price, kind))
            }
            ("exists", Some(list), [each, of]) => self.fold(node, Fold::Exists, list, each, of),
            ("all", Some(list), [each, of]) => self.fold(node, Fold::All, list, each, of),
            ("filter", Some(list), [each, of]) => self.fold(node, Fold::Filter, list, each, of),
            ("exists_one", Some(list), [each, of]) => {
                self.fold(node, Fold::ExistsOne, list, each, of)
            }
            ("map", Some(list), [each, made]) => self.map(node, list, each, None, made),
            ("map", Some(list), [each, which, made]) => {
                self.map(node, list, each, Some(which), made)
            }
            (name, ..) => Err(self.unknown_call(node, name)),
        }
    }

    fn unknown_call(&self, node: &IdedExpr, name: &str) -> CompileError {
        let place = self.syntax.name(node);
        match FUNCTIONS.iter().find(|(known, _)| *known == name) {
            Some((_, usage)) => {
                let message = format!("expected `{usage}`, found another form of `{name}`");
                CompileError::new(message, place)
            }
            None => {
                let message = format!("expected a function, found `{name}`, which is none");
                let known = FUNCTIONS.iter().map(|(known, _)| *known);
                CompileError::new(message, place).hint(did_you_mean(name, known))
            }
        }
    }

    fn has(&mut self, node: &IdedExpr, of: &IdedExpr) -> Result<Typed, CompileError> {
        match self.variable(of)? {
            Some(variable) => Ok(self.typed(node, Type::Bool, 1, Kind::Has(variable))),
            None => {
                let written = self.written(of);
                let message = format!("expected a variable in `has`, found `{written}`");
                Err(self.refuse(of, message))
            }
        }
    }

    fn size(&mut self, node: &IdedExpr, of: &IdedExpr) -> Result<Typed, CompileError> {
        let found = self.expression(of)?;
        if found.of != Type::Text && found.of.element().is_none() {
            let message = format!("expected a list or a text, found {}", found.of);
            return Err(self.refuse(of, message));
        }
        let price = sum(&[&found]);
        Ok(self.typed(node, Type::Int, price, Kind::Size(Box::new(found.node))))
    }

    fn convert(&mut self, node: &IdedExpr, of: &IdedExpr, to: Type) -> Result<Typed, CompileError> {
        let found = self.expression(of)?;
        if !matches!(found.of, Type::Int | Type::Text) {
            let message = format!("expected a number or a text, found {}", found.of);
            let hint = self.instead(of, found.of, Type::Text);
            return Err(self.refuse(of, message).hint(hint));
        }
        let price = sum(&[&found]);
        let of = Box::new(found.node);
        let kind = match to {
            Type::Int => Kind::ToInt(of),
            _ => Kind::ToText(of),
        };
        Ok(self.typed(node, to, price, kind))
    }

    fn in_network(
        &mut self,
        node: &IdedExpr,
        address: &IdedExpr,
        block: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let address = self.expect(address, Type::Text)?;
        let Some(text) = literal(block) else {
            let written = self.written(block);
            let message = format!("expected an address block in quotes, found `{written}`");
            return Err(self.refuse(block, message));
        };
        let network = Network::parse(text).map_err(|expected| {
            self.refuse(
                block,
                format!("{expected}, found `{}`", text.escape_debug()),
            )
        })?;
        let price = sum(&[&address]) + TEXT_PRICE;
        let kind = Kind::InNetwork(Box::new(address.node), network);
        Ok(self.typed(node, Type::Bool, price, kind))
    }

    fn matches(
        &mut self,
        node: &IdedExpr,
        text: &IdedExpr,
        pattern: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let found = self.expect(text, Type::Text)?;
        let Some(written) = literal(pattern) else {
            let written = self.written(pattern);
            let message = format!("expected a pattern in quotes, found `{written}`");
            return Err(self
                .refuse(pattern, message)
                .hint(Some("a pattern that came from an entry could be anything")));
        };
        let compiled = Pattern::new(written).map_err(|(reason, hint)| {
            let message = format!(
                "pattern `{}` is not usable: {reason}",
                written.escape_debug()
            );
            self.refuse(pattern, message).hint(hint)
        })?;
        self.can_be(&found, pattern, Asked::Pattern)?;
        let price = sum(&[&found]) + PATTERN_PRICE;
        let kind = Kind::Matches(Box::new(found.node), compiled);
        Ok(self.typed(node, Type::Bool, price, kind))
    }

    fn holds(
        &mut self,
        node: &IdedExpr,
        place: Place,
        text: &IdedExpr,
        part: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let found = self.expect(text, Type::Text)?;
        let asked = match place {
            Place::Start => Asked::Start,
            Place::End | Place::Anywhere => Asked::Part,
        };
        self.can_be(&found, part, asked)?;
        let part = self.expect(part, Type::Text)?;
        let price = sum(&[&found, &part]);
        let kind = Kind::Holds(place, Box::new([found.node, part.node]));
        Ok(self.typed(node, Type::Bool, price, kind))
    }

    fn rewrite(
        &mut self,
        node: &IdedExpr,
        how: Rewrite,
        text: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let found = self.expect(text, Type::Text)?;
        let price = sum(&[&found]) + TEXT_PRICE;
        let kind = Kind::Rewrite(how, Box::new(found.node));
        Ok(self.typed(node, Type::Text, price, kind))
    }

    fn substring(
        &mut self,
        node: &IdedExpr,
        text: &IdedExpr,
        from: &IdedExpr,
        to: Option<&IdedExpr>,
    ) -> Result<Typed, CompileError> {
        let text = self.expect(text, Type::Text)?;
        let from = self.expect(from, Type::Int)?;
        let to = to.map(|to| self.expect(to, Type::Int)).transpose()?;
        let end = to.as_ref().map_or(0, |to| to.price);
        let price = sum(&[&text, &from]) + TEXT_PRICE + end;
        let (text, from) = (Box::new(text.node), Box::new(from.node));
        let kind = Kind::Substring(text, from, to.map(|to| Box::new(to.node)));
        Ok(self.typed(node, Type::Text, price, kind))
    }

    fn split(
        &mut self,
        node: &IdedExpr,
        text: &IdedExpr,
        at: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let found = self.expect(text, Type::Text)?;
        let at = self.expect(at, Type::Text)?;
        let price = sum(&[&found, &at]) + TEXT_PRICE;
        let kind = Kind::Split(Box::new([found.node, at.node]));
        let mut typed = self.typed(node, Type::Texts, price, kind);
        typed.most = MAX_VALUES as u64;
        Ok(typed)
    }

    fn join(
        &mut self,
        node: &IdedExpr,
        list: &IdedExpr,
        between: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let found = self.expect(list, Type::Texts)?;
        let between = self.expect(between, Type::Text)?;
        let price = sum(&[&found, &between]).saturating_add(found.most);
        let kind = Kind::Join(Box::new([found.node, between.node]));
        Ok(self.typed(node, Type::Text, price, kind))
    }
}
