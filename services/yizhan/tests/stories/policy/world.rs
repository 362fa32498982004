//! Those who walk, each in one relation to the same cases, and these cases.

use std::{collections::BTreeMap, fs};

use authz::{Action, Principal, Relation, Relations, Role, Subject, decide};
use clock::{AccountId, Clock, Ids as _, PersonId, RandomIds};
use events::words::{Level, Recipient};
use jiff::ToSpan as _;
use rpc::token::TokenSigner;

use super::{
    About, CALLED_BACK, Question,
    campus::{self, ELSEWHERE, Side},
    grpc::Grpc,
    http::Http,
    work::{DEEDS, Deed, Work},
};
use crate::campus::Campus;

/// Somebody with an account of the portal; the relation is what their login is called too.
#[derive(Debug)]
struct Walker {
    account: AccountId,
    person: PersonId,
    session: String,
}

/// A case that was accepted, claimed and completed, with its callback.
#[derive(Debug)]
struct Case {
    id: String,
    side: Side,
    level: Level,
    callback: String,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) case: String,
    pub(super) to: Recipient,
}

/// One row of a list, and how who asks stands to it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) level: Level,
    pub(super) relations: Relations,
}

pub(super) struct World {
    pub(super) campus: Campus,
    walkers: BTreeMap<Relation, Walker>,
    /// One of each side and level: what lists show.
    cases: Vec<Case>,
    /// One of each level whose callback was answered, if it may be.
    answered: Vec<Case>,
    messages: Vec<Message>,
    /// One of each level that is being worked on: whoever may reopen it changes nothing.
    open: BTreeMap<Level, String>,
    /// Work orders that are as the action needs them to be.
    work: BTreeMap<(Action, Level), Vec<String>>,
    /// By work order, what was asked of it.
    questions: BTreeMap<String, String>,
    /// By work order, the part that was split off it.
    parts: BTreeMap<String, String>,
    /// A post that is covered.
    arrangement: String,
    signer: TokenSigner,
}

const fn login(relation: Relation) -> &'static str {
    match relation {
        Relation::Unrelated => "unrelated",
        Relation::Own => "own",
        Relation::FirstReceiver => "first-receiver",
        Relation::Assigned => "assigned",
        Relation::InMyDepartment => "in-my-department",
        Relation::EscalatedToMe => "escalated-to-me",
    }
}

const fn department(relation: Relation) -> &'static str {
    match relation {
        Relation::InMyDepartment => "logistics",
        Relation::Unrelated
        | Relation::Own
        | Relation::FirstReceiver
        | Relation::Assigned
        | Relation::EscalatedToMe => ELSEWHERE,
    }
}

/// The post that they hold: the one that is told, or one that decides for the department.
const fn post(relation: Relation) -> Option<&'static str> {
    match relation {
        Relation::EscalatedToMe => Some(Side::Related.posts().1),
        Relation::InMyDepartment => Some("logistics/carpentry"),
        Relation::Unrelated | Relation::Own | Relation::FirstReceiver | Relation::Assigned => None,
    }
}

impl World {
    /// The walkers, and as many cases as they need.
    pub(super) async fn open() -> Self {
        let campus = Campus::open();
        campus::apply(&campus);
        campus.clock_to("10:00");
        let signer = signer(&campus, "campus", Clock::system());
        let (walkers, cases, answered) = (BTreeMap::new(), Vec::new(), Vec::new());
        let (messages, open, work) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let (questions, parts, arrangement) = (BTreeMap::new(), BTreeMap::new(), String::new());
        let mut world = Self {
            campus,
            walkers,
            cases,
            answered,
            messages,
            open,
            work,
            questions,
            parts,
            arrangement,
            signer,
        };
        let http = Http::of(&world);
        // Whoever was a requester once keeps the person that they are.
        http.import(&world, Role::Requester).await;
        for relation in Relation::ALL {
            let session = http.login(login(relation)).await;
            let me = http.get(&session, "/me").await;
            let id = |field: &str| me[field].as_str().unwrap().parse::<uuid::Uuid>().unwrap();
            let (account, person) = (id("id"), id("person"));
            let (account, person) = (AccountId::from_uuid(account), PersonId::from_uuid(person));
            world.walkers.insert(relation, Walker { account, person, session });
        }
        world.bring_about().await;
        world
    }

    async fn bring_about(&mut self) {
        let grpc = Grpc::of(self);
        let mut reported = Vec::new();
        for level in Level::ALL.iter().rev() {
            for side in [Side::Related, Side::Aside, Side::Aside] {
                reported.push((grpc.report(self, side, *level, 1).await, side, *level));
            }
        }
        for level in Level::ALL {
            self.open.insert(*level, grpc.report(self, Side::Related, *level, 1).await);
        }
        let mut spare = Vec::new();
        for deed in DEEDS {
            for &level in Level::ALL {
                for _ in 0..=self.allowed(deed, level) {
                    let people = if deed.is_critical { campus::MANY } else { 1 };
                    let case = grpc.report(self, Side::Related, level, people).await;
                    spare.push((case, deed, level));
                }
            }
        }
        // All are offered, and then late at once: an instant for each would take minutes.
        self.campus.settle();
        self.campus.jump("11m");
        self.campus.settle();
        let orders = grpc.work_orders(self).await;
        for case in self.open.values() {
            grpc.works(self, Side::Related, Work::Claim, &orders[case]).await;
        }
        for (case, deed, level) in spare {
            let (action, order) = (&deed.action, orders[&case].clone());
            for work in deed.after(level) {
                grpc.works(self, Side::Related, *work, &order).await;
            }
            self.work.entry((*action, level)).or_default().push(order);
        }
        // The first due are of the highest level, and those that lists show before the others.
        let (listed, answered): (Vec<_>, Vec<_>) =
            reported.into_iter().enumerate().partition(|(n, _)| n % 3 < 2);
        for (_, (case, side, level)) in listed.iter().chain(&answered) {
            self.done(&grpc, (*side, *level), &orders[case]).await;
        }
        self.campus.settle();
        let callbacks = grpc.callbacks(self).await;
        let case = |(_, (id, side, level)): (usize, (String, Side, Level))| {
            // Of what is confidential there is none: its own id is one that nobody knows.
            let callback = callbacks.get(&id).unwrap_or(&id).clone();
            Case { id, side, level, callback }
        };
        self.cases = listed.into_iter().map(case).collect();
        self.answered = answered.into_iter().map(case).collect();
        // Nobody calls anybody about what is confidential.
        for case in self.answered.iter().filter(|case| case.level < Level::Confidential) {
            grpc.answers(self, &case.callback).await;
        }
        (self.messages, self.questions) = (grpc.messages(self).await, grpc.questions(self).await);
        self.parts = grpc.parts(self).await;
        self.arrangement = grpc.covers(self).await;
    }

    /// Somebody claims it, asks its requester, and does it.
    async fn done(&self, grpc: &Grpc, (side, level): (Side, Level), order: &str) {
        grpc.works(self, side, Work::Claim, order).await;
        // Nobody asks others about what is hidden.
        if level < Level::Hidden {
            grpc.works(self, side, Work::Ask, order).await;
        }
        grpc.works(self, side, Work::Complete, order).await;
    }

    /// How often the walkers may do it to a work order of this level, over all roles.
    fn allowed(&self, deed: &Deed, level: Level) -> usize {
        let may = |(relation, highest)| {
            let relations = Relations::NONE.with(relation, deed.shows.contains(&relation));
            let decided = |role| {
                decide(&self.subject(relation, role, highest), deed.action, relations, level)
            };
            Role::ALL.into_iter().filter(|role| decided(*role).is_allowed()).count()
        };
        clearances().map(may).sum()
    }

    /// The walker in this relation, with a role and a clearance.
    pub(super) fn subject(&self, relation: Relation, role: Role, highest: Level) -> Subject {
        let Walker { account, person, .. } = self.walkers[&relation];
        Subject {
            department: department(relation).parse().ok(),
            posts: post(relation).map(|post| post.parse().unwrap()).into_iter().collect(),
            person: Some(person),
            ..subject(account, role, highest)
        }
    }

    /// Somebody who does not walk.
    pub(super) fn somebody(role: Role) -> Subject {
        subject(RandomIds::new(Clock::system()).id(), role, Level::Confidential)
    }

    pub(super) fn session(&self, relation: Relation) -> &str {
        &self.walkers[&relation].session
    }

    pub(super) fn person(&self, relation: Relation) -> PersonId {
        self.walkers[&relation].person
    }

    pub(super) fn token(&self, subject: &Subject) -> String {
        self.signer.sign(subject, Clock::system().machine()).unwrap()
    }

    /// All people, the walkers with this role.
    pub(super) fn people(role: Role) -> String {
        let walkers = Relation::ALL.into_iter().map(|relation| {
            let (name, department) = (login(relation), department(relation));
            let post = post(relation).unwrap_or_default();
            format!("{name},Walker,{role},{department},{post},\n")
        });
        let head =
            "account,name,roles,department,posts,phone\nadmin,Admin,system-administrator,,,\n";
        [head.to_owned(), walkers.collect()].concat()
    }

    /// The case that is asked about.
    pub(super) fn case(&self, action: Action, level: Level) -> &str {
        if action == Action::ReopenCase {
            return &self.open[&level];
        }
        let related = |case: &&Case| case.level == level && case.side == Side::Related;
        &self.cases.iter().find(related).unwrap().id
    }

    /// Somebody who can be told to do the work: they hold a post of its department.
    pub(super) fn worker(&self) -> AccountId {
        self.walkers[&Relation::EscalatedToMe].account
    }

    pub(super) fn account(&self, relation: Relation) -> AccountId {
        self.walkers[&relation].account
    }

    /// What is arranged on the roster.
    pub(super) fn arrangement(&self) -> &str {
        &self.arrangement
    }

    pub(super) fn callback(&self, level: Level) -> &str {
        &self.answered.iter().find(|case| case.level == level).unwrap().callback
    }

    pub(super) fn work_order(&self, action: Action, level: Level) -> &str {
        self.work[&(action, level)].last().unwrap()
    }

    /// What was asked of a work order; of one of which nothing was, an id that nobody knows.
    pub(super) fn question<'a>(&'a self, work_order: &'a str) -> &'a str {
        self.questions.get(work_order).map_or(work_order, String::as_str)
    }

    /// The part that was split off a work order; of a whole one itself.
    pub(super) fn part_of<'a>(&'a self, work_order: &'a str) -> &'a str {
        self.parts.get(work_order).map_or(work_order, String::as_str)
    }

    /// An hour ago.
    pub(super) fn earlier(&self) -> jiff::Timestamp {
        self.campus.now() - 1.hour()
    }

    /// What was done to work orders of these levels cannot be done to them again.
    pub(super) fn use_up(&mut self, action: Action, levels: &[Level]) {
        for level in levels {
            if let Some(orders) = self.work.get_mut(&(action, *level)) {
                orders.pop();
            }
        }
    }

    /// Everything that a list might show, as it knows the relations.
    pub(super) fn rows(&self, question: &Question<'_>) -> Vec<Row> {
        let Question { probe, relation, subject, .. } = question;
        let by_case = |case: &Case| {
            let none = Relations::NONE;
            let related = case.side == Side::Related && probe.shows.contains(relation);
            let relations = none.with(*relation, related);
            Row { id: case.id.clone(), level: case.level, relations }
        };
        let of_callbacks = [Action::ListCallbacks, Action::NextCallback].contains(&probe.action);
        let is_there = |case: &&Case| !of_callbacks || CALLED_BACK.contains(&case.level);
        let cases = self.cases.iter().filter(is_there);
        match (probe.action, &probe.about) {
            (Action::ListMessages, _) => {
                let level = |message: &Message| {
                    let mut cases = self.cases.iter();
                    cases.find(|case| case.id == message.case).map(|case| case.level)
                };
                let row = |message: &Message| {
                    let (id, relations) = (message.id.clone(), told(subject, &message.to));
                    Some(Row { id, level: level(message)?, relations })
                };
                self.messages.iter().filter_map(row).collect()
            }
            (_, About::First) => {
                // Nobody calls about their own work.
                let own_work = *relation == Relation::Assigned;
                let side = if own_work { Side::Aside } else { Side::Related };
                cases.filter(|case| case.side == side).map(by_case).collect()
            }
            _ => cases.map(by_case).collect(),
        }
    }
}

/// How somebody stands to a message: it is to them, to a post of their department, or to a post that
/// they hold.
fn told(subject: &Subject, to: &Recipient) -> Relations {
    let none = Relations::NONE;
    match to {
        Recipient::Person(person) => none.with(Relation::Own, subject.person == Some(*person)),
        Recipient::Account(account) => {
            none.with(Relation::Own, subject.principal.account() == Some(*account))
        }
        Recipient::Post(post) => {
            let mine = subject.department.as_ref() == Some(post.department());
            none.with(Relation::InMyDepartment, mine)
                .with(Relation::EscalatedToMe, subject.posts.contains(post))
        }
    }
}

fn subject(account: AccountId, role: Role, highest: Level) -> Subject {
    let principal = Principal::Account(account);
    let (person, department, posts) = (None, None, [].into());
    Subject { principal, person, roles: [role].into(), department, posts, highest }
}

/// Each relation in which somebody walks, and how far they are cleared: for everything, and for less
/// those whom that must cap and those whom it must not.
pub(super) fn clearances() -> impl Iterator<Item = (Relation, Level)> {
    let cleared = Relation::ALL.map(|one| (one, Level::Confidential));
    let capped = [Relation::Unrelated, Relation::Own].map(|one| (one, Level::Internal));
    cleared.into_iter().chain(capped)
}

/// Signs with the installation's key, as the portal does.
pub(super) fn signer(campus: &Campus, installation: &str, clock: Clock) -> TokenSigner {
    let key = fs::read(campus.home().path().join("keys/token")).unwrap();
    TokenSigner::new(installation.parse().unwrap(), clock, &key).unwrap()
}
