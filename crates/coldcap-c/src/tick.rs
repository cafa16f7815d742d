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
        // SAFETY: not null, aligned, and not in the device; that it is memory for outputs is the caller's promise.
        let outputs = unsafe { off(outputs) };
        // SAFETY: the caller's promise.
        let inputs = unsafe { read(inputs, extent) }?;
        let input_bytes = match recorded {
            // SAFETY: the caller's promise.
            Some(pointer) => Some(unsafe { array_room(pointer, extent) }?),
            None => None,
        };
        either!(borrowed, body => body.tick(now_ms, &inputs, input_bytes, outputs))
    };
    // SAFETY: the caller's promise.
    let done = unsafe { with(device, tick) };
    // Of a tick that was not begun the outputs are off, too.
    let is_elsewhere = done != Error::Overlap.code() && checked(outputs, Extent::NOWHERE).is_ok();
    if done < COLDCAP_DONE && is_elsewhere {
        // SAFETY: not null and aligned; that it is memory for outputs is the caller's promise.
        unsafe { off(outputs) };
    }
    done
}

/// Everything off and nothing said, which is all zeros: what whoever looks past an error drives.
///
/// # Safety
/// `outputs` are aligned memory for some, and nobody else's during `'a`.
unsafe fn off<'a>(outputs: *mut coldcap_outputs_t) -> &'a mut coldcap_outputs_t {
    // SAFETY: the caller's promise; all of it is integers, of which zeros are a value.
    unsafe {
        outputs.write_bytes(0, 1);
        &mut *outputs
    }
}

impl<const CHANNELS: usize> Body<CHANNELS> {
    fn tick(
        &mut self,
        now_ms: u64,
        inputs: &coldcap_inputs_t,
        input_bytes: Option<&mut [u8; COLDCAP_TICK_INPUT_MAX]>,
        to: &mut coldcap_outputs_t,
    ) -> Result<i32, Error> {
        let mut misfilled = Misfilled::default();
        let inputs = misfilled.inputs(inputs);
        let (input, mut outputs) = self.device.tick(Instant::from_millis(now_ms), inputs);
        self.proof = outputs.health.take();
        to.fill(&outputs);
        to.misfilled = misfilled.0;
        input_bytes.map_or(Ok(COLDCAP_DONE), |room| written(&input, room))
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
