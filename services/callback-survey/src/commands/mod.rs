//! What may be asked of callback-survey, one use case a file.
//!
//! ```text
//!  begin ─ Intent::begin ─ lock ─ load ─ decide ─ may they? ─ record ─ save ─ Intent::finish ─ commit
//! ```
//!
//! Each transaction is opened and committed in the same function; the answer is given after the
//! commit, and a refusal leaves nothing behind.

mod answer_survey;
mod record_attempt;

pub(crate) use answer_survey::{AnswerSurvey, Said, answer_survey};
pub(crate) use record_attempt::{Kept, RecordAttempt, record_attempt};
