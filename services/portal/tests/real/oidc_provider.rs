//! A provider of OpenID Connect, played by the test: it describes itself, publishes its keys and
//! changes a code once, for who knows its secrets.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{AUTHORIZATION, CONNECTION},
    },
    middleware::map_response,
    response::Response,
    routing::{get, post},
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use clock::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use runtime::{Config, config};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

use crate::{browser::parameters, world::id};

const CLIENT: &str = "yizhan";
/// With what an address must not have as it stands.
const SECRET: &str = "s3cret+ & more";

pub(crate) struct Provider {
    acts: Arc<Mutex<Acts>>,
    server: JoinHandle<()>,
}

/// What it does.
pub(crate) struct Acts {
    issuer: String,
    signer: Signer,
    published: Vec<Value>,
    /// Those that were not changed yet.
    logins: BTreeMap<String, Login>,
    /// Claims that are not what they should be; null takes one away.
    pub(crate) claims: Value,
    /// The secret of the client.
    pub(crate) secret: String,
    /// How often it was asked what it is.
    pub(crate) described: usize,
    /// Whether it has nothing to say then.
    pub(crate) is_silent: bool,
}

struct Login {
    name: String,
    asked: BTreeMap<String, String>,
}

impl Acts {
    /// Signs with a new key from now on.
    pub(crate) fn rotate(&mut self) {
        let signer = Signer::new();
        self.published.push(signer.public.clone());
        self.signer = signer;
    }

    /// The same with a key that nobody is told of.
    pub(crate) fn sign_with_a_hidden_key(&mut self) {
        self.signer = Signer::new();
    }

    fn id_token(&self, login: &Login) -> String {
        let now = Clock::system().machine().as_second();
        let is_anew = login.asked.get("prompt").is_some_and(|prompt| prompt == "login");
        let auth_time = if is_anew { now } else { AUTHENTICATED_AT };
        let mut claims = json!({
            "iss": self.issuer, "sub": "1", "aud": CLIENT, "nonce": login.asked["nonce"],
            "iat": now, "exp": now + 300, "auth_time": auth_time,
            "preferred_username": login.name,
        });
        for (name, value) in self.claims.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.signer.sign(&claims)
    }
}

/// When everybody proved to it who they are, who need not do it anew.
pub(crate) const AUTHENTICATED_AT: i64 = 1_767_225_600;

impl Provider {
    pub(crate) async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = issuer(listener.local_addr().unwrap());
        let (signer, secret) = (Signer::new(), SECRET.to_owned());
        let (published, logins) = (vec![signer.public.clone()], BTreeMap::new());
        let claims = json!({});
        let (described, is_silent) = (0, false);
        let acts = Acts { issuer, signer, published, logins, claims, secret, described, is_silent };
        let acts = Arc::new(Mutex::new(acts));
        let routes = Router::new()
            .route("/campus/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .layer(map_response(goodbye))
            .with_state(Arc::clone(&acts));
        let server = tokio::spawn(async { axum::serve(listener, routes).await.unwrap() });
        Self { acts, server }
    }

    /// Makes the portal know it.
    pub(crate) fn configure(&self, config: &mut Config) {
        let client_secret_file = config.keys.token_file.as_ref().unwrap().with_file_name("oidc");
        fs::write(&client_secret_file, format!("{SECRET}\n")).unwrap();
        let issuer = self.acts.lock().unwrap().issuer.clone();
        let (client_id, claim) = (CLIENT.to_owned(), "preferred_username".to_owned());
        config.portal.oidc = Some(config::Oidc { issuer, client_id, client_secret_file, claim });
    }

    pub(crate) fn acts(&self, change: impl FnOnce(&mut Acts)) {
        change(&mut self.acts.lock().unwrap());
    }

    /// Lets `name` log in, who was led there by `location`; the way back.
    pub(crate) fn logs_in(&self, name: &str, location: &Url) -> String {
        let asked = parameters(location);
        let said = ["response_type", "client_id", "scope", "code_challenge_method"];
        assert_eq!(said.map(|one| asked[one].as_str()), ["code", CLIENT, "openid profile", "S256"]);
        let code = id().to_string();
        let back = format!("{}?code={code}&state={}", asked["redirect_uri"], asked["state"]);
        let login = Login { name: name.to_owned(), asked };
        self.acts(|acts| drop(acts.logins.insert(code, login)));
        back
    }

    pub(crate) async fn stop(&mut self) {
        self.server.abort();
        assert!((&mut self.server).await.unwrap_err().is_cancelled());
    }
}

fn issuer(address: SocketAddr) -> String {
    format!("http://{address}/campus")
}

/// Ends the connection with the answer, so that nobody hears of a server that was stopped.
pub(crate) async fn goodbye(mut response: Response) -> Response {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

type Shared = State<Arc<Mutex<Acts>>>;

async fn describe(State(acts): Shared) -> Json<Value> {
    let (issuer, is_silent) = {
        let mut acts = acts.lock().unwrap();
        acts.described += 1;
        (acts.issuer.clone(), acts.is_silent)
    };
    if is_silent {
        return Json(json!({}));
    }
    let base = issuer.trim_end_matches("/campus");
    Json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{base}/authorize?theme=campus"),
        "token_endpoint": format!("{base}/token"), "jwks_uri": format!("{base}/keys"),
    }))
}

async fn keys(State(acts): Shared) -> Json<Value> {
    Json(json!({ "keys": acts.lock().unwrap().published }))
}

async fn token(
    State(acts): Shared,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let mut acts = acts.lock().unwrap();
    let refused = |status, error: &str| (status, Json(json!({ "error": error })));
    // RFC 6749, 2.3.1: both parts are encoded as in a form.
    let encoded: String = url::form_urlencoded::byte_serialize(acts.secret.as_bytes()).collect();
    let known = format!("Basic {}", BASE64_STANDARD.encode(format!("{CLIENT}:{encoded}")));
    if headers.get(AUTHORIZATION).is_none_or(|value| value != known.as_str()) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let Some(login) = acts.logins.remove(&form["code"]) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let challenge = digest(&SHA256, form["code_verifier"].as_bytes());
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(challenge);
    if form["grant_type"] != "authorization_code"
        || form["redirect_uri"] != login.asked["redirect_uri"]
        || challenge != login.asked["code_challenge"]
    {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    }
    let id_token = acts.id_token(&login);
    let tokens = json!({ "access_token": "x", "token_type": "Bearer", "id_token": id_token });
    (StatusCode::OK, Json(tokens))
}

/// A key on P-256.
struct Signer {
    id: String,
    private: EncodingKey,
    public: Value,
}

impl Signer {
    fn new() -> Self {
        let id = id().to_string();
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let private = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, private.as_ref(), &random).unwrap();
        // 4, x and y (SEC 1, 2.3.3).
        let point = pair.public_key().as_ref();
        let coordinate = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let public = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": id,
                             "x": coordinate(&point[1..33]), "y": coordinate(&point[33..]) });
        Self { id, private: EncodingKey::from_ec_der(private.as_ref()), public }
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.private).unwrap()
    }
}
