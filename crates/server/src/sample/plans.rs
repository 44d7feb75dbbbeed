//! What some of the sample automations cost, and when they go live.

/// What was planned for one automation.
#[derive(Clone, Copy, Debug)]
pub struct SamplePlan {
    /// Name of the idea.
    pub idea: &'static str,
    /// Below zero for one that is live already.
    pub launch_in_days: i32,
    /// Of each of [`PLANNED_ROLES`].
    pub people_days: [u32; 4],
    /// What else is paid once, and how much.
    pub one_time_costs: &'static [(&'static str, u32)],
    /// How much of an unattended robot it takes, in per cent.
    pub robot_percent: u32,
    pub running_costs: &'static [SampleRunningCost],
}

/// What is paid each year beside the robot.
#[derive(Clone, Copy, Debug)]
pub struct SampleRunningCost {
    /// As `PUT /automations/{id}/cba` spells it.
    pub kind: &'static str,
    pub description: &'static str,
    pub price_per_year: u32,
}

/// Who builds an automation: role, phase and daily rate.
pub const PLANNED_ROLES: [(&str, &str, u32); 4] = [
    ("Business Analyst", "Analysis", 560),
    ("Solution Architect", "Solution Design", 720),
    ("RPA Developer", "Development", 600),
    ("Business Analyst", "Testing", 560),
];

/// What an unattended robot costs a year.
pub const ROBOT_PRICE: u32 = 8_000;

const fn support(price_per_year: u32) -> SampleRunningCost {
    SampleRunningCost { kind: "support", description: "Second level, by the centre", price_per_year }
}

const fn machine(price_per_year: u32) -> SampleRunningCost {
    SampleRunningCost { kind: "infrastructure", description: "Share of a virtual machine", price_per_year }
}

const fn software(description: &'static str, price_per_year: u32) -> SampleRunningCost {
    SampleRunningCost { kind: "other_software", description, price_per_year }
}

const PLANS: &[SamplePlan] = &[
    SamplePlan {
        idea: "Three-way match for goods receipts",
        launch_in_days: -240,
        people_days: [4, 3, 18, 4],
        one_time_costs: &[("Training in accounts payable", 1_800)],
        robot_percent: 25,
        running_costs: &[machine(600), support(2_200)],
    },
    SamplePlan {
        idea: "Bank statement download and split",
        launch_in_days: -250,
        people_days: [3, 2, 12, 3],
        one_time_costs: &[("Access to the banks’ portals", 2_400)],
        robot_percent: 30,
        running_costs: &[machine(600), support(1_800), software("EBICS client", 1_150)],
    },
    SamplePlan {
        idea: "Credit note approval reminders",
        launch_in_days: -90,
        people_days: [1, 1, 6, 1],
        one_time_costs: &[("Guide for approvers", 400)],
        robot_percent: 8,
        running_costs: &[machine(300), support(700)],
    },
    SamplePlan {
        idea: "New customers with a complete record",
        launch_in_days: -210,
        people_days: [4, 2, 15, 3],
        one_time_costs: &[("Clean-up of old records", 3_500)],
        robot_percent: 20,
        running_costs: &[machine(600), support(1_500), software("Company register look-ups", 1_900)],
    },
    SamplePlan {
        idea: "Check new orders against the offer",
        launch_in_days: -330,
        people_days: [5, 3, 16, 4],
        one_time_costs: &[("Training in sales support", 1_500)],
        robot_percent: 25,
        running_costs: &[machine(600), support(1_800), software("Document reading", 3_200)],
    },
    SamplePlan {
        idea: "Access to shared folders",
        launch_in_days: -160,
        people_days: [2, 3, 10, 2],
        one_time_costs: &[("Security review", 2_800)],
        robot_percent: 15,
        running_costs: &[machine(600), support(1_400)],
    },
    SamplePlan {
        idea: "Shift plan export to payroll",
        launch_in_days: 20,
        people_days: [2, 1, 9, 3],
        one_time_costs: &[("Interface to payroll", 1_200)],
        robot_percent: 10,
        running_costs: &[machine(300), support(900)],
    },
    SamplePlan {
        idea: "Blanket order call-offs",
        launch_in_days: 35,
        people_days: [4, 3, 20, 5],
        one_time_costs: &[("Training of planners", 2_000)],
        robot_percent: 35,
        running_costs: &[machine(600), support(2_400)],
    },
    SamplePlan {
        idea: "Material certificates to batches",
        launch_in_days: 45,
        people_days: [3, 2, 14, 3],
        one_time_costs: &[("Samples for reading certificates", 900)],
        robot_percent: 20,
        running_costs: &[machine(600), support(1_200), software("Document reading", 2_400)],
    },
    SamplePlan {
        idea: "New hire accounts and badges",
        launch_in_days: 60,
        people_days: [2, 1, 8, 2],
        one_time_costs: &[("Badge printer’s interface", 800)],
        robot_percent: 10,
        running_costs: &[machine(300), support(800)],
    },
    SamplePlan {
        idea: "Order confirmation with the real date",
        launch_in_days: 75,
        people_days: [4, 3, 18, 4],
        one_time_costs: &[("Supplier letters", 600)],
        robot_percent: 25,
        running_costs: &[machine(600), support(1_900)],
    },
];

/// The plans there are, whatever the number of ideas.
pub fn plans() -> impl Iterator<Item = &'static SamplePlan> {
    PLANS.iter()
}
