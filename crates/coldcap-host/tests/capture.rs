//! The recording, from outside: round trips, cut files, flipped bits, golden bytes.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_host::capture::{
    Block, Damage, Direction, Ending, Kind, Origin, Packet, Reader, Restart, Tick, TickReader,
    Truth, Verdict, WriteError, Writer,
};
use coldcap_host::playback::Playback;
use coldcap_units::Duration;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::{Cursor, Write};

/// Made by an independent writer (Python, struct and zlib.crc32) from docs/capture-format.md.
const GOLDEN: &str = "\
    434341501a0a010001020000000000000800000010000000434341501a0a01000102000000000000\
    d1087128010000000a0000007b2273656564223a377d6e677eaa0200000024000000000000000000\
    000002000900ff01010203040506070809010001aa0900000103020002bb9831df3a030000000f00\
    00000100000000000000010203001020304e3745fd05000000290000000100000000000000010000\
    a4410000a8410000a03f0000c03f000080c0000030c0000000c100004042ad166073040000000d00\
    00000200000000000000dc050000019585c32d020000001000000002000000000000000100010001\
    050000dcfe1da4040000000d00000003000000000000000000000000ec0e89fc0600000020000000\
    000000000000000042000000000000000200000000000000db00000000000000cbe7568607000000\
    100000000300000000000000efcdab8967452301aedfce7a";

fn golden() -> Vec<u8> {
    (0..GOLDEN.len() / 2)
        .map(|at| u8::from_str_radix(&GOLDEN[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

const GOLDEN_TRUTH: Truth = Truth {
    tick: 1,
    channel: 1,
    skin_c: 20.5,
    follicle_c: 21.0,
    interface_front_c: 1.25,
    interface_rear_c: 1.5,
    supply_c: -4.0,
    return_c: -2.75,
    tank_c: -8.0,
    heat_w: 48.0,
};

const GOLDEN_PACKET: Packet<'static> = Packet {
    tick: 1,
    direction: Direction::ToHost,
    verdict: Verdict::Refused,
    bytes: &[0x10, 0x20, 0x30],
};

#[test]
fn written_bytes_are_the_documented_ones() {
    let mut writer = Writer::new(Vec::new(), Origin::Simulated, 2).unwrap();
    writer.information(&json!({ "seed": 7 })).unwrap();
    writer.tick(&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[0xAA]).unwrap();
    writer.tick(&[1, 2, 3, 4, 5, 6, 7, 8, 10], &[0xAA, 0xBB]).unwrap();
    writer.packet(&GOLDEN_PACKET).unwrap();
    writer.truth(&GOLDEN_TRUTH).unwrap();
    writer.restart(Some(Duration::from_millis(1500))).unwrap();
    writer.tick(&[5], &[]).unwrap();
    writer.restart(None).unwrap();
    assert_eq!(writer.finish(0x0123_4567_89AB_CDEF).unwrap(), golden());
}

#[test]
fn documented_bytes_are_read() {
    let file = golden();
    let reader = Reader::new(&file).unwrap();
    assert_eq!((reader.origin(), reader.channels()), (Origin::Simulated, 2));
    assert_eq!(reader.ending(), Ending::Complete { ticks: 3, output_hash: 0x0123_4567_89AB_CDEF });
    assert!(reader.survey().is_whole());
    let story = Story::of(&reader);
    assert_eq!(story.ticks[1].outputs, [0xAA, 0xBB]);
    assert_eq!(story.truth, [GOLDEN_TRUTH]);
    assert_eq!(story.packets, [(1, Direction::ToHost, Verdict::Refused, vec![16, 32, 48])]);
    let gap = Some(Duration::from_millis(1500));
    assert_eq!(story.restarts, [Restart { tick: 2, gap }, Restart { tick: 3, gap: None }]);
}

type OwnedPacket = (u64, Direction, Verdict, Vec<u8>);

/// What a recording says, sorted by kind.
#[derive(Clone, Debug, Default, PartialEq)]
struct Story {
    information: Vec<Value>,
    ticks: Vec<Tick>,
    packets: Vec<OwnedPacket>,
    restarts: Vec<Restart>,
    truth: Vec<Truth>,
}

impl Story {
    /// Reads whatever is sound.
    fn of(reader: &Reader<'_>) -> Self {
        let mut story = Self::default();
        for block in reader.blocks().flatten() {
            match block.value {
                Block::Information(object) => story.information.push(Value::Object(object)),
                Block::Ticks(batch) => story.ticks.extend(batch.flatten()),
                Block::Packets(packets) => story.packets.extend(
                    packets.iter().map(|p| (p.tick, p.direction, p.verdict, p.bytes.to_vec())),
                ),
                Block::Restart(restart) => story.restarts.push(restart),
                Block::Truth(truth) => story.truth.extend(truth),
                _ => {}
            }
        }
        story
    }

    /// Whether `self` is what remains of `whole` after its end was lost.
    fn is_prefix_of(&self, whole: &Self) -> bool {
        whole.information.starts_with(&self.information)
            && whole.ticks.starts_with(&self.ticks)
            && whole.packets.starts_with(&self.packets)
            && whole.restarts.starts_with(&self.restarts)
            && whole.truth.starts_with(&self.truth)
    }

    /// Whether nothing is told that `whole` does not tell.
    fn is_part_of(&self, whole: &Self) -> bool {
        self.information.iter().all(|item| whole.information.contains(item))
            && self.ticks.iter().all(|tick| whole.ticks.get(tick.number as usize) == Some(tick))
            && self.packets.iter().all(|item| whole.packets.contains(item))
            && self.restarts.iter().all(|item| whole.restarts.contains(item))
            && self.truth.iter().all(|item| whole.truth.contains(item))
    }
}

#[derive(Clone, Debug)]
enum Step {
    Information(u8),
    Ticks(u16, Vec<u8>, Vec<u8>, u8),
    Packet(bool, u8, Vec<u8>),
    Restart(Option<u32>),
    Truth(f32),
    Flush,
}

fn step() -> impl Strategy<Value = Step> {
    let bytes = |longest| prop::collection::vec(any::<u8>(), 0..longest);
    prop_oneof![
        1 => any::<u8>().prop_map(Step::Information),
        4 => (1_u16..130, bytes(40), bytes(40), any::<u8>())
            .prop_map(|(count, inputs, outputs, stir)| Step::Ticks(count, inputs, outputs, stir)),
        2 => (any::<bool>(), 0_u8..3, bytes(300)).prop_map(|(d, v, b)| Step::Packet(d, v, b)),
        1 => any::<Option<u32>>().prop_map(Step::Restart),
        1 => (-50.0_f32..50.0).prop_map(Step::Truth),
        1 => Just(Step::Flush),
    ]
}

/// Writes the steps and keeps what was written: the model.
fn record(steps: &[Step]) -> (Vec<u8>, Story) {
    let mut writer = Writer::new(Vec::new(), Origin::Replay, 1).unwrap();
    let mut story = Story::default();
    for step in steps {
        apply(step, &mut writer, &mut story);
    }
    (writer.finish(99).unwrap(), story)
}

fn apply(step: &Step, writer: &mut Writer<Vec<u8>>, story: &mut Story) {
    let tick = story.ticks.len() as u64;
    match step {
        Step::Information(value) => {
            let object = json!({ "value": value, "text": "ünï\n" });
            writer.information(&object).unwrap();
            story.information.push(object);
        }
        Step::Ticks(count, inputs, outputs, stir) => {
            for nth in 0..*count {
                let number = story.ticks.len() as u64;
                let (inputs, outputs) =
                    (stirred(inputs, *stir, nth), stirred(outputs, nth as u8, 7));
                writer.tick(&inputs, &outputs).unwrap();
                story.ticks.push(Tick { number, inputs, outputs });
            }
        }
        Step::Packet(to_host, verdict, bytes) => {
            let direction = if *to_host { Direction::ToHost } else { Direction::ToDevice };
            let verdict =
                [Verdict::Unsecured, Verdict::Verified, Verdict::Refused][usize::from(*verdict)];
            writer.packet(&Packet { tick, direction, verdict, bytes }).unwrap();
            story.packets.push((tick, direction, verdict, bytes.clone()));
        }
        Step::Restart(millis) => {
            let gap = millis.map(Duration::from_millis);
            writer.restart(gap).unwrap();
            story.restarts.push(Restart { tick, gap });
        }
        Step::Truth(skin_c) => {
            let truth = Truth { tick, skin_c: *skin_c, ..GOLDEN_TRUTH };
            writer.truth(&truth).unwrap();
            story.truth.push(truth);
        }
        Step::Flush => writer.flush().unwrap(),
    }
}

/// Changes some bytes and sometimes the length, so that every branch of the coding is met.
fn stirred(bytes: &[u8], stir: u8, nth: u16) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (place, byte) in bytes.iter_mut().enumerate() {
        if (place + usize::from(nth)) % 5 == 0 {
            *byte = byte.wrapping_add(stir);
        }
    }
    if nth % 7 == 3 {
        bytes.truncate(bytes.len() / 2);
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_sequence_comes_back(steps in prop::collection::vec(step(), 0..12)) {
        let (file, story) = record(&steps);
        let reader = Reader::new(&file).unwrap();
        prop_assert_eq!(&Story::of(&reader), &story);
        let ticks: Vec<Tick> = reader.ticks().map(Result::unwrap).collect();
        prop_assert_eq!(&ticks, &story.ticks);
        let survey = reader.survey();
        prop_assert!(survey.is_whole(), "{:?}", survey);
        prop_assert_eq!(survey.ticks, story.ticks.len() as u64);
    }

    #[test]
    fn seek_gives_the_rest(
        steps in prop::collection::vec(step(), 0..8),
        tick in 0_u64..700,
    ) {
        let (file, story) = record(&steps);
        let reader = Reader::new(&file).unwrap();
        let rest: Vec<Tick> = reader.seek(tick).map(Result::unwrap).collect();
        let expected = story.ticks.get(tick as usize..).unwrap_or_default();
        prop_assert_eq!(rest.as_slice(), expected);
    }

    #[test]
    fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut file = golden();
        file.truncate(16);
        file.extend(noise);
        let survey = Reader::new(&file).unwrap().survey();
        prop_assert_eq!(survey.ending, Ending::CutOff);
    }

    #[test]
    fn spoilt_stretches_never_panic_nor_invent(
        steps in prop::collection::vec(step(), 1..6),
        at in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 1..60),
    ) {
        let (mut file, story) = record(&steps);
        let at = at.index(file.len());
        for (slot, byte) in file[at..].iter_mut().zip(&noise) {
            *slot = *byte;
        }
        if let Ok(reader) = Reader::new(&file) {
            prop_assert!(Story::of(&reader).is_part_of(&story));
        }
    }
}

fn small_recording() -> (Vec<u8>, Story) {
    record(&[
        Step::Information(3),
        Step::Ticks(120, vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10], vec![9; 5], 3),
        Step::Packet(true, 1, vec![1, 2, 3, 4]),
        Step::Truth(20.25),
        Step::Restart(Some(700)),
        Step::Ticks(30, vec![5; 9], vec![6; 4], 1),
        Step::Packet(false, 0, vec![]),
        Step::Restart(None),
        Step::Ticks(3, vec![1], vec![2], 9),
    ])
}

#[test]
fn every_cut_leaves_a_prefix() {
    let (file, story) = small_recording();
    let mut ticks_before = 0;
    for length in 0..file.len() {
        let Ok(reader) = Reader::new(&file[..length]) else {
            assert!(length < 16, "{length}");
            continue;
        };
        let survey = reader.survey();
        assert!(Story::of(&reader).is_prefix_of(&story), "{length}");
        assert_eq!(survey.ending, Ending::CutOff, "{length}");
        assert!(matches!(survey.damage[..], [Damage::CutOff { .. }]), "{length}: {survey:?}");
        assert!(reader.ticks().last().unwrap().unwrap_err().is_cut_off());
        assert!(survey.ticks >= ticks_before && survey.ticks_missing == 0, "{length}");
        ticks_before = survey.ticks;
    }
    assert_eq!(ticks_before, 153);
}

/// Where each block begins and ends.
fn spans(file: &[u8]) -> Vec<(Kind, usize, usize)> {
    let mut at = 16;
    let mut spans = Vec::new();
    while at < file.len() {
        let length = u32::from_le_bytes(file[at + 4..at + 8].try_into().unwrap()) as usize;
        spans.push((Kind::from_code(file[at]), at, at + 12 + length));
        at += 12 + length;
    }
    spans
}

fn flipped(file: &[u8], bit: usize) -> Vec<u8> {
    let mut file = file.to_vec();
    file[bit / 8] ^= 1 << (bit % 8);
    file
}

#[test]
fn every_flipped_bit_is_found_and_costs_one_block() {
    let (file, story) = small_recording();
    let spans = spans(&file);
    for bit in 0..file.len() * 8 {
        let spoilt = flipped(&file, bit);
        let reader = Reader::new(&spoilt).unwrap();
        let survey = reader.survey();
        assert!(!survey.damage.is_empty() && !survey.is_whole(), "bit {bit}");
        let rest = Story::of(&reader);
        assert!(rest.is_part_of(&story), "bit {bit}");
        let at = bit / 8;
        let Some((kind, start, end)) =
            spans.iter().find(|(_, from, to)| (*from..*to).contains(&at))
        else {
            assert_eq!(survey.damage, [Damage::Header { offset: at as u64 }]);
            assert_eq!(rest, story, "the copy of the header is believed");
            continue;
        };
        let lost = lost_ticks(&file, *start, *end);
        assert!(survey.ticks >= 153 - lost, "bit {bit} of {kind}: {survey:?}");
        let in_length = (*start + 4..*start + 8).contains(&at);
        if !in_length && !matches!(kind, Kind::Index | Kind::End) {
            let expected =
                Damage::Checksum { offset: *start as u64, kind: Kind::from_code(spoilt[*start]) };
            assert_eq!(survey.damage, [expected], "bit {bit}");
            assert_eq!(survey.blocks, spans.len() - 1, "bit {bit}: everything else is read");
            assert_eq!(survey.ticks_missing, lost, "bit {bit}");
        }
    }
}

/// How many ticks stand between two offsets.
fn lost_ticks(file: &[u8], start: usize, end: usize) -> u64 {
    let reader = Reader::new(file).unwrap();
    let between = |block: &Block<'_>| match block {
        Block::Ticks(batch) => u64::from(batch.len()),
        _ => 0,
    };
    reader
        .blocks()
        .flatten()
        .filter(|block| (start..end).contains(&(block.offset as usize)))
        .map(|block| between(&block.value))
        .sum()
}

#[test]
fn every_flipped_bit_of_a_cut_recording_is_found() {
    let (file, story) = small_recording();
    let (_, index_at, _) = spans(&file).into_iter().find(|span| span.0 == Kind::Index).unwrap();
    let cut = &file[..index_at];
    let whole = Reader::new(cut).unwrap().survey();
    for bit in 0..cut.len() * 8 {
        let spoilt = flipped(cut, bit);
        let reader = Reader::new(&spoilt).unwrap();
        assert_ne!(reader.survey(), whole, "bit {bit}");
        assert!(Story::of(&reader).is_part_of(&story), "bit {bit}");
        assert_eq!(reader.ending(), Ending::CutOff);
    }
}

#[test]
fn damaged_length_is_overcome_by_the_index() {
    let (file, story) = small_recording();
    let second = spans(&file).into_iter().filter(|span| span.0 == Kind::Ticks).nth(1).unwrap().1;
    let mut spoilt = file.clone();
    spoilt[second + 5] ^= 0x40;
    let reader = Reader::new(&spoilt).unwrap();
    let survey = reader.survey();
    assert!(
        survey.damage.iter().any(|d| matches!(d, Damage::Lost { resumed: Some(_), .. })),
        "{survey:?}"
    );
    assert_eq!((survey.ticks, survey.ticks_missing), (133, 20));
    assert!(Story::of(&reader).is_part_of(&story));
    let next = reader.seek(105).find_map(Result::ok).unwrap();
    assert_eq!(next, story.ticks[120]);
}

/// CRC-32/ISO-HDLC bit by bit, from its definition.
fn crc(bytes: &[u8]) -> u32 {
    let mut register = u32::MAX;
    for byte in bytes {
        register ^= u32::from(*byte);
        for _ in 0..8 {
            let low = register & 1;
            register = (register >> 1) ^ (0xEDB8_8320 * low);
        }
    }
    !register
}

fn block(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut block = vec![kind, flags, 0, 0];
    block.extend((payload.len() as u32).to_le_bytes());
    block.extend(payload);
    block.extend(crc(&block).to_le_bytes());
    block
}

/// The golden recording with `extra` put in behind the file header.
fn golden_with(extra: &[u8]) -> Vec<u8> {
    let mut file = golden();
    let body = file.split_off(16);
    file.truncate(16);
    file.extend(extra);
    // Behind the copy of the header, without the index, whose offsets would be wrong now.
    let index_at = spans(&golden()).into_iter().find(|span| span.0 == Kind::Index).unwrap();
    file.extend(&body[..index_at.1 - 16]);
    file.extend(&body[index_at.2 - 16..]);
    file
}

#[test]
fn unknown_kinds_are_skipped_and_unknown_flags_reported() {
    let file = golden_with(&block(200, 0, b"from the future"));
    let survey = Reader::new(&file).unwrap().survey();
    assert!(survey.is_whole(), "{survey:?}");
    for at in [1, 2, 3] {
        let mut restart = block(4, 0, &[0; 13]);
        restart[at] = 1;
        let covered = restart.len() - 4;
        let checksum = crc(&restart[..covered]).to_le_bytes();
        restart[covered..].copy_from_slice(&checksum);
        let file = golden_with(&restart);
        let reader = Reader::new(&file).unwrap();
        let damage = reader.survey().damage;
        assert!(
            matches!(damage[..], [Damage::Content { offset: 16, kind: Kind::Restart, .. }]),
            "{damage:?}"
        );
        assert_eq!(Story::of(&reader).restarts.len(), 2, "the restart with flags is not read");
    }
}

#[test]
fn malformed_content_with_a_right_checksum_is_reported() {
    let cases: [(u8, &[u8]); 8] = [
        (1, b"not json"),
        (2, &[0; 4]),
        // Nine bytes are left over behind the last tick.
        (2, &[0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (2, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (2, &[0, 0, 0, 0, 0, 0, 0, 0, 101, 0]),
        (2, &[0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0]),
        (3, &[0; 11]),
        (6, &[0; 17]),
    ];
    for (kind, payload) in cases {
        let file = golden_with(&block(kind, 0, payload));
        let survey = Reader::new(&file).unwrap().survey();
        let [Damage::Content { offset: 16, .. }] = survey.damage[..] else {
            panic!("{kind}: {survey:?}");
        };
        assert_eq!(survey.ticks, 3);
        if kind == 2 {
            let mut ticks = TickReader::new(Cursor::new(file)).unwrap();
            let mut count = 0;
            while ticks.advance().unwrap().is_some() {
                count += 1;
            }
            let damage = ticks.damage();
            assert!(matches!(damage, [Damage::Content { offset: 16, .. }]), "{damage:?}");
            assert!((3..=4).contains(&count), "{payload:?}: {count}");
        }
    }
}

/// What a host says of itself may be shorter than a time is.
#[test]
fn information_of_seven_bytes_is_read() {
    let file = golden_with(&block(1, 0, b"{\"z\":1}"));
    let information = Playback::new(Cursor::new(file)).unwrap().information().unwrap();
    assert_eq!(information["z"], 1);
}

#[test]
fn what_follows_the_end_is_reported() {
    let mut file = golden();
    let end = file.len() as u64;
    file.push(0);
    let survey = Reader::new(&file).unwrap().survey();
    assert_eq!(survey.damage, [Damage::Trailing { offset: end }]);
    assert!(matches!(survey.ending, Ending::Complete { .. }));
}

#[test]
fn other_files_are_refused_in_plain_words() {
    let told = |bytes: &[u8]| Reader::new(bytes).unwrap_err().to_string();
    assert_eq!(told(b"<html>"), "byte 0: this is not a coldcap recording");
    assert_eq!(told(b""), "byte 0: this is not a coldcap recording");
    let mut other = golden();
    other.truncate(16);
    other[6] = 7;
    assert_eq!(told(&other), "byte 6: the recording has version 7, this program reads version 1");
}

#[test]
fn hostile_index_keeps_the_work_linear() {
    let entries: Vec<u8> = (0..40_000_u64)
        .flat_map(|n| [n.to_le_bytes(), (16 + 16 * n).to_le_bytes()].concat())
        .collect();
    let mut file = golden();
    file.truncate(16);
    // Every 16 bytes a head that claims almost the whole file.
    for _ in 0..40_000 {
        file.extend([2, 0, 0, 0, 0, 0x40, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
    file.extend(block(6, 0, &entries));
    file.extend(block(7, 0, &[0; 16]));
    let survey = Reader::new(&file).unwrap().survey();
    assert_eq!(survey.ticks, 0);
    assert!(survey.damage.len() >= 40_000);
}

/// An output that takes so many bytes and then fails.
struct Failing {
    taken: Vec<u8>,
    room: usize,
}

impl Write for &mut Failing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let length = bytes.len().min(self.room - self.taken.len());
        if length == 0 {
            return Err(std::io::Error::other("disk full"));
        }
        self.taken.extend(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn full_disk_is_said_once_and_leaves_a_readable_file() {
    let mut disk = Failing { taken: Vec::new(), room: 1500 };
    let mut writer = Writer::new(&mut disk, Origin::Device, 1).unwrap();
    let failure = loop {
        if let Err(error) = writer.tick(&[7; 20], &[8; 20]) {
            break error;
        }
    };
    assert_eq!(failure.to_string(), "the recording cannot be written: disk full");
    assert!(matches!(writer.tick(&[], &[]), Err(WriteError::Failed)));
    assert!(matches!(writer.finish(0), Err(WriteError::Failed)));
    let survey = Reader::new(&disk.taken).unwrap().survey();
    assert_eq!(survey.ticks % 100, 0);
    assert!(survey.ticks > 0 && matches!(survey.damage[..], [Damage::CutOff { .. }]));
}

#[test]
fn what_cannot_be_recorded_is_refused_and_recording_goes_on() {
    let mut writer = Writer::new(Vec::new(), Origin::Device, 1).unwrap();
    let long = vec![0; 65_536];
    let refusal = writer.tick(&long, &[]).unwrap_err().to_string();
    assert_eq!(refusal, "inputs of a tick: 65536 bytes: allowed are at most 65535");
    assert!(writer.tick(&[], &long).is_err());
    assert!(writer.packet(&Packet { bytes: &long, ..GOLDEN_PACKET }).is_err());
    assert!(matches!(writer.information(&json!([1])), Err(WriteError::NotAnObject)));
    writer.tick(&long[1..], &[1]).unwrap();
    let file = writer.finish(0).unwrap();
    let tick = Reader::new(&file).unwrap().ticks().next().unwrap().unwrap();
    assert_eq!((tick.inputs.len(), tick.outputs), (65_535, vec![1]));
}

#[test]
fn unfinished_recording_loses_at_most_a_batch() {
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file, Origin::Device, 1).unwrap();
    for _ in 0..199 {
        writer.tick(&[1], &[2]).unwrap();
    }
    drop(writer);
    assert_eq!(Reader::new(&file).unwrap().survey().ticks, 100);
}

/// 180 bytes in and 260 out of which about sixty change from tick to tick: a real treatment's share.
#[test]
fn treatment_is_stored_in_a_third() {
    let ticks = 13_000_u64;
    let mut writer = Writer::new(Vec::new(), Origin::Simulated, 1).unwrap();
    let (mut inputs, mut outputs) = ([0_u8; 180], [0_u8; 260]);
    for tick in 0..ticks {
        for place in 0..30 {
            inputs[place * 6] = inputs[place * 6].wrapping_add(1 + (tick % 3) as u8);
            outputs[place * 8] = outputs[place * 8].wrapping_add(5);
        }
        writer.tick(&inputs, &outputs).unwrap();
    }
    let length = writer.finish(0).unwrap().len() as u64;
    // Lengths 4, bitmaps 23 + 33, differences 60; every hundredth tick begins anew.
    let each = length / ticks;
    assert!((115..=125).contains(&each), "{each} bytes a tick");
    assert!(440 * ticks > 3 * length);
}
