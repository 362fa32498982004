//! gRPC: messages in, messages out, nothing decided.

mod requests;
mod write;

use authz::Action;
use delivery_rpc::{Asked, Failure};
use escalation_timer_core::Command;
use proto::{
    delivery::v1::Head,
    escalation_timer::v1::{
        AcceptRiskRequest, AcceptRiskResponse, ApproveExtensionRequest, ApproveExtensionResponse,
        ApprovePauseRequest, ApprovePauseResponse, AskExtensionRequest, AskExtensionResponse,
        AskPauseRequest, AskPauseResponse, ExtendLateRequest, ExtendLateResponse, GiveOrderRequest,
        GiveOrderResponse, ListClocksRequest, ListClocksResponse, RefuseExtensionRequest,
        RefuseExtensionResponse, RefusePauseRequest, RefusePauseResponse, TakeOverRequest,
        TakeOverResponse,
        escalation_timer_server::{EscalationTimer as Interface, EscalationTimerServer},
    },
};
use rpc::{Code, Error, account, subject};
use tonic::{Request, Response, Status, service::Routes};

use crate::{
    EscalationTimer,
    commands::{Deed, act},
};

/// All that the service answers.
pub(crate) fn routes(timer: EscalationTimer) -> Routes {
    let delivery = delivery_rpc::service(timer.delivery.clone());
    Routes::new(EscalationTimerServer::new(timer)).add_service(delivery)
}

impl EscalationTimer {
    async fn act(
        &self,
        asked: Asked,
        read: requests::Read,
        action: Action,
    ) -> Result<Head, Failure> {
        let requests::Read { case, command, words } = read;
        let account = account(&asked.subject)?;
        act(self, Deed { asked, case, command, action, account, words }).await
    }
}

#[tonic::async_trait]
impl Interface for EscalationTimer {
    async fn list_clocks(
        &self,
        request: Request<ListClocksRequest>,
    ) -> Result<Response<ListClocksResponse>, Status> {
        let subject = subject(&request)?;
        let case = request.get_ref().case_id.parse().map_err(|_| malformed())?;
        let explained = EscalationTimer::list_clocks(self, subject, case).await?;
        Ok(Response::new(write::clocks(&explained)))
    }

    async fn ask_extension(
        &self,
        request: Request<AskExtensionRequest>,
    ) -> Result<Response<AskExtensionResponse>, Status> {
        let asked = Asked::of("yizhan.escalation_timer.v1.EscalationTimer/AskExtension", &request)?;
        let read = requests::ask_extension(request.get_ref(), &asked.subject)?;
        let head = Some(self.act(asked, read, Action::AskExtension).await?);
        Ok(Response::new(AskExtensionResponse { head }))
    }

    async fn approve_extension(
        &self,
        request: Request<ApproveExtensionRequest>,
    ) -> Result<Response<ApproveExtensionResponse>, Status> {
        let asked =
            Asked::of("yizhan.escalation_timer.v1.EscalationTimer/ApproveExtension", &request)?;
        let read = requests::decide_extension(
            &request.get_ref().case_id,
            &asked.subject,
            Command::ApproveExtension,
        )?;
        let head = Some(self.act(asked, read, Action::DecideExtension).await?);
        Ok(Response::new(ApproveExtensionResponse { head }))
    }

    async fn refuse_extension(
        &self,
        request: Request<RefuseExtensionRequest>,
    ) -> Result<Response<RefuseExtensionResponse>, Status> {
        let asked =
            Asked::of("yizhan.escalation_timer.v1.EscalationTimer/RefuseExtension", &request)?;
        let read = requests::decide_extension(
            &request.get_ref().case_id,
            &asked.subject,
            Command::RefuseExtension,
        )?;
        let head = Some(self.act(asked, read, Action::DecideExtension).await?);
        Ok(Response::new(RefuseExtensionResponse { head }))
    }

    async fn ask_pause(
        &self,
        request: Request<AskPauseRequest>,
    ) -> Result<Response<AskPauseResponse>, Status> {
        let asked = Asked::of("yizhan.escalation_timer.v1.EscalationTimer/AskPause", &request)?;
        let read = requests::ask_pause(request.into_inner(), &asked.subject)?;
        let head = Some(self.act(asked, read, Action::AskPause).await?);
        Ok(Response::new(AskPauseResponse { head }))
    }

    async fn approve_pause(
        &self,
        request: Request<ApprovePauseRequest>,
    ) -> Result<Response<ApprovePauseResponse>, Status> {
        let asked = Asked::of("yizhan.escalation_timer.v1.EscalationTimer/ApprovePause", &request)?;
        let ApprovePauseRequest { case_id, work_order } = request.get_ref();
        let read =
            requests::decide_pause((case_id, work_order), &asked.subject, Command::ApprovePause)?;
        let head = Some(self.act(asked, read, Action::DecidePause).await?);
        Ok(Response::new(ApprovePauseResponse { head }))
    }

    async fn refuse_pause(
        &self,
        request: Request<RefusePauseRequest>,
    ) -> Result<Response<RefusePauseResponse>, Status> {
        let asked = Asked::of("yizhan.escalation_timer.v1.EscalationTimer/RefusePause", &request)?;
        let RefusePauseRequest { case_id, work_order } = request.get_ref();
        let read =
            requests::decide_pause((case_id, work_order), &asked.subject, Command::RefusePause)?;
        let head = Some(self.act(asked, read, Action::DecidePause).await?);
        Ok(Response::new(RefusePauseResponse { head }))
    }

    async fn extend_late(
        &self,
        request: Request<ExtendLateRequest>,
    ) -> Result<Response<ExtendLateResponse>, Status> {
        let asked = Asked::of("yizhan.escalation_timer.v1.EscalationTimer/ExtendLate", &request)?;
        let read = requests::extend_late(request.get_ref(), &asked.subject)?;
        let head = Some(self.act(asked, read, Action::ExtendLate).await?);
        Ok(Response::new(ExtendLateResponse { head }))
    }

    async fn take_over(
        &self,
        request: Request<TakeOverRequest>,
    ) -> Result<Response<TakeOverResponse>, Status> {
        let asked = Asked::of("yizhan.escalation_timer.v1.EscalationTimer/TakeOver", &request)?;
        let read = requests::take_over(request.get_ref(), &asked.subject)?;
        let head = Some(self.act(asked, read, Action::TakeOver).await?);
        Ok(Response::new(TakeOverResponse { head }))
    }

    async fn give_order(
        &self,
        request: Request<GiveOrderRequest>,
    ) -> Result<Response<GiveOrderResponse>, Status> {
        let asked = Asked::of("yizhan.escalation_timer.v1.EscalationTimer/GiveOrder", &request)?;
        let read = requests::give_order(request.into_inner(), &asked.subject)?;
        let head = Some(self.act(asked, read, Action::GiveOrder).await?);
        Ok(Response::new(GiveOrderResponse { head }))
    }

    async fn accept_risk(
        &self,
        request: Request<AcceptRiskRequest>,
    ) -> Result<Response<AcceptRiskResponse>, Status> {
        let asked = Asked::of("yizhan.escalation_timer.v1.EscalationTimer/AcceptRisk", &request)?;
        let read = requests::accept_risk(request.get_ref(), &asked.subject)?;
        let head = Some(self.act(asked, read, Action::AcceptRisk).await?);
        Ok(Response::new(AcceptRiskResponse { head }))
    }
}

fn malformed() -> Error {
    let message = "a case is named by its UUID";
    Error::new(Code::InvalidArgument, "case-malformed", message).violating("case_id", message)
}
