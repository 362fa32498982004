use std::collections::BTreeMap;

use clock::CallbackId;
use sealing::WrappedKey;
use sqlx::PgConnection;
use uuid::Uuid;

use super::keys::wrapped;

/// What is kept with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// What somebody said.
    Words,
    /// What whoever asked noted of it.
    QualityNote,
}

impl Kind {
    /// The field as which it is sealed.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::QualityNote => "quality-note",
        }
    }
}

/// Keeps what came with an answer, numbered from 1.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    callback: CallbackId,
    answer: usize,
    kind: Kind,
    sealed: &[u8],
) -> Result<(), sqlx::Error> {
    let answer = i32::try_from(answer).unwrap_or(i32::MAX);
    match kind {
        Kind::Words => {
            sqlx::query!(
                "insert into callback_survey.words (callback, answer, sealed) values ($1, $2, $3)",
                callback.uuid(),
                answer,
                sealed,
            )
            .execute(connection)
            .await?;
        }
        Kind::QualityNote => {
            sqlx::query!(
                "insert into callback_survey.quality_note (callback, answer, sealed)
                 values ($1, $2, $3)",
                callback.uuid(),
                answer,
                sealed,
            )
            .execute(connection)
            .await?;
        }
    }
    Ok(())
}

/// Words as they are stored, with the key that opens them.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) key: WrappedKey,
    pub(crate) sealed: Vec<u8>,
}

/// What is kept with the answers of these callbacks, by callback and the number of the answer.
pub(crate) async fn load(
    connection: &mut PgConnection,
    callbacks: &[CallbackId],
) -> Result<BTreeMap<(CallbackId, usize, Kind), Sealed>, sqlx::Error> {
    let ids: Vec<Uuid> = callbacks.iter().copied().map(CallbackId::uuid).collect();
    let rows = sqlx::query!(
        r#"select w.callback as "callback!", w.answer as "answer!", w.sealed as "sealed!",
                  w.note as "note!", k.key_id, k.wrapped
           from (select callback, answer, sealed, false as note
                 from callback_survey.words where callback = any($1)
                 union all
                 select callback, answer, sealed, true
                 from callback_survey.quality_note where callback = any($1)) w
           join callback_survey.data_key k on k.callback = w.callback"#,
        &ids,
    )
    .fetch_all(connection)
    .await?;
    let sealed = rows.into_iter().map(|row| {
        let answer = usize::try_from(row.answer).unwrap_or_default();
        let kind = if row.note { Kind::QualityNote } else { Kind::Words };
        let key = wrapped(&row.key_id, row.wrapped)?;
        let id = CallbackId::from_uuid(row.callback);
        Ok(((id, answer, kind), Sealed { key, sealed: row.sealed }))
    });
    sealed.collect()
}
