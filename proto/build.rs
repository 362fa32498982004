//! Compiles `yizhan/**/*.proto` without protoc.

use std::{env, error::Error, fs, path::PathBuf};

/// One file per package; each imports what it needs.
const FILES: [&str; 8] = [
    "yizhan/words/v1/words.proto",
    "yizhan/delivery/v1/delivery.proto",
    "yizhan/intake/v1/intake.proto",
    "yizhan/dispatch/v1/dispatch.proto",
    "yizhan/escalation_timer/v1/escalation_timer.proto",
    "yizhan/callback_survey/v1/callback_survey.proto",
    "yizhan/notification/v1/notification.proto",
    "yizhan/portal/v1/portal.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=yizhan");
    let out = PathBuf::from(env::var("OUT_DIR")?);

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true).open_files(FILES)?;
    // `compile_fds` does not write it, and reflection needs it.
    fs::write(out.join("descriptors.bin"), compiler.encode_file_descriptor_set())?;

    tonic_prost_build::configure()
        // A call says ten times as much as the number of a case.
        .boxed(".yizhan.intake.v1.JoinIncidentRequest.who.call")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
