//! What a picture is, told from its bytes: what a directory calls `jpegPhoto` holds anything.

/// The kinds of pictures that are passed on. Everything else stays where it is: a browser would run some of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
}

impl MediaType {
    /// By how the bytes begin (the WHATWG's MIME Sniffing Standard, §6.1).
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                b'V',
                b'P',
                ..,
            ] => Some(Self::Webp),
            _ => None,
        }
    }
    /// `image/jpeg`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MediaType;

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<&str>) {
        assert_eq!(MediaType::of(bytes).map(MediaType::as_str), expected);
    }

    #[test]
    fn bytes_tell_and_names_do_not() {
        check(b"\xff\xd8\xff\xe0\0\x10JFIF", Some("image/jpeg"));
        check(b"\x89PNG\r\n\x1a\n\0\0", Some("image/png"));
        check(b"GIF89a\x01", Some("image/gif"));
        check(b"GIF87a\x01", Some("image/gif"));
        check(b"RIFF\x24\0\0\0WEBPVP8 ", Some("image/webp"));
        for other in [
            &b""[..],
            b"\xff\xd8",
            b"GIF88a",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"<svg xmlns='http://www.w3.org/2000/svg'>",
            b"<html>",
            b"BM\x36",
            b" \xff\xd8\xff",
        ] {
            check(other, None);
        }
    }
}
