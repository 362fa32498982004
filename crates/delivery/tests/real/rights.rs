//! Whose database it is, what it is, and what the run-time role cannot do to it.

use delivery::{InstallationError, Migrated, Schema, SchemaError, audit, claim, keep_up};
use events::words::Service;
use jiff::SignedDuration;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection, error::DatabaseError};
use testkit::{Nats, RUN_TIME};

use crate::toy::{Toy, closed, installation, key};

async fn intake() -> (Nats, Toy) {
    let nats = Nats::start("").await;
    let toy = Toy::new(Service::Intake, &nats).await;
    (nats, toy)
}

#[tokio::test]
async fn the_run_time_role_can_neither_change_history_nor_any_structure() {
    let (_nats, intake) = intake().await;
    intake.say(key(), &[closed()]).await;
    let mut tx = intake.pool().begin().await.unwrap();
    let (at, key) = (intake.clock().now(), None);
    let entry = audit::Entry { at, actor: "ops", action: "toy.play", key, detail: json!({}) };
    audit::record(&mut tx, &entry).await.unwrap();
    tx.commit().await.unwrap();
    for forbidden in [
        "update delivery.outbox set sequence = 2",
        "delete from delivery.outbox",
        "update delivery.audit set actor = 'nobody'",
        "delete from delivery.audit",
        "truncate delivery.audit",
        "update delivery.schema set version = 99",
        "drop table delivery.audit",
        "alter table delivery.audit add column x integer",
        "create table delivery.x (x integer)",
        "select delivery.open_schema('delivery', 'test_run')",
    ] {
        let refused = intake.pool().execute(forbidden).await.unwrap_err();
        let code = refused.as_database_error().and_then(DatabaseError::code).unwrap().into_owned();
        assert_eq!(code, "42501", "{forbidden}");
    }
}

#[tokio::test]
async fn days_get_their_partitions_and_lose_them_when_nothing_points_into_them() {
    let (_nats, intake) = intake().await;
    let partitions =
        "select count(*) from pg_inherits where inhparent = 'delivery.outbox'::regclass";
    intake.say(key(), &[closed()]).await;
    let machine = intake.clock().machine();
    assert_eq!(intake.count("select count(*) from delivery.outbox_rest").await, 1);
    keep_up(intake.pool(), machine).await.unwrap();
    assert_eq!(intake.count(partitions).await, 1 + 8);
    assert_eq!(intake.count("select count(*) from delivery.outbox_rest").await, 0, "moved");
    assert_eq!(intake.count("select count(*) from delivery.outbox").await, 1);
    // 40 days on: five of the eight days are over; the one with a pending event stays.
    let later = machine + SignedDuration::from_hours(40 * 24);
    keep_up(intake.pool(), later).await.unwrap();
    assert_eq!(intake.count(partitions).await, 1 + 8 + 8 - 4);
    assert_eq!(intake.count("select count(*) from delivery.outbox").await, 1);
    intake.pool().execute("delete from delivery.outbox_pending").await.unwrap();
    keep_up(intake.pool(), later).await.unwrap();
    assert_eq!(intake.count("select count(*) from delivery.outbox").await, 0);
}

#[tokio::test]
async fn a_database_belongs_to_one_installation() {
    let (_nats, intake) = intake().await;
    let mut connection = intake.pool().acquire().await.unwrap();
    assert_eq!(claim(&mut connection, &installation()).await.unwrap(), 1);
    assert_eq!(claim(&mut connection, &installation()).await.unwrap(), 1);
    let other = claim(&mut connection, &"elsewhere".parse().unwrap()).await.unwrap_err();
    assert!(matches!(other, InstallationError::Other { found, .. } if found == "toy"));
}

#[tokio::test]
async fn a_newer_schema_is_left_alone_by_an_older_binary_which_runs_while_it_is_compatible() {
    let (_nats, intake) = intake().await;
    let mut owner = PgConnection::connect(&intake.database.owner_url()).await.unwrap();
    let ours = Schema::DELIVERY.version();
    Schema::DELIVERY.check(&mut owner).await.unwrap();
    assert_eq!(Schema::DELIVERY.migrate(&mut owner, RUN_TIME).await.unwrap(), Migrated::To(ours));
    let newer = "update delivery.schema set version = version + 1";
    owner.execute(newer).await.unwrap();
    assert_eq!(
        Schema::DELIVERY.migrate(&mut owner, RUN_TIME).await.unwrap(),
        Migrated::Newer { version: ours + 1 }
    );
    Schema::DELIVERY.check(&mut owner).await.unwrap();
    owner.execute("update delivery.schema set compatible_from = version").await.unwrap();
    let ahead = Schema::DELIVERY.check(&mut owner).await.unwrap_err();
    assert!(matches!(ahead, SchemaError::Ahead { .. }), "{ahead}");
    owner.execute("update delivery.schema set version = 1, compatible_from = 1").await.unwrap();
    let behind = Schema::DELIVERY.check(&mut owner).await.unwrap_err();
    assert!(behind.to_string().contains("yizhan migrate"), "{behind}");
}
