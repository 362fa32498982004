//! What services are asked by gRPC: each by a token that says who asks, or by another service.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use authz::{Action::*, Principal, Relation, Relation::*, Role, Subject};
use clock::{AccountId, Clock, Ids as _, RandomIds};
use events::words::{Level, Recipient, Service};
use proto::{
    callback_survey::v1::{self as survey, callback_survey_client::CallbackSurveyClient},
    delivery::v1::{self as delivery, delivery_client::DeliveryClient},
    intake::v1::{self as intake, intake_client::IntakeClient},
    notification::v1::{self as notification, notification_client::NotificationClient},
    portal::v1::{self as portal, portal_client::PortalClient},
    words::v1 as words,
};
use rpc::{Call, Channel, client::Connector};
use tonic::{Response, Status};

use super::{
    ALL,
    About::{Case, First, NoRows, Nothing, Roster, Rows},
    Answer, Door,
    Hides::{Never, Unless},
    OF_MESSAGES, OF_QUESTIONS, OF_WORK, OFFERED, Probe, Question, Refused,
    campus::Side,
    clocks, keys, probe,
    roster::{OF_COVER, OF_LEAVE},
    world::{Message, World, clearances},
};

#[rustfmt::skip]
const PROBES: &[Probe] = &[
    probe("intake.v1.Intake/AcceptCase",          AcceptCase,       Case(Never),                             &[Own]),
    probe("intake.v1.Intake/AcceptCase",          BackdateCase,     Case(Never),                             &[Own]),
    probe("intake.v1.Intake/GetCase",             GetCase,          Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/ListCases",           ListCases,        Rows,                                    ALL),
    probe("intake.v1.Intake/FindSimilar",         ListCases,        NoRows,                                  &[]),
    probe("intake.v1.Intake/WithdrawCase",        WithdrawCase,     Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/ReopenCase",          ReopenCase,       Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/ChaseCase",           ChaseCase,        Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/ComplainCase",        ComplainCase,     Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/HearWords",           ComplainCase,     Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/JoinCase",            JoinCase,         Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/UnjoinCase",          UnjoinCase,       Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/ChangeUrgency",       RaiseUrgency,     Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/ChangeUrgency",       LowerUrgency,     Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/AddNote",             AddNote,          Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/ReplyCase",           ReplyCase,        Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/CloseCaseAs",         CloseCaseAs,      Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/OpenIncident",        OpenIncident,     Case(Never),                             &[]),
    probe("intake.v1.Intake/JoinIncident",        JoinCase,         Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/UpdateIncident",      UpdateIncident,   Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/CloseIncident",       CloseIncident,    Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/GetIncident",         GetCase,          Case(Unless(GetCase, ALL)),              ALL),
    probe("intake.v1.Intake/ListIncidents",       ListIncidents,    Nothing,                                 &[]),
    probe("intake.v1.Intake/OpenAlarm",           OpenAlarm,        Case(Never),                             &[Own]),
    probe("intake.v1.Intake/LogContact",          LogContact,       Nothing,                                 &[]),
    probe("intake.v1.Intake/ListContacts",        ListContacts,     Nothing,                                 &[]),
    probe("intake.v1.Intake/ApplyDefinitions",    ApplyDefinitions, Nothing,                                 &[]),
    probe("intake.v1.Intake/GetDefinitions",      GetDefinitions,   Nothing,                                 &[]),
    probe("intake.v1.Intake/ImportRequesters",    ImportPeople,     Nothing,                                 &[]),
    probe("intake.v1.Intake/FindAddresses",       FindAddresses,    Nothing,                                 &[]),
    probe("dispatch.v1.Dispatch/ListWorkOrders",  ListWorkOrders,   Rows,                                    OF_WORK),
    probe("dispatch.v1.Dispatch/Claim",           Claim,            Case(Unless(ListWorkOrders, OFFERED)),   OFFERED),
    probe("dispatch.v1.Dispatch/Assign",          Assign,           Case(Unless(ListWorkOrders, OFFERED)),   OFFERED),
    probe("dispatch.v1.Dispatch/Arrive",          Arrive,           Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Contain",         Contain,          Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Hold",            Hold,             Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Resume",          Resume,           Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Return",          Return,           Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Transfer",        Transfer,         Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Reassign",        Reassign,         Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Split",           Split,            Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Merge",           Merge,            Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Adjudicate",      Adjudicate,       Case(Unless(ListWorkOrders, OFFERED)),   OFFERED),
    probe("dispatch.v1.Dispatch/Complete",        Complete,         Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Ask",             AskQuestion,      Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("dispatch.v1.Dispatch/Answer",          AnswerQuestion,   Case(Unless(ListQuestions, OF_QUESTIONS)), OF_QUESTIONS),
    probe("dispatch.v1.Dispatch/ListQuestions",   ListQuestions,    Rows,                                    OF_QUESTIONS),
    probe("dispatch.v1.Dispatch/FindNextSteps",   FindNextSteps,    Nothing,                                 &[]),
    probe("dispatch.v1.Dispatch/ImportHolders",   ImportPeople,     Nothing,                                 &[]),
    probe("dispatch.v1.Dispatch/ShowRoster",      ShowRoster,       Nothing,                                 &[]),
    probe("dispatch.v1.Dispatch/ShowHandover",    ShowHandover,     Nothing,                                 &[]),
    probe("dispatch.v1.Dispatch/SignHandover",    SignHandover,     Nothing,                                 &[]),
    probe("dispatch.v1.Dispatch/TakeLeave",       KeepRoster,       Roster,                                  OF_LEAVE),
    probe("dispatch.v1.Dispatch/SwapTurns",       KeepRoster,       Roster,                                  OF_LEAVE),
    probe("dispatch.v1.Dispatch/CoverPost",       KeepRoster,       Roster,                                  OF_COVER),
    probe("dispatch.v1.Dispatch/EndArrangement",  KeepRoster,       Roster,                                  OF_COVER),
    probe("dispatch.v1.Dispatch/ReplaceTimetable", KeepRoster,      Roster,                                  OF_COVER),
    probe("dispatch.v1.Dispatch/RecordTraining",  TrainAssistants,  Roster,                                  OF_COVER),
    probe("escalation_timer.v1.EscalationTimer/ListClocks", ListClocks, Case(Never),                         ALL),
    probe("escalation_timer.v1.EscalationTimer/AskExtension",       AskExtension,     Case(Unless(ListClocks, ALL)),           ALL),
    probe("escalation_timer.v1.EscalationTimer/ApproveExtension",   DecideExtension,  Case(Unless(ListClocks, ALL)),           ALL),
    probe("escalation_timer.v1.EscalationTimer/RefuseExtension",    DecideExtension,  Case(Unless(ListClocks, ALL)),           ALL),
    probe("escalation_timer.v1.EscalationTimer/AskPause",           AskPause,         Case(Unless(ListClocks, ALL)),           ALL),
    probe("escalation_timer.v1.EscalationTimer/ApprovePause",       DecidePause,      Case(Unless(ListClocks, ALL)),           ALL),
    probe("escalation_timer.v1.EscalationTimer/RefusePause",        DecidePause,      Case(Unless(ListClocks, ALL)),           ALL),
    probe("escalation_timer.v1.EscalationTimer/ExtendLate",         ExtendLate,       Case(Unless(ListClocks, ALL)),           ALL),
    probe("escalation_timer.v1.EscalationTimer/TakeOver",           TakeOver,         Case(Unless(ListClocks, ALL)),           ALL),
    probe("escalation_timer.v1.EscalationTimer/GiveOrder",          GiveOrder,        Case(Unless(ListClocks, ALL)),           ALL),
    probe("escalation_timer.v1.EscalationTimer/AcceptRisk",         AcceptRisk,       Case(Unless(ListClocks, ALL)),           ALL),
    probe("callback_survey.v1.CallbackSurvey/NextCallback",  NextCallback,  First,                           &[]),
    probe("callback_survey.v1.CallbackSurvey/RecordAttempt", RecordAttempt, Case(Unless(ListCallbacks, &[])), &[]),
    probe("callback_survey.v1.CallbackSurvey/ListCallbacks", ListCallbacks, Rows,                            &[]),
    probe("callback_survey.v1.CallbackSurvey/GetFigures",    ReadFigures,   Nothing,                         &[]),
    probe("callback_survey.v1.CallbackSurvey/ShowSurvey",    ShowSurvey,    Nothing,                         &[]),
    probe("callback_survey.v1.CallbackSurvey/AnswerSurvey",  AnswerSurvey,  Nothing,                         &[]),
    probe("callback_survey.v1.CallbackSurvey/FindLinks",     FindLinks,     Nothing,                         &[]),
    probe("notification.v1.Notification/ListMessages", ListMessages, Rows,                                   OF_MESSAGES),
    probe("notification.v1.Notification/AcknowledgeMessages", AcknowledgeMessage, Case(Unless(ListMessages, OF_MESSAGES)), OF_MESSAGES),
    probe("notification.v1.Notification/AcknowledgeAlarm", AcknowledgeAlarm, Case(Unless(ListMessages, OF_MESSAGES)), OF_MESSAGES),
    probe("notification.v1.Notification/RaiseAlarm",      RaiseAlarm,      Nothing,                          &[]),
    probe("notification.v1.Notification/ListPhoneCalls",  ListPhoneCalls,  Nothing,                          &[]),
    probe("notification.v1.Notification/TakePhoneCall",   TakePhoneCall,   Nothing,                          &[]),
    probe("notification.v1.Notification/SettlePhoneCall", SettlePhoneCall, Nothing,                          &[]),
    probe("portal.v1.Portal/GetKeys",             GetKeys,          Nothing,                                 &[]),
    probe("portal.v1.Portal/FindAddresses",       FindAddresses,    Nothing,                                 &[]),
    probe("portal.v1.Portal/FindNames",           FindAddresses,    Nothing,                                 &[]),
    probe("delivery.v1.Delivery/Redeliver",       Redeliver,        Nothing,                                 &[]),
    probe("delivery.v1.Delivery/ListDead",        ReadDead,         Nothing,                                 &[]),
    probe("delivery.v1.Delivery/ShowDead",        ReadDead,         Nothing,                                 &[]),
    probe("delivery.v1.Delivery/ReplayDead",      SettleDead,       Nothing,                                 &[]),
    probe("delivery.v1.Delivery/DropDead",        SettleDead,       Nothing,                                 &[]),
];

/// The service that asks: it may ask all that any other may.
const ASKING: Service = Service::Notification;

/// Lists are asked for in one page.
pub(super) const PAGE: u32 = 200;

pub(super) struct Grpc {
    channels: BTreeMap<Service, Channel>,
    /// Who works on the cases that are nothing to the walkers.
    pub(super) stranger: AccountId,
}

impl Door for Grpc {
    const PROBES: &'static [Probe] = PROBES;
    const WITHOUT: &'static [(authz::Action, &'static str)] = &[
        (ManageApiKeys, "the portal keeps them, and is asked by HTTP"),
        (ReadAnswers, "the portal's timeline tells them"),
    ];

    async fn described(&self) -> BTreeSet<String> {
        keys::methods()
    }

    async fn enter(&mut self, world: &World, role: Role) -> Vec<(Relation, Subject)> {
        if role == Role::Service {
            return vec![(Unrelated, Subject::service(ASKING))];
        }
        let each = clearances();
        each.map(|(one, highest)| (one, world.subject(one, role, highest))).collect()
    }

    async fn ask(&self, question: &Question<'_>) -> Answer {
        let call = call(question.world, question.subject);
        let (service, method) = question.probe.name.split_once('/').unwrap();
        let answer = match service {
            "intake.v1.Intake" => self.ask_intake(question, &call, method).await,
            "dispatch.v1.Dispatch" => self.ask_dispatch(question, &call, method).await,
            "escalation_timer.v1.EscalationTimer" => {
                clocks::ask(self.channel(Service::EscalationTimer), question, &call, method).await
            }
            "callback_survey.v1.CallbackSurvey" => self.ask_survey(question, &call, method).await,
            "notification.v1.Notification" => self.ask_notification(question, &call, method).await,
            "portal.v1.Portal" if method == "FindAddresses" => {
                let request = call.request(portal::FindAddressesRequest { account: nobody() });
                self.portal().find_addresses(request).await.map(nothing)
            }
            "portal.v1.Portal" if method == "FindNames" => {
                let request = call.request(portal::FindNamesRequest::default());
                self.portal().find_names(request).await.map(nothing)
            }
            "portal.v1.Portal" => {
                let request = call.request(portal::GetKeysRequest {});
                self.portal().get_keys(request).await.map(nothing)
            }
            _ => self.ask_everybody(&call, method).await,
        };
        answer.map_err(|status| {
            let error = rpc::Error::from(status);
            Refused { code: error.code(), reason: error.reason().to_owned() }
        })
    }
}

pub(super) type Asked = Result<Vec<String>, Status>;

impl Grpc {
    async fn ask_intake(&self, question: &Question<'_>, call: &Call, method: &str) -> Asked {
        let Question { world, level, probe, .. } = *question;
        let case = || world.case(probe.action, level).to_owned();
        let mut intake = self.intake();
        match method {
            "AcceptCase" => {
                intake.accept_case(call.request(impossible(question))).await.map(nothing)
            }
            "GetCase" => {
                let request = intake::GetCaseRequest { case: case() };
                intake.get_case(call.request(request)).await.map(nothing)
            }
            "ListCases" => {
                let (mut all, mut page_token) = (Vec::new(), String::new());
                loop {
                    let page_size = PAGE;
                    let request =
                        intake::ListCasesRequest { page_size, page_token, ..Default::default() };
                    let page = intake.list_cases(call.request(request)).await?.into_inner();
                    all.extend(page.cases.into_iter().map(|case| case.id));
                    page_token = page.next_page_token;
                    if page_token.is_empty() {
                        return Ok(all);
                    }
                }
            }
            "WithdrawCase" => {
                let request = intake::WithdrawCaseRequest { case: case(), ..Default::default() };
                intake.withdraw_case(call.request(request)).await.map(nothing)
            }
            "ReopenCase" => {
                let request = intake::ReopenCaseRequest { case: case(), ..Default::default() };
                intake.reopen_case(call.request(request)).await.map(nothing)
            }
            "ApplyDefinitions" => {
                let request =
                    intake::ApplyDefinitionsRequest { dry_run: true, ..Default::default() };
                intake.apply_definitions(call.request(request)).await.map(nothing)
            }
            "FindAddresses" => {
                let request = intake::FindAddressesRequest { person: nobody() };
                intake.find_addresses(call.request(request)).await.map(nothing)
            }
            "GetDefinitions" => {
                let request = intake::GetDefinitionsRequest::default();
                intake.get_definitions(call.request(request)).await.map(nothing)
            }
            "ImportRequesters" => {
                let request = intake::ImportRequestersRequest::default();
                intake.import_requesters(call.request(request)).await.map(nothing)
            }
            _ if method.contains("Incident") => self.ask_incidents(question, call, method).await,
            _ => self.ask_desk(question, call, method).await,
        }
    }

    async fn ask_survey(&self, question: &Question<'_>, call: &Call, method: &str) -> Asked {
        let mut survey = self.survey();
        match method {
            "NextCallback" => {
                let request = call.request(survey::NextCallbackRequest {});
                let next = survey.next_callback(request).await?.into_inner().callback;
                Ok(only(next, |callback| callback.case_id))
            }
            "RecordAttempt" => {
                let callback = question.world.callback(question.level).to_owned();
                let request =
                    survey::RecordAttemptRequest { callback, reached: false, answer: None };
                survey.record_attempt(call.request(request)).await.map(nothing)
            }
            "GetFigures" => {
                let request = survey::GetFiguresRequest { month: "2026-11".to_owned() };
                survey.get_figures(call.request(request)).await.map(nothing)
            }
            "ShowSurvey" => {
                let request = call.request(survey::ShowSurveyRequest::default());
                survey.show_survey(request).await.map(nothing)
            }
            "AnswerSurvey" => {
                let answer = Some(survey::Answer::default());
                let request = survey::AnswerSurveyRequest { answer, ..Default::default() };
                survey.answer_survey(call.request(request)).await.map(nothing)
            }
            "FindLinks" => {
                let request = call.request(survey::FindLinksRequest::default());
                survey.find_links(request).await.map(nothing)
            }
            _ => Ok(only(self.all_callbacks(call).await?, |callback| callback.case_id)),
        }
    }

    /// What every service answers: each the same.
    async fn ask_everybody(&self, call: &Call, method: &str) -> Asked {
        let id = || RandomIds::new(Clock::system()).uuid().to_string();
        let mut answers = Vec::new();
        for service in Service::ALL {
            let mut all = DeliveryClient::new(self.channel(*service));
            let answer = match method {
                "Redeliver" => {
                    let request = delivery::RedeliverRequest { key: id(), from: 1 };
                    all.redeliver(call.request(request)).await.map(nothing)
                }
                "ListDead" => {
                    let request = delivery::ListDeadRequest::default();
                    all.list_dead(call.request(request)).await.map(nothing)
                }
                "ShowDead" => {
                    let request = delivery::ShowDeadRequest { id: id() };
                    all.show_dead(call.request(request)).await.map(nothing)
                }
                "ReplayDead" => {
                    let request = delivery::ReplayDeadRequest { id: id() };
                    all.replay_dead(call.request(request)).await.map(nothing)
                }
                _ => {
                    let request = delivery::DropDeadRequest { id: id(), reason: "walk".to_owned() };
                    all.drop_dead(call.request(request)).await.map(nothing)
                }
            };
            answers.push(answer);
        }
        let code = |answer: &Asked| answer.as_ref().map_err(Status::code).err();
        let answer = answers.pop().unwrap();
        assert!(answers.iter().all(|one| code(one) == code(&answer)), "{method}: {answers:?}");
        answer
    }
}

/// What brings cases about.
impl Grpc {
    pub(super) fn of(world: &World) -> Self {
        let connector = Connector::new(ASKING, None);
        let channel = |service: Service| {
            let target = world.campus.endpoint(service, "rpc").parse().unwrap();
            (service, connector.connect(service, &target).unwrap())
        };
        let channels = Service::ALL.iter().map(|service| channel(*service)).collect();
        Self { channels, stranger: RandomIds::new(Clock::system()).id() }
    }

    /// Opens a case for who is its own to, or for somebody else; its id.
    pub(super) async fn report(
        &self,
        world: &World,
        side: Side,
        level: Level,
        people: u32,
    ) -> String {
        let (role, highest) = (Role::DutyCounsellor, Level::Confidential);
        let (subject, caller) = match side {
            Side::Related => (
                world.subject(FirstReceiver, role, highest),
                intake::Person { id: world.person(Own).to_string(), ..Default::default() },
            ),
            Side::Aside => (World::somebody(role), somebody_else()),
        };
        let request = intake::AcceptCaseRequest {
            channel: words::Channel::Hotline.into(),
            item: side.item(level),
            place: "dorm-7-402".to_owned(),
            people: Some(people),
            caller: Some(caller),
            vulnerable: true,
            ..Default::default()
        };
        let accepted = self.intake().accept_case(call(world, &subject).request(request)).await;
        accepted.unwrap().into_inner().case_id
    }

    /// Has a callback answered: it is solved.
    pub(super) async fn answers(&self, world: &World, callback: &str) {
        let answer = Some(survey::Answer { solved: true, ..Default::default() });
        let callback = callback.to_owned();
        let request = survey::RecordAttemptRequest { callback, reached: true, answer };
        let by = call(world, &World::somebody(Role::DutyCounsellor));
        self.survey().record_attempt(by.request(request)).await.unwrap();
    }

    /// The callback of each case.
    pub(super) async fn callbacks(&self, world: &World) -> BTreeMap<String, String> {
        let callbacks = self.all_callbacks(&everything(world)).await.unwrap().into_iter();
        callbacks.map(|callback| (callback.case_id, callback.id)).collect()
    }

    pub(super) async fn messages(&self, world: &World) -> Vec<Message> {
        let messages = self.all_messages(&everything(world)).await.unwrap().into_iter();
        let message = |message: notification::Message| {
            let to = message.to.unwrap();
            let to = match to.kind() {
                notification::RecipientKind::Person => Recipient::Person(to.id.parse().unwrap()),
                notification::RecipientKind::Account => Recipient::Account(to.id.parse().unwrap()),
                notification::RecipientKind::Post => Recipient::Post(to.id.parse().unwrap()),
                notification::RecipientKind::Unspecified => panic!("{to:?} is nobody"),
            };
            Message { id: message.id, case: message.case_id, to }
        };
        messages.map(message).collect()
    }

    async fn all_callbacks(&self, call: &Call) -> Result<Vec<survey::Callback>, Status> {
        let request = survey::ListCallbacksRequest { page_size: PAGE, ..Default::default() };
        let page = self.survey().list_callbacks(call.request(request)).await?.into_inner();
        assert_eq!(page.next_page_token, "");
        Ok(page.callbacks)
    }

    pub(super) async fn all_messages(
        &self,
        call: &Call,
    ) -> Result<Vec<notification::Message>, Status> {
        let mut client = NotificationClient::new(self.channel(Service::Notification));
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let page_size = PAGE;
            let request =
                notification::ListMessagesRequest { page_size, page_token, ..Default::default() };
            let page = client.list_messages(call.request(request)).await?.into_inner();
            all.extend(page.messages);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    pub(super) fn channel(&self, service: Service) -> Channel {
        self.channels[&service].clone()
    }

    pub(super) fn intake(&self) -> IntakeClient<Channel> {
        IntakeClient::new(self.channel(Service::Intake))
    }

    fn survey(&self) -> CallbackSurveyClient<Channel> {
        CallbackSurveyClient::new(self.channel(Service::CallbackSurvey))
    }

    fn portal(&self) -> PortalClient<Channel> {
        PortalClient::new(self.channel(Service::Portal))
    }
}

/// On behalf of an account by its token; a service speaks for itself.
pub(super) fn call(world: &World, subject: &Subject) -> Call {
    let call = Call::within(Duration::from_secs(20));
    let call = match subject.principal {
        Principal::Account(_) => call.on_behalf(&world.token(subject)).unwrap(),
        Principal::Service(_) => call,
    };
    call.idempotent(RandomIds::new(Clock::system()).uuid().to_string().parse().unwrap())
}

/// Of somebody who sees it all: the auditor, and of what is hidden the counsellor.
pub(super) fn everything(world: &World) -> Call {
    let auditor = World::somebody(Role::Auditor);
    let roles = [Role::Auditor, Role::DutyCounsellor].into();
    call(world, &Subject { roles, ..auditor })
}

/// The id of somebody whom nobody knows.
fn nobody() -> String {
    RandomIds::new(Clock::system()).uuid().to_string()
}

pub(super) fn somebody_else() -> intake::Person {
    intake::Person { name: "Somebody Else".to_owned(), ..Default::default() }
}

/// A case at a place that there is not: it cannot be accepted, whoever may.
pub(super) fn impossible(question: &Question<'_>) -> intake::AcceptCaseRequest {
    let Question { world, probe, relation, level, .. } = *question;
    let myself = intake::Person { id: world.person(Own).to_string(), ..Default::default() };
    let caller = if relation == Own { myself } else { somebody_else() };
    let earlier = (probe.action == BackdateCase).then(|| world.earlier());
    intake::AcceptCaseRequest {
        channel: words::Channel::Hotline.into(),
        item: Side::Related.item(level),
        place: "nowhere".to_owned(),
        caller: Some(caller),
        received_at: earlier.map(delivery_rpc::timestamp),
        ..Default::default()
    }
}

pub(super) fn nothing<T>(_: Response<T>) -> Vec<String> {
    Vec::new()
}

pub(super) fn only<T>(rows: impl IntoIterator<Item = T>, id: impl Fn(T) -> String) -> Vec<String> {
    rows.into_iter().map(id).collect()
}
