//! Whoever reported a case is answered.

use authz::{Role, Subject};
use delivery_rpc::timestamp;
use jiff::{SignedDuration, Timestamp};
use proto::{
    intake::v1::{
        AcceptCaseRequest, GetCaseResponse, JoinCaseRequest, Person, ReplyCaseRequest,
        ReplyCaseResponse,
    },
    words::v1::{Channel, Commitment},
};
use rpc::{Code, Error};
use service_kit::id;

use crate::campus::{Campus, Running, assistant, leak, reason, refusal, requester, somebody};

/// What nobody must read who may not.
const WORDS: &str = "请带学生证到三号窗口";

fn answer(case: &str, text: &str, next: Option<Timestamp>) -> ReplyCaseRequest {
    let (case, text) = (case.to_owned(), text.to_owned());
    ReplyCaseRequest { case, text, next: next.map(timestamp) }
}

async fn reply(
    intake: &Running,
    by: &Subject,
    request: ReplyCaseRequest,
) -> Result<ReplyCaseResponse, Error> {
    Ok(intake.client().reply_case(intake.tell(by).request(request)).await?.into_inner())
}

/// Something that somebody with this phone asks.
async fn enquiry(intake: &Running, phone: &str) -> String {
    let caller = Some(Person { phone: phone.to_owned(), ..Person::default() });
    let item = "general-enquiry".to_owned();
    let request = AcceptCaseRequest { item, caller, ..leak() };
    intake.accept(&assistant(), request).await.unwrap().number
}

/// An hour at which time of enquiries counts, from at least an hour on.
fn by_day(now: Timestamp) -> Timestamp {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    let date = now.to_zoned(zone.clone()).date().tomorrow().unwrap();
    date.at(15, 0, 0, 0).to_zoned(zone).unwrap().timestamp()
}

fn texts(case: &GetCaseResponse) -> Vec<&str> {
    case.replies.iter().map(|reply| &*reply.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_read_by_who_reported_the_case_and_stands_in_no_event_and_no_row() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let case = enquiry(&intake, "10000000001").await;
    let desk = Subject { department: "hall".parse().ok(), ..assistant() };
    let next = by_day(intake.clock().now());
    let told = reply(&intake, &desk, answer(&case, WORDS, Some(next))).await.unwrap();
    let promised = told.next.unwrap();
    assert_eq!(promised.commitment(), Commitment::FollowUp);
    assert_eq!(promised.due, Some(timestamp(next)));
    let told = reply(&intake, &desk, answer(&case, "已办妥", None)).await.unwrap();
    assert_eq!(told.next, None);

    let shown = intake.get(&desk, &case).await.unwrap();
    assert_eq!(texts(&shown), [WORDS, "已办妥"]);
    assert!(shown.remarks.is_empty(), "an answer is no remark");
    let (first, last) = (&shown.replies[0], &shown.replies[1]);
    assert_eq!((first.next, last.next), (Some(timestamp(next)), None));
    assert_eq!(first.department, "hall");
    assert_eq!(first.account, desk.principal.account().unwrap().to_string());

    let me = requester(shown.caller.unwrap().id.parse().unwrap());
    assert_eq!(texts(&intake.get(&me, &case).await.unwrap()), [WORDS, "已办妥"]);
    let stranger = requester(id().to_string().parse().unwrap());
    assert_eq!(reason(intake.get(&stranger, &case).await), "case-unknown");

    let kept = "select count(*) from intake.remarks
                where position(convert_to('三号窗口', 'UTF8') in words) > 0";
    let told = "select count(*) from delivery.outbox
                where position(convert_to('三号窗口', 'UTF8') in payload) > 0";
    let audited = "select count(*) from delivery.audit where detail::text like '%三号窗口%'";
    let answered = "select count(*) from delivery.idempotency
                where position(convert_to('三号窗口', 'UTF8') in answer) > 0";
    for legible in [kept, told, audited, answered] {
        assert_eq!(campus.count(legible).await, 0, "{legible}");
    }
    let audited = "select count(*) from delivery.audit where action = 'case.replied'";
    assert_eq!(campus.count(audited).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reports_the_same_reads_the_answer_too_and_an_answer_is_given_once() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, case) = (assistant(), enquiry(&intake, "10000000001").await);
    let join = JoinCaseRequest {
        case: case.clone(),
        channel: Channel::Hotline.into(),
        caller: Some(Person { phone: "10000000002".to_owned(), ..Person::default() }),
        ..JoinCaseRequest::default()
    };
    intake.client().join_case(intake.tell(&desk).request(join)).await.unwrap();
    let call = intake.tell(&desk);
    let mut client = intake.client();
    let once = client.reply_case(call.request(answer(&case, WORDS, None))).await.unwrap();
    let again = client.reply_case(call.request(answer(&case, WORDS, None))).await.unwrap();
    assert_eq!(once.into_inner(), again.into_inner());
    let shown = intake.get(&desk, &case).await.unwrap();
    let second = requester(shown.co_reporters[0].id.parse().unwrap());
    assert_eq!(texts(&intake.get(&second, &case).await.unwrap()), [WORDS]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_answer_is_refused_and_nothing_is_kept_of_it() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, case) = (assistant(), enquiry(&intake, "10000000001").await);
    let now = intake.clock().now();
    let past = now - SignedDuration::from_mins(1);
    let night = by_day(now) + SignedDuration::from_hours(11);
    for (text, next, field) in [
        (" ", None, "text"),
        (&*"答".repeat(4_001), None, "text"),
        (WORDS, Some(past), "next"),
        (WORDS, Some(night), "next"),
    ] {
        let refused = reply(&intake, &desk, answer(&case, text, next)).await;
        assert_eq!(refusal(refused), ("reply-invalid".to_owned(), vec![field.to_owned()]));
    }
    let shown = intake.get(&desk, &case).await.unwrap();
    let me = requester(shown.caller.unwrap().id.parse().unwrap());
    let said = answer(&case, WORDS, None);
    assert_eq!(reason(reply(&intake, &me, said.clone()).await), "not-permitted");
    let auditor = somebody(Role::Auditor);
    assert_eq!(reason(reply(&intake, &auditor, said.clone()).await), "not-permitted");
    let stranger = somebody(Role::DepartmentHandler);
    assert_eq!(reason(reply(&intake, &stranger, said.clone()).await), "case-unknown");
    assert_eq!(
        reason(reply(&intake, &desk, answer("2026-11-999999", WORDS, None)).await),
        "case-unknown"
    );
    intake.withdraw(&desk, &case).await.unwrap();
    let closed = reply(&intake, &desk, said).await.unwrap_err();
    assert_eq!((closed.code(), closed.reason()), (Code::FailedPrecondition, "case-closed"));
    assert_eq!(texts(&intake.get(&desk, &case).await.unwrap()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_at_risk_is_answered_by_nobody_and_to_the_desk_there_is_none() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let request = AcceptCaseRequest { item: "person-at-risk".to_owned(), ..leak() };
    let counsellor = somebody(Role::DutyCounsellor);
    let case = intake.accept(&counsellor, request).await.unwrap().number;
    let said = answer(&case, WORDS, None);
    assert_eq!(reason(reply(&intake, &assistant(), said.clone()).await), "case-unknown");
    assert_eq!(reason(reply(&intake, &counsellor, said).await), "not-permitted");
}
