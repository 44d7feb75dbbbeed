//! The query of `GET /automations`: lists of numbers, windows of time, pages and sorting.

use std::ops::RangeInclusive;

use automation_hub_domain::{
    clock::Timestamp,
    id::ApplicationId,
    idea::SubmissionType,
    page::{Direction, PageRequest},
};
use automation_hub_server::{
    api::{automations::filter::Listing, extract::Query},
    error::Error,
};
use automation_hub_storage::ideas::IdeaSort;

use super::form_body::decoded;

pub const PIECES: &[&str] = &[
    "phase=1&",
    "phase=",
    "Phases=",
    "status=",
    "category=",
    "category_id=",
    "submissionType=",
    "submission_type=",
    "s=",
    "search=",
    "bu=",
    "tag=",
    "Tags=",
    "application=",
    "createdStart=",
    "CREATEDEND=",
    "updatedStart=",
    "updatedEnd=",
    "sort=",
    "sortBy=",
    "sortOrder=",
    "limit=",
    "pageSize=",
    "page=",
    "offset=",
    "&",
    ",",
    "%2C",
    "all",
    "ALL",
    "1",
    "7",
    "-1",
    "0",
    "46",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999",
    "100000000000",
    "1595462400",
    "process_name",
    "process_id",
    "asc",
    "DESC",
    "x",
    " ",
    "+",
    "%00",
];

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let reference = Reference::of(text);
    let wrong = reference.wrong();
    match Listing::parse(&Query::parse(text)) {
        Ok(listing) => {
            assert_eq!(wrong, Vec::<&str>::new(), "accepted {text:?}");
            reference.compare(&listing);
        }
        Err(Error::Invalid(violations)) => {
            let mut fields: Vec<_> = violations.iter().map(|violation| violation.field.as_ref()).collect();
            fields.sort_unstable();
            assert_eq!(fields, wrong, "{text:?}");
        }
        Err(error) => panic!("{text:?} ends in {error:?}"),
    }
}

fn is_all(part: &str) -> bool {
    part.trim().eq_ignore_ascii_case("all")
}

/// The pairs as sent, and each rule on them once more.
struct Reference(Vec<(String, String)>);

impl Reference {
    fn of(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name).to_ascii_lowercase(), decoded(value).trim().to_owned())
        });
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    fn texts(&self, names: &[&str]) -> Vec<&str> {
        let is_named = |name: &str| names.iter().any(|candidate| candidate.to_ascii_lowercase() == name);
        self.0.iter().filter(|(name, _)| is_named(name)).map(|(_, value)| value.as_str()).collect()
    }

    /// The first one; another one of the same spelling makes it wrong.
    fn number(&self, names: &[&str]) -> Option<Result<i64, ()>> {
        let is_named = |name: &str| names.iter().any(|candidate| candidate.to_ascii_lowercase() == name);
        let (name, _) = self.0.iter().find(|(name, _)| is_named(name))?;
        let same: Vec<Option<i64>> =
            self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.parse().ok()).collect();
        let first = same.first().copied().flatten();
        Some(first.filter(|_| same.iter().all(|number| *number == first)).ok_or(()))
    }

    /// None where there is no restriction.
    fn numbers(&self, names: &[&str]) -> Option<Result<Vec<i64>, ()>> {
        let joined = self.texts(names).join(",");
        let parts: Vec<&str> = joined.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() || parts.iter().any(|part| is_all(part)) {
            return None;
        }
        Some(parts.into_iter().map(|part| part.parse().map_err(drop)).collect())
    }

    /// The name under which the first part outside of the range was sent.
    fn wrong_part(&self, names: &[&'static str], range: &RangeInclusive<i64>) -> Option<&'static str> {
        if self.texts(names).iter().any(|text| text.split(',').any(is_all)) {
            return None;
        }
        let is_wrong = |part: &str| part.trim().parse().map_or(true, |number| !range.contains(&number));
        self.0.iter().find_map(|(sent, value)| {
            let name = names.iter().find(|name| name.to_ascii_lowercase() == *sent)?;
            value.split(',').filter(|part| !part.trim().is_empty()).any(is_wrong).then_some(*name)
        })
    }

    fn first_sent(&self, names: &[&'static str]) -> &'static str {
        let of = |sent: &String| names.iter().find(|name| name.to_ascii_lowercase() == *sent).copied();
        self.0.iter().find_map(|(sent, _)| of(sent)).unwrap()
    }

    fn wrong(&self) -> Vec<&'static str> {
        let mut wrong = Vec::new();
        for (names, least) in [
            (&["limit", "perpage", "pageSize"][..], 1),
            (&["page"], 0),
            (&["offset"], 0),
            (&["applications", "application", "application_id"], i64::MIN),
            (&["createdStart"], i64::MIN),
            (&["createdEnd"], i64::MIN),
            (&["updatedStart"], i64::MIN),
            (&["updatedEnd"], i64::MIN),
        ] {
            if self.number(names).is_some_and(|number| number.is_err() || number < Ok(least)) {
                wrong.push(self.first_sent(names));
            }
        }
        let (any, kinds) = (i64::MIN..=i64::MAX, 1..=8);
        for (names, range) in [
            (&["phase", "phases"][..], &any),
            (&["status", "statuses"], &any),
            (&["category", "category_id", "categories"], &any),
            (&["submissionType", "submission_type"], &kinds),
        ] {
            wrong.extend(self.wrong_part(names, range));
        }
        if self.texts(&["search", "s"]).first().is_some_and(|search| search.chars().count() > 256) {
            wrong.push(self.first_sent(&["search", "s"]));
        }
        if self.sort() == Some(None) {
            wrong.push(self.first_sent(&["sort", "sortBy"]));
        }
        let names = ["sortOrder", "sort_order"];
        let order = self.texts(&names).first().map(|order| order.to_ascii_lowercase());
        if order.is_some_and(|order| order != "asc" && order != "desc") {
            wrong.push(self.first_sent(&names));
        }
        wrong.sort_unstable();
        wrong
    }

    /// None where no sorting is asked for; nothing in it for an unknown one.
    #[expect(clippy::option_option, reason = "three cases, told apart only here")]
    fn sort(&self) -> Option<Option<(IdeaSort, Direction)>> {
        let name = self.texts(&["sort", "sortBy"]).first()?.to_ascii_lowercase();
        Some(match name.as_str() {
            "process_created_epoch" => Some((IdeaSort::Created, Direction::Descending)),
            "process_updated_epoch" => Some((IdeaSort::Updated, Direction::Descending)),
            "process_name" => Some((IdeaSort::Name, Direction::Ascending)),
            "process_overall_gauge_score" => Some((IdeaSort::Score, Direction::Descending)),
            "process_id" => Some((IdeaSort::Id, Direction::Ascending)),
            _ => None,
        })
    }

    fn compare(&self, listing: &Listing) {
        let filter = &listing.filter;
        let ids = |names: &[&str]| self.numbers(names).map(|ids| ids.unwrap());
        let phases: Vec<_> = filter.phases.iter().map(|id| id.get()).collect();
        assert_eq!(phases, ids(&["phase", "phases"]).unwrap_or_default());
        let statuses: Vec<_> = filter.statuses.iter().map(|id| id.get()).collect();
        assert_eq!(statuses, ids(&["status", "statuses"]).unwrap_or_default());
        let categories = filter.categories.as_ref().map(|ids| ids.iter().map(|id| id.get()).collect());
        assert_eq!(categories, ids(&["category", "category_id", "categories"]));
        let says_something = |text: &&&str| text.chars().any(|c| c != '-' && !c.is_whitespace());
        let search =
            self.texts(&["search", "s"]).first().filter(says_something).map(|text| (*text).to_owned());
        assert_eq!(filter.search, search);
        let tag = self.texts(&["tag", "tags"]).first().map(|text| (*text).to_owned());
        assert_eq!(filter.tag, tag);
        let kinds = filter.submission_types.as_ref();
        let kinds =
            kinds.map(|kinds| kinds.iter().map(|kind: &SubmissionType| kind.code()).collect::<Vec<_>>());
        let names = ["submissionType", "submission_type"];
        let is_unsaid =
            self.texts(&names).iter().all(|text| text.chars().all(|c| c == ',' || c.is_whitespace()));
        let usual = (search.is_none() && is_unsaid).then(|| vec![1, 2]);
        assert_eq!(kinds, ids(&names).or(usual));
        assert_eq!(
            filter.application.map(ApplicationId::get),
            self.number(&["applications", "application", "application_id"]).map(Result::unwrap)
        );
        let bounds = [filter.created.from, filter.created.to, filter.updated.from, filter.updated.to];
        for (bound, name) in
            bounds.into_iter().zip(["createdStart", "createdEnd", "updatedStart", "updatedEnd"])
        {
            let rest = if name.ends_with("End") { 999 } else { 0 };
            let expected = self.number(&[name]).map(|epoch| match epoch.unwrap() {
                epoch @ -99_999_999_999..=99_999_999_999 => epoch * 1000 + rest,
                epoch => epoch,
            });
            assert_eq!(bound.map(Timestamp::millis), expected, "{name}");
        }
        assert_eq!(listing.request, self.request());
        let (sort, natural) = self.sort().flatten().unwrap_or((IdeaSort::Created, Direction::Descending));
        let order = self.texts(&["sortOrder", "sort_order"]).first().map(|order| order.to_ascii_lowercase());
        let direction = match order.as_deref() {
            Some("asc") => Direction::Ascending,
            Some(_) => Direction::Descending,
            None => natural,
        };
        assert_eq!((listing.order.sort, listing.order.direction), (sort, direction));
    }

    fn request(&self) -> PageRequest {
        let natural = |names: &[&str]| self.number(names).map(|n| u128::try_from(n.unwrap()).unwrap());
        let limit = natural(&["limit", "perpage", "pageSize"]).unwrap_or(50);
        let offset = match (natural(&["offset"]).unwrap_or(0), natural(&["page"])) {
            (0, Some(page)) => (page.max(1) - 1) * limit,
            (offset, _) => offset,
        };
        let cut = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
        PageRequest { offset: cut(offset), limit: cut(limit) }
    }
}
