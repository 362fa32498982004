//! The rights at the broker: each user with each subject, on the nats-server that `up` starts.
//!
//! The rule is short: a service writes its own streams, follows those that it reads by
//! a durable consumer that bears its name, acknowledges what that one brought, and hears nothing but
//! its own inbox.

use events::{
    nats::inbox_prefix,
    words::{Service, Stream},
};
use serde_json::json;

use crate::campus::{
    Campus,
    session::{Session, password},
};

#[derive(Debug, Clone, Copy)]
enum Verb {
    Publish,
    Subscribe,
}

/// What a user tries, and whether it is to be allowed.
#[derive(Debug)]
struct Attempt {
    verb: Verb,
    subject: String,
    allowed: bool,
}

/// Who reads whom (ADR 5), besides the documents of the campus, which all read but their owner.
fn reads(user: Service, stream: Stream) -> bool {
    let is_others = stream.producer() != user;
    let of_a_case = match user {
        Service::Intake => [Stream::Dispatch, Stream::Escalation, Stream::Survey].contains(&stream),
        Service::Dispatch => [Stream::Intake, Stream::Escalation].contains(&stream),
        Service::EscalationTimer => {
            [Stream::Intake, Stream::Dispatch, Stream::Survey].contains(&stream)
        }
        Service::CallbackSurvey => stream == Stream::Intake,
        Service::Notification | Service::Portal => true,
    };
    is_others && (of_a_case || stream == Stream::Definition)
}

#[test]
fn each_service_has_at_the_broker_the_rights_that_it_needs_and_no_other() {
    let campus = Campus::servers();
    let mut walked = 0;
    for &user in Service::ALL {
        let mut broker = Session::open(&campus, user);
        let attempts = attempts(user);
        let wrong: Vec<_> =
            attempts.iter().filter(|one| is_allowed(&mut broker, one) != one.allowed).collect();
        assert!(wrong.is_empty(), "{user}: {wrong:#?}");
        let allowed = attempts.iter().filter(|one| one.allowed).count();
        assert!(allowed > 10 && attempts.len() - allowed > 10, "{user}: {allowed} are allowed");
        walked += attempts.len();
    }
    assert!(walked > 2_000, "{walked} attempts");
}

#[test]
fn nobody_is_heard_by_the_broker_without_a_name_and_its_password() {
    let campus = Campus::servers();
    for who in [
        json!({}),
        json!({ "user": "intake" }),
        json!({ "user": "intake", "pass": "guess" }),
        json!({ "user": "portal", "pass": password(&campus, Service::Intake) }),
        json!({ "user": "nobody", "pass": password(&campus, Service::Intake) }),
    ] {
        let refusal = Session::connect(&campus, who.clone()).err();
        assert_eq!(refusal.as_deref(), Some("-ERR 'Authorization Violation'"), "{who}");
    }
}

fn attempts(user: Service) -> Vec<Attempt> {
    let mut attempts: Vec<_> = Stream::ALL.iter().flat_map(|one| on_stream(user, *one)).collect();
    for &other in Service::ALL {
        let inbox = inbox_prefix(other);
        attempts.push(publish(format!("{inbox}.1"), false));
        for heard in [format!("{inbox}.>"), format!("{inbox}.1.2")] {
            attempts.push(subscribe(heard, other == user));
        }
    }
    attempts.push(publish("$JS.API.INFO".to_owned(), true));
    for nobodys in [
        "$JS.API.STREAM.LIST",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.CREATE.OTHER",
        "$JS.API.ACCOUNT.PURGE.$G",
        "$JS.API.META.LEADER.STEPDOWN",
        "$JS.API.SERVER.REMOVE",
        "$SYS.REQ.SERVER.PING",
        "$KV.bucket.key",
        "_INBOX.1",
        "other",
    ] {
        attempts.push(publish(nobodys.to_owned(), false));
    }
    for nobodys in [">", "*.>", "*", "_INBOX.>", "$JS.>", "$JS.API.>", "$JS.ACK.>", "$SYS.>"] {
        attempts.push(subscribe(nobodys.to_owned(), false));
        attempts.push(subscribe(format!("{nobodys} queue"), false));
    }
    attempts
}

fn on_stream(user: Service, stream: Stream) -> Vec<Attempt> {
    let name = stream.name();
    let (own, read) = (stream.producer() == user, reads(user, stream));
    let registry = events::registry().map(|event| event.event_type);
    let types = registry.filter(|event| event.stream == stream).map(|event| event.to_string());
    let mut attempts: Vec<_> = types.map(|subject| publish(subject, own)).collect();
    attempts.push(publish(format!("{stream}.anything.at.all"), own));
    for verb in ["CREATE", "UPDATE", "MSG.GET"] {
        attempts.push(publish(format!("$JS.API.STREAM.{verb}.{name}"), own));
    }
    attempts.push(publish(format!("$JS.API.STREAM.INFO.{name}"), own || read));
    for nobodys in [
        "STREAM.DELETE",
        "STREAM.PURGE",
        "STREAM.MSG.DELETE",
        "STREAM.SNAPSHOT",
        "STREAM.RESTORE",
        "STREAM.LEADER.STEPDOWN",
        "STREAM.PEER.REMOVE",
        "DIRECT.GET",
        "CONSUMER.CREATE",
        "CONSUMER.LIST",
        "CONSUMER.NAMES",
    ] {
        attempts.push(publish(format!("$JS.API.{nobodys}.{name}"), false));
    }
    attempts.push(publish(format!("$JS.API.DIRECT.GET.{name}.{stream}.anything"), false));
    attempts.extend(Service::ALL.iter().flat_map(|durable| {
        let own = read && *durable == user;
        let api = |verb: &str| format!("$JS.API.CONSUMER.{verb}.{name}.{durable}");
        let filtered = format!("{}.{stream}.anything", api("CREATE"));
        let acks = ["1.1.1.1.0", "3.17.4.1700000000000000000.0"];
        let acks = acks.map(|of| publish(format!("$JS.ACK.{name}.{durable}.{of}"), own));
        let owns = ["CREATE", "DELETE", "INFO", "MSG.NEXT"].map(|verb| publish(api(verb), own));
        let nobodys = ["DURABLE.CREATE", "PAUSE", "UNPIN", "LEADER.STEPDOWN"];
        let nobodys = nobodys.map(|verb| publish(api(verb), false));
        let others = [filtered, format!("$JS.ACK._.hash.{name}.{durable}.1.1.1.1.0")];
        let others = others.map(|subject| publish(subject, false));
        acks.into_iter().chain(owns).chain(nobodys).chain(others)
    }));
    for heard in [format!("{stream}.>"), format!("{stream}.anything"), format!("$JS.ACK.{name}.>")]
    {
        attempts.push(subscribe(heard, false));
    }
    attempts
}

const fn publish(subject: String, allowed: bool) -> Attempt {
    Attempt { verb: Verb::Publish, subject, allowed }
}

const fn subscribe(subject: String, allowed: bool) -> Attempt {
    Attempt { verb: Verb::Subscribe, subject, allowed }
}

/// Whether it is allowed.
fn is_allowed(broker: &mut Session, Attempt { verb, subject, .. }: &Attempt) -> bool {
    let (line, refused) = match verb {
        Verb::Publish => (format!("PUB {subject} 0\r\n"), "Publish to"),
        Verb::Subscribe => (format!("SUB {subject} 1\r\nUNSUB 1"), "Subscription to"),
    };
    let Some(refusal) = broker.sends(&line) else { return true };
    let of = subject.split(' ').next().unwrap();
    let expected = format!("-ERR 'Permissions Violation for {refused} \"{of}\"");
    assert!(refusal.starts_with(&expected), "{subject}: {refusal}");
    false
}
