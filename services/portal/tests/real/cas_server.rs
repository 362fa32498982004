//! A server of Apereo CAS, played by the test: it says once whose ticket it is.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Query, State},
    middleware::map_response,
    routing::get,
};
use runtime::{Config, config};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

use crate::{browser::parameters, oidc_provider::goodbye, world::id};

pub(crate) struct CasServer {
    url: String,
    acts: Arc<Mutex<Acts>>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Acts {
    tickets: BTreeMap<String, Ticket>,
    says: Says,
}

struct Ticket {
    name: String,
    service: String,
    /// Whether they proved for it who they are.
    is_anew: bool,
}

/// What it answers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Says {
    #[default]
    Truth,
    Garbage,
    Nothing,
    InternalError,
}

impl CasServer {
    pub(crate) async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/cas", listener.local_addr().unwrap());
        let acts = Arc::<Mutex<Acts>>::default();
        let validate = get(validate).with_state(Arc::clone(&acts));
        let routes = Router::new().route("/cas/p3/serviceValidate", validate);
        let routes = routes.layer(map_response(goodbye));
        let server = tokio::spawn(async { axum::serve(listener, routes).await.unwrap() });
        Self { url, acts, server }
    }

    /// Makes the portal know it, by the user that it names or by an attribute.
    pub(crate) fn configure(&self, config: &mut Config, attribute: Option<&str>) {
        let (url, attribute) = (format!("{}/", self.url), attribute.map(ToOwned::to_owned));
        config.portal.cas = Some(config::Cas { url, attribute });
    }

    pub(crate) fn says(&self, says: Says) {
        self.acts.lock().unwrap().says = says;
    }

    /// Lets `name` log in, who was led there by `location`; the way back.
    pub(crate) fn logs_in(&self, name: &str, location: &Url) -> String {
        assert!(location.as_str().starts_with(&format!("{}/login?", self.url)), "{location}");
        let asked = parameters(location);
        let (name, service) = (name.to_owned(), asked["service"].clone());
        let is_anew = asked.get("renew").is_some_and(|renew| renew == "true");
        let id = format!("ST-{}", id());
        let mut back: Url = service.parse().unwrap();
        back.query_pairs_mut().append_pair("ticket", &id);
        self.acts.lock().unwrap().tickets.insert(id, Ticket { name, service, is_anew });
        back.to_string()
    }

    pub(crate) async fn stop(&mut self) {
        self.server.abort();
        assert!((&mut self.server).await.unwrap_err().is_cancelled());
    }
}

async fn validate(
    State(acts): State<Arc<Mutex<Acts>>>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> String {
    let says = acts.lock().unwrap().says;
    match says {
        Says::Truth => {}
        Says::Garbage => return "<html>desk-1</html>".to_owned(),
        Says::Nothing => return std::future::pending().await,
        Says::InternalError => return failure("INTERNAL_ERROR"),
    }
    match acts.lock().unwrap().tickets.remove(&asked["ticket"]) {
        None => failure("INVALID_TICKET"),
        Some(ticket) if ticket.service != asked["service"] => failure("INVALID_SERVICE"),
        Some(ticket) if asked.contains_key("renew") && !ticket.is_anew => failure("INVALID_TICKET"),
        Some(Ticket { name, .. }) => envelope(&format!(
            "<cas:authenticationSuccess><cas:user>{name}</cas:user><cas:attributes>\
             <cas:authenticationDate>2026-01-01T08:00:00+08:00</cas:authenticationDate>\
             <cas:employeeNumber>{name}</cas:employeeNumber>\
             <cas:group>one</cas:group><cas:group>{name}</cas:group>\
             </cas:attributes></cas:authenticationSuccess>"
        )),
    }
}

fn failure(code: &str) -> String {
    envelope(&format!("<cas:authenticationFailure code='{code}'>no</cas:authenticationFailure>"))
}

fn envelope(inner: &str) -> String {
    format!(
        "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'>\n  {inner}\n\
         </cas:serviceResponse>\n"
    )
}
