use clock::{Ids as _, MessageId, SeededIds};
use definitions::Occasion;
use events::words::{CaseNumber, Cycle, Level, MessageChannel, Recipient, Revision, Urgency};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    Budget, Next, Outcome, Outgoing, SOON, Sending, Step, Waiting, Way, Weight, key, ways,
};
use crate::tell::{Matter, Rung, Says};

fn at(minute: i64) -> Timestamp {
    "2026-11-25T09:00:00+08:00".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

fn message(number: u64) -> MessageId {
    SeededIds::new(number).id()
}

fn waiting(number: u64, goes_at: Timestamp) -> Waiting {
    let (weight, ways) = (Weight::Normal, vec![robot(), log()]);
    let (message, is_alarm, says) = (message(number), false, Says::Other);
    Waiting { message, weight, is_alarm, ways, goes_at, says }
}

fn log() -> Way {
    Way::within(MessageChannel::Log)
}

fn robot() -> Way {
    Way { channel: MessageChannel::Wecom, address: Some("logistics".to_owned()) }
}

fn sms() -> Way {
    Way { channel: MessageChannel::Sms, address: Some("10000000000".to_owned()) }
}

fn mailbox() -> Way {
    Way::within(MessageChannel::Mailbox)
}

/// To a person's phone, whose number is not known yet.
fn phone() -> Way {
    Way { address: None, ..sms() }
}

fn sending(number: u64, ways: &[Way], tries: u32) -> Sending {
    let (id, messages) = (SeededIds::new(number).id(), vec![message(number)]);
    Sending { id, ways: ways.to_vec(), critical: false, is_alarm: false, tries, messages }
}

/// What is begun and withdrawn at `minute`, by the numbers of the messages.
fn steps(waiting: &[Waiting], minute: i64) -> Vec<(&'static str, Vec<MessageId>)> {
    let outgoing = Outgoing { waiting: waiting.to_vec(), under_way: Vec::new() };
    let said = |step| match step {
        Step::Begin(sending) => ("begin", sending.messages),
        Step::Withdraw(messages) => ("withdraw", messages),
        Step::Join { messages, .. } => ("join", messages),
        Step::Perform(_) => ("perform", Vec::new()),
    };
    outgoing.on_wake(at(minute), |_| true, &mut SeededIds::new(0)).into_iter().map(said).collect()
}

#[test]
fn the_first_that_is_due_takes_along_all_that_wait() {
    let all = [waiting(1, at(5)), waiting(2, at(60)), waiting(3, at(90))];
    assert_eq!(steps(&all, 4), []);
    assert_eq!(steps(&all, 5), [("begin", vec![message(1), message(2), message(3)])]);
    let outgoing = Outgoing { waiting: all[1..].to_vec(), under_way: Vec::new() };
    assert_eq!(outgoing.next_at(), Some(at(60)));
}

#[test]
fn what_was_begun_within_the_installation_is_performed_first_and_as_often_as_it_takes() {
    let under_way = vec![sending(7, &[log()], 0)];
    let outgoing = Outgoing { waiting: vec![waiting(2, at(0))], under_way };
    for _ in 0..2 {
        let steps = outgoing.on_wake(at(0), |_| true, &mut SeededIds::new(0));
        let [Step::Perform(first), Step::Begin(second)] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!((*first, &second.messages), (SeededIds::new(7).id(), &vec![message(2)]));
    }
}

#[test]
fn a_sending_takes_the_ways_of_the_heaviest_that_this_installation_has() {
    let critical = Waiting {
        weight: Weight::Critical,
        ways: vec![robot(), Way { channel: MessageChannel::Sms, ..robot() }, log()],
        ..waiting(2, at(0))
    };
    let outgoing = Outgoing { waiting: vec![waiting(1, at(9)), critical], under_way: Vec::new() };
    let has = |way: &Way| way.channel != MessageChannel::Wecom;
    let steps = outgoing.on_wake(at(0), has, &mut SeededIds::new(0));
    let [Step::Begin(sending)] = &steps[..] else { panic!("{steps:?}") };
    let channels: Vec<_> = sending.ways.iter().map(|way| way.channel).collect();
    assert_eq!(channels, [MessageChannel::Sms, MessageChannel::Log]);
    assert!(sending.critical);
    assert_eq!(sending.messages, [message(1), message(2)]);
}

#[test]
fn what_comes_while_a_sending_waits_for_its_turn_goes_with_it() {
    for (tries, joins) in [(0, true), (1, false)] {
        let under_way = vec![sending(7, &[robot(), log()], tries)];
        let outgoing = Outgoing { waiting: vec![waiting(2, at(0))], under_way };
        let steps = outgoing.on_wake(at(0), |_| true, &mut SeededIds::new(0));
        let joined = matches!(&steps[..], [Step::Join { critical: false, .. }]);
        assert_eq!(joined, joins, "{steps:?}");
    }
}

#[test]
fn what_leaves_by_another_way_waits_for_no_turn_of_a_crowded_one() {
    let mail = Way { channel: MessageChannel::Mail, address: None };
    let weight = Weight::Critical;
    let critical =
        Waiting { weight, ways: vec![phone(), mail.clone(), mailbox()], ..waiting(2, at(0)) };
    let under_way = vec![sending(7, &[mail.clone(), mailbox()], 0)];
    let outgoing = Outgoing { waiting: vec![critical], under_way };
    let steps = outgoing.on_wake(at(0), |_| true, &mut SeededIds::new(0));
    let [Step::Begin(begun)] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!(begun.ways.first(), Some(&phone()));

    let urgent = Waiting { ways: vec![phone(), mail.clone(), mailbox()], ..waiting(2, at(0)) };
    let normal = Waiting { ways: vec![mail, mailbox()], ..waiting(1, at(0)) };
    let outgoing = Outgoing { waiting: vec![normal, urgent], under_way: Vec::new() };
    let steps = outgoing.on_wake(at(0), |_| true, &mut SeededIds::new(0));
    let [Step::Begin(begun)] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!(begun.ways.first(), Some(&phone()), "of two the one with more ways");
}

#[test]
fn an_alarm_goes_alone_and_first_and_joins_nothing_and_nothing_joins_it() {
    let alarm = |number| Waiting {
        weight: Weight::Critical,
        is_alarm: true,
        ways: vec![sms(), log()],
        ..waiting(number, at(0))
    };
    let all = [waiting(1, at(0)), alarm(2), waiting(3, at(60)), alarm(4)];
    let (rest, later) = (vec![message(1), message(3)], waiting(5, at(60)));
    assert_eq!(
        steps(&all, 0),
        [("begin", vec![message(2)]), ("begin", vec![message(4)]), ("begin", rest)]
    );
    assert_eq!(steps(&[later, alarm(2)], 0), [("begin", vec![message(2)])], "and takes none along");

    let under_way = vec![sending(7, &[robot(), log()], 0)];
    let outgoing = Outgoing { waiting: vec![alarm(2)], under_way };
    let steps = outgoing.on_wake(at(0), |_| true, &mut SeededIds::new(0));
    let [Step::Begin(begun)] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!((&*begun.ways, begun.is_alarm), (&[sms(), log()][..], true));
    let outgoing = Outgoing { waiting: vec![waiting(1, at(0))], under_way: vec![begun.clone()] };
    let steps = outgoing.on_wake(at(0), |_| true, &mut SeededIds::new(0));
    assert!(matches!(&steps[..], [Step::Begin(_)]), "{steps:?}");
}

#[test]
fn an_alarm_waits_for_no_room_while_there_is_another_way() {
    let critical = true;
    let alarm = |ways: &[Way]| Sending { critical, is_alarm: true, ..sending(7, ways, 0) };
    let spent = Budget { most: 1, tried: &[at(0)], ahead: 0 };
    let on_spent = |one: Sending| one.on_budget(spent, at(0));
    assert_eq!(on_spent(alarm(&[robot(), log()])), Some(Next::Take(vec![log()])));
    assert_eq!(on_spent(alarm(&[robot()])), Some(Next::Again(at(1))));
    let other = Sending { critical, ..sending(7, &[robot(), log()], 0) };
    assert_eq!(on_spent(other), Some(Next::Again(at(1))), "and with it what comes meanwhile");
}

#[test]
fn a_budget_lets_as_many_out_as_it_says_and_the_next_when_the_first_is_a_minute_ago() {
    let one = sending(7, &[robot(), log()], 0);
    let tried: Vec<_> = (0..5).map(|ago| at(9) + SignedDuration::from_secs(ago)).collect();
    let now = at(9) + SignedDuration::from_secs(10);
    for most in 0..=5 {
        for spent in 0..=tried.len() {
            let budget = Budget { most, tried: &tried[..spent], ahead: 0 };
            let next = one.on_budget(budget, now);
            assert_eq!(next.is_none(), spent < most, "{spent} of {most}");
        }
    }
    let full = Budget { most: 5, tried: &tried, ahead: 0 };
    assert_eq!(one.on_budget(full, now), Some(Next::Again(at(10))));
    // Whoever lowered it waits until so few are left.
    let lowered = Budget { most: 2, ..full };
    let room_at = at(10) + SignedDuration::from_secs(3);
    assert_eq!(one.on_budget(lowered, now), Some(Next::Again(room_at)));
}

#[test]
fn what_weighs_more_and_is_due_has_the_rest_of_a_budget_first() {
    let (one, soon) = (sending(7, &[robot(), log()], 0), Some(Next::Again(at(0) + SOON)));
    for (tried, ahead, next) in
        [(&[][..], 1, None), (&[][..], 2, soon.clone()), (&[at(0)][..], 1, soon)]
    {
        assert_eq!(one.on_budget(Budget { most: 2, tried, ahead }, at(0)), next);
    }
}

#[test]
fn a_way_that_fails_is_left_for_the_next_and_the_last_for_none() {
    let now = at(0);
    let tried = |tries| sending(7, &[robot(), log()], tries);
    assert_eq!(tried(1).on_outcome(Outcome::Taken, now), Next::Sent);
    assert_eq!(tried(1).on_outcome(Outcome::Refused, now), Next::Take(vec![log()]));
    let Next::Again(first) = tried(1).on_outcome(Outcome::Away, now) else { panic!() };
    let Next::Again(second) = tried(2).on_outcome(Outcome::Away, now) else { panic!() };
    assert!(now < first && first < second);
    assert_eq!(tried(3).on_outcome(Outcome::Away, now), Next::Take(vec![log()]));
    let crowded = tried(1).on_outcome(Outcome::Throttled, now);
    assert!(matches!(crowded, Next::Again(at) if at > second), "{crowded:?}");
    let critical = Sending { critical: true, ..tried(1) };
    assert_eq!(critical.on_outcome(Outcome::Throttled, now), Next::Take(vec![log()]));
    assert!(matches!(tried(19).on_outcome(Outcome::Throttled, now), Next::Again(_)));
    assert_eq!(tried(20).on_outcome(Outcome::Throttled, now), Next::Take(vec![log()]));
    assert_eq!(sending(7, &[robot()], 1).on_outcome(Outcome::Refused, now), Next::GiveUp);
}

#[test]
fn a_person_is_told_as_the_policy_says_and_of_what_others_may_not_read_in_their_mailbox_alone() {
    let rules = campus_kit::example().into_rules(Revision(1));
    let to = |id: u128| Recipient::Person(clock::PersonId::from_uuid(uuid::Uuid::from_u128(id)));
    let channels = |level, urgency| {
        let ways = ways(&rules, &matter(level, urgency), &to(1));
        assert!(ways.iter().all(|way| way.address.is_none()), "{ways:?}");
        ways.into_iter().map(|way| way.channel).collect::<Vec<_>>()
    };
    let (sms, mail, mailbox) = (MessageChannel::Sms, MessageChannel::Mail, MessageChannel::Mailbox);
    for level in [Level::Public, Level::Internal] {
        assert_eq!(channels(level, Urgency::Critical), [sms, mail, mailbox], "{level}");
        assert_eq!(channels(level, Urgency::Normal), [mail, mailbox], "{level}");
    }
    for level in [Level::Restricted, Level::Confidential, Level::Hidden] {
        assert_eq!(channels(level, Urgency::Critical), [mailbox], "{level}");
    }
}

/// What is known of a leak.
fn matter(level: Level, urgency: Urgency) -> Matter {
    Matter {
        revision: Revision(1),
        number: CaseNumber::new(2026, 11, 7).unwrap(),
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency,
        level,
        received_at: at(0),
        reporters: Vec::new(),
        cycle: Cycle::FIRST,
        promise: None,
        post: None,
        orders: None,
        questions: [].into(),
        answers: None,
        offers: 0,
        is_said_safe: false,
        next_steps: Vec::new(),
        completed_at: None,
        dues: [].into(),
        incident: None,
    }
}

#[test]
fn what_stays_in_a_mailbox_neither_goes_along_to_a_phone_nor_holds_back_what_does() {
    let to = |ways: &[Way], number, minute| Waiting {
        ways: ways.to_vec(),
        ..waiting(number, at(minute))
    };
    let out = |number, minute| to(&[phone(), mailbox()], number, minute);
    let stays = |number, minute| to(&[mailbox()], number, minute);
    let critical = |one: Waiting| Waiting { weight: Weight::Critical, ..one };
    let all = [critical(stays(1, 0)), out(2, 0), out(3, 5), stays(4, 5)];
    assert_eq!(
        steps(&all, 0),
        [("begin", vec![message(2), message(3)]), ("begin", vec![message(1), message(4)])]
    );
    let [first, second] = &begun(&all, |_| true)[..] else { panic!() };
    assert_eq!((&first.ways, first.critical), (&vec![phone(), mailbox()], false));
    assert_eq!((&second.ways, second.critical), (&vec![mailbox()], true));
    assert_eq!(
        steps(&[stays(1, 0), out(2, 60)], 0),
        [("begin", vec![message(1)])],
        "nobody's phone rings at night for it"
    );

    let under_way = vec![sending(7, &[phone(), mailbox()], 0)];
    let outgoing = Outgoing { waiting: vec![stays(1, 0)], under_way };
    let steps = outgoing.on_wake(at(0), |_| true, &mut SeededIds::new(0));
    assert!(matches!(&steps[..], [Step::Begin(_)]), "it does not join it: {steps:?}");

    let [only] = &begun(&all, Way::is_within)[..] else { panic!() };
    assert_eq!(only.messages.len(), 4, "where nothing leaves, all of it stays together");
}

/// The sendings that begin at minute 0 where the installation has these ways.
fn begun(waiting: &[Waiting], has: fn(&Way) -> bool) -> Vec<Sending> {
    let outgoing = Outgoing { waiting: waiting.to_vec(), under_way: Vec::new() };
    let steps = outgoing.on_wake(at(0), has, &mut SeededIds::new(0)).into_iter();
    let begun = steps.filter_map(|step| match step {
        Step::Begin(sending) => Some(sending),
        Step::Perform(_) | Step::Withdraw(_) | Step::Join { .. } => None,
    });
    begun.collect()
}

#[test]
fn what_has_become_a_secret_on_its_way_is_said_where_only_its_person_reads() {
    let ways = [phone(), Way { channel: MessageChannel::Mail, ..phone() }, mailbox()];
    assert_eq!(sending(7, &ways, 2).on_secret(), Next::Take(vec![mailbox()]));
    assert_eq!(sending(7, &ways[..2], 2).on_secret(), Next::GiveUp);
}

#[test]
fn a_row_of_a_way_to_a_person_has_no_address_and_one_of_an_earlier_release_is_read() {
    let row = serde_json::to_value([phone(), mailbox()]).unwrap();
    assert_eq!(row, serde_json::json!([{ "channel": "sms" }, { "channel": "mailbox" }]));
    assert_eq!(serde_json::from_value::<Vec<Way>>(row).unwrap(), [phone(), mailbox()]);
    let personal = [phone(), sms(), robot(), mailbox(), log()].map(|way| way.is_personal());
    assert_eq!(personal, [true, false, false, false, false]);
}

#[test]
fn a_rung_that_is_called_off_before_anybody_heard_is_not_said_and_neither_is_that() {
    let rung = |round| Rung {
        timer: SeededIds::new(8).id::<clock::kinds::Timer>(),
        promise: 1,
        number: 2,
        round,
    };
    let says = |number, says| Waiting { says, ..waiting(number, at(0)) };
    let raised = says(1, Says::Raised(rung(0)));
    let called_off = says(2, Says::CalledOff(rung(0)));
    let other = says(3, Says::Raised(rung(1)));
    assert_eq!(
        steps(&[raised.clone(), called_off.clone(), other.clone()], 0),
        [("begin", vec![message(3)]), ("withdraw", vec![message(1), message(2)])]
    );
    assert_eq!(
        steps(&[raised, called_off.clone()], 0),
        [("withdraw", vec![message(1), message(2)])],
        "then nothing goes out"
    );
    assert_eq!(
        steps(&[called_off, other], 0),
        [("begin", vec![message(2), message(3)])],
        "what was heard before is followed by `repaired`"
    );
}

#[test]
fn only_what_is_critical_and_not_over_yet_may_wake_anybody_and_every_alarm_and_an_empty_desk() {
    for occasion in Occasion::ALL {
        for urgency in [Urgency::Normal, Urgency::Urgent] {
            let critical = Weight::of(occasion, urgency) == Weight::Critical;
            let always = matches!(occasion, Occasion::Alarm | Occasion::DeskUntaken);
            assert_eq!(critical, always, "{occasion}");
        }
        let is_over = matches!(
            occasion,
            Occasion::Completed
                | Occasion::Survey
                | Occasion::Repaired
                | Occasion::IncidentEnded
                | Occasion::AlarmEnded
        );
        let critical = Weight::of(occasion, Urgency::Critical) == Weight::Critical;
        assert_eq!(critical, !is_over, "{occasion}");
    }
}

#[test]
fn a_recipient_has_one_key_in_every_release() {
    let post = |text: &str| key(&text.parse::<Recipient>().unwrap()).to_string();
    assert_eq!(post("post/logistics/plumbing"), "f497ea18-9a89-86ec-9abe-c9f515d9473c");
    assert_ne!(post("post/logistics/plumbing"), post("post/logistics/electrical"));
    let id = "0190a5b2-0000-7000-8000-000000000001";
    assert_eq!(post(&format!("person/{id}")), id);
    assert_eq!(post(&format!("account/{id}")), id);
}

proptest! {
    #[test]
    fn every_message_is_begun_or_withdrawn_once_and_never_before_one_is_due(
        minutes in prop::collection::vec(0_i64..60, 0..30),
        now in 0_i64..60,
    ) {
        let all: Vec<Waiting> =
            (0..).zip(&minutes).map(|(number, minute)| waiting(number, at(*minute))).collect();
        let said: Vec<MessageId> =
            steps(&all, now).into_iter().flat_map(|(_, messages)| messages).collect();
        let due = minutes.iter().any(|minute| *minute <= now);
        let expected = if due { all.iter().map(|one| one.message).collect() } else { Vec::new() };
        prop_assert_eq!(said, expected);
    }
}
