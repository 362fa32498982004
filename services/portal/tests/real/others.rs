//! The other services, as far as the portal's border needs their answers.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use authz::Subject;
use opentelemetry::metrics::{MeterProvider as _, noop::NoopMeterProvider};
use proto::{
    callback_survey::v1::{
        Answer as Answered, ShowSurveyResponse, callback_survey_server::CallbackSurveyServer,
    },
    delivery::v1::delivery_server::DeliveryServer,
    dispatch::v1::{self as dispatch, dispatch_server::DispatchServer},
    escalation_timer::v1::{
        self as timer,
        escalation_timer_server::{EscalationTimer, EscalationTimerServer},
    },
    intake::v1::{
        self as intake,
        intake_server::{Intake, IntakeServer},
    },
};
use rpc::{Code, Error, Server, token::TokenVerifier};
use runtime::config::Peers;
use tonic::{Request, Response, Status, service::Routes};

mod dead;
mod documents;
pub(crate) mod survey;
mod work;

use documents::documents;

type Answer<T> = Result<Response<T>, Status>;

/// One server that plays them all.
pub(crate) struct Others {
    pub(crate) address: SocketAddr,
    pub(crate) told: Told,
}

/// What they were asked, and what they are to answer.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<State>>);

#[derive(Default)]
pub(crate) struct State {
    /// Commands with who sent them and under which key.
    pub(crate) commands: Vec<Command>,
    /// The cases that intake was to accept.
    pub(crate) accepting: Vec<intake::AcceptCaseRequest>,
    /// What intake answers to the next accepted case.
    pub(crate) accepted: intake::AcceptCaseResponse,
    /// What intake knows of every case that it is asked for.
    pub(crate) case: Option<intake::GetCaseResponse>,
    /// What intake knows of similar cases; it fails to say where it knows nothing.
    pub(crate) similar: Option<Vec<intake::SimilarCase>>,
    /// To what it was asked for similar cases.
    pub(crate) similar_to: Vec<intake::FindSimilarRequest>,
    /// What a command answers instead.
    pub(crate) refusal: Option<Error>,
    /// What the opening of a complaint answers instead.
    pub(crate) no_complaint: Option<Error>,
    pub(crate) requesters: Vec<intake::Requester>,
    pub(crate) holders: Vec<dispatch::Holder>,
    /// The numbers of what dispatch was told of them.
    pub(crate) versions: Vec<u64>,
    pub(crate) clocks: Vec<timer::Clock>,
    pub(crate) work_orders: Vec<dispatch::WorkOrder>,
    pub(crate) questions: Vec<dispatch::Question>,
    /// What they were answered.
    pub(crate) answers: Vec<dispatch::AnswerRequest>,
    /// What comes next after work orders, while dispatch answers.
    pub(crate) next_steps: Option<Vec<dispatch::NextSteps>>,
    pub(crate) handover: dispatch::ShowHandoverResponse,
    /// What somebody said of the desk's check list: what is there, and what is missing.
    pub(crate) ticked: [Vec<String>; 2],
    /// Whom dispatch was told to assign.
    pub(crate) assigned: String,
    pub(crate) rosters: Vec<dispatch::PostRoster>,
    /// Who was said to go on leave, and who to stand in.
    pub(crate) leave: [String; 2],
    /// What callback-survey shows by the one link that leads somewhere.
    pub(crate) survey: Option<ShowSurveyResponse>,
    /// The complaints that intake was to open.
    pub(crate) complaints: Vec<intake::ComplainCaseRequest>,
    /// The answer that somebody heard last, as it was recorded.
    pub(crate) recorded: Option<Answered>,
    /// The words that intake was to hear, and under which key.
    pub(crate) heard: Vec<(String, intake::HearWordsRequest)>,
}

/// A command that arrived.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) by: Subject,
    pub(crate) key: String,
}

impl Told {
    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Notes a command, or refuses it as the test wants.
    fn take<M>(&self, name: &'static str, request: &Request<M>) -> Result<(), Error> {
        let (by, key) =
            (rpc::subject(request)?.clone(), rpc::idempotency_key(request)?.to_string());
        let mut state = self.state();
        let of_complaints = state.no_complaint.as_ref().filter(|_| name == "complain");
        if let Some(refusal) = state.refusal.as_ref().or(of_complaints) {
            return Err(refusal.clone());
        }
        state.commands.push(Command { name, by, key });
        Ok(())
    }
}

impl Others {
    pub(crate) async fn serve(tokens: Arc<TokenVerifier>) -> Self {
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
        let (address, told) = (server.address(), Told::default());
        let routes = Routes::new(
            IntakeServer::new(told.clone()).max_decoding_message_size(rpc::LARGEST_CAMPUS),
        )
        .add_service(DispatchServer::new(told.clone()))
        .add_service(DeliveryServer::new(told.clone()))
        .add_service(EscalationTimerServer::new(told.clone()))
        .add_service(CallbackSurveyServer::new(told.clone()));
        tokio::spawn(async move {
            let meter = NoopMeterProvider::new().meter("tests");
            let never = std::future::pending();
            server.serve(routes, proto::DESCRIPTORS, tokens, &meter, never).await.unwrap();
        });
        Self { address, told }
    }
}

/// Where the portal finds the others. Notification is away, and callback-survey but where a test asks
/// it.
pub(crate) fn peer_all(peers: &mut Peers, others: SocketAddr, portal: SocketAddr) {
    let at = |address: SocketAddr| format!("http://{address}").parse::<rpc::Target>().unwrap();
    let nowhere = at("127.0.0.1:1".parse().unwrap());
    *peers = Peers {
        intake: at(others),
        dispatch: at(others),
        escalation_timer: at(others),
        callback_survey: nowhere.clone(),
        notification: nowhere,
        portal: at(portal),
    };
}

fn unused<T>() -> Answer<T> {
    Err(Status::unimplemented("no test needs it"))
}

#[tonic::async_trait]
impl Intake for Told {
    async fn accept_case(
        &self,
        request: Request<intake::AcceptCaseRequest>,
    ) -> Answer<intake::AcceptCaseResponse> {
        self.take("accept", &request)?;
        let mut state = self.state();
        state.accepting.push(request.into_inner());
        Ok(Response::new(state.accepted.clone()))
    }

    async fn get_case(
        &self,
        _: Request<intake::GetCaseRequest>,
    ) -> Answer<intake::GetCaseResponse> {
        let unknown = || Error::new(Code::NotFound, "case-unknown", "there is no such case");
        Ok(Response::new(self.state().case.clone().ok_or_else(unknown)?))
    }

    async fn list_cases(
        &self,
        _: Request<intake::ListCasesRequest>,
    ) -> Answer<intake::ListCasesResponse> {
        unused()
    }

    async fn find_similar(
        &self,
        request: Request<intake::FindSimilarRequest>,
    ) -> Answer<intake::FindSimilarResponse> {
        let mut state = self.state();
        state.similar_to.push(request.into_inner());
        let cases = state.similar.clone();
        let cases = cases.ok_or_else(|| Status::internal("the store is at fault"))?;
        Ok(Response::new(intake::FindSimilarResponse { cases }))
    }

    async fn withdraw_case(
        &self,
        request: Request<intake::WithdrawCaseRequest>,
    ) -> Answer<intake::WithdrawCaseResponse> {
        self.take("withdraw", &request)?;
        Ok(Response::new(intake::WithdrawCaseResponse::default()))
    }

    async fn reopen_case(
        &self,
        _: Request<intake::ReopenCaseRequest>,
    ) -> Answer<intake::ReopenCaseResponse> {
        unused()
    }

    async fn chase_case(
        &self,
        request: Request<intake::ChaseCaseRequest>,
    ) -> Answer<intake::ChaseCaseResponse> {
        self.take("chase", &request)?;
        let chases = 2;
        Ok(Response::new(intake::ChaseCaseResponse { chases, to_head: true, ..Default::default() }))
    }

    async fn complain_case(
        &self,
        request: Request<intake::ComplainCaseRequest>,
    ) -> Answer<intake::AcceptCaseResponse> {
        self.take("complain", &request)?;
        self.state().complaints.push(request.into_inner());
        Ok(Response::new(intake::AcceptCaseResponse {
            case_id: survey::CASE.to_owned(),
            number: "2026-11-000099".to_owned(),
            ..Default::default()
        }))
    }

    async fn hear_words(
        &self,
        request: Request<intake::HearWordsRequest>,
    ) -> Answer<intake::HearWordsResponse> {
        Ok(Response::new(self.hear(&request)?))
    }

    async fn open_alarm(
        &self,
        _: Request<intake::OpenAlarmRequest>,
    ) -> Answer<intake::AcceptCaseResponse> {
        unused()
    }

    async fn open_incident(
        &self,
        _: Request<intake::OpenIncidentRequest>,
    ) -> Answer<intake::AcceptCaseResponse> {
        unused()
    }

    async fn join_incident(
        &self,
        _: Request<intake::JoinIncidentRequest>,
    ) -> Answer<intake::JoinIncidentResponse> {
        unused()
    }

    async fn update_incident(
        &self,
        _: Request<intake::UpdateIncidentRequest>,
    ) -> Answer<intake::UpdateIncidentResponse> {
        unused()
    }

    async fn close_incident(
        &self,
        _: Request<intake::CloseIncidentRequest>,
    ) -> Answer<intake::CloseIncidentResponse> {
        unused()
    }

    async fn get_incident(
        &self,
        _: Request<intake::GetIncidentRequest>,
    ) -> Answer<intake::GetIncidentResponse> {
        unused()
    }

    async fn list_incidents(
        &self,
        _: Request<intake::ListIncidentsRequest>,
    ) -> Answer<intake::ListIncidentsResponse> {
        unused()
    }

    async fn join_case(
        &self,
        request: Request<intake::JoinCaseRequest>,
    ) -> Answer<intake::JoinCaseResponse> {
        self.take("join", &request)?;
        Ok(Response::new(intake::JoinCaseResponse { raised: true, ..Default::default() }))
    }

    async fn unjoin_case(
        &self,
        _: Request<intake::UnjoinCaseRequest>,
    ) -> Answer<intake::UnjoinCaseResponse> {
        unused()
    }

    async fn change_urgency(
        &self,
        _: Request<intake::ChangeUrgencyRequest>,
    ) -> Answer<intake::ChangeUrgencyResponse> {
        unused()
    }

    async fn add_note(
        &self,
        _: Request<intake::AddNoteRequest>,
    ) -> Answer<intake::AddNoteResponse> {
        unused()
    }

    async fn reply_case(
        &self,
        _: Request<intake::ReplyCaseRequest>,
    ) -> Answer<intake::ReplyCaseResponse> {
        unused()
    }

    async fn close_case_as(
        &self,
        _: Request<intake::CloseCaseAsRequest>,
    ) -> Answer<intake::CloseCaseAsResponse> {
        unused()
    }

    async fn log_contact(
        &self,
        _: Request<intake::LogContactRequest>,
    ) -> Answer<intake::LogContactResponse> {
        unused()
    }

    async fn list_contacts(
        &self,
        _: Request<intake::ListContactsRequest>,
    ) -> Answer<intake::ListContactsResponse> {
        unused()
    }

    async fn apply_definitions(
        &self,
        request: Request<intake::ApplyDefinitionsRequest>,
    ) -> Answer<intake::ApplyDefinitionsResponse> {
        self.take("apply", &request)?;
        Ok(Response::new(intake::ApplyDefinitionsResponse::default()))
    }

    async fn get_definitions(
        &self,
        _: Request<intake::GetDefinitionsRequest>,
    ) -> Answer<intake::GetDefinitionsResponse> {
        Ok(Response::new(intake::GetDefinitionsResponse {
            revision: 1,
            applied_at: None,
            documents: documents(),
        }))
    }

    async fn import_requesters(
        &self,
        request: Request<intake::ImportRequestersRequest>,
    ) -> Answer<intake::ImportRequestersResponse> {
        self.take("requesters", &request)?;
        self.state().requesters = request.into_inner().requesters;
        Ok(Response::new(intake::ImportRequestersResponse::default()))
    }

    async fn find_addresses(
        &self,
        _: Request<intake::FindAddressesRequest>,
    ) -> Answer<intake::FindAddressesResponse> {
        unused()
    }
}

#[tonic::async_trait]
impl EscalationTimer for Told {
    async fn list_clocks(
        &self,
        _: Request<timer::ListClocksRequest>,
    ) -> Answer<timer::ListClocksResponse> {
        let clocks = self.state().clocks.clone();
        Ok(Response::new(timer::ListClocksResponse { clocks, ..Default::default() }))
    }

    async fn ask_extension(
        &self,
        request: Request<timer::AskExtensionRequest>,
    ) -> Answer<timer::AskExtensionResponse> {
        self.take("ask-extension", &request)?;
        Ok(Response::new(timer::AskExtensionResponse::default()))
    }

    async fn approve_extension(
        &self,
        request: Request<timer::ApproveExtensionRequest>,
    ) -> Answer<timer::ApproveExtensionResponse> {
        self.take("approve-extension", &request)?;
        Ok(Response::new(timer::ApproveExtensionResponse::default()))
    }

    async fn refuse_extension(
        &self,
        request: Request<timer::RefuseExtensionRequest>,
    ) -> Answer<timer::RefuseExtensionResponse> {
        self.take("refuse-extension", &request)?;
        Ok(Response::new(timer::RefuseExtensionResponse::default()))
    }

    async fn ask_pause(
        &self,
        request: Request<timer::AskPauseRequest>,
    ) -> Answer<timer::AskPauseResponse> {
        self.take("ask-pause", &request)?;
        Ok(Response::new(timer::AskPauseResponse::default()))
    }

    async fn approve_pause(
        &self,
        request: Request<timer::ApprovePauseRequest>,
    ) -> Answer<timer::ApprovePauseResponse> {
        self.take("approve-pause", &request)?;
        Ok(Response::new(timer::ApprovePauseResponse::default()))
    }

    async fn refuse_pause(
        &self,
        request: Request<timer::RefusePauseRequest>,
    ) -> Answer<timer::RefusePauseResponse> {
        self.take("refuse-pause", &request)?;
        Ok(Response::new(timer::RefusePauseResponse::default()))
    }

    async fn extend_late(
        &self,
        request: Request<timer::ExtendLateRequest>,
    ) -> Answer<timer::ExtendLateResponse> {
        self.take("extend-late", &request)?;
        Ok(Response::new(timer::ExtendLateResponse::default()))
    }

    async fn take_over(
        &self,
        request: Request<timer::TakeOverRequest>,
    ) -> Answer<timer::TakeOverResponse> {
        self.take("take-over", &request)?;
        Ok(Response::new(timer::TakeOverResponse::default()))
    }

    async fn give_order(
        &self,
        request: Request<timer::GiveOrderRequest>,
    ) -> Answer<timer::GiveOrderResponse> {
        self.take("give-order", &request)?;
        Ok(Response::new(timer::GiveOrderResponse::default()))
    }

    async fn accept_risk(
        &self,
        request: Request<timer::AcceptRiskRequest>,
    ) -> Answer<timer::AcceptRiskResponse> {
        self.take("accept-risk", &request)?;
        Ok(Response::new(timer::AcceptRiskResponse::default()))
    }
}
