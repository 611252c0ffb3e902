use super::{Accent, ImageKind};

#[test]
fn an_image_is_told_by_its_content() {
    for (file, expected) in [
        (&b"\x89PNG\r\n\x1a\n...."[..], Some(ImageKind::Png)),
        (b"\xff\xd8\xff\xe0", Some(ImageKind::Jpeg)),
        (b"RIFF\0\0\0\0WEBPVP8 ", Some(ImageKind::WebP)),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            Some(ImageKind::Svg),
        ),
        (
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a < b -->\n<!DOCTYPE svg>\n<svg>",
            Some(ImageKind::Svg),
        ),
        (b"<svg/>", Some(ImageKind::Svg)),
        (b"<svgx/>", None),
        (b"<svg", None),
        (b"<html><svg/></html>", None),
        (b"<!-- <svg/>", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"GIF89a", None),
        (b"", None),
        (b"<svg/>\xff", None),
    ] {
        assert_eq!(ImageKind::of(file), expected, "{}", file.escape_ascii());
    }
}

#[test]
fn a_colour_is_six_digits() {
    let read = |text| Accent::parse(text).map(|accent| accent.to_string());
    assert_eq!(read("#1F6feb").as_deref(), Some("#1f6feb"));
    for bad in [
        "",
        "#",
        "1f6feb",
        "#fff",
        "#1f6febff",
        "#1f6fe",
        "#+f6feb",
        "#1f6fég",
        "red",
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
}

#[test]
fn text_is_white_where_that_is_easier_to_read() {
    for (colour, white) in [
        ("#000000", true),
        ("#003366", true),
        ("#1f6feb", true),
        ("#ff0000", false),
        ("#777777", false),
        ("#757575", true),
        ("#ffcc00", false),
        ("#ffffff", false),
    ] {
        let accent = Accent::parse(colour).unwrap();
        assert_eq!(accent.wants_white_text(), white, "{colour}");
    }
}

#[test]
fn whatever_the_colour_its_text_has_the_contrast_that_is_asked_for() {
    for grey in 0..=255 {
        let accent = Accent { rgb: [grey; 3] };
        let luminance = accent.luminance() + 0.05;
        let contrast = match accent.wants_white_text() {
            true => 1.05 / luminance,
            false => luminance / 0.05,
        };
        assert!(contrast >= 4.5, "{accent}: {contrast}");
    }
}
