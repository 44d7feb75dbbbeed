//! Which of the mirrored API's messages a refused submission or change comes with.

use crate::{
    api::{
        error::ApiError,
        fields::{REQUIRED, REQUIRED_MESSAGE},
    },
    error::{Error, Violation, Violations},
    services::ideas::MISSING_SELECTION,
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
    let mirrored = violations.iter().find(|violation| is_mirrored(&violation.message));
    mirrored.map(|violation| violation.message.to_string())
}

/// To the mirrored API a code that isn't one of the options is no answer.
fn is_incomplete(violation: &Violation) -> bool {
    let message = violation.message.as_ref();
    message == REQUIRED || message == MISSING_SELECTION || message.ends_with("isn't one of the options.")
}

fn is_mirrored(message: &str) -> bool {
    message == "Invalid Category Id."
        || message.starts_with("Cannot identify ")
        || message.starts_with("Invalid Application Data.")
}
