//! Machines that are not like the developer's.

mod full_disk;
mod users;
