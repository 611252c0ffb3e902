//! The authorization endpoint: a request is read, the next step decided, and in the end answered.

mod dispatch;
mod flow;
mod hint;
mod read;
mod response;

pub use dispatch::{Agreement, Granted, Next, Page, Progress, dispatch};
pub use flow::{Authorized, Interaction, Pending, Shown, authorize};
pub(crate) use hint::{Hint, read_hint};
pub use read::{AuthorizeRequest, Prompt};
pub(crate) use response::with_query;
pub use response::{Response, ResponseMode, Sent};
