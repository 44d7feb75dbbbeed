//! What texts of a body have to look like. A member says which kind it is by its format; each kind is spelled out here.

use utoipa::openapi::{
    RefOr, Schema, SchemaFormat,
    schema::{AdditionalProperties, ArrayItems, Object},
};

macro_rules! unprintable {
    () => {
        "\\u0000-\\u001F\\u007F-\\u009F\\u061C\\u200E\\u200F\\u2028-\\u202E\\u2066-\\u2069\\uFEFF"
    };
}

/// A format as members name it, the pattern it stands for, and how few characters will do.
///
/// Patterns are those of ECMA 262. The class of what isn't printable is that of `domain::text`.
const KINDS: [(&str, &str, Option<usize>); 4] = [
    // Printable and not blank.
    (
        "line",
        concat!("^[^", unprintable!(), "]*[^\\s", unprintable!(), "][^", unprintable!(), "]*$"),
        Some(1),
    ),
    // Printable, if there is anything at all.
    ("optional-line", concat!("^[^", unprintable!(), "]*$"), None),
    // Not blank.
    ("filled-text", "\\S", Some(1)),
    // With a host that holds no credentials; blanks behind it.
    (
        "link",
        concat!("^https?://[^\\s/?#@\\\\", unprintable!(), "]+([/?#]([^\\s", unprintable!(), "]| )*)?$"),
        None,
    ),
];

/// Puts patterns in place of the formats above, however deep they are.
pub(super) fn spell_out(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => spell_out_object(object),
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                spell_out(items);
            }
        }
        Schema::OneOf(of) => of.items.iter_mut().for_each(spell_out),
        Schema::AllOf(of) => of.items.iter_mut().for_each(spell_out),
        Schema::AnyOf(of) => of.items.iter_mut().for_each(spell_out),
        _ => {}
    }
}

fn spell_out_object(object: &mut Object) {
    object.properties.values_mut().for_each(spell_out);
    if let Some(AdditionalProperties::RefOr(schema)) = object.additional_properties.as_deref_mut() {
        spell_out(schema);
    }
    let Some(SchemaFormat::Custom(format)) = &object.format else { return };
    if let Some((_, pattern, least)) = KINDS.into_iter().find(|(kind, ..)| kind == format) {
        object.pattern = Some(pattern.to_owned());
        object.min_length = least;
        object.format = None;
    }
}
