//! What a role alone does not say: who of a department decides, and who there is to do the work.

use authz::{Role, Subject};
use clock::AccountId;
use definitions::{Duty, Post, Rules};
use delivery_rpc::Failure;
use events::words::DepartmentId;
use rpc::{Code, Error};
use sqlx::PgConnection;

use crate::store::holders;

/// Refuses a handler who only accepts for the department: its A decides, or who stands in for A, or
/// its head (BRIEF 3.4). Whoever else may, may by their role.
pub(super) fn decides(
    subject: &Subject,
    rules: &Rules,
    department: &DepartmentId,
) -> Result<(), Error> {
    let by_role = [Role::Dispatcher, Role::DepartmentHead];
    let decides =
        |post: &&Post| post.id.department() == department && post.duties.contains(&Duty::Decide);
    let mut posts = subject.posts.iter().filter_map(|post| rules.post(post));
    if by_role.iter().any(|role| subject.roles.contains(role)) || posts.any(|post| decides(&post)) {
        return Ok(());
    }
    let message = format!(
        "you hold no post of {department} that decides: ask one who does, its head or the dispatcher"
    );
    Err(Error::new(Code::PermissionDenied, "not-deciding", message))
}

/// Refuses somebody who holds no post of the department: they would never hear of it.
pub(super) async fn is_a_worker(
    connection: &mut PgConnection,
    to: AccountId,
    department: &DepartmentId,
) -> Result<(), Failure> {
    if holders::is_of(connection, to, department).await? {
        return Ok(());
    }
    let what = format!("holds no post of {department}");
    let message = format!("cannot assign: whoever is to do it {what}; choose somebody who does");
    Err(Error::new(Code::InvalidArgument, "no-such-worker", message).violating("to", what).into())
}
