//! Present and proposed gains on copies of the same machine: the same load, the same noise.

use super::bench::{Acted, Bench, Driver, Sensed};
use coldcap_units::{Coolant, Kelvin};

/// What happens to the machine.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    PumpOn,
    Nothing,
    CapLifted,
    CapPutBack,
    Warmer,
    Colder,
    ReturnLost,
}

/// Something that happens, and how long it is watched, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) name: &'static str,
    /// For a person.
    pub(super) label: &'static str,
    change: Change,
    pub(super) from_s: u32,
    until_s: u32,
}

const fn event(
    (name, label): (&'static str, &'static str),
    change: Change,
    [from_s, until_s]: [u32; 2],
) -> Event {
    Event { name, label, change, from_s, until_s }
}

/// The order of events, from a cold tank and a warm cap. The cap is off the head for long enough for the
/// skin to get warm; without the return sensor the feed-forward stands still, and the gains are alone.
pub(super) const EVENTS: [Event; 9] = [
    event(("pull_down", "pull-down"), Change::PumpOn, [0, 900]),
    event(("hold", "hold"), Change::Nothing, [900, 1_080]),
    event(("cap_lifted", "cap lifted"), Change::CapLifted, [1_080, 1_380]),
    event(("cap_put_back", "cap put back"), Change::CapPutBack, [1_380, 1_740]),
    event(("target_warmer", "target + 0.5 K"), Change::Warmer, [1_740, 1_920]),
    event(("target_back", "target back"), Change::Colder, [1_920, 2_100]),
    event(("return_lost", "return sensor lost"), Change::ReturnLost, [2_100, 2_280]),
    event(("cap_lifted_blind", "cap lifted"), Change::CapLifted, [2_280, 2_580]),
    event(("cap_put_back_blind", "cap put back"), Change::CapPutBack, [2_580, 2_940]),
];

/// By how much the target moves.
const STEP: Kelvin = Kelvin::from_milli(500);
/// Back is within this of the target, for good, in K.
pub(super) const BACK_K: f64 = 0.1;
const TICK_S: f64 = 0.1;

/// One tick of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) time_s: f64,
    pub(super) target_c: f64,
    pub(super) effective_c: f64,
    pub(super) supply_c: f64,
    pub(super) opening: f64,
}

/// How an event was dealt with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    /// After a change of the load: the furthest from the target. After a change of the target, and on the
    /// ramp of the pull-down: the furthest beyond it.
    pub(super) peak_k: f64,
    /// From the event until the supply is within 0.1 K of the target for good; `None` if it is not at
    /// the end.
    pub(super) back_s: Option<f64>,
    /// ∫ |supply − effective setpoint| dt.
    pub(super) error_ks: f64,
    /// Root mean square of supply − effective setpoint.
    pub(super) rms_k: f64,
    /// The way of the valve, in full strokes.
    pub(super) strokes: f64,
}

/// Runs all events.
pub(super) fn run(mut bench: Bench) -> Vec<Point> {
    let target = bench.target;
    let mut points = Vec::new();
    for event in EVENTS {
        apply(&mut bench, event.change, target);
        for tick in event.from_s * 10..event.until_s * 10 {
            let (sensed, acted) = bench.tick(Driver::Controller);
            let time_s = f64::from(tick) * TICK_S;
            points.extend(point(time_s, bench.target, &sensed, &acted));
        }
    }
    points
}

fn apply(bench: &mut Bench, change: Change, target: Coolant) {
    match change {
        Change::PumpOn | Change::Nothing => {}
        Change::CapLifted => bench.wear(false),
        Change::CapPutBack => bench.wear(true),
        Change::Warmer => bench.target = Coolant(target.0.plus(STEP)),
        Change::Colder => bench.target = target,
        Change::ReturnLost => bench.knows_return = false,
    }
}

fn point(time_s: f64, target: Coolant, sensed: &Sensed, acted: &Acted) -> Option<Point> {
    let degrees = |value: Coolant| value.0.to_fixed().to_num::<f64>();
    Some(Point {
        time_s,
        target_c: degrees(target),
        effective_c: degrees(acted.effective?),
        supply_c: degrees(sensed.supply.ok()?),
        opening: acted.opening,
    })
}

/// The figures of every event, in order.
pub(super) fn figures(points: &[Point]) -> [Figures; EVENTS.len()] {
    EVENTS.map(|event| {
        let [from_s, until_s] = [event.from_s, event.until_s].map(f64::from);
        let inside = |point: &&Point| (from_s..until_s).contains(&point.time_s);
        let seen: Vec<&Point> = points.iter().filter(inside).collect();
        of(&event, &seen)
    })
}

fn of(event: &Event, seen: &[&Point]) -> Figures {
    let away = |point: &Point| point.supply_c - point.target_c;
    let error = |point: &Point| point.supply_c - point.effective_c;
    let peak = |point: &&Point| match event.change {
        Change::Warmer => away(point),
        Change::Colder => -away(point),
        Change::PumpOn => -error(point),
        _ => away(point).abs(),
    };
    let out = seen.iter().rposition(|point| away(point).abs() > BACK_K);
    let is_out = out.is_some_and(|out| out + 1 == seen.len());
    let back_s = out.map_or(0.0, |out| (out + 1) as f64 * TICK_S);
    let squares: f64 = seen.iter().map(|point| error(point).powi(2)).sum();
    let steps = seen.iter().zip(seen.iter().skip(1));
    Figures {
        peak_k: seen.iter().map(peak).fold(0.0, f64::max),
        back_s: (!is_out).then_some(back_s),
        error_ks: seen.iter().map(|point| error(point).abs() * TICK_S).sum(),
        rms_k: (squares / seen.len().max(1) as f64).sqrt(),
        strokes: steps.map(|(one, next)| (next.opening - one.opening).abs()).sum(),
    }
}
