//! Everybody who turns the sample into bytes with a check value and back.

use crate::sample::{Fourteen, SAMPLES, samples};
use coldcap_wire::message::{ChannelStatus, Message, Value};
use coldcap_wire::{Receiver, Sender};
use crc::{CRC_16_MCRF4XX, CRC_32_ISCSI, Crc, Table};
use postcard::de_flavors::crc::from_bytes_u32;
use postcard::ser_flavors::{Cobs, Slice, crc::CrcModifier};
use std::hint::black_box;

/// Longer than any frame here.
const ROOM: usize = 256;

/// With the table of 1 KB that postcard's flavor is bound to.
static SMALL: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);
/// With tables of 16 KB.
static LARGE: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);
static SHORT: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_MCRF4XX);

/// Somebody who is timed.
pub struct Stack {
    /// Who.
    pub name: &'static str,
    /// The mean length of a frame.
    pub bytes: f64,
    /// All samples into frames.
    pub encode: Box<dyn FnMut()>,
    /// All frames into samples.
    pub decode: Box<dyn FnMut()>,
}

/// All of them; ours comes first.
pub fn all() -> Vec<Stack> {
    let mut sender = Sender::new();
    let mut receiver = Receiver::new();
    vec![
        stack(
            "coldcap: postcard body, packet header, CRC-32 outside of COBS",
            samples(),
            move |sample, out| sender.send_message(sample, out).unwrap(),
            move |frame| received(&mut receiver, frame),
        ),
        stack("postcard, flavors nested: CRC-32 (1 KB table), COBS", samples(), nested, unnest),
        stack("postcard, CRC-32 (16 KB), crate `cobs`", samples(), apart, together),
        stack(
            "postcard-rpc header (8 bytes of key), postcard, COBS, no check",
            samples(),
            rpc,
            un_rpc,
        ),
        stack("MAVLink 2 by its layout, CRC-16 (8 KB)", samples(), mavlink, un_mavlink),
        stack("minicbor array, CRC-32 (16 KB), crate `cobs`", samples(), cbor, un_cbor),
        stack("48 bytes as they lie, CRC-32 (16 KB), no framing", samples(), raw, un_raw),
        channel(),
    ]
}

fn stack<T: Copy + PartialEq + 'static>(
    name: &'static str,
    samples: Vec<T>,
    mut encode: impl FnMut(&T, &mut [u8]) -> usize + 'static,
    mut decode: impl FnMut(&mut [u8]) -> Option<T> + 'static,
) -> Stack {
    let mut out = [0; ROOM];
    let mut frames = Vec::new();
    for sample in &samples {
        let length = encode(sample, &mut out);
        let mut copy = out;
        assert!(decode(&mut copy[..length]).as_ref() == Some(sample), "{name}");
        frames.push(out[..length].to_vec());
    }
    let bytes = frames.iter().map(Vec::len).sum::<usize>() as f64 / SAMPLES as f64;
    let encode = move || {
        for sample in &samples {
            black_box(encode(black_box(sample), black_box(&mut out)));
        }
    };
    let mut arrived = [0; ROOM];
    let decode = move || {
        for frame in &frames {
            // Some decode in place: what has arrived is put there for all, as a driver does.
            let arrived = &mut arrived[..frame.len()];
            arrived.copy_from_slice(frame);
            black_box(decode(black_box(arrived)));
        }
    };
    Stack { name, bytes, encode: Box::new(encode), decode: Box::new(decode) }
}

fn received<M: Message>(receiver: &mut Receiver, frame: &[u8]) -> Option<M> {
    let (_, packet) = receiver.feed(frame);
    M::decode(packet?.ok()?.body).ok()
}

fn nested(sample: &Fourteen, out: &mut [u8]) -> usize {
    let flavor = Cobs::try_new(Slice::new(out)).unwrap();
    let flavor = CrcModifier::new(flavor, SMALL.digest());
    postcard::serialize_with_flavor(sample, flavor).unwrap().len()
}

fn unnest(frame: &mut [u8]) -> Option<Fourteen> {
    let (_, frame) = frame.split_last_mut()?;
    let length = cobs::decode_in_place(frame).ok()?;
    from_bytes_u32(&frame[..length], SMALL.digest()).ok()
}

/// The check value behind `length` bytes, and all of them stuffed into `out` behind `head`.
fn sealed(plain: &mut [u8], length: usize, out: &mut [u8]) -> usize {
    let check = LARGE.checksum(&plain[..length]).to_le_bytes();
    plain[length..length + 4].copy_from_slice(&check);
    let length = cobs::encode(&plain[..length + 4], out);
    out[length] = 0;
    length + 1
}

fn opened<'a>(frame: &[u8], plain: &'a mut [u8]) -> Option<&'a [u8]> {
    let report = cobs::decode(&frame[..frame.len() - 1], plain).ok()?;
    let (body, check) = plain[..report.frame_size()].split_last_chunk::<4>()?;
    (LARGE.checksum(body) == u32::from_le_bytes(*check)).then_some(body)
}

fn apart(sample: &Fourteen, out: &mut [u8]) -> usize {
    let mut plain = [0; 80];
    let length = postcard::to_slice(sample, &mut plain).unwrap().len();
    sealed(&mut plain, length, out)
}

fn together(frame: &mut [u8]) -> Option<Fourteen> {
    postcard::from_bytes(opened(frame, &mut [0; 80])?).ok()
}

/// Discriminant, key and sequence number, as postcard-rpc's documentation lays them out.
fn rpc(sample: &Fourteen, out: &mut [u8]) -> usize {
    let mut plain = [0; 80];
    plain[0] = 0b1101_0000;
    plain[1..9].copy_from_slice(&0x0123_4567_89AB_CDEF_u64.to_le_bytes());
    plain[9..11].copy_from_slice(&(sample.seq as u16).to_le_bytes());
    let length = postcard::to_slice(sample, &mut plain[11..]).unwrap().len();
    let length = cobs::encode(&plain[..11 + length], out);
    out[length] = 0;
    length + 1
}

fn un_rpc(frame: &mut [u8]) -> Option<Fourteen> {
    let (_, frame) = frame.split_last_mut()?;
    let length = cobs::decode_in_place(frame).ok()?;
    let (head, body) = frame[..length].split_first_chunk::<11>()?;
    let key = u64::from_le_bytes(head[1..9].try_into().ok()?);
    (key == 0x0123_4567_89AB_CDEF).then(|| postcard::from_bytes(body).ok())?
}

/// The numbers as they lie: eight bytes first, then four, two and one, low byte first.
fn laid_out(sample: &Fourteen) -> [u8; 45] {
    let mut out = [0; 45];
    out[0..8].copy_from_slice(&sample.t_ms.to_le_bytes());
    out[8..16].copy_from_slice(&sample.alarms.to_le_bytes());
    out[16..20].copy_from_slice(&sample.seq.to_le_bytes());
    out[20..24].copy_from_slice(&sample.e0.to_le_bytes());
    out[24..28].copy_from_slice(&sample.e1.to_le_bytes());
    let Fourteen { t0, t1, t2, t3, t4, t5, .. } = *sample;
    for (place, number) in out[28..40].chunks_exact_mut(2).zip([t0, t1, t2, t3, t4, t5]) {
        place.copy_from_slice(&number.to_le_bytes());
    }
    out[40..42].copy_from_slice(&sample.flow.to_le_bytes());
    out[42..44].copy_from_slice(&sample.duty.to_le_bytes());
    out[44] = sample.state;
    out
}

fn taken_up(bytes: &[u8; 45]) -> Fourteen {
    let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
    let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
    let half = |at: usize| u16::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
    Fourteen {
        t_ms: long(0),
        alarms: long(8),
        seq: word(16),
        e0: word(20) as i32,
        e1: word(24) as i32,
        t0: half(28) as i16,
        t1: half(30) as i16,
        t2: half(32) as i16,
        t3: half(34) as i16,
        t4: half(36) as i16,
        t5: half(38) as i16,
        flow: half(40),
        duty: half(42),
        state: bytes[44],
    }
}

const EXTRA: u8 = 117;

/// Ten bytes of header, the payload without its last zeros, and the check value with the byte of the schema.
fn mavlink(sample: &Fourteen, out: &mut [u8]) -> usize {
    let payload = laid_out(sample);
    let length = payload.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
    out[..10].copy_from_slice(&[0xFD, length as u8, 0, 0, sample.seq as u8, 1, 1, 0x40, 0x1F, 0]);
    out[10..10 + length].copy_from_slice(&payload[..length]);
    let mut digest = SHORT.digest();
    digest.update(&out[1..10 + length]);
    digest.update(&[EXTRA]);
    out[10 + length..12 + length].copy_from_slice(&digest.finalize().to_le_bytes());
    12 + length
}

fn un_mavlink(frame: &mut [u8]) -> Option<Fourteen> {
    let length = usize::from(*frame.get(1)?);
    let (whole, check) = frame.split_last_chunk::<2>()?;
    if whole[0] != 0xFD || whole.len() != 10 + length {
        return None;
    }
    let mut digest = SHORT.digest();
    digest.update(&whole[1..]);
    digest.update(&[EXTRA]);
    if digest.finalize() != u16::from_le_bytes(*check) {
        return None;
    }
    let mut payload = [0; 45];
    payload[..length].copy_from_slice(&whole[10..]);
    Some(taken_up(&payload))
}

fn cbor(sample: &Fourteen, out: &mut [u8]) -> usize {
    let mut plain = [0; 100];
    let room = plain.len();
    let mut rest = &mut plain[..];
    minicbor::encode(sample, &mut rest).unwrap();
    let length = room - rest.len();
    sealed(&mut plain, length, out)
}

fn un_cbor(frame: &mut [u8]) -> Option<Fourteen> {
    minicbor::decode(opened(frame, &mut [0; 100])?).ok()
}

fn raw(sample: &Fourteen, out: &mut [u8]) -> usize {
    let mut plain = [0; 48];
    plain[..45].copy_from_slice(&laid_out(sample));
    out[..48].copy_from_slice(&plain);
    out[48..52].copy_from_slice(&LARGE.checksum(&plain).to_le_bytes());
    52
}

fn un_raw(frame: &mut [u8]) -> Option<Fourteen> {
    let (body, check) = frame.split_first_chunk::<48>()?;
    let check: [u8; 4] = check.try_into().ok()?;
    (LARGE.checksum(body) == u32::from_le_bytes(check)).then_some(())?;
    Some(taken_up(body.first_chunk::<45>()?))
}

/// Our own telemetry of a channel: seven values with fault and age each, and 20 numbers.
fn channel() -> Stack {
    let (mut sender, mut receiver) = (Sender::new(), Receiver::new());
    stack(
        "coldcap: state of a channel, 41 numbers, seven values with fault and age",
        samples().iter().map(status).collect(),
        move |status, out| sender.send_message(status, out).unwrap(),
        move |frame| received(&mut receiver, frame),
    )
}

fn status(sample: &Fourteen) -> ChannelStatus {
    let value =
        |hundredths: i16| Value { value: i32::from(hundredths) * 10, fault: 0, age_ms: 100 };
    ChannelStatus {
        seq: sample.seq as u16,
        at_ms: sample.t_ms,
        channel: 0,
        phase: sample.state,
        elapsed_ms: 600_000 + sample.seq,
        remaining_ms: 1_200_000 - sample.seq,
        cooled_ms: 600_000 + sample.seq,
        at_target_ms: 240_000 + sample.seq,
        target_mc: -4_000,
        effective_mc: -3_950,
        targets_valid: 0b11,
        supply: value(sample.t0),
        returned: value(sample.t1),
        front: value(sample.t2),
        rear: value(sample.t3),
        safety: value(sample.t4),
        skin: value(sample.t5),
        flow: Value { value: i32::from(sample.flow), fault: 0, age_ms: 100 },
        pump_permille: sample.duty,
        valve_permille: sample.duty,
        flags: 0b1111,
        control: 0,
        interface_target_mc: 0,
        interface_effective_mc: 0,
        skin_uncertainty_mk: 4_200,
        warm_valid: 0,
        warm_earliest_s: 0,
        warm_latest_s: 0,
        dropped: 0,
        revision: 0,
    }
}
