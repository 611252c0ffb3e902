//! A ticket: what lets a connector enrol, once. Typed or pasted by somebody at the site, so a slip is told as one.

use crate::statement::digest;
use zeroize::Zeroizing;

/// The secret of a ticket, and by what the connector knows the hub that it is for. No `Debug`; wiped when dropped.
pub struct Ticket {
    secret: Zeroizing<[u8; 16]>,
    authority: [u8; 16],
}

/// A text that is no ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedTicket {
    /// It does not begin as one.
    #[error("a ticket begins with `ewt1-`")]
    Prefix,
    /// A character that no ticket has.
    #[error("a ticket has letters a-z, digits 2-7 and hyphens")]
    Character,
    /// Too short or too long.
    #[error("a ticket has {CHARACTERS} letters and digits after `ewt1-`; this has {0}")]
    Length(usize),
    /// All there, and not as it was written.
    #[error("the ticket was mistyped: its checksum does not fit")]
    Checksum,
}

const PREFIX: &str = "ewt1-";
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Secret, authority and checksum are 34 bytes: 272 bits, five in a character.
const BYTES: usize = 34;
const CHARACTERS: usize = 55;
const GROUP: usize = 5;
const CHECKED: &[u8] = b"entryway ticket v1";

impl Ticket {
    /// Of a secret drawn at random, for the authority of this certificate (DER).
    pub fn new(secret: [u8; 16], authority: &[u8]) -> Self {
        Self {
            secret: Zeroizing::new(secret),
            authority: Self::authority_of(authority),
        }
    }
    /// How a ticket names the authority of this certificate (DER): the first half of its SHA-256.
    pub fn authority_of(certificate: &[u8]) -> [u8; 16] {
        let hash = digest(&[certificate]);
        let mut half = [0; 16];
        for (to, from) in half.iter_mut().zip(hash) {
            *to = from;
        }
        half
    }
    /// Whether it is for the authority of this certificate (DER).
    pub fn is_for(&self, certificate: &[u8]) -> bool {
        self.authority == Self::authority_of(certificate)
    }
    /// The secret, for the one message that carries it.
    pub fn secret(&self) -> &[u8; 16] {
        &self.secret
    }
    /// What stands for a ticket at the hub: SHA-256 of its secret.
    pub fn digest_of(secret: &[u8; 16]) -> [u8; 32] {
        digest(&[secret])
    }

    /// As it is shown, once.
    pub fn to_text(&self) -> Zeroizing<String> {
        let bytes = self.bytes();
        // At its full size at once: a text that grows leaves a copy that nobody wipes.
        let room = PREFIX.len() + CHARACTERS + CHARACTERS / GROUP;
        let mut text = Zeroizing::new(String::with_capacity(room));
        text.push_str(PREFIX);
        for at in 0..CHARACTERS {
            if at > 0 && at % GROUP == 0 {
                text.push('-');
            }
            let mut index = 0;
            for bit in at * 5..at * 5 + 5 {
                let byte = bytes.get(bit / 8).copied().unwrap_or_default();
                index = index << 1 | usize::from(byte >> (7 - bit % 8) & 1);
            }
            text.push(char::from(ALPHABET.get(index).copied().unwrap_or(b'a')));
        }
        text
    }

    /// Reads what somebody typed: case, blanks and hyphens do not matter.
    pub fn parse(text: &str) -> Result<Self, MalformedTicket> {
        let text = text.trim();
        let start = text.get(..PREFIX.len()).ok_or(MalformedTicket::Prefix)?;
        if !start.eq_ignore_ascii_case(PREFIX) {
            return Err(MalformedTicket::Prefix);
        }
        let mut bytes = Zeroizing::new([0u8; BYTES + 1]);
        let mut count = 0;
        for character in text.bytes().skip(PREFIX.len()) {
            if character == b'-' || character.is_ascii_whitespace() {
                continue;
            }
            let character = character.to_ascii_lowercase();
            let index = ALPHABET.iter().position(|known| *known == character);
            let index = index.ok_or(MalformedTicket::Character)?;
            for place in 0..5 {
                let bit = count * 5 + place;
                if let Some(byte) = bytes.get_mut(bit / 8)
                    && index >> (4 - place) & 1 == 1
                {
                    *byte |= 0x80 >> (bit % 8);
                }
            }
            count += 1;
        }
        if count != CHARACTERS {
            return Err(MalformedTicket::Length(count));
        }
        let (secret, rest) = bytes
            .split_first_chunk::<16>()
            .ok_or(MalformedTicket::Checksum)?;
        let (authority, rest) = rest
            .split_first_chunk::<16>()
            .ok_or(MalformedTicket::Checksum)?;
        let ticket = Self {
            secret: Zeroizing::new(*secret),
            authority: *authority,
        };
        // The three bits after the last byte are zero, or it has a second spelling.
        let (checksum, after) = rest.split_at_checked(2).ok_or(MalformedTicket::Checksum)?;
        let is_whole = checksum == ticket.checksum() && after == [0];
        is_whole.then_some(ticket).ok_or(MalformedTicket::Checksum)
    }

    fn checksum(&self) -> [u8; 2] {
        let hash = digest(&[CHECKED, &*self.secret, &self.authority]);
        hash.first_chunk().copied().unwrap_or_default()
    }

    fn bytes(&self) -> Zeroizing<[u8; BYTES]> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        let checksum = self.checksum();
        let parts = self.secret.iter().chain(&self.authority).chain(&checksum);
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = *from;
        }
        bytes
    }
}

#[cfg(test)]
mod tests;
