use std::fmt;

/// Something that can be asked of a service: one per call of the interface, and those that a call
/// may do besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Record a contact and the case that comes of it.
    AcceptCase,
    /// Accept with a time of receipt in the past (written on paper during an outage).
    BackdateCase,
    /// See one case, with its timeline.
    GetCase,
    /// List, count, search or export cases.
    ListCases,
    /// End a case for its requester.
    WithdrawCase,
    /// Say "not solved" of a closed case.
    ReopenCase,
    /// Ask again for what is not done yet.
    ChaseCase,
    /// Open a complaint about a case.
    ComplainCase,
    /// Make others who reported the same co-reporters of a case.
    JoinCase,
    /// Undo that.
    UnjoinCase,
    /// Decide that a case has more haste.
    RaiseUrgency,
    /// Decide that it has less.
    LowerUrgency,
    /// Leave a note for others who work on a case.
    AddNote,
    /// End a case for another reason than that its work is done.
    CloseCaseAs,
    /// Open a case that touches many places.
    OpenIncident,
    /// Say what is known of it now, to all who reported it.
    UpdateIncident,
    /// Say that it is over, for all of them.
    CloseIncident,
    /// List incidents.
    ListIncidents,
    /// Raise an alarm.
    OpenAlarm,
    /// Record a contact of which no case comes.
    LogContact,
    /// List contacts.
    ListContacts,
    /// List the clocks of a case (`explain`).
    ListClocks,
    /// Ask for more time before a promise is due.
    AskExtension,
    /// Approve or refuse it.
    DecideExtension,
    /// Ask that clocks wait with work on hold, or give evidence for it.
    AskPause,
    /// Approve or refuse it.
    DecidePause,
    /// Give more time to what is late already.
    ExtendLate,
    /// Make what is late their own.
    TakeOver,
    /// Say what is to be done about it.
    GiveOrder,
    /// Answer for its lateness until a date.
    AcceptRisk,
    /// List, count or search work orders.
    ListWorkOrders,
    /// Take an offered work order.
    Claim,
    /// Tell somebody to do the work.
    Assign,
    /// Record the arrival on site.
    Arrive,
    /// Record that the danger is over.
    Contain,
    /// Let the work wait.
    Hold,
    /// Go on with it.
    Resume,
    /// Record that the work is done.
    Complete,
    /// Refuse a work order that another post gave.
    Return,
    /// Give a work order to the post whose it is.
    Transfer,
    /// Give a work order to another post by authority over both.
    Reassign,
    /// Ask another post for a part of a work order.
    Split,
    /// Let another work order of the case have the part of one.
    Merge,
    /// Decide whose a work order is that was refused twice.
    Adjudicate,
    /// Ask somebody inside a case.
    AskQuestion,
    /// Answer what was asked.
    AnswerQuestion,
    /// List what is asked inside cases.
    ListQuestions,
    /// See who holds which post and who is at work there.
    ShowRoster,
    /// Arrange leave, swaps and cover, and end them.
    KeepRoster,
    /// Record that an assistant was trained for an item, or revoke it.
    TrainAssistants,
    /// See who has the desk, and who handed it to whom.
    ShowHandover,
    /// Sign that they leave the desk, or take it over.
    SignHandover,
    /// Get the callback to make next.
    NextCallback,
    /// Record what came of an attempt.
    RecordAttempt,
    /// List callbacks.
    ListCallbacks,
    /// Read what the callbacks of a month came to.
    ReadFigures,
    /// See what a link asks that was sent to a reporter, for whoever follows it.
    ShowSurvey,
    /// Record what they say by it.
    AnswerSurvey,
    /// Get the secrets of links, to send them.
    FindLinks,
    /// Get what comes next after what was completed, to tell somebody.
    FindNextSteps,
    /// Get where somebody is reached, to send them what they are told.
    FindAddresses,
    /// Read what was answered about the work when a case was asked after.
    ReadAnswers,
    /// List messages with their texts.
    ListMessages,
    /// Say that they know what they were told.
    AcknowledgeMessage,
    /// Say that they have an alarm, so that nobody else is alerted.
    AcknowledgeAlarm,
    /// Hand an alarm over from intake to notification, past the broker.
    RaiseAlarm,
    /// List whom the desk is to phone.
    ListPhoneCalls,
    /// Take the next of these calls.
    TakePhoneCall,
    /// Say what came of it.
    SettlePhoneCall,
    /// Read the definitions.
    GetDefinitions,
    /// Check and apply definitions.
    ApplyDefinitions,
    /// Import people: accounts, requesters and the holders of posts.
    ImportPeople,
    /// Make and revoke service accounts and their keys.
    ManageApiKeys,
    /// List and show what could not be handled.
    ReadDead,
    /// Replay or drop it.
    SettleDead,
    /// Ask for events once more.
    Redeliver,
    /// Get the keys that verify tokens.
    GetKeys,
}

impl Action {
    /// Each of them, as they are declared.
    pub const ALL: [Self; 77] = [
        Self::AcceptCase,
        Self::BackdateCase,
        Self::GetCase,
        Self::ListCases,
        Self::WithdrawCase,
        Self::ReopenCase,
        Self::ChaseCase,
        Self::ComplainCase,
        Self::JoinCase,
        Self::UnjoinCase,
        Self::RaiseUrgency,
        Self::LowerUrgency,
        Self::AddNote,
        Self::CloseCaseAs,
        Self::OpenIncident,
        Self::UpdateIncident,
        Self::CloseIncident,
        Self::ListIncidents,
        Self::OpenAlarm,
        Self::LogContact,
        Self::ListContacts,
        Self::ListClocks,
        Self::AskExtension,
        Self::DecideExtension,
        Self::AskPause,
        Self::DecidePause,
        Self::ExtendLate,
        Self::TakeOver,
        Self::GiveOrder,
        Self::AcceptRisk,
        Self::ListWorkOrders,
        Self::Claim,
        Self::Assign,
        Self::Arrive,
        Self::Contain,
        Self::Hold,
        Self::Resume,
        Self::Complete,
        Self::Return,
        Self::Transfer,
        Self::Reassign,
        Self::Split,
        Self::Merge,
        Self::Adjudicate,
        Self::AskQuestion,
        Self::AnswerQuestion,
        Self::ListQuestions,
        Self::ShowRoster,
        Self::KeepRoster,
        Self::TrainAssistants,
        Self::ShowHandover,
        Self::SignHandover,
        Self::NextCallback,
        Self::RecordAttempt,
        Self::ListCallbacks,
        Self::ReadFigures,
        Self::ShowSurvey,
        Self::AnswerSurvey,
        Self::FindLinks,
        Self::FindNextSteps,
        Self::FindAddresses,
        Self::ReadAnswers,
        Self::ListMessages,
        Self::AcknowledgeMessage,
        Self::AcknowledgeAlarm,
        Self::RaiseAlarm,
        Self::ListPhoneCalls,
        Self::TakePhoneCall,
        Self::SettlePhoneCall,
        Self::GetDefinitions,
        Self::ApplyDefinitions,
        Self::ImportPeople,
        Self::ManageApiKeys,
        Self::ReadDead,
        Self::SettleDead,
        Self::Redeliver,
        Self::GetKeys,
    ];

    /// The word for it in refusals and audits.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AcceptCase => "accept-case",
            Self::BackdateCase => "backdate-case",
            Self::GetCase => "get-case",
            Self::ListCases => "list-cases",
            Self::WithdrawCase => "withdraw-case",
            Self::ReopenCase => "reopen-case",
            Self::ChaseCase => "chase-case",
            Self::ComplainCase => "complain-case",
            Self::JoinCase => "join-case",
            Self::UnjoinCase => "unjoin-case",
            Self::RaiseUrgency => "raise-urgency",
            Self::LowerUrgency => "lower-urgency",
            Self::AddNote => "add-note",
            Self::CloseCaseAs => "close-case-as",
            Self::OpenIncident => "open-incident",
            Self::UpdateIncident => "update-incident",
            Self::CloseIncident => "close-incident",
            Self::ListIncidents => "list-incidents",
            Self::OpenAlarm => "open-alarm",
            Self::LogContact => "log-contact",
            Self::ListContacts => "list-contacts",
            Self::ListClocks => "list-clocks",
            Self::AskExtension => "ask-extension",
            Self::DecideExtension => "decide-extension",
            Self::AskPause => "ask-pause",
            Self::DecidePause => "decide-pause",
            Self::ExtendLate => "extend-late",
            Self::TakeOver => "take-over",
            Self::GiveOrder => "give-order",
            Self::AcceptRisk => "accept-risk",
            Self::ListWorkOrders => "list-work-orders",
            Self::Claim => "claim",
            Self::Assign => "assign",
            Self::Arrive => "arrive",
            Self::Contain => "contain",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::Complete => "complete",
            Self::Return => "return",
            Self::Transfer => "transfer",
            Self::Reassign => "reassign",
            Self::Split => "split",
            Self::Merge => "merge",
            Self::Adjudicate => "adjudicate",
            Self::AskQuestion => "ask-question",
            Self::AnswerQuestion => "answer-question",
            Self::ListQuestions => "list-questions",
            Self::ShowRoster => "show-roster",
            Self::KeepRoster => "keep-roster",
            Self::TrainAssistants => "train-assistants",
            Self::ShowHandover => "show-handover",
            Self::SignHandover => "sign-handover",
            Self::NextCallback => "next-callback",
            Self::RecordAttempt => "record-attempt",
            Self::ListCallbacks => "list-callbacks",
            Self::ReadFigures => "read-figures",
            Self::ShowSurvey => "show-survey",
            Self::AnswerSurvey => "answer-survey",
            Self::FindLinks => "find-links",
            Self::FindNextSteps => "find-next-steps",
            Self::FindAddresses => "find-addresses",
            Self::ReadAnswers => "read-answers",
            Self::ListMessages => "list-messages",
            Self::AcknowledgeMessage => "acknowledge-message",
            Self::AcknowledgeAlarm => "acknowledge-alarm",
            Self::RaiseAlarm => "raise-alarm",
            Self::ListPhoneCalls => "list-phone-calls",
            Self::TakePhoneCall => "take-phone-call",
            Self::SettlePhoneCall => "settle-phone-call",
            Self::GetDefinitions => "get-definitions",
            Self::ApplyDefinitions => "apply-definitions",
            Self::ImportPeople => "import-people",
            Self::ManageApiKeys => "manage-api-keys",
            Self::ReadDead => "read-dead",
            Self::SettleDead => "settle-dead",
            Self::Redeliver => "redeliver",
            Self::GetKeys => "get-keys",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
