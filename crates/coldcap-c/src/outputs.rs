//! What a tick gave back, as C sees it.

use crate::codes::{COLDCAP_CHANNELS_MAX, COLDCAP_NOTHING, COLDCAP_NOTHING_MS};
use crate::types::{
    coldcap_answer_t, coldcap_calibration_t, coldcap_channel_drives_t, coldcap_channel_t,
    coldcap_drives_t, coldcap_entry_t, coldcap_event_t, coldcap_machine_t, coldcap_maybe_ms_t,
    coldcap_maybe_t, coldcap_outputs_t, coldcap_value_t,
};
use coldcap::{
    Answer, Bounded, CalibrationBytes, ChannelStatus, Drives, EntryBytes, Event, MachineStatus,
    Outputs,
};
use coldcap_units::{
    Celsius, Coolant, Duration, Interface, Kelvin, MillilitersPerMinute, Permille, Reading, Skin,
};

impl coldcap_outputs_t {
    /// Fills in what a tick gave back; what it did not say stays as it is, which is all zeros.
    pub(crate) fn fill<const CHANNELS: usize>(&mut self, outputs: &Outputs<CHANNELS>) {
        self.now_ms = outputs.now.as_millis();
        self.machine = machine(&outputs.machine);
        fill(&mut self.channels, &outputs.channels, channel);
        self.drives = drives(&outputs.drives);
        fill(&mut self.answers, outputs.answers.as_slice(), answer);
        fill(&mut self.events, outputs.events.as_slice(), event);
        fill(&mut self.entries, outputs.entries.as_slice(), entry);
        outputs.calibration.iter().for_each(|made| self.calibration = calibration(made));
        self.channel_count = CHANNELS as u8;
        self.answer_count = taken(&outputs.answers);
        self.event_count = taken(&outputs.events);
        self.entry_count = taken(&outputs.entries);
        self.answers_dropped = outputs.answers.dropped();
        self.events_dropped = outputs.events.dropped();
        self.entries_dropped = outputs.entries.dropped();
    }
}

fn fill<T, U>(to: &mut [U], from: &[T], turn: impl Fn(&T) -> U) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = turn(from);
    }
}

/// How many elements a list has; none has more places than a byte counts.
fn taken<T, const N: usize>(list: &Bounded<T, N>) -> u8 {
    u8::try_from(list.as_slice().len()).unwrap_or(u8::MAX)
}

/// What is shown as a number: temperatures in 1/65536 °C.
trait Figure {
    fn figure(self) -> i32;
}

impl Figure for Celsius {
    fn figure(self) -> i32 {
        self.to_fixed().to_bits()
    }
}

impl Figure for Coolant {
    fn figure(self) -> i32 {
        self.0.figure()
    }
}

impl Figure for Interface {
    fn figure(self) -> i32 {
        self.0.figure()
    }
}

impl Figure for Skin {
    fn figure(self) -> i32 {
        self.0.figure()
    }
}

impl Figure for Kelvin {
    fn figure(self) -> i32 {
        self.to_fixed().to_bits()
    }
}

impl Figure for MillilitersPerMinute {
    fn figure(self) -> i32 {
        i32::from(self.0)
    }
}

impl Figure for Permille {
    fn figure(self) -> i32 {
        i32::from(self.0)
    }
}

fn value<T: Figure + Copy>(reading: &Reading<T>) -> coldcap_value_t {
    let taken_ms = reading.taken.as_millis();
    let (value, valid, fault) = match reading.value {
        Ok(value) => (value.figure(), 1, 0),
        Err(fault) => (COLDCAP_NOTHING, 0, fault.code()),
    };
    coldcap_value_t { taken_ms, value, valid, fault, reserved: 0 }
}

fn maybe<T: Figure>(value: Option<T>) -> coldcap_maybe_t {
    let present = u8::from(value.is_some());
    let value = value.map_or(COLDCAP_NOTHING, Figure::figure);
    coldcap_maybe_t { value, present, reserved: [0; 3] }
}

fn maybe_ms(duration: Option<Duration>) -> coldcap_maybe_ms_t {
    let ms = duration.map_or(COLDCAP_NOTHING_MS, Duration::as_millis);
    coldcap_maybe_ms_t { ms, present: u8::from(duration.is_some()), reserved: [0; 3] }
}

fn drives<const CHANNELS: usize>(drives: &Drives<CHANNELS>) -> coldcap_drives_t {
    let mut channels = [coldcap_channel_drives_t::default(); COLDCAP_CHANNELS_MAX];
    fill(&mut channels, &drives.channels, |channel| coldcap_channel_drives_t {
        pump: channel.pump.0,
        valve: channel.valve.0,
    });
    let (permit, chiller) = (u8::from(drives.permit), drives.chiller.0);
    coldcap_drives_t { permit, reserved: 0, chiller, channels }
}

fn machine(machine: &MachineStatus) -> coldcap_machine_t {
    coldcap_machine_t {
        tank: value(&machine.tank),
        evaporator: value(&machine.evaporator),
        battery: value(&machine.battery),
        alarms: machine.alarms.bits(),
        progress: machine.progress,
        mains: u8::from(machine.mains),
        level: u8::from(machine.level),
        leak: u8::from(machine.leak),
        highest: machine.highest.code(),
        sounding: machine.sounding.code(),
        reserved: 0,
    }
}

fn channel(channel: &ChannelStatus) -> coldcap_channel_t {
    coldcap_channel_t {
        supply: value(&channel.supply),
        returned: value(&channel.returned),
        front: value(&channel.front),
        rear: value(&channel.rear),
        safety: value(&channel.safety),
        skin: value(&channel.skin),
        flow: value(&channel.flow),
        target: maybe(channel.target),
        effective: maybe(channel.effective),
        interface_target: maybe(channel.interface_target),
        interface_effective: maybe(channel.interface_effective),
        skin_uncertainty: maybe(channel.skin_uncertainty),
        warm_earliest: maybe_ms(channel.warm_earliest),
        warm_latest: maybe_ms(channel.warm_latest),
        elapsed_ms: channel.elapsed.as_millis(),
        remaining_ms: channel.remaining.as_millis(),
        cooled_ms: channel.cooled.as_millis(),
        at_target_ms: channel.at_target.as_millis(),
        flags: channel.flags.0,
        phase: channel.phase.code(),
        control: channel.control.code(),
        reserved: [0; 4],
    }
}

fn answer(answer: &Answer) -> coldcap_answer_t {
    let (minimum, maximum) = answer.bounds();
    let (code, field) = (answer.code(), answer.field());
    coldcap_answer_t { minimum, maximum, id: answer.id.0, code, field }
}

const fn event(event: &Event) -> coldcap_event_t {
    let (channel, kind) = (event.channel, event.kind as u8);
    coldcap_event_t { value: event.value, code: event.code, channel, kind }
}

const fn entry(entry: &EntryBytes) -> coldcap_entry_t {
    coldcap_entry_t { bytes: entry.0 }
}

const fn calibration(made: &CalibrationBytes) -> coldcap_calibration_t {
    coldcap_calibration_t { present: 1, channel: made.channel, bytes: made.bytes }
}

#[cfg(test)]
mod tests {
    use super::{answer, calibration};
    use crate::codes::COLDCAP_ANSWER_REFUSED;
    use coldcap::{Answer, CalibrationBytes, CommandId};
    use coldcap_session::{Accepted, Field, Refusal};

    #[test]
    fn a_refusal_says_what_is_allowed() {
        let field = Field::Pre;
        let refusal = Refusal::OutOfRange { field, minimum: -4, maximum: 30 };
        let c = answer(&Answer { id: CommandId(7), result: Err(refusal) });
        assert_eq!((c.id, c.code), (7, COLDCAP_ANSWER_REFUSED + refusal.code()));
        assert_eq!((c.field, c.minimum, c.maximum), (field.code(), -4, 30));
        let c = answer(&Answer { id: CommandId(8), result: Ok(Accepted::NoChange) });
        assert_eq!((c.id, c.code, c.field, c.minimum, c.maximum), (8, 2, 0, 0, 0));
    }

    #[test]
    fn a_calibration_is_there() {
        let c = calibration(&CalibrationBytes { channel: 1, bytes: [9; 64] });
        assert_eq!((c.present, c.channel, c.bytes), (1, 1, [9; 64]));
    }
}
