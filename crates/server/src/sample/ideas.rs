//! Ideas in any number, oldest first: the written ones in even steps, and variations of them between.

use super::categories::area_of;
use super::crews::Crews;
use super::featured::{self, Featured};
use super::figures::{SampleFigures, Workload};
use super::random::Random;
use super::texts::{self, Kind, Topic};
use super::variation::{Place, describe, stored_form};
use super::{applications, status};

const SEED: u64 = 0x004E_6F72_6477_696E;
const DAY_SECS: i64 = 86_400;
/// The programme began eighteen months ago.
const FIRST_DAY: i64 = 547;

/// The five answers of the high-level assessment, 1 to 5, higher being better for automation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleAnswers {
    pub rules: u8,
    pub input_type: u8,
    pub input_quality: u8,
    pub stability: u8,
    pub documentation: u8,
}

impl SampleAnswers {
    fn new([rules, input_type, input_quality, stability, documentation]: [u8; 5]) -> Self {
        Self { rules, input_type, input_quality, stability, documentation }
    }
}

/// One idea as it stands today. Times count back from the moment the demo is made.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleIdea {
    pub name: String,
    /// Plain text, or now and then `DraftJS` JSON or HTML.
    pub description: String,
    pub category: &'static str,
    pub submitter: &'static str,
    pub owner: Option<&'static str>,
    pub submission_type: u8,
    pub phase: &'static str,
    pub status: &'static str,
    pub answers: SampleAnswers,
    pub figures: Option<SampleFigures>,
    pub benefit_hours: Option<f64>,
    pub benefit_cost: Option<f64>,
    pub applications: &'static [&'static str],
    pub automation_id: Option<String>,
    pub priority: Option<&'static str>,
    pub votes: u32,
    pub submitted_secs_ago: i64,
    pub updated_secs_ago: i64,
    /// Of those that the centre brought in, whose form asks for them.
    pub pain_points: Option<String>,
    /// Name of the idea that a change request changes; it comes earlier if it comes at all.
    pub changes: Option<&'static str>,
}

/// `count` ideas, oldest first, always the same ones for the same count. Names are unique ignoring case.
pub fn ideas(count: usize) -> SampleIdeas {
    SampleIdeas::new(count)
}

/// A written idea with its place in time.
struct Written {
    topic: &'static Topic,
    featured: Option<&'static Featured>,
    secs_ago: i64,
}

/// The iterator behind [`ideas`].
pub struct SampleIdeas {
    written: Vec<Written>,
    varied: Vec<&'static Topic>,
    crews: Crews,
    count: usize,
    next: usize,
}

/// What is decided before an idea is filled in.
struct Draft<'a> {
    position: usize,
    topic: &'static Topic,
    featured: Option<&'static Featured>,
    place: Option<&'a Place>,
    secs_ago: i64,
}

impl SampleIdeas {
    fn new(count: usize) -> Self {
        let mut varied: Vec<_> =
            texts::all().filter(|topic| matches!(topic.kind, Kind::Idea | Kind::CitizenAutomation)).collect();
        Random::seeded(SEED).shuffle(&mut varied);
        Self { written: written_in_time(), varied, crews: Crews::gathered(), count, next: 0 }
    }

    fn idea(&self, position: usize) -> Option<SampleIdea> {
        let written = self.written.len();
        if self.count <= written {
            return self.written_idea(position, written - self.count + position);
        }
        // The written idea number `turn` is the last of its stretch of positions.
        let turn = position * written / self.count;
        let last_of = |turn: usize| ((turn + 1) * self.count).div_ceil(written) - 1;
        if position == last_of(turn) {
            return self.written_idea(position, turn);
        }
        let started = turn.checked_sub(1).and_then(|before| self.written.get(before));
        let from = started.map_or(FIRST_DAY * DAY_SECS, |written| written.secs_ago);
        let to = self.written.get(turn)?.secs_ago;
        let first = if turn == 0 { 0 } else { last_of(turn - 1) + 1 };
        let step = i64::try_from(position - first + 1).ok()?;
        let steps = i64::try_from(last_of(turn) - first + 1).ok()?;
        let secs_ago = from - (from - to) * step / steps;
        let variation = position - turn;
        let index = variation % self.varied.len();
        let place = Place::of_round(variation / self.varied.len(), index);
        let topic = self.varied.get(index).copied()?;
        let mut random = Random::seeded(SEED.rotate_left(17) ^ u64::try_from(variation).ok()?);
        let draft = Draft { position, topic, featured: None, place: Some(&place), secs_ago };
        Some(self.filled(&draft, &mut random))
    }

    fn written_idea(&self, position: usize, turn: usize) -> Option<SampleIdea> {
        let &Written { topic, featured, secs_ago } = self.written.get(turn)?;
        let mut random = Random::seeded(SEED ^ (u64::try_from(turn).ok()? << 40));
        let draft = Draft { position, topic, featured, place: None, secs_ago };
        Some(self.filled(&draft, &mut random))
    }

    fn filled(&self, draft: &Draft<'_>, random: &mut Random) -> SampleIdea {
        let Draft { topic, featured, place, secs_ago, .. } = *draft;
        let age_days = u32::try_from(secs_ago / DAY_SECS).unwrap_or(0);
        let (phase, status) = standing(topic, featured, age_days, random);
        let submission_type = submission_type(topic.kind, status, random);
        let volume = if place.is_some() {
            (topic.volume * random.between(30, 180) / 100).max(2)
        } else {
            topic.volume
        };
        let figures = figures(draft, status, volume, random);
        let paragraphs = describe(topic, volume, place, random);
        let fixed_submitter = featured.and_then(Featured::submitter);
        SampleIdea {
            name: place.map_or_else(|| topic.name.to_owned(), |place| place.name(topic)),
            description: if featured.is_some() {
                paragraphs.join(" ")
            } else {
                stored_form(&paragraphs, random)
            },
            category: topic.category,
            submitter: fixed_submitter
                .unwrap_or_else(|| self.crews.submitter(topic, submission_type, age_days, random)),
            owner: featured
                .map_or_else(|| self.crews.owner(topic, status, age_days, random), |featured| featured.owner),
            submission_type,
            phase,
            status,
            answers: SampleAnswers::new(
                featured.map_or_else(|| drawn_answers(random), |featured| featured.answers),
            ),
            benefit_hours: figures.as_ref().map(SampleFigures::benefit_hours),
            benefit_cost: figures.as_ref().and_then(SampleFigures::benefit_cost),
            figures,
            applications: topic.applications,
            automation_id: automation_id(draft, phase, random),
            priority: featured.map_or_else(|| drawn_priority(phase, random), |featured| featured.priority),
            votes: featured.map_or_else(|| drawn_votes(age_days, random), |featured| featured.votes),
            submitted_secs_ago: secs_ago,
            updated_secs_ago: updated(draft, status, random),
            pain_points: (submission_type == COE_DRIVEN).then(|| pain_points(topic)),
            changes: if let Kind::ChangeRequest(changes) = topic.kind { Some(changes) } else { None },
        }
    }
}

impl Iterator for SampleIdeas {
    type Item = SampleIdea;

    fn next(&mut self) -> Option<SampleIdea> {
        if self.next >= self.count {
            return None;
        }
        let idea = self.idea(self.next)?;
        self.next += 1;
        Some(idea)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for SampleIdeas {}

/// The written ideas, oldest first: those with a fixed day on it, the others in even steps, mixed over the areas.
fn written_in_time() -> Vec<Written> {
    let mut random = Random::seeded(SEED);
    let mut rest: Vec<_> = texts::all().filter(|topic| featured::find(topic.name).is_none()).collect();
    random.shuffle(&mut rest);
    let stride = FIRST_DAY * DAY_SECS / i64::try_from(rest.len()).unwrap_or(1);
    let stepped = (1_i64..).zip(rest).map(|(step, topic)| {
        let since = stride * step - i64::from(random.between(3600, 80_000));
        Written { topic, featured: None, secs_ago: (FIRST_DAY * DAY_SECS - since).max(5400) }
    });
    let fixed = texts::all().filter_map(|topic| {
        let featured = featured::find(topic.name)?;
        Some(Written { topic, featured: Some(featured), secs_ago: i64::from(featured.days_ago) * DAY_SECS })
    });
    let mut written: Vec<_> = stepped.chain(fixed).collect();
    let days: Vec<_> = written.iter().map(|written| (written.topic.name, written.secs_ago)).collect();
    for change in &mut written {
        if let Kind::ChangeRequest(changes) = change.topic.kind
            && let Some(&(_, parent)) = days.iter().find(|&&(name, _)| name == changes)
        {
            change.secs_ago = change.secs_ago.min(parent / 2);
        }
    }
    written.sort_by_key(|written| std::cmp::Reverse(written.secs_ago));
    written
}

fn standing(
    topic: &Topic,
    featured: Option<&'static Featured>,
    age_days: u32,
    random: &mut Random,
) -> (&'static str, &'static str) {
    let key = match featured {
        Some(featured) => Some(featured.status),
        None => random.weighted(status::likely(topic.kind, age_days)),
    };
    key.and_then(status::with_phase).unwrap_or(("IDEA", "IDEA_AWAITING_REVIEW"))
}

const COE_DRIVEN: u8 = 2;

fn pain_points(topic: &Topic) -> String {
    format!(
        "{} minutes for each, always the same steps, and nobody notices a slip until somebody asks.",
        topic.minutes
    )
}

/// What came from the centre of excellence never waited in phase Idea.
fn submission_type(kind: Kind, status: &str, random: &mut Random) -> u8 {
    match kind {
        Kind::CitizenAutomation => 3,
        Kind::ChangeRequest(_) => 6,
        Kind::BusinessProcess => 8,
        Kind::Idea if !status.starts_with("IDEA_") && random.chance(16) => COE_DRIVEN,
        Kind::Idea => 1,
    }
}

fn figures(draft: &Draft<'_>, status: &str, volume: u32, random: &mut Random) -> Option<SampleFigures> {
    if let Some(fixed) = draft.featured.and_then(Featured::figures) {
        return Some(fixed);
    }
    let is_assessed = match status {
        "ASSESSMENT_NOT_STARTED" => false,
        "ASSESSMENT_IN_PROGRESS" | "ASSESSMENT_ON_HOLD" => random.chance(50),
        other => !other.starts_with("IDEA_"),
    };
    let topic = draft.topic;
    let thin_clients = applications::thin_clients(topic.applications).count();
    let work = Workload {
        frequency: topic.frequency,
        volume,
        minutes: topic.minutes,
        applications: u32::try_from(topic.applications.len()).unwrap_or(0),
        thin_clients: u32::try_from(thin_clients).unwrap_or(0),
    };
    is_assessed.then(|| SampleFigures::drawn(work, random))
}

fn drawn_answers(random: &mut Random) -> [u8; 5] {
    [(); 5].map(|()| random.weighted(&[(1, 5), (2, 14), (3, 27), (4, 34), (5, 20)]).unwrap_or(3))
}

/// Nobody ranks an idea before it has passed the first gate.
fn drawn_priority(phase: &str, random: &mut Random) -> Option<&'static str> {
    let percent = match phase {
        "IDEA" | "BUSINESS_REVIEW" | "TECHNICAL_REVIEW" => 0,
        "ASSESSMENT" => 55,
        _ => 90,
    };
    let weights = [("low", 25), ("medium", 45), ("high", 24), ("critical", 6)];
    if random.chance(percent) { random.weighted(&weights) } else { None }
}

fn drawn_votes(age_days: u32, random: &mut Random) -> u32 {
    let limit = if age_days < 14 { 3 } else { 6 };
    random.below(limit + 1) * random.below(limit + 1)
}

/// The company's own number, given to part of what is being built or runs.
fn automation_id(draft: &Draft<'_>, phase: &str, random: &mut Random) -> Option<String> {
    if let Some(fixed) = draft.featured.and_then(Featured::automation_id) {
        return Some(fixed.to_owned());
    }
    let is_early = matches!(phase, "IDEA" | "ASSESSMENT" | "BUSINESS_REVIEW" | "TECHNICAL_REVIEW");
    let prefix = match area_of(draft.topic.category) {
        "Finance" => "FIN",
        "People" => "PPL",
        "Logistics" => "LOG",
        "Procurement" => "PRC",
        "Service" => "SVC",
        "Sales" => "SAL",
        "Legal" => "LEG",
        "Production" => "PRD",
        _ => "IT",
    };
    (!is_early && random.chance(60)).then(|| format!("{prefix}-{:04}", draft.position + 1))
}

/// Between its submission and now; what waits for a first review or is closed
/// has not been touched for long.
fn updated(draft: &Draft<'_>, status: &str, random: &mut Random) -> i64 {
    if let Some(featured) = draft.featured {
        return i64::from(featured.updated_hours_ago) * 3600;
    }
    let share = i64::from(random.below(1000));
    let is_closed =
        ["_REJECTED", "_DUPLICATE", "_ARCHIVED", "_CANCELLED"].iter().any(|end| status.ends_with(end));
    let since = match status {
        "IDEA_AWAITING_REVIEW" => draft.secs_ago.min(5 * DAY_SECS) * share / 1000,
        _ if is_closed => draft.secs_ago.min(60 * DAY_SECS) * share / 1000,
        _ => draft.secs_ago - draft.secs_ago * share / 1000 * share / 1000,
    };
    draft.secs_ago - since
}
