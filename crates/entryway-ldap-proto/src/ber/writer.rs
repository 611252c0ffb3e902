//! Writing elements to the end of a buffer, with minimal definite lengths.

use super::Tag;

/// Appends elements to a buffer.
///
/// A constructed element is written content first into place behind a one-octet length; when it
/// turns out longer than 127 octets its content moves up to make room. LDAP nests so little that
/// this is cheaper than measuring everything beforehand.
pub struct Writer<'b> {
    out: &'b mut Vec<u8>,
}

impl<'b> Writer<'b> {
    /// Appends to `out`.
    pub fn new(out: &'b mut Vec<u8>) -> Self {
        Self { out }
    }
    /// A primitive element with this content.
    pub fn primitive(&mut self, tag: Tag, content: &[u8]) {
        self.out.push(tag.0);
        let (octets, used) = length_octets(content.len());
        self.out
            .extend_from_slice(octets.get(..used).unwrap_or_default());
        self.out.extend_from_slice(content);
    }
    /// An `OCTET STRING`.
    pub fn octets(&mut self, content: &[u8]) {
        self.primitive(Tag::OCTETS, content);
    }
    /// A `BOOLEAN`; true is 0xff (RFC 4511 §5.1).
    pub fn boolean(&mut self, tag: Tag, value: bool) {
        self.primitive(tag, &[if value { 0xff } else { 0 }]);
    }
    /// An integer type's element, in as few octets as it takes.
    pub fn integer(&mut self, tag: Tag, value: u32) {
        let octets = u64::from(value).to_be_bytes();
        // A leading octet may go while the next one keeps the sign bit clear.
        let spare = octets
            .windows(2)
            .take_while(|pair| matches!(pair, [0, next] if *next < 0x80))
            .count();
        self.primitive(tag, octets.get(spare..).unwrap_or_default());
    }
    /// A constructed element whose content `write` appends.
    pub fn constructed<R>(&mut self, tag: Tag, write: impl FnOnce(&mut Self) -> R) -> R {
        self.out.push(tag.0);
        let at = self.out.len();
        self.out.push(0);
        let result = write(self);
        self.close(at);
        result
    }
    /// How much the buffer holds, this writer's part and all before it.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// Puts the length of everything behind octet `at` there.
    fn close(&mut self, at: usize) {
        let end = self.out.len();
        let (octets, used) = length_octets(end.saturating_sub(at + 1));
        let extra = used - 1;
        if extra > 0 {
            self.out.resize(end + extra, 0);
            self.out.copy_within(at + 1..end, at + 1 + extra);
        }
        if let (Some(place), Some(octets)) = (self.out.get_mut(at..at + used), octets.get(..used)) {
            place.copy_from_slice(octets);
        }
    }
}

/// The length field for `length` octets of content: the field, and how much of it is used.
fn length_octets(length: usize) -> ([u8; 9], usize) {
    let mut field = [0; 9];
    if length < 0x80 {
        field[0] = length as u8;
        return (field, 1);
    }
    let octets = (length as u64).to_be_bytes();
    let used = 8 - (length as u64).leading_zeros() as usize / 8;
    field[0] = 0x80 | used as u8;
    for (place, octet) in field.iter_mut().skip(1).zip(octets.iter().skip(8 - used)) {
        *place = *octet;
    }
    (field, used + 1)
}
