//! A row as bytes. What is read was written here.

use super::of_dn;
use std::fmt::Write;

/// Writes a row.
pub(super) struct Packer<'a>(pub(super) &'a mut Vec<u8>);

/// How an identity is kept.
const TEXT: u8 = 0;
/// 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
const UUID: u8 = 1;
/// What the name gives.
const OF_DN: u8 = 2;

impl Packer<'_> {
    /// Seven bits a byte, the lowest first.
    pub(super) fn number(&mut self, mut number: u32) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn text(&mut self, text: &str) {
        // Nothing as long as this comes in a message.
        self.number(u32::try_from(text.len()).unwrap_or(u32::MAX));
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A text that may be missing; one of nothing is.
    pub(super) fn optional(&mut self, text: Option<&str>) {
        self.text(text.unwrap_or_default());
    }

    pub(super) fn identity(&mut self, identity: &str, dn: &str) {
        if let Some(uuid) = packed_uuid(identity) {
            self.0.push(UUID);
            self.0.extend_from_slice(&uuid);
        } else if of_dn(dn).is_some_and(|own| own == identity) {
            self.0.push(OF_DN);
        } else {
            self.0.push(TEXT);
            self.text(identity);
        }
    }
}

/// A row that was read.
#[derive(Default)]
pub(super) struct Unpacked<'a> {
    /// Which parent, from 1; 0 for none.
    pub(super) parent: u32,
    pub(super) own: &'a str,
    pub(super) name: &'a str,
    pub(super) description: Option<&'a str>,
    pub(super) mail: Option<&'a str>,
    identity: Identity<'a>,
}

#[derive(Default)]
enum Identity<'a> {
    Text(&'a str),
    Uuid([u8; 16]),
    #[default]
    OfDn,
}

impl<'a> Unpacked<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let mut reader = Reader(bytes);
        Self::of(&mut reader).unwrap_or_default()
    }

    fn of(reader: &mut Reader<'a>) -> Option<Self> {
        let some = |text: &'a str| (!text.is_empty()).then_some(text);
        Some(Self {
            parent: reader.number()?,
            own: reader.text()?,
            name: reader.text()?,
            description: some(reader.text()?),
            mail: some(reader.text()?),
            identity: match reader.byte()? {
                UUID => Identity::Uuid(reader.array()?),
                OF_DN => Identity::OfDn,
                _ => Identity::Text(reader.text()?),
            },
        })
    }

    /// The identity of the entry of this name.
    pub(super) fn identity(&self, dn: &str) -> String {
        match &self.identity {
            Identity::Text(text) => (*text).to_owned(),
            Identity::Uuid(uuid) => written_uuid(uuid),
            Identity::OfDn => of_dn(dn).unwrap_or_default(),
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

/// The bytes of a UUID that is written in the one usual way, in lower case.
fn packed_uuid(text: &str) -> Option<[u8; 16]> {
    let mut uuid = [0; 16];
    let mut digits = text.bytes().filter(|byte| *byte != b'-');
    for byte in &mut uuid {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (high, low) = (digit(digits.next()?)?, digit(digits.next()?)?);
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    // Written differently it would be another identity.
    (written_uuid(&uuid) == text).then_some(uuid)
}

fn written_uuid(uuid: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in uuid.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // Nothing that writes to a text fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
