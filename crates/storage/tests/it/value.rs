//! Values and rows: what goes in and comes out alike on both engines.

use automation_hub_domain::id::UserId;
use automation_hub_storage::{StorageError, values};
use uuid::Uuid;

use crate::support::{INSERT, TENANT, database, insert};

#[tokio::test]
async fn values_of_every_class_come_back_as_they_went_in() {
    type Record = (Option<i64>, Option<f64>, Option<String>, Option<Vec<u8>>);
    let database = database().await;
    let records: [Record; 4] = [
        (None, None, None, None),
        (Some(0), Some(0.0), Some(String::new()), Some(Vec::new())),
        (
            Some(i64::MIN),
            Some(-1.5e-300),
            Some("Zürich 東京 🚀 \" ' $1 ?".to_owned()),
            Some(vec![0, 255, 10]),
        ),
        (Some(i64::MAX), Some(f64::MAX), Some("x".repeat(70_000)), Some(vec![7; 70_000])),
    ];
    for record in records {
        let written = record.clone();
        let read: Record = database
            .store
            .write(TENANT, move |session| {
                let (number, place, word, content) = &written;
                session.one(
                    "INSERT INTO scratch (number, place, word, content) VALUES ($1, $2, $3, $4) \
                     RETURNING number, place, word, content",
                    values![*number, *place, word.as_ref(), content.as_ref()],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
                )
            })
            .await
            .map_err(|error: StorageError| error)
            .unwrap();
        assert_eq!(read, record);
    }
}

#[tokio::test]
async fn ids_uuids_and_truth_values_are_stored_as_integers_and_bytes() {
    let database = database().await;
    let uuid = Uuid::from_u128(0x1234_5678);
    let (user, is_true, read) = database
        .store
        .write(TENANT, move |session| {
            session.execute(
                "INSERT INTO scratch (number, content) VALUES ($1, $2)",
                values![UserId::new(77), &uuid],
            )?;
            session.one(
                "SELECT number, number = $1, content FROM scratch WHERE content = $2",
                values![77, &uuid],
                |row| Ok((row.get::<UserId>(0)?, row.get::<bool>(1)?, row.get::<Uuid>(2)?)),
            )
        })
        .await
        .map_err(|error: StorageError| error)
        .unwrap();
    assert_eq!((user, is_true, read), (UserId::new(77), true, uuid));
}

#[tokio::test]
async fn a_column_of_another_class_is_reported_by_name_without_its_content() {
    let database = database().await;
    let error = database
        .store
        .write(TENANT, |session| {
            session.one("INSERT INTO scratch (word) VALUES ($1) RETURNING word", values!["personal"], |row| {
                row.get::<i64>(0)
            })
        })
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "unexpected content in the database: column 0 (word) holds text out of place"
    );
}

#[tokio::test]
async fn rows_are_visited_until_the_visitor_refuses() {
    let database = database().await;
    for number in 1..=5 {
        insert(&database.store, number).await.unwrap();
    }
    let visited: Vec<i64> = database
        .store
        .scan(TENANT, |session| {
            let mut visited = Vec::new();
            let stopped = session.each("SELECT number FROM scratch ORDER BY number", &[], |row| {
                visited.push(row.get(0)?);
                match visited.len() {
                    3 => Err(StorageError::Busy),
                    _ => Ok(()),
                }
            });
            assert!(matches!(stopped, Err(StorageError::Busy)));
            Ok::<_, StorageError>(visited)
        })
        .await
        .unwrap();
    assert_eq!(visited, [1, 2, 3]);
}

#[tokio::test]
async fn a_missing_row_is_none() {
    let database = database().await;
    let missing: Option<i64> = database
        .store
        .read(TENANT, |session| {
            session.optional("SELECT number FROM scratch WHERE number = $1", values![5], |row| row.get(0))
        })
        .await
        .map_err(|error: StorageError| error)
        .unwrap();
    assert_eq!(missing, None);
}

#[tokio::test]
async fn values_must_match_the_placeholders() {
    let database = database().await;
    let refused = database.store.write(TENANT, |session| session.execute(INSERT, values![1]));
    assert!(matches!(refused.await, Err(StorageError::Driver(_))));
}

#[tokio::test]
async fn text_with_a_nul_is_kept_with_a_sign_in_its_place_on_both_engines() {
    let database = database().await;
    let read: String = database
        .store
        .write(TENANT, |session| -> Result<_, StorageError> {
            session.one("INSERT INTO scratch (word) VALUES ($1) RETURNING word", values!["a\0b"], |row| {
                row.get(0)
            })
        })
        .await
        .unwrap();
    assert_eq!(read, "a\u{fffd}b");
}
