use delivery::Tx;
use sqlx::PgConnection;
use uuid::Uuid;

/// Whose matter it is instead.
#[derive(Debug, Clone)]
pub(crate) struct Referral {
    pub(crate) department: String,
    pub(crate) window: Option<String>,
    /// Whom to ask there, sealed.
    pub(crate) person: Option<Vec<u8>>,
}

/// Keeps what was told of a case or a contact.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    about: Uuid,
    referral: &Referral,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into intake.referrals (about, department, place, person) values ($1, $2, $3, $4)",
        about,
        referral.department,
        referral.window,
        referral.person,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What was told, if anything.
pub(crate) async fn load(
    connection: &mut PgConnection,
    about: Uuid,
) -> Result<Option<Referral>, sqlx::Error> {
    let row = sqlx::query!(
        "select department, place, person from intake.referrals where about = $1",
        about,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Referral {
        department: row.department,
        window: row.place,
        person: row.person,
    }))
}
