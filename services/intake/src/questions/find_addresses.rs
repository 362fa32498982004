use authz::{Action, Relations, Subject};
use clock::PersonId;
use delivery_rpc::Failure;
use events::words::Level;
use proto::intake::v1::FindAddressesResponse;
use rpc::authorize;

use crate::{
    Intake,
    people::{Directory, Field, Named},
};

/// Where a person is reached, as far as that is known.
///
/// It leaves no audit row: one would say no more than the message does that is sent there.
pub(crate) async fn find_addresses(
    intake: &Intake,
    subject: &Subject,
    person: PersonId,
) -> Result<FindAddressesResponse, Failure> {
    authorize(subject, Action::FindAddresses, Relations::NONE, Level::Public)?;
    let mut connection = intake.pool().acquire().await?;
    let named = Named { id: Some(person), ..Named::default() };
    let directory = Directory::load(&mut connection, &intake.seals, &[&named]).await?;
    let known = directory.get(person);
    let of =
        |field| known.and_then(|known| known.details.get(field)).unwrap_or_default().to_owned();
    Ok(FindAddressesResponse { phone: of(Field::Phone), mail: of(Field::Mail) })
}
