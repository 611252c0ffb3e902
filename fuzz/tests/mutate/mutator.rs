//! Makes new inputs of old ones, the same ones for the same seed.

/// A generator of inputs.
pub(crate) struct Mutator {
    state: u64,
}

/// Bytes that decoders treat specially.
const TELLING: &[u8] = b"\x00\x01\x7f\x80\x81\x82\x84\x88\xff\x30\x31\x04\x02\x0a\x60\x61\x63\x64\x65\x78\xa0\xa2\xa3\x87()*\\,+=\"#;{}@/ \n%?[]";

impl Mutator {
    pub(crate) fn new(seed: u64) -> Self {
        // xorshift never leaves zero.
        Self { state: seed | 1 }
    }

    fn draw(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.draw() % bound.max(1) as u64) as usize
    }

    /// An input of at most `longest` bytes: a seed, changed in one to eight ways.
    pub(crate) fn mutate(&mut self, corpus: &[Vec<u8>], longest: usize) -> Vec<u8> {
        let mut input = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(8) {
            self.change(&mut input, corpus);
        }
        input.truncate(longest);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        let end = at + self.below(input.len() - at + 1).min(64);
        match self.below(9) {
            0 => self.with_byte(input, at, |byte, random| byte ^ 1 << (random % 8)),
            1 => self.with_byte(input, at, |_, random| {
                TELLING[random as usize % TELLING.len()]
            }),
            2 => self.with_byte(input, at, |byte, random| {
                byte.wrapping_add((random % 9) as u8).wrapping_sub(4)
            }),
            3 => {
                let telling = TELLING[self.below(TELLING.len())];
                input.insert(at, telling);
            }
            4 => drop(input.drain(at..end)),
            5 => input.truncate(at),
            6 => {
                let copy = input[at..end].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            7 => {
                let other = &corpus[self.below(corpus.len())];
                let from = self.below(other.len());
                let part = &other[from..];
                let part = &part[..self.below(part.len() + 1).min(200)];
                input.splice(at..end, part.iter().copied());
            }
            _ => self.length(input),
        }
    }

    fn with_byte(&mut self, input: &mut [u8], at: usize, change: impl FnOnce(u8, u64) -> u8) {
        let random = self.draw();
        if let Some(byte) = input.get_mut(at) {
            *byte = change(*byte, random);
        }
    }

    /// Walks down into BER from the front and changes the length of some element there, so that not
    /// every input dies at its first header.
    fn length(&mut self, input: &mut Vec<u8>) {
        let mut at = 0;
        while let (Some(&tag), Some(&length)) = (input.get(at), input.get(at + 1)) {
            if self.below(4) == 0 {
                match self.below(3) {
                    0 => input[at + 1] = length.wrapping_add(1),
                    1 => input[at + 1] = length.wrapping_sub(1),
                    // The long form of the same length.
                    _ if length < 0x80 => {
                        drop(input.splice(at + 1..at + 2, [0x84, 0, 0, 0, length]))
                    }
                    _ => input[at + 1] = self.below(256) as u8,
                }
                return;
            }
            let inside = tag & 0x20 != 0 || length >= 0x80;
            at += if inside { 2 } else { 2 + usize::from(length) };
        }
    }
}
