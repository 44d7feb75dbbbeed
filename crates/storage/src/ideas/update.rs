//! Changing ideas: the one place that rewrites row, wire form, counts, search key and applications together.

use automation_hub_domain::{
    clock::Timestamp,
    id::{CategoryId, IdeaId, UserId},
    idea::Idea,
    text,
};

use super::{
    COLUMNS, IdeaKey, content, counts::Tally, from_row, indexing, insert::use_applications, search,
    wire::with_attached,
};
use crate::{Session, StorageError, values};

/// Finds an idea and keeps others from changing it until the transaction ends, so that what a change doesn't touch
/// is as whoever came before left it.
pub fn find_to_change(session: &mut Session<'_>, key: IdeaKey<'_>) -> Result<Option<Idea>, StorageError> {
    let tenant = session.tenant();
    // A statement both engines know: it changes nothing, but holds the row.
    let hold = |by: &str| {
        let hold = "UPDATE ideas SET votes = votes WHERE tenant_id = $1 AND ";
        [hold, by, " = $2 AND is_deleted = 0 RETURNING ", COLUMNS].concat()
    };
    match key {
        IdeaKey::Id(id) => session.optional(&hold("id"), values![tenant, id], from_row),
        IdeaKey::Slug(slug) => session.optional(&hold("slug"), values![tenant, slug], from_row),
    }
}

/// Puts an idea in place of what it was. Id, UUID, slug, votes and the instant of its making stay; `wire` is as in
/// [`insert`](super::insert()). A name that is taken is `Conflict(IdeaName)`, and ends the transaction.
pub fn update(
    session: &mut Session<'_>,
    before: &Idea,
    after: &Idea,
    wire: &str,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    let name_key = text::fold(&after.name);
    let search_key = search::search_key(&after.name, &before.slug, &after.content.description);
    let wire = with_attached(session, before.id, wire)?;
    indexing::note_change(session, before.id, &search_key)?;
    session.execute(
        "UPDATE ideas SET name = $1, name_key = $2, search_key = $3, category_id = $4, submission_type = $5, \
         phase_id = $6, phase_status_id = $7, submitter_user_id = $8, owner_user_id = NULLIF($9, 0), \
         idea_score = $10, benefit_hours = $11, benefit_cost = $12, priority = $13, updated_at = $14, content = $15, \
         wire = $16, version = version + 1 WHERE tenant_id = $17 AND id = $18 AND is_deleted = 0",
        values![
            &after.name,
            &name_key,
            &search_key,
            after.category,
            after.submission_type.code(),
            after.phase,
            after.status,
            after.submitter,
            after.owner.map_or(0, UserId::get),
            after.content.idea_score,
            after.content.benefit_hours,
            after.content.benefit_cost,
            after.content.priority.key(),
            after.updated_at.millis(),
            &content::encode(&after.content)?,
            &wire,
            tenant,
            before.id
        ],
    )?;
    if before.content.applications != after.content.applications {
        session.execute(
            "DELETE FROM idea_applications WHERE tenant_id = $1 AND idea_id = $2",
            values![tenant, before.id],
        )?;
        use_applications(session, before.id, &after.content.applications)?;
    }
    let mut tally = Tally::default();
    tally.remove(before.category, before.status, before.submission_type);
    tally.add(after.category, after.status, after.submission_type);
    tally.write(session)
}

/// Hides an idea for good: it is found and counted no more, and its name is free.
pub fn delete(session: &mut Session<'_>, idea: &Idea, at: Timestamp) -> Result<(), StorageError> {
    let tenant = session.tenant();
    indexing::note_change(session, idea.id, "")?;
    session.execute(
        "UPDATE ideas SET is_deleted = 1, updated_at = $1 WHERE tenant_id = $2 AND id = $3 AND is_deleted = 0",
        values![at.millis(), tenant, idea.id],
    )?;
    let mut tally = Tally::default();
    tally.remove(idea.category, idea.status, idea.submission_type);
    tally.write(session)
}

/// Where an idea is filed, if there is one.
pub fn category_of(session: &mut Session<'_>, id: IdeaId) -> Result<Option<CategoryId>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT category_id FROM ideas WHERE tenant_id = $1 AND id = $2 AND is_deleted = 0",
        values![tenant, id],
        |row| row.get(0),
    )
}
