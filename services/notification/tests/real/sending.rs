//! What goes out shares no transaction with our rows.

use jiff::SignedDuration;
use service_kit::id;
use sqlx::Executor as _;
use testkit::eventually;

use crate::case::{Told, accepted};

/// The last step of sending fails: the message went out, and nobody can note it.
const REFUSE: &str = "
    create function notification.refuse() returns trigger language plpgsql
        as $$ begin raise exception 'not now'; end $$;
    create trigger refuse before update on notification.message
        for each row when (new.state = 'sent') execute function notification.refuse()";

#[tokio::test]
async fn a_message_survives_a_kill_between_sending_and_sent() {
    let told = Told::new().await;
    told.pool().execute(REFUSE).await.unwrap();
    let replica = told.start().await;
    let case = id();
    told.say(case, accepted()).await;
    eventually("it was tried more than once", async || {
        told.jump(SignedDuration::from_hours(1));
        told.count("select coalesce(max(tries), 0)::bigint from delivery.wake_fault").await > 1
    })
    .await;
    assert_eq!(told.states(case).await, ["sending"]);
    replica.kill().await;
    assert_eq!(told.told(case).await, []);

    told.pool().execute("drop trigger refuse on notification.message").await.unwrap();
    told.jump(SignedDuration::from_hours(1));
    let replica = told.start().await;
    told.tells(case, 1).await;
    assert_eq!(told.states(case).await, ["sent"]);
    replica.stop().await;
    assert_eq!(told.told(case).await.len(), 1);
}
