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
        let untaken = DispatchFact::from(HandoverUntakenV1 { handover, left_at, at: told.now() });
        let (envelope, fact) = told.say(DESK_KEY, untaken.clone()).await;
        // The same event once more, and another of the same handover.
        told.put(&envelope, &fact).await;
        told.tell(DESK_KEY, untaken).await;
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
    let of_desk = "select count(*) from notification.message where template = 'desk-untaken'";
    assert_eq!(told.count(of_desk).await, 2, "one of each handover");
    assert_eq!(told.count("select count(*) from delivery.inbox_waiting").await, 0);
    // Of the hall, but of no post; the clerk of the case's department sees what it was told.
    let assistant = somebody(Role::DeskAssistant, Some("hall"));
    assert!(assistant.posts.is_empty());
    let seen = told.list(&replica, &assistant).await;
    assert!(seen.is_empty(), "{seen:?}");
    let holder = Subject {
        posts: ["logistics/plumbing".parse().unwrap()].into(),
        ..somebody(Role::DepartmentHandler, Some("logistics"))
    };
    let seen = told.list(&replica, &holder).await;
    let seen: Vec<_> = seen.iter().map(|message| &*message.template).collect();
    assert_eq!(seen, ["offered"]);
    let request = ListMessagesRequest { case_id: case.to_string(), ..Default::default() };
    let of_case = told.page(&replica, &counsellor(), request).await.unwrap().messages;
    assert!(of_case.iter().all(|message| message.case_id == case.to_string()));
    replica.stop().await;
}
