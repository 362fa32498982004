use clock::{CaseId, PersonId};
use delivery::Tx;
use events::words::{CaseKind, CaseNumber, Level};
use intake_core::{Case, State};
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};

/// The case of a number.
pub(crate) async fn by_number(
    connection: &mut PgConnection,
    number: CaseNumber,
) -> Result<Option<CaseId>, sqlx::Error> {
    let id =
        sqlx::query_scalar!("select id from intake.cases where number = $1", number.to_string())
            .fetch_optional(connection)
            .await?;
    Ok(id.map(CaseId::from_uuid))
}

/// Where a case stands; [`State::New`] for one that was never accepted.
pub(crate) async fn load(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<State, sqlx::Error> {
    let state = sqlx::query_scalar!(
        r#"select state as "state: Json<State>" from intake.cases where id = $1"#,
        case.uuid(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(state.map_or(State::New, |Json(state)| state))
}

/// The complaint of a person about a case that is not closed, if there is one.
pub(crate) async fn open_complaint(
    connection: &mut PgConnection,
    person: PersonId,
    about: CaseId,
) -> Result<Option<Case>, sqlx::Error> {
    let states = sqlx::query_scalar!(
        r#"select c.state as "state: Json<State>"
           from intake.relations r join intake.cases c on c.id = r.case_id
           where r.who = $1 and r.relation = 'own' and c.status <> 'closed'"#,
        person.to_string(),
    )
    .fetch_all(connection)
    .await?;
    let mut cases = states.iter().filter_map(|Json(state)| state.case());
    let of_this = |case: &&Case| case.kind == CaseKind::Complaint && case.linked == Some(about);
    Ok(cases.find(of_this).cloned())
}

/// The person at risk of whom somebody told by what they said about a case, while that is open.
pub(crate) async fn open_at_risk(
    connection: &mut PgConnection,
    person: PersonId,
    about: CaseId,
) -> Result<Option<CaseId>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select c.id, c.state as "state: Json<State>"
           from intake.relations r join intake.cases c on c.id = r.case_id
           where r.who = $1 and r.relation = 'own' and c.status = 'open' and c.level = $2"#,
        person.to_string(),
        Level::Hidden.word(),
    )
    .fetch_all(connection)
    .await?;
    let of_this = |case: &Case| case.linked == Some(about) && case.caller == Some(person);
    let found = rows.iter().find(|row| row.state.0.case().is_some_and(of_this));
    Ok(found.map(|row| CaseId::from_uuid(row.id)))
}

/// Writes where cases stand.
pub(crate) async fn save(tx: &mut Tx<'_>, cases: &[(CaseId, &State)]) -> Result<(), sqlx::Error> {
    let accepted = cases.iter().filter_map(|(id, state)| Some((*id, *state, state.case()?)));
    let accepted: Vec<_> = accepted.collect();
    let ids: Vec<_> = accepted.iter().map(|(id, ..)| id.uuid()).collect();
    let numbers: Vec<_> = accepted.iter().map(|(.., case)| case.number.to_string()).collect();
    let states: Vec<_> = accepted.iter().map(|(_, state, _)| Json(*state)).collect();
    let statuses: Vec<_> = accepted.iter().map(|(_, state, _)| state.word()).collect();
    let urgencies: Vec<_> = accepted.iter().map(|(.., case)| case.urgency.word()).collect();
    let levels: Vec<_> = accepted.iter().map(|(.., case)| case.level.word()).collect();
    let items: Vec<_> = accepted.iter().map(|(.., case)| case.item.as_str()).collect();
    let places: Vec<_> = accepted.iter().map(|(.., case)| case.place.as_str()).collect();
    let received: Vec<_> = accepted.iter().map(|(.., case)| case.received_at.to_sqlx()).collect();
    sqlx::query!(
        "insert into intake.cases (id, number, state, status, urgency, level, item, place,
                                   received_at)
         select * from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::text[], $5::text[],
                              $6::text[], $7::text[], $8::text[], $9::timestamptz[])
         on conflict (id) do update
         set state = excluded.state, status = excluded.status, urgency = excluded.urgency,
             level = excluded.level, item = excluded.item, place = excluded.place,
             received_at = excluded.received_at",
        &ids,
        &numbers,
        &states as _,
        &statuses as _,
        &urgencies as _,
        &levels as _,
        &items as _,
        &places as _,
        &received as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
