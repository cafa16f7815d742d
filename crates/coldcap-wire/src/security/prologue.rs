//! What both sides must agree on before they speak: bound into the handshake's first tag.

use crate::message::{Hello, Origin};
use crate::packet::LEAST_MTU;
use core::ops::Deref;

/// How many bytes a prologue has where a side is of minor version 3 or older.
pub const PROLOGUE_LEN: usize = 68;
/// How many it has where both speak [`WHOLE_SINCE`]: every field of either hello is in it.
pub const WHOLE_PROLOGUE_LEN: usize = 96;
/// The minor version from which on both hellos are bound as a whole, if both sides speak it. The versions themselves
/// have always been bound: nobody can talk a pair down to less.
pub const WHOLE_SINCE: u8 = 4;
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

/// What one side said of itself in its hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Offer {
    /// Major version of the protocol.
    pub major: u8,
    /// Lowest minor version spoken.
    pub minor_min: u8,
    /// Highest minor version spoken.
    pub minor_max: u8,
    /// Code of where measurements come from.
    pub origin: u8,
    /// Model number of a device: whose the maker's messages are.
    pub model: u16,
    /// Firmware version of a device.
    pub firmware: u32,
    /// Number of the message set.
    pub schema: u32,
    /// Longest packet accepted, in bytes.
    pub mtu: u16,
    /// Channels of the machine.
    pub channels: u8,
    /// Optional abilities.
    pub features: u32,
    /// Serial number of a device, 0 for a host.
    pub serial: u64,
    /// Changes with every start of the sender.
    pub boot: u32,
}

impl Offer {
    /// Whether it takes packets as long as a session needs.
    #[must_use]
    pub const fn takes_enough(&self) -> bool {
        self.mtu as usize >= LEAST_MTU
    }
}

impl From<&Hello> for Offer {
    fn from(hello: &Hello) -> Self {
        let Hello { major, minor_min, minor_max, origin: Origin(origin), model, .. } = *hello;
        let Hello { serial, firmware, schema, mtu, channels, features, boot, .. } = *hello;
        Self {
            major,
            minor_min,
            minor_max,
            origin,
            model,
            firmware,
            schema,
            mtu,
            channels,
            features,
            serial,
            boot,
        }
    }
}

/// Everything that a handshake is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prologue {
    /// What the packets travel in.
    pub transport: Transport,
    /// The device's hello.
    pub device: Offer,
    /// The host's hello.
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
    pub fn to_bytes(&self) -> PrologueBytes {
        let mut bytes = [0; WHOLE_PROLOGUE_LEN];
        let mut room = Room(&mut bytes);
        room.put(&MAGIC);
        room.put(&[SUITE, self.transport.code()]);
        room.offer(&self.device);
        room.offer(&self.host);
        room.put(&self.device.serial.to_le_bytes());
        room.put(&self.device.boot.to_le_bytes());
        room.put(&self.nonce);
        room.put(&self.slot.to_le_bytes());
        if !self.is_whole() {
            return PrologueBytes { bytes, len: PROLOGUE_LEN };
        }
        room.nature(&self.device);
        room.nature(&self.host);
        room.put(&self.host.serial.to_le_bytes());
        room.put(&self.host.boot.to_le_bytes());
        PrologueBytes { bytes, len: WHOLE_PROLOGUE_LEN }
    }

    /// Whether both say that they bind all of it. Where they were told different things of each other, the shorter and
    /// the longer bytes fit each other no better than two versions do.
    fn is_whole(&self) -> bool {
        self.device.minor_max.min(self.host.minor_max) >= WHOLE_SINCE
    }
}

/// The bytes of a [`Prologue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrologueBytes {
    bytes: [u8; WHOLE_PROLOGUE_LEN],
    len: usize,
}

impl Deref for PrologueBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
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

    /// What the first minor versions left to trust.
    fn nature(&mut self, offer: &Offer) {
        self.put(&[offer.origin]);
        self.put(&offer.model.to_le_bytes());
        self.put(&offer.firmware.to_le_bytes());
        self.put(&[offer.channels]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const OFFER: Offer = Offer {
        major: 1,
        minor_min: 0,
        minor_max: 2,
        origin: 0x31,
        model: 0x3332,
        firmware: 0x3736_3534,
        schema: 0x0403_0201,
        mtu: 0x00F0,
        channels: 0x38,
        features: 0x0807_0605,
        serial: 0x1817_1615_1413_1211,
        boot: 0x2423_2221,
    };
    const OF_HOST: Offer = Offer { minor_max: 9, serial: 5, boot: 6, ..OFFER };
    const PROLOGUE: Prologue = Prologue {
        transport: Transport::Datagram,
        device: OFFER,
        host: OF_HOST,
        nonce: [0xEE; NONCE_LEN],
        slot: 0x3433_3231,
    };

    fn older(device: u8, host: u8) -> Vec<u8> {
        let offer = |minor| [1, 0, minor, 1, 2, 3, 4, 0xF0, 0, 5, 6, 7, 8];
        let parts = [
            &b"ccaplink\x01\x04"[..],
            &offer(device),
            &offer(host),
            &[0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x21, 0x22, 0x23, 0x24],
            &[0xEE; NONCE_LEN],
            &[0x31, 0x32, 0x33, 0x34],
        ];
        parts.concat()
    }

    #[test]
    fn it_is_filled_to_the_last_byte() {
        assert_eq!(*PROLOGUE.to_bytes(), older(2, 9));
        let device = Offer { minor_max: WHOLE_SINCE, ..OFFER };
        let nature = [0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38];
        let parts =
            [&older(WHOLE_SINCE, 9)[..], &nature, &nature, &[5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0]];
        assert_eq!(*Prologue { device, ..PROLOGUE }.to_bytes(), parts.concat());
    }

    #[test]
    fn it_is_whole_only_where_both_say_so() {
        for (device, host, len) in
            [(3, 3, 68), (3, 4, 68), (4, 3, 68), (4, 4, 96), (255, 4, 96), (0, 255, 68)]
        {
            let [device, host] = [device, host].map(|minor_max| Offer { minor_max, ..OFFER });
            assert_eq!(Prologue { device, host, ..PROLOGUE }.to_bytes().len(), len);
        }
    }
}
