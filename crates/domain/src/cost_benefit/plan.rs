//! What is entered of an automation for its cost-benefit analysis: when it starts, and what it costs.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize, Serializer};

use crate::formula::rounded;
use crate::{clock::Timestamp, formula::Figures};

/// Most rows of each list.
pub const ROW_LIMIT: usize = 100;
/// Most characters of a name: a role, a phase, a vendor, a licence type.
pub const NAME_LIMIT: usize = 100;
/// Most characters of a description.
pub const DESCRIPTION_LIMIT: usize = 300;
/// Most money in one row.
pub const AMOUNT_LIMIT: f64 = 1_000_000_000_000.0;
/// Most days, and most of anything, in one row.
pub const QUANTITY_LIMIT: f64 = 1_000_000.0;
/// Over how many years costs and benefits may be looked at.
pub const HORIZON: RangeInclusive<i64> = 1..=10;
/// From the first instant of 2000 to the last one of 2099, in UTC: seconds in place of milliseconds are none of these.
pub const LAUNCH: RangeInclusive<i64> = 946_684_800_000..=4_102_444_799_999;

/// All that was entered. It is kept, shown and recorded in this form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    pub launch_date: Option<Timestamp>,
    /// What the project manager puts in place of the word for the figure worked out.
    pub final_ease_of_implementation: Option<String>,
    pub horizon_years: Option<i64>,
    pub people: Vec<PeopleCost>,
    pub one_time_costs: Vec<OneTimeCost>,
    pub running_costs: Vec<RunningCost>,
}

/// Days that somebody works on the automation until it is live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleCost {
    pub role: String,
    pub phase: Option<String>,
    #[serde(serialize_with = "plainly")]
    pub days: f64,
    #[serde(serialize_with = "plainly")]
    pub daily_rate: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OneTimeCost {
    pub description: String,
    #[serde(serialize_with = "plainly")]
    pub amount: f64,
}

/// What is paid each year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunningCost {
    pub kind: RunningKind,
    pub description: Option<String>,
    pub vendor: Option<String>,
    pub license_type: Option<String>,
    /// May be a share of one.
    #[serde(serialize_with = "plainly")]
    pub quantity: f64,
    #[serde(serialize_with = "plainly")]
    pub price_per_year: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunningKind {
    RpaSoftware,
    OtherSoftware,
    Infrastructure,
    Support,
    Other,
}

impl RunningKind {
    pub const ALL: [Self; 5] =
        [Self::RpaSoftware, Self::OtherSoftware, Self::Infrastructure, Self::Support, Self::Other];

    pub const fn key(self) -> &'static str {
        match self {
            Self::RpaSoftware => "rpa_software",
            Self::OtherSoftware => "other_software",
            Self::Infrastructure => "infrastructure",
            Self::Support => "support",
            Self::Other => "other",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What formulas call the sum of these.
    const fn figure(self) -> &'static str {
        match self {
            Self::RpaSoftware => "rpa_software_cost",
            Self::OtherSoftware => "other_software_cost",
            Self::Infrastructure => "infrastructure_cost",
            Self::Support => "support_cost",
            Self::Other => "other_running_cost",
        }
    }
}

/// A whole number has no fraction, not even one of nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references over")]
fn plainly<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and far from the ends")]
    if number.fract() == 0.0 && number.abs() <= AMOUNT_LIMIT {
        serializer.serialize_i64(*number as i64)
    } else {
        serializer.serialize_f64(*number)
    }
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What was entered added up, by the names formulas have for it. Of what nothing was entered nothing is known.
    pub fn amounts(&self) -> Figures {
        let people = total(self.people.iter().map(|row| row.days * row.daily_rate));
        let others = total(self.one_time_costs.iter().map(|row| row.amount));
        let running = RunningKind::ALL.map(|kind| {
            let rows = self.running_costs.iter().filter(|row| row.kind == kind);
            (kind.figure(), total(rows.map(|row| row.quantity * row.price_per_year)))
        });
        let sums = [("people_cost", people), ("other_one_time_cost", others)].into_iter().chain(running);
        sums.filter_map(|(name, sum)| Some((name.to_owned(), sum?))).collect()
    }

    /// The row that says which robots' software is used: the first of its kind.
    pub fn rpa_software(&self) -> Option<&RunningCost> {
        self.running_costs.iter().find(|row| row.kind == RunningKind::RpaSoftware)
    }
}

fn total(amounts: impl Iterator<Item = f64>) -> Option<f64> {
    amounts.reduce(|sum, amount| sum + amount).map(rounded)
}

/// What becomes of something that a change may leave as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Change<T> {
    #[default]
    Keep,
    Set(T),
}

impl<T: Clone> Change<T> {
    fn of(&self, before: &T) -> T {
        match self {
            Self::Keep => before.clone(),
            Self::Set(after) => after.clone(),
        }
    }
}

/// What somebody enters; all else stays as it was entered before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanChange {
    pub launch_date: Change<Option<Timestamp>>,
    pub final_ease_of_implementation: Change<Option<String>>,
    pub horizon_years: Change<Option<i64>>,
    pub people: Change<Vec<PeopleCost>>,
    pub one_time_costs: Change<Vec<OneTimeCost>>,
    pub running_costs: Change<Vec<RunningCost>>,
}

impl PlanChange {
    pub fn of(&self, before: &Plan) -> Plan {
        Plan {
            launch_date: self.launch_date.of(&before.launch_date),
            final_ease_of_implementation: self
                .final_ease_of_implementation
                .of(&before.final_ease_of_implementation),
            horizon_years: self.horizon_years.of(&before.horizon_years),
            people: self.people.of(&before.people),
            one_time_costs: self.one_time_costs.of(&before.one_time_costs),
            running_costs: self.running_costs.of(&before.running_costs),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn running(kind: RunningKind, quantity: f64, price_per_year: f64) -> RunningCost {
        RunningCost { kind, description: None, vendor: None, license_type: None, quantity, price_per_year }
    }

    /// 16,000 of people and 4,000 of others once, 9,600 a year.
    pub(crate) fn plan() -> Plan {
        let row =
            |role: &str, days, daily_rate| PeopleCost { role: role.into(), phase: None, days, daily_rate };
        Plan {
            people: vec![row("RPA Developer", 20.0, 600.0), row("Solution Architect", 5.0, 800.0)],
            one_time_costs: vec![OneTimeCost { description: "Training".into(), amount: 4_000.0 }],
            running_costs: vec![
                running(RunningKind::RpaSoftware, 0.5, 12_000.0),
                running(RunningKind::OtherSoftware, 2.0, 800.0),
                running(RunningKind::Infrastructure, 1.0, 1_000.0),
                running(RunningKind::Support, 1.0, 1_000.0),
            ],
            ..Plan::default()
        }
    }

    #[test]
    fn rows_add_up_and_what_has_none_is_unknown() {
        let amounts = plan().amounts();
        let known = [
            ("people_cost", 16_000.0),
            ("other_one_time_cost", 4_000.0),
            ("rpa_software_cost", 6_000.0),
            ("other_software_cost", 1_600.0),
            ("infrastructure_cost", 1_000.0),
            ("support_cost", 1_000.0),
        ];
        assert_eq!(amounts, known.map(|(name, sum)| (name.to_owned(), sum)).into());
        assert_eq!(Plan::default().amounts(), Figures::new());
        assert!(known.iter().all(|(name, _)| crate::formula::ENTERED.contains(name)));
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let before = Plan { horizon_years: Some(3), ..plan() };
        let change = PlanChange { people: Change::Set(Vec::new()), ..PlanChange::default() };
        assert_eq!(change.of(&before), Plan { people: Vec::new(), ..before });
    }

    #[test]
    fn a_plan_is_written_plainly_and_read_again() {
        let plan = Plan { launch_date: Some(Timestamp::from_millis(7)), ..plan() };
        let text = serde_json::to_string(&plan).unwrap();
        assert!(
            text.contains(r#""launch_date":7,"#) && text.contains(r#""days":20,"daily_rate":600}"#),
            "{text}"
        );
        assert!(text.contains(r#""kind":"rpa_software""#) && text.contains(r#""quantity":0.5"#), "{text}");
        assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
        assert_eq!(serde_json::from_str::<Plan>("{}").unwrap(), Plan::default());
    }

    #[test]
    fn sums_have_no_digits_that_only_reckoning_brings_along() {
        let cost = |amount: f64| OneTimeCost { description: "Part".into(), amount };
        let people = PeopleCost { role: "Expert".into(), phase: None, days: 0.1, daily_rate: 3.0 };
        let plan =
            Plan { people: vec![people], one_time_costs: vec![cost(0.1), cost(0.2)], ..Plan::default() };
        let amounts = plan.amounts();
        assert_eq!((amounts["people_cost"], amounts["other_one_time_cost"]), (0.3, 0.3));
    }
}
