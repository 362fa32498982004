use clock::{AccountId, ContactId, PersonId};
use delivery::Tx;
use events::words::{Channel, ContactOutcome};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;

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
    sqlx::query!(
        "insert into intake.contacts
             (id, channel, at, first_receiver, outcome, caller, campus_phone, recorded_at)
         select *, $8::timestamptz
         from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::uuid[], $5::text[], $6::uuid[],
                     $7::text[])",
        &ids,
        &channels as _,
        &ats as _,
        &receivers,
        &outcomes as _,
        &callers as _,
        &phones as _,
        recorded_at.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
