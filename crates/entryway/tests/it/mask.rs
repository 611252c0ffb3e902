//! What differs from run to run, written as `TIME`, `WHEN`, `ID`, `PORT`, `FOLDER`.

use crate::world::World;

/// The text as a transcript keeps it.
pub(crate) fn mask(world: &World, text: &str) -> String {
    let mut text = text.to_owned();
    for address in [world.directory.ldaps_addr(), world.directory.ldap_addr()] {
        for before in [":", "+", "port = ", "port "] {
            text = text.replace(
                &format!("{before}{}", address.port()),
                &format!("{before}PORT"),
            );
        }
    }
    text = text.replace(&world.folder().display().to_string(), "FOLDER");
    let text = durations(&text);
    let text = days(&whens(&certificates(&ids(&drawn(&text)))));
    [
        "took_ms",
        "at_ms",
        "authenticated_at",
        "revalidation",
        "device",
        "local",
    ]
    .into_iter()
    .fold(text, |text, key| json_value(&text, key))
}

/// What is signed or drawn anew each time: cursors and tokens.
fn drawn(text: &str) -> String {
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    let words = text.split_inclusive(|char: char| !is_part(char));
    words
        .map(|word| {
            let bare = word.trim_end_matches(|char: char| !is_part(char));
            let masked = if bare.len() > 100 {
                "CURSOR"
            } else if bare.starts_with("ewt_") {
                "TOKEN"
            } else if bare.starts_with("ewcs_") {
                "SECRET"
            } else {
                bare
            };
            format!("{masked}{}", &word[bare.len()..])
        })
        .collect()
}

/// `3 ms`, `1.2 s` and `under 1 ms`, and the padding behind them, which depends on their length.
fn durations(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let begins = !out.ends_with(|before: char| before.is_ascii_alphanumeric() || before == '.');
        if let Some(behind) = begins.then(|| behind_duration(rest)).flatten() {
            out.push_str("TIME");
            rest = behind;
            if rest.starts_with("  ") {
                out.push_str("  ");
                rest = rest.trim_start_matches(' ');
            }
        } else {
            out.push(char);
            rest = &rest[char.len_utf8()..];
        }
    }
    out
}

fn behind_duration(text: &str) -> Option<&str> {
    if let Some(behind) = text.strip_prefix("under 1 ms") {
        return Some(behind);
    }
    let behind = text.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
    if behind.len() == text.len() {
        return None;
    }
    let behind = [" ms", " s"]
        .into_iter()
        .find_map(|unit| behind.strip_prefix(unit))?;
    (!behind.starts_with(char::is_alphanumeric)).then_some(behind)
}

/// `2026-11-20T12:00:00Z`, and `2026-11-20 12:00:00 UTC`.
fn whens(text: &str) -> String {
    const SHAPES: [&str; 2] = ["dddd-dd-ddTdd:dd:ddZ", "dddd-dd-dd dd:dd:dd UTC"];
    let fits = |found: &str, shape: &str| {
        found
            .bytes()
            .zip(shape.bytes())
            .all(|(found, shape)| match shape {
                b'd' => found.is_ascii_digit(),
                other => found == other,
            })
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let shape = SHAPES.into_iter().find(|shape| {
            rest.get(..shape.len())
                .is_some_and(|found| fits(found, shape))
        });
        if let Some(shape) = shape {
            out.push_str("WHEN");
            rest = &rest[shape.len()..];
        } else {
            out.push(char);
            rest = &rest[char.len_utf8()..];
        }
    }
    out
}

/// `WHEN, 12 days`, as a certificate has them left, and the same for programs.
fn days(text: &str) -> String {
    let text = json_value(text, "days_left");
    let mut parts = text.split("WHEN, ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let behind = part.trim_start_matches(|char: char| char.is_ascii_digit());
        out.push_str("WHEN, ");
        match behind.strip_prefix(" days") {
            Some(behind) => out.push_str(&format!("N days{behind}")),
            None => out.push_str(part),
        }
    }
    out
}

/// Fingerprints, and the lines of PEM.
fn certificates(text: &str) -> String {
    const DIGITS: usize = 64;
    let mut parts = text.split("sha256:");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("sha256:");
        match part.get(..DIGITS) {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                out.push_str("FINGERPRINT");
                out.push_str(&part[DIGITS..]);
            }
            _ => out.push_str(part),
        }
    }
    let (mut kept, mut inside) = (String::new(), false);
    for line in out.split_inclusive('\n') {
        if line.contains("-----END CERTIFICATE-----") {
            kept.push_str("PEM\n");
            inside = false;
        }
        if !inside {
            kept.push_str(line);
        }
        inside |= line.contains("-----BEGIN CERTIFICATE-----\n");
    }
    kept
}

/// Sixteen hexadecimal digits on their own, and the twenty-four of an account.
fn ids(text: &str) -> String {
    let words = text.split_inclusive(|char: char| !char.is_ascii_alphanumeric());
    let is_id = |word: &str| {
        [16, 24].contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    words
        .map(|word| {
            let bare = word.trim_end_matches(|char: char| !char.is_ascii_alphanumeric());
            if is_id(bare) {
                word.replace(bare, "ID")
            } else {
                word.to_owned()
            }
        })
        .collect()
}

fn json_value(text: &str, key: &str) -> String {
    let start = format!("\"{key}\":");
    let mut parts = text.split(start.as_str());
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([',', '}']).unwrap_or(part.len());
        out.push_str(&start);
        out.push_str("TIME");
        out.push_str(&part[end..]);
    }
    out
}

#[test]
fn only_what_differs_is_masked() {
    assert_eq!(durations("1 entry, 3 ms     x"), "1 entry, TIME  x");
    assert_eq!(
        durations("under 1 ms\n1.2 s, v1.2 ms"),
        "TIME\nTIME, v1.2 ms"
    );
    assert_eq!(durations("100 staff, 5 messages"), "100 staff, 5 messages");
    assert_eq!(ids("login 0123456789abcdef, x"), "login ID, x");
    assert_eq!(ids("0123456789abcdef0"), "0123456789abcdef0");
    assert_eq!(ids("local:0123456789abcdef01234567 x"), "local:ID x");
    assert_eq!(whens("until 2026-11-20T12:00:00Z."), "until WHEN.");
    assert_eq!(
        days(&whens("2026-11-20 12:00:00 UTC, 39 days")),
        "WHEN, N days"
    );
    let fingerprint = "0123456789abcdef".repeat(4);
    assert_eq!(
        certificates(&format!("sha256:{fingerprint}, sha256:00")),
        "sha256:FINGERPRINT, sha256:00"
    );
    assert_eq!(
        certificates("-----BEGIN CERTIFICATE-----\nMII\nAA\n-----END CERTIFICATE-----\nx\n"),
        "-----BEGIN CERTIFICATE-----\nPEM\n-----END CERTIFICATE-----\nx\n"
    );
    assert_eq!(
        json_value("{\"took_ms\":1.5,\"a\":1}", "took_ms"),
        "{\"took_ms\":TIME,\"a\":1}"
    );
}
