//! A work order is given away, refused and adjudicated, and everybody's words stay with it.

use authz::{Role, Subject};
use proto::{
    dispatch::v1::{
        AdjudicateRequest, ListWorkOrdersRequest, ReturnRequest, TransferRequest, WorkOrder,
        WorkOrderState,
    },
    words::v1::ReleaseCause,
};
use rpc::Error;
use service_kit::{account, somebody};

use crate::case::{Running, holding, leak};

const CARETAKERS: &str = "housing/caretakers";

impl Running {
    async fn transfer(&self, by: &Subject, order: &str, reason: &str) -> Result<(), Error> {
        let (work_order, to) = (order.to_owned(), CARETAKERS.to_owned());
        let request = TransferRequest { work_order, to, reason: reason.to_owned() };
        self.client().transfer(self.asks(by, request)).await?;
        Ok(())
    }

    async fn give_back(&self, by: &Subject, order: &str, reason: &str) -> Result<(), Error> {
        let request = ReturnRequest { work_order: order.to_owned(), reason: reason.to_owned() };
        self.client().r#return(self.asks(by, request)).await?;
        Ok(())
    }

    async fn adjudicate(&self, by: &Subject, order: &str, reason: &str) -> Result<(), Error> {
        let (work_order, to) = (order.to_owned(), CARETAKERS.to_owned());
        let request = AdjudicateRequest { work_order, to, reason: reason.to_owned() };
        self.client().adjudicate(self.asks(by, request)).await?;
        Ok(())
    }

    async fn only(&self, state: WorkOrderState) -> WorkOrder {
        let request = ListWorkOrdersRequest { state: state.into(), ..Default::default() };
        let auditor = somebody(Role::Auditor, None);
        self.page(&auditor, request).await.unwrap().work_orders.remove(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_who_gave_it_away_is_named_with_their_words_which_are_sealed() {
    let dispatch = Running::start().await;
    let head = somebody(Role::DepartmentHead, Some("logistics"));
    let caretaker = holding(&[CARETAKERS]);
    let director = somebody(Role::HallDirector, None);
    let (_, order) = dispatch.offered(leak()).await;
    dispatch.transfer(&head, &order, " 王宿管的水龙头 ").await.unwrap();
    dispatch.give_back(&caretaker, &order, "王师傅的管子").await.unwrap();
    dispatch.transfer(&head, &order, "王宿管").await.unwrap();
    let disputed = dispatch.only(WorkOrderState::Disputed).await;
    assert_eq!((disputed.refusals, disputed.adjudicated, &*disputed.claimed_by), (2, false, ""));
    dispatch.adjudicate(&director, &order, "王厅长定的").await.unwrap();

    let offered = dispatch.only(WorkOrderState::Offered).await;
    assert_eq!((&*offered.post, &*offered.adjudication), (CARETAKERS, "王厅长定的"));
    assert!(offered.adjudicated);
    let told: Vec<_> = offered.releases.iter().map(|one| (one.cause(), &*one.reason)).collect();
    let (transferred, returned) = (ReleaseCause::Transferred, ReleaseCause::Returned);
    let [first, second, third] = ["王宿管的水龙头", "王师傅的管子", "王宿管"];
    assert_eq!(told, [(transferred, first), (returned, second), (transferred, third)]);
    assert_eq!(offered.releases[1].by, account(&caretaker).to_string());
    for everything in [
        "select count(*) from delivery.outbox where position('王' in convert_from(payload, 'UTF8')) > 0",
        "select count(*) from delivery.audit where detail::text like '%王%'",
        "select count(*) from dispatch.work where state::text like '%王%'",
    ] {
        assert_eq!(dispatch.count(everything).await, 0, "{everything}");
    }
    assert_eq!(dispatch.count("select count(*) from dispatch.reason").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_gives_back_what_is_theirs_and_else_only_if_they_decide() {
    let dispatch = Running::start().await;
    let head = somebody(Role::DepartmentHead, Some("logistics"));
    let (caretaker, assistant) = (holding(&[CARETAKERS]), holding(&["housing/office-b"]));
    let (_, order) = dispatch.offered(leak()).await;
    dispatch.transfer(&head, &order, "the tap").await.unwrap();
    let refused = dispatch.give_back(&assistant, &order, "no").await.unwrap_err();
    assert_eq!(refused.reason(), "not-deciding");
    dispatch.claim(&assistant, &order).await.unwrap();
    dispatch.give_back(&assistant, &order, "no").await.unwrap();
    assert_eq!(dispatch.only(WorkOrderState::Offered).await.department, "logistics");

    let (_, other) = dispatch.offered(leak()).await;
    dispatch.transfer(&head, &other, "the tap").await.unwrap();
    dispatch.give_back(&caretaker, &other, "no").await.unwrap();
}
