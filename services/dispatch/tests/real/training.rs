//! Training: an assistant takes no work order of an item that needs it before it is recorded.

use authz::{Role, Subject};
use events::{
    DEFINITION_KEY, DefinitionFact,
    definition::DocumentChangedV1,
    intake::CaseAcceptedV1,
    words::{DocumentKind, Revision},
};
use proto::dispatch::v1::{AssignRequest, RecordTrainingRequest, ShowRosterRequest, Training};
use rpc::{Code, Error};
use service_kit::{account, somebody};

use crate::case::{Running, holding, leak};

const ASSISTANT: &str = "network/helpdesk-b";
const ITEM: &str = "mailbox-fault";

/// A mailbox that does not work: the network centre's, which lets no untrained assistant near it.
fn mailbox() -> CaseAcceptedV1 {
    CaseAcceptedV1 { item: ITEM.parse().unwrap(), ..leak() }
}

impl Running {
    async fn trains(
        &self,
        who: &Subject,
        (trainee, item): (&Subject, &str),
        revoked: bool,
    ) -> Result<(), Error> {
        let (account, item) = (account(trainee).to_string(), item.to_owned());
        let request = RecordTrainingRequest { account, item, revoked };
        self.client().record_training(self.asks(who, request)).await?;
        Ok(())
    }

    async fn trainings(&self, post: &str) -> Vec<Training> {
        let desk = somebody(Role::DeskAssistant, None);
        let request = ShowRosterRequest { post: post.to_owned(), ..Default::default() };
        let answer = self.client().show_roster(self.asks(&desk, request)).await.unwrap();
        let [post] = &answer.into_inner().posts[..] else { panic!() };
        post.trainings.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assistant_takes_what_needs_training_once_their_teacher_has_recorded_it() {
    let dispatch = Running::start().await;
    let [assistant, teacher] = [holding(&[ASSISTANT]), holding(&["network/helpdesk-a"])];
    dispatch.holds(&[&assistant, &teacher]).await;
    let (_, work_order) = dispatch.offered(mailbox()).await;
    let refused = dispatch.claim(&assistant, &work_order).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::FailedPrecondition, "not-trained"));
    assert!(refused.violations().is_empty(), "they named nobody");
    let assign =
        AssignRequest { work_order: work_order.clone(), to: account(&assistant).to_string() };
    let refused = dispatch.client().assign(dispatch.asks(&teacher, assign)).await.unwrap_err();
    let refused = Error::from(refused);
    assert_eq!((refused.reason(), &*refused.violations()[0].field), ("not-trained", "to"));

    dispatch.trains(&teacher, (&assistant, ITEM), false).await.unwrap();
    let [recorded] = &dispatch.trainings(ASSISTANT).await[..] else { panic!() };
    assert_eq!((&*recorded.account, &*recorded.item), (&*account(&assistant).to_string(), ITEM));
    assert!(dispatch.trainings("network/helpdesk-a").await.is_empty());
    dispatch.claim(&assistant, &work_order).await.unwrap();
    let audited = "select count(*) from delivery.audit where action = 'training.recorded'";
    assert_eq!(dispatch.count(audited).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_counts_no_more_and_a_teacher_needs_no_training() {
    let dispatch = Running::start().await;
    let [assistant, teacher] = [holding(&[ASSISTANT]), holding(&["network/helpdesk-a"])];
    dispatch.holds(&[&assistant, &teacher]).await;
    dispatch.trains(&teacher, (&assistant, ITEM), false).await.unwrap();
    dispatch.trains(&teacher, (&assistant, ITEM), true).await.unwrap();
    assert!(dispatch.trainings(ASSISTANT).await.is_empty());
    let (_, work_order) = dispatch.offered(mailbox()).await;
    let refused = dispatch.claim(&assistant, &work_order).await.unwrap_err();
    assert_eq!(refused.reason(), "not-trained");
    dispatch.claim(&teacher, &work_order).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_answers_for_an_assistant_records_what_they_were_trained_for() {
    let dispatch = Running::start().await;
    let [assistant, teacher] = [holding(&[ASSISTANT]), holding(&["network/helpdesk-a"])];
    let [crew, stranger] = [holding(&["network/field-crew"]), holding(&["logistics/dispatch-a"])];
    let head = somebody(Role::DepartmentHead, Some("network"));
    dispatch.holds(&[&assistant, &teacher, &crew, &stranger]).await;
    for (who, trainee, item, revoked, reason) in [
        (&stranger, &assistant, ITEM, false, "not-permitted"),
        (&crew, &assistant, ITEM, false, "not-accountable"),
        (&assistant, &assistant, ITEM, false, "not-accountable"),
        (&teacher, &assistant, "mailbox-folt", false, "no-such-item"),
        (&teacher, &crew, ITEM, false, "not-accountable"),
        (&head, &crew, ITEM, false, "no-assistant"),
        (&assistant, &assistant, ITEM, true, "not-accountable"),
        (&teacher, &assistant, ITEM, true, "no-such-training"),
    ] {
        let refused = dispatch.trains(who, (trainee, item), revoked).await.unwrap_err();
        assert_eq!(refused.reason(), reason);
    }
    dispatch.trains(&head, (&assistant, ITEM), false).await.unwrap();
    let twice = dispatch.trains(&teacher, (&assistant, ITEM), false).await.unwrap_err();
    assert_eq!((twice.code(), twice.reason()), (Code::FailedPrecondition, "already-trained"));
    let denied = dispatch.trains(&crew, (&assistant, ITEM), false).await.unwrap_err();
    assert_eq!(denied.reason(), "not-accountable", "what is recorded is not theirs to know");
    let nothing = RecordTrainingRequest::default();
    let refused = dispatch.client().record_training(dispatch.asks(&head, nothing)).await;
    let refused = Error::from(refused.unwrap_err());
    assert_eq!((refused.reason(), refused.violations().len()), ("training-invalid", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_records_what_was_trained_in_their_own_department_alone() {
    let dispatch = Running::start().await;
    // An assistant of the network centre, who is a plumber besides.
    let assistant = holding(&[ASSISTANT, "logistics/plumbing"]);
    dispatch.holds(&[&assistant]).await;
    let head = |department| somebody(Role::DepartmentHead, Some(department));
    let refused = dispatch.trains(&head("logistics"), (&assistant, ITEM), false).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::PermissionDenied, "not-accountable"));
    dispatch.trains(&head("network"), (&assistant, ITEM), false).await.unwrap();
    let director = somebody(Role::HallDirector, None);
    dispatch.trains(&director, (&assistant, ITEM), true).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_training_since_today_needs_it_in_the_cases_of_yesterday_too() {
    let dispatch = Running::start().await;
    let [first, second] = ["logistics/dispatch-b"; 2].map(|post| holding(&[post]));
    dispatch.holds(&[&first, &second]).await;
    let (_, before) = dispatch.offered(leak()).await;
    let (_, after) = dispatch.offered(leak()).await;
    dispatch.claim(&first, &before).await.unwrap();

    let mut documents = campus_kit::documents().into_iter();
    let leaks = documents
        .find(|one| one.kind == DocumentKind::ServiceItem && one.id.as_str() == "water-leak");
    let mut leaks = leaks.unwrap();
    leaks.value["spec"]["training"] = "required".into();
    let (revision, document) = (Revision(2), Some(leaks.value));
    let changed =
        DocumentChangedV1 { revision, kind: leaks.kind, id: leaks.id, document, last: true };
    dispatch.tell(DEFINITION_KEY, DefinitionFact::from(changed)).await;
    let refused = dispatch.claim(&second, &after).await.unwrap_err();
    assert_eq!(refused.reason(), "not-trained");
}
