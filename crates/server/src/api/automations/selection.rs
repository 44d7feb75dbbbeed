//! Which members of a record a caller asks for (`fields`).

use std::{collections::BTreeSet, fmt, sync::Arc};

use serde::{
    Deserializer as _,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::schema::AutomationRecord;
use crate::{
    api::extract::{Query, shorten},
    error::{Error, Violations},
    forms::TenantForms,
    json::Members,
};

/// Members of a record that it has only where there is something to show.
const OCCASIONAL: [&str; 2] = ["process_parent_id", "thin_applications"];
/// More of them aren't told apart.
const TOLD: usize = 10;

/// The names of some members.
#[derive(Clone, Debug)]
pub struct Selection(Arc<BTreeSet<String>>);

impl Selection {
    /// None for who asks for all.
    pub fn of(query: &Query) -> Option<Self> {
        let names: BTreeSet<_> = query.parts(&["fields"]).map(str::to_owned).collect();
        (!names.is_empty()).then(|| Self(Arc::new(names)))
    }

    /// Refuses names that no record of the tenant has. Answers stand under the codes of questions, so that some can only
    /// be known from the tenant's forms.
    pub fn check<E: Into<Error>>(
        &self,
        forms: impl FnOnce() -> Result<Arc<TenantForms>, E>,
    ) -> Result<(), Error> {
        let is_usual = |name: &str| AutomationRecord::MEMBERS.contains(&name) || OCCASIONAL.contains(&name);
        let others: Vec<_> = self.0.iter().filter(|name| !is_usual(name)).collect();
        if others.is_empty() {
            return Ok(());
        }
        let forms = forms().map_err(Into::into)?;
        let mut violations = Violations::default();
        for name in others.into_iter().filter(|name| !forms.shows(name)).take(TOLD) {
            violations.add("fields", format!("A record has no member “{}”.", shorten(name)));
        }
        violations.into_result()
    }

    /// Appends an object with those members of a record that were asked for, as they stand.
    pub fn copy(&self, record: &[u8], buffer: &mut Vec<u8>) {
        let start = buffer.len();
        let copied =
            serde_json::Deserializer::from_slice(record).deserialize_map(Copying { selection: self, buffer });
        if copied.is_err() {
            // It is our own text; if it can't be read, more than was asked for is better than less.
            buffer.truncate(start);
            buffer.extend_from_slice(record);
        }
    }
}

struct Copying<'s, 'b> {
    selection: &'s Selection,
    buffer: &'b mut Vec<u8>,
}

impl<'de> Visitor<'de> for Copying<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.buffer.push(b'{');
        let mut members = Members::new(self.buffer);
        while let Some(asked) = access.next_key_seed(Name(self.selection))? {
            match asked {
                Some(name) => members.raw(name, access.next_value::<&RawValue>()?.get()),
                None => drop(access.next_value::<IgnoredAny>()?),
            }
        }
        self.buffer.push(b'}');
        Ok(())
    }
}

/// The name of a member, if it was asked for.
#[derive(Clone, Copy)]
struct Name<'s>(&'s Selection);

impl<'de, 's> DeserializeSeed<'de> for Name<'s> {
    type Value = Option<&'s str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'s> Visitor<'_> for Name<'s> {
    type Value = Option<&'s str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.0.get(name).map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_copied_as_it_stands() {
        let selection = Selection::of(&Query::parse("Fields=b, d&fields=e,,b")).unwrap();
        let mut buffer = b"[".to_vec();
        selection
            .copy(br#"{"a":1,"b":{"a":[1, 2.50],"d":"}"},"c":"\"d\":1","d":"\u00fc","x":null}"#, &mut buffer);
        assert_eq!(buffer, br#"[{"b":{"a":[1, 2.50],"d":"}"},"d":"\u00fc"}"#);
        assert!(Selection::of(&Query::parse("fields=&fields=,")).is_none());
    }
}
