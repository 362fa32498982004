//! The campus's documents: a whole set or nothing.

use authz::Role;
use events::{DEFINITION_KEY, DefinitionFact, Fact, What, words::Revision};
use proto::intake::v1::{
    ApplyDefinitionsRequest, ChangeKind, GetDefinitionsRequest, GetDefinitionsResponse, SourceFile,
};
use rpc::Error;

use crate::campus::{Campus, Running, assistant, example, leak, reason, somebody};

/// What was told about documents: the envelope's revision, the document's, and whether it was the
/// last one.
async fn told(campus: &Campus) -> Vec<(Revision, Revision, bool)> {
    let payloads: Vec<Vec<u8>> = sqlx::query_scalar(
        "select payload from delivery.outbox where key = $1 and stream = 'DEFINITION'
         order by sequence",
    )
    .bind(DEFINITION_KEY)
    .fetch_all(campus.pool())
    .await
    .unwrap();
    let read = |payload: Vec<u8>| {
        let received = events::decode(&payload).unwrap();
        let What::Known(Fact::Definition(DefinitionFact::DocumentChanged(changed))) = received.what
        else {
            panic!("not about a document: {received:?}")
        };
        (received.envelope.revision, changed.revision, changed.last)
    };
    payloads.into_iter().map(read).collect()
}

fn changed(file: &str, from: &str, to: &str) -> Vec<SourceFile> {
    let mut files = example();
    let file = files.iter_mut().find(|one| one.name == file).unwrap();
    assert!(file.text.contains(from));
    file.text = file.text.replacen(from, to, 1);
    files
}

async fn definitions(intake: &Running, revision: u32) -> Result<GetDefinitionsResponse, Error> {
    let request = intake.ask(&assistant()).request(GetDefinitionsRequest { revision });
    Ok(intake.client().get_definitions(request).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_becomes_a_revision_and_its_last_document_says_so() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let first = told(&campus).await;
    let documents = definitions(&intake, 0).await.unwrap();
    assert_eq!((documents.revision, documents.documents.len()), (1, first.len()));
    assert!(documents.applied_at.is_some());
    let (last, others) = first.split_last().unwrap();
    assert_eq!(*last, (Revision::NONE, Revision(1), true));
    assert!(others.iter().all(|one| *one == (Revision::NONE, Revision(1), false)));

    let again = intake.apply(&example()).await.unwrap();
    assert_eq!((again.revision, again.head, again.changes.len()), (1, None, 0));
    assert_eq!(told(&campus).await.len(), first.len());

    let renamed = changed("items.yaml", "Leaking Pipe", "Dripping Pipe");
    let second = intake.apply(&renamed).await.unwrap();
    assert_eq!(second.revision, 2);
    let change = &second.changes[0];
    assert_eq!((change.change(), &*change.id), (ChangeKind::Changed, "water-leak"));
    assert_eq!(second.head.unwrap().sequence, first.len() as u64 + 1);
    assert_eq!(told(&campus).await.last(), Some(&(Revision(1), Revision(2), true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typo_is_told_by_file_line_and_field_and_changes_nothing() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let before = told(&campus).await.len();
    let typo = changed("routes.yaml", "logistics/plumbing", "logistics/plumming");
    let refused = intake.apply(&typo).await.unwrap_err();
    assert_eq!(refused.reason(), "definitions-invalid");
    let violation = &refused.violations()[0];
    assert!(violation.field.starts_with("routes.yaml:10:"), "{violation:?}");
    assert!(violation.field.ends_with(" spec.post"), "{violation:?}");
    assert!(violation.description.contains("did you mean `logistics/plumbing`?"), "{violation:?}");
    let too_large = changed("items.yaml", "Leaking Pipe", &"x".repeat(50_000));
    assert_eq!(reason(intake.apply(&too_large).await), "definitions-invalid");
    assert_eq!(told(&campus).await.len(), before);
    assert_eq!(definitions(&intake, 0).await.unwrap().revision, 1);
    assert_eq!(reason(definitions(&intake, 2).await), "revision-unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let files = changed("items.yaml", "Leaking Pipe", "Dripping Pipe");
    let request = ApplyDefinitionsRequest { files, dry_run: true };
    let call = intake.tell(&somebody(Role::SystemAdministrator));
    let would =
        intake.client().apply_definitions(call.request(request)).await.unwrap().into_inner();
    assert_eq!((would.revision, would.changes.len(), would.head), (2, 1, None));
    assert_eq!(definitions(&intake, 0).await.unwrap().revision, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_keeps_the_revision_that_it_was_accepted_under() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let old = intake.accept(&assistant(), leak()).await.unwrap();
    intake.apply(&changed("items.yaml", "Leaking Pipe", "Dripping Pipe")).await.unwrap();
    let new = intake.accept(&assistant(), leak()).await.unwrap();
    for (told, revision) in [(old, 1), (new, 2)] {
        assert_eq!(intake.get(&assistant(), &told.number).await.unwrap().revision, revision);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_administrator_applies_definitions() {
    let campus = Campus::new().await;
    let intake = campus.start().await;
    let request = ApplyDefinitionsRequest { files: example(), dry_run: false };
    for role in [Role::DeskAssistant, Role::HallDirector, Role::Auditor] {
        let call = intake.tell(&somebody(role)).request(request.clone());
        let refused = intake.client().apply_definitions(call).await;
        assert_eq!(reason(refused.map_err(Error::from)), "not-permitted", "{role}");
    }
}
