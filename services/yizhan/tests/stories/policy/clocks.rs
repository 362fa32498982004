//! What escalation-timer is asked: of clocks that have stopped, so that nothing comes of it.

use proto::{
    escalation_timer::v1::{self as timer, escalation_timer_client::EscalationTimerClient},
    words::v1 as words,
};
use rpc::{Call, Channel};

use super::{
    Question,
    grpc::{Asked, nothing},
};

pub(super) async fn ask(
    channel: Channel,
    question: &Question<'_>,
    call: &Call,
    method: &str,
) -> Asked {
    let case_id = question.world.case(question.probe.action, question.level).to_owned();
    let until = Some(delivery_rpc::timestamp(question.world.earlier()));
    let mut timer = EscalationTimerClient::new(channel);
    match method {
        "ListClocks" => {
            let request = timer::ListClocksRequest { case_id };
            let clocks = timer.list_clocks(call.request(request)).await?;
            assert!(!clocks.get_ref().clocks.is_empty());
            Ok(nothing(clocks))
        }
        "AskExtension" => {
            let request = timer::AskExtensionRequest {
                case_id,
                until,
                reason: words::HoldReason::Parts.into(),
            };
            timer.ask_extension(call.request(request)).await.map(nothing)
        }
        "ApproveExtension" => {
            let request = timer::ApproveExtensionRequest { case_id };
            timer.approve_extension(call.request(request)).await.map(nothing)
        }
        "RefuseExtension" => {
            let request = timer::RefuseExtensionRequest { case_id };
            timer.refuse_extension(call.request(request)).await.map(nothing)
        }
        "AskPause" => {
            let request = timer::AskPauseRequest { case_id, ..Default::default() };
            timer.ask_pause(call.request(request)).await.map(nothing)
        }
        "ApprovePause" => {
            let request = timer::ApprovePauseRequest { case_id, ..Default::default() };
            timer.approve_pause(call.request(request)).await.map(nothing)
        }
        "RefusePause" => {
            let request = timer::RefusePauseRequest { case_id, ..Default::default() };
            timer.refuse_pause(call.request(request)).await.map(nothing)
        }
        _ => lead(timer, (case_id, until), call, method).await,
    }
}

/// What leaders do.
async fn lead(
    mut timer: EscalationTimerClient<Channel>,
    (case_id, until): (String, Option<prost_types::Timestamp>),
    call: &Call,
    method: &str,
) -> Asked {
    let commitment = words::Commitment::Unspecified.into();
    match method {
        "ExtendLate" => {
            let request = timer::ExtendLateRequest { case_id, until, commitment };
            timer.extend_late(call.request(request)).await.map(nothing)
        }
        "TakeOver" => {
            let request = timer::TakeOverRequest { case_id, commitment };
            timer.take_over(call.request(request)).await.map(nothing)
        }
        "GiveOrder" => {
            let request = timer::GiveOrderRequest { case_id, text: "walk".to_owned(), commitment };
            timer.give_order(call.request(request)).await.map(nothing)
        }
        _ => {
            let request = timer::AcceptRiskRequest { case_id, until, commitment };
            timer.accept_risk(call.request(request)).await.map(nothing)
        }
    }
}
