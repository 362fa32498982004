use std::fmt::Write as _;

use definitions::{Check, Code, Names};

use crate::checklist::{Ticks, on_ticks};

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn list(codes: &[&str]) -> Vec<Check> {
    let check = |text: &&str| {
        let names = Names { zh: "物品".to_owned(), en: "Thing".to_owned() };
        Check { check: code(text), names }
    };
    codes.iter().map(check).collect()
}

fn ticks(checked: &[&str], missing: &[&str]) -> Ticks {
    let codes = |texts: &[&str]| texts.iter().map(|text| code(text)).collect();
    Ticks { checked: codes(checked), missing: codes(missing) }
}

#[test]
fn every_list_answers_every_signature() {
    let mut table = String::new();
    for listed in [&[] as &[&str], &["keys", "radio", "door-list"]] {
        let _ = writeln!(table, "the list [{}]", listed.join(", "));
        for (checked, missing) in [
            (&[] as &[&str], &[] as &[&str]),
            (&["keys"], &[]),
            (&["keys", "radio", "door-list"], &[]),
            (&["keys", "door-list"], &["radio"]),
            (&[], &["keys", "radio", "door-list"]),
            (&["keys", "radio", "door-list"], &["radio"]),
            (&["keys", "radio", "door-list", "torch"], &[]),
            (&["keys", "radio", "door-list"], &["torch"]),
            (&["keys", "torch"], &["keys", "torch", "radio"]),
        ] {
            let answer = match on_ticks(&list(listed), &ticks(checked, missing)) {
                Ok(()) => "signed".to_owned(),
                Err(unchecked) => unchecked.to_string(),
            };
            let signed = format!("[{}] missing [{}]", checked.join(", "), missing.join(", "));
            let _ = writeln!(table, "  {signed:<60} {answer}");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_is_wrong_is_said_of_the_field_where_it_is_mended() {
    let unchecked =
        on_ticks(&list(&["keys", "radio"]), &ticks(&["keys", "torch"], &["keys", "lamp"]));
    let fields: Vec<_> = unchecked.unwrap_err().violations().collect();
    let told = |field, what: &str| (field, what.to_owned());
    assert_eq!(
        fields,
        [
            told("checked", "radio: neither checked nor missing"),
            told("checked", "torch: not on the desk's check list"),
            told("missing", "keys: said to be checked too"),
            told("missing", "lamp: not on the desk's check list"),
        ]
    );
}
