//! The parameters of a request, decoded by whoever speaks HTTP.

use zeroize::Zeroizing;

/// Most parameters that are looked at.
pub const MAX_PARAMETERS: usize = 64;
/// Longest value, in bytes: an assertion or a hint is the longest thing that is sent.
pub const MAX_VALUE_BYTES: usize = 16 * 1024;
/// Longest text of all together, in bytes.
pub const MAX_TOTAL_BYTES: usize = 64 * 1024;

/// Names and values in the order in which they came. No `Debug`: there are secrets among them.
#[derive(Clone)]
pub struct Parameters(Vec<(String, Zeroizing<String>)>);

/// Why parameters are not read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request has more parameters, or longer ones, than are read")]
pub struct TooMuch;

/// A parameter that stands in the request more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a parameter is included more than once")]
pub struct Repeated;

impl Parameters {
    /// From what was sent, if it is not too much.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, TooMuch> {
        Self::within(MAX_VALUE_BYTES, MAX_TOTAL_BYTES, pairs)
    }
    /// The same of a form of our own, which brings a whole request back: with other limits, in bytes.
    pub fn within(
        most_of_one: usize,
        most: usize,
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, TooMuch> {
        let mut kept = Vec::new();
        let mut total = 0usize;
        for (name, value) in pairs {
            let value = Zeroizing::new(value);
            total = total.saturating_add(name.len()).saturating_add(value.len());
            let many = kept.len() == MAX_PARAMETERS;
            if many || value.len() > most_of_one || total > most {
                return Err(TooMuch);
            }
            kept.push((name, value));
        }
        Ok(Self(kept))
    }
    /// The value of a parameter. RFC 6749 §3.1: one without a value is as one that was not sent, and one that is sent
    /// twice is an error: two readers of the request would choose differently.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self
            .0
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Repeated);
        }
        Ok(first.filter(|value| !value.is_empty()))
    }
    /// The first value, where it has been decided that the request is refused and only the way to say so is sought.
    pub(crate) fn only(&self, name: &str) -> Option<&str> {
        self.one(name).ok().flatten()
    }
    /// Whether one of these is there more than once.
    pub(crate) fn check_once(&self, names: &[&str]) -> Result<(), Repeated> {
        names.iter().try_for_each(|name| self.one(name).map(|_| ()))
    }
    /// As they came, for whoever keeps the request while a person logs in.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
