//! The ways out of the installation: each may refuse, hang, drop and have enough.

use std::time::Duration;

use clock::PersonId;
use events::{
    EscalationFact, IntakeFact,
    escalation::RungFiredV1,
    intake::CaseAcceptedV1,
    words::{CaseNumber, PostId, Urgency},
};
use jiff::SignedDuration;
use runtime::config::Channels;
use service_kit::{Answer, Gateway, Replica, id};
use testkit::eventually;
use uuid::Uuid;

use crate::case::{Told, fired, leak};

/// Notification with a robot for logistics and a gateway for text messages.
struct Ways {
    told: Told,
    replica: Replica,
    robot: Gateway,
    sms: Gateway,
}

impl Ways {
    async fn with(robot: &[Answer], sms: &[Answer], per_minute: u32) -> Self {
        let told = Told::starting_at("10:00").await;
        let robot = Gateway::start(robot.iter().copied()).await;
        let sms = Gateway::start(sms.iter().copied()).await;
        let robots = [("logistics".to_owned(), robot.endpoint(told.file("robot"), per_minute))];
        let channels = Channels {
            wecom: robots.into(),
            sms: Some(sms.endpoint(told.file("sms"), per_minute)),
            ..Channels::default()
        };
        let replica = Box::pin(told.start_with(|config| config.channels = channels)).await;
        Self { told, replica, robot, sms }
    }

    /// A case of which a rung is told to this post of logistics.
    async fn late(&self, urgency: Urgency, post: &str) -> Uuid {
        let case = id();
        let (number, reporters) = (CaseNumber::new(2026, 11, 1).unwrap(), Vec::<PersonId>::new());
        let accepted = CaseAcceptedV1 { number, urgency, reporters, ..leak() };
        self.told.tell(case, IntakeFact::from(accepted)).await;
        let EscalationFact::RungFired(fired) = fired() else { unreachable!() };
        let post: PostId = format!("logistics/{post}").parse().unwrap();
        self.told.tell(case, EscalationFact::from(RungFiredV1 { post, ..fired })).await;
        case
    }

    /// By which channel it was told in the end.
    async fn told_by(&self, case: Uuid) -> String {
        self.told.tells(case, 1).await;
        self.told.told(case).await.remove(0).channel.to_string()
    }
}

const CRITICAL: Urgency = Urgency::Critical;
/// What the robot has no room for this minute.
const WAITS: &str = "select count(*) from notification.sending
    where channel = 'wecom' and state = 'sending' and tries = 0
      and try_at > (select max(at) from notification.attempt) + interval '30 seconds'";

#[tokio::test]
async fn a_robot_says_all_that_waits_in_one_text() {
    let ways = Ways::with(&[], &[], 20).await;
    let mut cases = Vec::new();
    for _ in 0..3 {
        cases.push(ways.late(Urgency::Normal, "repair-leader").await);
    }
    ways.told.jump(SignedDuration::from_mins(1));
    for case in cases {
        assert_eq!(ways.told_by(case).await, "wecom");
    }
    let [text] = &ways.robot.asked()[..] else { panic!("{:?}", ways.robot.asked()) };
    assert_eq!(text["msgtype"], "text");
    let content = text["text"]["content"].as_str().unwrap();
    assert_eq!(content.matches("Please see to it.").count(), 3, "{content}");
    assert!(content.len() <= 2_048);
    ways.replica.stop().await;
}

#[tokio::test]
async fn of_all_that_waits_what_is_critical_is_said_first_and_is_not_what_is_cut_off() {
    let ways = Ways::with(&[], &[], 20).await;
    for _ in 0..12 {
        ways.late(Urgency::Normal, "repair-leader").await;
    }
    let critical = ways.late(CRITICAL, "repair-leader").await;
    assert_eq!(ways.told_by(critical).await, "wecom");
    let [text] = &ways.robot.asked()[..] else { panic!("{:?}", ways.robot.asked()) };
    let content = text["text"]["content"].as_str().unwrap();
    let messages: Vec<_> = content.split("\n\n").collect();
    assert!(messages[0].contains("非常紧急"), "{content}");
    assert!(messages.last().unwrap().ends_with(" more"), "{content}");
    ways.replica.stop().await;
}

#[tokio::test]
async fn what_a_way_refuses_or_has_enough_of_goes_the_next() {
    for answer in
        [Answer::Status(404), Answer::Code(93_000), Answer::Status(429), Answer::Code(45_009)]
    {
        let ways = Ways::with(&[answer], &[], 20).await;
        let case = ways.late(CRITICAL, "repair-leader").await;
        assert_eq!(ways.told_by(case).await, "sms", "{answer:?}");
        assert_eq!((ways.robot.asked().len(), ways.sms.asked().len()), (1, 1));
        assert!(!ways.sms.asked()[0]["to"].as_str().unwrap().is_empty());
        ways.replica.stop().await;
    }
}

#[tokio::test]
async fn what_was_dropped_is_sent_again_and_told_once() {
    let ways = Ways::with(&[Answer::Drop, Answer::Status(503)], &[], 20).await;
    let case = ways.late(CRITICAL, "repair-leader").await;
    assert_eq!(ways.told_by(case).await, "wecom");
    assert_eq!(ways.robot.asked().len(), 3);
    assert_eq!(ways.told.told(case).await.len(), 1);
    ways.replica.stop().await;
}

#[tokio::test]
async fn when_every_way_is_dead_the_log_has_it() {
    let ways = Ways::with(&[Answer::Drop; 3], &[Answer::Status(400)], 20).await;
    let case = ways.late(CRITICAL, "repair-leader").await;
    assert_eq!(ways.told_by(case).await, "log");
    assert_eq!((ways.robot.asked().len(), ways.sms.asked().len()), (3, 1));
    // Nobody reads the log at once: the desk phones them, and waits for nothing.
    let why = "select count(*) from notification.acknowledgement
        where state = 'to-phone' and why = 'undelivered'";
    eventually("the desk phones them", async || ways.told.count(why).await == 1).await;
    ways.replica.stop().await;
}

#[tokio::test]
async fn a_way_that_hangs_holds_up_nobody() {
    let ways = Ways::with(&[Answer::Late(Duration::from_secs(5))], &[], 20).await;
    let slow = ways.late(CRITICAL, "repair-leader").await;
    eventually("the first is posted", async || ways.robot.asked().len() == 1).await;
    let quick = ways.late(CRITICAL, "section-chief").await;
    assert_eq!(ways.told_by(quick).await, "wecom");
    assert_eq!(ways.told.states(slow).await, ["sending"]);
    assert_eq!(ways.told_by(slow).await, "wecom");
    ways.replica.stop().await;
}

#[tokio::test]
async fn beyond_its_budget_a_way_carries_a_digest() {
    let ways = Ways::with(&[], &[], 1).await;
    let first = ways.late(CRITICAL, "repair-leader").await;
    assert_eq!(ways.told_by(first).await, "wecom");
    let mut more = Vec::new();
    for _ in 0..3 {
        more.push(ways.late(CRITICAL, "repair-leader").await);
    }
    let waiting = "select count(*) from notification.message where state = 'sending'";
    eventually("the others are begun", async || ways.told.count(waiting).await == 3).await;
    let sendings = "select count(*) from notification.sending where state = 'sending'";
    assert_eq!(ways.told.count(sendings).await, 1);
    assert_eq!(ways.robot.asked().len(), 1);
    ways.replica.stop().await;
}

#[tokio::test]
async fn each_attempt_of_a_sending_counts_for_the_budget() {
    let ways = Ways::with(&[Answer::Status(503), Answer::Status(503)], &[], 3).await;
    let first = ways.late(CRITICAL, "repair-leader").await;
    assert_eq!(ways.told_by(first).await, "wecom");
    assert_eq!(ways.robot.asked().len(), 3);
    ways.late(CRITICAL, "section-chief").await;
    eventually("the next waits for room", async || ways.told.count(WAITS).await == 1).await;
    assert_eq!(ways.robot.asked().len(), 3);
    ways.replica.stop().await;
}

#[tokio::test]
async fn attempts_count_of_what_has_taken_another_way_since() {
    let ways = Ways::with(&[Answer::Status(429)], &[], 1).await;
    let first = ways.late(CRITICAL, "repair-leader").await;
    assert_eq!(ways.told_by(first).await, "sms");
    ways.late(CRITICAL, "section-chief").await;
    eventually("the next waits for room", async || ways.told.count(WAITS).await == 1).await;
    assert_eq!(ways.robot.asked().len(), 1);
    ways.replica.stop().await;
}

#[tokio::test]
async fn posts_that_have_one_robot_have_one_budget() {
    let ways = Ways::with(&[], &[], 2).await;
    for post in ["repair-leader", "section-chief", "plumbing", "electrical", "carpentry"] {
        ways.late(CRITICAL, post).await;
    }
    let tried = "select count(*) from notification.sending where channel = 'wecom' and tries = 1";
    eventually("as many as may are tried", async || ways.told.count(tried).await == 2).await;
    let waiting = "select count(*) from notification.sending
        where channel = 'wecom' and state = 'sending' and tries = 0";
    eventually("the others wait", async || ways.told.count(waiting).await == 3).await;
    eventually("they are sent", async || ways.robot.asked().len() == 2).await;
    ways.replica.stop().await;
}
