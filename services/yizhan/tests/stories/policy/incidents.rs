//! What intake is asked about incidents by gRPC; the cases of the walk are none, which is said to those
//! alone who may ask.

use proto::{intake::v1 as intake, words::v1 as words};
use rpc::Call;

use super::{
    Question,
    campus::Side,
    grpc::{Asked, Grpc, nothing},
};

impl Grpc {
    pub(super) async fn ask_incidents(
        &self,
        question: &Question<'_>,
        call: &Call,
        method: &str,
    ) -> Asked {
        let incident = || question.world.case(question.probe.action, question.level).to_owned();
        let channel = words::Channel::Hotline.into();
        let mut intake = self.intake();
        match method {
            "OpenIncident" => {
                let (item, places) = (Side::Related.item(question.level), vec!["nowhere".into()]);
                let request =
                    intake::OpenIncidentRequest { item, places, channel, ..Default::default() };
                intake.open_incident(call.request(request)).await.map(nothing)
            }
            "JoinIncident" => {
                let one = intake::IncidentCall { channel, ..Default::default() };
                let who = Some(intake::join_incident_request::Who::Call(Box::new(one)));
                let request = intake::JoinIncidentRequest { incident: incident(), who };
                intake.join_incident(call.request(request)).await.map(nothing)
            }
            "UpdateIncident" => {
                let (incident, cause) = (incident(), "walk".to_owned());
                let request =
                    intake::UpdateIncidentRequest { incident, cause, ..Default::default() };
                intake.update_incident(call.request(request)).await.map(nothing)
            }
            "CloseIncident" => {
                let request =
                    intake::CloseIncidentRequest { incident: incident(), outcome: String::new() };
                intake.close_incident(call.request(request)).await.map(nothing)
            }
            "GetIncident" => {
                let request = intake::GetIncidentRequest { incident: incident() };
                intake.get_incident(call.request(request)).await.map(nothing)
            }
            _ => {
                let request = intake::ListIncidentsRequest::default();
                intake.list_incidents(call.request(request)).await.map(nothing)
            }
        }
    }
}
