//! Colours: four tones, or none at all.

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it is.
    Plain,
    /// A heading or label.
    Strong,
    /// A place, a time: beside the point.
    Quiet,
    /// Yes.
    Good,
    /// No.
    Bad,
    /// Neither.
    Doubt,
}

/// Paints, or does not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    colours: bool,
}

impl Palette {
    /// With or without colours.
    pub(crate) fn new(colours: bool) -> Self {
        Self { colours }
    }

    /// Appends `text` in `tone`.
    pub(crate) fn paint(self, out: &mut String, tone: Tone, text: &str) {
        let start = match tone {
            _ if !self.colours || text.is_empty() => "",
            Tone::Plain => "",
            Tone::Strong => "\x1b[1m",
            Tone::Quiet => "\x1b[2m",
            Tone::Good => "\x1b[32m",
            Tone::Bad => "\x1b[31m",
            Tone::Doubt => "\x1b[33m",
        };
        out.push_str(start);
        out.push_str(text);
        if !start.is_empty() {
            out.push_str("\x1b[0m");
        }
    }
}
