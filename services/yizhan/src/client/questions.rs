//! `yizhan work ask`, `work answer` and `work questions`: what is asked inside a case.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{
    Api, alarms, cases,
    output::{self, Column, Format},
    work::{Order, act},
};
use crate::print;

/// Who is asked.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    /// Who reported it.
    Requester,
    /// Whoever is at the desk.
    Desk,
    /// The department that has the work order.
    Department,
    /// The head of that department, for an instruction.
    Head,
}

#[derive(Debug, Args)]
pub(crate) struct Ask {
    #[command(flatten)]
    order: Order,
    /// Who is asked.
    #[arg(long, value_enum)]
    of: Of,
    /// What, in words.
    text: String,
}

#[derive(Debug, Args)]
pub(crate) struct Answer {
    #[command(flatten)]
    order: Order,
    /// The answer, in words.
    text: String,
    /// Which question, by its id; needed only where you are asked several, or answer for another.
    #[arg(long, value_parser = cases::reference)]
    question: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only what these are asked.
    #[arg(long, value_enum)]
    of: Option<Of>,
    /// Only those of this case, by its number or id.
    #[arg(long)]
    case: Option<String>,
    /// Also those that are answered, or that nobody can answer any more.
    #[arg(long)]
    all: bool,
    /// At most so many; 50 by default.
    #[arg(long)]
    limit: Option<u32>,
}

const LIST: [Column; 8] = [
    ("QUESTION", "id"),
    ("CASE", "case_number"),
    ("POST", "post"),
    ("OF", "of"),
    ("ASKED", "asked_at"),
    ("BY", "asked_by.name"),
    ("DUE", "due"),
    ("TEXT", "text"),
];

/// The questions of one case.
const OF_CASE: [Column; 6] = [
    ("ASKED", "asked_at"),
    ("BY", "asked_by.name"),
    ("OF", "of"),
    ("DUE", "due"),
    ("QUESTION", "text"),
    ("ANSWER", "answer"),
];

/// The questions of a case, as its page shows them; none if nothing was asked.
pub(super) fn of_case(answer: &Value) -> Option<String> {
    let questions = cases::rows(answer, "questions");
    (!questions.is_empty()).then(|| output::table(questions, &OF_CASE))
}

impl Of {
    const fn word(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Desk => "desk",
            Self::Department => "department",
            Self::Head => "head",
        }
    }
}

impl Ask {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let body = json!({ "of": self.of.word(), "text": self.text });
        act(api, &self.order, "questions", "asked about", body).await
    }
}

impl Answer {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let open = self.order.open_questions(api).await?;
        let of_you: Vec<_> = open.iter().filter(|question| question["of_you"] == true).collect();
        let chosen = match (&self.question, &of_you[..]) {
            (Some(id), _) => open.iter().find(|question| question["id"] == id.as_str()),
            (None, [only]) => Some(*only),
            (None, []) => bail!(
                "nothing is asked of you about {}; to answer for another, name the question with \
                 --question, as `yizhan work questions` lists them",
                self.order
            ),
            (None, several) => bail!(
                "you are asked {} questions about {}: name one with --question, as `yizhan work \
                 questions` lists them",
                several.len(),
                self.order
            ),
        };
        // Who is asked may see nothing of the work order but its question, which names it. Of one that
        // is open no more the portal says why.
        let (order, question) = match chosen {
            Some(question) => (output::cell(question, "work_order"), output::cell(question, "id")),
            None => (self.order.find(api, "answer").await?, self.question.unwrap_or_default()),
        };
        let path = format!("/work-orders/{order}/questions/{question}/answer");
        let answer = api.post(&path, &json!({ "text": self.text })).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        print::line(format_args!("{} is answered.", self.order))?;
        alarms::cards(&answer)
    }
}

impl List {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let given = [
            ("of", self.of.map(|of| of.word().to_owned())),
            ("case", self.case),
            ("open", (!self.all).then(|| true.to_string())),
            ("limit", self.limit.map(|limit| limit.to_string())),
        ];
        let query: Vec<_> =
            given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        output::list(api.format, &api.get("/questions", &query).await?, "questions", &LIST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_shows_what_was_asked_and_answered_and_nothing_where_nothing_was() {
        let question = json!({
            "asked_at": "2026-09-01T02:00:00Z", "asked_by": { "name": "江水生" }, "of": "desk",
            "due": "2026-09-01T03:00:00Z", "text": "who has the key?", "answer": null,
        });
        assert_eq!(
            of_case(&json!({ "questions": [question] })).unwrap(),
            "ASKED                 BY      OF    DUE                   QUESTION          ANSWER\n\
             2026-09-01 02:00:00Z  江水生  desk  2026-09-01 03:00:00Z  who has the key?  -\n"
        );
        for nothing in [json!({ "questions": [] }), json!({ "questions": null })] {
            assert_eq!(of_case(&nothing), None);
        }
    }
}
