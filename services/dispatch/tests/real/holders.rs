//! Who holds which post: imported whole, or not at all.

use authz::{Role, Subject};
use proto::dispatch::v1::{Holder, ImportHoldersRequest, ImportHoldersResponse};
use rpc::{Code, Error};
use service_kit::{account, id, somebody};

use crate::case::{Running, leak, plumber, rung_fired};

async fn import(
    dispatch: &Running,
    who: &Subject,
    holders: &[(&str, &str)],
) -> Result<ImportHoldersResponse, Error> {
    import_as(dispatch, who, holders, None).await
}

async fn import_as(
    dispatch: &Running,
    who: &Subject,
    holders: &[(&str, &str)],
    version: Option<u64>,
) -> Result<ImportHoldersResponse, Error> {
    let holder = |(account, post): &(&str, &str)| Holder {
        account: (*account).to_owned(),
        post: (*post).to_owned(),
    };
    let holders = holders.iter().map(holder).collect();
    let request = ImportHoldersRequest { holders, version };
    Ok(dispatch.client().import_holders(dispatch.asks(who, request)).await?.into_inner())
}

async fn held(dispatch: &Running) -> Vec<(String, String)> {
    let rows = "select account::text, post from dispatch.holder order by post, account";
    sqlx::query_as(rows).fetch_all(dispatch.pool()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_replaces_what_was_known_and_says_how_much() {
    let dispatch = Running::start().await;
    let admin = somebody(Role::SystemAdministrator, None);
    let (first, second) = (id().to_string(), id().to_string());
    let before = [(&*first, "logistics/plumbing"), (&*first, "logistics/electrical")];
    let after = [(&*second, "logistics/plumbing"), (&*first, "logistics/electrical")];
    let counts = |answer: ImportHoldersResponse| (answer.added, answer.removed);
    assert_eq!(counts(import(&dispatch, &admin, &before).await.unwrap()), (2, 0));
    assert_eq!(counts(import(&dispatch, &admin, &after).await.unwrap()), (1, 1));
    assert_eq!(counts(import(&dispatch, &admin, &after).await.unwrap()), (0, 0));
    let expected = [(first, "logistics/electrical"), (second, "logistics/plumbing")];
    assert_eq!(held(&dispatch).await, expected.map(|(who, post)| (who, post.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_imports_that_pass_each_other_the_later_wins_whichever_comes_first() {
    let dispatch = Running::start().await;
    let admin = somebody(Role::SystemAdministrator, None);
    let (first, second) = (id().to_string(), id().to_string());
    let (older, newer) = ([(&*first, "logistics/plumbing")], [(&*second, "logistics/plumbing")]);
    let by = |who: &str| vec![(who.to_owned(), "logistics/plumbing".to_owned())];
    import_as(&dispatch, &admin, &newer, Some(8)).await.unwrap();
    let late = import_as(&dispatch, &admin, &older, Some(7)).await.unwrap();
    assert_eq!((late.added, late.removed), (0, 0), "it is answered as done");
    assert_eq!(held(&dispatch).await, by(&second));
    // Posts that are defined no longer are no fault of what is over.
    let gone = [(&*first, "logistics/carpentry")];
    import_as(&dispatch, &admin, &gone, Some(6)).await.unwrap();
    assert_eq!(held(&dispatch).await, by(&second));

    // A portal of an earlier release gives no number, and what it says counts as before.
    import(&dispatch, &admin, &older).await.unwrap();
    assert_eq!(held(&dispatch).await, by(&first));
    import_as(&dispatch, &admin, &newer, Some(9)).await.unwrap();
    assert_eq!(held(&dispatch).await, by(&second));
    let refused = import_as(&dispatch, &admin, &newer, Some(u64::MAX)).await.unwrap_err();
    assert_eq!(refused.violations()[0].field, "version");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_with_a_mistake_changes_nothing_and_names_each_field() {
    let dispatch = Running::start().await;
    let admin = somebody(Role::SystemAdministrator, None);
    let who = id().to_string();
    import(&dispatch, &admin, &[(&who, "logistics/plumbing")]).await.unwrap();
    let before = held(&dispatch).await;
    for (holders, fields) in [
        (
            [(&*who, "logistics/carpentry"), ("Wang", "plumbing")],
            vec!["holders[1].account", "holders[1].post"],
        ),
        ([(&*who, "logistics/carpentry"), (&*who, "logistics/plumers")], vec!["holders[1].post"]),
    ] {
        let refused = import(&dispatch, &admin, &holders).await.unwrap_err();
        assert_eq!((refused.code(), refused.reason()), (Code::InvalidArgument, "holders-invalid"));
        let named: Vec<_> = refused.violations().iter().map(|one| one.field.as_str()).collect();
        assert_eq!(named, fields);
        assert_eq!(held(&dispatch).await, before);
    }
    let refused = import(&dispatch, &plumber(), &[]).await.unwrap_err();
    assert_eq!(refused.reason(), "not-permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_sees_what_was_escalated_to_a_post_of_theirs_and_nothing_else() {
    let dispatch = Running::start().await;
    let admin = somebody(Role::SystemAdministrator, None);
    let (chief, head) = (somebody(Role::Leader, None), somebody(Role::Leader, None));
    let holders = [
        (account(&chief).to_string(), "logistics/section-chief"),
        (account(&head).to_string(), "logistics/head"),
    ];
    let holders = holders.each_ref().map(|(who, post)| (who.as_str(), *post));
    import(&dispatch, &admin, &holders).await.unwrap();
    let (case, order) = dispatch.offered(leak()).await;
    let (_, _) = dispatch.offered(leak()).await;
    assert!(dispatch.list(&chief).await.is_empty());

    dispatch.say(case, rung_fired(1, "logistics/section-chief")).await;
    dispatch.has_heard(events::words::Service::EscalationTimer, case, 1).await;
    let seen: Vec<_> = dispatch.list(&chief).await.into_iter().map(|order| order.id).collect();
    assert_eq!(seen, [order]);
    assert!(dispatch.list(&head).await.is_empty());
}
