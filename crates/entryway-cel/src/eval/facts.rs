//! What the facts answer for a variable.

use super::{Evaluated, Failure, Scope};
use crate::node::{Node, UserField, Variable};
use crate::value::{List, Value};
use crate::{MAX_GROUPS, MAX_VALUES};
use entryway_login::{Facts, UserType};
use std::borrow::Cow;

pub(super) fn variable<'s>(
    node: &'s Node,
    variable: &'s Variable,
    scope: &Scope<'s>,
) -> Evaluated<'s> {
    let facts = scope.facts;
    match variable {
        Variable::Entry(name) => {
            let values = facts.entry.into_iter().flat_map(|entry| entry.values(name));
            // One value that is not text fails the rule whichever value it asks for: whether a rule opens
            // must not depend on the order in which a server sends values.
            texts(
                node,
                scope,
                values.map(|value| std::str::from_utf8(value).ok()),
            )
        }
        Variable::Custom(name) => {
            let of = facts.attributes.iter().find(|(known, _)| known == name);
            let values = of.into_iter().flat_map(|(_, values)| values);
            texts(node, scope, values.map(|value| Some(value.as_str())))
        }
        Variable::Groups if facts.groups.len() > MAX_GROUPS => Err(too_long(node, MAX_GROUPS)),
        Variable::Groups => Ok(Value::List(List::Groups(facts.groups))),
        Variable::User(field) => {
            user(*field, facts).ok_or_else(|| node.failed("is not set; `has` asks whether it is"))
        }
        Variable::Domain => Ok(Value::Text(Cow::Borrowed(facts.authority.as_str()))),
        Variable::Dn => {
            let dn = facts.entry.map(|entry| entry.dn.normalized());
            let dn = dn.unwrap_or_default();
            scope.spend(node, dn.len())?;
            Ok(Value::Text(Cow::Owned(dn)))
        }
        // Not known is neither in a network nor outside of it.
        Variable::ClientAddress => match facts.client_address {
            Some(address) => {
                let address = address.to_canonical().to_string();
                Ok(Value::Text(Cow::Owned(address)))
            }
            None => Err(node.failed("is not known; `has` asks whether it is")),
        },
    }
}

fn texts<'s>(
    node: &Node,
    scope: &Scope<'s>,
    values: impl Iterator<Item = Option<&'s str>>,
) -> Evaluated<'s> {
    let mut list = Vec::new();
    for value in values {
        let Some(text) = value else {
            return Err(node.failed("holds a value that is not text"));
        };
        if list.len() == MAX_VALUES {
            return Err(too_long(node, MAX_VALUES));
        }
        scope.spend(node, text.len())?;
        list.push(Value::Text(Cow::Borrowed(text)));
    }
    Ok(Value::List(List::Values(list)))
}

fn too_long(node: &Node, most: usize) -> Failure {
    node.failed(format!(
        "has more values than the {most} that a rule may look at"
    ))
}

fn user<'s>(field: UserField, facts: &Facts<'s>) -> Option<Value<'s>> {
    let text = match field {
        UserField::Uid => return Some(Value::Int(facts.uid?.into())),
        UserField::Gid => return Some(Value::Int(facts.gid?.into())),
        UserField::Name => facts.name,
        UserField::LoginName => facts.login_name,
        UserField::Home => facts.home?,
        UserField::UserType => match facts.user_type? {
            UserType::Real => "real",
            UserType::Virtual => "virtual",
        },
        UserField::Shell => facts.shell?,
        UserField::Email => facts.email?,
        UserField::DisplayName => facts.display_name?,
    };
    Some(Value::Text(Cow::Borrowed(text)))
}

/// Whether there is a value; of a list, at least one.
pub(super) fn is_set(variable: &Variable, facts: &Facts<'_>) -> bool {
    match variable {
        Variable::Entry(name) => facts.entry.is_some_and(|entry| entry.first(name).is_some()),
        Variable::Custom(name) => facts
            .attributes
            .iter()
            .any(|(known, values)| known == name && !values.is_empty()),
        Variable::User(field) => user(*field, facts).is_some(),
        Variable::Groups => !facts.groups.is_empty(),
        Variable::Domain => true,
        Variable::Dn => facts.entry.is_some(),
        Variable::ClientAddress => facts.client_address.is_some(),
    }
}
