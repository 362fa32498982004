//! Desk, department and requester ask each other inside a case, and nobody else hears of it.

use authz::{Role, Subject};
use clock::PersonId;
use definitions::Document;
use delivery_rpc::timestamp;
use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact,
    escalation::ArmedV1,
    intake::{CaseAcceptedV1, CaseUnjoinedV1},
    words::{Commitment, Cycle, DocumentKind, Level, Service, Subject as Of},
};
use proto::{
    dispatch::v1::{AnswerRequest, AskRequest, ListQuestionsRequest, Question},
    words::v1::Asked,
};
use rpc::{Code, Error};
use service_kit::{account, id, somebody};
use uuid::Uuid;

use crate::case::{Running, at, holding, leak, plumber};

impl Running {
    async fn ask(&self, by: &Subject, order: &str, of: Asked, text: &str) -> Result<(), Error> {
        let (work_order, of) = (order.to_owned(), of.into());
        let request = AskRequest { work_order, of, text: text.to_owned() };
        self.client().ask(self.asks(by, request)).await?;
        Ok(())
    }

    async fn answer(&self, by: &Subject, question: &Question, text: &str) -> Result<(), Error> {
        let (work_order, question) = (question.work_order.clone(), question.id.clone());
        let request = AnswerRequest { work_order, question, text: text.to_owned() };
        self.client().answer(self.asks(by, request)).await?;
        Ok(())
    }

    async fn questions(&self, by: &Subject, request: ListQuestionsRequest) -> Vec<Question> {
        self.client().list_questions(self.asks(by, request)).await.unwrap().into_inner().questions
    }

    /// What somebody sees that can still be answered.
    async fn open(&self, by: &Subject) -> Vec<Question> {
        self.questions(by, ListQuestionsRequest { open: true, ..Default::default() }).await
    }

    /// A leak that somebody has; its case and its work order.
    async fn claimed(&self, accepted: CaseAcceptedV1, by: &Subject) -> (Uuid, String) {
        let (case, order) = self.offered(accepted).await;
        self.claim(by, &order).await.unwrap();
        (case, order)
    }
}

/// A requester, and a leak that they reported.
fn reported() -> (Subject, CaseAcceptedV1) {
    let person = PersonId::from_uuid(id());
    let requester = Subject { person: Some(person), ..somebody(Role::Requester, None) };
    (requester, CaseAcceptedV1 { reporters: vec![person], ..leak() })
}

fn reason(answer: Result<(), Error>) -> (Code, String) {
    let error = answer.unwrap_err();
    (error.code(), error.reason().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_answers_what_the_handler_asks_and_both_are_named_with_their_words() {
    let dispatch = Running::start().await;
    let (plumber, desk) = (plumber(), somebody(Role::DeskAssistant, None));
    let (case, order) = dispatch.claimed(leak(), &plumber).await;
    dispatch.ask(&plumber, &order, Asked::Desk, " 谁有钥匙? ").await.unwrap();
    let [question] = &dispatch.open(&desk).await[..] else { panic!() };
    assert_eq!((&*question.text, question.of()), ("谁有钥匙?", Asked::Desk));
    assert_eq!((&*question.case_number, &*question.answer), ("2026-11-000007", ""));
    assert_eq!(question.asked_by, account(&plumber).to_string());

    dispatch.answer(&desk, question, "楼长室").await.unwrap();
    assert!(dispatch.open(&desk).await.is_empty());
    let of_case = ListQuestionsRequest { case: case.to_string(), ..Default::default() };
    let [question] = &dispatch.questions(&plumber, of_case).await[..] else { panic!() };
    assert_eq!((&*question.answer, question.open), ("楼长室", false));
    assert_eq!(question.answered_by, account(&desk).to_string());
    assert_eq!(
        reason(dispatch.answer(&desk, question, "again").await),
        (Code::Conflict, "already-answered".to_owned())
    );
    let said = dispatch.said(case).await;
    assert_eq!(said[2..], ["workorder.asked", "workorder.answered"]);
    let audited = "select count(*) from delivery.audit
                   where action in ('work-order.asked', 'work-order.answered')";
    assert_eq!(dispatch.count(audited).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_are_in_no_event_no_audit_row_and_no_state_and_sealed_at_rest() {
    let dispatch = Running::start().await;
    let (plumber, desk) = (plumber(), somebody(Role::DeskAssistant, None));
    let (_, order) = dispatch.claimed(leak(), &plumber).await;
    dispatch.ask(&plumber, &order, Asked::Desk, "WORDS asked").await.unwrap();
    let [question] = &dispatch.open(&desk).await[..] else { panic!() };
    dispatch.answer(&desk, question, "WORDS answered").await.unwrap();
    for everything in [
        "select count(*) from delivery.outbox where position('WORDS' in convert_from(payload, 'UTF8')) > 0",
        "select count(*) from delivery.audit where detail::text like '%WORDS%'",
        "select count(*) from dispatch.work where state::text like '%WORDS%'",
        "select count(*) from dispatch.question where position('WORDS' in encode(sealed, 'escape')) > 0
             or position('WORDS' in encode(answer_sealed, 'escape')) > 0",
    ] {
        assert_eq!(dispatch.count(everything).await, 0, "{everything}");
    }
    let keys =
        "select count(distinct wrapped) + count(distinct answer_wrapped) from dispatch.question";
    assert_eq!(dispatch.count(keys).await, 2, "a key for each");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_sees_and_answers_what_they_are_asked_and_nothing_else() {
    let dispatch = Running::start().await;
    let (plumber, (requester, accepted)) = (plumber(), reported());
    let (case, order) = dispatch.claimed(accepted, &plumber).await;
    for of in [Asked::Desk, Asked::Requester] {
        dispatch.ask(&plumber, &order, of, of.as_str_name()).await.unwrap();
    }
    let [own] = &dispatch.open(&requester).await[..] else { panic!() };
    assert_eq!(own.of(), Asked::Requester);
    let (stranger, _) = reported();
    assert!(dispatch.open(&stranger).await.is_empty());
    let desk = somebody(Role::DeskAssistant, None);
    let all = dispatch.open(&desk).await;
    let inside = all.iter().find(|one| one.of() == Asked::Desk).unwrap();
    for (who, question) in [(&requester, inside), (&stranger, own)] {
        let refused = reason(dispatch.answer(who, question, "me").await);
        assert_eq!(refused, (Code::NotFound, "no-such-work-order".to_owned()));
    }
    dispatch.answer(&requester, own, "after six").await.unwrap();
    // Who has not reported it after all is asked nothing.
    let Some(person) = requester.person else { panic!() };
    let at = at("2026-11-25T09:30:00+08:00");
    let unjoined = CaseUnjoinedV1 { cycle: Cycle::FIRST, person, reporters: vec![], by: None, at };
    dispatch.say(case, IntakeFact::from(unjoined)).await;
    dispatch.has_heard(Service::Intake, case, 2).await;
    assert!(dispatch.questions(&requester, ListQuestionsRequest::default()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_reported_it_neither_reads_what_the_other_answered() {
    let dispatch = Running::start().await;
    let plumber = plumber();
    let ((li, accepted), (wang, _)) = (reported(), reported());
    let reporters = [&li, &wang].map(|one| one.person.unwrap()).to_vec();
    let (_, order) = dispatch.claimed(CaseAcceptedV1 { reporters, ..accepted }, &plumber).await;
    for text in ["when are you in?", "which floor?"] {
        dispatch.ask(&plumber, &order, Asked::Requester, text).await.unwrap();
    }
    let [when, floor] = &dispatch.open(&wang).await[..] else { panic!() };
    dispatch.answer(&li, when, "after six, alone").await.unwrap();
    let desk = somebody(Role::DeskAssistant, None);
    dispatch.answer(&desk, floor, "the fourth, says one of them").await.unwrap();

    let answers = async |who| {
        let seen = dispatch.questions(who, ListQuestionsRequest::default()).await;
        assert!(seen.iter().all(|one| !one.open && one.answered_at.is_some()));
        seen.into_iter().map(|one| (one.answer, one.answered_by)).collect::<Vec<_>>()
    };
    let nothing = || (String::new(), String::new());
    let by_li = || ("after six, alone".to_owned(), account(&li).to_string());
    let by_desk = ("the fourth, says one of them".to_owned(), account(&desk).to_string());
    assert_eq!(answers(&li).await, [by_li(), nothing()], "the desk may have asked either");
    assert_eq!(answers(&wang).await, [nothing(), nothing()]);
    for staff in [&plumber, &desk] {
        assert_eq!(answers(staff).await, [by_li(), by_desk.clone()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_asked_does_not_answer_and_who_does_not_have_it_does_not_ask() {
    let dispatch = Running::start().await;
    let (holder, colleague) = (plumber(), plumber());
    let desk = somebody(Role::DutyCounsellor, None);
    let (_, order) = dispatch.claimed(leak(), &holder).await;
    let denied = |reason: &str| (Code::PermissionDenied, reason.to_owned());
    let asks = async |who, of| dispatch.ask(who, &order, of, "who?").await;
    for (who, of) in [(&colleague, Asked::Desk), (&desk, Asked::Requester)] {
        assert_eq!(reason(asks(who, of).await), (Code::Conflict, "not-yours".to_owned()));
    }
    assert_eq!(reason(asks(&holder, Asked::Department).await), denied("not-the-desk"));

    asks(&holder, Asked::Requester).await.unwrap();
    asks(&holder, Asked::Desk).await.unwrap();
    asks(&desk, Asked::Department).await.unwrap();
    let questions = dispatch.open(&desk).await;
    let of = |of: Asked| questions.iter().find(|one| one.of() == of).unwrap();
    for (who, asked) in
        [(&holder, Asked::Desk), (&holder, Asked::Requester), (&desk, Asked::Department)]
    {
        assert_eq!(reason(dispatch.answer(who, of(asked), "me").await), denied("not-asked"));
    }
    dispatch.answer(&desk, of(Asked::Requester), "they said on the phone").await.unwrap();
    dispatch.answer(&desk, of(Asked::Desk), "ours").await.unwrap();
    dispatch.answer(&colleague, of(Asked::Department), "ours too").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_at_the_post_of_the_head_gives_the_instruction_and_nobody_asks_themselves() {
    let dispatch = Running::start().await;
    let (plumber, stands_in) = (plumber(), holding(&["logistics/head"]));
    let (_, order) = dispatch.claimed(leak(), &plumber).await;
    dispatch.ask(&plumber, &order, Asked::Head, "may I open the wall?").await.unwrap();
    let [question] = &dispatch.open(&stands_in).await[..] else { panic!() };
    assert!(question.of_you);
    let of_another = holding(&["logistics/electrical"]);
    assert!(!dispatch.open(&of_another).await[0].of_you);
    let refused = reason(dispatch.answer(&of_another, question, "yes").await);
    assert_eq!(refused, (Code::PermissionDenied, "not-asked".to_owned()));
    dispatch.answer(&stands_in, question, "yes, below the window").await.unwrap();

    let head = somebody(Role::DepartmentHead, Some("logistics"));
    for who in [&stands_in, &head] {
        let (_, order) = dispatch.claimed(leak(), who).await;
        let refused = dispatch.ask(who, &order, Asked::Head, "may I?").await.unwrap_err();
        assert_eq!((refused.reason(), &*refused.violations()[0].field), ("asks-themselves", "of"));
        dispatch.ask(who, &order, Asked::Desk, "who has the key?").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_without_a_head_is_asked_for_no_instruction() {
    let mut campus = campus_kit::documents();
    let is_logistics = |one: &&mut Document| {
        one.kind == DocumentKind::Department && one.id.as_str() == "logistics"
    };
    let logistics = campus.iter_mut().find(is_logistics).unwrap();
    logistics.value["spec"].as_object_mut().unwrap().remove("head").unwrap();
    let dispatch = Running::start_on(&campus).await;
    let plumber = plumber();
    let (_, order) = dispatch.claimed(leak(), &plumber).await;
    let refused = dispatch.ask(&plumber, &order, Asked::Head, "may I?").await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::FailedPrecondition, "no-head"));
    assert_eq!(refused.violations()[0].field, "of");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_must_be_there_and_not_too_many_and_what_is_over_is_asked_no_more() {
    let dispatch = Running::start().await;
    let (plumber, desk) = (plumber(), somebody(Role::DeskAssistant, None));
    let (_, order) = dispatch.claimed(leak(), &plumber).await;
    for text in [" ", &"字".repeat(2_001)] {
        let refused = dispatch.ask(&plumber, &order, Asked::Desk, text).await.unwrap_err();
        assert_eq!(
            (refused.reason(), &*refused.violations()[0].field),
            ("question-invalid", "text")
        );
    }
    let refused = dispatch.ask(&plumber, &order, Asked::Unspecified, "who?").await.unwrap_err();
    assert_eq!(refused.violations()[0].field, "of");
    dispatch.ask(&plumber, &order, Asked::Desk, &"字".repeat(2_000)).await.unwrap();
    let [question] = &dispatch.open(&desk).await[..] else { panic!() };
    let refused = dispatch.answer(&desk, question, "").await.unwrap_err();
    assert_eq!((refused.reason(), &*refused.violations()[0].field), ("answer-invalid", "text"));
    let unknown = Question { id: id().to_string(), ..question.clone() };
    let refused = reason(dispatch.answer(&desk, &unknown, "who?").await);
    assert_eq!(refused, (Code::NotFound, "no-such-question".to_owned()));

    dispatch.complete(&plumber, &order).await.unwrap();
    assert!(dispatch.open(&desk).await.is_empty());
    let over = (Code::FailedPrecondition, "already-completed".to_owned());
    assert_eq!(reason(dispatch.answer(&desk, question, "late").await), over);
    assert_eq!(reason(dispatch.ask(&plumber, &order, Asked::Desk, "late").await), over);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_shows_until_when_it_is_to_be_answered_once_that_is_known() {
    let dispatch = Running::start().await;
    let (plumber, desk) = (plumber(), somebody(Role::DeskAssistant, None));
    let (case, order) = dispatch.claimed(leak(), &plumber).await;
    dispatch.ask(&plumber, &order, Asked::Desk, "who?").await.unwrap();
    let facts = dispatch.facts(case).await;
    let Some(Fact::Dispatch(DispatchFact::WorkOrderAsked(asked))) = facts.last() else {
        panic!("{facts:?}")
    };
    let due = at("2026-11-25T10:00:00+08:00");
    let armed = ArmedV1 {
        timer: clock::TimerId::from_uuid(id()),
        subject: Of::Question(asked.question),
        commitment: Commitment::Reply,
        cycle: Cycle::FIRST,
        promise: 1,
        due,
        provisional: false,
        first_rung: 1,
    };
    dispatch.say(case, EscalationFact::from(armed)).await;
    dispatch.has_heard(Service::EscalationTimer, case, 1).await;
    assert_eq!(dispatch.open(&desk).await[0].due, Some(timestamp(due)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_comes_in_pages_and_leaves_a_trace_of_what_is_restricted() {
    let dispatch = Running::start().await;
    let (plumber, counsellor) = (plumber(), somebody(Role::DutyCounsellor, None));
    let restricted = CaseAcceptedV1 { level: Level::Restricted, ..leak() };
    let (case, order) = dispatch.claimed(restricted, &plumber).await;
    let (_, other) = dispatch.claimed(leak(), &plumber).await;
    for (order, text) in [(&order, "first"), (&order, "second"), (&other, "third")] {
        dispatch.ask(&plumber, order, Asked::Desk, text).await.unwrap();
    }
    let asked = ListQuestionsRequest::default;
    for (request, expected) in [
        (asked(), vec!["first", "second", "third"]),
        (ListQuestionsRequest { work_order: other.clone(), ..asked() }, vec!["third"]),
        (ListQuestionsRequest { case: case.to_string(), ..asked() }, vec!["first", "second"]),
        (ListQuestionsRequest { of: Asked::Requester.into(), ..asked() }, vec![]),
    ] {
        let found = dispatch.questions(&counsellor, request).await;
        assert_eq!(found.iter().map(|one| &*one.text).collect::<Vec<_>>(), expected);
    }
    let desk = somebody(Role::DeskAssistant, None);
    assert_eq!(dispatch.questions(&desk, asked()).await.len(), 1, "not what is restricted");
    let request = ListQuestionsRequest { page_size: 2, ..asked() };
    let asked = dispatch.asks(&counsellor, request.clone());
    let first = dispatch.client().list_questions(asked).await.unwrap();
    let page_token = first.into_inner().next_page_token;
    let [last] =
        &dispatch.questions(&counsellor, ListQuestionsRequest { page_token, ..request }).await[..]
    else {
        panic!()
    };
    assert_eq!(last.text, "third");
    let traced = "select count(*) from delivery.audit
                  where action = 'case.read' and detail::text like '%list-questions%'";
    assert!(dispatch.count(traced).await >= 2);
}
