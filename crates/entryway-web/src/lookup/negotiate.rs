//! What a client would rather have (RFC 9110 §12.5.1), of the two forms of a card, and what it has already.

use http::{HeaderMap, header};

/// The forms of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CardForm {
    Json,
    VCard,
}

impl CardForm {
    /// As tags end: each form has one of its own (RFC 9110 §8.8.3.3).
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::VCard => "vcard",
        }
    }

    fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::VCard => ("text", "vcard"),
        }
    }
}

/// The form that the client prefers, JSON where it does not matter; nothing where it takes neither.
pub(super) fn card_form(headers: &HeaderMap) -> Option<CardForm> {
    let ranges: Vec<(String, u32)> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(range)
        .collect();
    if ranges.is_empty() {
        return Some(CardForm::Json);
    }
    let json = weight(&ranges, CardForm::Json);
    let vcard = weight(&ranges, CardForm::VCard);
    match (json, vcard) {
        (0, 0) => None,
        (json, vcard) if vcard > json => Some(CardForm::VCard),
        _ => Some(CardForm::Json),
    }
}

/// What the client says that it has (RFC 9110 §13.1.2: compared weakly, so without what marks a weak one).
pub(super) fn held(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .map(|known| known.strip_prefix("W/").unwrap_or(known))
}

/// Whether the client says that it has this one.
pub(super) fn is_held(headers: &HeaderMap, tag: &str) -> bool {
    held(headers).any(|known| known == "*" || known == tag)
}

/// A media range and its weight in thousandths.
fn range(text: &str) -> Option<(String, u32)> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let quality = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("q")
            .then_some(value.trim())
    });
    let weight = match quality {
        None => 1000,
        Some(text) => {
            let quality = text
                .parse::<f32>()
                .ok()
                .filter(|quality| (0.0..=1.0).contains(quality))?;
            (quality * 1000.0) as u32
        }
    };
    Some((range.to_ascii_lowercase(), weight))
}

/// The weight of the most specific range that a form falls into.
fn weight(ranges: &[(String, u32)], form: CardForm) -> u32 {
    let (kind, subkind) = form.parts();
    let whole = format!("{kind}/{subkind}");
    let any = format!("{kind}/*");
    [whole.as_str(), any.as_str(), "*/*"]
        .into_iter()
        .find_map(|wanted| ranges.iter().find(|(range, _)| range == wanted))
        .map_or(0, |(_, weight)| *weight)
}

#[cfg(test)]
mod tests {
    use super::{CardForm, card_form};
    use http::{HeaderMap, HeaderValue, header};

    #[track_caller]
    fn check(accept: &str, expected: Option<CardForm>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        assert_eq!(card_form(&headers), expected, "{accept}");
    }

    #[test]
    fn rfc9110_12_5_1_the_most_specific_range_counts() {
        assert_eq!(card_form(&HeaderMap::new()), Some(CardForm::Json));
        for json in [
            "*/*",
            "application/json",
            "application/*",
            "text/vcard;q=0.5, */*",
            "text/vcard;q=0.1, application/json;q=0.2",
        ] {
            check(json, Some(CardForm::Json));
        }
        for vcard in [
            "text/vcard",
            "Text/VCard; charset=utf-8",
            "text/*",
            "application/json;q=0.1, text/vcard",
            "application/json; q=0, */*",
        ] {
            check(vcard, Some(CardForm::VCard));
        }
        for neither in ["image/png", "*/*;q=0", "text/html, application/xml"] {
            check(neither, None);
        }
    }
}
