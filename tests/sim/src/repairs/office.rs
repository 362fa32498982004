//! One service: its store, its inbox and its wake-ups, as the adapters have them.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use clock::SeededIds;
use delivery_core::{Header, Kept, Known, Missing, Readable, Verdict, Wait, judge, missing};
use events::{
    Fact,
    words::{Revision, Service},
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Bug, Dice, Trouble,
    bugs::{self, Spoil},
};

/// For how long no clock of a case goes on while a fact about it is here that waits for another.
const FACTS_FIRST: SignedDuration = SignedDuration::from_mins(1);

/// A fact on its way.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) source: Service,
    /// The case.
    pub(super) key: Uuid,
    pub(super) sequence: u64,
    /// The heads that its producer had for this case.
    pub(super) after: BTreeMap<Service, u64>,
    pub(super) fact: Fact,
}

/// Why something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// A command with this idempotency key.
    Command(Uuid),
    /// A letter.
    Letter(Service, u64),
    /// The hour.
    Hour,
}

/// One event of a decision.
pub(super) struct Entry<E> {
    pub(super) case: Uuid,
    /// When it was decided.
    pub(super) at: Timestamp,
    pub(super) cause: Cause,
    pub(super) event: E,
}

/// What goes on around an office.
pub(super) struct Hour<'a> {
    pub(super) now: Timestamp,
    pub(super) dice: &'a mut Dice,
    pub(super) bug: Option<Bug>,
}

struct Row<S> {
    state: S,
    /// The state before the last decision, where somebody forgets to look again.
    before: S,
    sequence: u64,
    next_at: Option<Timestamp>,
    heads: BTreeMap<Service, u64>,
    waiting: BTreeMap<(Service, u64), Waiting>,
}

struct Waiting {
    letter: Rc<Letter>,
    wait: Wait,
    since: Timestamp,
    again_at: Timestamp,
    asked: bool,
}

impl<S> Row<S> {
    /// When it is woken: facts that are here and wait have their minute first.
    fn wakes_at(&self) -> Option<Timestamp> {
        let waited = self.waiting.values().map(|waiting| waiting.since + FACTS_FIRST).max();
        self.next_at.map(|at| waited.map_or(at, |waited| at.max(waited)))
    }
}

impl<S: Default> Default for Row<S> {
    fn default() -> Self {
        let (heads, waiting) = (BTreeMap::new(), BTreeMap::new());
        let (state, before) = (S::default(), S::default());
        Self { state, before, sequence: 0, next_at: None, heads, waiting }
    }
}

/// One service with all its cases.
pub(super) struct Office<C: Spoil> {
    rows: BTreeMap<Uuid, Row<C::State>>,
    ids: SeededIds,
    reads: Vec<Service>,
    /// Commands that were done: who sends one again gets its answer.
    answered: BTreeSet<Uuid>,
    /// All that was ever decided.
    pub(super) journal: Vec<Entry<C::Event>>,
    /// All that was ever said.
    pub(super) outbox: Vec<Rc<Letter>>,
    /// All that took effect, in that order.
    pub(super) applied: Vec<Rc<Letter>>,
    pub(super) asleep_until: Option<Timestamp>,
    /// When it slept, the newest last.
    pub(super) slept: Vec<(Timestamp, Timestamp)>,
    /// When a letter about a case came that had to wait.
    pub(super) waited: Vec<(Uuid, Timestamp)>,
    /// What must not happen, in words.
    pub(super) faults: Vec<String>,
}

impl<C: Spoil> Office<C> {
    pub(super) fn new(seed: u64) -> Self {
        let all =
            [Service::Intake, Service::Dispatch, Service::EscalationTimer, Service::CallbackSurvey];
        Self {
            rows: BTreeMap::new(),
            ids: SeededIds::new(seed),
            reads: all.into_iter().filter(|other| C::SERVICE.hears(*other)).collect(),
            answered: BTreeSet::new(),
            journal: Vec::new(),
            outbox: Vec::new(),
            applied: Vec::new(),
            asleep_until: None,
            slept: Vec::new(),
            waited: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Where a case stands here.
    pub(super) fn state(&self, case: Uuid) -> Option<&C::State> {
        self.rows.get(&case).map(|row| &row.state)
    }

    /// Whether nothing of a case could be woken from one instant to another: the office slept, or facts
    /// that waited had their minute.
    pub(super) fn was_held_up(&self, case: Uuid, from: Timestamp, to: Timestamp) -> bool {
        let waited = self.waited.iter().filter(|(key, _)| *key == case);
        let waited = waited.map(|(_, since)| (*since, *since + FACTS_FIRST));
        let mut spans: Vec<_> = self.slept.iter().copied().chain(waited).collect();
        spans.sort_unstable();
        let reaches = |reached: Timestamp, (begun, ended): (Timestamp, Timestamp)| {
            if begun <= reached { reached.max(ended) } else { reached }
        };
        to <= spans.into_iter().fold(from, reaches)
    }

    /// All that was decided, a line each.
    pub(super) fn story(&self) -> Vec<(Timestamp, String)> {
        let line = |Entry { case, at, cause, event }: &Entry<C::Event>| {
            (*at, format!("{} {case} by {cause:?}: {event:?}", C::SERVICE))
        };
        self.journal.iter().map(line).collect()
    }

    /// Whether this command was done before.
    pub(super) fn knows(&self, key: Uuid) -> bool {
        self.answered.contains(&key)
    }

    /// What follows from a command; nothing is kept yet.
    pub(super) fn decide(
        &mut self,
        case: Uuid,
        command: &C::Command,
        hour: &Hour<'_>,
    ) -> Result<Vec<C::Event>, &'static str> {
        let row = self.rows.entry(case).or_default();
        let stale = hour.bug == Some(Bug::StaleDecision);
        let state = if stale { &row.before } else { &row.state };
        C::on_command(state, command, hour.now, &mut self.ids)
    }

    /// Keeps what follows from a command, with its answer.
    pub(super) fn commit(
        &mut self,
        case: Uuid,
        key: Uuid,
        events: Vec<C::Event>,
        hour: &mut Hour<'_>,
    ) -> Vec<Rc<Letter>> {
        self.answered.insert(key);
        self.record(case, Cause::Command(key), events, hour)
    }

    /// The one place where what was decided is kept: state, journal, outbox, next wake-up.
    fn record(
        &mut self,
        case: Uuid,
        cause: Cause,
        events: Vec<C::Event>,
        hour: &mut Hour<'_>,
    ) -> Vec<Rc<Letter>> {
        let row = self.rows.entry(case).or_default();
        let events = match hour.bug {
            Some(bug) => bugs::half(C::spoil(bug, &row.state, events, hour.now), hour),
            None => events,
        };
        if hour.bug == Some(Bug::StaleDecision) {
            row.before = row.state.clone();
        }
        let mut said = Vec::new();
        for event in events {
            C::apply(&mut row.state, &event);
            if let Some(fact) = C::publish(&event).filter(|fact| !bugs::unsaid(hour.bug, fact)) {
                row.sequence += 1;
                let (source, sequence, after) = (C::SERVICE, row.sequence, row.heads.clone());
                said.push(Rc::new(Letter { source, key: case, sequence, after, fact }));
            }
            self.journal.push(Entry { case, at: hour.now, cause, event });
        }
        if !bugs::strikes(hour, Bug::WakeForgotten, 50) {
            row.next_at = C::next_at(&row.state);
        }
        self.outbox.extend(said.iter().cloned());
        said
    }

    fn header(letter: &Letter) -> Header {
        Header {
            source: letter.source,
            key: letter.key,
            sequence: letter.sequence,
            after: letter.after.clone(),
            revision: Revision(1),
            readable: Readable::Yes,
        }
    }

    fn known(&self, row: &Row<C::State>) -> Known {
        let mut kept = BTreeMap::new();
        for (source, sequence) in row.waiting.keys() {
            kept.entry(*source).or_insert(Kept { sequence: *sequence, stuck: None });
        }
        Known {
            reads: self.reads.clone(),
            heads: row.heads.clone(),
            revision: Revision(1),
            dead: BTreeMap::new(),
            kept,
        }
    }

    fn judge(&self, letter: &Letter, bug: Option<Bug>) -> Verdict {
        let fresh = Row::default();
        let row = self.rows.get(&letter.key).unwrap_or(&fresh);
        let verdict = judge(&Self::header(letter), &self.known(row));
        match (verdict, bug) {
            (Verdict::Keep(Wait::Gap), Some(Bug::PastGap))
            | (Verdict::Keep(Wait::After { .. }), Some(Bug::AfterIgnored)) => Verdict::Apply,
            (verdict, _) => verdict,
        }
    }

    /// One transaction: the head, and what follows from the letter.
    fn apply(&mut self, letter: &Rc<Letter>, hour: &mut Hour<'_>) -> Vec<Rc<Letter>> {
        let row = self.rows.entry(letter.key).or_default();
        row.waiting.remove(&(letter.source, letter.sequence));
        let head = row.heads.entry(letter.source).or_default();
        *head = letter.sequence.max(*head);
        if bugs::strikes(hour, Bug::EffectLost, 30) {
            return Vec::new();
        }
        self.applied.push(letter.clone());
        let mut said = self.follow(letter, hour);
        if bugs::strikes(hour, Bug::EffectTwice, 100) {
            self.applied.push(letter.clone());
            said.extend(self.follow(letter, hour));
        }
        said
    }

    fn follow(&mut self, letter: &Letter, hour: &mut Hour<'_>) -> Vec<Rc<Letter>> {
        let Letter { key, source, sequence, .. } = *letter;
        let fact = bugs::misread(hour.bug, letter.fact.clone(), C::SERVICE, hour.now);
        let row = self.rows.entry(key).or_default();
        match C::on_fact(&row.state, fact, hour.now, &mut self.ids) {
            Some(events) => self.record(key, Cause::Letter(source, sequence), events, hour),
            None => Vec::new(),
        }
    }

    fn wake_one(&mut self, case: Uuid, confirmed: bool, hour: &mut Hour<'_>) -> Vec<Rc<Letter>> {
        let Some(row) = self.rows.get(&case) else { return Vec::new() };
        let planned = row.next_at;
        let confirmed = confirmed && row.waiting.is_empty();
        let now = bugs::early(hour);
        let events = C::on_wake(&row.state, now, confirmed, &mut self.ids);
        let idle = events.is_empty();
        let said = self.record(case, Cause::Hour, events, hour);
        if let Some(row) = self.rows.get_mut(&case)
            && row.next_at.is_some_and(|next| Some(next) <= planned)
            && idle
        {
            row.next_at = None;
            self.faults.push("it did nothing and asks to be woken again at once".to_owned());
        }
        said
    }
}

/// What the world does with any of the four.
pub(super) trait Worker {
    fn reads(&self) -> &[Service];
    fn asleep_until(&self) -> Option<Timestamp>;
    fn sleep(&mut self, from: Timestamp, until: Timestamp);
    fn rise(&mut self);
    /// When it has something to do by itself: to wake a case, or to ask for what is missing.
    fn next_at(&self) -> Option<Timestamp>;
    /// Takes a letter, with all that waited for it; what it says then.
    fn take(&mut self, letter: &Rc<Letter>, hour: &mut Hour<'_>) -> Vec<Rc<Letter>>;
    /// Wakes what is due; what it says then.
    fn wake(&mut self, confirmed: bool, hour: &mut Hour<'_>) -> Vec<Rc<Letter>>;
    /// What is missing for too long.
    fn sweep(&mut self, now: Timestamp) -> Vec<Missing>;
    /// What it said of a case from a sequence on.
    fn again(&self, key: Uuid, from: u64) -> Vec<Rc<Letter>>;
    /// Whether nothing waits here for another letter.
    fn is_settled(&self) -> bool;
}

impl<C: Spoil> Worker for Office<C> {
    fn reads(&self) -> &[Service] {
        &self.reads
    }

    fn asleep_until(&self) -> Option<Timestamp> {
        self.asleep_until
    }

    fn sleep(&mut self, from: Timestamp, until: Timestamp) {
        self.asleep_until = Some(until);
        self.slept.push((from, until));
    }

    fn rise(&mut self) {
        self.asleep_until = None;
    }

    fn next_at(&self) -> Option<Timestamp> {
        let again = |row: &Row<_>| row.waiting.values().map(|waiting| waiting.again_at).min();
        self.rows
            .values()
            .filter_map(|row| row.wakes_at().into_iter().chain(again(row)).min())
            .min()
    }

    fn take(&mut self, letter: &Rc<Letter>, hour: &mut Hour<'_>) -> Vec<Rc<Letter>> {
        let mut said = Vec::new();
        let mut open = vec![letter.clone()];
        while let Some(letter) = open.pop() {
            match self.judge(&letter, hour.bug) {
                Verdict::Duplicate => {
                    self.rows.entry(letter.key).or_default().waiting.remove(&place(&letter));
                }
                Verdict::Keep(wait) => self.keep(letter, wait, hour),
                Verdict::Apply | Verdict::Pass => {
                    said.extend(self.apply(&letter, hour));
                    let waiting = self.rows.get(&letter.key).map(|row| row.waiting.values());
                    let again = waiting.into_iter().flatten().map(|one| one.letter.clone());
                    open = again.collect();
                }
            }
        }
        said
    }

    fn wake(&mut self, confirmed: bool, hour: &mut Hour<'_>) -> Vec<Rc<Letter>> {
        let by = bugs::early(hour);
        let due = self.rows.iter().filter_map(|(case, row)| Some((row.wakes_at()?, *case)));
        let mut due: Vec<_> = due.filter(|(at, _)| *at <= by).collect();
        due.sort_unstable();
        let mut said = Vec::new();
        for (at, case) in due {
            if at + SignedDuration::from_mins(1) < hour.now {
                hour.dice.struck(Trouble::SleptOverDue);
            }
            if !confirmed {
                hour.dice.struck(Trouble::Unconfirmed);
            }
            said.extend(self.wake_one(case, confirmed, hour));
        }
        said
    }

    fn sweep(&mut self, now: Timestamp) -> Vec<Missing> {
        let mut asked = Vec::new();
        let is_due = |waiting: &&Waiting| waiting.again_at <= now;
        for row in self.rows.values().filter(|row| row.waiting.values().any(|one| is_due(&one))) {
            let known = self.known(row);
            let due = row.waiting.values().filter(is_due);
            asked.extend(due.filter_map(|waiting| {
                missing(&Self::header(&waiting.letter), &known, waiting.wait)
            }));
        }
        let rows = self.rows.values_mut().flat_map(|row| row.waiting.values_mut());
        for waiting in rows.filter(|waiting| is_due(&&**waiting)) {
            let pause = if waiting.asked { 60 } else { 5 };
            waiting.asked = true;
            waiting.again_at = now + SignedDuration::from_mins(pause);
        }
        asked
    }

    fn again(&self, key: Uuid, from: u64) -> Vec<Rc<Letter>> {
        let of = |letter: &&Rc<Letter>| letter.key == key && letter.sequence >= from;
        self.outbox.iter().filter(of).cloned().collect()
    }

    fn is_settled(&self) -> bool {
        self.asleep_until.is_none() && self.rows.values().all(|row| row.waiting.is_empty())
    }
}

impl<C: Spoil> Office<C> {
    fn keep(&mut self, letter: Rc<Letter>, wait: Wait, hour: &mut Hour<'_>) {
        let row = self.rows.entry(letter.key).or_default();
        let known = row.waiting.get(&place(&letter));
        if known.is_none() {
            self.waited.push((letter.key, hour.now));
        }
        let (since, again_at, asked) = known.map_or_else(
            || {
                hour.dice.struck(match wait {
                    Wait::After { .. } => Trouble::BeforeItsCause,
                    Wait::Gap | Wait::Revision | Wait::Version | Wait::Dead => Trouble::OutOfOrder,
                });
                (hour.now, hour.now + delivery_core::REDELIVER_AFTER, false)
            },
            |known| (known.since, known.again_at, known.asked),
        );
        row.waiting.insert(place(&letter), Waiting { letter, wait, since, again_at, asked });
    }
}

fn place(letter: &Letter) -> (Service, u64) {
    (letter.source, letter.sequence)
}
