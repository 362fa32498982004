use std::collections::{BTreeMap, BTreeSet};

use authz::Role;
use csv::{ReaderBuilder, StringRecord, Trim};
use definitions::Rules;
use events::words::{DepartmentId, InvalidCode, Level, PlaceId, PostId, UnknownWord};
use rpc::{Code, Error, FieldViolation};

use crate::personal::{More, Personal};

/// What the file is called in a finding, which reads `<file>:<line> <column>`.
const FILE: &str = "people.csv";

/// The columns that every file has.
const COLUMNS: [&str; 6] = ["account", "name", "roles", "department", "posts", "phone"];

/// Those that may be left out.
const OPTIONAL: [&str; 5] = ["level", "mail", "number", "home", "formerly"];

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

/// The longest address of mail, as RFC 5321 has it.
const LONGEST_MAIL: usize = 254;

/// The longest campus number.
const LONGEST_NUMBER: usize = 64;

/// Roles that mean nothing without a department.
const OF_A_DEPARTMENT: [Role; 4] =
    [Role::GuardPost, Role::Repairer, Role::DepartmentHandler, Role::DepartmentHead];

/// One person, as the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// What they log in by.
    pub(crate) login: String,
    pub(crate) personal: Personal,
    pub(crate) roles: BTreeSet<Role>,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) posts: BTreeSet<PostId>,
    /// The highest level that they are cleared for: all that their roles give, if nothing is said.
    pub(crate) level: Level,
    /// What the account was called before, if it was called otherwise: by an admission number.
    pub(crate) formerly: Option<String>,
}

/// Reads the file; wrong as a whole if anything is, with every mistake named by line and column.
///
/// ```csv
/// account,name,roles,department,posts,phone
/// team-leader,班长青,department-handler;leader,logistics,logistics/repair-leader,8601
/// ```
///
/// Several roles or posts are divided by `;`. Departments and posts are those of `rules`.
pub(crate) fn parse(text: &str, rules: &Rules) -> Result<Vec<Row>, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader =
        ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(Error::internal)?.clone();
    let mut mistakes = Mistakes::default();
    let columns = columns(&header, &mut mistakes);
    let (mut rows, mut taken) = (Vec::new(), Taken::default());
    for record in reader.records() {
        // The reader is given a text, so all that could be wrong is not.
        let record = record.map_err(Error::internal)?;
        let at = At { line: line(text, &record), columns: &columns, record: &record };
        if record.len() != header.len() {
            let problem = format!("has {} instead of {} fields", record.len(), header.len());
            mistakes.note(at.line, "", problem);
            continue;
        }
        if let Some(row) = row(&at, rules, &mut mistakes) {
            taken.by(&row, at.line, rules, &mut mistakes);
            rows.push(row);
        }
    }
    mistakes.or(rows)
}

/// What only one row can have, with the line of that row.
#[derive(Debug, Default)]
struct Taken {
    /// An account is what one row says, by its name of now or its former one.
    logins: BTreeMap<String, u64>,
    beds: BTreeMap<PlaceId, u64>,
}

impl Taken {
    fn by(&mut self, row: &Row, line: u64, rules: &Rules, mistakes: &mut Mistakes) {
        let logins = [("account", Some(&row.login)), ("formerly", row.formerly.as_ref())];
        for (column, login) in logins {
            let Some(login) = login else { continue };
            if let Some(before) = self.logins.insert(login.clone(), line) {
                mistakes.note(line, column, format!("`{login}` is on line {before} already"));
            }
        }
        let home = row.personal.more.home.as_ref();
        let Some(bed) = home.filter(|home| rules.place(home).is_some_and(|place| place.is_bed))
        else {
            return;
        };
        if let Some(before) = self.beds.insert(bed.clone(), line) {
            mistakes.note(line, "home", format!("`{bed}` is the bed of line {before} already"));
        }
    }
}

/// The mistakes of a file, in the order of its lines.
#[derive(Debug, Default)]
struct Mistakes(Vec<FieldViolation>);

impl Mistakes {
    fn note(&mut self, line: u64, column: &str, description: impl Into<String>) {
        let field = format!("{FILE}:{line} {column}").trim_end().to_owned();
        self.0.push(FieldViolation { field, description: description.into() });
    }

    fn or<T>(self, value: T) -> Result<T, Error> {
        if self.0.is_empty() {
            return Ok(value);
        }
        let count = self.0.len();
        let message = format!("the file of people has {count} mistakes; nothing was changed");
        let refusal = Error::new(Code::InvalidArgument, "people-invalid", message);
        Err(self
            .0
            .into_iter()
            .fold(refusal, |refusal, one| refusal.violating(one.field, one.description)))
    }
}

/// Where each known column is.
fn columns(header: &StringRecord, mistakes: &mut Mistakes) -> BTreeMap<&'static str, usize> {
    let all: Vec<&'static str> = COLUMNS.into_iter().chain(OPTIONAL).collect();
    for name in header.iter().filter(|name| !all.contains(name)) {
        let allowed = all.join(", ");
        mistakes.note(1, name, format!("is no column: they are {allowed}"));
    }
    let place = |column: &&'static str| {
        header.iter().position(|name| name == *column).map(|place| (*column, place))
    };
    let columns: BTreeMap<_, _> = all.iter().filter_map(place).collect();
    for name in COLUMNS.iter().filter(|name| !columns.contains_key(*name)) {
        mistakes.note(1, name, "this column is missing");
    }
    columns
}

/// The line that a record begins on: its position is before the empty lines that were skipped.
fn line(text: &str, record: &StringRecord) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let skipped = usize::try_from(position.byte()).ok().and_then(|byte| text.get(byte..));
    let skipped = skipped.into_iter().flat_map(str::chars).take_while(|c| matches!(c, '\r' | '\n'));
    position.line() + skipped.filter(|c| *c == '\n').map(|_| 1).sum::<u64>()
}

/// One record with its place.
struct At<'a> {
    line: u64,
    columns: &'a BTreeMap<&'static str, usize>,
    record: &'a StringRecord,
}

impl<'a> At<'a> {
    fn field(&self, column: &str) -> &'a str {
        self.columns.get(column).and_then(|place| self.record.get(*place)).unwrap_or_default()
    }

    /// The parts of a field, divided by `;`.
    fn parts(&self, column: &str) -> impl Iterator<Item = &'a str> {
        self.field(column).split(';').map(str::trim).filter(|part| !part.is_empty())
    }
}

/// The row, or nothing where a mistake was noted.
fn row(at: &At<'_>, rules: &Rules, mistakes: &mut Mistakes) -> Option<Row> {
    let before = mistakes.0.len();
    let login = at.field("account").to_owned();
    if !is_login(&login) {
        let allowed = "must be 1 to 64 of a-z, 0-9, `.`, `_` and `-`, beginning with a-z or 0-9";
        mistakes.note(at.line, "account", allowed);
    }
    let personal = personal(at, rules, mistakes);
    let formerly = Some(at.field("formerly").to_owned()).filter(|login| !login.is_empty());
    if formerly.as_ref() == Some(&login) {
        mistakes.note(at.line, "formerly", "is what it is called now: leave it empty");
    }
    let roles = roles(at, mistakes);
    let department = department(at, rules, mistakes);
    if let Some(role) = OF_A_DEPARTMENT.into_iter().find(|role| roles.contains(role))
        && at.field("department").is_empty()
    {
        mistakes.note(at.line, "department", format!("the role {role} needs one"));
    }
    let posts = posts(at, rules, mistakes);
    let level = match at.field("level") {
        "" => Some(Level::Confidential),
        text => text
            .parse()
            .map_err(|error: UnknownWord| mistakes.note(at.line, "level", error.to_string()))
            .ok(),
    };
    let level = level.filter(|_| mistakes.0.len() == before)?;
    Some(Row { login, personal, roles, department, posts, level, formerly })
}

fn is_login(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let inner = |byte: u8| plain(byte) || matches!(byte, b'.' | b'_' | b'-');
    text.len() <= 64 && text.bytes().next().is_some_and(plain) && text.bytes().all(inner)
}

fn personal(at: &At<'_>, rules: &Rules, mistakes: &mut Mistakes) -> Personal {
    let (name, phone) = (at.field("name"), at.field("phone"));
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        mistakes.note(at.line, "name", format!("must have 1 to {LONGEST_NAME} characters"));
    }
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !(phone.is_empty() || is_number && (3..=20).contains(&digits.len())) {
        mistakes.note(at.line, "phone", "must be 3 to 20 digits, with + before them or not");
    }
    let phone = Some(phone.to_owned()).filter(|phone| !phone.is_empty());
    Personal { name: name.to_owned(), phone, more: more(at, rules, mistakes) }
}

fn more(at: &At<'_>, rules: &Rules, mistakes: &mut Mistakes) -> More {
    let (mail, number, home) = (at.field("mail"), at.field("number"), at.field("home"));
    let is_mail = mail
        .split_once('@')
        .is_some_and(|(who, host)| !who.is_empty() && !host.is_empty() && !host.contains('@'));
    let is_plain = |text: &str| !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if !(mail.is_empty() || is_mail && is_plain(mail) && mail.len() <= LONGEST_MAIL) {
        let what =
            format!("must be an address like one@example.edu, of up to {LONGEST_MAIL} bytes");
        mistakes.note(at.line, "mail", what);
    }
    if !is_plain(number) || number.chars().count() > LONGEST_NUMBER {
        let what = format!("must have up to {LONGEST_NUMBER} characters, and no space");
        mistakes.note(at.line, "number", what);
    }
    let place = (!home.is_empty()).then(|| home.parse::<PlaceId>());
    let home = match place {
        Some(Ok(place)) if rules.place(&place).is_none() => {
            mistakes.note(at.line, "home", format!("`{place}` is no place of the definitions"));
            None
        }
        Some(Err(error)) => {
            mistakes.note(at.line, "home", error.to_string());
            None
        }
        Some(Ok(place)) => Some(place),
        None => None,
    };
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    More { mail: given(mail), number: given(number), home }
}

fn roles(at: &At<'_>, mistakes: &mut Mistakes) -> BTreeSet<Role> {
    let mut roles = BTreeSet::new();
    for part in at.parts("roles") {
        match part.parse() {
            Ok(Role::Service) => {
                mistakes.note(at.line, "roles", "a person is no `service`");
            }
            Ok(role) => {
                roles.insert(role);
            }
            Err(error) => mistakes.note(at.line, "roles", error.to_string()),
        }
    }
    if at.parts("roles").next().is_none() {
        mistakes.note(at.line, "roles", "must name one or more, divided by `;`");
    }
    roles
}

fn department(at: &At<'_>, rules: &Rules, mistakes: &mut Mistakes) -> Option<DepartmentId> {
    let text = at.field("department");
    if text.is_empty() {
        return None;
    }
    let id: Option<DepartmentId> = text
        .parse()
        .map_err(|error: InvalidCode| mistakes.note(at.line, "department", error.to_string()))
        .ok();
    let id = id?;
    if rules.department(&id).is_none() {
        let known: Vec<_> = rules.departments().map(|one| one.id.to_string()).collect();
        let problem = format!("`{id}` is no department: they are {}", known.join(", "));
        mistakes.note(at.line, "department", problem);
    }
    Some(id)
}

fn posts(at: &At<'_>, rules: &Rules, mistakes: &mut Mistakes) -> BTreeSet<PostId> {
    let mut posts = BTreeSet::new();
    for part in at.parts("posts") {
        match part.parse::<PostId>() {
            Ok(post) if rules.post(&post).is_some() => {
                posts.insert(post);
            }
            Ok(post) => {
                let of = rules.department(post.department());
                let known: Vec<_> = of
                    .into_iter()
                    .flat_map(|one| one.posts.keys())
                    .map(PostId::to_string)
                    .collect();
                let problem = match known.as_slice() {
                    [] => format!("`{}` is no department", post.department()),
                    known => format!("`{post}` is no post: they are {}", known.join(", ")),
                };
                mistakes.note(at.line, "posts", problem);
            }
            Err(error) => mistakes.note(at.line, "posts", error.to_string()),
        }
    }
    posts
}
