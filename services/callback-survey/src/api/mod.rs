//! The interface `yizhan.callback_survey.v1.CallbackSurvey`: what is parsed here is decided
//! elsewhere.

pub(crate) mod answers;
mod requests;

use delivery_rpc::Asked;
use proto::callback_survey::v1::{
    AnswerSurveyRequest, AnswerSurveyResponse, FindLinksRequest, FindLinksResponse,
    GetFiguresRequest, GetFiguresResponse, ListCallbacksRequest, ListCallbacksResponse,
    NextCallbackRequest, NextCallbackResponse, RecordAttemptRequest, RecordAttemptResponse,
    ShowSurveyRequest, ShowSurveyResponse,
    callback_survey_server::{CallbackSurvey as Interface, CallbackSurveyServer},
};
use rpc::subject;
use tonic::{Request, Response, Status, service::Routes};

use crate::{
    CallbackSurvey,
    commands::{answer_survey, record_attempt},
    questions,
};

/// Everything that callback-survey answers by gRPC.
pub(crate) fn routes(survey: CallbackSurvey) -> Routes {
    let delivery = delivery_rpc::service(survey.delivery.clone());
    Routes::new(CallbackSurveyServer::new(Answering { survey })).add_service(delivery)
}

#[derive(Debug)]
struct Answering {
    survey: CallbackSurvey,
}

#[tonic::async_trait]
impl Interface for Answering {
    async fn next_callback(
        &self,
        request: Request<NextCallbackRequest>,
    ) -> Result<Response<NextCallbackResponse>, Status> {
        Ok(Response::new(questions::next_callback(&self.survey, subject(&request)?).await?))
    }

    async fn record_attempt(
        &self,
        request: Request<RecordAttemptRequest>,
    ) -> Result<Response<RecordAttemptResponse>, Status> {
        let method = "yizhan.callback_survey.v1.CallbackSurvey/RecordAttempt";
        let asked = Asked::of(method, &request)?;
        let command = requests::attempt(asked, request.into_inner())?;
        Ok(Response::new(record_attempt(&self.survey, command).await?))
    }

    async fn list_callbacks(
        &self,
        request: Request<ListCallbacksRequest>,
    ) -> Result<Response<ListCallbacksResponse>, Status> {
        let asked = requests::list(request.get_ref())?;
        Ok(Response::new(questions::list_callbacks(&self.survey, subject(&request)?, asked).await?))
    }

    async fn get_figures(
        &self,
        request: Request<GetFiguresRequest>,
    ) -> Result<Response<GetFiguresResponse>, Status> {
        let month = requests::month(request.get_ref())?;
        Ok(Response::new(questions::get_figures(&self.survey, subject(&request)?, month).await?))
    }

    async fn show_survey(
        &self,
        request: Request<ShowSurveyRequest>,
    ) -> Result<Response<ShowSurveyResponse>, Status> {
        let token = &request.get_ref().token;
        Ok(Response::new(questions::show_survey(&self.survey, subject(&request)?, token).await?))
    }

    async fn answer_survey(
        &self,
        request: Request<AnswerSurveyRequest>,
    ) -> Result<Response<AnswerSurveyResponse>, Status> {
        let method = "yizhan.callback_survey.v1.CallbackSurvey/AnswerSurvey";
        let asked = Asked::of(method, &request)?;
        let command = requests::survey(asked, request.into_inner())?;
        Ok(Response::new(answer_survey(&self.survey, command).await?))
    }

    async fn find_links(
        &self,
        request: Request<FindLinksRequest>,
    ) -> Result<Response<FindLinksResponse>, Status> {
        let asked = requests::links(request.get_ref())?;
        Ok(Response::new(questions::find_links(&self.survey, subject(&request)?, &asked).await?))
    }
}
