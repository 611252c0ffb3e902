//! `[[user_class]]`.

use super::mention::{self, Sites};
use super::named::is_anything;
use super::{OTHERS, case, expression, group};
use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::resolve::domains::Named;
use crate::section::{Section, Text};
use entryway_login::{AddressRange, LdapUse, NamePattern, UserClass, UserClasses, UserType};
use std::collections::HashMap;

/// `*` is any type.
const USER_TYPES: [(&str, Option<UserType>); 3] = [
    ("*", None),
    ("real", Some(UserType::Real)),
    ("virtual", Some(UserType::Virtual)),
];

/// The longest name of a class.
const NAME_MAX: usize = 64;

/// The enabled rows, in the file's order.
pub(in crate::resolve) fn rows(
    root: &Section<'_>,
    names: &[Named<'_>],
    read: &[Read<'_>],
    ldap: LdapUse,
    cx: &Context<'_>,
) -> UserClasses {
    let mut classes = Vec::new();
    let mut seen: HashMap<&str, Place> = HashMap::new();
    let mut for_all: Option<Place> = None;
    for row in &root.rows("user_class") {
        let enabled = row.boolean("enabled");
        row.text("description");
        let name = row.required_text("name", "this user class");
        let name = name.filter(|name| usable(*name, &mut seen, cx));
        let criteria = criteria(row, names, read, cx);
        let (Some(name), Some(criteria)) = (name, criteria) else {
            continue;
        };
        if !enabled {
            continue;
        }
        if let Some(users) = &criteria.users {
            let of = criteria.domain.as_deref();
            case::check(
                users,
                row.written("users").unwrap_or(row.place),
                of,
                read,
                ldap,
                cx,
            );
        }
        if let Some(first) = for_all {
            cx.push(super::never_used(
                "user class",
                row.place,
                "every person has a class by then",
                first,
            ));
        } else if criteria.is_empty() {
            for_all = Some(row.place);
        }
        let Criteria {
            domain,
            users,
            user_type,
            group,
            address,
            when,
        } = criteria;
        classes.push(UserClass {
            name: name.text.into(),
            domain,
            users,
            user_type,
            group,
            address,
            when,
            rule: cx.rule(row.place),
        });
    }
    UserClasses::new(classes)
}

struct Criteria {
    domain: Option<Box<str>>,
    users: Option<NamePattern>,
    user_type: Option<UserType>,
    group: Option<entryway_login::GroupCriterion>,
    address: Option<AddressRange>,
    when: Option<std::sync::Arc<dyn entryway_login::Condition>>,
}

impl Criteria {
    fn is_empty(&self) -> bool {
        self.domain.is_none()
            && self.users.is_none()
            && self.user_type.is_none()
            && self.group.is_none()
            && self.address.is_none()
            && self.when.is_none()
    }
}

/// Every criterion of a row; `None` when one of them is wrong.
fn criteria(
    row: &Section<'_>,
    names: &[Named<'_>],
    read: &[Read<'_>],
    cx: &Context<'_>,
) -> Option<Criteria> {
    let domain = domain(row.text_or_default("domain"), names, cx);
    let of = domain.as_ref().ok().and_then(Option::as_deref);
    let group = group::group(row.text_or_default("group"), of, names, cx);
    let address = address(row.text_or_default("address"), cx);
    let users = row.text_or_default("users");
    let users = (!is_anything(users.text)).then(|| NamePattern::new(users.text));
    let user_type = row.word("user_type", &USER_TYPES, None);
    let when = match row.text("when") {
        Some(written) => {
            let (when, told) = expression::condition(written, "when", cx)?;
            mention::check(&told, of, read, &Sites::default(), cx);
            Some(when)
        }
        None => None,
    };
    Some(Criteria {
        group: group.ok()?,
        domain: domain.ok()?,
        users,
        user_type,
        address: address.ok()?,
        when,
    })
}

fn domain(
    written: Text<'_>,
    names: &[Named<'_>],
    cx: &Context<'_>,
) -> Result<Option<Box<str>>, ()> {
    if written.text == "*" {
        return Ok(None);
    }
    let known = names.iter().map(|named| named.name).chain(OTHERS);
    if let Some(name) = known
        .clone()
        .find(|name| name.eq_ignore_ascii_case(written.text))
    {
        return Ok(Some(name.into()));
    }
    let hint =
        crate::closest::closest(written.text, known).map(|near| format!("did you mean `{near}`?"));
    cx.push(
        Diagnostic::new(
            Code::UnknownDomain,
            format!("there is no domain `{}`", written.text.escape_debug()),
        )
        .at(written.place, "expected a domain, `local`, `os` or `*`")
        .maybe_hint(hint),
    );
    Err(())
}

fn address(written: Text<'_>, cx: &Context<'_>) -> Result<Option<AddressRange>, ()> {
    if written.text == "*" {
        return Ok(None);
    }
    AddressRange::parse(written.text)
        .map(Some)
        .map_err(|error| {
            cx.push(
                Diagnostic::new(Code::NotAddress, "`address` is not a network")
                    .at(written.place, error.to_string()),
            );
        })
}

/// A class's name stands in other rows, in sessions and in headers; two of one name could not be told apart.
fn usable<'a>(name: Text<'a>, seen: &mut HashMap<&'a str, Place>, cx: &Context<'_>) -> bool {
    let wild = |char: char| char.is_control() || char.is_whitespace() || matches!(char, '*' | '?');
    if let Some(char) = name.text.chars().find(|char| wild(*char)) {
        cx.push(
            Diagnostic::new(
                Code::BadName,
                format!("`{}` cannot name a user class", name.text.escape_debug()),
            )
            .at(name.place, format!("it holds `{}`", char.escape_debug())),
        );
        return false;
    }
    if name.text.len() > NAME_MAX {
        cx.push(
            Diagnostic::new(Code::BadName, "the name of a user class is too long").at(
                name.place,
                format!(
                    "expected at most {NAME_MAX} bytes, found {}",
                    name.text.len()
                ),
            ),
        );
        return false;
    }
    if let Some(first) = seen.get(name.text) {
        cx.push(
            Diagnostic::new(
                Code::RowTwice,
                format!("two user classes are called `{}`", name.text.escape_debug()),
            )
            .at(name.place, "here again")
            .also(*first, "first here"),
        );
        return false;
    }
    seen.insert(name.text, name.place);
    true
}
