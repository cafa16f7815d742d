//! Settings of a shell's own: what a display or a sounder does.

use super::Link;
use coldcap_wire::message::{AnyMessage, ReadSettings, Response, Setting, Status};
use coldcap_wire::service::Settings;

/// The settings, and what was asked of them and is still to be told. Without settings it takes no memory.
#[derive(Clone, Debug)]
pub(super) struct OwnSettings<const SETTINGS: usize> {
    pub(super) values: Settings<SETTINGS>,
    /// A host has one question under way at a time; of more than there is room for, it asks again.
    asked: [Option<ReadSettings>; SETTINGS],
}

impl<const SETTINGS: usize> OwnSettings<SETTINGS> {
    pub(super) const fn new(values: Settings<SETTINGS>) -> Self {
        Self { values, asked: [None; SETTINGS] }
    }

    /// What was asked was another host's question.
    pub(super) const fn begin_session(&mut self) {
        self.asked = [None; SETTINGS];
    }

    /// The answer to a command about settings; `None` where it is about something else, or there are none.
    pub(super) fn answer(&mut self, message: &AnyMessage) -> Option<Response> {
        match message {
            AnyMessage::ReadSettings(read) if SETTINGS > 0 => Some(self.read(read)),
            AnyMessage::PutSetting(put) if SETTINGS > 0 => Some(self.values.put(put)),
            _ => None,
        }
    }

    fn read(&mut self, read: &ReadSettings) -> Response {
        let answer = |status| Response::new(read.head.rid, status);
        if self.values.read(read).is_none() {
            return answer(Status::NO_CHANGE);
        }
        let free = self.asked.iter().position(Option::is_none).unwrap_or_default();
        if let Some(place) = self.asked.get_mut(free) {
            *place = Some(*read);
        }
        answer(Status::OK)
    }

    pub(super) fn is_owed(&self) -> bool {
        self.asked.iter().any(Option::is_some)
    }

    /// What is to be told next, as it is by now.
    fn next(&self) -> Option<Setting> {
        self.values.read(self.asked.iter().flatten().next()?)
    }

    fn told(&mut self) {
        if let Some(place) = self.asked.iter_mut().find(|place| place.is_some()) {
            *place = None;
        }
    }
}

impl<const CHANNELS: usize, const KEPT: usize, const SETTINGS: usize>
    Link<CHANNELS, KEPT, SETTINGS>
{
    /// The settings of the shell, for whoever draws or sounds by them; nothing that controls or guards may look here. A
    /// board that stores them does so when their [`revision`](Settings::revision) has changed.
    #[must_use]
    pub const fn settings(&self) -> &Settings<SETTINGS> {
        &self.settings.values
    }

    /// The settings of the shell, to put in what was stored.
    pub const fn settings_mut(&mut self) -> &mut Settings<SETTINGS> {
        &mut self.settings.values
    }

    /// Writes the settings that were asked for, whole frames, ahead of their answers; returns their length.
    pub(super) fn tell_settings(&mut self, out: &mut [u8]) -> usize {
        let mut used = 0usize;
        if !self.port.is_open() || self.port.is_answering() {
            return used;
        }
        for _ in 0..SETTINGS {
            let room = out.get_mut(used..).unwrap_or_default();
            let Some(setting) = self.settings.next() else { break };
            let Ok(sent) = self.port.send(&setting, room) else { break };
            self.settings.told();
            used = used.saturating_add(sent);
        }
        used
    }
}
