//! The roster, as far as the portal adds to what dispatch says.

use events::{
    dispatch::{ROSTER_KEY, RosterChangedV1, Stay},
    words::Level,
};
use jiff::Timestamp;
use proto::dispatch::v1::PostRoster;
use serde_json::json;
use testkit::eventually;

use crate::{
    facts::{Case, Streams, shown},
    world::World,
};

const POST: &str = "logistics/deputy-head";

#[tokio::test]
async fn who_is_away_and_who_stands_in_are_called_by_their_login_names_or_ids() {
    let world = World::with_people().await;
    let head = world.session("head-logistics").await;
    let [deputy, chief] =
        [world.account("deputy-logistics").await, world.account("section-chief").await];
    let (deputy, chief) = (deputy.to_string(), chief.to_string());
    let until = "2026-09-03T08:00:00+08:00";
    for (account, cover, told) in [
        ("deputy-logistics", "section-chief", [&*deputy, &*chief]),
        (&*deputy, "", [&*deputy, ""]),
        ("nobody-9", "", ["00000000-0000-0000-0000-000000000000", ""]),
    ] {
        let leave = json!({ "account": account, "cover": cover, "until": until });
        let answer = head.post("/roster/leave", &leave).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        assert_eq!(world.others.told.state().leave, told);
        let [left] = &answer.body["uncovered"].as_array().unwrap()[..] else { panic!() };
        assert_eq!((&left["post"], &left["until"]), (&json!(POST), &json!("2026-09-03T00:00:00Z")));
    }
    let refused = head.post("/roster/leave", &json!({ "until": "2026-09-03T08:00:00" })).await;
    let [(field, fix)] = refused.violations()[..] else { panic!("{:?}", refused.body) };
    assert!(field == "until" && fix.contains("write `2026-09-03T08:00:00+08:00`"), "{fix}");

    let holders = vec![deputy.clone()];
    let posts = vec![PostRoster { post: POST.to_owned(), holders, ..PostRoster::default() }];
    world.others.told.state().rosters = posts;
    let shown = head.get("/roster").await;
    assert_eq!(shown.body["posts"][0]["holders"][0]["name"], "傅厚勤 Fu Houqin");
}

#[tokio::test]
async fn whoever_stands_in_sees_what_the_post_was_told_for_as_long_and_no_longer() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let chief = world.session("section-chief").await;
    let account = world.account("section-chief").await;
    let story = Case::new(1, Level::Internal).story();
    streams.publish(&story).await;
    shown(&world, i64::try_from(story.len()).unwrap()).await;
    let cases = async || chief.get("/cases").await.body["cases"].as_array().unwrap().len();
    assert_eq!(cases().await, 0);

    let mut roster = Case::new(2, Level::Internal);
    roster.key = ROSTER_KEY;
    let [past, future] = [Timestamp::UNIX_EPOCH, Timestamp::MAX];
    for (from, until, sees) in [
        (None, None, 1),
        (None, Some(past), 0),
        (Some(past), Some(future), 1),
        (Some(future), None, 0),
        (Some(past), None, 1),
    ] {
        let stays = vec![Stay { account, from, until, stands_in: true }];
        let post = "logistics/repair-leader".parse().unwrap();
        streams.publish(&[roster.tell(0, RosterChangedV1 { post, stays })]).await;
        eventually("the roster counts", async || cases().await == sees).await;
    }
}
