use clock::{CallbackId, CaseId, PersonId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A link that was found by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) case: CaseId,
    pub(crate) callback: CallbackId,
    /// Whose it is.
    pub(crate) person: PersonId,
}

/// Keeps the link of a reporter; one that is there already stays.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    hash: &[u8],
    callback: CallbackId,
    person: PersonId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into callback_survey.link (hash, callback, person) values ($1, $2, $3)
         on conflict do nothing",
        hash,
        callback.uuid(),
        person.uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes out the links of who is no reporter of a case any more.
pub(crate) async fn remove(
    connection: &mut PgConnection,
    case: CaseId,
    person: PersonId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from callback_survey.link l using callback_survey.callback c
         where c.id = l.callback and c.case_id = $1 and l.person = $2",
        case.uuid(),
        person.uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The link of this hash, unless the key of its callback is erased.
pub(crate) async fn find(
    connection: &mut PgConnection,
    hash: &[u8],
) -> Result<Option<Link>, sqlx::Error> {
    let row = sqlx::query!(
        "select c.case_id, l.callback, l.person
         from callback_survey.link l
             join callback_survey.callback c on c.id = l.callback
             join callback_survey.data_key k on k.callback = l.callback
         where l.hash = $1",
        hash,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Link {
        case: CaseId::from_uuid(row.case_id),
        callback: CallbackId::from_uuid(row.callback),
        person: PersonId::from_uuid(row.person),
    }))
}

/// Those of these callbacks and persons who have a link.
pub(crate) async fn having(
    connection: &mut PgConnection,
    asked: &[(CallbackId, PersonId)],
) -> Result<Vec<(CallbackId, PersonId)>, sqlx::Error> {
    let (callbacks, persons): (Vec<Uuid>, Vec<Uuid>) =
        asked.iter().map(|(callback, person)| (callback.uuid(), person.uuid())).unzip();
    let rows = sqlx::query!(
        "select callback, person from callback_survey.link
         where (callback, person) in (select * from unnest($1::uuid[], $2::uuid[]))
         order by callback, person",
        &callbacks,
        &persons,
    )
    .fetch_all(connection)
    .await?;
    let row = |row: Uuid, person: Uuid| (CallbackId::from_uuid(row), PersonId::from_uuid(person));
    Ok(rows.into_iter().map(|found| row(found.callback, found.person)).collect())
}
