//! Callback-survey, as the portal's tests play it: one link leads somewhere.

use proto::{
    callback_survey::v1::{
        self as survey, ShowSurveyResponse, SurveyStanding, callback_survey_server::CallbackSurvey,
    },
    intake::v1 as intake,
};
use rpc::{Code, Error};
use tonic::{Request, Response};

use super::{Answer, Told, unused};

/// A callback, its case, and whom it asks.
pub(crate) const CALLBACK: &str = "0190a5b2-0000-7000-8000-0000000000c1";
pub(crate) const CASE: &str = "0190a5b2-0000-7000-8000-0000000000c2";
pub(crate) const PERSON: &str = "0190a5b2-0000-7000-8000-0000000000c3";

/// Whose answer has these words is asked by who did the work.
pub(crate) const OWN_WORK: &str = "our own work";

/// What that link ends with.
pub(crate) const TOKEN: &str = "00112233445566778899aabbccddeeff00112233";

/// What tells of a person at risk, as intake is played.
pub(crate) const AT_RISK: &str = "不想活";

impl Told {
    /// What intake hears of what callback-survey is to record.
    pub(super) fn hear(
        &self,
        request: &Request<intake::HearWordsRequest>,
    ) -> Result<intake::HearWordsResponse, Error> {
        let key = rpc::idempotency_key(request)?.to_string();
        let is_desk = rpc::subject(request)?.principal.account().is_some();
        let withheld = request.get_ref().text.contains(AT_RISK);
        self.state().heard.push((key, request.get_ref().clone()));
        let (case_id, number) = (CASE.to_owned(), "2026-11-000098".to_owned());
        let person = intake::PersonAtRisk { case_id, number, alarm: None };
        let person_at_risk = (withheld && is_desk).then_some(person);
        Ok(intake::HearWordsResponse { withheld, person_at_risk })
    }

    fn shown(&self, token: &str) -> Result<ShowSurveyResponse, Error> {
        let over = || Error::new(Code::NotFound, "link-over", "this link leads nowhere");
        self.state().survey.clone().filter(|_| token == TOKEN).ok_or_else(over)
    }
}

#[tonic::async_trait]
impl CallbackSurvey for Told {
    async fn show_survey(
        &self,
        request: Request<survey::ShowSurveyRequest>,
    ) -> Answer<survey::ShowSurveyResponse> {
        Ok(Response::new(self.shown(&request.get_ref().token)?))
    }

    async fn answer_survey(
        &self,
        request: Request<survey::AnswerSurveyRequest>,
    ) -> Answer<survey::AnswerSurveyResponse> {
        let shown = self.shown(&request.get_ref().token)?;
        let refused = |reason| Error::new(Code::FailedPrecondition, reason, "nothing is taken");
        if shown.standing() == SurveyStanding::Newer {
            return Err(refused("later-cycle").into());
        }
        if shown.answer.is_some() {
            return Err(refused("already-answered").into());
        }
        self.take("answer-survey", &request)?;
        let answer = request.into_inner().answer;
        let is_solved = answer.as_ref().is_some_and(|answer| answer.solved);
        let taken_up = SurveyStanding::TakenUp.into();
        let standing = if is_solved { shown.standing } else { taken_up };
        self.state().survey = Some(ShowSurveyResponse { answer, takes: 0, standing, ..shown });
        Ok(Response::new(survey::AnswerSurveyResponse::default()))
    }

    async fn find_links(
        &self,
        _: Request<survey::FindLinksRequest>,
    ) -> Answer<survey::FindLinksResponse> {
        unused()
    }

    async fn get_figures(
        &self,
        request: Request<survey::GetFiguresRequest>,
    ) -> Answer<survey::GetFiguresResponse> {
        let month = request.into_inner().month;
        Ok(Response::new(survey::GetFiguresResponse {
            month,
            completed: 3,
            reached: 2,
            unreachable: 1,
            reach_percent: Some(200.0 / 3.0),
            entered_late: 1,
            ..Default::default()
        }))
    }

    async fn next_callback(
        &self,
        _: Request<survey::NextCallbackRequest>,
    ) -> Answer<survey::NextCallbackResponse> {
        unused()
    }

    async fn record_attempt(
        &self,
        request: Request<survey::RecordAttemptRequest>,
    ) -> Answer<survey::RecordAttemptResponse> {
        self.take("record-attempt", &request)?;
        let message =
            "cannot record an answer: this is about your own work; somebody else must ask";
        let refused = Error::new(Code::PermissionDenied, "worker-may-not-call-back", message);
        let answer = request.into_inner().answer.unwrap_or_default();
        if answer.words == OWN_WORK {
            return Err(refused.into());
        }
        self.state().recorded = Some(answer);
        Ok(Response::new(survey::RecordAttemptResponse::default()))
    }

    async fn list_callbacks(
        &self,
        request: Request<survey::ListCallbacksRequest>,
    ) -> Answer<survey::ListCallbacksResponse> {
        let asked = request.into_inner().callback;
        let one = survey::Callback {
            id: CALLBACK.to_owned(),
            case_id: CASE.to_owned(),
            person: PERSON.to_owned(),
            ..Default::default()
        };
        let callbacks = if asked == CALLBACK { vec![one] } else { Vec::new() };
        Ok(Response::new(survey::ListCallbacksResponse { callbacks, ..Default::default() }))
    }
}
