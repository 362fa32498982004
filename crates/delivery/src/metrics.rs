use events::words::{Service, Stream};
use opentelemetry::{
    KeyValue,
    metrics::{Counter, Gauge, Histogram, Meter},
};

/// What an operator looks at, per service.
///
/// ```text
///  yizhan.outbox.pending      events not yet published                       by stream
///  yizhan.outbox.oldest       age of the oldest of them, seconds             by stream
///  yizhan.relay.published     events acknowledged by the broker              by stream
///  yizhan.relay.foreign       messages of others in a stream of ours: ALARM  by stream
///  yizhan.inbox.lag           messages of others that did not take effect    by stream
///  yizhan.inbox.applied       events that took effect                        by stream
///  yizhan.inbox.waiting       events that came too early                     by reason
///  yizhan.dead                dead letters of all kinds
///  yizhan.wake.late           seconds between the planned and the real wake-up
/// ```
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    service: KeyValue,
    outbox_pending: Gauge<u64>,
    outbox_oldest: Gauge<f64>,
    published: Counter<u64>,
    foreign: Counter<u64>,
    lag: Gauge<u64>,
    applied: Counter<u64>,
    waiting: Gauge<u64>,
    dead: Gauge<u64>,
    wake_late: Histogram<f64>,
}

impl Metrics {
    pub(crate) fn new(meter: &Meter, service: Service) -> Self {
        Self {
            service: KeyValue::new("service", service.word()),
            outbox_pending: meter.u64_gauge("yizhan.outbox.pending").build(),
            outbox_oldest: meter.f64_gauge("yizhan.outbox.oldest").with_unit("s").build(),
            published: meter.u64_counter("yizhan.relay.published").build(),
            foreign: meter.u64_counter("yizhan.relay.foreign").build(),
            lag: meter.u64_gauge("yizhan.inbox.lag").build(),
            applied: meter.u64_counter("yizhan.inbox.applied").build(),
            waiting: meter.u64_gauge("yizhan.inbox.waiting").build(),
            dead: meter.u64_gauge("yizhan.dead").build(),
            wake_late: meter.f64_histogram("yizhan.wake.late").with_unit("s").build(),
        }
    }

    fn of(&self, stream: Stream) -> [KeyValue; 2] {
        [self.service.clone(), KeyValue::new("stream", stream.name())]
    }

    pub(crate) fn outbox(&self, stream: Stream, pending: u64, oldest_seconds: f64) {
        self.outbox_pending.record(pending, &self.of(stream));
        self.outbox_oldest.record(oldest_seconds, &self.of(stream));
    }

    pub(crate) fn published(&self, stream: Stream, events: u64) {
        self.published.add(events, &self.of(stream));
    }

    pub(crate) fn foreign(&self, stream: Stream, messages: u64) {
        self.foreign.add(messages, &self.of(stream));
    }

    pub(crate) fn lag(&self, stream: Stream, messages: u64) {
        self.lag.record(messages, &self.of(stream));
    }

    pub(crate) fn applied(&self, stream: Stream, events: u64) {
        self.applied.add(events, &self.of(stream));
    }

    pub(crate) fn waiting(&self, reason: &'static str, events: u64) {
        self.waiting.record(events, &[self.service.clone(), KeyValue::new("reason", reason)]);
    }

    pub(crate) fn dead(&self, letters: u64) {
        self.dead.record(letters, std::slice::from_ref(&self.service));
    }

    pub(crate) fn woken(&self, late_seconds: f64) {
        self.wake_late.record(late_seconds, std::slice::from_ref(&self.service));
    }
}
