//! What is entered for a cost-benefit analysis, as a body says it.

use automation_hub_domain::{
    clock::Timestamp,
    cost_benefit::{
        AMOUNT_LIMIT, Change, DESCRIPTION_LIMIT, HORIZON, LAUNCH, NAME_LIMIT, OneTimeCost, PeopleCost,
        PlanChange, QUANTITY_LIMIT, ROW_LIMIT, RunningCost, RunningKind,
    },
};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{api::fields::Fields, error::Violations, services::ideas::Entered};

/// What an automation costs and when it goes live. What is left out stays as it was entered before; null, or an empty
/// list, takes it away.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub(super) struct CostsRequest {
    /// Milliseconds; the day counts on which the instant lies in the tenant's time zone. Without it, the day on which the
    /// automation first moved to Live: In Production counts.
    #[schema(minimum = 946_684_800_000_u64, maximum = 4_102_444_799_999_u64)]
    launch_date: Option<i64>,
    /// In place of the estimate: one of the words that the tenant's formulas have for it. Stays as it is once the baseline
    /// is set.
    #[schema(format = "optional-line", max_length = 100)]
    final_ease_of_implementation: Option<String>,
    /// Over how many calendar years costs and benefits are looked at, that of the launch included.
    #[schema(minimum = 1, maximum = 10)]
    horizon_years: Option<i64>,
    #[schema(max_items = 100)]
    people: Option<Vec<PeopleCostRow>>,
    #[schema(max_items = 100)]
    one_time_costs: Option<Vec<OneTimeCostRow>>,
    #[schema(max_items = 100)]
    running_costs: Option<Vec<RunningCostRow>>,
}

/// Work until the automation is live.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the body")]
struct PeopleCostRow {
    /// Of a collaborator, or any other.
    #[schema(format = "line", max_length = 100)]
    role: String,
    #[schema(format = "optional-line", max_length = 100)]
    phase: Option<String>,
    #[schema(minimum = 0, maximum = 1_000_000)]
    days: f64,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_u64)]
    daily_rate: f64,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the body")]
struct OneTimeCostRow {
    #[schema(format = "line", max_length = 300)]
    description: String,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_u64)]
    amount: f64,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the body")]
struct RunningCostRow {
    kind: RunningCostKind,
    #[schema(format = "optional-line", max_length = 300)]
    description: Option<String>,
    #[schema(format = "optional-line", max_length = 100)]
    vendor: Option<String>,
    #[schema(format = "optional-line", max_length = 100)]
    license_type: Option<String>,
    /// How many, or which share of one; 1 unless given.
    #[schema(minimum = 0, maximum = 1_000_000)]
    quantity: Option<f64>,
    /// Of one.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_u64)]
    price_per_year: f64,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes a part of the body")]
enum RunningCostKind {
    RpaSoftware,
    OtherSoftware,
    Infrastructure,
    Support,
    Other,
}

pub(super) fn read(body: &Map<String, Value>) -> Entered {
    let mut violations = Violations::default();
    let mut fields = Fields::of(body, &mut violations);
    let change = PlanChange {
        launch_date: change(&mut fields, "launch_date", |fields, name| {
            fields.integer_within(name, LAUNCH).map(Timestamp::from_millis)
        }),
        final_ease_of_implementation: change(&mut fields, "final_ease_of_implementation", name),
        horizon_years: change(&mut fields, "horizon_years", |fields, name| {
            fields.integer_within(name, HORIZON)
        }),
        people: change(&mut fields, "people", |fields, name| rows(fields, name, people_cost)),
        one_time_costs: change(&mut fields, "one_time_costs", |fields, name| {
            rows(fields, name, one_time_cost)
        }),
        running_costs: change(&mut fields, "running_costs", |fields, name| rows(fields, name, running_cost)),
    };
    Entered { change, violations }
}

/// Null takes away, so it isn't as good as absent here.
fn change<T>(
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    read: impl FnOnce(&mut Fields<'_, '_>, &'static str) -> T,
) -> Change<T> {
    if fields.has(name) { Change::Set(read(fields, name)) } else { Change::Keep }
}

fn rows<T>(
    fields: &mut Fields<'_, '_>,
    name: &str,
    row: impl Fn(&mut Fields<'_, '_>) -> Option<T>,
) -> Vec<T> {
    let items = fields.items(name).unwrap_or_default();
    if items.len() > ROW_LIMIT {
        fields.refuse(name, format!("At most {ROW_LIMIT} rows; these are {}.", items.len()));
    }
    // What is beyond the limit needn't be looked at.
    let items = items.into_iter().take(ROW_LIMIT);
    items.filter_map(|(at, item)| row(&mut Fields::of_item(item, &at, fields.violations())?)).collect()
}

fn optional(fields: &mut Fields<'_, '_>, name: &str, limit: usize) -> Option<String> {
    fields.limited_text(name, limit).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn name(fields: &mut Fields<'_, '_>, name: &str) -> Option<String> {
    optional(fields, name, NAME_LIMIT)
}

fn people_cost(fields: &mut Fields<'_, '_>) -> Option<PeopleCost> {
    let role = fields.required_line("role", NAME_LIMIT).map(str::to_owned);
    let phase = name(fields, "phase");
    let days = fields.required_number("days", QUANTITY_LIMIT);
    let daily_rate = fields.required_number("daily_rate", AMOUNT_LIMIT);
    Some(PeopleCost { role: role?, phase, days: days?, daily_rate: daily_rate? })
}

fn one_time_cost(fields: &mut Fields<'_, '_>) -> Option<OneTimeCost> {
    let description = fields.required_line("description", DESCRIPTION_LIMIT).map(str::to_owned);
    let amount = fields.required_number("amount", AMOUNT_LIMIT);
    Some(OneTimeCost { description: description?, amount: amount? })
}

fn running_cost(fields: &mut Fields<'_, '_>) -> Option<RunningCost> {
    let kind = kind(fields);
    let description = optional(fields, "description", DESCRIPTION_LIMIT);
    let (vendor, license_type) = (name(fields, "vendor"), name(fields, "license_type"));
    let quantity = if fields.is_given("quantity") {
        fields.required_number("quantity", QUANTITY_LIMIT)
    } else {
        Some(1.0)
    };
    let price_per_year = fields.required_number("price_per_year", AMOUNT_LIMIT);
    Some(RunningCost {
        kind: kind?,
        description,
        vendor,
        license_type,
        quantity: quantity?,
        price_per_year: price_per_year?,
    })
}

fn kind(fields: &mut Fields<'_, '_>) -> Option<RunningKind> {
    let kind = RunningKind::from_key(fields.required_text("kind")?);
    if kind.is_none() {
        let keys = RunningKind::ALL.map(RunningKind::key).join(", ");
        fields.refuse("kind", format!("One of these is needed: {keys}."));
    }
    kind
}
