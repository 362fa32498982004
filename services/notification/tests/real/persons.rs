//! How messages reach persons: by phone and mail, as the policy says, and in the end by their mailbox.

use clock::{CallbackId, PersonId};
use events::{
    IntakeFact,
    intake::CaseAcceptedV1,
    words::{CaseNumber, Level, Urgency},
};
use jiff::SignedDuration;
use proto::notification::v1::Message;
use runtime::config::{Channels, Config};
use service_kit::{Answer, Gateway, Postbox, Replica, id, mail_body};
use testkit::eventually;
use uuid::Uuid;

use crate::{
    case::{Told, completed, leak, reporter},
    directory::Directory,
    links::{SECRET, due, requester, survey},
};

const PHONE: &str = "10013001300";
const MAIL: &str = "xiaolou@example.edu";

/// Notification with a gateway for text messages and a mail server, and an intake that knows where some
/// persons are reached.
struct Persons {
    told: Told,
    replica: Replica,
    directory: Directory,
    sms: Gateway,
    postbox: Postbox,
}

impl Persons {
    async fn known(known: &[(PersonId, &str, &str)]) -> Self {
        Self::with(known, 0, &[], |_| ()).await
    }

    /// The same; intake fails so often before, the gateway answers so, and more is configured.
    async fn with(
        known: &[(PersonId, &str, &str)],
        failing: usize,
        sms: &[Answer],
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let told = Told::starting_at("10:00").await;
        let sms = Gateway::start(sms.iter().copied()).await;
        let postbox = Postbox::start([]).await;
        let (directory, at) = Directory::start(known, failing);
        let channels = Channels {
            mail: Some(postbox.config(told.file("mail"))),
            sms: Some(sms.endpoint(told.file("sms"), 20)),
            ..Channels::default()
        };
        let replica = Box::pin(told.start_with(|config| {
            (config.channels, config.peers.intake) = (channels, at);
            change(config);
        }));
        let replica = replica.await;
        Self { told, replica, directory, sms, postbox }
    }

    /// A leak that this person reports.
    async fn leak(&self, person: PersonId, urgency: Urgency, level: Level) -> Uuid {
        let (case, reporters) = (id(), vec![person]);
        let number = CaseNumber::new(2026, 11, 7).unwrap();
        let accepted = CaseAcceptedV1 { number, urgency, level, reporters, ..leak() };
        self.told.tell(case, IntakeFact::from(accepted)).await;
        case
    }

    async fn critical(&self, person: PersonId) -> Uuid {
        self.leak(person, Urgency::Critical, Level::Internal).await
    }

    /// By which channel its reporter was told first of a case.
    async fn told_by(&self, case: Uuid) -> String {
        self.told.tells(case, 1).await;
        self.told.told(case).await.remove(0).channel.to_string()
    }

    /// What a person finds in their mailbox.
    async fn mailbox(&self, person: PersonId) -> Vec<Message> {
        self.told.list(&self.replica, &requester(person)).await
    }

    /// How often somebody outside was told anything.
    fn left(&self) -> (usize, usize) {
        (self.sms.asked().len(), self.postbox.mails().len())
    }

    /// In how many rows a text is.
    async fn rows_with(&self, text: &str) -> i64 {
        let mut found = 0;
        for table in
            ["notification.message", "notification.sending", "delivery.outbox", "delivery.audit"]
        {
            let query = format!(
                "select count(*) from {table} t where t::text like '%{text}%'
                    or t::text like '%' || encode('{text}', 'hex') || '%'"
            );
            let query = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(query));
            found += query.fetch_one(self.told.pool()).await.unwrap();
        }
        found
    }
}

#[tokio::test]
async fn a_person_is_texted_and_has_it_in_their_mailbox_and_no_row_has_their_number() {
    let persons = Persons::known(&[(reporter(), PHONE, MAIL)]).await;
    let case = persons.critical(reporter()).await;
    assert_eq!(persons.told_by(case).await, "sms");
    let [text] = &persons.sms.asked()[..] else { panic!("{:?}", persons.sms.asked()) };
    assert_eq!(text["to"], PHONE);
    assert!(text["text"].as_str().unwrap().contains("2026-11-000007"), "{text}");
    assert_eq!(persons.left(), (1, 0));
    let [message] = &persons.mailbox(reporter()).await[..] else { panic!() };
    assert_eq!((&*message.template, &*message.channel), ("accepted", "sms"));
    assert_eq!(persons.rows_with(PHONE).await + persons.rows_with(MAIL).await, 0);
    assert!(persons.rows_with("2026-11-000007").await > 0, "a look that finds what is there");
    persons.replica.stop().await;
}

#[tokio::test]
async fn who_has_no_phone_is_written_to_and_who_has_neither_looks_into_their_mailbox() {
    let (writes, neither, unknown) =
        (reporter(), PersonId::from_uuid(id()), PersonId::from_uuid(id()));
    let persons = Persons::known(&[(writes, "", MAIL), (neither, "", "")]).await;
    for (person, channel) in [(writes, "mail"), (neither, "mailbox"), (unknown, "mailbox")] {
        let case = persons.critical(person).await;
        assert_eq!(persons.told_by(case).await, channel);
        assert_eq!(persons.mailbox(person).await.len(), 1, "{channel}");
    }
    let [mail] = &persons.postbox.mails()[..] else { panic!("{:?}", persons.postbox.mails()) };
    assert!(mail.contains(&format!("To: {MAIL}")), "{mail}");
    assert!(mail_body(mail).contains("2026-11-000007"), "{}", mail_body(mail));
    assert_eq!(persons.left(), (0, 1));
    persons.replica.stop().await;
}

#[tokio::test]
async fn what_the_gateway_refuses_is_mailed_at_once() {
    let known = [(reporter(), PHONE, MAIL)];
    let persons = Persons::with(&known, 0, &[Answer::Status(400)], |_| ()).await;
    let case = persons.critical(reporter()).await;
    assert_eq!(persons.told_by(case).await, "mail");
    assert_eq!(persons.left(), (1, 1));
    persons.replica.stop().await;
}

#[tokio::test]
async fn while_intake_does_not_answer_a_way_is_tried_again_and_after_three_times_the_next() {
    let known = [(reporter(), PHONE, MAIL)];
    for (failing, channel, asked) in [(2, "sms", 3), (3, "mail", 4), (6, "mailbox", 6)] {
        let persons = Persons::with(&known, failing, &[], |_| ()).await;
        let case = persons.critical(reporter()).await;
        assert_eq!(persons.told_by(case).await, channel, "{failing}");
        assert_eq!(persons.directory.asked().len(), asked, "{failing}");
        persons.replica.stop().await;
    }
}

#[tokio::test]
async fn what_others_may_not_read_goes_to_the_mailbox_alone_and_nobody_is_asked_for_an_address() {
    let persons = Persons::known(&[(reporter(), PHONE, MAIL)]).await;
    for level in [Level::Restricted, Level::Confidential] {
        let case = persons.leak(reporter(), Urgency::Critical, level).await;
        assert_eq!(persons.told_by(case).await, "mailbox", "{level}");
    }
    assert_eq!((persons.left(), persons.directory.asked().len()), ((0, 0), 0));
    persons.replica.stop().await;
}

#[tokio::test]
async fn what_has_become_restricted_since_it_was_queued_does_not_leave_either() {
    let persons = Persons::known(&[(reporter(), PHONE, MAIL)]).await;
    let case = persons.leak(reporter(), Urgency::Normal, Level::Internal).await;
    let raise = "update notification.matter set level = 'restricted' where case_id = $1";
    sqlx::query(raise).bind(case).execute(persons.told.pool()).await.unwrap();
    persons.told.jump(SignedDuration::from_mins(1));
    assert_eq!(persons.told_by(case).await, "mailbox");
    assert_eq!((persons.left(), persons.directory.asked().len()), ((0, 0), 0));
    persons.replica.stop().await;
}

#[tokio::test]
async fn a_mail_has_the_link_of_its_recipient_and_no_row_has_it() {
    let callback = CallbackId::from_uuid(id());
    let at = survey(callback, reporter());
    let persons = Persons::with(&[(reporter(), PHONE, MAIL)], 0, &[], |config| {
        config.peers.callback_survey = at;
        config.http.public_url = Some("https://yizhan.example.edu".to_owned());
    })
    .await;
    let case = persons.leak(reporter(), Urgency::Normal, Level::Internal).await;
    persons.told.tell(case, completed()).await;
    persons.told.tell(case, due(callback, vec![reporter()])).await;
    persons.told.jump(SignedDuration::from_mins(1));
    assert_eq!(persons.told_by(case).await, "mail");
    let [mail] = &persons.postbox.mails()[..] else { panic!("{:?}", persons.postbox.mails()) };
    let said = mail_body(mail);
    let link = format!("https://yizhan.example.edu/s/{SECRET}");
    assert_eq!(said.matches(&link).count(), 2, "in each language: {said}");
    assert!(!said.contains("{link"), "{said}");
    assert_eq!(persons.rows_with(SECRET).await, 0);
    persons.replica.stop().await;
}

#[tokio::test]
async fn where_a_link_cannot_be_had_nothing_is_mailed_and_the_mailbox_has_it() {
    let persons = Persons::with(&[(reporter(), PHONE, MAIL)], 0, &[], |config| {
        config.http.public_url = Some("https://yizhan.example.edu".to_owned());
    })
    .await;
    let case = persons.leak(reporter(), Urgency::Normal, Level::Internal).await;
    let callback = CallbackId::from_uuid(id());
    persons.told.tell(case, due(callback, vec![reporter()])).await;
    persons.told.jump(SignedDuration::from_mins(1));
    assert_eq!(persons.told_by(case).await, "mailbox");
    assert_eq!(persons.left(), (0, 0));
    assert!(!persons.directory.asked().is_empty(), "it was tried");
    persons.replica.stop().await;
}

#[tokio::test]
async fn the_budget_of_the_gateway_is_of_all_persons_and_what_is_beyond_waits_together() {
    let other = PersonId::from_uuid(id());
    let known = [(reporter(), PHONE, MAIL), (other, "10013001301", "")];
    let persons = Persons::with(&known, 0, &[], |config| {
        config.channels.sms.as_mut().unwrap().per_minute = 1;
    })
    .await;
    let first = persons.critical(reporter()).await;
    assert_eq!(persons.told_by(first).await, "sms");
    for _ in 0..3 {
        persons.critical(other).await;
    }
    let waiting = "select count(*) from notification.message
        where state = 'sending' and channel = 'sms'";
    eventually("the others are begun", async || persons.told.count(waiting).await == 3).await;
    let sendings = "select count(*) from notification.sending where state = 'sending'";
    assert_eq!(persons.told.count(sendings).await, 1);
    assert_eq!(persons.left(), (1, 0));
    assert_eq!(persons.mailbox(other).await.len(), 3, "what waits can be read meanwhile");
    persons.replica.stop().await;
}
