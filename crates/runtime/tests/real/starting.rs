use std::time::{Duration, Instant};

use delivery::Migrated;
use events::words::Service;
use runtime::{Config, StartError, store};
use sqlx::AssertSqlSafe;
use testkit::{Direction, Proxy};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::campus::{Campus, open, told, write};

/// Why a service with this configuration does not start, and that it was told soon.
async fn refused(config: Config) -> String {
    let started = Instant::now();
    let error = open(config).await.err().unwrap();
    let took = started.elapsed();
    assert!(took < Duration::from_secs(4), "it took {took:?}");
    told(&error)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_migrated_once_and_then_served() {
    let campus = Campus::new().await;
    let refusal = refused(campus.config()).await;
    assert!(refusal.contains("run `yizhan migrate`"), "{refusal}");

    let versions = |report: Vec<(&'static str, Migrated)>| {
        report.into_iter().map(|(schema, _)| schema).collect::<Vec<_>>()
    };
    assert_eq!(versions(campus.migrate().await.unwrap()), ["delivery", "runtime"]);
    let again = campus.migrate().await.unwrap();
    assert!(again.contains(&("runtime", Migrated::To(1))), "{again:?}");
    open(campus.config()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_changes_rows_and_never_structure() {
    let campus = Campus::migrated().await;
    let host = open(campus.config()).await.unwrap();
    for statement in ["create table runtime.mine (id int)", "drop table runtime.token_key"] {
        let refusal = sqlx::query(statement).execute(&host.pool).await.unwrap_err().to_string();
        assert!(
            refusal.contains("permission denied") || refusal.contains("must be owner"),
            "{refusal}"
        );
    }
    let limit: String =
        sqlx::query_scalar("show lock_timeout").fetch_one(&host.pool).await.unwrap();
    assert_eq!(limit, "2s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_outlives_a_crash_whatever_the_database_is_set_to() {
    let campus = Campus::migrated().await;
    let lax = format!("alter database {} set synchronous_commit = off", campus.database.name());
    sqlx::query(AssertSqlSafe(lax)).execute(&campus.database.owner_pool()).await.unwrap();
    let host = open(campus.config()).await.unwrap();
    let commit: String =
        sqlx::query_scalar("show synchronous_commit").fetch_one(&host.pool).await.unwrap();
    assert_eq!(commit, "on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_within_three_seconds_with_the_key_to_correct() {
    let campus = Campus::migrated().await;
    write(&campus.file("password"), "wrong");
    let refusal = refused(campus.config()).await;
    assert!(refusal.contains("refuses the password of role test_run"), "{refusal}");
    assert!(refusal.contains("store.password_file"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_not_there_is_told_with_the_key_to_correct() {
    let campus = Campus::migrated().await;
    let mut away = campus.config();
    away.store.port = 1;
    let refusal = refused(away).await;
    assert!(refusal.starts_with("there is no Postgres at 127.0.0.1:1: start it"), "{refusal}");

    let mut unknown = campus.config();
    unknown.store.database = Some("nowhere".to_owned());
    let refusal = refused(unknown).await;
    assert!(refusal.contains("has no database nowhere: create it"), "{refusal}");

    let proxy = Proxy::to(campus.config().store.port).await;
    proxy.hold(Direction::ToClient);
    let mut silent = campus.config();
    (silent.store.host, silent.store.port) = ("127.0.0.1".to_owned(), proxy.port());
    let refusal = refused(silent).await;
    assert!(refusal.ends_with("does not answer within 3 s"), "{refusal}");
}

/// A Postgres that says which version it is, and nothing more.
async fn postgres(version: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // It is asked for TLS, which it has not; then it is told who comes.
            let mut asked = [0; 1024];
            let _ = stream.read(&mut asked).await.unwrap();
            stream.write_all(b"N").await.unwrap();
            let _ = stream.read(&mut asked).await.unwrap();
            let said = format!("server_version\0{version}\0");
            let length = u32::try_from(said.len() + 4).unwrap().to_be_bytes();
            let welcome: [&[u8]; 5] =
                [b"R\0\0\0\x08\0\0\0\0", b"S", &length, said.as_bytes(), b"Z\0\0\0\x05I"];
            stream.write_all(&welcome.concat()).await.unwrap();
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_is_too_old_is_told_with_the_version_that_is_needed() {
    let campus = Campus::new().await;
    let mut old = campus.config();
    (old.store.host, old.store.port) = ("127.0.0.1".to_owned(), postgres("14.12").await);
    let served = refused(old.clone()).await;
    let migrated = store::migrate(&old.store, Service::Intake, None, &[]).await.unwrap_err();
    for refusal in [served, migrated.to_string()] {
        assert!(refusal.contains("is version 14.12, and Yizhan needs 15 or newer"), "{refusal}");
        assert!(refusal.contains("store.host"), "{refusal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_installation_is_refused() {
    let campus = Campus::migrated().await;
    open(campus.config()).await.unwrap();
    let other = Config { installation: "other".parse().unwrap(), ..campus.config() };
    let refusal = refused(other).await;
    assert!(refusal.contains("belongs to the installation `campus`"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_there_is_told_by_its_file() {
    let campus = Campus::migrated().await;
    let mut config = campus.config();
    config.broker.password_file = Some("/nowhere/nats".into());
    let error = open(config).await.err().unwrap();
    assert!(matches!(error, StartError::File(_)));
    assert_eq!(error.to_string(), "/nowhere/nats cannot be read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_certificates_does_not_look_for_others_by_name() {
    let campus = Campus::migrated().await;
    let mut config = campus.config();
    config.peers.portal = "dns://portal:9090".parse().unwrap();
    let refusal = refused(config).await;
    assert_eq!(refusal, "dns://portal:9090 needs certificates: give them ([tls])");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_a_newer_release_changed_for_good_is_refused() {
    let campus = Campus::migrated().await;
    let owner = campus.database.owner_pool();
    sqlx::query(
        "update delivery.schema set version = 99, compatible_from = 99 where name = 'runtime'",
    )
    .execute(&owner)
    .await
    .unwrap();
    let refusal = refused(campus.config()).await;
    assert!(refusal.contains("schema runtime serves binaries from version 99 on"), "{refusal}");
    let rollback = campus.migrate().await.unwrap();
    assert!(rollback.contains(&("runtime", Migrated::Newer { version: 99 })), "{rollback:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_starts_at_the_time_that_was_set_by_hand() {
    let campus = Campus::migrated().await;
    write(&campus.file("clock"), "PT4H\n");
    let host = open(campus.manual()).await.unwrap();
    assert_eq!(host.clock.offset(), jiff::SignedDuration::from_hours(4));

    write(&campus.file("clock"), "tomorrow");
    let refusal = refused(campus.manual()).await;
    assert!(refusal.contains("holds no duration such as PT4H"), "{refusal}");
}
