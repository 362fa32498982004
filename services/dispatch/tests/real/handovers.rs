//! The desk's shift is handed over: signed by both, once each, with what was left.

use authz::{Role, Subject};
use definitions::Document;
use events::{
    DispatchFact, Fact,
    dispatch::DESK_KEY,
    intake::CaseAcceptedV1,
    words::{DocumentKind, Level},
};
use jiff::SignedDuration;
use proto::{
    dispatch::v1::{
        AskRequest, HandoverSignature, ShowHandoverRequest, ShowHandoverResponse,
        SignHandoverRequest, SignHandoverResponse,
    },
    words::v1::Asked,
};
use rpc::{Code, Error};
use service_kit::{account, somebody};
use testkit::eventually;

use crate::case::{Running, leak, lock, plumber};

const LEAVES: HandoverSignature = HandoverSignature::Leaving;
const TAKES_OVER: HandoverSignature = HandoverSignature::TakingOver;

/// What passes from hand to hand with the desk of the example campus.
const CHECK_LIST: [&str; 4] = ["keys", "radio", "first-aid", "open-doors"];

impl Running {
    /// Somebody signs for what they are shown now.
    async fn sign(
        &self,
        by: &Subject,
        signature: HandoverSignature,
        log: &str,
    ) -> Result<String, Error> {
        let (version, log) = (self.desk(by).await.version, log.to_owned());
        let request = if signature == LEAVES {
            SignHandoverRequest { log, ..leaving(version) }
        } else {
            let signature = signature.into();
            SignHandoverRequest { signature, log, version, ..Default::default() }
        };
        self.signs(by, request).await
    }

    async fn signs(&self, by: &Subject, request: SignHandoverRequest) -> Result<String, Error> {
        Ok(self.signed(by, request).await?.handover)
    }

    async fn signed(
        &self,
        by: &Subject,
        request: SignHandoverRequest,
    ) -> Result<SignHandoverResponse, Error> {
        Ok(self.client().sign_handover(self.asks(by, request)).await?.into_inner())
    }

    /// The counsellor signs for who went without a word.
    async fn signs_for(&self, by: &Subject, who: &Subject) -> Result<String, Error> {
        let (version, left_by) = (self.desk(by).await.version, account(who).to_string());
        let request = SignHandoverRequest { left_by, ..leaving(version) };
        self.signs(by, request).await
    }

    /// Two at work at the desk, and who stands above it.
    async fn shift(&self) -> [Subject; 3] {
        let (an, bai) = (assistant(), assistant());
        self.holds(&[&an, &bai]).await;
        [an, bai, somebody(Role::DutyCounsellor, None)]
    }

    async fn desk(&self, by: &Subject) -> ShowHandoverResponse {
        let request = self.asks(by, ShowHandoverRequest {});
        self.client().show_handover(request).await.unwrap().into_inner()
    }
}

fn assistant() -> Subject {
    let posts = ["hall/desk".parse().unwrap()].into();
    Subject { posts, ..somebody(Role::DeskAssistant, Some("hall")) }
}

/// Everything is there.
fn leaving(version: String) -> SignHandoverRequest {
    finding(version, &CHECK_LIST, &[])
}

fn finding(version: String, checked: &[&str], missing: &[&str]) -> SignHandoverRequest {
    let [checked, missing] =
        [checked, missing].map(|codes| codes.iter().map(ToString::to_string).collect());
    let signature = LEAVES.into();
    SignHandoverRequest { signature, version, checked, missing, ..Default::default() }
}

fn refusal(answer: Result<String, Error>) -> (Code, String) {
    let error = answer.unwrap_err();
    (error.code(), error.reason().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_leaves_another_takes_over_and_both_are_on_record_with_what_was_left() {
    let dispatch = Running::start().await;
    let [an, bai, _] = dispatch.shift().await;
    let plumber = plumber();
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
    let version = shown.version.clone();

    assert_eq!(dispatch.sign(&bai, TAKES_OVER, "").await.unwrap(), left);
    let shown = dispatch.desk(&bai).await;
    assert_eq!(shown.on_shift, account(&bai).to_string());
    assert_eq!(shown.handovers[0].taken_by, account(&bai).to_string());
    assert!(shown.falls_to_counsellor_at.is_none());
    let actions: Vec<(String, String, String)> = sqlx::query_as(
        "select actor, action, detail ->> 'version' from delivery.audit
         where action like 'handover.%' order by seq",
    )
    .fetch_all(dispatch.pool())
    .await
    .unwrap();
    assert_eq!(
        actions,
        [
            (an.principal.to_string(), "handover.left".to_owned(), version.clone()),
            (bai.principal.to_string(), "handover.taken-over".to_owned(), version),
        ],
        "both signed for the same"
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
async fn who_leaves_says_of_each_thing_of_the_check_list_whether_it_is_there() {
    let dispatch = Running::start().await;
    let [an, bai, _] = dispatch.shift().await;
    let shown = dispatch.desk(&an).await;
    let listed: Vec<_> = shown.check_list.iter().map(|one| &*one.check).collect();
    assert_eq!(listed, CHECK_LIST, "in the order of the campus");
    let keys = &shown.check_list[0];
    assert_eq!((&*keys.name_zh, &*keys.name_en), ("值班室钥匙", "Keys of the Duty Room"));
    let found =
        |checked: &[&str], missing: &[&str]| finding(shown.version.clone(), checked, missing);
    for (request, field, what) in [
        (found(&[], &[]), "checked", "keys, radio, first-aid, open-doors: neither"),
        (found(&["keys", "first-aid"], &["radio"]), "checked", "open-doors: neither"),
        (found(&CHECK_LIST, &["radio"]), "missing", "radio: said to be checked too"),
        (found(&CHECK_LIST, &["torch"]), "missing", "torch: not on"),
    ] {
        let error = dispatch.signs(&an, request).await.unwrap_err();
        assert_eq!((error.code(), error.reason()), (Code::InvalidArgument, "unchecked"));
        let [wrong] = error.violations() else { panic!("{error:?}") };
        assert_eq!(wrong.field, field);
        assert!(wrong.description.starts_with(what), "{wrong:?}");
    }
    for (wrong, field) in [("First Aid", "checked"), ("", "missing")] {
        let one = [wrong];
        let request = if field == "checked" { found(&one, &[]) } else { found(&[], &one) };
        let error = dispatch.signs(&an, request).await.unwrap_err();
        assert_eq!((error.reason(), &*error.violations()[0].field), ("handover-invalid", field));
    }
    let endless = dispatch.signs(&an, found(&["keys"; 21], &[])).await.unwrap_err();
    assert_eq!(endless.reason(), "handover-invalid");
    assert!(dispatch.desk(&an).await.handovers.is_empty(), "nothing is signed");

    dispatch.signs(&an, found(&["open-doors", "keys", "first-aid"], &["radio"])).await.unwrap();
    let shown = dispatch.desk(&bai).await;
    assert_eq!(shown.handovers[0].checked, ["first-aid", "keys", "open-doors"]);
    assert_eq!(shown.handovers[0].missing, ["radio"]);
    // Who takes over signs for what was found, and finds nothing of their own.
    let taking = SignHandoverRequest { signature: TAKES_OVER.into(), ..leaving(shown.version) };
    let error = dispatch.signs(&bai, taking).await.unwrap_err();
    assert_eq!((error.reason(), &*error.violations()[0].field), ("handover-invalid", "checked"));
    dispatch.sign(&bai, TAKES_OVER, "").await.unwrap();
    assert_eq!(dispatch.desk(&bai).await.handovers[0].missing, ["radio"]);
    let kept = "select count(*) from delivery.audit where action = 'handover.left'
                and detail -> 'missing' = '[\"radio\"]' and jsonb_array_length(detail -> 'checked') = 3";
    assert_eq!(dispatch.count(kept).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_without_a_check_list_has_nothing_to_tick() {
    let mut campus = campus_kit::documents();
    let is_hall =
        |one: &&mut Document| one.kind == DocumentKind::Department && one.id.as_str() == "hall";
    let hall = campus.iter_mut().find(is_hall).unwrap();
    let posts = hall.value["spec"]["posts"].as_array_mut().unwrap();
    let desk = posts.iter_mut().find(|post| post["post"] == "desk").unwrap();
    desk.as_object_mut().unwrap().remove("handover").unwrap();
    let dispatch = Running::start_on(&campus).await;
    let [an, bai, _] = dispatch.shift().await;
    assert!(dispatch.desk(&an).await.check_list.is_empty());
    let refused = refusal(dispatch.sign(&an, LEAVES, "").await);
    assert_eq!(refused, (Code::InvalidArgument, "unchecked".to_owned()));
    let version = dispatch.desk(&an).await.version;
    dispatch.signs(&an, finding(version, &[], &[])).await.unwrap();
    let handover = dispatch.desk(&bai).await.handovers.remove(0);
    assert!(handover.checked.is_empty() && handover.missing.is_empty(), "{handover:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_given_once_and_by_whom_it_is() {
    let dispatch = Running::start().await;
    let [an, bai, counsellor] = dispatch.shift().await;
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
    // Nobody signs another out by mistake.
    assert_eq!(refusal(signs(&counsellor, LEAVES).await), conflict("not-on-shift"));
    let refused = refusal(dispatch.signs_for(&counsellor, &an).await);
    assert_eq!(refused, conflict("not-on-shift"));
    let refused = refusal(dispatch.signs_for(&an, &bai).await);
    assert_eq!(refused, (Code::PermissionDenied, "not-the-counsellor".to_owned()));
    dispatch.signs_for(&counsellor, &bai).await.unwrap();
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
    let unseen = dispatch.signs(&an, leaving(String::new())).await.unwrap_err();
    assert_eq!(unseen.violations()[0].field, "version");
    let stranger = refusal(dispatch.signs(&plumber(), leaving("walk".to_owned())).await);
    assert_eq!(stranger, (Code::PermissionDenied, "not-permitted".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_at_the_desk_signs_nothing_but_that_they_leave_what_they_have() {
    let dispatch = Running::start().await;
    let [an, bai, counsellor] = dispatch.shift().await;
    let elsewhere = assistant();
    let denied = (Code::PermissionDenied, "not-at-the-desk".to_owned());
    assert_eq!(refusal(dispatch.sign(&elsewhere, LEAVES, "").await), denied);
    dispatch.sign(&an, LEAVES, "").await.unwrap();
    assert_eq!(refusal(dispatch.sign(&elsewhere, TAKES_OVER, "").await), denied);
    dispatch.sign(&bai, TAKES_OVER, "").await.unwrap();
    // Their time there ended before they left.
    dispatch.holds(&[&an]).await;
    dispatch.sign(&bai, LEAVES, "").await.unwrap();
    dispatch.sign(&counsellor, TAKES_OVER, "").await.unwrap();
    dispatch.sign(&counsellor, LEAVES, "").await.unwrap();
    assert_eq!(refusal(dispatch.sign(&bai, TAKES_OVER, "").await), denied);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_for_what_they_were_not_shown() {
    let dispatch = Running::start().await;
    let [an, bai, _] = dispatch.shift().await;
    let changed = (Code::Conflict, "handover-changed".to_owned());
    let before = dispatch.desk(&bai).await.version;
    dispatch.offered(leak()).await;
    assert_eq!(refusal(dispatch.signs(&an, leaving(before)).await), changed, "shown to another");
    dispatch.sign(&an, LEAVES, "two keys").await.unwrap();
    let taking = |version: String| SignHandoverRequest {
        signature: TAKES_OVER.into(),
        version,
        ..Default::default()
    };
    let left = dispatch.desk(&bai).await.version;
    let unlike = format!("{left}0");
    assert_eq!(refusal(dispatch.signs(&bai, taking(unlike)).await), changed);
    // What comes meanwhile was not left by who left.
    dispatch.offered(lock()).await;
    dispatch.signs(&bai, taking(left)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_signs_for_what_they_saw_a_little_before_and_is_told_what_came_since() {
    let dispatch = Running::start().await;
    let [an, bai, _] = dispatch.shift().await;
    let plumber = plumber();
    let (_, seen) = dispatch.offered(leak()).await;
    let (_, done) = dispatch.offered(leak()).await;
    let before = dispatch.desk(&an).await.version;
    for order in [&seen, &done] {
        dispatch.claim(&plumber, order).await.unwrap();
    }
    dispatch.complete(&plumber, &done).await.unwrap();
    let (_, new) = dispatch.offered(leak()).await;
    let (of, text) = (Asked::Desk.into(), "who has the key?".to_owned());
    let request = AskRequest { work_order: seen.clone(), of, text };
    dispatch.client().ask(dispatch.asks(&plumber, request)).await.unwrap();
    dispatch.jump(SignedDuration::from_mins(9));

    let signed = dispatch.signed(&an, leaving(before)).await.unwrap();
    let [order, question] = &signed.came_since[..] else { panic!("{signed:?}") };
    assert_eq!((&order.work_order, &*order.question), (&new, ""));
    assert_eq!(question.work_order, seen);
    assert!(!question.question.is_empty());
    assert!(signed.came_since.iter().all(|one| !one.case_number.is_empty()), "{signed:?}");
    // What came is left with the rest, and whoever takes over signs for all of it.
    let shown = dispatch.desk(&bai).await;
    assert_eq!((shown.handovers[0].work_orders, shown.handovers[0].questions), (2, 1));
    let taking = SignHandoverRequest {
        signature: TAKES_OVER.into(),
        version: shown.version,
        ..Default::default()
    };
    assert!(dispatch.signed(&bai, taking).await.unwrap().came_since.is_empty());
    let kept = "select jsonb_array_length(detail #> '{came_since,work_orders}')::bigint
                from delivery.audit where action = 'handover.left'";
    assert_eq!(dispatch.count(kept).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_too_long_ago_or_in_another_shift_is_shown_again_before_it_is_signed_for() {
    let dispatch = Running::start().await;
    let [an, bai, _] = dispatch.shift().await;
    let changed = (Code::Conflict, "handover-changed".to_owned());
    dispatch.sign(&an, LEAVES, "").await.unwrap();
    dispatch.sign(&bai, TAKES_OVER, "").await.unwrap();
    let stale = dispatch.desk(&bai).await.version;
    dispatch.offered(leak()).await;
    dispatch.jump(SignedDuration::from_mins(11));
    assert_eq!(refusal(dispatch.signs(&bai, leaving(stale)).await), changed);

    let earlier = dispatch.desk(&bai).await.version;
    dispatch.sign(&bai, LEAVES, "").await.unwrap();
    dispatch.sign(&an, TAKES_OVER, "").await.unwrap();
    dispatch.sign(&an, LEAVES, "").await.unwrap();
    dispatch.sign(&bai, TAKES_OVER, "").await.unwrap();
    dispatch.offered(leak()).await;
    assert_eq!(refusal(dispatch.signs(&bai, leaving(earlier)).await), changed);
    // Each signature forgets what nobody may sign for any more.
    let old = "select count(*) from dispatch.handover_shown s
               where s.shown_at < (select max(left_at) - interval '10 minutes' from dispatch.handover)";
    assert_eq!(dispatch.count(old).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_and_was_not_relieved_has_the_desk_again_after_a_quarter_of_an_hour() {
    let dispatch = Running::start().await;
    let [an, _, _] = dispatch.shift().await;
    dispatch.sign(&an, LEAVES, "").await.unwrap();
    let refused = refusal(dispatch.sign(&an, TAKES_OVER, "").await);
    assert_eq!(refused, (Code::FailedPrecondition, "same-person".to_owned()));
    dispatch.jump(SignedDuration::from_mins(16));
    dispatch.sign(&an, TAKES_OVER, "").await.unwrap();
    assert_eq!(dispatch.desk(&an).await.on_shift, account(&an).to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn that_nobody_took_it_over_is_said_once_after_a_quarter_of_an_hour() {
    let dispatch = Running::start().await;
    let [an, bai, _] = dispatch.shift().await;
    let left = dispatch.sign(&an, LEAVES, "").await.unwrap();
    dispatch.jump(SignedDuration::from_mins(16));
    let said = async || dispatch.facts(DESK_KEY).await.pop();
    let Fact::Dispatch(DispatchFact::HandoverUntaken(one)) = eventually("it is said", said).await
    else {
        panic!()
    };
    assert_eq!(one.handover.to_string(), left);
    assert_eq!(one.at, one.left_at + SignedDuration::from_mins(15));
    let woken = "select count(*) from delivery.audit where action = 'handover.untaken'";
    assert_eq!(dispatch.count(woken).await, 1);

    dispatch.sign(&bai, TAKES_OVER, "").await.unwrap();
    dispatch.sign(&bai, LEAVES, "").await.unwrap();
    dispatch.sign(&an, TAKES_OVER, "").await.unwrap();
    let waits = "select count(*) from delivery.aggregate
                 where next_at is not null and key = '796a0000-0000-8000-8000-000000000004'";
    assert_eq!(dispatch.count(waits).await, 0, "of a desk that is had nobody is woken");
    assert_eq!(dispatch.said(DESK_KEY).await, ["handover.untaken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_leave_or_take_over_at_once_one_does_and_a_repetition_is_the_same() {
    let dispatch = Running::start().await;
    let [an, bai, counsellor] = dispatch.shift().await;
    let both = futures::join!(dispatch.sign(&an, LEAVES, ""), dispatch.sign(&bai, LEAVES, ""));
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
    let mut answers = Vec::new();
    let version = dispatch.desk(&counsellor).await.version;
    for _ in 0..2 {
        let (signature, version) = (TAKES_OVER.into(), version.clone());
        let request = SignHandoverRequest { signature, version, ..Default::default() };
        let asked = dispatch.asks_under("once", &counsellor, request);
        answers.push(dispatch.client().sign_handover(asked).await.unwrap().into_inner());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(dispatch.count("select count(*) from dispatch.handover").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restricted_is_not_even_counted_for_who_may_not_see_it() {
    let dispatch = Running::start().await;
    let [an, _, counsellor] = dispatch.shift().await;
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
