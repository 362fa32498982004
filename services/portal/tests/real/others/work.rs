//! Dispatch, as the portal's tests play it.

use proto::dispatch::v1::{self as dispatch, dispatch_server::Dispatch};
use tonic::{Request, Response, Status};

use super::{Answer, Told, unused};

/// What it answers while it does not.
fn away() -> Status {
    Status::unavailable("away")
}

#[tonic::async_trait]
impl Dispatch for Told {
    async fn list_work_orders(
        &self,
        _: Request<dispatch::ListWorkOrdersRequest>,
    ) -> Answer<dispatch::ListWorkOrdersResponse> {
        let work_orders = self.state().work_orders.clone();
        let next_page_token = String::new();
        Ok(Response::new(dispatch::ListWorkOrdersResponse { work_orders, next_page_token }))
    }

    async fn claim(
        &self,
        request: Request<dispatch::ClaimRequest>,
    ) -> Answer<dispatch::ClaimResponse> {
        self.take("claim", &request)?;
        Ok(Response::new(dispatch::ClaimResponse::default()))
    }

    async fn assign(
        &self,
        request: Request<dispatch::AssignRequest>,
    ) -> Answer<dispatch::AssignResponse> {
        self.take("assign", &request)?;
        self.state().assigned = request.into_inner().to;
        Ok(Response::new(dispatch::AssignResponse::default()))
    }

    async fn arrive(
        &self,
        _: Request<dispatch::ArriveRequest>,
    ) -> Answer<dispatch::ArriveResponse> {
        unused()
    }

    async fn complete(
        &self,
        _: Request<dispatch::CompleteRequest>,
    ) -> Answer<dispatch::CompleteResponse> {
        unused()
    }

    async fn contain(
        &self,
        _: Request<dispatch::ContainRequest>,
    ) -> Answer<dispatch::ContainResponse> {
        unused()
    }

    async fn hold(&self, _: Request<dispatch::HoldRequest>) -> Answer<dispatch::HoldResponse> {
        unused()
    }

    async fn resume(
        &self,
        _: Request<dispatch::ResumeRequest>,
    ) -> Answer<dispatch::ResumeResponse> {
        unused()
    }

    async fn r#return(
        &self,
        _: Request<dispatch::ReturnRequest>,
    ) -> Answer<dispatch::ReturnResponse> {
        unused()
    }

    async fn transfer(
        &self,
        _: Request<dispatch::TransferRequest>,
    ) -> Answer<dispatch::TransferResponse> {
        unused()
    }

    async fn reassign(
        &self,
        _: Request<dispatch::ReassignRequest>,
    ) -> Answer<dispatch::ReassignResponse> {
        unused()
    }

    async fn split(&self, _: Request<dispatch::SplitRequest>) -> Answer<dispatch::SplitResponse> {
        unused()
    }

    async fn merge(&self, _: Request<dispatch::MergeRequest>) -> Answer<dispatch::MergeResponse> {
        unused()
    }

    async fn adjudicate(
        &self,
        _: Request<dispatch::AdjudicateRequest>,
    ) -> Answer<dispatch::AdjudicateResponse> {
        unused()
    }

    async fn ask(&self, request: Request<dispatch::AskRequest>) -> Answer<dispatch::AskResponse> {
        self.take("ask", &request)?;
        Ok(Response::new(dispatch::AskResponse::default()))
    }

    async fn answer(
        &self,
        request: Request<dispatch::AnswerRequest>,
    ) -> Answer<dispatch::AnswerResponse> {
        self.take("answer", &request)?;
        self.state().answers.push(request.into_inner());
        Ok(Response::new(dispatch::AnswerResponse::default()))
    }

    async fn list_questions(
        &self,
        request: Request<dispatch::ListQuestionsRequest>,
    ) -> Answer<dispatch::ListQuestionsResponse> {
        let of = request.into_inner().of;
        let mut questions = self.state().questions.clone();
        questions.retain(|question| of == 0 || question.of == of);
        let next_page_token = String::new();
        Ok(Response::new(dispatch::ListQuestionsResponse { questions, next_page_token }))
    }

    async fn find_next_steps(
        &self,
        request: Request<dispatch::FindNextStepsRequest>,
    ) -> Answer<dispatch::FindNextStepsResponse> {
        let subject = rpc::subject(&request)?;
        assert_eq!(subject.principal.to_string(), "service:portal");
        let asked = request.into_inner().work_orders;
        let mut next_steps = self.state().next_steps.clone().ok_or_else(away)?;
        next_steps.retain(|one| asked.contains(&one.work_order));
        Ok(Response::new(dispatch::FindNextStepsResponse { next_steps }))
    }

    async fn import_holders(
        &self,
        request: Request<dispatch::ImportHoldersRequest>,
    ) -> Answer<dispatch::ImportHoldersResponse> {
        self.take("holders", &request)?;
        let dispatch::ImportHoldersRequest { holders, version } = request.into_inner();
        let mut state = self.state();
        state.holders = holders;
        state.versions.extend(version);
        Ok(Response::new(dispatch::ImportHoldersResponse::default()))
    }

    async fn show_roster(
        &self,
        _: Request<dispatch::ShowRosterRequest>,
    ) -> Answer<dispatch::ShowRosterResponse> {
        let posts = self.state().rosters.clone();
        Ok(Response::new(dispatch::ShowRosterResponse { posts }))
    }

    async fn take_leave(
        &self,
        request: Request<dispatch::TakeLeaveRequest>,
    ) -> Answer<dispatch::TakeLeaveResponse> {
        self.take("leave", &request)?;
        let dispatch::TakeLeaveRequest { account, cover, from, until } = request.into_inner();
        self.state().leave = [account, cover];
        let term = dispatch::Term { from, until };
        let post = "logistics/deputy-head".to_owned();
        let uncovered = vec![dispatch::Uncovered { post, term: Some(term) }];
        let arranged = dispatch::Arranged { uncovered, ..dispatch::Arranged::default() };
        Ok(Response::new(dispatch::TakeLeaveResponse { arranged: Some(arranged) }))
    }

    async fn swap_turns(
        &self,
        _: Request<dispatch::SwapTurnsRequest>,
    ) -> Answer<dispatch::SwapTurnsResponse> {
        unused()
    }

    async fn cover_post(
        &self,
        _: Request<dispatch::CoverPostRequest>,
    ) -> Answer<dispatch::CoverPostResponse> {
        unused()
    }

    async fn end_arrangement(
        &self,
        _: Request<dispatch::EndArrangementRequest>,
    ) -> Answer<dispatch::EndArrangementResponse> {
        unused()
    }

    async fn record_training(
        &self,
        _: Request<dispatch::RecordTrainingRequest>,
    ) -> Answer<dispatch::RecordTrainingResponse> {
        unused()
    }

    async fn replace_timetable(
        &self,
        request: Request<dispatch::ReplaceTimetableRequest>,
    ) -> Answer<dispatch::ReplaceTimetableResponse> {
        self.take("timetable", &request)?;
        let added = request.into_inner().classes;
        Ok(Response::new(dispatch::ReplaceTimetableResponse { added, removed: Vec::new() }))
    }

    async fn show_handover(
        &self,
        _: Request<dispatch::ShowHandoverRequest>,
    ) -> Answer<dispatch::ShowHandoverResponse> {
        Ok(Response::new(self.state().handover.clone()))
    }

    async fn sign_handover(
        &self,
        request: Request<dispatch::SignHandoverRequest>,
    ) -> Answer<dispatch::SignHandoverResponse> {
        self.take("handover", &request)?;
        let request = request.into_inner();
        self.state().ticked = [request.checked, request.missing];
        Ok(Response::new(dispatch::SignHandoverResponse::default()))
    }
}
