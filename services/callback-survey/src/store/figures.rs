use authz::{Relation, Scope};
use callback_survey_core::{Figures, State};
use clock::CallbackId;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};

/// What the callbacks within `scope` came to whose cycles were completed from `begin` to before `end`.
///
/// The rows show no relation: whoever may read figures reads those of all cases up to a level. They come
/// one by one, so that a month is never in memory as a whole.
pub(crate) async fn of(
    connection: &mut PgConnection,
    scope: &Scope,
    begin: Timestamp,
    end: Timestamp,
) -> Result<Figures, sqlx::Error> {
    let mut rows = sqlx::query!(
        r#"select c.id, s.state as "state: Json<State>", s.entered_late
           from callback_survey.callback c
           join callback_survey.survey s on s.case_id = c.case_id
           where (c.completed_at >= $1 and c.completed_at < $2 or c.completed_at is null)
             and c.level = any($3)"#,
        begin.to_sqlx() as _,
        end.to_sqlx() as _,
        &scope.levels(Relation::Unrelated),
    )
    .fetch(connection);
    let mut figures = Figures::default();
    while let Some(row) = rows.try_next().await? {
        let (id, Json(state)) = (CallbackId::from_uuid(row.id), row.state);
        // A release before this one writes rows that do not say when: the state does.
        let is_within = |at| begin <= at && at < end;
        let called = state.callbacks().find(|(call, _)| call.id == id);
        let called = called.filter(|(call, _)| is_within(call.completed_at));
        if let Some((survey, (call, fate))) = state.survey().zip(called) {
            figures.count(call, fate, survey.cycle, row.entered_late);
        }
    }
    Ok(figures)
}
