//! The administrator's rows, kept so that a login's cost does not grow with their number.
//!
//! Each list is built once from its enabled rows, in the file's order, and then only asked. What an answer is never
//! depends on how it is looked up: the tests compare each list with its rows read one after the other.

pub(crate) mod address;
pub(crate) mod class;
pub(crate) mod dn_filter;
pub(crate) mod home_folder;
pub(crate) mod name_pattern;
pub(crate) mod template;
pub(crate) mod type_range;
