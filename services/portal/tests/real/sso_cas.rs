//! Logging in by Apereo CAS.

use url::Url;

use crate::{
    browser::{Browser, publish},
    cas_server::{CasServer, Says},
    world::{Answered, World},
};

async fn campus(attribute: Option<&str>) -> (World, CasServer) {
    let server = CasServer::serve().await;
    let world = World::start_with(|config| {
        publish(config);
        server.configure(config, attribute);
    });
    (world.await.peopled().await, server)
}

async fn login(world: &World, server: &CasServer, name: &str) -> Answered {
    let mut browser = Browser::new();
    let location = browser.led(world, "/login/cas").await;
    browser.get(&server.logs_in(name, &location)).await
}

#[tokio::test]
async fn whoever_has_a_ticket_is_in_once_and_since_they_proved_who_they_are() {
    let (world, server) = campus(None).await;
    let mut browser = Browser::new();
    let location = browser.led(&world, "/login/cas").await;
    let back = server.logs_in("desk-1", &location);
    let kept = browser.cookie.clone();
    let answer = browser.get(&back).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let desk = world.bearer(answer.body["token"].as_str());
    assert_eq!(desk.get("/me").await.body["account"], "desk-1");
    let proved = "select count(*) from portal.session s join portal.account a on a.id = s.account
                  where a.login = 'desk-1' and authenticated_at = '2026-01-01T00:00Z'";
    assert_eq!(world.count(proved).await, 1);

    assert_eq!(browser.get(&back).await.refused(), (401, "sso-state-wrong"), "the cookie is gone");
    browser.cookie = kept;
    assert_eq!(browser.get(&back).await.refused(), (401, "sso-refused"), "the ticket is gone");
}

#[tokio::test]
async fn a_ticket_counts_in_the_browser_that_began_alone() {
    let (world, server) = campus(None).await;
    let (mut browser, mut other) = (Browser::new(), Browser::new());
    let location = browser.led(&world, "/login/cas").await;
    let back = server.logs_in("desk-1", &location);
    assert_eq!(other.get(&back).await.refused(), (401, "sso-state-wrong"));
    // A ticket that CAS gave for one attempt is brought to another.
    let own = server.logs_in("desk-2", &other.led(&world, "/login/cas").await);
    let ticket = |back: &str| back.split_once("ticket=").unwrap().1.to_owned();
    let swapped = own.replace(&ticket(&own), &ticket(&back));
    assert_eq!(other.get(&swapped).await.refused(), (401, "sso-refused"));
    let answer = world.stranger().get("/login/cas/back").await;
    assert_eq!(answer.refused(), (401, "sso-state-wrong"));
}

#[tokio::test]
async fn who_has_no_open_account_gets_none_by_a_ticket() {
    let (world, server) = campus(None).await;
    for name in ["stranger", "root"] {
        let refused = login(&world, &server, name).await;
        assert_eq!(refused.refused(), (403, "sso-account-unknown"), "{name}");
    }
    world
        .tamper("update portal.account set closed_at = '2026-01-01Z' where login = 'desk-1'")
        .await;
    assert_eq!(login(&world, &server, "desk-1").await.refused(), (401, "account-closed"));
}

#[tokio::test]
async fn the_command_line_is_handed_a_login_that_was_made_for_it() {
    let (world, server) = campus(None).await;
    let begin = format!("/login/cas?port=40123&challenge={}", "x".repeat(43));
    let mut browser = Browser::new();
    let location = browser.led(&world, &begin).await;
    let handed = browser.follow(&server.logs_in("desk-1", &location)).await;
    assert!(handed.as_str().starts_with("http://127.0.0.1:40123/?code=yzl_"), "{handed}");

    let location = browser.led(&world, &begin).await;
    let usual: Url = location.as_str().replace("&renew=true", "").parse().unwrap();
    assert_ne!(usual, location, "it is asked to let nobody through");
    let handed = browser.follow(&server.logs_in("desk-1", &usual)).await;
    assert_eq!(handed.as_str(), "http://127.0.0.1:40123/?error=sso-refused", "it let them through");
    assert_eq!(world.count("select count(*) from portal.login_code").await, 1);
    assert_eq!(login(&world, &server, "desk-1").await.status, 200, "where the browser stays");
}

#[tokio::test]
async fn while_cas_answers_nothing_that_counts_local_accounts_log_in() {
    let (world, mut server) = campus(None).await;
    world.give_password("desk-1").await;
    let unavailable = (503, "sso-unavailable");
    for says in [Says::Garbage, Says::InternalError, Says::Nothing] {
        server.says(says);
        assert_eq!(login(&world, &server, "desk-1").await.refused(), unavailable, "{says:?}");
    }
    server.says(Says::Truth);
    assert_eq!(login(&world, &server, "desk-1").await.status, 200);
    server.stop().await;
    assert_eq!(login(&world, &server, "desk-1").await.refused(), unavailable);
    world.login("desk-1").await;
}

#[tokio::test]
async fn an_attribute_names_the_account_where_it_is_configured_and_has_one_value() {
    let (world, server) = campus(Some("employeeNumber")).await;
    assert_eq!(login(&world, &server, "desk-1").await.status, 200);
    let (world, server) = campus(Some("group")).await;
    assert_eq!(login(&world, &server, "desk-1").await.refused(), (503, "sso-unavailable"));
}
