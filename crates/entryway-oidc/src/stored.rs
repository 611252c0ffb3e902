//! What is kept, as text: for a store that need not know what it says.
//!
//! A text with a member that is not known here is refused: what a later version wrote may be a restriction, and half
//! of it is not obeyed.

mod forms;
mod session;

use crate::{AccessRecord, BrowserSession, CodeRecord, Family, Pending};
use forms::{Access, Code, Form, Lineage, Request};
use session::Session;
use zeroize::Zeroizing;

/// A text that is none of ours, or of a version that this one does not understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a stored {0} of this version")]
pub struct StoredError(&'static str);

/// Something that is kept as text.
pub trait Stored: Sized {
    /// As text, which is wiped when dropped.
    fn to_stored(&self) -> Zeroizing<String>;
    /// From what [`to_stored`](Self::to_stored) wrote.
    fn from_stored(text: &str) -> Result<Self, StoredError>;
}

fn write(form: &impl serde::Serialize) -> Zeroizing<String> {
    // Texts, numbers and lists of them: this does not fail.
    Zeroizing::new(serde_json::to_string(form).unwrap_or_default())
}

fn read<T: Form>(text: &str) -> Result<T, StoredError> {
    serde_json::from_str(text).map_err(|_| StoredError(T::NAME))
}

macro_rules! stored {
    ($($kind:ident as $form:ident;)*) => {$(
        impl Stored for $kind {
            fn to_stored(&self) -> Zeroizing<String> {
                write(&$form::of(self))
            }
            fn from_stored(text: &str) -> Result<Self, StoredError> {
                let form: $form = read(text)?;
                form.value().ok_or(StoredError($form::NAME))
            }
        }
    )*};
}

stored! {
    CodeRecord as Code;
    AccessRecord as Access;
    Family as Lineage;
    Pending as Request;
    BrowserSession as Session;
}

#[cfg(test)]
mod tests;
