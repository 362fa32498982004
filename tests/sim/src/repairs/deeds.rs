//! What people ask of the four services, and how each kind is called in reports.

use callback_survey_core as survey;
use dispatch_core as dispatch;
use escalation_timer_core as timer;
use events::words::Service;
use intake_core as intake;
use uuid::Uuid;

/// A command, of one of the four.
#[derive(Debug, Clone)]
pub(super) enum Order {
    Intake(intake::Command),
    Dispatch(dispatch::Command),
    Timer(timer::Command),
    Survey(survey::Command),
}

/// A command about a case, under one idempotency key however often it is sent.
#[derive(Debug, Clone)]
pub(super) struct Sending {
    pub(super) key: Uuid,
    pub(super) case: Uuid,
    pub(super) order: Order,
}

/// All kinds of commands, by the names that reports give them.
pub const DEEDS: [&str; 42] = [
    "accept the risk",
    "accept",
    "adjudicate",
    "answer",
    "answer not solved",
    "answer solved",
    "approve the extension",
    "approve the pause",
    "arrive",
    "ask",
    "ask for a pause",
    "ask for an extension",
    "assign",
    "attempt",
    "change the urgency",
    "chase",
    "claim",
    "close as a duplicate",
    "close as",
    "close the incident",
    "complete",
    "contain",
    "extend",
    "hold",
    "join the incident",
    "join",
    "merge",
    "note",
    "order",
    "reassign",
    "refuse the extension",
    "refuse the pause",
    "reopen",
    "resume",
    "return",
    "split",
    "take over",
    "transfer",
    "unjoin",
    "update the incident",
    "withdraw",
    "absorb",
];

impl Order {
    /// Whose it is to do.
    pub(super) const fn service(&self) -> Service {
        match self {
            Self::Intake(_) => Service::Intake,
            Self::Dispatch(_) => Service::Dispatch,
            Self::Timer(_) => Service::EscalationTimer,
            Self::Survey(_) => Service::CallbackSurvey,
        }
    }

    /// Its name in reports.
    pub(super) fn deed(&self) -> &'static str {
        match self {
            Self::Intake(command) => match command {
                intake::Command::Accept(_) => "accept",
                intake::Command::Withdraw(_) => "withdraw",
                intake::Command::Reopen(_) => "reopen",
                intake::Command::Chase(_) => "chase",
                intake::Command::Join(_) => "join",
                intake::Command::Unjoin(_) => "unjoin",
                intake::Command::ChangeUrgency(_) => "change the urgency",
                intake::Command::Note(_) => "note",
                intake::Command::CloseAs(close) => match close.disposal {
                    intake::Disposal::Duplicate { .. } => "close as a duplicate",
                    intake::Disposal::NotOurs { .. }
                    | intake::Disposal::Refused
                    | intake::Disposal::Test => "close as",
                },
                intake::Command::Absorb(_) => "absorb",
                intake::Command::JoinIncident(_) => "join the incident",
                intake::Command::UpdateIncident(_) => "update the incident",
                intake::Command::CloseIncident(_) => "close the incident",
            },
            Self::Dispatch(command) => command.word(),
            Self::Timer(command) => command.word(),
            Self::Survey(command) => match command {
                survey::Command::Attempt(_) => "attempt",
                survey::Command::Answer(answer) if answer.solved => "answer solved",
                survey::Command::Answer(_) => "answer not solved",
            },
        }
    }
}
