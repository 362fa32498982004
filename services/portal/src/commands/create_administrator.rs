use clock::{AccountId, Clock, Ids as _, RandomIds};
use delivery::audit;
use rpc::Error;
use secrecy::SecretString;
use serde_json::json;
use sqlx::PgPool;

use crate::{password::Passwords, refusal::Refusal, store::accounts};

/// Why there is no first administrator.
#[derive(Debug, thiserror::Error)]
pub enum AdministratorError {
    /// An account of this name is there already.
    #[error("there is an account `{0}` already: log in with it")]
    Taken(String),
    /// The store or the machine failed.
    #[error("the administrator could not be created")]
    Failed(#[from] Error),
}

/// Makes the account that imports all others: for a first start, when nobody can log in yet.
///
/// It belongs to no file of people until one names it.
pub async fn create_administrator(
    pool: &PgPool,
    clock: &Clock,
    login: &str,
    password: SecretString,
) -> Result<AccountId, AdministratorError> {
    let failed = |refusal: Refusal| AdministratorError::Failed(refusal.into());
    let hash = Passwords::new().hash(password).await?;
    let account = RandomIds::new(clock.clone()).id();

    let mut tx = pool.begin().await.map_err(|error| failed(error.into()))?;
    let inserted = accounts::insert_administrator(&mut tx, account, login, &hash).await;
    if !inserted.map_err(|error| failed(error.into()))? {
        return Err(AdministratorError::Taken(login.to_owned()));
    }
    let entry = audit::Entry {
        at: clock.now(),
        actor: "service:portal",
        action: "administrator.create",
        key: None,
        detail: json!({ "account": account }),
    };
    audit::record(&mut tx, &entry).await.map_err(|error| failed(error.into()))?;
    tx.commit().await.map_err(|error| failed(error.into()))?;
    Ok(account)
}

/// Whether there are people besides the first administrator: some file of them was imported.
pub async fn has_people(pool: &PgPool) -> Result<bool, sqlx::Error> {
    accounts::has_people(pool).await
}
