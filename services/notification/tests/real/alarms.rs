//! An alarm rings at once, whatever the broker does, and until somebody has it.

use std::time::Duration;

use authz::Role;
use events::{
    DispatchFact, Fact, NotifyFact,
    dispatch::{ROSTER_KEY, RosterChangedV1, WorkOrderClaimedV1},
    encode,
    words::{Service, Stream},
};
use jiff::SignedDuration;
use proto::notification::v1::{
    AcknowledgeMessagesRequest, RaiseAlarmRequest, SettlePhoneCallRequest, TakePhoneCallRequest,
};
use rpc::{Code, Error};
use service_kit::{account, id};
use testkit::{Proxy, eventually};

use crate::{
    alarm::{AT_ONCE, Alarm, FIRST, NUMBER, SECOND, counsellor, desk, fire, guard, holder},
    case::{Told, claimed, leak, offered},
};

/// From then on wake-ups wait for facts, for up to a minute.
const NEWS_ARE_OLD: Duration = Duration::from_secs(4);

#[tokio::test]
async fn without_the_broker_guard_and_counsellor_are_alerted_at_once_and_the_next_each_minute() {
    let told = Told::starting_at("02:00").await;
    let proxy = Proxy::to(told.nats().port()).await;
    let url = format!("nats://127.0.0.1:{}", proxy.port());
    let replica = told.start_with(|config| config.broker.url = url).await;
    let case = id();
    let event = (told.envelope(Service::Intake, case), Fact::from(fire()));
    let alarm = Alarm { told, replica, case, event };
    proxy.refuse();
    tokio::time::sleep(NEWS_ARE_OLD).await;

    alarm.is_raised().await.unwrap();
    assert_eq!(alarm.alerted().await.len(), 2, "before intake is answered");
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    alarm.a_minute_passes();
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1)]).await;
    alarm.a_minute_passes();
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1), (SECOND, 1)]).await;
    alarm.a_minute_passes();
    alarm.alerts(&[(AT_ONCE[0], 2), (AT_ONCE[1], 2), (FIRST, 1), (SECOND, 1)]).await;

    let (guard, counsellor) = (guard(), counsellor());
    let first = alarm.has(&guard).await.unwrap();
    assert!(!first.repeated);
    let again = alarm.has(&counsellor).await.unwrap();
    assert!(again.repeated, "and is told who was first");
    assert_eq!((again.by, again.at), (account(&guard).to_string(), first.at));
    let sent = alarm.alerted().await;
    alarm.told.jump(SignedDuration::from_mins(10));
    let ringing = "select count(*) from notification.alarm where next_at is not null";
    assert_eq!(alarm.told.count(ringing).await, 0);
    assert_eq!(alarm.alerted().await, sent);
    alarm.replica.stop().await;
}

#[tokio::test]
async fn whichever_way_it_comes_first_and_however_often_it_rings_once() {
    for straight_first in [true, false] {
        let alarm = Alarm::of(fire()).await;
        if straight_first {
            alarm.is_raised().await.unwrap();
            alarm.is_heard().await;
        } else {
            alarm.is_heard().await;
        }
        alarm.is_raised().await.unwrap();
        alarm.is_raised().await.unwrap();
        alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
        alarm.a_minute_passes();
        alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1)]).await;
        alarm.told.tells(alarm.case, 3).await;
        assert_eq!(alarm.told.count("select count(*) from notification.message").await, 3);
        alarm.replica.stop().await;
    }
}

#[tokio::test]
async fn who_does_not_say_in_a_minute_that_they_have_it_is_phoned_and_whoever_is_reached_has_it() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_raised().await.unwrap();
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    let desk = desk();
    assert!(alarm.calls(&desk).await.is_empty());
    alarm.a_minute_passes();
    let calls = eventually("two are to be phoned", async || {
        Some(alarm.calls(&desk).await).filter(|calls| calls.len() == 2)
    })
    .await;
    assert!(calls.iter().all(|call| call.template == "alarm" && !call.phone.is_empty()));

    let taken =
        alarm.client().take_phone_call(alarm.told.asks(&desk, TakePhoneCallRequest {})).await;
    let call = taken.unwrap().into_inner().call.unwrap().id;
    let request = alarm.told.asks(&desk, SettlePhoneCallRequest { call, reached: true });
    alarm.client().settle_phone_call(request).await.unwrap();
    assert!(alarm.calls(&desk).await.is_empty(), "nobody else is phoned");
    let known = alarm.has(&guard()).await.unwrap();
    assert_eq!((known.repeated, known.by), (true, account(&desk).to_string()));
    let said = eventually("it is said", async || {
        let facts = alarm.told.published(Stream::Notify, alarm.case).await.into_iter();
        facts.into_iter().find_map(|fact| {
            let Fact::Notify(NotifyFact::AlarmAcknowledged(said)) = fact else { return None };
            Some(said)
        })
    })
    .await;
    assert_eq!((said.by, said.steps), (account(&desk), 2));
    assert_eq!(alarm.is_audited().await, 1);
    alarm.replica.stop().await;
}

#[tokio::test]
async fn whoever_acknowledges_the_message_has_the_alarm() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_raised().await.unwrap();
    let guard = guard();
    let request = AcknowledgeMessagesRequest { case: NUMBER.to_owned() };
    alarm.client().acknowledge_messages(alarm.told.asks(&guard, request)).await.unwrap();
    let known = alarm.has(&counsellor()).await.unwrap();
    assert_eq!((known.repeated, known.by), (true, account(&guard).to_string()));
    assert_eq!(alarm.is_audited().await, 1);
    alarm.replica.stop().await;
}

#[tokio::test]
async fn who_may_not_acknowledge_an_alarm_says_that_they_know_and_it_rings_on() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_raised().await.unwrap();
    let leader = holder(Role::Leader, "security/guard-post");
    let request = AcknowledgeMessagesRequest { case: NUMBER.to_owned() };
    let known = alarm.client().acknowledge_messages(alarm.told.asks(&leader, request)).await;
    assert_eq!(known.unwrap().into_inner().messages.len(), 1);
    assert_eq!(alarm.is_audited().await, 0);
    alarm.a_minute_passes();
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1)]).await;
    alarm.replica.stop().await;
}

#[tokio::test]
async fn whose_turn_comes_later_may_have_it_sooner() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_raised().await.unwrap();
    alarm.told.jump(SignedDuration::from_secs(20));
    let leader = holder(Role::GuardPost, "security/guard-leader");
    assert!(!alarm.has(&leader).await.unwrap().repeated);
    alarm.told.jump(SignedDuration::from_mins(10));
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    alarm.replica.stop().await;
}

#[tokio::test]
async fn whoever_claims_the_work_has_the_alarm() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_raised().await.unwrap();
    alarm.is_heard().await;
    alarm.is_offered("security/guard-post").await;
    let DispatchFact::WorkOrderClaimed(claim) = claimed() else { panic!("a claim") };
    let (by, at) = (claim.by, alarm.told.now());
    alarm.told.tell(alarm.case, DispatchFact::from(WorkOrderClaimedV1 { at, ..claim })).await;
    let known = alarm.has(&counsellor()).await.unwrap();
    assert_eq!((known.repeated, known.by), (true, by.to_string()));
    assert_eq!(alarm.is_audited().await, 1);
    alarm.replica.stop().await;
}

#[tokio::test]
async fn a_claim_of_whom_it_does_not_alert_leaves_it_ringing() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_heard().await;
    alarm.told.tell(alarm.case, offered()).await;
    alarm.told.tell(alarm.case, claimed()).await;
    assert!(!alarm.has(&counsellor()).await.unwrap().repeated);
    alarm.replica.stop().await;
}

#[tokio::test]
async fn a_post_at_which_nobody_is_passes_its_turn_on() {
    let alarm = Alarm::of(fire()).await;
    let post = "security/guard-leader".parse().unwrap();
    let empty = DispatchFact::from(RosterChangedV1 { post, stays: Vec::new() });
    alarm.told.tell(ROSTER_KEY, empty).await;
    alarm.is_raised().await.unwrap();
    alarm.a_minute_passes();
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (SECOND, 1)]).await;
    alarm.replica.stop().await;
}

#[tokio::test]
async fn an_alarm_whose_case_ended_is_over() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_heard().await;
    alarm.is_closed().await;
    let refused = alarm.has(&guard()).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::FailedPrecondition, "alarm-over"));
    alarm.replica.stop().await;
}

#[tokio::test]
async fn of_an_alarm_its_reporters_are_told_nothing_and_guards_are_not_offered_it_besides() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_heard().await;
    alarm.is_offered("security/guard-post").await;
    // Somebody else has to be told.
    alarm.told.tell(alarm.case, offered()).await;
    let mut told = alarm.told.tells(alarm.case, 3).await;
    told.sort();
    let alerted = AT_ONCE.map(|post| format!("{post}: alarm"));
    let offered = "post/logistics/plumbing: offered".to_owned();
    assert_eq!(told, [alerted[0].clone(), offered, alerted[1].clone()]);
    alarm.replica.stop().await;
}

#[tokio::test]
async fn a_work_order_that_comes_back_is_offered_to_the_guards_like_any_other() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_heard().await;
    alarm.has(&guard()).await.unwrap();
    alarm.is_offered("security/guard-post").await;
    // They said that they have it, and went nowhere.
    alarm.is_offered("security/guard-post").await;
    let mut told = alarm.told.tells(alarm.case, 3).await;
    told.sort();
    let alerted = AT_ONCE.map(|post| format!("{post}: alarm"));
    let offered = "post/security/guard-post: offered".to_owned();
    assert_eq!(told, [alerted[0].clone(), alerted[1].clone(), offered]);
    let asked = "select count(*) from notification.acknowledgement a
        join notification.message m on m.id = a.message_id
        where m.template = 'offered' and a.state = 'awaited'";
    assert_eq!(alarm.told.count(asked).await, 1, "else the desk phones them");
    alarm.replica.stop().await;
}

#[tokio::test]
async fn what_is_no_alarm_is_neither_raised_nor_acknowledged() {
    let alarm = Alarm::of(leak()).await;
    let refused = alarm.is_raised().await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::InvalidArgument, "not-an-alarm"));
    alarm.is_heard().await;
    let refused = alarm.has(&counsellor()).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::FailedPrecondition, "case-not-an-alarm"));

    let event = encode(&alarm.event.0, &Fact::from(fire())).unwrap();
    let request = alarm.told.asks(&counsellor(), RaiseAlarmRequest { event });
    let refused = Error::from(alarm.client().raise_alarm(request).await.unwrap_err());
    assert_eq!(refused.reason(), "not-permitted", "services raise alarms");
    alarm.replica.stop().await;
}
