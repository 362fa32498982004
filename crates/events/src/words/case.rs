words! {
    /// What kind of matter a case is (类别): decides flow, commitments, callback and level.
    CaseKind ("kind of case") {
        /// 咨询
        Enquiry = "enquiry",
        /// 报修
        Repair = "repair",
        /// 报警
        Alarm = "alarm",
        /// 申请
        Application = "application",
        /// 预约
        Appointment = "appointment",
        /// 投诉
        Complaint = "complaint",
        /// 意见建议
        Suggestion = "suggestion",
        /// 隐患举报
        Hazard = "hazard",
    }

    /// What an alarm is about: decides the card with what to say and whom to call first.
    AlarmKind ("kind of alarm") {
        /// 火情
        Fire = "fire",
        /// 伤病
        Injury = "injury",
        /// 打架斗殴
        Fight = "fight",
        /// 可疑人员
        Intruder = "intruder",
        /// 轻生危机
        PersonAtRisk = "person-at-risk",
        /// Something else, or nobody has said yet.
        Other = "other",
    }

    /// The way by which a contact came in.
    Channel ("channel") {
        /// The centre's own number, day and night.
        Hotline = "hotline",
        /// One of the campus phones: where it hangs is known.
        CampusPhone = "campus-phone",
        /// A department's own number.
        DepartmentPhone = "department-phone",
        /// A window of the hall.
        Counter = "counter",
        /// The portal.
        Web = "web",
        /// The portal inside 微信.
        Wechat = "wechat",
        /// Electronic mail.
        Mail = "mail",
        /// A self-service machine.
        Kiosk = "kiosk",
        /// A patrol that found it (巡查).
        Inspection = "inspection",
        /// Another system of the university.
        PartnerSystem = "partner-system",
    }

    /// What became of a contact.
    ContactOutcome ("outcome of a contact") {
        /// Answered at once; no case.
        Answered = "answered",
        /// Not ours: sent on to whose it is.
        Referred = "referred",
        /// Joined to a case that was open already.
        Joined = "joined",
        /// Became one or more cases.
        Opened = "opened",
    }

    /// How much haste (紧急程度), ascending.
    Urgency ("urgency") {
        /// 一般
        Normal = "normal",
        /// 紧急
        Urgent = "urgent",
        /// 非常紧急: the only one that may wake a person.
        Critical = "critical",
    }

    /// Who may see a case, ascending from everybody to few.
    Level ("level") {
        /// May be published.
        Public = "public",
        /// The centre and the departments concerned.
        Internal = "internal",
        /// Named roles; in no search, statistic or wall display.
        Restricted = "restricted",
        /// Named persons.
        Confidential = "confidential",
        /// Who handles it, and nobody else knows that it is there: a person at risk.
        Hidden = "hidden",
    }

    /// What a promise is about (承诺时限).
    Commitment ("commitment") {
        /// An offered work order is claimed.
        Accept = "accept",
        /// Somebody is at the place.
        Arrive = "arrive",
        /// The danger is over.
        Contain = "contain",
        /// The repair is done.
        Complete = "complete",
        /// The question is answered.
        Answer = "answer",
        /// Who is asked inside a case says what they know.
        Reply = "reply",
        /// Whose work it is, is decided.
        Adjudicate = "adjudicate",
        /// The first receiver asks after what was referred.
        FollowUp = "follow-up",
        /// The requester is asked whether it is solved (回访).
        CallBack = "call-back",
    }

    /// How a case ended.
    End ("end of a case") {
        /// Completed, called back, solved.
        Solved = "closed-solved",
        /// Completed, and nobody could be reached after all attempts; never counted as satisfied.
        Unreachable = "closed-unreachable",
        /// Completed, and no callback is due.
        Uncalled = "closed-uncalled",
        /// Ended by its requester.
        Withdrawn = "withdrawn",
        /// The same matter as another case.
        Duplicate = "duplicate",
        /// Another body's matter, and the requester was told whose.
        NotOurs = "not-ours",
        /// Refused with a reason.
        Refused = "refused",
        /// A trial run; in no statistic.
        Test = "test",
    }

    /// What the callback of a cycle came to.
    Verdict ("verdict") {
        /// The requester said so.
        Solved = "solved",
        /// The requester said not; the case is reopened.
        NotSolved = "not-solved",
        /// Nobody could be asked.
        Unreachable = "unreachable",
    }

    /// Why a case got another cycle.
    ReopenCause ("cause of a reopening") {
        /// The callback's verdict.
        NotSolved = "not-solved",
        /// The requester came back after the end.
        Requester = "requester",
    }

    /// Why a case has another urgency.
    UrgencyCause ("cause of another urgency") {
        /// Somebody who reported the same said what the first did not.
        CoReporter = "co-reporter",
        /// The staff decided so.
        Decision = "decision",
    }

    /// What work waits for (挂起原因).
    HoldReason ("reason of a hold") {
        /// Nobody is there to open the door.
        NoAccess = "no-access",
        /// The requester is to say something first.
        RequesterAnswer = "requester-answer",
        /// The grid, the waterworks, the weather.
        OutsideAuthority = "outside-authority",
        /// A part is on its way.
        Parts = "parts",
        /// The money is not granted.
        Budget = "budget",
        /// There are not hands enough.
        Staff = "staff",
    }

    /// Why a promise holds until another time than before.
    MoveCause ("cause of a moved promise") {
        /// The department asked for more time before it was due, and was granted it.
        Extension = "extension",
        /// A leader who was told that it is late gave more time.
        Leader = "leader",
        /// It rested for a pause.
        Pause = "pause",
        /// The danger is over: from then on it is as urgent, and no more critical.
        Containment = "containment",
        /// It has more haste or less than before.
        Urgency = "urgency",
        /// Another year of its calendar was announced.
        Calendar = "calendar",
    }

    /// Why no pause was granted.
    PauseRefusal ("cause of a refused pause") {
        /// It was due before the work was held, or before anybody heard of it.
        AfterDue = "after-due",
        /// The policy grants no pause for this reason.
        NotInPolicy = "not-in-policy",
        /// Whoever decides said no.
        Denied = "denied",
        /// Nobody had decided when it was due.
        Undecided = "undecided",
    }

    /// Who is asked inside a case.
    Asked ("who is asked") {
        /// Who reported it: told that there is a question, and shown it.
        Requester = "requester",
        /// The desk, whoever is there; its requester hears nothing of it.
        Desk = "desk",
        /// The department that has the work order; its requester hears nothing of it.
        Department = "department",
        /// The head of that department, for an instruction (请示); its requester hears nothing of it.
        Head = "head",
    }

    /// Why a post has a work order no longer.
    ReleaseCause ("cause of a release") {
        /// It gave it to another post.
        Transferred = "transferred",
        /// It refused what another department gave it.
        Returned = "returned",
        /// The dispatcher gave it to another post.
        Reassigned = "reassigned",
        /// Whoever claimed it neither came nor said why, until the limit to arrive.
        Expired = "expired",
    }

    /// By what means a message was given to its recipient.
    MessageChannel ("message channel") {
        /// The log of the service: the embedded default.
        Log = "log",
        /// The recipient's mailbox in the portal.
        Mailbox = "mailbox",
        /// Electronic mail.
        Mail = "mail",
        /// Text message.
        Sms = "sms",
        /// 企业微信
        Wecom = "wecom",
        /// The recipient's own system.
        Webhook = "webhook",
    }

    /// Why nobody knows whether somebody has heard of something critical.
    Unheard ("cause of not being heard") {
        /// They have not said so in time.
        Unacknowledged = "unacknowledged",
        /// No way led to them.
        Undelivered = "undelivered",
    }

    /// What a document of the campus's definitions defines.
    DocumentKind ("kind of document") {
        /// A service item (服务事项).
        ServiceItem = "service-item",
        /// A department with its posts.
        Department = "department",
        /// A place with those inside it.
        Place = "place",
        /// Which post gets which work order.
        Route = "route",
        /// A ladder of leaders (逐级上报).
        Ladder = "ladder",
        /// A calendar layer.
        Calendar = "calendar",
        /// Limits and rules that hold for all items.
        Policy = "policy",
        /// The text of a message.
        Template = "template",
    }
}

impl HoldReason {
    /// Whether a clock may pause for it, if somebody grants that: what the department itself lacks
    /// needs an extension instead.
    pub const fn may_pause(self) -> bool {
        match self {
            Self::NoAccess | Self::RequesterAnswer | Self::OutsideAuthority => true,
            Self::Parts | Self::Budget | Self::Staff => false,
        }
    }
}
