//! Texts in quotes that are compared with what has only some forms: what can never be equal is refused, because a
//! rule would open, or shut, by never matching.

use super::{Compiler, Typed};
use crate::node::{Kind, UserField, Variable};
use crate::pattern::asks_upper_case;
use crate::{CompileError, Mention, MentionOf};
use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use std::net::IpAddr;
use std::ops::Range;

/// What is asked of a value with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Whether it is the text.
    Whole,
    /// Whether it begins with it.
    Start,
    /// Whether it holds it, or ends with it.
    Part,
    /// Whether it stands before or behind it.
    Order,
    /// Whether it fits the text, a pattern.
    Pattern,
}

impl Compiler<'_> {
    /// Refuses a literal that the value can never be, and notes what only the configuration can hold against what
    /// there is.
    pub(super) fn can_be(
        &mut self,
        value: &Typed,
        with: &IdedExpr,
        asked: Asked,
    ) -> Result<(), CompileError> {
        let Some(text) = literal(with) else {
            return Ok(());
        };
        if value.group {
            let written = self.text.get(value.node.span.clone()).unwrap_or_default();
            let hint = format!("`{written}` is the name of a group, in lower case");
            self.is_lower(with, text, asked, hint)?;
            return match asked {
                Asked::Whole => self.whole_group(with),
                Asked::Start => {
                    self.group_domain(with, text);
                    Ok(())
                }
                Asked::Part | Asked::Order | Asked::Pattern => Ok(()),
            };
        }
        let Kind::Variable(variable) = &value.node.kind else {
            return Ok(());
        };
        match (variable, asked) {
            (Variable::Dn, _) => self.is_lower(with, text, asked, "`dn` is in lower case"),
            (Variable::Domain, Asked::Whole) => {
                self.mention(MentionOf::Domain, text, self.syntax.span(with));
                Ok(())
            }
            (Variable::User(UserField::UserType), Asked::Whole | Asked::Order)
                if !matches!(text, "real" | "virtual") =>
            {
                let found = text.escape_debug();
                let message = format!("expected `real` or `virtual`, found `{found}`");
                Err(self.refuse(with, message))
            }
            (Variable::ClientAddress, Asked::Whole) => self.is_address(with, text),
            _ => Ok(()),
        }
    }

    /// A group as it stands before `in`: with a domain, in any case.
    pub(super) fn whole_group(&mut self, value: &IdedExpr) -> Result<(), CompileError> {
        let Some(name) = literal(value) else {
            return Ok(());
        };
        if !name.contains('/') {
            let message = format!("expected a group such as `staff/{name}`, found no domain");
            let hint = "a group belongs to a domain";
            return Err(self.refuse(value, message).hint(Some(hint)));
        }
        self.group_domain(value, name);
        Ok(())
    }

    fn group_domain(&mut self, written: &IdedExpr, group: &str) {
        if let Some((domain, _)) = group.split_once('/') {
            self.mention(MentionOf::GroupDomain, domain, self.syntax.span(written));
        }
    }

    /// Each name once: the first place is as good as any.
    pub(super) fn mention(&mut self, of: MentionOf, name: &str, span: Range<usize>) {
        let known = |known: &Mention| known.of == of && *known.name == *name;
        if !self.mentions.iter().any(known) {
            let name = name.into();
            self.mentions.push(Mention { of, name, span });
        }
    }

    fn is_lower(
        &self,
        with: &IdedExpr,
        text: &str,
        asked: Asked,
        hint: impl Into<String>,
    ) -> Result<(), CompileError> {
        let upper = match asked {
            Asked::Pattern => asks_upper_case(text),
            _ => text.chars().any(char::is_uppercase),
        };
        if !upper {
            return Ok(());
        }
        let message = format!("expected lower case, found `{}`", text.escape_debug());
        Err(self.refuse(with, message).hint(Some(hint)))
    }

    /// Addresses have one spelling here: without zeros that need not be, in lower case.
    fn is_address(&self, with: &IdedExpr, text: &str) -> Result<(), CompileError> {
        let address = text.parse::<IpAddr>().ok();
        let address = address.map(|address| address.to_canonical().to_string());
        if address.as_deref() == Some(text) {
            return Ok(());
        }
        let found = text.escape_debug();
        let (message, hint) = match address {
            Some(address) => (format!("expected `{address}`, found `{found}`"), None),
            None => (
                format!("expected an address, found `{found}`"),
                Some("`has(client.address)` asks whether it is known"),
            ),
        };
        Err(self.refuse(with, message).hint(hint))
    }
}

/// A text in quotes.
pub(super) fn literal(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}
