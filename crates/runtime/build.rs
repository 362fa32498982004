//! Makes a new migration known to the compiler.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
