//! Counts the executed instructions that one telemetry frame takes: the state of a channel into its frame and
//! out of it again, with the header, the check and the body. See [`probe_bare::count`] for how they are
//! counted.
#![no_std]
#![no_main]

use coldcap_wire::message::{Body, ChannelStatus, Described, Direction, Message, Value};
use coldcap_wire::packet::Kind;
use coldcap_wire::{FRAME_ROOM, Receiver, Sender, frame};
use core::hint::black_box;
use cortex_m_rt::entry;
use probe_bare::count::{self, INSTRUCTIONS_PER_COUNT};
use semihosting::println;
use serde::{Deserialize, Serialize};

const CALLS: u64 = 1_000;

#[entry]
fn main() -> ! {
    if count::start() {
        all();
    }
    semihosting::process::exit(0)
}

const fn fresh(value: i32) -> Value {
    Value { value, fault: 0, age_ms: 100 }
}

/// The vector `channel_status_cooling`.
const COOLING: ChannelStatus = ChannelStatus {
    seq: 1_234,
    at_ms: 3_723_400,
    channel: 0,
    phase: 8,
    elapsed_ms: 600_000,
    remaining_ms: 1_200_000,
    cooled_ms: 600_000,
    at_target_ms: 240_000,
    target_mc: -4_000,
    effective_mc: -3_950,
    targets_valid: 0b11,
    supply: fresh(-3_912),
    returned: fresh(-2_700),
    front: fresh(3_100),
    rear: fresh(3_450),
    safety: fresh(2_980),
    skin: Value::absent(),
    flow: fresh(1_010),
    pump_permille: 620,
    valve_permille: 480,
    flags: 0b111,
    control: 0,
    interface_target_mc: 0,
    interface_effective_mc: 0,
    skin_uncertainty_mk: 0,
    warm_valid: 0,
    warm_earliest_s: 0,
    warm_latest_s: 0,
    dropped: 0,
    revision: 0,
};

/// Fourteen numbers that other stacks are measured with, too: `cargo xtask compare-wire`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Fourteen {
    seq: u32,
    t_ms: u64,
    temperatures: [i16; 6],
    errors: [i32; 2],
    flow: u16,
    duty: u16,
    state: u8,
    alarms: u64,
}

const FOURTEEN: Fourteen = Fourteen {
    seq: 123_456,
    t_ms: 3_723_400,
    temperatures: [-391, -270, 310, 345, 298, 1_870],
    errors: [-3_950, 120_000],
    flow: 1_010,
    duty: 620,
    state: 8,
    alarms: 1 << 9,
};

impl Described for Fourteen {
    const NAME: &'static str = "fourteen";
    const MINIMUM_LEN: usize = 14;
    const MAXIMUM_LEN: usize = 62;

    fn base_len(&self) -> usize {
        14
    }
}

impl Body for Fourteen {
    const KIND: Kind = Kind::Report;
    const DIRECTION: Direction = Direction::ToHost;
}

impl Message for Fourteen {
    const ENDPOINT: u8 = 0xF0;
}

#[inline(never)]
fn encode<M: Message>(sender: &mut Sender, message: &M, out: &mut [u8]) -> usize {
    sender.send_message(message, out).unwrap_or(0)
}

#[inline(never)]
fn decode<M: Message>(receiver: &mut Receiver, frame: &[u8]) -> Option<M> {
    let (_, packet) = receiver.feed(frame);
    M::decode(packet?.ok()?.body).ok()
}

#[inline(never)]
fn link(deframer: &mut frame::Deframer<FRAME_ROOM>, frame: &[u8]) -> Option<usize> {
    Some(deframer.feed(frame).1?.ok()?.len())
}

#[inline(never)]
fn stuff(out: &mut [u8; FRAME_ROOM + 1], packet_len: usize) -> usize {
    frame::encode_in_place(out, packet_len).unwrap_or(0)
}

fn measured<T>(mut call: impl FnMut() -> T) -> u64 {
    let counts = count::of(|| (0..CALLS).for_each(|_| drop(black_box(call()))));
    counts * INSTRUCTIONS_PER_COUNT / CALLS
}

fn all() {
    whole("channel status", &COOLING);
    whole("fourteen numbers", &FOURTEEN);
    let (mut out, mut whole) = ([0; FRAME_ROOM + 1], [0; FRAME_ROOM + 1]);
    let length = encode(&mut Sender::new(), &COOLING, &mut out);
    let mut deframer = frame::Deframer::new();
    let frame = out.get(..length).unwrap_or_default();
    println!("link only, decode {}", measured(|| link(&mut deframer, black_box(frame))));
    let packet_len = link(&mut deframer, frame).unwrap_or(0);
    // The packet is put there again each time: that is taken off.
    let mut packet = out;
    let _ = frame::cobs::decode_in_place(packet.get_mut(..=packet_len).unwrap_or_default());
    let copies = measured(|| *black_box(&mut whole) = *black_box(&packet));
    let spent = measured(|| {
        *black_box(&mut whole) = *black_box(&packet);
        stuff(&mut whole, black_box(packet_len))
    });
    println!("link only, encode {}", spent - copies);
}

fn whole<M: Message + PartialEq>(name: &str, message: &M) {
    let (mut sender, mut receiver) = (Sender::new(), Receiver::new());
    let mut out = [0; FRAME_ROOM + 1];
    let spent = measured(|| encode(&mut sender, black_box(message), &mut out));
    println!("{name}, encode {spent}");
    let length = encode(&mut sender, message, &mut out);
    let frame = out.get(..length).unwrap_or_default();
    if decode(&mut receiver, frame).as_ref() != Some(message) {
        semihosting::process::exit(2);
    }
    let spent = measured(|| decode::<M>(&mut receiver, black_box(frame)));
    println!("{name}, decode {spent}");
    println!("{name}, bytes {length}");
}
