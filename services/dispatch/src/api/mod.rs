//! The interface `yizhan.dispatch.v1.Dispatch`: what is parsed here is decided elsewhere.

pub(crate) mod answers;
pub(crate) mod asking;
mod handovers;
mod requests;
pub(crate) mod rosters;
pub(crate) mod timetables;

use delivery_rpc::Asked;
use dispatch_core::{Arrive, Claim, Command, Complete, Contain, Resume, roster};
use proto::{
    delivery::v1::Head,
    dispatch::v1::{
        AdjudicateRequest, AdjudicateResponse, AnswerRequest, AnswerResponse, Arranged,
        ArriveRequest, ArriveResponse, AskRequest, AskResponse, AssignRequest, AssignResponse,
        ClaimRequest, ClaimResponse, CompleteRequest, CompleteResponse, ContainRequest,
        ContainResponse, CoverPostRequest, CoverPostResponse, EndArrangementRequest,
        EndArrangementResponse, FindNextStepsRequest, FindNextStepsResponse, HoldRequest,
        HoldResponse, ImportHoldersRequest, ImportHoldersResponse, ListQuestionsRequest,
        ListQuestionsResponse, ListWorkOrdersRequest, ListWorkOrdersResponse, MergeRequest,
        MergeResponse, ReassignRequest, ReassignResponse, RecordTrainingRequest,
        RecordTrainingResponse, ReplaceTimetableRequest, ReplaceTimetableResponse, ResumeRequest,
        ResumeResponse, ReturnRequest, ReturnResponse, ShowHandoverRequest, ShowHandoverResponse,
        ShowRosterRequest, ShowRosterResponse, SignHandoverRequest, SignHandoverResponse,
        SplitRequest, SplitResponse, SwapTurnsRequest, SwapTurnsResponse, TakeLeaveRequest,
        TakeLeaveResponse, TransferRequest, TransferResponse,
        dispatch_server::{Dispatch as Interface, DispatchServer},
    },
};
use rpc::subject;
use tonic::{Request, Response, Status, service::Routes};

use crate::{
    Dispatch,
    commands::{Deed, arrange, import_holders, replace_timetable, sign_handover, train, work},
    questions,
};

/// Everything that dispatch answers by gRPC.
pub(crate) fn routes(dispatch: Dispatch) -> Routes {
    let delivery = delivery_rpc::service(dispatch.delivery.clone());
    let dispatch = DispatchServer::new(Answering { dispatch });
    // All holders of posts come at once.
    Routes::new(dispatch.max_decoding_message_size(rpc::LARGEST_CAMPUS)).add_service(delivery)
}

#[derive(Debug)]
struct Answering {
    dispatch: Dispatch,
}

impl Answering {
    /// Does it, and answers how far the case is then.
    async fn does(
        &self,
        asked: Asked,
        command: Command,
        words: String,
    ) -> Result<Option<Head>, Status> {
        let deed = Deed { asked, command, words, next_steps: SILENT };
        Ok(Some(work(&self.dispatch, deed).await?))
    }

    /// Changes the roster, and answers what became of it.
    async fn arranges(
        &self,
        asked: Asked,
        command: roster::Command,
    ) -> Result<Option<Arranged>, Status> {
        Ok(Some(arrange(&self.dispatch, asked, command).await?))
    }
}

/// What is done without a word.
const SILENT: String = String::new();

#[tonic::async_trait]
impl Interface for Answering {
    async fn list_work_orders(
        &self,
        request: Request<ListWorkOrdersRequest>,
    ) -> Result<Response<ListWorkOrdersResponse>, Status> {
        let subject = subject(&request)?;
        let asked = requests::list(request.get_ref(), subject)?;
        Ok(Response::new(questions::list_work_orders(&self.dispatch, subject, asked).await?))
    }

    async fn claim(
        &self,
        request: Request<ClaimRequest>,
    ) -> Result<Response<ClaimResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Claim", &request)?;
        let (work_order, by) = requests::deed(&request.get_ref().work_order, &asked.subject)?;
        let command = Command::Claim(Claim { work_order, by });
        Ok(Response::new(ClaimResponse { head: self.does(asked, command, SILENT).await? }))
    }

    async fn assign(
        &self,
        request: Request<AssignRequest>,
    ) -> Result<Response<AssignResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Assign", &request)?;
        let command = Command::Assign(requests::assign(request.get_ref(), &asked.subject)?);
        Ok(Response::new(AssignResponse { head: self.does(asked, command, SILENT).await? }))
    }

    async fn arrive(
        &self,
        request: Request<ArriveRequest>,
    ) -> Result<Response<ArriveResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Arrive", &request)?;
        let (work_order, by) = requests::deed(&request.get_ref().work_order, &asked.subject)?;
        let command = Command::Arrive(Arrive { work_order, by });
        Ok(Response::new(ArriveResponse { head: self.does(asked, command, SILENT).await? }))
    }

    async fn contain(
        &self,
        request: Request<ContainRequest>,
    ) -> Result<Response<ContainResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Contain", &request)?;
        let (work_order, by) = requests::deed(&request.get_ref().work_order, &asked.subject)?;
        let command = Command::Contain(Contain { work_order, by });
        Ok(Response::new(ContainResponse { head: self.does(asked, command, SILENT).await? }))
    }

    async fn hold(&self, request: Request<HoldRequest>) -> Result<Response<HoldResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Hold", &request)?;
        let command = Command::Hold(requests::hold(request.get_ref(), &asked.subject)?);
        Ok(Response::new(HoldResponse { head: self.does(asked, command, SILENT).await? }))
    }

    async fn resume(
        &self,
        request: Request<ResumeRequest>,
    ) -> Result<Response<ResumeResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Resume", &request)?;
        let (work_order, by) = requests::deed(&request.get_ref().work_order, &asked.subject)?;
        let command = Command::Resume(Resume { work_order, by });
        Ok(Response::new(ResumeResponse { head: self.does(asked, command, SILENT).await? }))
    }

    async fn complete(
        &self,
        request: Request<CompleteRequest>,
    ) -> Result<Response<CompleteResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Complete", &request)?;
        let CompleteRequest { work_order, note, next_steps } = request.into_inner();
        let (work_order, by) = requests::deed(&work_order, &asked.subject)?;
        let (words, next_steps) = (requests::note(note)?, requests::next_steps(next_steps)?);
        let complete = Complete { work_order, by, next_steps: !next_steps.is_empty() };
        let deed = Deed { asked, command: Command::Complete(complete), words, next_steps };
        Ok(Response::new(CompleteResponse { head: Some(work(&self.dispatch, deed).await?) }))
    }

    async fn r#return(
        &self,
        request: Request<ReturnRequest>,
    ) -> Result<Response<ReturnResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Return", &request)?;
        let (back, reason) = requests::back(request.into_inner(), &asked.subject)?;
        let command = Command::Return(back);
        Ok(Response::new(ReturnResponse { head: self.does(asked, command, reason).await? }))
    }

    async fn transfer(
        &self,
        request: Request<TransferRequest>,
    ) -> Result<Response<TransferResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Transfer", &request)?;
        let (transfer, reason) = requests::transfer(request.into_inner(), &asked.subject)?;
        let command = Command::Transfer(transfer);
        Ok(Response::new(TransferResponse { head: self.does(asked, command, reason).await? }))
    }

    async fn reassign(
        &self,
        request: Request<ReassignRequest>,
    ) -> Result<Response<ReassignResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Reassign", &request)?;
        let command = Command::Reassign(requests::reassign(request.get_ref(), &asked.subject)?);
        Ok(Response::new(ReassignResponse { head: self.does(asked, command, SILENT).await? }))
    }

    async fn split(
        &self,
        request: Request<SplitRequest>,
    ) -> Result<Response<SplitResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Split", &request)?;
        let (split, task) = requests::split(request.into_inner(), &asked.subject)?;
        let head = self.does(asked, Command::Split(split), task).await?;
        Ok(Response::new(SplitResponse { head }))
    }

    async fn merge(
        &self,
        request: Request<MergeRequest>,
    ) -> Result<Response<MergeResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Merge", &request)?;
        let command = Command::Merge(requests::merge(request.get_ref(), &asked.subject)?);
        Ok(Response::new(MergeResponse { head: self.does(asked, command, SILENT).await? }))
    }

    async fn adjudicate(
        &self,
        request: Request<AdjudicateRequest>,
    ) -> Result<Response<AdjudicateResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Adjudicate", &request)?;
        let (adjudicate, reason) = requests::adjudicate(request.into_inner(), &asked.subject)?;
        let command = Command::Adjudicate(adjudicate);
        Ok(Response::new(AdjudicateResponse { head: self.does(asked, command, reason).await? }))
    }

    async fn ask(&self, request: Request<AskRequest>) -> Result<Response<AskResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Ask", &request)?;
        let (ask, text) = asking::ask(request.into_inner(), &asked.subject)?;
        let head = self.does(asked, Command::Ask(ask), text).await?;
        Ok(Response::new(AskResponse { head }))
    }

    async fn answer(
        &self,
        request: Request<AnswerRequest>,
    ) -> Result<Response<AnswerResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Answer", &request)?;
        let (answer, text) = asking::answer(request.into_inner(), &asked.subject)?;
        let head = self.does(asked, Command::Answer(answer), text).await?;
        Ok(Response::new(AnswerResponse { head }))
    }

    async fn list_questions(
        &self,
        request: Request<ListQuestionsRequest>,
    ) -> Result<Response<ListQuestionsResponse>, Status> {
        let subject = subject(&request)?;
        let asked = asking::list(request.get_ref())?;
        Ok(Response::new(questions::list_questions(&self.dispatch, subject, asked).await?))
    }

    async fn find_next_steps(
        &self,
        request: Request<FindNextStepsRequest>,
    ) -> Result<Response<FindNextStepsResponse>, Status> {
        let asked = requests::completed(request.get_ref())?;
        let subject = subject(&request)?;
        Ok(Response::new(questions::find_next_steps(&self.dispatch, subject, &asked).await?))
    }

    async fn import_holders(
        &self,
        request: Request<ImportHoldersRequest>,
    ) -> Result<Response<ImportHoldersResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/ImportHolders", &request)?;
        let told = requests::holders(request.get_ref())?;
        Ok(Response::new(import_holders(&self.dispatch, &asked, &told).await?))
    }

    async fn show_roster(
        &self,
        request: Request<ShowRosterRequest>,
    ) -> Result<Response<ShowRosterResponse>, Status> {
        let subject = subject(&request)?;
        let asked = rosters::show(request.get_ref())?;
        Ok(Response::new(questions::show_roster(&self.dispatch, subject, asked).await?))
    }

    async fn take_leave(
        &self,
        request: Request<TakeLeaveRequest>,
    ) -> Result<Response<TakeLeaveResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/TakeLeave", &request)?;
        let command = rosters::leave(request.get_ref(), &asked.subject)?;
        Ok(Response::new(TakeLeaveResponse { arranged: self.arranges(asked, command).await? }))
    }

    async fn swap_turns(
        &self,
        request: Request<SwapTurnsRequest>,
    ) -> Result<Response<SwapTurnsResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/SwapTurns", &request)?;
        let command = rosters::swap(request.get_ref(), &asked.subject)?;
        Ok(Response::new(SwapTurnsResponse { arranged: self.arranges(asked, command).await? }))
    }

    async fn cover_post(
        &self,
        request: Request<CoverPostRequest>,
    ) -> Result<Response<CoverPostResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/CoverPost", &request)?;
        let command = rosters::cover(request.get_ref())?;
        Ok(Response::new(CoverPostResponse { arranged: self.arranges(asked, command).await? }))
    }

    async fn end_arrangement(
        &self,
        request: Request<EndArrangementRequest>,
    ) -> Result<Response<EndArrangementResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/EndArrangement", &request)?;
        let command = rosters::end(request.get_ref())?;
        Ok(Response::new(EndArrangementResponse { arranged: self.arranges(asked, command).await? }))
    }

    async fn record_training(
        &self,
        request: Request<RecordTrainingRequest>,
    ) -> Result<Response<RecordTrainingResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/RecordTraining", &request)?;
        let recorded = rosters::train(request.get_ref())?;
        Ok(Response::new(train(&self.dispatch, asked, recorded).await?))
    }

    async fn replace_timetable(
        &self,
        request: Request<ReplaceTimetableRequest>,
    ) -> Result<Response<ReplaceTimetableResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/ReplaceTimetable", &request)?;
        let timetable = timetables::replace(request.get_ref())?;
        Ok(Response::new(replace_timetable(&self.dispatch, asked, timetable).await?))
    }

    async fn show_handover(
        &self,
        request: Request<ShowHandoverRequest>,
    ) -> Result<Response<ShowHandoverResponse>, Status> {
        let subject = subject(&request)?;
        Ok(Response::new(questions::show_handover(&self.dispatch, subject).await?))
    }

    async fn sign_handover(
        &self,
        request: Request<SignHandoverRequest>,
    ) -> Result<Response<SignHandoverResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/SignHandover", &request)?;
        let signature = handovers::sign(request.into_inner())?;
        Ok(Response::new(sign_handover(&self.dispatch, asked, signature).await?))
    }
}
