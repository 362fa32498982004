//! What the callbacks of a month come to.

use authz::{Role, Subject};
use events::{
    Fact, IntakeFact,
    intake::{CaseAcceptedV1, CaseResolvedV1},
    words::{End, Level, Service},
};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use proto::callback_survey::v1::{Answer, GetFiguresRequest, GetFiguresResponse};
use rpc::Error;
use service_kit::{id, somebody};

use crate::case::{Running, accepted, assistant, closed, day, not_solved, resolved, solved};

impl Running {
    async fn figures(&self, who: &Subject, month: &str) -> Result<GetFiguresResponse, Error> {
        let request = GetFiguresRequest { month: month.to_owned() };
        Ok(self.client().get_figures(self.asks(who, request)).await?.into_inner())
    }
}

/// Where the campus is.
fn local(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::get("Asia/Shanghai").unwrap())
}

/// The month in which the work is completed, as it is asked for.
fn month(at: Timestamp) -> String {
    local(at).strftime("%Y-%m").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_says_how_many_were_reached_and_are_satisfied() {
    let survey = Running::start().await;
    let (desk, quality) = (assistant(), somebody(Role::QualityOfficer, None));
    let completed = day(0, "15:00");
    for answer in [solved(), Answer { score: Some(2), ..solved() }, not_solved()] {
        let (_, callback) = survey.completed(resolved()).await;
        survey.hears(&desk, &callback, answer).await.unwrap();
    }
    let (withdrawn, _) = survey.completed(resolved()).await;
    survey.say(withdrawn, closed(End::Test)).await;
    let (_, unreachable) = survey.completed(resolved()).await;
    for at in [day(1, "09:30"), day(1, "15:00"), day(2, "09:30")] {
        survey.jump_to(at);
        survey.tries(&desk, &unreachable).await.unwrap();
    }
    survey.completed(resolved()).await;

    let figures = survey.figures(&quality, &month(completed)).await.unwrap();
    let GetFiguresResponse { completed: all, reached, unreachable, not_called, open, .. } = figures;
    assert_eq!([all, reached, unreachable, not_called, open], [6, 3, 1, 1, 1]);
    assert_eq!(figures.reach_percent, Some(75.0));
    assert_eq!((figures.satisfied, figures.satisfied_percent), (1, Some(100.0 / 3.0)));
    assert_eq!((figures.marked, figures.mean_mark), (2, Some(3.5)));
    assert_eq!((figures.reopened, figures.reopened_percent), (1, Some(100.0 / 6.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_begins_at_midnight_where_the_campus_is() {
    let survey = Running::start().await;
    let auditor = somebody(Role::Auditor, None);
    let this = local(day(0, "12:00")).date().first_of_month();
    let midnight = this.to_zoned(TimeZone::get("Asia/Shanghai").unwrap()).unwrap().timestamp();
    let before = midnight - jiff::SignedDuration::from_secs(1);
    for resolved_at in [before, midnight] {
        survey.completed(CaseResolvedV1 { resolved_at, ..resolved() }).await;
    }
    for at in [before, midnight] {
        let figures = survey.figures(&auditor, &month(at)).await.unwrap();
        assert_eq!((figures.completed, &*figures.month), (1, &*month(at)));
    }
    for wrong in ["", "2026", "2026-13", "2026-11-01", "november"] {
        let refused = survey.figures(&auditor, wrong).await.unwrap_err();
        let told = (refused.reason(), &*refused.violations()[0].field);
        assert_eq!(told, ("figures-invalid", "month"), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_counts_what_an_earlier_release_wrote_beside_this_one() {
    let survey = Running::start().await;
    let auditor = somebody(Role::Auditor, None);
    let completed = day(0, "15:00");
    survey.completed(resolved()).await;
    let before = "update callback_survey.callback set completed_at = null";
    let written = sqlx::query(before).execute(survey.pool()).await.unwrap();
    assert_eq!(written.rows_affected(), 1);
    assert_eq!(survey.figures(&auditor, &month(completed)).await.unwrap().completed, 1);
    let earlier = local(completed).date().first_of_month().yesterday().unwrap();
    let earlier = earlier.strftime("%Y-%m").to_string();
    assert_eq!(survey.figures(&auditor, &earlier).await.unwrap().completed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_says_how_many_were_written_on_paper_and_entered_late() {
    let survey = Running::start().await;
    let auditor = somebody(Role::Auditor, None);
    survey.completed(resolved()).await;
    let case = id();
    let entered = survey.envelope(Service::Intake, case);
    let at_once = CaseAcceptedV1 { received_at: entered.happened, ..accepted() };
    survey.put(&entered, &Fact::from(IntakeFact::from(at_once))).await;
    survey.say(case, IntakeFact::from(resolved())).await;
    survey.callback(case, 1).await;
    let figures = survey.figures(&auditor, &month(day(0, "15:00"))).await.unwrap();
    assert_eq!((figures.completed, figures.entered_late), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_count_the_cases_that_their_reader_may_see_and_no_more() {
    let survey = Running::start().await;
    for level in [Level::Internal, Level::Restricted, Level::Confidential, Level::Hidden] {
        survey.completed(CaseResolvedV1 { level, ..resolved() }).await;
    }
    let month = month(day(0, "15:00"));
    for (role, counted) in
        [(Role::Leader, 1), (Role::QualityOfficer, 2), (Role::HallDirector, 2), (Role::Auditor, 3)]
    {
        let figures = survey.figures(&somebody(role, None), &month).await.unwrap();
        assert_eq!(figures.completed, counted, "{role}");
    }
    for role in [Role::Requester, Role::DeskAssistant, Role::DepartmentHandler] {
        let refused = survey.figures(&somebody(role, None), &month).await.unwrap_err();
        assert_eq!(refused.reason(), "not-permitted", "{role}");
    }
}
