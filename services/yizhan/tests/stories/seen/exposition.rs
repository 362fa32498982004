//! A page of `/metrics`, read as strictly as Prometheus does.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use events::words::Service;

use crate::campus::Campus;

/// The gauges are read each 5 s; far longer than that, for a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) type Labels = BTreeMap<String, String>;

/// What was measured, at one moment.
pub(super) struct Page {
    /// The type of each metric.
    pub(super) types: BTreeMap<String, String>,
    pub(super) samples: Vec<Sample>,
}

pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: Labels,
    value: f64,
}

impl Page {
    /// That of the process which runs a service.
    pub(super) fn of(campus: &Campus, service: Service) -> Self {
        let admin = campus.endpoint(service, "admin");
        let mut stream = TcpStream::connect(admin.trim_start_matches("http://")).unwrap();
        write!(stream, "GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 OK") && head.contains("text/plain; version=0.0.4"), "{head}");
        Self::parse(text)
    }

    fn parse(text: &str) -> Self {
        let mut page = Self { types: BTreeMap::new(), samples: Vec::new() };
        for line in text.lines() {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert_eq!(page.types.insert(name.to_owned(), kind.to_owned()), None, "{line}");
            } else if !line.starts_with('#') {
                let sample = Sample::parse(line);
                let is_same = |s: &Sample| s.name == sample.name && s.labels == sample.labels;
                assert!(!page.samples.iter().any(is_same), "twice: {line}");
                page.samples.push(sample);
            }
        }
        page
    }

    /// What a service measured under a name, where each of these labels has this value; nothing
    /// counts as 0.
    pub(super) fn value(&self, service: Service, name: &str, labels: &[(&str, &str)]) -> f64 {
        let fits = |sample: &&Sample| {
            let has = |(label, value): &(&str, &str)| sample.labels.get(*label).unwrap() == value;
            sample.name == name
                && sample.labels["service"] == service.word()
                && labels.iter().all(has)
        };
        let mut samples = self.samples.iter().filter(fits);
        let value = samples.next().map_or(0.0, |sample| sample.value);
        assert!(samples.next().is_none(), "{name} {labels:?} means more than one");
        value
    }
}

impl Sample {
    /// `name{label="value",...} 1.5`; none of our values holds an apostrophe or a comma.
    fn parse(line: &str) -> Self {
        let (name, rest) = line.split_once('{').unwrap();
        let (pairs, value) = rest.split_once("} ").unwrap();
        let mut labels = Labels::new();
        for pair in pairs.split(',') {
            let (label, value) = pair.split_once('=').unwrap();
            let again = labels.insert(label.to_owned(), value.trim_matches('"').to_owned());
            assert_eq!(again, None, "Prometheus refuses a label that is there twice: {line}");
        }
        Self { name: name.to_owned(), labels, value: value.parse().unwrap() }
    }
}

/// Waits until the measures of the one process that runs all services are as they should be.
#[track_caller]
pub(super) fn eventually(campus: &Campus, what: &str, is_so: impl Fn(&Page) -> bool) -> Page {
    let begun = Instant::now();
    loop {
        let page = Page::of(campus, Service::Intake);
        if is_so(&page) {
            return page;
        }
        assert!(begun.elapsed() < PATIENCE, "not so: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
