//! The properties of `crates/server/tests/it/parsers/`, as libFuzzer calls them.

#[path = "../../crates/server/tests/it/parsers/address.rs"]
pub mod address;
#[path = "../../crates/server/tests/it/parsers/api_query.rs"]
pub mod api_query;
#[path = "../../crates/server/tests/it/parsers/app_key.rs"]
pub mod app_key;
#[path = "../../crates/server/tests/it/parsers/cookie.rs"]
pub mod cookie;
#[path = "../../crates/server/tests/it/parsers/credential.rs"]
pub mod credential;
#[path = "../../crates/server/tests/it/parsers/entity_tags.rs"]
pub mod entity_tags;
#[path = "../../crates/server/tests/it/parsers/expiry_date.rs"]
pub mod expiry_date;
#[path = "../../crates/server/tests/it/parsers/form_body.rs"]
pub mod form_body;
#[path = "../../crates/server/tests/it/parsers/forwarded.rs"]
pub mod forwarded;
#[path = "../../crates/server/tests/it/parsers/headers.rs"]
pub mod headers;
#[path = "../../crates/server/tests/it/parsers/idea_cursor.rs"]
pub mod idea_cursor;
#[path = "../../crates/server/tests/it/parsers/json_body.rs"]
pub mod json_body;
#[path = "../../crates/server/tests/it/parsers/log_cursor.rs"]
pub mod log_cursor;
#[path = "../../crates/server/tests/it/parsers/networks.rs"]
pub mod networks;
#[path = "../../crates/server/tests/it/parsers/page_query.rs"]
pub mod page_query;
#[path = "../../crates/server/tests/it/parsers/rich_text.rs"]
pub mod rich_text;
#[path = "../../crates/server/tests/it/parsers/text.rs"]
pub mod text;
#[path = "../../crates/server/tests/it/parsers/token_form.rs"]
pub mod token_form;

/// Changes an input: as libFuzzer does, or by putting one of the pieces that matter to the parser into it.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32, pieces: &[&str]) -> usize {
    let seed = seed as usize;
    let piece = pieces[seed / 4 % pieces.len()].as_bytes();
    let is_libfuzzers_turn = !seed.is_multiple_of(4);
    if is_libfuzzers_turn || size + piece.len() > max_size {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let at = seed / 4 / pieces.len() % (size + 1);
    data.copy_within(at..size, at + piece.len());
    data[at..at + piece.len()].copy_from_slice(piece);
    size + piece.len()
}

/// A target's `main`: one property, fed and changed by libFuzzer.
#[macro_export]
macro_rules! target {
    ($parser:ident) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::$parser::check(data));
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate(data, size, max_size, seed, $crate::$parser::PIECES)
        });
    };
}
