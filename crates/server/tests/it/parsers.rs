//! Every parser of what comes from outside, each held against a plain reference or a law it must keep. The same
//! functions are what `cargo xtask fuzz` calls; here they run on random bytes and on pieces put together.
#![expect(clippy::indexing_slicing, reason = "a reference that can't go on has found something")]

pub mod address;
pub mod api_query;
pub mod app_key;
pub mod cookie;
pub mod credential;
pub mod entity_tags;
pub mod expiry_date;
pub mod form_body;
pub mod forwarded;
pub mod headers;
pub mod idea_cursor;
pub mod json_body;
pub mod log_cursor;
pub mod networks;
pub mod page_query;
pub mod rich_text;
pub mod text;
pub mod token_form;

use proptest::prelude::*;

/// Bytes put together from the pieces that matter, so that many of them come close to being right. The first
/// piece is how something right begins.
fn near_misses(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(pieces).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..4),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
    ];
    let begin = prop::bool::ANY.prop_map(move |begins| if begins { pieces[0].as_bytes() } else { b"" });
    (begin, prop::collection::vec(piece, 0..12)).prop_map(|(begin, parts)| [begin, &parts.concat()].concat())
}

macro_rules! replayed {
    ($($parser:ident),* $(,)?) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(2_048))]

            $(
                #[test]
                fn $parser(near in near_misses($parser::PIECES), any in prop::collection::vec(any::<u8>(), 0..300)) {
                    $parser::check(&near);
                    $parser::check(&any);
                }
            )*
        }
    };
}

replayed!(
    address,
    api_query,
    app_key,
    cookie,
    credential,
    entity_tags,
    expiry_date,
    form_body,
    forwarded,
    headers,
    idea_cursor,
    json_body,
    log_cursor,
    networks,
    page_query,
    rich_text,
    text,
    token_form,
);

/// A target that nobody replays, or a property that nobody fuzzes, would be half a test.
#[test]
fn each_property_is_a_fuzz_target() {
    let manifest = include_str!("../../../../fuzz/Cargo.toml");
    let named = |line: &str| line.strip_prefix("name = \"").map(|name| name.trim_end_matches('"').to_owned());
    let mut targets: Vec<_> = manifest.lines().filter_map(named).skip(1).collect();
    targets.sort();
    let source = include_str!("parsers.rs");
    let module = |line: &str| line.strip_prefix("pub mod ").map(|name| name.trim_end_matches(';').to_owned());
    let modules: Vec<_> = source.lines().filter_map(module).collect();
    assert_eq!(targets, modules);
}
