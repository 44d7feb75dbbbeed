//! The figures of a detailed assessment and what follows from them: potential, ease and yearly benefit.

use super::random::Random;

/// How often the work comes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    Daily,
    Weekly,
    BiWeekly,
    Monthly,
    Quarterly,
    Yearly,
}

impl Frequency {
    /// The code a detailed assessment stores.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Daily => "frequency-daily",
            Self::Weekly => "frequency-weekly",
            Self::BiWeekly => "frequency-bi-weekly",
            Self::Monthly => "frequency-monthly",
            Self::Quarterly => "frequency-quarterly",
            Self::Yearly => "frequency-yearly",
        }
    }

    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Daily => "a day",
            Self::Weekly => "a week",
            Self::BiWeekly => "every two weeks",
            Self::Monthly => "a month",
            Self::Quarterly => "a quarter",
            Self::Yearly => "a year",
        }
    }
}

/// The answers of one detailed assessment. Shares are per cent; stability runs from 1 (major change) to 5 (none).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleFigures {
    pub goal: &'static str,
    pub process_stability: u8,
    pub application_stability: u8,
    pub working_days: u32,
    pub hours_per_day: u32,
    pub full_cost: Option<u32>,
    pub frequency: Frequency,
    pub volume: u32,
    pub minutes: u32,
    pub employees: u32,
    pub error_percent: u32,
    pub rework_minutes: u32,
    pub review_percent: u32,
    pub review_minutes: u32,
    pub steps: u32,
    pub ways: u32,
    pub digital_percent: u32,
    pub structured_percent: u32,
    pub applications: u32,
    pub thin_clients: u32,
}

const GOALS: &[&str] = &["automation-goal-cost", "automation-goal-quality", "automation-goal-productivity"];

/// The figures the explained example on the profile page is worked out from.
pub(super) const INVOICE_MATCHING: SampleFigures = SampleFigures {
    goal: "automation-goal-cost",
    process_stability: 4,
    application_stability: 5,
    working_days: 220,
    hours_per_day: 8,
    full_cost: Some(48_000),
    frequency: Frequency::Daily,
    volume: 50,
    minutes: 6,
    employees: 4,
    error_percent: 5,
    rework_minutes: 12,
    review_percent: 10,
    review_minutes: 3,
    steps: 32,
    ways: 3,
    digital_percent: 70,
    structured_percent: 80,
    applications: 3,
    thin_clients: 0,
};

/// What is known of the work before it is assessed.
#[derive(Clone, Copy)]
pub(super) struct Workload {
    pub(super) frequency: Frequency,
    pub(super) volume: u32,
    pub(super) minutes: u32,
    pub(super) applications: u32,
    pub(super) thin_clients: u32,
}

impl SampleFigures {
    pub(super) fn drawn(work: Workload, random: &mut Random) -> Self {
        let full_cost = (!random.chance(8)).then(|| random.between(38, 64) * 1000);
        Self {
            goal: random.pick(GOALS).copied().unwrap_or("automation-goal-cost"),
            process_stability: drawn_stability(random),
            application_stability: drawn_stability(random),
            working_days: 220,
            hours_per_day: 8,
            full_cost,
            frequency: work.frequency,
            volume: work.volume,
            minutes: work.minutes,
            employees: random.between(1, 9),
            error_percent: random.between(0, 8),
            rework_minutes: random.between(2, 20),
            review_percent: random.between(0, 5) * 5,
            review_minutes: random.between(1, 6),
            steps: random.between(8, 120),
            ways: random.between(1, 12),
            digital_percent: random.between(8, 20) * 5,
            structured_percent: random.between(8, 20) * 5,
            applications: work.applications,
            thin_clients: work.thin_clients,
        }
    }

    pub fn is_feasible(&self) -> bool {
        self.process_stability > 1 && self.application_stability > 1
    }

    /// Share of the work that can be automated, per cent.
    pub fn potential_percent(&self) -> f64 {
        let variability = match self.ways {
            ..=1 => 0.0,
            2..=5 => 5.0,
            6..=10 => 10.0,
            _ => 20.0,
        };
        let unstructured = 0.3 * (100.0 - f64::from(self.structured_percent));
        let on_paper = 0.3 * (100.0 - f64::from(self.digital_percent));
        (100.0 - unstructured - on_paper - variability).clamp(0.0, 100.0)
    }

    /// Ease of implementation, per cent: the mean of six factors.
    pub fn ease_percent(&self) -> f64 {
        let stability = |answer: u8| f64::from(answer.saturating_sub(1)) * 25.0;
        let variability = match self.ways {
            ..=1 => 100.0,
            2..=5 => 75.0,
            6..=10 => 40.0,
            _ => 10.0,
        };
        let length = match self.steps {
            ..=20 => 100.0,
            21..=50 => 70.0,
            51..=100 => 40.0,
            _ => 10.0,
        };
        let burden = 10 * self.applications.saturating_sub(1) + 15 * self.thin_clients;
        let sum = stability(self.process_stability)
            + stability(self.application_stability)
            + f64::from(self.structured_percent)
            + variability
            + length
            + f64::from(100_u32.saturating_sub(burden));
        sum / 6.0
    }

    pub fn transactions_a_year(&self) -> f64 {
        let periods = match self.frequency {
            Frequency::Daily => self.working_days,
            Frequency::Weekly => 52,
            Frequency::BiWeekly => 26,
            Frequency::Monthly => 12,
            Frequency::Quarterly => 4,
            Frequency::Yearly => 1,
        };
        f64::from(self.volume) * f64::from(periods)
    }

    /// Hours spent on it in a year today.
    pub fn hours_a_year(&self) -> f64 {
        let minutes = f64::from(self.minutes)
            + f64::from(self.error_percent) / 100.0 * f64::from(self.rework_minutes)
            + f64::from(self.review_percent) / 100.0 * f64::from(self.review_minutes);
        self.transactions_a_year() * minutes / 60.0
    }

    pub fn full_time_people(&self) -> f64 {
        self.hours_a_year() / (f64::from(self.working_days) * f64::from(self.hours_per_day))
    }

    pub fn benefit_hours(&self) -> f64 {
        self.hours_a_year() * self.potential_percent() / 100.0
    }

    pub fn benefit_full_time_people(&self) -> f64 {
        self.full_time_people() * self.potential_percent() / 100.0
    }

    /// Money a year; unknown, not zero, where the cost of an employee is.
    pub fn benefit_cost(&self) -> Option<f64> {
        self.full_cost.map(|cost| self.benefit_full_time_people() * f64::from(cost))
    }
}

/// Few processes wait for a major change, or they would not have been assessed.
fn drawn_stability(random: &mut Random) -> u8 {
    random.weighted(&[(1, 4), (2, 8), (3, 24), (4, 38), (5, 26)]).unwrap_or(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_explained_example_adds_up() {
        let figures = INVOICE_MATCHING;
        let close =
            |value: f64, expected: f64| assert!((value - expected).abs() < 1e-6, "{value} {expected}");
        close(figures.transactions_a_year(), 11_000.0);
        close(figures.hours_a_year(), 1_265.0);
        close(figures.full_time_people(), 0.71875);
        close(figures.potential_percent(), 80.0);
        close(figures.ease_percent(), 80.0);
        close(figures.benefit_hours(), 1_012.0);
        close(figures.benefit_cost().unwrap_or_default(), 27_600.0);
        assert!(figures.is_feasible());
    }

    #[test]
    fn money_is_unknown_where_the_cost_of_an_employee_is() {
        assert_eq!(SampleFigures { full_cost: None, ..INVOICE_MATCHING }.benefit_cost(), None);
    }
}
