//! Revisions as intake writes them and as others hear them, on a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use definitions::{Change, Document, diff};
use delivery::Schema;
use events::{
    definition::DocumentChangedV1,
    words::{DocumentKind, Revision},
};
use revisions::{RevisionError, Revisions, documents, keep, newest, write};
use sqlx::PgPool;
use testkit::Database;

async fn database() -> Database {
    Database::prepared(async |owner, run_time| {
        Schema::DELIVERY.migrate(owner, run_time).await?;
        revisions::SCHEMA.migrate(owner, run_time).await?;
        Ok(())
    })
    .await
}

async fn written(pool: &PgPool, revision: Revision, changes: &[Change]) {
    let mut tx = pool.begin().await.unwrap();
    write(&mut tx, revision, changes).await.unwrap();
    tx.commit().await.unwrap();
}

fn by_id(mut documents: Vec<Document>) -> Vec<Document> {
    documents.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    documents
}

#[tokio::test]
async fn each_revision_stays_as_it_was_applied() {
    let database = database().await;
    let pool = database.pool();
    let mut connection = pool.acquire().await.unwrap();
    let first = campus_kit::documents();
    written(&pool, Revision(1), &diff(&[], &first)).await;

    let mut second = first.clone();
    let renamed =
        second.iter_mut().find(|document| document.kind == DocumentKind::ServiceItem).unwrap();
    renamed.value["spec"]["names"]["en"] = "Renamed".into();
    let changes = diff(&first, &second);
    assert_eq!(changes.len(), 1);
    written(&pool, Revision(2), &changes).await;

    assert_eq!(by_id(documents(&mut connection, Revision(1)).await.unwrap()), by_id(first));
    assert_eq!(by_id(documents(&mut connection, Revision(2)).await.unwrap()), by_id(second));
    assert_eq!(newest(&mut connection).await.unwrap(), Revision(2));

    let revisions = Revisions::default();
    let old = revisions.rules(&mut connection, Revision(1)).await.unwrap();
    let new = revisions.newest(&mut connection).await.unwrap().unwrap();
    assert_eq!((old.revision(), new.revision()), (Revision(1), Revision(2)));
    assert_ne!(
        old.items().map(|item| item.names.clone()).collect::<Vec<_>>(),
        new.items().map(|item| item.names.clone()).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_revision_is_known_with_its_last_document_and_not_before() {
    let database = database().await;
    let pool = database.pool();
    let mut connection = pool.acquire().await.unwrap();
    let changes = diff(&[], &campus_kit::documents());
    let revisions = Revisions::default();
    for (number, Change { kind, id, document }) in changes.iter().cloned().enumerate() {
        let early = revisions.rules(&mut connection, Revision(1)).await;
        assert!(matches!(early, Err(RevisionError::Unknown(Revision(1)))), "{early:?}");
        assert_eq!(newest(&mut connection).await.unwrap(), Revision::NONE);
        let last = number + 1 == changes.len();
        let heard = DocumentChangedV1 { revision: Revision(1), kind, id, document, last };
        let mut tx = pool.begin().await.unwrap();
        keep(&mut tx, &heard).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert!(revisions.rules(&mut connection, Revision(1)).await.is_ok());
}

#[tokio::test]
async fn a_removed_document_is_gone_from_its_revision_on() {
    let database = database().await;
    let pool = database.pool();
    let mut connection = pool.acquire().await.unwrap();
    let first = campus_kit::documents();
    written(&pool, Revision(1), &diff(&[], &first)).await;
    let second = first[1..].to_vec();
    written(&pool, Revision(2), &diff(&first, &second)).await;
    assert_eq!(documents(&mut connection, Revision(1)).await.unwrap().len(), first.len());
    assert_eq!(documents(&mut connection, Revision(2)).await.unwrap().len(), second.len());
}
