//! The shipped client and the shipped link, with nothing but bytes between them.
#![allow(dead_code)]

use coldcap::{Config, Control, Link, LinkAccess, TICK, TickInput};
use coldcap_host::client::{Client, ClientConfig, ClientKey, Message};
use coldcap_units::Instant;
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::frame::Deframer;
use coldcap_wire::security::{KeySlot, Label, PairingCode, Policy, Role, Rule, Secret, Transport};

/// A key of this role, as the device holds it.
pub(crate) fn slot(id: u32, role: Role) -> KeySlot {
    let label = Label::new("tablet").unwrap();
    KeySlot { id, role, label, psk: Secret::new([id as u8; 32]) }
}

/// The same, as the host does.
pub(crate) fn key(serial: u64, id: u32, seed: u8) -> ClientKey {
    let code = PairingCode { serial, slot: id, psk: Secret::new([id as u8; 32]) };
    ClientKey { code, transport: Transport::Serial, entropy: Secret::new([seed; 32]) }
}

/// A device with these rows of its maker's, and a host.
pub(crate) struct Pair {
    pub(crate) now: Instant,
    pub(crate) control: Control<1>,
    pub(crate) link: Link<1>,
    pub(crate) client: Client,
    /// What the client has told.
    pub(crate) told: Vec<Message>,
    /// The longest packet either way.
    pub(crate) longest: [usize; 2],
}

impl Pair {
    /// With a key of this role.
    pub(crate) fn keyed(role: Role, vendor: &'static [Rule], host: ClientConfig) -> Self {
        let policy = Policy { vendor, ..Policy::STANDARD };
        let access = LinkAccess::Keyed { transport: Transport::Serial, policy };
        let config = Config { access, ..Config::reference() };
        let serial = config.identity.serial;
        let mut pair = Self::of(config, host.with_key(key(serial, 2, 9)));
        pair.link.add_entropy([0x5A; 32]);
        pair.link.keys_mut().add(slot(2, role)).unwrap();
        pair
    }

    pub(crate) fn of(config: Config, host: ClientConfig) -> Self {
        Self {
            now: Instant::from_millis(1_000),
            control: Control::new(config),
            link: Link::new(&config),
            client: Client::new(host),
            told: Vec::new(),
            longest: [0; 2],
        }
    }

    /// A tick, and all that is said in it.
    pub(crate) fn tick(&mut self) {
        self.now = self.now.plus(TICK);
        let commands = self.link.take_commands(self.now);
        let input = TickInput { commands, ..TickInput::new(self.now, coldcap::Inputs::default()) };
        let outputs = self.control.tick(&input);
        self.link.publish(&outputs);
        for _ in 0..4 {
            self.exchange();
        }
    }

    fn exchange(&mut self) {
        let mut bytes = Vec::new();
        self.client.transmit(self.now, &mut bytes);
        self.longest[0] = self.longest[0].max(longest(&bytes));
        self.link.receive(self.now, &bytes);
        let mut room = vec![0; 4_096];
        let length = self.link.transmit(self.now, &mut room);
        self.longest[1] = self.longest[1].max(longest(&room[..length]));
        self.client.receive(self.now, &room[..length]);
        self.told.extend(core::iter::from_fn(|| self.client.poll_message()));
    }

    pub(crate) fn run(&mut self, ticks: usize) {
        (0..ticks).for_each(|_| self.tick());
    }

    pub(crate) fn connected(mut self) -> Self {
        self.run(15);
        assert!(self.client.is_connected(), "{:?}", self.told);
        self.told.clear();
        self
    }
}

/// The length of the longest packet in these frames.
fn longest(mut bytes: &[u8]) -> usize {
    let (mut deframer, mut longest) = (Deframer::<FRAME_ROOM>::new(), 0);
    while !bytes.is_empty() {
        let (taken, packet) = deframer.feed(bytes);
        bytes = &bytes[taken..];
        longest = longest.max(packet.map_or(0, |packet| packet.unwrap().len()));
    }
    longest
}
