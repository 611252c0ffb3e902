//! Operators: what they accept, and what somebody meant who wrote the wrong one.

use super::literals::Asked;
use super::{Compiler, Typed};
use crate::CompileError;
use crate::node::{Arithmetic, Comparison, Kind, Variable};
use crate::types::Type;
use cel::common::ast::{Expr, IdedExpr, operators};

impl Compiler<'_> {
    pub(super) fn operator(
        &mut self,
        node: &IdedExpr,
        name: &str,
        args: &[IdedExpr],
    ) -> Result<Typed, CompileError> {
        match (name, args) {
            (operators::LOGICAL_NOT, [of]) => {
                let of = self.expect(of, Type::Bool)?;
                Ok(self.typed(node, Type::Bool, of.price + 1, Kind::Not(Box::new(of.node))))
            }
            (operators::NEGATE, [of]) => {
                let of = self.expect(of, Type::Int)?;
                Ok(self.typed(
                    node,
                    Type::Int,
                    of.price + 1,
                    Kind::Negate(Box::new(of.node)),
                ))
            }
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right]) => {
                let left = self.expect(left, Type::Bool)?;
                let right = self.expect(right, Type::Bool)?;
                let price = sum(&[&left, &right]);
                let both = Box::new([left.node, right.node]);
                let kind = match name {
                    operators::LOGICAL_AND => Kind::And(both),
                    _ => Kind::Or(both),
                };
                Ok(self.typed(node, Type::Bool, price, kind))
            }
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let condition = self.expect(condition, Type::Bool)?;
                let yes = self.expression(yes)?;
                let no = self.expect(no, yes.of)?;
                let price = sum(&[&condition, &yes, &no]);
                let (of, most) = (yes.of, yes.most.max(no.most));
                let group = yes.group && no.group;
                let kind = Kind::If(Box::new([condition.node, yes.node, no.node]));
                let mut typed = self.typed(node, of, price, kind);
                typed.most = most;
                typed.group = group;
                Ok(typed)
            }
            (operators::IN, [value, list]) => self.membership(node, value, list),
            (operators::INDEX, [list, at]) => self.index(node, list, at),
            (_, [left, right]) => match comparison(name) {
                Some(how) => self.comparison(node, how, left, right),
                None => self.arithmetic(node, name, left, right),
            },
            _ => Err(self.refuse(node, "expected another operator")),
        }
    }

    fn index(
        &mut self,
        node: &IdedExpr,
        list: &IdedExpr,
        at: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        if let Some(variable) = self.variable(node)? {
            return Ok(self.fact(node, variable));
        }
        let (of, of_node) = (self.expression(list)?, list);
        let Some(element) = of.of.element() else {
            let message = format!("expected a list before `[`, found {}", of.of);
            return Err(self.refuse(of_node, message));
        };
        let at = self.expect(at, Type::Int)?;
        let price = sum(&[&of, &at]);
        let group = of.group;
        let kind = Kind::Index(Box::new([of.node, at.node]));
        let mut typed = self.typed(node, element, price, kind);
        typed.group = group;
        Ok(typed)
    }

    fn membership(
        &mut self,
        node: &IdedExpr,
        value: &IdedExpr,
        list: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let found = self.expression(list)?;
        let Some(element) = found.of.element() else {
            let message = format!("expected a list behind `in`, found {}", found.of);
            let hint = (found.of == Type::Text)
                .then(|| format!("`{}.contains(…)` looks into a text", self.written(list)));
            return Err(self.refuse(list, message).hint(hint));
        };
        let looked_for = self.expect(value, element)?;
        if found.group {
            self.whole_group(value)?;
        }
        if let Expr::List(list) = &list.expr {
            for element in &list.elements {
                self.can_be(&looked_for, element, Asked::Whole)?;
            }
        }
        let price = sum(&[&found, &looked_for]).saturating_add(found.most);
        let both = Box::new([looked_for.node, found.node]);
        let kind = match found.group {
            true => Kind::InGroups(both),
            false => Kind::In(both),
        };
        Ok(self.typed(node, Type::Bool, price, kind))
    }

    fn comparison(
        &mut self,
        node: &IdedExpr,
        how: Comparison,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let first = self.expression(left)?;
        let second = self.expression(right)?;
        let equality = matches!(how, Comparison::Equal | Comparison::NotEqual);
        let comparable = match first.of {
            Type::Int | Type::Text => true,
            Type::Bool => equality,
            Type::Ints | Type::Texts => false,
        };
        if first.of != second.of || !comparable {
            let (of, with) = (first.of, second.of);
            let message = match of == with {
                true => format!("expected two texts or two numbers, found two times {of}"),
                false => format!("expected two of a kind, found {of} and {with}"),
            };
            let hint = if of.element() == Some(with) {
                self.instead_of_equal(how, right, left)
            } else if with.element() == Some(of) {
                self.instead_of_equal(how, left, right)
            } else if of == Type::Text && with == Type::Int {
                self.instead(left, of, with)
            } else if of == Type::Int && with == Type::Text {
                self.instead(right, with, of)
            } else {
                None
            };
            return Err(self.refuse(node, message).hint(hint));
        }
        let asked = match equality {
            true => Asked::Whole,
            false => Asked::Order,
        };
        self.can_be(&first, right, asked)?;
        self.can_be(&second, left, asked)?;
        let price = sum(&[&first, &second]);
        let kind = Kind::Compare(how, Box::new([first.node, second.node]));
        Ok(self.typed(node, Type::Bool, price, kind))
    }

    /// What somebody meant who compares a value with a list.
    fn instead_of_equal(
        &self,
        how: Comparison,
        value: &IdedExpr,
        list: &IdedExpr,
    ) -> Option<String> {
        let (value, list) = (self.written(value), self.written(list));
        match how {
            Comparison::Equal => Some(format!("`{value} in {list}`")),
            Comparison::NotEqual => Some(format!("`!({value} in {list})`")),
            _ => None,
        }
    }

    fn arithmetic(
        &mut self,
        node: &IdedExpr,
        name: &str,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let how = match name {
            operators::ADD => Arithmetic::Add,
            operators::SUBSTRACT => Arithmetic::Subtract,
            operators::MULTIPLY => Arithmetic::Multiply,
            operators::DIVIDE => Arithmetic::Divide,
            operators::MODULO => Arithmetic::Remainder,
            _ => return Err(self.refuse(node, "expected another operator")),
        };
        let first = self.expression(left)?;
        if how == Arithmetic::Add && first.of == Type::Text {
            let second = self.expect(right, Type::Text)?;
            let price = sum(&[&first, &second]);
            let kind = Kind::Concatenate(Box::new([first.node, second.node]));
            return Ok(self.typed(node, Type::Text, price, kind));
        }
        if first.of != Type::Int {
            let expected = match how {
                Arithmetic::Add => "a number or a text",
                _ => "a number",
            };
            let message = format!("expected {expected}, found {}", first.of);
            // `entry.ms-DS-Name` subtracts.
            let hint = match (how, &first.node.kind) {
                (Arithmetic::Subtract, Kind::Variable(Variable::Entry(name))) => Some(format!(
                    "a name with a hyphen goes into quotes: `entry[\"{}-…\"]`",
                    name.base()
                )),
                _ => self.instead(left, first.of, Type::Int),
            };
            return Err(self.refuse(left, message).hint(hint));
        }
        let second = self.expect(right, Type::Int)?;
        let price = sum(&[&first, &second]);
        let kind = Kind::Arithmetic(how, Box::new([first.node, second.node]));
        Ok(self.typed(node, Type::Int, price, kind))
    }
}

/// One for a node, and what its parts cost.
pub(super) fn sum(parts: &[&Typed]) -> u64 {
    parts
        .iter()
        .fold(1, |price, part| price.saturating_add(part.price))
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::NotEqual,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::AtMost,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::AtLeast,
        _ => return None,
    })
}
