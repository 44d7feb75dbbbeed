//! Who works on the sample ideas beside their owners, and how they are tagged.

/// The people and tags of one idea.
#[derive(Clone, Copy, Debug)]
pub struct SampleTeam {
    /// Name of the idea.
    pub idea: &'static str,
    /// Address of a person and slug of their role.
    pub collaborators: &'static [(&'static str, &'static str)],
    pub tags: &'static [&'static str],
}

const MANAGER: &str = "ah-project-manager";
const ANALYST: &str = "ah-business-analyst";
const ARCHITECT: &str = "ah-solution-architect";
const DEVELOPER: &str = "ah-rpa-developer";

const JONAS: &str = "jonas.lindqvist@nordwind.test";
const KENJI: &str = "kenji.watanabe@nordwind.test";
const MIKKEL: &str = "mikkel.brandt@nordwind.test";
const PRIYA: &str = "priya.raman@nordwind.test";
const TOMASZ: &str = "tomasz.w@nordwind.test";
const ZOFIA: &str = "zofia.kaminska@nordwind.test";

const TEAMS: &[SampleTeam] = &[
    SampleTeam {
        idea: "Match supplier invoices to purchase orders",
        collaborators: &[(PRIYA, MANAGER), (TOMASZ, ANALYST), (KENJI, ARCHITECT)],
        tags: &["SAP", "month-end"],
    },
    SampleTeam {
        idea: "Three-way match for goods receipts",
        collaborators: &[(PRIYA, MANAGER), (MIKKEL, DEVELOPER)],
        tags: &["SAP"],
    },
    SampleTeam {
        idea: "Bank statement download and split",
        collaborators: &[(PRIYA, MANAGER), (MIKKEL, DEVELOPER)],
        tags: &["quick win", "treasury"],
    },
    SampleTeam {
        idea: "New hire accounts and badges",
        collaborators: &[(JONAS, MANAGER), (ZOFIA, ANALYST), (KENJI, ARCHITECT), (MIKKEL, DEVELOPER)],
        tags: &["onboarding"],
    },
    SampleTeam {
        idea: "Rent invoices to cost centres",
        collaborators: &[(PRIYA, MANAGER), (KENJI, ARCHITECT)],
        tags: &["SAP"],
    },
    SampleTeam {
        idea: "Tax codes on purchase invoices",
        collaborators: &[(PRIYA, MANAGER), (TOMASZ, ANALYST)],
        tags: &["SAP", "tax"],
    },
    SampleTeam {
        idea: "Accruals from open orders",
        collaborators: &[(JONAS, MANAGER), (TOMASZ, ANALYST)],
        tags: &["month-end"],
    },
    SampleTeam {
        idea: "Shift plan export to payroll",
        collaborators: &[(JONAS, MANAGER), (MIKKEL, DEVELOPER)],
        tags: &["quick win"],
    },
    SampleTeam {
        idea: "Complaint routing by product line",
        collaborators: &[(JONAS, MANAGER), (KENJI, ARCHITECT), (ZOFIA, DEVELOPER)],
        tags: &["customer care"],
    },
    SampleTeam {
        idea: "Supplier onboarding questionnaire",
        collaborators: &[(PRIYA, MANAGER)],
        tags: &["onboarding", "supplier data"],
    },
    SampleTeam {
        idea: "Intercompany balance confirmation",
        collaborators: &[(TOMASZ, ANALYST)],
        tags: &["month-end"],
    },
];

/// All of them.
pub fn teams() -> impl Iterator<Item = &'static SampleTeam> {
    TEAMS.iter()
}
