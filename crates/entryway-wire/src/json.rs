//! JSON as text, written for what is written with every login: the same bytes as `serde_json` gives, in half the time.
//!
//! Most of an answer and of a record is names of keys and short texts without anything to escape. They are looked at
//! eight bytes at a time and copied whole.

use crate::write::digit;
use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use std::fmt::{self, Display, Write as _};

/// Why a value could not be written: nothing that is written here gives a reason.
pub type JsonError = serde_json::Error;

/// Room for a usual answer or record, in bytes: a buffer that grows is copied each time.
const USUAL: usize = 4096;

/// `value` as JSON without blanks.
pub fn to_json(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, JsonError> {
    let mut json = Vec::with_capacity(USUAL);
    value.serialize(Writer(&mut json))?;
    Ok(json)
}

/// Writes one value at the end of a buffer.
struct Writer<'a>(&'a mut Vec<u8>);

/// Writes what stands in brackets; a comma goes before all but the first.
struct Members<'a> {
    json: &'a mut Vec<u8>,
    first: bool,
    end: &'static [u8],
}

impl<'a> Members<'a> {
    fn new(json: &'a mut Vec<u8>, begin: u8, end: &'static [u8]) -> Self {
        json.push(begin);
        Self {
            json,
            first: true,
            end,
        }
    }
    fn next(&mut self) -> Writer<'_> {
        if !self.first {
            self.json.push(b',');
        }
        self.first = false;
        Writer(self.json)
    }
    fn field(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> Result<(), JsonError> {
        let json = self.next().0;
        // A name of the code's own is not looked at each time it is written.
        debug_assert_eq!(plain_length(key.as_bytes()), key.len(), "{key}");
        json.reserve(key.len() + 3);
        json.push(b'"');
        json.extend_from_slice(key.as_bytes());
        json.extend_from_slice(b"\":");
        value.serialize(Writer(self.json))
    }
    fn close(self) -> Result<(), JsonError> {
        self.json.extend_from_slice(self.end);
        Ok(())
    }
}

/// A text in quotes.
fn text(json: &mut Vec<u8>, text: &str) {
    json.reserve(text.len() + 2);
    json.push(b'"');
    escaped(json, text.as_bytes());
    json.push(b'"');
}

/// A part of a text. What must be escaped is ASCII, so UTF-8 stays whole wherever it is cut.
fn escaped(json: &mut Vec<u8>, mut bytes: &[u8]) {
    loop {
        let plain = plain_length(bytes);
        let (copied, rest) = bytes.split_at_checked(plain).unwrap_or((bytes, &[]));
        json.extend_from_slice(copied);
        let Some((&byte, rest)) = rest.split_first() else {
            return;
        };
        match byte {
            b'"' => json.extend_from_slice(b"\\\""),
            b'\\' => json.extend_from_slice(b"\\\\"),
            b'\n' => json.extend_from_slice(b"\\n"),
            b'\r' => json.extend_from_slice(b"\\r"),
            b'\t' => json.extend_from_slice(b"\\t"),
            0x08 => json.extend_from_slice(b"\\b"),
            0x0c => json.extend_from_slice(b"\\f"),
            _ => {
                let (high, low) = (digit(byte >> 4), digit(byte & 15));
                json.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        }
        bytes = rest;
    }
}

/// How many bytes from the start need no escape.
fn plain_length(bytes: &[u8]) -> usize {
    let Some(last) = bytes.last_chunk::<WORD>() else {
        return plain_length_of_few(bytes);
    };
    let (words, rest) = bytes.as_chunks::<WORD>();
    let mut length = 0;
    for word in words {
        if let Some(at) = first_special(*word) {
            return length + at;
        }
        length += WORD;
    }
    if rest.is_empty() {
        return length;
    }
    // The last eight: those of them that were looked at are plain, so whatever is found stands behind those.
    match first_special(*last) {
        Some(at) => bytes.len() - WORD + at,
        None => bytes.len(),
    }
}

/// The same of fewer than a word's bytes.
fn plain_length_of_few(bytes: &[u8]) -> usize {
    let one_by_one = || bytes.iter().take_while(|byte| is_plain(**byte)).count();
    let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) else {
        return one_by_one();
    };
    // Both halves may hold the same bytes: that there is nothing among them is all that this tells.
    let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
    let both = u64::from(first) << 32 | u64::from(last);
    match first_special(both.to_le_bytes()) {
        Some(_) => one_by_one(),
        None => bytes.len(),
    }
}

fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Bytes that are looked at in one step.
const WORD: usize = 8;

/// The first of eight bytes that needs an escape.
fn first_special(bytes: [u8; WORD]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // The high bit of each byte that is zero; of bytes above the first such one it may be wrong.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let word = u64::from_le_bytes(bytes);
    let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
    let quote = zeros(word ^ (ONES * u64::from(b'"')));
    let backslash = zeros(word ^ (ONES * u64::from(b'\\')));
    let special = control | quote | backslash;
    (special != 0).then(|| special.trailing_zeros() as usize / 8)
}

/// Takes what `Display` writes.
struct Escaping<'a>(&'a mut Vec<u8>);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escaped(self.0, text.as_bytes());
        Ok(())
    }
}

/// A whole number.
fn number(json: &mut Vec<u8>, number: u64) {
    let mut digits = [0; 20];
    let mut rest = number;
    let mut from = digits.len();
    for digit in digits.iter_mut().rev() {
        // Below ten.
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        from -= 1;
        if rest == 0 {
            break;
        }
    }
    json.extend_from_slice(digits.get(from..).unwrap_or_default());
}

/// How many thousandths `value` is, where it is a whole number of them and no large one: as durations in milliseconds
/// are.
fn thousandths(value: f64) -> Option<u32> {
    // The cast ends at both ends of the range, and what was cut off shows below. `-0.0` is written with its sign.
    let count = (value * 1000.0).round() as u32;
    (f64::from(count) / 1000.0)
        .to_bits()
        .eq(&value.to_bits())
        .then_some(count)
}

/// A number of thousandths, with as many digits behind the point as it needs and at least one. Numbers of so few digits
/// are the shortest text of their `f64`, which is what the library writes.
fn decimal(json: &mut Vec<u8>, thousandths: u32) {
    number(json, u64::from(thousandths / 1000));
    let rest = thousandths % 1000;
    // Each below ten.
    let digits = [rest / 100, rest / 10 % 10, rest % 10].map(|digit| b'0' + digit as u8);
    let needed = match digits {
        [_, b'0', b'0'] => 1,
        [_, _, b'0'] => 2,
        _ => 3,
    };
    json.push(b'.');
    json.extend_from_slice(digits.get(..needed).unwrap_or(&digits));
}

/// What is written seldom is left to the library.
fn by_library(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Result<(), JsonError> {
    serde_json::to_writer(json, value)
}

impl<'a> serde::Serializer for Writer<'a> {
    type Ok = ();
    type Error = JsonError;
    type SerializeSeq = Members<'a>;
    type SerializeTuple = Members<'a>;
    type SerializeTupleStruct = Members<'a>;
    type SerializeTupleVariant = Members<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), JsonError> {
        let word: &[u8] = if value { b"true" } else { b"false" };
        self.0.extend_from_slice(word);
        Ok(())
    }
    fn serialize_i8(self, value: i8) -> Result<(), JsonError> {
        self.serialize_i64(value.into())
    }
    fn serialize_i16(self, value: i16) -> Result<(), JsonError> {
        self.serialize_i64(value.into())
    }
    fn serialize_i32(self, value: i32) -> Result<(), JsonError> {
        self.serialize_i64(value.into())
    }
    fn serialize_i64(self, value: i64) -> Result<(), JsonError> {
        if value < 0 {
            self.0.push(b'-');
        }
        number(self.0, value.unsigned_abs());
        Ok(())
    }
    fn serialize_u8(self, value: u8) -> Result<(), JsonError> {
        self.serialize_u64(value.into())
    }
    fn serialize_u16(self, value: u16) -> Result<(), JsonError> {
        self.serialize_u64(value.into())
    }
    fn serialize_u32(self, value: u32) -> Result<(), JsonError> {
        self.serialize_u64(value.into())
    }
    fn serialize_u64(self, value: u64) -> Result<(), JsonError> {
        number(self.0, value);
        Ok(())
    }
    fn serialize_i128(self, value: i128) -> Result<(), JsonError> {
        by_library(self.0, &value)
    }
    fn serialize_u128(self, value: u128) -> Result<(), JsonError> {
        by_library(self.0, &value)
    }
    fn serialize_f32(self, value: f32) -> Result<(), JsonError> {
        by_library(self.0, &value)
    }
    fn serialize_f64(self, value: f64) -> Result<(), JsonError> {
        match thousandths(value) {
            Some(count) => {
                decimal(self.0, count);
                Ok(())
            }
            None => by_library(self.0, &value),
        }
    }
    fn serialize_char(self, value: char) -> Result<(), JsonError> {
        text(self.0, value.encode_utf8(&mut [0; 4]));
        Ok(())
    }
    fn serialize_str(self, value: &str) -> Result<(), JsonError> {
        text(self.0, value);
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<(), JsonError> {
        by_library(self.0, value)
    }
    fn serialize_none(self) -> Result<(), JsonError> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), JsonError> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), JsonError> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }
    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), JsonError> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), JsonError> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), JsonError> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), JsonError> {
        let mut members = Members::new(self.0, b'{', b"}");
        members.field(variant, value)?;
        members.close()
    }
    fn serialize_seq(self, _len: Option<usize>) -> Result<Members<'a>, JsonError> {
        Ok(Members::new(self.0, b'[', b"]"))
    }
    fn serialize_tuple(self, len: usize) -> Result<Members<'a>, JsonError> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        len: usize,
    ) -> Result<Members<'a>, JsonError> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Members<'a>, JsonError> {
        self.0.push(b'{');
        text(self.0, variant);
        self.0.push(b':');
        Ok(Members::new(self.0, b'[', b"]}"))
    }
    fn serialize_map(self, _len: Option<usize>) -> Result<Members<'a>, JsonError> {
        Ok(Members::new(self.0, b'{', b"}"))
    }
    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Members<'a>, JsonError> {
        Ok(Members::new(self.0, b'{', b"}"))
    }
    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Members<'a>, JsonError> {
        self.0.push(b'{');
        text(self.0, variant);
        self.0.push(b':');
        Ok(Members::new(self.0, b'{', b"}}"))
    }
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), JsonError> {
        self.0.push(b'"');
        write!(Escaping(self.0), "{value}").map_err(JsonError::custom)?;
        self.0.push(b'"');
        Ok(())
    }
}

impl SerializeSeq for Members<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
        value.serialize(self.next())
    }
    fn end(self) -> Result<(), JsonError> {
        self.close()
    }
}

impl SerializeTuple for Members<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
        value.serialize(self.next())
    }
    fn end(self) -> Result<(), JsonError> {
        self.close()
    }
}

impl SerializeTupleStruct for Members<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
        value.serialize(self.next())
    }
    fn end(self) -> Result<(), JsonError> {
        self.close()
    }
}

impl SerializeTupleVariant for Members<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
        value.serialize(self.next())
    }
    fn end(self) -> Result<(), JsonError> {
        self.close()
    }
}

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), JsonError> {
        let writer = self.next();
        let start = writer.0.len();
        key.serialize(Writer(&mut *writer.0))?;
        match writer.0.get(start) {
            Some(b'"') => Ok(()),
            _ => Err(JsonError::custom("a key is no text")),
        }
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
        self.json.push(b':');
        value.serialize(Writer(self.json))
    }
    fn end(self) -> Result<(), JsonError> {
        self.close()
    }
}

impl SerializeStruct for Members<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), JsonError> {
        self.field(key, value)
    }
    fn end(self) -> Result<(), JsonError> {
        self.close()
    }
}

impl SerializeStructVariant for Members<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), JsonError> {
        self.field(key, value)
    }
    fn end(self) -> Result<(), JsonError> {
        self.close()
    }
}

#[cfg(test)]
mod tests;
