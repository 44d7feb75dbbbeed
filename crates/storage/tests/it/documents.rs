//! Documents, media and what they leave in an idea's record.

use automation_hub_domain::{clock::Timestamp, document::DocumentType, id::IdeaId, page::PageRequest};
use automation_hub_storage::documents::{self, Content, NewDocument};
use automation_hub_storage::files::{self, NewFile};
use automation_hub_storage::ideas::{self, IdeaKey};
use automation_hub_storage::media::{self, NewMedia};
use automation_hub_storage::{Session, StorageError};

use crate::organization::{Organization, found_tenant};

const WIRE: &str = r#""process_name":"\"process_num_documents\":5","process_num_documents":0,"a":1"#;

fn document(idea: IdeaId, content: Content) -> NewDocument {
    NewDocument {
        idea,
        document_type: DocumentType::Miscellaneous,
        title: "Plan".into(),
        description: "How it goes".into(),
        content,
        author: None,
        created_at: Timestamp::from_millis(7),
    }
}

fn file(session: &mut Session<'_>, object: &str) -> Result<automation_hub_domain::id::FileId, StorageError> {
    files::note_object(session, object, Timestamp::from_millis(1))?;
    let new = NewFile {
        object: object.into(),
        name: "plan.pdf".into(),
        media_type: "application/pdf".into(),
        size: 3,
        digest: [7; 32],
        created_at: Timestamp::from_millis(7),
    };
    Ok(files::keep(session, &new)?.unwrap())
}

#[tokio::test]
async fn documents_are_counted_in_the_record_and_nowhere_else_in_it() {
    let acme = Organization::found().await;
    let new = acme.idea("One", 1);
    let (idea, file) = acme
        .write(move |s| {
            let idea = ideas::insert(s, &new, WIRE)?.id;
            let file = file(s, "a")?;
            documents::insert(s, &document(idea, Content::File(file)))?;
            documents::insert(s, &document(idea, Content::Link("https://a.example".into())))?;
            Ok((idea, file))
        })
        .await
        .unwrap();
    let wire = acme.read(move |s| {
        ideas::find_record(s, IdeaKey::Id(idea), |record| String::from_utf8_lossy(record.wire).into_owned())
    });
    let expected = r#""process_name":"\"process_num_documents\":5","process_num_documents":2,"a":1"#;
    assert_eq!(wire.await.unwrap(), expected);
    let record = acme.read(move |s| ideas::find(s, IdeaKey::Id(idea))).await.unwrap();
    assert_eq!((record.updated_at.millis(), record.version), (7, 3), "each is a change of the record");
    let page = acme.read(move |s| documents::list(s, idea, PageRequest { offset: 1, limit: 5 })).await;
    assert_eq!((page.total, page.items.len()), (2, 1));
    assert_eq!(page.items[0].content, Content::Link("https://a.example".into()));
    assert_eq!(acme.read(move |s| documents::find_idea_of_file(s, file)).await, Some(idea));
}

#[tokio::test]
async fn another_tenant_sees_neither_documents_nor_media() {
    let acme = Organization::found().await;
    let new = acme.idea("One", 1);
    let (idea, of_document, of_media) = acme
        .write(move |s| {
            let idea = ideas::insert(s, &new, WIRE)?.id;
            let (first, second) = (file(s, "a")?, file(s, "b")?);
            documents::insert(s, &document(idea, Content::File(first)))?;
            let created_at = Timestamp::from_millis(7);
            let picture = NewMedia { idea, title: "Form".into(), file: second, author: None, created_at };
            media::insert(s, &picture)?;
            Ok((idea, first, second))
        })
        .await
        .unwrap();
    let listed = acme.read(move |s| media::list(s, idea, PageRequest::default())).await;
    assert_eq!((listed.total, listed.items[0].file.id), (1, of_media));
    assert_eq!(acme.read(move |s| media::find_idea_of_file(s, of_media)).await, Some(idea));

    let other = found_tenant(acme.store(), "other").await;
    acme.store()
        .read(other, move |s| {
            assert_eq!(documents::list(s, idea, PageRequest::default())?.total, 0);
            assert_eq!(media::list(s, idea, PageRequest::default())?.total, 0);
            assert_eq!(documents::find_idea_of_file(s, of_document)?, None);
            assert_eq!(media::find_idea_of_file(s, of_media)?, None);
            Ok::<_, StorageError>(())
        })
        .await
        .unwrap();
}
