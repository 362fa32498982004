use authz::{Relation, Scope};
use clock::{AccountId, ContactId, PersonId};
use delivery::Tx;
use events::words::{Channel, ContactOutcome, Level, PlaceId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A contact, as it is kept.
pub(crate) struct Contact {
    pub(crate) id: ContactId,
    pub(crate) channel: Channel,
    /// When it was taken.
    pub(crate) at: Timestamp,
    pub(crate) first_receiver: AccountId,
    pub(crate) outcome: ContactOutcome,
    pub(crate) caller: Option<PersonId>,
    pub(crate) campus_phone: Option<String>,
    /// Where they were, of a call about an incident.
    pub(crate) place: Option<PlaceId>,
    /// What was said in one that became no case, sealed.
    pub(crate) words: Option<Vec<u8>>,
    /// Internal, or hidden if its case is.
    pub(crate) level: Level,
}

/// Keeps contacts that are recorded at `recorded_at`.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    contacts: &[Contact],
    recorded_at: Timestamp,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = contacts.iter().map(|one| one.id.uuid()).collect();
    let channels: Vec<_> = contacts.iter().map(|one| one.channel.word()).collect();
    let ats: Vec<_> = contacts.iter().map(|one| one.at.to_sqlx()).collect();
    let receivers: Vec<_> = contacts.iter().map(|one| one.first_receiver.uuid()).collect();
    let outcomes: Vec<_> = contacts.iter().map(|one| one.outcome.word()).collect();
    let callers: Vec<_> = contacts.iter().map(|one| one.caller.map(PersonId::uuid)).collect();
    let phones: Vec<_> = contacts.iter().map(|one| one.campus_phone.as_deref()).collect();
    let places: Vec<_> =
        contacts.iter().map(|one| one.place.as_ref().map(PlaceId::as_str)).collect();
    let words: Vec<_> = contacts.iter().map(|one| one.words.as_deref()).collect();
    let levels: Vec<_> = contacts.iter().map(|one| one.level.word()).collect();
    sqlx::query!(
        "insert into intake.contacts
             (id, channel, at, first_receiver, outcome, caller, campus_phone, place, words, level,
              recorded_at)
         select *, $11::timestamptz
         from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::uuid[], $5::text[], $6::uuid[],
                     $7::text[], $8::text[], $9::bytea[], $10::text[])",
        &ids,
        &channels as _,
        &ats as _,
        &receivers,
        &outcomes as _,
        &callers as _,
        &phones as _,
        &places as _,
        &words as _,
        &levels as _,
        recorded_at.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Contacts that `scope` reaches, the newest first: those before `before`, of this
/// outcome if one is asked for.
pub(crate) async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    outcome: Option<ContactOutcome>,
    before: Option<ContactId>,
    limit: u32,
) -> Result<Vec<Contact>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, channel, at, first_receiver, outcome, caller, campus_phone, place, words, level
         from intake.contacts
         where level = any($1)
           and ($2::text is null or outcome = $2)
           and ($3::uuid is null or id < $3)
         order by id desc limit $4",
        &scope.levels(Relation::Unrelated),
        outcome.map(ContactOutcome::word),
        before.map(ContactId::uuid) as Option<Uuid>,
        i64::from(limit),
    )
    .fetch_all(connection)
    .await?;
    let contacts = rows.into_iter().map(|row| {
        Ok(Contact {
            id: ContactId::from_uuid(row.id),
            channel: row.channel.parse().map_err(decode)?,
            at: row.at.to_jiff(),
            first_receiver: AccountId::from_uuid(row.first_receiver),
            outcome: row.outcome.parse().map_err(decode)?,
            caller: row.caller.map(PersonId::from_uuid),
            campus_phone: row.campus_phone,
            place: row.place.map(|place| place.parse()).transpose().map_err(decode)?,
            words: row.words,
            level: row.level.parse().map_err(decode)?,
        })
    });
    contacts.collect()
}

fn decode(error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}
