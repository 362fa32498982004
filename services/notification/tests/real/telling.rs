//! Who is told what, once.

use clock::AccountId;
use events::{
    DispatchFact, Fact, IntakeFact,
    dispatch::{ROSTER_KEY, RosterChangedV1},
    intake::CaseRepliedV1,
    words::{Cycle, DocumentKind, Service},
};
use jiff::SignedDuration;
use service_kit::id;

use crate::{
    case::{Told, accepted, claimed, completed, fired, offered, reporter, retracted},
    ringing::{defines, knows_both},
};

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
async fn what_is_offered_where_nobody_is_at_work_the_head_hears_of_at_once() {
    let told = Told::starting_at("10:00").await;
    let replica = told.start().await;
    let post = "logistics/plumbing".parse().unwrap();
    let empty = DispatchFact::from(RosterChangedV1 { post, stays: Vec::new() });
    told.tell(ROSTER_KEY, empty).await;
    let case = id();
    told.tell(case, accepted()).await;
    told.tell(case, offered()).await;
    let mut tells = told.tells(case, 3).await;
    tells.sort();
    assert_eq!(
        tells[1..],
        [
            "post/logistics/head: unclaimed".to_owned(),
            "post/logistics/plumbing: offered".to_owned()
        ]
    );
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

#[tokio::test]
async fn what_the_definitions_of_a_case_have_no_words_for_is_told_in_those_of_the_newest() {
    let (words, before): (Vec<_>, Vec<_>) = campus_kit::documents()
        .into_iter()
        .partition(|one| one.kind == DocumentKind::Template && one.id.as_str() == "replied");
    let [words] = &words[..] else { panic!("{words:?}") };
    let told = Told::on(&before).await.at("10:00");
    let replica = told.start().await;
    let case = id();
    let replied = || {
        let (by, at) = (AccountId::from_uuid(id()), told.now());
        let (next, department) = (None, None);
        IntakeFact::from(CaseRepliedV1 { cycle: Cycle::FIRST, next, department, by, at })
    };
    told.tell(case, accepted()).await;
    told.tell(case, replied()).await;
    let messages = "select count(*) from notification.message";
    assert_eq!(told.count(messages).await, 1, "there are no words yet");
    defines(&told, words, true, true).await;
    knows_both(&told).await;
    told.tell(case, replied()).await;
    let requester = format!("person/{}", reporter());
    let tells = told.tells(case, 2).await;
    assert_eq!(tells, [format!("{requester}: accepted"), format!("{requester}: replied")]);
    replica.stop().await;
}
