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
    /// The operation whose answer this one is as well, but for the members of `response`.
    response_of: Option<String>,
}

pub(super) fn all() -> Examples {
    // The file is part of the program, and a test reads it.
    let mut examples: Examples = serde_json::from_str(include_str!("examples.json")).unwrap_or_default();
    let answers: BTreeMap<_, _> =
        examples.iter().map(|(id, example)| (id.clone(), example.response.clone())).collect();
    for example in examples.values_mut() {
        let Some(Some(answer)) = example.response_of.as_ref().and_then(|id| answers.get(id)) else {
            continue;
        };
        let own = example.response.replace(answer.clone());
        if let (Some(Value::Object(members)), Some(Value::Object(own))) = (&mut example.response, own) {
            members.extend(own);
        }
    }
    examples
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
