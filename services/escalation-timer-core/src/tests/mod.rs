//! What escalation-timer decides, asked through its door.

mod announced;
mod campus;
mod case;
mod desk;
mod leaders;
mod more_time;
mod parts;
mod properties;
mod reopening;
mod reports;
mod sentences;
mod table;
mod urgency;
mod warnings;
