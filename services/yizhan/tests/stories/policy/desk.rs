//! What the desk asks of intake by gRPC, besides opening cases; alarms too.

use proto::{intake::v1 as intake, words::v1 as words};
use rpc::Call;

use super::{
    Question, another_urgency,
    campus::alarm_kind,
    grpc::{Asked, Grpc, impossible, nothing, somebody_else},
};

/// An alarm of this level, at a place that there is not.
fn alarm_of(question: &Question<'_>) -> intake::OpenAlarmRequest {
    let intake::AcceptCaseRequest { channel, place, caller, .. } = impossible(question);
    let kind = words::AlarmKind::from(alarm_kind(question.level)).into();
    intake::OpenAlarmRequest { kind, channel, place, caller, ..Default::default() }
}

/// The campus of the walk takes none, which who may complain is told.
fn complaint_about(case: String) -> intake::ComplainCaseRequest {
    let (channel, text) = (words::Channel::Web.into(), "walk".to_owned());
    intake::ComplainCaseRequest { case, channel, text, person: None, withheld: false }
}

fn said_about(case: String) -> intake::HearWordsRequest {
    let (channel, text) = (words::Channel::Web.into(), "walk".to_owned());
    intake::HearWordsRequest { case, channel, text, person: Some(somebody_else()) }
}

fn another_urgency_of(question: &Question<'_>, case: String) -> intake::ChangeUrgencyRequest {
    let urgency = words::Urgency::from(another_urgency(question)).into();
    intake::ChangeUrgencyRequest { case, urgency, reason: "walk".to_owned() }
}

fn leaks_nearby() -> intake::FindSimilarRequest {
    let (item, place) = ("water-leak".to_owned(), "library".to_owned());
    intake::FindSimilarRequest { item, place, ..Default::default() }
}

fn reply_to(case: String) -> intake::ReplyCaseRequest {
    intake::ReplyCaseRequest { case, text: "walk".to_owned(), next: None }
}

impl Grpc {
    pub(super) async fn ask_desk(
        &self,
        question: &Question<'_>,
        call: &Call,
        method: &str,
    ) -> Asked {
        let case = || question.world.case(question.probe.action, question.level).to_owned();
        let mut intake = self.intake();
        match method {
            "FindSimilar" => intake.find_similar(call.request(leaks_nearby())).await.map(nothing),
            "OpenAlarm" => intake.open_alarm(call.request(alarm_of(question))).await.map(nothing),
            "ChaseCase" => {
                let request = intake::ChaseCaseRequest { case: case(), ..Default::default() };
                intake.chase_case(call.request(request)).await.map(nothing)
            }
            "ComplainCase" => {
                intake.complain_case(call.request(complaint_about(case()))).await.map(nothing)
            }
            "HearWords" => intake.hear_words(call.request(said_about(case()))).await.map(nothing),
            "JoinCase" => {
                let caller = Some(somebody_else());
                let channel = words::Channel::Hotline.into();
                let request =
                    intake::JoinCaseRequest { case: case(), channel, caller, ..Default::default() };
                intake.join_case(call.request(request)).await.map(nothing)
            }
            "UnjoinCase" => {
                let person = Some(somebody_else());
                let request =
                    intake::UnjoinCaseRequest { case: case(), person, ..Default::default() };
                intake.unjoin_case(call.request(request)).await.map(nothing)
            }
            "ChangeUrgency" => {
                let request = another_urgency_of(question, case());
                intake.change_urgency(call.request(request)).await.map(nothing)
            }
            "AddNote" => {
                let request = intake::AddNoteRequest { case: case(), text: "walk".to_owned() };
                intake.add_note(call.request(request)).await.map(nothing)
            }
            "ReplyCase" => intake.reply_case(call.request(reply_to(case()))).await.map(nothing),
            "CloseCaseAs" => {
                let end = words::End::Test.into();
                let request =
                    intake::CloseCaseAsRequest { case: case(), end, ..Default::default() };
                intake.close_case_as(call.request(request)).await.map(nothing)
            }
            "LogContact" => {
                let outcome = intake::ContactOutcome::Answered.into();
                let channel = words::Channel::Counter.into();
                let request = intake::LogContactRequest { channel, outcome, ..Default::default() };
                intake.log_contact(call.request(request)).await.map(nothing)
            }
            _ => {
                let request = intake::ListContactsRequest::default();
                intake.list_contacts(call.request(request)).await.map(nothing)
            }
        }
    }
}
