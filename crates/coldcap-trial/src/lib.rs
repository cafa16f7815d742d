//! Trials of coldcap that run on every machine, and end with the same figures on all.
//!
//! | module | what it is | run by |
//! |---|---|---|
//! | [`trace`] | a closed loop with changes of everything, hashed: the hash is the same on every machine | `cargo xtask traces` |
//! | [`walk`] | random operations on a controller, with what must hold after each of them | `cargo xtask campaign pid`, the fuzz target `pid` |
//! | [`case`] | the steps whose cost is measured: an ordinary one, a saturated one, everything on | `cargo xtask compare`, `cargo xtask cost`, `cargo xtask sizes` |
//! | [`conversion`] | every raw code through every shipped table, and a hash of what comes out | `cargo xtask campaign ratios`, `cargo xtask traces` |
//! | [`session`] | random sessions, each recomputed from its own record, and a hash of them | `cargo xtask campaign sessions`, `cargo xtask traces`, `cargo xtask cost` |
//! | [`dice`] | requests and facts of every kind | [`session`], the tests of `coldcap` |
//!
//! No product depends on this crate. It is `no_std`, so that the very same text runs on a
//! microcontroller.
#![no_std]

pub mod case;
pub mod conversion;
pub mod dice;
pub mod digest;
pub mod number;
pub mod plant;
pub mod session;
pub mod source;
pub mod trace;
pub mod walk;
