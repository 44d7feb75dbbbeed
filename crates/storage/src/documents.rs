//! Documents of automations: a file or a link each.

use automation_hub_domain::{
    clock::Timestamp,
    document::DocumentType,
    id::{DocumentId, FileId, IdeaId, UserId},
    page::{Page, PageRequest},
};

use crate::{Row, Session, StorageError, ideas, users::clamp, values};

/// Where a document's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    File(FileId),
    Link(String),
}

#[derive(Clone, Debug)]
pub struct NewDocument {
    pub idea: IdeaId,
    pub document_type: DocumentType,
    pub title: String,
    pub description: String,
    pub content: Content,
    pub author: Option<UserId>,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub idea: IdeaId,
    pub document_type: DocumentType,
    pub title: String,
    pub description: String,
    pub content: Content,
    pub created_at: Timestamp,
}

/// Adds a document, and says so in the idea's record.
pub fn insert(session: &mut Session<'_>, new: &NewDocument) -> Result<DocumentId, StorageError> {
    let tenant = session.tenant();
    let (file, link) = match &new.content {
        Content::File(file) => (Some(*file), None),
        Content::Link(link) => (None, Some(link.as_str())),
    };
    let id = session.one(
        "INSERT INTO documents (tenant_id, idea_id, type_id, title, description, file_id, embed_link, \
         author_user_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        values![
            tenant,
            new.idea,
            new.document_type.id(),
            &new.title,
            &new.description,
            file,
            link,
            new.author,
            new.created_at.millis()
        ],
        |row| row.get(0),
    )?;
    update_count(session, new.idea, new.created_at)?;
    Ok(id)
}

/// Puts how many documents an idea has into its record.
fn update_count(session: &mut Session<'_>, idea: IdeaId, at: Timestamp) -> Result<(), StorageError> {
    ideas::set_wire_integer(session, idea, (ideas::DOCUMENTS, at), |s| count(s, idea).map(clamp))
}

pub fn count(session: &mut Session<'_>, idea: IdeaId) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    let total: i64 = session.one(
        "SELECT COUNT(*) FROM documents WHERE tenant_id = $1 AND idea_id = $2",
        values![tenant, idea],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(total).unwrap_or_default())
}

/// The documents of an idea, oldest first.
pub fn list(
    session: &mut Session<'_>,
    idea: IdeaId,
    request: PageRequest,
) -> Result<Page<Document>, StorageError> {
    let tenant = session.tenant();
    let total = count(session, idea)?;
    let items = session.all(
        "SELECT id, idea_id, type_id, title, description, file_id, embed_link, created_at FROM documents \
         WHERE tenant_id = $1 AND idea_id = $2 ORDER BY id LIMIT $3 OFFSET $4",
        values![tenant, idea, clamp(request.limit), clamp(request.offset)],
        from_row,
    )?;
    Ok(Page { items, total, request })
}

fn from_row(row: &Row<'_>) -> Result<Document, StorageError> {
    let document_type = DocumentType::from_id(row.get(2)?)
        .ok_or_else(|| StorageError::Corrupt("documents: type_id".to_owned()))?;
    let content = match (row.get::<Option<FileId>>(5)?, row.get::<Option<String>>(6)?) {
        (Some(file), None) => Content::File(file),
        (None, Some(link)) => Content::Link(link),
        _ => return Err(StorageError::Corrupt("documents: not one of file and link".to_owned())),
    };
    Ok(Document {
        id: row.get(0)?,
        idea: row.get(1)?,
        document_type,
        title: row.get(3)?,
        description: row.get(4)?,
        content,
        created_at: Timestamp::from_millis(row.get(7)?),
    })
}

/// The idea that a file is a document of.
pub fn find_idea_of_file(session: &mut Session<'_>, file: FileId) -> Result<Option<IdeaId>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT idea_id FROM documents WHERE tenant_id = $1 AND file_id = $2",
        values![tenant, file],
        |row| row.get(0),
    )
}
