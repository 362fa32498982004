//! The campus's documents: parsed, checked as a whole, and ready for the cores to ask.
//!
//! Nothing that differs between two universities is written in Rust: items, places, departments and
//! their posts, routes, ladders, calendars, policies and message texts are YAML documents. They have
//! the shape of Kubernetes resources, because they may live there too.
//!
//! ```text
//!  files ──▶ Node (a tree that knows lines) ──▶ types ──▶ whole set ──▶ Set ──▶ documents()  JSON,
//!                 │                              │            │          │       one event each
//!                 └── syntax ────────────────────┴ fields ────┴ ids,     │
//!                                 all of it: Vec<Problem>       cycles,  └─▶ into_rules(revision)
//!                                 file:line:column: field: …    routes
//!
//!  documents of a revision ──▶ Rules::from_documents(revision) ──▶ item, place, route, urgency,
//!                                                                  due, ladder, calendar_for, …
//! ```
//!
//! A set is right as a whole or it is nothing: a typo in one reference refuses all of it, and every
//! problem is named at once with its file, line and field, what is wrong and what is allowed. So a
//! service that holds [`Rules`] never finds a ladder without rungs at three in the morning.
//!
//! Persons are not definitions. Who holds a post is a fact that changes by the day.
//!
//! The crate is pure: files are read by who calls it.

mod alarm;
mod campus;
mod check;
mod code;
mod complaint;
mod department;
mod document;
mod during;
mod item;
mod ladder;
mod layer;
mod node;
mod place;
mod policy;
mod problem;
mod read;
mod respite;
mod route;
mod rules;
mod set;
mod share;
mod template;
mod urgency;

pub use alarm::{Alarm, Alert};
pub use code::{Code, Language, Names, NotACode};
pub use department::{
    Assistants, Check, Department, Duty, Handlers, MOST_CHECKS, NotADuty, NotAPostKind,
    NotHandlers, Post, PostKind,
};
pub use document::{Change, Document, diff};
pub use item::ServiceItem;
pub use ladder::{Climb, Ladder};
pub use place::Place;
pub use policy::{Callback, Messages, Policy};
pub use problem::Problem;
pub use respite::{ExtensionRule, PauseRule};
pub use rules::Rules;
pub use set::Set;
pub use share::Share;
pub use template::{Field, NotAnOccasion, Occasion, Template};
pub use urgency::{Circumstances, Judged, UrgencyRule};
