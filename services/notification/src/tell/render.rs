use std::collections::BTreeSet;

use definitions::{Field, Handlers, Language, Names, Occasion, Post, Rules};
use events::words::{
    CaseNumber, Commitment, HoldReason, MoveCause, PauseRefusal, PostId, Recipient, Urgency,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    Addressee, Matter, Notice,
    hear::{Particulars, Whose, Why},
};
use crate::{inserts, links};

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// The case's number and what it is about.
    pub(crate) title: String,
    /// The template in Chinese and, on a line of its own, in English: whoever receives it has not
    /// said yet what they read.
    pub(crate) text: String,
    /// The same with marks of what no row holds, which is put in at the last moment; absent if there is
    /// nothing of the kind. Where it cannot be had, the text is said.
    pub(crate) full: Option<String>,
}

impl Words {
    /// What is said where others read along: which case, and nothing of it.
    pub(crate) fn sealed(number: CaseNumber) -> Self {
        let text = format!("报警 {number}:请打开系统查看。\nAlarm {number}: open the system.");
        Self { title: number.to_string(), text, full: None }
    }
}

/// Where there is nothing to say.
const NOTHING: &str = "—";

/// The words of a notice by the definitions of the case. If those were written before there was a message
/// for it, the newest have its template; `None` if they have none either.
pub(crate) fn words(
    (rules, newest): (&Rules, &Rules),
    matter: &Matter,
    notice: &Notice,
) -> Option<Words> {
    let item = rules.item(&matter.item)?;
    let zone = rules.calendar_for(&item.department)?.zone();
    let template = [rules, newest].into_iter().find_map(|one| one.template(notice.occasion))?;
    let text = |is_full| {
        let [zh, en] = [Language::Chinese, Language::English].map(|language| {
            let item = &item.names;
            let speaker = Speaker { rules, matter, notice, item, zone, language, is_full };
            template.render(language, |field| speaker.value(field))
        });
        format!("{zh}\n{en}")
    };
    let (text, full) = (text(false), Some(text(true)));
    let full = full.filter(|full| *full != text);
    let Names { zh: name, en: english } = &item.names;
    let title = format!("{} {name} {english}", matter.number);
    Some(Words { title, text, full })
}

/// The words for whoever is to take over the desk, which was so long without anybody; `None` if these
/// definitions have none.
pub(crate) fn of_desk(rules: &Rules, desk: &Post, without: SignedDuration) -> Option<Words> {
    let template = rules.template(Occasion::DeskUntaken)?;
    let department = rules.department(desk.id.department())?;
    let line = |language| {
        template.render(language, |field| match field {
            Field::Late => length(without, language),
            Field::Department => department.names.in_language(language).to_owned(),
            Field::Post => desk.names.in_language(language).to_owned(),
            Field::Number
            | Field::Item
            | Field::Place
            | Field::Urgency
            | Field::Received
            | Field::Due
            | Field::Completed
            | Field::Before
            | Field::Reason
            | Field::Why
            | Field::Until
            | Field::Visit
            | Field::Commitment
            | Field::Cycle
            | Field::Rung
            | Field::Chases
            | Field::Places
            | Field::Expected
            | Field::Link
            | Field::Handler
            | Field::Next => NOTHING.to_owned(),
        })
    };
    let [zh, en] = [Language::Chinese, Language::English].map(line);
    let Names { zh: name, en: english } = &desk.names;
    Some(Words { title: format!("{name} {english}"), text: format!("{zh}\n{en}"), full: None })
}

/// Says what is known in one language.
struct Speaker<'a> {
    rules: &'a Rules,
    matter: &'a Matter,
    notice: &'a Notice,
    item: &'a Names,
    zone: &'a TimeZone,
    language: Language,
    /// With marks of what no row holds.
    is_full: bool,
}

impl Speaker<'_> {
    fn value(&self, field: Field) -> String {
        let Self { rules, matter, language, .. } = *self;
        let particulars = &self.notice.particulars;
        let promised = matter.promise.as_ref().map(|promise| promise.due);
        let said = match field {
            Field::Number => Some(matter.number.to_string()),
            Field::Item => Some(self.item.in_language(language).to_owned()),
            Field::Place => rules.place_name(&matter.place, language),
            Field::Urgency => Some(self.either(urgency(matter.urgency)).to_owned()),
            Field::Received => Some(self.local(matter.received_at)),
            Field::Due => particulars.due.or(promised).map(|due| self.local(due)),
            Field::Completed => {
                let over_at = matter.incident.as_ref().and_then(|incident| incident.over_at);
                over_at.or(matter.completed_at).map(|at| self.local(at))
            }
            Field::Before => particulars.before.map(|due| self.local(due)),
            Field::Reason => particulars.reason.map(|one| self.reason(one).to_owned()),
            Field::Why => particulars.why.map(|why| self.why(why)),
            Field::Until => particulars.until.map(|until| self.local(until)),
            Field::Visit => particulars.visit.map(|visit| self.local(visit)),
            Field::Late => particulars.late.map(|late| length(late, language)),
            Field::Commitment => {
                particulars.commitment.map(|one| self.either(commitment(one)).to_owned())
            }
            Field::Department => self.departments(),
            Field::Post => self.posts(),
            Field::Cycle => Some(matter.cycle.to_string()),
            Field::Chases => particulars.chases.map(|chases| chases.to_string()),
            Field::Rung => particulars.rung.map(|rung| rung.to_string()),
            Field::Places => {
                let incident = matter.incident.as_ref();
                incident.map(|incident| rules.place_names(&incident.known.places, language))
            }
            Field::Link => particulars.callback.map(links::mark),
            Field::Handler => Some(self.handler()),
            Field::Next => Some(self.next_steps()),
            Field::Expected => {
                Some(rules.expected_end(&matter.item, particulars.expected, language))
            }
        };
        said.unwrap_or_else(|| NOTHING.to_owned())
    }

    /// Who has it, if their department publishes names.
    fn handler(&self) -> String {
        let Particulars { handler, whose, .. } = &self.notice.particulars;
        let (Some(handler), Some(Whose::Post(post))) = (handler, whose) else {
            return String::new();
        };
        let publishes = self.rules.department(post.department()).map(|one| one.handlers);
        match publishes.unwrap_or_default() {
            Handlers::Named if self.is_full => {
                let (open, close) = match self.language {
                    Language::Chinese => ("(", ")"),
                    Language::English => (" (", ")"),
                };
                format!("{open}{}{close}", inserts::name(*handler))
            }
            Handlers::Named | Handlers::Unnamed => String::new(),
        }
    }

    /// What comes next, or where to read it.
    fn next_steps(&self) -> String {
        let next_steps = &self.notice.particulars.next_steps;
        if next_steps.is_empty() {
            return String::new();
        }
        if !self.is_full {
            let words = ("后续安排请在办件中查看。", " Please read in the case what comes next.");
            return self.either(words).to_owned();
        }
        let marks: Vec<_> = next_steps.iter().copied().map(inserts::next_steps).collect();
        format!("{}{}", self.either(("后续安排:", " What comes next: ")), marks.join("; "))
    }

    /// The departments of those posts, each once.
    fn departments(&self) -> Option<String> {
        let posts = self.whose();
        let departments: BTreeSet<_> = posts.iter().map(PostId::department).collect();
        self.list(departments.into_iter().filter_map(|id| Some(&self.rules.department(id)?.names)))
    }

    fn posts(&self) -> Option<String> {
        let posts = self.whose();
        self.list(posts.iter().filter_map(|id| Some(&self.rules.post(id)?.names)))
    }

    /// The posts whose it is: those that the notice is about, or all that have work of the case; when
    /// all is done, the last that it was offered to.
    fn whose(&self) -> Vec<PostId> {
        let matter = self.matter;
        match &self.notice.particulars.whose {
            Some(Whose::Post(post)) => vec![post.clone()],
            Some(Whose::WorkIn(department)) => matter.posts_in(department).cloned().collect(),
            Some(Whose::Desk) => self.posts_of(&Addressee::Desk),
            Some(Whose::HeadOf(department)) => {
                self.posts_of(&Addressee::HeadOf(department.clone()))
            }
            Some(Whose::Unknown) => Vec::new(),
            None => {
                let holders = matter.posts();
                let last = matter.post.as_ref().filter(|_| holders.is_empty());
                holders.into_iter().chain(last).cloned().collect()
            }
        }
    }

    fn posts_of(&self, addressee: &Addressee) -> Vec<PostId> {
        let found = addressee.find(self.rules, self.matter).into_iter();
        let post = |to| match to {
            Recipient::Post(post) => Some(post),
            Recipient::Person(_) | Recipient::Account(_) => None,
        };
        found.filter_map(post).collect()
    }

    fn list<'n>(&self, names: impl Iterator<Item = &'n Names>) -> Option<String> {
        let names: Vec<_> = names.map(|one| one.in_language(self.language)).collect();
        (!names.is_empty()).then(|| names.join(self.either(("、", " and "))))
    }

    fn why(&self, why: Why) -> String {
        match why {
            Why::Moved { cause, reason: waits, is_sooner } => {
                let cause = self.moved(cause, is_sooner);
                match waits.filter(|_| !is_sooner) {
                    Some(waits) => {
                        format!("{}{}{cause}", self.reason(waits), self.either((",", "; ")))
                    }
                    None => cause,
                }
            }
            Why::Unclaimed => {
                self.either(("到时限无人接单", "nobody has claimed it in time")).to_owned()
            }
            Why::Unattended => {
                let words = ("接单人到时限未到场", "whoever claimed it did not come in time");
                self.either(words).to_owned()
            }
            Why::Uncovered => {
                let words = ("该岗位当前无人在岗", "nobody is at work there and nobody stands in");
                self.either(words).to_owned()
            }
            Why::Unpaused(cause) => self.either(unpaused(cause)).to_owned(),
            Why::AtRisk(commitment) => self.either(remedy(commitment)).to_owned(),
        }
    }

    /// Why a promise moved.
    fn moved(&self, cause: MoveCause, is_sooner: bool) -> String {
        let words = match cause {
            MoveCause::Extension => ("已批准延期", "more time was granted"),
            MoveCause::Leader => ("领导批准延期", "a leader gave more time"),
            MoveCause::Pause if is_sooner => ("等待提前结束", "the wait was over sooner"),
            MoveCause::Pause => ("等待期间不计时", "the time until then does not count"),
            MoveCause::Containment => {
                ("险情已排除,后续按紧急办理", "the danger is over, and the rest is done as urgent")
            }
            MoveCause::Calendar => ("新的校历已公布", "the calendar of that time was announced"),
            MoveCause::Urgency => {
                let now = self.either(urgency(self.matter.urgency));
                return format!("{}{now}", self.either(("紧急程度改为", "it is now ")));
            }
        };
        self.either(words).to_owned()
    }

    /// What the work waits for, as it is said to whoever is told.
    const fn reason(&self, reason: HoldReason) -> &'static str {
        let is_staff = !matches!(self.notice.to, Addressee::Named(Recipient::Person(_)));
        self.either(match reason {
            HoldReason::NoAccess => ("无人在场", "nobody is there to open"),
            HoldReason::RequesterAnswer if is_staff => {
                ("等诉求人答复", "the requester's answer is awaited")
            }
            HoldReason::RequesterAnswer => ("等您答复", "your answer is awaited"),
            HoldReason::OutsideAuthority => {
                ("等外部单位", "it is in the hands of an outside authority")
            }
            HoldReason::Parts => ("等配件", "parts are awaited"),
            HoldReason::Budget => ("等经费", "money is awaited"),
            HoldReason::Staff => ("人手不足", "there are not hands enough"),
        })
    }

    /// An instant as the clocks of the campus show it.
    fn local(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    const fn either(&self, words: (&'static str, &'static str)) -> &'static str {
        either(self.language, words)
    }
}

/// Days, hours and minutes, as far as there are any.
fn length(length: SignedDuration, language: Language) -> String {
    let minutes = length.as_mins();
    if minutes < 1 {
        return either(language, ("不到1分钟", "less than 1 min")).to_owned();
    }
    let parts = [
        (minutes / 1_440, "天", " d"),
        (minutes / 60 % 24, "小时", " h"),
        (minutes % 60, "分钟", " min"),
    ];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
    let parts: Vec<_> =
        parts.map(|(count, zh, en)| format!("{count}{}", either(language, (zh, en)))).collect();
    parts.join(either(language, ("", " ")))
}

const fn either(language: Language, (zh, en): (&'static str, &'static str)) -> &'static str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

const fn urgency(urgency: Urgency) -> (&'static str, &'static str) {
    match urgency {
        Urgency::Normal => ("一般", "normal"),
        Urgency::Urgent => ("紧急", "urgent"),
        Urgency::Critical => ("非常紧急", "critical"),
    }
}

const fn unpaused(cause: PauseRefusal) -> (&'static str, &'static str) {
    match cause {
        PauseRefusal::AfterDue => ("申请时已超时", "it was due before"),
        PauseRefusal::NotInPolicy => ("此原因不停表", "for this reason no clock rests"),
        PauseRefusal::Denied => ("审批人未同意", "who decides said no"),
        PauseRefusal::Undecided => ("到期前无人审批", "nobody had decided when it was due"),
    }
}

/// What who has it does where it cannot be kept. Nobody gives more time for an answer: who promised it
/// answers for now.
const fn remedy(commitment: Commitment) -> (&'static str, &'static str) {
    match commitment {
        Commitment::FollowUp => (
            "请先作阶段性答复,并约定下次答复时间",
            "answer for now and say when the next answer comes",
        ),
        Commitment::Accept
        | Commitment::Arrive
        | Commitment::Contain
        | Commitment::Complete
        | Commitment::Answer
        | Commitment::Reply
        | Commitment::Adjudicate
        | Commitment::CallBack => ("请在到期前申请延期", "ask for an extension before it is due"),
    }
}

const fn commitment(commitment: Commitment) -> (&'static str, &'static str) {
    match commitment {
        Commitment::Accept => ("接单", "accept"),
        Commitment::Arrive => ("到场", "arrive"),
        Commitment::Contain => ("排险", "contain"),
        Commitment::Complete => ("办结", "complete"),
        Commitment::Answer => ("答复", "answer"),
        Commitment::Reply => ("答复询问", "reply"),
        Commitment::Adjudicate => ("裁定", "adjudicate"),
        Commitment::FollowUp => ("跟进", "follow up"),
        Commitment::CallBack => ("回访", "call back"),
    }
}
