//! Recordings that are fed to the core again: whole, changed, cut off, damaged.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap::TickInput;
use coldcap_host::capture::{Block, Ending, FILE_HEADER_LENGTH, Origin, Reader, Writer};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use support::{Done, coldcap, demo, file, folder, text};

/// A recording of a visit with a power cut in it, and the hash of that visit.
fn recording() -> &'static (Vec<u8>, String) {
    static RECORDING: OnceLock<(Vec<u8>, String)> = OnceLock::new();
    RECORDING.get_or_init(|| {
        let folder = folder("replay-recording");
        let done = demo(&folder, &["--json", "--fault", "power-cut@3000..3020"]);
        let hash = done.json()["output_hash"].as_str().unwrap().to_owned();
        (fs::read(folder.join("short/session.ccap")).unwrap(), hash)
    })
}

fn replay(bytes: &[u8], name: &str, more: &[&str]) -> Done {
    let path = file(&folder(name), "session.ccap", bytes);
    coldcap(&[&["replay", &path], more].concat())
}

/// The recording once more, ticks and restarts only, with one byte of the inputs of `tick` changed.
fn rewritten(bytes: &[u8], tick: u64, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let reader = Reader::new(bytes).unwrap();
    let Ending::Complete { output_hash, .. } = reader.ending() else { panic!("cut off") };
    let mut writer = Writer::new(Vec::new(), Origin::Simulated, 1).unwrap();
    for block in reader.blocks() {
        match block.unwrap().value {
            Block::Restart(restart) => writer.restart(restart.gap).unwrap(),
            Block::Information(object) => writer.information(&object.into()).unwrap(),
            Block::Ticks(batch) => {
                for recorded in batch.map(Option::unwrap) {
                    let mut inputs = recorded.inputs.clone();
                    if recorded.number == tick {
                        change(&mut inputs);
                    }
                    writer.tick(&inputs, &recorded.outputs).unwrap();
                }
            }
            _ => {}
        }
    }
    writer.finish(output_hash).unwrap()
}

#[test]
fn a_fresh_recording_is_identical_also_over_a_power_cut() {
    let (bytes, hash) = recording();
    let done = replay(bytes, "replay-whole", &[]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
    assert!(done.out.starts_with(&format!("identical {hash} ")), "{}", done.out);
    let document = replay(bytes, "replay-json", &["--json"]).json();
    assert_eq!(
        (&document["identical"], &document["output_hash"]),
        (&true.into(), &hash[..].into())
    );
    let same = rewritten(bytes, u64::MAX, |_| {});
    assert_eq!(replay(&same, "replay-rewritten", &[]).status, Some(0));
}

#[test]
fn one_flipped_bit_of_an_input_is_found_at_its_tick() {
    // The first bytes are `now`, which comes out again.
    let changed = rewritten(&recording().0, 12_345, |inputs| inputs[0] ^= 1);
    let done = replay(&changed, "replay-flipped", &[]);
    let line = done.refused(1).to_owned();
    assert!(line.contains("tick 12345: now: "), "{line}");
    assert!(
        done.out.starts_with("differs at tick 12345 (1234.6 s): now, output byte 0"),
        "{done:?}"
    );
}

#[test]
fn whichever_bit_of_an_input_is_flipped_it_is_found() {
    // Many of these bits change no output: only the seals over the inputs tell.
    for (round, byte) in (9..170).step_by(23).enumerate() {
        let changed = rewritten(&recording().0, 12_345, |inputs| inputs[byte] ^= 1 << (round % 8));
        let done = replay(&changed, "replay-any-bit", &[]);
        assert_eq!(done.status, Some(1), "byte {byte}");
        assert!(done.error.contains("1234"), "it names the tick or its second: {}", done.error);
    }
}

#[test]
fn one_flipped_bit_of_a_sensor_is_found_in_its_field() {
    // Power is just back and all is off: nothing but the reading itself follows the sensor.
    let changed = rewritten(&recording().0, 30_000, |inputs| {
        let supply = supply_code_in(inputs);
        inputs[supply] ^= 0x10;
    });
    let done = replay(&changed, "replay-sensor", &["--json"]);
    let document = done.json();
    assert!(done.refused(1).contains("tick 30000: channel.supply: "), "{done:?}");
    let found = &document["difference"];
    assert_eq!((&document["identical"], &found["tick"]), (&false.into(), &30_000.into()));
}

/// The second byte of the supply sensor's code in the inputs of a tick.
fn supply_code_in(inputs: &[u8]) -> usize {
    let read = |bytes: &[u8]| TickInput::<1>::read(bytes);
    let supply = |bytes: &[u8]| read(bytes).ok()?.inputs.channels[0].supply.value.ok();
    let before = supply(inputs).unwrap();
    let is_code = |offset: &usize| {
        let mut changed = inputs.to_vec();
        changed[*offset] ^= 0x10;
        supply(&changed).is_some_and(|code| code != before)
    };
    // The lowest byte is finer than the resolution of a temperature.
    (8..inputs.len()).filter(is_code).nth(1).unwrap()
}

#[test]
fn a_recording_that_was_cut_off_is_named_so() {
    let bytes = &recording().0;
    let done = replay(&bytes[..bytes.len() / 2], "replay-cut", &[]);
    assert!(done.refused(1).contains("cut off"), "{done:?}");
    let document = replay(&bytes[..bytes.len() / 2], "replay-cut-json", &["--json"]);
    assert_eq!(document.json()["identical"], false);
}

#[test]
fn a_damaged_block_is_named_by_its_place() {
    let mut bytes = recording().0.clone();
    let at = bytes.len() / 3;
    bytes[at] ^= 0x40;
    let done = replay(&bytes, "replay-damaged", &[]);
    let line = done.refused(1);
    assert!(line.contains(": byte ") && line.contains("damaged"), "{line}");
    assert_eq!(done.out, "");
}

#[test]
fn a_wrong_end_is_found() {
    let bytes = &recording().0;
    let reader = Reader::new(bytes).unwrap();
    let mut writer = Writer::new(Vec::new(), Origin::Simulated, 1).unwrap();
    for tick in reader.ticks().take(1_000) {
        let tick = tick.unwrap();
        writer.tick(&tick.inputs, &tick.outputs).unwrap();
    }
    let done = replay(&writer.finish(1).unwrap(), "replay-end", &[]);
    assert!(done.refused(1).contains("0000000000000001"), "{done:?}");
}

#[test]
fn what_is_no_recording_is_bad_input() {
    for (name, bytes) in [("empty", &b""[..]), ("text", b"time_s,channel\n0.1,0\n")] {
        let done = replay(bytes, &format!("replay-{name}"), &[]);
        assert!(done.refused(2).contains("not a coldcap recording"), "{done:?}");
    }
    let newer = replay(&of_version_two(), "replay-version", &[]);
    assert!(newer.refused(2).contains("version 2"), "{newer:?}");
    let missing = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("no-such.ccap");
    coldcap(&["replay", &text(&missing)]).refused(2);
    coldcap(&["replay", &text(Path::new("/"))]).refused(2);
}

/// A file header of another version, and nothing behind it.
fn of_version_two() -> Vec<u8> {
    let mut header = recording().0[..FILE_HEADER_LENGTH].to_vec();
    let version = header.iter().position(|byte| *byte == 1).unwrap();
    header[version] = 2;
    header
}
