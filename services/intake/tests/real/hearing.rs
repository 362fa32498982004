//! Words that were said about a case to another service, and of whom they tell.

use authz::{Role, Subject};
use clock::PersonId;
use proto::{
    intake::v1::{
        AcceptCaseRequest, CloseCaseAsRequest, ComplainCaseRequest, HearWordsRequest,
        HearWordsResponse, Person,
    },
    words::v1::{Channel, End, Level},
};
use rpc::{Call, Error};
use service_kit::id;

use crate::campus::{Campus, Running, assistant, leak, reason, refusal, requester, somebody};

const AT_RISK: &str = "没人管,我室友说不想活了";

const HIDDEN: &str = "select count(*) from intake.cases where level = 'hidden'";

const ALARMS: &str = "select count(*) from intake.alarm";

/// A leak that somebody with a phone reported; its number, and who they are.
async fn reported(intake: &Running) -> (String, PersonId) {
    reported_from(intake, "10000000001").await
}

async fn reported_from(intake: &Running, phone: &str) -> (String, PersonId) {
    let caller = Some(Person { phone: phone.to_owned(), ..Person::default() });
    let request = AcceptCaseRequest { caller, ..leak() };
    let number = intake.accept(&assistant(), request).await.unwrap().number;
    let person = intake.get(&assistant(), &number).await.unwrap().caller.unwrap().id;
    (number, person.parse().unwrap())
}

/// The number of the one person at risk.
async fn hidden(campus: &Campus) -> String {
    let hidden = "select number from intake.cases where level = 'hidden'";
    let hidden: Vec<String> = sqlx::query_scalar(hidden).fetch_all(campus.pool()).await.unwrap();
    let [one] = &hidden[..] else { panic!("{hidden:?}") };
    one.clone()
}

/// Said by a reporter on the web.
fn said(case: &str, person: PersonId, text: &str) -> HearWordsRequest {
    HearWordsRequest {
        case: case.to_owned(),
        channel: Channel::Web.into(),
        text: text.to_owned(),
        person: Some(Person { id: person.to_string(), ..Person::default() }),
    }
}

/// A service that brings the words of who followed a link.
fn by_service() -> Call {
    Call::new().idempotent(id().to_string().parse().unwrap())
}

async fn hear(
    intake: &Running,
    call: &Call,
    request: HearWordsRequest,
) -> Result<HearWordsResponse, Error> {
    Ok(intake.client().hear_words(call.request(request)).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_at_risk_by_an_answer_to_a_survey_is_a_hidden_case_once() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let call = by_service();
    for _ in 0..2 {
        let heard = hear(&intake, &call, said(&number, person, AT_RISK)).await.unwrap();
        assert!(heard.withheld);
        assert_eq!(heard.person_at_risk, None, "whose screen it is, nobody knows");
    }
    assert_eq!(campus.count(HIDDEN).await, 1, "once for each intention");
    assert_eq!(campus.count(ALARMS).await, 1, "and it rings");

    let counsellor = somebody(Role::DutyCounsellor);
    let hidden = hidden(&campus).await;
    let shown = intake.get(&counsellor, &hidden).await.unwrap();
    assert_eq!((&*shown.text, &*shown.linked_to), (AT_RISK, &*number));
    assert_eq!(shown.summary.unwrap().level(), Level::Hidden);
    assert_eq!(shown.caller.unwrap().id, person.to_string());
    assert_eq!(reason(intake.get(&requester(person), &hidden).await), "case-unknown");
    for legible in [
        // The words that are looked for are the campus's own, in what it defines.
        "select count(*) from delivery.outbox
         where key in (select id from intake.cases)
           and position(convert_to('不想活', 'UTF8') in payload) > 0",
        "select count(*) from delivery.audit where detail::text like '%不想活%'",
    ] {
        assert_eq!(campus.count(legible).await, 0, "{legible}");
    }
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_said_by_a_link_rings_once_and_is_all_kept_with_who_is_at_risk() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    // All at once, each in other words and under a key of its own.
    let mut texts: Vec<_> = (0..10).map(|n| format!("{AT_RISK},{n}")).collect();
    let calls: Vec<_> = texts.iter().map(|text| (by_service(), text)).collect();
    for _ in 0..2 {
        let at_once =
            calls.iter().map(|(call, text)| hear(&intake, call, said(&number, person, text)));
        for heard in futures::future::join_all(at_once).await {
            let withheld = HearWordsResponse { withheld: true, person_at_risk: None };
            assert_eq!(heard.unwrap(), withheld);
        }
    }
    assert_eq!(campus.count(ALARMS).await, 1);

    let hidden = hidden(&campus).await;
    let shown = intake.get(&somebody(Role::DutyCounsellor), &hidden).await.unwrap();
    assert!(shown.remarks.iter().all(|remark| remark.account.is_empty()), "of nobody logged in");
    let mut kept: Vec<_> = shown.remarks.into_iter().map(|remark| remark.text).collect();
    kept.push(shown.text);
    kept.sort();
    texts.sort();
    assert_eq!(kept, texts, "each once");
    let by_link = "select count(*) from delivery.audit
                   where action = 'case.note-left' and actor like 'person:%'";
    assert_eq!(campus.count(by_link).await, 9, "it is the person's deed, not the service's");
    let legible = "select count(*) from delivery.audit where detail::text like '%不想活%'";
    assert_eq!(campus.count(legible).await, 0);
    let shown = intake.get(&assistant(), &number).await.unwrap();
    assert!(shown.remarks.is_empty(), "what they were said about knows of none: {shown:?}");
    assert_eq!(reason(intake.get(&requester(person), &hidden).await), "case-unknown");
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_another_about_another_case_or_after_the_end_of_the_first_it_rings_again() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let (other, second) = reported_from(&intake, "10000000002").await;
    let say = async |case: &str, person, text: &str| {
        let heard = hear(&intake, &by_service(), said(case, person, text)).await.unwrap();
        assert!(heard.withheld);
    };
    say(&number, person, AT_RISK).await;
    let first = hidden(&campus).await;
    say(&number, second, AT_RISK).await;
    say(&other, person, AT_RISK).await;
    assert_eq!(campus.count(HIDDEN).await, 3);

    let request = CloseCaseAsRequest {
        case: first,
        end: End::Test.into(),
        reason: "演练".to_owned(),
        ..CloseCaseAsRequest::default()
    };
    let request = intake.tell(&somebody(Role::DutyCounsellor)).request(request);
    intake.client().close_case_as(request).await.unwrap();
    say(&number, person, "还是不想活了").await;
    assert_eq!(campus.count(HIDDEN).await, 4);
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_that_was_heard_before_makes_nobody_and_keeps_what_tells_of_nobody() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let quality = somebody(Role::QualityOfficer);
    let mut hidden = 0;
    for by_link in [false, true] {
        for (text, kept) in [(AT_RISK, ""), ("来了三次都没带工具", "来了三次都没带工具")]
        {
            let call = || if by_link { by_service() } else { intake.tell(&quality) };
            let (number, person) = reported(&intake).await;
            let words = said(&number, person, &format!("我不想活了\n{text}"));
            assert!(hear(&intake, &call(), words.clone()).await.unwrap().withheld);
            let request = ComplainCaseRequest {
                case: words.case,
                channel: words.channel,
                text: text.to_owned(),
                person: words.person,
                withheld: true,
            };
            let told = intake.client().complain_case(call().request(request)).await.unwrap();
            let told = told.into_inner();
            assert_eq!(told.person_at_risk, None);
            let complaint = intake.get(&requester(person), &told.number).await.unwrap();
            assert_eq!(complaint.text, kept);
            hidden += 1;
            assert_eq!(campus.count(HIDDEN).await, hidden, "one person, one alarm");
        }
    }
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_that_hears_it_has_the_card_and_what_tells_of_nobody_makes_nothing() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let quality = somebody(Role::QualityOfficer);
    let hotline = |text| {
        let channel = Channel::Hotline.into();
        HearWordsRequest { channel, ..said(&number, person, text) }
    };
    let heard = hear(&intake, &intake.tell(&quality), hotline("还在滴水")).await.unwrap();
    assert_eq!(heard, HearWordsResponse::default());
    let heard = hear(&intake, &intake.tell(&quality), hotline(AT_RISK)).await.unwrap();
    assert!(heard.withheld && heard.person_at_risk.unwrap().alarm.is_some());
    assert_eq!(campus.count(HIDDEN).await, 1);
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_complain_of_a_case_says_nothing_about_it() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let other = requester(PersonId::from_uuid(id()));
    for (who, refused) in [(other, "case-unknown"), (somebody(Role::Auditor), "not-permitted")] {
        let heard = hear(&intake, &intake.tell(&who), said(&number, person, AT_RISK)).await;
        assert_eq!(reason(heard), refused);
    }
    let nobody = HearWordsRequest { person: None, ..said(&number, person, AT_RISK) };
    let refused = hear(&intake, &by_service(), nobody).await;
    assert_eq!(refusal(refused), ("words-invalid".to_owned(), vec!["person".to_owned()]));
    let silent = hear(&intake, &by_service(), said(&number, person, " ")).await;
    assert_eq!(refusal(silent), ("words-invalid".to_owned(), vec!["text".to_owned()]));
    assert_eq!(campus.count(HIDDEN).await, 0);
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_makes_one_person_at_risk_whoever_brings_it_and_a_refused_one_of_an_account_too()
 {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let request = ComplainCaseRequest {
        case: number.clone(),
        channel: Channel::Web.into(),
        text: AT_RISK.to_owned(),
        person: None,
        withheld: false,
    };
    let student: Subject = requester(person);
    let complain = || intake.tell(&student).request(request.clone());
    intake.client().complain_case(complain()).await.unwrap();
    assert_eq!(campus.count(HIDDEN).await, 1, "heard once, before the complaint was opened");
    let refused = intake.client().complain_case(complain()).await.map_err(Error::from);
    assert_eq!(reason(refused), "already-complained");
    assert_eq!(campus.count(HIDDEN).await, 2, "what is said again is heard again");
    intake.stop().await;
}
