//! Examples of requests and answers. They are of the sample organisation, in which every one of the requests is
//! accepted.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::{
    RefOr,
    path::{Operation, ParameterBuilder},
};

/// By the operation's id.
pub(super) type Examples = BTreeMap<String, Example>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
    request: Option<Value>,
    response: Option<Value>,
}

pub(super) fn all() -> Examples {
    // The file is part of the program, and a test reads it.
    serde_json::from_str(include_str!("examples.json")).unwrap_or_default()
}

impl Example {
    pub(super) fn show(&self, operation: &mut Operation) {
        for parameter in operation.parameters.iter_mut().flatten() {
            let RefOr::T(parameter) = parameter else { continue };
            let example = self.parameters.get(&parameter.name).cloned();
            *parameter = ParameterBuilder::from(parameter.clone()).example(example).build();
        }
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            for content in body.content.values_mut() {
                let RefOr::T(content) = content else { continue };
                content.example.clone_from(&self.request);
            }
        }
        for (status, response) in &mut operation.responses.responses {
            let RefOr::T(response) = response else { continue };
            if !matches!(status.as_str(), "200" | "201") {
                continue;
            }
            for content in response.content.values_mut() {
                let RefOr::T(content) = content else { continue };
                content.example.clone_from(&self.response);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_examples_can_be_read() {
        assert!(!super::all().is_empty());
    }
}
