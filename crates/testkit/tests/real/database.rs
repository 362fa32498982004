use sqlx::{
    Connection, Executor, PgConnection, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};
use testkit::{Database, Postgres, Proxy, eventually};

use crate::panic_of;

fn migrator() -> Migrator {
    let sql = "create table toy.things (id bigserial primary key, name text);
               create function toy.count() returns bigint language sql return
               (select count(*) from toy.things);";
    let migration =
        Migration::new(1, "things".into(), MigrationType::Simple, sql.into_sql_str(), false);
    let mut migrator = Migrator::with_migrations(vec![migration]);
    migrator.create_schema("toy");
    migrator.dangerous_set_table_name("toy._migrations");
    migrator
}

async fn sqlstate(connection: &mut PgConnection, statement: &'static str) -> String {
    let error = connection.execute(statement).await.unwrap_err();
    error.as_database_error().unwrap().code().unwrap().into_owned()
}

#[tokio::test]
async fn the_run_time_role_changes_rows_and_nothing_else() {
    let database = Database::new(&[&migrator()]).await;
    let mut run_time = PgConnection::connect(&database.url()).await.unwrap();
    run_time.execute("insert into toy.things (name) values ('a'), ('b')").await.unwrap();
    run_time.execute("update toy.things set name = 'c' where name = 'b'").await.unwrap();
    run_time.execute("delete from toy.things where name = 'a'").await.unwrap();
    let count: i64 =
        sqlx::query_scalar("select toy.count()").fetch_one(&mut run_time).await.unwrap();
    assert_eq!(count, 1);

    for forbidden in [
        "create table toy.more ()",
        "create table public.more ()",
        "drop table toy.things",
        "truncate toy.things",
        "create schema more",
        "create role more",
    ] {
        let code = sqlstate(&mut run_time, forbidden).await;
        assert_eq!(code, "42501", "{forbidden}");
    }
}

#[tokio::test]
async fn text_sorts_by_code_point() {
    let database = Database::new(&[]).await;
    let sorted: Vec<String> =
        sqlx::query_scalar("select w from unnest(array['b', 'A', 'a', 'B']) w order by w")
            .fetch_all(&database.pool())
            .await
            .unwrap();
    assert_eq!(sorted, ["A", "B", "a", "b"]);
}

#[tokio::test]
async fn tests_that_begin_at_once_get_a_database_each() {
    let databases =
        futures::future::join_all((0..8).map(|_| async { Database::new(&[&migrator()]).await }))
            .await;
    for database in &databases {
        database.pool().execute("insert into toy.things (name) values ('mine')").await.unwrap();
    }
    for database in &databases {
        let count: i64 =
            sqlx::query_scalar("select toy.count()").fetch_one(&database.pool()).await.unwrap();
        assert_eq!(count, 1);
    }
}

#[tokio::test]
async fn a_database_is_gone_when_its_test_has_passed_even_with_connections_open() {
    let other = Database::new(&[]).await;
    let database = Database::new(&[]).await;
    let name = database.name().to_owned();
    let _open = PgConnection::connect(&database.url()).await.unwrap();
    drop(database);
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name)
            .fetch_one(&other.pool())
            .await
            .unwrap();
    assert!(!exists);
}

#[test]
fn a_wrong_password_is_told_with_the_fix() {
    let url = std::env::var("YIZHAN_TEST_POSTGRES").unwrap();
    let (user, rest) = url.rsplit_once('@').unwrap();
    let wrong = format!("{}:wrong@{rest}", user.rsplit_once(':').unwrap().0);
    let said = panic_of(move || async move {
        Database::prepared_on(&wrong, async |_, _| Ok(())).await;
    });
    assert!(said.contains("password authentication failed"), "{said}");
    assert!(said.contains("./yizhan test"), "{said}");
}

#[tokio::test]
async fn a_database_behind_a_proxy_can_be_lost_and_found() {
    let database = Database::new(&[&migrator()]).await;
    let server = database.url().rsplit_once(':').unwrap().1.split_once('/').unwrap().0.to_owned();
    let proxy = Proxy::to(server.parse().unwrap()).await;
    let url = database.url_by(proxy.port());
    let mut connection = PgConnection::connect(&url).await.unwrap();
    proxy.refuse();
    connection.ping().await.unwrap_err();
    PgConnection::connect(&url).await.unwrap_err();
    proxy.pass();
    PgConnection::connect(&url).await.unwrap().ping().await.unwrap();
}

#[tokio::test]
async fn a_postgres_of_ones_own_keeps_its_data_through_a_crash() {
    let mut postgres = Postgres::start().await;
    let migrator = migrator();
    let database = postgres
        .database(async |owner, role| {
            migrator.run(&mut *owner).await?;
            Ok(testkit::grant(owner, "toy", role).await?)
        })
        .await;
    let pool = database.pool();
    pool.execute("insert into toy.things (name) values ('kept')").await.unwrap();
    postgres.kill().await;
    pool.execute("select 1").await.unwrap_err();
    postgres.restart().await;
    let count = eventually("the pool has connected again", async || {
        sqlx::query_scalar::<_, i64>("select toy.count()").fetch_one(&pool).await.ok()
    });
    assert_eq!(count.await, 1);
}
