//! The desk's shift is handed over: signed by both, once each, with what was left.

use authz::{Role, Subject};
use events::{intake::CaseAcceptedV1, words::Level};
use proto::{
    dispatch::v1::{
        AskRequest, HandoverSignature, ShowHandoverRequest, ShowHandoverResponse,
        SignHandoverRequest,
    },
    words::v1::Asked,
};
use rpc::{Code, Error};
use service_kit::{account, somebody};

use crate::case::{Running, leak, lock, plumber};

const LEAVES: HandoverSignature = HandoverSignature::Leaving;
const TAKES_OVER: HandoverSignature = HandoverSignature::TakingOver;

impl Running {
    async fn sign(
        &self,
        by: &Subject,
        signature: HandoverSignature,
        log: &str,
    ) -> Result<String, Error> {
        let request = SignHandoverRequest { signature: signature.into(), log: log.to_owned() };
        let answer = self.client().sign_handover(self.asks(by, request)).await?;
        Ok(answer.into_inner().handover)
    }

    async fn desk(&self, by: &Subject) -> ShowHandoverResponse {
        let request = self.asks(by, ShowHandoverRequest {});
        self.client().show_handover(request).await.unwrap().into_inner()
    }
}

fn assistant() -> Subject {
    somebody(Role::DeskAssistant, None)
}

fn refusal(answer: Result<String, Error>) -> (Code, String) {
    let error = answer.unwrap_err();
    (error.code(), error.reason().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_leaves_another_takes_over_and_both_are_on_record_with_what_was_left() {
    let dispatch = Running::start().await;
    let (an, bai, plumber) = (assistant(), assistant(), plumber());
    let (_, order) = dispatch.offered(leak()).await;
    dispatch.claim(&plumber, &order).await.unwrap();
    let (of, text) = (Asked::Desk.into(), "who has the key?".to_owned());
    let request = AskRequest { work_order: order.clone(), of, text };
    dispatch.client().ask(dispatch.asks(&plumber, request)).await.unwrap();
    dispatch.offered(lock()).await;
    let (_, done) = dispatch.offered(leak()).await;
    dispatch.claim(&plumber, &done).await.unwrap();
    dispatch.complete(&plumber, &done).await.unwrap();

    let left = dispatch.sign(&an, LEAVES, " WORDS of the night ").await.unwrap();
    let shown = dispatch.desk(&bai).await;
    let [handover] = &shown.handovers[..] else { panic!("{shown:?}") };
    assert_eq!((&*handover.id, &*handover.left_by), (&*left, &*account(&an).to_string()));
    assert_eq!((handover.work_orders, handover.questions), (2, 1));
    assert_eq!((&*handover.log, &*handover.taken_by), ("WORDS of the night", ""));
    assert!(shown.on_shift.is_empty() && shown.falls_to_counsellor_at.is_some());

    assert_eq!(dispatch.sign(&bai, TAKES_OVER, "").await.unwrap(), left);
    let shown = dispatch.desk(&bai).await;
    assert_eq!(shown.on_shift, account(&bai).to_string());
    assert_eq!(shown.handovers[0].taken_by, account(&bai).to_string());
    assert!(shown.falls_to_counsellor_at.is_none());
    let actions: Vec<(String, String)> = sqlx::query_as(
        "select actor, action from delivery.audit where action like 'handover.%' order by seq",
    )
    .fetch_all(dispatch.pool())
    .await
    .unwrap();
    assert_eq!(
        actions,
        [
            (an.principal.to_string(), "handover.left".to_owned()),
            (bai.principal.to_string(), "handover.taken-over".to_owned()),
        ]
    );
    for everything in [
        "select count(*) from delivery.audit where detail::text like '%WORDS%'",
        "select count(*) from delivery.outbox where position('WORDS' in convert_from(payload, 'UTF8')) > 0",
        "select count(*) from dispatch.handover where position('WORDS' in encode(sealed, 'escape')) > 0",
    ] {
        assert_eq!(dispatch.count(everything).await, 0, "{everything}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_given_once_and_by_whom_it_is() {
    let dispatch = Running::start().await;
    let (an, bai, counsellor) = (assistant(), assistant(), somebody(Role::DutyCounsellor, None));
    let conflict = |reason: &str| (Code::Conflict, reason.to_owned());
    let early = |reason: &str| (Code::FailedPrecondition, reason.to_owned());
    let signs = async |by, signature| dispatch.sign(by, signature, "").await;
    assert_eq!(refusal(signs(&bai, TAKES_OVER).await), early("nothing-to-take-over"));
    signs(&an, LEAVES).await.unwrap();
    assert_eq!(refusal(signs(&an, LEAVES).await), conflict("already-signed"));
    assert_eq!(refusal(signs(&bai, LEAVES).await), conflict("handover-waits"));
    assert_eq!(refusal(signs(&an, TAKES_OVER).await), early("same-person"));
    signs(&bai, TAKES_OVER).await.unwrap();
    assert_eq!(refusal(signs(&an, LEAVES).await), conflict("not-on-shift"));
    signs(&counsellor, LEAVES).await.unwrap();
    let newest = dispatch.desk(&counsellor).await.handovers.remove(0);
    assert_eq!(newest.left_by, account(&bai).to_string(), "who went without");
    assert_eq!(newest.left_signed_by, account(&counsellor).to_string());
    // There may be nobody else.
    signs(&counsellor, TAKES_OVER).await.unwrap();
    assert_eq!(dispatch.desk(&an).await.on_shift, account(&counsellor).to_string());
    signs(&counsellor, LEAVES).await.unwrap();

    let unsaid = dispatch.sign(&an, HandoverSignature::Unspecified, "").await.unwrap_err();
    assert_eq!(
        (unsaid.reason(), &*unsaid.violations()[0].field),
        ("handover-invalid", "signature")
    );
    let log = dispatch.sign(&an, TAKES_OVER, "mine").await.unwrap_err();
    assert_eq!(log.violations()[0].field, "log");
    let long = dispatch.sign(&an, LEAVES, &"字".repeat(2_001)).await.unwrap_err();
    assert_eq!(long.violations()[0].field, "log");
    let stranger = refusal(signs(&plumber(), TAKES_OVER).await);
    assert_eq!(stranger, (Code::PermissionDenied, "not-permitted".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_leave_or_take_over_at_once_one_does_and_a_repetition_is_the_same() {
    let dispatch = Running::start().await;
    let (an, bai, counsellor) = (assistant(), assistant(), somebody(Role::DutyCounsellor, None));
    let both = futures::join!(dispatch.sign(&an, LEAVES, ""), dispatch.sign(&bai, LEAVES, ""));
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request = SignHandoverRequest { signature: TAKES_OVER.into(), log: String::new() };
        let asked = dispatch.asks_under("once", &counsellor, request);
        answers.push(dispatch.client().sign_handover(asked).await.unwrap().into_inner());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(dispatch.count("select count(*) from dispatch.handover").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restricted_is_not_even_counted_for_who_may_not_see_it() {
    let dispatch = Running::start().await;
    let (an, counsellor) = (assistant(), somebody(Role::DutyCounsellor, None));
    dispatch.offered(leak()).await;
    dispatch.offered(CaseAcceptedV1 { level: Level::Restricted, ..leak() }).await;
    dispatch.sign(&counsellor, LEAVES, "").await.unwrap();
    assert_eq!(dispatch.desk(&counsellor).await.handovers[0].work_orders, 2);
    assert_eq!(dispatch.desk(&an).await.handovers[0].work_orders, 1);
    dispatch.sign(&an, TAKES_OVER, "").await.unwrap();
    dispatch.sign(&an, LEAVES, "").await.unwrap();
    let newest = dispatch.desk(&counsellor).await.handovers.remove(0);
    assert_eq!(newest.work_orders, 1, "who left did not see the other");
}
