//! The phases of a visit, under the names and codes that stand everywhere.

/// What one channel is doing. The codes are frozen: they stand on the wire and in records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Phase {
    /// The self-test runs; everything is off.
    #[default]
    Boot = 0,
    /// Idle, ready for a visit.
    Standby = 1,
    /// Fit visit: the head is measured; the pump is off.
    FitMeasure = 2,
    /// Fit visit: coolant circulates uncooled while the sensors are matched.
    FitCalibrate = 3,
    /// Fit visit: mild coolant circulates while the contact is tested on the worn cap.
    FitVerify = 4,
    /// Fit visit: the result is stored; the pump is off.
    FitSaved = 5,
    /// A patient and a plan are chosen; the tank pulls down; the pump is off.
    Setup = 6,
    /// Coolant circulates uncooled until it moves and the cap is worn.
    FitCheck = 7,
    /// Cooling before the infusion.
    PreCool = 8,
    /// Cooling; the infusion may start.
    Ready = 9,
    /// Cooling while at least one hair-toxic drug runs.
    Infusing = 10,
    /// Cooling after the end of the last hair-toxic drug.
    PostCool = 11,
    /// The pump is off; the session may be resumed.
    Paused = 12,
    /// Cooling down again, by a ramp, to the phase that was left.
    Recool = 13,
    /// The pump is off and the cap warms before it is taken off.
    Thaw = 14,
    /// The cap may be taken off.
    CapOff = 15,
    /// The record of the visit is complete.
    Report = 16,
    /// Everything is off until service has reset the machine.
    SafeHold = 17,
    /// Everything is off after a power gap; resume or end.
    Recovery = 18,
}

impl Phase {
    /// Every phase, in order of its code.
    pub const ALL: [Self; 19] = [
        Self::Boot,
        Self::Standby,
        Self::FitMeasure,
        Self::FitCalibrate,
        Self::FitVerify,
        Self::FitSaved,
        Self::Setup,
        Self::FitCheck,
        Self::PreCool,
        Self::Ready,
        Self::Infusing,
        Self::PostCool,
        Self::Paused,
        Self::Recool,
        Self::Thaw,
        Self::CapOff,
        Self::Report,
        Self::SafeHold,
        Self::Recovery,
    ];

    /// The frozen code, 0 to 18.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The phase with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.code() == code)
    }

    /// Its name in lower case, as reports, files and pages print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Standby => "standby",
            Self::FitMeasure => "fit_measure",
            Self::FitCalibrate => "fit_calibrate",
            Self::FitVerify => "fit_verify",
            Self::FitSaved => "fit_saved",
            Self::Setup => "setup",
            Self::FitCheck => "fit_check",
            Self::PreCool => "pre_cool",
            Self::Ready => "ready",
            Self::Infusing => "infusing",
            Self::PostCool => "post_cool",
            Self::Paused => "paused",
            Self::Recool => "recool",
            Self::Thaw => "thaw",
            Self::CapOff => "cap_off",
            Self::Report => "report",
            Self::SafeHold => "safe_hold",
            Self::Recovery => "recovery",
        }
    }

    /// Whether this phase cools the scalp to the plan's target.
    ///
    /// The mild test of [`Phase::FitVerify`] does not count.
    #[must_use]
    pub const fn is_cooling(self) -> bool {
        self.is_treatment() || matches!(self, Self::Recool)
    }

    /// Whether this is one of the four phases of a treatment: what a pause returns to.
    #[must_use]
    pub const fn is_treatment(self) -> bool {
        matches!(self, Self::PreCool | Self::Ready | Self::Infusing | Self::PostCool)
    }

    /// Whether the pump may run in this phase.
    #[must_use]
    pub const fn circulates(self) -> bool {
        self.is_cooling() || matches!(self, Self::FitCalibrate | Self::FitVerify | Self::FitCheck)
    }

    /// Whether this phase belongs to a fit visit.
    #[must_use]
    pub const fn is_fit_visit(self) -> bool {
        matches!(self, Self::FitMeasure | Self::FitCalibrate | Self::FitVerify | Self::FitSaved)
    }

    /// Whether cooling is interrupted and may be resumed by an operator.
    #[must_use]
    pub const fn is_interrupted(self) -> bool {
        matches!(self, Self::Paused | Self::Recovery)
    }
}

impl core::fmt::Display for Phase {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_dense_and_reversible() {
        for (index, phase) in Phase::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(phase.code()), index);
            assert_eq!(Phase::from_code(phase.code()), Some(phase));
        }
        assert_eq!(Phase::from_code(19), None);
    }

    #[test]
    fn every_cooling_phase_circulates_and_no_other_treatment_phase_does() {
        for phase in Phase::ALL {
            assert!(!phase.is_cooling() || phase.circulates(), "{phase}");
            assert!(!(phase.is_interrupted() && phase.circulates()), "{phase}");
        }
        let circulating = Phase::ALL.into_iter().filter(|phase| phase.circulates()).count();
        assert_eq!(circulating, 8);
    }
}
