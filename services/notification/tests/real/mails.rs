//! Mail as a way out: its server may refuse, put off, hang and drop.

use std::time::Duration;

use events::{
    EscalationFact, IntakeFact,
    escalation::RungFiredV1,
    intake::CaseAcceptedV1,
    words::{CaseNumber, PostId, Urgency},
};
use jiff::SignedDuration;
use runtime::config::{Channels, Mail, MailEncryption};
use service_kit::{Answer, Gateway, Postbox, Replica, Reply, id, mail_body};
use testkit::eventually;
use uuid::Uuid;

use crate::case::{Told, fired, leak};

/// Notification with a mail server, and nothing else but a gateway that takes text messages of what
/// is critical.
struct Mails {
    told: Told,
    replica: Replica,
    postbox: Postbox,
    sms: Gateway,
}

impl Mails {
    async fn with(script: &[Reply]) -> Self {
        let postbox = Postbox::start(script.iter().copied()).await;
        Self::at(postbox, |_| ()).await
    }

    /// Notification with this mail server, and what else is said of it in the configuration.
    async fn at(postbox: Postbox, change: impl FnOnce(&mut Mail)) -> Self {
        let told = Told::starting_at("10:00").await;
        let mut mail = postbox.config(told.file("mail"));
        change(&mut mail);
        let sms = Gateway::start([Answer::Status(400); 9]).await;
        let channels = Channels {
            mail: Some(mail),
            sms: Some(sms.endpoint(told.file("sms"), 20)),
            ..Channels::default()
        };
        let replica = Box::pin(told.start_with(|config| config.channels = channels)).await;
        Self { told, replica, postbox, sms }
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

#[tokio::test]
async fn a_mail_says_all_that_waits_and_who_it_is_from_and_for() {
    let mails = Mails::with(&[]).await;
    let cases = [
        mails.late(Urgency::Normal, "repair-leader").await,
        mails.late(Urgency::Normal, "repair-leader").await,
    ];
    mails.told.jump(SignedDuration::from_mins(1));
    for case in cases {
        assert_eq!(mails.told_by(case).await, "mail");
    }
    let [mail] = &mails.postbox.mails()[..] else { panic!("{:?}", mails.postbox.mails()) };
    for line in ["<yizhan@example.edu>", "To: repair-leader@logistics.example.edu", "@example.edu>"]
    {
        assert!(mail.contains(line), "{mail}");
    }
    let said = mail_body(mail);
    assert_eq!(said.matches("Please see to it.").count(), 2, "{said}");
    assert_eq!(mails.postbox.logins(), ["\0yizhan\0open the box"]);
    assert_eq!(mails.sms.asked().len(), 0, "only what is critical");
    mails.replica.stop().await;
}

#[tokio::test]
async fn what_a_mail_server_refuses_goes_the_next_way() {
    let mails = Mails::with(&[Reply::Code(550)]).await;
    let case = mails.late(Urgency::Normal, "repair-leader").await;
    mails.told.jump(SignedDuration::from_mins(1));
    assert_eq!(mails.told_by(case).await, "log");
    assert_eq!(mails.postbox.mails().len(), 1);
    mails.replica.stop().await;
}

#[tokio::test]
async fn what_it_puts_off_waits_unless_it_is_critical() {
    for code in [421, 450, 451] {
        let mails = Mails::with(&[Reply::Code(code); 2]).await;
        let critical = mails.late(Urgency::Critical, "repair-leader").await;
        assert_eq!(mails.told_by(critical).await, "log", "{code}");
        let normal = mails.late(Urgency::Normal, "section-chief").await;
        mails.told.jump(SignedDuration::from_mins(1));
        eventually("the second is put off", async || mails.postbox.mails().len() == 2).await;
        let waits = "select count(*) from notification.sending
            where state = 'sending' and channel = 'mail'";
        eventually("it waits", async || mails.told.count(waits).await == 1).await;
        assert_eq!(mails.told.states(normal).await, ["sending"]);
        mails.replica.stop().await;
    }
}

#[tokio::test]
async fn what_it_dropped_is_sent_again_under_the_same_id_and_told_once() {
    let mails = Mails::with(&[Reply::Drop, Reply::Drop]).await;
    let case = mails.late(Urgency::Critical, "repair-leader").await;
    assert_eq!(mails.told_by(case).await, "mail");
    let ids: Vec<String> = mails
        .postbox
        .mails()
        .iter()
        .map(|mail| mail.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(mails.told.told(case).await.len(), 1);
    mails.replica.stop().await;
}

#[tokio::test]
async fn a_mail_server_that_hangs_holds_up_nobody() {
    let mails = Mails::with(&[Reply::Late(Duration::from_secs(5))]).await;
    let slow = mails.late(Urgency::Critical, "repair-leader").await;
    eventually("the first is sent", async || mails.postbox.mails().len() == 1).await;
    let quick = mails.late(Urgency::Critical, "section-chief").await;
    assert_eq!(mails.told_by(quick).await, "mail");
    assert_eq!(mails.told.states(slow).await, ["sending"]);
    assert_eq!(mails.told_by(slow).await, "mail");
    mails.replica.stop().await;
}

#[tokio::test]
async fn what_it_took_is_sent_once_also_when_it_never_says_good_bye() {
    let mails = Mails::with(&[Reply::Mute]).await;
    let case = mails.late(Urgency::Critical, "repair-leader").await;
    assert_eq!(mails.told_by(case).await, "mail");
    assert_eq!(mails.postbox.mails().len(), 1);
    mails.replica.stop().await;
}

#[tokio::test]
async fn a_server_is_told_the_password_once_it_is_known_by_its_certificate() {
    for encryption in [MailEncryption::Starttls, MailEncryption::Tls] {
        let mails = Mails::at(Postbox::encrypted(encryption, []).await, |_| ()).await;
        let case = mails.late(Urgency::Critical, "repair-leader").await;
        assert_eq!(mails.told_by(case).await, "mail", "{encryption:?}");
        assert_eq!(mails.postbox.logins(), ["\0yizhan\0open the box"], "{encryption:?}");
        mails.replica.stop().await;
    }
}

#[tokio::test]
async fn a_server_that_is_not_known_or_wants_the_password_in_the_clear_is_not_told_it() {
    let not_trusted: fn(&mut Mail) = |mail| mail.ca_file = None;
    let as_starttls: fn(&mut Mail) = |mail| mail.encryption = MailEncryption::Starttls;
    for (serves, change) in [
        (MailEncryption::Starttls, not_trusted),
        (MailEncryption::Tls, not_trusted),
        (MailEncryption::None, as_starttls),
    ] {
        let mails = Mails::at(Postbox::encrypted(serves, []).await, change).await;
        let case = mails.late(Urgency::Critical, "repair-leader").await;
        assert_eq!(mails.told_by(case).await, "log", "{serves:?}");
        assert_eq!(mails.postbox.logins(), [""; 0], "{serves:?}");
        mails.replica.stop().await;
    }
}
