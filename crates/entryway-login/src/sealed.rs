//! A password as a browser or an application sealed it for a site: texts that nobody here can open.

/// For how many connectors a password is sealed at most.
const MOST: usize = 2;
/// Most bytes of all the texts together.
const BYTES_MAX: usize = 8 * 1024;

/// The same password, sealed for one connector or for two of them.
pub struct SealedPassword(Box<[SealedFor]>);

/// A password sealed for one connector, in the words of `entryway-bridge`. Unread here.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedFor {
    /// Who can open it.
    pub connector: Box<str>,
    /// With which of its keys.
    pub key_id: Box<str>,
    /// The challenge that it answers.
    pub nonce: Box<str>,
    /// The encapsulated key, in the URL's alphabet of base64.
    pub enc: Box<str>,
    /// The sealed text, likewise.
    pub ciphertext: Box<str>,
}

impl SealedPassword {
    /// `None` unless there is one or two of them, of no more than 8 KiB together, for connectors that differ.
    pub fn new(sealed: Vec<SealedFor>) -> Option<Self> {
        let bytes: usize = sealed.iter().map(SealedFor::len).sum();
        let connectors = match sealed.as_slice() {
            [_] => true,
            [one, other] => one.connector != other.connector,
            _ => false,
        };
        (connectors && sealed.len() <= MOST && bytes <= BYTES_MAX).then(|| Self(sealed.into()))
    }
    /// Each, in the order in which connectors are asked.
    pub fn each(&self) -> &[SealedFor] {
        &self.0
    }
}

impl SealedFor {
    fn len(&self) -> usize {
        let Self {
            connector,
            key_id,
            nonce,
            enc,
            ciphertext,
        } = self;
        [connector, key_id, nonce, enc, ciphertext]
            .iter()
            .map(|text| text.len())
            .sum()
    }
}

#[cfg(test)]
mod tests;
