//! gRPC: messages in, messages out, nothing decided.

mod read;
pub(crate) mod write;

use authz::{Action, Relations};
use delivery_rpc::Asked;
use events::words::Level;
use proto::notification::v1::{
    AcknowledgeAlarmRequest, AcknowledgeAlarmResponse, AcknowledgeMessagesRequest,
    AcknowledgeMessagesResponse, ListMessagesRequest, ListMessagesResponse, ListPhoneCallsRequest,
    ListPhoneCallsResponse, RaiseAlarmRequest, RaiseAlarmResponse, SettlePhoneCallRequest,
    SettlePhoneCallResponse, TakePhoneCallRequest, TakePhoneCallResponse,
    notification_server::{Notification as Interface, NotificationServer},
};
use rpc::{PageSize, authorize, subject};
use tonic::{Request, Response, Status, service::Routes};

use crate::{Notification, commands::called};

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

    async fn acknowledge_messages(
        &self,
        request: Request<AcknowledgeMessagesRequest>,
    ) -> Result<Response<AcknowledgeMessagesResponse>, Status> {
        let method = "yizhan.notification.v1.Notification/AcknowledgeMessages";
        let asked = Asked::of(method, &request)?;
        let case = called(&request.get_ref().case)?;
        Ok(Response::new(self.acknowledge(asked, case).await?))
    }

    async fn list_phone_calls(
        &self,
        request: Request<ListPhoneCallsRequest>,
    ) -> Result<Response<ListPhoneCallsResponse>, Status> {
        let subject = subject(&request)?;
        let after = read::after(request.get_ref())?;
        let page_size = PageSize::asked(request.get_ref().page_size);
        let page = Notification::list_phone_calls(self, subject, page_size, after).await?;
        Ok(Response::new(page))
    }

    async fn take_phone_call(
        &self,
        request: Request<TakePhoneCallRequest>,
    ) -> Result<Response<TakePhoneCallResponse>, Status> {
        let method = "yizhan.notification.v1.Notification/TakePhoneCall";
        let asked = Asked::of(method, &request)?;
        Ok(Response::new(Notification::take_phone_call(self, asked).await?))
    }

    async fn settle_phone_call(
        &self,
        request: Request<SettlePhoneCallRequest>,
    ) -> Result<Response<SettlePhoneCallResponse>, Status> {
        let method = "yizhan.notification.v1.Notification/SettlePhoneCall";
        let asked = Asked::of(method, &request)?;
        let SettlePhoneCallRequest { call, reached } = request.into_inner();
        let call = read::call(&call)?;
        Ok(Response::new(Notification::settle_phone_call(self, asked, call, reached).await?))
    }

    async fn raise_alarm(
        &self,
        request: Request<RaiseAlarmRequest>,
    ) -> Result<Response<RaiseAlarmResponse>, Status> {
        authorize(subject(&request)?, Action::RaiseAlarm, Relations::NONE, Level::Public)?;
        Notification::raise_alarm(self, &request.get_ref().event).await?;
        Ok(Response::new(RaiseAlarmResponse {}))
    }

    async fn acknowledge_alarm(
        &self,
        request: Request<AcknowledgeAlarmRequest>,
    ) -> Result<Response<AcknowledgeAlarmResponse>, Status> {
        let method = "yizhan.notification.v1.Notification/AcknowledgeAlarm";
        let asked = Asked::of(method, &request)?;
        let case = called(&request.get_ref().case)?;
        Ok(Response::new(Notification::acknowledge_alarm(self, asked, case).await?))
    }
}
