//! The typed tree that is evaluated. The compiler makes no other than well-typed ones.

use crate::network::Network;
use crate::pattern::Pattern;
use entryway_ldap_types::AttributeName;
use std::ops::Range;

/// A part of an expression with its place, for the messages of what fails.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Bytes of the expression's text.
    pub(crate) span: Range<usize>,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Bool(bool),
    Int(i64),
    Text(Box<str>),
    List(Vec<Node>),
    Variable(Variable),
    /// The one value that a comprehension looks at; there is one, because they do not nest.
    Each,
    Has(Variable),
    Not(Box<Node>),
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    If(Box<[Node; 3]>),
    Compare(Comparison, Box<[Node; 2]>),
    In(Box<[Node; 2]>),
    /// The same in a list of groups, whose names compare without case.
    InGroups(Box<[Node; 2]>),
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    Negate(Box<Node>),
    Concatenate(Box<[Node; 2]>),
    Index(Box<[Node; 2]>),
    Size(Box<Node>),
    Matches(Box<Node>, Pattern),
    InNetwork(Box<Node>, Network),
    /// A text, and the text that is looked for in it.
    Holds(Place, Box<[Node; 2]>),
    ToInt(Box<Node>),
    ToText(Box<Node>),
    Rewrite(Rewrite, Box<Node>),
    /// A text, the first character and, maybe, the one behind the last.
    Substring(Box<Node>, Box<Node>, Option<Box<Node>>),
    Split(Box<[Node; 2]>),
    Join(Box<[Node; 2]>),
    /// A text, what is replaced, what replaces it.
    Replace(Box<[Node; 3]>),
    /// A list, and what is asked of each of its values.
    Fold(Fold, Box<[Node; 2]>),
    /// A list, which of its values, and what becomes of each.
    Map(Box<Node>, Option<Box<Node>>, Box<Node>),
}

/// What the facts answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Variable {
    Entry(AttributeName),
    Custom(Box<str>),
    User(UserField),
    Groups,
    Domain,
    Dn,
    ClientAddress,
}

/// What of the person is one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserField {
    Name,
    LoginName,
    Uid,
    Gid,
    Home,
    UserType,
    Shell,
    Email,
    DisplayName,
}

impl UserField {
    pub(crate) const ALL: [(&'static str, Self); 9] = [
        ("name", Self::Name),
        ("login_name", Self::LoginName),
        ("uid", Self::Uid),
        ("gid", Self::Gid),
        ("home", Self::Home),
        ("user_type", Self::UserType),
        ("shell", Self::Shell),
        ("email", Self::Email),
        ("display_name", Self::DisplayName),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Where one text holds another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Start,
    End,
    Anywhere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rewrite {
    Lower,
    Upper,
    Trim,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    Exists,
    All,
    ExistsOne,
    Filter,
}
