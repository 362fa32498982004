//! Answers by links, where nobody asks.

use authz::Role;
use clock::PersonId;
use events::{
    Fact, IntakeFact, SurveyFact,
    intake::{CaseJoinedV1, CaseResolvedV1, CaseUnjoinedV1},
    words::{Cycle, End, Level, Verdict},
};
use futures::future::join_all;
use proto::callback_survey::v1::{
    Answer, AnswerSurveyRequest, FindLinksRequest, Link, ListCallbacksRequest, ShowSurveyRequest,
    ShowSurveyResponse, SurveyStanding, SurveyTakes,
};
use rpc::{Call, Code, Error};
use service_kit::{id, somebody};
use uuid::Uuid;

use crate::case::{Running, assistant, closed, day, not_solved, reopened, resolved, solved};

/// What the portal asks for whoever follows a link, and notification for whom it writes to.
impl Running {
    /// The secrets of these persons' links.
    async fn tokens(&self, callback: &str, persons: &[PersonId]) -> Vec<String> {
        let link = |person: &PersonId| {
            let (callback, person) = (callback.to_owned(), person.to_string());
            Link { callback, person, token: String::new() }
        };
        let request = FindLinksRequest { links: persons.iter().map(link).collect() };
        let answer = self.client().find_links(Call::new().request(request)).await.unwrap();
        answer.into_inner().links.into_iter().map(|link| link.token).collect()
    }

    async fn shows(&self, token: &str) -> Result<ShowSurveyResponse, Error> {
        let request = ShowSurveyRequest { token: token.to_owned() };
        Ok(self.client().show_survey(Call::new().request(request)).await?.into_inner())
    }

    async fn says(&self, token: &str, answer: Answer) -> Result<(), Error> {
        let call = Call::new().idempotent(id().to_string().parse().unwrap());
        let request = AnswerSurveyRequest { token: token.to_owned(), answer: Some(answer) };
        self.client().answer_survey(call.request(request)).await?;
        Ok(())
    }

    async fn verdicts(&self, case: Uuid) -> Vec<Verdict> {
        let facts = self.facts(case).await.into_iter();
        let judged = facts.filter_map(|fact| {
            let Fact::Survey(SurveyFact::CaseJudged(judged)) = fact else { return None };
            Some(judged.verdict)
        });
        judged.collect()
    }
}

/// Reported by two.
fn by_two() -> (CaseResolvedV1, [PersonId; 2]) {
    let mut two = [PersonId::from_uuid(id()), PersonId::from_uuid(id())];
    two.sort();
    (CaseResolvedV1 { reporters: two.to_vec(), ..resolved() }, two)
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> (Code, String) {
    let error = answer.unwrap_err();
    (error.code(), error.reason().to_owned())
}

fn over() -> (Code, String) {
    (Code::NotFound, "link-over".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn to_look_changes_nothing_and_not_solved_takes_the_case_up_again() {
    let survey = Running::start().await;
    let (resolved, [_, second]) = by_two();
    let (case, callback) = survey.completed(resolved).await;
    let token = survey.tokens(&callback, &[second]).await.pop().unwrap();
    for _ in 0..3 {
        let shown = survey.shows(&token).await.unwrap();
        assert_eq!((&*shown.case_number, shown.takes()), ("2026-11-000007", SurveyTakes::Answer));
        assert_eq!(shown.standing(), SurveyStanding::ToCallFirst);
        let (item, place) = (shown.item.unwrap(), shown.place.unwrap());
        assert_eq!((&*item.zh, &*item.en), ("水管漏水", "Leaking Pipe"));
        assert!(place.zh.contains("304") && place.en.contains("304"), "{place:?}");
        let completed = day(0, "15:00").to_zoned(jiff::tz::TimeZone::UTC);
        assert_eq!(shown.completed[..10], completed.strftime("%Y-%m-%d").to_string());
        assert!(shown.completed.ends_with(" 15:00"), "{}", shown.completed);
        assert_eq!(shown.answer, None);
    }
    assert_eq!(survey.said(case).await, ["case.callback-due"]);

    survey.says(&token, Answer { score: Some(2), ..not_solved() }).await.unwrap();
    assert_eq!(survey.said(case).await, ["case.callback-due", "case.answered", "case.judged"]);
    assert_eq!(survey.verdicts(case).await, [Verdict::NotSolved]);
    let shown = survey.shows(&token).await.unwrap();
    let answer = shown.answer.clone().unwrap();
    assert_eq!((answer.solved, answer.score, answer.attitude), (false, Some(2), Some(4)));
    let now = (shown.standing(), shown.takes());
    assert_eq!(now, (SurveyStanding::TakenUp, SurveyTakes::Unspecified));
    let actor: String =
        sqlx::query_scalar("select actor from delivery.audit where action = 'callback.answered'")
            .fetch_one(survey.pool())
            .await
            .unwrap();
    assert_eq!(actor, format!("person:{second}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_however_often_and_at_whatever_time_it_is_sent() {
    let survey = Running::start().await;
    let (resolved, [first, second]) = by_two();
    let (case, callback) = survey.completed(resolved).await;
    let tokens = survey.tokens(&callback, &[first, second]).await;
    let [first, second] = &tokens[..] else { panic!("{tokens:?}") };
    survey.jump_to(day(1, "23:30"));

    let ten = join_all((0..10).map(|_| survey.says(second, solved()))).await;
    assert_eq!(ten.iter().filter(|answer| answer.is_ok()).count(), 1, "{ten:?}");
    let again = (Code::FailedPrecondition, "already-answered".to_owned());
    assert_eq!(refused(survey.says(second, solved()).await), again);
    survey.says(first, solved()).await.unwrap();
    let kept = ["case.callback-due", "case.answered", "case.answered"];
    assert_eq!(survey.said(case).await, kept);
    assert_eq!(survey.shows(first).await.unwrap().standing(), SurveyStanding::ToCall);

    survey.jump_to(day(2, "09:00"));
    let assistant = assistant();
    let due = survey.next(&assistant).await.unwrap();
    assert!(due.by_link && due.answer.unwrap().solved, "the first is called all the same");
    survey.hears(&assistant, &callback, solved()).await.unwrap();
    assert!(!survey.list(&assistant).await[0].by_link);

    // One tap within the week, though they had said that it is.
    let shown = survey.shows(second).await.unwrap();
    let now = (shown.standing(), shown.takes());
    assert_eq!(now, (SurveyStanding::Judged, SurveyTakes::NotSolved));
    survey.says(second, not_solved()).await.unwrap();
    assert_eq!(refused(survey.says(second, not_solved()).await), again);
    assert_eq!(survey.verdicts(case).await, [Verdict::Solved, Verdict::NotSolved]);
    assert_eq!(survey.shows(first).await.unwrap().standing(), SurveyStanding::TakenUp);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_an_earlier_cycle_says_how_it_goes_on_and_then_leaves_it_to_the_newer_one() {
    let survey = Running::start().await;
    let (resolved, two) = by_two();
    let again = CaseResolvedV1 { cycle: Cycle::new(2).unwrap(), ..resolved.clone() };
    let (case, callback) = survey.completed(resolved).await;
    let token = survey.tokens(&callback, &two[1..]).await.pop().unwrap();
    survey.tell(case, reopened(2)).await;
    assert_eq!(survey.shows(&token).await.unwrap().standing(), SurveyStanding::TakenUp);

    survey.tell(case, IntakeFact::from(again)).await;
    assert_eq!(survey.shows(&token).await.unwrap().standing(), SurveyStanding::Newer);
    let later = (Code::FailedPrecondition, "later-cycle".to_owned());
    assert_eq!(refused(survey.says(&token, not_solved()).await), later);
    assert_eq!(survey.verdicts(case).await, []);

    let newer = survey.callback(case, 2).await;
    let newer = survey.tokens(&newer, &two[1..]).await.pop().unwrap();
    assert_ne!(newer, token);
    survey.says(&newer, not_solved()).await.unwrap();
    assert_eq!(survey.verdicts(case).await, [Verdict::NotSolved]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_reporter_any_more_is_sent_no_link_and_the_one_that_was_leads_nowhere() {
    let survey = Running::start().await;
    let (resolved, [first, second]) = by_two();
    let (case, callback) = survey.completed(resolved).await;
    let token = survey.tokens(&callback, &[second]).await.pop().unwrap();
    let unjoined = CaseUnjoinedV1 {
        cycle: Cycle::FIRST,
        person: second,
        reporters: vec![first],
        by: None,
        at: day(1, "08:00"),
    };
    survey.tell(case, IntakeFact::from(unjoined)).await;
    assert_eq!(refused(survey.shows(&token).await), over());
    assert_eq!(refused(survey.says(&token, not_solved()).await), over());
    assert_eq!(survey.tokens(&callback, &[first, second]).await.len(), 1, "the other's is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_never_was_and_one_that_is_over_are_the_same() {
    let survey = Running::start().await;
    let link = async |end: Option<IntakeFact>| {
        let (resolved, [first, _]) = by_two();
        let (case, callback) = survey.completed(resolved).await;
        let token = survey.tokens(&callback, &[first]).await.pop().unwrap();
        match end {
            Some(fact) => survey.tell(case, fact).await,
            None => drop(survey.hears(&assistant(), &callback, solved()).await.unwrap()),
        }
        token
    };
    let closed = link(Some(closed(End::Withdrawn))).await;
    let answered = link(None).await;
    survey.shows(&answered).await.unwrap();
    survey.jump_to(day(8, "09:01"));
    let forged = "0".repeat(40);
    let cut = &answered[..39];
    for token in [&*closed, &answered, &forged, cut, "", "%00", "' or ''='"] {
        assert_eq!(refused(survey.shows(token).await), over(), "{token}");
        assert_eq!(refused(survey.says(token, not_solved()).await), over(), "{token}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_given_a_link_to_a_case_that_the_desk_may_not_see() {
    let survey = Running::start().await;
    for level in [Level::Restricted, Level::Confidential, Level::Hidden] {
        let (resolved, two) = by_two();
        let (case, callback) = survey.completed(CaseResolvedV1 { level, ..resolved }).await;
        assert_eq!(survey.tokens(&callback, &two).await, <[String; 0]>::default());
        let [Fact::Survey(SurveyFact::CallbackDue(due))] = &survey.facts(case).await[..] else {
            panic!("{level}")
        };
        assert_eq!(due.linked, [], "{level}");
    }
    assert_eq!(survey.count("select count(*) from callback_survey.link").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_in_no_row_and_what_is_said_by_it_is_sealed() {
    const WORDS: &str = "王师傅走了以后又漏了";
    let survey = Running::start().await;
    let (resolved, two) = by_two();
    let (_, callback) = survey.completed(resolved).await;
    let tokens = survey.tokens(&callback, &two).await;
    assert_eq!(tokens, survey.tokens(&callback, &two).await, "they are always the same");
    assert!(tokens[0] != tokens[1] && tokens.iter().all(|token| token.len() == 40), "{tokens:?}");
    let said = Answer { words: WORDS.to_owned(), ..not_solved() };
    survey.says(&tokens[0], said).await.unwrap();

    let request = ListCallbacksRequest::default();
    let shown = survey.page(&somebody(Role::QualityOfficer, None), request).await.unwrap();
    assert_eq!(shown.callbacks[0].answer.as_ref().unwrap().words, WORDS);
    for text in tokens.iter().map(String::as_str).chain(["王师傅"]) {
        for table in [
            "delivery.outbox",
            "delivery.audit",
            "delivery.idempotency",
            "callback_survey.survey",
            "callback_survey.callback",
            "callback_survey.link",
            "callback_survey.words",
        ] {
            // As text, and as the bytes of it.
            let query = format!(
                "select count(*) from {table} t where t::text like $1
                    or t::text like '%' || encode(convert_to($2, 'UTF8'), 'hex') || '%'"
            );
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                .bind(format!("%{text}%"))
                .bind(text)
                .fetch_one(survey.pool())
                .await
                .unwrap();
            assert_eq!(found, 0, "{table} has {text}");
        }
    }
    let by_hash: i64 = sqlx::query_scalar(
        "select count(*) from callback_survey.link where hash = sha256(convert_to($1, 'UTF8'))",
    )
    .bind(&tokens[0])
    .fetch_one(survey.pool())
    .await
    .unwrap();
    assert_eq!(by_hash, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_key_of_a_callback_is_erased_its_links_are_over_and_nothing_is_sealed_anew() {
    let survey = Running::start().await;
    let (resolved, two) = by_two();
    let (case, callback) = survey.completed(resolved).await;
    let tokens = survey.tokens(&callback, &two).await;
    sqlx::query("delete from callback_survey.data_key").execute(survey.pool()).await.unwrap();
    assert_eq!(survey.tokens(&callback, &two).await, <[String; 0]>::default());
    for token in &tokens {
        assert_eq!(refused(survey.shows(token).await), over());
        assert_eq!(refused(survey.says(token, not_solved()).await), over());
    }
    let said = Answer { words: "又漏了".to_owned(), ..not_solved() };
    survey.hears(&assistant(), &callback, said).await.unwrap();
    assert_eq!(survey.verdicts(case).await, [Verdict::NotSolved], "what was asked counts");
    assert_eq!(survey.count("select count(*) from callback_survey.data_key").await, 0);
    assert_eq!(survey.count("select count(*) from callback_survey.words").await, 0);
    assert_eq!(refused(survey.shows(&tokens[0]).await), over());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_answer_is_refused_field_by_field_and_no_person_asks_for_links() {
    let survey = Running::start().await;
    let (resolved, [first, _]) = by_two();
    let (case, callback) = survey.completed(resolved).await;
    let token = survey.tokens(&callback, &[first]).await.pop().unwrap();
    let wrong = Answer { score: Some(6), words: "好".repeat(2_001), ..solved() };
    let refused = survey.says(&token, wrong).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::InvalidArgument, "answer-invalid"));
    let fields: Vec<_> = refused.violations().iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["answer.score", "answer.words"]);
    assert_eq!(survey.said(case).await, ["case.callback-due"]);

    let link = Link { callback: "7".to_owned(), ..Link::default() };
    let request = FindLinksRequest { links: vec![link; 201] };
    let refused = survey.client().find_links(Call::new().request(request)).await.unwrap_err();
    let refused = Error::from(refused);
    assert_eq!(refused.reason(), "list-invalid");
    assert_eq!(refused.violations()[0].field, "links");

    for role in Role::ALL.into_iter().filter(|role| *role != Role::Service) {
        let request = survey.asks(&somebody(role, None), FindLinksRequest::default());
        let refused = Error::from(survey.client().find_links(request).await.unwrap_err());
        assert_eq!(refused.reason(), "not-permitted", "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_a_reporter_again_follows_the_link_that_they_had() {
    let survey = Running::start().await;
    let (resolved, [first, second]) = by_two();
    let (case, callback) = survey.completed(resolved).await;
    let token = survey.tokens(&callback, &[second]).await.pop().unwrap();
    let at = day(1, "10:00");
    survey.tell(case, reopened(2)).await;
    let (cycle, by) = (Cycle::new(2).unwrap(), None);
    let unjoined = CaseUnjoinedV1 { cycle, person: second, reporters: vec![first], by, at };
    survey.tell(case, IntakeFact::from(unjoined)).await;
    assert_eq!(refused(survey.shows(&token).await), over());
    assert!(survey.tokens(&callback, &[second]).await.is_empty());

    let (joined, reporters) = (vec![second], vec![first, second]);
    let joined = CaseJoinedV1 { cycle, joined, reporters, by, at };
    survey.tell(case, IntakeFact::from(joined)).await;
    let shown = survey.shows(&token).await.unwrap();
    assert_eq!((shown.standing(), &*shown.person), (SurveyStanding::TakenUp, &*second.to_string()));
    assert_eq!(survey.tokens(&callback, &[second]).await, [token]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_calls_sees_all_that_was_said_by_links_the_newest_first() {
    let survey = Running::start().await;
    let (resolved, [first, second]) = by_two();
    let (_, callback) = survey.completed(resolved).await;
    let tokens = survey.tokens(&callback, &[first, second]).await;
    let said = |words: &str| Answer { words: words.to_owned(), ..solved() };
    survey.says(&tokens[0], said("修好了")).await.unwrap();
    survey.says(&tokens[1], Answer { complains: true, ..said("") }).await.unwrap();
    let due = survey.next(&assistant()).await.unwrap();
    let by: Vec<_> = due.answers.iter().map(|one| one.person.clone()).collect();
    assert_eq!(by, [second.to_string(), first.to_string()]);
    let answers: Vec<_> = due.answers.iter().map(|one| one.answer.clone().unwrap()).collect();
    assert_eq!(due.answer.as_ref(), answers.first());
    assert_eq!([&*answers[0].words, &*answers[1].words], ["", "修好了"]);
    assert_eq!([answers[0].complains, answers[1].complains], [true, false]);

    let note = Answer { quality_note: "记一笔".to_owned(), ..solved() };
    let wrong = refused(survey.says(&tokens[0], note).await);
    assert_eq!(wrong, (Code::InvalidArgument, "answer-invalid".to_owned()));
}
