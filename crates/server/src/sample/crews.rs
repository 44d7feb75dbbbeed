//! Who submits and owns ideas of a business area, as far as roles and categories let them.

use super::categories::area_of;
use super::people::{PEOPLE, SamplePerson, SampleStatus};
use super::random::Random;
use super::texts::Topic;

/// Somebody who left lately still stands on what was submitted before.
const LEAVER: &str = "lucia.ferrer@nordwind.test";
const LEAVER_DAYS: u32 = 30;

/// The people of one business area by what they may submit.
struct Crew {
    area: &'static str,
    staff: Vec<&'static str>,
    experts: Vec<&'static str>,
    builders: Vec<&'static str>,
}

pub(super) struct Crews {
    by_area: Vec<Crew>,
    anyone: Vec<&'static str>,
}

impl Crews {
    pub(super) fn gathered() -> Self {
        let anyone =
            PEOPLE.iter().filter(|person| may_submit_anywhere(person)).map(|person| person.email).collect();
        Self { by_area: by_area(), anyone }
    }

    pub(super) fn submitter(
        &self,
        topic: &Topic,
        submission_type: u8,
        age_days: u32,
        random: &mut Random,
    ) -> &'static str {
        let crew = self.of(topic.category);
        let able = match submission_type {
            3 => crew.map(|crew| &crew.builders),
            2 => crew.map(|crew| &crew.experts),
            _ if random.chance(12) => Some(&self.anyone),
            _ if age_days > LEAVER_DAYS && random.chance(2) => return LEAVER,
            _ => crew.map(|crew| &crew.staff),
        };
        random.pick(able.unwrap_or(&self.anyone)).copied().unwrap_or("ines.moreau@nordwind.test")
    }

    pub(super) fn owner(
        &self,
        topic: &Topic,
        status: &str,
        age_days: u32,
        random: &mut Random,
    ) -> Option<&'static str> {
        // Nothing is approved before somebody owns it.
        let is_named = random.chance(match status {
            "IDEA_AWAITING_REVIEW" => 45,
            "IDEA_REJECTED" | "IDEA_DUPLICATE" | "IDEA_ARCHIVED" => 94,
            _ => 100,
        });
        if is_named && age_days > LEAVER_DAYS && random.chance(3) {
            return Some(LEAVER);
        }
        let staff = self.of(topic.category).map_or(&self.anyone, |crew| &crew.staff);
        if is_named { random.pick(staff).copied() } else { None }
    }

    fn of(&self, category: &'static str) -> Option<&Crew> {
        let area = area_of(category);
        self.by_area.iter().find(|crew| crew.area == area)
    }
}

fn by_area() -> Vec<Crew> {
    let holds = |person: &SamplePerson, area: &str, slugs: &[&str]| {
        person
            .roles
            .iter()
            .any(|&(slug, scope)| slugs.contains(&slug) && scope.is_none_or(|scope| scope == area))
    };
    let experts = ["ah-system-admin", "ah-program-manager", "ah-authorized-user"];
    let builders = ["ah-citizen-developer-self-user", "ah-citizen-developer-power-user"];
    let active = || PEOPLE.iter().filter(|person| person.status == SampleStatus::Active);
    let emails = |people: Vec<&'static SamplePerson>| people.into_iter().map(|person| person.email).collect();
    let mut crews: Vec<Crew> = Vec::new();
    for area in PEOPLE.iter().map(|person| person.department) {
        if crews.iter().any(|crew| crew.area == area) {
            continue;
        }
        let own = |slugs: &[&str]| -> Vec<&'static SamplePerson> {
            let able = || active().filter(|person| holds(person, area, slugs));
            let near: Vec<_> = able().filter(|person| person.department == area).collect();
            if near.is_empty() { able().collect() } else { near }
        };
        let staff = active().filter(|person| person.department == area && !only_watches(person)).collect();
        let (experts, builders) = (emails(own(&experts)), emails(own(&builders)));
        crews.push(Crew { area, staff: emails(staff), experts, builders });
    }
    crews
}

fn only_watches(person: &SamplePerson) -> bool {
    person.roles.iter().all(|&(slug, _)| slug == "ah-rpa-sponsor")
}

fn may_submit_anywhere(person: &SamplePerson) -> bool {
    person.status == SampleStatus::Active
        && person.roles.iter().any(|&(slug, scope)| slug == "ah-standard-user" && scope.is_none())
}
