//! How much heat comes from the head, by the stream and by the wall.

use coldcap_units::{Fault, MillilitersPerMinute};

use super::config::{SkinParameters, micro};
use super::number::{approach, mul_div};

/// Time constant of the heat filter and of the wall's slope, in seconds.
const FILTER_S: i64 = 20;
/// Coolant that was in loop and cap when the flow began tells nothing: so long is waited, in seconds.
const PURGE_S: u32 = 120;
/// Heat from a head lies in this range, in mW, with room for anybody.
const PLAUSIBLE_MW: core::ops::RangeInclusive<i64> = -15_000..=150_000;
/// Stream and wall may differ by so many standard deviations of the sensors' mismatch for nothing. What
/// is beyond that is doubt, and beyond this share of the heat, in thousandths, neither is believed.
const MATCHED: i64 = 3;
const DISAGREE_MILLI: i64 = 300;
/// Shares are taken of at least this much heat.
const LEAST_MW: i64 = 5_000;

/// One second of the loop, in µ°C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stream {
    pub(super) supply: i64,
    pub(super) returned: i64,
    pub(super) flow: MillilitersPerMinute,
}

/// What was found about the heat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Heat {
    /// From the head, in mW.
    pub(super) head_mw: i64,
    /// Its relative standard deviation in thousandths, what the wall contradicts included.
    pub(super) spread_milli: i64,
}

/// The heat meter.
///
/// By the stream: `Q = V̇·ρc·(Tr − Ts′) − G·(Troom − T̄) + Cw·dTi/dt`. `Ts′` is the supply through two
/// equal stirred volumes that together hold what lies between the sensors: so a ramp of the supply,
/// whose delay would look like heat (0.8 K at 3 K/min), falls out. By the wall:
/// `Q = A·(Ti − T̄)/Rf + Cw·dTi/dt`. The wall is only a witness: its resistance is known worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct HeatMeter {
    matched: Option<[i64; 2]>,
    /// The interface some seconds ago.
    lagged: Option<i64>,
    stream_mw: i64,
    wall_mw: i64,
    flowing_s: u32,
}

impl HeatMeter {
    pub(super) const fn new() -> Self {
        Self { matched: None, lagged: None, stream_mw: 0, wall_mw: 0, flowing_s: 0 }
    }

    /// One second. Without stream or interface it begins again.
    pub(super) fn step(
        &mut self,
        parameters: &SkinParameters,
        stream: Result<Stream, Fault>,
        interface: Result<i64, Fault>,
    ) -> Result<Heat, Fault> {
        let (stream, interface) = match (stream, interface) {
            (Ok(stream), Ok(interface)) => (stream, interface),
            (Err(fault), _) | (_, Err(fault)) => {
                *self = Self::new();
                return Err(fault);
            }
        };
        self.take(parameters, &stream, interface);
        self.judged(parameters, &stream)
    }

    fn take(&mut self, parameters: &SkinParameters, stream: &Stream, interface: i64) {
        let warming_mw = self.warming(parameters, interface);
        let supply = self.match_supply(parameters, stream);
        let mean = stream.supply.saturating_add(stream.returned) / 2;
        let rise = stream.returned.saturating_sub(supply);
        let room = mul_div(
            micro(parameters.room).saturating_sub(mean),
            i64::from(parameters.background_mw_per_k),
            1_000_000,
        );
        let carried = carried_mw(parameters, stream.flow, rise).saturating_sub(room);
        let through = through_mw(parameters, interface.saturating_sub(mean));
        self.stream_mw = approach(self.stream_mw, carried.saturating_add(warming_mw), 1, FILTER_S);
        self.wall_mw = approach(self.wall_mw, through.saturating_add(warming_mw), 1, FILTER_S);
        self.flowing_s = self.flowing_s.saturating_add(1);
    }

    /// The supply as the return knows it.
    fn match_supply(&mut self, parameters: &SkinParameters, stream: &Stream) -> i64 {
        let [first, second] = self.matched.unwrap_or([stream.supply; 2]);
        let passed = i64::from(stream.flow.0);
        // A second of flow over a second of flow and half the volume: exact for a ramp.
        let whole = passed.saturating_add(i64::from(parameters.loop_ml).saturating_mul(30));
        let first = approach(first, stream.supply, passed, whole);
        let second = approach(second, first, passed, whole);
        self.matched = Some([first, second]);
        second
    }

    /// Heat that warms the wall, in mW; negative while it cools.
    fn warming(&mut self, parameters: &SkinParameters, interface: i64) -> i64 {
        let before = self.lagged.unwrap_or(interface);
        let lagged = approach(before, interface, 1, FILTER_S);
        self.lagged = Some(lagged);
        mul_div(lagged.saturating_sub(before), i64::from(parameters.wall_j_per_k), 1_000)
    }

    fn judged(&self, parameters: &SkinParameters, stream: &Stream) -> Result<Heat, Fault> {
        if self.flowing_s < PURGE_S {
            return Err(Fault::Unavailable);
        }
        let mismatch = i64::from(parameters.mismatch.to_milli()).saturating_mul(1_000);
        let blind_mw = carried_mw(parameters, stream.flow, mismatch);
        let differ = self.stream_mw.saturating_sub(self.wall_mw).saturating_abs();
        let excess = differ.saturating_sub(blind_mw.saturating_mul(MATCHED)).max(0);
        let larger = self.stream_mw.max(self.wall_mw).max(LEAST_MW);
        let contradicted = mul_div(excess, 1_000, larger);
        if !PLAUSIBLE_MW.contains(&self.stream_mw) || contradicted > DISAGREE_MILLI {
            return Err(Fault::Disagrees);
        }
        let blind_milli = mul_div(blind_mw, 1_000, self.stream_mw.max(LEAST_MW));
        let spread_milli = super::number::root_of_squares(&[
            blind_milli,
            i64::from(parameters.heat_spread_milli),
            contradicted,
        ]);
        Ok(Heat { head_mw: self.stream_mw, spread_milli })
    }
}

/// Heat that the stream takes up while it warms by `rise` µK, in mW.
fn carried_mw(parameters: &SkinParameters, flow: MillilitersPerMinute, rise: i64) -> i64 {
    // mL/min · J/(L K) · µK / (60 s · 1000 mL · 1000 µK per mK) is mW.
    let per_kelvin = i64::from(flow.0).saturating_mul(i64::from(parameters.coolant_j_per_l_k));
    mul_div(rise, per_kelvin, 60_000_000)
}

/// Heat through film and wall at a drop in µK, in mW.
fn through_mw(parameters: &SkinParameters, drop: i64) -> i64 {
    // µK · cm² · 10⁻⁴ / (10⁻⁶ m²K/W · R) is µW · 10²: a tenth of it is mW.
    mul_div(
        drop,
        i64::from(parameters.area_cm2),
        i64::from(parameters.film_micro).saturating_mul(10),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOP: SkinParameters = SkinParameters::REFERENCE;

    #[test]
    fn heat_has_its_units() {
        // 1 L/min and 1 K: 65.4 W. 6 K over 0.010 m²K/W on 0.07 m²: 42 W.
        assert_eq!(carried_mw(&LOOP, MillilitersPerMinute(1_000), 1_000_000), 65_383);
        assert_eq!(through_mw(&LOOP, 6_000_000), 42_000);
    }

    fn steady(rise: i64, drop: i64) -> Result<Heat, Fault> {
        let mut meter = HeatMeter::new();
        let stream = Stream {
            supply: -4_000_000,
            returned: -4_000_000 + rise,
            flow: MillilitersPerMinute(1_000),
        };
        let mut last = Err(Fault::Unavailable);
        for second in 0..300 {
            last = meter.step(&LOOP, Ok(stream), Ok(-4_000_000 + rise / 2 + drop));
            assert!(second > 100 || last.is_err());
        }
        last
    }

    #[test]
    fn stream_and_wall_agree_on_a_steady_head() {
        // 0.76 K: 49.7 W less 0.45 W/K · 25.62 K of room: 38.2 W; the wall says 5.46 K · 7 W/K.
        let heat = steady(760_000, 5_460_000).unwrap();
        assert!((heat.head_mw - 38_160).abs() < 60, "{heat:?}");
        assert!((55..65).contains(&heat.spread_milli), "{heat:?}");
    }

    #[test]
    fn what_the_wall_denies_is_not_believed() {
        assert_eq!(steady(1_400_000, 5_460_000), Err(Fault::Disagrees));
        assert_eq!(steady(400_000, 5_460_000), Err(Fault::Disagrees));
        let doubted = steady(960_000, 5_460_000).unwrap();
        assert!(doubted.spread_milli > 80, "{doubted:?}");
    }

    #[test]
    fn a_ramp_of_an_empty_cap_is_not_heat() {
        let mut meter = HeatMeter::new();
        let parameters = SkinParameters { background_mw_per_k: 0, wall_j_per_k: 50, ..LOOP };
        // Everything 15.84 s behind the supply, at 3 K/min.
        for second in 0..600_i64 {
            let supply = 22_000_000 - 50_000 * second;
            let returned = supply + 50_000 * 1_584 / 100;
            let stream = Stream { supply, returned, flow: MillilitersPerMinute(1_000) };
            let _ = meter.step(&parameters, Ok(stream), Ok(supply));
        }
        assert!(meter.stream_mw.abs() < 3_000, "{} mW", meter.stream_mw);
    }
}
