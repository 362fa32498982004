//! Who calls whom, when, and how often.

use authz::Role;
use events::{intake::CaseResolvedV1, words::Level};
use proto::{
    callback_survey::v1::{CallbackState, RecordAttemptRequest, RecordAttemptResponse},
    words::v1::Verdict,
};
use rpc::{Code, Error};
use service_kit::{account, id, somebody};

use crate::case::{Running, assistant, day, resolved, solved};

fn refusal(answer: Result<RecordAttemptResponse, Error>) -> (Code, String) {
    let error = answer.unwrap_err();
    (error.code(), error.reason().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_callback_is_the_first_due_that_may_be_made_now() {
    let survey = Running::start().await;
    let assistant = assistant();
    assert_eq!(survey.next(&assistant).await, None);
    let later = resolved();
    let reporter = later.reporters[0];
    let (case, second) = survey.completed(later).await;
    let earlier = CaseResolvedV1 { resolved_at: day(0, "08:00"), ..resolved() };
    let (_, first) = survey.completed(earlier).await;

    assert_eq!(survey.next(&assistant).await.unwrap().id, first);
    survey.hears(&assistant, &first, solved()).await.unwrap();
    let next = survey.next(&assistant).await.unwrap();
    assert_eq!((&*next.id, &*next.case_id), (&*second, &*case.to_string()));
    assert_eq!((&*next.case_number, next.state()), ("2026-11-000007", CallbackState::Due));
    assert_eq!(next.person, reporter.to_string());
    let due = next.first_attempt_by.unwrap().seconds;
    assert_eq!(due, day(1, "15:00").as_second(), "24 hours after the completion");

    survey.jump_to(day(1, "12:30"));
    assert_eq!(survey.next(&assistant).await, None, "nobody is called at noon");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_never_asked_about_their_own_work() {
    let survey = Running::start().await;
    let (worker, other) = (assistant(), assistant());
    let resolved = CaseResolvedV1 {
        workers: vec![account(&somebody(Role::Repairer, None)), account(&worker)],
        ..resolved()
    };
    let (case, callback) = survey.completed(resolved).await;
    assert_eq!(survey.next(&worker).await, None);
    for refused in
        [survey.tries(&worker, &callback).await, survey.hears(&worker, &callback, solved()).await]
    {
        let expected = (Code::PermissionDenied, "worker-may-not-call-back".to_owned());
        assert_eq!(refusal(refused), expected);
    }
    assert_eq!(survey.said(case).await, ["case.callback-due"]);
    assert_eq!(survey.next(&other).await.unwrap().id, callback);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_unreachable_before_all_attempts_on_two_days() {
    let survey = Running::start().await;
    let assistant = assistant();
    let (case, callback) = survey.completed(resolved()).await;
    for time in ["09:05", "10:10"] {
        survey.jump_to(day(1, time));
        let tried = survey.tries(&assistant, &callback).await.unwrap();
        assert_eq!((tried.state(), tried.verdict()), (CallbackState::Due, Verdict::Unspecified));
        let at_once = survey.tries(&assistant, &callback).await;
        assert_eq!(refusal(at_once), (Code::FailedPrecondition, "too-soon".to_owned()));
    }
    let tomorrow = day(2, "08:30");
    let callbacks = survey.list(&assistant).await;
    assert_eq!(callbacks[0].next_attempt_at.unwrap().seconds, tomorrow.as_second());
    survey.jump_to(day(1, "16:00"));
    assert_eq!(survey.next(&assistant).await, None);
    let same_day = survey.tries(&assistant, &callback).await;
    assert_eq!(refusal(same_day), (Code::FailedPrecondition, "too-soon".to_owned()));

    survey.jump_to(day(2, "08:00"));
    let early = survey.tries(&assistant, &callback).await.unwrap_err();
    assert_eq!((early.code(), early.reason()), (Code::FailedPrecondition, "outside-calling-hours"));
    assert!(early.message().contains("08:30"), "{early}");
    survey.jump_to(tomorrow);
    let last = survey.tries(&assistant, &callback).await.unwrap();
    assert_eq!((last.state(), last.verdict()), (CallbackState::Unreachable, Verdict::Unreachable));
    assert_eq!(last.next_attempt_at, None);
    assert_eq!(
        survey.said(case).await,
        [
            "case.callback-due",
            "case.callback-attempted",
            "case.callback-attempted",
            "case.callback-attempted",
            "case.judged",
        ]
    );
    let over = survey.tries(&assistant, &callback).await;
    assert_eq!(refusal(over), (Code::FailedPrecondition, "no-callback-open".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn restricted_cases_are_called_back_by_the_counsellor_and_never_from_the_desk() {
    let survey = Running::start().await;
    let restricted = CaseResolvedV1 { level: Level::Restricted, ..resolved() };
    let (case, callback) = survey.completed(restricted).await;
    let (assistant, quality) = (assistant(), somebody(Role::QualityOfficer, None));
    let unknown = survey.hears(&assistant, &callback, solved()).await;
    assert_eq!(refusal(unknown), (Code::NotFound, "no-such-callback".to_owned()));
    let refused = survey.hears(&quality, &callback, solved()).await;
    assert_eq!(refusal(refused), (Code::PermissionDenied, "not-permitted".to_owned()));
    for desk in [&assistant, &quality] {
        assert_eq!(survey.next(desk).await, None);
    }
    let counsellor = somebody(Role::DutyCounsellor, None);
    assert_eq!(survey.next(&counsellor).await.unwrap().id, callback);
    let reads: Vec<(String, uuid::Uuid)> =
        sqlx::query_as("select actor, key from delivery.audit where action = 'case.read'")
            .fetch_all(survey.pool())
            .await
            .unwrap();
    assert_eq!(reads, [(counsellor.principal.to_string(), case)]);
    survey.hears(&counsellor, &callback, solved()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_is_wrong_is_refused_field_by_field() {
    let survey = Running::start().await;
    let (_, callback) = survey.completed(resolved()).await;
    let attempt =
        |reached, answer| RecordAttemptRequest { callback: callback.clone(), reached, answer };
    let wrong_marks = proto::callback_survey::v1::Answer {
        attitude: Some(0),
        score: Some(300),
        words: "好".repeat(2_001),
        ..solved()
    };
    for (request, fields) in [
        (attempt(true, None), vec!["answer"]),
        (attempt(false, Some(solved())), vec!["answer"]),
        (attempt(true, Some(wrong_marks)), vec!["answer.attitude", "answer.score", "answer.words"]),
        (
            RecordAttemptRequest { callback: "7".to_owned(), ..attempt(false, None) },
            vec!["callback"],
        ),
    ] {
        let refused = survey.record(&assistant(), request).await.unwrap_err();
        assert_eq!((refused.code(), refused.reason()), (Code::InvalidArgument, "attempt-invalid"));
        let named: Vec<_> = refused.violations().iter().map(|one| one.field.as_str()).collect();
        assert_eq!(named, fields);
    }
    let unknown = survey.tries(&assistant(), &id().to_string()).await;
    assert_eq!(refusal(unknown), (Code::NotFound, "no-such-callback".to_owned()));
    let refused = survey.tries(&somebody(Role::Dispatcher, None), &callback).await;
    assert_eq!(refusal(refused), (Code::NotFound, "no-such-callback".to_owned()));
}
