//! Frames over a line that flips and swallows bytes: what comes out is what was sent, or it is missing and counted.
//! `coldcap-wire` alone, its lowest layer: COBS and CRC-32.
//!
//! `cargo run -p coldcap-examples --example leaf_link`

use coldcap_wire::frame::{self, Deframer};

const PACKET: usize = 16;

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let (mut frame, mut deframer) = ([0; frame::max_encoded_len(PACKET)], Deframer::<32>::new());
    let (mut next, mut arrived) = (0, Vec::new());
    for number in 0..1_000_u32 {
        let mut packet = [0; PACKET];
        packet[..4].copy_from_slice(&number.to_le_bytes());
        let length = frame::encode(&packet, &mut frame)?;
        for byte in &frame[..length] {
            next += 1;
            let sent = match next {
                _ if next % 1_009 == 0 => continue,          // swallowed
                _ if next % 401 == 0 => *byte ^ 0b0100_0000, // flipped
                _ => *byte,
            };
            // A byte at a time, as an interrupt hands it over; more at once are taken, too.
            if let (_, Some(Ok(packet))) = deframer.feed(&[sent]) {
                assert_eq!(packet[4..], [0; PACKET - 4]);
                arrived.push(u32::from_le_bytes([packet[0], packet[1], packet[2], packet[3]]));
            }
        }
    }
    println!("1000 sent, {} arrived; {:?}", arrived.len(), deframer.counters());
    assert!(arrived.is_sorted_by(|one, next| one < next), "in order, none twice");
    assert_eq!(arrived.len(), deframer.counters().ok as usize);
    assert!((800..1_000).contains(&arrived.len()), "what was damaged was refused");
    Ok(())
}
