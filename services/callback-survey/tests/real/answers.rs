//! What people say, and what it comes to.

use authz::Role;
use events::{
    Fact, IntakeFact, SurveyFact,
    intake::CaseResolvedV1,
    words::{Cycle, Verdict as Judgement},
};
use futures::future::join_all;
use proto::{
    callback_survey::v1::{Answer, CallbackState, RecordAttemptRequest},
    words::v1::Verdict,
};
use rpc::Error;
use service_kit::somebody;
use uuid::Uuid;

use crate::case::{Running, assistant, day, not_solved, reopened, resolved, solved};

async fn judgements(survey: &Running, case: Uuid) -> Vec<Judgement> {
    let facts = survey.facts(case).await;
    let judged = facts.into_iter().filter_map(|fact| {
        let Fact::Survey(SurveyFact::CaseJudged(judged)) = fact else { return None };
        Some(judged.verdict)
    });
    judged.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_judges_its_cycle() {
    let survey = Running::start().await;
    for (answer, verdict) in [(solved(), Verdict::Solved), (not_solved(), Verdict::NotSolved)] {
        let (case, callback) = survey.completed(resolved()).await;
        let heard = survey.hears(&assistant(), &callback, answer).await.unwrap();
        assert_eq!((heard.state(), heard.verdict()), (CallbackState::Answered, verdict));
        let head = heard.head.unwrap();
        assert_eq!((head.key, head.sequence), (case.to_string(), 4));
        assert_eq!(
            survey.said(case).await,
            ["case.callback-due", "case.callback-attempted", "case.answered", "case.judged"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn not_solved_reopens_and_the_next_cycle_is_asked_after_anew() {
    let survey = Running::start().await;
    let assistant = assistant();
    let (case, first) = survey.completed(resolved()).await;
    survey.hears(&assistant, &first, not_solved()).await.unwrap();
    survey.say(case, reopened(2)).await;
    let cycle = Cycle::new(2).unwrap();
    let again = CaseResolvedV1 { cycle, ..resolved() };
    survey.say(case, IntakeFact::from(again)).await;
    let second = survey.callback(case, 2).await;
    assert_eq!(survey.next(&assistant).await.unwrap().id, second);
    survey.hears(&assistant, &second, solved()).await.unwrap();
    assert_eq!(judgements(&survey, case).await, [Judgement::NotSolved, Judgement::Solved]);

    // Who calls about the first cycle now is heard, and judges nothing.
    let late = survey.hears(&assistant, &first, not_solved()).await.unwrap();
    assert_eq!((late.verdict(), late.judged), (Verdict::NotSolved, false));
    assert_eq!(judgements(&survey, case).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_kept_and_only_the_first_not_solved_judges_again() {
    let survey = Running::start().await;
    let assistant = assistant();
    let (case, callback) = survey.completed(resolved()).await;
    let mut judged = Vec::new();
    for answer in [solved(), solved(), not_solved(), not_solved()] {
        judged.push(survey.hears(&assistant, &callback, answer).await.unwrap().judged);
    }
    assert_eq!(judged, [true, false, true, false], "each is told whether it changed anything");
    assert_eq!(judgements(&survey, case).await, [Judgement::Solved, Judgement::NotSolved]);
    let answered = survey.said(case).await.iter().filter(|name| *name == "case.answered").count();
    assert_eq!(answered, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_could_not_be_reached_may_still_say_that_it_is_not_solved() {
    let survey = Running::start().await;
    let assistant = assistant();
    let (case, callback) = survey.completed(resolved()).await;
    for (n, time) in [(1, "09:05"), (1, "15:00"), (2, "09:00")] {
        survey.jump_to(day(n, time));
        survey.tries(&assistant, &callback).await.unwrap();
    }
    survey.jump_to(day(9, "22:00"));
    let late = survey.hears(&assistant, &callback, not_solved()).await.unwrap();
    assert_eq!(late.verdict(), Verdict::NotSolved);
    assert_eq!(judgements(&survey, case).await, [Judgement::Unreachable, Judgement::NotSolved]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_answers_at_once_one_judges() {
    let survey = Running::start().await;
    let (case, callback) = survey.completed(resolved()).await;
    let callers = [assistant(), assistant(), assistant(), assistant()];
    let answers = callers.iter().map(|who| survey.hears(who, &callback, not_solved()));
    let heard = join_all(answers).await;
    assert!(heard.iter().all(Result::is_ok), "{heard:?}");
    assert_eq!(judgements(&survey, case).await, [Judgement::NotSolved]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_sent_twice_is_heard_once() {
    let survey = Running::start().await;
    let assistant = assistant();
    let (case, callback) = survey.completed(resolved()).await;
    let request = |answer| {
        let (callback, answer) = (callback.clone(), Some(answer));
        let request = RecordAttemptRequest { callback, reached: true, answer };
        survey.asks_under("once", &assistant, request)
    };
    let first = survey.client().record_attempt(request(solved())).await.unwrap().into_inner();
    let second = survey.client().record_attempt(request(solved())).await.unwrap().into_inner();
    assert_eq!(first, second);
    assert_eq!(survey.said(case).await.len(), 4);
    let other = survey.client().record_attempt(request(not_solved())).await.unwrap_err();
    assert_eq!(Error::from(other).reason(), "idempotency-key-reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_say_is_sealed_and_shown_only_to_who_may_see_it() {
    const WORDS: &str = "师傅姓王,态度很好,就是来晚了";
    let survey = Running::start().await;
    let assistant = assistant();
    let (_, callback) = survey.completed(resolved()).await;
    let said = |words: &str| Answer { words: words.to_owned(), ..solved() };
    survey.hears(&assistant, &callback, said("还没看")).await.unwrap();
    survey.hears(&assistant, &callback, said(WORDS)).await.unwrap();

    let shown = survey.list(&somebody(Role::QualityOfficer, None)).await;
    let answer = shown[0].answer.clone().unwrap();
    assert_eq!((&*answer.words, answer.score, answer.on_time), (WORDS, Some(5), Some(true)));
    for everything in [
        "select count(*) from delivery.outbox
         where position('王' in convert_from(payload, 'UTF8')) > 0",
        "select count(*) from delivery.audit where detail::text like '%王%'",
        "select count(*) from callback_survey.survey where state::text like '%王%'",
        "select count(*) from callback_survey.words
         where position(convert_to('王', 'UTF8') in sealed) > 0",
    ] {
        assert_eq!(survey.count(everything).await, 0, "{everything}");
    }
    // Whoever is erased takes the words along.
    sqlx::query("delete from callback_survey.data_key").execute(survey.pool()).await.unwrap();
    let erased = survey.list(&assistant).await;
    assert_eq!(erased[0].answer.clone().unwrap(), Answer { words: String::new(), ..answer });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quality_note_is_kept_sealed_beside_the_words_and_is_not_for_who_complains() {
    let survey = Running::start().await;
    let assistant = assistant();
    let (_, callback) = survey.completed(resolved()).await;
    let noted = Answer {
        score: Some(2),
        words: "修好了,等太久".to_owned(),
        quality_note: "等了三天没人联系".to_owned(),
        ..solved()
    };
    let both = Answer { complains: true, ..noted.clone() };
    let refused = survey.hears(&assistant, &callback, both).await.unwrap_err();
    assert_eq!(
        (refused.reason(), &*refused.violations()[0].field),
        ("attempt-invalid", "answer.quality_note")
    );
    survey.hears(&assistant, &callback, noted.clone()).await.unwrap();

    let shown = survey.list(&somebody(Role::QualityOfficer, None)).await;
    assert_eq!(shown[0].answers[0].answer.as_ref(), Some(&noted));
    assert!(!shown[0].answers[0].by.is_empty() && shown[0].answers[0].person.is_empty());
    for legible in [
        "select count(*) from callback_survey.quality_note
         where position(convert_to('三天', 'UTF8') in sealed) > 0",
        "select count(*) from delivery.audit where detail::text like '%三天%'",
        "select count(*) from delivery.outbox
         where position('三天' in convert_from(payload, 'UTF8')) > 0",
    ] {
        assert_eq!(survey.count(legible).await, 0, "{legible}");
    }
    sqlx::query("delete from callback_survey.data_key").execute(survey.pool()).await.unwrap();
    let erased = survey.list(&assistant).await.remove(0).answers.remove(0).answer.unwrap();
    assert_eq!([erased.words, erased.quality_note], ["", ""]);
}
