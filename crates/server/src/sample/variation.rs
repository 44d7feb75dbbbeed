//! Words for an idea: the written text with its volume, and the same work at another site or on another occasion.

use super::random::Random;
use super::texts::Topic;

const SITES: &[&str] = &[
    "Aarhus",
    "Antwerp",
    "Bergen",
    "Bilbao",
    "Bratislava",
    "Bremen",
    "Brescia",
    "Brno",
    "Copenhagen",
    "Cork",
    "Dublin",
    "Gdańsk",
    "Ghent",
    "Gothenburg",
    "Graz",
    "Hamburg",
    "Helsinki",
    "Kaunas",
    "Leeds",
    "Leipzig",
    "Linz",
    "Ljubljana",
    "Lyon",
    "Malmö",
    "Milan",
    "Nantes",
    "Oslo",
    "Porto",
    "Riga",
    "Rostock",
    "Rotterdam",
    "Stavanger",
    "Stockholm",
    "Tallinn",
    "Trieste",
    "Turku",
    "Valencia",
    "Vienna",
    "Wrocław",
    "Zürich",
];

const OCCASIONS: &[&str] = &[
    "month end",
    "quarter end",
    "year end",
    "paper post",
    "shared mailbox",
    "rush orders",
    "export customers",
    "new contracts",
    "small amounts",
    "night shift",
    "weekend backlog",
    "second reminder",
    "returns",
    "intercompany",
    "key accounts",
    "public customers",
    "spare parts",
    "first deliveries",
    "holiday cover",
    "large projects",
    "rental fleet",
    "dealers",
    "online shop",
    "subcontractors",
    "pilot group",
    "old archive",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "crane division",
    "lifting gear",
    "port services",
    "rail terminal",
    "cold store",
    "test centre",
    "group companies",
    "joint venture",
    "foreign currency",
    "cash on delivery",
    "manual corrections",
    "open disputes",
];

/// Said in passing by people of any department.
const ASIDES: &[&str] = &[
    "Two of us share it, and when one is ill it piles up.",
    "Nobody likes doing it, and the newest colleague always gets it.",
    "Mistakes are noticed weeks later, when they are expensive.",
    "We tried a macro once, but it broke with the next update.",
    "It has to be finished before noon, so everything else waits.",
    "In the holiday season it simply doesn’t get done.",
    "The work is easy; it is only a lot of it.",
    "Auditors have asked about it two years in a row.",
    "I keep my own spreadsheet next to it because I don’t trust the list.",
    "Half of the time goes into switching between windows.",
    "A colleague in another branch does the very same thing.",
    "On busy days we stay an hour longer for it.",
    "There is a written procedure, and it fits on one page.",
    "Customers notice when we are late.",
    "It was meant to be a stopgap and has lasted six years.",
    "Whoever does it can’t take a day off at the end of the month.",
    "I have described each step already and can show it.",
    "What worries me most is that only one person knows how.",
];

/// The name a topic carries in variations: without what follows the first comma.
pub(super) fn short_name(topic: &Topic) -> &'static str {
    topic.name.split_once(',').map_or(topic.name, |(short, _)| short)
}

/// Where and when a variation takes place. Rounds count how often its topic came before: no two of one topic are
/// alike, as the sites are gone through first, then the occasions, then a number is added.
pub(super) struct Place {
    site: &'static str,
    occasion: Option<&'static str>,
    wave: usize,
}

impl Place {
    pub(super) fn of_round(round: usize, topic_index: usize) -> Self {
        let site = SITES.get((round + topic_index * 7) % SITES.len()).copied().unwrap_or("Hamburg");
        let lap = round / SITES.len();
        // Lap zero has no occasion; from then on each lap has the next one.
        let kinds = OCCASIONS.len() + 1;
        let occasion = (lap % kinds).checked_sub(1).and_then(|index| OCCASIONS.get(index)).copied();
        Self { site, occasion, wave: lap / kinds }
    }

    pub(super) fn name(&self, topic: &Topic) -> String {
        let short = short_name(topic);
        let site = self.site;
        let mut name = match self.occasion {
            Some(occasion) => format!("{short}, {site}, {occasion}"),
            None => format!("{short}, {site}"),
        };
        if self.wave > 0 {
            name.push_str(", wave ");
            name.push_str(&(self.wave + 1).to_string());
        }
        name
    }
}

/// The text in two to four sentences or so: what is done, how much of it, and what would help.
pub(super) fn describe(
    topic: &Topic,
    volume: u32,
    place: Option<&Place>,
    random: &mut Random,
) -> Vec<String> {
    let (unit, minutes, per) = (topic.unit, topic.minutes, topic.frequency.in_words());
    let amount = match (place, random.below(4)) {
        (Some(Place { site, .. }), 0 | 1) => {
            format!("In {site} we count about {volume} {unit} {per}, {minutes} minutes each.")
        }
        (Some(Place { site, .. }), _) => {
            format!("{site} alone has {volume} {unit} {per} at roughly {minutes} minutes.")
        }
        (None, 0) => format!("We see around {volume} {unit} {per}, and each takes about {minutes} minutes."),
        (None, 1) => format!("It adds up to {volume} {unit} {per} at {minutes} minutes apiece."),
        (None, _) => format!("About {volume} {unit} {per}, {minutes} minutes each."),
    };
    let mut first = format!("{} {amount}", topic.today);
    if let Some(occasion) = place.and_then(|place| place.occasion) {
        first.extend([" This is only about “", occasion, "”."]);
    }
    if random.chance(35)
        && let Some(aside) = random.pick(ASIDES)
    {
        first.push(' ');
        first.push_str(aside);
    }
    vec![first, topic.wish.to_owned()]
}

/// Descriptions as the form's editors have stored them over the years.
pub(super) fn stored_form(paragraphs: &[String], random: &mut Random) -> String {
    match random.below(100) {
        0..6 => {
            let blocks: Vec<_> = paragraphs.iter().map(|text| draft_block(text, random)).collect();
            serde_json::json!({ "blocks": blocks, "entityMap": {} }).to_string()
        }
        6..10 => format!("<p>{}</p>", paragraphs.join("</p><p>")),
        10..40 => paragraphs.join("\n\n"),
        _ => paragraphs.join(" "),
    }
}

fn draft_block(text: &str, random: &mut Random) -> serde_json::Value {
    serde_json::json!({
        "key": format!("{:05x}", random.below(0x10_0000)),
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [],
        "entityRanges": [],
        "data": {},
    })
}
