use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use events::words::{CalendarId, DepartmentId, PostId};

use crate::{
    Code, Names,
    code::names,
    problem::instead,
    read::{Cursor, Fields, Thing, composed, count, fields, parsed, reference, set, some, text},
};

/// The most things on a check list: as many as one goes round at the end of a shift.
pub const MOST_CHECKS: usize = 20;

/// A department with its posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its id, which never changes.
    pub id: DepartmentId,
    /// What it is called.
    pub names: Names,
    /// The calendar that it works by.
    pub calendar: CalendarId,
    /// Its posts.
    pub posts: BTreeMap<PostId, Post>,
    /// The post of its head, who hears of what its posts do not settle among themselves; nobody does
    /// if it does not say.
    pub head: Option<PostId>,
    /// Whether whoever reported a case is told who has it.
    pub handlers: Handlers,
    /// How long its assistants may be at work; as long as they are if it does not say.
    pub assistants: Option<Assistants>,
}

/// How long an assistant may be at work, who studies besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assistants {
    /// For how many hours from a Monday to the next.
    pub weekly_hours: u16,
    /// For how many hours between the end of duty time and its beginning on the next day.
    pub nightly_hours: u16,
}

/// What a department publishes of who has a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Handlers {
    /// Their post and their name.
    Named,
    /// Their post alone, if the department does not say.
    #[default]
    Unnamed,
}

impl FromStr for Handlers {
    type Err = NotHandlers;

    fn from_str(text: &str) -> Result<Self, NotHandlers> {
        match text {
            "named" => Ok(Self::Named),
            "unnamed" => Ok(Self::Unnamed),
            _ => Err(NotHandlers(text.to_owned())),
        }
    }
}

/// A text that is no word of [`Handlers`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not say what is published of handlers: it must be named or unnamed")]
pub struct NotHandlers(String);

/// A post (岗): what stays when people change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its id, `<department>/<post>`.
    pub id: PostId,
    /// What the department publishes it as.
    pub names: Names,
    /// Which of a group of posts it is, if it is one.
    pub kind: Option<PostKind>,
    /// The A post of this B or C post; of the desk, the post that takes it over where nobody else does.
    pub answers_to: Option<PostId>,
    /// What who holds it may do; a leader's post that only stands on a ladder has none.
    pub duties: BTreeSet<Duty>,
    /// The number that rings there.
    pub phone: Option<String>,
    /// The number that takes its text messages.
    pub mobile: Option<String>,
    /// The address that takes its mail.
    pub mail: Option<String>,
    /// The robot of its group (企业微信), by the name that notification's configuration gives it: its
    /// address is a secret.
    pub robot: Option<Code>,
    /// Its own system that takes messages, by the name that notification's configuration gives it.
    pub webhook: Option<Code>,
    /// Of the desk: the check list (检查清单) of its handover, in the order in which one goes round. At
    /// most [`MOST_CHECKS`], each with another code.
    pub handover: Vec<Check>,
}

/// A thing that passes from hand to hand with a shift: a key, a device, a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The word that a signature names it by.
    pub check: Code,
    /// What it is called.
    pub names: Names,
}

impl Post {
    /// Whether assistants hold it: a B post, and the desk.
    pub fn is_of_assistants(&self) -> bool {
        self.kind == Some(PostKind::B) || self.duties.contains(&Duty::Desk)
    }
}

/// A group of posts shares one work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PostKind {
    /// The accountable teacher, who decides.
    A,
    /// The assistant, who accepts, and decides only what A delegated.
    B,
    /// The deputy in training, who stands in for A.
    C,
}

impl PostKind {
    /// Its letter.
    pub const fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

impl fmt::Display for PostKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for PostKind {
    type Err = NotAPostKind;

    fn from_str(text: &str) -> Result<Self, NotAPostKind> {
        let found = [Self::A, Self::B, Self::C].into_iter().find(|kind| kind.word() == text);
        found.ok_or_else(|| NotAPostKind(text.to_owned()))
    }
}

/// A text that is not a [`PostKind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of post: it must be one of A, B, C")]
pub struct NotAPostKind(String);

/// What who holds a post may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
    /// Take work orders.
    Accept,
    /// Decide on them.
    Decide,
    /// Be the desk: take what comes in, answer what departments ask, and hand the shift over.
    Desk,
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accept => "accept",
            Self::Decide => "decide",
            Self::Desk => "desk",
        })
    }
}

impl FromStr for Duty {
    type Err = NotADuty;

    fn from_str(text: &str) -> Result<Self, NotADuty> {
        match text {
            "accept" => Ok(Self::Accept),
            "decide" => Ok(Self::Decide),
            "desk" => Ok(Self::Desk),
            _ => Err(NotADuty(text.to_owned())),
        }
    }
}

/// A text that is not a [`Duty`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no duty: it must be one of accept, decide, desk")]
pub struct NotADuty(String);

pub(crate) fn read(id: DepartmentId, cursor: &mut Cursor<'_>) -> Option<Department> {
    fields(cursor, |f| {
        let names = f.required("names", names);
        let calendar = f.required("calendar", reference(Thing::Calendar));
        let posts = f.required("posts", some(|cursor| post(&id, cursor)));
        let posts: Option<BTreeMap<_, _>> =
            posts.map(|posts| posts.into_iter().map(|post| (post.id.clone(), post)).collect());
        // Of posts that cannot be read nobody knows which is there.
        let head = f.optional("head", |cursor| own_post(&id, posts.as_ref()?, cursor));
        let handlers = f.optional("handlers", parsed);
        let assistants = f.optional("assistants", assistants);
        let posts = posts?;
        refuse_without_a(&posts, f)?;
        let (names, calendar, head) = (names?, calendar?, head?);
        let (handlers, assistants) = (handlers?.unwrap_or_default(), assistants?);
        Some(Department { id, names, calendar, posts, head, handlers, assistants })
    })
}

fn assistants(cursor: &mut Cursor<'_>) -> Option<Assistants> {
    fields(cursor, |f| {
        let weekly_hours = f.required("weeklyHours", count(1..=168));
        let nightly_hours = f.required("nightlyHours", count(0..=24));
        Some(Assistants { weekly_hours: weekly_hours?, nightly_hours: nightly_hours? })
    })
}

/// The name of a post of this very department.
fn own_post(
    department: &DepartmentId,
    posts: &BTreeMap<PostId, Post>,
    cursor: &mut Cursor<'_>,
) -> Option<PostId> {
    let name = text(cursor)?;
    let named = posts.keys().find(|post| post.name() == name).cloned();
    named.or_else(|| {
        let hint = instead(&name, posts.keys().map(PostId::name));
        cursor.refuse(format!("`{department}` has no post `{name}`{hint}"))
    })
}

/// A B or C post answers to an A post of its own department, and the desk to who takes it over; no other
/// post answers to one.
fn refuse_without_a(posts: &BTreeMap<PostId, Post>, f: &mut Fields<'_, '_>) -> Option<()> {
    let mut right = Some(());
    for post in posts.values() {
        let name = post.id.name();
        if post.kind.is_none() && post.duties.contains(&Duty::Desk) {
            right = refuse_desk_alone(post, posts, f).and(right);
            continue;
        }
        let message = match (post.kind, &post.answers_to) {
            (Some(PostKind::B | PostKind::C), None) => {
                format!("`{name}` must say by `answersTo` which A post it belongs to")
            }
            (None | Some(PostKind::A), Some(_)) => {
                format!("`{name}` answers to nobody: only a post of kind B or C does")
            }
            (Some(PostKind::B | PostKind::C), Some(to)) => match posts.get(to) {
                Some(a) if a.kind == Some(PostKind::A) => continue,
                Some(_) => {
                    format!("`{name}` must answer to a post of kind A: `{}` is none", to.name())
                }
                None => {
                    let known = posts.values().filter(|post| post.kind == Some(PostKind::A));
                    let hint = instead(to.name(), known.map(|post| post.id.name()));
                    format!(
                        "`{name}` must answer to an A post of this department, not to `{}`{hint}",
                        to.name()
                    )
                }
            },
            (None | Some(PostKind::A), None) => continue,
        };
        right = f.refuse_below(&["posts"], message);
    }
    right
}

/// Whoever stands above the desk is at a post of its own department.
fn refuse_desk_alone(
    desk: &Post,
    posts: &BTreeMap<PostId, Post>,
    f: &mut Fields<'_, '_>,
) -> Option<()> {
    let name = desk.id.name();
    let message = match &desk.answers_to {
        Some(to) if *to != desk.id && posts.contains_key(to) => return Some(()),
        Some(to) => {
            let known = posts.keys().filter(|post| **post != desk.id);
            let hint = instead(to.name(), known.map(PostId::name));
            format!(
                "`{name}` must answer to another post of this department, not to `{}`{hint}",
                to.name()
            )
        }
        None => format!(
            "`{name}` must say by `answersTo` which post takes it over where nobody else does"
        ),
    };
    f.refuse_below(&["posts"], message)
}

fn post(department: &DepartmentId, cursor: &mut Cursor<'_>) -> Option<Post> {
    fields(cursor, |f| {
        let whole = |name: &str| format!("{department}/{name}");
        let id = f.required("post", composed(Thing::Post, whole));
        let names = f.required("names", names);
        let kind = f.optional("kind", parsed);
        let answers_to = f.optional("answersTo", |cursor| {
            let name = text(cursor)?;
            match whole(&name).parse::<PostId>() {
                Ok(id) => Some(id),
                Err(refusal) => cursor.refuse(refusal.to_string()),
            }
        });
        let duties = f.optional("duties", set(parsed));
        let phone = f.optional("phone", text);
        let mobile = f.optional("mobile", text);
        let mail = f.optional("mail", address);
        let robot = f.optional("robot", parsed);
        let webhook = f.optional("webhook", parsed);
        let handover = f.optional("handover", check_list);
        let (id, _) = id?;
        let (kind, duties) = (kind?, duties?.unwrap_or_default());
        if kind == Some(PostKind::B) && duties.contains(&Duty::Decide) {
            return f.refuse_below(
                &["duties"],
                "a post of kind B decides only what its A delegates, so it has no duty `decide`",
            );
        }
        let handover = handover?;
        if handover.is_some() && !duties.contains(&Duty::Desk) {
            return f.refuse_below(
                &["handover"],
                "only the desk hands its shift over: the post has no duty `desk`",
            );
        }
        Some(Post {
            id,
            names: names?,
            kind,
            answers_to: answers_to?,
            duties,
            phone: phone?,
            mobile: mobile?,
            mail: mail?,
            robot: robot?,
            webhook: webhook?,
            handover: handover.unwrap_or_default(),
        })
    })
}

fn check_list(cursor: &mut Cursor<'_>) -> Option<Vec<Check>> {
    let checks = some(|cursor| {
        fields(cursor, |f| {
            let check = f.required("check", parsed);
            let names = f.required("names", names);
            Some(Check { check: check?, names: names? })
        })
    })(cursor)?;
    if checks.len() > MOST_CHECKS {
        let many = checks.len();
        return cursor.refuse(format!("has {many} checks: a handover has at most {MOST_CHECKS}"));
    }
    let mut seen = BTreeSet::new();
    match checks.iter().find(|one| !seen.insert(&one.check)) {
        Some(twice) => cursor.refuse(format!("the check `{}` is given twice", twice.check)),
        None => Some(checks),
    }
}

/// An address of electronic mail, as far as one can tell without asking its server.
fn address(cursor: &mut Cursor<'_>) -> Option<String> {
    let text = text(cursor)?;
    let parts: Vec<&str> = text.split('@').collect();
    let is_one = matches!(&parts[..], [name, domain] if !name.is_empty() && domain.contains('.'));
    if is_one && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,".contains(c))
    {
        return Some(text);
    }
    cursor.refuse("must be one address, such as `plumbing@example.edu`")
}
