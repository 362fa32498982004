//! A new migration is seen by `sqlx::migrate!` only if its folder is watched.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
