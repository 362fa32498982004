//! Who runs next, what goes wrong, and what must be true when it is quiet.

use std::collections::BTreeMap;

use events::words::{Revision, Service};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::delivery::{
    Bug, Dice, Report, Trouble,
    broker::Stream,
    inbox::{Hardships, Reader},
    relay::{Leader, Turn},
    store::{Event, Store},
};

const SERVICES: [Service; 3] = [Service::Intake, Service::Dispatch, Service::CallbackSurvey];
const TURNS: u64 = 600;
const COMMANDS: u64 = 60;
const KEYS: u64 = 6;
/// More turns than any run without faults needs to become quiet.
const PATIENCE: u64 = 4_000;

/// One service: its store, its stream if it produces, and its relays.
struct Node {
    store: Store,
    stream: Stream,
    leaders: Vec<Leader>,
    hardships: Hardships,
}

/// A transaction of a command that has its place in the outbox and is not committed yet.
struct Slow {
    seq: i64,
    id: Uuid,
    key: Uuid,
}

struct World {
    dice: Dice,
    now: Timestamp,
    nodes: BTreeMap<Service, Node>,
    commands: u64,
    slow: Option<Slow>,
    bug: Option<Bug>,
}

/// Runs one seed, with a bug planted or not.
pub fn run(seed: u64, bug: Option<Bug>) -> Report {
    let mut world = World::new(seed, bug);
    for _ in 0..TURNS {
        world.turn();
        world.go_wrong();
    }
    world.dice.troubled = false;
    let mut stuck = true;
    for _ in 0..PATIENCE {
        world.turn();
        if world.is_quiet() {
            stuck = false;
            break;
        }
    }
    world.report(seed, stuck)
}

impl World {
    fn new(seed: u64, bug: Option<Bug>) -> Self {
        let now = Timestamp::UNIX_EPOCH;
        let node = |service, reads: &[Service]| {
            let store = Store::new(service, reads);
            let (stream, leaders) = (Stream::new(now), Vec::new());
            (service, Node { store, stream, leaders, hardships: Hardships::default() })
        };
        let nodes = [
            node(Service::Intake, &[Service::Dispatch]),
            node(Service::Dispatch, &[Service::Intake]),
            node(Service::CallbackSurvey, &[Service::Intake, Service::Dispatch]),
        ];
        Self { dice: Dice::new(seed), now, nodes: nodes.into(), commands: 0, slow: None, bug }
    }

    /// Somebody does one thing, and time passes.
    fn turn(&mut self) {
        self.now += SignedDuration::from_millis(500);
        self.operate();
        for service in SERVICES {
            match self.dice.below(4) {
                0 => self.command(service),
                1 | 2 => self.relay(service),
                _ => self.inbox(service),
            }
        }
    }

    fn command(&mut self, service: Service) {
        let Self { dice, now, nodes, commands, slow, .. } = self;
        let Some(node) = nodes.get_mut(&service).filter(|_| service == Service::Intake) else {
            return;
        };
        let id = dice.uuid();
        let commits = !dice.troubled || dice.percent(20);
        if let Some(Slow { seq, id, key }) = slow.take_if(|_| commits) {
            node.store.append_at(seq, id, key, *now);
        }
        let key = Uuid::from_u128(u128::from(dice.below(KEYS)));
        let locked = slow.as_ref().is_some_and(|slow| slow.key == key);
        if locked || *commands == COMMANDS {
            return;
        }
        *commands += 1;
        // Its releases and its definitions are ahead of those of its readers.
        if dice.troubled {
            node.store.release += u64::from(dice.percent(3));
            node.store.revision.0 += u32::from(dice.percent(3));
        }
        if slow.is_none() && dice.strikes(Trouble::SlowCommit, 200) {
            *slow = Some(Slow { seq: node.store.take_place(), id, key });
            return;
        }
        let repeats = 1 + u64::from(dice.strikes(Trouble::ReplyLost, 100));
        for _ in 0..repeats {
            node.store.accept(*commands, id, key, *now);
        }
    }

    /// An operator sees to what was refused, sooner or later.
    fn operate(&mut self) {
        if self.dice.troubled && !self.dice.percent(2) {
            return;
        }
        for node in self.nodes.values_mut() {
            node.stream.limited = false;
            node.store.parked.clear();
        }
        for service in SERVICES {
            if let Some(mut reader) = self.reader(service) {
                reader.see_to_letters();
            }
        }
    }

    fn relay(&mut self, service: Service) {
        let Self { dice, now, nodes, bug, .. } = self;
        let Some(Node { store, stream, leaders, .. }) = nodes.get_mut(&service) else { return };
        if leaders.iter().all(|leader| leader.stopped > 0) {
            leaders.push(Leader::new(store));
        }
        leaders.retain_mut(|leader| {
            if leader.stopped > 0 {
                leader.stopped -= 1;
                return true;
            }
            if dice.strikes(Trouble::LeaderStopped, 10) {
                leader.stopped = 1 + dice.below(20);
                return true;
            }
            leader.turn(store, stream, *now, dice, *bug) != Turn::Gone
        });
    }

    fn reader(&mut self, service: Service) -> Option<Reader<'_>> {
        let Self { dice, now, nodes, bug, .. } = self;
        let Node { store, hardships, .. } = nodes.get_mut(&service)?;
        Some(Reader { store, hardships, now: *now, dice, bug: *bug })
    }

    fn inbox(&mut self, service: Service) {
        let reads = self.nodes.get(&service).map(|node| node.store.reads.clone());
        for source in reads.unwrap_or_default() {
            let mut group = self
                .nodes
                .get_mut(&source)
                .map(|node| node.stream.deliver(service, 8))
                .unwrap_or_default();
            self.dice.shuffle(&mut group);
            let acked = self.reader(service).map(|mut reader| reader.take(&group));
            if let Some(node) = self.nodes.get_mut(&source) {
                for sequence in acked.unwrap_or_default() {
                    node.stream.ack(service, sequence);
                }
            }
        }
        let upgraded = self.catch_up(service);
        let asked = self.reader(service).map(|mut reader| reader.sweep(upgraded));
        for missing in asked.unwrap_or_default() {
            if let Some(node) = self.nodes.get_mut(&missing.service) {
                node.store.redeliver(missing.key, missing.from);
            }
        }
    }

    /// The newest definitions come, the newest release is installed; whether that was.
    fn catch_up(&mut self, service: Service) -> bool {
        let Self { dice, nodes, .. } = self;
        let newest = nodes.values().map(|node| (node.store.release, node.store.revision));
        let (release, revision) = newest.max().unwrap_or((0, Revision::NONE));
        let Some(Node { store, .. }) = nodes.get_mut(&service) else { return false };
        if !dice.troubled || dice.percent(10) {
            store.revision = store.revision.max(revision);
        }
        let upgraded = store.release < release && (!dice.troubled || dice.percent(5));
        if upgraded {
            store.release = release;
        }
        upgraded
    }

    /// The broker loses something, and what was late arrives.
    fn go_wrong(&mut self) {
        self.let_time_pass();
        let Self { dice, now, nodes, bug, .. } = self;
        for node in nodes.values_mut() {
            let stream = &mut node.stream;
            if dice.percent(3) {
                stream.arrive(*now);
            }
            if stream.last() == 0 {
                continue;
            }
            stream.limited |= dice.percent(1);
            if dice.strikes(Trouble::StreamWiped, 1) {
                stream.wipe(*now);
            }
            if dice.strikes(Trouble::TailLost, 5) {
                crash(stream, *now, dice, *bug);
            }
            if dice.strikes(Trouble::MiddleLost, 3) {
                // One of the latest: what every reader has already is no loss.
                stream.lose(stream.last().saturating_sub(dice.below(4)));
            }
        }
    }

    /// Days, or more than a month if nobody would miss what the streams forget in it.
    fn let_time_pass(&mut self) {
        if self.dice.strikes(Trouble::DaysPassed, 1) {
            self.now += SignedDuration::from_hours(24 * 3);
        }
        if self.dice.troubled && self.dice.percent(2) && self.is_delivered() {
            self.dice.struck(Trouble::MonthPassed);
            self.now += SignedDuration::from_hours(24 * 36);
            for node in self.nodes.values_mut() {
                node.stream.expire(self.now);
            }
        }
    }

    /// Everything was said, published, delivered and applied.
    fn is_quiet(&self) -> bool {
        self.commands == COMMANDS && self.slow.is_none() && self.is_delivered()
    }

    /// Everything that was said so far is published, delivered and applied, and recorded where it is.
    fn is_delivered(&self) -> bool {
        let said =
            |source: &Service| self.nodes.get(source).map_or(0, |node| node.store.outbox.len());
        self.nodes.values().all(|node| {
            let expected: usize = node.store.reads.iter().map(said).sum();
            node.store.is_quiet()
                && node.store.effects.len() + node.store.dropped.len() >= expected
                && node.store.is_true_to(&node.stream, self.now)
        })
    }

    fn report(self, seed: u64, stuck: bool) -> Report {
        let mut violations = Vec::new();
        if stuck {
            violations.push("it never became quiet: something is lost".to_owned());
        }
        for (service, node) in &self.nodes {
            if node.store.foreign > 0 {
                violations.push(format!("{service}: {} foreign messages", node.store.foreign));
            }
            violations.extend(disorder(&node.store));
        }
        Report {
            seed,
            events: self.nodes.values().map(|node| node.store.outbox.len()).sum(),
            effects: self.nodes.values().map(|node| node.store.effects.len()).sum(),
            troubles: self.dice.troubles,
            violations,
        }
    }
}

/// The broker crashes without the end of a stream. Readers look at it before anything is published
/// there, as the relay lets them; what was late arrives before anybody else sends.
fn crash(stream: &mut Stream, now: Timestamp, dice: &mut Dice, bug: Option<Bug>) {
    stream.lose_tail(1 + dice.below(3));
    if bug != Some(Bug::StayAhead) && stream.let_readers_look() {
        dice.struck(Trouble::ReaderAhead);
    }
    if dice.percent(50) && stream.arrive(now) {
        dice.struck(Trouble::TailRewritten);
    }
}

/// What is doubled, skipped or early in a reader's effects, by an account of its own.
fn disorder(store: &Store) -> Vec<String> {
    let mut heads: BTreeMap<(Uuid, Service), u64> = BTreeMap::new();
    let mut wrong = Vec::new();
    // The last that took effect, and what was given up behind it.
    let passed = |heads: &BTreeMap<(Uuid, Service), u64>, key: Uuid, source: Service| {
        let mut head = heads.get(&(key, source)).copied().unwrap_or(0);
        while store.dropped.contains(&(key, source, head + 1)) {
            head += 1;
        }
        head
    };
    for (effect, known) in &store.effects {
        let Event { source, key, sequence, after, revision, .. } = effect;
        let what = format!("{}: {source} {key} {sequence}", store.service);
        let head = passed(&heads, *key, *source);
        if *sequence != head + 1 {
            wrong.push(format!("{what} after {head}"));
        }
        for (other, needed) in after.iter().filter(|(other, _)| store.reads.contains(other)) {
            if *other != *source && passed(&heads, *key, *other) < *needed {
                wrong.push(format!("{what} before {other} {needed}"));
            }
        }
        if revision > known && store.service != Service::Intake {
            wrong.push(format!("{what} without its definitions"));
        }
        heads.insert((*key, *source), *sequence);
    }
    wrong
}
