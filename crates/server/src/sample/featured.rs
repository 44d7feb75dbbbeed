//! Ideas whose standing is fixed rather than drawn, so that screens and documentation can name them.

use super::figures::{INVOICE_MATCHING, SampleFigures};

#[derive(Debug)]
pub(super) struct Featured {
    pub(super) name: &'static str,
    pub(super) days_ago: u32,
    pub(super) updated_hours_ago: u32,
    pub(super) status: &'static str,
    /// Rules, input type, input quality, stability, documentation.
    pub(super) answers: [u8; 5],
    pub(super) votes: u32,
    pub(super) priority: Option<&'static str>,
    pub(super) owner: Option<&'static str>,
}

/// The one idea whose benefit is explained step by step.
const EXPLAINED: &str = "Match supplier invoices to purchase orders";

impl Featured {
    pub(super) fn submitter(&self) -> Option<&'static str> {
        (self.name == EXPLAINED).then_some("lena.fischer@nordwind.test")
    }

    pub(super) fn figures(&self) -> Option<SampleFigures> {
        (self.name == EXPLAINED).then_some(INVOICE_MATCHING)
    }

    pub(super) fn automation_id(&self) -> Option<&'static str> {
        (self.name == EXPLAINED).then_some("FIN-AP-0031")
    }
}

const PRIYA: Option<&str> = Some("priya.raman@nordwind.test");
const HANNA: Option<&str> = Some("hanna.vogel@nordwind.test");
const JONAS: Option<&str> = Some("jonas.lindqvist@nordwind.test");
const TOMASZ: Option<&str> = Some("tomasz.w@nordwind.test");
const AMARA: Option<&str> = Some("amara.okafor@nordwind.test");
const KENJI: Option<&str> = Some("kenji.watanabe@nordwind.test");

macro_rules! featured {
    ($($name:literal, $days:literal days, $hours:literal h, $status:literal, $answers:expr, $votes:literal votes,
       $priority:expr, $owner:expr;)+) => {
        &[$(Featured {
            name: $name,
            days_ago: $days,
            updated_hours_ago: $hours,
            status: $status,
            answers: $answers,
            votes: $votes,
            priority: $priority,
            owner: $owner,
        },)+]
    };
}

pub(super) const FEATURED: &[Featured] = featured! {
    "Three-way match for goods receipts", 420 days, 900 h, "LIVE_ONGOING", [5, 4, 4, 4, 4], 12 votes, Some("medium"), AMARA;
    "Bank statement download and split", 400 days, 168 h, "LIVE_ONGOING", [5, 4, 4, 3, 2], 28 votes, Some("medium"), AMARA;
    "Credit note approval reminders", 210 days, 120 h, "LIVE_ONGOING", [4, 4, 4, 3, 3], 33 votes, Some("medium"), AMARA;
    "New hire accounts and badges", 120 days, 3 h, "DEVELOPMENT_ON_TRACK", [4, 4, 4, 4, 4], 41 votes, Some("critical"), JONAS;
    "Rent invoices to cost centres", 74 days, 96 h, "SOLUTION_DESIGN_ON_TRACK", [4, 3, 4, 3, 3], 8 votes, Some("medium"), AMARA;
    "Tax codes on purchase invoices", 71 days, 240 h, "ANALYSIS_ON_TRACK", [4, 3, 3, 3, 3], 7 votes, Some("medium"), AMARA;
    "Tender watch for public buyers", 68 days, 288 h, "IDEA_DUPLICATE", [3, 4, 2, 3, 3], 2 votes, None, HANNA;
    "Cash forecast roll-up", 66 days, 72 h, "QUALIFICATION_AWAITING_REVIEW", [3, 3, 3, 3, 3], 11 votes, Some("low"), PRIYA;
    "Accruals from open orders", 64 days, 144 h, "ANALYSIS_ON_TRACK", [4, 4, 4, 3, 3], 14 votes, Some("medium"), AMARA;
    "Shift plan export to payroll", 62 days, 120 h, "TESTING_DELAYED", [4, 4, 4, 3, 3], 15 votes, Some("high"), KENJI;
    "Complaint routing by product line", 58 days, 240 h, "SOLUTION_DESIGN_ON_TRACK", [3, 4, 3, 3, 3], 19 votes, Some("high"), JONAS;
    "Fixed asset retirements", 55 days, 456 h, "ASSESSMENT_IN_PROGRESS", [4, 3, 3, 4, 3], 5 votes, Some("medium"), TOMASZ;
    "Supplier onboarding questionnaire", 48 days, 168 h, "ANALYSIS_AT_RISK", [4, 3, 3, 4, 3], 12 votes, Some("low"), PRIYA;
    "Match supplier invoices to purchase orders", 30 days, 2 h, "QUALIFICATION_ON_HOLD", [5, 4, 3, 4, 5], 24 votes, Some("high"), PRIYA;
    "VAT number check on customer master data, all EU subsidiaries and the two Swiss entities", 20 days, 72 h, "ASSESSMENT_IN_PROGRESS", [5, 4, 4, 3, 2], 6 votes, Some("medium"), TOMASZ;
    "Dividend tax certificates", 18 days, 192 h, "ASSESSMENT_IN_PROGRESS", [3, 2, 2, 4, 2], 1 votes, None, TOMASZ;
    "Card statement to cost centre", 16 days, 120 h, "ASSESSMENT_IN_PROGRESS", [3, 4, 4, 3, 2], 4 votes, Some("low"), PRIYA;
    "Intercompany balance confirmation", 13 days, 26 h, "QUALIFICATION_AWAITING_REVIEW", [4, 4, 4, 4, 4], 17 votes, Some("high"), HANNA;
    "Dunning letters in the customer’s language", 9 days, 210 h, "IDEA_AWAITING_REVIEW", [4, 3, 3, 3, 2], 2 votes, None, HANNA;
    "Customs declarations for returns", 2 days, 4 h, "IDEA_AWAITING_REVIEW", [4, 4, 4, 4, 3], 9 votes, None, None;
    "Travel expense plausibility check", 1 days, 20 h, "IDEA_AWAITING_REVIEW", [3, 3, 3, 4, 3], 3 votes, None, HANNA;
};

pub(super) fn find(name: &str) -> Option<&'static Featured> {
    FEATURED.iter().find(|featured| featured.name == name)
}
