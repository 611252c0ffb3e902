//! Comprehensions: one question asked of every value of a list. They do not nest: two nested ones over
//! 5,000 groups each would be 25 million questions.

use super::operators::sum;
use super::{Compiler, Each, Typed};
use crate::CompileError;
use crate::node::{Fold, Kind};
use crate::types::Type;
use cel::common::ast::{Expr, IdedExpr};

impl Compiler<'_> {
    pub(super) fn fold(
        &mut self,
        node: &IdedExpr,
        how: Fold,
        list: &IdedExpr,
        each: &IdedExpr,
        of: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let list = self.range(node, list)?;
        let asked = self.inside(each, &list, |compiler| compiler.expect(of, Type::Bool))?;
        let price = times(&list, asked.price);
        let (given, most) = match how {
            Fold::Filter => (list.of, list.most),
            Fold::Exists | Fold::All | Fold::ExistsOne => (Type::Bool, 0),
        };
        let kind = Kind::Fold(how, Box::new([list.node, asked.node]));
        let mut typed = self.typed(node, given, price, kind);
        typed.most = most;
        typed.group = given == list.of && list.group;
        Ok(typed)
    }

    pub(super) fn map(
        &mut self,
        node: &IdedExpr,
        list: &IdedExpr,
        each: &IdedExpr,
        which: Option<&IdedExpr>,
        made: &IdedExpr,
    ) -> Result<Typed, CompileError> {
        let list = self.range(node, list)?;
        let (which, of) = self.inside(each, &list, |compiler| {
            let which = which.map(|which| compiler.expect(which, Type::Bool));
            Ok((which.transpose()?, compiler.expression(made)?))
        })?;
        let Some(given) = of.of.list() else {
            let message = format!("expected a text or a number in a list, found {}", of.of);
            return Err(self.refuse(made, message));
        };
        let asked = which.as_ref().map_or(0, |which| which.price);
        let price = times(&list, of.price.saturating_add(asked));
        let most = list.most;
        let which = which.map(|which| Box::new(which.node));
        let kind = Kind::Map(Box::new(list.node), which, Box::new(of.node));
        let mut typed = self.typed(node, given, price, kind);
        typed.most = most;
        typed.group = of.group;
        Ok(typed)
    }

    /// The list of a comprehension.
    fn range(&mut self, node: &IdedExpr, list: &IdedExpr) -> Result<Typed, CompileError> {
        if let Some(each) = &self.each {
            let name = self.text.get(self.syntax.name(node)).unwrap_or_default();
            let message = format!(
                "expected no comprehension inside of another, found `{name}` inside of the one over `{}`",
                each.name
            );
            let hint = "`in` looks for one value in a list";
            return Err(CompileError::new(message, self.syntax.name(node)).hint(Some(hint)));
        }
        let typed = self.expression(list)?;
        if typed.of.element().is_none() {
            let message = format!("expected a list, found {}", typed.of);
            return Err(self.refuse(list, message));
        }
        Ok(typed)
    }

    /// Compiles what is asked of each value.
    fn inside<T>(
        &mut self,
        each: &IdedExpr,
        list: &Typed,
        compile: impl FnOnce(&mut Self) -> Result<T, CompileError>,
    ) -> Result<T, CompileError> {
        let Expr::Ident(name) = &each.expr else {
            let message = format!(
                "expected a name for each value, found `{}`",
                self.written(each)
            );
            return Err(self.refuse(each, message));
        };
        if Self::is_known(name) || name.starts_with('.') {
            let message = format!("expected a new name for each value, found `{name}`");
            return Err(self.refuse(each, message).hint(Some("`v` is free")));
        }
        self.each = Some(Each {
            name: name.clone(),
            of: list.of.element().unwrap_or(Type::Text),
            group: list.group,
        });
        let compiled = compile(self);
        self.each = None;
        compiled
    }
}

/// The price of asking every value.
fn times(list: &Typed, asked: u64) -> u64 {
    let all = list.most.saturating_mul(asked.saturating_add(1));
    sum(&[list]).saturating_add(all)
}
