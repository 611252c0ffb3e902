//! How the pages look.

use entryway_lookup::MediaType;
use std::fmt;
use std::sync::Arc;

/// Whose pages they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Branding {
    /// Above every page.
    pub title: Option<String>,
    /// Beside the title.
    pub logo: Option<Logo>,
    /// Of buttons.
    pub accent: Option<Accent>,
    /// The only language; `None` for the browser's.
    pub language: Option<PageLanguage>,
    /// Where somebody finds help: a link that may stand on a page.
    pub help_url: Option<String>,
}

/// An image that was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// By its content.
    pub kind: ImageKind,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// Kind and length: nobody reads an image in a log.
impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} bytes", self.kind, self.bytes.len())
    }
}

/// What browsers show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
    /// Scalable Vector Graphics.
    Svg,
}

impl ImageKind {
    /// As it is called in HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => MediaType::Png.as_str(),
            Self::Jpeg => MediaType::Jpeg.as_str(),
            Self::WebP => MediaType::Webp.as_str(),
            Self::Svg => "image/svg+xml",
        }
    }
    /// By how a file begins; `None` for anything else.
    pub(crate) fn of(file: &[u8]) -> Option<Self> {
        match MediaType::of(file) {
            Some(MediaType::Png) => Some(Self::Png),
            Some(MediaType::Jpeg) => Some(Self::Jpeg),
            Some(MediaType::Webp) => Some(Self::WebP),
            Some(MediaType::Gif) => None,
            None => is_svg(std::str::from_utf8(file).ok()?).then_some(Self::Svg),
        }
    }
}

/// Whether the first element is `svg`, behind declarations and comments.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!") => ">",
            _ => break,
        };
        match rest.split_once(end) {
            Some((_, behind)) => rest = behind.trim_start(),
            None => return false,
        }
    }
    rest.strip_prefix("<svg")
        .and_then(|rest| rest.chars().next())
        .is_some_and(|next| next.is_whitespace() || matches!(next, '>' | '/'))
}

/// A colour, and what is read on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    /// Red, green and blue.
    pub rgb: [u8; 3],
}

impl Accent {
    /// From `#rrggbb`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let plain = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        plain.then_some(Self {
            rgb: [red, green, blue],
        })
    }
    /// Whether white text is easier to read on it than black text: at least 4.5 to 1 either way (WCAG 2.2, 1.4.3).
    pub fn wants_white_text(self) -> bool {
        let luminance = self.luminance();
        1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05
    }
    /// Relative luminance, 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = self.rgb.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.rgb;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// What pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLanguage {
    /// `en`
    English,
    /// `de`
    German,
}

#[cfg(test)]
mod tests;
