//! The link by which a reporter answers: sent to them alone, and a secret to all others.

use std::{collections::BTreeMap, sync::Arc};

use authz::{Role, Subject};
use clock::{CallbackId, PersonId};
use events::{
    SurveyFact,
    survey::CallbackDueV1,
    words::{Cycle, Level},
};
use jiff::SignedDuration;
use proto::callback_survey::v1::{
    self as survey,
    callback_survey_server::{CallbackSurvey, CallbackSurveyServer},
};
use service_kit::{id, somebody};
use tonic::{Request, Response, Status, transport::server::TcpIncoming};

use crate::case::{Told, completed, leak, reporter};

pub(crate) const SECRET: &str = "00112233445566778899aabbccddeeff00112233";

/// Callback-survey, which knows these links.
struct Survey(Arc<BTreeMap<(String, String), &'static str>>);

/// Starts it; where it is.
pub(crate) fn survey(callback: CallbackId, person: PersonId) -> rpc::Target {
    let links = BTreeMap::from([((callback.to_string(), person.to_string()), SECRET)]);
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = incoming.local_addr().unwrap();
    let served = CallbackSurveyServer::new(Survey(Arc::new(links)));
    let server = tonic::transport::Server::builder().add_service(served);
    tokio::spawn(server.serve_with_incoming(incoming));
    format!("http://{address}").parse().unwrap()
}

pub(crate) fn due(callback: CallbackId, linked: Vec<PersonId>) -> SurveyFact {
    let (cycle, first_attempt_by) = (Cycle::FIRST, "2026-11-26T20:50:00+08:00".parse().unwrap());
    CallbackDueV1 { callback, cycle, first_attempt_by, linked }.into()
}

pub(crate) fn requester(person: PersonId) -> Subject {
    Subject { person: Some(person), ..somebody(Role::Requester, None) }
}

#[tokio::test]
async fn a_link_is_shown_to_its_recipient_and_to_nobody_else_and_is_in_no_row() {
    let told = Told::starting_at("10:00").await;
    let (case, callback) = (id(), CallbackId::from_uuid(id()));
    let at = survey(callback, reporter());
    let replica = told
        .start_with(|config| {
            config.peers.callback_survey = at;
            config.http.public_url = Some("https://yizhan.example.edu/".to_owned());
        })
        .await;
    told.tell(case, events::IntakeFact::from(leak())).await;
    told.tell(case, completed()).await;
    told.tell(case, due(callback, vec![reporter()])).await;
    told.jump(SignedDuration::from_mins(1));
    let requester_is = format!("person/{}", reporter());
    let tells = told.tells(case, 3).await;
    assert!(tells.contains(&format!("{requester_is}: survey")), "{tells:?}");

    let link = format!("https://yizhan.example.edu/s/{SECRET}");
    let shown = told.list(&replica, &requester(reporter())).await;
    let message = shown.iter().find(|message| message.template == "survey").unwrap();
    assert_eq!(message.text.matches(&link).count(), 2, "in each language: {}", message.text);
    assert!(!message.critical, "nobody is woken for it");
    for role in [Role::HallDirector, Role::Auditor, Role::DutyCounsellor] {
        // Whoever may read it, with the role of a requester besides, is not whom it is to.
        let who = Subject { person: Some(PersonId::from_uuid(id())), ..somebody(role, None) };
        let shown = told.list(&replica, &who).await;
        let message = shown.iter().find(|message| message.template == "survey").unwrap();
        assert!(!message.text.contains("/s/"), "{role}: {}", message.text);
        assert!(message.text.contains("for its recipient alone"), "{role}: {}", message.text);
    }
    for table in ["notification.message", "delivery.outbox", "delivery.audit"] {
        let query = format!(
            "select count(*) from {table} t where t::text like '%{SECRET}%'
                or t::text like '%' || encode('{SECRET}', 'hex') || '%'"
        );
        let found: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(told.pool()).await.unwrap();
        assert_eq!(found, 0, "{table}");
    }
    replica.stop().await;
}

#[tokio::test]
async fn without_callback_survey_the_rest_of_a_message_is_shown() {
    let told = Told::starting_at("10:00").await;
    let (case, callback) = (id(), CallbackId::from_uuid(id()));
    let replica = told
        .start_with(|config| config.http.public_url = Some("https://yizhan.example.edu".to_owned()))
        .await;
    told.tell(case, events::IntakeFact::from(leak())).await;
    told.tell(case, due(callback, vec![reporter()])).await;
    let shown = told.list(&replica, &requester(reporter())).await;
    let message = shown.iter().find(|message| message.template == "survey").unwrap();
    assert!(message.text.contains("2026-11-000007"), "{}", message.text);
    assert!(message.text.contains("look again later"), "{}", message.text);
    replica.stop().await;
}

#[tokio::test]
async fn who_has_no_link_is_sent_none() {
    let told = Told::starting_at("10:00").await;
    let (case, callback) = (id(), CallbackId::from_uuid(id()));
    let replica = told.start().await;
    let restricted = events::intake::CaseAcceptedV1 { level: Level::Restricted, ..leak() };
    told.tell(case, events::IntakeFact::from(restricted)).await;
    told.tell(case, due(callback, Vec::new())).await;
    let shown = told.list(&replica, &requester(reporter())).await;
    let templates: Vec<_> = shown.iter().map(|message| &*message.template).collect();
    assert_eq!(templates, ["accepted"]);
    replica.stop().await;
}

#[tokio::test]
async fn nobody_is_sent_a_link_where_it_is_not_known_how_people_reach_the_portal() {
    let told = Told::starting_at("10:00").await;
    let (case, callback) = (id(), CallbackId::from_uuid(id()));
    let replica = told.start().await;
    told.tell(case, events::IntakeFact::from(leak())).await;
    told.tell(case, due(callback, vec![reporter()])).await;
    let shown = told.list(&replica, &requester(reporter())).await;
    let templates: Vec<_> = shown.iter().map(|message| &*message.template).collect();
    assert_eq!(templates, ["accepted"]);
    replica.stop().await;
}

fn unused<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("no test needs it"))
}

#[tonic::async_trait]
impl CallbackSurvey for Survey {
    async fn find_links(
        &self,
        request: Request<survey::FindLinksRequest>,
    ) -> Result<Response<survey::FindLinksResponse>, Status> {
        let asked = request.into_inner().links.into_iter();
        let known = asked.filter_map(|link| {
            let token = self.0.get(&(link.callback.clone(), link.person.clone()))?;
            Some(survey::Link { token: (*token).to_owned(), ..link })
        });
        Ok(Response::new(survey::FindLinksResponse { links: known.collect() }))
    }

    async fn get_figures(
        &self,
        _: Request<survey::GetFiguresRequest>,
    ) -> Result<Response<survey::GetFiguresResponse>, Status> {
        unused()
    }

    async fn next_callback(
        &self,
        _: Request<survey::NextCallbackRequest>,
    ) -> Result<Response<survey::NextCallbackResponse>, Status> {
        unused()
    }

    async fn record_attempt(
        &self,
        _: Request<survey::RecordAttemptRequest>,
    ) -> Result<Response<survey::RecordAttemptResponse>, Status> {
        unused()
    }

    async fn list_callbacks(
        &self,
        _: Request<survey::ListCallbacksRequest>,
    ) -> Result<Response<survey::ListCallbacksResponse>, Status> {
        unused()
    }

    async fn show_survey(
        &self,
        _: Request<survey::ShowSurveyRequest>,
    ) -> Result<Response<survey::ShowSurveyResponse>, Status> {
        unused()
    }

    async fn answer_survey(
        &self,
        _: Request<survey::AnswerSurveyRequest>,
    ) -> Result<Response<survey::AnswerSurveyResponse>, Status> {
        unused()
    }
}
