use askama::Template;
use proto::callback_survey::v1::{Names, ShowSurveyResponse, SurveyStanding, SurveyTakes};

use super::{Mistaken, language::Language, texts::Texts};

/// The page, whatever it shows. What comes from elsewhere is escaped by the template.
#[derive(Debug, Template)]
#[template(path = "survey.html")]
pub(super) struct Page<'a> {
    t: &'static Texts,
    language: Language,
    body: Body<'a>,
}

impl<'a> Page<'a> {
    pub(super) fn render(language: Language, body: Body<'a>) -> askama::Result<String> {
        Template::render(&Self { t: Texts::of(language), language, body })
    }
}

/// What a page shows.
#[derive(Debug)]
pub(super) enum Body<'a> {
    /// What is asked.
    Ask {
        about: About<'a>,
        /// What is wrong with what was sent.
        mistake: Option<&'static str>,
        /// The words that came with it.
        written: &'a str,
    },
    /// What was said, if anything was, and what happens next.
    Told {
        about: About<'a>,
        title: &'static str,
        said: Option<&'static str>,
        next: &'static str,
        /// They complained of it besides.
        complained: bool,
        /// That it is not solved after all may still be said.
        may_turn: bool,
        /// What is wrong with what was sent.
        mistake: Option<&'static str>,
        /// The words that came with it.
        written: &'a str,
    },
    /// The link leads nowhere.
    Over,
    /// Nobody knows at the moment.
    Away,
    /// Nobody knows whether what was sent is recorded.
    Unsure,
}

/// What was sent and is no answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mistake<'a> {
    pub(super) what: Mistaken,
    /// The words that came with it.
    pub(super) words: &'a str,
}

impl<'a> Mistake<'a> {
    /// What its sender is told, and the words that they wrote.
    const fn told(self, t: &'static Texts) -> (&'static str, &'a str) {
        let told = match self.what {
            Mistaken::Choice => t.mistake,
            Mistaken::Words => t.too_long,
            Mistaken::Complaint => t.of_nothing,
        };
        (told, self.words)
    }
}

/// What the case is about, in the reader's language.
#[derive(Debug)]
pub(super) struct About<'a> {
    number: &'a str,
    item: &'a str,
    place: &'a str,
    completed: &'a str,
}

impl<'a> Body<'a> {
    /// What is asked, or how it stands, with what is wrong with what was sent.
    pub(super) fn of(
        language: Language,
        survey: &'a ShowSurveyResponse,
        mistake: Option<Mistake<'a>>,
    ) -> Self {
        let about = About {
            number: &survey.case_number,
            item: named(language, survey.item.as_ref()),
            place: named(language, survey.place.as_ref()),
            completed: &survey.completed,
        };
        let t = Texts::of(language);
        let (mistake, written) = mistake.map(|mistake| mistake.told(t)).unzip();
        let written = written.unwrap_or_default();
        let solved = survey.answer.as_ref().map(|answer| answer.solved);
        let said = solved.map(|solved| if solved { t.said_solved } else { t.said_not_solved });
        let (title, next) = match (survey.standing(), said) {
            (SurveyStanding::Newer, _) => (t.newer, t.newer_hint),
            (SurveyStanding::TakenUp, None) => (t.taken_up, t.taken_up_hint),
            (SurveyStanding::TakenUp, Some(_)) => (t.thanks, t.taken_up_hint),
            (SurveyStanding::ToCall, Some(_)) => (t.thanks, t.to_call),
            (SurveyStanding::ToCallFirst, Some(_)) => (t.thanks, t.to_call_first),
            (SurveyStanding::Judged | SurveyStanding::Unspecified, Some(_)) => (t.thanks, t.kept),
            (
                SurveyStanding::ToCall
                | SurveyStanding::ToCallFirst
                | SurveyStanding::Judged
                | SurveyStanding::Unspecified,
                None,
            ) => return Self::Ask { about, mistake, written },
        };
        let may_turn = survey.takes() == SurveyTakes::NotSolved;
        let complained = survey.answer.as_ref().is_some_and(|answer| answer.complains);
        Self::Told { about, title, said, next, complained, may_turn, mistake, written }
    }
}

fn named(language: Language, names: Option<&Names>) -> &str {
    names.map_or("", |names| match language {
        Language::Chinese => &names.zh,
        Language::English => &names.en,
    })
}

#[cfg(test)]
mod tests {
    use proto::callback_survey::v1::Answer;

    use super::*;

    const EVIL: &str = "<script>alert('1')</script>\"&";

    fn survey() -> ShowSurveyResponse {
        let names = |zh: &str, en: &str| Some(Names { zh: zh.to_owned(), en: en.to_owned() });
        ShowSurveyResponse {
            case_number: "2026-11-000007".to_owned(),
            item: names("漏水", "Water Leak"),
            place: names("七舍304", "Dormitory 7, 304"),
            completed: "2026-11-25 20:50".to_owned(),
            standing: SurveyStanding::ToCall.into(),
            takes: SurveyTakes::Answer.into(),
            ..ShowSurveyResponse::default()
        }
    }

    fn rendered(language: Language, body: Body<'_>) -> String {
        Page::render(language, body).unwrap()
    }

    #[test]
    fn the_page_asks_in_both_languages() {
        let survey = survey();
        for language in [Language::Chinese, Language::English] {
            let page = rendered(language, Body::of(language, &survey, None));
            insta::assert_snapshot!(format!("asks-{}", language.word()), page);
        }
    }

    #[test]
    fn the_page_shows_what_was_said_and_whether_that_may_still_turn() {
        let solved = Answer { solved: true, ..Answer::default() };
        let takes = SurveyTakes::NotSolved.into();
        let survey = ShowSurveyResponse { answer: Some(solved), takes, ..survey() };
        insta::assert_snapshot!(
            "said-solved",
            rendered(Language::English, Body::of(Language::English, &survey, None))
        );
        let (answer, takes) = (Some(Answer::default()), SurveyTakes::Unspecified.into());
        let standing = SurveyStanding::TakenUp.into();
        let survey = ShowSurveyResponse { answer, takes, standing, ..survey };
        let page = rendered(Language::English, Body::of(Language::English, &survey, None));
        insta::assert_snapshot!("said-not-solved", page);
    }

    #[test]
    fn whoever_follows_a_link_reads_what_happens_next_and_is_asked_only_where_that_changes_it() {
        use SurveyStanding::{Judged, Newer, TakenUp, ToCall, ToCallFirst};
        let solved = Some(Answer { solved: true, ..Answer::default() });
        let not_solved = Some(Answer::default());
        for (standing, answer, next, asks) in [
            (ToCall, None, "Is it solved?", true),
            (ToCallFirst, None, "Is it solved?", true),
            (Judged, None, "Is it solved?", true),
            (ToCall, solved.clone(), "We still call you back.", true),
            (ToCallFirst, solved.clone(), "call back whoever reported it first.", true),
            (Judged, solved.clone(), "Your answer is recorded.</p>", true),
            (TakenUp, None, "It has been taken up again.", false),
            (TakenUp, solved.clone(), "It has been taken up again.", false),
            (TakenUp, not_solved.clone(), "It has been taken up again.", false),
            (Newer, None, "Open the link in your newest message", false),
            (Newer, solved, "Open the link in your newest message", false),
            (Newer, not_solved, "Open the link in your newest message", false),
        ] {
            // As callback-survey has it: who said "solved" may turn that while it is not taken up again.
            let takes = if answer.is_some() { SurveyTakes::NotSolved } else { SurveyTakes::Answer };
            let takes = if asks { takes } else { SurveyTakes::Unspecified };
            let (standing, takes) = (standing.into(), takes.into());
            let survey = ShowSurveyResponse { answer, takes, standing, ..survey() };
            let page = rendered(Language::English, Body::of(Language::English, &survey, None));
            assert!(page.contains(next), "{next}: {page}");
            assert_eq!(page.contains("<form"), asks, "{page}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_wherever_it_was_sent_from() {
        let solved = Some(Answer { solved: true, ..Answer::default() });
        let takes = SurveyTakes::NotSolved.into();
        let answered = ShowSurveyResponse { answer: solved, takes, ..survey() };
        for survey in [survey(), answered] {
            for (what, said) in [
                (Mistaken::Choice, "choose whether it is solved"),
                (Mistaken::Words, "write at most 2,000 characters"),
                (Mistaken::Complaint, "to complain, say of what"),
            ] {
                let mistake = Some(Mistake { what, words: "drip, drip" });
                let body = Body::of(Language::English, &survey, mistake);
                let page = rendered(Language::English, body);
                assert!(page.contains("role=\"alert\"") && page.contains(said), "{page}");
                assert!(page.contains("drip, drip"), "what was written is there still");
            }
        }
    }

    #[test]
    fn who_complained_reads_that_it_is_accepted() {
        for complains in [true, false] {
            let answer = Some(Answer { solved: true, complains, ..Answer::default() });
            let survey = ShowSurveyResponse { answer, ..survey() };
            let body = Body::of(Language::English, &survey, None);
            let page = rendered(Language::English, body);
            assert_eq!(page.contains("Your complaint is accepted."), complains, "{page}");
        }
    }

    #[test]
    fn no_text_of_others_is_more_than_text() {
        let evil = || Some(Names { zh: EVIL.to_owned(), en: EVIL.to_owned() });
        let survey = ShowSurveyResponse { item: evil(), place: evil(), ..survey() };
        let words = format!("</textarea>{EVIL}");
        let mistake = Some(Mistake { what: Mistaken::Words, words: &words });
        let page = rendered(Language::English, Body::of(Language::English, &survey, mistake));
        assert!(page.contains("alert("), "it is shown");
        for markup in ["<script", "</textarea>&", "\"&\""] {
            assert!(!page.contains(markup), "{markup}: {page}");
        }
        assert_eq!(page.matches("</textarea>").count(), 1);
    }

    #[test]
    fn a_page_has_no_script_and_loads_nothing_of_others() {
        let survey = survey();
        let asks = Body::of(Language::Chinese, &survey, None);
        for body in [asks, Body::Over, Body::Away, Body::Unsure] {
            let page = rendered(Language::Chinese, body);
            for foreign in ["<script", "http:", "https:", "style=", "onclick"] {
                assert!(!page.contains(foreign), "{foreign}");
            }
        }
    }
}
