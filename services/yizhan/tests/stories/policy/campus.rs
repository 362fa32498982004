//! What the example campus has too little of for the walk: items of every level, for a department
//! that the walkers stand in some relation to, and for one that is nothing to them.

use std::{fs, path::PathBuf, process::Command};

use events::words::{AlarmKind, Level};

use crate::campus::{Campus, home::WORKSPACE};

/// Whose the cases are: how the walkers stand to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Of logistics; each walker stands in the relation to them that is theirs.
    Related,
    /// Of the dormitories; no walker has anything to do with them.
    Aside,
}

impl Side {
    const fn word(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::Aside => "aside",
        }
    }

    /// The post that works on them, and the one that is told when they are late.
    pub(super) const fn posts(self) -> (&'static str, &'static str) {
        match self {
            Self::Related => ("logistics/plumbing", "logistics/repair-leader"),
            Self::Aside => ("housing/caretakers", "housing/head"),
        }
    }

    pub(super) fn item(self, level: Level) -> String {
        format!("{}-{level}", self.word())
    }
}

/// The department of those who are to have nothing to do with any case.
pub(super) const ELSEWHERE: &str = "sports";

const DEPARTMENT: &str = "
---
apiVersion: yizhan/v1
kind: Department
metadata: { name: sports }
spec:
  names: { zh: 体育部, en: Sports Office }
  calendar: campus
  posts:
    - { post: head, names: { zh: 体育部主任, en: Head of Sports }, phone: \"8900\" }
";

/// What touches so many people is critical.
pub(super) const MANY: u32 = 100;

/// It is accepted late after ten minutes, and nobody else is told for a year.
const OF_A_SIDE: &str = "
---
apiVersion: yizhan/v1
kind: Policy
metadata: { name: SIDE }
spec:
  names: { zh: 演练, en: Walk }
  limits:
    accept: { critical: 10min 24x7, urgent: 10min 24x7, normal: 10min 24x7 }
    arrive: { critical: 48h 24x7, urgent: 48h 24x7, normal: 48h 24x7 }
    contain: { critical: 48h 24x7 }
    complete: { critical: 48h 24x7, urgent: 48h 24x7, normal: 48h 24x7 }
    call-back: { critical: 12h 24x7, urgent: 12h 24x7, normal: 12h 24x7 }
  ladders: { accept: SIDE, arrive: SIDE, contain: SIDE, complete: SIDE, call-back: SIDE }
  alert: { atOnce: [LEADER], everySeconds: 600 }
  callback: { attempts: 3, days: 2, hours: 2, within: [08:30-12:00, 14:30-21:30] }
  reopenWithinDays: { closed-solved: 7, closed-uncalled: 7, closed-unreachable: 30 }
---
apiVersion: yizhan/v1
kind: Ladder
metadata: { name: SIDE }
spec:
  names: { zh: 演练, en: Walk }
  rungs: [LEADER]
  climb:
    critical: { interval: 24h 24x7, repeat: 48h 24x7 }
    urgent: { interval: 24h 24x7, repeat: 48h 24x7 }
    normal: { interval: 24h 24x7, repeat: 48h 24x7 }
---
apiVersion: yizhan/v1
kind: Route
metadata: { name: SIDE }
spec: { category: SIDE, post: WORKER }
";

const ITEM: &str = "
---
apiVersion: yizhan/v1
kind: ServiceItem
metadata: { name: ITEM }
spec:
  names: { zh: 演练, en: Walk }
  category: SIDE
  kind: repair
  level: LEVEL
  department: DEPARTMENT
  policy: SIDE
  callback: CALLBACK
  urgency:
    - urgency: critical
      reason: many-affected
      names: { zh: 影响很多人, en: Many are affected }
      when: { people: MANY }
    - urgency: urgent
      reason: walk
      names: { zh: 演练, en: Walk }
      when: { vulnerable: true }
";

/// What makes an item hidden: it is an alarm, whose post handles it.
const ALARM: &str = "  alarm: { type: TYPE, card: { zh: 演练, en: Walk }WORDS }
";

/// The alarm that somebody raises at a level: each has a type of its own.
pub(super) const fn alarm_kind(level: Level) -> AlarmKind {
    match level {
        Level::Public => AlarmKind::Fire,
        Level::Internal => AlarmKind::Injury,
        Level::Restricted => AlarmKind::Fight,
        Level::Confidential => AlarmKind::Intruder,
        Level::Hidden => AlarmKind::Other,
    }
}

/// The alarms of the example campus, those that are not hidden, each at a level of its own.
fn alarms(example: &str) -> String {
    let open = Level::ALL.iter().filter(|level| **level != Level::Hidden);
    let alarm = |level: &Level| {
        let of_kind = format!("    type: {}\n", alarm_kind(*level));
        let document = example.split("---\n").find(|document| document.contains(&of_kind));
        document.unwrap().replace("level: restricted", &format!("level: {level}"))
    };
    open.map(alarm).collect::<Vec<_>>().join("---\n")
}

/// Applies the example campus with them.
pub(super) fn apply(campus: &Campus) {
    let folder: PathBuf = campus.home().path().join("walk");
    let mut copy = Command::new("cp");
    copy.current_dir(WORKSPACE).args(["-r", "examples/campus"]).arg(&folder);
    assert!(copy.status().unwrap().success());
    let file = folder.join("items-alarms.yaml");
    fs::write(&file, alarms(&fs::read_to_string(&file).unwrap())).unwrap();
    let sides = [Side::Related, Side::Aside].map(documents).concat();
    fs::write(folder.join("walk.yaml"), format!("{DEPARTMENT}{sides}")).unwrap();
    campus.account("admin").does(&format!("apply -f {}", folder.display()));
}

/// The item of a side as an alarm: one side has a type that may be hidden, the other the one that must.
fn hidden(side: Side, item: &str) -> String {
    let (kind, words) = match side {
        Side::Related => (alarm_kind(Level::Hidden), ""),
        Side::Aside => (AlarmKind::PersonAtRisk, ", words: [walk into the sea]"),
    };
    let alarm = ALARM.replace("TYPE", kind.word()).replace("WORDS", words);
    format!("{}{alarm}", item.replace("kind: repair", "kind: alarm"))
}

fn documents(side: Side) -> String {
    let (worker, leader) = side.posts();
    let items = Level::ALL.iter().map(|&level| {
        let called = (level < Level::Confidential).to_string();
        let item = ITEM.replace("ITEM", &side.item(level)).replace("LEVEL", level.word());
        let item = item.replace("CALLBACK", &called);
        if level == Level::Hidden { hidden(side, &item) } else { item }
    });
    let text = [OF_A_SIDE.to_owned(), items.collect()].concat();
    text.replace("MANY", &MANY.to_string())
        .replace("SIDE", side.word())
        .replace("WORKER", worker)
        .replace("LEADER", leader)
        .replace("DEPARTMENT", worker.split('/').next().unwrap())
}
