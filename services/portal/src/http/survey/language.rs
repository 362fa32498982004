/// What somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Chinese,
    English,
}

impl Language {
    /// The language that was chosen, else the one that their browser likes best of these two
    /// (RFC 9110, 12.5.4); Chinese if it names neither.
    pub(super) fn of(chosen: Option<&str>, accepted: Option<&str>) -> Self {
        if let Some(chosen) = chosen.and_then(Self::named) {
            return chosen;
        }
        let named = accepted.unwrap_or_default().split(',').filter_map(|range| {
            let (tag, parameter) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight: f32 = parameter.trim().strip_prefix("q=")?.trim().parse().ok()?;
            Some((Self::named(tag)?, weight))
        });
        // Of equally liked ones the first.
        let best = named.reduce(|best, next| if next.1 > best.1 { next } else { best });
        match best {
            Some((language, weight)) if weight > 0.0 => language,
            Some(_) | None => Self::Chinese,
        }
    }

    fn named(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase();
        match tag.split('-').next() {
            Some("zh") => Some(Self::Chinese),
            Some("en") => Some(Self::English),
            Some(_) | None => None,
        }
    }

    /// Its word in an address.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }

    /// Its tag (BCP 47).
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Language::*, *};

    #[test]
    fn a_page_is_in_the_language_that_its_reader_chose_or_likes_best() {
        for (chosen, accepted, read) in [
            (None, None, Chinese),
            (None, Some("en-GB,en;q=0.9,zh;q=0.8"), English),
            (None, Some("zh-CN,zh;q=0.9,en;q=0.8"), Chinese),
            (None, Some("en;q=0.5, zh-Hans; q=0.7"), Chinese),
            (None, Some("de, EN;q=0.3"), English),
            (None, Some("de,fr"), Chinese),
            (None, Some("en;q=0"), Chinese),
            (None, Some("en;q=best,*"), Chinese),
            (Some("en"), Some("zh"), English),
            (Some("zh"), Some("en"), Chinese),
            (Some("fr"), Some("en"), English),
        ] {
            assert_eq!(Language::of(chosen, accepted), read, "{chosen:?} {accepted:?}");
        }
    }
}
