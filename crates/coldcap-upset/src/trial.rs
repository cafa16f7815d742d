//! What happens after a flip, and whether it is safe.

use crate::flip::Upset;
use crate::treatment::Point;
use coldcap::{Action, Drives, TICK, TickInput};
use coldcap_session::Request;
use coldcap_units::{Duty, Ratio};

/// What the world does right after the flip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// It goes on as it was.
    Calm,
    /// The safety sensor shows a cap that freezes.
    Freezes,
    /// Somebody presses stop.
    Stops,
}

impl World {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Calm, Self::Freezes, Self::Stops];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Freezes => "freezes",
            Self::Stops => "stops",
        }
    }
}

/// Ticks after the flip that are looked at: what is driven for longer than one tick is seen in them, also
/// where the sound control takes two ticks to trip.
pub const TICKS: usize = 4;

/// A point with what is told in each world after it, and what a control with sound memory drives then.
#[derive(Debug)]
pub struct Case {
    point: Point,
    told: [[TickInput<1>; TICKS]; 3],
    sound: [[Drives<1>; TICKS]; 3],
}

impl Case {
    /// The worlds after a point.
    #[must_use]
    pub fn new(point: Point) -> Self {
        let told = World::ALL.map(|world| told(&point, world));
        let sound = told.each_ref().map(|told| {
            let mut control = Upset::of(&point.control);
            told.each_ref().map(|input| control.tick(input))
        });
        Self { point, told, sound }
    }

    /// The point.
    #[must_use]
    pub const fn point(&self) -> &Point {
        &self.point
    }

    /// Flips a bit in every world; gives the first in which something that the sound control keeps off is
    /// driven for longer than one tick.
    pub fn flip(&self, bit: usize, scratch: &mut Upset) -> Option<World> {
        World::ALL.into_iter().find(|world| {
            let (told, sound) = (&self.told[*world as usize], &self.sound[*world as usize]);
            scratch.become_flipped(&self.point.control, bit);
            let mut before = false;
            told.iter().zip(sound).any(|(input, sound)| {
                let now = drives_more(&scratch.tick(input), sound);
                core::mem::replace(&mut before, now) && now
            })
        })
    }
}

/// Inputs of the ticks after a point. The machine is not simulated on: every sensor says again what it
/// said, at the new instant.
fn told(point: &Point, world: World) -> [TickInput<1>; TICKS] {
    let mut next = point.clone();
    core::array::from_fn(|tick| {
        let stop = [Action::Request(Request::Stop)];
        let acts = world == World::Stops && tick == 0;
        let mut input = next.next(if acts { &stop } else { &[] });
        next.now = next.now.plus(TICK);
        if world == World::Freezes {
            let trip = point.control.config().limits.raw().freeze_trip;
            let [channel] = &mut input.inputs.channels;
            channel.safety.value = Ok(Ratio(trip.0.saturating_add(1 << 20)));
        }
        input
    })
}

/// Whether anything has power that the sound control keeps off. A valve counts where nothing circulates: where
/// something does it is a regulator at work, which the guard watches over with codes of its own.
fn drives_more(drives: &Drives<1>, sound: &Drives<1>) -> bool {
    let ([ours], [theirs]) = (&drives.channels, &sound.channels);
    let on = |ours: Duty, theirs: Duty| !ours.is_off() && theirs.is_off();
    on(ours.pump, theirs.pump)
        || (theirs.pump.is_off() && on(ours.valve, theirs.valve))
        || on(drives.chiller, sound.chiller)
        || (drives.permit && !sound.permit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flip::BITS;
    use crate::treatment::points;
    use coldcap::Config;

    #[test]
    fn the_sound_control_stops_in_both_bad_worlds_and_goes_on_in_the_calm_one() {
        let circulating =
            points(&Config::reference(), 60).into_iter().map(Case::new).filter(|case| {
                let phase = case.point().phase();
                phase.is_treatment() && case.sound[0].iter().all(|it| !it.channels[0].pump.is_off())
            });
        let cases: Vec<Case> = circulating.collect();
        assert!(cases.len() > 20, "{}", cases.len());
        for case in cases {
            for world in [World::Freezes, World::Stops] {
                let sound = &case.sound[world as usize];
                assert!(sound[1..].iter().all(|it| it.channels[0].pump.is_off()), "{world:?}");
            }
        }
    }

    #[test]
    fn what_is_not_flipped_is_not_unsafe() {
        for point in points(&Config::reference(), 60).into_iter().step_by(7) {
            let mut scratch = Upset::of(&point.control);
            assert_eq!(Case::new(point).flip(BITS, &mut scratch), None);
        }
    }

    #[test]
    fn what_has_power_that_the_sound_one_keeps_off_counts() {
        let off = Drives::<1>::default();
        assert!(!drives_more(&off, &off));
        let [mut pump, mut valve, mut chiller, mut permit] = [off; 4];
        pump.channels[0].pump = Duty::FULL;
        valve.channels[0].valve = Duty(1);
        chiller.chiller = Duty(1);
        permit.permit = true;
        for more in [pump, valve, chiller, permit] {
            assert!(drives_more(&more, &off));
            assert!(!drives_more(&off, &more));
        }
        let mut both = pump;
        both.channels[0].valve = Duty::FULL;
        assert!(!drives_more(&both, &pump), "a regulator at work");
    }
}
