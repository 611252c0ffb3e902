use super::vcard;
use entryway_lookup::{Card, CardField, EntryId, Spent};
use proptest::prelude::*;

fn card(name: &str, fields: &[(&str, &str)]) -> Card {
    Card {
        id: EntryId::parse("staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301").unwrap(),
        name: name.to_owned(),
        fields: fields
            .iter()
            .map(|(name, text)| CardField {
                name: (*name).into(),
                text: (*text).to_owned(),
            })
            .collect(),
        has_photo: false,
        tag: 0,
        gaps: Vec::new(),
        spent: Spent::default(),
    }
}

/// The lines as a reader has them: unfolded (§3.2).
fn lines(text: &str) -> Vec<String> {
    let unfolded = text.replace("\r\n ", "");
    let (content, end) = unfolded.rsplit_once("\r\n").unwrap();
    assert_eq!(end, "");
    content.split("\r\n").map(str::to_owned).collect()
}

/// What a value says (§3.4).
fn said(value: &str) -> String {
    let mut said = String::new();
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next().unwrap() {
                'n' | 'N' => said.push('\n'),
                other => said.push(other),
            },
            other => said.push(other),
        }
    }
    said
}

/// What stands between the frame and the identity.
#[track_caller]
fn check(name: &str, fields: &[(&str, &str)], expected: &[&str]) {
    let all = lines(&vcard(&card(name, fields), None));
    assert_eq!(
        all[..4],
        [
            "BEGIN:VCARD",
            "VERSION:4.0",
            "KIND:individual",
            "UID;VALUE=text:staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301"
        ]
    );
    assert_eq!(all.last().unwrap(), "END:VCARD");
    assert_eq!(all[4..all.len() - 1], *expected);
}

#[test]
fn the_usual_fields_have_their_properties() {
    check(
        "Jane Doe",
        &[
            ("name", "Jane Doe"),
            ("mail", "jane@corp.example, j@corp.example"),
            ("telephone", "+41 31 555 01 23, 4711"),
            ("mobile", "+41 79 555 01 23"),
            ("fax", "none"),
            ("title", "Head, Sales"),
            ("company", "Corp; Ltd."),
            ("location", "Bern, BE, CH"),
            ("url", "https://corp.example/jane"),
            ("note", "one\r\ntwo\\"),
            ("Room No. 1", "12"),
            ("Büro", "x"),
            ("--", "x"),
        ],
        &[
            "FN:Jane Doe",
            "N:;Jane Doe;;;",
            "EMAIL:jane@corp.example",
            "EMAIL:j@corp.example",
            "TEL;TYPE=voice:+41 31 555 01 23",
            "TEL;TYPE=voice:4711",
            "TEL;TYPE=\"voice,cell\":+41 79 555 01 23",
            "TEL;TYPE=fax:none",
            "TITLE:Head\\, Sales",
            "ORG:Corp\\; Ltd.",
            "ADR:;;Bern\\, BE\\, CH;;;;",
            "URL:https://corp.example/jane",
            "NOTE:one\\ntwo\\\\",
            "X-ROOM-NO-1:12",
            "X-B-RO:x",
        ],
    );
    check(
        "Jane Doe",
        &[("family_name", "Doe; Roe"), ("given_name", "Jane")],
        &["FN:Jane Doe", "N:Doe\\; Roe;Jane;;;"],
    );
}

#[test]
fn the_card_of_the_page_is_one() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cards.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```vcard\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let fields = [
        ("mail", "jane@corp.example"),
        ("telephone", "+41 31 555 01 23"),
        ("title", "Head, Sales"),
        ("location", "Bern, BE, CH"),
        ("room", "N.12"),
    ];
    let written = vcard(&card("Jane Doe", &fields), None);
    assert_eq!(written.replace("\r\n", "\n"), shown);
}

#[test]
fn a_photo_is_an_address_or_nothing() {
    let photo = |address: &str| {
        let all = lines(&vcard(&card("Jane", &[]), Some(address)));
        all.into_iter().find(|line| line.starts_with("PHOTO"))
    };
    let address = "https://portal.corp.example/api/v1/people/staff:1/photo?a=1,2;3";
    assert_eq!(photo(address), Some(format!("PHOTO:{address}")));
    for none in [
        "",
        "photo",
        "/photo",
        "https://x/ y",
        "https://x/\r\nEND:VCARD",
        "1a:b",
        "https://x/ü",
    ] {
        assert_eq!(photo(none), None, "{none}");
    }
}

#[test]
fn lines_are_folded_between_characters() {
    let text = vcard(&card(&"ü".repeat(100), &[]), None);
    assert!(text.lines().all(|line| line.len() <= 75));
    assert!(text.contains(&format!("\r\nFN:{}\r\n ü", "ü".repeat(36))));
    assert!(lines(&text).contains(&format!("FN:{}", "ü".repeat(100))));
    // One that just fits.
    let fits = vcard(&card(&"x".repeat(72), &[]), None);
    assert!(fits.contains(&format!("\r\nFN:{}\r\nN:", "x".repeat(72))));
}

/// Texts of which much would be something else, if it were not text.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\r\n ".to_owned()),
        Just("\u{85}".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("\u{b}".to_owned()),
        Just("\\".to_owned()),
        Just("\\n".to_owned()),
        Just(",".to_owned()),
        Just(", ".to_owned()),
        Just(";".to_owned()),
        Just(":".to_owned()),
        Just("\"".to_owned()),
        Just("END:VCARD".to_owned()),
        Just("\nTEL:+1".to_owned()),
        Just("@".to_owned()),
        Just("ü€😀".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// What is left of a text in which control characters are none.
fn readable(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let breaks = |char: char| "\r\u{b}\u{c}\u{85}\u{2028}\u{2029}".contains(char);
    let text = text.replace(breaks, "\n");
    text.replace(
        |char: char| char.is_control() && char != '\n' && char != '\t',
        "",
    )
}

proptest! {
    #[test]
    fn no_text_is_anything_but_a_value(
        name in hostile(),
        title in hostile(),
        location in hostile(),
        mail in hostile(),
        telephone in hostile(),
        own in hostile(),
        called in hostile(),
    ) {
        let fields = [
            ("title", &*title),
            ("location", &*location),
            ("mail", &*mail),
            ("telephone", &*telephone),
            (&*called, &*own),
        ];
        let text = vcard(&card(&name, &fields), None);
        // No line is too long, and every break is one of ours.
        for line in text.split("\r\n") {
            prop_assert!(line.len() <= 75);
            prop_assert!(!line.contains(|char: char| char.is_control() && char != '\t'));
            let ends_lines = line.contains(['\u{2028}', '\u{2029}']);
            prop_assert!(!ends_lines);
        }
        let all = lines(&text);
        // Each property is one that was meant, with the name that was meant.
        let names: Vec<&str> = all.iter().map(|line| line.split([':', ';']).next().unwrap()).collect();
        prop_assert_eq!(&names[..6], ["BEGIN", "VERSION", "KIND", "UID", "FN", "N"]);
        prop_assert_eq!(names.iter().filter(|name| **name == "TITLE").count(), 1);
        prop_assert_eq!(names.iter().filter(|name| **name == "ADR").count(), 1);
        prop_assert_eq!(names.iter().filter(|name| **name == "END").count(), 1);
        prop_assert_eq!(*names.last().unwrap(), "END");
        let fit = |line: &String| {
            let name = line.split([':', ';']).next().unwrap();
            ["TITLE", "ADR", "EMAIL", "TEL"].contains(&name) || name.starts_with("X-")
                || ["FN", "N", "BEGIN", "VERSION", "KIND", "UID", "END"].contains(&name)
                // What a field of one's own may be called.
                || ["ROLE", "ORG", "NOTE", "NICKNAME", "URL"].contains(&name)
        };
        prop_assert!(all.iter().all(fit), "{:?}", all);
        // And says what was given.
        let value = |name: &str| all.iter().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        prop_assert_eq!(said(&value("FN:").unwrap()), readable(&name));
        prop_assert_eq!(said(&value("TITLE:").unwrap()), readable(&title));
        let address = value("ADR:;;").unwrap();
        prop_assert_eq!(said(address.strip_suffix(";;;;").unwrap()), readable(&location));
    }
}
