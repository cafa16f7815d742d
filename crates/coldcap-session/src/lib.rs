//! Plan, phase machine, clocks, record and billing rules of one scalp-cooling session.
//!
//! A session is a small value, [`State`], and one pure function, [`step`]. Events go in: time with
//! what was seen, requests of operators, observed facts, the interlock's word, a restart. Out come
//! the next state, the answer to a request, and a short list of [`Note`]s that become the record.
//! What the session wants of the machine is read from the state with [`State::demand`]; the guard,
//! which knows nothing of sessions, may still take it away.
//!
//! # What is promised
//! * **Stopping is one action.** [`Request::Stop`] is never refused: in no phase, to no role.
//! * **Facts are not commands.** A [`Fact`] is recorded in every phase and at most flagged. An
//!   infusion that was marked as running stays running through safe hold and power gaps.
//! * **Cooling begins by hand.** A cooling phase is entered from outside only after an operator's
//!   start or two-step resume, or after a power gap of at most 30 s.
//! * **Unattended cooling ends.** While no hair-toxic drug runs, time alone stops circulation from
//!   every state.
//! * **A refusal changes nothing**, and says what is allowed where a figure was refused.
//! * **States are canonical**: plain, `Copy`, comparable and hashable, timers hold what is left, dead
//!   fields are zero. So they can be stored, replayed and explored exhaustively.
//! * No heap, no float, no panic, no unbounded loop.
//!
//! # A session in a few lines
//! ```
//! use coldcap_session::*;
//! use coldcap_units::{Coolant, Duration};
//!
//! let config = Config::DEFAULT;
//! let mut state = State::new();
//! let mut give = |event| {
//!     let (next, effects) = step(&state, &event, &config);
//!     state = next;
//!     (next.phase(), effects.answer)
//! };
//! let seen = Observed {
//!     self_test: Progress::Passed,
//!     coupled: true,
//!     flowing: true,
//!     tank_ready: true,
//!     at_target: true,
//!     ..Observed::default()
//! };
//! let minute = Event::Advance { dt: Duration::from_mins(1), seen };
//! let nurse = |request| Event::Request { request, role: Role::Nurse };
//!
//! give(minute);
//! let hair = Hair { density: Density::Full, kind: HairType::Ordinary };
//! give(nurse(Request::select(Patient {
//!     id: 17, calibration: 1, session_index: 1, session_count: 6, hair, contraindications: 0,
//! })));
//! give(nurse(Request::ChoosePlan(PlanRequest {
//!     regimen: 3,
//!     source: regimen::Source::PAXMAN_FAQ,
//!     reason: 0,
//!     pre: Duration::from_mins(30),
//!     post: Duration::from_mins(60),
//!     break_each: Duration::from_mins(10),
//!     break_total: Duration::from_mins(20),
//!     target: Target::Coolant(Coolant::from_milli(-4_000)),
//!     post_clock: PostClock::Cooled,
//! })));
//! assert_eq!(give(nurse(Request::Worn(true))).1, Some(Ok(Accepted::Done)));
//! assert_eq!(give(nurse(Request::Start)).0, Phase::FitCheck);
//! assert_eq!(give(minute).0, Phase::PreCool);
//! for _ in 0..30 {
//!     give(minute);
//! }
//! let drug = Fact::DrugStarted { drug: 1, hair_toxic: true };
//! assert_eq!(give(Event::Fact(drug)).0, Phase::Infusing);
//! let observer = Event::Request { request: Request::Stop, role: Role::Observer };
//! assert_eq!(give(observer), (Phase::Paused, Some(Ok(Accepted::Done))));
//! ```
//!
//! # The phases
//! ```text
//! boot ── self-test passed ──> standby
//! standby ── StartFit ──> fit_measure ── Measure ──> fit_calibrate ── matched, worn ──> fit_verify
//!         fit_verify ── contact passed ──> fit_saved ── Close ──> standby
//! standby ── SelectPatient ──> setup ── Start ──> fit_check ── flowing, worn ──> pre_cool
//! pre_cool ── planned minutes, target held ──> ready ── hair-toxic start ──> infusing
//! infusing ── last hair-toxic end ──> post_cool ── planned minutes ──> thaw
//! thaw ── warmed ──> cap_off ── ConfirmRemoved, uncoupled ──> report ── Close ──> standby
//!
//! any cooling phase ── Stop, Pause, a denial, uncoupled, not worn ──> paused
//! any cooling phase ── power gap ──> recovery
//! paused, recovery ── Resume twice ──> recool ── target held ──> back
//! paused, recovery, any cooling phase ── EndSession twice ──> thaw
//! a service trip ──> safe_hold ── ServiceReset twice ──> recovery or boot
//! ```
//!
//! # Two modes
//! A plan holds either the coolant or the cap's inner face: [`Target`] says which and at what. In cap
//! mode the facade's cascade finds the supply; the session tells it the coldest that it may ask for
//! ([`CapDemand`]). Density caps the intensity and [`Request::EaseOff`] warms in either mode. The fit
//! visit is always in coolant mode.
//!
//! Words: *coupled* is a switch, *worn* is the operator's mark; the pump of a treatment needs both.
//! *Cooled* minutes are those in which coolant moved, cold, through a coupled and worn cap. Nothing
//! here claims an effect of cooling.
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

pub mod billing;
mod by_hand;
mod demand;
mod fact;
mod machine;
mod note;
mod phase;
mod plan;
pub mod record;
pub mod regimen;
mod request;
mod wall;

pub use by_hand::{Actuator, ByHand, HandEnd};
pub use demand::{CapDemand, Demand};
pub use fact::Fact;
pub use machine::{
    Attendance, Config, Drugs, Event, Observed, PhaseClock, Progress, State, Timers, TripClass,
    step,
};
pub use note::{Effects, Flag, LONGEST_NOTES, Note, Notes, Reason};
pub use phase::Phase;
pub use plan::{
    Adjustments, Coldest, Contraindication, ControlMode, Density, Gate, Hair, HairType, Override,
    Plan, PlanError, PlanLimits, PlanRequest, PostClock, Target, gate,
};
pub use request::{
    Accepted, Amendment, Answer, Field, HeadMeasures, Mark, Patient, Refusal, Request, Role,
};
pub use wall::{ClockQuality, WallTime};
