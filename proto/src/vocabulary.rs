use std::fmt;

use crate::words::v1 as wire;

/// An enum field that was left out, or holds a value newer than this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unspecified {
    what: &'static str,
}

impl fmt::Display for Unspecified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} is missing or not known here", self.what)
    }
}

impl std::error::Error for Unspecified {}

/// Converts between an enum of `events::words` and the one of the same name in `words.proto`, whose
/// variants differ in nothing but UNSPECIFIED.
macro_rules! same_words {
    ($($name:ident ($what:literal): $($variant:ident)+;)+) => {$(
        impl From<events::words::$name> for wire::$name {
            fn from(word: events::words::$name) -> Self {
                match word { $(events::words::$name::$variant => Self::$variant,)+ }
            }
        }

        impl TryFrom<wire::$name> for events::words::$name {
            type Error = Unspecified;

            fn try_from(word: wire::$name) -> Result<Self, Unspecified> {
                match word {
                    wire::$name::Unspecified => Err(Unspecified { what: $what }),
                    $(wire::$name::$variant => Ok(Self::$variant),)+
                }
            }
        }
    )+};
}

same_words! {
    CaseKind ("kind of case"):
        Enquiry Repair Alarm Application Appointment Complaint Suggestion Hazard;
    Channel ("channel"):
        Hotline CampusPhone DepartmentPhone Counter Web Wechat Mail Kiosk Inspection PartnerSystem;
    Urgency ("urgency"): Normal Urgent Critical;
    Level ("level"): Public Internal Restricted Confidential Hidden;
    AlarmKind ("kind of alarm"): Fire Injury Fight Intruder PersonAtRisk Other;
    Commitment ("commitment"): Accept Arrive Contain Complete Answer FollowUp CallBack Adjudicate Reply;
    End ("end of a case"):
        Solved Unreachable Uncalled Withdrawn Duplicate NotOurs Refused Test;
    Verdict ("verdict"): Solved NotSolved Unreachable;
    Asked ("who is asked"): Requester Desk Department Head;
    HoldReason ("reason of a hold"): NoAccess RequesterAnswer OutsideAuthority Parts Budget Staff;
    ReleaseCause ("cause of a release"): Transferred Returned Reassigned Expired;
}

#[cfg(test)]
mod tests {
    use events::words::{Channel, End, Urgency};

    use super::*;

    #[test]
    fn a_word_comes_back_from_the_wire_as_it_went() {
        for &end in End::ALL {
            assert_eq!(End::try_from(wire::End::from(end)), Ok(end));
        }
        for &channel in Channel::ALL {
            assert_eq!(Channel::try_from(wire::Channel::from(channel)), Ok(channel));
        }
    }

    #[test]
    fn a_field_left_out_is_refused_by_the_word_for_what_is_missing() {
        let refusal = Urgency::try_from(wire::Urgency::Unspecified).unwrap_err();
        assert_eq!(refusal.to_string(), "the urgency is missing or not known here");
    }
}
