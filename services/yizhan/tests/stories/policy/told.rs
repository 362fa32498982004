//! What notification is asked by gRPC.

use clock::{Clock, Ids as _, RandomIds};
use events::words::Service;
use proto::notification::v1::{self as notification, notification_client::NotificationClient};
use rpc::Call;

use super::{
    Question,
    grpc::{Asked, Grpc, nothing, only},
};

impl Grpc {
    pub(super) async fn ask_notification(
        &self,
        question: &Question<'_>,
        call: &Call,
        method: &str,
    ) -> Asked {
        let mut asked = NotificationClient::new(self.channel(Service::Notification));
        match method {
            "AcknowledgeMessages" => {
                let case = question.world.case(question.probe.action, question.level).to_owned();
                let request = notification::AcknowledgeMessagesRequest { case };
                asked.acknowledge_messages(call.request(request)).await.map(nothing)
            }
            "AcknowledgeAlarm" => {
                let case = question.world.case(question.probe.action, question.level).to_owned();
                let request = notification::AcknowledgeAlarmRequest { case };
                asked.acknowledge_alarm(call.request(request)).await.map(nothing)
            }
            "RaiseAlarm" => {
                let request = notification::RaiseAlarmRequest::default();
                asked.raise_alarm(call.request(request)).await.map(nothing)
            }
            "ListPhoneCalls" => {
                let request = notification::ListPhoneCallsRequest::default();
                asked.list_phone_calls(call.request(request)).await.map(nothing)
            }
            "TakePhoneCall" => {
                let request = notification::TakePhoneCallRequest {};
                asked.take_phone_call(call.request(request)).await.map(nothing)
            }
            "SettlePhoneCall" => {
                let call_id = RandomIds::new(Clock::system()).uuid().to_string();
                let request =
                    notification::SettlePhoneCallRequest { call: call_id, reached: false };
                asked.settle_phone_call(call.request(request)).await.map(nothing)
            }
            _ => Ok(only(self.all_messages(call).await?, |message| message.id)),
        }
    }
}
