//! The walk, which the README begins and `docs/walk.md` goes on with: exactly its commands, and the
//! output that they show.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, iter,
    path::Path,
    process::Command,
};

use crate::campus::{Campus, home::WORKSPACE};

/// What the reader types, and what is shown below it.
#[derive(Clone)]
struct Step {
    command: String,
    shown: String,
}

#[test]
fn a_newcomers_walk_shows_what_is_written_below_each_command() {
    let begun = walk("README.md", "A walk");
    let steps = [begun, walk("docs/walk.md", "The desk")].concat();
    assert!(steps.len() > 60, "the walk has only {} commands", steps.len());
    // It begins when the README says that it does.
    let campus = Campus::open();
    let mut ids = BTreeMap::<String, String>::new();
    for Step { command, shown } in steps {
        let command = ids.iter().fold(command, |line, (shown, id)| line.replace(shown, id));
        let output = typed(&campus, &command);
        assert_eq!(shape(&output), shape(&shown), "{command} shows:\n{output}");
        let pairs = iter::zip(shown.split_whitespace(), output.split_whitespace());
        let pairs = pairs.filter(|(shown, _)| is_id(shown));
        ids.extend(pairs.map(|(shown, id)| (shown.to_owned(), id.to_owned())));
        // A reader is slower than the services.
        campus.settle();
    }
}

#[test]
fn up_says_where_it_is_who_may_log_in_and_what_to_try_and_all_of_it_is_so() {
    let campus = Campus::open();
    campus.hears("Ctrl-C stops it");
    let said = campus.said();
    assert!(said.contains(&format!("Yizhan is ready at {}/api/v1", campus.url())), "{said}");
    let (_, accounts) = said.split_once("Demo accounts: ").unwrap();
    let (accounts, _) = accounts.split_once(" (all in ").unwrap();
    let tokens: BTreeSet<_> =
        accounts.split(", ").map(|name| campus.account(name).token().to_owned()).collect();
    assert_eq!(tokens.len(), 5, "{accounts}");

    let (_, to_try) = said.split_once("Try, in another terminal:\n").unwrap();
    let to_try: Vec<_> = to_try.lines().map_while(|line| line.strip_prefix("  ")).collect();
    let types = |command: &&str| {
        let output = typed(&campus, command);
        campus.settle();
        output
    };
    let shown: Vec<_> = to_try.iter().map(types).collect();
    assert_eq!(to_try.len(), 5, "{to_try:?}");
    let number = case_number(&shown[1]).unwrap();
    assert!(shown[2].contains(&number), "the case list: {}", shown[2]);
    assert!(shown[3].contains(&number), "the plumber's work: {}", shown[3]);
}

/// The commands of a section, which are those after a prompt, with what follows each.
fn walk(page: &str, section: &str) -> Vec<Step> {
    let page = fs::read_to_string(Path::new(WORKSPACE).join(page)).unwrap();
    let mut sections = page.split("\n## ");
    let section = sections.find(|one| one.starts_with(&format!("{section}\n"))).unwrap();
    let consoles = section.split("```console\n").skip(1);
    let texts = consoles.map(|console| console.split("```").next().unwrap());
    let steps = texts.flat_map(|text| text.split("$ ").skip(1)).map(|step| {
        let (command, shown) = step.split_once('\n').unwrap();
        Step { command: command.to_owned(), shown: shown.to_owned() }
    });
    steps.collect()
}

/// What the command prints, as typed in a shell in the checkout.
fn typed(campus: &Campus, command: &str) -> String {
    let yizhan = campus.home().yizhan();
    let line = command.replace("./yizhan", &yizhan.get_program().to_string_lossy());
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(line).current_dir(WORKSPACE);
    for (name, value) in yizhan.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// An id or a version, which is another each time.
fn is_id(word: &str) -> bool {
    word.len() >= 16 && word.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// The text without what differs each time, and without the widths that follow from it: ids, case
/// numbers and times are all `#`.
fn shape(text: &str) -> Vec<Vec<String>> {
    let differs = |word: &str| {
        let of_a_time = |c: char| c.is_ascii_hexdigit() || "-:.,TZ".contains(c);
        (word.len() >= 8 || word.contains(':'))
            && word.chars().all(of_a_time)
            && word.contains(|c: char| c.is_ascii_digit())
    };
    let mask = |word: &str| if differs(word) { "#".to_owned() } else { word.to_owned() };
    text.lines().map(|line| line.split_whitespace().map(mask).collect()).collect()
}

/// The first case number in a text: `2026-11-000001`.
fn case_number(text: &str) -> Option<String> {
    let words = text.split(|c: char| !(c.is_ascii_digit() || c == '-'));
    words.map(ToOwned::to_owned).find(|word| word.parse::<events::words::CaseNumber>().is_ok())
}
