//! From a person to their session: the steps of the specification in their order.
//!
//! [`person`] runs what the entry alone decides (maps, ranges, defaults: steps 1 to 3), [`session`] what the rules decide
//! (user class, DN filters, home folder, account template, required: steps 4 to 8). Between them the login may ask for
//! groups.

mod class;
mod person;
mod session;
mod template;

pub(crate) use person::{Person, Sight, local_person, os_person, person};
pub(crate) use session::{Origin, session};
