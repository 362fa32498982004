use events::words::Installation;
use sqlx::PgConnection;

use crate::bigint;

/// Why a database cannot be used by this installation.
#[derive(Debug, thiserror::Error)]
pub enum InstallationError {
    /// It is another university's.
    #[error(
        "this database belongs to the installation `{found}` and the configuration says `{ours}`: \
         correct `installation`, or the database's address"
    )]
    Other {
        /// Whose it is.
        found: String,
        /// Who we are.
        ours: Installation,
    },
    /// The database did not answer as it should.
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
}

/// Writes the installation into a new database, or refuses the database of another one.
///
/// Returns the store's epoch, from 1, which the service's events carry.
pub async fn claim(
    connection: &mut PgConnection,
    installation: &Installation,
) -> Result<u64, InstallationError> {
    sqlx::query!(
        "insert into delivery.installation (id) values ($1) on conflict do nothing",
        installation.as_str()
    )
    .execute(&mut *connection)
    .await?;
    let row = sqlx::query!("select id, epoch from delivery.installation")
        .fetch_one(&mut *connection)
        .await?;
    if row.id != installation.as_str() {
        return Err(InstallationError::Other { found: row.id, ours: installation.clone() });
    }
    Ok(bigint::from(row.epoch))
}
