use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::json;

use super::*;

/// A key of a provider, on P-256.
struct Signer {
    id: &'static str,
    private: EncodingKey,
    public: Value,
}

impl Signer {
    fn new(id: &'static str) -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let private = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, private.as_ref(), &random).unwrap();
        // 4, x and y (SEC 1, 2.3.3).
        let point = pair.public_key().as_ref();
        let coordinate = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let public = json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id,
                             "x": coordinate(&point[1..33]), "y": coordinate(&point[33..]) });
        Self { id, private: EncodingKey::from_ec_der(private.as_ref()), public }
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.to_owned()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.private).unwrap()
    }
}

const NOW: i64 = 1_800_000_000;

fn expected() -> Expected<'static> {
    let now = Timestamp::from_second(NOW).unwrap();
    let (issuer, client, nonce) = ("https://id.example.edu", "yizhan", "once");
    Expected { issuer, client, nonce, now, anew_since: None }
}

fn right() -> Value {
    json!({ "iss": "https://id.example.edu", "sub": "1", "aud": "yizhan", "nonce": "once",
            "iat": NOW - 1, "exp": NOW + 300, "auth_time": NOW - 3_600,
            "preferred_username": "desk-1" })
}

/// The right one with other claims; null takes one away.
fn with(changes: &Value) -> Value {
    let mut claims = right();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

#[test]
fn a_token_that_is_all_that_it_must_be_says_who_they_are_and_since_when() {
    let signer = Signer::new("a");
    let keys = keys(&[json!({ "kty": "later" }), signer.public.clone()]);
    let claims = verify(&signer.sign(&right()), &keys, &expected()).unwrap();
    assert_eq!(claims.text("preferred_username").as_deref(), Some("desk-1"));
    assert_eq!(claims.text("email"), None);
    assert_eq!(claims.authenticated_at().as_second(), NOW - 3_600);
    let token = signer.sign(&with(&json!({ "auth_time": null })));
    let claims = verify(&token, &keys, &expected()).unwrap();
    assert_eq!(claims.authenticated_at().as_second(), NOW - 1, "when it was issued");
}

#[test]
fn a_number_that_names_somebody_is_read_by_its_digits() {
    let signer = Signer::new("a");
    let keys = keys(std::slice::from_ref(&signer.public));
    for (value, read) in [
        (json!(20_210_012), Some("20210012")),
        (json!("020210012"), Some("020210012")),
        (json!(2.5), None),
        (json!(-1), None),
        (json!(true), None),
        (json!(["desk-1"]), None),
    ] {
        let token = signer.sign(&with(&json!({ "employee_id": value })));
        let claims = verify(&token, &keys, &expected()).unwrap();
        assert_eq!(claims.text("employee_id").as_deref(), read, "{value}");
    }
}

#[test]
fn each_claim_is_judged() {
    let signer = Signer::new("a");
    let keys = keys(std::slice::from_ref(&signer.public));
    let judged = |changes: Value| {
        verify(&signer.sign(&with(&changes)), &keys, &expected()).map(|_| ()).err()
    };
    let cases = [
        (json!({}), None),
        (json!({ "iss": "https://id.example.edu/" }), Some(Unproven::Issuer)),
        (json!({ "iss": null }), Some(Unproven::Malformed)),
        (json!({ "aud": "another" }), Some(Unproven::Audience)),
        (json!({ "aud": [] }), Some(Unproven::Audience)),
        (json!({ "aud": ["yizhan"] }), None),
        (json!({ "aud": ["yizhan", "another"] }), Some(Unproven::Audience)),
        (json!({ "aud": ["yizhan", "another"], "azp": "yizhan" }), None),
        (json!({ "azp": "another" }), Some(Unproven::Audience)),
        (json!({ "nonce": "twice" }), Some(Unproven::Nonce)),
        (json!({ "nonce": null }), Some(Unproven::Nonce)),
        (json!({ "exp": NOW - 59 }), None),
        (json!({ "exp": NOW - 60 }), Some(Unproven::Expired)),
        (json!({ "exp": null }), Some(Unproven::Malformed)),
        (json!({ "iat": NOW + 60 }), None),
        (json!({ "iat": NOW + 61 }), Some(Unproven::Future)),
    ];
    for (changes, why) in cases {
        assert_eq!(judged(changes.clone()), why, "{changes}");
    }
}

#[test]
fn a_login_that_must_be_anew_is_proved_since_it_began() {
    let signer = Signer::new("a");
    let keys = keys(std::slice::from_ref(&signer.public));
    let anew = Expected { anew_since: Timestamp::from_second(NOW - 10).ok(), ..expected() };
    for (auth_time, why) in [
        (json!(NOW - 5), None),
        (json!(NOW - 70), None),
        (json!(NOW - 71), Some(Unproven::NotAnew)),
        (json!(null), Some(Unproven::NotAnew)),
    ] {
        let token = signer.sign(&with(&json!({ "auth_time": auth_time })));
        assert_eq!(verify(&token, &keys, &anew).map(|_| ()).err(), why, "{auth_time}");
        assert!(verify(&token, &keys, &expected()).is_ok(), "{auth_time}");
    }
}

#[test]
fn only_the_key_that_is_published_under_its_id_proves_it() {
    let (signer, other) = (Signer::new("a"), Signer::new("b"));
    let token = signer.sign(&right());
    let judged = |token: &str, keys: &[Value]| {
        verify(token, &super::keys(keys), &expected()).map(|_| ()).err()
    };
    let (ours, theirs) = (&signer.public, &other.public);
    assert_eq!(judged(&token, &[ours.clone(), theirs.clone()]), None);
    assert_eq!(judged(&token, &[]), Some(Unproven::UnknownKey));
    assert_eq!(judged(&token, std::slice::from_ref(theirs)), Some(Unproven::UnknownKey));
    let mut taken = theirs.clone();
    taken["kid"] = "a".into();
    assert_eq!(judged(&token, &[taken]), Some(Unproven::Signature));
    let mut for_another = ours.clone();
    for_another["alg"] = "ES384".into();
    assert_eq!(judged(&token, &[for_another]), Some(Unproven::Algorithm));

    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let claims = with(&json!({ "preferred_username": "root" })).to_string();
    let forged = format!("{header}.{}.{signature}", BASE64_URL_SAFE_NO_PAD.encode(claims));
    assert_eq!(judged(&forged, std::slice::from_ref(ours)), Some(Unproven::Signature));
}

#[test]
fn a_token_without_the_id_of_a_key_counts_where_there_is_one_key() {
    let signer = Signer::new("a");
    let token = encode(&Header::new(Algorithm::ES256), &right(), &signer.private).unwrap();
    let (ours, other) = (signer.public.clone(), Signer::new("b").public);
    assert!(verify(&token, &keys(std::slice::from_ref(&ours)), &expected()).is_ok());
    let judged = verify(&token, &keys(&[ours, other]), &expected()).map(|_| ());
    assert_eq!(judged, Err(Unproven::UnknownKey));
}

#[test]
fn who_knows_the_public_key_or_nothing_cannot_sign() {
    let signer = Signer::new("a");
    let keys = keys(std::slice::from_ref(&signer.public));
    let header = Header { kid: Some("a".to_owned()), ..Header::new(Algorithm::HS256) };
    let by_secret = encode(&header, &right(), &EncodingKey::from_secret(b"secret")).unwrap();
    let judged = |token: &str| verify(token, &keys, &expected()).map(|_| ());
    assert_eq!(judged(&by_secret), Err(Unproven::Algorithm));
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", part(json!({ "alg": "none", "kid": "a" })), part(right()));
    for token in ["", "desk-1", &unsigned] {
        assert_eq!(judged(token), Err(Unproven::Malformed), "{token}");
    }
}
