//! The canonical bytes of C's outputs, and their hash: by them two runs are compared, on whatever machines.

use crate::codes::COLDCAP_ANSWER_REFUSED;
use crate::error::{Error, count, told};
use crate::memory::Extent;
use crate::pointers::{bytes, read, room};
use crate::types::{
    coldcap_answer_t, coldcap_calibration_t, coldcap_channel_t, coldcap_drives_t, coldcap_event_t,
    coldcap_machine_t, coldcap_maybe_ms_t, coldcap_maybe_t, coldcap_outputs_t, coldcap_value_t,
};
use coldcap::canonical::{Canonical, Sink, SliceSink};
use coldcap::hash::Fnv1a64;
use coldcap_units::{Celsius, Duration, Fault, Instant, Reading};

/// Writes the canonical bytes of what a tick gave back: those of which the output hash is made, and that a recording
/// holds. They say all that the outputs say but what belongs to this interface alone.
///
/// @param outputs what `coldcap_tick` has filled in.
/// @return how many bytes were written, `COLDCAP_OUTPUT_BYTES_MAX` at most, or an error.
///
/// # Safety
/// What is not null points to what it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_outputs_to_bytes(
    outputs: *const coldcap_outputs_t,
    buffer: *mut u8,
    length: usize,
) -> i32 {
    // SAFETY: the caller's promise.
    let (outputs, buffer) =
        unsafe { (read(outputs, Extent::NOWHERE), room(buffer, length, Extent::NOWHERE)) };
    told(outputs.and_then(|outputs| {
        let mut sink = SliceSink::new(buffer?);
        outputs.write(&mut sink)?;
        count(sink.finish().ok_or(Error::Room)?)
    }))
}

/// The hash of what was hashed before and of these bytes: FNV-1a, 64 bits. Begin with `COLDCAP_HASH_START`.
///
/// # Safety
/// At `data` there are `length` bytes; where it is null they are left out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_hash(before: u64, data: *const u8, length: usize) -> u64 {
    // SAFETY: the caller's promise.
    let data = unsafe { bytes(data, length, Extent::NOWHERE) };
    Fnv1a64::resume(before).with(data.unwrap_or_default()).value()
}

impl coldcap_outputs_t {
    /// In the order of `coldcap::Outputs::write`.
    fn write(&self, sink: &mut impl Sink) -> Result<(), Error> {
        let now = Instant::from_millis(self.now_ms);
        now.write(now, sink);
        let channels = some(&self.channels, self.channel_count)?;
        self.drives.write(self.channel_count, now, sink)?;
        self.machine.write(now, sink)?;
        channels.iter().try_for_each(|channel| channel.write(now, sink))?;
        let answers = some(&self.answers, self.answer_count)?;
        counts(self.answer_count, self.answers_dropped, sink);
        answers.iter().for_each(|answer| answer.write(sink));
        let events = some(&self.events, self.event_count)?;
        counts(self.event_count, self.events_dropped, sink);
        events.iter().for_each(|event| event.write(sink));
        let entries = some(&self.entries, self.entry_count)?;
        counts(self.entry_count, self.entries_dropped, sink);
        entries.iter().for_each(|entry| sink.put(&entry.bytes));
        self.calibration.write(sink);
        Ok(())
    }
}

/// So many of the elements as C says that there are.
fn some<T>(all: &[T], count: u8) -> Result<&[T], Error> {
    all.get(..usize::from(count)).ok_or(Error::Value)
}

fn counts(count: u8, dropped: u16, sink: &mut impl Sink) {
    sink.put(&[count]);
    sink.put(&dropped.to_le_bytes());
}

impl coldcap_drives_t {
    fn write(&self, channels: u8, now: Instant, sink: &mut impl Sink) -> Result<(), Error> {
        self.permit.write(now, sink);
        self.chiller.write(now, sink);
        for channel in some(&self.channels, channels)? {
            channel.pump.write(now, sink);
            channel.valve.write(now, sink);
        }
        Ok(())
    }
}

impl coldcap_value_t {
    fn reading<T>(self, turn: impl FnOnce(i32) -> Option<T>) -> Result<Reading<T>, Error> {
        let taken = Instant::from_millis(self.taken_ms);
        if self.valid == 1 {
            return Ok(Reading::new(turn(self.value).ok_or(Error::Value)?, taken));
        }
        let fault = Fault::from_code(self.fault).ok_or(Error::Value)?;
        Ok(Reading::faulty(fault, taken))
    }

    fn temperature(self, now: Instant, sink: &mut impl Sink) -> Result<(), Error> {
        self.reading(|bits| Some(Celsius::from_bits(bits)))?.write(now, sink);
        Ok(())
    }

    fn number(self, now: Instant, sink: &mut impl Sink) -> Result<(), Error> {
        self.reading(|value| u16::try_from(value).ok())?.write(now, sink);
        Ok(())
    }
}

impl coldcap_maybe_t {
    fn write(self, now: Instant, sink: &mut impl Sink) {
        (self.present == 1).then_some(self.value).write(now, sink);
    }
}

impl coldcap_maybe_ms_t {
    fn write(self, now: Instant, sink: &mut impl Sink) {
        (self.present == 1).then_some(Duration::from_millis(self.ms)).write(now, sink);
    }
}

impl coldcap_machine_t {
    fn write(&self, now: Instant, sink: &mut impl Sink) -> Result<(), Error> {
        self.tank.temperature(now, sink)?;
        self.evaporator.temperature(now, sink)?;
        self.battery.number(now, sink)?;
        sink.put(&[self.mains, self.level, self.leak]);
        self.alarms.write(now, sink);
        sink.put(&[self.highest, self.sounding]);
        self.progress.write(now, sink);
        Ok(())
    }
}

impl coldcap_channel_t {
    fn write(&self, now: Instant, sink: &mut impl Sink) -> Result<(), Error> {
        self.phase.write(now, sink);
        for ms in [self.elapsed_ms, self.remaining_ms, self.cooled_ms, self.at_target_ms] {
            ms.write(now, sink);
        }
        self.target.write(now, sink);
        self.effective.write(now, sink);
        for value in [self.supply, self.returned, self.front, self.rear, self.safety, self.skin] {
            value.temperature(now, sink)?;
        }
        self.flow.number(now, sink)?;
        self.flags.write(now, sink);
        self.control.write(now, sink);
        self.interface_target.write(now, sink);
        self.interface_effective.write(now, sink);
        self.skin_uncertainty.write(now, sink);
        self.warm_earliest.write(now, sink);
        self.warm_latest.write(now, sink);
        Ok(())
    }
}

impl coldcap_answer_t {
    fn write(&self, sink: &mut impl Sink) {
        sink.put(&self.id.to_le_bytes());
        sink.put(&[self.code]);
        if self.code >= COLDCAP_ANSWER_REFUSED {
            sink.put(&[self.field]);
            sink.put(&self.minimum.to_le_bytes());
            sink.put(&self.maximum.to_le_bytes());
        }
    }
}

impl coldcap_event_t {
    fn write(&self, sink: &mut impl Sink) {
        sink.put(&[self.channel, self.kind]);
        sink.put(&self.code.to_le_bytes());
        sink.put(&self.value.to_le_bytes());
    }
}

impl coldcap_calibration_t {
    fn write(&self, sink: &mut impl Sink) {
        sink.put(&[u8::from(self.present == 1)]);
        if self.present == 1 {
            sink.put(&[self.channel]);
            sink.put(&self.bytes);
        }
    }
}
