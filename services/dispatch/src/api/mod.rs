//! The interface `yizhan.dispatch.v1.Dispatch`: what is parsed here is decided elsewhere.

pub(crate) mod answers;
mod requests;

use authz::Action;
use delivery_rpc::Asked;
use dispatch_core::{Arrive, Claim, Command, Complete};
use proto::dispatch::v1::{
    ArriveRequest, ArriveResponse, AssignRequest, AssignResponse, ClaimRequest, ClaimResponse,
    CompleteRequest, CompleteResponse, ImportHoldersRequest, ImportHoldersResponse,
    ListWorkOrdersRequest, ListWorkOrdersResponse,
    dispatch_server::{Dispatch as Interface, DispatchServer},
};
use rpc::subject;
use tonic::{Request, Response, Status, service::Routes};

use crate::{
    Dispatch,
    commands::{Deed, import_holders, work},
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
        let (command, action) = (Command::Claim(Claim { work_order, by }), Action::Claim);
        let deed = Deed { asked, command, action, note: String::new() };
        let head = work(&self.dispatch, deed).await?;
        Ok(Response::new(ClaimResponse { head: Some(head) }))
    }

    async fn assign(
        &self,
        request: Request<AssignRequest>,
    ) -> Result<Response<AssignResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Assign", &request)?;
        let assign = requests::assign(request.get_ref(), &asked.subject)?;
        let (command, action) = (Command::Assign(assign), Action::Assign);
        let deed = Deed { asked, command, action, note: String::new() };
        let head = work(&self.dispatch, deed).await?;
        Ok(Response::new(AssignResponse { head: Some(head) }))
    }

    async fn arrive(
        &self,
        request: Request<ArriveRequest>,
    ) -> Result<Response<ArriveResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Arrive", &request)?;
        let (work_order, by) = requests::deed(&request.get_ref().work_order, &asked.subject)?;
        let (command, action) = (Command::Arrive(Arrive { work_order, by }), Action::Arrive);
        let deed = Deed { asked, command, action, note: String::new() };
        let head = work(&self.dispatch, deed).await?;
        Ok(Response::new(ArriveResponse { head: Some(head) }))
    }

    async fn complete(
        &self,
        request: Request<CompleteRequest>,
    ) -> Result<Response<CompleteResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/Complete", &request)?;
        let CompleteRequest { work_order, note } = request.into_inner();
        let (work_order, by) = requests::deed(&work_order, &asked.subject)?;
        let (command, action) = (Command::Complete(Complete { work_order, by }), Action::Complete);
        let note = requests::note(note)?;
        let head = work(&self.dispatch, Deed { asked, command, action, note }).await?;
        Ok(Response::new(CompleteResponse { head: Some(head) }))
    }

    async fn import_holders(
        &self,
        request: Request<ImportHoldersRequest>,
    ) -> Result<Response<ImportHoldersResponse>, Status> {
        let asked = Asked::of("yizhan.dispatch.v1.Dispatch/ImportHolders", &request)?;
        let holders = requests::holders(&request.get_ref().holders)?;
        Ok(Response::new(import_holders(&self.dispatch, &asked, &holders).await?))
    }
}
