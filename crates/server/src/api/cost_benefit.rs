//! `GET /cba`, `PUT /automations/{id}/cba` and `PUT /automations/cba/{id}/project-plan-baseline`.

mod entered;

use automation_hub_domain::cost_benefit::{Content, Field, FieldValue, Plan, Section};
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use self::entered::CostsRequest;
use crate::{
    api::{
        automations::refusal::refused,
        conditional::{self, IfMatch, IfNoneMatch},
        envelope::{self, Envelope},
        error::ApiError,
        extract::{JsonObject, Query},
        fields::REQUIRED,
    },
    app::App,
    auth::actor::Actor,
    error::Error,
    hash::hex,
    json,
    services::ideas::{self, Analysis, IdeaChoice},
};

/// As much of a digest as no two analyses of one automation will ever share.
const TAG_BYTES: usize = 12;

#[derive(Serialize, ToSchema)]
pub struct CostBenefit {
    process_id: i64,
    process_name: String,
    /// 1 once the project plan is frozen.
    baseline_is_set: u8,
    sections: Vec<CostBenefitSection>,
    /// What was entered, as `PUT /automations/{id}/cba` takes it.
    #[schema(value_type = CostsRequest)]
    entered: Plan,
}

/// Has either `sections` or `input_fields`.
#[derive(Serialize, ToSchema)]
struct CostBenefitSection {
    title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    sections: Option<Vec<CostBenefitSection>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_fields: Option<Vec<CostBenefitField>>,
}

#[derive(Serialize, ToSchema)]
struct CostBenefitField {
    field_name: &'static str,
    /// A text or a number; null where it isn't known. An instant is in milliseconds.
    value: Value,
}

impl From<Analysis> for CostBenefit {
    fn from(Analysis { idea, is_frozen, plan, sections }: Analysis) -> Self {
        Self {
            process_id: idea.id.get(),
            process_name: idea.name,
            baseline_is_set: u8::from(is_frozen),
            sections: sections.into_iter().map(CostBenefitSection::from).collect(),
            entered: plan,
        }
    }
}

impl From<Section> for CostBenefitSection {
    fn from(Section { title, content }: Section) -> Self {
        match content {
            Content::Sections(sections) => {
                let sections = sections.into_iter().map(Self::from).collect();
                Self { title, sections: Some(sections), input_fields: None }
            }
            Content::Fields(fields) => {
                let fields = fields.into_iter().map(CostBenefitField::from).collect();
                Self { title, sections: None, input_fields: Some(fields) }
            }
        }
    }
}

impl From<Field> for CostBenefitField {
    fn from(Field { name, value }: Field) -> Self {
        let value = match value {
            None => Value::Null,
            Some(FieldValue::Text(text)) => text.into(),
            Some(FieldValue::Instant(at)) => at.millis().into(),
            Some(FieldValue::Number(number)) => json::number(number),
        };
        Self { field_name: name, value }
    }
}

/// An analysis as it is written, with its tag. How it is written tells whatever it shows: answers, costs, formulas, and in
/// which zone a day begins. What stands before that is what a change compares.
struct Written {
    data: Box<RawValue>,
    tag: String,
}

impl Written {
    fn of(analysis: Analysis) -> Result<Self, Error> {
        let version = analysis.version();
        let data = to_raw_value(&CostBenefit::from(analysis)).map_err(Error::internal)?;
        let digest = Sha256::digest(data.get());
        let tag = format!("{version}.{}", hex(digest.get(..TAG_BYTES).unwrap_or_default()));
        Ok(Self { data, tag })
    }

    /// As a change is answered.
    fn changed(self) -> Result<Response, ApiError> {
        Ok(conditional::tagged(envelope::changed(self.data)?, self.tag.as_bytes())?)
    }
}

/// The cost-benefit analysis of an automation, as its figures are now.
#[utoipa::path(
    get, path = "/cba", tag = "Cost-Benefit Analysis",
    params(
        ("id" = String, Query, description = "`process_id` or `process_slug`."),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag` that was sent with it."),
    ),
    responses(
        (
            status = 200, body = Envelope<CostBenefit>,
            headers(("ETag" = String, description = "Changes with anything that the analysis shows; for `If-Match` of \
                `PUT /automations/{id}/cba` and of setting the baseline."))
        ),
        (status = 304, description = "It is as the caller has it."), (status = 404)
    )
)]
pub async fn get_cost_benefit(
    State(app): State<App>,
    actor: Actor,
    query: Query,
    IfNoneMatch(known): IfNoneMatch,
) -> Result<Response, ApiError> {
    let key = query.key(&["id"])?.ok_or_else(|| refused(Error::invalid("id", REQUIRED)))?;
    let Written { data, tag } = Written::of(ideas::cost_benefit(&app, &actor, key).await?)?;
    let answer = envelope::success(data)?;
    Ok(conditional::answer(known.as_ref(), tag.as_bytes(), || answer)?)
}

/// Enters what an automation costs and when it goes live. What is left out stays as it was entered before.
#[utoipa::path(
    put, path = "/automations/{id}/cba", tag = "Cost-Benefit Analysis", request_body = CostsRequest,
    params(("id" = String, Path, description = "`process_id` or `process_slug`."), IfMatch),
    responses(
        (
            status = 200, description = "Resource Updated.", body = Envelope<CostBenefit>,
            headers(("ETag" = String, description = "Of the analysis, as it is since."))
        ),
        (status = 404),
        (status = 412)
    )
)]
pub async fn enter_costs(
    State(app): State<App>,
    actor: Actor,
    choice: IdeaChoice,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let analysis = ideas::enter_costs(&app, &actor, choice, entered::read(&body)).await.map_err(refused)?;
    Written::of(analysis)?.changed()
}

/// Freezes the project plan of an automation for good. A body is not looked at.
#[utoipa::path(
    put, path = "/automations/cba/{id}/project-plan-baseline", tag = "Cost-Benefit Analysis",
    params(("id" = String, Path, description = "`process_id` or `process_slug`."), IfMatch),
    responses(
        (
            status = 200, description = "Resource Updated.", body = Envelope<CostBenefit>,
            headers(("ETag" = String, description = "Of the analysis, as it is since."))
        ),
        (status = 404),
        (status = 409, description = "The baseline is set already."), (status = 412)
    )
)]
pub async fn set_project_plan_baseline(
    State(app): State<App>,
    actor: Actor,
    choice: IdeaChoice,
) -> Result<Response, ApiError> {
    Written::of(ideas::set_baseline(&app, &actor, choice).await?)?.changed()
}
