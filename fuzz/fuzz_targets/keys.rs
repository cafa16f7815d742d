//! A device's keys and the texts and bytes that they travel and are stored in: whatever a person, a store or a host
//! does, no key is there that nobody gave, none comes back that was revoked, and none is handed out during a therapy.
//!
//! Input: operations, each a byte of what and its arguments.
#![no_main]

use coldcap_units::{Duration, Instant};
use coldcap_wire::Receiver;
use coldcap_wire::message::{Hello, Origin};
use coldcap_wire::packet::Kind;
use coldcap_wire::security::{
    DeviceLink, EntropyPool, HostLink, Input, KeyError, KeyRing, KeySlot, LABEL_LEN, Label,
    PAIRING_TEXT_LEN, PAIRING_WINDOW, PairingCode, Policy, REKEY_AFTER, Refusal, Role, SLOTS,
    STORED_LEN, Secret, SecurityEvent, SendError, Transport, framed,
};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

const MOST: usize = 48;
const SERIAL: u64 = 4_711;

fuzz_target!(|input: &[u8]| {
    let mut input = input;
    let mut world = World::default();
    for _ in 0..MOST {
        let Some(operation) = byte(&mut input) else { break };
        world.run(operation, &mut input);
        world.judge();
    }
});

fn byte(input: &mut &[u8]) -> Option<u8> {
    let (first, rest) = input.split_first()?;
    *input = rest;
    Some(*first)
}

fn bytes<'a>(input: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(most.min(input.len()));
    *input = rest;
    taken
}

#[derive(Default)]
struct World {
    keys: KeyRing,
    /// What must be in the ring.
    known: BTreeMap<u32, KeySlot>,
    window: Option<(KeySlot, Instant)>,
    therapy: bool,
    now: Instant,
}

impl World {
    fn run(&mut self, operation: u8, input: &mut &[u8]) {
        match operation % 9 {
            0 => self.add(input),
            1 => {
                let id = byte(input).unwrap_or(0).into();
                assert_eq!(self.keys.revoke(id), self.known.remove(&id).is_some());
            }
            2 => self.open(input),
            3 => {
                self.therapy = byte(input).is_some_and(|byte| byte & 1 == 1);
                self.keys.set_therapy(self.therapy);
                self.window = self.window.take().filter(|_| !self.therapy);
            }
            4 => {
                self.keys.close_pairing();
                self.window = None;
            }
            5 => {
                let seconds = byte(input).unwrap_or(0);
                self.now = self.now.plus(Duration::from_secs(seconds.into()));
            }
            6 => self.connect(),
            7 => stored(bytes(input, STORED_LEN)),
            _ => text(bytes(input, PAIRING_TEXT_LEN)),
        }
    }

    /// A key by number, role, length of its label and one byte that stands for the rest.
    fn slot(input: &mut &[u8]) -> KeySlot {
        let id = byte(input).unwrap_or(0);
        let role = Role::ALL[usize::from(byte(input).unwrap_or(0)) % Role::ALL.len()];
        let len = usize::from(byte(input).unwrap_or(0)) % (LABEL_LEN + 8);
        let label = Label::new(&"x".repeat(len));
        assert_eq!(label.is_some(), len <= LABEL_LEN);
        let label = label.or(Label::new("y")).expect("a short one");
        assert!(format!("{label:?}").len() >= 2);
        assert!(Label::new("a\0b").is_none());
        KeySlot { id: id.into(), role, label, psk: Secret::new([id; 32]) }
    }

    fn add(&mut self, input: &mut &[u8]) {
        let slot = Self::slot(input);
        let expected = match () {
            () if self.known.contains_key(&slot.id) => Err(KeyError::Taken),
            () if self.known.len() == SLOTS => Err(KeyError::Full),
            () => Ok(()),
        };
        assert_eq!(self.keys.add(slot.clone()), expected);
        match expected {
            Ok(()) => drop(self.known.insert(slot.id, slot)),
            Err(error) => assert!(error.to_string().len() > 9),
        }
    }

    fn open(&mut self, input: &mut &[u8]) {
        let slot = Self::slot(input);
        let psk = *slot.psk.expose();
        let (id, role, label) = (slot.id, slot.role, slot.label);
        let code = self.keys.open_pairing(self.now, SERIAL, id, role, label, psk);
        let expected = match () {
            () if self.therapy => Some(KeyError::Therapy),
            () if self.known.contains_key(&id) => Some(KeyError::Taken),
            () if self.known.len() == SLOTS => Some(KeyError::Full),
            () => None,
        };
        assert_eq!(code.as_ref().err(), expected.as_ref());
        match code {
            Ok(code) => {
                assert_eq!((code.serial, code.slot, &code.psk), (SERIAL, id, &slot.psk));
                let text = code.to_text();
                assert_eq!(PairingCode::parse(text.as_str()), Ok(code));
                self.window = Some((slot, self.now));
            }
            Err(error) => assert!(error.to_string().len() > 9),
        }
    }

    /// A host with the key in the window, or with the first that is there: a handshake and a first packet.
    fn connect(&mut self) {
        let in_window = self.window.as_ref().map(|(slot, _)| slot.clone());
        let Some(slot) = in_window.or_else(|| self.known.values().next().cloned()) else { return };
        // A key of this number that came into the ring meanwhile is the one that counts.
        let slot = self.known.get(&slot.id).cloned().unwrap_or(slot);
        let known = self.known.get(&slot.id) == Some(&slot);
        let opens = self.window_is_open(slot.id) || known;
        let fits = known || (self.known.len() < SLOTS && !self.known.contains_key(&slot.id));
        let secured = self.handshake(&slot);
        assert_eq!(secured, opens && fits, "{slot:?}");
        if opens && !known {
            // The window is spent, also where every place was taken meanwhile.
            self.window = None;
        }
        if secured && !known {
            self.known.insert(slot.id, slot);
        }
    }

    fn window_is_open(&self, id: u32) -> bool {
        self.window
            .as_ref()
            .is_some_and(|(slot, opened)| slot.id == id && self.now.since(*opened) < PAIRING_WINDOW)
    }

    fn handshake(&mut self, slot: &KeySlot) -> bool {
        let (own, others) = (hello(SERIAL), hello(0));
        let code = PairingCode { serial: SERIAL, slot: slot.id, psk: slot.psk.clone() };
        let mut device = DeviceLink::new(&own, Transport::Tcp, Policy::CLOSED);
        let mut host = HostLink::new(&others, Transport::Tcp, Policy::CLOSED, code);
        device.heard(&others);
        assert_eq!(host.heard(&hello(SERIAL + 1)), Err(Refusal::OtherDevice));
        host.heard(&own).expect("this device");
        let mut pool = EntropyPool::new();
        assert!(pool.is_empty() && pool.draw().is_none());
        pool.add(&[slot.id as u8; 32]);
        device.add_entropy(pool.draw().expect("it was filled"));
        assert_ne!(pool.draw(), pool.draw());
        host.connect(self.now, [7; 32]).expect("the hello was heard");
        let mut packet = [0; 240];
        for _ in 0..2 {
            let Some(len) = host.poll_output(self.now, &mut packet) else { return false };
            if device.handle_input(self.now, &mut self.keys, &mut packet[..len]).is_err() {
                return false;
            }
            let Some(len) = device.poll_output(&mut packet) else { return false };
            strangers(&mut host, self.now);
            if host.handle_input(self.now, &mut packet[..len]).is_err() {
                return false;
            }
        }
        let len = host.send(Kind::Link, 0x60, &[0, 0], &mut packet).expect("it is secured");
        let input = device.handle_input(self.now, &mut self.keys, &mut packet[..len]);
        let secured = matches!(input, Ok(Input::Packet(_)));
        assert_eq!(
            device.peer().map(|peer| (peer.slot, peer.role)),
            secured.then_some((slot.id, slot.role))
        );
        if secured {
            assert!(device.host_minor().is_some() && host.device_minor().is_some());
            assert!(host.device_mtu().is_some());
            self.use_it(&mut device, &mut host, slot);
        }
        secured
    }

    /// Packets both ways; a new handshake falls due after half a day, and a session ends with its key.
    fn use_it(&mut self, device: &mut DeviceLink, host: &mut HostLink, slot: &KeySlot) {
        let mut packet = [0; 240];
        assert_eq!(device.body_room(packet.len()), 218);
        let len = device.send(&self.keys, Kind::Report, 0x40, b"up", &mut packet).expect("secured");
        let up = host.handle_input(self.now, &mut packet[..len]);
        assert!(matches!(up, Ok(Input::Packet(opened)) if opened.body == b"up" && !opened.earlier));
        assert!(
            !host.is_rekey_due(self.now) && host.keys().is_some() && device.counters().opened == 1
        );
        let mut out = [0; 248];
        let mut beat = |out: &mut [u8]| framed(out, |room| host.send(Kind::Link, 0x60, &[1], room));
        assert_eq!(beat(&mut out[..7]), Err(SendError::TooLong));
        let len = beat(&mut out).expect("there is room");
        let mut receiver = Receiver::new();
        let (taken, whole) = receiver.feed_whole(&out[..len]);
        let whole = whole.expect("a frame").expect("whole");
        assert!(taken == len && device.handle_input(self.now, &mut self.keys, whole).is_ok());
        let later = self.now.plus(REKEY_AFTER);
        assert!(host.is_rekey_due(later) && host.is_secured());
        for _ in 0..2 {
            let len = host.send(Kind::Link, 0x60, &[1], &mut packet).expect("it is secured");
            assert!(device.handle_input(later, &mut self.keys, &mut packet[..len]).is_ok());
        }
        let told: Vec<_> = core::iter::from_fn(|| device.poll_event()).collect();
        assert!(told.contains(&SecurityEvent::RekeyDue) && told.len() <= 3);
        let mut others = self.keys.clone();
        others.revoke(slot.id);
        let sent = device.send(&others, Kind::Report, 0x45, b"late", &mut packet);
        assert_eq!((sent, device.peer()), (Err(SendError::NoSession), None));
        assert_eq!(device.poll_event(), Some(SecurityEvent::Ended));
        assert_eq!(device.send(&others, Kind::Hello, 0, b"hello", &mut packet), Ok(11));
        assert_eq!(device.body_room(packet.len()), 234);
        packet[0] = 0x74;
        assert_eq!(host.handle_input(self.now, &mut packet[..40]).err(), Some(Refusal::Forged));
        device.close();
        host.close();
        assert!(!host.is_secured() && host.next_deadline().is_none());
        assert!(format!("{host:?}{:?}", slot.psk).contains("Idle"));
    }

    fn judge(&self) {
        let mut slots: Vec<KeySlot> = self.keys.slots().cloned().collect();
        slots.sort_by_key(|slot| slot.id);
        assert!(slots.iter().eq(self.known.values()));
        for slot in &slots {
            assert_eq!(KeySlot::from_stored(&slot.to_stored()).as_ref(), Some(slot));
        }
        let left = self.keys.pairing_left(self.now).is_some();
        let open = self.window.as_ref().is_some_and(|(_, at)| self.now.since(*at) < PAIRING_WINDOW);
        assert_eq!(left, open);
    }
}

/// Packets that are no part of it leave a handshake as it is.
fn strangers(host: &mut HostLink, now: Instant) {
    let before = format!("{host:?}");
    assert!(before.contains("Asking") || before.contains("Begun"));
    let refused = host.counters().unsealed;
    let mut command = [0x48, 0x15, 0, 0, 0, 0];
    assert_eq!(host.handle_input(now, &mut command), Err(Refusal::Unsealed));
    let mut short = [0x40, 4, 0, 0, 0, 0, 9];
    assert!(host.handle_input(now, &mut short).is_err());
    assert_eq!(host.counters().unsealed, refused + 1);
}

fn hello(serial: u64) -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max: 3,
        origin: Origin::DEVICE,
        model: 0,
        serial,
        firmware: 0,
        schema: 0,
        mtu: 240,
        channels: 1,
        features: 0,
        boot: 3,
    }
}

/// Bytes from a store are refused, or are those of the key that they make.
fn stored(bytes: &[u8]) {
    let mut room = [0; STORED_LEN];
    room[..bytes.len()].copy_from_slice(bytes);
    if let Some(slot) = KeySlot::from_stored(&room) {
        assert_eq!(slot.to_stored(), room);
        assert_eq!(Role::from_code(slot.role.code()), Some(slot.role));
    }
}

/// A text is refused, or is the one of its code. Its check is made to fit, so that what stands before it counts.
fn text(bytes: &[u8]) {
    let said = String::from_utf8_lossy(bytes).into_owned();
    read_text(&said);
    let mut fitting = said.clone().into_bytes();
    if let (true, Some(head)) = (fitting.len() == PAIRING_TEXT_LEN, said.get(..101)) {
        let psk = Secret::new([fitting[50]; 32]);
        let own = PairingCode { serial: fitting[20].into(), slot: 3, psk }.to_text();
        read_text(own.as_str());
        let place = usize::from(fitting[0]) % PAIRING_TEXT_LEN;
        fitting.copy_from_slice(own.as_str().as_bytes());
        fitting[place] = head.as_bytes()[1] & 0x7F;
        read_text(core::str::from_utf8(&fitting).expect("ASCII"));
    }
}

fn read_text(text: &str) {
    match PairingCode::parse(text) {
        Ok(code) => assert_eq!(code.to_text().as_str(), text),
        Err(error) => assert!(error.to_string().contains("pairing code")),
    }
}
