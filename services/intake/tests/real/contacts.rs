//! Contacts of which no case comes.

use authz::{Role, Subject};
use events::words::Level;
use proto::{
    intake::v1::{
        Contact, ContactOutcome, ListContactsRequest, LogContactRequest, Person, Referral,
    },
    words::v1::Channel,
};
use rpc::Error;

use crate::campus::{Campus, Running, assistant, leak, reason, refusal, somebody};

async fn log(intake: &Running, by: &Subject, request: LogContactRequest) -> Result<(), Error> {
    intake.client().log_contact(intake.tell(by).request(request)).await?;
    Ok(())
}

async fn list(
    intake: &Running,
    by: &Subject,
    outcome: ContactOutcome,
) -> Result<Vec<Contact>, Error> {
    let request = ListContactsRequest { outcome: outcome.into(), ..Default::default() };
    let answer = intake.client().list_contacts(intake.ask(by).request(request)).await?;
    Ok(answer.into_inner().contacts)
}

fn answered() -> LogContactRequest {
    LogContactRequest {
        channel: Channel::Counter.into(),
        outcome: ContactOutcome::Answered.into(),
        text: "几点供热水?十七点".to_owned(),
        caller: Some(Person { phone: "10000000001".to_owned(), ..Person::default() }),
        ..LogContactRequest::default()
    }
}

fn referred(department: &str) -> LogContactRequest {
    let (department, window) = (department.to_owned(), "2号窗口".to_owned());
    let referral = Some(Referral { department, window, person: "王老师".to_owned() });
    let outcome = ContactOutcome::Referred.into();
    LogContactRequest { outcome, referral, caller: None, ..answered() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_listed_with_what_was_said_and_one_that_became_a_case_without() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    log(&intake, &desk, answered()).await.unwrap();
    log(&intake, &desk, referred("network")).await.unwrap();
    intake.accept(&desk, leak()).await.unwrap();
    let all = list(&intake, &desk, ContactOutcome::Unspecified).await.unwrap();
    let outcomes: Vec<_> = all.iter().map(Contact::outcome).collect();
    assert_eq!(
        outcomes,
        [ContactOutcome::Opened, ContactOutcome::Referred, ContactOutcome::Answered]
    );
    let [opened, sent_on, told] = &all[..] else { panic!("{all:?}") };
    assert_eq!((&opened.caller, &*opened.text), (&None, ""));
    let referral = sent_on.referral.as_ref().unwrap();
    assert_eq!((&*referral.department, &*referral.person), ("network", "王老师"));
    assert_eq!(told.text, "几点供热水?十七点");
    assert_eq!(told.caller.as_ref().unwrap().phone, "10000000001");
    assert_eq!(told.first_receiver, desk.principal.account().unwrap().to_string());
    let legible = "select count(*) from intake.contacts
                   where position(convert_to('十七点', 'UTF8') in words) > 0";
    assert_eq!(campus.count(legible).await, 0);
    assert_eq!(list(&intake, &desk, ContactOutcome::Answered).await.unwrap().len(), 1);
    let nothing_but_public = Subject { highest: Level::Public, ..assistant() };
    let seen = list(&intake, &nothing_but_public, ContactOutcome::Unspecified).await.unwrap();
    assert!(seen.is_empty());
    let requester = list(&intake, &somebody(Role::Requester), ContactOutcome::Answered).await;
    assert_eq!(reason(requester), "not-permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_contact_is_told_and_nothing_is_kept() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    let nothing = log(&intake, &desk, LogContactRequest::default()).await;
    let fields = vec!["channel".to_owned(), "outcome".to_owned()];
    assert_eq!(refusal(nothing), ("contact-invalid".to_owned(), fields));
    let nowhere = log(&intake, &desk, referred("moon")).await;
    assert_eq!(refusal(nowhere), ("contact-invalid".to_owned(), vec!["department".to_owned()]));
    let now = intake.clock().now();
    let received_at =
        |hours: i64| Some(delivery_rpc::timestamp(now + jiff::SignedDuration::from_hours(hours)));
    let early = LogContactRequest { received_at: received_at(-1), ..answered() };
    assert_eq!(reason(log(&intake, &desk, early.clone()).await), "backdating-not-permitted");
    let counsellor = somebody(Role::DutyCounsellor);
    let late = LogContactRequest { received_at: received_at(1), ..answered() };
    for who in [&counsellor, &desk] {
        let refused = log(&intake, who, late.clone()).await;
        let field = vec!["received_at".to_owned()];
        assert_eq!(refusal(refused), ("contact-invalid".to_owned(), field));
    }
    assert_eq!(campus.count("select count(*) from intake.contacts").await, 0);
    assert_eq!(campus.count("select count(*) from intake.persons").await, 0);
    log(&intake, &counsellor, early).await.unwrap();
    assert_eq!(campus.count("select count(*) from intake.contacts").await, 1);
}
