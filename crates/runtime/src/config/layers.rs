use std::{
    fs,
    path::{Path, PathBuf},
};

use events::words::Service;
use figment::{
    Figment, Metadata, Profile, Provider,
    providers::{Format as _, Serialized, Toml},
    value::{Dict, Map, Value},
};

use super::{Config, ConfigError};

/// Where a configuration comes from. The environment is an argument too: tests have their own.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    environment: Vec<(String, String)>,
    flags: Vec<(String, String)>,
}

impl Sources {
    /// None: every key has its default, except `installation`, which has none.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a TOML file.
    #[must_use]
    pub fn file(self, file: impl Into<PathBuf>) -> Self {
        Self { file: Some(file.into()), ..self }
    }

    /// With variables; those that are not `YIZHAN_INSTALLATION` or `YIZHAN_<SECTION>__<KEY>` are
    /// left alone.
    #[must_use]
    pub fn environment(self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { environment: variables.into_iter().collect(), ..self }
    }

    /// With one key set by a flag: `("clock.mode", "manual")`.
    #[must_use]
    pub fn flag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.flags.push((key.into(), value.into()));
        self
    }

    /// The configuration of one service.
    pub fn load(&self, service: Service) -> Result<Config, ConfigError> {
        let mut figment = Figment::new();
        if let Some(file) = &self.file {
            for layer in read(file, service)? {
                figment = figment.merge(layer);
            }
        }
        let variables = self.environment.iter().filter_map(|(name, value)| {
            Some((format!("the variable {name}"), key(name)?, value.as_str()))
        });
        let flags = self
            .flags
            .iter()
            .map(|(key, value)| (format!("the flag for {key}"), key.clone(), value.as_str()));
        for (source, key, value) in variables.chain(flags) {
            figment = figment.merge(Layer { source, values: single(&key, value)? });
        }
        figment.extract().map_err(ConfigError::from)
    }
}

/// `YIZHAN_STORE__PASSWORD_FILE` as `store.password_file`.
fn key(variable: &str) -> Option<String> {
    let name = variable.strip_prefix("YIZHAN_")?;
    let is_ours = name.contains("__") || name == "INSTALLATION";
    is_ours.then(|| name.replace("__", ".").to_lowercase())
}

/// The values of a file for all services, then those for this one.
fn read(file: &Path, service: Service) -> Result<[Layer; 2], ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { file: file.to_owned(), source };
    let text = fs::read_to_string(file).map_err(unreadable)?;
    let mut values: Dict = Toml::from_str(&text).map_err(|source| ConfigError::Malformed {
        file: file.to_owned(),
        source: Box::new(source),
    })?;
    let source = file.display().to_string();
    let mut own = Dict::new();
    if let Some(Value::Dict(_, services)) = values.remove("service") {
        for (name, value) in services {
            let named: Service = name.parse().map_err(|unknown| ConfigError::UnknownService {
                source: source.clone(),
                unknown,
            })?;
            if let (true, Value::Dict(_, values)) = (named == service, value) {
                own = values;
            }
        }
    }
    Ok([
        Layer { source: source.clone(), values },
        Layer { source: format!("[service.{service}] in {source}"), values: own },
    ])
}

/// One dotted key with its value, read as TOML would read it where that is possible.
fn single(key: &str, value: &str) -> Result<Dict, ConfigError> {
    let Ok(value) = value.parse::<Value>();
    let provider = Serialized::default(key, value);
    let mut profiles = provider.data().map_err(ConfigError::from)?;
    Ok(profiles.remove(&Profile::Default).unwrap_or_default())
}

/// Values that know where they come from.
struct Layer {
    source: String,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}
