//! gRPC: messages in, messages out, nothing decided.

mod write;

use proto::escalation_timer::v1::{
    ListClocksRequest, ListClocksResponse,
    escalation_timer_server::{EscalationTimer as Interface, EscalationTimerServer},
};
use rpc::{Code, Error, subject};
use tonic::{Request, Response, Status, service::Routes};

use crate::EscalationTimer;

/// All that the service answers.
pub(crate) fn routes(timer: EscalationTimer) -> Routes {
    let delivery = delivery_rpc::service(timer.delivery.clone());
    Routes::new(EscalationTimerServer::new(timer)).add_service(delivery)
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
}

fn malformed() -> Error {
    let message = "a case is named by its UUID";
    Error::new(Code::InvalidArgument, "case-malformed", message).violating("case_id", message)
}
