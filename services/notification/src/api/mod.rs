//! gRPC: messages in, messages out, nothing decided.

mod read;
mod write;

use proto::notification::v1::{
    ListMessagesRequest, ListMessagesResponse,
    notification_server::{Notification as Interface, NotificationServer},
};
use rpc::subject;
use tonic::{Request, Response, Status, service::Routes};

use crate::Notification;

/// All that the service answers.
pub(crate) fn routes(notification: Notification) -> Routes {
    let delivery = delivery_rpc::service(notification.delivery.clone());
    Routes::new(NotificationServer::new(notification)).add_service(delivery)
}

#[tonic::async_trait]
impl Interface for Notification {
    async fn list_messages(
        &self,
        request: Request<ListMessagesRequest>,
    ) -> Result<Response<ListMessagesResponse>, Status> {
        let subject = subject(&request)?;
        let wanted = read::wanted(request.get_ref())?;
        let page = Notification::list_messages(self, subject, wanted).await?;
        Ok(Response::new(write::page(page)))
    }
}
