//! The words by which SQL reads a clock.

/// Functions that are a clock when they are called.
const CALLED: [&str; 5] = [
    "now()",
    "clock_timestamp()",
    "statement_timestamp()",
    "transaction_timestamp()",
    "timeofday()",
];

/// Words that are a clock as they stand.
const BARE: [&str; 5] =
    ["current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"];

/// Literals that are a clock once they are read as a time.
const QUOTED: [&str; 4] = ["'now'", "'today'", "'tomorrow'", "'yesterday'"];

/// The types before such a literal.
const TYPES: [&str; 4] = ["timestamptz", "timestamp", "date", "time"];

/// Every clock in the text, each with the number of line ends before it.
///
/// Comments are skipped. Strings are read like all else, for what a function executes is a
/// string too.
pub(super) fn clocks(sql: &str) -> Vec<(usize, &'static str)> {
    let sql = without_comments(&sql.to_ascii_lowercase());
    let mut found = Vec::new();
    for (line, text) in sql.lines().enumerate() {
        let called = CALLED.into_iter().filter(|shown| is_called(text, shown));
        let bare = BARE.into_iter().filter(|word| words(text, word).next().is_some());
        let quoted = QUOTED.into_iter().filter(|literal| is_time(text, literal));
        found.extend(called.chain(bare).chain(quoted).map(|clock| (line, clock)));
    }
    found
}

fn is_called(text: &str, shown: &str) -> bool {
    let name = shown.trim_end_matches("()");
    words(text, name).any(|(_, after)| after.trim_start().starts_with('('))
}

fn is_time(text: &str, literal: &str) -> bool {
    around(text, literal).any(|(before, after)| {
        let before = before.trim_end();
        after.trim_start().starts_with("::") || TYPES.iter().any(|name| before.ends_with(name))
    })
}

/// What stands before and after the word, wherever it stands as a whole.
fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    around(text, word).filter(|(before, after)| {
        !before.ends_with(is_of_a_name) && !after.starts_with(is_of_a_name)
    })
}

fn around<'a>(text: &'a str, part: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.match_indices(part).filter_map(move |(start, _)| {
        let (before, rest) = text.split_at_checked(start)?;
        Some((before, rest.strip_prefix(part)?))
    })
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The text with its comments left out, and its lines where they were.
pub(super) fn without_comments(sql: &str) -> String {
    let mut left = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(start) = rest.find(['\'', '-', '/']) {
        let (before, from) = rest.split_at(start);
        left.push_str(before);
        let length = match from {
            _ if from.starts_with("--") => from.find('\n').unwrap_or(from.len()),
            _ if from.starts_with("/*") => length_of_block(from),
            _ if from.starts_with('\'') => {
                let length = from.char_indices().skip(1).find(|(_, c)| *c == '\'');
                let (string, _) = from.split_at(length.map_or(from.len(), |(end, _)| end + 1));
                left.push_str(string);
                string.len()
            }
            _ => {
                left.extend(from.chars().next());
                1
            }
        };
        let (passed, after) = from.split_at(length);
        if passed.starts_with("/*") {
            left.extend(passed.matches('\n'));
        }
        rest = after;
    }
    left.push_str(rest);
    left
}

/// The length of the comment that the text begins with; comments within it belong to it.
fn length_of_block(sql: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::clocks;

    #[test]
    fn every_clock_of_the_server_is_found() {
        for (sql, clock) in [
            ("select now()", "now()"),
            ("select NOW ( )", "now()"),
            ("select pg_catalog.now()", "now()"),
            ("select clock_timestamp() - $1", "clock_timestamp()"),
            ("at timestamptz default current_timestamp,", "current_timestamp"),
            ("where day < current_date", "current_date"),
            ("select 'now'::timestamptz", "'now'"),
            ("select timestamptz 'tomorrow'", "'tomorrow'"),
            ("execute 'select now()'", "now()"),
        ] {
            assert_eq!(clocks(sql), [(0, clock)], "{sql}");
        }
    }

    #[test]
    fn names_and_words_that_only_look_like_a_clock_are_none() {
        for sql in [
            "where at <= $now",
            "select known(1), now_or_never(2), x_current_date",
            "select now from clocks",
            "where due = 'now' and mood = 'today'",
        ] {
            assert_eq!(clocks(sql), [], "{sql}");
        }
    }

    #[test]
    fn comments_are_skipped_and_lines_stay_as_they_are() {
        let sql = "-- never now()\nselect '--', /* now() /* now() */\n now() */ 1 / 2 - 1,\n now()";
        assert_eq!(clocks(sql), [(3, "now()")]);
    }
}
