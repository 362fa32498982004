//! The other services, and calls to them on behalf of whoever asks the portal.

use std::collections::BTreeMap;

use events::words::Service;
use proto::{
    callback_survey::v1::callback_survey_client::CallbackSurveyClient,
    delivery::v1::delivery_client::DeliveryClient, dispatch::v1::dispatch_client::DispatchClient,
    escalation_timer::v1::escalation_timer_client::EscalationTimerClient,
    intake::v1::intake_client::IntakeClient,
    notification::v1::notification_client::NotificationClient,
};
use rpc::{Channel, Error};

/// A channel to each service of the installation, the portal's own interface too: what every
/// service answers about its dead letters is asked of all in one way.
#[derive(Debug, Clone)]
pub(crate) struct Peers(BTreeMap<Service, Channel>);

impl Peers {
    /// Each by a channel that `connect` makes.
    pub(crate) fn new<E>(connect: impl Fn(Service) -> Result<Channel, E>) -> Result<Self, E> {
        let connected = Service::ALL.iter().map(|&service| Ok((service, connect(service)?)));
        connected.collect::<Result<_, _>>().map(Self)
    }

    fn channel(&self, service: Service) -> Result<Channel, Error> {
        let missing = || Error::internal(format!("there is no channel to {service}"));
        self.0.get(&service).cloned().ok_or_else(missing)
    }

    pub(crate) fn intake(&self) -> Result<IntakeClient<Channel>, Error> {
        let client = self.channel(Service::Intake).map(IntakeClient::new)?;
        // The definitions are read as a whole.
        Ok(client.max_decoding_message_size(rpc::LARGEST_CAMPUS))
    }

    pub(crate) fn dispatch(&self) -> Result<DispatchClient<Channel>, Error> {
        self.channel(Service::Dispatch).map(DispatchClient::new)
    }

    pub(crate) fn escalation_timer(&self) -> Result<EscalationTimerClient<Channel>, Error> {
        self.channel(Service::EscalationTimer).map(EscalationTimerClient::new)
    }

    pub(crate) fn callback_survey(&self) -> Result<CallbackSurveyClient<Channel>, Error> {
        self.channel(Service::CallbackSurvey).map(CallbackSurveyClient::new)
    }

    pub(crate) fn notification(&self) -> Result<NotificationClient<Channel>, Error> {
        self.channel(Service::Notification).map(NotificationClient::new)
    }

    pub(crate) fn delivery(&self, service: Service) -> Result<DeliveryClient<Channel>, Error> {
        self.channel(service).map(DeliveryClient::new)
    }
}
