use events::words::Service;
use testkit::Proxy;
use uuid::Uuid;

use crate::{account::Account, caller::Caller, process::Toy, world::World};

/// Intake and dispatch at work, some facts said and at rest, and a link that can now be spoiled.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) caller: Caller,
    /// Five cases.
    pub(crate) cases: Vec<Uuid>,
    pub(crate) intake: Toy,
    pub(crate) dispatch: Toy,
    pub(crate) link: Proxy,
}

/// Whose link it is, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    IntakeToNats,
    DispatchToNats,
    DispatchToStore,
}

impl Stage {
    /// With readers as the services make them.
    pub(crate) async fn set(link: Link) -> Self {
        Self::on(World::of([Service::Intake, Service::Dispatch]).await, link).await
    }

    /// With impatient readers: what a killed process or a spoiled link took away comes again soon.
    pub(crate) async fn set_for_losses(link: Link) -> Self {
        Self::on(World::for_losses().await, link).await
    }

    async fn on(world: World, link: Link) -> Self {
        let (intake, dispatch) = (world.toy(Service::Intake), world.toy(Service::Dispatch));
        let (link, intake, dispatch) = match link {
            Link::IntakeToNats => {
                let link = world.link_to_nats().await;
                let intake = intake.nats_by(&link);
                (link, intake, dispatch)
            }
            Link::DispatchToNats => {
                let link = world.link_to_nats().await;
                let dispatch = dispatch.nats_by(&link);
                (link, intake, dispatch)
            }
            Link::DispatchToStore => {
                let link = world.link_to_store(Service::Dispatch).await;
                let dispatch = dispatch.postgres_by(&link);
                (link, intake, dispatch)
            }
        };
        let (intake, dispatch) = (intake.start().await, dispatch.start().await);
        let mut caller = Caller::new();
        let cases = caller.cases(5);
        let mut stage = Self { world, caller, cases, intake, dispatch, link };
        stage.say(2).await;
        stage.account().await.assert_undisturbed();
        stage
    }

    /// Has one fact said about each of the cases in turn, so many times.
    pub(crate) async fn say(&mut self, times: u16) {
        self.caller.say(&mut self.intake, &self.cases, times).await;
    }

    /// Waits for rest, and gives account.
    pub(crate) async fn account(&self) -> Account {
        Account::at_rest(&self.world, &self.caller).await
    }
}
