//! What is asked about the clocks of a case goes to escalation-timer, by whom and under which key.

use serde_json::json;

use crate::world::World;

const CASE: &str = "0190a5b2-0000-7000-8000-000000000001";

#[tokio::test]
async fn every_command_on_the_clocks_of_a_case_goes_to_escalation_timer() {
    let world = World::with_people().await;
    let chief = world.session("section-chief").await;
    let until = json!({ "until": "2026-09-07T17:30:00+08:00" });
    let mut more_time = until.clone();
    more_time["reason"] = "parts".into();
    let mut of_arrival = until.clone();
    of_arrival["commitment"] = "arrive".into();
    let commands = [
        ("extension/ask", "ask-extension", more_time),
        ("extension/approve", "approve-extension", json!({})),
        ("extension/refuse", "refuse-extension", json!({})),
        ("pause/ask", "ask-pause", json!({ "evidence": "the door is locked" })),
        ("pause/approve", "approve-pause", json!({ "work_order": CASE })),
        ("pause/refuse", "refuse-pause", json!({})),
        ("ladder/extend", "extend-late", until.clone()),
        ("ladder/takeover", "take-over", json!({})),
        ("ladder/order", "give-order", json!({ "text": "call the waterworks" })),
        ("ladder/accept-risk", "accept-risk", of_arrival),
    ];
    for (path, name, body) in commands {
        let answer = chief.post(&format!("/cases/{CASE}/{path}"), &body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let told = world.others.told.state();
        let command = told.commands.last().unwrap();
        assert_eq!(command.name, name);
        assert!(command.by.posts.contains(&"logistics/section-chief".parse().unwrap()));
    }
}

#[tokio::test]
async fn a_case_that_the_asker_may_not_know_of_has_no_clocks_by_its_number() {
    let world = World::with_people().await;
    let chief = world.session("section-chief").await;
    let answer = chief.post("/cases/2026-09-000001/ladder/takeover", &json!({})).await;
    assert_eq!(answer.refused(), (404, "case-unknown"));
    let answer = chief.post("/cases/tomorrow/ladder/takeover", &json!({})).await;
    assert_eq!(answer.refused(), (400, "request-invalid"));
    let told = world.others.told.state();
    assert!(told.commands.iter().all(|command| command.name != "take-over"));
}
