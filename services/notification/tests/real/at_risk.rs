//! Of a person at risk nobody hears anything but who handles it.

use authz::{Role, Subject};
use proto::notification::v1::{
    AcknowledgeAlarmRequest, AcknowledgeMessagesRequest, AcknowledgementState, ListMessagesRequest,
    SettlePhoneCallRequest, TakePhoneCallRequest,
};
use rpc::Error;
use service_kit::{Gateway, somebody};
use testkit::eventually;

use crate::{
    alarm::{AT_ONCE, Alarm, NUMBER, counsellor, desk, guard, holder, of_guards, person_at_risk},
    case::{Told, completed, fired, leak, offered},
};

#[tokio::test]
async fn of_a_person_at_risk_nobody_hears_anything_but_who_handles_it() {
    let alarm = Alarm::of(person_at_risk()).await;
    alarm.is_heard().await;
    alarm.told.tell(alarm.case, offered()).await;
    alarm.told.tell(alarm.case, fired()).await;
    alarm.a_minute_passes();
    let next = "post/hall/counsellor-standby";
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (next, 1)]).await;
    alarm.told.tells(alarm.case, 3).await;
    assert_eq!(alarm.told.count("select count(*) from notification.message").await, 3);

    let unknown = AcknowledgeAlarmRequest { case: "2026-11-000099".to_owned() };
    let unknown = alarm.client().acknowledge_alarm(alarm.told.asks(&desk(), unknown)).await;
    let unknown = Error::from(unknown.unwrap_err());
    let others = [
        desk(),
        somebody(Role::Auditor, None),
        somebody(Role::QualityOfficer, None),
        holder(Role::HallDirector, "hall/director"),
        holder(Role::DepartmentHead, "security/head"),
        holder(Role::DepartmentHandler, "logistics/plumbing"),
        holder(Role::Leader, "logistics/repair-leader"),
        Subject { person: leak().reporters.first().copied(), ..somebody(Role::Requester, None) },
    ];
    for other in others {
        let role = other.roles.first().unwrap().to_string();
        let page = alarm.told.page(&alarm.replica, &other, ListMessagesRequest::default()).await;
        // Who may list none at all is refused.
        let listed = page.map(|page| page.messages).unwrap_or_default();
        assert!(listed.is_empty(), "{role}: {listed:?}");
        let refused = alarm.has(&other).await.unwrap_err();
        let same = (unknown.code(), unknown.reason(), unknown.message());
        assert_eq!((refused.code(), refused.reason(), refused.message()), same, "{role}");
        let request = AcknowledgeMessagesRequest { case: NUMBER.to_owned() };
        let refused = alarm.client().acknowledge_messages(alarm.told.asks(&other, request)).await;
        assert_eq!(Error::from(refused.unwrap_err()).reason(), "case-unknown", "{role}");
    }
    assert_eq!(alarm.calls(&counsellor()).await.len(), 2);
    assert_eq!(alarm.told.list(&alarm.replica, &counsellor()).await.len(), 3);
    assert_eq!(
        alarm.told.list(&alarm.replica, &guard()).await.len(),
        1,
        "what their post was told"
    );
    alarm.has(&guard()).await.unwrap();
    alarm.replica.stop().await;
}

#[tokio::test]
async fn the_desk_phones_whom_it_alerts_and_learns_nothing_of_it() {
    let alarm = Alarm::of(person_at_risk()).await;
    alarm.is_heard().await;
    alarm.a_minute_passes();
    let desk = desk();
    let calls = eventually("two are to be phoned", async || {
        Some(alarm.calls(&desk).await).filter(|calls| calls.len() == 2)
    })
    .await;
    for call in &calls {
        assert!(call.phone.starts_with('8'), "{call:?}");
        assert_eq!([&*call.case_id, &*call.case_number, &*call.template], [""; 3], "{call:?}");
    }
    let full = alarm.calls(&counsellor()).await;
    assert!(full.iter().all(|call| call.case_number == NUMBER && call.template == "alarm"));

    let taken = alarm.told.asks(&desk, TakePhoneCallRequest {});
    let taken = alarm.client().take_phone_call(taken).await.unwrap().into_inner();
    let call = taken.call.unwrap();
    assert_eq!((taken.head, &*call.case_id), (None, ""), "the head is the case's");
    let settled = SettlePhoneCallRequest { call: call.id, reached: true };
    let settled = alarm.client().settle_phone_call(alarm.told.asks(&desk, settled)).await;
    let settled = settled.unwrap().into_inner();
    assert_eq!((settled.state(), settled.head), (AcknowledgementState::Acknowledged, None));
    assert!(alarm.has(&guard()).await.unwrap().repeated, "whoever was reached has it");
    alarm.replica.stop().await;
}

#[tokio::test]
async fn that_a_guard_ended_it_the_counsellor_is_told() {
    let alarm = Alarm::of(person_at_risk()).await;
    alarm.is_heard().await;
    alarm.has(&guard()).await.unwrap();
    alarm.told.tell(alarm.case, completed()).await;
    let mut told = alarm.told.tells(alarm.case, 4).await.split_off(2);
    told.sort();
    assert_eq!(told, AT_ONCE.map(|post| format!("{post}: alarm-ended")));
    alarm.replica.stop().await;
}

#[tokio::test]
async fn no_group_reads_of_a_person_at_risk_while_a_way_leads_to_those_at_the_post() {
    let (robot, sms) = (Gateway::start([]).await, Gateway::start([]).await);
    let ways = |told: &Told| of_guards(told, &robot, Some(&sms), 20);
    let alarm = Alarm::with(person_at_risk(), ways).await;
    alarm.is_raised().await.unwrap();
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    assert_eq!((robot.asked().len(), sms.asked().len()), (0, 2), "by text message");
    assert!(sms.asked()[0]["text"].to_string().contains("轻生危机"), "{:?}", sms.asked());
    alarm.replica.stop().await;
}

#[tokio::test]
async fn a_group_that_is_the_only_way_reads_which_alarm_and_neither_what_nor_where() {
    let robot = Gateway::start([]).await;
    let ways = |told: &Told| of_guards(told, &robot, None, 20);
    let alarm = Alarm::with(person_at_risk(), ways).await;
    alarm.is_raised().await.unwrap();
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    let [text] = &robot.asked()[..] else { panic!("{:?}", robot.asked()) };
    let text = text["text"]["content"].as_str().unwrap();
    let sealed = format!("报警 {NUMBER}:请打开系统查看。\nAlarm {NUMBER}: open the system.");
    assert_eq!(text, sealed);
    let read = alarm.told.list(&alarm.replica, &guard()).await;
    assert!(read[0].text.contains("轻生危机"), "whoever opens it reads all: {read:?}");
    alarm.replica.stop().await;
}
