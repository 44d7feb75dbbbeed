//! The fields of a form on their way back to the page: what was typed, and what is wrong with it.

use crate::{error::Violations, pages::form::Form};

#[derive(Debug, Default)]
pub struct Fields {
    form: Form,
    violations: Violations,
}

impl Fields {
    pub fn new(form: Form, violations: Violations) -> Self {
        Self { form, violations }
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

    /// What a form says above its fields; each refused field names itself below.
    pub fn summary(&self) -> Option<String> {
        match self.violations.iter().count() {
            0 => None,
            1 => Some("1 field needs another look.".to_owned()),
            count => Some(format!("{count} fields need another look.")),
        }
    }
}
