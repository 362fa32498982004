//! Where a person or an account is reached: asked at the moment of sending, of the service that knows it,
//! and kept nowhere here.
//!
//! ```text
//!  a person's  phone, mail ── intake       an account's  phone ── portal
//!                  └──────────── FindAddresses ───────────┘
//!  courier ── an attempt ── the letter ── the gateway, the mail server
//! ```
//!
//! So an address is in no row, event or log of this service, and who is erased there is written to no
//! more.

use events::words::{MessageChannel, Recipient};
use proto::{
    intake::v1::{self as intake, intake_client::IntakeClient},
    portal::v1::{self as portal, portal_client::PortalClient},
};
use rpc::{Call, Channel, Error};
use secrecy::SecretString;

use crate::outgoing::Way;

/// How long whoever knows it may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

/// Who knows where people are reached.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    intake: IntakeClient<Channel>,
    portal: PortalClient<Channel>,
}

impl Addresses {
    pub(crate) fn new(intake: Channel, portal: Channel) -> Self {
        Self { intake: IntakeClient::new(intake), portal: PortalClient::new(portal) }
    }

    /// Where this way ends; none if nobody knows.
    pub(crate) async fn find(
        &self,
        way: &Way,
        to: &Recipient,
    ) -> Result<Option<SecretString>, Error> {
        if let Some(address) = &way.address {
            return Ok(Some(address.clone().into()));
        }
        let call = Call::within(PATIENCE);
        let (phone, mail) = match to {
            Recipient::Person(person) => {
                let request = intake::FindAddressesRequest { person: person.to_string() };
                let answer = self.intake.clone().find_addresses(call.request(request)).await?;
                let intake::FindAddressesResponse { phone, mail } = answer.into_inner();
                (phone, mail)
            }
            Recipient::Account(account) => {
                let request = portal::FindAddressesRequest { account: account.to_string() };
                let answer = self.portal.clone().find_addresses(call.request(request)).await?;
                (answer.into_inner().phone, String::new())
            }
            Recipient::Post(_) => return Ok(None),
        };
        let address = match way.channel {
            MessageChannel::Sms => phone,
            MessageChannel::Mail => mail,
            MessageChannel::Wecom
            | MessageChannel::Webhook
            | MessageChannel::Log
            | MessageChannel::Mailbox => return Ok(None),
        };
        Ok(Some(address).filter(|address| !address.is_empty()).map(SecretString::from))
    }
}
