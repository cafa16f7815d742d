//! Our handshake beside that of `snow`, a small run; `cargo xtask campaign noise` is the large one.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/differential.rs"]
mod differential;

use differential::{Case, Ending, Fault};
use proptest::prelude::*;

fn faults() -> impl Strategy<Value = Fault> {
    prop_oneof![
        2 => Just(Fault::None),
        1 => Just(Fault::OtherKey),
        1 => Just(Fault::OtherPrologue),
        1 => any::<usize>().prop_map(Fault::FirstFlipped),
        1 => any::<usize>().prop_map(Fault::SecondFlipped),
        1 => any::<usize>().prop_map(Fault::FirstCut),
        1 => any::<usize>().prop_map(Fault::SecondCut),
        1 => Just(Fault::SecondOfAnother),
    ]
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn we_decide_and_derive_as_snow_does(
        prologue in bytes(120),
        psk: [u8; 32],
        ephemerals: [[u8; 32]; 2],
        payloads in [bytes(80), bytes(80)],
        fault in faults(),
    ) {
        let case = Case { prologue, psk, ephemerals, payloads, fault };
        let ours = case.ours();
        prop_assert_eq!(matches!(ours, Ending::Done(_)), fault == Fault::None);
        prop_assert_eq!(ours, case.theirs());
    }
}
