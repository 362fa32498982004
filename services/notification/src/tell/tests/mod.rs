mod alarms;
mod facts;
mod haste;
mod incidents;
mod orders;
mod replies;
mod times;

use std::sync::LazyLock;

use definitions::{Occasion, Rules};
use events::{
    EscalationFact, Fact, IntakeFact,
    escalation::{ArmedV1, PromiseMovedV1, RungFiredV1},
    intake::{CaseAcceptedV1, CaseJoinedV1, CaseUnjoinedV1},
    words::{Asked, Commitment, Cycle, Level, Revision, Urgency},
};
use jiff::SignedDuration;

use super::{Heard, Matter, Notice, hear, of_desk, words};
use facts::*;

static CAMPUS: LazyLock<Rules> = LazyLock::new(|| campus_kit::example().into_rules(Revision(1)));

/// A case as it is heard of.
#[derive(Default)]
struct Case {
    matter: Option<Matter>,
}

impl Case {
    /// One that was accepted.
    fn accepted() -> Self {
        let mut case = Self::default();
        case.hears(accepted());
        case
    }

    /// One that the plumbers were offered.
    fn offered() -> Self {
        let mut case = Self::accepted();
        case.hears(offered(1));
        case
    }

    fn notices_of(mut self, facts: Vec<Fact>) -> Vec<Notice> {
        facts.into_iter().flat_map(|fact| self.notices(fact)).collect()
    }

    fn notices(&mut self, fact: impl Into<Fact>) -> Vec<Notice> {
        let Heard { matter, notices } = hear(self.matter.take(), &fact.into(), Revision(1));
        // As it is after a store.
        let stored = serde_json::to_value(&matter).unwrap();
        self.matter = serde_json::from_value(stored).unwrap();
        assert_eq!(self.matter, matter);
        notices
    }

    /// Who is told of a fact, and of what.
    fn hears(&mut self, fact: impl Into<Fact>) -> Vec<String> {
        let notices = self.notices(fact);
        notices.iter().map(|notice| format!("{}: {}", notice.to, notice.occasion)).collect()
    }

    /// What the first who is told of a fact reads: the title, and a line in each language.
    fn reads(&mut self, fact: impl Into<Fact>) -> Vec<String> {
        let notice = self.notices(fact).remove(0);
        let words = words((&CAMPUS, &CAMPUS), self.matter.as_ref().unwrap(), &notice).unwrap();
        [&*words.title].into_iter().chain(words.text.lines()).map(str::to_owned).collect()
    }
}

#[test]
fn each_fact_tells_whom_it_concerns_and_nobody_else() {
    let (mut case, nobody) = (Case::default(), <[String; 0]>::default());
    let reporters =
        |occasion: &str| [person(1), person(2)].map(|id| format!("person/{id}: {occasion}"));
    assert_eq!(case.hears(offered(1)), nobody, "of a case that was never accepted");
    assert_eq!(case.hears(accepted()), reporters("accepted"));
    assert_eq!(case.hears(accepted()), nobody, "what is known");
    assert_eq!(case.hears(offered(1)), ["post/logistics/plumbing: offered"]);
    assert_eq!(case.hears(armed()), nobody);
    assert_eq!(case.hears(claimed(1)), reporters("claimed"));
    assert_eq!(case.hears(arrived()), nobody);
    assert_eq!(case.hears(contained(1)), reporters("made-safe"));
    assert_eq!(case.hears(held(1)), reporters("held"));
    assert_eq!(case.hears(agreed(1)), reporters("appointment"));
    assert_eq!(case.hears(asked(1, Asked::Requester)), reporters("asked"));
    assert_eq!(case.hears(answered(1, Asked::Requester)), ["post/logistics/plumbing: answered"]);
    assert_eq!(case.hears(asked(1, Asked::Desk)), ["the desk: asked-inside"]);
    assert_eq!(case.hears(answered(1, Asked::Desk)), ["post/logistics/plumbing: answered"]);
    assert_eq!(case.hears(asked(1, Asked::Department)), ["post/logistics/plumbing: asked-inside"]);
    assert_eq!(case.hears(answered(1, Asked::Department)), ["the desk: answered"]);
    assert_eq!(case.hears(asked(1, Asked::Head)), ["the head of logistics: asked-inside"]);
    assert_eq!(case.hears(answered(1, Asked::Head)), ["post/logistics/plumbing: answered"]);
    assert_eq!(case.hears(moved(1)), reporters("promised"));
    assert_eq!(case.hears(moved(1)), nobody, "what they were told");
    assert_eq!(case.hears(chased(1, false)), ["post/logistics/plumbing: chased"]);
    assert_eq!(
        case.hears(chased(1, true)),
        ["post/logistics/plumbing: chased", "the head of logistics: chased-again"]
    );
    assert_eq!(
        case.hears(disputed(1)),
        ["the head of logistics: returned-twice", "who decides: returned-twice"]
    );
    assert_eq!(case.hears(at_risk(1)), ["post/logistics/plumbing: at-risk"]);
    assert_eq!(
        case.hears(late(1, "26T09:00")),
        ["post/logistics/repair-leader: rung", "post/logistics/plumbing: overdue"]
    );
    assert_eq!(case.hears(fired(1)), ["post/logistics/section-chief: rung"]);
    assert_eq!(case.hears(ordered(1)), ["post/logistics/plumbing: ordered"]);
    assert_eq!(case.hears(completed(1)), reporters("completed"));
    let linked = format!("person/{}: survey", person(2));
    assert_eq!(case.hears(callback_due(1)), [linked], "who has a link");
    assert_eq!(case.hears(callback_due(2)), nobody, "of another cycle");
    assert_eq!(case.hears(retracted(done())), ["post/logistics/section-chief: repaired"]);
    assert_eq!(case.hears(reopened(2)), reporters("reopened"));
    assert_eq!(case.hears(told(2)), ["post/logistics/section-chief: not-solved"]);
    assert_eq!(case.hears(closed()), nobody);
}

#[test]
fn who_joins_is_told_what_its_caller_was_and_all_that_follows_until_that_is_undone() {
    let (mut case, nobody) = (Case::accepted(), <[String; 0]>::default());
    let third = |occasion: &str| format!("person/{}: {occasion}", person(3));
    let joined = CaseJoinedV1 {
        cycle: Cycle::FIRST,
        joined: vec![person(3)],
        reporters: [1, 2, 3].map(person).to_vec(),
        by: None,
        at: at("25T09:00"),
    };
    assert_eq!(case.hears(IntakeFact::from(joined)), [third("accepted")]);
    assert_eq!(case.hears(claimed(1)).last(), Some(&third("claimed")));
    let unjoined = CaseUnjoinedV1 {
        cycle: Cycle::FIRST,
        person: person(3),
        reporters: [1, 2].map(person).to_vec(),
        by: None,
        at: at("25T09:10"),
    };
    assert_eq!(case.hears(IntakeFact::from(unjoined)), nobody);
    assert_eq!(case.hears(completed(1)).len(), 2);
}

#[test]
fn a_promise_that_moves_is_told_to_who_was_promised_it_and_while_it_runs() {
    let nobody = <[String; 0]>::default();
    let mut case = Case::accepted();
    let arrive = PromiseMovedV1 { commitment: Commitment::Arrive, ..moved_promise(1) };
    assert_eq!(case.hears(EscalationFact::from(arrive)), nobody, "of another promise");
    assert_eq!(case.hears(moved(2)), nobody, "of another cycle");
    let armed = ArmedV1 { promise: 2, due: at("26T09:00"), ..armed_promise() };
    assert_eq!(case.hears(EscalationFact::from(armed)), nobody, "before it is said why");
    assert_eq!(case.hears(moved(1)).len(), 2);
    case.hears(completed(1));
    assert_eq!(case.hears(paused("26T10:00")), nobody, "when it is done");
}

#[test]
fn a_pause_moves_what_the_requester_was_told_and_when_it_is_late() {
    let mut case = Case::offered();
    case.hears(armed());
    let promised = [person(1), person(2)].map(|id| format!("person/{id}: promised"));
    assert_eq!(case.hears(paused("26T00:00")), promised);
    let late_then = ["post/logistics/repair-leader: rung", "post/logistics/plumbing: overdue"];
    assert_eq!(case.hears(late(1, "26T00:00")), late_then);
}

#[test]
fn facts_of_an_earlier_cycle_tell_nobody() {
    let mut case = Case::accepted();
    case.hears(reopened(2));
    let nobody = <[String; 0]>::default();
    for fact in [offered(1), claimed(1), held(1), contained(1), completed(1)] {
        assert_eq!(case.hears(fact), nobody);
    }
    for fact in [asked(1, Asked::Desk), answered(1, Asked::Requester)] {
        assert_eq!(case.hears(fact), nobody);
    }
    assert_eq!(case.hears(chased(1, true)), nobody);
    assert_eq!(case.hears(disputed(1)), nobody);
    for fact in [told(1), retracted(done()), ordered(1), at_risk(1)] {
        assert_eq!(case.hears(fact), nobody);
    }
    assert_eq!(case.hears(reopened(2)), nobody);
}

#[test]
fn who_reported_without_a_name_is_told_nothing() {
    let mut case = Case::default();
    let IntakeFact::CaseAccepted(accepted) = accepted() else { unreachable!() };
    let unknown = CaseAcceptedV1 { reporters: Vec::new(), ..accepted };
    assert_eq!(case.hears(IntakeFact::from(unknown)), <[String; 0]>::default());
    assert_eq!(case.hears(offered(1)), ["post/logistics/plumbing: offered"]);
}

#[test]
fn a_rung_that_is_taken_back_for_a_claim_is_not_told_as_repaired() {
    let mut case = Case::accepted();
    case.hears(fired(1));
    assert_eq!(case.hears(retracted(at("25T09:05"))), <[String; 0]>::default());
}

const TITLE: &str = "2026-11-000007 水管漏水 Leaking Pipe";

#[test]
fn every_occasion_is_said_in_the_campus_s_words_and_the_campus_s_time() {
    let mut case = Case::default();
    for (fact, zh, en) in [
        (
            Fact::from(accepted()),
            "您提出的“水管漏水”(东校区化学楼2层201室)已受理,编号 2026-11-000007,我们承诺最迟 2026-11-25 21:00 办结。",
            "“Leaking Pipe” (East Campus, Chemistry Building, Floor 2, Room 201) is accepted as 2026-11-000007. We promise to complete it by 2026-11-25 21:00.",
        ),
        (
            offered(1).into(),
            "【新工单】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急,2026-11-25 09:00 接报,请水暖维修岗接单。",
            "New work order 2026-11-000007: Leaking Pipe, East Campus, Chemistry Building, Floor 2, Room 201, critical, reported 2026-11-25 09:00. Plumbing and Heating, please claim it.",
        ),
        (
            claimed(1).into(),
            "您的办件 2026-11-000007(水管漏水)已由后勤处水暖维修岗接办,最迟 2026-11-25 21:00 办结。",
            "Your case 2026-11-000007 (Leaking Pipe) is in the hands of Plumbing and Heating, Logistics Office. It will be completed by 2026-11-25 21:00.",
        ),
        (
            held(1).into(),
            "您的办件 2026-11-000007(水管漏水)暂停办理:等配件。承诺时间仍为 2026-11-25 21:00;如有变动,后勤处会告诉您。",
            "Your case 2026-11-000007 (Leaking Pipe) has to wait: parts are awaited. The promise is still 2026-11-25 21:00; Logistics Office will tell you if it moves.",
        ),
        (
            agreed(1).into(),
            "您的办件 2026-11-000007(水管漏水):按约定,后勤处水暖维修岗将于 2026-11-25 15:00 上门,地点东校区化学楼2层201室。如需改时间,请尽早告诉我们。",
            "Your case 2026-11-000007 (Leaking Pipe): as agreed, Plumbing and Heating, Logistics Office, comes at 2026-11-25 15:00 to East Campus, Chemistry Building, Floor 2, Room 201. If another time suits you better, please tell us early.",
        ),
        (
            contained(1).into(),
            "您的办件 2026-11-000007(水管漏水)险情已排除,后勤处水暖维修岗继续办理,最迟 2026-11-25 21:00 办结。",
            "The danger of your case 2026-11-000007 (Leaking Pipe) is over. Plumbing and Heating, Logistics Office, goes on; it will be completed by 2026-11-25 21:00.",
        ),
    ] {
        assert_eq!(case.reads(fact), [TITLE, zh, en]);
    }
}

#[test]
fn what_is_late_moved_done_or_not_solved_is_said_in_the_same_words() {
    let mut case = Case::accepted();
    for fact in [offered(1).into(), claimed(1).into(), Fact::from(armed())] {
        case.notices(fact);
    }
    for (fact, zh, en) in [
        (
            Fact::from(fired(1)),
            "【超时第2级】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急,2026-11-25 09:00 接报,“办结”应于 2026-11-25 21:00 前完成,已超 30分钟,现在后勤处水暖维修岗。请督办。",
            "Late, rung 2: 2026-11-000007 Leaking Pipe, East Campus, Chemistry Building, Floor 2, Room 201, critical, reported 2026-11-25 09:00. “complete” was due 2026-11-25 21:00, now 30 min over. It is with Plumbing and Heating, Logistics Office. Please see to it.",
        ),
        (
            moved(1).into(),
            "您的办件 2026-11-000007(水管漏水)的承诺时间由 2026-11-25 21:00 改为 2026-11-26 09:00,原因:险情已排除,后续按紧急办理。",
            "Your case 2026-11-000007 (Leaking Pipe) was promised by 2026-11-25 21:00. It is now promised by 2026-11-26 09:00: the danger is over, and the rest is done as urgent.",
        ),
        (
            completed(1).into(),
            "您的办件 2026-11-000007(水管漏水)已于 2026-11-25 20:50 办结。如果没有解决,请直接告诉我们。",
            "Your case 2026-11-000007 (Leaking Pipe) was completed at 2026-11-25 20:50. If it is not solved, just say so.",
        ),
        (
            retracted(done()).into(),
            "【已办结】此前第2级催办的 2026-11-000007 水管漏水(东校区化学楼2层201室)已于 2026-11-25 20:50 办结。",
            "Done: 2026-11-000007 Leaking Pipe (East Campus, Chemistry Building, Floor 2, Room 201), of which rung 2 was told, was completed at 2026-11-25 20:50.",
        ),
        (
            reopened(2).into(),
            "您反映没有解决,办件 2026-11-000007(水管漏水)已重新办理(第 2 次),新的承诺时间:2026-11-27 21:00。",
            "You said that it is not solved, so your case 2026-11-000007 (Leaking Pipe) is open again (time 2). New promise: 2026-11-27 21:00.",
        ),
        (
            told(2).into(),
            "【没解决,第2级】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急:诉求人反映没有解决,现为第 2 次办理,应于 2026-11-27 21:00 前办结。",
            "Not solved, rung 2: 2026-11-000007 Leaking Pipe, East Campus, Chemistry Building, Floor 2, Room 201, critical. The requester says that it is not solved; time 2, due 2026-11-27 21:00.",
        ),
    ] {
        assert_eq!(case.reads(fact), [TITLE, zh, en]);
    }
}

#[test]
fn every_occasion_has_a_fact_that_tells_of_it_but_an_alarm_which_has_steps_and_the_desk_s() {
    let mut hidden = alarms::case("person-at-risk", Level::Hidden);
    let mut case = Case::default();
    let facts: [Fact; 21] = [
        accepted().into(),
        offered(1).into(),
        claimed(1).into(),
        held(1).into(),
        agreed(1).into(),
        contained(1).into(),
        asked(1, Asked::Requester).into(),
        asked(1, Asked::Desk).into(),
        answered(1, Asked::Desk).into(),
        moved(1).into(),
        chased(1, true).into(),
        disputed(1).into(),
        at_risk(1).into(),
        late(1, "26T09:00").into(),
        fired(1).into(),
        ordered(1).into(),
        completed(1).into(),
        callback_due(1).into(),
        retracted(done()).into(),
        reopened(2).into(),
        told(2).into(),
    ];
    let mut outage = Case::default();
    let of_incidents = incidents::each();
    let notices = facts.into_iter().flat_map(|fact| case.notices(fact));
    let notices = notices.chain(of_incidents.into_iter().flat_map(|fact| outage.notices(fact)));
    let more = [orders::each(), vec![haste::raised()], times::each(), replies::each()].concat();
    let notices = notices.chain(Case::offered().notices_of(more));
    let mut told: Vec<Occasion> = notices.map(|notice| notice.occasion).collect();
    told.extend(hidden.notices(completed(1)).into_iter().map(|notice| notice.occasion));
    told.extend([Occasion::Alarm, Occasion::DeskUntaken]);
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, Occasion::ALL);
}

#[test]
fn what_its_post_and_heads_are_told_is_said_with_its_figures() {
    let mut case = Case::accepted();
    assert_eq!(case.hears(chased(1, true)), <[String; 0]>::default(), "while nobody has it");
    case.hears(offered(1));
    case.hears(armed());
    let leak = "2026-11-000007 Leaking Pipe, East Campus, Chemistry Building, Floor 2, Room 201, \
        critical";
    for (fact, said) in [
        (
            Fact::from(chased(1, false)),
            "Chased: LEAK, reported 2026-11-25 09:00. The requester has asked 2 times; it is due \
             2026-11-25 21:00. Plumbing and Heating, please hurry, and note in the case how far it is.",
        ),
        (
            chased(1, true).into(),
            "Chased again within a day: LEAK, reported 2026-11-25 09:00. The requester has asked 2 \
             times. It is with Plumbing and Heating, Logistics Office, and due 2026-11-25 21:00. \
             Please see to it.",
        ),
        (
            at_risk(1).into(),
            "At risk: LEAK. To “complete” is due 2026-11-25 21:00, and three quarters of the time have \
             passed. Plumbing and Heating, please hurry, or ask for an extension before it is due.",
        ),
        (
            late(1, "25T21:00").into(),
            "Overdue: LEAK. To “complete” was due 2026-11-25 21:00, 2 min ago. Plumbing and Heating, \
             please do it now; your leaders hear of it.",
        ),
        (
            asked(1, Asked::Department).into(),
            "Question: LEAK, with Plumbing and Heating, Logistics Office. You are asked something; \
             please look at the list of questions. It is still due 2026-11-25 21:00.",
        ),
        (
            answered(1, Asked::Desk).into(),
            "Answered: LEAK, with Plumbing and Heating, Logistics Office. What you asked is answered; \
             please look at the case.",
        ),
        (
            ordered(1).into(),
            "Order: LEAK. The leader at rung 2 has said what is to be done about “complete”. Plumbing \
             and Heating, please read it in the ladder and do it.",
        ),
        (
            disputed(1).into(),
            "Returned twice: LEAK, reported 2026-11-25 09:00. The work order was refused twice, last by \
             Logistics Office, and whose it is must be decided. It is still due 2026-11-25 21:00.",
        ),
    ] {
        let notice = case.notices(fact).pop().unwrap();
        let words = words((&CAMPUS, &CAMPUS), case.matter.as_ref().unwrap(), &notice).unwrap();
        assert_eq!(words.text.lines().nth(1).unwrap(), said.replace("LEAK", leak));
    }
}

#[test]
fn a_head_and_who_decides_are_those_that_the_definitions_name() {
    let mut case = Case::offered();
    let found = |case: &mut Case, fact: Fact| {
        let notices = case.notices(fact);
        let matter = case.matter.as_ref().unwrap();
        let found = notices.iter().map(|notice| notice.to.find(&CAMPUS, matter).remove(0));
        found.map(|to| to.to_string()).collect::<Vec<_>>()
    };
    let chased = found(&mut case, chased(1, true).into());
    assert_eq!(chased, ["post/logistics/plumbing", "post/logistics/head"]);
    for (urgency, decides) in [
        (Urgency::Critical, "post/hall/duty-counsellor"),
        (Urgency::Urgent, "post/hall/director"),
        (Urgency::Normal, "post/hall/director"),
    ] {
        case.matter.as_mut().unwrap().urgency = urgency;
        let disputed = found(&mut case, disputed(1).into());
        assert_eq!(disputed, ["post/logistics/head", decides]);
    }
    assert_eq!(found(&mut case, asked(1, Asked::Desk).into()), ["post/hall/desk"]);
    // Who is at the desk may not know of what is restricted, and few of what is confidential.
    for (level, post) in [
        (Level::Restricted, "post/hall/duty-counsellor"),
        (Level::Hidden, "post/hall/duty-counsellor"),
        (Level::Confidential, "post/hall/director"),
    ] {
        case.matter.as_mut().unwrap().level = level;
        for fact in [asked(1, Asked::Desk), answered(1, Asked::Department)] {
            assert_eq!(found(&mut case, fact.into()), [post]);
        }
    }
}

#[test]
fn what_a_requester_is_asked_who_left_no_name_or_waits_for_an_end_the_desk_is_told() {
    let mut case = Case::offered();
    case.matter.as_mut().unwrap().reporters.clear();
    assert_eq!(case.hears(asked(1, Asked::Requester)), ["the desk: asked-inside"]);
    let mut outage = Case::default();
    let [incident, ..] = incidents::each();
    outage.hears(incident);
    assert_eq!(outage.hears(asked(1, Asked::Requester)), ["the desk: asked-inside"]);
}

#[test]
fn whoever_is_to_take_over_the_desk_reads_which_and_for_how_long_nobody_was_there() {
    let desk = CAMPUS.desk().unwrap();
    let words = of_desk(&CAMPUS, desk, SignedDuration::from_mins(75)).unwrap();
    assert_eq!(words.title, "服务台 Service Desk");
    assert_eq!(
        words.text,
        "【无人接班】一站式服务大厅服务台已有 1小时15分钟 无人接班,请您接班并签字。\n\
         Nobody has taken over Service Desk, One-Stop Service Hall, for 1 h 15 min. Please take it over \
         and sign."
    );
}

#[test]
fn what_nobody_has_yet_is_a_dash_and_a_lateness_has_days_hours_and_minutes() {
    let mut case = Case::accepted();
    let mut late = |fired: &str| {
        let fired = RungFiredV1 { fired: at(fired), ..rung_fired(1) };
        case.reads(EscalationFact::from(fired))[2].clone()
    };
    for (fired, said) in [
        ("25T21:30", "now less than 1 min over"),
        ("25T22:31", "now 1 h 1 min over"),
        ("27T21:30", "now 2 d over"),
    ] {
        let text = late(fired);
        assert!(text.contains(said), "{text}");
        assert!(text.contains("It is with —, —."), "{text}");
    }
}
