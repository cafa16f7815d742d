//! What every state of the crate promises: small, `Copy`, comparable, hashable.
#![allow(missing_docs)]

use coldcap_guard::detect::{
    ChannelDetector, ChannelSample, Limits, MachineDetector, MachineSample, StoredDose,
};
use coldcap_guard::{Conditions, alarm, display, health, interlock};
use core::fmt::Debug;
use core::hash::Hash;

fn canonical<T: Copy + Eq + Hash + Debug + Send + Sync + 'static>(most_bytes: usize) {
    assert!(size_of::<T>() <= most_bytes, "{} bytes", size_of::<T>());
}

#[test]
fn states_are_plain_values() {
    canonical::<Conditions>(8);
    canonical::<interlock::State>(24);
    canonical::<interlock::Gate>(16);
    canonical::<alarm::State>(128);
    canonical::<display::DisplayWatch>(8);
    canonical::<health::Watch>(16);
    canonical::<ChannelDetector>(576);
    canonical::<StoredDose>(92);
    canonical::<MachineDetector>(224);
    canonical::<ChannelSample>(256);
    canonical::<MachineSample>(256);
    canonical::<Limits>(256);
}
