mod occasion;

pub use occasion::{NotAnOccasion, Occasion};

use crate::{
    Language,
    problem::instead,
    read::{Cursor, Unknown, fields, text},
};

/// The text of one message, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What it is about.
    pub occasion: Occasion,
    zh: Vec<Piece>,
    en: Vec<Piece>,
}

impl Template {
    /// The message in a language, each field replaced by its value.
    pub fn render(&self, language: Language, value: impl Fn(Field) -> String) -> String {
        let pieces = match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        };
        let render = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Field(field) => value(*field),
        };
        pieces.iter().map(render).collect()
    }
}

/// What a message can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The case's number.
    Number,
    /// The item's name.
    Item,
    /// The place with all that it lies in.
    Place,
    /// How much haste.
    Urgency,
    /// When it was received.
    Received,
    /// When it was promised.
    Due,
    /// When it was done.
    Completed,
    /// What was promised before.
    Before,
    /// What the work waits for.
    Reason,
    /// Why a promise moved, why nobody has it, or why no clock rests; of one that is at risk, what to do
    /// where it cannot be kept.
    Why,
    /// Until when more time is asked for, or a clock rests at most.
    Until,
    /// When somebody comes, as agreed.
    Visit,
    /// How long the promise is overdue, or the desk without anybody.
    Late,
    /// Which promise.
    Commitment,
    /// The department that has it, or whose desk it is.
    Department,
    /// The post that has it, or the desk.
    Post,
    /// Which time round.
    Cycle,
    /// Which rung.
    Rung,
    /// How often its requester asked again.
    Chases,
    /// All places that an incident touches.
    Places,
    /// When an incident is expected to be over.
    Expected,
    /// Where whoever is told answers: a link of their own.
    Link,
    /// After the post, in brackets: what who has it is called, if their department publishes that.
    Handler,
    /// At the end: what comes next in words of who completed it, if they said so.
    Next,
}

impl Field {
    /// Its word between braces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Item => "item",
            Self::Place => "place",
            Self::Urgency => "urgency",
            Self::Received => "received",
            Self::Due => "due",
            Self::Completed => "completed",
            Self::Before => "before",
            Self::Reason => "reason",
            Self::Why => "why",
            Self::Until => "until",
            Self::Visit => "visit",
            Self::Late => "late",
            Self::Commitment => "commitment",
            Self::Department => "department",
            Self::Post => "post",
            Self::Cycle => "cycle",
            Self::Rung => "rung",
            Self::Chases => "chases",
            Self::Places => "places",
            Self::Expected => "expected",
            Self::Link => "link",
            Self::Handler => "handler",
            Self::Next => "next",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
}

pub(crate) fn read(occasion: Occasion, cursor: &mut Cursor<'_>) -> Option<Template> {
    fields(cursor, |f| {
        let zh = f.required("zh", |cursor| pieces(occasion, cursor));
        let en = f.required("en", |cursor| pieces(occasion, cursor));
        Some(Template { occasion, zh: zh?, en: en? })
    })
}

fn pieces(occasion: Occasion, cursor: &mut Cursor<'_>) -> Option<Vec<Piece>> {
    let text = text(cursor)?;
    let mut pieces = Vec::new();
    let mut right = Some(());
    for (index, part) in text.split('{').enumerate() {
        let (word, plain) = match part.split_once('}') {
            None if index == 0 => (None, part),
            Some((word, plain)) if index > 0 => (Some(word), plain),
            None | Some(_) => {
                return cursor.refuse("`{` and `}` must enclose a field, such as `{number}`");
            }
        };
        match word.map(|word| field(occasion, word)) {
            None => {}
            Some(Ok(field)) => pieces.push(Piece::Field(field)),
            Some(Err(message)) => right = cursor.refuse(message),
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain.to_owned()));
        }
    }
    let said = |field: &Field| {
        pieces.iter().any(|piece| matches!(piece, Piece::Field(said) if said == field))
    };
    // What was applied before more was asked for is used as it is; and of what was meant by a field
    // that is unknown nobody can tell whether it is missing.
    let asks = cursor.unknown == Unknown::Refused && right.is_some();
    let missing = occasion.required().iter().filter(|field| asks && !said(field));
    let missing: Vec<_> = missing.map(|field| format!("`{{{}}}`", field.word())).collect();
    if !missing.is_empty() {
        let missing = missing.join(" and ");
        return cursor.refuse(format!("the message `{occasion}` must say {missing}"));
    }
    right.map(|()| pieces)
}

/// The field of this word, if it is known on the occasion.
fn field(occasion: Occasion, word: &str) -> Result<Field, String> {
    let known = occasion.fields();
    known.iter().copied().find(|field| field.word() == word).ok_or_else(|| {
        let hint = instead(word, known.iter().map(|field| field.word()));
        format!("the message `{occasion}` knows no field `{{{word}}}`{hint}")
    })
}
