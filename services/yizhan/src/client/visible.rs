//! Text of other people, so that a terminal shows it and does not obey it.
//!
//! What somebody reports may hold anything: an escape sequence would recolour, move or rewrite what
//! stands on the screen, a line break would forge a line, a mark of direction would turn what is read.

use std::fmt::Write as _;

/// A line break where there is room for one line alone.
const BREAK: char = '⏎';

/// In one line.
pub(super) fn in_one_line(text: &str) -> String {
    let lines: Vec<_> = lines(text).collect();
    lines.join(&BREAK.to_string())
}

/// With its lines, each but the first behind so many columns.
pub(super) fn indented(text: &str, columns: usize) -> String {
    let lines: Vec<_> = lines(text).collect();
    lines.join(&format!("\n{:columns$}", ""))
}

/// Its lines, with all that is not seen written out.
fn lines(text: &str) -> impl Iterator<Item = String> {
    let text = text.strip_suffix('\n').unwrap_or(text).replace("\r\n", "\n");
    let lines: Vec<_> = text.split(breaks).map(written_out).collect();
    lines.into_iter()
}

/// What terminals, editors or Unicode take for the end of a line.
const fn breaks(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn written_out(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        if c.is_control() || turns(c) {
            let _ = write!(shown, "{}", c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The marks by which text changes its direction (Unicode, UAX 9).
const fn turns(c: char) -> bool {
    let marks = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}');
    marks || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        for (text, shown) in [
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("\u{9b}31mred", "\\u{9b}31mred"),
            ("a\tb\u{7}", "a\\tb\\u{7}"),
            ("\u{202e}desrever", "\\u{202e}desrever"),
            ("爆管了，快来", "爆管了，快来"),
            ("👩‍🔧 comes", "👩‍🔧 comes"),
        ] {
            assert_eq!(in_one_line(text), shown);
            assert_eq!(indented(text, 3), shown);
        }
    }

    #[test]
    fn no_text_makes_a_line_of_its_own() {
        let forged = "it drips\nState  closed\r\nEnd\rover\u{2028}there\n";
        assert_eq!(in_one_line(forged), "it drips⏎State  closed⏎End⏎over⏎there");
        assert_eq!(
            indented(forged, 4),
            "it drips\n    State  closed\n    End\n    over\n    there"
        );
    }
}
