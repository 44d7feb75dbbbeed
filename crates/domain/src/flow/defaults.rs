//! The flows a tenant starts with: one for each kind of submission.

use crate::{
    idea::SubmissionType,
    lifecycle::DEFAULT_PHASES,
    permission::Permission::{
        self, BusinessReview, DeleteIdea, EditAnyIdea, ReviewIdeas, ShareAutomation, SubmitBusinessProcess,
        SubmitChangeRequest, SubmitCoeIdea, SubmitEmployeeIdea, TechnicalReview, UpdatePhaseAndStatus,
    },
};

use super::{
    CollaboratorRole::{self, ProcessOwner, ProjectManager, Submitter},
    Condition, Flow, FlowPermissions, FlowPhase, Transition,
};

pub struct DefaultFlow {
    pub kind: SubmissionType,
    pub flow: Flow,
}

const OVERVIEW: &str = "overview";
const OVERVIEW_PROCESS: &str = "overview-business-process";
const HIGH_LEVEL: &str = "high-level";
const DETAILED: &str = "detailed";
const CITIZEN: &str = "citizen-developer";
const CHANGE: &str = "change-request";

const REVIEWER: Condition = Condition::Permission(ReviewIdeas);
const MANAGER: Condition = Condition::Permission(UpdatePhaseAndStatus);
const OWNER: Condition = Condition::Collaborator(ProcessOwner);
const PROJECT: Condition = Condition::Collaborator(ProjectManager);

/// Phases in which a project manager builds, in their order.
const BUILDING: [&str; 5] = ["ANALYSIS", "SOLUTION_DESIGN", "DEVELOPMENT", "TESTING", "HYPERCARE"];

/// In the order of the kinds' numbers, which are the flows' ids too.
pub fn default_flows() -> Vec<DefaultFlow> {
    let from_idea = "IDEA_AWAITING_REVIEW";
    let assessed = &[OVERVIEW, HIGH_LEVEL][..];
    [
        main(SubmissionType::EmployeeDriven, SubmitEmployeeIdea, from_idea, assessed),
        Flow {
            required: vec!["OVR-OVERVIEW_PAIN_POINTS".to_owned()],
            ..main(SubmissionType::CoeDriven, SubmitCoeIdea, "ASSESSMENT_NOT_STARTED", &[OVERVIEW, DETAILED])
        },
        citizen_development(),
        main(SubmissionType::ProcessMining, SubmitEmployeeIdea, from_idea, &[OVERVIEW]),
        main(SubmissionType::TaskMining, SubmitEmployeeIdea, from_idea, &[OVERVIEW]),
        change_request(from_idea),
        main(SubmissionType::AgenticAi, SubmitEmployeeIdea, from_idea, assessed),
        business_process(),
    ]
    .into_iter()
    .zip(SubmissionType::ALL)
    .map(|(flow, kind)| DefaultFlow { kind, flow })
    .collect()
}

/// From the idea by its assessment and qualification to what is built and runs.
fn main(kind: SubmissionType, submit: Permission, start: &str, form: &[&str]) -> Flow {
    let phases = [
        phase("IDEA", &[REVIEWER, MANAGER]),
        phase("ASSESSMENT", &[OWNER, MANAGER]),
        phase("QUALIFICATION", &[MANAGER]),
    ];
    let mut transitions = vec![
        way(&["IDEA_AWAITING_REVIEW", "IDEA_APPROVED"], &["ASSESSMENT_NOT_STARTED"], &[REVIEWER, MANAGER]),
        assessment_submitted(),
        way(&["QUALIFICATION_APPROVED"], &["ANALYSIS_NOT_STARTED"], &[PROJECT, MANAGER]),
    ];
    transitions.extend(building());
    Flow {
        phases: phases.into_iter().chain(built()).collect(),
        transitions,
        // It is the owner who assesses what was approved.
        needs_owner: owned(&["IDEA_APPROVED", "ASSESSMENT"]),
        ..flow(kind, submit, start, form)
    }
}

/// Whoever has a part in an automation may ask for a change of it.
fn change_request(start: &str) -> Flow {
    let mut flow = main(SubmissionType::ChangeRequest, SubmitChangeRequest, start, &[OVERVIEW, CHANGE]);
    flow.permissions.submit.extend(CollaboratorRole::ALL.map(Condition::Collaborator));
    flow
}

/// Shared automations are reviewed twice; one that needs rework goes the way of other ideas.
fn citizen_development() -> Flow {
    let business = Condition::Permission(BusinessReview);
    let technical = Condition::Permission(TechnicalReview);
    let phases = [
        phase("BUSINESS_REVIEW", &[business]),
        phase("TECHNICAL_REVIEW", &[technical]),
        phase("QUALIFICATION", &[MANAGER]),
    ];
    let rework = ["QUALIFICATION_AWAITING_REVIEW", "DEVELOPMENT_ON_TRACK"];
    let mut transitions = vec![
        way(
            &["BUSINESS_REVIEW_AWAITING_REVIEW", "BUSINESS_REVIEW_APPROVED"],
            &["TECHNICAL_REVIEW_AWAITING_REVIEW"],
            &[business],
        ),
        way(
            &["TECHNICAL_REVIEW_AWAITING_REVIEW", "TECHNICAL_REVIEW_APPROVED"],
            &["LIVE_ONGOING"],
            &[technical],
        ),
        way(&["TECHNICAL_REVIEW_REWORK_REQUIRED"], &rework, &[PROJECT, MANAGER]),
        way(&["QUALIFICATION_APPROVED"], &["ANALYSIS_NOT_STARTED"], &[PROJECT, MANAGER]),
    ];
    transitions.extend(building());
    let start = "BUSINESS_REVIEW_AWAITING_REVIEW";
    Flow {
        phases: phases.into_iter().chain(built()).collect(),
        transitions,
        ..flow(SubmissionType::CitizenDevelopment, ShareAutomation, start, &[OVERVIEW, CITIZEN])
    }
}

/// A process of the repository is documented before anybody asks whether to automate it.
fn business_process() -> Flow {
    let phases = vec![
        phase("DOCUMENTATION", &[OWNER, MANAGER]),
        phase("ASSESSMENT", &[OWNER, MANAGER]),
        phase("QUALIFICATION", &[MANAGER]),
        phase("DEVELOPMENT", &[PROJECT, MANAGER]),
        phase("LIVE", &[PROJECT, MANAGER]),
    ];
    let transitions = vec![
        way(&["DOCUMENTATION_COMPLETED"], &["ASSESSMENT_NOT_STARTED"], &[OWNER, MANAGER]),
        assessment_submitted(),
        way(&["QUALIFICATION_APPROVED"], &["DEVELOPMENT_ON_TRACK"], &[PROJECT, MANAGER]),
        way(&["DEVELOPMENT_COMPLETED"], &["LIVE_ONGOING"], &[PROJECT, MANAGER]),
        way(&["LIVE"], &["DEVELOPMENT_ON_TRACK"], &[PROJECT, MANAGER]),
    ];
    let kind = SubmissionType::BusinessProcess;
    let start = "DOCUMENTATION_NOT_STARTED";
    Flow { phases, transitions, ..flow(kind, SubmitBusinessProcess, start, &[OVERVIEW_PROCESS]) }
}

/// What all flows have in common.
fn flow(kind: SubmissionType, submit: Permission, start: &str, form: &[&str]) -> Flow {
    let later: &[&str] = if form.contains(&OVERVIEW_PROCESS) { &[] } else { &[HIGH_LEVEL, DETAILED] };
    let later = later.iter().filter(|name| !form.contains(name));
    let permission = Condition::Permission;
    Flow {
        name: kind.name().to_owned(),
        phases: Vec::new(),
        start: start.to_owned(),
        transitions: Vec::new(),
        permissions: FlowPermissions {
            submit: vec![permission(submit)],
            edit: vec![permission(EditAnyIdea), Condition::Collaborator(Submitter), OWNER],
            force: vec![MANAGER],
            delete: vec![permission(DeleteIdea)],
        },
        form: owned(form),
        assessments: form.iter().chain(later).map(|&name| name.to_owned()).collect(),
        required: Vec::new(),
        needs_owner: Vec::new(),
    }
}

fn built() -> impl Iterator<Item = FlowPhase> {
    BUILDING.into_iter().chain(["LIVE"]).map(|key| phase(key, &[PROJECT, MANAGER]))
}

/// Each phase leads to the next once it is completed, back to earlier ones at any time, and from Live back again.
fn building() -> Vec<Transition> {
    let by = &[PROJECT, MANAGER];
    let mut ways = Vec::new();
    for pair in BUILDING.windows(2) {
        if let [before, after] = pair {
            ways.push(way(&[&format!("{before}_COMPLETED")], &[&format!("{after}_ON_TRACK")], by));
        }
    }
    for (place, phase) in BUILDING.iter().enumerate() {
        let earlier = BUILDING.get(..place).unwrap_or_default();
        if !earlier.is_empty() {
            ways.push(way(&[phase], earlier, by));
        }
    }
    ways.push(way(&["TESTING_COMPLETED", "HYPERCARE_COMPLETED"], &["LIVE_ONGOING"], by));
    ways.push(way(&["LIVE"], &BUILDING, by));
    ways
}

fn assessment_submitted() -> Transition {
    way(&["ASSESSMENT"], &["QUALIFICATION_AWAITING_REVIEW"], &[OWNER, MANAGER])
}

/// A phase with all the statuses it has by default.
fn phase(key: &str, workers: &[Condition]) -> FlowPhase {
    let default = DEFAULT_PHASES.iter().find(|phase| phase.key == key);
    let statuses = default.map(|phase| phase.statuses).unwrap_or_default();
    FlowPhase {
        phase: key.to_owned(),
        statuses: statuses.iter().map(|status| status.key.to_owned()).collect(),
        workers: workers.to_vec(),
    }
}

fn way(from: &[&str], to: &[&str], by: &[Condition]) -> Transition {
    Transition { from: owned(from), to: owned(to), by: by.to_vec() }
}

fn owned(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|&key| key.to_owned()).collect()
}
