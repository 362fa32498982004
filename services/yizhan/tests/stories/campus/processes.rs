//! The processes of an installation: what they are told, and what they print.

use std::fs;

use events::words::Service;
use runtime::Sources;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions};

use super::{Campus, program::Program, serve_with};

/// Variables of a process and their values.
pub(crate) type Environment = Vec<(&'static str, String)>;

impl Campus {
    /// With each service in a process of its own, and with what its environment says.
    pub(crate) fn in_processes_with(environment: impl Fn(&Self, Service) -> Environment) -> Self {
        let campus = Self::servers();
        let services = Service::ALL.iter().map(|service| {
            let environment = environment(&campus, *service);
            (*service, serve_with(&campus.home, *service, environment))
        });
        let services: Vec<_> = services.collect();
        campus.services.lock().unwrap().extend(services);
        campus.up.wait_for("Yizhan is ready");
        campus
    }

    /// Tells every service that its files have changed.
    pub(crate) fn hang_up(&self) {
        self.services.lock().unwrap().values().for_each(Program::hang_up);
    }

    /// Lets every service drain and end; what each has printed.
    pub(crate) fn stop_services(&self) -> Vec<(Service, String)> {
        let services = std::mem::take(&mut *self.services.lock().unwrap());
        let stop = |(service, mut program): (Service, super::Program)| {
            program.interrupt();
            (service, program.output())
        };
        services.into_iter().map(stop).collect()
    }

    /// A connection to a service's database, as the owner of its schemas.
    pub(crate) async fn own(&self, service: Service) -> PgConnection {
        let config = Sources::new().file(self.home.path().join("config.toml"));
        let store = config.load(service).unwrap().store;
        let password = fs::read_to_string(store.owner_password_file.as_ref().unwrap()).unwrap();
        let options = PgConnectOptions::new_without_pgpass()
            .host(&store.host)
            .port(store.port)
            .database(&store.database(service))
            .username(&store.owner(service))
            .password(password.trim_end());
        PgConnection::connect_with(&options).await.unwrap()
    }
}

/// Runs a statement; how many rows it changed.
pub(crate) async fn execute(connection: &mut PgConnection, statement: String) -> u64 {
    sqlx::query(AssertSqlSafe(statement)).execute(connection).await.unwrap().rows_affected()
}
