//! The policy, cell by cell, on the real services: what `authz` says is what they do.
//!
//! ```text
//!  each role, each relation ─┐
//!  each action, each level ──┼─> authz::decide ────────────────── the same? ──> counted
//!                            └─> gRPC (a token) or HTTP (a session) ──┘
//! ```
//!
//! Nothing is expected but what the one table says. A service's rows show some relations and not
//! others (`authz::Scope`: what a row cannot show narrows), so each probe names those that it shows,
//! and is held to exactly these. A command may be refused for the state of things: then it was
//! permitted. Of a list every row counts, those that are missing and those that are too many.
//!
//! ```text
//!  campus   items of every level         world   who walks, and the cases that they stand to
//!  grpc     what is asked by gRPC        desk    the same, of cases that are there
//!  incidents  the same, of incidents
//!  work     what is asked of dispatch    http    what is asked of the portal
//!  roster   what is asked of the roster
//!  clocks   what is asked of escalation-timer
//!  told     what is asked of notification
//!  tokens   who is nobody               broker  what each service may do at the broker
//!  keys     commands without an Idempotency-Key
//! ```

mod broker;
mod campus;
mod clocks;
mod desk;
mod grpc;
mod http;
mod incidents;
mod keys;
mod roster;
mod tokens;
mod told;
mod work;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use authz::{Action, Relation, Relations, Role, Subject, decide, scope};
use events::words::{Level, Urgency};
use futures::future::join_all;
use rpc::Code;

use world::World;

/// One call of the interface, as far as the policy is concerned.
#[derive(Debug)]
struct Probe {
    /// The method, or verb and path.
    name: &'static str,
    action: Action,
    about: About,
    /// The relations that it knows of.
    shows: &'static [Relation],
}

const fn probe(
    name: &'static str,
    action: Action,
    about: About,
    shows: &'static [Relation],
) -> Probe {
    Probe { name, action, about, shows }
}

/// What the boards, intake and the clocks know of who asks.
const ALL: &[Relation] = &Relation::ALL;
/// What a message says: to whom it is.
const OF_MESSAGES: &[Relation] =
    &[Relation::Own, Relation::InMyDepartment, Relation::EscalatedToMe];
/// What a work order says while nobody has it, and what it says once somebody does.
const OFFERED: &[Relation] = &[Relation::InMyDepartment, Relation::EscalatedToMe];
const OF_WORK: &[Relation] =
    &[Relation::Assigned, Relation::InMyDepartment, Relation::EscalatedToMe];
/// What a question says that its requester is asked.
const OF_QUESTIONS: &[Relation] =
    &[Relation::Own, Relation::Assigned, Relation::InMyDepartment, Relation::EscalatedToMe];

/// What somebody is called back about: never what is confidential, so there is nothing to ask about.
const CALLED_BACK: &[Level] = &[Level::Public, Level::Internal, Level::Restricted];

/// What is done to a work order that another department gave away or has a part of, and the levels at
/// which one does: nobody gives away what is hidden, and who sees it hears that first.
const TRANSFERRED: &[Action] = &[Action::Return, Action::Adjudicate, Action::Merge];
const NEVER_HIDDEN: &[Level] =
    &[Level::Public, Level::Internal, Level::Restricted, Level::Confidential];

#[derive(Debug)]
enum About {
    /// No case: it is asked once of each role.
    Nothing,
    /// Somebody's place on the roster, which has no level: it is asked in each relation.
    Roster,
    /// One case, or one to be.
    Case(Hides),
    /// All cases, work orders, callbacks or messages.
    Rows,
    /// Rows of which there is none: it is asked once of each role, and refused to whom none could be shown.
    NoRows,
    /// The first of the callbacks, which are due with the highest level first.
    First,
}

/// From whom it hides that a case exists.
#[derive(Debug)]
enum Hides {
    /// From nobody.
    Never,
    /// From who may not do this either, being in one of these relations.
    Unless(Action, &'static [Relation]),
}

/// What is asked, and by whom.
struct Question<'a> {
    world: &'a World,
    probe: &'a Probe,
    relation: Relation,
    subject: &'a Subject,
    level: Level,
}

/// The ids of what is shown.
type Answer = Result<Vec<String>, Refused>;

#[derive(Debug, PartialEq, Eq)]
struct Refused {
    code: Code,
    reason: String,
}

/// A way in.
trait Door {
    /// All that may be asked.
    const PROBES: &'static [Probe];
    /// Actions that cannot be asked for here, and why.
    const WITHOUT: &'static [(Action, &'static str)];

    /// Everything that could be asked here, by the description of the interface itself.
    async fn described(&self) -> BTreeSet<String>;

    /// From now on the walkers have this role and none besides; who they are. Somebody of each
    /// relation is cleared for everything.
    async fn enter(&mut self, world: &World, role: Role) -> Vec<(Relation, Subject)>;

    async fn ask(&self, question: &Question<'_>) -> Answer;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Allowed,
    Denied,
    /// It is said not to exist.
    Hidden,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_of_the_policy_is_what_the_services_do_by_grpc() {
    let mut world = World::open().await;
    let mut door = grpc::Grpc::of(&world);
    walk(&mut door, &mut world).await.holds::<grpc::Grpc>(9_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_of_the_policy_is_what_the_portal_does_by_http() {
    let mut world = World::open().await;
    let mut door = http::Http::of(&world);
    walk(&mut door, &mut world).await.holds::<http::Http>(5_000);
}

async fn walk<D: Door>(door: &mut D, world: &mut World) -> Walked {
    let probed: BTreeSet<_> = D::PROBES.iter().map(|probe| probe.name.to_owned()).collect();
    assert_eq!(probed, door.described().await, "left: probed, right: there");
    let mut walked = Walked::default();
    for role in Role::ALL {
        for (relation, subject) in door.enter(world, role).await {
            for probe in D::PROBES {
                let ask = |level| {
                    let (world, subject) = (&*world, &subject);
                    let question = Question { world, probe, relation, subject, level };
                    let door = &*door;
                    async move { (door.ask(&question).await, question) }
                };
                let levels = match probe.about {
                    About::Nothing | About::NoRows if relation == Relation::Unrelated => {
                        &Level::ALL[..1]
                    }
                    About::Nothing | About::NoRows => &[],
                    About::Case(_) if probe.action == Action::RecordAttempt => CALLED_BACK,
                    About::Case(_) if TRANSFERRED.contains(&probe.action) => NEVER_HIDDEN,
                    About::Case(_) => Level::ALL,
                    About::Roster | About::Rows | About::First => &Level::ALL[..1],
                };
                let mut done = Vec::new();
                for (answer, question) in join_all(levels.iter().copied().map(ask)).await {
                    done.extend(answer.is_ok().then_some(question.level));
                    walked.see(&question, &answer);
                }
                world.use_up(probe.action, &done);
            }
        }
    }
    walked
}

/// More haste than the cases have, or less.
fn another_urgency(question: &Question<'_>) -> Urgency {
    if question.probe.action == Action::RaiseUrgency { Urgency::Critical } else { Urgency::Normal }
}

impl Question<'_> {
    /// The relation of who asks, as far as it is known there.
    fn relations(&self, shown: &[Relation]) -> Relations {
        Relations::NONE.with(self.relation, shown.contains(&self.relation))
    }

    fn expected(&self) -> Verdict {
        let Probe { action, ref about, shows, .. } = *self.probe;
        let may = |action, shown| {
            decide(self.subject, action, self.relations(shown), self.level).is_allowed()
        };
        match about {
            About::NoRows if scope(self.subject, action).is_some() => Verdict::Allowed,
            _ if may(action, shows) => Verdict::Allowed,
            About::Case(Hides::Unless(seen, shown)) if !may(*seen, shown) => Verdict::Hidden,
            About::Case(_)
            | About::Nothing
            | About::Roster
            | About::Rows
            | About::NoRows
            | About::First => Verdict::Denied,
        }
    }

    fn verdict(&self, answer: &Answer) -> Verdict {
        let Err(Refused { code, reason }) = answer else { return Verdict::Allowed };
        match (code, reason.as_str()) {
            (Code::PermissionDenied, "not-permitted" | "backdating-not-permitted") => {
                Verdict::Denied
            }
            // What the policy says of a work order of somebody else is said in better words.
            (Code::Conflict, "not-yours") => Verdict::Denied,
            (Code::NotFound, _) if matches!(self.probe.about, About::Case(_)) => Verdict::Hidden,
            (
                Code::Unauthenticated
                | Code::ResourceExhausted
                | Code::Unavailable
                | Code::Internal,
                _,
            ) => panic!("{}: {answer:?}", self.says()),
            _ => Verdict::Allowed,
        }
    }

    fn says(&self) -> String {
        let Self { probe, relation, subject, level, .. } = self;
        let Subject { roles, highest, .. } = subject;
        format!("{roles:?} cleared for {highest}, {relation:?}, {} at {level}", probe.name)
    }
}

/// What was seen.
#[derive(Debug, Default)]
struct Walked {
    /// How often each action was allowed, and denied.
    cells: BTreeMap<Action, [usize; 2]>,
    wrong: Vec<String>,
}

impl Walked {
    fn see(&mut self, question: &Question<'_>, answer: &Answer) {
        match question.probe.about {
            About::Nothing | About::NoRows | About::Roster | About::Case(_) => {
                self.one(question, answer);
            }
            About::Rows | About::First => self.rows(question, answer),
        }
    }

    fn one(&mut self, question: &Question<'_>, answer: &Answer) {
        let (expected, verdict) = (question.expected(), question.verdict(answer));
        // Nothing is hidden from a service: that it may not is no secret.
        let is_service = question.subject.roles.contains(&Role::Service);
        let is_other_word = is_service && (expected, verdict) == (Verdict::Hidden, Verdict::Denied);
        let wrong = format!("{} is {verdict:?}: {answer:?}", question.says());
        let is_right = verdict == expected || is_other_word;
        self.note(question.probe.action, expected == Verdict::Allowed, is_right, wrong);
    }

    fn rows(&mut self, question: &Question<'_>, answer: &Answer) {
        let Question { probe, subject, .. } = question;
        let shown = match (answer, question.verdict(answer)) {
            (Ok(shown), _) => shown.as_slice(),
            (Err(_), Verdict::Denied) if scope(subject, probe.action).is_none() => &[],
            (Err(_), _) => panic!("{}: {answer:?}", question.says()),
        };
        let rows = question.world.rows(question);
        let may = |level, relations| decide(subject, probe.action, relations, level).is_allowed();
        let first = rows.iter().map(|row| row.level).filter(|&level| may(level, Relations::NONE));
        let first = first.max();
        for row in &rows {
            let expected = match probe.about {
                About::First => Some(row.level) == first,
                About::Nothing | About::NoRows | About::Roster | About::Case(_) | About::Rows => {
                    may(row.level, row.relations)
                }
            };
            let is_shown = shown.contains(&row.id);
            let wrong = format!("{} shows {row:?}: {is_shown}: {answer:?}", question.says());
            self.note(probe.action, expected, is_shown == expected, wrong);
        }
    }

    fn note(&mut self, action: Action, expected: bool, is_right: bool, wrong: String) {
        let [allowed, denied] = self.cells.entry(action).or_default();
        *if expected { allowed } else { denied } += 1;
        self.wrong.extend((!is_right).then_some(wrong));
    }

    /// Holds that all was as the table says, that each action was allowed to some and denied to
    /// others, and that so many cells were walked.
    fn holds<D: Door>(&self, at_least: usize) {
        let Self { cells, wrong } = self;
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
        let without: Vec<_> = D::WITHOUT.iter().map(|(action, _)| action).collect();
        for action in Action::ALL {
            let walked = cells.get(&action).copied().unwrap_or_default();
            let both = walked.iter().all(|&count| count > 0);
            assert!(both != without.contains(&&action), "{action}: {walked:?}");
        }
        let walked: usize = cells.values().flatten().sum();
        assert!(walked >= at_least, "{walked} cells: {cells:?}");
    }
}
