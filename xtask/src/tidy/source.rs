//! One file, and for Rust its code without comments and literals, so that a rule about code does
//! not fire on a word in a sentence.

/// A text file of the workspace.
#[derive(Debug)]
pub(super) struct Source {
    /// Relative to the workspace.
    pub(super) path: String,
    pub(super) text: String,
    /// Rust only: the text with the insides of comments and literals blanked; lines stay lines.
    pub(super) code: String,
    /// Rust only: string literals with the line (from 1) on which they begin.
    pub(super) strings: Vec<(usize, String)>,
    /// The whole file is test code.
    pub(super) is_test: bool,
    /// Lines (from 1) of items under `#[cfg(test)]`.
    test_lines: Vec<std::ops::RangeInclusive<usize>>,
}

impl Source {
    /// From its path and text.
    pub(super) fn new(path: &str, text: &str) -> Self {
        let mut source = Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: String::new(),
            strings: Vec::new(),
            is_test: is_test_path(path),
            test_lines: Vec::new(),
        };
        if source.is_rust() {
            let (code, strings) = blank(text);
            source.test_lines = test_items(&code);
            (source.code, source.strings) = (code, strings);
        }
        source
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether a line (from 1) is test code.
    pub(super) fn is_test_line(&self, line: usize) -> bool {
        self.is_test || self.test_lines.iter().any(|lines| lines.contains(&line))
    }

    /// The lines of code (from 1) that are not test code.
    pub(super) fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
            .filter(|(line, _)| !self.is_test_line(*line))
    }

    /// The file's name without its ending: the module's name, unless it is `mod`, `lib` or `main`.
    pub(super) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default()
    }
}

fn is_test_path(path: &str) -> bool {
    let mut parts = path.split('/');
    path.starts_with("conformance/live/")
        || parts.any(|part| part == "tests" || part == "benches" || part == "tests.rs")
}

/// Blanks comments and literals; also gives the string literals.
fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let chars: Vec<char> = text.chars().collect();
    let mut lexer = Lexer {
        chars: &chars,
        at: 0,
        line: 1,
        code: String::with_capacity(text.len()),
        strings: Vec::new(),
    };
    while lexer.at < chars.len() {
        lexer.step();
    }
    (lexer.code, lexer.strings)
}

struct Lexer<'a> {
    chars: &'a [char],
    at: usize,
    line: usize,
    code: String,
    strings: Vec<(usize, String)>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    /// Takes one character, kept or blanked.
    fn take(&mut self, keep: bool) -> char {
        let c = self.peek(0);
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        self.code.push(if keep || c == '\n' { c } else { ' ' });
        c
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                while self.at < self.chars.len() && self.peek(0) != '\n' {
                    self.take(false);
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('r', '"' | '#') if !self.after_word() => self.raw_string(),
            ('\'', _) => self.char_or_lifetime(),
            _ => {
                self.take(true);
            }
        }
    }

    /// Whether what precedes is the inside of a word other than a literal's prefix (`br"…"`).
    fn after_word(&self) -> bool {
        let mut before = self.code.chars().rev();
        match before.next() {
            Some('b' | 'c') => before.next().is_some_and(is_word),
            Some(c) => is_word(c),
            None => false,
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.take(false);
                    continue;
                }
            }
            self.take(false);
            self.take(false);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let line = self.line;
        let mut value = String::new();
        self.take(true);
        while self.at < self.chars.len() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                self.take(false);
            }
            value.push(self.take(false));
        }
        self.take(true);
        self.strings.push((line, value));
    }

    fn raw_string(&mut self) {
        let hashes = (1..).take_while(|ahead| self.peek(*ahead) == '#').count();
        if self.peek(hashes + 1) != '"' {
            // A raw identifier, `r#type`.
            self.take(true);
            return;
        }
        let line = self.line;
        let mut value = String::new();
        for _ in 0..hashes + 2 {
            self.take(true);
        }
        while self.at < self.chars.len()
            && !(self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#'))
        {
            value.push(self.take(false));
        }
        for _ in 0..=hashes {
            self.take(true);
        }
        self.strings.push((line, value));
    }

    fn char_or_lifetime(&mut self) {
        let is_char = self.peek(1) == '\\' || self.peek(2) == '\'';
        self.take(true);
        if !is_char {
            return;
        }
        while self.at < self.chars.len() && self.peek(0) != '\'' {
            if self.peek(0) == '\\' {
                self.take(false);
            }
            self.take(false);
        }
        self.take(true);
    }
}

/// A character of an identifier.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The lines of every item that stands under `#[cfg(test)]`.
fn test_items(code: &str) -> Vec<std::ops::RangeInclusive<usize>> {
    let mut ranges = Vec::new();
    for (at, _) in code.match_indices("#[cfg(test)]") {
        let (before, after) = code.split_at(at);
        let first = before.matches('\n').count() + 1;
        let mut depth = 0usize;
        let mut line = first;
        for c in after.chars() {
            match c {
                '\n' => line += 1,
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && matches!(c, '}' | ';') {
                break;
            }
        }
        ranges.push(first..=line);
    }
    ranges
}

#[cfg(test)]
mod tests;
