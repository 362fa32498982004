//! What happens to people at the centre, told on the real binary: its command line, its services,
//! its Postgres and nats-server, and a clock that is moved by hand.
//!
//! ```text
//!  repairs    from the call to the callback; late, reopened, nobody reached
//!  desk       chased, joined, hurried, closed as something else
//!  links      not solved, said by the link in a message
//!  reached    told by text message and mail, and of what others may not read by neither
//!  complaints solved and dissatisfied; what a month comes to
//!  incidents  sixty calls about one cause
//!  hands      assigned, held, made safe, given away, adjudicated, come back
//!  parts      what two trades do for one case, split off, merged and done
//!  questions  desk, department and requester ask each other inside a case
//!  replies    asked, answered for now and for good; another department's matter
//!  handovers  who leaves the desk and who takes it over
//!  leaders    late: who is told sees it, and nobody before
//!  weeks      Fridays late, make-up Saturdays, forms from an outage
//!  roster     who is away is neither asked nor told
//!  nights     much is told at once, and at night only what is critical
//!  races      two who claim at once, withdrawn while it is completed
//!  outages    a service away for six hours, the broker away for ten minutes
//!  day        200 cases, each service killed in turn, the broker's store deleted
//!  keys       the master key is rotated while everything runs
//!  refusals   what is not accepted, who may not, which campus is none, what cannot start
//!  policy     who may do what: each role, relation, action and level
//!  traces     one trace through all services
//!  seen       traces, metrics and logs, as an operator's tools get them
//!  services   a certificate for each service, exchanged while it runs
//!  machine    another user, a folder of root alone, a disk that fills
//!  tools      the commands that need no portal
//!  walk       the commands of the README, and what they show
//!
//!  campus     an installation of one test: `yizhan up`, or a process for each service
//!  account    somebody at the command line
//!  person     somebody who asks the portal over HTTP, and again until there is an answer
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test has no better plan than to fail"
)]

mod account;
mod alarms;
mod campus;
mod complaints;
mod day;
mod desk;
mod handovers;
mod hands;
mod incidents;
mod keys;
mod leaders;
mod links;
mod machine;
mod nights;
mod outages;
mod parts;
mod person;
mod policy;
mod questions;
mod races;
mod reached;
mod refusals;
mod repairs;
mod replies;
mod roster;
mod seen;
mod services;
mod tools;
mod traces;
mod walk;
mod weeks;
