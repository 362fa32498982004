//! What callback-survey knows, as the wire has it.

use callback_survey_core::{
    Answered, Attempted, Call, Fate, Figures, Followed, Standing, Survey, Takes,
};
use clock::{CaseId, PersonId};
use definitions::{Language, Rules};
use delivery_rpc::timestamp;
use events::words::{Score, Verdict};
use jiff::civil::Date;
use proto::{
    callback_survey::v1::{
        Answer, Attempt, Callback, CallbackState, GetFiguresResponse, GivenAnswer, Names,
        RecordAttemptResponse, ShowSurveyResponse, SurveyStanding, SurveyTakes,
    },
    delivery::v1::Head,
    words::v1 as wire,
};

/// What is kept with an answer: the words, and the quality note; none that was erased or never was.
pub(crate) type Words = (Option<String>, Option<String>);

/// A callback, with the words of each of its answers, the oldest first.
pub(crate) fn callback(
    case: CaseId,
    survey: &Survey,
    (call, fate): (&Call, Option<Fate>),
    words: Vec<Words>,
) -> Callback {
    let matter = &survey.matter;
    let person = call.reporters.first().map(ToString::to_string);
    let answers = call.answers.iter().zip(words).rev();
    let answers: Vec<_> = answers.map(|(one, words)| given(one, words)).collect();
    Callback {
        id: call.id.to_string(),
        case_id: case.to_string(),
        case_number: matter.number.to_string(),
        cycle: call.cycle.get().into(),
        item: matter.item.to_string(),
        place: matter.place.to_string(),
        urgency: wire::Urgency::from(matter.urgency).into(),
        person: person.unwrap_or_default(),
        state: state(fate).into(),
        completed_at: Some(timestamp(call.completed_at)),
        first_attempt_by: Some(timestamp(call.first_attempt_by)),
        next_attempt_at: next_attempt_at(call, fate),
        attempts: call.attempts.iter().map(attempt).collect(),
        answer: answers.first().and_then(|given| given.answer.clone()),
        by_link: answers.first().is_some_and(|given| given.by.is_empty()),
        answers,
    }
}

/// What came of an attempt, which `judged` its cycle or not.
pub(crate) fn recorded(
    call: &Call,
    fate: Option<Fate>,
    judged: bool,
    head: Head,
) -> RecordAttemptResponse {
    let verdict = match fate {
        Some(Fate::Judged(verdict)) => wire::Verdict::from(verdict),
        Some(Fate::Withdrawn) | None => wire::Verdict::Unspecified,
    };
    RecordAttemptResponse {
        head: Some(head),
        state: state(fate).into(),
        verdict: verdict.into(),
        next_attempt_at: next_attempt_at(call, fate),
        judged,
    }
}

/// What the callbacks of a month came to; `month` is its first day.
pub(crate) fn figures(month: Date, figures: Figures) -> GetFiguresResponse {
    let (reach_percent, mean_mark) = (figures.reach_percent(), figures.mean_mark());
    let satisfied_percent = figures.satisfied_percent();
    let reopened_percent = figures.reopened_percent();
    let Figures {
        completed,
        reached,
        unreachable,
        not_called,
        open,
        satisfied,
        marked,
        marks: _,
        reopened,
        entered_late,
    } = figures;
    GetFiguresResponse {
        month: month.strftime("%Y-%m").to_string(),
        completed,
        reached,
        unreachable,
        not_called,
        open,
        reach_percent,
        satisfied,
        satisfied_percent,
        marked,
        mean_mark,
        reopened,
        reopened_percent,
        entered_late,
    }
}

/// What somebody sees who follows their link.
pub(crate) fn survey(
    rules: &Rules,
    followed: Followed<'_>,
    person: PersonId,
) -> ShowSurveyResponse {
    let matter = &followed.survey.matter;
    let item = rules.item(&matter.item);
    let both = |name: &dyn Fn(Language) -> Option<String>| Names {
        zh: name(Language::Chinese).unwrap_or_default(),
        en: name(Language::English).unwrap_or_default(),
    };
    let calendar = item.and_then(|item| rules.calendar_for(&item.department));
    let completed = calendar.map(|calendar| {
        let at = followed.call.completed_at.to_zoned(calendar.zone().clone());
        at.strftime("%Y-%m-%d %H:%M").to_string()
    });
    ShowSurveyResponse {
        case_number: matter.number.to_string(),
        item: Some(both(&|language| Some(item?.names.in_language(language).to_owned()))),
        place: Some(both(&|language| rules.place_name(&matter.place, language))),
        completed: completed.unwrap_or_default(),
        answer: followed.answered.map(|answered| answer(answered, Words::default())),
        standing: standing(followed.standing).into(),
        takes: takes(followed.takes).into(),
        person: person.to_string(),
    }
}

const fn standing(standing: Standing) -> SurveyStanding {
    match standing {
        Standing::ToCall => SurveyStanding::ToCall,
        Standing::ToCallFirst => SurveyStanding::ToCallFirst,
        Standing::Judged => SurveyStanding::Judged,
        Standing::TakenUp => SurveyStanding::TakenUp,
        Standing::Newer => SurveyStanding::Newer,
    }
}

const fn takes(takes: Takes) -> SurveyTakes {
    match takes {
        Takes::Answer => SurveyTakes::Answer,
        Takes::NotSolved => SurveyTakes::NotSolved,
        Takes::Nothing => SurveyTakes::Unspecified,
    }
}

fn next_attempt_at(call: &Call, fate: Option<Fate>) -> Option<prost_types::Timestamp> {
    fate.is_none().then(|| timestamp(call.not_before))
}

const fn state(fate: Option<Fate>) -> CallbackState {
    match fate {
        None => CallbackState::Due,
        Some(Fate::Judged(Verdict::Solved | Verdict::NotSolved)) => CallbackState::Answered,
        Some(Fate::Judged(Verdict::Unreachable)) => CallbackState::Unreachable,
        Some(Fate::Withdrawn) => CallbackState::Withdrawn,
    }
}

fn attempt(attempted: &Attempted) -> Attempt {
    let Attempted { by, at, reached } = *attempted;
    Attempt { at: Some(timestamp(at)), by: by.to_string(), reached }
}

fn given(answered: &Answered, words: Words) -> GivenAnswer {
    let by = answered.by.map(|account| account.to_string());
    let person = answered.person.map(|person| person.to_string());
    GivenAnswer {
        at: Some(timestamp(answered.at)),
        answer: Some(answer(answered, words)),
        by: by.unwrap_or_default(),
        person: person.unwrap_or_default(),
    }
}

fn answer(answered: &Answered, (words, quality_note): Words) -> Answer {
    let Answered { solved, on_time, attitude, score, complains, .. } = *answered;
    let mark = |score: Score| u32::from(score.get());
    Answer {
        solved,
        on_time,
        attitude: attitude.map(mark),
        score: score.map(mark),
        words: words.unwrap_or_default(),
        complains,
        quality_note: quality_note.unwrap_or_default(),
    }
}
