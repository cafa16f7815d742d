//! A checkpoint as bytes: what is stored is loaded, whatever the machine does, and bytes that none stores are none.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::Bench;
use coldcap::{Action, CHECKPOINT_BYTES, Checkpoint, CheckpointError, Device};
use coldcap_session::{Fact, Phase, Request};
use coldcap_units::Duration;

fn stored<const CHANNELS: usize>(device: &Device<CHANNELS>) -> Vec<u8> {
    let mut bytes = [0; 2 * CHECKPOINT_BYTES];
    let length = device.control.checkpoint().to_bytes(&mut bytes).unwrap();
    assert!(length <= CHANNELS * CHECKPOINT_BYTES);
    bytes[..length].to_vec()
}

/// A treatment up to a drug that runs, with a look at each tick.
fn treated(mut look: impl FnMut(&Bench<1>)) -> Bench<1> {
    let mut bench: Bench<1> = Bench::new();
    let mut ticks = |bench: &mut Bench<1>, count: usize| {
        for _ in 0..count {
            bench.tick();
            look(bench);
        }
    };
    ticks(&mut bench, 60);
    let wishes = [
        Request::select(bench::PATIENT),
        Request::ChoosePlan(bench::PLAN),
        Request::Acknowledge,
        Request::Start,
        Request::Worn(true),
    ];
    for wish in wishes {
        bench.act(&[Action::Request(wish)]);
        ticks(&mut bench, 1);
    }
    ticks(&mut bench, 100);
    bench.act(&[Action::Fact(Fact::DrugStarted { drug: 1, hair_toxic: true })]);
    ticks(&mut bench, 100);
    bench
}

#[test]
fn at_every_tick_it_is_what_it_was_stored_as() {
    let bench = treated(|bench| {
        let bytes = stored(&bench.device);
        assert_eq!(Checkpoint::from_bytes(&bytes), Ok(bench.device.control.checkpoint()));
    });
    assert_eq!(bench.phase(), Phase::Infusing);
}

#[test]
fn a_machine_goes_on_from_bytes_as_it_does_from_the_value() {
    let bench = treated(|_| ());
    let config = *bench.device.control.config();
    let gap = Some(Duration::from_secs(5));
    let value = bench.device.control.checkpoint();
    let loaded = Checkpoint::from_bytes(&stored(&bench.device)).unwrap();
    let [value, loaded] = [value, loaded].map(|it| Device::<1>::restored(config, &it, gap));
    assert_eq!(stored(&value), stored(&loaded));
}

#[test]
fn what_is_cut_short_or_of_another_machine_is_none() {
    let bytes = stored(&treated(|_| ()).device);
    for cut in 0..bytes.len() {
        let refused = Checkpoint::<1>::from_bytes(&bytes[..cut]);
        assert_eq!(refused, Err(CheckpointError::Invalid), "{cut}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(Checkpoint::<1>::from_bytes(&longer), Err(CheckpointError::Invalid));
    assert_eq!(Checkpoint::<2>::from_bytes(&bytes), Err(CheckpointError::OtherChannels(1)));
    let mut later = bytes.clone();
    later[0] = 2;
    assert_eq!(Checkpoint::<1>::from_bytes(&later), Err(CheckpointError::UnknownLayout(2)));
}

/// Whatever byte is another, the bytes are none, or another machine's that is stored as just these.
#[test]
fn no_two_forms_are_of_one_machine() {
    let bytes = stored(&treated(|_| ()).device);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut other = bytes.clone();
            other[at] ^= 1 << bit;
            let Ok(loaded) = Checkpoint::<1>::from_bytes(&other) else { continue };
            let mut again = [0; CHECKPOINT_BYTES];
            let length = loaded.to_bytes(&mut again).unwrap();
            assert_eq!(again[..length], other, "{at}.{bit}");
        }
    }
}

#[test]
fn a_buffer_that_is_too_short_takes_none() {
    let device = treated(|_| ()).device;
    let length = stored(&device).len();
    let checkpoint = device.control.checkpoint();
    assert_eq!(checkpoint.to_bytes(&mut vec![0; length - 1]), None);
    assert_eq!(checkpoint.to_bytes(&mut vec![0; length]), Some(length));
}
