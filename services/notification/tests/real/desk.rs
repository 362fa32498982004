//! Of a desk that nobody takes over the duty counsellor is told, once and at whatever hour.

use authz::{Role, Subject};
use clock::HandoverId;
use events::{
    DispatchFact,
    dispatch::{DESK_KEY, HandoverUntakenV1},
};
use jiff::SignedDuration;
use proto::notification::v1::{ListMessagesRequest, MessageState};
use service_kit::{id, somebody};
use testkit::eventually;

use crate::case::{Told, accepted, offered};

fn counsellor() -> Subject {
    let posts = ["hall/duty-counsellor".parse().unwrap()].into();
    Subject { posts, ..somebody(Role::DutyCounsellor, Some("hall")) }
}

#[tokio::test]
async fn the_counsellor_is_told_at_night_too_and_once_for_each_handover() {
    let told = Told::starting_at("02:00").await;
    let replica = told.start().await;
    let left_at = told.now() - SignedDuration::from_mins(15);
    for _ in 0..2 {
        let handover = HandoverId::from_uuid(id());
        let untaken = HandoverUntakenV1 { handover, left_at, at: told.now() };
        told.tell(DESK_KEY, DispatchFact::from(untaken)).await;
    }
    let messages = eventually("two are sent", async || {
        let sent = told.list(&replica, &counsellor()).await;
        let is_sent = |state| state == MessageState::Sent;
        Some(sent).filter(|sent| sent.iter().filter(|one| is_sent(one.state())).count() == 2)
    })
    .await;
    for message in &messages {
        assert_eq!((&*message.template, &*message.case_id), ("desk-untaken", ""));
        assert!(message.critical && message.text.contains("Service Desk"), "{message:?}");
        assert!(message.acknowledgement.is_none());
    }

    // A case of the same hour goes its own way beside them, and others see nothing of the desk's.
    let case = id();
    told.tell(case, accepted()).await;
    told.tell(case, offered()).await;
    told.tells(case, 2).await;
    let plumber = somebody(Role::DepartmentHandler, Some("logistics"));
    let seen = told.list(&replica, &plumber).await;
    assert!(seen.iter().all(|message| message.template != "desk-untaken"), "{seen:?}");
    let request = ListMessagesRequest { case_id: case.to_string(), ..Default::default() };
    let of_case = told.page(&replica, &counsellor(), request).await.unwrap().messages;
    assert!(of_case.iter().all(|message| message.case_id == case.to_string()));
    replica.stop().await;
}
