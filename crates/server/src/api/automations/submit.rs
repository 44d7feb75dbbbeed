//! `POST /automationidea`: an employee-driven idea with its high-level assessment.

use automation_hub_domain::{
    id::CategoryId,
    idea::{HighLevelAssessment, IdeaName, Rating},
    user::Email,
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    api::{
        envelope::{self, Envelope},
        error::ApiError,
        extract::JsonObject,
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::ideas::{self, NewSubmission, References},
};

const REQUIRED: &str = "This is required.";
const REQUIRED_MESSAGE: &str = "Please fill in all the required information";

/// An idea to submit.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose fields are read one by one to name all that is wrong"
)]
pub struct SubmitIdeaRequest {
    /// Unique in the tenant, ignoring case and outer blanks.
    #[schema(max_length = 100)]
    process_name: String,
    process_description: String,
    /// Of an active category; `category` means the same.
    category_id: i64,
    #[schema(minimum = 1, maximum = 5)]
    rules: i64,
    #[schema(minimum = 1, maximum = 5)]
    input_type: i64,
    #[schema(minimum = 1, maximum = 5)]
    input_quality: i64,
    #[schema(minimum = 1, maximum = 5)]
    stability: i64,
    #[schema(minimum = 1, maximum = 5)]
    documentation: i64,
    /// E-mail address; the token's user unless given. A tenant-level token has to give it.
    submitter: Option<String>,
    /// E-mail address of the process owner.
    owner: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
pub struct CreatedIdea {
    process_id: i64,
    process_uuid: String,
    process_name: String,
    process_slug: String,
}

/// Submits an employee-driven idea. It starts in Idea, Awaiting Review.
#[utoipa::path(
    post, path = "/automationidea", tag = "Automation Ideas", request_body = SubmitIdeaRequest,
    responses(
        (status = 201, body = Envelope<CreatedIdea>),
        (status = 409, description = "An idea with this name exists.")
    )
)]
pub async fn submit_idea(
    State(app): State<App>,
    actor: Actor,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let submission = match Fields::of(&body).read() {
        Ok(submission) => submission,
        Err((references, found)) => {
            let all = ideas::find_violations(&app, &actor, references, found).await?;
            return Err(refused(Error::Invalid(all)));
        }
    };
    let submitted = ideas::submit_idea(&app, &actor, submission).await.map_err(refused)?;
    envelope::created(CreatedIdea {
        process_id: submitted.idea.id.get(),
        process_uuid: submitted.uuid.to_string(),
        process_name: submitted.name,
        process_slug: submitted.idea.slug,
    })
}

/// Clients look for some messages of the mirrored API; where one applies it comes first.
fn refused(error: Error) -> ApiError {
    let Error::Invalid(violations) = error else { return error.into() };
    let has = |text: &str| violations.iter().any(|violation| violation.message == text);
    let is_mirrored =
        |message: &str| message == "Invalid Category Id." || message.starts_with("Cannot identify ");
    let message = if has(REQUIRED) {
        Some(REQUIRED_MESSAGE.to_owned())
    } else {
        let mirrored = violations.iter().find(|violation| is_mirrored(&violation.message));
        mirrored.map(|violation| violation.message.to_string())
    };
    match message {
        Some(message) => ApiError::invalid(message, violations),
        None => Error::Invalid(violations).into(),
    }
}

/// The fields of a body, and what is wrong with those read so far.
struct Fields<'b> {
    body: &'b Map<String, Value>,
    violations: Violations,
}

impl<'b> Fields<'b> {
    fn of(body: &'b Map<String, Value>) -> Self {
        Self { body, violations: Violations::default() }
    }

    fn read(mut self) -> Result<NewSubmission, (References, Violations)> {
        let name = self.required_text("process_name");
        let name = name.and_then(|text| self.violations.check("process_name", IdeaName::parse(text)));
        let description = self.required_text("process_description").map(str::to_owned);
        let category = self.category();
        let assessment = self.assessment();
        let submitter = self.email("submitter");
        let owner = self.email("owner");
        match (name, description, category, assessment) {
            (Some(name), Some(description), Some(category), Some(assessment))
                if self.violations.is_empty() =>
            {
                Ok(NewSubmission { name, description, category, assessment, submitter, owner })
            }
            (_, _, category, _) => Err((References { category, submitter, owner }, self.violations)),
        }
    }

    /// Null is as good as absent.
    fn value(&self, field: &str) -> Option<&'b Value> {
        self.body.get(field).filter(|value| !value.is_null())
    }

    fn required_text(&mut self, field: &'static str) -> Option<&'b str> {
        match self.value(field) {
            Some(Value::String(text)) if !text.trim().is_empty() => return Some(text),
            Some(Value::String(_)) | None => self.violations.add(field, REQUIRED),
            Some(_) => self.violations.add(field, "A text is needed."),
        }
        None
    }

    fn category(&mut self) -> Option<CategoryId> {
        let field = if self.value("category_id").is_some() { "category_id" } else { "category" };
        match self.value(field) {
            Some(value) => match value.as_i64() {
                Some(id) => return Some(CategoryId::new(id)),
                None => self.violations.add(field, "A whole number is needed."),
            },
            None => self.violations.add("category_id", REQUIRED),
        }
        None
    }

    fn assessment(&mut self) -> Option<HighLevelAssessment> {
        let [rules, input_type, input_quality, stability, documentation] =
            ["rules", "input_type", "input_quality", "stability", "documentation"]
                .map(|field| self.rating(field));
        Some(HighLevelAssessment {
            rules: rules?,
            input_type: input_type?,
            input_quality: input_quality?,
            stability: stability?,
            documentation: documentation?,
        })
    }

    fn rating(&mut self, field: &'static str) -> Option<Rating> {
        let Some(value) = self.value(field) else {
            self.violations.add(field, REQUIRED);
            return None;
        };
        let rating = value.as_i64().and_then(Rating::new);
        if rating.is_none() {
            self.violations.add(field, "A whole number from 1 to 5 is needed.");
        }
        rating
    }

    fn email(&mut self, field: &'static str) -> Option<Email> {
        match self.value(field)? {
            Value::String(text) if text.trim().is_empty() => None,
            // What is no address is nobody's.
            Value::String(text) => {
                let email = Email::parse(text).ok();
                if email.is_none() {
                    self.violations.add(field, format!("Cannot identify {field} by email"));
                }
                email
            }
            _ => {
                self.violations.add(field, "An e-mail address is needed.");
                None
            }
        }
    }
}
