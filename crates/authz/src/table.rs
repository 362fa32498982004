#![cfg_attr(not(test), expect(clippy::enum_glob_use, reason = "a table of bare words"))]

use events::words::{
    Level::{self, Confidential, Hidden, Internal, Public, Restricted},
    Service,
};

use crate::{
    Action::{self, *},
    Relation::{self, *},
    Role,
};

/// One line: whoever has this role and this relation to a row may do these to it, up to this level.
pub(crate) struct Grant {
    pub(crate) role: Role,
    pub(crate) relation: Relation,
    pub(crate) up_to: Level,
    pub(crate) may: &'static [Action],
}

const fn grant(role: Role, relation: Relation, up_to: Level, may: &'static [Action]) -> Grant {
    Grant { role, relation, up_to, may }
}

/// The policy. What is not here is denied.
///
/// A right never narrows another: lines add up, and within a line a lower level is included. But what
/// is hidden stands apart, a person at risk of whom nobody may know: lines for it are about
/// it alone, and nobody else has any. Calls that concern no case are at [`Level::Public`].
#[rustfmt::skip]
pub(crate) const TABLE: &[Grant] = &[
    //    role                       relation        up to         may
    grant(Role::Requester,           Unrelated,      Public,       &[GetDefinitions]),
    grant(Role::Requester,           Own,            Confidential, &[AcceptCase, GetCase, ListCases, WithdrawCase, ReopenCase, ChaseCase, ComplainCase, ListClocks, ListMessages,
                                                                     AnswerQuestion, ListQuestions]),
    // Whoever reports a person at risk does not find it among their own afterwards: whose screen it is, nobody knows.
    grant(Role::Requester,           Own,            Hidden,       &[AcceptCase]),
    // What was theirs they may read for ever; a survey link answers for itself.
    grant(Role::Graduate,            Unrelated,      Public,       &[GetDefinitions]),
    grant(Role::Graduate,            Own,            Confidential, &[GetCase, ListCases, ListClocks, ListMessages, ListQuestions]),

    // Assistants are students: they may take anything, and see nothing restricted.
    grant(Role::DeskAssistant,       Unrelated,      Confidential, &[AcceptCase]),
    // Of an alarm they see its number and whom to phone; of a person at risk whom to phone and nothing else, and
    // what they took down themselves.
    grant(Role::DeskAssistant,       Unrelated,      Restricted,   &[ListPhoneCalls, TakePhoneCall, SettlePhoneCall]),
    grant(Role::DeskAssistant,       Unrelated,      Hidden,       &[AcceptCase, ListPhoneCalls, TakePhoneCall, SettlePhoneCall]),
    grant(Role::DeskAssistant,       FirstReceiver,  Hidden,       &[GetCase, ListCases, AddNote, ListClocks]),
    grant(Role::DeskAssistant,       Unrelated,      Internal,     &[GetCase, ListCases, WithdrawCase, ReopenCase, ChaseCase, ComplainCase, JoinCase,
                                                                     UnjoinCase, RaiseUrgency, AddNote, ReplyCase, OpenIncident, UpdateIncident, ListIncidents,
                                                                     LogContact, ListContacts, ListClocks, ListWorkOrders, AskQuestion, AnswerQuestion,
                                                                     ListQuestions, ShowRoster, ShowHandover, SignHandover, NextCallback,
                                                                     RecordAttempt, ListCallbacks, GetDefinitions]),
    // What is offered to the desk itself is theirs to do, and done by an answer.
    grant(Role::DeskAssistant,       InMyDepartment, Internal,     &[Claim]),
    grant(Role::DeskAssistant,       Assigned,       Internal,     &[Complete]),
    grant(Role::DeskAssistant,       EscalatedToMe,  Internal,     &[ListMessages, AcknowledgeMessage]),
    // What somebody is told by name they read: that it is theirs to do, that they have an answer.
    grant(Role::DeskAssistant,       Own,            Internal,     &[ListMessages]),

    // Whoever must be phoned is phoned, whatever it is about: of the case they see its number.
    grant(Role::DutyCounsellor,      Unrelated,      Confidential, &[AcceptCase, BackdateCase, AcknowledgeAlarm, ListPhoneCalls, TakePhoneCall,
                                                                     SettlePhoneCall]),
    // A person at risk is theirs, from the first minute to the last.
    grant(Role::DutyCounsellor,      Unrelated,      Hidden,       &[AcceptCase, BackdateCase, AcknowledgeAlarm, GetCase, ListCases, ReopenCase, AddNote,
                                                                     CloseCaseAs, ListContacts, ListClocks, ListWorkOrders, Reassign, ListMessages, ListPhoneCalls,
                                                                     TakePhoneCall, SettlePhoneCall]),
    grant(Role::DutyCounsellor,      Unrelated,      Restricted,   &[GetCase, ListCases, WithdrawCase, ReopenCase, ChaseCase, ComplainCase, JoinCase,
                                                                     UnjoinCase, RaiseUrgency, LowerUrgency, AddNote, ReplyCase, CloseCaseAs, OpenIncident,
                                                                     UpdateIncident, CloseIncident, ListIncidents, LogContact, ListContacts, ListClocks,
                                                                     ListWorkOrders, Adjudicate, AskQuestion, AnswerQuestion, ListQuestions, ShowRoster,
                                                                     KeepRoster, ShowHandover, SignHandover, NextCallback, RecordAttempt,
                                                                     ListCallbacks, ListMessages, GetDefinitions]),
    grant(Role::DutyCounsellor,      EscalatedToMe,  Restricted,   &[AcknowledgeMessage]),
    grant(Role::DutyCounsellor,      EscalatedToMe,  Hidden,       &[AcknowledgeMessage]),
    grant(Role::DutyCounsellor,      FirstReceiver,  Confidential, &[GetCase, ListCases, WithdrawCase, ReopenCase, ChaseCase, AddNote, ReplyCase, ListClocks]),

    grant(Role::Dispatcher,          Unrelated,      Restricted,   &[GetCase, ListCases, RaiseUrgency, AddNote, ReplyCase, UpdateIncident, CloseIncident,
                                                                     ListIncidents, ListClocks, ListWorkOrders, Assign, Reassign, Split, Merge, AskQuestion, AnswerQuestion,
                                                                     ListQuestions, ShowRoster, KeepRoster, GetDefinitions]),

    grant(Role::Dispatcher,          EscalatedToMe,  Restricted,   &[ListMessages, AcknowledgeMessage]),
    grant(Role::Dispatcher,          Own,            Restricted,   &[ListMessages]),

    // Guards see what their post has: alarms, and persons at risk too.
    grant(Role::GuardPost,           Unrelated,      Public,       &[ShowRoster]),
    grant(Role::GuardPost,           Own,            Public,       &[KeepRoster]),
    grant(Role::GuardPost,           InMyDepartment, Restricted,   GUARDED),
    grant(Role::GuardPost,           Assigned,       Restricted,   GUARDING),
    grant(Role::GuardPost,           EscalatedToMe,  Restricted,   ALERTED),
    grant(Role::GuardPost,           Own,            Restricted,   &[ListMessages]),
    grant(Role::GuardPost,           InMyDepartment, Hidden,       GUARDED),
    grant(Role::GuardPost,           Assigned,       Hidden,       GUARDING),
    grant(Role::GuardPost,           EscalatedToMe,  Hidden,       ALERTED),

    // Whoever holds a post asks for their own leave; its department's head for all of the department.
    grant(Role::Repairer,            Unrelated,      Public,       &[ShowRoster]),
    grant(Role::Repairer,            Own,            Public,       &[KeepRoster]),
    grant(Role::Repairer,            InMyDepartment, Internal,     &[ListWorkOrders, Claim]),
    grant(Role::Repairer,            Assigned,       Internal,     &[GetCase, ListCases, AddNote, ReplyCase, ListClocks, AskExtension, AskPause, ListWorkOrders, Arrive,
                                                                     Contain, Hold, Resume, Complete, Return, Split, AskQuestion, AnswerQuestion, ListQuestions]),
    grant(Role::Repairer,            EscalatedToMe,  Internal,     &[ListMessages, AcknowledgeMessage]),
    grant(Role::Repairer,            Own,            Internal,     &[ListMessages]),

    grant(Role::DepartmentHandler,   Unrelated,      Public,       &[ShowRoster, GetDefinitions]),
    grant(Role::DepartmentHandler,   Own,            Public,       &[KeepRoster]),
    grant(Role::DepartmentHandler,   InMyDepartment, Restricted,   &[GetCase, ListCases, AddNote, ReplyCase, ListClocks, AskExtension, AskPause, ListWorkOrders, Claim, Assign,
                                                                     Return, Transfer, Split, Merge, AnswerQuestion, ListQuestions, TrainAssistants]),
    grant(Role::DepartmentHandler,   Assigned,       Restricted,   &[GetCase, ListCases, AddNote, ReplyCase, ListClocks, AskExtension, AskPause, ListWorkOrders, Arrive,
                                                                     Contain, Hold, Resume, Complete, Return, Split, AskQuestion, AnswerQuestion, ListQuestions]),
    grant(Role::DepartmentHandler,   Own,            Restricted,   &[ListMessages]),
    grant(Role::DepartmentHandler,   EscalatedToMe,  Restricted,   &[GetCase, ListCases, ListClocks, ListWorkOrders, ListQuestions, ListMessages,
                                                                     AcknowledgeMessage, AcknowledgeAlarm]),

    grant(Role::DepartmentHead,      Unrelated,      Public,       &[ShowRoster, GetDefinitions]),
    grant(Role::DepartmentHead,      Own,            Public,       &[KeepRoster]),
    grant(Role::DepartmentHead,      InMyDepartment, Confidential, &[GetCase, ListCases, AddNote, ReplyCase, ListClocks, AskExtension, DecideExtension, AskPause, DecidePause,
                                                                     ListWorkOrders, Claim, Assign, Return, Transfer, Reassign, Split, Merge, AnswerQuestion, ListQuestions,
                                                                     KeepRoster, TrainAssistants, ListMessages]),
    grant(Role::DepartmentHead,      Assigned,       Confidential, &[GetCase, ListCases, AddNote, ReplyCase, ListClocks, AskExtension, AskPause, ListWorkOrders, Arrive,
                                                                     Contain, Hold, Resume, Complete, Return, Split, AskQuestion, AnswerQuestion, ListQuestions]),
    grant(Role::DepartmentHead,      EscalatedToMe,  Confidential, &[ListMessages, AcknowledgeMessage, AcknowledgeAlarm]),
    grant(Role::DepartmentHead,      Own,            Confidential, &[ListMessages]),

    // A leader is asked for more time, or told that it is late.
    grant(Role::Leader,              Unrelated,      Public,       &[ShowRoster]),
    grant(Role::Leader,              Own,            Public,       &[KeepRoster]),
    grant(Role::Leader,              Unrelated,      Internal,     &[ReadFigures]),
    grant(Role::Leader,              EscalatedToMe,  Confidential, &[GetCase, ListCases, ListClocks, DecideExtension, DecidePause,
                                                                     ExtendLate, TakeOver, GiveOrder, AcceptRisk, ListWorkOrders, Reassign, ListQuestions,
                                                                     ListMessages,
                                                                     AcknowledgeMessage]),

    grant(Role::HallDirector,        Unrelated,      Restricted,   &[GetCase, ListCases, ReopenCase, ComplainCase, RaiseUrgency, LowerUrgency, AddNote, ReplyCase, CloseCaseAs, UpdateIncident,
                                                                     CloseIncident, ListIncidents, ListContacts, ListClocks, ListWorkOrders, Adjudicate,
                                                                     AnswerQuestion, ListQuestions, ShowRoster, KeepRoster, TrainAssistants, ShowHandover, ListCallbacks,
                                                                     ReadFigures, ReadAnswers, ListMessages, ListPhoneCalls, GetDefinitions]),
    grant(Role::HallDirector,        EscalatedToMe,  Confidential, &[GetCase, ListCases, ListClocks, DecideExtension, DecidePause,
                                                                     ExtendLate, TakeOver, GiveOrder, AcceptRisk,
                                                                     ListWorkOrders, Reassign, Adjudicate, AnswerQuestion, ListQuestions, ReadAnswers,
                                                                     ListMessages, AcknowledgeMessage, AcknowledgeAlarm]),

    // Restricted cases are never called back from the desk.
    grant(Role::QualityOfficer,      Unrelated,      Internal,     &[NextCallback, RecordAttempt, ComplainCase]),
    grant(Role::QualityOfficer,      Unrelated,      Restricted,   &[GetCase, ListCases, ListIncidents, ListContacts, ListClocks, ListWorkOrders, ListQuestions, ShowRoster, ShowHandover, ListCallbacks, ReadFigures, ReadAnswers, GetDefinitions]),
    grant(Role::QualityOfficer,      Own,            Public,       &[KeepRoster]),
    grant(Role::QualityOfficer,      EscalatedToMe,  Restricted,   &[ListMessages, AcknowledgeMessage]),

    // Whoever sees smoke says so, and whoever hears of a person at risk, whatever they are cleared for.
    grant(Role::Requester,           Own,            Confidential, &[OpenAlarm]),
    grant(Role::Requester,           Own,            Hidden,       &[OpenAlarm]),
    grant(Role::Graduate,            Own,            Confidential, &[OpenAlarm]),
    grant(Role::Graduate,            Own,            Hidden,       &[OpenAlarm]),
    grant(Role::DeskAssistant,       Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::DeskAssistant,       Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::DutyCounsellor,      Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::DutyCounsellor,      Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::Dispatcher,          Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::Dispatcher,          Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::GuardPost,           Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::GuardPost,           Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::Repairer,            Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::Repairer,            Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::DepartmentHandler,   Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::DepartmentHandler,   Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::DepartmentHead,      Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::DepartmentHead,      Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::Leader,              Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::Leader,              Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::HallDirector,        Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::HallDirector,        Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::QualityOfficer,      Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::QualityOfficer,      Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::SystemAdministrator, Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::SystemAdministrator, Unrelated,      Hidden,       &[OpenAlarm]),
    grant(Role::Auditor,             Unrelated,      Confidential, &[OpenAlarm]),
    grant(Role::Auditor,             Unrelated,      Hidden,       &[OpenAlarm]),

    grant(Role::SystemAdministrator, Unrelated,      Public,       &[GetDefinitions, ApplyDefinitions, ImportPeople, ManageApiKeys, ReadDead, SettleDead, Redeliver]),

    grant(Role::Auditor,             Unrelated,      Confidential, &[GetCase, ListCases, ListIncidents, ListContacts, ListClocks, ListWorkOrders, ListQuestions, ShowRoster, ShowHandover, ListCallbacks, ReadFigures, ReadAnswers, ListMessages, ListPhoneCalls, GetDefinitions, ReadDead]),

    // Whoever follows a link may complain: only who reports what is public or internal has one.
    grant(Role::Service,             Unrelated,      Internal,     &[ComplainCase]),
    grant(Role::Service,             Unrelated,      Public,       &[ShowSurvey, AnswerSurvey, FindLinks, FindNextSteps, FindAddresses, Redeliver, RaiseAlarm, GetKeys]),
];

/// What some services alone may ask: for the others it would be a look that nobody needs.
pub(crate) const OF_SOME_SERVICES: &[(Action, &[Service])] = &[
    (FindAddresses, &[Service::Notification]),
    (FindNextSteps, &[Service::Notification, Service::Portal]),
];

/// What guards do with what their post has, with what they have themselves, and with what they were
/// alerted by.
const GUARDED: &[Action] = &[GetCase, ListCases, AddNote, ListClocks, ListWorkOrders, Claim];
#[rustfmt::skip]
const GUARDING: &[Action] =
    &[GetCase, ListCases, AddNote, ListClocks, ListWorkOrders, Arrive, Contain, Hold, Resume, Complete];
#[rustfmt::skip]
const ALERTED: &[Action] =
    &[GetCase, ListCases, AddNote, ListClocks, ListWorkOrders, ListMessages, AcknowledgeMessage, AcknowledgeAlarm];
