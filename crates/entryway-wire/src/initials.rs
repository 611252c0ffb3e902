//! The picture that stands for a face where there is none: letters on a disc, in a colour of the person's own.

use entryway_lookup::{EntryId, content_tag};
use std::fmt::Write;

/// Colours of one lightness: white letters on each stand out at 5:1 (WCAG 2.2, 1.4.3 asks 4.5:1), and each from a white
/// page at 5:1 and from a black one at 4:1 (1.4.11 asks 3:1).
const DISCS: [&str; 12] = [
    "#c43939", "#95602b", "#707020", "#4d7723", "#247c24", "#247b4f", "#237777", "#326fac",
    "#5e5ed0", "#8b4ccb", "#b134b1", "#bd377a",
];

/// The letters as SVG. It names no style, script or other file; one id has one colour.
pub fn initials_svg(letters: &str, id: &EntryId) -> String {
    let discs = u64::try_from(DISCS.len()).unwrap_or(1);
    let at = usize::try_from(content_tag(id) % discs).unwrap_or_default();
    let disc = DISCS.get(at).copied().unwrap_or("#326fac");
    let letters = escaped(letters);
    let mut svg = String::new();
    // Writing to a `String` cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 96\" width=\"96\" height=\"96\" role=\"img\" \
         aria-label=\"{letters}\"><title>{letters}</title><circle cx=\"48\" cy=\"48\" r=\"48\" fill=\"{disc}\"/>\
         <text x=\"48\" y=\"48\" dy=\".35em\" text-anchor=\"middle\" font-family=\"system-ui, sans-serif\" \
         font-size=\"36\" fill=\"#fff\">{letters}</text></svg>"
    );
    svg
}

/// Text of XML 1.0: what no document may hold is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            char if char.is_control() => {}
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{DISCS, initials_svg};
    use entryway_lookup::EntryId;
    use proptest::prelude::*;

    fn id(number: u32) -> EntryId {
        EntryId::parse(&format!("staff:{number}")).unwrap()
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let part = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    #[test]
    fn letters_stand_out_and_so_does_the_disc_on_any_page() {
        for disc in DISCS {
            let disc_light = luminance(disc) + 0.05;
            // White letters, and a white page.
            assert!(1.05 / disc_light >= 4.5, "{disc}");
            // A black page, and one of a dark theme.
            assert!(disc_light / 0.05 >= 3.0, "{disc}");
            assert!(disc_light / (luminance("#121212") + 0.05) >= 3.0, "{disc}");
        }
    }

    #[test]
    fn one_id_has_one_colour_and_many_have_many() {
        let colour = |number: u32| {
            let svg = initials_svg("JD", &id(number));
            let (_, rest) = svg.split_once("r=\"48\" fill=\"").unwrap();
            rest[..7].to_owned()
        };
        assert_eq!(colour(1), colour(1));
        let mut colours: Vec<String> = (0..200).map(colour).collect();
        colours.sort();
        colours.dedup();
        assert_eq!(colours.len(), DISCS.len());
    }

    proptest! {
        #[test]
        fn letters_are_never_markup(letters in "[<>&\"' a-z/\\x00-\\x1f]{0,20}|\\PC{0,8}") {
            let (svg, plain) = (initials_svg(&letters, &id(1)), initials_svg("JD", &id(1)));
            for mark in ["<", ">", "\""] {
                prop_assert_eq!(svg.matches(mark).count(), plain.matches(mark).count());
            }
            prop_assert!(!svg.contains(char::is_control));
        }
    }
}
