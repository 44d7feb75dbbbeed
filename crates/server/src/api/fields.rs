//! The members of an object in a body, read one by one, so that one answer names all that is wrong, and where.

use std::{borrow::Cow, ops::RangeInclusive};

use automation_hub_domain::text;
use serde_json::{Map, Value};

pub use crate::error::REQUIRED;
use crate::error::Violations;

pub const TEXT_NEEDED: &str = "A text is needed.";

/// What the mirrored API says when anything required is missing.
pub const REQUIRED_MESSAGE: &str = "Please fill in all the required information";

/// An object at some place of the body. What is wrong is noted as each member is asked for.
pub struct Fields<'b, 'v> {
    members: &'b Map<String, Value>,
    /// The path to the object, empty or with a slash at its end.
    at: String,
    violations: &'v mut Violations,
}

/// The items of a list with the path to each, which begins with that to the list.
pub fn numbered<'b>(items: &'b [Value], at: &str) -> Vec<(String, &'b Value)> {
    items.iter().enumerate().map(|(position, item)| (format!("{at}{position}"), item)).collect()
}

impl<'b, 'v> Fields<'b, 'v> {
    pub fn of(members: &'b Map<String, Value>, violations: &'v mut Violations) -> Self {
        Self { members, at: String::new(), violations }
    }

    /// An item of a list, which has to be an object.
    pub fn of_item(item: &'b Value, at: &str, violations: &'v mut Violations) -> Option<Self> {
        let Value::Object(members) = item else {
            violations.add(at.to_owned(), "An object is needed.");
            return None;
        };
        Some(Self { members, at: format!("{at}/"), violations })
    }

    pub fn refuse(&mut self, name: &str, rule: impl Into<Cow<'static, str>>) {
        self.violations.add(self.path(name), rule);
    }

    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.at)
    }

    /// Null is as good as absent.
    fn given(&self, name: &str) -> Option<&'b Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub fn is_given(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    /// Whether the member stands there, if only as null.
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Notes it if the member is absent.
    pub fn require(&mut self, name: &str) {
        if self.given(name).is_none() {
            self.refuse(name, REQUIRED);
        }
    }

    /// A text of one line, which may be empty.
    pub fn limited_text(&mut self, name: &str, limit: usize) -> Option<&'b str> {
        let text = self.text(name)?;
        self.violations.check(self.path(name), text::optional_line(text, limit))
    }

    pub fn text(&mut self, name: &str) -> Option<&'b str> {
        let text = self.given(name)?.as_str();
        if text.is_none() {
            self.refuse(name, TEXT_NEEDED);
        }
        text
    }

    /// A text that is neither absent nor blank.
    pub fn required_text(&mut self, name: &str) -> Option<&'b str> {
        match self.given(name) {
            Some(Value::String(text)) if !text.trim().is_empty() => return Some(text),
            Some(Value::String(_)) | None => self.refuse(name, REQUIRED),
            Some(_) => self.refuse(name, TEXT_NEEDED),
        }
        None
    }

    /// A required text of one line.
    pub fn required_line(&mut self, name: &str, limit: usize) -> Option<&'b str> {
        let text = self.required_text(name)?;
        self.violations.check(self.path(name), text::line(text, limit))
    }

    pub fn integer(&mut self, name: &str) -> Option<i64> {
        let integer = self.given(name)?.as_i64();
        if integer.is_none() {
            self.refuse(name, "A whole number is needed.");
        }
        integer
    }

    pub fn integer_within(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let integer = self.given(name)?.as_i64().filter(|integer| range.contains(integer));
        if integer.is_none() {
            let (least, most) = (range.start(), range.end());
            self.refuse(name, format!("A whole number from {least} to {most} is needed."));
        }
        integer
    }

    pub fn required_integer(&mut self, name: &str) -> Option<i64> {
        self.require(name);
        self.integer(name)
    }

    /// The `process_id` or the `process_slug` of an automation, as a path has it. No slug consists of digits alone.
    pub fn required_idea(&mut self, name: &str) -> Option<String> {
        match self.given(name) {
            Some(Value::String(slug)) if slug.trim().is_empty() => self.refuse(name, REQUIRED),
            Some(Value::String(slug)) if !slug.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Some(slug.clone());
            }
            Some(Value::Number(id)) if id.is_i64() => return Some(id.to_string()),
            Some(_) => self.refuse(name, "A whole number or a slug is needed."),
            None => self.refuse(name, REQUIRED),
        }
        None
    }

    /// A number from 0 to `most`.
    pub fn required_number(&mut self, name: &str, most: f64) -> Option<f64> {
        self.require(name);
        let number = self.given(name)?.as_f64().filter(|number| (0.0..=most).contains(number));
        if number.is_none() {
            self.refuse(name, format!("A number from 0 to {most} is needed."));
        }
        number
    }

    pub fn flag(&mut self, name: &str) -> Option<bool> {
        match self.given(name)?.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => {
                self.refuse(name, "0 or 1 is needed.");
                None
            }
        }
    }

    /// The items of a list, each with the path to it.
    pub fn items(&mut self, name: &str) -> Option<Vec<(String, &'b Value)>> {
        let items = self.given(name)?.as_array();
        if items.is_none() {
            self.refuse(name, "A list is needed.");
        }
        Some(numbered(items?, &format!("{}/", self.path(name))))
    }

    /// Ids in a list, each at its place. None for what is no id, which is noted.
    pub fn integers(&mut self, name: &str) -> Option<Vec<Option<i64>>> {
        let items = self.items(name)?;
        let mut integers = Vec::with_capacity(items.len());
        for (at, item) in items {
            let integer = item.as_i64();
            if integer.is_none() {
                self.violations.add(at, "A whole number is needed.");
            }
            integers.push(integer);
        }
        Some(integers)
    }

    /// For reading what lies within.
    pub fn violations(&mut self) -> &mut Violations {
        self.violations
    }
}
