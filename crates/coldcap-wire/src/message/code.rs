//! Codes that belong to the protocol itself: one byte each, names for the known ones.

use super::describe::Described;
use super::vocabulary::{Vocabulary, Word};

/// Defines a one-byte code, a constant for each known value, and its vocabulary.
macro_rules! code {
    (
        $(#[doc = $about:literal])+
        $type:ident, $name:literal {
            $( $(#[doc = $meaning:literal])+ $constant:ident = $code:literal, $word:literal; )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $type(
            /// The code as it travels.
            pub u8,
        );

        impl $type {
            $( $(#[doc = $meaning])+ pub const $constant: Self = Self($code); )+

            /// The known codes and their names.
            pub const VOCABULARY: Vocabulary = Vocabulary {
                name: $name,
                words: &[$(Word { code: $code, name: $word, meaning: &[$($meaning),+] }),+],
            };

            /// Its name in lower case; `None` for a code this crate does not know.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                Self::VOCABULARY.word(self.0)
            }
        }

        impl Described for $type {
            const NAME: &'static str = <u8 as Described>::NAME;
            const MINIMUM_LEN: usize = 1;
            const MAXIMUM_LEN: usize = 1;

            fn base_len(&self) -> usize {
                1
            }
        }
    };
}

code! {
    /// Where measurements come from. A code not known means: not a device.
    Origin, "origin" {
        /// A real machine.
        DEVICE = 0, "device";
        /// The virtual machine.
        SIMULATED = 1, "simulated";
        /// A recording.
        REPLAY = 2, "replay";
    }
}

code! {
    /// What became of a command. A code not known means: it was not carried out.
    Status, "status" {
        /// Carried out.
        OK = 0, "ok";
        /// Understood; it takes effect once it is sent again with `confirm` within 30 s.
        ARMED = 1, "armed";
        /// Nothing had to change.
        NO_CHANGE = 2, "no_change";
        /// Not ready for it yet; try again.
        BUSY = 3, "busy";
        /// Not possible in the present phase or state.
        BAD_STATE = 4, "bad_state";
        /// A figure is outside the range that the response states, or missing.
        OUT_OF_RANGE = 5, "out_of_range";
        /// The sender may not do that, or something stands against it that it cannot lift.
        DENIED = 6, "denied";
        /// The device has no such command.
        UNSUPPORTED = 7, "unsupported";
        /// The state has moved on from `expected_revision`, or a stop came behind the command before it was carried
        /// out.
        STALE = 8, "stale";
        /// The command came after its deadline, or the first of two steps is missing or too old, or the
        /// record entries asked for are not kept any more.
        EXPIRED = 9, "expired";
        /// Too many commands in too short a time.
        RATE_LIMITED = 10, "rate_limited";
        /// The body could not be read.
        MALFORMED = 11, "malformed";
        /// The device failed to carry it out, for a reason of its own.
        INTERNAL = 12, "internal";
    }
}

code! {
    /// What an operator does.
    Action, "action" {
        /// Stores a fit although its contact test failed. Two steps.
        CONFIRM_FIT = 1, "confirm_fit";
        /// Lets coolant circulate and waits for the cap.
        START = 2, "start";
        /// The cap is on the patient's head.
        WORN = 3, "worn";
        /// The cap is off the patient's head.
        NOT_WORN = 4, "not_worn";
        /// Begins a break; `argument` is the site's own reason, 0 to 127.
        PAUSE = 5, "pause";
        /// Resumes cooling; `argument` is the site's own reason, 1 to 127. Two steps.
        RESUME = 6, "resume";
        /// Lengthens the running pre- or post-cooling; `argument` in minutes, 1 to 30.
        EXTEND = 7, "extend";
        /// One step warmer, at once.
        EASE_OFF = 8, "ease_off";
        /// Stops at once, in every phase. Never refused.
        STOP = 9, "stop";
        /// Ends the session; `argument` is the site's own reason, 1 to 127. Two steps.
        END_SESSION = 10, "end_session";
        /// The cap is off and uncoupled.
        CONFIRM_REMOVED = 11, "confirm_removed";
        /// Leaves the report or the stored fit.
        CLOSE = 12, "close";
        /// Resets a trip of the clinician's class. Two steps.
        CLINICIAN_RESET = 13, "clinician_reset";
        /// Resets a trip of the service class. Two steps.
        SERVICE_RESET = 14, "service_reset";
        /// Leaves a fit visit, setup or the fit check.
        CANCEL = 15, "cancel";
        /// Acknowledges the active alarms.
        ACKNOWLEDGE = 16, "acknowledge";
        /// Silences the sounder for 120 s at most.
        AUDIO_PAUSE = 17, "audio_pause";
    }
}

code! {
    /// What was observed. Facts are recorded in every phase and never refused.
    FactKind, "fact" {
        /// An infusion has begun; `drug` and `hair_toxic` say which.
        DRUG_STARTED = 1, "drug_started";
        /// An infusion has ended; `drug` and `hair_toxic` say which.
        DRUG_ENDED = 2, "drug_ended";
        /// The cap is off.
        CAP_OFF = 3, "cap_off";
        /// The patient reports a symptom; `value` is the site's own code.
        SYMPTOM = 4, "symptom";
        /// How the patient bears the cold; `value` from 0 (well) to 10 (not at all).
        COMFORT = 5, "comfort";
    }
}

code! {
    /// What sort of stored object. Since minor 3.
    ObjectKind, "object" {
        /// The session record; its number is the channel. Only grows.
        RECORD = 1, "record";
        /// The log of events since power-up; its number is 0. Only grows.
        LOG = 2, "log";
        /// A cap's calibration; its number is the channel.
        CALIBRATION = 3, "calibration";
        /// A calibration certificate; its number is that of the sensor.
        CERTIFICATE = 4, "certificate";
    }
}

code! {
    /// What is driven by hand in service. Since minor 3.
    Actuator, "actuator" {
        /// The pump.
        PUMP = 1, "pump";
        /// The mixing valve.
        VALVE = 2, "valve";
        /// The chiller.
        CHILLER = 3, "chiller";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_have_names_and_others_survive() {
        assert_eq!(Status::INTERNAL.name(), Some("internal"));
        assert_eq!(Action::AUDIO_PAUSE, Action(17));
        assert_eq!((FactKind(0).name(), Origin(3).name()), (None, None));
    }
}
