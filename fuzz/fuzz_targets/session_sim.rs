//! Both ends of a session over a line that does what the input says; once it has healed all must end.
//!
//! Input: four bytes of seed, then operations of two bytes each: what, and how much.
#![no_main]

use coldcap_sim::linksim::{Faults, Happening, Options, ROUND_TRIPS, World};
use libfuzzer_sys::fuzz_target;

/// No more operations than that.
const MOST: usize = 64;

fuzz_target!(|input: &[u8]| {
    let Some((seed, operations)) = input.split_first_chunk::<4>() else { return };
    let options = calm(u32::from_le_bytes(*seed).into());
    let mut world = World::new(&options);
    for operation in operations.as_chunks::<2>().0.iter().take(MOST) {
        operate(&mut world, *operation);
        world.judged().unwrap();
    }
    world.heal();
    let trips = ROUND_TRIPS * options.round_trip_ms() / 10;
    for _ in 0..trips {
        world.step();
        world.judged().unwrap();
    }
});

/// A run in which nothing happens by itself.
fn calm(seed: u64) -> Options {
    Options {
        faulty_ms: u64::MAX / 2,
        faults: Faults::NONE,
        stall: None,
        mtu_changes: 0,
        device_reboots: 0,
        host_restarts: 0,
        clock_jumps: 0,
        replays: 0.0,
        forgeries: 0.0,
        ..Options::from_seed(seed)
    }
}

fn operate(world: &mut World, [what, much]: [u8; 2]) {
    let share = f64::from(much) / 512.0;
    match what % 12 {
        0 => world.happen(Happening::DeviceReboots),
        1 => world.happen(Happening::HostRestarts),
        2 => world.happen(Happening::PieceChanges),
        3 => world.happen(Happening::ClockJumps),
        4 => world.set_faults(Faults { drop: share, ..Faults::NONE }),
        5 => world.set_faults(Faults { flip: share / 50.0, truncate: share, ..Faults::NONE }),
        6 => world.set_faults(Faults {
            duplicate: share,
            jitter_ms: 20 * u64::from(much),
            ..Faults::NONE
        }),
        7 => {
            world.set_faults(Faults { insert: share, chunk: 1 + usize::from(much), ..Faults::NONE })
        }
        8 => world.set_faults(Faults::NONE),
        9 => world.inject(true, &[0, much, 1, much, 0]),
        10 => world.inject(false, &[much; 300]),
        _ => {}
    }
    for _ in 0..1 + usize::from(what / 12) * usize::from(much) / 16 {
        world.step();
    }
}
