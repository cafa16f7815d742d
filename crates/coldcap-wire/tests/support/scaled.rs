//! The scheme of the trailer with sixteen bits of check value in place of 32, and two others beside it.
//!
//! With 32 bits no experiment of this size would show a difference between a good scheme and a bad one.
//! With sixteen it does: the polynomial 1021 has Hamming distance 4 up to 32 751 bits, so that up to three
//! flipped bits must never pass, and where they do, the scheme around the polynomial is at fault.

use super::corruption::{Damage, Numbers};

const CRC: crc::Crc<u16, crc::Table<16>> =
    crc::Crc::<u16, crc::Table<16>>::new(&crc::CRC_16_IBM_SDLC);

/// How a packet is made a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Ours: length and check value over the encoded bytes, seven bits to a byte, outside of the stuffing.
    Outside,
    /// The same without the length.
    OutsideWithoutLength,
    /// The usual one: the check value behind the packet, then both stuffed.
    Inside,
}

const MARK: u8 = 0x80;

impl Scheme {
    /// The frame with its delimiter.
    pub(crate) fn frame(self, packet: &[u8]) -> Vec<u8> {
        let mut frame = match self {
            Self::Inside => {
                let check = CRC.checksum(packet).to_le_bytes();
                cobs::encode_vec(&[packet, &check].concat())
            }
            Self::Outside | Self::OutsideWithoutLength => {
                let encoded = cobs::encode_vec(packet);
                let trailer = self.trailer(&encoded);
                [&encoded[..], &trailer].concat()
            }
        };
        frame.push(0);
        frame
    }

    /// 26 bits in four bytes: ten of length, which are 0 without it, and sixteen of check value.
    fn trailer(self, encoded: &[u8]) -> [u8; 4] {
        let length = if self == Self::Outside { encoded.len() as u16 % 1_024 } else { 0 };
        let mut digest = CRC.digest();
        digest.update(encoded);
        digest.update(&length.to_le_bytes());
        let bits = u32::from(length) << 16 | u32::from(digest.finalize());
        core::array::from_fn(|index| (bits >> (21 - 7 * index)) as u8 | MARK)
    }

    /// Whether a receiver takes these bytes, which hold no delimiter, for a frame.
    fn accepts(self, bytes: &[u8], plain: &mut [u8]) -> bool {
        match self {
            Self::Inside => {
                let Ok(report) = cobs::decode(bytes, plain) else { return false };
                let Some((packet, check)) = plain[..report.frame_size()].split_last_chunk::<2>()
                else {
                    return false;
                };
                CRC.checksum(packet) == u16::from_le_bytes(*check)
            }
            Self::Outside | Self::OutsideWithoutLength => {
                let Some((encoded, trailer)) = bytes.split_last_chunk::<4>() else { return false };
                !encoded.is_empty()
                    && *trailer == self.trailer(encoded)
                    && cobs::decode(encoded, plain).is_ok()
            }
        }
    }
}

/// A quarter of the bytes are zeros, as in bodies.
fn byte(numbers: &mut Numbers) -> u8 {
    if numbers.below(4) == 0 { 0 } else { numbers.below(256) as u8 }
}

/// Damages frames of `length` bytes of packet, so often, and counts the receiver's mistakes.
pub(crate) fn undetected(
    scheme: Scheme,
    length: usize,
    damage: Damage,
    times: u64,
    seed: u64,
) -> u64 {
    let mut numbers = Numbers(seed);
    let mut plain = [0; 256];
    let mut found = 0;
    let mut frame = Vec::new();
    let mut damaged = Vec::new();
    for time in 0..times {
        // A packet serves for a while: making it costs more than damaging it.
        if time % 64 == 0 {
            let packet: Vec<u8> = (0..length).map(|_| byte(&mut numbers)).collect();
            frame = scheme.frame(&packet);
        }
        damaged.clone_from(&frame);
        damage.apply(&mut damaged, &mut numbers);
        let pieces = damaged.split(|byte| *byte == 0).filter(|piece| !piece.is_empty());
        found += pieces.filter(|piece| scheme.accepts(piece, &mut plain)).count() as u64;
    }
    found
}
