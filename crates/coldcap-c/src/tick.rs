//! The tick.

use crate::codes::{COLDCAP_DONE, COLDCAP_TICK_INPUT_MAX};
use crate::error::{Error, count};
use crate::inputs::Misfilled;
use crate::memory::{Body, Borrowed, Extent, either, with};
use crate::pointers::{array_room, checked, read};
use crate::types::{coldcap_device_t, coldcap_inputs_t, coldcap_outputs_t};
use coldcap::TickInput;
use coldcap::canonical::SliceSink;
use coldcap_units::Instant;

/// One tick, with what the link has taken in. Call it every 100 ms; a late call is measured by `now_ms`.
///
/// It never refuses what was measured: see `coldcap_inputs_t`. Where it gives an error, no tick was done, and `outputs`
/// are all zeros, which is everything off: drive them as you would any others.
///
/// @param now_ms a clock that only goes forward, from power-up on.
/// @param inputs is read during the call only.
/// @param outputs may hold anything before; nothing of it is read.
///
/// # Safety
/// `device` is null or a device; what else is not null points to what it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_tick(
    device: *mut coldcap_device_t,
    now_ms: u64,
    inputs: *const coldcap_inputs_t,
    outputs: *mut coldcap_outputs_t,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { ticked(device, now_ms, inputs, outputs, None) }
}

/// The same, and writes what the tick was a function of: the canonical tick input, commands included. A recording of
/// these is played again by `coldcap replay`, and gives the same outputs, bit for bit.
///
/// @param input_bytes room for `COLDCAP_TICK_INPUT_MAX` bytes.
/// @return how many bytes were written there, or an error.
///
/// # Safety
/// As `coldcap_tick`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_tick_recorded(
    device: *mut coldcap_device_t,
    now_ms: u64,
    inputs: *const coldcap_inputs_t,
    outputs: *mut coldcap_outputs_t,
    input_bytes: *mut u8,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { ticked(device, now_ms, inputs, outputs, Some(input_bytes)) }
}

/// # Safety
/// As `coldcap_tick`.
unsafe fn ticked(
    device: *mut coldcap_device_t,
    now_ms: u64,
    inputs: *const coldcap_inputs_t,
    outputs: *mut coldcap_outputs_t,
    recorded: Option<*mut u8>,
) -> i32 {
    let tick = |borrowed: Borrowed<'_>, extent| {
        checked(outputs, extent)?;
        // SAFETY: the caller's promise.
        let inputs = unsafe { read(inputs, extent) }?;
        let input_bytes = match recorded {
            // SAFETY: the caller's promise.
            Some(pointer) => Some(unsafe { array_room(pointer, extent) }?),
            None => None,
        };
        let (made, length) = either!(borrowed, body => body.tick(now_ms, &inputs, input_bytes))?;
        // SAFETY: not null, aligned, and not in the device; that it is memory for outputs is the caller's promise.
        unsafe { outputs.write(made) };
        Ok(length)
    };
    // SAFETY: the caller's promise.
    let done = unsafe { with(device, tick) };
    if done < COLDCAP_DONE {
        // SAFETY: the caller's promise.
        unsafe { switch_off(outputs, done) };
    }
    done
}

/// What whoever looks past an error drives is nothing.
///
/// # Safety
/// `outputs` that are not null point to memory for them.
unsafe fn switch_off(outputs: *mut coldcap_outputs_t, error: i32) {
    let in_the_device = error == Error::Overlap.code();
    if !in_the_device && checked(outputs, Extent::NOWHERE).is_ok() {
        // SAFETY: not null and aligned, and not in the device, or the call would have said so.
        unsafe { outputs.write(coldcap_outputs_t::off()) };
    }
}

impl<const CHANNELS: usize> Body<CHANNELS> {
    fn tick(
        &mut self,
        now_ms: u64,
        inputs: &coldcap_inputs_t,
        input_bytes: Option<&mut [u8; COLDCAP_TICK_INPUT_MAX]>,
    ) -> Result<(coldcap_outputs_t, i32), Error> {
        let mut misfilled = Misfilled::default();
        let inputs = misfilled.inputs(inputs);
        let (input, mut outputs) = self.device.tick(Instant::from_millis(now_ms), inputs);
        self.proof = outputs.health.take();
        let length = input_bytes.map_or(Ok(COLDCAP_DONE), |room| written(&input, room))?;
        Ok((coldcap_outputs_t::of(&outputs, misfilled.0), length))
    }
}

fn written<const CHANNELS: usize>(
    input: &TickInput<CHANNELS>,
    room: &mut [u8],
) -> Result<i32, Error> {
    let mut sink = SliceSink::new(room);
    input.write(&mut sink);
    count(sink.finish().ok_or(Error::Room)?)
}

/// Spends the proof that detection and interlock ran in the last tick: 1 once after a tick in which they did, else 0.
/// Feed the watchdog where it gives 1, and nowhere else; a timer that feeds it proves that a timer runs.
///
/// The proof stays in the device, so that it can be neither copied nor kept for later. The next tick voids it.
///
/// # Safety
/// `device` is null or a device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_spend_health(device: *mut coldcap_device_t) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, _| {
            let proof = either!(borrowed, body => body.proof.take());
            Ok(i32::from(proof.is_some()))
        })
    }
}
