//! What an automation is to cost and to save, year by year from its launch on.

use jiff::civil::Date;

use super::Plan;
use crate::formula::{Figures, Formulas, Stage, rounded};

/// The most years there are, by their titles.
pub(super) const YEAR_TITLES: [&str; 10] =
    ["Year 1", "Year 2", "Year 3", "Year 4", "Year 5", "Year 6", "Year 7", "Year 8", "Year 9", "Year 10"];
/// Less than this short of nothing is a matter of rounding.
const HALF_A_CENT: f64 = 0.005;
const MONTHS: f64 = 12.0;

/// A calendar year, the first one from the launch on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Year {
    /// None without a launch.
    pub calendar: Option<i16>,
    /// Which part of it the automation is live.
    pub share: Option<f64>,
    pub benefit: Option<f64>,
    pub cost: Option<f64>,
    pub net: Option<f64>,
    /// Of this year and those before it.
    pub cumulative: Option<f64>,
}

/// Everything that follows from what was entered.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// Those of the automation, and with them what was entered, added up, and what formulas make of it.
    pub figures: Figures,
    pub years: Vec<Year>,
}

impl Outlook {
    /// By the formulas of a tenant, given the figures of an automation and the day it goes live.
    pub fn of(formulas: &Formulas, known: Figures, plan: &Plan, launch: Option<Date>) -> Self {
        let mut figures = known;
        figures.extend(plan.amounts());
        formulas.work_out_stage(Stage::Costs, &mut figures);
        let horizon = plan.horizon_years.and_then(|years| i32::try_from(years).ok()).map(f64::from);
        let horizon = horizon.or_else(|| formulas.assumption("horizon_years"));
        let years = years(formulas, &figures, horizon.unwrap_or_default(), launch);
        let sum = |of: fn(&Year) -> Option<f64>| years.iter().map(of).sum::<Option<f64>>();
        for (name, value) in [
            ("benefit_of_years", sum(|year| year.benefit)),
            ("cost_of_years", sum(|year| year.cost)),
            ("break_even_month", break_even_month(&figures, &years).map(f64::from)),
        ] {
            figures.extend(value.filter(|value| value.is_finite()).map(|value| (name.to_owned(), value)));
        }
        formulas.work_out_stage(Stage::Result, &mut figures);
        Self { figures, years }
    }
}

fn years(formulas: &Formulas, figures: &Figures, horizon: f64, launch: Option<Date>) -> Vec<Year> {
    let mut cumulative = Some(0.0);
    let numbers = (0_i16..).zip(YEAR_TITLES).map(|(number, _)| number);
    let within = numbers.take_while(|number| f64::from(*number) < horizon);
    let year = within.map(|number| {
        let is_first = number == 0;
        let share = if is_first { launch.map(share_from) } else { Some(1.0) };
        let mut of_year = figures.clone();
        of_year.extend(share.map(|share| ("share_of_year".to_owned(), share)));
        of_year.insert("is_first_year".to_owned(), if is_first { 1.0 } else { 0.0 });
        formulas.work_out_stage(Stage::Year, &mut of_year);
        let figure = |name: &str| of_year.get(name).copied();
        let net = figure("net_of_year");
        cumulative = cumulative.zip(net).map(|(sum, net)| rounded(sum + net));
        Year {
            calendar: launch.and_then(|launch| launch.year().checked_add(number)),
            share,
            benefit: figure("benefit_of_year"),
            cost: figure("cost_of_year"),
            net,
            cumulative,
        }
    });
    year.collect()
}

/// The part of its year that is left on a day, that day included.
fn share_from(day: Date) -> f64 {
    let days = day.days_in_year();
    rounded(f64::from(days - day.day_of_year() + 1) / f64::from(days))
}

/// The first month, counted from the launch, at whose end what was saved makes up for what was spent. What is spent once
/// is spent at the launch; all else comes evenly within its year. The last month may be one that the horizon cuts off.
fn break_even_month(figures: &Figures, years: &[Year]) -> Option<u32> {
    let mut balance = -figures.get("one_time_cost")?;
    let (mut month, mut passed) = (1, 0.0);
    for year in years {
        let (months, end) = (year.share? * MONTHS, year.cumulative?);
        while f64::from(month) <= passed + months {
            let reached = balance + (end - balance) * ((f64::from(month) - passed) / months);
            if reached >= -HALF_A_CENT {
                return Some(month);
            }
            month += 1;
        }
        (balance, passed) = (end, passed + months);
    }
    (f64::from(month - 1) < passed && balance >= -HALF_A_CENT).then_some(month)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        cost_benefit::{OneTimeCost, RunningKind, plan::tests as plans},
        formula::DEFAULT_FORMULAS,
    };

    fn formulas() -> Formulas {
        Formulas::parse(DEFAULT_FORMULAS).unwrap()
    }

    /// The worked example of the yearly figures: 34,500 a year, of which 80 % are saved.
    fn known() -> Figures {
        [("cost", 34_500.0), ("automation_potential", 80.0), ("benefit_cost", 27_600.0)]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }

    fn close(value: Option<f64>, expected: f64) -> bool {
        value.is_some_and(|value| (value - expected).abs() < 1e-6)
    }

    /// From 20 October on 73 of 365 days are left: a fifth.
    ///
    /// Once 20 × 600 + 5 × 800 + 4,000 = 20,000; a year 0.5 × 12,000 + 2 × 800 + 1,000 + 1,000 = 9,600.
    /// To be 34,500 × 0.2 + 9,600 = 16,500. 27,600 − 9,600 = 18,000 a year are gained, 1,500 a month:
    /// 2027: 0.2 × 18,000 − 20,000 = −16,400; each later year 18,000, so 1,600, 19,600, 37,600, 55,600.
    /// 20,000 / 1,500 = 13.3 months. Benefit 4.2 × 27,600 = 115,920, cost 4.2 × 9,600 + 20,000 = 60,320:
    /// (115,920 − 60,320) / 60,320 = 92.175 %.
    #[test]
    fn the_worked_example_adds_up() {
        let outlook = Outlook::of(&formulas(), known(), &plans::plan(), Some(date(2027, 10, 20)));
        for (name, expected) in [
            ("one_time_cost", 20_000.0),
            ("running_cost", 9_600.0),
            ("to_be_cost", 16_500.0),
            ("benefit_of_years", 115_920.0),
            ("cost_of_years", 60_320.0),
            ("break_even_month", 14.0),
            ("roi", 55_600.0 / 60_320.0 * 100.0),
        ] {
            assert!(close(outlook.figures.get(name).copied(), expected), "{name}: {:?}", outlook.figures);
        }
        assert!((outlook.figures["roi"] - 92.175).abs() < 0.001);
        let expected = [
            (2027, 0.2, 5_520.0, 21_920.0, -16_400.0, -16_400.0),
            (2028, 1.0, 27_600.0, 9_600.0, 18_000.0, 1_600.0),
            (2029, 1.0, 27_600.0, 9_600.0, 18_000.0, 19_600.0),
            (2030, 1.0, 27_600.0, 9_600.0, 18_000.0, 37_600.0),
            (2031, 1.0, 27_600.0, 9_600.0, 18_000.0, 55_600.0),
        ];
        assert_eq!(outlook.years.len(), expected.len());
        for (year, (calendar, share, benefit, cost, net, cumulative)) in outlook.years.iter().zip(expected) {
            assert_eq!(year.calendar, Some(calendar));
            for (value, expected) in [
                (year.share, share),
                (year.benefit, benefit),
                (year.cost, cost),
                (year.net, net),
                (year.cumulative, cumulative),
            ] {
                assert!(close(value, expected), "{calendar}: {year:?}");
            }
        }
    }

    /// Live all of a leap year: 12,000 once against 12,000 − 0 a year are made up for at the end of month 12, a cent
    /// more in month 13. In one year alone that is never.
    #[test]
    fn a_month_that_ends_even_breaks_even() {
        let month = |amount: f64, horizon| {
            let plan = Plan {
                horizon_years: Some(horizon),
                one_time_costs: vec![OneTimeCost { description: "All".into(), amount }],
                running_costs: vec![plans::running(RunningKind::Other, 1.0, 0.0)],
                ..Plan::default()
            };
            let known = Figures::from([("benefit_cost".to_owned(), 12_000.0)]);
            let outlook = Outlook::of(&formulas(), known, &plan, Some(date(2028, 1, 1)));
            outlook.figures.get("break_even_month").copied()
        };
        assert_eq!(month(12_000.0, 2), Some(12.0));
        assert_eq!(month(12_000.0, 1), Some(12.0));
        assert_eq!(month(12_000.01, 2), Some(13.0));
        assert_eq!(month(12_000.01, 1), None);
        assert_eq!(month(0.0, 1), Some(1.0), "nothing was spent");
    }

    /// From 2 December on 30 days are left, 0.986 of a month: what that saves makes up for 900 in the month it breaks off.
    #[test]
    fn the_last_month_may_be_cut_off_by_the_horizon() {
        let plan = Plan {
            horizon_years: Some(1),
            one_time_costs: vec![OneTimeCost { description: "All".into(), amount: 900.0 }],
            running_costs: vec![plans::running(RunningKind::Other, 1.0, 0.0)],
            ..Plan::default()
        };
        let known = Figures::from([("benefit_cost".to_owned(), 12_000.0)]);
        let outlook = Outlook::of(&formulas(), known, &plan, Some(date(2027, 12, 2)));
        assert!(close(outlook.years[0].cumulative, 12_000.0 * 30.0 / 365.0 - 900.0));
        assert_eq!(outlook.figures["break_even_month"].to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn what_lacks_something_is_unknown_and_never_nothing() {
        let launch = Some(date(2027, 10, 20));
        let absent = |known: Figures, plan: &Plan, launch: Option<Date>, names: &[&str]| {
            let outlook = Outlook::of(&formulas(), known, plan, launch);
            for name in names {
                assert_eq!(outlook.figures.get(*name), None, "{name}");
            }
            outlook
        };
        let without_money = Figures::from([("automation_potential".to_owned(), 80.0)]);
        let all = ["to_be_cost", "benefit_of_years", "break_even_month", "roi"];
        let outlook = absent(without_money, &plans::plan(), launch, &all);
        assert!(outlook.years.iter().all(|year| year.benefit.is_none() && year.cumulative.is_none()));
        assert!(close(outlook.years[1].cost, 9_600.0), "costs are known all the same");

        let nothing =
            ["one_time_cost", "running_cost", "to_be_cost", "cost_of_years", "break_even_month", "roi"];
        let outlook = absent(known(), &Plan::default(), launch, &nothing);
        assert!(outlook.years.iter().all(|year| year.cost.is_none() && year.net.is_none()));
        assert!(close(outlook.years[0].benefit, 5_520.0));

        let outlook = absent(known(), &plans::plan(), None, &["cost_of_years", "break_even_month", "roi"]);
        assert_eq!((outlook.years.len(), outlook.years[0].net, outlook.years[1].calendar), (5, None, None));
        assert!(close(outlook.years[1].net, 18_000.0) && outlook.years[1].cumulative.is_none());

        let only_people = Plan { one_time_costs: Vec::new(), running_costs: Vec::new(), ..plans::plan() };
        let outlook = absent(known(), &only_people, launch, &["running_cost", "roi"]);
        assert!(close(outlook.figures.get("one_time_cost").copied(), 16_000.0));
    }

    #[test]
    fn without_costs_there_is_no_return_on_them() {
        let free = Plan {
            one_time_costs: vec![OneTimeCost { description: "Nothing".into(), amount: 0.0 }],
            running_costs: vec![plans::running(RunningKind::Support, 1.0, 0.0)],
            ..Plan::default()
        };
        let outlook = Outlook::of(&formulas(), known(), &free, Some(date(2027, 1, 1)));
        assert_eq!(outlook.figures.get("roi"), None);
        assert!(close(outlook.years[4].cumulative, 5.0 * 27_600.0));
    }

    proptest! {
        #[test]
        fn years_add_up_and_agree_with_the_result(
            benefit in 0.0..1e6_f64,
            running in 0.0..1e6_f64,
            once in 1.0..1e6_f64,
            horizon in 1..=10_i64,
            after in 0..1461_i64,
        ) {
            let plan = Plan {
                horizon_years: Some(horizon),
                one_time_costs: vec![OneTimeCost { description: "All".into(), amount: once }],
                running_costs: vec![plans::running(RunningKind::Other, 1.0, running)],
                ..Plan::default()
            };
            let known = Figures::from([("benefit_cost".to_owned(), benefit)]);
            let launch = date(2025, 1, 1).checked_add(jiff::Span::new().days(after)).unwrap();
            let Outlook { figures, years } = Outlook::of(&formulas(), known, &plan, Some(launch));
            prop_assert_eq!(i64::try_from(years.len()).unwrap(), horizon);
            let sum: f64 = years.iter().map(|year| year.net.unwrap()).sum();
            let last = years.last().unwrap().cumulative.unwrap();
            prop_assert!((last - sum).abs() < 1e-3);
            let net = figures["benefit_of_years"] - figures["cost_of_years"];
            prop_assert!((last - net).abs() < 1e-3);
            prop_assert!(net.abs() < 1e-3 || (figures["roi"] > 0.0) == (net > 0.0));
            let month = figures.get("break_even_month");
            prop_assert!((last + HALF_A_CENT).abs() < 1e-3 || month.is_some() == (last > 0.0), "{:?} {}", month, last);
            if let Some(month) = month {
                let lasts: f64 = years.iter().map(|year| year.share.unwrap() * MONTHS).sum();
                prop_assert!(*month >= 1.0 && *month < lasts + 1.0);
                let reached = (benefit - running) / MONTHS * month.min(lasts) - once;
                prop_assert!(reached > -1.0);
                prop_assert!((benefit - running) / MONTHS * (month - 1.0) - once < 1.0);
            }
        }
    }
}
