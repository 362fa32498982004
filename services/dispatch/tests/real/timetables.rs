//! Timetables: who is in class is not at work, and others are told so.

use authz::{Role, Subject};
use events::{DispatchFact, Fact, dispatch::ROSTER_KEY};
use jiff::{ToSpan as _, tz::Offset};
use proto::dispatch::v1::{
    Class, ReplaceTimetableRequest, ReplaceTimetableResponse, ShowRosterRequest,
};
use rpc::{Code, Error};
use service_kit::{account, somebody};

use crate::case::{Running, holding};

const ASSISTANT: &str = "network/helpdesk-b";

fn class(dates: &str, weekday: &str, hours: &str) -> Class {
    let [dates, weekday, hours] = [dates, weekday, hours].map(ToOwned::to_owned);
    Class { dates, weekday, hours }
}

impl Running {
    /// A class on each of the next 12 days, some of which are no days of rest.
    fn daily(&self) -> Vec<Class> {
        let today = Offset::constant(8).to_datetime(self.now()).date();
        let (from, until) = (today + 1.day(), today + 12.days());
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        days.map(|day| class(&format!("{from}..{until}"), day, "08:00-09:40")).to_vec()
    }

    async fn attends(
        &self,
        who: &Subject,
        assistant: &Subject,
        (classes, dry_run): (&[Class], bool),
    ) -> Result<ReplaceTimetableResponse, Error> {
        let (account, classes) = (account(assistant).to_string(), classes.to_vec());
        let request = ReplaceTimetableRequest { account, classes, dry_run };
        Ok(self.client().replace_timetable(self.asks(who, request)).await?.into_inner())
    }

    /// For how many times others were told last that somebody is at the help desk.
    async fn told_times(&self) -> usize {
        let facts = self.facts(ROSTER_KEY).await.into_iter().rev();
        let mut stays = facts.filter_map(|fact| {
            let Fact::Dispatch(DispatchFact::RosterChanged(changed)) = fact else { return None };
            (changed.post.to_string() == ASSISTANT).then_some(changed.stays.len())
        });
        stays.next().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timetable_is_replaced_as_a_whole_and_others_are_told_when_its_assistant_is_not_there() {
    let dispatch = Running::start().await;
    let (assistant, head) =
        (holding(&[ASSISTANT]), somebody(Role::DepartmentHead, Some("network")));
    dispatch.holds(&[&assistant]).await;
    assert_eq!(dispatch.told_times().await, 1);
    let daily = dispatch.daily();
    let planned = dispatch.attends(&head, &assistant, (&daily, true)).await.unwrap();
    assert_eq!((&planned.added, planned.removed.len()), (&daily, 0));
    assert_eq!(dispatch.told_times().await, 1, "nothing changed");

    assert_eq!(dispatch.attends(&head, &assistant, (&daily, false)).await.unwrap(), planned);
    assert!(dispatch.told_times().await > 3);
    let desk = somebody(Role::DeskAssistant, None);
    let request =
        ShowRosterRequest { post: ASSISTANT.to_owned(), uncovered: true, ..Default::default() };
    let shown = dispatch.client().show_roster(dispatch.asks(&desk, request)).await.unwrap();
    let [post] = &shown.into_inner().posts[..] else { panic!() };
    assert!(post.uncovered.len() >= 3 && post.classes.len() == 7, "{post:?}");

    let fewer = dispatch.attends(&head, &assistant, (&daily[1..], false)).await.unwrap();
    assert_eq!((fewer.added.len(), &fewer.removed[..]), (0, &daily[..1]));
    dispatch.attends(&head, &assistant, (&[], false)).await.unwrap();
    assert_eq!(dispatch.told_times().await, 1);
    let audited = "select count(*) from delivery.audit where action = 'timetable.replaced'";
    assert_eq!(dispatch.count(audited).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_row_of_a_timetable_is_named_and_none_is_kept() {
    let dispatch = Running::start().await;
    let [assistant, teacher] = [holding(&[ASSISTANT]), holding(&["network/helpdesk-a"])];
    let head = somebody(Role::DepartmentHead, Some("network"));
    let other = somebody(Role::DepartmentHead, Some("logistics"));
    dispatch.holds(&[&assistant, &teacher]).await;
    let term = "2026-08-31..2027-01-17";
    let rows = [
        class(term, "monday", "08:00-09:40"),
        class("2027-01-17..2026-08-31", "moonday", "09:40-08:00"),
        class(term, "monday", "09:00-10:00"),
    ];
    let refused = dispatch.attends(&head, &assistant, (&rows, false)).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::InvalidArgument, "timetable-invalid"));
    let fields: Vec<_> = refused.violations().iter().map(|one| one.field.as_str()).collect();
    let bad = ["classes[1].dates", "classes[1].weekday", "classes[1].hours", "classes[2].hours"];
    assert_eq!(fields, bad);
    assert!(refused.violations()[3].description.starts_with("of row 3"), "{refused:?}");
    assert_eq!(dispatch.count("select count(*) from dispatch.timetable").await, 0);

    for (who, whose, reason) in [
        (&head, &teacher, "no-assistant"),
        (&other, &assistant, "not-permitted"),
        (&assistant, &assistant, "not-permitted"),
    ] {
        let refused = dispatch.attends(who, whose, (&rows[..1], false)).await.unwrap_err();
        assert_eq!(refused.reason(), reason);
    }
    let many = vec![rows[0].clone(); 51];
    let refused = dispatch.attends(&head, &assistant, (&many, false)).await.unwrap_err();
    assert_eq!(refused.violations()[0].field, "classes");
}
