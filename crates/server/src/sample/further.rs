//! Further questions of the organisation's own in any number, so that a hub can be measured with records as wide as
//! those of companies that ask much.

use serde_json::{Value, json};

use super::ideas::SampleIdea;

/// The questionnaire that asks them, of every idea.
pub const QUESTIONNAIRE: &str = "overview";

const SYSTEMS: [&str; 6] = [
    "Kept in the shared mailbox until the case is closed",
    "Written down in the team's own spreadsheet",
    "Sent on as a scan, then typed in once more",
    "Looked up in the archive of the year before",
    "Agreed on the phone, and confirmed by mail",
    "Printed, signed and filed at the site",
];
const OPTIONS: [&str; 3] = ["Never", "Now and then", "Each time"];

/// Code of the further question with a number, counted from 1.
pub fn code(number: usize) -> String {
    format!("OVR-FURTHER_{number:03}")
}

/// Its definition: by turns a text, a whole number and a choice.
pub fn question(number: usize) -> Value {
    let code = code(number);
    match number % 3 {
        1 => {
            json!({"code": code, "title": format!("Further particulars {number}"), "kind": "text", "limit": 200})
        }
        2 => {
            json!({"code": code, "title": format!("Cases a year, kind {number}"), "kind": "integer", "minimum": 0})
        }
        _ => {
            let option =
                |(place, label): (usize, &&str)| json!({"code": option_code(number, place), "label": label});
            let options: Vec<_> = OPTIONS.iter().enumerate().map(option).collect();
            json!({"code": code, "title": format!("How often does case {number} occur?"), "kind": "single-choice",
                "options": options})
        }
    }
}

/// What an idea answers to it.
pub fn answer(number: usize, idea: &SampleIdea) -> Value {
    let seed = usize::try_from(idea.submitted_secs_ago / 60).unwrap_or_default() + number * 7;
    match number % 3 {
        1 => SYSTEMS.get(seed % SYSTEMS.len()).copied().unwrap_or_default().into(),
        2 => (seed % 2400).into(),
        _ => option_code(number, seed % OPTIONS.len()).into(),
    }
}

fn option_code(number: usize, place: usize) -> String {
    format!("ah-answer_option-ovr-2-{number}-{place}")
}
