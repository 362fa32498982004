//! How large the example campus is, and who holds its posts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod files;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use definitions::{Duty, Handlers, PostKind, Rules};
use events::words::{DocumentKind, PostId, Revision};
use jiff::Timestamp;

fn rules() -> Rules {
    files::parse(&files::campus()).unwrap().into_rules(Revision(1))
}

/// The columns of each person.
fn people() -> Vec<[String; 6]> {
    let text = fs::read_to_string(files::folder().join("people.csv")).unwrap();
    let columns = |line: &str| {
        let columns: Vec<_> = line.split(',').map(str::to_owned).collect();
        <[String; 6]>::try_from(columns).unwrap()
    };
    let mut rows = text.lines().map(columns);
    let named = ["account", "name", "roles", "department", "posts", "phone"];
    assert_eq!(rows.next().unwrap(), named);
    rows.collect()
}

/// Who holds which post.
fn held(rules: &Rules) -> BTreeMap<PostId, Vec<String>> {
    let mut held: BTreeMap<PostId, Vec<String>> = BTreeMap::new();
    for row in people() {
        for post in row[4].split(';').filter(|post| !post.is_empty()) {
            let post = rules.post(&post.parse().unwrap()).unwrap();
            assert_eq!(post.id.department().as_str(), row[3], "{row:?}");
            held.entry(post.id.clone()).or_default().push(row[0].clone());
        }
    }
    held
}

#[test]
fn it_has_three_campuses_twenty_buildings_and_twelve_departments() {
    let set = files::parse(&files::campus()).unwrap();
    let documents = set.documents();
    let of = |kind| documents.iter().filter(move |document| document.kind == kind);
    let spec = |document: &definitions::Document| document.value["spec"].clone();
    let (campuses, buildings): (Vec<_>, Vec<_>) =
        of(DocumentKind::Place).map(spec).partition(|spec| spec["within"].is_null());
    assert_eq!((campuses.len(), buildings.len()), (3, 20));
    assert!(buildings.iter().all(|spec| !spec["floors"][0]["rooms"][0].is_null()));
    let phones: usize =
        buildings.iter().map(|spec| spec["phones"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(phones, 30);
    assert_eq!(of(DocumentKind::Department).count(), 12);
    assert!(of(DocumentKind::ServiceItem).count() >= 25);
    assert_eq!(people().len(), 42);
}

#[test]
fn each_department_has_posts_a_b_and_c_a_leader_and_somebody_who_repairs() {
    for department in rules().departments() {
        let of = |kind| department.posts.values().filter(move |post| post.kind == kind);
        let a = of(Some(PostKind::A)).next().unwrap();
        assert!(a.duties.contains(&Duty::Decide), "{}", a.id);
        for kind in [PostKind::B, PostKind::C] {
            assert!(of(Some(kind)).all(|post| post.answers_to.as_ref() == Some(&a.id)));
            assert_eq!(of(Some(kind)).count(), 1, "{} {kind}", department.id);
        }
        assert!(of(None).any(|post| post.duties.is_empty()), "{} has no leader", department.id);
        assert!(of(None).any(|post| post.duties.contains(&Duty::Accept)), "{}", department.id);
    }
}

#[test]
fn some_departments_publish_who_has_a_case_and_who_does_not_say_publishes_the_post_alone() {
    let rules = rules();
    let of = |id: &str| rules.department(&id.parse().unwrap()).unwrap().handlers;
    assert_eq!(of("logistics"), Handlers::Named);
    assert_eq!((of("security"), of("hall")), (Handlers::Unnamed, Handlers::Unnamed));
}

#[test]
fn every_post_that_gets_work_or_hears_of_a_lateness_is_held() {
    let rules = rules();
    let held = held(&rules);
    let mut needed: BTreeSet<PostId> = BTreeSet::new();
    let times: [Timestamp; 3] =
        ["2026-11-02T02:00:00Z", "2026-11-02T12:00:00Z", "2026-11-02T20:00:00Z"]
            .map(|time| time.parse().unwrap());
    for item in rules.items() {
        for place in rules.places() {
            needed.extend(times.map(|at| rules.route(&item.id, &place.id, at).unwrap().id.clone()));
        }
        let policy = rules.policy(&item.id).unwrap();
        let ladders =
            events::words::Commitment::ALL.iter().filter(|one| policy.ladder(**one).is_some());
        needed
            .extend(ladders.flat_map(|one| rules.ladder(&item.id, *one).unwrap().rungs().cloned()));
    }
    let empty: Vec<_> = needed.iter().filter(|post| !held.contains_key(*post)).collect();
    assert_eq!(empty, <[&PostId; 0]>::default());
    assert!(needed.len() > 20, "{needed:?}");
}

#[test]
fn a_post_that_nobody_holds_is_a_defect_of_the_roster_and_no_refusal() {
    let rules = rules();
    let held = held(&rules);
    let posts = rules.departments().flat_map(|department| department.posts.values());
    let empty: Vec<_> = posts.filter(|post| !held.contains_key(&post.id)).collect();
    assert!(empty.iter().any(|post| post.kind == Some(PostKind::C)), "every deputy is there");
}

#[test]
fn whoever_assists_may_do_so_for_so_many_hours_and_no_more() {
    let rules = rules();
    let held = held(&rules);
    let posts = held.keys().map(|post| rules.post(post).unwrap());
    let assisting: Vec<_> = posts.filter(|post| post.is_of_assistants()).collect();
    for post in &assisting {
        let limits = rules.department(post.id.department()).unwrap().assistants.unwrap();
        assert!(limits.nightly_hours < limits.weekly_hours, "{}", post.id);
    }
    assert!(assisting.iter().any(|post| post.kind == Some(PostKind::B)), "{assisting:?}");
    assert!(assisting.iter().any(|post| post.duties.contains(&Duty::Desk)), "{assisting:?}");
}

#[test]
fn only_work_is_shared_and_every_leader_is_one_person() {
    let rules = rules();
    for (post, holders) in held(&rules) {
        let duties = &rules.post(&post).unwrap().duties;
        let shares = duties.contains(&Duty::Accept) || duties.contains(&Duty::Desk);
        assert!(shares || holders.len() == 1, "{post}: {holders:?}");
    }
}
