//! Bodies that may say a thing in more ways than one. The type behind such a body has all members of all ways, each of
//! them optional; here it becomes a choice, of which each names what it needs.

use std::collections::BTreeMap;

use utoipa::openapi::{
    OneOf, Ref, RefOr, Schema,
    schema::{AnyOf, SchemaType, Type},
};

/// The name of a choice, and what it needs.
type Way = (&'static str, &'static [&'static str]);

/// Of several ways, the first counts: what the later ones need isn't looked at then.
const FIRST: [(&str, &[Way]); 7] = [
    (
        "SubmitIdeaRequest",
        &[("SubmitIdeaByCategoryId", &["category_id"]), ("SubmitIdeaByCategory", &["category"])],
    ),
    (
        "SubmitCoeIdeaRequest",
        &[("SubmitCoeIdeaByCategoryId", &["category_id"]), ("SubmitCoeIdeaByCategory", &["category"])],
    ),
    (
        "SubmitMiningIdeaRequest",
        &[("SubmitMiningIdeaByCategoryId", &["category_id"]), ("SubmitMiningIdeaByCategory", &["category"])],
    ),
    (
        "FlatAutomationRequest",
        &[("FlatAutomationByCategoryId", &["category_id"]), ("FlatAutomationByCategory", &["category"])],
    ),
    (
        "MoveIdeaRequest",
        &[
            ("MoveIdeaToStatusRequest", &["phase_status_id"]),
            ("MoveIdeaToVariablesRequest", &["phase_variable", "status_variable"]),
        ],
    ),
    (
        "CollaboratorRequest",
        &[
            ("CollaboratorByEmailAndRoleId", &["user_email", "role_id"]),
            ("CollaboratorByEmailAndRoleSlug", &["user_email", "role_slug"]),
            ("CollaboratorByIdAndRoleId", &["user_id", "role_id"]),
            ("CollaboratorByIdAndRoleSlug", &["user_id", "role_slug"]),
        ],
    ),
    (
        "FormerCollaboratorRequest",
        &[("FormerCollaboratorByEmail", &["user_email"]), ("FormerCollaboratorById", &["user_id"])],
    ),
];
/// Several ways may be gone at once.
const ANY: [(&str, &[Way]); 2] = [
    (
        "CategoriesRequest",
        &[("ChangeCategoriesRequest", &["categories"]), ("ChangeLevelsRequest", &["levels"])],
    ),
    (
        "CategoryRequest",
        &[("KnownCategoryRequest", &["category_id"]), ("NewCategoryRequest", &["category_name"])],
    ),
];
/// One way excludes the other.
const ONE: [(&str, &[Way]); 1] = [(
    "AddDocumentRequest",
    &[("AddFileDocumentRequest", &["file"]), ("AddLinkDocumentRequest", &["embed_link"])],
)];

pub(super) fn split(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    for (name, ways) in FIRST {
        let items =
            (0..ways.len()).filter_map(|n| add(schemas, name, ways.get(n)?, ways.get(n + 1..)?)).collect();
        replace(schemas, name, |description| Schema::AnyOf(AnyOf { items, description, ..AnyOf::default() }));
    }
    for (name, ways) in ANY {
        let items = ways.iter().filter_map(|way| add(schemas, name, way, &[])).collect();
        replace(schemas, name, |description| Schema::AnyOf(AnyOf { items, description, ..AnyOf::default() }));
    }
    for (name, ways) in ONE {
        let items = ways.iter().filter_map(|way| add(schemas, name, way, &[])).collect();
        replace(schemas, name, |description| Schema::OneOf(OneOf { items, description, ..OneOf::default() }));
    }
}

/// Adds a way to go as a schema of its own, without what only the ways after it need, and refers to it.
fn add(
    schemas: &mut BTreeMap<String, RefOr<Schema>>,
    of: &str,
    (name, needed): &Way,
    later: &[Way],
) -> Option<RefOr<Schema>> {
    let Some(RefOr::T(Schema::Object(all))) = schemas.get(of) else { return None };
    let mut way = all.clone();
    for member in later.iter().flat_map(|(_, members)| *members).filter(|member| !needed.contains(member)) {
        way.properties.shift_remove(*member);
    }
    for &member in *needed {
        way.properties.get_mut(member).map(refuse_null)?;
        way.required.push(member.to_owned());
    }
    way.description = None;
    schemas.insert((*name).to_owned(), RefOr::T(Schema::Object(way)));
    Some(Ref::from_schema_name(*name).into())
}

fn replace(
    schemas: &mut BTreeMap<String, RefOr<Schema>>,
    name: &str,
    choice: impl FnOnce(Option<String>) -> Schema,
) {
    if let Some(RefOr::T(schema)) = schemas.get_mut(name) {
        let description = if let Schema::Object(all) = schema { all.description.take() } else { None };
        *schema = choice(description);
    }
}

/// Takes null from what a member may be.
pub(super) fn refuse_null(member: &mut RefOr<Schema>) {
    let RefOr::T(schema) = member else { return };
    match schema {
        Schema::Object(object) => refuse_null_type(&mut object.schema_type),
        Schema::Array(array) => refuse_null_type(&mut array.schema_type),
        Schema::OneOf(choice) => {
            let other = choice.items.iter().find(|item| matches!(item, RefOr::Ref(_))).cloned();
            if let Some(other) = other {
                *member = other;
            }
        }
        _ => {}
    }
}

fn refuse_null_type(schema_type: &mut SchemaType) {
    if let SchemaType::Array(types) = schema_type
        && let [only] = types.iter().filter(|one| **one != Type::Null).collect::<Vec<_>>()[..]
    {
        *schema_type = SchemaType::Type(only.clone());
    }
}
