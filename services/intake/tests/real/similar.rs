//! The same leak, reported twice: whoever takes the second report is shown the first.

use std::slice;

use authz::{Role, Subject};
use clock::PersonId;
use delivery_rpc::timestamp;
use jiff::SignedDuration;
use proto::{
    intake::v1::{
        AcceptCaseRequest, FindSimilarRequest, JoinCaseRequest, OpenIncidentRequest, Person,
        SimilarCase,
    },
    words::v1::{Channel, Urgency},
};
use rpc::Error;

use crate::campus::{
    Campus, Running, assistant, example, leak, reason, refusal, requester, somebody,
};

fn about(item: &str, place: &str) -> FindSimilarRequest {
    let (item, place) = (item.to_owned(), place.to_owned());
    FindSimilarRequest { item, place, ..FindSimilarRequest::default() }
}

async fn find(
    intake: &Running,
    by: &Subject,
    request: FindSimilarRequest,
) -> Result<Vec<SimilarCase>, Error> {
    let request = intake.ask(by).request(request);
    Ok(intake.client().find_similar(request).await?.into_inner().cases)
}

/// The numbers of the cases that `by` is shown who asks about this.
async fn numbers(intake: &Running, by: &Subject, request: FindSimilarRequest) -> Vec<String> {
    let found = find(intake, by, request).await.unwrap();
    found.into_iter().map(|one| one.summary.unwrap().number).collect()
}

/// The number of a case of this item at this place, and its id.
async fn open(intake: &Running, by: &Subject, item: &str, place: &str) -> (String, String) {
    let (item, place) = (item.to_owned(), place.to_owned());
    let told = intake.accept(by, AcceptCaseRequest { item, place, ..leak() }).await.unwrap();
    (told.number, told.case_id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leak_is_found_from_its_room_its_floor_and_its_building_and_from_no_other_room() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    let mut opened = Vec::new();
    for place in ["dorm-7-302", "dorm-7-304", "dorm-7-f3", "dorm-7", "library-101", "east"] {
        opened.push(open(&intake, &desk, "water-leak", place).await.0);
    }
    open(&intake, &desk, "no-water", "dorm-7-302").await;
    let [room, other, floor, building, library, whole] = &opened[..] else { panic!("{opened:?}") };
    for (place, expected) in [
        ("dorm-7-302", vec![building, floor, room]),
        ("dorm-7-f3", vec![building, floor, other, room]),
        ("dorm-7-402", vec![building]),
        ("dorm-7", vec![building, floor, other, room]),
        ("library", vec![library]),
        ("east", vec![whole, library, building, floor, other, room]),
        ("chemistry-201", vec![]),
    ] {
        let found = numbers(&intake, &desk, about("water-leak", place)).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{place}");
    }
    let phone = FindSimilarRequest { campus_phone: "cp-703".to_owned(), ..about("water-leak", "") };
    assert_eq!(numbers(&intake, &desk, phone).await.len(), 4, "the phone hangs on the floor");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_ten_are_shown_and_each_says_how_many_reported_it_and_until_when_it_is_done() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    for _ in 0..10 {
        open(&intake, &desk, "water-leak", "dorm-7-302").await;
    }
    let caller = |phone: &str| Some(Person { phone: phone.to_owned(), ..Person::default() });
    let burst = AcceptCaseRequest {
        text: "水淹了".to_owned(),
        caller: caller("10000000001"),
        place: "dorm-7-302".to_owned(),
        ..leak()
    };
    let last = intake.accept(&desk, burst).await.unwrap();
    let join = JoinCaseRequest {
        case: last.number.clone(),
        channel: Channel::Hotline.into(),
        caller: caller("10000000002"),
        ..JoinCaseRequest::default()
    };
    intake.client().join_case(intake.tell(&desk).request(join)).await.unwrap();
    let found = find(&intake, &desk, about("water-leak", "dorm-7-302")).await.unwrap();
    assert_eq!(found.len(), 10);
    let newest = found[0].summary.as_ref().unwrap();
    assert_eq!((&newest.number, newest.urgency()), (&last.number, Urgency::Critical));
    assert_eq!((found[0].reporters, found[0].incident), (2, false));
    assert_eq!(newest.promise.as_ref(), last.promises.first());
    assert_eq!(found[1].reporters, 0, "nobody knows who called");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_reports_the_later_one_is_told_of_the_earlier_and_not_the_other_way_round() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    let (first, id) = open(&intake, &desk, "water-leak", "dorm-7-302").await;
    let before = |before: String| FindSimilarRequest { before, ..about("water-leak", "dorm-7") };
    assert!(numbers(&intake, &desk, before(id)).await.is_empty(), "nor of itself");
    let (_, id) = open(&intake, &desk, "water-leak", "dorm-7").await;
    assert_eq!(numbers(&intake, &desk, before(id)).await, [first]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_received_before_the_hours_of_the_policy_or_is_over_is_not_offered() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, counsellor) = (assistant(), somebody(Role::DutyCounsellor));
    let received = intake.clock().now() - SignedDuration::from_hours(71);
    let on_paper = AcceptCaseRequest { received_at: Some(timestamp(received)), ..leak() };
    let on_paper = intake.accept(&counsellor, on_paper).await.unwrap().number;
    let (now, _) = open(&intake, &desk, "water-leak", "dorm-7-304").await;
    let (over, _) = open(&intake, &desk, "water-leak", "dorm-7-304").await;
    intake.withdraw(&desk, &over).await.unwrap();
    let found = async || numbers(&intake, &desk, about("water-leak", "dorm-7-304")).await;
    assert_eq!(found().await, [now.clone(), on_paper], "by when they were received");
    campus.jump(SignedDuration::from_hours(2));
    assert_eq!(found().await, slice::from_ref(&now));

    let mut files = example();
    for file in &mut files {
        file.text = file.text.replace("similarWithinHours: 72", "similarWithinHours: 24");
    }
    intake.apply(&files).await.unwrap();
    campus.jump(SignedDuration::from_hours(21));
    assert_eq!(found().await, [now]);
    campus.jump(SignedDuration::from_hours(2));
    assert!(found().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_offered_what_they_may_not_see_and_nobody_at_all_a_person_at_risk() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, counsellor) = (assistant(), somebody(Role::DutyCounsellor));
    let caller = Some(Person { phone: "10000000001".to_owned(), ..Person::default() });
    let mine = intake.accept(&desk, AcceptCaseRequest { caller, ..leak() }).await.unwrap();
    let (others, _) = open(&intake, &desk, "water-leak", "dorm-7-304").await;
    let shown = intake.get(&desk, &mine.number).await.unwrap();
    let person: PersonId = shown.caller.unwrap().id.parse().unwrap();
    let leaks = || about("water-leak", "dorm-7-304");
    assert_eq!(numbers(&intake, &requester(person), leaks()).await, slice::from_ref(&mine.number));
    let she = requester(PersonId::from_uuid(service_kit::id()));
    assert!(numbers(&intake, &she, leaks()).await.is_empty());
    assert_eq!(numbers(&intake, &desk, leaks()).await, [others, mine.number]);
    assert!(numbers(&intake, &somebody(Role::Repairer), leaks()).await.is_empty());
    let administrator = somebody(Role::SystemAdministrator);
    assert_eq!(reason(find(&intake, &administrator, leaks()).await), "not-permitted");

    let (fire, _) = open(&intake, &desk, "alarm-fire", "dorm-7-302").await;
    let looks = "select count(*) from delivery.audit where action = 'case.read'";
    let fires = || about("alarm-fire", "dorm-7-302");
    assert!(numbers(&intake, &desk, fires()).await.is_empty());
    assert_eq!(campus.count(looks).await, 0);
    assert_eq!(numbers(&intake, &counsellor, fires()).await, [fire]);
    assert_eq!(campus.count(looks).await, 1, "a look at it leaves its row");

    open(&intake, &desk, "person-at-risk", "dorm-7-302").await;
    for who in [&desk, &counsellor] {
        let found = numbers(&intake, who, about("person-at-risk", "dorm-7-302")).await;
        assert!(found.is_empty(), "{:?}: {found:?}", who.roles);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_offered_wherever_it_covers_and_for_as_long_as_it_runs() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    let request = OpenIncidentRequest {
        item: "no-water".to_owned(),
        places: vec!["dorm-6".to_owned(), "dorm-7-f3".to_owned()],
        channel: Channel::Hotline.into(),
        ..OpenIncidentRequest::default()
    };
    let request = intake.tell(&desk).request(request);
    let incident = intake.client().open_incident(request).await.unwrap().into_inner().number;
    let found = async |item, place| numbers(&intake, &desk, about(item, place)).await;
    for place in ["dorm-6", "dorm-6-201", "dorm-7-302", "dorm-7-f3"] {
        assert_eq!(found("no-water", place).await, slice::from_ref(&incident), "{place}");
    }
    for (item, place) in [("no-water", "dorm-7-402"), ("water-leak", "dorm-7-302")] {
        assert!(found(item, place).await.is_empty(), "{item} {place}");
    }
    let shown = find(&intake, &desk, about("no-water", "dorm-6")).await.unwrap();
    assert!(shown.iter().all(|one| one.incident));
    campus.jump(SignedDuration::from_hours(5 * 24));
    assert_eq!(found("no-water", "dorm-7-302").await, [incident]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_what_is_reported_is_said_by_field() {
    let campus = Campus::new().await;
    let intake = campus.start().await;
    let desk = assistant();
    let early = find(&intake, &desk, about("water-leak", "dorm-7")).await;
    assert_eq!(reason(early), "no-definitions");
    intake.apply(&example()).await.unwrap();
    let phone = FindSimilarRequest { campus_phone: "cp-999".to_owned(), ..about("water-leak", "") };
    for (request, fields) in [
        (about("", "dorm-7"), vec!["item"]),
        (about("moon-dust", "moon"), vec!["item", "place"]),
        (about("water-leak", ""), vec!["place"]),
        (phone, vec!["campus_phone"]),
    ] {
        let refused = refusal(find(&intake, &desk, request).await);
        let fields = fields.into_iter().map(ToOwned::to_owned).collect();
        assert_eq!(refused, ("list-invalid".to_owned(), fields));
    }
}
