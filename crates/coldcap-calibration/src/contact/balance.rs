//! Whether the zones' heat and the loop's heat are the same heat.
//!
//! A face sensor that lies shows a flux that the coolant never carried away. The comparison is that of
//! two laboratories, ISO 13528's `E_n`; area that no sensor sees lets anything between nothing and the
//! largest observed flux through, and counts with the uncertainty of that.

use crate::root::square;
use coldcap_units::Permille;

/// A zone's part of the heat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZoneHeat {
    /// The zone's area in cm².
    pub area_cm2: u16,
    /// The flux there in mW/m²; `None` where it is not observed.
    pub flux: Option<u32>,
}

impl ZoneHeat {
    /// At this flux, in milliwatts.
    fn at(&self, flux: u32) -> u32 {
        let milliwatts = u64::from(flux).saturating_mul(self.area_cm2.into()) / 10_000;
        u32::try_from(milliwatts).unwrap_or(u32::MAX)
    }
}

/// The heat that the zones account for against the heat that the loop carried away, in milliwatts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnergyBalance {
    /// The sum over the zones of area times flux, unobserved area at the caller's bounds.
    pub zones_mw: i32,
    /// Standard uncertainty of that.
    pub zones_uncertainty_mw: u32,
    /// Flow times heat capacity times rise, less the background.
    pub loop_mw: i32,
    /// Standard uncertainty of that.
    pub loop_uncertainty_mw: u32,
}

impl EnergyBalance {
    /// From the zones, the standard uncertainty that they share (wall and area, as a share), and the
    /// loop's heat with its own. `None` where no zone is observed.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_calibration::contact::balance::{EnergyBalance, ZoneHeat};
    /// use coldcap_units::Permille;
    /// let zone = |flux| ZoneHeat { area_cm2: 350, flux };
    /// // 500 W/m² over twice 350 cm² are 35 W, known to 3.85 W.
    /// let zones = [zone(Some(500_000)), zone(Some(500_000)), ZoneHeat { area_cm2: 0, flux: None }];
    /// let with = |loop_mw| EnergyBalance::new(&zones, Permille(110), (loop_mw, 1_500)).unwrap();
    /// assert!(with(41_000).holds() && !with(45_000).holds());
    /// ```
    #[must_use]
    pub fn new(zones: &[ZoneHeat; 3], shared: Permille, around: (i32, u32)) -> Option<Self> {
        let largest = zones.iter().filter_map(|zone| zone.flux).max()?;
        let (mut seen, mut unseen) = (0u32, 0u32);
        for zone in zones {
            match zone.flux {
                Some(flux) => seen = seen.saturating_add(zone.at(flux)),
                None => unseen = unseen.saturating_add(zone.at(largest)),
            }
        }
        let sum = i32::try_from(seen.saturating_add(unseen / 2)).unwrap_or(i32::MAX);
        // Anything between the bounds is as likely: the half width over the root of three (GUM 4.3.7).
        let unseen = u64::from(unseen).saturating_mul(289) / 1_000;
        let shared = u64::from(seen).saturating_mul(shared.0.into()) / 1_000;
        let square = unseen.saturating_mul(unseen).saturating_add(shared.saturating_mul(shared));
        Some(Self {
            zones_mw: sum,
            zones_uncertainty_mw: u32::try_from(square.isqrt()).unwrap_or(u32::MAX),
            loop_mw: around.0,
            loop_uncertainty_mw: around.1,
        })
    }

    /// Whether both agree: ISO 13528's `E_n = |a − b| / √(U_a² + U_b²)` with U = 2u is at most 1.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn holds(&self) -> bool {
        let apart = (self.zones_mw as i64).saturating_sub(self.loop_mw as i64).unsigned_abs();
        let (zones, around) = (self.zones_uncertainty_mw, self.loop_uncertainty_mw);
        square(apart) <= square(doubled(zones)).saturating_add(square(doubled(around)))
    }
}

const fn doubled(uncertainty: u32) -> u64 {
    (uncertainty as u64).saturating_mul(2)
}
