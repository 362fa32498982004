use authz::{Relation, Scope};
use callback_survey_core::{Call, Fate, State, Survey};
use clock::{AccountId, CallbackId, CaseId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};

/// Which of the callbacks that somebody may see; each that is given narrows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// The word of the status.
    pub(crate) status: Option<&'static str>,
    /// The case that it asks after.
    pub(crate) case: Option<CaseId>,
    /// This one alone.
    pub(crate) callback: Option<CallbackId>,
    /// It may be tried at this time, as of its last attempt.
    pub(crate) ready_at: Option<Timestamp>,
    /// It is not about this one's own work.
    pub(crate) not_worked_on_by: Option<AccountId>,
    /// After this one: where the previous page ended.
    pub(crate) after: Option<CallbackId>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// A callback that was found, with its case.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) id: CallbackId,
    pub(crate) case: CaseId,
    pub(crate) state: State,
}

impl Found {
    /// What is asked after, the callback, and what became of it; none for one that is not in its
    /// case, which no writer leaves.
    pub(crate) fn call(&self) -> Option<(&Survey, &Call, Option<Fate>)> {
        let (call, fate) = self.state.callbacks().find(|(call, _)| call.id == self.id)?;
        Some((self.state.survey()?, call, fate))
    }
}

/// The callbacks within `scope`, the first due first.
///
/// The rows show no relation: whoever may see callbacks sees those of all.
pub(crate) async fn callbacks(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
) -> Result<Vec<Found>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select c.id, c.case_id, s.state as "state: Json<State>"
           from callback_survey.callback c
           join callback_survey.survey s on s.case_id = c.case_id
           where c.level = any($1)
             and ($2::text is null or c.status = $2)
             and ($3::uuid is null or c.case_id = $3)
             and ($4::timestamptz is null or c.not_before <= $4)
             and ($5::uuid is null or $5 <> all(c.workers))
             and ($8::uuid is null or c.id = $8)
             and ($6::uuid is null or (c.due, c.id) >
                      (select due, id from callback_survey.callback where id = $6))
           order by c.due, c.id
           limit $7"#,
        &scope.levels(Relation::Unrelated),
        filter.status,
        filter.case.map(CaseId::uuid),
        filter.ready_at.map(Timestamp::to_sqlx) as _,
        filter.not_worked_on_by.map(AccountId::uuid),
        filter.after.map(CallbackId::uuid),
        i64::from(filter.limit),
        filter.callback.map(CallbackId::uuid),
    )
    .fetch_all(connection)
    .await?;
    let found = rows.into_iter().map(|row| Found {
        id: CallbackId::from_uuid(row.id),
        case: CaseId::from_uuid(row.case_id),
        state: row.state.0,
    });
    Ok(found.collect())
}
