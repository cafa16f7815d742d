//! A cap that gets too cold: the guard takes the pump away and says why, in words. `coldcap-guard` alone.
//!
//! `cargo run -p coldcap-examples --example leaf_alarm`

use coldcap_guard::alarm::{self, Language, Text, TextId};
use coldcap_guard::detect::{
    ChannelDetector, ChannelSample, Delays, FlowLimits, Limits, RawLimits,
};
use coldcap_guard::interlock::{self, Demand, Gate};
use coldcap_units::{Duration, Duty, Instant, MilliAmps, Pulses, Ratio, Reading};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    // Codes of a converter, not degrees: no table stands between a cold cap and the interlock.
    let raw = RawLimits {
        freeze_trip: Ratio(3_000),
        freeze_near: Ratio(2_900),
        evaporator_cold: Ratio(3_500),
        open_above: Ratio(4_000),
        short_below: Ratio(10),
    };
    let flow = FlowLimits {
        minimum_flow: Pulses { edges: 20, window: Duration::from_secs(1) },
        judged_from: Duty::from_permille(200),
        minimum_pump_current: MilliAmps(150),
    };
    let limits = Limits::new(raw, flow, Delays::default())?;
    let wanted = Demand { pump: Duty::FULL, valve: Duty::FULL, chiller: Duty::OFF };
    let config = interlock::Config::default();
    let (mut cap, mut gate) = (ChannelDetector::default(), Gate::default());
    let (mut trips, mut alarms) = (interlock::State::new(), alarm::State::new());
    let mut left = wanted;
    for tick in 1..=6_u32 {
        let (now, code) = (Instant::from_millis(100 * u64::from(tick)), Ratio(2_860 + 40 * tick));
        let sample = ChannelSample { safety: Reading::new(code, now), ..ChannelSample::default() };
        let found = cap.step(now, &sample, &limits);
        trips = interlock::step(&trips, &interlock::Event::Conditions(found), &config).0;
        left = gate.limit(now, wanted, &trips.permit(&config)); // to the drivers
        let standing = found.union(trips.conditions(&config));
        alarms = alarm::step(&alarms, &alarm::Event::Conditions(standing)).0;
        let text = alarms.leading().and_then(|worst| Text::find(TextId::of(worst), &[]));
        let cause = text.map_or("", |text| text.words(Language::English).cause);
        println!("code {}  pump {:>4} ‰  {cause}", code.0, left.pump.to_permille());
    }
    assert!(left.pump.is_off() && left.valve.is_off(), "what freezes gets no coolant");
    assert_eq!(alarms.sounding(), alarm::Priority::High);
    Ok(())
}
