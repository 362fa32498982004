//! The mailbox, and who may look into it.

use authz::{Role, Subject};
use clock::PersonId;
use events::{
    IntakeFact,
    intake::CaseAcceptedV1,
    words::{CaseNumber, Level},
};
use proto::notification::v1::{
    ListMessagesRequest, Message, MessageState, Recipient, RecipientKind,
};
use service_kit::{Replica, id, somebody};
use uuid::Uuid;

use crate::case::{Told, fired, leak, offered, reporter};

fn numbered(serial: u32, level: Level, reporter: PersonId) -> IntakeFact {
    let number = CaseNumber::new(2026, 11, serial).unwrap();
    CaseAcceptedV1 { number, level, reporters: vec![reporter], ..leak() }.into()
}

/// One message to the requester of each case, and one to the post that it is offered to.
async fn told_of(cases: &[(Level, PersonId)]) -> (Told, Replica, Vec<Uuid>) {
    let told = Told::new().await;
    let replica = Box::pin(told.start()).await;
    let mut ids = Vec::new();
    for (serial, (level, reporter)) in (1..).zip(cases) {
        let case = id();
        told.tell(case, numbered(serial, *level, *reporter)).await;
        told.tell(case, offered()).await;
        told.tells(case, 2).await;
        ids.push(case);
    }
    (told, replica, ids)
}

/// Number and template of each.
fn seen(messages: &[Message]) -> Vec<String> {
    let number = |title: &str| title.split(' ').next().unwrap()[13..].to_owned();
    messages.iter().map(|one| format!("{} {}", number(&one.title), one.template)).collect()
}

#[tokio::test]
async fn a_mailbox_shows_what_the_scope_allows_the_newest_first() {
    let other = PersonId::from_uuid(id());
    let cases =
        [(Level::Internal, reporter()), (Level::Restricted, other), (Level::Confidential, other)];
    let (told, replica, ids) = told_of(&cases).await;
    let requester = |person| Subject { person: Some(person), ..somebody(Role::Requester, None) };
    let head = |department| somebody(Role::DepartmentHead, Some(department));
    for (who, expected) in [
        (requester(reporter()), vec!["1 accepted"]),
        (requester(other), vec!["3 accepted", "2 accepted"]),
        (somebody(Role::Requester, None), vec![]),
        (head("logistics"), vec!["3 offered", "2 offered", "1 offered"]),
        (head("housing"), vec![]),
        (somebody(Role::DeskAssistant, None), vec![]),
        (
            somebody(Role::DutyCounsellor, None),
            vec!["2 offered", "2 accepted", "1 offered", "1 accepted"],
        ),
    ] {
        assert_eq!(seen(&told.list(&replica, &who).await), expected, "{who:?}");
    }
    let (operator, all) =
        (somebody(Role::SystemAdministrator, None), ListMessagesRequest::default());
    let refused = told.page(&replica, &operator, all).await.unwrap_err();
    assert_eq!(refused.reason(), "not-permitted");
    let traces: Vec<Uuid> = sqlx::query_scalar(
        "select distinct key from delivery.audit where action = 'case.read' order by key",
    )
    .fetch_all(told.pool())
    .await
    .unwrap();
    assert_eq!(traces, ids[1..], "of the restricted ones");
    replica.stop().await;
}

#[tokio::test]
async fn who_holds_a_post_reads_what_it_was_told_and_what_no_other_was() {
    let other = PersonId::from_uuid(id());
    let cases = [(Level::Internal, other), (Level::Confidential, other)];
    let (told, replica, ids) = told_of(&cases).await;
    told.tell(ids[1], fired()).await;
    told.tells(ids[1], 3).await;
    let leader = |posts: &[&str]| {
        let posts = posts.iter().map(|post| post.parse().unwrap()).collect();
        Subject { posts, ..somebody(Role::Leader, Some("logistics")) }
    };
    let read = told.list(&replica, &leader(&["logistics/repair-leader"])).await;
    assert_eq!(seen(&read), ["2 rung"]);
    assert!(read[0].text.contains("2026-11-25 21:00"), "{}", read[0].text);
    for posts in [&[][..], &["logistics/section-chief"]] {
        assert!(told.list(&replica, &leader(posts)).await.is_empty(), "{posts:?}");
    }
    let posts = leader(&["logistics/repair-leader"]).posts;
    let uncleared =
        Subject { posts, highest: Level::Restricted, ..somebody(Role::Leader, Some("logistics")) };
    assert!(told.list(&replica, &uncleared).await.is_empty());
    replica.stop().await;
}

#[tokio::test]
async fn a_message_says_what_it_is_to_whom_and_how_far() {
    let (told, replica, ids) = told_of(&[(Level::Internal, reporter())]).await;
    let messages = told.list(&replica, &somebody(Role::Auditor, None)).await;
    let [post, requester] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!(requester.case_id, ids[0].to_string());
    assert_eq!(requester.to.as_ref().unwrap().kind(), RecipientKind::Person);
    assert_eq!(requester.to.as_ref().unwrap().id, reporter().to_string());
    assert_eq!((&*requester.channel, requester.state()), ("mailbox", MessageState::Sent));
    assert!(requester.sent_at.is_some());
    assert_eq!(requester.title, "2026-11-000001 水管漏水 Leaking Pipe");
    assert!(requester.text.contains("2026-11-25 21:00"), "{}", requester.text);
    assert_eq!(post.to.as_ref().unwrap().id, "logistics/plumbing");
    assert_eq!(post.channel, "log");
    replica.stop().await;
}

#[tokio::test]
async fn a_list_is_narrowed_by_case_recipient_and_state_and_comes_page_by_page() {
    let both = [(Level::Internal, reporter()), (Level::Internal, reporter())];
    let (told, replica, ids) = told_of(&both).await;
    let auditor = somebody(Role::Auditor, None);
    let to =
        |kind: RecipientKind, id: &str| Some(Recipient { kind: kind.into(), id: id.to_owned() });
    let asked = ListMessagesRequest::default;
    let post = to(RecipientKind::Post, "logistics/plumbing");
    let queued = MessageState::Queued.into();
    for (request, expected) in [
        (
            ListMessagesRequest { case_id: ids[0].to_string(), ..asked() },
            vec!["1 offered", "1 accepted"],
        ),
        (ListMessagesRequest { to: post, ..asked() }, vec!["2 offered", "1 offered"]),
        (ListMessagesRequest { state: queued, ..asked() }, vec![]),
        (
            ListMessagesRequest { page_size: 3, ..asked() },
            vec!["2 offered", "2 accepted", "1 offered"],
        ),
    ] {
        let page = told.page(&replica, &auditor, request.clone()).await.unwrap();
        assert_eq!(seen(&page.messages), expected, "{request:?}");
        assert_eq!(page.next_page_token.is_empty(), request.page_size == 0);
        if !page.next_page_token.is_empty() {
            let rest = ListMessagesRequest { page_token: page.next_page_token, ..request };
            let rest = told.page(&replica, &auditor, rest).await.unwrap();
            assert_eq!(seen(&rest.messages), ["1 accepted"]);
            assert_eq!(rest.next_page_token, "");
        }
    }
    for (request, field) in [
        (ListMessagesRequest { case_id: "7".to_owned(), ..asked() }, "case_id"),
        (ListMessagesRequest { to: to(RecipientKind::Post, "plumbing"), ..asked() }, "to.id"),
        (ListMessagesRequest { page_token: "3".to_owned(), ..asked() }, "page_token"),
    ] {
        let refused = told.page(&replica, &auditor, request).await.unwrap_err();
        assert_eq!(refused.violations()[0].field, field);
    }
    replica.stop().await;
}
