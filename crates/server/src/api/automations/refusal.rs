//! Which of the mirrored API's messages a refused submission or change comes with.

use std::collections::HashSet;

use crate::{
    api::{
        error::ApiError,
        fields::{REQUIRED, REQUIRED_MESSAGE},
    },
    error::{Error, Violation, Violations},
    services::ideas::{INVALID_CATEGORY, MISSING_SELECTION, UNKNOWN_IDS},
};

/// Clients look for some messages; where one applies it comes first.
pub(crate) fn refused(error: Error) -> ApiError {
    let Error::Invalid(violations) = error else { return error.into() };
    match message(&violations) {
        Some(message) => ApiError::invalid(message, violations),
        None => Error::Invalid(violations).into(),
    }
}

fn message(violations: &Violations) -> Option<String> {
    if violations.iter().any(is_incomplete) {
        return Some(REQUIRED_MESSAGE.to_owned());
    }
    let mirrored = violations.iter().find(|violation| is_mirrored(&violation.message))?;
    if mirrored.message.starts_with(UNKNOWN_IDS) {
        return Some([UNKNOWN_IDS, &unknown_ids(violations)].concat());
    }
    Some(mirrored.message.to_string())
}

/// Each is noted at its own place; there they stand in one sentence.
fn unknown_ids(violations: &Violations) -> String {
    let mut ids: Vec<_> =
        violations.iter().filter_map(|violation| violation.message.strip_prefix(UNKNOWN_IDS)).collect();
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(*id));
    ids.join(", ")
}

/// To the mirrored API a code that isn't one of the options is no answer.
fn is_incomplete(violation: &Violation) -> bool {
    let message = violation.message.as_ref();
    message == REQUIRED || message == MISSING_SELECTION || message.ends_with("isn't one of the options.")
}

fn is_mirrored(message: &str) -> bool {
    message == INVALID_CATEGORY
        || message.starts_with("Cannot identify ")
        || message.starts_with("Invalid Application Data.")
}
