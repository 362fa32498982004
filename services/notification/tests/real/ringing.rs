//! An alarm rings on whatever happens meanwhile: late, behind others, over restarts, anew.

use definitions::Document;
use events::{
    DEFINITION_KEY, DefinitionFact, Envelope, EscalationFact, IntakeFact,
    definition::DocumentChangedV1,
    escalation::RungFiredV1,
    intake::CaseAcceptedV1,
    words::{CaseNumber, DocumentKind, Revision, Service},
};
use jiff::SignedDuration;
use rpc::Code;
use service_kit::{Gateway, id};
use testkit::eventually;

use crate::{
    alarm::{AT_ONCE, Alarm, FIRST, SECOND, counsellor, desk, fire, guard, of_guards},
    case::{Told, completed, fired, leak},
};

const SECOND_REVISION: Revision = Revision(2);

#[tokio::test]
async fn opened_again_it_rings_again_whichever_way_that_comes_and_once() {
    for straight in [true, false] {
        let mut alarm = Alarm::of(fire()).await;
        alarm.is_heard().await;
        alarm.has(&guard()).await.unwrap();
        alarm.told.tell(alarm.case, completed()).await;
        alarm.is_reopened(2);
        if straight {
            alarm.is_raised().await.unwrap();
        }
        alarm.is_heard().await;
        alarm.is_raised().await.unwrap();
        alarm.alerts(&AT_ONCE.map(|post| (post, 2))).await;
        alarm.a_minute_passes();
        alarm.alerts(&[(AT_ONCE[0], 2), (AT_ONCE[1], 2), (FIRST, 1)]).await;
        assert!(!alarm.has(&counsellor()).await.unwrap().repeated, "nobody had it this time");
        alarm.replica.stop().await;
    }
}

#[tokio::test]
async fn opened_again_before_its_case_is_known_it_is_early() {
    let mut alarm = Alarm::of(fire()).await;
    let accepted = alarm.event.clone();
    alarm.is_reopened(2);
    let early = alarm.is_raised().await.unwrap_err();
    assert_eq!((early.code(), early.reason()), (Code::Unavailable, "alarm-early"));
    let reopened = std::mem::replace(&mut alarm.event, accepted);
    alarm.is_heard().await;
    alarm.event = reopened;
    alarm.is_raised().await.unwrap();
    alarm.alerts(&AT_ONCE.map(|post| (post, 2))).await;
    alarm.replica.stop().await;
}

/// A document of revision 2 is heard of, which is whole with the last one.
pub(crate) async fn defines(told: &Told, document: &Document, is_there: bool, last: bool) {
    let Document { kind, id, value } = document.clone();
    let (revision, document) = (SECOND_REVISION, is_there.then_some(value));
    let changed = DocumentChangedV1 { revision, kind, id, document, last };
    let envelope = told.envelope(Service::Intake, DEFINITION_KEY);
    let envelope = Envelope { revision: Revision::NONE, ..envelope };
    told.put(&envelope, &DefinitionFact::from(changed).into()).await;
}

pub(crate) async fn knows_both(told: &Told) {
    let known = "select count(*) from definitions.revision";
    eventually("the second revision is known", async || told.count(known).await == 2).await;
}

#[tokio::test]
async fn before_its_item_is_known_here_it_is_refused_for_now_and_nothing_is_kept() {
    let blaze = CaseAcceptedV1 { item: "alarm-blaze".parse().unwrap(), ..fire() };
    let mut alarm = Alarm::of(blaze).await;
    alarm.event.0.revision = SECOND_REVISION;
    let early = alarm.is_raised().await.unwrap_err();
    assert_eq!((early.code(), early.reason()), (Code::Unavailable, "alarm-early"));
    assert_eq!(alarm.told.count("select count(*) from notification.matter").await, 0);

    let before = campus_kit::documents();
    let of_fire =
        |one: &&Document| one.kind == DocumentKind::ServiceItem && one.id.as_str() == "alarm-fire";
    let before = before.iter().find(of_fire).unwrap();
    let mut after = Document { id: "alarm-blaze".parse().unwrap(), ..before.clone() };
    after.value["metadata"]["name"] = "alarm-blaze".into();
    defines(&alarm.told, before, false, false).await;
    defines(&alarm.told, &after, true, true).await;
    knows_both(&alarm.told).await;
    alarm.is_raised().await.unwrap();
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    alarm.replica.stop().await;
}

#[tokio::test]
async fn what_rang_by_older_definitions_goes_on_by_its_own() {
    let mut alarm = Alarm::of(fire()).await;
    alarm.event.0.revision = SECOND_REVISION;
    alarm.is_raised().await.unwrap();
    let of_alarms =
        |one: &Document| one.kind == DocumentKind::Policy && one.id.as_str() == "alarms";
    let mut policy = campus_kit::documents().into_iter().find(of_alarms).unwrap();
    policy.value["spec"]["alert"]["next"] = serde_json::json!(["hall/director"]);
    defines(&alarm.told, &policy, true, true).await;
    knows_both(&alarm.told).await;
    alarm.is_heard().await;
    alarm.a_minute_passes();
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (SECOND, 1)]).await;
    alarm.replica.stop().await;
}

#[tokio::test]
async fn one_that_comes_late_alerts_the_first_once_and_the_next_when_they_were_planned() {
    let mut alarm = Alarm::of(fire()).await;
    alarm.event.0.recorded = alarm.told.now() - SignedDuration::from_secs(200);
    alarm.is_raised().await.unwrap();
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    alarm.told.jump(SignedDuration::from_secs(40));
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1)]).await;
    let steps = "select steps::bigint from notification.alarm";
    assert_eq!(alarm.told.count(steps).await, 5, "four fell due before");
    alarm.replica.stop().await;
}

#[tokio::test]
async fn over_a_restart_it_rings_on() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_raised().await.unwrap();
    let Alarm { told, replica, case, event } = alarm;
    replica.kill().await;
    told.jump(SignedDuration::from_mins(1));
    let alarm = Alarm { replica: told.start().await, told, case, event };
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1)]).await;
    alarm.a_minute_passes();
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1), (SECOND, 1)]).await;
    alarm.replica.stop().await;
}

#[tokio::test]
async fn two_replicas_ring_as_one() {
    let alarm = Alarm::of(fire()).await;
    let other = alarm.told.start().await;
    let (one, two) = tokio::join!(alarm.is_raised(), alarm.is_raised_at(&other));
    one.and(two).unwrap();
    for _ in 0..6 {
        alarm.a_step_is_taken().await;
    }
    alarm.alerts(&[(AT_ONCE[0], 3), (AT_ONCE[1], 3), (FIRST, 2), (SECOND, 2)]).await;
    let told = "select count(*) from notification.message";
    assert_eq!(alarm.told.count(told).await, 10, "each once a round");
    other.stop().await;
    alarm.replica.stop().await;
}

#[tokio::test]
async fn in_the_second_round_each_is_to_be_phoned_once() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_raised().await.unwrap();
    for _ in 0..6 {
        alarm.a_step_is_taken().await;
    }
    alarm.alerts(&[(AT_ONCE[0], 3), (AT_ONCE[1], 3), (FIRST, 2), (SECOND, 2)]).await;
    let calls = eventually("four are to be phoned", async || {
        Some(alarm.calls(&desk()).await).filter(|calls| calls.len() >= 4)
    })
    .await;
    let mut to: Vec<_> = calls.iter().map(|call| call.to.as_ref().unwrap().id.clone()).collect();
    to.sort();
    let each =
        ["hall/director", "hall/duty-counsellor", "security/guard-leader", "security/guard-post"];
    assert_eq!(to, each);
    alarm.replica.stop().await;
}

/// The guards are told that another case, which is critical too, is late.
async fn is_late(told: &Told, number: u32) {
    let (case, number) = (id(), CaseNumber::new(2026, 11, number).unwrap());
    let accepted = CaseAcceptedV1 { number, reporters: Vec::new(), ..leak() };
    told.tell(case, IntakeFact::from(accepted)).await;
    let EscalationFact::RungFired(late) = fired() else { panic!("a rung") };
    let post = "security/guard-post".parse().unwrap();
    told.tell(case, EscalationFact::from(RungFiredV1 { post, ..late })).await;
}

#[tokio::test]
async fn behind_a_spent_budget_and_a_digest_it_goes_the_next_way_alone() {
    let (robot, sms) = (Gateway::start([]).await, Gateway::start([]).await);
    let alarm = Alarm::with(fire(), |told| of_guards(told, &robot, Some(&sms), 1)).await;
    // A text about another case spends the minute's budget, and the next one waits for room.
    is_late(&alarm.told, 8).await;
    eventually("one text is sent", async || robot.asked().len() == 1).await;
    is_late(&alarm.told, 9).await;
    let waits = "select count(*) from notification.sending where state = 'sending' and tries = 0";
    eventually("one waits for room", async || alarm.told.count(waits).await == 1).await;

    alarm.is_raised().await.unwrap();
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    let texts: Vec<_> = sms.asked().iter().map(|text| text["text"].to_string()).collect();
    assert_eq!(texts.len(), 2, "to guards and counsellor: {texts:?}");
    for text in texts {
        assert!(text.contains("ALARM") && !text.contains("see to it"), "and nothing else: {text}");
    }
    assert_eq!(alarm.told.count(waits).await, 1, "what waited waits");
    alarm.replica.stop().await;
}
