//! The interface `yizhan.intake.v1.Intake`: what is parsed here is decided elsewhere.

pub(crate) mod answers;
mod requests;

use delivery_rpc::Asked;
use events::words::Revision;
use proto::intake::v1::{
    AcceptCaseRequest, AcceptCaseResponse, AddNoteRequest, AddNoteResponse,
    ApplyDefinitionsRequest, ApplyDefinitionsResponse, ChangeUrgencyRequest, ChangeUrgencyResponse,
    ChaseCaseRequest, ChaseCaseResponse, CloseCaseAsRequest, CloseCaseAsResponse,
    CloseIncidentRequest, CloseIncidentResponse, ComplainCaseRequest, FindAddressesRequest,
    FindAddressesResponse, FindSimilarRequest, FindSimilarResponse, GetCaseRequest,
    GetCaseResponse, GetDefinitionsRequest, GetDefinitionsResponse, GetIncidentRequest,
    GetIncidentResponse, HearWordsRequest, HearWordsResponse, ImportRequestersRequest,
    ImportRequestersResponse, JoinCaseRequest, JoinCaseResponse, JoinIncidentRequest,
    JoinIncidentResponse, ListCasesRequest, ListCasesResponse, ListContactsRequest,
    ListContactsResponse, ListIncidentsRequest, ListIncidentsResponse, LogContactRequest,
    LogContactResponse, OpenAlarmRequest, OpenIncidentRequest, PersonAtRisk, ReopenCaseRequest,
    ReopenCaseResponse, ReplyCaseRequest, ReplyCaseResponse, UnjoinCaseRequest, UnjoinCaseResponse,
    UpdateIncidentRequest, UpdateIncidentResponse, WithdrawCaseRequest, WithdrawCaseResponse,
    intake_server::{Intake as Interface, IntakeServer},
};
use rpc::{Error, subject};
use tonic::{Request, Response, Status, service::Routes};

use crate::{
    Intake,
    commands::{
        ApplyDefinitions, Chase, Note, Reopen, Spoken, Withdraw, accept::Accepting,
        apply_definitions, called, change_urgency, chase, close_as, close_incident, hear, heed,
        import_requesters, join, join_incident, log_contact, note, reopen, reply, unjoin,
        update_incident, withdraw,
    },
    questions,
};

/// Everything that intake answers by gRPC.
pub(crate) fn routes(intake: Intake, accepting: Accepting) -> Routes {
    let delivery = delivery_rpc::service(intake.delivery.clone());
    let intake = IntakeServer::new(Answering { intake, accepting });
    // The definitions are applied as a whole.
    Routes::new(intake.max_decoding_message_size(rpc::LARGEST_CAMPUS)).add_service(delivery)
}

#[derive(Debug)]
struct Answering {
    intake: Intake,
    accepting: Accepting,
}

impl Answering {
    /// Has the person at risk looked after of whom a command tells, whatever becomes of the command.
    async fn heed(&self, command: &mut impl Spoken) -> Result<Option<PersonAtRisk>, Error> {
        heed(&self.intake, &self.accepting, command).await
    }
}

#[tonic::async_trait]
impl Interface for Answering {
    async fn accept_case(
        &self,
        request: Request<AcceptCaseRequest>,
    ) -> Result<Response<AcceptCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/AcceptCase", &request)?;
        let command = requests::accept(asked, request.into_inner())?;
        Ok(Response::new(self.accepting.accept(command).await?))
    }

    async fn get_case(
        &self,
        request: Request<GetCaseRequest>,
    ) -> Result<Response<GetCaseResponse>, Status> {
        let case = called(&request.get_ref().case)?;
        Ok(Response::new(questions::get_case(&self.intake, subject(&request)?, case).await?))
    }

    async fn list_cases(
        &self,
        request: Request<ListCasesRequest>,
    ) -> Result<Response<ListCasesResponse>, Status> {
        let asked = requests::list(request.get_ref())?;
        Ok(Response::new(questions::list_cases(&self.intake, subject(&request)?, asked).await?))
    }

    async fn find_similar(
        &self,
        request: Request<FindSimilarRequest>,
    ) -> Result<Response<FindSimilarResponse>, Status> {
        let asked = requests::similar(request.get_ref())?;
        Ok(Response::new(questions::find_similar(&self.intake, subject(&request)?, asked).await?))
    }

    async fn withdraw_case(
        &self,
        request: Request<WithdrawCaseRequest>,
    ) -> Result<Response<WithdrawCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/WithdrawCase", &request)?;
        let WithdrawCaseRequest { case, reason } = request.into_inner();
        let (case, reason) = (called(&case)?, requests::reason(reason)?);
        let mut command = Withdraw { asked, case, reason };
        self.heed(&mut command).await?;
        Ok(Response::new(withdraw(&self.intake, command).await?))
    }

    async fn reopen_case(
        &self,
        request: Request<ReopenCaseRequest>,
    ) -> Result<Response<ReopenCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/ReopenCase", &request)?;
        let ReopenCaseRequest { case, reason } = request.into_inner();
        let (case, reason) = (called(&case)?, requests::reason(reason)?);
        let mut command = Reopen { asked, case, reason };
        self.heed(&mut command).await?;
        Ok(Response::new(reopen(&self.intake, command).await?))
    }

    async fn chase_case(
        &self,
        request: Request<ChaseCaseRequest>,
    ) -> Result<Response<ChaseCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/ChaseCase", &request)?;
        let ChaseCaseRequest { case, text } = request.into_inner();
        let (case, text) = (called(&case)?, requests::remark(text)?);
        let mut command = Chase { asked, case, text };
        let person_at_risk = self.heed(&mut command).await?;
        let answer = chase(&self.intake, command).await?;
        Ok(Response::new(ChaseCaseResponse { person_at_risk, ..answer }))
    }

    async fn complain_case(
        &self,
        request: Request<ComplainCaseRequest>,
    ) -> Result<Response<AcceptCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/ComplainCase", &request)?;
        let mut command = requests::complain(asked, request.into_inner())?;
        let person_at_risk = self.heed(&mut command).await?;
        let answer = self.accepting.accept(command).await?;
        Ok(Response::new(AcceptCaseResponse { person_at_risk, ..answer }))
    }

    async fn hear_words(
        &self,
        request: Request<HearWordsRequest>,
    ) -> Result<Response<HearWordsResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/HearWords", &request)?;
        let command = requests::hear(asked, request.into_inner())?;
        Ok(Response::new(hear(&self.intake, &self.accepting, command).await?))
    }

    async fn join_case(
        &self,
        request: Request<JoinCaseRequest>,
    ) -> Result<Response<JoinCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/JoinCase", &request)?;
        let mut command = requests::join(asked, request.into_inner())?;
        let person_at_risk = self.heed(&mut command).await?;
        let answer = join(&self.intake, command).await?;
        Ok(Response::new(JoinCaseResponse { person_at_risk, ..answer }))
    }

    async fn unjoin_case(
        &self,
        request: Request<UnjoinCaseRequest>,
    ) -> Result<Response<UnjoinCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/UnjoinCase", &request)?;
        let mut command = requests::unjoin(asked, request.into_inner())?;
        self.heed(&mut command).await?;
        Ok(Response::new(unjoin(&self.intake, command).await?))
    }

    async fn change_urgency(
        &self,
        request: Request<ChangeUrgencyRequest>,
    ) -> Result<Response<ChangeUrgencyResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/ChangeUrgency", &request)?;
        let mut command = requests::urgency(asked, request.into_inner())?;
        self.heed(&mut command).await?;
        Ok(Response::new(change_urgency(&self.intake, command).await?))
    }

    async fn add_note(
        &self,
        request: Request<AddNoteRequest>,
    ) -> Result<Response<AddNoteResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/AddNote", &request)?;
        let AddNoteRequest { case, text } = request.into_inner();
        let (case, text) = (called(&case)?, requests::note(text)?);
        let mut command = Note { asked, case, text };
        let person_at_risk = self.heed(&mut command).await?;
        let answer = note(&self.intake, command).await?;
        Ok(Response::new(AddNoteResponse { person_at_risk, ..answer }))
    }

    async fn reply_case(
        &self,
        request: Request<ReplyCaseRequest>,
    ) -> Result<Response<ReplyCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/ReplyCase", &request)?;
        let mut command = requests::reply(asked, request.into_inner())?;
        self.heed(&mut command).await?;
        Ok(Response::new(reply(&self.intake, command).await?))
    }

    async fn close_case_as(
        &self,
        request: Request<CloseCaseAsRequest>,
    ) -> Result<Response<CloseCaseAsResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/CloseCaseAs", &request)?;
        let mut command = requests::close_as(asked, request.into_inner())?;
        self.heed(&mut command).await?;
        Ok(Response::new(close_as(&self.intake, command).await?))
    }

    async fn open_incident(
        &self,
        request: Request<OpenIncidentRequest>,
    ) -> Result<Response<AcceptCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/OpenIncident", &request)?;
        let command = requests::open_incident(asked, request.into_inner())?;
        Ok(Response::new(self.accepting.accept(command).await?))
    }

    async fn join_incident(
        &self,
        request: Request<JoinIncidentRequest>,
    ) -> Result<Response<JoinIncidentResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/JoinIncident", &request)?;
        let mut command = requests::join_incident(asked, request.into_inner())?;
        let person_at_risk = self.heed(&mut command).await?;
        let answer = join_incident(&self.intake, command).await?;
        Ok(Response::new(JoinIncidentResponse { person_at_risk, ..answer }))
    }

    async fn update_incident(
        &self,
        request: Request<UpdateIncidentRequest>,
    ) -> Result<Response<UpdateIncidentResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/UpdateIncident", &request)?;
        let mut command = requests::update_incident(asked, request.into_inner())?;
        self.heed(&mut command).await?;
        Ok(Response::new(update_incident(&self.intake, command).await?))
    }

    async fn close_incident(
        &self,
        request: Request<CloseIncidentRequest>,
    ) -> Result<Response<CloseIncidentResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/CloseIncident", &request)?;
        let mut command = requests::close_incident(asked, request.into_inner())?;
        self.heed(&mut command).await?;
        Ok(Response::new(close_incident(&self.intake, command).await?))
    }

    async fn get_incident(
        &self,
        request: Request<GetIncidentRequest>,
    ) -> Result<Response<GetIncidentResponse>, Status> {
        let incident = called(&request.get_ref().incident)?;
        let subject = subject(&request)?;
        Ok(Response::new(questions::get_incident(&self.intake, subject, incident).await?))
    }

    async fn list_incidents(
        &self,
        request: Request<ListIncidentsRequest>,
    ) -> Result<Response<ListIncidentsResponse>, Status> {
        let asked = requests::incidents(request.get_ref())?;
        let subject = subject(&request)?;
        Ok(Response::new(questions::list_incidents(&self.intake, subject, asked).await?))
    }

    async fn open_alarm(
        &self,
        request: Request<OpenAlarmRequest>,
    ) -> Result<Response<AcceptCaseResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/OpenAlarm", &request)?;
        let command = requests::open_alarm(asked, request.into_inner())?;
        Ok(Response::new(self.accepting.accept(command).await?))
    }

    async fn log_contact(
        &self,
        request: Request<LogContactRequest>,
    ) -> Result<Response<LogContactResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/LogContact", &request)?;
        let mut command = requests::log_contact(asked, request.into_inner())?;
        let person_at_risk = self.heed(&mut command).await?;
        let answer = log_contact(&self.intake, command).await?;
        Ok(Response::new(LogContactResponse { person_at_risk, ..answer }))
    }

    async fn list_contacts(
        &self,
        request: Request<ListContactsRequest>,
    ) -> Result<Response<ListContactsResponse>, Status> {
        let asked = requests::contacts(request.get_ref())?;
        Ok(Response::new(questions::list_contacts(&self.intake, subject(&request)?, asked).await?))
    }

    async fn apply_definitions(
        &self,
        request: Request<ApplyDefinitionsRequest>,
    ) -> Result<Response<ApplyDefinitionsResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/ApplyDefinitions", &request)?;
        let ApplyDefinitionsRequest { files, dry_run } = request.into_inner();
        let files = files.into_iter().map(|file| (file.name, file.text)).collect();
        let command = ApplyDefinitions { asked, files, dry_run };
        Ok(Response::new(apply_definitions(&self.intake, command).await?))
    }

    async fn get_definitions(
        &self,
        request: Request<GetDefinitionsRequest>,
    ) -> Result<Response<GetDefinitionsResponse>, Status> {
        let revision = Some(request.get_ref().revision).filter(|revision| *revision > 0);
        let revision = revision.map(Revision);
        let subject = subject(&request)?;
        Ok(Response::new(questions::get_definitions(&self.intake, subject, revision).await?))
    }

    async fn import_requesters(
        &self,
        request: Request<ImportRequestersRequest>,
    ) -> Result<Response<ImportRequestersResponse>, Status> {
        let asked = Asked::of("yizhan.intake.v1.Intake/ImportRequesters", &request)?;
        let requesters = requests::requesters(request.into_inner())?;
        Ok(Response::new(import_requesters(&self.intake, &asked, requesters).await?))
    }

    async fn find_addresses(
        &self,
        request: Request<FindAddressesRequest>,
    ) -> Result<Response<FindAddressesResponse>, Status> {
        let person = requests::person(&request.get_ref().person)?;
        let subject = subject(&request)?;
        Ok(Response::new(questions::find_addresses(&self.intake, subject, person).await?))
    }
}
