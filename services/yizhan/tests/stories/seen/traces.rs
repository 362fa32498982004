//! Traces and logs: who caused what, and nothing about anybody.

use std::collections::{BTreeMap, BTreeSet};

use events::words::Service;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::collector::Collector;
use crate::campus::{
    Campus,
    home::Home,
    processes::{Environment, execute},
    program::Program,
};

/// What a caller and those who serve them say: nobody else's business.
const NAME: &str = "An Unnamed Caller 来电的某人";
const PHONE: &str = "10086420975";
const TEXT: &str = "water drips on my bed 水滴到床上";
const NOTE: &str = "seal under the basin renewed";
const WORDS: &str = "the plumber was late again";

/// Logs in JSON at a level, and everything to the collector.
fn seen_by(collector: &Collector, level: &str) -> Environment {
    vec![
        ("YIZHAN_LOGS__OTLP", collector.endpoint()),
        ("YIZHAN_LOGS__FORMAT", "json".to_owned()),
        ("YIZHAN_LOGS__FILTER", level.to_owned()),
    ]
}

#[test]
fn a_case_is_one_trace_from_its_request_through_every_service_and_says_nothing_about_anybody() {
    let collector = Collector::listen();
    let campus = Campus::in_processes_with(|_, _| seen_by(&collector, "debug"));
    let [desk, plumber, quality] = ["desk-1", "plumber-1", "quality"].map(|a| campus.account(a));
    campus.clock_to("10:00");
    let case = desk.opens(&format!(
        "water-leak --place dorm-7-402 --channel hotline --phone {PHONE} --name '{NAME}' --text '{TEXT}'"
    ));
    plumber.does(&format!("work claim {case}"));
    plumber.does(&format!("work complete {case} --note '{NOTE}'"));
    quality.does(&format!("callback record {case} --solved --words '{WORDS}'"));
    assert_eq!(case.state().0, "closed-solved");
    let logs = campus.stop_services();

    let spans = Spans::of(&collector);
    assert_eq!(spans.tree_of("portal: POST /api/v1/cases"), accepting());
    for (service, name) in Service::ALL.iter().flat_map(|service| {
        ["yizhan.outbox.pending", "yizhan.dead"].map(|name| (service.to_string(), name.to_owned()))
    }) {
        assert!(collector.metrics().contains(&(service.clone(), name.clone())), "{service} {name}");
    }

    let sent = collector.text();
    for secret in [NAME, PHONE, TEXT, NOTE, WORDS].iter().flat_map(|text| text.split(' ')) {
        if secret.len() < 6 {
            continue;
        }
        assert!(!sent.contains(secret), "the collector got to know `{secret}`");
        for (service, log) in &logs {
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{service} has logged `{secret}`");
        }
    }
    for (service, log) in &logs {
        assert!(log.lines().count() > 10, "{service}: {log}");
        for line in log.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
        }
    }
}

#[test]
fn an_event_that_is_applied_minutes_later_points_to_its_trace_and_is_none_of_it() {
    let collector = Collector::listen();
    let campus = Campus::in_processes_with(|_, _| seen_by(&collector, "info"));
    let desk = campus.account("desk-1");
    campus.broker().kill();
    // The relay may have taken up the first one already, and sends it as it is.
    for item in ["door-lock", "water-leak"] {
        desk.reports(&format!("{item} --place dorm-7-402"));
    }
    minutes_ago(&campus);
    campus.broker().start();
    campus.settle();
    campus.stop_services();

    let spans = Spans::of(&collector);
    let accepting = spans.named("intake: yizhan.intake.v1.Intake/AcceptCase");
    let accepting = accepting.max_by_key(|span| span.start_time_unix_nano).unwrap();
    let is_caused = |span: &&Span| {
        span.parent_span_id == accepting.span_id
            || span.links.iter().any(|link| link.span_id == accepting.span_id)
    };
    let applying: Vec<_> = spans.named("dispatch: apply INTAKE").filter(is_caused).collect();
    assert!(!applying.is_empty());
    for span in applying {
        assert!(span.parent_span_id.is_empty() && span.trace_id != accepting.trace_id, "{span:?}");
        let [link] = &span.links[..] else { panic!("{span:?}") };
        assert_eq!((&link.trace_id, &link.span_id), (&accepting.trace_id, &accepting.span_id));
    }
}

#[test]
fn without_an_endpoint_nothing_is_sent_anywhere() {
    let collector = Collector::listen();
    let home = Home::with_campus();
    let mut up = home.yizhan();
    // What other programs take for an order to send.
    up.arg("up").env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint());
    let mut up = Program::start("`yizhan up`", up);
    up.wait_for("Yizhan is ready");
    up.interrupt();
    assert_eq!(collector.connections(), 0);
}

/// Who is reached by the acceptance of a case, each after those that it has it from.
fn accepting() -> BTreeSet<String> {
    /// After the command line, which begins the trace and sends no spans.
    const REQUEST: &str = "? > portal: POST /api/v1/cases";
    const CALL: &str = "intake: yizhan.intake.v1.Intake/AcceptCase";
    /// Asked for whoever reports: what was reported before and may be the same.
    const SIMILAR: &str = "intake: yizhan.intake.v1.Intake/FindSimilar";
    let accepted = [
        "callback-survey: apply INTAKE",
        "dispatch: apply INTAKE",
        "dispatch: apply INTAKE > intake: apply DISPATCH",
        "dispatch: apply INTAKE > notification: apply DISPATCH",
        "dispatch: apply INTAKE > portal: apply DISPATCH",
        "dispatch: apply INTAKE > escalation-timer: apply DISPATCH",
        "dispatch: apply INTAKE > escalation-timer: apply DISPATCH > dispatch: apply ESCALATION",
        "dispatch: apply INTAKE > escalation-timer: apply DISPATCH > intake: apply ESCALATION",
        "dispatch: apply INTAKE > escalation-timer: apply DISPATCH > notification: apply ESCALATION",
        "dispatch: apply INTAKE > escalation-timer: apply DISPATCH > portal: apply ESCALATION",
        "escalation-timer: apply INTAKE",
        "escalation-timer: apply INTAKE > dispatch: apply ESCALATION",
        "escalation-timer: apply INTAKE > intake: apply ESCALATION",
        "escalation-timer: apply INTAKE > notification: apply ESCALATION",
        "escalation-timer: apply INTAKE > portal: apply ESCALATION",
        "notification: apply INTAKE",
        "portal: apply INTAKE",
    ];
    let caused = accepted.iter().map(|path| format!("{REQUEST} > {CALL} > {path}"));
    let called = [CALL, SIMILAR].map(|call| format!("{REQUEST} > {call}"));
    caused.chain(called).chain([REQUEST.to_owned()]).collect()
}

/// Lets what was not published yet have happened six minutes ago, and been recorded then.
fn minutes_ago(campus: &Campus) {
    let earlier = |attribute: &str| {
        format!(
            r#"to_char((told->>'{attribute}')::timestamptz at time zone 'UTC' - interval '6 min',
                       'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#
        )
    };
    let statement = format!(
        "update delivery.outbox o
         set payload = convert_to((told || jsonb_build_object('time', {}, 'recorded', {}))::text, 'UTF8')
         from delivery.outbox_pending p, delivery.outbox same,
              lateral (select convert_from(same.payload, 'UTF8')::jsonb as told) read
         where p.seq = o.seq and p.day = o.day and same.seq = o.seq and same.day = o.day",
        earlier("time"),
        earlier("recorded"),
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let changed = runtime
        .block_on(async { execute(&mut campus.own(Service::Intake).await, statement).await });
    assert!(changed > 0);
}

/// All spans of a collector, by their ids.
struct Spans(BTreeMap<Vec<u8>, (String, Span)>);

impl Spans {
    fn of(collector: &Collector) -> Self {
        let by_id = |(service, span): (String, Span)| {
            let name = format!("{service}: {}", described(&span));
            (span.span_id.clone(), (name, span))
        };
        Self(collector.spans().into_iter().map(by_id).collect())
    }

    fn named(&self, name: &'static str) -> impl Iterator<Item = &Span> {
        self.0.values().filter(move |(n, _)| n == name).map(|(_, span)| span)
    }

    /// The trace of the only span of this name: each span after those that caused it.
    fn tree_of(&self, root: &'static str) -> BTreeSet<String> {
        let roots: Vec<_> = self.named(root).collect();
        let [root] = &roots[..] else { panic!("{} of {root}", roots.len()) };
        let of_trace = self.0.values().filter(|(_, span)| span.trace_id == root.trace_id);
        of_trace.map(|(_, span)| self.path(span)).collect()
    }

    fn path(&self, span: &Span) -> String {
        let (name, _) = &self.0[&span.span_id];
        match self.0.get(&span.parent_span_id) {
            Some((_, parent)) => format!("{} > {name}", self.path(parent)),
            None if span.parent_span_id.is_empty() => name.clone(),
            None => format!("? > {name}"),
        }
    }
}

/// A span's name, and the stream if it tells one.
fn described(span: &Span) -> String {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let stream = span.attributes.iter().find(|attribute| attribute.key == "stream");
    let stream = stream.and_then(|stream| stream.value.clone()?.value);
    match stream {
        Some(Value::StringValue(stream)) => format!("{} {stream}", span.name),
        _ => span.name.clone(),
    }
}
