//! A supervisor of one temperature loop, with state of its own.
//!
//! It is told what the loop was asked for, what was driven, and what was measured, and says
//! [`Verdict::Ok`], [`Verdict::Warn`] or [`Verdict::Trip`]. It never drives anything; who steps it must
//! switch the loop off on a trip. It cools or heats, and knows of mode, target and read-back. One drive
//! works in one direction: a Peltier element that does both has two watches.
//!
//! # What it finds, and how soon
//! With reaction `r`, window `w`, patience `p` and the other names of [`WatchSettings`]; the time runs
//! while the premise holds, and [`WatchConfig::detection_time`] computes it, with one period more:
//!
//! | finding | premise | condition | trips after |
//! |---|---|---|---|
//! | [`NoProgress`](Finding::NoProgress) | auto, short of the target by more than the band, drive ≥ working | less than `progress` toward the target in `w`, on the ambient side of `beyond` | r + 9/8·w + p |
//! | [`Away`](Finding::Away) | same; in manual and tuning drive ≥ working alone | at least `progress` away in `w` | r + 9/8·w + p |
//! | [`Reversed`](Finding::Reversed) | same, first drive after a time off of r + 9/8·w | away by `progress` more than without drive | r + 9/8·w + p |
//! | [`Detached`](Finding::Detached) | same, with a companion | no progress or away on the ambient side of `beyond`; the companion progresses, or is beyond it by more than the margin | r + 9/8·w + p |
//! | [`Weak`](Finding::Weak) | as for no progress | less than `progress` either way, on the driven side of `beyond` | never; warns after r + 9/8·w |
//! | [`StuckOn`](Finding::StuckOn) | drive ≤ idle, beyond `beyond`, in every mode | changes back by less than `relaxation.change` in `w` | r + 9/8·w + p |
//! | [`StuckOn`](Finding::StuckOn), [`StuckOff`](Finding::StuckOff) | read-back given; off looks for stuck on only | differs by more than the tolerance, in one sense | `read_back.after` |
//! | [`Deviation`](Finding::Deviation) | auto, target reached since it jumped | ∫(\|error\| − band) dt > `deviation`·w, time of improvement left out, leaking inside the band | w·`deviation`/excess |
//! | [`Overdriven`](Finding::Overdriven) | same | the part of that integral on the side of too much drive alone | w·`deviation`/excess |
//! | [`Frozen`](Finding::Frozen) | not off | less than one step, drive moved by `moved` | `frozen.after` from the move |
//! | [`Frozen`](Finding::Frozen) | not off, `still` given | less than one step | `frozen.still` |
//! | [`Noisy`](Finding::Noisy) | auto or manual | median of the third differences above that of white noise with σ = `sigma` | three whole blocks, 4·`over` at most |
//! | [`Swapped`](Finding::Swapped) | auto or manual, drive > idle, beyond `beyond`, not receding | companion further along by more than the margin | `companion.after` |
//! | [`Blind`](Finding::Blind) | not off | no valid measurement | `blind` |
//!
//! In auto at part drive, above idle, the first five take one `w` more: the controller may still be
//! working up to it. An idle drive that is withheld speaks against nothing but the deviation.
//!
//! From the fault itself it takes as long again as the controller needs to fulfil the premise: an
//! actuator that jams half open is found when the controller has run into its limit.
//! Warnings come at half of the last waiting time. The reference settings, stepped every second:
//!
//! | finding | [`REFERENCE_VALVE`](WatchSettings::REFERENCE_VALVE) | [`REFERENCE_TANK`](WatchSettings::REFERENCE_TANK) |
//! |---|---|---|
//! | no progress, away, reversed, detached, stuck on | 153.5 s | 541 s |
//! | stuck off, or on, by read-back | 21 s | 31 s |
//! | deviation of 8.5 K, 7.5 K | 61 s | 241 s |
//! | frozen while driven, at rest | 61 s, 121 s | 121 s, 301 s |
//! | noisy | 121 s | 121 s |
//! | swapped | 121 s | 121 s |
//! | blind | 11 s | 11 s |
//!
//! # What keeps it quiet
//! - **Trends, not time-outs.** Too warm but improving is not a failure: the trend is a line fitted to
//!   eight bucket means, over a window that begins when the drive has had time to act.
//! - **Saturation.** A loop that works and holds, but has not the power to get there, is
//!   [`Weak`](Finding::Weak): a warning. If it had reached that target before, the deviation counts.
//! - **Ramps.** Progress is asked of the measurement, not of the error, and small steps of the setpoint
//!   start nothing again. The setpoint may be the final one or the ramped one. A ramp that waits for the
//!   measurement has been reached from its first step: given the final one, a loop without the power to
//!   get there is only warned of.
//! - **Load jumps.** A warm cap may move the measurement away under full drive for r + 9/8·w + p.
//! - **Experiments.** In [`WatchMode::Tuning`] there is no target to miss, no deviation and no order of
//!   sensors; a relay that works for less than four fifths of the time fills no gate.
//! - **Gaps.** After a gap of more than w/8 the windows start again.
//! - **Rest.** While the flow is gone nothing is judged ([`WatchMode::Resting`]); what has been seen waits
//!   for w/8, and after a longer rest everything starts again.
//!
//! # What it keeps
//! [`Watch::verdict`] keeps the first trip and [`Watch::distrust`] the first that says that sensor or
//! actuator cannot be trusted ([`Finding::is_distrust`]), both until they are acknowledged.
//!
//! # Where it comes from
//! The deviation integral and "no progress of X in Y" are Klipper's and Kalico's `verify_heater`, which
//! knows heating only; modes and separate limits per loop are Marlin's; the trend against time-outs is
//! Hubris pull request 2362.
//!
//! # What it cannot know
//! An actuator stuck exactly where the controller wants it is healthy until the load changes, unless it
//! has a read-back. A sensor frozen exactly at the setpoint of a noiseless loop moves no drive: give
//! `still` where the sensor is known to be noisy. A detached sensor without a companion is
//! [`NoProgress`](Finding::NoProgress) or [`Away`](Finding::Away), as an actuator stuck off is. Setpoints
//! that jump by more than the band more often than every r + w start the waiting again and again.
//!
//! # Example
//! A sensor that hangs in the air of the room:
//!
//! ```
//! use coldcap_thermal::watch::{
//!     Finding, Verdict, Watch, WatchConfig, WatchInput, WatchMode, WatchSettings,
//! };
//! use coldcap_units::{Celsius, Duration, Duty};
//!
//! let period = Duration::from_secs(1);
//! let config = WatchConfig::new(&WatchSettings::REFERENCE_VALVE, period)?;
//! let mut watch = Watch::new();
//! let mut seconds = 0;
//! while !watch.verdict().is_trip() {
//!     seconds += 1;
//!     watch.step(&config, WatchInput {
//!         dt: period,
//!         mode: WatchMode::Auto,
//!         setpoint: Some(Celsius::from_milli(-4_000)),
//!         measured: Ok(Celsius::from_milli(22_000 + seconds % 7)),
//!         drive: Duty::FULL,
//!         achieved: Some(Duty::FULL),
//!         companion: None,
//!     });
//! }
//! assert_eq!(watch.verdict(), Verdict::Trip(Finding::NoProgress));
//! assert_eq!(seconds, 152);
//! assert!(Duration::from_secs(152) <= config.detection_time(Finding::NoProgress));
//! // It stays until somebody has looked.
//! watch.acknowledge();
//! assert_eq!(watch.verdict(), Verdict::Ok);
//! # Ok::<(), coldcap_thermal::watch::WatchError>(())
//! ```

mod actuation;
mod clock;
mod deviation;
mod error;
mod finding;
mod frozen;
mod moment;
mod noise;
mod settings;
mod step;
mod trend;

pub use error::{Setting, WatchError};
pub use finding::{Finding, Verdict};
pub use moment::{WatchInput, WatchMode};
pub use settings::{
    CompanionLimit, FrozenLimit, NoiseLimit, ReadBackLimit, Relaxation, WatchConfig, WatchSettings,
};
pub use step::Watch;
