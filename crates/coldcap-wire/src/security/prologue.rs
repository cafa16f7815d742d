//! What both sides must agree on before they speak: bound into the handshake's first tag.

use crate::message::Hello;

/// How many bytes a prologue has.
pub const PROLOGUE_LEN: usize = 68;
/// How many random bytes a device puts into an invitation.
pub const NONCE_LEN: usize = 16;

const MAGIC: [u8; 8] = *b"ccaplink";
/// `Noise_NNpsk0_25519_ChaChaPoly_SHA256`. Which suite a key is for is settled when it is handed out.
const SUITE: u8 = 1;

/// What the packets travel in, as both sides can see it.
///
/// A bridge from one to another is no transport of this list, and breaks the handshake: what lies between
/// must then be reckoned with, and a bridge must end the session itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Transport {
    /// Frames on a serial line, also one that USB carries.
    Serial = 1,
    /// Frames on a TCP connection.
    Tcp = 2,
    /// Packets of Bluetooth Low Energy.
    Bluetooth = 3,
    /// Datagrams.
    Datagram = 4,
}

impl Transport {
    /// The frozen code.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

/// What one side said of itself in its hello, as far as it bears on the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Offer {
    /// Major version of the protocol.
    pub major: u8,
    /// Lowest minor version spoken.
    pub minor_min: u8,
    /// Highest minor version spoken.
    pub minor_max: u8,
    /// Number of the message set.
    pub schema: u32,
    /// Longest packet accepted, in bytes.
    pub mtu: u16,
    /// Optional abilities.
    pub features: u32,
    /// Serial number of a device, 0 for a host.
    pub serial: u64,
    /// Changes with every start of the sender.
    pub boot: u32,
}

impl From<&Hello> for Offer {
    fn from(hello: &Hello) -> Self {
        let Hello { major, minor_min, minor_max, schema, mtu, features, serial, boot, .. } = *hello;
        Self { major, minor_min, minor_max, schema, mtu, features, serial, boot }
    }
}

/// Everything that a handshake is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prologue {
    /// What the packets travel in.
    pub transport: Transport,
    /// The device's hello.
    pub device: Offer,
    /// The host's hello. Its serial and boot number are not bound: they identify nothing that is trusted.
    pub host: Offer,
    /// The device's random bytes for this one handshake.
    pub nonce: [u8; NONCE_LEN],
    /// Whose key it is.
    pub slot: u32,
}

impl Prologue {
    /// Its bytes, whose layout is that of `docs/wire-security.md`.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; PROLOGUE_LEN] {
        let mut bytes = [0; PROLOGUE_LEN];
        let mut room = Room(&mut bytes);
        room.put(&MAGIC);
        room.put(&[SUITE, self.transport.code()]);
        room.offer(&self.device);
        room.offer(&self.host);
        room.put(&self.device.serial.to_le_bytes());
        room.put(&self.device.boot.to_le_bytes());
        room.put(&self.nonce);
        room.put(&self.slot.to_le_bytes());
        bytes
    }
}

struct Room<'a>(&'a mut [u8]);

impl Room<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let room = core::mem::take(&mut self.0);
        if let Some((place, rest)) = room.split_at_mut_checked(bytes.len()) {
            place.copy_from_slice(bytes);
            self.0 = rest;
        }
    }

    fn offer(&mut self, offer: &Offer) {
        self.put(&[offer.major, offer.minor_min, offer.minor_max]);
        self.put(&offer.schema.to_le_bytes());
        self.put(&offer.mtu.to_le_bytes());
        self.put(&offer.features.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: Offer = Offer {
        major: 1,
        minor_min: 0,
        minor_max: 2,
        schema: 0x0403_0201,
        mtu: 0x00F0,
        features: 0x0807_0605,
        serial: 0x1817_1615_1413_1211,
        boot: 0x2423_2221,
    };

    #[test]
    fn it_is_filled_to_the_last_byte() {
        let prologue = Prologue {
            transport: Transport::Datagram,
            device: OFFER,
            host: Offer { minor_max: 9, serial: 5, boot: 6, ..OFFER },
            nonce: [0xEE; NONCE_LEN],
            slot: 0x3433_3231,
        };
        let offer = |minor| [1, 0, minor, 1, 2, 3, 4, 0xF0, 0, 5, 6, 7, 8];
        let expected = [
            &b"ccaplink\x01\x04"[..],
            &offer(2),
            &offer(9),
            &[0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x21, 0x22, 0x23, 0x24],
            &[0xEE; NONCE_LEN],
            &[0x31, 0x32, 0x33, 0x34],
        ];
        assert_eq!(prologue.to_bytes(), *expected.concat());
    }
}
