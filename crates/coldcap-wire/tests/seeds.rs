//! The committed corpora hold the seeds that the messages of today make.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/samples.rs"]
mod samples;
#[path = "support/seeds.rs"]
mod seeds;

use std::collections::BTreeSet;
use std::path::Path;

const WRITTEN_BY: &str = "cargo run -p coldcap-wire --example seeds -- fuzz/corpus";

#[test]
fn every_seed_is_committed_as_the_generator_writes_it() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut names = BTreeSet::new();
    for seed in seeds::all() {
        let path = corpora.join(seed.target).join(&seed.name);
        let committed = std::fs::read(&path).unwrap_or_default();
        assert!(committed == seed.bytes, "{}: {WRITTEN_BY}", path.display());
        assert!(names.insert(path), "{} twice", seed.name);
    }
    assert!(names.len() > 400);
}
