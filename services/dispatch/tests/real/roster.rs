//! Leave, swaps and cover: what is kept of them, and what others are told.

use authz::{Role, Subject};
use clock::AccountId;
use delivery_rpc::timestamp;
use events::{
    DispatchFact, Fact,
    dispatch::{ROSTER_KEY, RosterChangedV1},
};
use jiff::{ToSpan as _, tz::Offset};
use proto::dispatch::v1::{
    Arranged, CoverPostRequest, EndArrangementRequest, ShowRosterRequest, TakeLeaveRequest,
};
use rpc::{Code, Error};
use service_kit::{account, somebody};

use crate::case::{Running, holding};

const PLUMBING: &str = "logistics/plumbing";

impl Running {
    /// Who is at work at a post, each time that others were told so.
    async fn told(&self, post: &str) -> Vec<RosterChangedV1> {
        let facts = self.facts(ROSTER_KEY).await.into_iter();
        let changed = facts.map(|fact| {
            let Fact::Dispatch(DispatchFact::RosterChanged(changed)) = fact else {
                panic!("{fact:?}")
            };
            changed
        });
        changed.filter(|changed| changed.post.to_string() == post).collect()
    }

    async fn leave(&self, who: &Subject, cover: Option<&Subject>) -> Result<Arranged, Error> {
        let now = self.now();
        let cover = cover.map(|one| account(one).to_string()).unwrap_or_default();
        let (from, until) = (now + 1.hour(), now + 9.hours());
        let (from, until) = (Some(timestamp(from)), Some(timestamp(until)));
        let request = TakeLeaveRequest { account: String::new(), from, until, cover };
        let answer = self.client().take_leave(self.asks(who, request)).await?;
        Ok(answer.into_inner().arranged.unwrap())
    }
}

fn accounts(told: &RosterChangedV1) -> Vec<AccountId> {
    told.stays.iter().map(|stay| stay.account).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_tells_who_is_at_each_post_once_and_nobody_where_nobody_is() {
    let dispatch = Running::start().await;
    let plumber = holding(&[PLUMBING]);
    dispatch.holds(&[&plumber]).await;
    let [told] = &dispatch.told(PLUMBING).await[..] else { panic!() };
    assert_eq!(accounts(told), [account(&plumber)]);
    assert!(told.stays.iter().all(|stay| stay.from.is_none() && stay.until.is_none()));
    let [told] = &dispatch.told("logistics/head").await[..] else { panic!() };
    assert!(told.stays.is_empty(), "{told:?}");

    let before = dispatch.facts(ROSTER_KEY).await.len();
    dispatch.holds(&[&plumber]).await;
    assert_eq!(dispatch.facts(ROSTER_KEY).await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn leave_tells_who_is_there_instead_and_its_end_that_all_is_as_before() {
    let dispatch = Running::start().await;
    let [plumber, electrician] = [holding(&[PLUMBING]), holding(&["logistics/electrical"])];
    dispatch.holds(&[&plumber, &electrician]).await;
    let arranged = dispatch.leave(&plumber, Some(&electrician)).await.unwrap();
    assert!(arranged.uncovered.is_empty());
    let told = dispatch.told(PLUMBING).await;
    let mut there = accounts(told.last().unwrap());
    there.dedup();
    let both = [account(&plumber), account(&electrician)];
    assert!(there.len() == 2 && both.iter().all(|one| there.contains(one)), "{told:?}");
    let audited = "select count(*) from delivery.audit where action = 'roster.arranged'";
    assert_eq!(dispatch.count(audited).await, 1);

    let request = EndArrangementRequest { arrangement: arranged.arrangement };
    dispatch.client().end_arrangement(dispatch.asks(&plumber, request.clone())).await.unwrap();
    let told = dispatch.told(PLUMBING).await;
    assert_eq!((told.len(), &told[2]), (3, &told[0]));
    let again = dispatch.client().end_arrangement(dispatch.asks(&plumber, request)).await;
    assert_eq!(Error::from(again.unwrap_err()).reason(), "already-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assistant_covers_no_post_for_a_whole_night() {
    let dispatch = Running::start().await;
    let assistant = holding(&["network/helpdesk-b"]);
    dispatch.holds(&[&assistant]).await;
    let counsellor = somebody(Role::DutyCounsellor, None);
    let tomorrow = dispatch.now() + 24.hours();
    let shanghai = Offset::constant(8);
    let evening = shanghai.to_datetime(tomorrow).date().at(23, 0, 0, 0);
    let evening = shanghai.to_timestamp(evening).unwrap();
    let covers = async |hours: i64| {
        let request = CoverPostRequest {
            post: PLUMBING.to_owned(),
            by: account(&assistant).to_string(),
            from: Some(timestamp(evening)),
            until: Some(timestamp(evening + hours.hours())),
        };
        dispatch.client().cover_post(dispatch.asks(&counsellor, request)).await
    };
    let refused = Error::from(covers(5).await.unwrap_err());
    let said = (refused.code(), refused.reason(), &*refused.violations()[0].field);
    assert_eq!(said, (Code::FailedPrecondition, "over-nightly-hours", "by"));
    covers(4).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn leave_without_cover_says_when_nobody_is_there_and_the_roster_shows_it() {
    let dispatch = Running::start().await;
    let plumber = holding(&[PLUMBING]);
    dispatch.holds(&[&plumber]).await;
    let arranged = dispatch.leave(&plumber, None).await.unwrap();
    let [left] = &arranged.uncovered[..] else { panic!("{arranged:?}") };
    assert_eq!(left.post, PLUMBING);

    let desk = somebody(Role::DeskAssistant, None);
    let show = |post: &str| ShowRosterRequest { post: post.to_owned(), ..Default::default() };
    let answer = dispatch.client().show_roster(dispatch.asks(&desk, show(PLUMBING))).await.unwrap();
    let [post] = &answer.into_inner().posts[..] else { panic!() };
    assert_eq!((&post.uncovered[..], post.at_work.len()), (&[left.term.unwrap()][..], 1));
    assert_eq!(post.arrangements[0].id, arranged.arrangement);

    let refused = dispatch.leave(&plumber, None).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::FailedPrecondition, "already-away"));
    assert_eq!(refused.violations()[0].field, "from");
    let request = EndArrangementRequest { arrangement: service_kit::id().to_string() };
    let unknown = dispatch.client().end_arrangement(dispatch.asks(&plumber, request)).await;
    assert_eq!(Error::from(unknown.unwrap_err()).reason(), "no-such-arrangement");
}
