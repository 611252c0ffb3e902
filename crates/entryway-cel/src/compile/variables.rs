//! What the names in an expression stand for, and what must be fetched for them.

use super::{Compiler, Typed};
use crate::error::did_you_mean;
use crate::node::{Kind, UserField, Variable};
use crate::types::Type;
use crate::{CompileError, MAX_GROUPS, MAX_VALUES, MentionOf};
use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};
use entryway_ldap_types::AttributeName;
use entryway_login::is_secret_attribute;
use std::ops::Range;

/// What has members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    Entry,
    User,
    Attributes,
    Client,
}

impl Space {
    fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::User => "user",
            Self::Attributes => "user.attributes",
            Self::Client => "client",
        }
    }
    fn example(self) -> &'static str {
        match self {
            Self::Entry => "`entry.mail`",
            Self::User => "`user.name`",
            Self::Attributes => "`user.attributes.site`",
            Self::Client => "`client.address`",
        }
    }
}

/// Names that stand alone, the fields of `user` apart.
const ALONE: [&str; 6] = ["user", "entry", "groups", "domain", "client", "dn"];

impl Compiler<'_> {
    /// A name or a selection, wherever a value is expected.
    pub(super) fn reference(&mut self, node: &IdedExpr) -> Result<Typed, CompileError> {
        if let Expr::Ident(name) = &node.expr
            && let Some(each) = self.each.as_ref().filter(|each| each.name == *name)
        {
            let mut typed = self.typed(node, each.of, 1, Kind::Each);
            typed.group = each.group;
            return Ok(typed);
        }
        match self.variable(node)? {
            Some(variable) => Ok(self.fact(node, variable)),
            None => {
                let message = "expected `entry`, `user` or `client` before `.`";
                Err(self.refuse(node, message))
            }
        }
    }

    pub(super) fn fact(&self, node: &IdedExpr, variable: Variable) -> Typed {
        let (of, price, most) = match &variable {
            // Its values are looked at before one of them is used: all must be text.
            Variable::Entry(_) | Variable::Custom(_) => (Type::Texts, MAX_VALUES, MAX_VALUES),
            Variable::Groups => (Type::Texts, 1, MAX_GROUPS),
            Variable::User(UserField::Uid | UserField::Gid) => (Type::Int, 1, 0),
            Variable::User(_) | Variable::Domain | Variable::Dn | Variable::ClientAddress => {
                (Type::Text, 1, 0)
            }
        };
        let group = variable == Variable::Groups;
        let mut typed = self.typed(node, of, price as u64, Kind::Variable(variable));
        typed.most = most as u64;
        typed.group = group;
        typed
    }

    /// The variable that is named; `None` when the node is something else. Notes what it needs.
    pub(super) fn variable(&mut self, node: &IdedExpr) -> Result<Option<Variable>, CompileError> {
        match &node.expr {
            Expr::Ident(name) if self.is_each(name) => Ok(None),
            Expr::Ident(name) => self.alone(node, name).map(Some),
            Expr::Select(select) => match self.space(&select.operand) {
                Some(space) => self.member(node, space, &select.field).map(Some),
                None => Ok(None),
            },
            Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
                [of, key] => match self.space(of) {
                    Some(space) => self.keyed(node, space, key).map(Some),
                    None => Ok(None),
                },
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn is_each(&self, name: &str) -> bool {
        self.each.as_ref().is_some_and(|each| each.name == name)
    }

    /// Whether a name already stands for something, and so cannot be a comprehension's variable.
    pub(super) fn is_known(name: &str) -> bool {
        ALONE.contains(&name) || UserField::ALL.iter().any(|(known, _)| *known == name)
    }

    fn space(&self, node: &IdedExpr) -> Option<Space> {
        match &node.expr {
            Expr::Ident(name) if self.is_each(name) => None,
            Expr::Ident(name) => match name.as_str() {
                "entry" => Some(Space::Entry),
                "user" => Some(Space::User),
                "client" => Some(Space::Client),
                _ => None,
            },
            Expr::Select(select) if select.field == "attributes" => self
                .space(&select.operand)
                .filter(|space| *space == Space::User)
                .map(|_| Space::Attributes),
            _ => None,
        }
    }

    fn alone(&mut self, node: &IdedExpr, name: &str) -> Result<Variable, CompileError> {
        if let Some(space) = self.space(node) {
            let message = format!(
                "expected a member such as {}, found `{name}` alone",
                space.example()
            );
            return Err(self.refuse(node, message));
        }
        let fields = UserField::ALL.iter();
        if let Some((_, field)) = fields.clone().find(|(known, _)| *known == name) {
            self.of_login(name, self.syntax.span(node));
            return Ok(Variable::User(*field));
        }
        match name {
            "groups" => {
                self.needs.groups = true;
                self.of_login(name, self.syntax.span(node));
                Ok(Variable::Groups)
            }
            "domain" => Ok(Variable::Domain),
            "dn" => {
                self.mention(MentionOf::OfEntry, name, self.syntax.span(node));
                Ok(Variable::Dn)
            }
            _ => {
                let each = self.each.as_ref().map(|each| each.name.as_str());
                let known = ALONE
                    .into_iter()
                    .chain(fields.map(|(known, _)| *known))
                    .chain(each);
                let hint = did_you_mean(name, known);
                let message = format!("expected a variable, found `{name}`, which is none");
                Err(self.refuse(node, message).hint(hint))
            }
        }
    }

    fn keyed(
        &mut self,
        node: &IdedExpr,
        space: Space,
        key: &IdedExpr,
    ) -> Result<Variable, CompileError> {
        match (&key.expr, space) {
            (Expr::Literal(LiteralValue::String(name)), Space::Entry | Space::Attributes) => {
                self.member(node, space, name.inner())
            }
            (_, Space::Entry | Space::Attributes) => {
                let message = format!(
                    "expected a name in quotes in `{}[…]`, found `{}`",
                    space.as_str(),
                    self.written(key),
                );
                let hint = "what is looked at must be known before anybody logs in";
                Err(self.refuse(key, message).hint(Some(hint)))
            }
            _ => {
                let message = format!("expected {}, found `[`", space.example());
                Err(self.refuse(node, message))
            }
        }
    }

    fn member(
        &mut self,
        node: &IdedExpr,
        space: Space,
        field: &str,
    ) -> Result<Variable, CompileError> {
        // The caret goes under the name alone, when it is not a key.
        let place = match &node.expr {
            Expr::Select(_) => self.syntax.name(node),
            _ => self.syntax.span(node),
        };
        let unknown = |known: &mut dyn Iterator<Item = &'static str>| {
            let message = format!("`{}` has no `{field}`", space.as_str());
            CompileError::new(message, place.clone()).hint(did_you_mean(field, known))
        };
        match space {
            Space::Entry => {
                let attribute = self.attribute(field).map_err(|(message, hint)| {
                    CompileError::new(message, place.clone()).hint(hint)
                })?;
                self.mention(MentionOf::OfEntry, &format!("entry.{field}"), place);
                Ok(attribute)
            }
            Space::User => match UserField::ALL.iter().find(|(name, _)| *name == field) {
                Some((name, field)) => {
                    self.of_login(&format!("user.{name}"), place);
                    Ok(Variable::User(*field))
                }
                None if field == "attributes" => {
                    let message = "expected `user.attributes.name`, found no name";
                    Err(CompileError::new(message, place))
                }
                None => {
                    let names = UserField::ALL.iter().map(|(name, _)| *name);
                    Err(unknown(&mut names.chain(["attributes"])))
                }
            },
            Space::Attributes => {
                self.mention(MentionOf::Custom, field, place);
                Ok(Variable::Custom(field.into()))
            }
            Space::Client if field == "address" => {
                self.of_login("client.address", place);
                Ok(Variable::ClientAddress)
            }
            Space::Client => Err(unknown(&mut ["address"].into_iter())),
        }
    }

    fn of_login(&mut self, name: &str, place: Range<usize>) {
        self.mention(MentionOf::OfLogin, name, place);
    }

    /// An attribute of the entry; otherwise the message and a hint.
    fn attribute(&mut self, written: &str) -> Result<Variable, (String, Option<&'static str>)> {
        let name = AttributeName::parse(written).map_err(|error| (error.to_string(), None))?;
        if name.options().next().is_some() {
            let message = format!("expected an attribute without options, found `{written}`");
            return Err((
                message,
                Some("every variant of an attribute is in its list"),
            ));
        }
        if is_secret_attribute(&name) {
            let message = format!("`{written}` holds a secret, which no rule may look at");
            return Err((message, None));
        }
        if written.eq_ignore_ascii_case("dn") {
            let message = format!("expected an attribute, found `{written}`, which is none");
            return Err((message, Some("the entry's name is `dn`, without `entry.`")));
        }
        if !self.needs.attributes.contains(&name) {
            self.needs.attributes.push(name.clone());
        }
        Ok(Variable::Entry(name))
    }
}
