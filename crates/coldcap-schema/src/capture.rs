//! Captures in the format of libpcap, for the dissector: frames as they are, and as a stream over TCP.

/// Link type of the first user-defined encapsulation.
const USER0: u32 = 147;

/// Link type of bare IPv4.
const RAW: u32 = 101;

/// The port of the virtual machine in every example.
pub const PORT: u16 = 7700;

fn head(link_type: u32) -> Vec<u8> {
    let mut file = Vec::new();
    for number in [0xA1B2_C3D4, 0x0004_0002, 0, 0, 65_535, link_type] {
        file.extend(u32::to_le_bytes(number));
    }
    file
}

fn record(file: &mut Vec<u8>, index: usize, bytes: &[u8]) {
    let length = bytes.len() as u32;
    for number in [index as u32, 0, length, length] {
        file.extend(number.to_le_bytes());
    }
    file.extend(bytes);
}

/// One packet of the user-defined encapsulation for each of these.
#[must_use]
pub fn user<'a>(frames: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut file = head(USER0);
    frames.into_iter().enumerate().for_each(|(index, frame)| record(&mut file, index, frame));
    file
}

/// The bytes as a device sends them over TCP, cut into segments of these lengths in turn.
#[must_use]
pub fn tcp(stream: &[u8], lengths: &[usize]) -> Vec<u8> {
    let mut file = head(RAW);
    let (mut sent, mut lengths) = (0, lengths.iter().cycle());
    for index in 0.. {
        let Some(rest) = stream.get(sent..).filter(|rest| !rest.is_empty()) else { break };
        let length = lengths.next().map_or(1, |length| *length.max(&1)).min(rest.len());
        record(&mut file, index, &segment(1 + sent as u32, &rest[..length]));
        sent += length;
    }
    file
}

/// IPv4 and TCP with the least that a dissector needs. The sums of the headers are left 0.
fn segment(sequence: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend((40 + payload.len() as u16).to_be_bytes());
    bytes.extend([0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    bytes.extend(PORT.to_be_bytes());
    bytes.extend(50_000_u16.to_be_bytes());
    bytes.extend(sequence.to_be_bytes());
    bytes.extend([0, 0, 0, 1, 0x50, 0x18, 0x40, 0, 0, 0, 0, 0]);
    bytes.extend(payload);
    bytes
}
