//! Power that fails for a moment, and temperatures that are shown whatever is driven.

use super::{Bench, PATIENT, code};
use coldcap::{Drives, Inputs};
use coldcap_session::{PlanRequest, Request};
use coldcap_units::{Duration, Ratio, Reading};

/// A loss of power that is over at once, as the machine sees it.
pub(crate) const BLINK: Duration = Duration::from_secs(5);

/// Power is away for `gap`, and comes back with everything off.
pub(crate) fn cut(bench: &mut Bench<1>, gap: Duration) {
    bench.device.restart(Some(gap));
    bench.drives = Drives::default();
    bench.now = bench.now.plus(gap);
}

/// A patient, this plan, a worn cap, and the start.
pub(crate) fn begin(bench: &mut Bench<1>, plan: PlanRequest) {
    bench.until(coldcap::Phase::Standby);
    bench.ask(Request::select(PATIENT)).unwrap();
    bench.ask(Request::ChoosePlan(plan)).unwrap();
    bench.tick();
    bench.ask(Request::Start).unwrap();
    bench.ask(Request::Worn(true)).unwrap();
}

/// Temperatures in m°C of supply, return, front, rear and safety, each with the last bits of a converter in it; what is
/// `None` is as the bench has it.
pub(crate) fn shows(bench: &Bench<1>, milli: [Option<i32>; 5]) -> impl Fn(&mut Inputs<1>) + use<> {
    let codes = milli.map(|milli| milli.map(|milli| code(bench.device.control.config(), milli)));
    move |inputs| {
        let line = &mut inputs.channels[0];
        let noise = (line.supply.taken.as_millis() / 100 % 7) as u32 * 65_536;
        let places = [
            &mut line.supply,
            &mut line.returned,
            &mut line.front,
            &mut line.rear,
            &mut line.safety,
        ];
        for (place, code) in places.into_iter().zip(codes) {
            if let Some(code) = code {
                *place = Reading::new(Ratio(code.0 + noise), place.taken);
            }
        }
    }
}

/// Front, rear and safety so far above 4 °C, in m°C.
pub(crate) fn faces(bench: &Bench<1>, above: [i32; 3]) -> impl Fn(&mut Inputs<1>) + use<> {
    let [front, rear, safety] = above.map(|above| Some(4_000 + above));
    shows(bench, [None, None, front, rear, safety])
}
