//! The whole table, cell by cell.

use std::{collections::BTreeSet, fmt::Write as _};

use authz::{Action, Principal, Relation, Relations, Role, Subject, decide, scope};
use clock::AccountId;
use events::words::{Level, Service};

fn with(role: Role) -> Subject {
    Subject {
        principal: Principal::Account(AccountId::from_uuid(uuid::Uuid::nil())),
        person: None,
        roles: BTreeSet::from([role]),
        department: None,
        posts: BTreeSet::new(),
        highest: Level::Confidential,
    }
}

fn only(relation: Relation) -> Relations {
    Relations::NONE.with(relation, true)
}

/// Every cell: each role x action x relation x level.
fn cells() -> impl Iterator<Item = (Role, Action, Relation, Level)> {
    Role::ALL.into_iter().flat_map(|role| {
        Action::ALL.into_iter().flat_map(move |action| {
            Relation::ALL.into_iter().flat_map(move |relation| {
                Level::ALL.iter().map(move |&level| (role, action, relation, level))
            })
        })
    })
}

/// The letter of the highest level that is allowed: p, i, r, c, or a dot; a capital if what is hidden
/// is allowed too, and H if that alone is.
fn letter(role: Role, action: Action, relation: Relation) -> char {
    let subject = with(role);
    let may = |level| decide(&subject, action, only(relation), level).is_allowed();
    let highest = open_levels().rfind(|&level| may(level));
    let letter = highest.and_then(|level| level.word().chars().next());
    match (letter, may(Level::Hidden)) {
        (Some(letter), false) => letter,
        (Some(letter), true) => letter.to_ascii_uppercase(),
        (None, true) => 'H',
        (None, false) => '.',
    }
}

/// The levels of which each includes those below it.
fn open_levels() -> impl DoubleEndedIterator<Item = Level> {
    Level::ALL.iter().copied().filter(|level| *level != Level::Hidden)
}

#[test]
fn the_policy_is_this_and_nothing_else() {
    let mut page = String::from(
        "Relations by column: unrelated, own, first receiver, assigned, in my department, escalated to me\n",
    );
    page.push_str("Letters: up to public, internal, restricted, confidential; capitals: what is hidden too, H: that alone\n");
    for role in Role::ALL {
        let _ = writeln!(page, "\n{role}");
        for action in Action::ALL {
            let row: String =
                Relation::ALL.into_iter().map(|relation| letter(role, action, relation)).collect();
            if row != "......" {
                let _ = writeln!(page, "  {action:<18}{row}");
            }
        }
    }
    insta::assert_snapshot!(page);
}

#[test]
fn a_scope_admits_in_every_cell_what_a_decision_allows() {
    for (role, action, relation, level) in cells() {
        let subject = with(role);
        let allowed = decide(&subject, action, only(relation), level).is_allowed();
        let admitted =
            scope(&subject, action).is_some_and(|scope| scope.admits(only(relation), level));
        assert_eq!(allowed, admitted, "{role} {action} {relation:?} {level}");
    }
}

#[test]
fn a_lower_level_and_a_further_relation_take_nothing_away() {
    for (role, action, relation, level) in cells() {
        let subject = with(role);
        if decide(&subject, action, only(relation), level).is_allowed() {
            let below = open_levels().filter(|_| level != Level::Hidden);
            for lower in below.filter(|lower| *lower < level) {
                assert!(decide(&subject, action, only(relation), lower).is_allowed());
            }
            for further in Relation::ALL {
                let both = only(relation).with(further, true);
                assert!(decide(&subject, action, both, level).is_allowed());
            }
        }
    }
}

#[test]
fn clearance_caps_every_cell_but_what_is_their_own_and_that_there_is_smoke() {
    for (role, action, relation, level) in cells() {
        let uncleared = Subject { highest: Level::Public, ..with(role) };
        if relation != Relation::Own && level > Level::Public {
            let may = decide(&uncleared, action, only(relation), level).is_allowed();
            assert!(!may || action == Action::OpenAlarm, "{role} {action} {level}");
        }
    }
    let requester = Subject { highest: Level::Public, ..with(Role::Requester) };
    let own = only(Relation::Own);
    assert!(decide(&requester, Action::GetCase, own, Level::Confidential).is_allowed());
}

#[test]
fn nobody_without_a_role_may_do_anything_in_any_cell() {
    for (role, action, relation, level) in cells() {
        let nobody = Subject { roles: BTreeSet::new(), ..with(role) };
        assert!(!decide(&nobody, action, only(relation), level).is_allowed());
        assert_eq!(scope(&nobody, action), None);
    }
}

#[test]
fn every_action_is_allowed_to_somebody() {
    for action in Action::ALL {
        let somebody = Role::ALL.into_iter().any(|role| scope(&with(role), action).is_some());
        let service =
            || Service::ALL.iter().any(|&one| allowed(&Subject::service(one)).contains(&action));
        assert!(somebody || service(), "{action}");
    }
}

#[test]
fn of_two_roles_the_one_that_allows_it_counts() {
    let mut subject = with(Role::SystemAdministrator);
    assert!(!decide(&subject, Action::GetCase, Relations::NONE, Level::Internal).is_allowed());
    subject.roles.insert(Role::DeskAssistant);
    assert!(decide(&subject, Action::GetCase, Relations::NONE, Level::Internal).is_allowed());
    assert!(!decide(&subject, Action::GetCase, Relations::NONE, Level::Restricted).is_allowed());
}

#[test]
fn a_scope_carries_who_asks_and_names_the_levels_of_each_relation() {
    let department = "water-power".parse().ok();
    let posts = ["water-power/duty".parse().unwrap()].into();
    let subject = Subject { department, posts, ..with(Role::Repairer) };
    let scope = scope(&subject, Action::ListWorkOrders).unwrap();
    assert_eq!(scope.levels(Relation::InMyDepartment), ["public", "internal"]);
    assert!(scope.levels(Relation::Unrelated).is_empty());
    assert_eq!(scope.account(), subject.principal.account());
    assert_eq!(scope.department(), subject.department.as_ref());
    assert_eq!(scope.posts(), ["water-power/duty"]);
}

#[test]
fn of_a_scope_without_what_is_hidden_all_else_is_left() {
    for role in Role::ALL {
        let Some(scope) = scope(&with(role), Action::ListCases) else { continue };
        let without = scope.clone().without_hidden();
        for relation in Relation::ALL {
            let mut open = scope.levels(relation);
            open.retain(|level| level != Level::Hidden.word());
            assert_eq!(without.levels(relation), open, "{role} {relation:?}");
        }
    }
    let counsellor = scope(&with(Role::DutyCounsellor), Action::ListCases).unwrap();
    assert!(counsellor.admits(Relations::NONE, Level::Hidden));
    assert!(!counsellor.without_hidden().admits(Relations::NONE, Level::Hidden));
}

#[test]
fn a_service_may_ask_for_events_and_keys_serve_survey_links_hand_over_an_alarm_and_nothing_else() {
    let service = Subject::service(Service::Dispatch);
    let of_links =
        [Action::ComplainCase, Action::ShowSurvey, Action::AnswerSurvey, Action::FindLinks];
    let others = [Action::RaiseAlarm, Action::Redeliver, Action::GetKeys];
    assert_eq!(allowed(&service), [&of_links[..], &others].concat());
    assert_eq!(service.principal.to_string(), "service:dispatch");
}

#[test]
fn where_people_are_reached_is_told_to_notification_alone() {
    for &service in Service::ALL {
        let finds = allowed(&Subject::service(service)).contains(&Action::FindAddresses);
        assert_eq!(finds, service == Service::Notification, "{service}");
    }
    // An account is no service, whatever role it was given.
    assert!(!allowed(&with(Role::Service)).contains(&Action::FindAddresses));
}

#[test]
fn what_comes_next_is_told_to_those_services_alone_that_say_or_show_it() {
    for &service in Service::ALL {
        let finds = allowed(&Subject::service(service)).contains(&Action::FindNextSteps);
        let says = matches!(service, Service::Notification | Service::Portal);
        assert_eq!(finds, says, "{service}");
    }
    assert!(!allowed(&with(Role::Service)).contains(&Action::FindNextSteps));
}

/// What somebody may do that concerns no case.
fn allowed(who: &Subject) -> Vec<Action> {
    let may = |action| decide(who, action, Relations::NONE, Level::Public).is_allowed();
    Action::ALL.into_iter().filter(|&action| may(action)).collect()
}

/// Whoever may learn that a hidden case is there, by any action that shows a case or what was said of
/// it; to report one shows nothing, and a call to be made whom to phone alone.
#[test]
fn that_a_hidden_case_is_there_is_known_to_those_alone_who_handle_it() {
    const BLIND: [Action; 6] = [
        Action::AcceptCase,
        Action::BackdateCase,
        Action::OpenAlarm,
        Action::ListPhoneCalls,
        Action::TakePhoneCall,
        Action::SettlePhoneCall,
    ];
    let mut handlers = BTreeSet::new();
    for (role, action, relation, level) in cells() {
        let sees = decide(&with(role), action, only(relation), level).is_allowed();
        if level == Level::Hidden && sees && !BLIND.contains(&action) {
            handlers.insert((role, relation));
        }
    }
    let whoever_is = Relation::ALL.into_iter().map(|relation| (Role::DutyCounsellor, relation));
    let of_the_post = [Relation::Assigned, Relation::InMyDepartment, Relation::EscalatedToMe];
    let guards = of_the_post.into_iter().map(|relation| (Role::GuardPost, relation));
    let first_receiver = [(Role::DeskAssistant, Relation::FirstReceiver)];
    assert_eq!(handlers, whoever_is.chain(guards).chain(first_receiver).collect());
}
