//! How the pages look: a title, an image, a colour, a language.

use crate::code::Code;
use crate::context::Context;
use crate::gather::why;
use crate::report::Diagnostic;
use crate::section::{Section, Text};
use crate::settings::{Accent, Branding, ImageKind, Logo, PageLanguage};
use url::Url;

/// Largest image that every page would carry, in bytes.
const LARGEST: usize = 256 * 1024;
/// Longest title, in characters.
const LONGEST_TITLE: usize = 100;

const LANGUAGES: [(&str, Option<PageLanguage>); 3] = [
    ("auto", None),
    ("en", Some(PageLanguage::English)),
    ("de", Some(PageLanguage::German)),
];

/// `None` when a part of it is wrong.
pub(super) fn branding(sso: &Section<'_>, cx: &Context<'_>) -> Option<Branding> {
    let title = read(sso, "title", |written| title(written, sso, cx));
    let logo = read(sso, "logo", |written| logo(written, cx));
    let accent = read(sso, "accent", |written| accent(written, cx));
    let help_url = read(sso, "help_url", |written| link(written, cx));
    Some(Branding {
        title: title?,
        logo: logo?,
        accent: accent?,
        language: sso.word("language", &LANGUAGES, None),
        help_url: help_url?,
    })
}

/// The outer `None` when it is written and wrong.
fn read<'s, T>(
    sso: &Section<'s>,
    key: &str,
    value: impl FnOnce(Text<'s>) -> Option<T>,
) -> Option<Option<T>> {
    match sso.text(key) {
        None => sso.entry(key).is_none().then_some(None),
        Some(written) => value(written).map(Some),
    }
}

fn title(written: Text<'_>, sso: &Section<'_>, cx: &Context<'_>) -> Option<String> {
    // Reported where it is empty.
    let title = sso.required_text("title", "`[sso]`")?.text;
    if title.chars().count() <= LONGEST_TITLE && !title.chars().any(char::is_control) {
        return Some(title.to_owned());
    }
    cx.push(Diagnostic::new(Code::BadName, "this cannot be a title").at(
        written.place,
        format!("expected at most {LONGEST_TITLE} characters on one line"),
    ));
    None
}

fn logo(written: Text<'_>, cx: &Context<'_>) -> Option<Logo> {
    let path = cx.path(written.place, written.text);
    let refused = |what: String| {
        let message = format!("`{}` cannot be shown", path.display());
        cx.push(Diagnostic::new(Code::LogoFile, message).at(written.place, what));
        None
    };
    let bytes = match cx.sources.files.read(&path, LARGEST) {
        Ok(content) => content.bytes,
        Err(error) => return refused(why(&error)),
    };
    cx.depends_on(path.clone());
    match ImageKind::of(&bytes) {
        Some(kind) => Some(Logo {
            kind,
            bytes: bytes.into(),
        }),
        None => refused("expected SVG, PNG, JPEG or WebP".to_owned()),
    }
}

fn accent(written: Text<'_>, cx: &Context<'_>) -> Option<Accent> {
    let accent = Accent::parse(written.text);
    if accent.is_none() {
        let message = format!("`{}` is not a colour", written.text.escape_debug());
        cx.push(
            Diagnostic::new(Code::NotColour, message)
                .at(written.place, "expected `#` and six hexadecimal digits")
                .hint("for example `#1f6feb`"),
        );
    }
    accent
}

fn link(written: Text<'_>, cx: &Context<'_>) -> Option<String> {
    let harmless = |url: &Url| {
        let plain = url.username().is_empty() && url.password().is_none();
        plain && matches!(url.scheme(), "https" | "http" | "mailto")
    };
    match Url::parse(written.text) {
        // As it is understood: what a page shows is what was checked.
        Ok(url) if harmless(&url) => Some(url.into()),
        _ => {
            cx.push(
                Diagnostic::new(Code::NotLink, "`help_url` is not a link").at(
                    written.place,
                    "expected one that begins with `https://`, `http://` or `mailto:`, without a user name",
                ),
            );
            None
        }
    }
}
