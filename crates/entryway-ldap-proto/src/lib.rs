//! LDAP (RFC 4511) as values and state machines, for both ends, without I/O.
//!
//! - [`ber`]: the bounded reader and the writer for the subset of BER that LDAP allows.
//! - [`frame_length`]: where one message ends, judged from its header alone.
//! - [`message`]: messages decoded in place, borrowing the frame.
//! - [`client::Connection`]: message ids, bind state, StartTLS; matches each reply to its question.
//! - [`server::Connection`]: the other end, for a test directory.
//!
//! Nothing here opens a socket, reads a clock or draws a random number. Whoever owns the socket
//! moves bytes between it and a connection; whoever owns the clock abandons what takes too long.
//! Bytes of a peer can end a connection, never the process: every decoder is bounded by [`Limits`].

pub mod ber;
pub mod client;
pub mod control;
mod error;
mod filter;
mod frame;
mod limits;
pub mod message;
pub mod oid;
mod outbound;
mod password_modify;
mod redacted;
mod search;
pub mod server;

pub use control::{Control, ReceivedControl, RequestControl, ResponseControl};
pub use error::{DecodeError, EncodeError, EntryError, ProtocolError};
pub use filter::{decode_filter, encode_filter};
pub use frame::{frame_length, split_frame};
pub use limits::Limits;
pub use message::{Message, MessageId, Op};
pub use outbound::Outbound;
pub use password_modify::{PasswordModify, decode_generated_password, encode_generated_password};
pub use search::{DerefAliases, SearchRequest};
