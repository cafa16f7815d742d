//! Who stands at the machine and does what the script says, over a line beside those of the hosts.

use super::script::{Asked, Script, later};
use crate::command::answer;
use crate::failure::Failure;
use crate::machine::settings::VirtualStation;
use coldcap::lane::LINK_IN_MAXIMUM;
use coldcap_host::client::{Client, ClientConfig, Message};
use coldcap_sim::Equipment;
use coldcap_units::{Duration, Instant};
use std::collections::VecDeque;

/// How the operator's program greets: no host outside says the same.
const BOOT: u32 = 0x6F70_6572;

/// The operator.
#[derive(Debug, Default)]
pub(super) struct Operator {
    start: Instant,
    deeds: VecDeque<Asked>,
    panels: Vec<Panel>,
}

/// What the operator presses at one channel.
#[derive(Debug)]
struct Panel {
    channel: usize,
    client: Client,
    line: usize,
    out: VecDeque<u8>,
    said: Vec<u8>,
    asked: Vec<(u16, Duration, String)>,
}

impl Operator {
    /// From `start` on the script runs; its faults are the machine's from now on.
    pub(super) fn new<const CHANNELS: usize>(
        script: Script,
        station: &mut VirtualStation<CHANNELS>,
        start: Instant,
    ) -> Result<Self, Failure> {
        for window in script.faults {
            station.plant_fault(later(window, start));
        }
        let mut operator = Self { start, deeds: script.deeds.into(), panels: Vec::new() };
        for channel in 0..CHANNELS {
            if operator.deeds.iter().any(|asked| asked.channel == channel) {
                let line = station.open_side_line(&Equipment::unsecured(0))?;
                operator.panels.push(Panel::new(channel, line));
            }
        }
        Ok(operator)
    }

    /// What is said on each of the lines behind those of the hosts, in their order.
    pub(super) fn speak(&mut self, now: Instant) -> impl Iterator<Item = &[u8]> {
        let at = now.since(self.start);
        while let Some(asked) = self.deeds.pop_front_if(|asked| asked.at <= at) {
            let panel = self.panels.iter_mut().find(|panel| panel.channel == asked.channel);
            if let Some(panel) = panel {
                let rid = panel.client.command(now, asked.body);
                panel.asked.push((rid, asked.at, asked.word));
            }
        }
        self.panels.iter_mut().map(move |panel| panel.speak(now))
    }

    /// Hears what the machine has said, and tells on standard error what came of what was asked.
    pub(super) fn listen<const CHANNELS: usize>(
        &mut self,
        now: Instant,
        station: &VirtualStation<CHANNELS>,
    ) {
        for panel in &mut self.panels {
            panel.client.receive(now, station.sent(panel.line));
            while let Some(message) = panel.client.poll_message() {
                panel.hear(&message);
            }
        }
    }
}

impl Panel {
    fn new(channel: usize, line: usize) -> Self {
        let config = ClientConfig::new(BOOT.wrapping_add(line as u32));
        let number = u8::try_from(channel).unwrap_or(u8::MAX);
        let client = Client::new(ClientConfig { channel: number, ..config });
        let (out, said, asked) = (VecDeque::new(), Vec::new(), Vec::new());
        Self { channel, client, line, out, said, asked }
    }

    fn speak(&mut self, now: Instant) -> &[u8] {
        let mut bytes = Vec::new();
        self.client.transmit(now, &mut bytes);
        self.out.extend(bytes);
        let length = self.out.len().min(LINK_IN_MAXIMUM);
        self.said = self.out.drain(..length).collect();
        &self.said
    }

    fn hear(&mut self, message: &Message) {
        let (rid, outcome) = match message {
            Message::Response { rid, response, .. } => {
                (*rid, answer::why(response).unwrap_or("ok"))
            }
            Message::TooLate { rid, .. } => (*rid, "expired"),
            Message::Stale { rid, .. } => (*rid, "stale"),
            Message::TimedOut { rid, .. } => (*rid, "no answer"),
            _ => return,
        };
        let Some(place) = self.asked.iter().position(|(known, ..)| *known == rid) else { return };
        let (_, at, word) = self.asked.swap_remove(place);
        let (channel, s) = (self.channel, at.as_secs());
        let clock = format!("{:02}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60);
        eprintln!("script: {clock} channel {channel} {word}: {outcome}");
    }
}
