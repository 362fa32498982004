//! The gateway of text messages and a department's own system: each may refuse, hang, drop and have
//! enough.

use std::{collections::BTreeSet, fs, time::Duration};

use definitions::Document;
use events::{
    EscalationFact, IntakeFact,
    escalation::RungFiredV1,
    intake::CaseAcceptedV1,
    words::{CaseNumber, DocumentKind, MessageChannel, PostId, Urgency},
};
use jiff::SignedDuration;
use runtime::config::{Channels, Endpoint};
use serde_json::{Value, json};
use service_kit::{Answer, Gateway, Replica, id};
use testkit::eventually;
use uuid::Uuid;

use crate::case::{Told, fired, leak};

const BOTH: [MessageChannel; 2] = [MessageChannel::Sms, MessageChannel::Webhook];

/// Notification with one way out of the installation.
struct Posting {
    told: Told,
    replica: Replica,
    gateway: Gateway,
}

impl Posting {
    async fn by(channel: MessageChannel, script: &[Answer]) -> Self {
        let told = Told::on(&with_webhooks()).await.at("10:00");
        let gateway = Gateway::start(script.iter().copied()).await;
        let token_file = told.file("token");
        fs::write(&token_file, "open sesame").unwrap();
        let endpoint = gateway.endpoint(told.file("gateway"), 20);
        let endpoint = Endpoint { token_file: Some(token_file), ..endpoint };
        let off = Channels::default();
        let channels = match channel {
            MessageChannel::Sms => Channels { sms: Some(endpoint), ..off },
            MessageChannel::Webhook => {
                Channels { webhook: [("works".to_owned(), endpoint)].into(), ..off }
            }
            MessageChannel::Wecom
            | MessageChannel::Mail
            | MessageChannel::Log
            | MessageChannel::Mailbox => panic!("{channel} is tested elsewhere"),
        };
        let replica = Box::pin(told.start_with(|config| config.channels = channels)).await;
        Self { told, replica, gateway }
    }

    /// A case of which a rung is told to this post of logistics.
    async fn late(&self, urgency: Urgency, post: &str) -> Uuid {
        let case = id();
        let number = CaseNumber::new(2026, 11, 1).unwrap();
        let accepted = CaseAcceptedV1 { number, urgency, reporters: Vec::new(), ..leak() };
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

/// The example campus, where all posts of logistics have a system of their own.
fn with_webhooks() -> Vec<Document> {
    let mut campus = campus_kit::documents();
    let logistics = campus
        .iter_mut()
        .find(|one| one.kind == DocumentKind::Department && one.id.as_str() == "logistics")
        .unwrap();
    let spec = logistics.value.get_mut("spec").unwrap();
    for post in spec.get_mut("posts").unwrap().as_array_mut().unwrap() {
        post.as_object_mut().unwrap().insert("webhook".to_owned(), "works".into());
    }
    campus
}

#[tokio::test]
async fn a_system_is_given_each_message_with_what_it_is_about_and_a_gateway_one_text() {
    for channel in BOTH {
        let posting = Posting::by(channel, &[]).await;
        let case = posting.late(Urgency::Critical, "repair-leader").await;
        assert_eq!(posting.told_by(case).await, channel.to_string());
        let [asked] = &posting.gateway.asked()[..] else { panic!("{:?}", posting.gateway.asked()) };
        assert!(asked["id"].as_str().unwrap().parse::<Uuid>().is_ok(), "{asked}");
        let text = if channel == MessageChannel::Webhook {
            let [message] = &asked["messages"].as_array().unwrap()[..] else { panic!("{asked}") };
            assert_eq!(message["case"], case.to_string());
            assert_eq!(message["to"], "post/logistics/repair-leader");
            assert!(message["template"].is_string() && message["title"].is_string(), "{asked}");
            &message["text"]
        } else {
            assert_eq!(asked["to"], "10000008601", "the mobile of the post");
            &asked["text"]
        };
        assert!(text.as_str().unwrap().contains("Please see to it."), "{asked}");
        assert_eq!(posting.gateway.authorizations(), [Some("Bearer open sesame".to_owned())]);
        posting.replica.stop().await;
    }
}

#[tokio::test]
async fn a_system_is_given_all_that_waits_at_once() {
    let posting = Posting::by(MessageChannel::Webhook, &[]).await;
    let mut cases = BTreeSet::new();
    for _ in 0..3 {
        cases.insert(posting.late(Urgency::Normal, "repair-leader").await.to_string());
    }
    posting.told.jump(SignedDuration::from_mins(1));
    for case in &cases {
        assert_eq!(posting.told_by(case.parse().unwrap()).await, "webhook");
    }
    let [asked] = &posting.gateway.asked()[..] else { panic!("{:?}", posting.gateway.asked()) };
    let messages = asked["messages"].as_array().unwrap().iter();
    let said: BTreeSet<_> =
        messages.map(|message| message["case"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said, cases);
    posting.replica.stop().await;
}

#[tokio::test]
async fn what_is_refused_or_sent_elsewhere_or_critical_and_too_much_goes_the_next_way_at_once() {
    for channel in BOTH {
        for status in [302, 400, 401, 404, 429] {
            let posting = Posting::by(channel, &[Answer::Status(status)]).await;
            let case = posting.late(Urgency::Critical, "repair-leader").await;
            assert_eq!(posting.told_by(case).await, "log", "{channel} {status}");
            assert_eq!(posting.gateway.asked().len(), 1, "{channel} {status}");
            posting.replica.stop().await;
        }
    }
}

#[tokio::test]
async fn what_is_too_much_and_not_critical_waits_for_its_way() {
    let posting = Posting::by(MessageChannel::Webhook, &[Answer::Status(429)]).await;
    let case = posting.late(Urgency::Normal, "repair-leader").await;
    posting.told.jump(SignedDuration::from_mins(1));
    eventually("it is posted", async || posting.gateway.asked().len() == 1).await;
    let waits = "select count(*) from notification.sending
        where state = 'sending' and channel = 'webhook' and tries = 1";
    eventually("it waits", async || posting.told.count(waits).await == 1).await;
    assert_eq!(posting.told.states(case).await, ["sending"]);
    posting.replica.stop().await;
}

#[tokio::test]
async fn what_was_dropped_or_not_taken_now_is_posted_again_under_the_same_id_and_told_once() {
    for channel in BOTH {
        for away in [Answer::Drop, Answer::Status(503), Answer::Status(408)] {
            let posting = Posting::by(channel, &[away; 2]).await;
            let case = posting.late(Urgency::Critical, "repair-leader").await;
            assert_eq!(posting.told_by(case).await, channel.to_string(), "{away:?}");
            let asked = posting.gateway.asked();
            assert_eq!(asked.len(), 3, "{channel} {away:?}");
            let first: &Value = &asked[0];
            assert!(
                first["id"] != json!(null) && asked.iter().all(|one| one == first),
                "{asked:?}"
            );
            assert_eq!(posting.told.told(case).await.len(), 1);
            posting.replica.stop().await;
        }
    }
}

#[tokio::test]
async fn what_is_dropped_three_times_goes_the_next_way() {
    for channel in BOTH {
        let posting = Posting::by(channel, &[Answer::Drop; 3]).await;
        let case = posting.late(Urgency::Critical, "repair-leader").await;
        assert_eq!(posting.told_by(case).await, "log", "{channel}");
        assert_eq!(posting.gateway.asked().len(), 3, "{channel}");
        posting.replica.stop().await;
    }
}

#[tokio::test]
async fn one_that_hangs_holds_up_nobody() {
    for channel in BOTH {
        let posting = Posting::by(channel, &[Answer::Late(Duration::from_secs(5))]).await;
        let slow = posting.late(Urgency::Critical, "repair-leader").await;
        eventually("the first is posted", async || posting.gateway.asked().len() == 1).await;
        let quick = posting.late(Urgency::Critical, "section-chief").await;
        assert_eq!(posting.told_by(quick).await, channel.to_string());
        assert_eq!(posting.told.states(slow).await, ["sending"], "{channel}");
        assert_eq!(posting.told_by(slow).await, channel.to_string());
        posting.replica.stop().await;
    }
}
