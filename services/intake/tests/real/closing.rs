//! Notes, and ends that somebody decides on.

use authz::{Role, Subject};
use proto::{
    intake::v1::{
        AcceptCaseRequest, AddNoteRequest, CaseState, CloseCaseAsRequest, GetCaseResponse, Person,
        Referral,
    },
    words::v1::{End, Urgency},
};
use rpc::Error;

use crate::campus::{Campus, Running, assistant, leak, reason, refusal, requester, somebody};

async fn note(intake: &Running, by: &Subject, case: &str, text: &str) -> Result<(), Error> {
    let request = AddNoteRequest { case: case.to_owned(), text: text.to_owned() };
    intake.client().add_note(intake.tell(by).request(request)).await?;
    Ok(())
}

async fn close(intake: &Running, by: &Subject, request: CloseCaseAsRequest) -> Result<(), Error> {
    intake.client().close_case_as(intake.tell(by).request(request)).await?;
    Ok(())
}

fn as_(case: &str, end: End) -> CloseCaseAsRequest {
    let reason = "说明".to_owned();
    CloseCaseAsRequest { case: case.to_owned(), end: end.into(), reason, ..Default::default() }
}

fn duplicate(case: &str, of: &str) -> CloseCaseAsRequest {
    CloseCaseAsRequest { of: of.to_owned(), ..as_(case, End::Duplicate) }
}

/// A case of a caller with this phone, who says this.
async fn of_caller(intake: &Running, phone: &str, text: &str) -> String {
    let (phone, text) = (phone.to_owned(), text.to_owned());
    let caller = Some(Person { phone, ..Person::default() });
    let request = AcceptCaseRequest { caller, text, ..leak() };
    intake.accept(&assistant(), request).await.unwrap().number
}

fn state(case: &GetCaseResponse) -> (CaseState, End) {
    let summary = case.summary.as_ref().unwrap();
    (summary.state(), summary.end())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_read_by_those_whose_duty_the_case_is_and_not_by_its_requester() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, case) = (assistant(), of_caller(&intake, "10000000001", "").await);
    note(&intake, &desk, &case, "钥匙在宿管处").await.unwrap();
    let shown = intake.get(&somebody(Role::DutyCounsellor), &case).await.unwrap();
    let [remark] = &shown.remarks[..] else { panic!("{:?}", shown.remarks) };
    assert_eq!((&*remark.action, &*remark.text), ("add-note", "钥匙在宿管处"));
    assert_eq!(remark.account, desk.principal.account().unwrap().to_string());
    let me = requester(shown.caller.unwrap().id.parse().unwrap());
    assert!(intake.get(&me, &case).await.unwrap().remarks.is_empty());
    assert_eq!(reason(note(&intake, &me, &case, "x").await), "not-permitted");
    let empty = note(&intake, &desk, &case, " ").await;
    assert_eq!(refusal(empty), ("note-invalid".to_owned(), vec!["text".to_owned()]));
    intake.withdraw(&desk, &case).await.unwrap();
    note(&intake, &desk, &case, "钥匙已取回").await.unwrap();
    let shown = intake.get(&desk, &case).await.unwrap();
    let actions: Vec<_> = shown.remarks.iter().map(|remark| &*remark.action).collect();
    assert_eq!(actions, ["add-note", "withdraw-case", "add-note"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_gives_its_reporters_and_its_haste_to_the_other_case() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let counsellor = somebody(Role::DutyCounsellor);
    let first = of_caller(&intake, "10000000001", "").await;
    let second = of_caller(&intake, "10000000002", "水淹了").await;
    close(&intake, &counsellor, duplicate(&second, &first)).await.unwrap();
    let ended = intake.get(&counsellor, &second).await.unwrap();
    assert_eq!(state(&ended), (CaseState::Closed, End::Duplicate));
    assert_eq!(ended.duplicate_of, first);
    let other = intake.get(&counsellor, &first).await.unwrap();
    assert_eq!(other.co_reporters.len(), 1);
    assert_eq!(other.summary.unwrap().urgency(), Urgency::Critical);
    let she = requester(ended.caller.unwrap().id.parse().unwrap());
    assert_eq!(intake.list(&she).await.unwrap(), [&*second, &*first]);

    let third = of_caller(&intake, "10000000003", "").await;
    for (of, why) in [(&third, "close-invalid"), (&second, "case-closed")] {
        let refused = close(&intake, &counsellor, duplicate(&third, of)).await;
        assert_eq!(reason(refused), why);
    }
    for nothing in ["", "2020-01-000001"] {
        let refused = close(&intake, &counsellor, duplicate(&third, nothing)).await;
        assert_eq!(refusal(refused), ("close-invalid".to_owned(), vec!["of".to_owned()]));
    }
    let third = intake.get(&counsellor, &third).await.unwrap();
    assert_eq!(state(&third).0, CaseState::Open, "a refusal changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_says_whose_it_is_and_what_is_refused_says_why() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let counsellor = somebody(Role::DutyCounsellor);
    let case = of_caller(&intake, "10000000001", "").await;
    let not_ours = |department: &str| {
        let (department, window) = (department.to_owned(), "2号窗口".to_owned());
        let referral = Some(Referral { department, window, person: "王老师".to_owned() });
        CloseCaseAsRequest { referral, ..as_(&case, End::NotOurs) }
    };
    let unknown = close(&intake, &counsellor, not_ours("moon")).await;
    assert_eq!(refusal(unknown), ("close-invalid".to_owned(), vec!["department".to_owned()]));
    let missing = close(&intake, &counsellor, as_(&case, End::NotOurs)).await;
    let field = vec!["referral.department".to_owned()];
    assert_eq!(refusal(missing), ("close-invalid".to_owned(), field));
    assert_eq!(reason(close(&intake, &assistant(), not_ours("network")).await), "not-permitted");
    close(&intake, &counsellor, not_ours("network")).await.unwrap();
    let ended = intake.get(&counsellor, &case).await.unwrap();
    assert_eq!(state(&ended), (CaseState::Closed, End::NotOurs));
    let told = ended.referral.unwrap();
    assert_eq!((&*told.department, &*told.window, &*told.person), ("network", "2号窗口", "王老师"));

    let other = of_caller(&intake, "10000000002", "").await;
    let unreasoned = CloseCaseAsRequest { reason: String::new(), ..as_(&other, End::Refused) };
    assert_eq!(reason(close(&intake, &counsellor, unreasoned).await), "reason-missing");
    let solved = close(&intake, &counsellor, as_(&other, End::Solved)).await;
    assert_eq!(refusal(solved), ("close-invalid".to_owned(), vec!["end".to_owned()]));
    close(&intake, &counsellor, as_(&other, End::Refused)).await.unwrap();
    let again = close(&intake, &counsellor, as_(&other, End::Test)).await;
    assert_eq!(reason(again), "case-closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_case_is_linked_to_one_that_takes_no_more_reporters() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, ended) = (assistant(), of_caller(&intake, "10000000001", "").await);
    intake.withdraw(&desk, &ended).await.unwrap();
    let linked = |to: &str| AcceptCaseRequest { linked_to: to.to_owned(), ..leak() };
    let new = intake.accept(&desk, linked(&ended)).await.unwrap();
    assert_eq!(intake.get(&desk, &new.number).await.unwrap().linked_to, ended);
    let unknown = intake.accept(&desk, linked("2020-01-000001")).await;
    assert_eq!(refusal(unknown), ("case-invalid".to_owned(), vec!["linked_to".to_owned()]));
}
