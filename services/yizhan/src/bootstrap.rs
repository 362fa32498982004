//! The first start: an administrator, the example campus, its people.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result};
use clock::Clock;
use events::words::Service;
use runtime::Sources;
use secrecy::SecretString;
use serde_json::{Value, json};
use servers::Password;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    client::{Api, Refused, definitions},
    embedded::{Embedded, Endpoints},
    home::{Home, write_private},
    print,
};

const ADMINISTRATOR: &str = "admin";
const CAMPUS: &str = "examples/campus";
/// New definitions are with every service within moments.
const HEARD_WITHIN: Duration = Duration::from_secs(30);

/// Brings an empty installation to the example campus. What it has stays as it is, and each of its
/// definitions and its people is looked at by itself: a start that was interrupted between the two,
/// or in the middle of the second, is completed by the next.
pub(crate) async fn run(home: &Home, endpoints: &Endpoints) -> Result<()> {
    let portal = endpoints.portal().context("the installation has no portal")?;
    let kept = home.key("demo-password");
    let password = Password::kept_in(&kept)?.reveal().to_owned();
    let pool = store(home).await?;
    let administered = administer(&pool, &password).await;
    pool.close().await;
    let has_people = administered?;
    let api = Api::new(portal)?;
    let session =
        api.post("/login", &json!({ "account": ADMINISTRATOR, "password": password })).await;
    let session = match session {
        Ok(session) => session,
        // Its administrator has another password by now: it is somebody's own.
        Err(error) if is_refused(&error) => return forget_if_made_anew(home),
        Err(error) => return Err(error),
    };
    let token = session.get("token").and_then(Value::as_str).unwrap_or_default().to_owned();
    let api = api.with_token(token);
    let is_new = is_new(&api).await?;
    if is_new {
        eprintln!("  applying {CAMPUS}");
        api.post_whole("/definitions", &definitions::body(Path::new(CAMPUS), false)?).await?;
    }
    if has_people && !home.importing().exists() {
        return Ok(());
    }
    match import(home, &api, &password).await {
        // Somebody's own campus: the example's people have no departments there.
        Err(error) if is_refused(&error) && !is_new => Ok(()),
        imported => imported.context("importing the example's people"),
    }
}

/// A demo password that was lost is made anew with the keys, and is nobody's: the first one was made
/// before the key of the servers, which is there as long as they are.
fn forget_if_made_anew(home: &Home) -> Result<()> {
    let kept = home.key("demo-password");
    let made = |key: &Path| std::fs::metadata(key).and_then(|file| file.modified());
    if made(&kept)? > made(&home.key("postgres"))? {
        std::fs::remove_file(&kept).context("removing a password that is nobody's")?;
    }
    Ok(())
}

/// Imports the example's people. Until they are handed to every service a file remembers it.
async fn import(home: &Home, api: &Api, password: &str) -> Result<()> {
    let file = Path::new(CAMPUS).join("people.csv");
    eprintln!("  importing {}", file.display());
    let csv = std::fs::read_to_string(&file);
    let csv = csv.with_context(|| format!("reading {}", file.display()))?;
    write_private(&home.importing(), b"")?;
    let imported = post(api, &json!({ "csv": csv, "initial_password": password })).await;
    if imported.as_ref().map_or_else(is_refused, |_| true) {
        std::fs::remove_file(home.importing())?;
    }
    imported.map(drop)
}

/// As soon as everybody has heard of the definitions that people are checked against.
async fn post(api: &Api, people: &Value) -> Result<Value> {
    let begun = tokio::time::Instant::now();
    loop {
        match api.post_whole("/people", people).await {
            Err(error) if is_early(&error) && begun.elapsed() < HEARD_WITHIN => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            imported => return imported,
        }
    }
}

fn is_early(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refused>().is_some_and(|refused| refused.status().is_server_error())
}

async fn is_new(api: &Api) -> Result<bool> {
    match api.get("/definitions", &[]).await {
        Ok(definitions) => Ok(definitions.get("revision").and_then(Value::as_u64) == Some(0)),
        Err(error) if is_refused(&error) => Ok(true),
        Err(error) => Err(error),
    }
}

fn is_refused(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refused>().is_some_and(|refused| refused.status().is_client_error())
}

/// The portal's store, for what comes before anybody can log in.
async fn store(home: &Home) -> Result<PgPool> {
    let store = Sources::new().file(home.config()).load(Service::Portal)?.store;
    let of_store = Password::kept_in(&home.key_of(Service::Portal, "store"))?;
    let options = PgConnectOptions::new_without_pgpass()
        .host(&store.host)
        .port(store.port)
        .database(&store.database(Service::Portal))
        .username(&store.user(Service::Portal))
        .password(of_store.reveal());
    Ok(PgPoolOptions::new().max_connections(1).connect_with(options).await?)
}

/// Makes the administrator if there is none; whether there are other people.
async fn administer(pool: &PgPool, password: &str) -> Result<bool> {
    let password = SecretString::from(password.to_owned());
    match portal::create_administrator(pool, &Clock::system(), ADMINISTRATOR, password).await {
        Ok(_) | Err(portal::AdministratorError::Taken(_)) => Ok(portal::has_people(pool).await?),
        Err(error) => Err(error.into()),
    }
}

/// Says where it is and what to try.
pub(crate) fn greet(
    home: &Home,
    endpoints: &Endpoints,
    servers: &Embedded,
    manual_clock: bool,
) -> Result<()> {
    let portal = endpoints.portal().context("the installation has no portal")?;
    let kept = home.key("demo-password");
    let wheels = servers.are_for_evaluation();
    print::line("")?;
    print::line(format_args!(
        "Yizhan is ready at {portal}/api/v1 (described by {portal}/openapi.json)"
    ))?;
    print::line(format_args!(
        "Demo accounts: desk-1, plumber-1, quality, student-1, admin (all in {CAMPUS}/people.csv)"
    ))?;
    if kept.exists() {
        let password = Password::kept_in(&kept)?;
        print::line(format_args!("Their password, unless it was changed: {}", password.reveal()))?;
    } else {
        print::line("Their passwords are as they were: keys/demo-password was lost")?;
    }
    if wheels {
        print::line("Its servers are for evaluation: `./yizhan doctor` says more.")?;
    }
    print::line("")?;
    print::line("Try, in another terminal:")?;
    print::line("  ./yizhan login desk-1")?;
    print::line("  ./yizhan case open water-leak --place dorm-7-302 --text 'the pipe drips'")?;
    print::line("  ./yizhan case list")?;
    print::line("  ./yizhan login plumber-1 && ./yizhan work list")?;
    if manual_clock {
        print::line("  ./yizhan clock advance 4h")?;
    }
    print::line("Ctrl-C stops it; the data stay. `./yizhan reset` wipes them.")
}
