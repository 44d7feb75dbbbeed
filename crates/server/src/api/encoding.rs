//! Whether a body is UTF-8, as JSON has to be, and where it isn't.

use super::error::ApiError;

/// What is told of `"\ud800"`, which the parsers have other words for.
pub(super) const HALF_A_CHARACTER: &str =
    r"an escape from \ud800 to \udfff is half of a character, and needs its other half beside it";

/// Follows a body as it comes in.
#[derive(Debug, Default)]
pub(super) struct Encoding {
    start: Vec<u8>,
    line: usize,
    column: usize,
    /// What may become a character with the bytes that follow.
    open: Vec<u8>,
    is_broken: bool,
}

impl Encoding {
    pub(super) fn of(body: &[u8]) -> Self {
        let mut encoding = Self::default();
        encoding.follow(body);
        encoding.end();
        encoding
    }

    pub(super) fn follow(&mut self, piece: &[u8]) {
        self.start.extend(piece.iter().take(4_usize.saturating_sub(self.start.len())));
        if self.is_broken {
            return;
        }
        if self.open.is_empty() {
            self.read(piece);
        } else {
            let joined = [self.open.as_slice(), piece].concat();
            self.read(&joined);
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        let Err(error) = str::from_utf8(bytes) else {
            self.open.clear();
            return self.pass(bytes);
        };
        let (text, rest) = bytes.split_at(error.valid_up_to());
        self.pass(text);
        self.open = rest.get(..4).unwrap_or(rest).to_vec();
        self.is_broken = error.error_len().is_some();
    }

    /// Goes on to the end of some text.
    fn pass(&mut self, text: &[u8]) {
        let is_break = |byte: &&u8| **byte == b'\n';
        let last = text.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let lines = text.iter().filter(is_break).count();
        if lines > 0 {
            self.line += lines;
            self.column = 0;
        }
        // All bytes of a character but its first begin with these two bits.
        self.column += last.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count();
    }

    pub(super) fn end(&mut self) {
        self.is_broken |= !self.open.is_empty();
    }

    /// What to tell if what has come so far isn't UTF-8. Lines and columns are counted from one.
    pub(super) fn fault(&self) -> Option<ApiError> {
        if self.is_utf16() {
            return Some(ApiError::malformed(
                "The body isn't UTF-8 but UTF-16, from its first byte on. Send it as UTF-8.",
            ));
        }
        let (line, column) = (self.line + 1, self.column + 1);
        self.is_broken.then(|| {
            ApiError::malformed(format!(
                "The body isn't UTF-8: what stands at line {line} column {column} is no character of it. Send it as \
                 UTF-8."
            ))
        })
    }

    /// By its mark, or as every second byte of ASCII is zero in it.
    fn is_utf16(&self) -> bool {
        match self.start.as_slice() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
            &[first, second, third, fourth] => {
                let zeros = [first == 0, second == 0, third == 0, fourth == 0];
                matches!(zeros, [false, true, false, true] | [true, false, true, false])
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(encoding: &Encoding) -> Option<String> {
        encoding.fault().map(|error| format!("{error:?}"))
    }

    #[test]
    fn a_fault_is_found_however_the_body_is_cut() {
        for (body, place) in [
            (b"{\"a\":\"J\xf6rg\"}".as_slice(), "line 1 column 8 "),
            (b"{\r\n \"\xc3\xa9\xe2\x82\xac\": \"\xe9\"}", "line 2 column 9 "),
            (b"\"\xe2\x82", "line 1 column 2 "),
            (b"\n\xc3", "line 2 column 1 "),
        ] {
            for size in 1..=body.len() {
                let mut encoding = Encoding::default();
                body.chunks(size).for_each(|piece| encoding.follow(piece));
                encoding.end();
                let told = told(&encoding).unwrap();
                assert!(told.contains(place), "{size}: {told}");
            }
        }
    }

    #[test]
    fn text_has_no_fault_and_is_open_until_its_end() {
        let text = "{\"é\": \"請求書 🎉\"}\n";
        for size in 1..=text.len() {
            let mut encoding = Encoding::default();
            for piece in text.as_bytes().chunks(size) {
                encoding.follow(piece);
                assert_eq!(told(&encoding), None);
            }
            encoding.end();
            assert_eq!(told(&encoding), None);
        }
    }

    #[test]
    fn utf_16_is_told_with_and_without_its_mark() {
        for body in [b"\xff\xfe{\0}\0".as_slice(), b"\xfe\xff\0{\0}", b"{\0}\0", b"\0{\0}"] {
            assert!(told(&Encoding::of(body)).unwrap().contains("UTF-16"), "{body:?}");
        }
        assert_eq!(told(&Encoding::of(b"{\0")), None);
    }
}
