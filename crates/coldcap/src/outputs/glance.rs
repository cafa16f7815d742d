//! Reading from the canonical bytes of outputs what a driver of a lane needs.

use crate::canonical::{Canonical, Malformed, Source};
use crate::drives::Drives;
use coldcap_guard::Conditions;
use coldcap_session::Phase;
use coldcap_units::Instant;

/// Bytes of the machine's status in the canonical form.
const MACHINE_LENGTH: usize = 40;
/// Bytes of a channel's status in the canonical form.
const CHANNEL_LENGTH: usize = 116;
/// Where the alarms, the highest of their priorities and what sounds stand in the machine's status.
const ALARMS_AT: usize = 28;
const HIGHEST_AT: usize = 36;
const SOUNDING_AT: usize = 37;

/// What a driver of the [step lane](crate::lane) wants to know of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance<const CHANNELS: usize> {
    /// The instant of the tick.
    pub now: Instant,
    /// What is driven.
    pub drives: Drives<CHANNELS>,
    /// The phase of each channel.
    pub phases: [Phase; CHANNELS],
    /// The alarms that are active.
    pub alarms: Conditions,
    /// The highest priority among the alarms that signal: 0 none, 1 low, 2 medium, 3 high.
    pub highest: u8,
    /// The priority of what sounds, in the same way.
    pub sounding: u8,
}

impl<const CHANNELS: usize> Glance<CHANNELS> {
    /// Reads the beginning of the canonical outputs.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not the outputs of this many channels.
    pub fn read(outputs: &[u8]) -> Result<Self, Malformed> {
        let mut source = Source::new(outputs);
        let now = Instant::read(Instant::ZERO, &mut source)?;
        let drives = Drives::read(now, &mut source)?;
        let machine = source.take(MACHINE_LENGTH)?;
        let byte = |at: usize| machine.get(at).copied().ok_or(Malformed::Short);
        let (highest, sounding) = (byte(HIGHEST_AT)?, byte(SOUNDING_AT)?);
        let bits = machine.get(ALARMS_AT..).and_then(<[u8]>::first_chunk::<8>);
        let alarms = Conditions::from_bits(u64::from_le_bytes(*bits.ok_or(Malformed::Short)?));
        let mut phases = [Phase::Boot; CHANNELS];
        for phase in &mut phases {
            let channel = source.take(CHANNEL_LENGTH)?;
            let code = channel.first().copied().ok_or(Malformed::Short)?;
            *phase = Phase::from_code(code).ok_or(Malformed::Choice)?;
        }
        Ok(Self { now, drives, phases, alarms, highest, sounding })
    }
}

/// What stands at a byte of the canonical outputs of one channel: for whoever compares two runs.
#[must_use]
pub fn field_at(offset: usize) -> &'static str {
    const FIELDS: &[(usize, &str)] = &[
        (0, "now"),
        (8, "drives.permit"),
        (9, "drives.chiller"),
        (11, "drives.pump"),
        (13, "drives.valve"),
        (15, "machine.tank"),
        (24, "machine.evaporator"),
        (33, "machine.battery"),
        (40, "machine.mains"),
        (41, "machine.level"),
        (42, "machine.leak"),
        (43, "machine.alarms"),
        (51, "machine.highest"),
        (52, "machine.sounding"),
        (53, "machine.progress"),
        (55, "channel.phase"),
        (56, "channel.elapsed"),
        (60, "channel.remaining"),
        (64, "channel.cooled"),
        (68, "channel.at_target"),
        (72, "channel.target"),
        (77, "channel.effective"),
        (82, "channel.supply"),
        (91, "channel.returned"),
        (100, "channel.front"),
        (109, "channel.rear"),
        (118, "channel.safety"),
        (127, "channel.skin"),
        (136, "channel.flow"),
        (143, "channel.flags"),
        (145, "channel.control"),
        (146, "channel.interface_target"),
        (151, "channel.interface_effective"),
        (156, "channel.skin_uncertainty"),
        (161, "channel.warm_earliest"),
        (166, "channel.warm_latest"),
        (171, "answers, events and record entries"),
    ];
    let found = FIELDS.iter().rev().find(|(start, _)| *start <= offset);
    found.map_or("now", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::SliceSink;
    use crate::outputs::{ChannelStatus, Outputs};
    use coldcap_guard::Condition;
    use coldcap_guard::alarm::Priority;
    use coldcap_session::ControlMode;
    use coldcap_units::{Duration, Fault, Interface, Kelvin, Reading};

    #[test]
    fn the_lengths_are_those_of_the_canonical_form() {
        let mut outputs: Outputs<1> = Outputs::at(Instant::from_millis(7));
        let alarms = Conditions::default().with(Condition::Freeze).with(Condition::PumpRunsOn);
        outputs.machine.alarms = alarms;
        outputs.machine.highest = Priority::High;
        outputs.machine.sounding = Priority::Medium;
        let mut bytes = [0; 512];
        let mut sink = SliceSink::new(&mut bytes);
        outputs.write(&mut sink);
        let length = sink.finish().unwrap();
        // now, drives of one channel, machine, channel, three counts, no calibration
        assert_eq!(length, 8 + 7 + MACHINE_LENGTH + CHANNEL_LENGTH + 9 + 1);
        let glance: Glance<1> = Glance::read(&bytes[..length]).unwrap();
        assert_eq!((glance.now, glance.phases), (outputs.now, [Phase::Boot]));
        assert_eq!((glance.alarms, glance.highest, glance.sounding), (alarms, 3, 2));
        assert_eq!(field_at(length - 1), "answers, events and record entries");
        assert_eq!((field_at(0), field_at(52)), ("now", "machine.sounding"));
        assert_eq!((field_at(54), field_at(55)), ("machine.progress", "channel.phase"));
    }

    /// Each field is set in turn; the first byte that changes stands where the table says.
    #[test]
    fn the_offsets_are_those_of_the_canonical_form() {
        type Set = fn(&mut ChannelStatus);
        let fields: [(&str, Set); 8] = [
            ("channel.skin", |status| status.skin.taken = Instant::ZERO),
            ("channel.flags", |status| status.flags.0 = 1),
            ("channel.control", |status| status.control = ControlMode::Cap),
            ("channel.interface_target", |status| status.interface_target = Some(FACE)),
            ("channel.interface_effective", |status| status.interface_effective = Some(FACE)),
            ("channel.skin_uncertainty", |status| status.skin_uncertainty = Some(Kelvin::ZERO)),
            ("channel.warm_earliest", |status| status.warm_earliest = Some(Duration::ZERO)),
            ("channel.warm_latest", |status| status.warm_latest = Some(Duration::ZERO)),
        ];
        let plain = written(|_| {});
        for (name, set) in fields {
            let changed = written(set);
            let at = plain.iter().zip(&changed).position(|(one, other)| one != other);
            assert_eq!(at.map(field_at), Some(name));
        }
    }

    const FACE: Interface = Interface::from_milli(0);

    fn written(set: impl FnOnce(&mut ChannelStatus)) -> [u8; 256] {
        let mut outputs: Outputs<1> = Outputs::at(Instant::from_millis(7));
        outputs.channels[0].skin = Reading::faulty(Fault::Unavailable, outputs.now);
        set(&mut outputs.channels[0]);
        let mut bytes = [0; 256];
        outputs.write(&mut SliceSink::new(&mut bytes));
        bytes
    }
}
