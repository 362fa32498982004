//! Desk, department and requester ask each other inside a case, and only those whom it concerns see it.

use jiff::ToSpan as _;
use serde_json::Value;

use crate::{account::Account, campus::Campus};

/// A leak that is urgent.
const LEAK: &str = "water-leak --place dorm-7-402 --text 'it drips through the ceiling'";

#[test]
fn what_a_handler_asks_the_desk_is_answered_there_and_its_requester_hears_nothing_of_it() {
    let campus = Campus::open();
    let names = ["student-1", "plumber-1", "desk-2", "counsellor"];
    let [student, plumber, desk, counsellor] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = student.opens(LEAK);
    plumber.does(&format!("work claim {case}"));
    plumber.does(&format!("work ask {case} --of desk 'who has the key of the attic?'"));

    let [asked] = &questions(&desk, "--of desk")[..] else { panic!() };
    assert_eq!(asked["text"], "who has the key of the attic?");
    assert_eq!(asked["asked_by"]["name"], "江水生 Jiang Shuisheng");
    assert!(!asked["due"].is_null(), "an answer is promised");
    assert_eq!(case.told("asked-inside"), ["post/hall/desk"]);
    let waiting = desk.asks(&format!("message list --case {case}"));
    assert_eq!(waiting["messages"].as_array().unwrap().len(), 1, "what its post is told");

    // Nobody answers within the hour: whoever answers for the desk hears.
    campus.advance("90min");
    assert_eq!(told_of(&case.messages("rung"), "reply"), ["post/hall/director"]);
    counsellor.does(&format!("work answer {case} 'the janitor, until six'"));
    assert!(questions(&desk, "--of desk").is_empty());
    let [post, asker] = &case.told("answered")[..] else { panic!() };
    assert_eq!(post, "post/logistics/plumbing");
    assert!(asker.starts_with("account/"), "{asker}");
    let seen = plumber.asks(&format!("message list --case {case}"))["messages"].clone();
    let is_mine = |message: &&Value| message["to"] == **asker;
    assert_eq!(seen.as_array().unwrap().iter().filter(is_mine).count(), 1, "who asked reads it");
    let reply = case.clocks().into_iter().find(|clock| clock["commitment"] == "reply").unwrap();
    assert_eq!((&reply["state"], &reply["on_time"]), (&"stopped".into(), &false.into()));
    // Nothing waited for it.
    assert_eq!(case.work_order()["state"], "claimed");

    let shown = plumber.asks(&format!("case show {case}"));
    let question = &shown["questions"][0];
    assert_eq!(question["answer"], "the janitor, until six");
    assert_eq!(question["answered_by"]["name"], "顾导 Gu Dao");
    let refusal = desk.is_refused(&format!("work answer {case} 'me too'"));
    assert!(refusal.message.contains("nothing is asked"), "{refusal:?}");

    let shown = student.asks(&format!("case show {case}"));
    assert!(shown["questions"].as_array().unwrap().is_empty());
    let explained = student.asks(&format!("case explain {case}"));
    for said in [&shown, &explained] {
        let said = said.to_string();
        for inside in ["attic", "janitor", "asked", "reply"] {
            assert!(!said.contains(inside), "{inside}: {said}");
        }
    }
}

#[test]
fn who_has_the_work_asks_their_head_for_an_instruction_and_nobody_else_gives_it() {
    let campus = Campus::open();
    let names = ["student-1", "plumber-1", "head-logistics", "desk-1"];
    let [student, plumber, head, desk] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = student.opens(LEAK);
    plumber.does(&format!("work claim {case}"));
    plumber.does(&format!("work ask {case} --of head 'may I open the wall?'"));
    assert_eq!(case.told("asked-inside"), ["post/logistics/head"]);
    let [asked] = &questions(&head, "--of head")[..] else { panic!() };
    assert_eq!(asked["text"], "may I open the wall?");
    assert!(!asked["due"].is_null(), "an answer is promised");

    let id = asked["id"].as_str().unwrap();
    for other in [&plumber, &desk] {
        let refusal = other.is_refused(&format!("work answer {case} --question {id} 'yes'"));
        assert!(refusal.message.contains("not-asked"), "{refusal:?}");
    }
    head.does(&format!("work answer {case} 'yes, below the window'"));
    assert!(questions(&head, "--of head").is_empty());
    assert_eq!(case.told("answered")[0], "post/logistics/plumbing");
    let shown = plumber.asks(&format!("case show {case}"));
    assert_eq!(shown["questions"][0]["answer"], "yes, below the window");
    assert!(student.asks(&format!("case show {case}"))["questions"].as_array().unwrap().is_empty());
}

#[test]
fn whoever_stands_in_for_the_head_gives_the_instruction() {
    let campus = Campus::open();
    let names = ["student-1", "plumber-1", "head-logistics", "dispatch-teacher"];
    let [student, plumber, head, teacher] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let until = campus.now() + 72.hours();
    head.does(&format!("roster leave --until {until} --cover dispatch-teacher"));
    campus.settle();
    let case = student.opens(LEAK);
    plumber.does(&format!("work claim {case}"));
    plumber.does(&format!("work ask {case} --of head 'may I open the wall?'"));
    assert_eq!(case.told("asked-inside"), ["post/logistics/head"]);
    teacher.does(&format!("work answer {case} 'yes, below the window'"));
    let shown = plumber.asks(&format!("case show {case}"));
    assert_eq!(shown["questions"][0]["answer"], "yes, below the window");
}

#[test]
fn what_is_promised_inside_is_no_step_of_the_requester_s_when_it_moves() {
    let campus = Campus::open();
    let [student, plumber, desk] =
        ["student-1", "plumber-1", "desk-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = student.opens(LEAK);
    plumber.does(&format!("work claim {case}"));
    plumber.does(&format!("work ask {case} --of desk 'who has the key?'"));
    desk.does(&format!("case urgency {case} critical"));
    campus.settle();
    let [theirs, ours] = [&student, &plumber].map(|who| {
        let shown = who.asks(&format!("case show {case}"));
        let moved = shown["timeline"].as_array().unwrap().iter();
        let moved = moved.filter(|step| step["what"] == "case.promise-moved");
        moved.map(|step| step["detail"]["commitment"].clone()).collect::<Vec<_>>()
    });
    assert!(ours.contains(&"reply".into()), "{ours:?}");
    assert!(!theirs.is_empty() && !theirs.contains(&"reply".into()), "{theirs:?}");
}

#[test]
fn a_requester_is_told_that_they_are_asked_and_answers_or_the_desk_does_for_them() {
    let campus = Campus::open();
    let names = ["student-1", "student-2", "plumber-1", "plumber-2", "desk-1"];
    let [student, other, plumber, colleague, desk] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = student.opens(LEAK);
    plumber.does(&format!("work claim {case}"));
    let refusal = colleague.is_refused(&format!("work ask {case} --of requester 'when?'"));
    assert!(refusal.message.contains("not-yours"), "{refusal:?}");
    plumber.does(&format!("work ask {case} --of requester 'when are you in?'"));
    plumber.does(&format!("work ask {case} --of requester 'is it still dripping?'"));

    let message = &case.messages("asked")[0];
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("has a question") && !text.contains("when are you in"), "{text}");
    let [when, dripping] = &questions(&student, "--of requester")[..] else { panic!() };
    assert_eq!((&when["text"], when["due"].is_null()), (&"when are you in?".into(), true));
    assert!(questions(&other, "--of requester").is_empty());
    let refusal = student.is_refused(&format!("work answer {case} 'after six'"));
    assert!(refusal.message.contains("2 questions"), "{refusal:?}");
    let refusal = desk.is_refused(&format!("work answer {case} 'after six'"));
    assert!(refusal.message.contains("nothing is asked of you"), "{refusal:?}");
    let answer = |question: &Value, text: &str| {
        let [order, id] = ["work_order", "id"].map(|field| question[field].as_str().unwrap());
        format!("work answer {order} '{text}' --question {id}")
    };
    let refusal = other.is_refused(&answer(when, "never"));
    assert!(refusal.message.contains("no-such-work-order"), "{refusal:?}");
    student.does(&answer(when, "after six"));
    let refusal = desk.is_refused(&answer(when, "after seven"));
    assert!(refusal.message.contains("already-answered"), "{refusal:?}");
    // The other one they say on the phone.
    desk.does(&answer(dripping, "yes, they say"));
    // Where one is open, it need not be named.
    plumber.does(&format!("work ask {case} --of requester 'which floor?'"));
    student.does(&format!("work answer {case} 'the fourth'"));

    let shown = student.asks(&format!("case show {case}"));
    let answers: Vec<_> = shown["questions"].as_array().unwrap().iter().collect();
    assert_eq!(
        answers.iter().map(|one| &one["answer"]).collect::<Vec<_>>(),
        ["after six", "yes, they say", "the fourth"]
    );
    assert!(answers.iter().all(|one| one["answered_by"].is_null()));
    let answered = case.told("answered");
    let of_post = answered.iter().filter(|to| *to == "post/logistics/plumbing").count();
    assert_eq!((of_post, answered.len()), (3, 6), "the post, and by name who asked");
}

#[test]
fn the_desk_asks_the_department_and_whoever_of_it_knows_answers() {
    let campus = Campus::open();
    let names = ["desk-1", "plumber-1", "plumber-2", "caretaker"];
    let [desk, plumber, colleague, stranger] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    plumber.does(&format!("work claim {case}"));
    let refusal = plumber.is_refused(&format!("work ask {case} --of department 'what now?'"));
    assert!(refusal.message.contains("not-the-desk"), "{refusal:?}");
    desk.does(&format!("work ask {case} --of department 'what shall I tell her?'"));
    assert_eq!(case.told("asked-inside"), ["post/logistics/plumbing"]);
    let refusal = desk.is_refused(&format!("work answer {case} 'soon'"));
    assert!(refusal.message.contains("nothing is asked of you"), "{refusal:?}");
    let [asked] = &questions(&desk, "--of department")[..] else { panic!() };
    let question = asked["id"].as_str().unwrap();
    let refusal = desk.is_refused(&format!("work answer {case} 'soon' --question {question}"));
    assert!(refusal.message.contains("not-asked"), "{refusal:?}");
    assert!(questions(&stranger, "").is_empty());
    colleague.does(&format!("work answer {case} 'that he waits for a valve'"));
    let [post, asker] = &case.told("answered")[..] else { panic!() };
    assert!(post == "post/hall/desk" && asker.starts_with("account/"), "{post} {asker}");
    let steps = case.steps();
    assert_eq!(steps[steps.len() - 2..], ["workorder.asked", "workorder.answered"]);

    plumber.does(&format!("work ask {case} --of desk 'has she called?'"));
    plumber.does(&format!("work complete {case}"));
    assert!(questions(&desk, "").is_empty(), "what is over is asked no more");
}

/// What somebody sees that can still be answered.
fn questions(who: &Account<'_>, narrowed: &str) -> Vec<Value> {
    who.asks(&format!("work questions {narrowed}"))["questions"].as_array().unwrap().clone()
}

/// Who hears that this commitment is late.
fn told_of(messages: &[Value], commitment: &str) -> Vec<String> {
    let about = |message: &&Value| message["text"].as_str().unwrap().contains(commitment);
    let told = messages.iter().filter(about).map(|message| message["to"].as_str().unwrap());
    told.map(ToOwned::to_owned).collect()
}
