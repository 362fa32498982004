//! `yizhan callback figures`.

use anyhow::Result;
use clap::Args;
use serde_json::Value;

use super::{
    Api,
    output::{self, Format, cell},
};
use crate::print;

#[derive(Debug, Args)]
pub(crate) struct Figures {
    /// Of the cycles that were completed in this month, such as `2026-11`.
    #[arg(long)]
    month: String,
}

impl Figures {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let answer = api.get("/callbacks/figures", &[("month", self.month)]).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        print::text(told(&answer))
    }
}

/// The figures as people read them, each share with what it is a share of.
fn told(figures: &Value) -> String {
    let count = |name: &str| figures.get(name).and_then(Value::as_u64).unwrap_or_default();
    let share = |name: &str, unit: &str, of: u64| match figures.get(name).and_then(Value::as_f64) {
        Some(share) => format!("{share:.1}{unit} of {of}"),
        None => "-".to_owned(),
    };
    let called = count("reached") + count("unreachable");
    let lines = [
        ("Month", cell(figures, "month")),
        ("Completed", count("completed").to_string()),
        ("Reached", count("reached").to_string()),
        ("Unreachable", count("unreachable").to_string()),
        ("Not called", count("not_called").to_string()),
        ("Still to call", count("open").to_string()),
        ("Reach", share("reach_percent", " %", called)),
        ("Satisfied", share("satisfied_percent", " %", count("reached"))),
        ("Mean score", share("mean_mark", "", count("marked"))),
        ("Reopened", share("reopened_percent", " %", count("completed"))),
        ("Entered late", count("entered_late").to_string()),
    ];
    let lines = lines.map(|(name, value)| format!("{name:<13}  {value}"));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_share_says_of_how_many() {
        let figures = json!({
            "month": "2026-11", "completed": 10, "reached": 6, "unreachable": 2, "not_called": 1,
            "open": 1, "reach_percent": 75.0, "satisfied": 4, "satisfied_percent": 66.666_666_7,
            "marked": 4, "mean_mark": 4.25, "reopened": 1, "reopened_percent": 10.0,
            "entered_late": 2,
        });
        insta::assert_snapshot!(told(&figures), @r"
        Month          2026-11
        Completed      10
        Reached        6
        Unreachable    2
        Not called     1
        Still to call  1
        Reach          75.0 % of 8
        Satisfied      66.7 % of 6
        Mean score     4.2 of 4
        Reopened       10.0 % of 10
        Entered late   2
        ");
    }

    #[test]
    fn of_an_empty_month_there_is_no_share() {
        let told = told(&json!({ "month": "2026-12", "completed": 0, "reach_percent": null }));
        assert!(
            told.contains("Completed      0\n") && told.contains("Reach          -\n"),
            "{told}"
        );
    }
}
