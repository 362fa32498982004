use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use events::words::{CalendarId, DepartmentId, PostId};

use crate::{
    Names,
    code::names,
    read::{Cursor, Thing, composed, fields, parsed, reference, set, some, text},
};

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
}

/// A post (岗): what stays when people change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its id, `<department>/<post>`.
    pub id: PostId,
    /// What the department publishes it as.
    pub names: Names,
    /// What who holds it may do; a leader's post that only stands on a ladder has none.
    pub duties: BTreeSet<Duty>,
    /// The number that rings there.
    pub phone: Option<String>,
}

/// What who holds a post may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
    /// Take work orders.
    Accept,
    /// Decide on them.
    Decide,
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accept => "accept",
            Self::Decide => "decide",
        })
    }
}

impl FromStr for Duty {
    type Err = NotADuty;

    fn from_str(text: &str) -> Result<Self, NotADuty> {
        match text {
            "accept" => Ok(Self::Accept),
            "decide" => Ok(Self::Decide),
            _ => Err(NotADuty(text.to_owned())),
        }
    }
}

/// A text that is not a [`Duty`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no duty: it must be one of accept, decide")]
pub struct NotADuty(String);

pub(crate) fn read(id: DepartmentId, cursor: &mut Cursor<'_>) -> Option<Department> {
    fields(cursor, |f| {
        let names = f.required("names", names);
        let calendar = f.required("calendar", reference(Thing::Calendar));
        let posts = f.required("posts", some(|cursor| post(&id, cursor)));
        let posts = posts?.into_iter().map(|post| (post.id.clone(), post)).collect();
        Some(Department { id, names: names?, calendar: calendar?, posts })
    })
}

fn post(department: &DepartmentId, cursor: &mut Cursor<'_>) -> Option<Post> {
    fields(cursor, |f| {
        let whole = |name: &str| format!("{department}/{name}");
        let id = f.required("post", composed(Thing::Post, whole));
        let names = f.required("names", names);
        let duties = f.optional("duties", set(parsed));
        let phone = f.optional("phone", text);
        let (id, _) = id?;
        Some(Post { id, names: names?, duties: duties?.unwrap_or_default(), phone: phone? })
    })
}
