//! A host on a bench: it speaks as it likes, and nothing is sealed.

use super::{Bench, PATIENT};
use coldcap::Phase;
use coldcap_wire::message::{
    Action, AnyMessage, CommandHead, Heartbeat, Hello, Message, Operate, Origin, Response,
    SelectPatient, Status, Subscribe,
};
use coldcap_wire::{Receiver, Sender};

/// The other end of the link.
#[derive(Default)]
pub(crate) struct Host {
    pub(crate) sender: Sender,
    pub(crate) receiver: Receiver,
}

impl Host {
    pub(crate) fn frame<M: Message>(&mut self, message: &M) -> Vec<u8> {
        let mut out = vec![0; 300];
        let length = self.sender.send_message(message, &mut out).unwrap();
        out.truncate(length);
        out
    }

    pub(crate) fn say<M: Message, const N: usize>(&mut self, bench: &mut Bench<N>, message: &M) {
        let frame = self.frame(message);
        bench.device.link.receive(bench.now, &frame);
    }

    pub(crate) fn read(&mut self, mut bytes: &[u8]) -> Vec<AnyMessage> {
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let (consumed, packet) = self.receiver.feed(bytes);
            all.extend(packet.map(|packet| packet.unwrap().message().unwrap()));
            bytes = &bytes[consumed..];
        }
        all
    }

    /// All that the device has to say now.
    pub(crate) fn hear<const N: usize>(&mut self, bench: &mut Bench<N>) -> Vec<AnyMessage> {
        let mut all = Vec::new();
        for _ in 0..200 {
            let mut out = [0; 600];
            let length = bench.device.link.transmit(bench.now, &mut out);
            if length == 0 {
                return all;
            }
            all.extend(self.read(&out[..length]));
        }
        panic!("the device never falls silent");
    }

    pub(crate) fn answers<const N: usize>(&mut self, bench: &mut Bench<N>) -> Vec<Response> {
        responses(&self.hear(bench))
    }
}

pub(crate) fn responses(messages: &[AnyMessage]) -> Vec<Response> {
    let response = |message: &AnyMessage| match message {
        AnyMessage::Response(response) => Some(*response),
        _ => None,
    };
    messages.iter().filter_map(response).collect()
}

pub(crate) fn operate(rid: u16, action: Action) -> Operate {
    Operate { head: CommandHead::new(rid, 0), action, confirm: 0, argument: 0 }
}

pub(crate) fn select(rid: u16) -> SelectPatient {
    SelectPatient {
        head: CommandHead::new(rid, 0),
        patient: PATIENT.id,
        calibration: PATIENT.calibration,
        session_index: 1,
        session_count: 6,
        density: 1,
        hair: 1,
        contraindications: 0,
        override_reason: 0,
    }
}

/// The answer where that was done.
pub(crate) fn selected(rid: u16) -> Response {
    Response { value: select(rid).digest(), ..Response::new(rid, Status::OK) }
}

pub(crate) fn subscribe(rid: u16, period_ms: u16) -> Subscribe {
    Subscribe { head: CommandHead::new(rid, 0), period_ms }
}

pub(crate) fn beat() -> Heartbeat {
    Heartbeat { at_ms: 1, nonce: 1 }
}

pub(crate) fn hello() -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max: 0,
        origin: Origin::DEVICE,
        model: 0,
        serial: 0,
        firmware: 0,
        schema: coldcap_wire::message::SCHEMA,
        mtu: 240,
        channels: 0,
        features: 0,
        boot: 77,
    }
}

pub(crate) fn standby<const N: usize>() -> (Bench<N>, Host) {
    let mut bench = Bench::new();
    bench.until(Phase::Standby);
    let mut host = Host::default();
    host.say(&mut bench, &beat());
    host.hear(&mut bench);
    (bench, host)
}

/// In pre-cooling, with nothing waiting to be sent.
pub(crate) fn cooling() -> (Bench<1>, Host) {
    let mut bench = Bench::new();
    bench.bring_to(Phase::PreCool);
    let mut host = Host::default();
    host.say(&mut bench, &beat());
    host.hear(&mut bench);
    (bench, host)
}

pub(crate) fn eased(bench: &Bench<1>) -> i32 {
    let session = bench.device.control.checkpoint().channels[0].state.session;
    session.target(&bench.device.control.config().session).unwrap().to_milli()
}
