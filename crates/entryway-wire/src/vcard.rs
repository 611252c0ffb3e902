//! A business card as vCard 4.0 (RFC 6350).
//!
//! What a directory says is text and nothing else: it stands in values alone, never in names or parameters, and can
//! neither end its line nor its component.

use entryway_lookup::Card;

/// Longest line, in bytes, without its end (§3.2).
const LINE: usize = 75;

/// The card as `text/vcard`. `photo` is where its picture can be had; one that is no address is left out.
pub fn vcard(card: &Card, photo: Option<&str>) -> String {
    let mut lines = Lines(String::new());
    lines.add("BEGIN", "VCARD");
    // §6.7.9: at once behind it.
    lines.add("VERSION", "4.0");
    lines.add("KIND", "individual");
    // Its default would be a URI.
    lines.add("UID;VALUE=text", &text(&card.id.to_string()));
    lines.add("FN", &text(&card.name));
    lines.add("N", &name(card));
    for field in &card.fields {
        property(&field.name, &field.text, &mut lines);
    }
    if let Some(photo) = photo.filter(|photo| is_uri(photo)) {
        lines.add("PHOTO", photo);
    }
    lines.add("END", "VCARD");
    lines.0
}

fn property(field: &str, value: &str, lines: &mut Lines) {
    let field = field.to_ascii_lowercase();
    let one = text(value);
    match &*field {
        // `FN` and `N` say them.
        "name" | "given_name" | "family_name" => {}
        "mail" | "email" => {
            for address in each(value, |part| part.contains('@')) {
                lines.add("EMAIL", &text(address));
            }
        }
        "telephone" | "phone" => numbers("TEL;TYPE=voice", value, lines),
        "mobile" => numbers("TEL;TYPE=\"voice,cell\"", value, lines),
        "fax" => numbers("TEL;TYPE=fax", value, lines),
        "title" => lines.add("TITLE", &one),
        "role" => lines.add("ROLE", &one),
        "company" | "organization" => lines.add("ORG", &one),
        // The third of seven parts, the street: what people wrote is one text.
        "location" | "address" => lines.add("ADR", &format!(";;{one};;;;")),
        "note" | "description" => lines.add("NOTE", &one),
        "nickname" => lines.add("NICKNAME", &one),
        "url" | "website" if is_uri(value) => lines.add("URL", value),
        other => {
            if let Some(name) = own_name(other) {
                lines.add(&name, &one);
            }
        }
    }
}

fn numbers(property: &str, value: &str, lines: &mut Lines) {
    let is_number = |part: &str| part.chars().filter(char::is_ascii_digit).count() >= 3;
    for number in each(value, is_number) {
        lines.add(property, &text(number));
    }
}

/// The values of a field that are joined in a row, where each of them is one by itself; else the whole.
fn each(value: &str, is_one: impl Fn(&str) -> bool) -> Vec<&str> {
    let parts: Vec<&str> = value.split(", ").map(str::trim).collect();
    if parts.iter().all(|part| is_one(part)) {
        parts
    } else {
        vec![value]
    }
}

/// Family name and given name where the card has them; else the whole name as given, because nobody can tell.
fn name(card: &Card) -> String {
    let of = |wanted: &str| {
        let mut fields = card.fields.iter();
        let field = fields.find(|field| field.name.eq_ignore_ascii_case(wanted));
        field.map(|field| text(&field.text))
    };
    match (of("family_name"), of("given_name")) {
        (Some(family), given) => format!("{family};{};;;", given.unwrap_or_default()),
        (None, Some(given)) => format!(";{given};;;"),
        (None, None) => format!(";{};;;", text(&card.name)),
    }
}

/// The name of a property of the configuration's own (§6.10); `None` where nothing of it can stand in one.
fn own_name(field: &str) -> Option<String> {
    let mut name = String::from("X-");
    for char in field.chars() {
        match char {
            'a'..='z' | '0'..='9' => name.push(char.to_ascii_uppercase()),
            _ if name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    let name = name.trim_end_matches('-');
    (name.len() > 2).then(|| name.to_owned())
}

/// §3.4. Line breaks of any kind are `\n`; another control character is none of a text.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' if chars.peek() == Some(&'\n') => {}
            // Some readers end their lines at these too.
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                escaped.push_str("\\n");
            }
            '\\' | ',' | ';' => escaped.extend(['\\', char]),
            '\t' => escaped.push(char),
            char if char.is_control() => {}
            char => escaped.push(char),
        }
    }
    escaped
}

/// Whether it is an address that stands in a line as it is.
fn is_uri(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|char: char| char.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    };
    scheme.is_some_and(is_scheme) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

struct Lines(String);

impl Lines {
    /// A line, folded (§3.2): between characters, never inside of one.
    fn add(&mut self, property: &str, value: &str) {
        let mut used = 0;
        for char in property.chars().chain([':']).chain(value.chars()) {
            if used + char.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(char);
            used += char.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests;
