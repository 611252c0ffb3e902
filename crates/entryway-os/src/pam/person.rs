//! The person at the other end of PAM's conversation, who can do nothing but give one password once.

use super::ffi::{Answers, Said};
use crate::words;
use std::ffi::{CStr, CString, c_int};
use zeroize::Zeroizing;

const PROMPT_ECHO_OFF: c_int = 1;
#[cfg(test)]
const PROMPT_ECHO_ON: c_int = 2;
const ERROR_MESSAGE: c_int = 3;
const TEXT: c_int = 4;

/// Most characters of the modules' messages that are kept.
const MOST: usize = 300;

/// Answers the first prompt that does not echo with the password and refuses every other.
///
/// A second prompt is another question: a second factor, a new password, or a module that tries again. The same
/// password there would be counted as a second wrong one, or told to whom it was not meant for.
pub(super) struct Person {
    password: Zeroizing<Vec<u8>>,
    gave_password: bool,
    refused: bool,
    messages: String,
}

impl Person {
    /// Somebody with this password, which holds no NUL.
    pub(super) fn new(password: &[u8]) -> Self {
        Self {
            password: Zeroizing::new(password.to_vec()),
            gave_password: false,
            refused: false,
            messages: String::new(),
        }
    }

    /// Whether any module asked for the password and got it.
    pub(super) fn gave_password(&self) -> bool {
        self.gave_password
    }

    /// Whether a prompt was refused.
    pub(super) fn refused(&self) -> bool {
        self.refused
    }

    /// What modules said, in one line.
    pub(super) fn messages(&self) -> &str {
        &self.messages
    }

    fn hear(&mut self, message: &[u8]) {
        let room = MOST.saturating_sub(self.messages.chars().count());
        // A module that repeats what was typed does not make us repeat it.
        let message = words::fit(message, &self.password, room);
        if !self.messages.is_empty() && !message.is_empty() {
            self.messages.push_str("; ");
        }
        self.messages.push_str(&message);
    }
}

impl Answers for Person {
    fn answer(&mut self, style: c_int, text: &CStr) -> Said {
        match style {
            PROMPT_ECHO_OFF if !self.gave_password => {
                // Exactly as large as needed: growing would leave a copy behind.
                let mut copy = Vec::with_capacity(self.password.len().saturating_add(1));
                copy.extend_from_slice(&self.password);
                match CString::new(copy) {
                    Ok(password) => {
                        self.gave_password = true;
                        Said::Text(password)
                    }
                    Err(_) => Said::Refused,
                }
            }
            ERROR_MESSAGE | TEXT => {
                self.hear(text.to_bytes());
                Said::Nothing
            }
            _ => {
                self.refused = true;
                Said::Refused
            }
        }
    }
}

#[cfg(test)]
mod tests;
