use definitions::Occasion;
use events::survey::SurveyFact;

use super::{Notice, Particulars, to_people};
use crate::tell::Matter;

impl Matter {
    /// Who has a link of their own hears where they say whether it is solved.
    pub(super) fn hear_survey(&self, fact: &SurveyFact) -> Vec<Notice> {
        match fact {
            SurveyFact::CallbackDue(due) if due.cycle == self.cycle => {
                let callback = Some(due.callback);
                let particulars = Particulars { callback, ..Particulars::default() };
                to_people(&due.linked, Occasion::Survey, &particulars)
            }
            SurveyFact::CallbackDue(_)
            | SurveyFact::CallbackAttempted(_)
            | SurveyFact::CaseAnswered(_)
            | SurveyFact::CallbackWithdrawn(_)
            | SurveyFact::CaseJudged(_) => Vec::new(),
        }
    }
}
