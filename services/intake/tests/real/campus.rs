//! The example campus with a running intake, and people who ask it.

use std::{fs, ops::Deref, sync::Arc, time::Duration};

use authz::{Role, Subject};
use clock::{Clock, PersonId};
use events::words::Service;
use proto::{
    intake::v1::{
        AcceptCaseRequest, AcceptCaseResponse, ApplyDefinitionsRequest, ApplyDefinitionsResponse,
        GetCaseRequest, GetCaseResponse, ListCasesRequest, SourceFile, WithdrawCaseRequest,
        intake_client::IntakeClient,
    },
    words::v1::Channel as Way,
};
use rpc::{Call, Channel, Error};
use runtime::Config;
use service_kit::{Door, Replica, Site, id};

/// How long a caller waits: far longer than anything takes, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A migrated database of intake, and its files.
pub(crate) struct Campus(Arc<Site>);

impl Deref for Campus {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.0
    }
}

impl Campus {
    pub(crate) async fn new() -> Self {
        Self(Arc::new(Site::new(Service::Intake, &intake::SCHEMAS).await))
    }

    /// Puts a new master key before the others; an intake that starts then seals with it.
    pub(crate) fn rotate_master_key(&self) {
        let file = self.file("master");
        let before = fs::read_to_string(&file).unwrap();
        fs::write(file, format!("{}\n{before}", "6b".repeat(32))).unwrap();
    }

    /// Starts intake without a broker.
    pub(crate) async fn start(&self) -> Running {
        self.start_with(|_| ()).await
    }

    /// Starts intake on this broker.
    pub(crate) async fn start_on(&self, broker: &str) -> Running {
        self.start_with(|config| broker.clone_into(&mut config.broker.url)).await
    }

    /// Starts intake with another configuration.
    pub(crate) async fn start_with(&self, change: impl FnOnce(&mut Config)) -> Running {
        let door: Door = |host, serving| Box::pin(intake::run(host, serving));
        let replica = self.0.start_with(door, change).await;
        Running { site: Arc::clone(&self.0), replica }
    }

    /// Starts intake without a broker, with the example campus applied.
    pub(crate) async fn open(&self) -> Running {
        let intake = self.start().await;
        intake.apply(&example()).await.unwrap();
        intake
    }
}

/// An intake that serves.
pub(crate) struct Running {
    site: Arc<Site>,
    replica: Replica,
}

impl Running {
    pub(crate) fn channel(&self) -> Channel {
        self.replica.channel()
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.replica.clock()
    }

    pub(crate) fn client(&self) -> IntakeClient<Channel> {
        IntakeClient::new(self.channel())
    }

    /// As another service asks it.
    pub(crate) fn asked_by(&self, service: Service) -> IntakeClient<Channel> {
        IntakeClient::new(self.replica.channel_of(service))
    }

    /// A question of `subject`.
    pub(crate) fn ask(&self, subject: &Subject) -> Call {
        self.site.call_within(PATIENCE, subject)
    }

    /// A command of `subject` under a key of its own.
    pub(crate) fn tell(&self, subject: &Subject) -> Call {
        self.ask(subject).idempotent(id().to_string().parse().unwrap())
    }

    pub(crate) async fn accept_by(
        &self,
        call: &Call,
        request: AcceptCaseRequest,
    ) -> Result<AcceptCaseResponse, Error> {
        Ok(self.client().accept_case(call.request(request)).await?.into_inner())
    }

    pub(crate) async fn accept(
        &self,
        subject: &Subject,
        request: AcceptCaseRequest,
    ) -> Result<AcceptCaseResponse, Error> {
        self.accept_by(&self.tell(subject), request).await
    }

    pub(crate) async fn get(&self, by: &Subject, case: &str) -> Result<GetCaseResponse, Error> {
        let request = GetCaseRequest { case: case.to_owned() };
        Ok(self.client().get_case(self.ask(by).request(request)).await?.into_inner())
    }

    /// The numbers of the cases that `subject` is shown.
    pub(crate) async fn list(&self, subject: &Subject) -> Result<Vec<String>, Error> {
        let request = self.ask(subject).request(ListCasesRequest::default());
        let cases = self.client().list_cases(request).await?.into_inner().cases;
        Ok(cases.into_iter().map(|case| case.number).collect())
    }

    pub(crate) async fn withdraw(&self, by: &Subject, case: &str) -> Result<(), Error> {
        let request = WithdrawCaseRequest { case: case.to_owned(), reason: "不用了".to_owned() };
        self.client().withdraw_case(self.tell(by).request(request)).await?;
        Ok(())
    }

    pub(crate) async fn apply(
        &self,
        files: &[SourceFile],
    ) -> Result<ApplyDefinitionsResponse, Error> {
        let request = ApplyDefinitionsRequest { files: files.to_vec(), dry_run: false };
        let call = self.tell(&somebody(Role::SystemAdministrator));
        Ok(self.client().apply_definitions(call.request(request)).await?.into_inner())
    }

    /// Ends it as SIGKILL does.
    pub(crate) async fn kill(self) {
        self.replica.kill().await;
    }

    /// Tells it to stop, and waits for it.
    pub(crate) async fn stop(self) {
        self.replica.stop().await;
    }
}

/// Somebody with a role and an account of their own.
pub(crate) fn somebody(role: Role) -> Subject {
    service_kit::somebody(role, None)
}

pub(crate) fn assistant() -> Subject {
    somebody(Role::DeskAssistant)
}

/// A requester whom intake knows as this person.
pub(crate) fn requester(person: PersonId) -> Subject {
    Subject { person: Some(person), ..somebody(Role::Requester) }
}

/// A leak in room 304, by the hotline; nothing else is known.
pub(crate) fn leak() -> AcceptCaseRequest {
    AcceptCaseRequest {
        channel: Way::Hotline.into(),
        item: "water-leak".to_owned(),
        place: "dorm-7-304".to_owned(),
        ..AcceptCaseRequest::default()
    }
}

/// The same by the web, as a requester reports it.
pub(crate) fn by_web() -> AcceptCaseRequest {
    AcceptCaseRequest { channel: Way::Web.into(), ..leak() }
}

/// The documents of the example campus.
pub(crate) fn example() -> Vec<SourceFile> {
    campus_kit::files().into_iter().map(|(name, text)| SourceFile { name, text }).collect()
}

/// The fields that a refusal names, with its reason first.
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> (String, Vec<String>) {
    let error = answer.unwrap_err();
    let fields = error.violations().iter().map(|violation| violation.field.clone());
    (error.reason().to_owned(), fields.collect())
}

/// The reason of a refusal.
pub(crate) fn reason<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    refusal(answer).0
}
