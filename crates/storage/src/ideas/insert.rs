//! Writing ideas: one, or a batch whose counts are written once.

use std::{borrow::Cow, iter};

use automation_hub_domain::{
    id::{ApplicationId, IdeaId, UserId},
    idea::NewIdea,
    text,
};

use super::{content, counts::Tally, search};
use crate::{Constraint, Session, StorageError, values};

/// What an idea got when it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted {
    pub id: IdeaId,
    pub slug: String,
}

/// An idea with all that is worked out of it before it is written.
pub struct PreparedIdea<'n> {
    new: Cow<'n, NewIdea>,
    wire: Cow<'n, str>,
    slug: String,
    name_key: String,
    name_words: String,
    description_words: String,
    content: String,
}

impl PreparedIdea<'static> {
    /// `wire` is as in [`insert`].
    pub fn new(new: NewIdea, wire: String) -> Result<Self, StorageError> {
        PreparedIdea::of(Cow::Owned(new), Cow::Owned(wire))
    }

    pub(super) fn with_slug(self, slug: String) -> Self {
        Self { slug, ..self }
    }
}

/// Writes an idea and counts it. `wire` holds its own members as a JSON object without the braces.
/// A name that is taken is `Conflict(IdeaName)`.
pub fn insert(session: &mut Session<'_>, new: &NewIdea, wire: &str) -> Result<Inserted, StorageError> {
    insert_prepared(session, &PreparedIdea::of(Cow::Borrowed(new), Cow::Borrowed(wire))?)
}

/// As [`insert`], of what was prepared before.
pub fn insert_prepared(session: &mut Session<'_>, idea: &PreparedIdea<'_>) -> Result<Inserted, StorageError> {
    let inserted = idea.insert_row(session)?;
    let mut tally = Tally::default();
    idea.count(&mut tally);
    tally.write(session)?;
    Ok(inserted)
}

/// As [`insert`] for many in one transaction; some thousands at a time are a good measure.
pub fn insert_many(
    session: &mut Session<'_>,
    ideas: &[PreparedIdea<'_>],
) -> Result<Vec<Inserted>, StorageError> {
    let mut tally = Tally::default();
    let mut inserted = Vec::with_capacity(ideas.len());
    for idea in ideas {
        inserted.push(idea.insert_row(session)?);
        idea.count(&mut tally);
    }
    tally.write(session)?;
    Ok(inserted)
}

pub(super) fn use_applications(
    session: &mut Session<'_>,
    id: IdeaId,
    applications: &[ApplicationId],
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    for &application in applications {
        session.execute(
            "INSERT INTO idea_applications (tenant_id, idea_id, application_id) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant_id, application_id, idea_id) DO NOTHING",
            values![tenant, id, application],
        )?;
    }
    Ok(())
}

/// Last parts of addresses that mean something else than an automation.
const RESERVED: [&str; 3] = ["cba", "collaborators", "status"];

/// An address needs a word, and one that can't be taken for an id or another call.
fn slug_of(name: &str) -> String {
    let slug = text::slug(name);
    if slug.is_empty() {
        "automation".to_owned()
    } else if slug.bytes().all(|byte| byte.is_ascii_digit()) || RESERVED.contains(&slug.as_str()) {
        format!("automation-{slug}")
    } else {
        slug
    }
}

fn is_taken(session: &mut Session<'_>, by: &str, key: &str) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let sql = ["SELECT 1 FROM ideas WHERE tenant_id = $1 AND ", by].concat();
    Ok(session.optional(&sql, values![tenant, key], |_| Ok(()))?.is_some())
}

impl<'n> PreparedIdea<'n> {
    fn of(new: Cow<'n, NewIdea>, wire: Cow<'n, str>) -> Result<Self, StorageError> {
        Ok(Self {
            slug: slug_of(new.name.as_str()),
            name_key: new.name.key(),
            name_words: search::words(new.name.as_str()),
            description_words: search::description_words(&new.content.description),
            content: content::encode(&new.content)?,
            new,
            wire,
        })
    }

    pub(super) fn name_key(&self) -> &str {
        &self.name_key
    }

    /// The slugs it may have, the plainest first.
    pub(super) fn slugs(&self) -> impl Iterator<Item = String> {
        let numbered = |number: u32| format!("{}-{number}", self.slug);
        iter::once(self.slug.clone()).chain((2..).map(numbered))
    }

    fn count(&self, tally: &mut Tally) {
        tally.add(self.new.category, self.new.status, self.new.submission_type);
    }

    fn insert_row(&self, session: &mut Session<'_>) -> Result<Inserted, StorageError> {
        // Names are unique, so their slugs nearly are; asking first would cost every insert a statement.
        for slug in self.slugs() {
            if let Some(id) = self.try_insert(session, &slug)? {
                use_applications(session, id, &self.new.content.applications)?;
                return Ok(Inserted { id, slug });
            }
            if is_taken(session, "name_key = $2 AND is_deleted = 0", &self.name_key)? {
                return Err(StorageError::Conflict(Constraint::IdeaName));
            }
            if !is_taken(session, "slug = $2", &slug)? {
                break;
            }
        }
        Err(StorageError::Conflict(Constraint::Other("ideas_slug_key".to_owned())))
    }

    /// `None` if a unique index refuses the row. Without `DO NOTHING`, `PostgreSQL` would give up the transaction.
    fn try_insert(&self, session: &mut Session<'_>, slug: &str) -> Result<Option<IdeaId>, StorageError> {
        let tenant = session.tenant();
        let Self { new, wire, slug: _, name_key, name_words, description_words, content } = self;
        let id = session.insert(
            "INSERT INTO ideas (tenant_id, uuid, slug, name, name_key, search_key, category_id, submission_type, \
             phase_id, phase_status_id, submitter_user_id, owner_user_id, idea_score, benefit_hours, benefit_cost, \
             priority, votes, created_at, updated_at, content, wire) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
             $11, NULLIF($12, 0), $13, $14, $15, $16, $17, $18, $19, $20, $21) ON CONFLICT DO NOTHING",
            values![
                tenant,
                &new.uuid,
                slug,
                new.name.as_str(),
                name_key,
                &search::joined(name_words, slug, description_words),
                new.category,
                new.submission_type.code(),
                new.phase,
                new.status,
                new.submitter,
                new.owner.map_or(0, UserId::get),
                new.content.idea_score,
                new.content.benefit_hours,
                new.content.benefit_cost,
                new.content.priority.key(),
                new.votes,
                new.created_at.millis(),
                new.updated_at.millis(),
                content,
                wire.as_ref()
            ],
        )?;
        Ok(id.map(IdeaId::new))
    }
}
