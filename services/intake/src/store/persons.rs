use clock::{AccountId, PersonId};
use delivery::Tx;
use sqlx::PgConnection;
use uuid::Uuid;

/// One value of a person, as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Detail {
    pub(crate) person: PersonId,
    /// The word of its field.
    pub(crate) field: String,
    pub(crate) sealed: Vec<u8>,
    /// What equal values have in common, for a field that is searched.
    pub(crate) lookup: Option<Vec<u8>>,
}

/// Persons with their accounts, and what is known of them.
pub(crate) type Found = (Vec<(PersonId, Option<AccountId>)>, Vec<Detail>);

/// Those of `ids`, and all who have one of these (field, lookup); the eldest first.
pub(crate) async fn find(
    connection: &mut PgConnection,
    ids: &[Uuid],
    lookups: &[(&str, Vec<u8>)],
) -> Result<Found, sqlx::Error> {
    let (fields, lookups): (Vec<_>, Vec<_>) = lookups.iter().cloned().unzip();
    let rows = sqlx::query!(
        "select id, account from intake.persons
         where id in (select unnest($1::uuid[])
                      union
                      select d.person from unnest($2::text[], $3::bytea[]) as w(field, lookup)
                      join intake.details d on d.field = w.field and d.lookup = w.lookup)
         order by id",
        ids,
        &fields as _,
        &lookups as _,
    )
    .fetch_all(&mut *connection)
    .await?;
    let found: Vec<_> = rows.iter().map(|row| row.id).collect();
    let details = sqlx::query!(
        "select person, field, sealed, lookup from intake.details where person = any($1)",
        &found,
    )
    .fetch_all(connection)
    .await?;
    let person =
        |id, account: Option<Uuid>| (PersonId::from_uuid(id), account.map(AccountId::from_uuid));
    let detail = |person, field, sealed, lookup| Detail {
        person: PersonId::from_uuid(person),
        field,
        sealed,
        lookup,
    };
    Ok((
        rows.into_iter().map(|row| person(row.id, row.account)).collect(),
        details.into_iter().map(|d| detail(d.person, d.field, d.sealed, d.lookup)).collect(),
    ))
}

/// Writes persons, new or known, and all that is known of them.
pub(crate) async fn save(
    tx: &mut Tx<'_>,
    persons: &[(PersonId, Option<AccountId>)],
    details: &[Detail],
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = persons.iter().map(|(id, _)| id.uuid()).collect();
    let accounts: Vec<_> =
        persons.iter().map(|(_, account)| account.map(AccountId::uuid)).collect();
    sqlx::query!(
        "insert into intake.persons (id, account)
         select * from unnest($1::uuid[], $2::uuid[])
         on conflict (id) do update set account = excluded.account",
        &ids,
        &accounts as _,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from intake.details where person = any($1)", &ids)
        .execute(&mut **tx)
        .await?;
    let owners: Vec<_> = details.iter().map(|detail| detail.person.uuid()).collect();
    let fields: Vec<_> = details.iter().map(|detail| &*detail.field).collect();
    let sealed: Vec<_> = details.iter().map(|detail| &*detail.sealed).collect();
    let lookups: Vec<_> = details.iter().map(|detail| detail.lookup.as_deref()).collect();
    sqlx::query!(
        "insert into intake.details (person, field, sealed, lookup)
         select * from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[])",
        &owners,
        &fields as _,
        &sealed as _,
        &lookups as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
