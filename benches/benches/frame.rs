//! Framing against the cobs crate alone, which checks nothing, and a whole status report both ways.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap_wire::frame::{Deframer, encode, max_encoded_len};
use coldcap_wire::message::{CommandHead, Operate};
use coldcap_wire::{FRAME_ROOM, Receiver, Sender};
use core::hint::black_box;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const LENGTH: usize = 240;

fn packet() -> [u8; LENGTH] {
    // Every byte value in no simple order, zeros among them.
    core::array::from_fn(|index| (index * 151 % 256) as u8)
}

fn frame(criterion: &mut Criterion) {
    let packet = packet();
    let mut group = criterion.benchmark_group("240-byte packet");
    group.throughput(Throughput::Bytes(LENGTH as u64));
    let mut out = [0; max_encoded_len(LENGTH)];
    group.bench_function("coldcap encode (COBS, length, CRC-32)", |bencher| {
        bencher.iter(|| encode(black_box(&packet), &mut out).unwrap());
    });
    group.bench_function("cobs crate encode (COBS only)", |bencher| {
        bencher.iter(|| cobs::encode(black_box(&packet), &mut out));
    });
    let length = encode(&packet, &mut out).unwrap();
    let framed = out[..length].to_vec();
    group.bench_function("coldcap decode (COBS, length, CRC-32)", |bencher| {
        let mut deframer: Deframer<FRAME_ROOM> = Deframer::new();
        bencher.iter(|| deframer.feed(black_box(&framed)).1.unwrap().unwrap().len());
    });
    let mut stuffed = vec![0; cobs::max_encoding_length(LENGTH)];
    let length = cobs::encode(&packet, &mut stuffed);
    let mut plain = [0; LENGTH];
    group.bench_function("cobs crate decode (COBS only)", |bencher| {
        bencher.iter(|| cobs::decode(black_box(&stuffed[..length]), &mut plain).unwrap());
    });
    group.finish();
}

fn message(criterion: &mut Criterion) {
    let stop = Operate {
        head: CommandHead::new(1, 0),
        action: coldcap_wire::message::Action::STOP,
        confirm: 0,
        argument: 0,
    };
    criterion.bench_function("stop command, sent and received", |bencher| {
        let mut sender = Sender::new();
        let mut receiver = Receiver::new();
        let mut out = [0; FRAME_ROOM + 1];
        bencher.iter(|| {
            let length = sender.send_message(black_box(&stop), &mut out).unwrap();
            receiver.feed(&out[..length]).1.unwrap().unwrap().message().unwrap()
        });
    });
}

criterion_group!(benches, frame, message);
criterion_main!(benches);
