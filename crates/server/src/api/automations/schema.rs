//! The record as the API document describes it. Records are written without such a value; a test holds both together.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{collaborators::CollaboratorEntry, deleted::DeletedAutomation};
use crate::api::paging::Paging;

/// A page of records.
#[derive(Serialize, ToSchema)]
pub struct AutomationPage {
    #[serde(flatten)]
    paging: Paging,
    processes: Vec<AutomationRecord>,
    /// Where the list goes on, for `cursor`; null at its end. Only for who sends a `cursor`.
    #[serde(rename = "nextCursor", skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// With `deleted=1` alone, and `processes` is empty then.
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<Vec<DeletedAutomation>>,
}

macro_rules! record {
    ($($(#[$attribute:meta])* $name:ident: $type:ty,)+) => {
        /// An idea, or the automation it became.
        #[derive(Serialize, ToSchema)]
        ///
        /// Answers without a member of their own stand beside these, each under the code of its question in lower
        /// case (`q2-volumes`), with a companion for people (`q2-volumes__display`). So do `thin_applications` and
        /// `process_parent_id`, where there is something to show, and `sub_processes`, `studio_web_link`,
        /// `process_documents` and `process_negative_impact`, each beside its code.
        ///
        /// Where a call asks for some `fields`, a record has those and no others; a schema can't say that of a query.
        #[expect(non_snake_case, reason = "the names are those of the wire")]
        pub struct AutomationRecord {
            $($(#[$attribute])* $name: $type,)+
            #[serde(flatten)]
            answers: BTreeMap<String, serde_json::Value>,
        }

        impl AutomationRecord {
            /// The names of all members.
            pub const MEMBERS: &'static [&'static str] = &[$(stringify!($name),)+];
        }
    };
}

record! {
    process_id: i64,
    /// Made of the name's words; part of the address of its page.
    process_slug: String,
    process_uuid: String,
    process_name: String,
    /// As given: plain text, an HTML fragment or a rich-text document in JSON.
    process_description: String,
    /// In plain text, a line for each paragraph. Absent from what was written before there was such a member.
    #[schema(required = false)]
    process_description__display: String,
    process_pain_points: Option<String>,
    /// The company's own number.
    process_automation_id: Option<String>,
    orchestrator_automation_uuid: Option<String>,
    /// 1 to 8.
    process_submission_type: i64,
    /// 1 to 5.
    process_rules_id: Option<i64>,
    /// 6 to 10.
    process_input_type_id: Option<i64>,
    /// 11 to 15.
    process_input_quality_id: Option<i64>,
    /// 16 to 20.
    process_stability_id: Option<i64>,
    /// 21 to 25.
    process_documentation_id: Option<i64>,
    /// Overall idea score, 0 to 100.
    process_overall_gauge_score: Option<f64>,
    /// Automation potential, 0 to 100.
    process_automation_score: Option<f64>,
    process_ease_of_implementation_score: Option<f64>,
    /// Hours a year.
    process_estimated_benefit_score: Option<f64>,
    process_estimated_benefit_score__display: Option<String>,
    process_estimated_benefit_fte: Option<f64>,
    /// In the tenant's currency, a year.
    process_estimated_benefit_cost: Option<f64>,
    process_priority: Option<String>,
    process_num_applications: i64,
    /// Ids of entries of the application inventory.
    applications: Vec<i64>,
    /// People that were added; submitter and owner have members of their own.
    collaborators: Vec<CollaboratorEntry>,
    tags: Vec<String>,
    process_num_documents: i64,
    /// How many people `collaborators` names.
    process_num_collaborators: i64,
    process_is_deleted: i64,
    process_is_published: i64,
    process_goal: Option<String>,
    process_type_id: Option<i64>,
    software_vendor_id: Option<i64>,
    software_vendor: Option<String>,
    software_cost_id: Option<i64>,
    cost_description: Option<String>,
    running_cost: Option<f64>,
    number_of_robots: Option<i64>,
    check_collaborators: Option<i64>,
    relevance: Option<f64>,
    category_other_text: Option<String>,
    process_phase_id: i64,
    process_phase_status_id: i64,
    phase_name: String,
    phase_status_name: String,
    phase_key: String,
    phase_status_key: String,
    #[schema(value_type = Object)]
    process_phase: serde_json::Value,
    #[schema(value_type = Object)]
    process_phase_status: serde_json::Value,
    category_id: i64,
    category_name: String,
    category_level_id: i64,
    category_is_other: i64,
    /// Always empty, as in the last of `categories`: what lies below isn't of this record.
    #[schema(value_type = Vec<Object>)]
    subcategories: Vec<serde_json::Value>,
    /// Ids of the categories from the top, joined by commas.
    hierarchy: String,
    process_l1_id: Option<i64>,
    process_l2_id: Option<i64>,
    process_l3_id: Option<i64>,
    /// The categories from the top, each in the `subcategories` of the one above.
    #[schema(value_type = Vec<Object>)]
    categories: Vec<serde_json::Value>,
    process_num_votes: i64,
    process_submitter_user_id: i64,
    process_submitter: PersonRecord,
    /// Of the submitter.
    user_department: Option<String>,
    user_business_unit: Option<String>,
    process_owner_user_id: Option<i64>,
    owner: Option<PersonRecord>,
    /// Milliseconds.
    process_created_epoch: i64,
    process_created_epoch__display: String,
    /// Milliseconds.
    process_updated_epoch: i64,
    process_updated_epoch__display: String,
}

/// Somebody a record names.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
pub struct PersonRecord {
    user_id: i64,
    user_email: String,
    user_first_name: String,
    user_last_name: String,
}
