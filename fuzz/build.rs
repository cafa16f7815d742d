//! Compiles the generated C decoder for the target `differential`.

fn main() {
    println!("cargo::rerun-if-changed=c/decode.c");
    println!("cargo::rerun-if-changed=../clients/c/coldcap_wire.h");
    cc::Build::new()
        .file("c/decode.c")
        .include("../clients/c")
        .std("c99")
        .warnings_into_errors(true)
        .compile("coldcap_fuzz_c");
}
