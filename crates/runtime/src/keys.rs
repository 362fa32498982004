use std::sync::Arc;

use clock::Clock;
use jiff_sqlx::ToSqlx as _;
use proto::portal::v1::{GetKeysRequest, portal_client::PortalClient};
use rpc::{
    Call, Channel, Error,
    token::{FetchKeys, PublicKey},
};
use sqlx::PgPool;

/// The keys as this service last fetched them.
pub(crate) async fn stored(pool: &PgPool) -> Result<Vec<PublicKey>, sqlx::Error> {
    let rows =
        sqlx::query!("select id, bytes from runtime.token_key order by id").fetch_all(pool).await?;
    Ok(rows.into_iter().filter_map(|row| PublicKey::under(&row.id, row.bytes).ok()).collect())
}

/// Asks the portal for its keys and keeps what it answers.
pub(crate) fn fetch(portal: Channel, pool: PgPool, clock: Clock) -> FetchKeys {
    Arc::new(move || {
        let (portal, pool, clock) = (portal.clone(), pool.clone(), clock.clone());
        Box::pin(async move {
            let keys = ask(portal).await?;
            store(&pool, &clock, &keys).await.map_err(Error::internal)?;
            Ok(keys)
        })
    })
}

async fn ask(portal: Channel) -> Result<Vec<PublicKey>, Error> {
    let request = Call::new().request(GetKeysRequest {});
    let answer = PortalClient::new(portal).get_keys(request).await?.into_inner();
    let key = |key: proto::portal::v1::Key| PublicKey::under(&key.id, key.public_key);
    answer.keys.into_iter().map(key).collect::<Result<_, _>>().map_err(Error::internal)
}

async fn store(pool: &PgPool, clock: &Clock, keys: &[PublicKey]) -> Result<(), sqlx::Error> {
    let ids: Vec<String> = keys.iter().map(|key| key.id().to_owned()).collect();
    let bytes: Vec<Vec<u8>> = keys.iter().map(|key| key.bytes().to_vec()).collect();
    let mut tx = pool.begin().await?;
    sqlx::query!("delete from runtime.token_key where id <> all($1)", &ids)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "insert into runtime.token_key (id, bytes, fetched_at)
         select id, bytes, $3 from unnest($1::text[], $2::bytea[]) as key (id, bytes)
         on conflict (id) do update set fetched_at = excluded.fetched_at",
        &ids,
        &bytes,
        clock.machine().to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
