use std::{sync::Arc, time::Duration};

use events::words::Service;
use proto::portal::v1::{GetKeysRequest, portal_client::PortalClient};
use rpc::{
    Call, Channel, Error,
    client::Connector,
    tls::{Credentials, InvalidCredentials},
};
use tokio::sync::watch;

use crate::{
    certificates::Authority,
    portal::{NOTHING, Newest, Notes, Running, serve},
};

const PORTAL: &str = "spiffe://campus/portal";
const DISPATCH: &str = "spiffe://campus/dispatch";

fn fixed(credentials: Arc<Credentials>) -> Newest {
    watch::Sender::new(credentials).subscribe()
}

/// A portal that notes who called.
async fn noting(credentials: Newest) -> (Running, Notes) {
    let notes = Notes::default();
    let called = notes.clone();
    let running = serve(Some(credentials), move |request| {
        called.note(&rpc::subject(&request).unwrap().principal);
        std::future::ready(NOTHING)
    })
    .await;
    (running, notes)
}

/// A client with these credentials; `scheme` is `https` or `dns`.
fn client(scheme: &str, running: &Running, credentials: Newest) -> PortalClient<Channel> {
    let target = format!("{scheme}://{}", running.address).parse().unwrap();
    let connector = Connector::new(Service::Dispatch, Some(credentials));
    PortalClient::new(connector.connect(Service::Portal, &target).unwrap())
}

async fn ask(client: &mut PortalClient<Channel>) -> Result<(), Error> {
    let call = Call::within(Duration::from_secs(2));
    client.get_keys(call.request(GetKeysRequest {})).await?;
    Ok(())
}

#[tokio::test]
async fn a_service_is_known_by_the_name_in_its_certificate() {
    let authority = Authority::new();
    let (running, notes) = noting(fixed(authority.issue(PORTAL))).await;
    for scheme in ["https", "dns"] {
        let mut client = client(scheme, &running, fixed(authority.issue(DISPATCH)));
        ask(&mut client).await.unwrap();
    }
    assert_eq!(notes.read(), ["service:dispatch", "service:dispatch"]);
}

#[tokio::test]
async fn a_service_is_not_believed_by_its_word_where_it_could_show_a_certificate() {
    let authority = Authority::new();
    let (running, notes) = noting(fixed(authority.issue(PORTAL))).await;
    // The channel says that it is dispatch; the certificate says intake.
    let mut client = client("https", &running, fixed(authority.issue("spiffe://campus/intake")));
    ask(&mut client).await.unwrap();
    assert_eq!(notes.read(), ["service:intake"]);
}

#[tokio::test]
async fn a_certificate_of_another_authority_or_installation_opens_no_connection() {
    let authority = Authority::new();
    let (running, notes) = noting(fixed(authority.issue(PORTAL))).await;
    for stranger in [Authority::new().issue(DISPATCH), authority.issue("spiffe://other/dispatch")] {
        let error = ask(&mut client("https", &running, fixed(stranger))).await.unwrap_err();
        assert_eq!(error.reason(), "service-unreachable", "{error:?}");
    }
    let plain = PortalClient::connect(format!("http://{}", running.address)).await;
    if let Ok(mut plain) = plain {
        plain.get_keys(GetKeysRequest {}).await.unwrap_err();
    }
    assert!(notes.read().is_empty());
}

#[tokio::test]
async fn a_caller_does_not_speak_to_a_service_that_it_did_not_mean() {
    let authority = Authority::new();
    let (running, notes) = noting(fixed(authority.issue("spiffe://campus/intake"))).await;
    let mut client = client("https", &running, fixed(authority.issue(DISPATCH)));
    let error = ask(&mut client).await.unwrap_err();
    assert_eq!(error.reason(), "service-unreachable");
    assert!(notes.read().is_empty());
}

#[tokio::test]
async fn new_certificates_count_without_a_restart() {
    let old = Authority::new();
    let (server, caller) =
        (watch::Sender::new(old.issue(PORTAL)), watch::Sender::new(old.issue(DISPATCH)));
    let (running, _) = noting(server.subscribe()).await;
    let mut long_lived = client("dns", &running, caller.subscribe());
    ask(&mut long_lived).await.unwrap();

    let new = Authority::new();
    server.send_replace(new.issue(PORTAL));
    let mut late = client("https", &running, fixed(old.issue(DISPATCH)));
    assert_eq!(ask(&mut late).await.unwrap_err().reason(), "service-unreachable");

    caller.send_replace(new.issue(DISPATCH));
    tokio::time::sleep(Duration::from_millis(200)).await;
    ask(&mut long_lived).await.unwrap();
}

#[test]
fn credentials_must_name_exactly_one_service() {
    let authority = Authority::new();
    for names in [&[][..], &["https://campus/portal"][..], &[PORTAL, DISPATCH][..]] {
        let refused = authority.try_issue(names).unwrap_err();
        assert!(matches!(refused, InvalidCredentials::Identity(_)), "{names:?}: {refused}");
    }
    let named = authority.issue(PORTAL);
    assert_eq!(named.identity().to_string(), PORTAL);
    assert!(!format!("{named:?}").contains("PRIVATE"));
}

#[test]
fn files_that_are_no_credentials_are_refused_by_which_of_them_is_wrong() {
    let refused = Credentials::from_pem(b"", b"", b"").unwrap_err();
    assert_eq!(refused.to_string(), "the certificate file holds no certificate in PEM");
}
