//! A device with keys, and a host that has one of them.

use super::Bench;
use super::host::responses;
use coldcap::{Config, LinkAccess, Phase};
use coldcap_units::Instant;
use coldcap_wire::frame::Deframer;
use coldcap_wire::message::{
    AnyMessage, Heartbeat, Hello, MINOR, Message, Origin, Response, SCHEMA, decode_at_host,
};
use coldcap_wire::packet::{BODY_LEN, Header, PACKET_LEN};
use coldcap_wire::security::{
    HostLink, Input, KeySlot, Label, PairingCode, Policy, Role, Secret, SendError, Transport,
    framed,
};
use coldcap_wire::{FRAME_ROOM, Sender};

pub(crate) const HELLO: Hello = Hello {
    major: 1,
    minor_min: 0,
    minor_max: MINOR,
    origin: Origin::DEVICE,
    model: 0,
    serial: 0,
    firmware: 0,
    schema: SCHEMA,
    mtu: PACKET_LEN as u16,
    channels: 0,
    features: 0,
    boot: 77,
};

pub(crate) fn label() -> Label {
    Label::new("tablet").unwrap()
}

pub(crate) fn slot(id: u32, role: Role) -> KeySlot {
    KeySlot { id, role, label: label(), psk: Secret::new([id as u8; 32]) }
}

pub(crate) fn code(id: u32) -> PairingCode {
    let serial = Config::reference().identity.serial;
    PairingCode { serial, slot: id, psk: Secret::new([id as u8; 32]) }
}

/// The keys of the device: 1 an observer's, 2 a nurse's, 3 a clinician's, 4 a service's.
pub(crate) fn keyed(bench: &mut Bench<1>) {
    bench.device.link.add_entropy([0x5A; 32]);
    for (id, role) in (1..).zip(Role::ALL) {
        bench.device.link.keys_mut().add(slot(id, role)).unwrap();
    }
}

pub(crate) fn keyed_config() -> Config {
    Config { access: LinkAccess::STANDARD, ..Config::reference() }
}

pub(crate) fn secured(phase: Phase) -> Bench<1> {
    let mut bench = Bench::with(keyed_config());
    keyed(&mut bench);
    match phase {
        Phase::Standby => bench.until(phase),
        _ => bench.bring_to(phase),
    }
    bench
}

/// A host with a key.
pub(crate) struct Host {
    pub(crate) link: HostLink<'static>,
    pub(crate) deframer: Deframer<FRAME_ROOM>,
    pub(crate) heard: Vec<AnyMessage>,
    pub(crate) dice: u8,
}

impl Host {
    pub(crate) fn new(code: PairingCode) -> Self {
        Self {
            link: HostLink::new(&HELLO, Transport::Serial, Policy::STANDARD, code),
            deframer: Deframer::new(),
            heard: Vec::new(),
            dice: 0,
        }
    }

    pub(crate) fn connected(bench: &mut Bench<1>, id: u32) -> Self {
        let mut host = Self::new(code(id));
        host.connect(bench);
        assert!(host.link.is_secured());
        host.say(bench, &Heartbeat { at_ms: 0, nonce: 0 });
        host.hear(bench);
        assert_eq!(bench.device.link.peer().map(|grant| grant.slot), Some(id));
        host.heard.clear();
        host
    }

    pub(crate) fn connect(&mut self, bench: &mut Bench<1>) {
        self.connect_as(bench, &HELLO);
    }

    /// With the hello that the link was made with.
    pub(crate) fn connect_as(&mut self, bench: &mut Bench<1>, hello: &Hello) {
        self.say(bench, hello);
        self.hear(bench);
        self.shake_hands(bench);
    }

    /// With the hello of the device that was heard last.
    pub(crate) fn shake_hands(&mut self, bench: &mut Bench<1>) {
        self.dice += 1;
        self.link.connect(bench.now, [self.dice; 32]).unwrap();
        for _ in 0..4 {
            let mut out = [0; 300];
            let (link, now) = (&mut self.link, bench.now);
            let asked =
                framed(&mut out, |room| link.poll_output(now, room).ok_or(SendError::TooLong));
            if let Ok(length) = asked {
                bench.device.link.receive(bench.now, &out[..length]);
            }
            self.hear(bench);
        }
    }

    pub(crate) fn frame<M: Message>(&mut self, message: &M) -> Vec<u8> {
        let mut body = [0; BODY_LEN];
        let length = message.encode(&mut body).unwrap();
        let (body, mut out) = (&body[..length], [0; 300]);
        let send = |room: &mut [u8]| self.link.send(M::KIND, M::ENDPOINT, body, room);
        let length = framed(&mut out, send).unwrap();
        out[..length].to_vec()
    }

    pub(crate) fn say<M: Message>(&mut self, bench: &mut Bench<1>, message: &M) {
        let frame = self.frame(message);
        bench.device.link.receive(bench.now, &frame);
    }

    /// Takes all that the device has to say; what comes unsealed and may not is not heard.
    pub(crate) fn hear(&mut self, bench: &mut Bench<1>) {
        for _ in 0..200 {
            let mut out = [0; 600];
            let length = bench.device.link.transmit(bench.now, &mut out);
            if length == 0 {
                return;
            }
            self.read(bench.now, &out[..length]);
        }
        panic!("the device never falls silent");
    }

    pub(crate) fn read(&mut self, now: Instant, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (taken, packet) = self.deframer.feed(bytes);
            bytes = &bytes[taken..];
            let Some(Ok(packet)) = packet else { continue };
            let Ok(Input::Packet(opened)) = self.link.handle_input(now, packet) else { continue };
            let header = Header { secured: false, ..opened.header };
            let message = decode_at_host(&header, opened.body).unwrap();
            if let AnyMessage::Hello(hello) = message {
                self.link.heard(&hello).unwrap();
            }
            self.heard.push(message);
        }
    }

    pub(crate) fn answers(&mut self, bench: &mut Bench<1>) -> Vec<Response> {
        self.hear(bench);
        responses(&core::mem::take(&mut self.heard))
    }
}

/// The frame of a packet without a key.
pub(crate) fn plain<M: Message>(message: &M) -> Vec<u8> {
    let mut out = [0; 300];
    let length = Sender::new().send_message(message, &mut out).unwrap();
    out[..length].to_vec()
}
