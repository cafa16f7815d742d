//! A device and a host with a key between them, and the packets that travel.
#![allow(dead_code)]

use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{Hello, Origin};
use coldcap_wire::packet::Kind;
use coldcap_wire::security::{
    DeviceLink, HostLink, Input, KeyRing, KeySlot, Label, PairingCode, Policy, Refusal, Role,
    Secret, Transport,
};

pub(crate) const SERIAL: u64 = 4_711;
pub(crate) const PSK: [u8; 32] = [0x5A; 32];

pub(crate) fn hello(serial: u64) -> Hello {
    hello_of(2, serial)
}

pub(crate) fn hello_of(minor_max: u8, serial: u64) -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max,
        origin: Origin::DEVICE,
        model: 1,
        serial,
        firmware: 1,
        schema: 0x1234_5678,
        mtu: 240,
        channels: 1,
        features: 0,
        boot: 77,
    }
}

pub(crate) fn key(id: u32, role: Role) -> KeySlot {
    KeySlot { id, role, label: Label::new("tablet").unwrap(), psk: Secret::new(PSK) }
}

pub(crate) fn code(slot: u32) -> PairingCode {
    PairingCode { serial: SERIAL, slot, psk: Secret::new(PSK) }
}

/// What an end made of a packet, with nothing borrowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Got {
    Body(Vec<u8>),
    Denied,
    Handled,
}

impl From<Input<'_>> for Got {
    fn from(input: Input<'_>) -> Self {
        match input {
            Input::Packet(opened) => Self::Body(opened.body.to_vec()),
            Input::Denied(_) => Self::Denied,
            Input::Handled => Self::Handled,
        }
    }
}

pub(crate) struct Pair {
    pub(crate) now: Instant,
    pub(crate) keys: KeyRing,
    pub(crate) device: DeviceLink<'static>,
    pub(crate) host: HostLink<'static>,
    random: u8,
}

impl Pair {
    /// Both have heard each other's hello; nobody has a session. Slot 1 holds a key of this role.
    pub(crate) fn new(role: Role) -> Self {
        Self::with(role, Policy::STANDARD)
    }

    pub(crate) fn with(role: Role, policy: Policy<'static>) -> Self {
        Self::between(role, policy, &hello(SERIAL), &hello(0))
    }

    /// The same of a device and a host that speak these minor versions at most.
    pub(crate) fn of_minors(device: u8, host: u8) -> Self {
        let (device, host) = (hello_of(device, SERIAL), hello_of(host, 0));
        Self::between(Role::Nurse, Policy::STANDARD, &device, &host)
    }

    /// The same of two that say this of themselves.
    pub(crate) fn heard(of_device: &Hello, of_host: &Hello) -> Self {
        Self::between(Role::Nurse, Policy::STANDARD, of_device, of_host)
    }

    fn between(role: Role, policy: Policy<'static>, of_device: &Hello, of_host: &Hello) -> Self {
        let mut keys = KeyRing::new();
        keys.add(key(1, role)).unwrap();
        let mut pair = Self {
            now: Instant::from_millis(1_000),
            keys,
            device: DeviceLink::new(of_device, Transport::Serial, policy),
            host: HostLink::new(of_host, Transport::Serial, policy, code(1)),
            random: 0,
        };
        pair.device.heard(of_host);
        pair.host.heard(of_device).unwrap();
        pair
    }

    pub(crate) fn secured(role: Role) -> Self {
        let mut pair = Self::new(role);
        pair.connect();
        pair
    }

    pub(crate) fn wait(&mut self, millis: u32) {
        self.now = self.now.plus(Duration::from_millis(millis));
    }

    /// 32 bytes that were not there before.
    pub(crate) fn random(&mut self) -> [u8; 32] {
        self.random += 1;
        [self.random; 32]
    }

    pub(crate) fn at_device(&mut self, packet: &[u8]) -> Result<Got, Refusal> {
        let mut packet = packet.to_vec();
        self.device.handle_input(self.now, &mut self.keys, &mut packet).map(Got::from)
    }

    pub(crate) fn at_host(&mut self, packet: &[u8]) -> Result<Got, Refusal> {
        let mut packet = packet.to_vec();
        self.host.handle_input(self.now, &mut packet).map(Got::from)
    }

    pub(crate) fn device_says(&mut self) -> Option<Vec<u8>> {
        let mut packet = vec![0; 240];
        let len = self.device.poll_output(&mut packet)?;
        packet.truncate(len);
        Some(packet)
    }

    pub(crate) fn host_says(&mut self) -> Option<Vec<u8>> {
        let mut packet = vec![0; 240];
        let len = self.host.poll_output(self.now, &mut packet)?;
        packet.truncate(len);
        Some(packet)
    }

    /// The first message of a new handshake, as the host sends it.
    pub(crate) fn first(&mut self) -> Vec<u8> {
        let (of_device, of_host) = (self.random(), self.random());
        self.device.add_entropy(of_device);
        self.host.connect(self.now, of_host).unwrap();
        let request = self.host_says().unwrap();
        assert_eq!(self.at_device(&request), Ok(Got::Handled));
        let invitation = self.device_says().unwrap();
        assert_eq!(self.at_host(&invitation), Ok(Got::Handled));
        self.host_says().unwrap()
    }

    /// A handshake up to the second message, which the host has not got yet.
    pub(crate) fn second(&mut self) -> Vec<u8> {
        let first = self.first();
        assert_eq!(self.at_device(&first), Ok(Got::Handled));
        self.device_says().unwrap()
    }

    /// A whole handshake and the packet with which the session begins.
    pub(crate) fn connect(&mut self) {
        let second = self.second();
        assert_eq!(self.at_host(&second), Ok(Got::Handled));
        let packet = self.command(0x15, b"first");
        assert_eq!(self.at_device(&packet), Ok(Got::Body(b"first".to_vec())));
    }

    pub(crate) fn command(&mut self, endpoint: u8, body: &[u8]) -> Vec<u8> {
        let mut packet = vec![0; 240];
        let len = self.host.send(Kind::Command, endpoint, body, &mut packet).unwrap();
        packet.truncate(len);
        packet
    }

    pub(crate) fn report(&mut self, body: &[u8]) -> Vec<u8> {
        let mut packet = vec![0; 240];
        let len = self.device.send(&self.keys, Kind::Report, 0x40, body, &mut packet).unwrap();
        packet.truncate(len);
        packet
    }

    /// That packets pass both ways.
    pub(crate) fn assert_alive(&mut self) {
        let packet = self.command(0x15, b"down");
        assert_eq!(self.at_device(&packet), Ok(Got::Body(b"down".to_vec())));
        let packet = self.report(b"up");
        assert_eq!(self.at_host(&packet), Ok(Got::Body(b"up".to_vec())));
    }
}
