use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use authz::{Principal, Role};
use clock::AccountId;
use events::words::Level;

use super::*;
use crate::token::{LIFETIME, TokenSigner, generate_key};

/// A portal and a service of one installation, by one clock.
struct Pair {
    clock: Clock,
    signer: TokenSigner,
    verifier: TokenVerifier,
}

fn installation(name: &str) -> Installation {
    name.parse().unwrap()
}

fn clock() -> Clock {
    Clock::fixed("2026-09-01T08:00:00Z".parse().unwrap())
}

fn signer(name: &str, clock: &Clock) -> TokenSigner {
    TokenSigner::new(installation(name), clock.clone(), &generate_key().unwrap()).unwrap()
}

fn pair() -> Pair {
    let clock = clock();
    let signer = signer("campus", &clock);
    let verifier = TokenVerifier::new(installation("campus"), clock.clone());
    verifier.replace_keys([signer.key()]);
    Pair { clock, signer, verifier }
}

fn handler() -> Subject {
    Subject {
        principal: Principal::Account(AccountId::from_uuid(uuid::Uuid::from_u128(7))),
        person: None,
        roles: BTreeSet::from([Role::DepartmentHandler, Role::Leader]),
        department: "water-power".parse().ok(),
        posts: ["water-power/chief".parse().unwrap()].into(),
        highest: Level::Restricted,
    }
}

impl Pair {
    fn token(&self) -> String {
        self.signer.sign(&handler(), self.clock.machine()).unwrap()
    }

    /// Machine time goes on; the manual offset would not touch it.
    fn pass(&self, duration: SignedDuration) {
        self.clock.correct(duration);
    }
}

#[tokio::test]
async fn a_good_token_speaks_for_whom_it_was_minted() {
    let pair = pair();
    let verified = pair.verifier.verify(&pair.token()).await.unwrap();
    assert_eq!(verified.subject, handler());
    assert_eq!(verified.authenticated_at, pair.clock.machine());
}

#[tokio::test]
async fn a_token_counts_for_60_seconds_of_machine_time_and_no_second_longer() {
    let pair = pair();
    let token = pair.token();
    pair.clock.set_offset(SignedDuration::from_hours(6));
    pair.pass(LIFETIME - SignedDuration::from_secs(1));
    assert!(pair.verifier.verify(&token).await.is_ok());
    pair.pass(LIFETIME);
    assert_eq!(pair.verifier.verify(&token).await, Err(Refusal::Expired));
}

#[tokio::test]
async fn a_token_of_another_installation_is_refused_as_such_even_with_a_key_we_know() {
    let pair = pair();
    let other = signer("other", &pair.clock);
    let token = other.sign(&handler(), pair.clock.machine()).unwrap();
    assert_eq!(pair.verifier.verify(&token).await, Err(Refusal::OtherInstallation));
    pair.verifier.replace_keys([other.key()]);
    assert_eq!(pair.verifier.verify(&token).await, Err(Refusal::OtherInstallation));
}

#[tokio::test]
async fn a_token_that_somebody_changed_is_refused() {
    let pair = pair();
    let (mine, theirs) = (pair.token(), {
        let mut leader = handler();
        leader.highest = Level::Confidential;
        pair.signer.sign(&leader, pair.clock.machine()).unwrap()
    });
    let part = |token: &str, n| token.split('.').nth(n).unwrap().to_owned();
    let forged = format!("{}.{}.{}", part(&mine, 0), part(&theirs, 1), part(&mine, 2));
    assert_eq!(pair.verifier.verify(&forged).await, Err(Refusal::WrongSignature));
    for malformed in ["", "a.b.c", "x", &mine[..mine.len() / 2]] {
        assert_eq!(pair.verifier.verify(malformed).await, Err(Refusal::Malformed), "{malformed}");
    }
}

#[tokio::test]
async fn a_token_signed_with_another_algorithm_is_refused() {
    let pair = pair();
    let claims = Claims::new(
        &installation("campus"),
        AccountId::from_uuid(uuid::Uuid::nil()),
        &handler(),
        pair.clock.machine(),
        pair.clock.machine(),
    );
    // The trick of signing with the public key as a shared secret.
    let secret = jsonwebtoken::EncodingKey::from_secret(pair.signer.key().bytes());
    let header = jsonwebtoken::Header {
        kid: Some(pair.signer.key().id().to_owned()),
        ..jsonwebtoken::Header::new(Algorithm::HS256)
    };
    let token = jsonwebtoken::encode(&header, &claims, &secret).unwrap();
    assert_eq!(pair.verifier.verify(&token).await, Err(Refusal::Malformed));
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_in_five_seconds() {
    let pair = pair();
    let new = signer("campus", &pair.clock);
    let token = new.sign(&handler(), pair.clock.machine()).unwrap();
    assert_eq!(pair.verifier.verify(&token).await, Err(Refusal::UnknownKey));

    let asked = Arc::new(AtomicUsize::new(0));
    let published = Arc::new(std::sync::Mutex::new(Vec::<PublicKey>::new()));
    let fetch: FetchKeys = {
        let (asked, published) = (asked.clone(), published.clone());
        Arc::new(move || {
            asked.fetch_add(1, Ordering::SeqCst);
            let keys = published.lock().unwrap().clone();
            Box::pin(async move { Ok(keys) })
        })
    };
    let verifier = TokenVerifier::new(installation("campus"), pair.clock.clone()).fetching(fetch);
    for _ in 0..3 {
        assert_eq!(verifier.verify(&token).await, Err(Refusal::UnknownKey));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);

    published.lock().unwrap().push(new.key().clone());
    pair.pass(FETCH_AT_MOST_EACH);
    assert_eq!(verifier.verify(&token).await.unwrap().subject, handler());
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_role_of_a_later_release_gives_nothing_and_spoils_nothing() {
    let pair = pair();
    let now = pair.clock.machine();
    let account = AccountId::from_uuid(uuid::Uuid::nil());
    let claims = Claims::new(&installation("campus"), account, &handler(), now, now);
    let mut claims = serde_json::to_value(claims).unwrap();
    claims["roles"] = serde_json::json!(["leader", "rector", "service"]);
    let claims: Claims = serde_json::from_value(claims).unwrap();
    assert_eq!(claims.into_subject().roles, BTreeSet::from([Role::Leader]));
}

#[tokio::test]
async fn a_token_of_an_earlier_release_names_no_post_and_is_read() {
    let pair = pair();
    let now = pair.clock.machine();
    let account = AccountId::from_uuid(uuid::Uuid::nil());
    let claims = Claims::new(&installation("campus"), account, &handler(), now, now);
    let mut claims = serde_json::to_value(claims).unwrap();
    assert_eq!(claims["posts"], serde_json::json!(["water-power/chief"]));
    claims.as_object_mut().unwrap().remove("posts");
    let claims: Claims = serde_json::from_value(claims).unwrap();
    assert_eq!(claims.into_subject().posts, BTreeSet::new());
}

#[test]
fn a_key_is_known_by_its_own_thumbprint() {
    let key = pair().signer.key().clone();
    assert_eq!(PublicKey::under(key.id(), key.bytes().to_vec()), Ok(key.clone()));
    assert!(PublicKey::under("0000000000000000", key.bytes().to_vec()).is_err());
    assert!(PublicKey::new(vec![0; 31]).is_err());
}
