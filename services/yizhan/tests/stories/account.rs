//! Somebody at the command line, and the case that they talk about.

use std::{
    fmt, thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::Value;

use crate::campus::Campus;

/// Longer than the minute for which clocks wait for news.
const PATIENCE: Duration = Duration::from_mins(2);

/// An account that is logged in. What it does is written as in a shell, in one line.
#[derive(Clone)]
pub(crate) struct Account<'a> {
    campus: &'a Campus,
    /// None for a stranger.
    token: Option<String>,
}

/// What the command line said to a command that was not done.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Its exit code.
    pub(crate) code: i32,
    /// What it printed on standard error.
    pub(crate) message: String,
}

impl<'a> Account<'a> {
    pub(crate) fn new(campus: &'a Campus, token: String) -> Self {
        Self { campus, token: Some(token) }
    }

    /// The same person with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..*self }
    }

    /// The same person, not logged in.
    pub(crate) fn without_token(&self) -> Self {
        Self { token: None, ..*self }
    }

    pub(crate) fn token(&self) -> &str {
        self.token.as_ref().unwrap()
    }

    /// Gives a command and waits until all services are at rest; its answer.
    #[track_caller]
    pub(crate) fn does(&self, line: &str) -> Value {
        let answer = self.asks(line);
        self.campus.settle();
        answer
    }

    /// Asks a question, or gives a command without waiting for what follows.
    #[track_caller]
    pub(crate) fn asks(&self, line: &str) -> Value {
        self.tries(line).unwrap_or_else(|refusal| panic!("{line}: {refusal:?}"))
    }

    /// Opens a case, and waits as [`does`](Self::does) does.
    #[track_caller]
    pub(crate) fn opens(&self, line: &str) -> Case<'a> {
        let case = self.reports(line);
        self.campus.settle();
        case
    }

    /// Opens a case without waiting for what follows.
    #[track_caller]
    pub(crate) fn reports(&self, line: &str) -> Case<'a> {
        let accepted = self.asks(&format!("case open {line}"));
        let number = accepted["number"].as_str().unwrap().to_owned();
        Case { campus: self.campus, number }
    }

    /// Takes the work of a case and gets it done, and waits as [`does`](Self::does) does.
    #[track_caller]
    pub(crate) fn repairs(&self, case: &Case<'_>) {
        self.asks(&format!("work claim {case}"));
        self.does(&format!("work complete {case}"));
    }

    /// Gives a command that is to be refused.
    #[track_caller]
    pub(crate) fn is_refused(&self, line: &str) -> Refusal {
        match self.tries(line) {
            Ok(answer) => panic!("{line} is not refused: {answer}"),
            Err(refusal) => refusal,
        }
    }

    /// Gives a command, whatever becomes of it.
    pub(crate) fn tries(&self, line: &str) -> Result<Value, Refusal> {
        let mut yizhan = self.campus.home().yizhan();
        yizhan.env("YIZHAN_URL", self.campus.url());
        match &self.token {
            Some(token) => yizhan.env("YIZHAN_TOKEN", token),
            // Somewhere else, where nobody has logged in.
            None => yizhan.env("YIZHAN_HOME", self.campus.home().path().join("stranger")),
        };
        let output = yizhan.args(words(line)).args(["-o", "json"]).output().unwrap();
        if output.status.success() {
            return Ok(serde_json::from_slice(&output.stdout).unwrap());
        }
        let code = output.status.code().unwrap();
        Err(Refusal { code, message: String::from_utf8(output.stderr).unwrap() })
    }
}

/// The words of a line; what stands between apostrophes is one.
fn words(line: &str) -> impl Iterator<Item = String> {
    line.split('\'').enumerate().flat_map(|(n, part)| match n % 2 {
        0 => part.split_whitespace().map(ToOwned::to_owned).collect(),
        _ => vec![part.to_owned()],
    })
}

/// A case, as the auditor sees it. Shown, it is its number.
#[derive(Clone)]
pub(crate) struct Case<'a> {
    campus: &'a Campus,
    number: String,
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)
    }
}

/// A rung of leaders that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rung {
    /// Of logistics.
    pub(crate) post: String,
    pub(crate) planned: Timestamp,
}

impl Case<'_> {
    /// What is shown of it.
    #[track_caller]
    pub(crate) fn shown(&self) -> Value {
        self.ask(&format!("case show {self}"))
    }

    /// `open`, `resolved` or how it ended; and its cycle.
    #[track_caller]
    pub(crate) fn state(&self) -> (String, u64) {
        let case = &self.shown()["case"];
        let state = case["end"].as_str().or_else(|| case["state"].as_str()).unwrap();
        (state.to_owned(), case["cycle"].as_u64().unwrap())
    }

    /// What happened to it, in order, by intake, dispatch and callback-survey.
    #[track_caller]
    pub(crate) fn steps(&self) -> Vec<String> {
        let shown = self.shown();
        let steps = shown["timeline"].as_array().unwrap().iter();
        let ours = steps.filter(|step| {
            ["intake", "dispatch", "callback-survey"].contains(&step["service"].as_str().unwrap())
        });
        ours.map(|step| step["what"].as_str().unwrap().to_owned()).collect()
    }

    /// Its clocks.
    #[track_caller]
    pub(crate) fn clocks(&self) -> Vec<Value> {
        let explained = self.ask(&format!("case explain {self}"));
        explained["clocks"].as_array().unwrap().clone()
    }

    /// When it was to be completed in a cycle.
    #[track_caller]
    pub(crate) fn due(&self, cycle: u64) -> Timestamp {
        let clock = self.clock("complete", cycle);
        let promises = clock["promises"].as_array().unwrap();
        time(&promises.last().unwrap()["due"])
    }

    /// The rungs that fired because a cycle was not completed.
    #[track_caller]
    pub(crate) fn rungs(&self, cycle: u64) -> Vec<Rung> {
        fired(&self.clock("complete", cycle))
    }

    /// The rungs that fired in cycle 1 because this was not done.
    #[track_caller]
    pub(crate) fn rungs_of(&self, commitment: &str) -> Vec<Rung> {
        fired(&self.clock(commitment, 1))
    }

    /// The first rung that fires in cycle 1 because this was not done; waits until it does.
    #[track_caller]
    pub(crate) fn first_rung(&self, commitment: &str) -> Value {
        let begun = Instant::now();
        loop {
            let clock = self.clock(commitment, 1);
            let mut rungs = clock["rungs"].as_array().unwrap().iter();
            if let Some(fired) = rungs.find(|rung| !rung["fired"].is_null()) {
                return fired.clone();
            }
            assert!(begun.elapsed() < PATIENCE, "{self}: no rung of {commitment} fires");
            thread::sleep(Duration::from_millis(100));
        }
    }

    #[track_caller]
    fn clock(&self, commitment: &str, cycle: u64) -> Value {
        let mut clocks = self.clocks().into_iter();
        let such = |clock: &Value| clock["commitment"] == commitment && clock["cycle"] == cycle;
        clocks.find(such).unwrap()
    }

    /// Its messages of this template, sent or not, the first one first.
    #[track_caller]
    pub(crate) fn messages(&self, template: &str) -> Vec<Value> {
        let answer = self.ask(&format!("message list --case {self} --limit 200"));
        let messages = answer["messages"].as_array().unwrap().iter().rev();
        messages.filter(|message| message["template"] == template).cloned().collect()
    }

    /// Who is told by messages of this template, the first one first.
    #[track_caller]
    pub(crate) fn told(&self, template: &str) -> Vec<String> {
        let messages = self.messages(template).into_iter();
        messages.map(|message| message["to"].as_str().unwrap().to_owned()).collect()
    }

    /// Its work order of the newest cycle.
    #[track_caller]
    pub(crate) fn work_order(&self) -> Value {
        let answer = self.ask(&format!("work list --case {self}"));
        let orders = answer["work_orders"].as_array().unwrap().iter();
        orders.max_by_key(|order| order["cycle"].as_u64()).unwrap().clone()
    }

    /// Its callbacks that are due.
    #[track_caller]
    pub(crate) fn callbacks(&self) -> Vec<Value> {
        let answer = self.ask("callback list");
        let callbacks = answer["callbacks"].as_array().unwrap().iter();
        callbacks.filter(|callback| callback["case_number"] == self.number).cloned().collect()
    }

    #[track_caller]
    fn ask(&self, line: &str) -> Value {
        self.campus.account("auditor").asks(line)
    }
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// The rungs of a clock that fired.
fn fired(clock: &Value) -> Vec<Rung> {
    let rungs = clock["rungs"].as_array().unwrap().iter();
    let fired = rungs.filter(|rung| !rung["fired"].is_null());
    let post = |rung: &Value| rung["post"].as_str().unwrap().replace("logistics/", "");
    fired.map(|rung| Rung { post: post(rung), planned: time(&rung["planned"]) }).collect()
}
