//! Who is nobody: without a token, or with one that does not count.

use std::time::Duration;

use authz::{Role, Subject};
use clock::Clock;
use events::words::Service;
use jiff::ToSpan as _;
use proto::delivery::v1::{ListDeadRequest, delivery_client::DeliveryClient};
use rpc::{Call, Code, token};
use serde_json::Value;
use tonic::transport::Channel;

use super::world::{World, signer};
use crate::campus::Campus;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_does_not_count_is_refused_by_every_service_with_its_reason() {
    let campus = Campus::open();
    let tokens = Tokens::of(&campus);
    let refused = tokens.refused();
    for &service in Service::ALL {
        let asked = |token| ask(&campus, service, token);
        assert_eq!(asked(Some(&tokens.good)).await, None, "{service}");
        for (reason, token) in &refused {
            let refusal = asked(token.as_deref()).await;
            assert_eq!(refusal, Some((Code::Unauthenticated, (*reason).to_owned())), "{service}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_no_token_counts_that_is_not_a_session_of_this_installation() {
    let campus = Campus::open();
    let tokens = Tokens::of(&campus);
    let internal = tokens.refused().into_iter().filter_map(|(_, token)| token);
    let internal = internal.chain([tokens.good]).map(|token| (Some(token), "token-malformed"));
    let elsewhere = format!("yzs_{}", "0".repeat(64));
    let others = [(Some(elsewhere), "session-unknown"), (None, "token-missing")];
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::new();
    for (token, reason) in internal.chain(others) {
        for path in ["cases", "work-orders", "callbacks/next", "messages", "dlq", "me"] {
            let request = client.get(format!("{}/api/v1/{path}", campus.url()));
            let request = token.iter().fold(request, reqwest::RequestBuilder::bearer_auth);
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let problem: Value = response.json().await.unwrap();
            assert_eq!((status, problem["reason"].as_str().unwrap()), (401, reason), "{path}");
        }
    }
}

/// Internal tokens of somebody who may ask.
struct Tokens {
    good: String,
    expired: String,
    elsewhere: String,
    of_another_key: String,
    of_another: String,
}

impl Tokens {
    fn of(campus: &Campus) -> Self {
        let admin = World::somebody(Role::SystemAdministrator);
        let clock = Clock::system();
        let earlier = clock.machine() - 1.hour();
        let sign = |installation: &str, clock: Clock, subject: &Subject| {
            signer(campus, installation, clock).sign(subject, earlier).unwrap()
        };
        let another = token::generate_key().unwrap();
        let installation = "campus".parse().unwrap();
        let another = token::TokenSigner::new(installation, clock.clone(), &another).unwrap();
        Self {
            good: sign("campus", clock.clone(), &admin),
            expired: sign("campus", Clock::fixed(earlier), &admin),
            elsewhere: sign("elsewhere", clock.clone(), &admin),
            of_another_key: another.sign(&admin, earlier).unwrap(),
            of_another: sign("campus", clock, &World::somebody(Role::Requester)),
        }
    }

    /// Each that does not count, and why.
    fn refused(&self) -> [(&'static str, Option<String>); 6] {
        // The claims of the one under the signature of the other.
        let parts: Vec<_> = self.good.split('.').collect();
        let signature = self.of_another.split('.').next_back().unwrap();
        let forged = [parts[0], parts[1], signature].join(".");
        let cut = self.good[..self.good.len() / 2].to_owned();
        [
            ("token-missing", None),
            ("token-malformed", Some(cut)),
            ("token-expired", Some(self.expired.clone())),
            ("token-for-another-installation", Some(self.elsewhere.clone())),
            ("token-key-unknown", Some(self.of_another_key.clone())),
            ("token-signature-wrong", Some(forged)),
        ]
    }
}

/// Why a service does not answer, if it does not.
async fn ask(campus: &Campus, service: Service, token: Option<&str>) -> Option<(Code, String)> {
    let channel = Channel::from_shared(campus.endpoint(service, "rpc")).unwrap().connect_lazy();
    let call = Call::within(Duration::from_secs(20));
    let call = token.into_iter().fold(call, |call, token| call.on_behalf(token).unwrap());
    let mut client = DeliveryClient::new(channel);
    let asked = client.list_dead(call.request(ListDeadRequest::default())).await;
    let error = rpc::Error::from(asked.err()?);
    Some((error.code(), error.reason().to_owned()))
}
