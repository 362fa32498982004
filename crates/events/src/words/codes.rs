use std::{fmt, str::FromStr, sync::Arc};

use super::Aggregate;
use crate::text::shown;

/// Declares codes that the campus chooses: `[a-z0-9-]`, at most so many characters.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident: $kind:literal, $longest:literal $(, never $reserved:ident)?;)+) => {$(
        $(#[$doc])*
        #[doc = concat!("\n\nMatches `[a-z0-9-]{1,", $longest, "}`; cheap to clone.")]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The code itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidCode;

            fn from_str(text: &str) -> Result<Self, InvalidCode> {
                let code = parse($kind, $longest, text)?;
                $(if let Ok(word) = text.parse::<$reserved>() {
                    return Err(InvalidCode::Reserved { kind: $kind, word: word.word() });
                })?
                Ok(Self(code))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        on_the_wire_as_text!($name, concat!("^[a-z0-9-]{1,", $longest, "}$"));
    )+};
}

codes! {
    /// A department; never changes once given.
    ///
    /// It is a token of its work orders' subjects, beside the names of aggregates: so it may be
    /// none of them.
    DepartmentId: "department", 32, never Aggregate;
    /// A service item (服务事项).
    ItemId: "item", 64;
    /// A place: campus, building, floor or room.
    PlaceId: "place", 64;
    /// A ladder (逐级上报).
    LadderId: "ladder", 64;
    /// A calendar.
    CalendarId: "calendar", 64;
    /// A message template.
    TemplateId: "template", 64;
    /// A document of the definitions, unique within its kind.
    DocumentId: "document", 64;
    /// An installation: one university; set once.
    Installation: "installation", 32;
}

/// A post (岗) of a department, `<department>/<post>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostId {
    department: DepartmentId,
    name: Arc<str>,
}

impl PostId {
    /// Whose post it is.
    pub fn department(&self) -> &DepartmentId {
        &self.department
    }

    /// Its name within the department.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for PostId {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let Some((department, name)) = text.split_once('/') else {
            return Err(InvalidCode::NoDepartment { text: shown(text) });
        };
        Ok(Self { department: department.parse()?, name: parse("post", 32, name)? })
    }
}

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.department, self.name)
    }
}

impl fmt::Debug for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

on_the_wire_as_text!(PostId, "^[a-z0-9-]{1,32}/[a-z0-9-]{1,32}$");

/// A text that cannot be the code of a `kind`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCode {
    /// Wrong characters, none, or too many.
    #[error("`{text}` is the id of no {kind}: it must be 1 to {longest} of a-z, 0-9 and -")]
    Spelling {
        /// What it should have named.
        kind: &'static str,
        /// The beginning of what was given.
        text: String,
        /// The most characters that are allowed.
        longest: usize,
    },
    /// The name of an aggregate, which is taken in subjects.
    #[error("`{word}` cannot be the id of any {kind}: the word is reserved")]
    Reserved {
        /// What it should have named.
        kind: &'static str,
        /// The word that is taken.
        word: &'static str,
    },
    /// A post without its department.
    #[error("`{text}` is not the id of a post: it must be <department>/<post>")]
    NoDepartment {
        /// The beginning of what was given.
        text: String,
    },
}

fn parse(kind: &'static str, longest: usize, text: &str) -> Result<Arc<str>, InvalidCode> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=longest).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text.into())
    } else {
        Err(InvalidCode::Spelling { kind, text: shown(text), longest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_may_not_bear_the_name_of_an_aggregate() {
        for aggregate in Aggregate::ALL {
            let refusal = aggregate.word().parse::<DepartmentId>().unwrap_err();
            assert!(matches!(refusal, InvalidCode::Reserved { .. }), "{aggregate}: {refusal}");
        }
        assert!("case/b".parse::<PostId>().is_err());
        assert!("caseworkers".parse::<DepartmentId>().is_ok());
    }

    #[test]
    fn a_code_is_short_and_lower_case() {
        for wrong in ["", "Water", "水电", "a.b", "a>b", "a*", "a b", &"a".repeat(33)] {
            assert!(wrong.parse::<DepartmentId>().is_err(), "{wrong}");
        }
        assert!("a".repeat(32).parse::<DepartmentId>().is_ok());
        assert!("dorm-7-304".parse::<PlaceId>().is_ok());
    }

    #[test]
    fn a_post_is_known_by_its_department() {
        let post: PostId = "water-power/duty".parse().unwrap();
        assert_eq!((post.department().as_str(), post.name()), ("water-power", "duty"));
        assert_eq!(serde_json::to_value(&post).unwrap(), "water-power/duty");
        for wrong in ["duty", "water/", "/duty", "water/duty/night"] {
            assert!(wrong.parse::<PostId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_refusal_shows_only_the_beginning_of_a_long_text() {
        let refusal = "X".repeat(1_000_000).parse::<ItemId>().unwrap_err();
        assert!(refusal.to_string().len() < 200);
    }
}
