//! What a virtual machine is given before it is switched on: keys, and randomness.
//!
//! Both follow from a seed, so that a run can be repeated bit for bit. That is good for a simulation and for nothing
//! else: whoever knows the seed knows the key.

use crate::random::Random;
use coldcap::Config;
use coldcap::lane::Step;
use coldcap_wire::security::{KeySlot, Label, PairingCode, Role, STORED_LEN, Secret, Transport};

/// The number of the key that a virtual machine has from the start.
const KEY: u32 = 1;

/// The streams of a seed that are drawn from here.
const KEY_STREAM: u64 = 0x6B65_7973;
const DEVICE_STREAM: u64 = 0x6465_7669;
const HOST_STREAM: u64 = 0x686F_7374;

/// Keys and randomness of a virtual machine.
///
/// ```
/// use coldcap_sim::Equipment;
/// use coldcap_wire::security::Role;
///
/// let equipment = Equipment::keyed(7);
/// assert_eq!(equipment.keys()[0].role, Role::Clinician);
/// assert_eq!(equipment.keys()[0].psk, Equipment::code(7).psk); // what its host needs
/// ```
#[derive(Clone, Debug)]
pub struct Equipment {
    transport: Option<Transport>,
    keys: Vec<KeySlot>,
    entropy: [u8; 32],
}

impl Equipment {
    /// One key, a clinician's, on a serial line.
    #[must_use]
    pub fn keyed(seed: u64) -> Self {
        let psk = Secret::new(bytes(seed, KEY_STREAM));
        let label = Label::new("virtual host");
        let key = label.map(|label| KeySlot { id: KEY, role: Role::Clinician, label, psk });
        let entropy = bytes(seed, DEVICE_STREAM);
        Self { transport: Some(Transport::Serial), keys: key.into_iter().collect(), entropy }
    }

    /// A bench: nothing is sealed, and everybody is a clinician.
    #[must_use]
    pub fn unsecured(seed: u64) -> Self {
        Self { transport: None, keys: Vec::new(), entropy: bytes(seed, DEVICE_STREAM) }
    }

    /// The same with these keys, and randomness that is as good as they are.
    #[must_use]
    pub fn with_keys(self, keys: Vec<KeySlot>, entropy: [u8; 32]) -> Self {
        Self { keys, entropy, ..self }
    }

    /// The same over another transport; a bench without keys stays one.
    #[must_use]
    pub fn over(self, transport: Transport) -> Self {
        Self { transport: self.transport.map(|_| transport), ..self }
    }

    /// What the packets travel in; `None` for a bench without keys.
    #[must_use]
    pub const fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// The randomness of the line of this number, where a machine has several: no two draw the same.
    pub(crate) fn entropy_of_line(&self, number: u64) -> [u8; 32] {
        let mut entropy = self.entropy;
        for (byte, own) in entropy.iter_mut().zip(number.to_le_bytes()) {
            *byte ^= own;
        }
        entropy
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &[KeySlot] {
        &self.keys
    }

    /// What the host of [`keyed`](Self::keyed) with this seed needs.
    #[must_use]
    pub fn code(seed: u64) -> PairingCode {
        let serial = Config::reference().identity.serial;
        PairingCode { serial, slot: KEY, psk: Secret::new(bytes(seed, KEY_STREAM)) }
    }

    /// The randomness of that host at its start of this number.
    #[must_use]
    pub fn host_entropy(seed: u64, boot: u32) -> Secret {
        Secret::new(bytes(seed, HOST_STREAM ^ u64::from(boot) << 32))
    }

    /// The step of the lane that hands it over, its keys written to `stored`.
    pub(crate) fn step<'a>(&self, stored: &'a mut Vec<u8>) -> Step<'a> {
        stored.clear();
        stored.extend(self.keys.iter().flat_map(|key| -> [u8; STORED_LEN] { key.to_stored() }));
        Step::Equip { transport: self.transport, entropy: self.entropy, keys: stored }
    }
}

fn bytes(seed: u64, stream: u64) -> [u8; 32] {
    let mut random = Random::stream(seed, stream);
    core::array::from_fn(|_| random.next_u64() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_and_another_seed_another_key() {
        assert_eq!(Equipment::code(3), Equipment::code(3));
        assert_ne!(Equipment::code(3).psk, Equipment::code(4).psk);
        assert_ne!(Equipment::host_entropy(3, 1), Equipment::host_entropy(3, 2));
        let device = Secret::new(Equipment::keyed(3).entropy);
        assert!(device != Equipment::code(3).psk && device != Equipment::host_entropy(3, 1));
    }
}
