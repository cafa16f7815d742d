//! The shipped table is what the generator writes today.
#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing
)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic, unreachable_pub)]

#[path = "../examples/generate_tables.rs"]
mod generate_tables;

#[test]
fn the_shipped_tables_are_the_generated_ones() {
    let thermistor = generate_tables::ntc_10k3a1().unwrap();
    compare(include_str!("../src/curves/ntc_10k3a1.rs"), &thermistor);
    compare(include_str!("../src/curves/erfcx.rs"), &generate_tables::erfcx().unwrap());
}

fn compare(shipped: &str, generated: &str) {
    for (line, (shipped, generated)) in shipped.lines().zip(generated.lines()).enumerate() {
        assert_eq!(shipped, generated, "line {}", line + 1);
    }
    assert_eq!(shipped.len(), generated.len());
}

#[test]
fn the_shipped_sensor_tables_are_the_generated_ones() {
    for (name, shipped) in [
        ("pt100", include_str!("../src/curves/pt100.rs")),
        ("pt1000", include_str!("../src/curves/pt1000.rs")),
        ("tc_k", include_str!("../src/curves/tc_k.rs")),
        ("tc_t", include_str!("../src/curves/tc_t.rs")),
    ] {
        let generated = generate_tables::sensor_tables::by_name(name).unwrap().unwrap();
        for (line, (shipped, generated)) in shipped.lines().zip(generated.lines()).enumerate() {
            assert_eq!(shipped, generated, "{name} line {}", line + 1);
        }
        assert_eq!(shipped.len(), generated.len());
    }
    assert!(generate_tables::sensor_tables::by_name("tc_z").is_none());
}
