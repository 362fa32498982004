//! The audit: chained, known to others, and whatever is done to it is found.

use audit_chain::{Checkpoint, Finding};
use delivery::audit::{self, Entry, Verified};
use events::words::Service;
use serde_json::json;
use sqlx::Executor as _;
use testkit::{Nats, eventually};

use crate::toy::{Toy, key};

/// Writes so many rows, and chains them.
async fn done(toy: &Toy, rows: u32) {
    let mut tx = toy.pool().begin().await.unwrap();
    for n in 0..rows {
        let detail = json!({ "n": n, "end": "withdrawn" });
        let (at, key) = (toy.clock().now(), Some(key()));
        let entry = Entry { at, actor: "account:1", action: "case.withdraw", key, detail };
        audit::record(&mut tx, &entry).await.unwrap();
    }
    tx.commit().await.unwrap();
    audit::chain(&toy.delivery).await.unwrap();
}

/// What is found, against what `keepers` know.
async fn verified(toy: &Toy, keepers: &[&Toy]) -> Verified {
    let source = &toy.delivery.producer().source;
    let mut known = Vec::new();
    for keeper in keepers {
        let links = audit::checkpoints(keeper.pool(), source.service).await.unwrap();
        let keeper = keeper.delivery.producer().source.service.to_string();
        known.extend(links.into_iter().map(|link| Checkpoint { link, keeper: keeper.clone() }));
    }
    audit::verify(toy.pool(), source, known).await.unwrap()
}

#[tokio::test]
async fn rows_are_chained_in_order_and_whoever_hears_of_it_keeps_how_far() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    intake.relay();
    dispatch.inbox();
    for rows in [3, 2_500, 1] {
        done(&intake, rows).await;
    }
    let kept = async || audit::checkpoints(dispatch.pool(), Service::Intake).await.unwrap();
    eventually("it is known", async || kept().await.len() == 5).await;
    let Verified { last, waiting, findings } = verified(&intake, &[&dispatch]).await;
    assert_eq!((last.place, waiting, findings), (2_504, 0, Vec::new()));
    assert_eq!(kept().await.last(), Some(&last));
    assert_eq!(
        dispatch.count("select count(*) from toy.effect").await,
        0,
        "no business of its own"
    );
    intake.stop().await;
    dispatch.stop().await;
}

#[tokio::test]
async fn replicas_that_chain_at_once_make_one_chain() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let other = intake.again();
    tokio::join!(done(&intake, 1_500), done(&other, 1_500));
    let Verified { last, waiting, findings } = verified(&intake, &[]).await;
    assert_eq!((last.place, waiting, findings), (3_000, 0, Vec::new()));
}

#[tokio::test]
async fn whatever_is_done_to_the_past_is_found() {
    let deeds = [
        ("update delivery.audit set actor = 'account:2' where seq = 4", vec![altered(4)]),
        (
            "delete from delivery.audit where seq = 4",
            vec![Finding::RowMissing { place: 4, seq: 4 }],
        ),
        (
            "delete from delivery.audit_chain where place = 4;
             delete from delivery.audit where seq = 4",
            vec![Finding::LinkMissing { places: (4, 4) }],
        ),
        (
            "update delivery.audit set seq = -seq where seq in (4, 6);
             update delivery.audit set seq = 10 + seq where seq in (-4, -6)",
            vec![altered(4), altered(6)],
        ),
        (
            "insert into delivery.audit select 9, at, actor, action, key, detail
             from delivery.audit where seq = 4;
             delete from delivery.audit_pending",
            vec![Finding::Unchained { seq: 9 }],
        ),
    ];
    let nats = Nats::start("").await;
    for (deed, findings) in deeds {
        let intake = Toy::new(Service::Intake, &nats).await;
        done(&intake, 8).await;
        intake.database.owner_pool().execute(deed).await.unwrap();
        assert_eq!(verified(&intake, &[]).await.findings, findings, "{deed}");
    }
}

const fn altered(seq: u64) -> Finding {
    Finding::Altered { place: seq, seq }
}

#[tokio::test]
async fn an_end_that_is_cut_off_or_written_anew_is_known_to_others() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    intake.relay();
    dispatch.inbox();
    done(&intake, 8).await;
    eventually("it is known", async || {
        audit::checkpoints(dispatch.pool(), Service::Intake).await.unwrap().len() == 1
    })
    .await;
    let cut = "delete from delivery.audit_chain where place > 5;
               delete from delivery.audit where seq > 5";
    intake.database.owner_pool().execute(cut).await.unwrap();
    assert_eq!(verified(&intake, &[]).await.findings, [], "by itself it is a chain");
    let found = verified(&intake, &[&dispatch]).await.findings;
    assert!(matches!(found[..], [Finding::CutOff { last: 5, .. }]), "{found:?}");

    done(&intake, 3).await;
    let found = verified(&intake, &[&dispatch]).await.findings;
    assert!(matches!(found[..], [Finding::Rewritten { .. }]), "{found:?}");
    intake.stop().await;
    dispatch.stop().await;
}

#[tokio::test]
async fn a_service_itself_can_change_neither_its_chain_nor_what_it_knows_of_others() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    done(&intake, 2).await;
    for deed in [
        "update delivery.audit_chain set hash = hash",
        "delete from delivery.audit_chain",
        "update delivery.audit_checkpoint set place = 1",
        "delete from delivery.audit_checkpoint",
    ] {
        let refused = intake.pool().execute(deed).await.unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{deed}: {refused}");
    }
}
