//! The wire without its security and nothing else, so that its constants can be counted: its sizes and what can be reached from
//! it are read from this image. It is never run.
#![no_std]
#![no_main]

use coldcap_units::{Duration, Instant};
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::Receiver;
use coldcap_wire::frame::{self, Deframer, FrameError, TooLong, encode_in_place};
use coldcap_wire::message::{
    AnyMessage, BodyError, Credit, Follow, ObjectAsk, ObjectKind, Response, TimeAsk,
    decode_at_device,
};
use coldcap_wire::packet::Header;
use coldcap_wire::service::{
    About, Due, Freshness, Gate, Lease, ObjectServer, ObjectSource, Order, Outgoing, Publisher,
    Pulse, Verdict,
};
use core::hint::black_box;
use cortex_m_rt::entry;
use probe_bare as _;

probe_bare::memory! { MEMORY_PEER: Peer }

/// A packet into its frame, where it stands: what a sender does.
#[inline(never)]
fn probe_frame(out: &mut [u8], packet_len: usize) -> Result<usize, TooLong> {
    encode_in_place(out, packet_len)
}

/// Bytes of a stream into packets.
#[inline(never)]
fn probe_deframe<'a>(
    deframer: &'a mut Deframer<FRAME_ROOM>,
    input: &[u8],
) -> (usize, Option<Result<&'a mut [u8], FrameError>>) {
    deframer.feed(input)
}

type Deframe = for<'a> fn(
    &'a mut Deframer<FRAME_ROOM>,
    &[u8],
) -> (usize, Option<Result<&'a mut [u8], FrameError>>);

/// L0 to L3 of a device for one peer, without bodies and without cryptography.
struct Peer {
    receiver: Receiver,
    gate: Gate<8>,
    freshness: Freshness,
    publisher: Publisher<(), 3>,
    objects: ObjectServer,
    pulse: Pulse,
    lease: Lease,
}

/// A source of zeros.
struct Zeros;

impl ObjectSource for Zeros {
    fn about(&self, _: ObjectKind, number: u32) -> Option<About> {
        Some(About { edition: 1, length: number, first: 0 })
    }

    fn read(&self, _: ObjectKind, _: u32, _: u32, room: &mut [u8]) -> usize {
        room.len()
    }
}

/// What a peer may be handed.
#[expect(dead_code, reason = "the image is never run")]
enum Handed<'a> {
    Order(&'a Order),
    Settled(Response),
    Follow(&'a Follow),
    Credit(&'a Credit),
    Ask(&'a ObjectAsk),
    Time(u32, &'a TimeAsk),
}

#[inline(never)]
fn probe_link_frame(peer: &mut Peer, bytes: &[u8], out: &mut [u8]) -> Option<(usize, usize)> {
    let (consumed, packet) = peer.receiver.feed(bytes);
    let header: Header = packet?.ok()?.header;
    Some((consumed, frame::encode(&header.to_bytes(), out).ok()?))
}

#[inline(never)]
fn probe_link_hand(peer: &mut Peer, now: Instant, handed: Handed<'_>) -> Option<Verdict> {
    peer.pulse.heard(now);
    match handed {
        Handed::Order(order) => return Some(peer.gate.admit(now, &peer.freshness, order)),
        Handed::Settled(answer) => {
            peer.gate.settle(answer);
        }
        Handed::Follow(follow) => return Some(Verdict::Answer(peer.publisher.follow(now, follow))),
        Handed::Credit(credit) => peer.publisher.credit(credit),
        Handed::Ask(ask) => peer.objects.ask(ask),
        Handed::Time(number, ask) => peer.freshness.prove(now, number, ask),
    }
    None
}

#[inline(never)]
fn probe_link_poll(
    peer: &mut Peer,
    now: Instant,
) -> (Option<Due<()>>, Option<Outgoing>, Option<u16>, bool) {
    peer.publisher.offer(now, 0x40, 0, ());
    peer.lease.grant(now, Duration::from_secs(1));
    let live = peer.lease.is_live(now) && !peer.pulse.falls_silent(now);
    (peer.publisher.poll(now), peer.objects.poll(&Zeros), peer.pulse.beat_due(now), live)
}

/// Every message that comes to a device, read, and every message, written.
#[inline(never)]
fn probe_bodies_read(header: &Header, body: &[u8]) -> Result<AnyMessage, BodyError> {
    decode_at_device(header, body)
}

#[inline(never)]
fn probe_bodies_write(message: &AnyMessage, out: &mut [u8]) -> Result<usize, TooLong> {
    message.encode(out)
}

/// Keeps the probes, and keeps the compiler from knowing what they are called with.
#[entry]
fn main() -> ! {
    let _ = black_box(&MEMORY_PEER);
    let _ = (
        black_box(probe_frame as fn(&mut [u8], usize) -> Result<usize, TooLong>),
        black_box(probe_deframe as Deframe),
    );

    let _ = black_box(probe_bodies_read as fn(&_, &_) -> _);
    let _ = black_box(probe_bodies_write as fn(&_, &mut _) -> _);
    let _ = black_box(probe_link_frame as fn(&mut _, &_, &mut _) -> _);
    let _ = black_box(probe_link_hand as for<'a> fn(&mut _, _, Handed<'a>) -> _);
    let _ = black_box(probe_link_poll as fn(&mut _, _) -> _);
    loop {}
}
