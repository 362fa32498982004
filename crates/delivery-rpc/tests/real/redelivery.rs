use delivery::Sources as _;
use delivery_core::Missing;
use delivery_rpc::Peers;
use events::words::Service;

use crate::service::{Survey, channel};

#[tokio::test]
async fn an_inbox_asks_the_producer_for_what_is_missing_and_it_is_published_again() {
    let survey = Survey::new().await;
    let target = survey.serve().await;
    let key = survey.says().await;
    sqlx::query("delete from delivery.outbox_pending")
        .execute(survey.delivery.pool())
        .await
        .unwrap();

    let connect = |_| Ok::<_, std::convert::Infallible>(channel(Service::Intake, &target));
    let peers = Peers::of(Service::Intake, connect).unwrap();
    let missing = Missing { service: Service::CallbackSurvey, key, from: 1 };
    peers.redeliver(missing).await.unwrap();
    assert_eq!(survey.count("select count(*) from delivery.outbox_pending").await, 1);

    let unread = Missing { service: Service::Notification, ..missing };
    let refused = peers.redeliver(unread).await.unwrap_err();
    assert_eq!(refused.to_string(), "notification is not read here");
}
