//! Who is told what, once.

use events::{Fact, words::Service};
use jiff::SignedDuration;
use service_kit::id;

use crate::case::{Told, accepted, claimed, completed, fired, offered, reporter, retracted};

#[tokio::test]
async fn a_late_repair_is_told_to_its_requester_its_post_and_its_leader() {
    let told = Told::starting_at("10:00").await;
    let replica = told.start().await;
    let case = id();
    told.tell(case, accepted()).await;
    for fact in [Fact::from(offered()), claimed().into(), fired().into()] {
        told.say(case, fact).await;
    }
    let requester = format!("person/{}", reporter());
    let mut tells = told.tells(case, 4).await;
    tells.sort();
    assert_eq!(
        tells,
        [
            format!("{requester}: accepted"),
            format!("{requester}: claimed"),
            "post/logistics/plumbing: offered".to_owned(),
            "post/logistics/repair-leader: rung".to_owned(),
        ]
    );
    // That all is done wakes nobody.
    told.tell(case, completed()).await;
    told.tell(case, retracted()).await;
    told.jump(SignedDuration::from_mins(1));
    let mut tells = told.tells(case, 6).await.split_off(4);
    tells.sort();
    assert_eq!(
        tells,
        [format!("{requester}: completed"), "post/logistics/repair-leader: repaired".to_owned(),]
    );
    assert_eq!(told.states(case).await, ["sent"; 6]);
    replica.stop().await;
}

#[tokio::test]
async fn each_is_told_once_though_facts_come_three_times_and_shuffled() {
    let told = Told::starting_at("10:00").await;
    let (one, other) = (told.start().await, told.start().await);
    let case = id();
    let facts: [Fact; 4] =
        [accepted().into(), offered().into(), claimed().into(), completed().into()];
    let messages = facts.map(|fact| (told.envelope(fact.stream().producer(), case), fact));
    let messages = [messages.clone(), messages.clone(), messages].concat();
    // A fixed shuffle: 7 and 12 have no common divisor.
    for place in 0..messages.len() {
        let (envelope, fact) = &messages[(place * 7 + 5) % messages.len()];
        told.put(envelope, fact).await;
    }
    told.has_heard_all(Service::Dispatch, case).await;
    let requester = format!("person/{}", reporter());
    told.jump(SignedDuration::from_mins(1));
    let mut tells = told.tells(case, 4).await;
    tells.sort();
    assert_eq!(
        tells,
        [
            format!("{requester}: accepted"),
            format!("{requester}: claimed"),
            format!("{requester}: completed"),
            "post/logistics/plumbing: offered".to_owned(),
        ]
    );
    assert_eq!(told.count("select count(*) from notification.message").await, 4);
    assert_eq!(told.count("select count(*) from delivery.inbox_waiting").await, 0);
    one.stop().await;
    other.stop().await;
}
