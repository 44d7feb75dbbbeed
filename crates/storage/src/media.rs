//! Pictures and videos of automations.

use automation_hub_domain::{
    clock::Timestamp,
    id::{FileId, IdeaId, MediaId, UserId},
    page::{Page, PageRequest},
};

use crate::{Session, StorageError, files::StoredFile, ideas, users::clamp, values};

#[derive(Clone, Debug)]
pub struct NewMedia {
    pub idea: IdeaId,
    pub title: String,
    pub file: FileId,
    pub author: Option<UserId>,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    pub id: MediaId,
    pub idea: IdeaId,
    pub title: String,
    pub file: StoredFile,
    pub created_at: Timestamp,
}

/// Adds a picture or video, which is a change of its idea.
pub fn insert(session: &mut Session<'_>, new: &NewMedia) -> Result<MediaId, StorageError> {
    let tenant = session.tenant();
    let id = session.one(
        "INSERT INTO media (tenant_id, idea_id, title, file_id, author_user_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        values![tenant, new.idea, &new.title, new.file, new.author, new.created_at.millis()],
        |row| row.get(0),
    )?;
    ideas::touch(session, new.idea, new.created_at)?;
    Ok(id)
}

/// Pictures and videos of an idea, oldest first.
pub fn list(
    session: &mut Session<'_>,
    idea: IdeaId,
    request: PageRequest,
) -> Result<Page<Media>, StorageError> {
    let tenant = session.tenant();
    let total: i64 = session.one(
        "SELECT COUNT(*) FROM media WHERE tenant_id = $1 AND idea_id = $2",
        values![tenant, idea],
        |row| row.get(0),
    )?;
    let items = session.all(
        "SELECT m.id, m.idea_id, m.title, m.created_at, f.id, f.object, f.name, f.media_type, f.size, f.digest, \
         f.created_at FROM media m JOIN files f ON f.tenant_id = m.tenant_id AND f.id = m.file_id \
         WHERE m.tenant_id = $1 AND m.idea_id = $2 ORDER BY m.id LIMIT $3 OFFSET $4",
        values![tenant, idea, clamp(request.limit), clamp(request.offset)],
        |row| {
            Ok(Media {
                id: row.get(0)?,
                idea: row.get(1)?,
                title: row.get(2)?,
                created_at: Timestamp::from_millis(row.get(3)?),
                file: StoredFile {
                    id: row.get(4)?,
                    object: row.get(5)?,
                    name: row.get(6)?,
                    media_type: row.get(7)?,
                    size: u64::try_from(row.get::<i64>(8)?).unwrap_or_default(),
                    digest: row.get(9)?,
                    created_at: Timestamp::from_millis(row.get(10)?),
                },
            })
        },
    )?;
    Ok(Page { items, total: u64::try_from(total).unwrap_or_default(), request })
}

/// The idea that a file is a picture or video of.
pub fn find_idea_of_file(session: &mut Session<'_>, file: FileId) -> Result<Option<IdeaId>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT idea_id FROM media WHERE tenant_id = $1 AND file_id = $2",
        values![tenant, file],
        |row| row.get(0),
    )
}
