//! The services that this binary can run, and what each brings.

use anyhow::Result;
use delivery::Schema;
use events::words::Service;
use runtime::{Config, Host, Process};

/// The schemas of a service's own, in the order of their migration.
pub(crate) fn schemas(service: Service) -> &'static [Schema] {
    match service {
        Service::Intake => &intake::SCHEMAS,
        Service::Dispatch => &dispatch::SCHEMAS,
        Service::EscalationTimer => &escalation_timer::SCHEMAS,
        Service::CallbackSurvey => &callback_survey::SCHEMAS,
        Service::Notification => &notification::SCHEMAS,
        Service::Portal => &portal::SCHEMAS,
    }
}

/// Runs a service until the process shuts down.
pub(crate) async fn run(service: Service, config: Config, process: &Process) -> Result<()> {
    let host = Host::open(service, config, schemas(service), process).await?;
    match service {
        Service::Intake => intake::run(host, |_| ()).await,
        Service::Dispatch => dispatch::run(host, |_| ()).await,
        Service::EscalationTimer => escalation_timer::run(host, |_| ()).await,
        Service::CallbackSurvey => callback_survey::run(host, |_| ()).await,
        Service::Notification => notification::run(host, |_| ()).await,
        Service::Portal => portal::run(host, |_| ()).await,
    }
}
