//! Ideas and automations: kept beside their wire form, counted as they are written, listed by index.

mod content;
mod counts;
mod deleted;
mod filling;
mod filter;
mod found;
mod id_set;
pub(crate) mod indexing;
mod insert;
mod list;
mod postings;
pub(crate) mod rekeying;
mod search;
mod update;
mod wire;
mod words;

use std::{ops::Deref, sync::LazyLock};

use automation_hub_domain::{
    clock::Timestamp,
    collaborator::Collaborator,
    id::{CategoryId, IdeaId, PhaseId, StatusId, UserId},
    idea::{Idea, Priority, SubmissionType},
};

pub use counts::{count, count_by_status};
pub use deleted::{DeletedFilter, DeletedIdea, count_deleted, list_deleted};
pub use filling::{Apart, analyze, begin_filling, end_filling};
pub use filter::{IdeaFilter, IdeaOrder, IdeaSort, Position, SortKey, Window};
pub use found::Found;
pub use insert::{Inserted, PreparedIdea, insert, insert_many, insert_prepared};
pub use list::{chunk, each_record, each_record_after, each_record_of, is_any_after, list, list_of};
pub use update::{category_of, delete, find_to_change, update};
pub use wire::set_wire_integer;
pub(crate) use wire::{DOCUMENTS, IS_PUBLISHED, touch};

use crate::{Row, Session, StorageError, collaborators, tenants::Versions, values};

const COLUMNS: &str = "id, uuid, slug, name, category_id, submission_type, phase_id, phase_status_id, \
    submitter_user_id, owner_user_id, content, votes, created_at, updated_at, idea_score, version";

fn submission_type(code: i64) -> Result<SubmissionType, StorageError> {
    SubmissionType::from_code(code).ok_or_else(|| StorageError::Corrupt("ideas: submission_type".to_owned()))
}

fn from_row(row: &Row<'_>) -> Result<Idea, StorageError> {
    Ok(Idea {
        id: row.get(0)?,
        uuid: row.get(1)?,
        slug: row.get(2)?,
        name: row.get(3)?,
        category: row.get(4)?,
        submission_type: submission_type(row.get(5)?)?,
        phase: row.get(6)?,
        status: row.get(7)?,
        submitter: row.get(8)?,
        owner: row.get(9)?,
        content: content::decode(row.get(10)?, row.get(14)?)?,
        votes: row.get(11)?,
        created_at: Timestamp::from_millis(row.get(12)?),
        updated_at: Timestamp::from_millis(row.get(13)?),
        version: row.get(15)?,
    })
}

/// An idea as a row of a list: without what it says of itself at length.
#[derive(Clone, Debug, PartialEq)]
pub struct IdeaLine {
    pub id: IdeaId,
    pub slug: String,
    pub name: String,
    pub category: CategoryId,
    pub submission_type: SubmissionType,
    pub phase: PhaseId,
    pub status: StatusId,
    pub submitter: UserId,
    pub owner: Option<UserId>,
    pub idea_score: Option<f64>,
    pub benefit_hours: Option<f64>,
    pub benefit_cost: Option<f64>,
    pub priority: Priority,
    pub votes: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

const LINE_COLUMNS: [&str; 16] = [
    "id",
    "slug",
    "name",
    "category_id",
    "submission_type",
    "phase_id",
    "phase_status_id",
    "submitter_user_id",
    "owner_user_id",
    "idea_score",
    "benefit_hours",
    "benefit_cost",
    "priority",
    "votes",
    "created_at",
    "updated_at",
];

fn line(row: &Row<'_>) -> Result<IdeaLine, StorageError> {
    Ok(IdeaLine {
        id: row.get(0)?,
        slug: row.get(1)?,
        name: row.get(2)?,
        category: row.get(3)?,
        submission_type: submission_type(row.get(4)?)?,
        phase: row.get(5)?,
        status: row.get(6)?,
        submitter: row.get(7)?,
        owner: row.get(8)?,
        idea_score: row.get(9)?,
        benefit_hours: row.get(10)?,
        benefit_cost: row.get(11)?,
        priority: Priority::from_key(row.get(12)?).unwrap_or_default(),
        votes: row.get(13)?,
        created_at: Timestamp::from_millis(row.get(14)?),
        updated_at: Timestamp::from_millis(row.get(15)?),
    })
}

impl From<Idea> for IdeaLine {
    fn from(idea: Idea) -> Self {
        Self {
            id: idea.id,
            slug: idea.slug,
            name: idea.name,
            category: idea.category,
            submission_type: idea.submission_type,
            phase: idea.phase,
            status: idea.status,
            submitter: idea.submitter,
            owner: idea.owner,
            idea_score: idea.content.idea_score,
            benefit_hours: idea.content.benefit_hours,
            benefit_cost: idea.content.benefit_cost,
            priority: idea.content.priority,
            votes: idea.votes,
            created_at: idea.created_at,
            updated_at: idea.updated_at,
        }
    }
}

/// An idea as the wire shows it: what else can change comes in columns, all the rest is text as it stands.
#[derive(Clone, Copy, Debug)]
pub struct IdeaRecord<'r> {
    pub id: IdeaId,
    pub slug: &'r str,
    pub category: CategoryId,
    pub status: StatusId,
    pub submitter: UserId,
    pub owner: Option<UserId>,
    pub votes: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Members of a JSON object, without its braces.
    pub wire: &'r [u8],
    /// A JSON array of texts.
    pub tags: &'r str,
    collaborators: &'r str,
}

impl<'r> IdeaRecord<'r> {
    /// Those that were added, in the order of role and person.
    pub fn collaborators(&self) -> impl Iterator<Item = Collaborator> + use<'r> {
        collaborators::decode(self.collaborators)
    }
}

const RECORD_COLUMNS: [&str; 12] = [
    "id",
    "slug",
    "category_id",
    "phase_status_id",
    "submitter_user_id",
    "owner_user_id",
    "votes",
    "created_at",
    "updated_at",
    "wire",
    "tags",
    "collaborators",
];

/// A record on its own, with what tells whether the names known of its tenant still hold.
#[derive(Clone, Copy, Debug)]
pub struct FoundRecord<'r> {
    pub record: IdeaRecord<'r>,
    /// How often it was changed, counted from 1.
    pub version: i64,
    pub versions: Versions,
}

impl<'r> Deref for FoundRecord<'r> {
    type Target = IdeaRecord<'r>;

    fn deref(&self) -> &Self::Target {
        &self.record
    }
}

fn record<'r>(row: &Row<'r>) -> Result<IdeaRecord<'r>, StorageError> {
    Ok(IdeaRecord {
        id: row.get(0)?,
        slug: row.get(1)?,
        category: row.get(2)?,
        status: row.get(3)?,
        submitter: row.get(4)?,
        owner: row.get(5)?,
        votes: row.get(6)?,
        created_at: Timestamp::from_millis(row.get(7)?),
        updated_at: Timestamp::from_millis(row.get(8)?),
        wire: row.raw_text(9)?,
        tags: row.get(10)?,
        collaborators: row.get(11)?,
    })
}

/// How a path names an idea.
#[derive(Clone, Copy, Debug)]
pub enum IdeaKey<'k> {
    Id(IdeaId),
    Slug(&'k str),
}

impl<'k> IdeaKey<'k> {
    /// Digits are an id; no slug consists of digits alone.
    pub fn parse(text: &'k str) -> Self {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(id) if is_number => Self::Id(IdeaId::new(id)),
            _ => Self::Slug(text),
        }
    }
}

pub fn find(session: &mut Session<'_>, key: IdeaKey<'_>) -> Result<Option<Idea>, StorageError> {
    let tenant = session.tenant();
    let select = |by: &str| {
        ["SELECT ", COLUMNS, " FROM ideas WHERE tenant_id = $1 AND ", by, " = $2 AND is_deleted = 0"].concat()
    };
    match key {
        IdeaKey::Id(id) => session.optional(&select("id"), values![tenant, id], from_row),
        IdeaKey::Slug(slug) => session.optional(&select("slug"), values![tenant, slug], from_row),
    }
}

/// Looks one up for the wire; `map` sees the row before it goes.
pub fn find_record<T>(
    session: &mut Session<'_>,
    key: IdeaKey<'_>,
    mut map: impl FnMut(&FoundRecord<'_>) -> T,
) -> Result<Option<T>, StorageError> {
    static BY_ID: LazyLock<String> = LazyLock::new(|| record_by("id"));
    static BY_SLUG: LazyLock<String> = LazyLock::new(|| record_by("slug"));
    let tenant = session.tenant();
    let map = |row: &Row<'_>| {
        let versions = Versions {
            catalogue: row.get(RECORD_COLUMNS.len())?,
            people: row.get(RECORD_COLUMNS.len() + 1)?,
        };
        let version = row.get(RECORD_COLUMNS.len() + 2)?;
        Ok(map(&FoundRecord { record: record(row)?, version, versions }))
    };
    match key {
        IdeaKey::Id(id) => session.optional(&BY_ID, values![tenant, id], map),
        IdeaKey::Slug(slug) => session.optional(&BY_SLUG, values![tenant, slug], map),
    }
}

/// The version numbers come along: asking for them apart would cost as much as the record.
fn record_by(key: &str) -> String {
    [
        "SELECT ideas.",
        &RECORD_COLUMNS.join(", ideas."),
        ", tenants.catalogue_version, tenants.people_version, ideas.version FROM tenants \
         JOIN ideas ON ideas.tenant_id = tenants.id \
         WHERE tenants.id = $1 AND ideas.",
        key,
        " = $2 AND ideas.is_deleted = 0",
    ]
    .concat()
}
