//! Our handshake beside that of `snow`, with faults: the same bytes, the same decisions, the same keys.

use coldcap_wire::security::{Initiator, Keys, MESSAGE_LEN, Responder, Secret};

const NAME: &str = "Noise_NNpsk0_25519_ChaChaPoly_SHA256";

/// Where a handshake is disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The device holds another key.
    OtherKey,
    /// The device holds another prologue.
    OtherPrologue,
    /// A bit of the first message flips.
    FirstFlipped(usize),
    /// A bit of the second message flips.
    SecondFlipped(usize),
    /// The first message is cut to so many bytes.
    FirstCut(usize),
    /// The second message is cut to so many bytes.
    SecondCut(usize),
    /// The second message belongs to another handshake.
    SecondOfAnother,
}

/// Everything that goes into one handshake.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) prologue: Vec<u8>,
    pub(crate) psk: [u8; 32],
    pub(crate) ephemerals: [[u8; 32]; 2],
    pub(crate) payloads: [Vec<u8>; 2],
    pub(crate) fault: Fault,
}

/// How far a handshake came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    FirstRefused,
    SecondRefused,
    Done(Box<Session>),
}

/// What a whole handshake leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Both messages as they were sent.
    messages: [Vec<u8>; 2],
    /// Of host and device what it sends and receives with.
    keys: [[[u8; 32]; 2]; 2],
    hash: [u8; 32],
}

fn damaged(message: &[u8], fault: Fault, second: bool) -> Vec<u8> {
    let mut message = message.to_vec();
    match (fault, second) {
        (Fault::FirstFlipped(bit), false) | (Fault::SecondFlipped(bit), true) => {
            let bit = bit % (8 * message.len());
            message[bit / 8] ^= 1 << (bit % 8);
        }
        (Fault::FirstCut(len), false) | (Fault::SecondCut(len), true) => {
            message.truncate(len % message.len());
        }
        (Fault::SecondOfAnother, true) => message[..32].reverse(),
        _ => {}
    }
    message
}

impl Case {
    fn of_device(&self) -> (Vec<u8>, [u8; 32]) {
        let (mut prologue, mut psk) = (self.prologue.clone(), self.psk);
        match self.fault {
            Fault::OtherKey => psk[31] ^= 0x80,
            Fault::OtherPrologue => prologue.push(0),
            _ => {}
        }
        (prologue, psk)
    }

    /// The handshake by our code.
    pub(crate) fn ours(&self) -> Ending {
        let mut first = vec![0; MESSAGE_LEN + self.payloads[0].len()];
        let mut second = vec![0; MESSAGE_LEN + self.payloads[1].len()];
        let (psk, [of_host, of_device]) = (Secret::new(self.psk), self.ephemerals);
        let (host, _) =
            Initiator::begin(&self.prologue, &psk, of_host, &self.payloads[0], &mut first).unwrap();
        let (prologue, psk) = self.of_device();
        let mut arrived = damaged(&first, self.fault, false);
        let Ok((device, payload)) = Responder::read(&prologue, &Secret::new(psk), &mut arrived)
        else {
            assert_eq!(arrived, damaged(&first, self.fault, false), "left alone");
            return Ending::FirstRefused;
        };
        assert_eq!(payload, self.payloads[0]);
        let (device, _) =
            device.answer(&Secret::new(of_device), &self.payloads[1], &mut second).unwrap();
        let mut arrived = damaged(&second, self.fault, true);
        let Ok((host, payload)) = host.finish(&mut arrived) else {
            assert_eq!(arrived, damaged(&second, self.fault, true), "left alone");
            return Ending::SecondRefused;
        };
        assert_eq!(payload, self.payloads[1]);
        let pair = |keys: &Keys| [*keys.sending.expose(), *keys.receiving.expose()];
        assert_eq!(host.hash, device.hash);
        let (messages, keys) = ([first, second], [pair(&host), pair(&device)]);
        Ending::Done(Box::new(Session { messages, keys, hash: host.hash }))
    }

    fn snow(
        prologue: &[u8],
        psk: &[u8; 32],
        ephemeral: &[u8; 32],
        host: bool,
    ) -> snow::HandshakeState {
        let builder = snow::Builder::new(NAME.parse().unwrap());
        let builder = builder.prologue(prologue).unwrap().psk(0, psk).unwrap();
        let builder = builder.fixed_ephemeral_key_for_testing_only(ephemeral);
        if host { builder.build_initiator() } else { builder.build_responder() }.unwrap()
    }

    /// The handshake by `snow`.
    pub(crate) fn theirs(&self) -> Ending {
        let [of_host, of_device] = &self.ephemerals;
        let mut host = Self::snow(&self.prologue, &self.psk, of_host, true);
        let (prologue, psk) = self.of_device();
        let mut device = Self::snow(&prologue, &psk, of_device, false);
        let (mut room, mut text) = (vec![0; 400], vec![0; 400]);
        let len = host.write_message(&self.payloads[0], &mut room).unwrap();
        let first = room[..len].to_vec();
        if device.read_message(&damaged(&first, self.fault, false), &mut text).is_err() {
            return Ending::FirstRefused;
        }
        let len = device.write_message(&self.payloads[1], &mut room).unwrap();
        let second = room[..len].to_vec();
        if host.read_message(&damaged(&second, self.fault, true), &mut text).is_err() {
            return Ending::SecondRefused;
        }
        let hash = host.get_handshake_hash().try_into().unwrap();
        let (host, device) = (host.dangerously_get_raw_split(), device.dangerously_get_raw_split());
        let keys = [[host.0, host.1], [device.1, device.0]];
        Ending::Done(Box::new(Session { messages: [first, second], keys, hash }))
    }
}
