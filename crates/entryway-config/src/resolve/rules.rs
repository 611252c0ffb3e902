//! The rows: user type ranges, user classes, DN filters, home folders and account templates.
//!
//! A row that names what does not exist is an error: a rule must not open by never matching.

mod case;
pub(super) mod class;
pub(super) mod dn_filter;
pub(super) mod expression;
pub(super) mod group;
pub(super) mod mention;
mod named;
pub(super) mod range;
pub(super) mod template;

pub(super) use self::named::ClassNames;
use crate::code::Code;
use crate::place::Place;
use crate::report::Diagnostic;

/// Not of a directory, and yet an authority.
const OTHERS: [&str; 2] = ["local", "os"];

/// A row that comes behind one that takes everything from it.
pub(super) fn never_used(what: &str, row: Place, label: &str, first: Place) -> Diagnostic {
    Diagnostic::new(
        Code::NeverUsed,
        format!("this {what} is never given to anybody"),
    )
    .at(row, label)
    .also(first, "this one comes first")
}
