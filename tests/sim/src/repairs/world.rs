//! Who acts next, what goes wrong, and until when.

use std::{collections::BTreeMap, rc::Rc};

use clock::CaseId;
use events::words::Service;
use intake_core::{Absorb, Command as Intaken, Disposal};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Bug, Dice, Report, Trouble,
    core::{Dispatch, Intake, Survey, Timer},
    crew::{self, Desk},
    deeds::{Order, Sending},
    office::{Hour, Letter, Office, Worker},
    oracle, partings,
    post::{Post, seconds},
};

/// A Tuesday at nine, where the campus is.
const BEGIN: &str = "2026-09-01T09:00:00+08:00";
/// How often somebody acts while things go wrong.
const TURNS: u64 = 140;
/// The most cases of a run.
const CASES: usize = 4;
/// More rounds of a diligent crew than any case needs.
const PATIENCE: u32 = 1_000;
/// More than happens between two acts of people.
const MOST_AT_ONCE: u32 = 5_000;

const SERVICES: [Service; 4] =
    [Service::Intake, Service::Dispatch, Service::EscalationTimer, Service::CallbackSurvey];

/// A command that was done.
pub(super) struct Done {
    pub(super) key: Uuid,
    pub(super) case: Uuid,
    pub(super) at: Timestamp,
    pub(super) order: Order,
}

/// The four services, what is between them, and who acts on them.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) now: Timestamp,
    pub(super) bug: Option<Bug>,
    pub(super) intake: Office<Intake>,
    pub(super) dispatch: Office<Dispatch>,
    pub(super) timer: Office<Timer>,
    pub(super) survey: Office<Survey>,
    pub(super) cases: Vec<Uuid>,
    /// The one that somebody acted on last.
    last: Option<Uuid>,
    pub(super) ledger: Vec<Done>,
    pub(super) violations: Vec<String>,
    post: Post,
    sendings: BTreeMap<(Timestamp, u64), Sending>,
    sent: u64,
    done: BTreeMap<&'static str, u32>,
    refused: BTreeMap<&'static str, u32>,
}

/// Runs one seed, with a bug planted or not.
pub fn run(seed: u64, bug: Option<Bug>) -> Report {
    let mut world = World::new(seed, bug);
    world.live();
    let mut violations = std::mem::take(&mut world.violations);
    violations.extend(oracle::violations(&world));
    world.report(seed, violations)
}

/// All that was decided in a seed, a line each, in the order in which it was: for who wants to know
/// why one is red.
pub fn story(seed: u64) -> Vec<String> {
    let mut world = World::new(seed, None);
    world.live();
    let World { intake, dispatch, timer, survey, .. } = &world;
    let mut lines = [intake.story(), dispatch.story(), timer.story(), survey.story()].concat();
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(at, line)| format!("{at} {line}")).collect()
}

impl World {
    fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut dice = Dice::new(seed);
        let mut ids = || dice.below(u64::MAX);
        Self {
            intake: Office::new(ids()),
            dispatch: Office::new(ids()),
            timer: Office::new(ids()),
            survey: Office::new(ids()),
            dice,
            now: BEGIN.parse().unwrap_or_default(),
            bug,
            cases: Vec::new(),
            last: None,
            ledger: Vec::new(),
            violations: Vec::new(),
            post: Post::default(),
            sendings: BTreeMap::new(),
            sent: 0,
            done: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    fn live(&mut self) {
        for _ in 0..TURNS {
            self.go_wrong();
            self.act();
            let passed = self.step();
            self.pass(passed);
            if !self.violations.is_empty() {
                return;
            }
        }
        self.finish();
    }

    /// How long until somebody acts again: mostly minutes, now and then a long weekend.
    fn step(&mut self) -> SignedDuration {
        let minutes = match self.dice.below(100) {
            0..60 => seconds(&mut self.dice, 1, 20),
            60..84 => seconds(&mut self.dice, 20, 240),
            84..97 => seconds(&mut self.dice, 240, 1_440),
            _ => seconds(&mut self.dice, 1_440, 5_760),
        };
        SignedDuration::from_mins(minutes)
    }

    /// Services fall asleep, and ways between them are cut.
    fn go_wrong(&mut self) {
        for service in SERVICES {
            let awake = self.worker(service).asleep_until().is_none();
            if awake && self.dice.strikes(Trouble::Asleep, 15) {
                let most = if self.dice.percent(70) { 300 } else { 4_000 };
                let minutes = seconds(&mut self.dice, 5, most);
                let (now, until) = (self.now, self.now + SignedDuration::from_mins(minutes));
                self.worker(service).sleep(now, until);
            }
            if self.dice.strikes(Trouble::RouteDown, 15) {
                let reads = self.worker(service).reads().to_vec();
                let chosen = usize::try_from(self.dice.below(reads.len() as u64)).unwrap_or(0);
                let minutes = seconds(&mut self.dice, 10, 2_000);
                if let Some(from) = reads.get(chosen) {
                    self.post.stop(*from, service, self.now + SignedDuration::from_mins(minutes));
                }
            }
        }
    }

    /// Somebody looks, and asks for something; or two do who saw the same.
    fn act(&mut self) {
        let open: Vec<Uuid> =
            self.cases.iter().copied().filter(|case| !self.is_over(case)).collect();
        let among = if open.is_empty() || self.dice.percent(20) { &self.cases } else { &open };
        let one_more = self.cases.len() < CASES && (open.is_empty() || self.dice.percent(6));
        // What somebody did mostly leads to the next.
        let again = self.last.filter(|last| open.contains(last) && self.dice.percent(60));
        let case = again.or_else(|| crew::choose(&mut self.dice, among)).filter(|_| !one_more);
        self.last = case;
        let Some(case) = case else { return self.open() };
        let raced = self.dice.strikes(Trouble::Raced, 150);
        for racer in 0..=u64::from(raced) {
            let others = self.others(case);
            let Some(mut desk) = self.desk(case) else { return };
            if let Some(order) = crew::act(&mut desk, &others) {
                let pause = racer * self.dice.below(90);
                let at = self.now + SignedDuration::from_secs(i64::try_from(pause).unwrap_or(0));
                self.queue(case, order, at);
            }
        }
    }

    fn open(&mut self) {
        let case = self.dice.uuid();
        self.cases.push(case);
        let serial = u32::try_from(self.cases.len()).unwrap_or(u32::MAX);
        if let Some(order) = crew::open(&mut self.dice, serial, self.now) {
            self.queue(case, order, self.now);
        }
    }

    /// The other cases that intake knows, with their numbers.
    fn others(&self, case: Uuid) -> Vec<(CaseId, events::words::CaseNumber)> {
        let others = self.cases.iter().filter(|other| **other != case);
        let known = |other: &Uuid| {
            let number = self.intake.state(*other)?.case()?.number;
            Some((CaseId::from_uuid(*other), number))
        };
        others.filter_map(known).collect()
    }

    /// What somebody sees of a case.
    fn desk(&mut self, case: Uuid) -> Option<Desk<'_>> {
        let Self { dice, now, intake, dispatch, timer, survey, .. } = self;
        Some(Desk {
            now: *now,
            dice,
            intake: intake.state(case)?,
            dispatch: dispatch.state(case),
            timer: timer.state(case),
            survey: survey.state(case),
        })
    }

    fn queue(&mut self, case: Uuid, order: Order, at: Timestamp) {
        let key = self.dice.uuid();
        self.queue_again(Sending { key, case, order }, at);
    }

    fn queue_again(&mut self, sending: Sending, at: Timestamp) {
        self.sent += 1;
        self.sendings.insert((at, self.sent), sending);
    }

    fn worker(&mut self, service: Service) -> &mut dyn Worker {
        match service {
            Service::Dispatch => &mut self.dispatch,
            Service::EscalationTimer => &mut self.timer,
            Service::CallbackSurvey => &mut self.survey,
            Service::Intake | Service::Notification | Service::Portal => &mut self.intake,
        }
    }

    /// Lets time pass, with all that happens by itself in it.
    fn pass(&mut self, time: SignedDuration) {
        let until = self.now + time;
        for _ in 0..MOST_AT_ONCE {
            let Some(next) = self.next_at().filter(|next| *next <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(next);
            self.turn();
        }
        self.violations.push("it never comes to rest".to_owned());
        self.now = until;
    }

    fn next_at(&mut self) -> Option<Timestamp> {
        let sending = self.sendings.keys().next().map(|(at, _)| *at);
        let posted = self.post.next_at();
        let of = |worker: &dyn Worker| worker.asleep_until().or_else(|| worker.next_at());
        let offices = [of(&self.intake), of(&self.dispatch), of(&self.timer), of(&self.survey)];
        offices.into_iter().chain([sending, posted]).flatten().min()
    }

    /// All that is due now: letters before clocks, and clocks before people.
    fn turn(&mut self) {
        let now = self.now;
        for service in SERVICES {
            if self.worker(service).asleep_until().is_some_and(|until| until <= now) {
                self.worker(service).rise();
            }
        }
        while let Some((to, letter)) = self.post.arrived(now) {
            self.deliver(to, &letter);
        }
        for service in SERVICES {
            if self.worker(service).asleep_until().is_some() {
                continue;
            }
            for missing in self.worker(service).sweep(now) {
                self.dice.struck(Trouble::AskedAgain);
                for letter in self.worker(missing.service).again(missing.key, missing.from) {
                    self.post.send(&letter, service, now, &mut self.dice);
                }
            }
            let confirmed = !self.post.is_down_to(service, now);
            let said = self.with(service, |worker, hour| worker.wake(confirmed, hour));
            self.say(&said);
        }
        while let Some(first) = self.sendings.first_entry().filter(|first| first.key().0 <= now) {
            let sending = first.remove();
            self.send(sending);
        }
    }

    fn with<T>(
        &mut self,
        service: Service,
        to: impl FnOnce(&mut dyn Worker, &mut Hour<'_>) -> T,
    ) -> T {
        let Self { dice, now, bug, intake, dispatch, timer, survey, .. } = self;
        let worker: &mut dyn Worker = match service {
            Service::Dispatch => dispatch,
            Service::EscalationTimer => timer,
            Service::CallbackSurvey => survey,
            Service::Intake | Service::Notification | Service::Portal => intake,
        };
        to(worker, &mut Hour { now: *now, dice, bug: *bug })
    }

    fn say(&mut self, letters: &[Rc<Letter>]) {
        for letter in letters {
            for service in SERVICES {
                if service.hears(letter.source) {
                    self.post.send(letter, service, self.now, &mut self.dice);
                }
            }
        }
    }

    fn deliver(&mut self, to: Service, letter: &Rc<Letter>) {
        if let Some(until) = self.worker(to).asleep_until() {
            return self.post.put(letter, to, until);
        }
        let again = self.now + SignedDuration::from_secs(seconds(&mut self.dice, 1, 60));
        if self.dice.strikes(Trouble::KilledBeforeCommit, 10) {
            return self.post.put(letter, to, again);
        }
        let said = self.with(to, |worker, hour| worker.take(letter, hour));
        self.say(&said);
        if self.dice.strikes(Trouble::KilledAfterCommit, 10) {
            self.post.put(letter, to, again);
        }
    }

    /// A command on its way to its service, and its answer on the way back.
    fn send(&mut self, sending: Sending) {
        let service = sending.order.service();
        let later = self.now + SignedDuration::from_mins(seconds(&mut self.dice, 1, 40));
        if let Some(until) = self.worker(service).asleep_until() {
            self.dice.struck(Trouble::NobodyThere);
            return self.queue_again(sending, later.max(until));
        }
        if self.dice.strikes(Trouble::CommandLost, 30) {
            return self.queue_again(sending, later);
        }
        let lost = self.dice.strikes(Trouble::ReplyLost, 50);
        let deed = sending.order.deed();
        match self.execute(&sending) {
            Ok(said) => {
                *self.done.entry(deed).or_default() += 1;
                self.say(&said);
            }
            Err(reason) => *self.refused.entry(reason).or_default() += 1,
        }
        if lost {
            self.queue_again(sending, later);
        }
    }

    fn execute(&mut self, sending: &Sending) -> Result<Vec<Rc<Letter>>, &'static str> {
        let Sending { key, case, ref order } = *sending;
        let Self { dice, now, bug, intake, dispatch, timer, survey, .. } = self;
        let known = [intake.knows(key), dispatch.knows(key), timer.knows(key), survey.knows(key)];
        if known.contains(&true) && *bug != Some(Bug::DoneTwice) {
            dice.struck(Trouble::AnsweredAgain);
            return Ok(Vec::new());
        }
        let hour = &mut Hour { now: *now, dice, bug: *bug };
        let said = match order {
            Order::Intake(Intaken::CloseAs(close)) => {
                let Disposal::Duplicate { of, .. } = close.disposal else {
                    let events = intake.decide(case, &Intaken::CloseAs(close.clone()), hour)?;
                    let said = intake.commit(case, key, events, hour);
                    return Ok(self.note(sending, said));
                };
                let absorb = absorbed(intake, case, close.by).ok_or("case-unknown")?;
                let closing = intake.decide(case, &Intaken::CloseAs(close.clone()), hour)?;
                let joining = intake.decide(of.uuid(), &absorb, hour)?;
                let mut said = intake.commit(of.uuid(), key, joining, hour);
                said.extend(intake.commit(case, key, closing, hour));
                *self.done.entry("absorb").or_default() += 1;
                said
            }
            Order::Intake(command) => {
                let events = intake.decide(case, command, hour)?;
                intake.commit(case, key, events, hour)
            }
            Order::Dispatch(command) => {
                let events = dispatch.decide(case, command, hour)?;
                dispatch.commit(case, key, events, hour)
            }
            Order::Timer(command) => {
                let events = timer.decide(case, command, hour)?;
                timer.commit(case, key, events, hour)
            }
            Order::Survey(command) => {
                let events = survey.decide(case, command, hour)?;
                survey.commit(case, key, events, hour)
            }
        };
        Ok(self.note(sending, said))
    }

    fn note(&mut self, sending: &Sending, said: Vec<Rc<Letter>>) -> Vec<Rc<Letter>> {
        let Sending { key, case, ref order } = *sending;
        self.ledger.push(Done { key, case, at: self.now, order: order.clone() });
        said
    }

    /// Nothing goes wrong any more, and a diligent crew brings every case to its end.
    fn finish(&mut self) {
        self.dice.troubled = false;
        self.post.mend();
        for _ in 0..PATIENCE {
            self.pass(SignedDuration::from_mins(15));
            if !self.violations.is_empty() {
                return;
            }
            if self.is_quiet() {
                // A clock that runs on after the end would be heard of by then.
                return self.pass(SignedDuration::from_hours(24 * 60));
            }
            for case in self.cases.clone() {
                let order = self.desk(case).and_then(|desk| crew::diligent(&desk));
                if let Some(order) = order {
                    self.queue(case, order, self.now);
                }
            }
        }
        self.violations.push("it never became quiet: something is lost".to_owned());
    }

    /// Everything that was said was heard, and every case that was accepted has ended.
    fn is_quiet(&self) -> bool {
        let offices: [&dyn Worker; 4] = [&self.intake, &self.dispatch, &self.timer, &self.survey];
        self.post.is_empty()
            && self.sendings.is_empty()
            && offices.iter().all(|office| office.is_settled())
            && self.cases.iter().all(|case| self.is_over(case))
    }

    /// Whether a case has ended, or was never accepted.
    fn is_over(&self, case: &Uuid) -> bool {
        match self.intake.state(*case) {
            None | Some(intake_core::State::New | intake_core::State::Closed { .. }) => true,
            Some(intake_core::State::Open(_) | intake_core::State::Resolved { .. }) => false,
        }
    }

    fn report(self, seed: u64, violations: Vec<String>) -> Report {
        let mut facts = BTreeMap::new();
        let outboxes =
            [&self.intake.outbox, &self.dispatch.outbox, &self.timer.outbox, &self.survey.outbox];
        for letter in outboxes.into_iter().flatten() {
            *facts.entry(letter.fact.name()).or_default() += 1;
        }
        let partings = partings::counted(&self);
        let Self { cases, dice, done, refused, .. } = self;
        let (cases, troubles) = (cases.len(), dice.troubles);
        Report { seed, cases, facts, troubles, done, partings, refused, violations }
    }
}

/// What the other case takes over from a duplicate of it.
fn absorbed(intake: &Office<Intake>, case: Uuid, by: intake_core::Actor) -> Option<Intaken> {
    let case = intake.state(case)?.case()?;
    Some(Intaken::Absorb(Box::new(Absorb {
        number: case.number,
        reporters: case.reporters.clone(),
        urgency: case.urgency,
        ground: case.ground.clone(),
        place: None,
        by,
    })))
}
