//! Java's `DataInput` over bytes: nothing is believed that is not there.

pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }
    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
    pub(super) fn number(&mut self) -> Option<u32> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u32::from_be_bytes(*taken))
    }
    /// A number that counts something.
    pub(super) fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }
    /// Java's modified UTF-8 (two bytes for NUL, surrogates one by one): an alias is a label, so what is not
    /// UTF-8 is shown as such.
    pub(super) fn text(&mut self) -> Option<String> {
        let (length, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        let bytes = self.bytes(usize::from(u16::from_be_bytes(*length)))?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }
}
