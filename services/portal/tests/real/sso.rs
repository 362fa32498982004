//! Logging in by a provider of OpenID Connect.

use futures::future::join_all;
use reqwest::header::{HOST, HeaderMap};
use serde_json::json;

use crate::{
    browser::{Browser, parameters, publish},
    oidc_provider::{AUTHENTICATED_AT, Acts, Provider},
    world::{Answered, World},
};

/// The portal with the people of the example, and the provider that vouches for them.
async fn campus() -> (World, Provider) {
    let provider = Provider::serve().await;
    let world = World::start_with(|config| {
        publish(config);
        provider.configure(config);
    });
    (world.await.peopled().await, provider)
}

/// What comes of a login from its begin to its end.
async fn login(world: &World, provider: &Provider, name: &str) -> Answered {
    let mut browser = Browser::new();
    let location = browser.led(world, "/login/oidc").await;
    browser.get(&provider.logs_in(name, &location)).await
}

async fn sessions(world: &World) -> i64 {
    world.count("select count(*) from portal.session").await
}

#[tokio::test]
async fn whoever_the_provider_vouches_for_has_the_session_of_a_login_by_password() {
    let (world, provider) = campus().await;
    let mut browser = Browser::new();
    let location = browser.led(&world, "/login/oidc").await;
    assert!(location.path() == "/authorize" && parameters(&location)["theme"] == "campus");
    assert_eq!(parameters(&location)["redirect_uri"], world.page("/api/v1/login/oidc/back"));
    let answer = browser.get(&provider.logs_in("desk-1", &location)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(browser.cookie.is_none(), "the attempt is over");

    let desk = world.bearer(answer.body["token"].as_str());
    assert_eq!(desk.get("/me").await.body["account"], "desk-1");
    let proved = "select extract(epoch from authenticated_at)::bigint from portal.session s
                  join portal.account a on a.id = s.account where a.login = 'desk-1'";
    assert_eq!(world.count(proved).await, AUTHENTICATED_AT);
    let noted = "select count(*) from delivery.audit
                 where action = 'session.open' and detail ->> 'by' = 'oidc'";
    assert_eq!(world.count(noted).await, 1);
    assert_eq!(desk.post("/logout", &json!({})).await.status, 204);
}

#[tokio::test]
async fn a_way_back_counts_once_and_in_the_browser_that_began() {
    let (world, provider) = campus().await;
    let before = sessions(&world).await;
    let (mut browser, mut other) = (Browser::new(), Browser::new());
    let location = browser.led(&world, "/login/oidc").await;
    let back = provider.logs_in("desk-1", &location);
    let wrong = (401, "sso-state-wrong");
    assert_eq!(other.get(&back).await.refused(), wrong, "who never began");
    other.led(&world, "/login/oidc").await;
    assert_eq!(other.get(&back).await.refused(), wrong, "who began another");
    let state = parameters(&location)["state"].clone();
    for changed in [back.replace(&state, ""), back.replace("&state=", "&not=")] {
        assert_eq!(browser.get(&changed).await.refused(), wrong, "{changed}");
    }
    assert_eq!(sessions(&world).await, before);

    let kept = browser.cookie.clone();
    assert_eq!(browser.get(&back).await.status, 200);
    assert_eq!(browser.get(&back).await.refused(), wrong, "the cookie is gone");
    browser.cookie = kept;
    assert_eq!(browser.get(&back).await.refused(), (401, "sso-refused"), "the code is gone");
    assert_eq!(sessions(&world).await, before + 1);
}

#[tokio::test]
async fn a_token_that_is_not_of_this_login_lets_nobody_in() {
    let (world, provider) = campus().await;
    let before = sessions(&world).await;
    for claims in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "another" }),
        json!({ "iss": "https://id.example.edu" }),
        json!({ "exp": 1 }),
    ] {
        provider.acts(|acts| acts.claims = claims.clone());
        let answer = login(&world, &provider, "desk-1").await;
        assert_eq!(answer.refused(), (401, "sso-refused"), "{claims}");
    }
    provider.acts(|acts| acts.claims = json!({ "preferred_username": null }));
    let answer = login(&world, &provider, "desk-1").await;
    assert_eq!(answer.refused(), (503, "sso-unavailable"), "it is not set up");
    assert_eq!(sessions(&world).await, before);
    provider.acts(|acts| acts.claims = json!({}));
    assert_eq!(login(&world, &provider, "desk-1").await.status, 200);
}

#[tokio::test]
async fn keys_that_the_provider_changes_are_learned_and_others_never() {
    let (world, provider) = campus().await;
    assert_eq!(login(&world, &provider, "desk-1").await.status, 200);
    provider.acts(Acts::rotate);
    assert_eq!(login(&world, &provider, "desk-1").await.status, 200);
    provider.acts(Acts::sign_with_a_hidden_key);
    assert_eq!(login(&world, &provider, "desk-1").await.refused(), (401, "sso-refused"));
}

#[tokio::test]
async fn who_has_no_open_account_is_told_so_and_noted_and_gets_none() {
    let (world, provider) = campus().await;
    let accounts = "select count(*) from portal.account";
    let (before, known) = (sessions(&world).await, world.count(accounts).await);
    world
        .tamper("update portal.account set closed_at = '2026-01-01Z' where login = 'desk-1'")
        .await;
    for (name, expected) in [
        ("stranger", (403, "sso-account-unknown")),
        ("DESK-2", (403, "sso-account-unknown")),
        ("", (403, "sso-account-unknown")),
        ("root", (403, "sso-account-unknown")),
        ("desk-1", (401, "account-closed")),
    ] {
        let answer = login(&world, &provider, name).await;
        assert_eq!(answer.refused(), expected, "{name}");
    }
    assert_eq!(sessions(&world).await, before);
    assert_eq!(world.count(accounts).await, known);
    let noted = "select count(*) from delivery.audit where action = 'session.refuse'";
    assert_eq!(world.count(noted).await, 5);
    let named = "select count(*) from delivery.audit where detail::text like '%stranger%'";
    assert_eq!(world.count(named).await, 0);
}

#[tokio::test]
async fn while_the_provider_is_down_local_accounts_log_in() {
    let (world, mut provider) = campus().await;
    world.give_password("desk-1").await;
    let mut browser = Browser::new();
    let location = browser.led(&world, "/login/oidc").await;
    let back = provider.logs_in("desk-1", &location);
    provider.stop().await;
    assert_eq!(browser.get(&back).await.refused(), (503, "sso-unavailable"));
    world.login("desk-1").await;
}

#[tokio::test]
async fn a_provider_that_was_never_there_refuses_nothing_but_its_own_way() {
    let mut provider = Provider::serve().await;
    provider.stop().await;
    let world = World::start_with(|config| {
        publish(config);
        provider.configure(config);
    });
    let world = world.await;
    world.give_password("root").await;
    let answer = world.stranger().get("/login/oidc").await;
    assert_eq!(answer.refused(), (503, "sso-unavailable"));
    world.login("root").await;
}

#[tokio::test]
async fn a_provider_is_asked_once_what_it_is_for_all_who_begin_together() {
    let (world, provider) = campus().await;
    join_all((0..20).map(|_| async { Browser::new().led(&world, "/login/oidc").await })).await;
    provider.acts(|acts| assert_eq!(acts.described, 1));
}

#[tokio::test]
async fn a_provider_that_is_away_is_not_asked_by_each_who_begins() {
    let (world, provider) = campus().await;
    provider.acts(|acts| acts.is_silent = true);
    let answers = (0..20).map(|_| async { world.stranger().get("/login/oidc").await });
    for answer in join_all(answers).await {
        assert_eq!(answer.refused(), (503, "sso-unavailable"));
    }
    provider.acts(|acts| assert!((1..20).contains(&acts.described), "{}", acts.described));
}

#[tokio::test]
async fn what_the_provider_says_instead_of_a_code_is_told_apart() {
    let (world, provider) = campus().await;
    for (said, expected) in [
        ("error=access_denied", (401, "sso-refused")),
        ("error=temporarily_unavailable", (503, "sso-unavailable")),
        ("", (401, "sso-refused")),
        ("code=guessed", (401, "sso-refused")),
        ("code=guessed&iss=https%3A%2F%2Fevil.example", (401, "sso-refused")),
    ] {
        let mut browser = Browser::new();
        let asked = parameters(&browser.led(&world, "/login/oidc").await);
        let back = format!("{}?state={}&{said}", asked["redirect_uri"], asked["state"]);
        assert_eq!(browser.get(&back).await.refused(), expected, "{said}");
    }
    provider.acts(|acts| acts.secret = "another".to_owned());
    let answer = login(&world, &provider, "desk-1").await;
    assert_eq!(answer.refused(), (503, "sso-unavailable"), "the portal's secret is wrong");
}

#[tokio::test]
async fn nobody_is_led_where_the_configuration_does_not_lead() {
    let (world, provider) = campus().await;
    let mut browser = Browser::new();
    let usual = browser.led(&world, "/login/oidc").await;
    let evil =
        "?redirect_uri=https://evil.example&service=https://evil.example&next=//evil.example";
    let headers = HeaderMap::from_iter([
        (HOST, "evil.example".parse().unwrap()),
        ("x-forwarded-host".parse().unwrap(), "evil.example".parse().unwrap()),
    ]);
    let led = browser.led_with(&world, &format!("/login/oidc{evil}"), headers).await;
    assert_eq!((led.host_str(), led.port()), (usual.host_str(), usual.port()));
    assert_eq!(parameters(&led)["redirect_uri"], parameters(&usual)["redirect_uri"]);
    let challenge = "x".repeat(43);
    for (query, field) in [
        (format!("port=1@evil.example&challenge={challenge}"), "port"),
        (format!("port=70000&challenge={challenge}"), "port"),
        (format!("port=0&challenge={challenge}"), "port"),
        ("port=4000&challenge=@evil.example".to_owned(), "challenge"),
        ("port=4000".to_owned(), "challenge"),
        (format!("challenge={challenge}"), "port"),
    ] {
        let answer = world.stranger().get(&format!("/login/oidc?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.violations()[0].0, field, "{query}");
    }
    let state = parameters(&led)["state"].clone();
    let back = provider.logs_in("desk-1", &led).replace(&state, &format!("{state}&next=//evil"));
    assert_eq!(browser.get(&back).await.status, 200, "what else it brings leads nowhere");
}

#[tokio::test]
async fn the_command_line_changes_its_code_for_the_session_once() {
    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let (world, provider) = campus().await;
    let before = sessions(&world).await;
    let code = async || {
        let mut browser = Browser::new();
        let path = format!("/login/oidc?port=40123&challenge={CHALLENGE}");
        let location = browser.led(&world, &path).await;
        let handed = browser.follow(&provider.logs_in("desk-1", &location)).await;
        assert!(handed.as_str().starts_with("http://127.0.0.1:40123/?code=yzl_"), "{handed}");
        parameters(&handed)["code"].clone()
    };
    let redeem = async |code: &str, verifier: &str| {
        let body = json!({ "code": code, "verifier": verifier });
        world.stranger().post("/login/code", &body).await
    };
    let refused = (401, "login-code-refused");
    let first = code().await;
    assert_eq!(sessions(&world).await, before, "a code is no session");
    assert_eq!(world.bearer(Some(&first)).get("/me").await.refused(), (401, "token-malformed"));
    let answer = redeem(&first, VERIFIER).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let desk = world.bearer(answer.body["token"].as_str());
    assert_eq!(desk.get("/me").await.body["account"], "desk-1");
    assert_eq!(redeem(&first, VERIFIER).await.refused(), refused, "twice");

    let second = code().await;
    assert_eq!(redeem(&second, CHALLENGE).await.refused(), refused, "by who saw the challenge");
    assert_eq!(redeem(&second, VERIFIER).await.refused(), refused, "after somebody has tried");
    let third = code().await;
    world.tamper("update portal.login_code set expires_at = '2026-01-01Z'").await;
    assert_eq!(redeem(&third, VERIFIER).await.refused(), refused, "too late");
    let fourth = code().await;
    world
        .tamper("update portal.account set closed_at = '2026-01-01Z' where login = 'desk-1'")
        .await;
    assert_eq!(redeem(&fourth, VERIFIER).await.refused(), refused, "of a closed account");
    assert_eq!(redeem("yzl_0", VERIFIER).await.refused(), refused);
    assert_eq!(sessions(&world).await, before + 1);
}

#[tokio::test]
async fn the_command_line_is_handed_a_login_that_was_made_for_it_or_why_there_is_none() {
    let (world, provider) = campus().await;
    let before = sessions(&world).await;
    let begin = format!("/login/oidc?port=40123&challenge={}", "x".repeat(43));
    let mut browser = Browser::new();
    for (name, claims, error) in [
        ("desk-1", json!({ "auth_time": AUTHENTICATED_AT }), "sso-refused"),
        ("desk-1", json!({ "auth_time": null }), "sso-refused"),
        ("desk-1", json!({ "preferred_username": null }), "sso-unavailable"),
        ("stranger", json!({}), "sso-account-unknown"),
    ] {
        provider.acts(|acts| acts.claims = claims.clone());
        let location = browser.led(&world, &begin).await;
        let asked = parameters(&location);
        assert_eq!((asked["prompt"].as_str(), asked["max_age"].as_str()), ("login", "0"));
        let handed = browser.follow(&provider.logs_in(name, &location)).await;
        let expected = format!("http://127.0.0.1:40123/?error={error}");
        assert_eq!(handed.as_str(), expected, "{name} {claims}");
        assert!(browser.cookie.is_none(), "the attempt is over");
    }
    assert_eq!(world.count("select count(*) from portal.login_code").await, 0);
    assert_eq!(sessions(&world).await, before);

    let usual = parameters(&browser.led(&world, "/login/oidc").await);
    assert!(!usual.contains_key("prompt"), "who stays in the browser is let through");
}

#[tokio::test]
async fn a_provider_that_is_away_is_told_to_the_command_line_that_waits() {
    let mut provider = Provider::serve().await;
    provider.stop().await;
    let world = World::start_with(|config| {
        publish(config);
        provider.configure(config);
    });
    let world = world.await;
    let begin = format!("/login/oidc?port=40123&challenge={}", "x".repeat(43));
    let handed = Browser::new().led(&world, &begin).await;
    assert_eq!(handed.as_str(), "http://127.0.0.1:40123/?error=sso-unavailable");
}

#[tokio::test]
async fn an_installation_without_unified_login_says_so() {
    let world = World::start().await;
    for path in ["/login/oidc", "/login/oidc/back", "/login/cas", "/login/cas/back"] {
        assert_eq!(world.stranger().get(path).await.refused(), (404, "sso-absent"), "{path}");
    }
}
