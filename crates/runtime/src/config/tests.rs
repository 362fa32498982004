use std::{error::Error as _, fs, path::Path};

use super::*;

/// A folder of its own for each test, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("yizhan-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, text: &str) -> PathBuf {
        let file = self.0.join("yizhan.toml");
        fs::write(&file, text).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn set(variables: &[(&str, &str)]) -> Sources {
    let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Sources::new().environment(owned)
}

fn refused(sources: &Sources) -> String {
    sources.load(Service::Intake).unwrap_err().to_string()
}

#[test]
fn a_service_needs_to_be_told_nothing_but_its_installation() {
    let config = set(&[("YIZHAN_INSTALLATION", "campus")]).load(Service::EscalationTimer).unwrap();
    assert_eq!(config.store.database(Service::EscalationTimer), "escalation_timer");
    assert_eq!(config.store.owner(Service::EscalationTimer), "escalation_timer_owner");
    assert_eq!(config.peers.get(Service::Portal).to_string(), "dns://portal:9090");
    assert_eq!(config.rpc.listen.to_string(), "127.0.0.1:9090");
    assert_eq!(
        refused(&Sources::new()),
        "`installation` must be given: in the configuration file or as YIZHAN_INSTALLATION"
    );
}

#[test]
fn links_in_messages_lead_to_an_address_that_can_be_one() {
    let config = |url| set(&[("YIZHAN_INSTALLATION", "campus"), ("YIZHAN_HTTP__PUBLIC_URL", url)]);
    for url in ["https://yizhan.example.edu", "http://[::1]:8080", "https://example.edu/yizhan/"] {
        let config = config(url).load(Service::Notification).unwrap();
        assert_eq!(config.http.public_url.as_deref(), Some(url));
    }
    for url in [
        "",
        "yizhan.example.edu",
        "http://yizhan.example.edu",
        "https://",
        "https:///s",
        "javascript://x",
        "https://a@b",
        "https://a?b=c",
    ] {
        let refusal = config(url).load(Service::Notification).unwrap_err();
        assert!(format!("{refusal:?} {refusal}").contains("must begin with"), "{url}: {refusal}");
    }
}

#[test]
fn unified_login_is_off_until_it_is_named_and_goes_to_nobody_in_the_clear() {
    let config = |rest: &[(&str, &str)]| {
        let installation = [("YIZHAN_INSTALLATION", "campus")];
        set(&[&installation, rest].concat()).load(Service::Portal)
    };
    assert_eq!(config(&[]).unwrap().portal, Portal::default());
    let issuer = ("YIZHAN_PORTAL__OIDC__ISSUER", "https://id.example.edu/realms/campus");
    let id = ("YIZHAN_PORTAL__OIDC__CLIENT_ID", "yizhan");
    let secret = ("YIZHAN_PORTAL__OIDC__CLIENT_SECRET_FILE", "/run/secrets/oidc");
    let oidc = config(&[issuer, id, secret]).unwrap().portal.oidc.unwrap();
    assert_eq!(oidc.claim, "preferred_username");
    assert_eq!(
        config(&[issuer, id]).unwrap_err().to_string(),
        "`portal.oidc.client_secret_file` must be given: in the configuration file or as \
         YIZHAN_PORTAL__OIDC__CLIENT_SECRET_FILE"
    );
    for url in ["http://cas.example.edu/cas", "cas.example.edu", "https://cas.example.edu?x=1"] {
        let refusal = config(&[("YIZHAN_PORTAL__CAS__URL", url)]).unwrap_err().to_string();
        let expected = "the variable YIZHAN_PORTAL__CAS__URL: `portal.cas.url`: must begin with";
        assert!(refusal.starts_with(expected), "{refusal}");
    }
}

#[test]
fn later_wins_file_then_service_then_environment_then_flag() {
    let folder = Folder::new("layers");
    let file = folder.write(
        "installation = 'campus'\n\
         [store]\nhost = 'file'\nport = 1\ndatabase = 'file'\nconnections = 1\n\
         [service.intake.store]\nport = 2\ndatabase = 'own'\nconnections = 2\n\
         [service.dispatch.store]\nhost = 'other'\n",
    );
    let sources = set(&[("YIZHAN_STORE__DATABASE", "env"), ("YIZHAN_STORE__CONNECTIONS", "3")])
        .file(&file)
        .flag("store.connections", "4");
    let store = sources.load(Service::Intake).unwrap().store;
    assert_eq!(
        (store.host.as_str(), store.port, store.database.as_deref(), store.connections),
        ("file", 2, Some("env"), 4)
    );
    assert_eq!(sources.load(Service::Dispatch).unwrap().store.host, "other");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_one_and_its_place() {
    let folder = Folder::new("unknown");
    let base = "installation = 'campus'\n";
    let refuse = |text: &str| {
        let file = folder.write(&format!("{base}{text}"));
        refused(&Sources::new().file(&file)).replace(&file.display().to_string(), "FILE")
    };
    assert_eq!(
        refuse("[store]\nhots = 'db'\n"),
        "FILE: unknown key `store.hots`, did you mean `store.host`?"
    );
    assert_eq!(refuse("x = 1\n"), "FILE: unknown key `x`", "nothing is like it");
    assert_eq!(refuse("[sotre]\n"), "FILE: unknown key `sotre`, did you mean `store`?");
    assert_eq!(
        refuse("[service.intake.rpc]\nlisten_on = '127.0.0.1:1'\n"),
        "[service.intake] in FILE: unknown key `rpc.listen_on`, did you mean `rpc.listen`?"
    );
    assert!(refuse("[service.kitchen.rpc]\n").starts_with("FILE: `kitchen` is no service"));
    assert_eq!(
        refused(&set(&[("YIZHAN_INSTALLATION", "campus"), ("YIZHAN_BROKER__URI", "nats://x")])),
        "the variable YIZHAN_BROKER__URI: unknown key `broker.uri`, did you mean `broker.url`?"
    );
}

#[test]
fn a_secret_can_be_given_only_as_a_file() {
    let sources = set(&[("YIZHAN_INSTALLATION", "campus"), ("YIZHAN_STORE__PASSWORD", "hunter2")]);
    let refusal = refused(&sources);
    assert!(refusal.ends_with("did you mean `store.password_file`?"), "{refusal}");
    assert!(!refusal.contains("hunter2"));
}

#[test]
fn a_secret_in_an_address_is_refused_with_the_key_of_its_file_and_not_shown() {
    for url in ["nats://intake:hunter2@nats:4222", "nats://a:4222,nats://hunter2@b:4222"] {
        let sources = set(&[("YIZHAN_INSTALLATION", "campus"), ("YIZHAN_BROKER__URL", url)]);
        let refusal = refused(&sources);
        assert!(
            refusal.starts_with("the variable YIZHAN_BROKER__URL: `broker.url`: "),
            "{refusal}"
        );
        assert!(refusal.contains("`broker.password_file`"), "{refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}

#[test]
fn a_wrong_value_is_refused_with_its_key() {
    let sources = |key: &str, value: &str| set(&[("YIZHAN_INSTALLATION", "campus"), (key, value)]);
    let port = refused(&sources("YIZHAN_STORE__PORT", "many"));
    assert!(port.starts_with("the variable YIZHAN_STORE__PORT: `store.port`: "), "{port}");
    let peer = refused(&sources("YIZHAN_PEERS__INTAKE", "intake"));
    assert!(peer.contains("must be dns://<host>:<port>"), "{peer}");
    let installation = refused(&set(&[("YIZHAN_INSTALLATION", "Campus")]));
    assert!(installation.contains("is the id of no installation"), "{installation}");
}

#[test]
fn a_file_that_is_not_there_or_not_toml_is_named() {
    let missing = Sources::new().file(Path::new("/nowhere/yizhan.toml"));
    assert_eq!(refused(&missing), "the configuration /nowhere/yizhan.toml cannot be read");
    let folder = Folder::new("malformed");
    let error = Sources::new().file(folder.write("store = [\n")).load(Service::Intake).unwrap_err();
    assert!(error.to_string().ends_with("yizhan.toml is not TOML"), "{error}");
    assert!(error.source().unwrap().to_string().contains("line"), "{:?}", error.source());
}

#[test]
fn variables_of_others_are_left_alone() {
    let sources =
        set(&[("YIZHAN_INSTALLATION", "campus"), ("YIZHAN_POSTGRES", "/usr"), ("HOME", "/")]);
    sources.load(Service::Intake).unwrap();
}

#[test]
fn a_configuration_can_be_written_and_read_again() {
    let config = set(&[("YIZHAN_INSTALLATION", "campus")]).load(Service::Portal).unwrap();
    let text = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), config);
}
