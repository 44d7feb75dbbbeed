//! The fields of a form on their way back to the page: what was typed, and what is wrong with it.

use crate::{error::Violations, pages::form::Form};

#[derive(Debug, Default)]
pub struct Fields {
    form: Form,
    violations: Violations,
    titles: Titles,
}

/// The fields of a form in their order: by name, as people call them, and where each is found.
pub type Titles = &'static [(&'static str, &'static str, &'static str)];

impl Fields {
    pub fn new(form: Form, violations: Violations) -> Self {
        Self { form, violations, titles: &[] }
    }

    /// The same with the names that the summary above the form calls its fields by.
    #[must_use]
    pub fn titled(self, titles: Titles) -> Self {
        Self { titles, ..self }
    }

    /// Fills a field in, before anybody has typed.
    pub fn set(&mut self, name: &str, value: &str) {
        self.form.push(name, value);
    }

    pub fn value(&self, name: &str) -> &str {
        self.form.text(name)
    }

    /// Whether this is one of the values chosen.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.form.has(name, value)
    }

    pub fn error(&self, name: &str) -> Option<&str> {
        self.violations.of(name)
    }

    /// The fields to look at again, in their order, each with the place it is found at.
    pub fn wrong(&self) -> Vec<(&'static str, &'static str)> {
        let is_wrong = |field: &str| self.violations.of(field).is_some();
        self.titles.iter().filter(|(field, ..)| is_wrong(field)).map(|(_, title, id)| (*title, *id)).collect()
    }

    /// Whether this is the field to begin with: the first that needs another look.
    pub fn is_first_wrong(&self, name: &str) -> bool {
        let in_order = self.titles.iter().map(|(field, ..)| *field).find(|field| self.error(field).is_some());
        let first = in_order.or_else(|| self.violations.iter().next().map(|violation| &*violation.field));
        first == Some(name)
    }
}
