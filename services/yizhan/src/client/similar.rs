//! `yizhan case similar`, and what `yizhan case open` says of others.

use anyhow::Result;
use clap::Args;
use serde_json::Value;

use super::{
    Api,
    cases::rows,
    output::{self, Column, cell},
};

#[derive(Debug, Args)]
pub(crate) struct Similar {
    /// The service item.
    item: String,
    /// Where it is.
    #[arg(long, required_unless_present = "campus_phone")]
    place: Option<String>,
    /// The campus phone that the call comes from, which tells the place.
    #[arg(long)]
    campus_phone: Option<String>,
}

const SIMILAR: [Column; 8] = [
    ("NUMBER", "number"),
    ("PLACE", "place"),
    ("STATE", "state"),
    ("URGENCY", "urgency"),
    ("RECEIVED", "received_at"),
    ("REPORTERS", "reporters"),
    ("DUE", "due"),
    ("INCIDENT", "incident"),
];

impl Similar {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let given =
            [("item", Some(self.item)), ("place", self.place), ("campus_phone", self.campus_phone)];
        let query: Vec<_> =
            given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        let answer = api.get("/cases/similar", &query).await?;
        output::list(api.format, &answer, "cases", &SIMILAR)
    }
}

/// A line for each case of which the one that was just opened may be a duplicate, with what makes it one:
/// its reporter is then told of the other, and its work is cancelled. That one case
/// is another, the duty counsellor says.
pub(super) fn duplicated(opened: &Value) -> String {
    let new = cell(opened, "number");
    let line = |similar: &Value| {
        let (number, place) = (cell(similar, "number"), cell(similar, "place"));
        let join = if similar.get("incident") == Some(&true.into()) {
            format!("yizhan incident join {number} --case {new}")
        } else {
            format!("the duty counsellor gives yizhan case close-as {new} duplicate --of {number}")
        };
        format!("Similar   {number} ({place}), if it is the same: {join}\n")
    };
    rows(opened, "similar").iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn for_each_similar_case_the_command_is_said_that_makes_the_new_one_its_duplicate() {
        let opened = json!({ "number": "2026-09-000003", "similar": [
            { "number": "2026-09-000002", "place": "dorm-7", "incident": true },
            { "number": "2026-09-000001", "place": "dorm-7-302", "incident": false },
        ] });
        assert_eq!(
            duplicated(&opened),
            "Similar   2026-09-000002 (dorm-7), if it is the same: \
             yizhan incident join 2026-09-000002 --case 2026-09-000003\n\
             Similar   2026-09-000001 (dorm-7-302), if it is the same: \
             the duty counsellor gives yizhan case close-as 2026-09-000003 duplicate --of 2026-09-000001\n"
        );
        assert_eq!(duplicated(&json!({ "number": "2026-09-000003" })), "");
    }
}
