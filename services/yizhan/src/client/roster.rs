//! `yizhan roster`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{
    Api,
    output::{self, Column, Format},
    timetable::{self, Timetable},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show who is at work at which post, what is arranged, and when nobody is there, or an assistant
    /// for too long.
    Show(Show),
    /// Take leave, or say that somebody does: they are neither asked nor told.
    Leave {
        /// Who, by login name; you by default.
        account: Option<String>,
        #[command(flatten)]
        when: When,
        /// Who stands in at all their posts, by login name; nobody by default.
        #[arg(long)]
        cover: Option<String>,
    },
    /// Swap turns at a post: first another is there for you, then you for them.
    Swap {
        /// `<department>/<post>`.
        post: String,
        /// Who takes the first turn, by login name.
        #[arg(long)]
        with: String,
        /// Whose turn it is, by login name; yours by default.
        #[arg(long)]
        account: Option<String>,
        #[command(flatten)]
        when: When,
        /// From when the turn is given back.
        #[arg(long)]
        back_from: String,
        /// Until when.
        #[arg(long)]
        back_until: String,
    },
    /// Have somebody stand in at a post that they do not hold.
    Cover {
        /// `<department>/<post>`.
        post: String,
        /// Who stands in, by login name.
        by: String,
        #[command(flatten)]
        when: When,
    },
    /// End a leave, a swap or a cover; what is to come never was.
    End {
        /// Its id, as `roster show` says it.
        arrangement: String,
    },
    /// Record that an assistant was trained for an item, without which they take none that needs it.
    Train {
        /// Who, by login name.
        account: String,
        /// For what.
        item: String,
        /// What was recorded counts no more.
        #[arg(long)]
        revoke: bool,
    },
    /// Have these be all classes of an assistant: they are at work nowhere while they are in one.
    Classes(Timetable),
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    #[arg(long)]
    department: Option<String>,
    /// `<department>/<post>`.
    #[arg(long)]
    post: Option<String>,
    /// Only posts that nobody is at work at for some time of the next 14 days.
    #[arg(long)]
    uncovered: bool,
}

#[derive(Debug, Args)]
pub(crate) struct When {
    /// From when: `2026-09-07T08:00:00+08:00`; from now on by default.
    #[arg(long)]
    from: Option<String>,
    /// Until when, itself not included.
    #[arg(long)]
    until: String,
}

const POSTS: [Column; 3] = [("POST", "post"), ("HOLDERS", "holders"), ("AT WORK", "at_work")];

const ARRANGEMENTS: [Column; 6] = [
    ("ARRANGEMENT", "id"),
    ("KIND", "kind"),
    ("WHO", "who.name"),
    ("STANDS IN", "stands_in.name"),
    ("FROM", "from"),
    ("UNTIL", "until"),
];

const UNCOVERED: [Column; 3] = [("NOBODY AT", "post"), ("FROM", "from"), ("UNTIL", "until")];

const TOO_LONG: [Column; 6] = [
    ("TOO LONG AT", "post"),
    ("WHO", "who.name"),
    ("A", "span"),
    ("OF", "of"),
    ("MINUTES", "minutes"),
    ("ALLOWED", "limit_minutes"),
];

const TRAININGS: [Column; 4] =
    [("TRAINED AT", "post"), ("WHO", "who.name"), ("FOR", "item"), ("RECORDED", "recorded_at")];

const CLASSES: [Column; 5] = [
    ("IN CLASS AT", "post"),
    ("WHO", "who.name"),
    ("DATES", "dates"),
    ("WEEKDAY", "weekday"),
    ("HOURS", "hours"),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Show(show) => shown(api, &api.get("/roster", &show.query()).await?),
        Command::Leave { account, when, cover } => {
            let given = [("account", account), ("cover", cover)];
            arrange(api, "leave", when.body(given), "on leave").await
        }
        Command::Swap { post, with, account, when, back_from, back_until } => {
            let given = [
                ("post", Some(post)),
                ("with", Some(with)),
                ("account", account),
                ("back_from", Some(back_from)),
                ("back_until", Some(back_until)),
            ];
            arrange(api, "swap", when.body(given), "swapped").await
        }
        Command::Cover { post, by, when } => {
            arrange(api, "cover", when.body([("post", Some(post)), ("by", Some(by))]), "covered")
                .await
        }
        Command::End { arrangement } => {
            arrange(api, &format!("{arrangement}/end"), json!({}), "over").await
        }
        Command::Classes(timetable) => timetable::run(api, &timetable).await,
        Command::Train { account, item, revoke } => {
            let body = json!({ "account": account, "item": item, "revoked": revoke });
            let answer = api.post("/roster/train", &body).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            let done = if revoke { "counts as untrained" } else { "is trained" };
            print::line(format!("{account} {done} for {item}."))
        }
    }
}

impl Show {
    fn query(self) -> Vec<(&'static str, String)> {
        let given = [
            ("department", self.department),
            ("post", self.post),
            ("uncovered", self.uncovered.then(|| true.to_string())),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

impl When {
    fn body<const N: usize>(self, given: [(&'static str, Option<String>); N]) -> Value {
        let when = [("from", self.from), ("until", Some(self.until))];
        let given = given.into_iter().chain(when);
        let fields = given.filter_map(|(key, value)| Some((key.to_owned(), value?.into())));
        fields.collect::<Map<_, _>>().into()
    }
}

async fn arrange(api: &Api, what: &str, body: Value, done: &str) -> Result<()> {
    let answer = api.post(&format!("/roster/{what}"), &body).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    let arrangement = answer.get("arrangement").and_then(Value::as_str).unwrap_or_default();
    print::line(format!("{arrangement}: {done}."))?;
    let uncovered = rows(&answer, "uncovered");
    if !uncovered.is_empty() {
        print::text(output::table(uncovered, &UNCOVERED))?;
    }
    Ok(())
}

fn shown(api: &Api, answer: &Value) -> Result<()> {
    if api.format == Format::Json {
        return output::json(answer);
    }
    let posts = rows(answer, "posts");
    let people: Vec<_> = posts.iter().map(named).collect();
    print::text(output::table(&people, &POSTS))?;
    let of_posts = |field: &str| {
        let each = posts.iter().flat_map(|post| rows(post, field).iter().map(|row| at(post, row)));
        each.collect::<Vec<_>>()
    };
    let mut arrangements = of_posts("arrangements");
    // Leave is of all posts that somebody holds.
    arrangements.dedup_by_key(|one| one.get("id").cloned());
    for (rows, columns) in [
        (arrangements, &ARRANGEMENTS[..]),
        (of_posts("uncovered"), &UNCOVERED[..]),
        (of_posts("too_long"), &TOO_LONG[..]),
        (of_posts("trainings"), &TRAININGS[..]),
        (of_posts("classes"), &CLASSES[..]),
    ] {
        if !rows.is_empty() {
            print::line("")?;
            print::text(output::table(&rows, columns))?;
        }
    }
    Ok(())
}

/// A row of a post, with the post.
fn at(post: &Value, row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(fields) = row.as_object_mut() {
        fields.insert("post".to_owned(), post.get("post").cloned().unwrap_or_default());
    }
    row
}

/// A post, and those there by name.
fn named(post: &Value) -> Value {
    let names = |field: &str| {
        let people = rows(post, field).iter().map(|one| output::cell(one, "name"));
        people.collect::<Vec<_>>().join(", ")
    };
    json!({ "post": post.get("post"), "holders": names("holders"), "at_work": names("at_work") })
}

/// The rows of a list in an answer.
fn rows<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    of.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
