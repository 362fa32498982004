//! Who is told something critical says that they know, or the desk phones them.

use authz::{Role, Subject};
use clock::{OfferId, WorkOrderId};
use events::{
    DispatchFact, Fact, NotifyFact,
    dispatch::WorkOrderOfferedV1,
    notify::{CaseAcknowledgedV1, CasePhonedV1, CaseUnheardV1},
    words::{Level, Stream, Unheard},
};
use jiff::SignedDuration;
use proto::notification::v1::{
    AcknowledgeMessagesRequest, AcknowledgementState, ListPhoneCallsRequest, PhoneCall,
    SettlePhoneCallRequest, TakePhoneCallRequest, notification_client::NotificationClient,
};
use rpc::Error;
use service_kit::{Replica, id, somebody};
use testkit::eventually;
use uuid::Uuid;

use crate::case::{Told, accepted, claimed, completed, fired, offered};

const NUMBER: &str = "2026-11-000007";

/// A critical leak in the middle of the night, offered to the plumbers and late.
struct Leak {
    told: Told,
    replica: Replica,
    case: Uuid,
}

impl Leak {
    async fn at_night() -> Self {
        let told = Told::starting_at("02:00").await;
        let (replica, case) = (told.start().await, id());
        told.tell(case, accepted()).await;
        told.tell(case, offered()).await;
        told.tell(case, fired()).await;
        told.tells(case, 3).await;
        Self { told, replica, case }
    }

    fn client(&self) -> NotificationClient<rpc::Channel> {
        NotificationClient::new(self.replica.channel())
    }

    async fn acknowledges(&self, who: &Subject) -> Result<usize, Error> {
        let request = AcknowledgeMessagesRequest { case: NUMBER.to_owned() };
        let answer = self.client().acknowledge_messages(self.told.asks(who, request)).await?;
        Ok(answer.into_inner().messages.len())
    }

    async fn calls(&self, who: &Subject) -> Vec<PhoneCall> {
        let request = ListPhoneCallsRequest::default();
        let answer = self.client().list_phone_calls(self.told.asks(who, request)).await;
        answer.unwrap().into_inner().calls
    }

    /// Waits until so many are to be phoned.
    async fn to_phone(&self, count: usize) -> Vec<PhoneCall> {
        let desk = desk();
        eventually(&format!("{count} are to be phoned"), async || {
            Some(self.calls(&desk).await).filter(|calls| calls.len() == count)
        })
        .await
    }

    async fn takes(&self, who: &Subject) -> Option<PhoneCall> {
        let request = self.told.asks(who, TakePhoneCallRequest {});
        self.client().take_phone_call(request).await.unwrap().into_inner().call
    }

    async fn settles(
        &self,
        who: &Subject,
        call: &PhoneCall,
        reached: bool,
    ) -> Result<AcknowledgementState, Error> {
        let request = SettlePhoneCallRequest { call: call.id.clone(), reached };
        let answer = self.client().settle_phone_call(self.told.asks(who, request)).await?;
        Ok(answer.into_inner().state())
    }

    /// How far the acknowledgement of each message is, by template.
    async fn known(&self) -> Vec<(String, Option<AcknowledgementState>)> {
        let auditor = somebody(Role::Auditor, None);
        let messages = self.told.list(&self.replica, &auditor).await.into_iter();
        let mut known: Vec<_> = messages
            .map(|one| (one.template.clone(), one.acknowledgement.map(|known| known.state())))
            .collect();
        known.sort_by(|one, other| one.0.cmp(&other.0));
        known
    }

    /// What was said of it besides who was told, in order.
    async fn heard(&self, count: usize) -> Vec<NotifyFact> {
        eventually(&format!("{count} are said"), async || {
            let facts = self.told.published(Stream::Notify, self.case).await.into_iter();
            let facts = facts.filter_map(|fact| match fact {
                Fact::Notify(NotifyFact::CaseTold(_)) => None,
                Fact::Notify(fact) => Some(fact),
                Fact::Intake(_)
                | Fact::Dispatch(_)
                | Fact::Survey(_)
                | Fact::Escalation(_)
                | Fact::Definition(_)
                | Fact::Audit(_) => panic!("{fact:?} is not notification's"),
            });
            Some(facts.collect::<Vec<_>>()).filter(|facts| facts.len() >= count)
        })
        .await
    }
}

fn desk() -> Subject {
    somebody(Role::DeskAssistant, None)
}

/// Who holds a post of logistics.
fn holder(role: Role, post: &str) -> Subject {
    let posts = [format!("logistics/{post}").parse().unwrap()].into();
    Subject { posts, ..somebody(role, Some("logistics")) }
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

use AcknowledgementState::{Acknowledged, Awaited, Over, ToPhone};

#[tokio::test]
async fn who_says_in_time_that_they_know_is_not_phoned_and_only_for_themselves() {
    let leak = Leak::at_night().await;
    let known = |offered, rung| {
        let line = |template: &str, state| (template.to_owned(), state);
        vec![line("accepted", None), line("offered", Some(offered)), line("rung", Some(rung))]
    };
    assert_eq!(leak.known().await, known(Awaited, Awaited));
    let plumber = holder(Role::DepartmentHandler, "plumbing");
    assert_eq!(leak.acknowledges(&plumber).await.unwrap(), 1);
    assert_eq!(leak.known().await, known(Acknowledged, Awaited));
    assert_eq!(leak.acknowledges(&plumber).await.unwrap(), 0, "once");
    let [NotifyFact::Acknowledged(CaseAcknowledgedV1 { to, by, .. })] = &leak.heard(1).await[..]
    else {
        panic!("not what was said")
    };
    assert_eq!(to.to_string(), "post/logistics/plumbing");
    assert_eq!(Some(*by), plumber.principal.account());

    leak.told.jump(minutes(5));
    let [call] = &leak.to_phone(1).await[..] else { unreachable!() };
    assert_eq!((&*call.case_number, &*call.template), (NUMBER, "rung"));
    assert_eq!((&*call.phone, &*call.mobile), ("8601", "10000008601"));
    assert_eq!(leak.known().await, known(Acknowledged, ToPhone));
    // Whoever it was meant for may still say so.
    let leader = holder(Role::Leader, "repair-leader");
    assert_eq!(leak.acknowledges(&leader).await.unwrap(), 1);
    assert!(leak.calls(&desk()).await.is_empty());
    let said = leak.heard(3).await;
    let [_, NotifyFact::Unheard(CaseUnheardV1 { why, .. }), NotifyFact::Acknowledged(_)] =
        &said[..]
    else {
        panic!("{said:?}")
    };
    assert_eq!(*why, Unheard::Unacknowledged);
    leak.replica.stop().await;
}

#[tokio::test]
async fn nobody_acknowledges_what_others_were_told() {
    let leak = Leak::at_night().await;
    let head = somebody(Role::DepartmentHead, Some("logistics"));
    for (who, reason) in [
        (holder(Role::DepartmentHandler, "carpentry"), "case-unknown"),
        (somebody(Role::Requester, None), "case-unknown"),
        (desk(), "case-unknown"),
        (head, "not-permitted"),
        (somebody(Role::Auditor, None), "not-permitted"),
    ] {
        let refused = leak.acknowledges(&who).await.unwrap_err();
        assert_eq!(refused.reason(), reason, "{who:?}");
    }
    let request = AcknowledgeMessagesRequest { case: "2026-11-000008".to_owned() };
    let plumber = holder(Role::DepartmentHandler, "plumbing");
    let answer = leak.client().acknowledge_messages(leak.told.asks(&plumber, request)).await;
    assert_eq!(Error::from(answer.unwrap_err()).reason(), "case-unknown");
    leak.replica.stop().await;
}

#[tokio::test]
async fn the_desk_takes_a_call_each_and_makes_it_again_until_somebody_is_reached() {
    let leak = Leak::at_night().await;
    leak.told.jump(minutes(5));
    leak.to_phone(2).await;
    let (one, other) = (desk(), desk());
    let first = leak.takes(&one).await.unwrap();
    assert_eq!(leak.takes(&one).await.unwrap().id, first.id, "their own before all others");
    let second = leak.takes(&other).await.unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(leak.takes(&desk()).await, None, "all are taken");
    let refused = leak.settles(&other, &first, true).await.unwrap_err();
    assert_eq!(refused.reason(), "call-taken");

    assert_eq!(leak.settles(&one, &first, false).await.unwrap(), ToPhone);
    assert_eq!(leak.settles(&other, &second, true).await.unwrap(), Acknowledged);
    let refused = leak.settles(&other, &second, true).await.unwrap_err();
    assert_eq!(refused.reason(), "call-over");
    let again = leak.takes(&other).await.unwrap();
    assert_eq!((again.id, again.tries), (first.id, 1));
    let said = leak.heard(4).await;
    let reached: Vec<_> = said
        .iter()
        .filter_map(|fact| match fact {
            NotifyFact::Phoned(CasePhonedV1 { reached, .. }) => Some(*reached),
            NotifyFact::CaseTold(_)
            | NotifyFact::Acknowledged(_)
            | NotifyFact::Unheard(_)
            | NotifyFact::AlarmAcknowledged(_) => None,
        })
        .collect();
    assert_eq!(reached, [false, true]);
    leak.replica.stop().await;
}

#[tokio::test]
async fn a_call_that_was_taken_and_forgotten_is_free_again() {
    let leak = Leak::at_night().await;
    leak.told.jump(minutes(5));
    leak.to_phone(2).await;
    let (gone, next) = (desk(), desk());
    let taken = leak.takes(&gone).await.unwrap();
    leak.told.jump(minutes(5));
    let free = [leak.takes(&next).await.unwrap().id];
    assert_eq!(free, std::slice::from_ref(&taken.id));
    let refused = leak.settles(&gone, &taken, true).await.unwrap_err();
    assert_eq!(refused.reason(), "call-taken");
    leak.replica.stop().await;
}

#[tokio::test]
async fn what_is_done_needs_no_acknowledgement_and_no_call() {
    let leak = Leak::at_night().await;
    leak.told.tell(leak.case, claimed()).await;
    leak.told.jump(minutes(5));
    let [call] = &leak.to_phone(1).await[..] else { unreachable!() };
    assert_eq!(call.template, "rung", "somebody has the work");
    let taken = leak.takes(&desk()).await.unwrap();
    leak.told.tell(leak.case, completed()).await;
    leak.to_phone(0).await;
    let refused = leak.settles(&desk(), &taken, true).await.unwrap_err();
    assert_eq!(refused.reason(), "call-over");
    let over: Vec<_> = leak.known().await.into_iter().filter_map(|(_, state)| state).collect();
    assert_eq!(over, [Over, Over]);
    leak.replica.stop().await;
}

#[tokio::test]
async fn of_two_work_orders_each_waits_for_its_own_post() {
    let leak = Leak::at_night().await;
    let DispatchFact::WorkOrderOffered(first) = offered() else { unreachable!() };
    let second = WorkOrderOfferedV1 {
        work_order: WorkOrderId::from_uuid(id()),
        offer: OfferId::from_uuid(id()),
        post: "logistics/electrical".parse().unwrap(),
        ..first
    };
    leak.told.tell(leak.case, DispatchFact::from(second)).await;
    leak.told.tell(leak.case, claimed()).await;
    leak.told.jump(minutes(5));
    let mut called: Vec<_> =
        leak.to_phone(2).await.into_iter().map(|call| (call.template, call.phone)).collect();
    called.sort();
    let electricians = ("offered".to_owned(), "8620".to_owned());
    assert_eq!(called[0], electricians, "nobody has claimed theirs");
    assert_eq!(called[1].0, "rung");
    leak.replica.stop().await;
}

#[tokio::test]
async fn a_call_about_what_is_restricted_is_not_for_assistants_and_leaves_a_trace() {
    let told = Told::starting_at("02:00").await;
    let (replica, case) = (told.start().await, id());
    let leak = Leak { told, replica, case };
    let events::IntakeFact::CaseAccepted(accepted) = accepted() else { unreachable!() };
    let hidden = events::intake::CaseAcceptedV1 { level: Level::Confidential, ..accepted };
    leak.told.tell(case, events::IntakeFact::from(hidden)).await;
    leak.told.tell(case, offered()).await;
    leak.told.jump(minutes(5));
    let counsellor = somebody(Role::DutyCounsellor, None);
    eventually("the counsellor sees it", async || leak.calls(&counsellor).await.len() == 1).await;
    assert!(leak.calls(&desk()).await.is_empty());
    assert_eq!(leak.takes(&desk()).await, None);
    let dispatcher = somebody(Role::Dispatcher, None);
    let asked = leak.told.asks(&dispatcher, ListPhoneCallsRequest::default());
    let refused = leak.client().list_phone_calls(asked).await.unwrap_err();
    assert_eq!(Error::from(refused).reason(), "not-permitted");
    let traces = "select count(*) from delivery.audit where action = 'case.read'";
    assert!(leak.told.count(traces).await > 0);
    leak.replica.stop().await;
}
