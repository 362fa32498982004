use authz::{Relation, Relations, Subject};
use clock::{AccountId, CaseId, PersonId};
use delivery::Tx;
use events::words::{DepartmentId, PostId};
use sqlx::PgConnection;

/// Somebody who stands to a case in a way that the policy asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Related {
    /// Called, or was called for; reported it too.
    Own(PersonId),
    /// Took its first contact.
    FirstReceiver(AccountId),
    /// Claimed or did a part of it.
    Assigned(AccountId),
    /// Was offered a part of it.
    InMyDepartment(DepartmentId),
    /// Holds a post that was told of it, as a rung of a ladder.
    EscalatedToMe(PostId),
}

impl Related {
    const fn word(&self) -> &'static str {
        match self {
            Self::Own(_) => "own",
            Self::FirstReceiver(_) => "first-receiver",
            Self::Assigned(_) => "assigned",
            Self::InMyDepartment(_) => "in-my-department",
            Self::EscalatedToMe(_) => "escalated-to-me",
        }
    }

    fn who(&self) -> String {
        match self {
            Self::Own(person) => person.to_string(),
            Self::FirstReceiver(account) | Self::Assigned(account) => account.to_string(),
            Self::InMyDepartment(department) => department.to_string(),
            Self::EscalatedToMe(post) => post.to_string(),
        }
    }
}

/// Notes who stands how to which case; what is known already stays as it is.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    related: &[(CaseId, Related)],
) -> Result<(), sqlx::Error> {
    let cases: Vec<_> = related.iter().map(|(case, _)| case.uuid()).collect();
    let words: Vec<_> = related.iter().map(|(_, one)| one.word()).collect();
    let whos: Vec<_> = related.iter().map(|(_, one)| one.who()).collect();
    sqlx::query!(
        "insert into intake.relations (case_id, relation, who)
         select * from unnest($1::uuid[], $2::text[], $3::text[])
         on conflict do nothing",
        &cases,
        &words as _,
        &whos,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets how somebody stood to a case.
pub(crate) async fn delete(
    tx: &mut Tx<'_>,
    case: CaseId,
    related: &Related,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from intake.relations where case_id = $1 and relation = $2 and who = $3",
        case.uuid(),
        related.word(),
        related.who(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How `subject` stands to a case.
pub(crate) async fn of(
    connection: &mut PgConnection,
    case: CaseId,
    subject: &Subject,
) -> Result<Relations, sqlx::Error> {
    let account = subject.principal.account().map(|account| account.to_string());
    let posts: Vec<_> = subject.posts.iter().map(ToString::to_string).collect();
    let found = sqlx::query!(
        r#"select bool_or(relation = 'own' and who = $2) as "own?",
                  bool_or(relation = 'first-receiver' and who = $3) as "first_receiver?",
                  bool_or(relation = 'assigned' and who = $3) as "assigned?",
                  bool_or(relation = 'in-my-department' and who = $4) as "in_my_department?",
                  bool_or(relation = 'escalated-to-me' and who = any($5)) as "escalated_to_me?"
           from intake.relations where case_id = $1"#,
        case.uuid(),
        subject.person.map(|person| person.to_string()),
        account,
        subject.department.as_ref().map(DepartmentId::as_str),
        &posts,
    )
    .fetch_one(connection)
    .await?;
    let holds = |found: Option<bool>| found.unwrap_or(false);
    Ok(Relations::NONE
        .with(Relation::Own, holds(found.own))
        .with(Relation::FirstReceiver, holds(found.first_receiver))
        .with(Relation::Assigned, holds(found.assigned))
        .with(Relation::InMyDepartment, holds(found.in_my_department))
        .with(Relation::EscalatedToMe, holds(found.escalated_to_me)))
}
