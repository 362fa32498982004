use authz::{Action, Subject};
use clock::{ContactId, PersonId};
use delivery_rpc::{Failure, timestamp};
use events::words::ContactOutcome;
use proto::intake::v1::{Contact, ContactOutcome as Wire, ListContactsResponse, Referral};
use proto::words::v1 as words;
use rpc::{PageSize, scope};

use crate::{
    Intake,
    api::answers,
    commands::{SAID, WHOM},
    people::{Directory, Named},
    store::{contacts, referrals},
};

/// Which contacts are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListContacts {
    pub(crate) outcome: Option<ContactOutcome>,
    pub(crate) page_size: PageSize,
    /// The last contact of the previous page.
    pub(crate) after: Option<ContactId>,
}

/// The contacts, the newest first. Of one that became a case the case says who called, to those who
/// may see it.
pub(crate) async fn list_contacts(
    intake: &Intake,
    subject: &Subject,
    ListContacts { outcome, page_size, after }: ListContacts,
) -> Result<ListContactsResponse, Failure> {
    let scope = scope(subject, Action::ListContacts)?;
    let mut tx = intake.pool().begin().await?;
    let mut found = contacts::list(&mut tx, &scope, outcome, after, page_size.limit()).await?;
    let next_page_token = page_size.cut(&mut found, |contact| contact.id.to_string());
    let callers = found.iter().filter(|one| has_no_case(one.outcome));
    let callers = callers.filter_map(|one| one.caller);
    let named: Vec<_> = callers.map(|id| Named { id: Some(id), ..Named::default() }).collect();
    let named: Vec<_> = named.iter().collect();
    let mut directory = Directory::load(&mut tx, &intake.seals, &named).await?;
    let unknown: Vec<_> = found.iter().map(|one| one.id.uuid()).collect();
    directory.keys.load(&mut tx, &unknown).await?;
    let mut listed = Vec::new();
    for contact in found {
        let referral = referrals::load(&mut tx, contact.id.uuid()).await?;
        listed.push(shown(&directory, contact, referral)?);
    }
    Ok(ListContactsResponse { contacts: listed, next_page_token })
}

const fn has_no_case(outcome: ContactOutcome) -> bool {
    match outcome {
        ContactOutcome::Answered | ContactOutcome::Referred => true,
        ContactOutcome::Joined | ContactOutcome::Opened => false,
    }
}

fn shown(
    directory: &Directory,
    contact: contacts::Contact,
    referral: Option<referrals::Referral>,
) -> Result<Contact, Failure> {
    let owner = contact.caller.map_or(contact.id.uuid(), PersonId::uuid);
    let open = |field, sealed: Option<Vec<u8>>| {
        let opened = sealed.map(|sealed| directory.keys.open(owner, field, &sealed));
        opened.transpose().map(|text| text.flatten().unwrap_or_default())
    };
    let referral = referral.map(|told| {
        let (department, window) = (told.department, told.window.unwrap_or_default());
        open(WHOM, told.person).map(|person| Referral { department, window, person })
    });
    let caller = contact.caller.filter(|_| has_no_case(contact.outcome));
    Ok(Contact {
        id: contact.id.to_string(),
        channel: words::Channel::from(contact.channel).into(),
        at: Some(timestamp(contact.at)),
        first_receiver: contact.first_receiver.to_string(),
        outcome: outcome(contact.outcome).into(),
        caller: caller.and_then(|id| directory.get(id)).map(answers::person),
        campus_phone: contact.campus_phone.unwrap_or_default(),
        place: contact.place.map_or_else(String::new, |place| place.to_string()),
        text: open(SAID, contact.words)?,
        referral: referral.transpose()?,
    })
}

const fn outcome(outcome: ContactOutcome) -> Wire {
    match outcome {
        ContactOutcome::Answered => Wire::Answered,
        ContactOutcome::Referred => Wire::Referred,
        ContactOutcome::Joined => Wire::Joined,
        ContactOutcome::Opened => Wire::Opened,
    }
}
