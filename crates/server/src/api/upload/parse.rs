//! The body of an upload, member by member. It runs on a thread of its own, as the parser takes bytes and doesn't wait
//! for them the way the runtime does.

use std::{
    cell::{Cell, RefCell},
    error::Error,
    io::{self, Cursor, Read},
    rc::Rc,
};

use automation_hub_domain::{
    file::{FileName, MediaType},
    id::TenantId,
};
use base64::{
    DecodeError,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    read::DecoderReader,
};
use bytes::{Buf as _, Bytes};
use serde_json::{Map, Value};
use struson::reader::{
    JsonReader, JsonStreamReader, JsonSyntaxError, LinePosition, ReaderError, ReaderSettings,
    SyntaxErrorKind, ValueType,
};
use struson::serde::DeserializerError;
use tokio::{runtime::Handle, sync::mpsc};

use super::{FileMistakes, Piece, SentFile, Upload};
use crate::{
    api::{
        encoding::{Encoding, HALF_A_CHARACTER},
        error::ApiError,
        extract::{Strict, repeated},
        fields::{REQUIRED, TEXT_NEEDED},
    },
    app::App,
    files::{Draft, Whole},
    services::files::{self, ReceivedFile},
};

/// Base64 with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// Bytes of a file that are handed to the store at once.
const CHUNK_BYTES: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads one body. Whatever of a file was stored before a failure is given up.
pub(super) fn run(app: &App, tenant: TenantId, receiver: mpsc::Receiver<Piece>) -> Result<Upload, ApiError> {
    let budget = Rc::new(Budget::new(app.config.server.body_limit_bytes));
    let mut pieces = Pieces { receiver, piece: Bytes::new(), has_ended: false, budget: Rc::clone(&budget) };
    let mut start = Vec::new();
    // Windows' tools begin a file with a mark that JSON doesn't have.
    let begun = pieces.by_ref().take(3).read_to_end(&mut start);
    if start == BYTE_ORDER_MARK {
        start.clear();
    }
    // Numbers as all other bodies may have them; how long one is, is bounded with the rest.
    let settings =
        ReaderSettings { track_path: false, restrict_number_values: false, ..ReaderSettings::default() };
    let json = JsonStreamReader::new_custom(Read::chain(Cursor::new(start), pieces), settings);
    let mut parser =
        Parser { json, budget: &budget, app, tenant, handle: Handle::current(), content: Err(REQUIRED) };
    let parsed = begun.map_err(Failure::from).and_then(|_| parser.body());
    let Parser { json, content, handle, .. } = parser;
    let ended =
        parsed.and_then(|parts| json.consume_trailing_whitespace().map(|()| parts).map_err(Failure::from));
    let sent =
        ended.map(|(fields, description)| (fields, description.with(content.as_ref().map_err(|rule| *rule))));
    if !matches!(sent, Ok((_, SentFile::Received(_))))
        && let Ok(whole) = content
    {
        handle.block_on(files::discard(app, tenant, whole.object));
    }
    match sent {
        Ok((fields, file)) => Ok(Upload { fields, file }),
        Err(failure) => Err(failure.told(&budget)),
    }
}

/// How much may still be read that isn't the content of a file, and whether all that came is text.
struct Budget {
    limit: usize,
    left: Cell<usize>,
    is_in_content: Cell<bool>,
    is_spent: Cell<bool>,
    encoding: RefCell<Encoding>,
}

impl Budget {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            left: Cell::new(limit),
            is_in_content: Cell::new(false),
            is_spent: Cell::new(false),
            encoding: RefCell::default(),
        }
    }

    fn take(&self, bytes: usize) -> io::Result<()> {
        if self.is_in_content.get() {
            return Ok(());
        }
        let Some(left) = self.left.get().checked_sub(bytes) else {
            self.is_spent.set(true);
            return Err(io::Error::other("too much"));
        };
        self.left.set(left);
        Ok(())
    }
}

/// The body as bytes to be read.
struct Pieces {
    receiver: mpsc::Receiver<Piece>,
    piece: Bytes,
    has_ended: bool,
    budget: Rc<Budget>,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.has_ended {
            match self.receiver.blocking_recv() {
                Some(Piece::Bytes(bytes)) => {
                    self.budget.encoding.borrow_mut().follow(&bytes);
                    self.piece = bytes;
                }
                Some(Piece::End) => {
                    self.budget.encoding.borrow_mut().end();
                    self.has_ended = true;
                }
                None => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            }
        }
        let length = buffer.len().min(self.piece.len());
        self.budget.take(length)?;
        self.piece.split_to(length).copy_to_slice(buffer.get_mut(..length).unwrap_or_default());
        Ok(length)
    }
}

/// Text without its blanks: some encoders break lines.
struct Unbroken<R>(R);

impl<R: Read> Read for Unbroken<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.0.read(buffer)?;
            if length == 0 {
                return Ok(0);
            }
            let mut kept = 0;
            for at in 0..length {
                let byte = buffer.get(at).copied().unwrap_or_default();
                if !byte.is_ascii_whitespace() {
                    if let Some(place) = buffer.get_mut(kept) {
                        *place = byte;
                    }
                    kept += 1;
                }
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

/// Why a body can't be read.
enum Failure {
    Json(String),
    Told(Box<ApiError>),
}

impl Failure {
    /// Lines and columns counted from one, as all other bodies have them.
    fn syntax(error: &JsonSyntaxError) -> Self {
        let place = &error.location;
        if error.kind == SyntaxErrorKind::IncompleteDocument && place.data_pos == Some(0) {
            return Self::Told(Box::new(ApiError::empty_body()));
        }
        let what = match error.kind {
            SyntaxErrorKind::UnpairedSurrogatePairEscapeSequence => format!("{HALF_A_CHARACTER},"),
            kind => in_words(&kind.to_string()),
        };
        Self::Json(match &place.line_pos {
            Some(LinePosition { line, column }) => {
                format!("{what} at line {} column {}", line + 1, column + 1)
            }
            None => what,
        })
    }

    fn told(self, budget: &Budget) -> ApiError {
        match self {
            Self::Told(error) => *error,
            Self::Json(_) if budget.is_spent.get() => ApiError::body_too_large(budget.limit),
            Self::Json(why) => {
                let fault = budget.encoding.borrow().fault();
                fault.unwrap_or_else(|| ApiError::malformed(format!("The body isn't valid JSON: {why}.")))
            }
        }
    }
}

/// `TrailingComma` as `trailing comma`.
fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

impl From<ReaderError> for Failure {
    fn from(error: ReaderError) -> Self {
        match error {
            ReaderError::UnexpectedValueType { expected: ValueType::Object, .. } => {
                Self::Told(Box::new(ApiError::malformed("The body has to be a JSON object.")))
            }
            ReaderError::SyntaxError(error) => Self::syntax(&error),
            other => Self::Json(other.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Json(error.to_string())
    }
}

impl From<DeserializerError> for Failure {
    fn from(error: DeserializerError) -> Self {
        match error {
            DeserializerError::ReaderError(error) => error.into(),
            other => Self::Json(other.to_string()),
        }
    }
}

impl From<crate::error::Error> for Failure {
    fn from(error: crate::error::Error) -> Self {
        Self::Told(Box::new(error.into()))
    }
}

/// What the member `file` held, but for its content.
enum Description {
    Absent,
    /// No object.
    Other,
    Members(Map<String, Value>),
}

const MEMBERS: &str = "An object of file_name, mimetype, file_encoding and file_content is needed.";

impl Description {
    /// The file, if all four of its members are there and hold what they have to. The content is in the store, or it is
    /// known why not.
    fn with(self, content: Result<&Whole, &'static str>) -> SentFile {
        let members = match self {
            Self::Absent => return SentFile::Absent,
            Self::Other => return SentFile::Invalid(FileMistakes::Whole(MEMBERS)),
            Self::Members(members) => members,
        };
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Err(REQUIRED),
            Some(Value::String(text)) if text.trim().is_empty() => Err(REQUIRED),
            Some(Value::String(text)) => Ok(text.trim()),
            Some(_) => Err(TEXT_NEEDED),
        };
        let name =
            text("file_name").and_then(|text| FileName::parse(text).ok_or("This is no name of a file."));
        let media_type = text("mimetype");
        let encoding = text("file_encoding")
            .and_then(|text| if text == "base64" { Ok(()) } else { Err("This has to be base64.") });
        if let (Ok(name), Ok(media_type), Ok(()), Ok(whole)) = (&name, media_type, encoding, content) {
            return SentFile::Received(ReceivedFile {
                name: name.clone(),
                media_type: MediaType::parse(media_type),
                whole: whole.clone(),
            });
        }
        let rules = [
            ("file_name", name.err()),
            ("mimetype", media_type.err()),
            ("file_encoding", encoding.err()),
            ("file_content", content.err()),
        ];
        let mistakes =
            rules.into_iter().filter_map(|(member, rule)| Some((member, format!("{member}: {}", rule?))));
        SentFile::Invalid(FileMistakes::Members(mistakes.collect()))
    }
}

struct Parser<'a, R: Read> {
    json: JsonStreamReader<R>,
    budget: &'a Budget,
    app: &'a App,
    tenant: TenantId,
    handle: Handle,
    /// The content, once it is in the store, or why it isn't.
    content: Result<Whole, &'static str>,
}

impl<R: Read> Parser<'_, R> {
    fn body(&mut self) -> Result<(Map<String, Value>, Description), Failure> {
        let mut fields = Map::new();
        let mut file = None;
        self.json.begin_object()?;
        while self.json.has_next()? {
            let name = self.json.next_name_owned()?;
            if fields.contains_key(&name) || (name == "file" && file.is_some()) {
                return Err(Failure::Json(repeated(&name)));
            }
            if name == "file" {
                file = Some(self.file()?);
            } else {
                let Strict(value) = self.json.deserialize_next()?;
                fields.insert(name, value);
            }
        }
        self.json.end_object()?;
        Ok((fields, file.unwrap_or(Description::Absent)))
    }

    fn file(&mut self) -> Result<Description, Failure> {
        match self.json.peek()? {
            ValueType::Object => {}
            ValueType::Null => {
                self.json.next_null()?;
                return Ok(Description::Absent);
            }
            _ => {
                self.json.deserialize_next::<Strict>()?;
                return Ok(Description::Other);
            }
        }
        let mut members = Map::new();
        self.json.begin_object()?;
        while self.json.has_next()? {
            let name = self.json.next_name_owned()?;
            if members.contains_key(&name) {
                return Err(Failure::Json(repeated(&name)));
            }
            let value = if name == "file_content" && self.json.peek()? == ValueType::String {
                self.budget.is_in_content.set(true);
                let content = self.content();
                self.budget.is_in_content.set(false);
                content?;
                Value::Null
            } else {
                let Strict(value) = self.json.deserialize_next()?;
                if name == "file_content" && !value.is_null() {
                    self.content = Err(TEXT_NEEDED);
                }
                value
            };
            members.insert(name, value);
        }
        self.json.end_object()?;
        Ok(Description::Members(members))
    }

    /// Decodes the content into the store. Where it isn't base64 it is read to its end and nothing is kept.
    fn content(&mut self) -> Result<(), Failure> {
        let mut text = self.json.next_string_reader()?;
        let (app, tenant, handle) = (self.app, self.tenant, &self.handle);
        let mut draft = handle.block_on(files::begin(app, tenant))?;
        match copy(handle, &mut text, &mut draft) {
            Ok(()) if draft.size() > 0 => {
                self.content = Ok(handle.block_on(files::finish(app, tenant, draft))?);
            }
            Ok(()) => handle.block_on(files::discard_draft(app, tenant, draft)),
            Err(Broken::Content) => {
                handle.block_on(files::discard_draft(app, tenant, draft));
                io::copy(&mut text, &mut io::sink())?;
                self.content = Err("This isn't base64.");
            }
            Err(Broken::Body(failure)) => {
                handle.block_on(files::discard_draft(app, tenant, draft));
                return Err(failure);
            }
        }
        Ok(())
    }
}

/// Why a content can't be stored: it isn't base64, or the body or the store fails.
enum Broken {
    Content,
    Body(Failure),
}

fn copy(handle: &Handle, text: &mut impl Read, draft: &mut Draft) -> Result<(), Broken> {
    let mut decoder = DecoderReader::new(Unbroken(text), &BASE64);
    loop {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let read = decoder.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk);
        match read {
            Ok(0) => return Ok(()),
            Ok(_) => {
                let written = handle.block_on(draft.write(chunk.into()));
                written.map_err(|error| Broken::Body(error.into()))?;
            }
            Err(error) if error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<DecodeError>) => {
                return Err(Broken::Content);
            }
            Err(error) => return Err(Broken::Body(error.into())),
        }
    }
}
