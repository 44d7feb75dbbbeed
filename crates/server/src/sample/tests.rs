//! The sample organisation holds together: what is named exists, nothing is too long, nothing occurs twice.

use std::collections::HashSet;

use automation_hub_domain::{
    formula::{DEFAULT_FORMULAS, Figures, Formulas},
    idea::SubmissionType,
    questionnaire::{DEFAULT_QUESTIONNAIRES, Question, Questionnaire, answer::Style},
};

use super::people::PEOPLE;
use super::texts::{self, Kind};
use super::*;

const MANY: usize = 30_000;

fn paths() -> HashSet<&'static str> {
    categories().iter().map(|category| category.path).collect()
}

fn emails() -> HashSet<&'static str> {
    PEOPLE.iter().map(|person| person.email).collect()
}

fn within(text: &str, limit: usize) -> bool {
    !text.is_empty() && text.trim() == text && text.chars().count() <= limit
}

#[test]
fn categories_have_three_levels_parents_first_one_other_and_one_archived() {
    let nodes = categories();
    let mut seen = HashSet::new();
    for node in &nodes {
        assert!(node.parent.is_none_or(|parent| seen.contains(parent)), "{} before its parent", node.path);
        assert!(seen.insert(node.path) && within(node.name, 50), "{}", node.path);
    }
    for level in 1..=3 {
        assert!(nodes.iter().any(|node| node.level == level), "{level}");
    }
    assert!(nodes.iter().all(|node| (1..=3).contains(&node.level) && node.order > 0));
    assert_eq!(nodes.iter().filter(|node| node.is_other).count(), 1);
    assert_eq!(nodes.iter().filter(|node| !node.is_active).count(), 1);
}

#[test]
fn people_are_unique_and_hold_every_default_role() {
    let people = people();
    assert!((38..=48).contains(&people.len()));
    assert_eq!(emails().len(), people.len());
    let (paths, mut held) = (paths(), HashSet::new());
    for person in &people {
        let texts = [person.first_name, person.last_name, person.job_title, person.department];
        assert!(texts.iter().chain(&[person.business_unit, person.location]).all(|text| within(text, 50)));
        assert!(within(person.email, 64) && person.email.is_ascii());
        for (slug, scope) in person.roles {
            held.insert(*slug);
            assert!(scope.is_none_or(|scope| paths.contains(scope)), "{scope:?}");
        }
    }
    assert_eq!(held.len(), 12);
    for status in [
        SampleStatus::Active,
        SampleStatus::NotInvited,
        SampleStatus::Pending { mail_sent: true },
        SampleStatus::Pending { mail_sent: false },
        SampleStatus::Inactive { deactivated_days_ago: 14 },
    ] {
        assert!(people.iter().any(|person| person.status == status), "{status:?}");
    }
}

#[test]
fn applications_keep_to_their_limits_and_are_unique() {
    let (paths, mut seen) = (paths(), HashSet::new());
    let inventory = applications();
    assert!(inventory.len() >= 30);
    for entry in &inventory {
        assert!(within(entry.name, 50) && within(entry.version, 20) && within(entry.language, 50));
        assert!(entry.comments.chars().count() <= 512 && !entry.categories.is_empty());
        assert!(entry.categories.iter().all(|path| paths.contains(path)), "{}", entry.name);
        assert!(seen.insert(entry.name.to_lowercase()));
    }
}

#[test]
fn tokens_work_exactly_when_unexpired_active_and_of_an_active_user() {
    for token in tokens() {
        let is_active = |email| {
            PEOPLE.iter().any(|person| person.email == email && person.status == SampleStatus::Active)
        };
        let user_is_active = match token.user {
            SampleTokenUser::Tenant => true,
            SampleTokenUser::User(email) => emails().contains(email) && is_active(email),
        };
        assert_eq!(
            token.works,
            token.is_active && token.expires_in_days > 0 && user_is_active,
            "{}",
            token.name
        );
        assert!(emails().contains(token.creator));
    }
}

#[test]
fn working_tokens_cover_an_admin_a_standard_user_the_tenant_and_both_app_key_states() {
    let working: Vec<_> = tokens().into_iter().filter(|token| token.works).collect();
    let of_role = |role: &str| {
        working.iter().any(|token| match token.user {
            SampleTokenUser::User(email) => PEOPLE
                .iter()
                .any(|person| person.email == email && person.roles.iter().all(|held| held.0 == role)),
            SampleTokenUser::Tenant => false,
        })
    };
    assert!(of_role("ah-standard-user"));
    assert!(working.iter().any(|token| token.user == SampleTokenUser::User("ines.moreau@nordwind.test")));
    assert!(working.iter().any(|token| token.user == SampleTokenUser::Tenant));
    assert!(working.iter().any(|token| token.has_app_key) && working.iter().any(|token| !token.has_app_key));
}

#[test]
fn written_texts_are_enough_and_refer_to_what_exists() {
    assert!(written_ideas() >= 220);
    let (paths, inventory) = (paths(), applications());
    let names: HashSet<_> = texts::all().map(|topic| topic.name).collect();
    for topic in texts::all() {
        assert!(paths.contains(topic.category), "{}", topic.category);
        let is_known = |name: &&str| inventory.iter().any(|entry| entry.name == *name);
        assert!(topic.applications.iter().all(is_known), "{:?}", topic.applications);
        let text = format!("{} {}", topic.today, topic.wish);
        assert!(!text.contains(['<', '>', '&', '"', '\\', '\n']), "needs escaping: {text}");
        if let Kind::ChangeRequest(changes) = topic.kind {
            assert!(names.contains(changes), "{changes}");
        }
    }
    for featured in featured::FEATURED {
        assert!(names.contains(featured.name), "{}", featured.name);
        assert!(status::with_phase(featured.status).is_some(), "{}", featured.status);
    }
}

#[test]
fn idea_names_are_unique_and_everything_named_exists_at_every_count() {
    let (paths, emails) = (paths(), emails());
    let archived: Vec<_> =
        categories().into_iter().filter(|node| !node.is_active).map(|node| node.path).collect();
    for count in [0, 1, 57, 220, written_ideas(), written_ideas() + 1, 1000, MANY] {
        let mut names = HashSet::new();
        let mut youngest = i64::MAX;
        for idea in ideas(count) {
            assert!(within(&idea.name, 100), "{}", idea.name);
            assert!(paths.contains(idea.category) && !archived.contains(&idea.category));
            assert!(emails.contains(idea.submitter) && idea.owner.is_none_or(|owner| emails.contains(owner)));
            assert!(PHASE_STATUS.contains(&(idea.phase, idea.status)));
            assert!(idea.submitted_secs_ago <= youngest && idea.updated_secs_ago <= idea.submitted_secs_ago);
            assert!(idea.updated_secs_ago >= 0 && idea.description.len() <= 2000);
            youngest = idea.submitted_secs_ago;
            assert!(names.insert(idea.name.to_lowercase()), "{} occurs twice", idea.name);
        }
        assert_eq!(names.len(), count);
    }
}

#[test]
fn two_hundred_and_twenty_ideas_stand_in_all_phases_and_kinds() {
    let ideas: Vec<_> = ideas(220).collect();
    let phases: HashSet<_> = ideas.iter().map(|idea| idea.phase).collect();
    assert_eq!(phases.len(), 12, "{phases:?}");
    for kind in [1, 2, 3, 6, 8] {
        assert!(ideas.iter().any(|idea| idea.submission_type == kind), "{kind}");
    }
    assert!(ideas.iter().filter(|idea| idea.submission_type == 1).count() > 150);
    assert!(ideas.iter().any(|idea| idea.owner.is_none()));
    assert!(ideas.iter().any(|idea| idea.description.starts_with("{\"blocks\"")));
    assert!(ideas.iter().any(|idea| idea.description.starts_with("<p>")));
}

#[test]
fn every_status_occurs_among_many_ideas() {
    let found: HashSet<_> = ideas(MANY).map(|idea| idea.status).collect();
    assert_eq!(found.len(), PHASE_STATUS.len());
}

#[test]
fn the_same_count_yields_the_same_ideas() {
    assert!(ideas(2000).eq(ideas(2000)));
}

#[test]
fn the_explained_idea_has_its_figures_at_every_count() {
    for count in [220, 5000] {
        let name = "Match supplier invoices to purchase orders";
        let Some(idea) = ideas(count).find(|idea| idea.name == name) else { panic!("{name} is missing") };
        assert_eq!((idea.phase, idea.status, idea.votes), ("QUALIFICATION", "QUALIFICATION_ON_HOLD", 24));
        assert_eq!(idea.benefit_hours.map(f64::round), Some(1012.0));
        assert_eq!(idea.benefit_cost.map(f64::round), Some(27_600.0));
        assert_eq!(idea.automation_id.as_deref(), Some("FIN-AP-0031"));
        assert_eq!(idea.submitted_secs_ago / 86_400, 30);
    }
}

#[test]
fn a_change_request_comes_after_what_it_changes() {
    let ideas: Vec<_> = ideas(3000).collect();
    for (position, idea) in ideas.iter().enumerate() {
        if let Some(changes) = idea.changes {
            let mut earlier = ideas.iter().take(position);
            assert!(earlier.any(|parent| parent.name == changes), "{}", idea.name);
        }
    }
}

/// Worked out twice: by the sample's own reckoning, and by the formulas of a tenant.
#[test]
fn the_formulas_agree_with_the_figures_of_the_sample() {
    let formulas = Formulas::parse(DEFAULT_FORMULAS).unwrap();
    let asked: Vec<_> =
        DEFAULT_QUESTIONNAIRES.iter().map(|(_, text)| Questionnaire::parse(text).unwrap()).collect();
    let is_close =
        |value: Option<&f64>, expected: f64| value.is_some_and(|value| (value - expected).abs() < 1e-6);
    let mut compared = 0;
    for idea in ideas(220) {
        let Some(figures) = idea.figures.filter(|_| !matches!(idea.submission_type, 3 | 8)) else { continue };
        let kind = SubmissionType::from_code(idea.submission_type.into()).unwrap();
        let answers = answers(kind, &idea);
        let number = |code: &str| match code {
            "OVR-COUNT_APPS" => Some(f64::from(figures.applications)),
            "OVR-COUNT_THIN_APPS" => Some(f64::from(figures.thin_clients)),
            _ => {
                let (_, value) = answers.iter().find(|(answered, _)| *answered == code)?;
                asked.iter().find_map(|form| form.find(code))?.number_of(value)
            }
        };
        let mut worked_out = Figures::new();
        formulas.work_out(&mut worked_out, None, number);
        for (name, expected) in [
            ("automation_potential", figures.potential_percent()),
            ("ease_of_implementation", figures.ease_percent()),
            ("hours", figures.hours_a_year()),
            ("benefit_hours", figures.benefit_hours()),
            ("benefit_fte", figures.benefit_full_time_people()),
        ] {
            assert!(is_close(worked_out.get(name), expected), "{}: {name} {worked_out:?}", idea.name);
        }
        match figures.benefit_cost() {
            Some(cost) => assert!(is_close(worked_out.get("benefit_cost"), cost), "{}", idea.name),
            None => assert!(!worked_out.contains_key("benefit_cost")),
        }
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn the_organisation_asks_questions_of_its_own_and_answers_them() {
    let asked: Vec<Question> =
        CUSTOM_QUESTIONS.iter().map(|(_, text)| serde_json::from_str(text).unwrap()).collect();
    assert!(asked.len() >= 4);
    let mut answered = HashSet::new();
    for idea in ideas(220) {
        let kind = SubmissionType::from_code(idea.submission_type.into()).unwrap();
        for (code, value) in answers(kind, &idea) {
            if let Some(question) = asked.iter().find(|question| question.code == code) {
                assert_eq!(question.read(&value, Style::Schema), Ok(Some(value)), "{code}");
                answered.insert(code);
            }
        }
    }
    assert_eq!(answered.len(), asked.len());
}

#[test]
fn further_questions_can_be_asked_in_any_number_and_each_idea_answers_them() {
    for number in 1..=60 {
        let question: Question = serde_json::from_value(further::question(number)).unwrap();
        for idea in ideas(40) {
            let value = further::answer(number, &idea);
            assert_eq!(question.read(&value, Style::Schema), Ok(Some(value)), "{}", question.code);
        }
    }
}

#[test]
fn plans_are_of_written_automations_that_are_built_or_live_and_pay_off() {
    use automation_hub_domain::cost_benefit::RunningKind;
    let all: Vec<_> = ideas(220).collect();
    let mut seen = HashSet::new();
    for plan in plans() {
        assert!(seen.insert(plan.idea), "{}", plan.idea);
        let idea = all.iter().find(|idea| idea.name == plan.idea).unwrap();
        let is_live = plan.launch_in_days < 0;
        let expected: &[_] = if is_live { &["LIVE"] } else { &["DEVELOPMENT", "TESTING"] };
        assert!(expected.contains(&idea.phase), "{}: {}", plan.idea, idea.phase);
        assert!(i64::from(-plan.launch_in_days) * 86_400 < idea.submitted_secs_ago, "{}", plan.idea);
        assert!(plan.running_costs.iter().all(|row| RunningKind::from_key(row.kind).is_some()));
        let running: u32 = plan.running_costs.iter().map(|row| row.price_per_year).sum();
        let running = f64::from(running + plan.robot_percent * ROBOT_PRICE / 100);
        let people: u32 =
            PLANNED_ROLES.iter().zip(plan.people_days).map(|((.., rate), days)| rate * days).sum();
        let others: u32 = plan.one_time_costs.iter().map(|(_, amount)| amount).sum();
        let once = f64::from(people + others);
        let net = idea.benefit_cost.unwrap() - running;
        assert!(net > 0.0 && once / net < 2.5, "{}: {once} for {net} a year", plan.idea);
    }
}

#[test]
fn teams_are_of_written_ideas_and_people_who_can_be_reached_with_roles_that_exist() {
    use automation_hub_domain::{collaborator::DEFAULT_ROLES, tag::Tag};
    let names: HashSet<_> = texts::all().map(|topic| topic.name).collect();
    let mut seen = HashSet::new();
    for team in teams() {
        assert!(names.contains(team.idea) && seen.insert(team.idea), "{}", team.idea);
        let mut held = HashSet::new();
        for (email, role) in team.collaborators {
            let person = PEOPLE.iter().find(|person| person.email == *email).unwrap();
            assert_eq!(person.status, SampleStatus::Active, "{email}");
            assert!(DEFAULT_ROLES.iter().any(|(_, slug, ..)| slug == role), "{role}");
            assert!(held.insert((email, role)), "{email}");
        }
        assert!(team.tags.iter().all(|tag| Tag::parse(tag).is_ok()), "{}", team.idea);
    }
    assert!(seen.len() > 10);
}
