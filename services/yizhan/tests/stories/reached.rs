//! Persons are reached outside of the installation: by text message, and by mail where that is refused.
//! Of what others may not read nothing leaves for them.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use events::words::Service;
use jiff::ToSpan as _;
use reqwest::Client;
use runtime::config::{Endpoint, Mail};
use serde_json::Value;
use service_kit::{Answer, Gateway, Postbox, mail_body};

use crate::{
    account::Case,
    campus::{Campus, processes::Environment},
    links::link_in,
};

const PHONE: &str = "10000000199";
const MAIL: &str = "caller@example.edu";
/// A leak that is urgent: its caller is texted by day, and mailed where that fails.
const LEAK: &str = "water-leak --place dorm-7-402 --text 'it drips through the ceiling'";
/// Who are alerted of a person at risk, by the numbers of their posts.
const HANDLERS: [&str; 4] = ["10000008110", "10000008802", "10000008804", "10000008115"];

/// Longer than the half minute for which what was too much waits, by the machine's time.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EACH: Duration = Duration::from_millis(50);

/// An installation with a gateway of text messages and a mail server.
struct Outside {
    campus: Campus,
    sms: Gateway,
    mail: Postbox,
}

impl Outside {
    /// The gateway answers so, one after another, and takes everything then.
    async fn where_texts_are(script: &[Answer]) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let sms = Gateway::start(script.iter().copied()).await;
        let mail = Postbox::start([]).await;
        let campus = Campus::in_processes_with(|campus, service| {
            let file = |name| campus.home().path().join(name);
            match service {
                Service::Notification => {
                    channels(&sms.endpoint(file("sms"), 300), &mail.config(file("mail")))
                }
                Service::Intake
                | Service::Dispatch
                | Service::EscalationTimer
                | Service::CallbackSurvey
                | Service::Portal => Environment::new(),
            }
        });
        Self { campus, sms, mail }
    }

    /// What the gateway was given, whatever it answered.
    fn texts(&self, is_meant: impl Fn(&Value) -> bool) -> Vec<Value> {
        self.sms.asked().into_iter().filter(is_meant).collect()
    }

    /// What the mail server took for this address.
    fn mails(&self, to: &str) -> Vec<String> {
        let to = format!("To: {to}");
        let mails = self.mail.mails();
        mails.iter().filter(|mail| mail.contains(&to)).map(|mail| mail_body(mail)).collect()
    }

    /// Waits until the caller was told this of a case, and holds that the gateway took these words.
    fn is_texted(&self, case: &Case<'_>, template: &str) {
        let message = sent(case, template);
        assert_eq!(message["channel"], "sms", "{message}");
        let words = message["text"].as_str().unwrap();
        let texts = self.texts(to_caller);
        assert!(texts.iter().any(|text| said(text).contains(words)), "{words}: {texts:?}");
    }
}

/// The ways out, as the environment of notification says them.
fn channels(sms: &Endpoint, mail: &Mail) -> Environment {
    let password = mail.password_file.as_ref().unwrap();
    vec![
        ("YIZHAN_CHANNELS__SMS__URL_FILE", sms.url_file.display().to_string()),
        ("YIZHAN_CHANNELS__SMS__PER_MINUTE", sms.per_minute.to_string()),
        ("YIZHAN_CHANNELS__MAIL__HOST", mail.host.clone()),
        ("YIZHAN_CHANNELS__MAIL__PORT", mail.port.unwrap().to_string()),
        ("YIZHAN_CHANNELS__MAIL__ENCRYPTION", "none".to_owned()),
        ("YIZHAN_CHANNELS__MAIL__FROM", mail.from.clone()),
        ("YIZHAN_CHANNELS__MAIL__USER", mail.user.clone().unwrap()),
        ("YIZHAN_CHANNELS__MAIL__PASSWORD_FILE", password.display().to_string()),
        ("YIZHAN_CHANNELS__MAIL__PER_MINUTE", "300".to_owned()),
    ]
}

fn to_caller(text: &Value) -> bool {
    text["to"] == PHONE
}

fn said(text: &Value) -> &str {
    text["text"].as_str().unwrap()
}

/// Waits for what follows by the machine's time: whoever carries messages out keeps no clock from going.
#[track_caller]
fn until<T>(awaited: &str, look: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{awaited}");
        thread::sleep(LOOK_EACH);
    }
}

/// The one message of this template about a case, once it has gone out.
#[track_caller]
fn sent(case: &Case<'_>, template: &str) -> Value {
    until(&format!("{case}: {template} does not go out"), || {
        let mut messages = case.messages(template).into_iter();
        messages.find(|message| message["state"] == "sent")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_texted_and_mailed_what_becomes_of_it_and_says_by_the_link_that_it_is_not_solved()
 {
    let outside = Outside::where_texts_are(&[Answer::Status(400), Answer::Status(429)]).await;
    let campus = &outside.campus;
    let [desk, plumber, head] =
        ["desk-1", "plumber-1", "head-logistics"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(&format!("{LEAK} --phone {PHONE} --mail {MAIL}"));
    campus.advance("2min");
    let accepted = sent(&case, "accepted");
    assert_eq!(accepted["channel"], "mail", "the gateway refused it: {accepted}");
    let [mail] = &outside.mails(MAIL)[..] else { panic!("{:?}", outside.mails(MAIL)) };
    let words = accepted["text"].as_str().unwrap();
    assert!(words.lines().all(|line| mail.contains(line)), "{words}: {mail}");
    let [refused] = &outside.texts(to_caller)[..] else { panic!("{:?}", outside.texts(to_caller)) };
    assert!(said(refused).contains(&case.to_string()), "{refused}");

    plumber.does(&format!("work claim {case}"));
    campus.advance("2min");
    let throttled =
        until("nobody is texted who has it", || outside.texts(to_caller).into_iter().nth(1));

    // What comes after that does not wait for it.
    let later = case.due(1) + 5.hours();
    plumber.does(&format!("extension ask {case} --until {later} --reason parts"));
    head.does(&format!("extension approve {case}"));
    campus.advance("2min");
    outside.is_texted(&case, "promised");
    plumber.does(&format!("work complete {case}"));
    campus.advance("2min");
    outside.is_texted(&case, "completed");
    assert_eq!(sent(&case, "survey")["channel"], "sms");
    let texts = outside.texts(to_caller);
    let link = texts.iter().find_map(|text| link_in(said(text))).unwrap();
    assert!(link.starts_with(&format!("{}/s/", campus.url())), "{link}");

    let answer = Client::new().post(&link).header("Accept-Language", "en");
    let answer = answer.header("Content-Type", "application/x-www-form-urlencoded");
    let page = answer.body("solved=no&words=it+drips+again").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("You said that it is not solved."), "{page}");
    campus.settle();
    assert_eq!(case.state(), ("open".into(), 2));
    campus.advance("2min");
    outside.is_texted(&case, "reopened");

    // What was too much was sent again under its own id, and once it was taken no more.
    outside.is_texted(&case, "claimed");
    let again = outside.texts(|text| text["id"] == throttled["id"]);
    assert_eq!(again, [throttled.clone(), throttled]);
    assert_eq!(outside.mails(MAIL).len(), 1, "only what the gateway refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_person_at_risk_nothing_leaves_for_who_reported_it_and_their_other_case_goes_on() {
    let outside = Outside::where_texts_are(&[]).await;
    let campus = &outside.campus;
    let [desk, plumber, guard] = ["desk-1", "plumber-1", "guard"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let caller = format!("--phone {PHONE} --mail {MAIL}");
    let leak = desk.opens(&format!("{LEAK} {caller}"));
    let alarm = "alarm open --place dorm-7-302 --type person-at-risk --text '室友说不想活了'";
    let opened = desk.does(&format!("{alarm} {caller}"));
    let alarm = opened["number"].as_str().unwrap();
    campus.advance("2min");
    guard.does(&format!("alarm ack {alarm}"));
    guard.asks(&format!("work claim {alarm}"));
    guard.does(&format!("work complete {alarm}"));
    plumber.repairs(&leak);
    campus.advance("2min");
    for template in ["accepted", "claimed", "completed"] {
        outside.is_texted(&leak, template);
    }

    let of_alarm = || outside.texts(|text| said(text).contains(alarm));
    let told = until("nobody is texted of the alarm", || {
        Some(of_alarm()).filter(|texts| !texts.is_empty())
    });
    let told: BTreeSet<_> = told.iter().map(|text| text["to"].as_str().unwrap()).collect();
    assert!(told.iter().all(|number| HANDLERS.contains(number)), "{told:?}");
    let texts = outside.texts(to_caller);
    let of_leak = leak.to_string();
    assert!(texts.iter().all(|text| said(text).contains(&of_leak)), "{texts:?}");
    assert!(outside.mail.mails().iter().all(|mail| !mail_body(mail).contains(alarm)));
}
