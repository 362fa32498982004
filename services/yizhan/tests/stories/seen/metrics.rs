//! Metrics: the number that each shows, where it is known what it must be.

#![expect(clippy::float_cmp, reason = "a count is a whole number, however it is written")]

use std::{collections::BTreeMap, fs, path::Path, time::Instant};

use events::words::Service;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use serde_json::json;
use sqlx::Connection as _;
use tokio::runtime::Runtime;

use super::exposition::{Page, eventually};
use crate::{
    account::{Account, Case},
    campus::{Campus, home::WORKSPACE, processes::execute, session::Session},
    person::Person,
};

use Service::{Dispatch, EscalationTimer, Intake};

/// Of two events each: more than one group of the inbox, which takes up to 256.
const CASES: u32 = 150;
/// Between two readings of the gauges.
const READING: f64 = 5.0;

const INTAKE: [(&str, &str); 1] = [("stream", "INTAKE")];
const PENDING: &str = "yizhan_outbox_pending";
const OLDEST: &str = "yizhan_outbox_oldest_seconds";
const LAG: &str = "yizhan_inbox_lag";
const WAITING: &str = "yizhan_inbox_waiting";
const DEAD: &str = "yizhan_dead";

const FOREIGN: &str = "yizhan_relay_foreign_total";
const REFUSALS: &str = "yizhan_broker_refusals_total";
const UNUSABLE: &str = "yizhan_files_unusable_total";

#[test]
fn what_waits_for_the_broker_and_for_a_slow_service_is_counted_until_it_has_passed() {
    let campus = Campus::open();
    let tokio = Runtime::new().unwrap();
    campus.settle();
    let before = Page::of(&campus, Intake);
    let begun = Instant::now();
    let former = tokio.block_on(said(&campus));
    let events = || tokio.block_on(said(&campus)) - former;
    campus.broker().kill();
    tokio.block_on(accept(&Person::of(&campus, "desk-1")));
    let page = eventually(&campus, "all events wait", |page| {
        page.value(Intake, PENDING, &INTAKE) == events()
    });
    assert!(events() >= f64::from(2 * CASES), "{}", events());
    assert_eq!(page.value(Intake, "yizhan_cases_accepted_total", &[]), f64::from(CASES));
    let (age, longest) = (page.value(Intake, OLDEST, &INTAKE), begun.elapsed().as_secs_f64());
    assert!(age > 0.0 && age <= longest, "{age} of {longest} s");
    let older = eventually(&campus, "the oldest grows older", |page| {
        page.value(Intake, OLDEST, &INTAKE) >= age + READING - 1.0
    });
    assert!(older.value(Intake, PENDING, &INTAKE) >= page.value(Intake, PENDING, &INTAKE));
    assert_eq!(older.value(Intake, REFUSALS, &[]), 0.0, "who is away refuses nothing");

    tokio.block_on(of_a_version_to_come(&campus));
    let mut slow = tokio.block_on(campus.own(Dispatch));
    let mut held = tokio.block_on(slow.begin()).unwrap();
    tokio.block_on(execute(&mut held, "lock table delivery.inbox_head".to_owned()));
    campus.broker().start();
    // What comes before the rest is tried alone, put aside because of the lock, and acknowledged.
    let page = eventually(&campus, "all events wait for dispatch", |page| {
        let put_aside = page.value(Dispatch, WAITING, &[("reason", "fault")]);
        page.value(Dispatch, LAG, &INTAKE) + put_aside >= events()
    });
    assert!(page.value(Dispatch, LAG, &INTAKE) <= events());
    assert_eq!(applied(&page, Dispatch), applied(&before, Dispatch));

    tokio.block_on(held.rollback()).unwrap();
    let page = eventually(&campus, "all but one have taken effect", |page| {
        let waits = |reason| page.value(Dispatch, WAITING, &[("reason", reason)]);
        applied(page, Dispatch) == applied(&before, Dispatch) + events() - 1.0
            && page.value(Intake, PENDING, &INTAKE) == 0.0
            && page.value(Dispatch, LAG, &INTAKE) == 0.0
            && waits("version") == 1.0
            && ["gap", "after", "revision", "dead", "fault"].iter().all(|of| waits(of) == 0.0)
    });
    assert_eq!(page.value(Intake, OLDEST, &INTAKE), 0.0);
}

#[test]
fn a_poisoned_event_is_a_dead_letter_until_a_person_drops_it_or_replays_it_once_it_is_cured() {
    let campus = Campus::open();
    let admin = campus.account("admin");
    let dead = |page: &Page| Service::ALL.iter().map(|of| page.value(*of, DEAD, &[])).sum::<f64>();
    assert_eq!(dead(&Page::of(&campus, Dispatch)), 0.0);
    let change_work = |change: &str| {
        let statement = format!("alter table dispatch.work {change}");
        let change = async { execute(&mut campus.own(Dispatch).await, statement).await };
        Runtime::new().unwrap().block_on(change);
    };
    change_work("add constraint poison check (number = '') not valid");

    let desk = campus.account("desk-1");
    let [dropped, cured] = [(); 2].map(|()| desk.reports("water-leak --place dorm-7-402"));
    let page = eventually(&campus, "both are dead", |page| page.value(Dispatch, DEAD, &[]) == 2.0);
    assert_eq!(dead(&page), 2.0);
    let letters = admin.asks("dlq ls");
    let letter_about = |case: &Case<'_>| {
        let key = desk.asks(&format!("case show {case}"))["case"]["id"].clone();
        let letter =
            letters["letters"].as_array().unwrap().iter().find(|letter| letter["key"] == key);
        let letter = letter.unwrap_or_else(|| panic!("none of {key}: {letters}"));
        letter["id"].as_str().unwrap().to_owned()
    };
    let [to_drop, to_replay] = [&dropped, &cured].map(letter_about);
    let shown = admin.asks(&format!("dlq show dispatch {to_replay}"));
    assert!(shown["letter"]["failure"].as_str().unwrap().contains("poison"), "{shown}");
    assert!(shown["envelope"].as_str().unwrap().contains(&cured.to_string()), "{shown}");

    admin.asks(&format!("dlq drop dispatch {to_drop} --reason 'a poison of our own'"));
    eventually(&campus, "it is given up", |page| dead(page) == 1.0);
    change_work("drop constraint poison");
    admin.does(&format!("dlq replay dispatch {to_replay}"));
    eventually(&campus, "nothing is dead", |page| dead(page) == 0.0);
    assert!(cured.steps().contains(&"workorder.offered".to_owned()), "{:?}", cured.steps());
    assert!(!dropped.steps().contains(&"workorder.offered".to_owned()), "{:?}", dropped.steps());
}

#[test]
fn how_late_a_timer_fires_and_what_goes_wrong_is_measured_and_every_metric_is_described() {
    let campus = Campus::open();
    let case =
        campus.account("desk-1").opens("water-leak --place dorm-7-402 --text 'a pipe burst'");
    campus.jump("1h");
    campus.settle();
    let clocks = case.clocks();
    let rungs = clocks.iter().flat_map(|clock| clock["rungs"].as_array().unwrap());
    let time = |value: &serde_json::Value| value.as_str().unwrap().parse::<Timestamp>().ok();
    let fired = rungs.filter(|rung| !rung["fired"].is_null());
    let first = fired.min_by_key(|rung| time(&rung["planned"])).unwrap();
    let late = time(&first["fired"]).unwrap().duration_since(time(&first["planned"]).unwrap());

    let page = Page::of(&campus, EscalationTimer);
    let measured =
        |what: &str| page.value(EscalationTimer, &format!("yizhan_wake_late_seconds_{what}"), &[]);
    assert_eq!(measured("count"), 1.0);
    assert!(late.as_secs() >= 45 * 60, "it was to be accepted within minutes: {late:?}");
    assert!((measured("sum") - late.as_secs_f64()).abs() < 0.01, "{} {late:?}", measured("sum"));

    let desk = campus.account("desk-1");
    an_intruder_writes(&campus, &desk);
    a_right_is_missing(&campus, &desk);
    keys_are_spoiled(&campus);
    is_described(&Page::of(&campus, Intake));
}

/// Somebody who knows intake's password writes into its stream: its relay sees so at the next event.
fn an_intruder_writes(campus: &Campus, desk: &Account<'_>) {
    assert_eq!(Page::of(campus, Intake).value(Intake, FOREIGN, &INTAKE), 0.0);
    let refusal = Session::open(campus, Intake).sends("PUB intake.case.forged.v1 0\r\n");
    assert_eq!(refusal, None);
    desk.reports("water-leak --place dorm-7-402");
    eventually(campus, "the foreign message is seen", |page| {
        page.value(Intake, FOREIGN, &INTAKE) == 1.0
    });
}

/// The broker lets intake connect, and refuses what it publishes.
fn a_right_is_missing(campus: &Campus, desk: &Account<'_>) {
    let mut broker = campus.broker();
    broker.kill();
    // That it is away is no refusal.
    assert_eq!(Page::of(campus, Intake).value(Intake, REFUSALS, &[]), 0.0);
    broker.configure(|rights| rights.replace("\"intake.>\"", "\"intake.nothing\""));
    broker.start();
    desk.reports("water-leak --place dorm-7-402");
    eventually(campus, "a publication is refused", |page| page.value(Intake, REFUSALS, &[]) >= 1.0);
}

/// The file of master keys is changed to what is none.
fn keys_are_spoiled(campus: &Campus) {
    assert_eq!(Page::of(campus, Intake).value(Intake, UNUSABLE, &[]), 0.0);
    campus.change_master_keys(|_| "these are no keys".to_owned());
    eventually(campus, "the file is not used", |page| page.value(Intake, UNUSABLE, &[]) == 1.0);
}

/// Accepts all cases, some at a time.
async fn accept(desk: &Person) {
    let leak = json!({ "item": "water-leak", "place": "dorm-7-402", "channel": "hotline" });
    let cases = stream::iter(0..CASES).map(|_| desk.tells("/cases", &leak));
    cases.buffer_unordered(16).for_each(|accepted| async { drop(accepted.unwrap()) }).await;
}

/// Gives one of the events that are not published yet a version that no release knows.
async fn of_a_version_to_come(campus: &Campus) {
    let statement = r#"update delivery.outbox set payload =
            convert_to(replace(convert_from(payload, 'UTF8'), '.accepted.v1"', '.accepted.v9"'), 'UTF8')
        where seq = (select max(p.seq) from delivery.outbox_pending p join delivery.outbox o
                     on o.seq = p.seq and o.day = p.day
                     where convert_from(o.payload, 'UTF8') like '%.accepted.v1"%')"#;
    assert_eq!(execute(&mut campus.own(Intake).await, statement.to_owned()).await, 1);
}

/// How many events intake has ever had for others: those of the cases, and each minute how far the
/// chain of its audit has come.
async fn said(campus: &Campus) -> f64 {
    let mut own = campus.own(Intake).await;
    let count = sqlx::query_scalar("select count(*)::float8 from delivery.outbox");
    count.fetch_one(&mut own).await.unwrap()
}

fn applied(page: &Page, service: Service) -> f64 {
    page.value(service, "yizhan_inbox_applied_total", &INTAKE)
}

/// Compares a page that shows all that there is with `docs/metrics.md`.
fn is_described(page: &Page) {
    let described = described();
    let types: BTreeMap<_, _> =
        described.iter().map(|(name, metric)| (name, &metric.kind)).collect();
    assert_eq!(page.types.iter().collect::<BTreeMap<_, _>>(), types);
    for sample in &page.samples {
        let part = ["_bucket", "_sum", "_count"].iter().find_map(|s| sample.name.strip_suffix(s));
        let name = part.filter(|part| page.types.contains_key(*part)).unwrap_or(&sample.name);
        let everywhere = ["installation", "service", "le"];
        let labels = sample.labels.keys().filter(|label| !everywhere.contains(&label.as_str()));
        assert_eq!(labels.collect::<Vec<_>>(), described[name].labels.iter().collect::<Vec<_>>());
    }
}

/// A row of the table.
struct Metric {
    kind: String,
    labels: Vec<String>,
}

fn described() -> BTreeMap<String, Metric> {
    let text = fs::read_to_string(Path::new(WORKSPACE).join("docs/metrics.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let metric = |row: &str| {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().replace('`', "")).collect();
        let [_, name, otlp, kind, unit, labels, _, _] = &cells[..] else { panic!("{row}") };
        let unit = if unit == "s" { "_seconds" } else { "" };
        let total = if kind == "counter" { "_total" } else { "" };
        assert_eq!(*name, format!("{}{unit}{total}", otlp.replace('.', "_")));
        let labels = labels.split(", ").filter(|label| !label.is_empty()).map(ToOwned::to_owned);
        let mut labels: Vec<_> = labels.collect();
        labels.sort();
        (name.clone(), Metric { kind: kind.clone(), labels })
    };
    rows.map(metric).collect()
}
