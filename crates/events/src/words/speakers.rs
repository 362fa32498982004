words! {
    /// A service: its name is also its NATS user, its durable consumers' name and its place in
    /// `source` and `after`.
    ///
    /// In alphabetical order, which is the order of `after` on the wire.
    Service ("service") {
        /// Asks the requester afterwards.
        CallbackSurvey = "callback-survey",
        /// Work orders and offers.
        Dispatch = "dispatch",
        /// Clocks and ladders.
        EscalationTimer = "escalation-timer",
        /// Contacts, cases, persons and the definitions.
        Intake = "intake",
        /// Messages.
        Notification = "notification",
        /// Accounts, pages, the HTTP API and the boards.
        Portal = "portal",
    }

    /// A JetStream stream, by the first token of its subjects.
    Stream ("stream") {
        /// Contacts and cases.
        Intake = "intake",
        /// Work orders, offers, completions.
        Dispatch = "dispatch",
        /// Clocks and rungs.
        Escalation = "escalation",
        /// Callbacks and judgements.
        Survey = "survey",
        /// Messages.
        Notify = "notify",
        /// Checkpoints of the audit.
        Portal = "portal",
        /// The campus's documents: intake's second stream.
        Definition = "definition",
    }

    /// What a fact is about: a token of every subject.
    ///
    /// Departments are tokens at the same place of a work order's subject, so none may bear one of
    /// these names, and as a department's name never changes, those of later aggregates are taken
    /// from the start.
    Aggregate ("aggregate") {
        /// A staff account.
        Account = "account",
        /// The audit log of a service.
        Audit = "audit",
        /// A case (办件).
        Case = "case",
        /// A contact (接待).
        Contact = "contact",
        /// A document of the definitions.
        Document = "document",
        /// A handover of a shift (交接).
        Handover = "handover",
        /// An incident (突发事件).
        Incident = "incident",
        /// A message.
        Message = "message",
        /// A person.
        Person = "person",
        /// A duty roster.
        Roster = "roster",
        /// A seal (电子签章).
        Seal = "seal",
        /// A work order (工单), with its offers.
        WorkOrder = "workorder",
    }
}

impl Service {
    /// The streams that it alone writes.
    pub const fn streams(self) -> &'static [Stream] {
        match self {
            Self::Intake => &[Stream::Intake, Stream::Definition],
            Self::Dispatch => &[Stream::Dispatch],
            Self::EscalationTimer => &[Stream::Escalation],
            Self::CallbackSurvey => &[Stream::Survey],
            Self::Notification => &[Stream::Notify],
            Self::Portal => &[Stream::Portal],
        }
    }

    /// The streams of others that it reads.
    pub const fn reads(self) -> &'static [Stream] {
        match self {
            Self::Intake => &[Stream::Dispatch, Stream::Escalation, Stream::Survey],
            Self::Dispatch => &[Stream::Intake, Stream::Escalation, Stream::Definition],
            Self::EscalationTimer => {
                &[Stream::Intake, Stream::Dispatch, Stream::Survey, Stream::Definition]
            }
            Self::CallbackSurvey => &[Stream::Intake, Stream::Definition],
            Self::Notification => &[
                Stream::Intake,
                Stream::Dispatch,
                Stream::Escalation,
                Stream::Survey,
                Stream::Portal,
                Stream::Definition,
            ],
            Self::Portal => &[
                Stream::Intake,
                Stream::Dispatch,
                Stream::Escalation,
                Stream::Survey,
                Stream::Notify,
                Stream::Definition,
            ],
        }
    }

    /// Whether it hears what `other` says, on any stream.
    pub fn hears(self, other: Self) -> bool {
        self.reads().iter().any(|stream| stream.producer() == other)
    }
}

impl Stream {
    /// The service that alone writes it.
    pub const fn producer(self) -> Service {
        match self {
            Self::Intake | Self::Definition => Service::Intake,
            Self::Dispatch => Service::Dispatch,
            Self::Escalation => Service::EscalationTimer,
            Self::Survey => Service::CallbackSurvey,
            Self::Notify => Service::Notification,
            Self::Portal => Service::Portal,
        }
    }

    /// Its name at the broker.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intake => "INTAKE",
            Self::Dispatch => "DISPATCH",
            Self::Escalation => "ESCALATION",
            Self::Survey => "SURVEY",
            Self::Notify => "NOTIFY",
            Self::Portal => "PORTAL",
            Self::Definition => "DEFINITION",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_has_one_writer_and_no_service_reads_its_own() {
        for &stream in Stream::ALL {
            let writers = Service::ALL.iter().filter(|service| service.streams().contains(&stream));
            assert_eq!(writers.collect::<Vec<_>>(), [&stream.producer()], "{stream}");
            assert!(!stream.producer().reads().contains(&stream), "{stream}");
        }
    }

    #[test]
    fn a_stream_is_named_by_its_word_in_capitals() {
        for stream in Stream::ALL {
            assert_eq!(stream.name(), stream.word().to_uppercase());
        }
    }

    #[test]
    fn services_are_in_alphabetical_order() {
        assert!(Service::ALL.is_sorted_by_key(|service| service.word()));
        assert!(Service::ALL.is_sorted());
    }

    #[test]
    fn the_definitions_are_read_by_all_but_their_owner() {
        for service in Service::ALL {
            let reads = service.reads().contains(&Stream::Definition);
            assert_eq!(reads, *service != Service::Intake, "{service}");
        }
    }
}
