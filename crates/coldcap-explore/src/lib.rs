//! Exhaustive exploration of what ships: every state that the step functions can reach, under the listed
//! configurations, and every property in each of them.
//!
//! There is no model. [`channel`] explores `coldcap::supervise::step` itself, [`alarms`] the alarm engine of the
//! guard, [`sounder`] what joins the alarms of two channels, [`arbiter`] the functions by which channels share the rest
//! of a machine. Each search is breadth first, keeps where
//! every state was first reached from, and so gives the shortest counter-example; [`channel::words`] prints it in
//! the words of `coldcap session` scripts. Liveness is decided on the graph ([`graph`]).
//!
//! # What is closed, and what is factored
//! A search is *closed* when nothing is left to visit; every one listed in [`campaign`] is, or the run fails.
//! The full product of all counters, limits, observations and conditions is not explored. It is factored:
//!
//! * **few steps, all sights**: limits of one or two steps; every combination of the observed bits that a phase
//!   reads ([`channel::sights`] says which and why), every request, role, fact, gap, and a trip of each class.
//! * **few steps, every condition**: the same limits; a representative of each class of conditions and of each that
//!   the interlock treats in its own way, paired with what is seen; every single condition, and every gap, is
//!   judged in every state but not followed. Conditions of one class differ for the interlock in their bit only.
//! * **few steps, all counts / all drugs**: extensions and eased steps up to their limits; up to five drugs.
//! * **few steps, amendments**: marks of drugs that are moved to an earlier time, by one step and by two; once more with
//!   a memory of what was cooled ([`channel::amended`]). Elsewhere no mark is amended.
//! * **minutes**: the shipped limits and every plan of [`channel::scopes::plans`], in both modes, minute by minute, with
//!   everything that moves a clock. Trips and gaps are played at minutes with the shortest plan: they meet the
//!   minutes of a plan only through the rest of its breaks and its planned minutes. Roles, refusals by figure,
//!   extensions and eased steps are not played at minutes.
//! * **boundaries**: the shipped limits at the tick of 100 ms ([`channel::fringe`]).
//!
//! What that loses: combinations of a long plan with several trips, gaps and counts at once; times other than
//! whole minutes and the boundaries of timers. The random walks of the session's and the facade's tests sample both.
//!
//! Two states are taken as one when they differ only in times that nothing but the record shows
//! (`State::as_decided`); a test holds that they take every event alike.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod alarms;
pub mod arbiter;
pub mod campaign;
pub mod channel;
pub mod conversion;
pub mod diagram;
pub mod graph;
pub mod guarding;
pub mod hunt;
pub mod screen;
pub mod search;
pub mod sounder;
pub mod store;
pub mod table;
