//! Framing once more, from the published crates `crc` and `cobs`: the oracle for ours.

const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_AUTOSAR);

/// The frame of `packet`, delimiter included, as the specification describes it.
pub(crate) fn frame(packet: &[u8]) -> Vec<u8> {
    let mut frame = cobs::encode_vec(packet);
    let trailer = trailer(&frame);
    frame.extend(trailer);
    frame.push(0);
    frame
}

/// The six bytes behind `encoded`.
pub(crate) fn trailer(encoded: &[u8]) -> Vec<u8> {
    let length = (encoded.len() % 1024) as u16;
    let mut digest = CRC.digest();
    digest.update(encoded);
    digest.update(&[length as u8, (length >> 8) as u8]);
    let bits = format!("{length:010b}{:032b}", digest.finalize());
    let groups = bits.as_bytes().chunks(7).map(|group| core::str::from_utf8(group).unwrap());
    groups.map(|group| u8::from_str_radix(group, 2).unwrap() | 0x80).collect()
}
