//! A whole treatment by the shortest plan, and the points at which memory is upset.

use crate::plant::Plant;
use coldcap::{Action, Command, CommandId, Config, Control, Phase, TICK, TickInput};
use coldcap_session::{Fact, Request, Role};
use coldcap_trial::session::{PATIENT, PLAN};
use coldcap_units::Instant;

/// A moment between two ticks.
#[derive(Clone, Debug)]
pub struct Point {
    /// The control as it is.
    pub control: Control<1>,
    /// The machine as it is.
    pub plant: Plant,
    /// The instant of the last tick.
    pub now: Instant,
}

impl Point {
    fn new(config: &Config) -> Self {
        let (control, plant) = (Control::new(*config), Plant::new(config));
        Self { control, plant, now: Instant::ZERO }
    }

    /// What the next tick is told.
    #[must_use]
    pub fn next(&self, actions: &[Action]) -> TickInput<1> {
        let now = self.now.plus(TICK);
        let mut input = TickInput::new(now, self.plant.inputs(now));
        for action in actions {
            let id = CommandId((now.as_millis() / 100) as u16);
            let command = Command { id, channel: 0, role: Role::Clinician, action: *action };
            input.commands.list.push(command);
        }
        input
    }

    fn tick(&mut self, actions: &[Action]) {
        let input = self.next(actions);
        self.now = input.now;
        let outputs = self.control.tick(&input);
        self.plant.follow(&outputs);
    }

    /// The phase that the session is in.
    #[must_use]
    pub fn phase(&self) -> Phase {
        let [channel] = self.control.checkpoint().channels;
        channel.state.session.phase()
    }
}

/// What somebody does who treats, so many ticks after a phase was reached.
const ATTENDED: &[(Phase, u32, Action)] = &[
    (Phase::Standby, 20, Action::Request(Request::select(PATIENT))),
    (Phase::Setup, 20, Action::Request(Request::ChoosePlan(PLAN))),
    (Phase::Setup, 30, Action::Request(Request::Start)),
    (Phase::FitCheck, 20, Action::Request(Request::Worn(true))),
    (Phase::Ready, 100, Action::Fact(Fact::DrugStarted { drug: 5, hair_toxic: true })),
    (Phase::Infusing, 1_500, Action::Request(Request::Pause(1))),
    (Phase::Paused, 600, Action::Request(Request::Resume { reason: 1, confirm: false })),
    (Phase::Paused, 605, Action::Request(Request::Resume { reason: 1, confirm: true })),
    (Phase::Infusing, 3_000, Action::Fact(Fact::DrugEnded { drug: 5, hair_toxic: true })),
    (Phase::CapOff, 600, Action::Request(Request::ConfirmRemoved)),
    (Phase::Report, 100, Action::Request(Request::Close)),
];

/// The most ticks that the treatment may take.
const MOST_TICKS: usize = 60_000;

/// The whole treatment from power-up to the end of its report, every tick handed to `see`.
pub fn run(config: &Config, mut see: impl FnMut(&Point)) {
    let mut point = Point::new(config);
    let (mut phase, mut ticks, mut infused, mut reported) = (Phase::Boot, 0, false, false);
    for _ in 0..MOST_TICKS {
        see(&point);
        let due = |it: &&(Phase, u32, Action)| {
            // The second stretch of the infusion is not interrupted again.
            let again = infused && matches!(it.2, Action::Request(Request::Pause(_)));
            it.0 == phase && it.1 == ticks && !again
        };
        let actions: Vec<Action> = ATTENDED.iter().filter(due).map(|it| it.2).collect();
        // Who takes the cap off has taken off its hose before.
        point.plant.coupled = phase != Phase::CapOff || ticks < 500;
        point.tick(&actions);
        let now = point.phase();
        infused |= now == Phase::Paused;
        reported |= now == Phase::Report;
        if reported && now == Phase::Standby {
            return;
        }
        ticks = if now == phase { ticks + 1 } else { 0 };
        phase = now;
    }
}

/// So many points, evenly over the treatment.
#[must_use]
pub fn points(config: &Config, count: usize) -> Vec<Point> {
    let mut ticks = 0_usize;
    run(config, |_| ticks += 1);
    let (mut at, mut points) = (0_usize, Vec::with_capacity(count));
    run(config, |point| {
        // The point with number n is the first tick at or behind n of `count` shares.
        if points.len() < count && at * count >= points.len() * ticks {
            points.push(point.clone());
        }
        at += 1;
    });
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_treatment_goes_through_all_its_phases() {
        let (mut seen, mut ticks) = (Vec::new(), 0);
        run(&Config::reference(), |point| {
            ticks += 1;
            let phase = point.phase();
            if seen.last() != Some(&phase) {
                seen.push(phase);
            }
        });
        use Phase::{Boot, CapOff, FitCheck, Infusing, Paused, PostCool, PreCool, Ready, Recool};
        use Phase::{Report, Setup, Standby, Thaw};
        let begun = [Boot, Standby, Setup, FitCheck, PreCool, Ready, Infusing];
        let ended = [Paused, Recool, Infusing, PostCool, Thaw, CapOff, Report];
        assert_eq!(seen, [&begun[..], &ended].concat());
        assert!((10_000..MOST_TICKS).contains(&ticks), "{ticks}");
    }

    #[test]
    fn as_many_points_as_asked_for() {
        assert_eq!(points(&Config::reference(), 77).len(), 77);
    }
}
