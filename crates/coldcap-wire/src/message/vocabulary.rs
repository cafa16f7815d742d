//! The frozen codes, with their names: those of the protocol and those shared by the whole family.

use super::code::{Action, Actuator, FactKind, ObjectKind, Origin, Status};
use coldcap_units::Fault;

/// A list of codes and their names. Codes are never reused; a new one is added, never put in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// What the codes name; a field's unit refers to it as `code: ` and this name.
    pub name: &'static str,
    /// The known codes, in rising order.
    pub words: &'static [Word],
}

/// One code of a [`Vocabulary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The code as it travels.
    pub code: u8,
    /// Its name in lower case.
    pub name: &'static str,
    /// What it means, one piece a line; empty where the name says it.
    pub meaning: &'static [&'static str],
}

const fn explained(code: u8, name: &'static str, meaning: &'static [&'static str]) -> Word {
    Word { code, name, meaning }
}

/// A word that needs no explanation.
const fn word(code: u8, name: &'static str) -> Word {
    Word { code, name, meaning: &[] }
}

impl Vocabulary {
    /// The name of `code`, if it is known.
    #[must_use]
    pub fn word(&self, code: u8) -> Option<&'static str> {
        self.words.iter().find(|word| word.code == code).map(|word| word.name)
    }

    /// The vocabulary of this name, if there is one.
    ///
    /// ```
    /// use coldcap_wire::message::Vocabulary;
    /// let phases = Vocabulary::named("phase").unwrap();
    /// assert_eq!(phases.word(8), Some("pre_cool"));
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        VOCABULARIES.iter().find(|vocabulary| vocabulary.name == name)
    }
}

/// Every vocabulary that a field's unit or the meaning of a code refers to.
pub const VOCABULARIES: &[Vocabulary] = &[
    Origin::VOCABULARY,
    Status::VOCABULARY,
    Action::VOCABULARY,
    FactKind::VOCABULARY,
    REFUSAL,
    FIELD,
    FAULT,
    PHASE,
    DENSITY,
    HAIR,
    POST_CLOCK,
    PRIORITY,
    CONDITION,
    EVENT,
    FLAG,
    REASON,
    CAP_SIZE,
    VERDICT,
    CONTROL,
    SOURCE,
    MARK,
    CLOCK_QUALITY,
    ObjectKind::VOCABULARY,
    Actuator::VOCABULARY,
];

/// What `code` and `value` of an event mean stands with its kind.
const EVENT: Vocabulary = Vocabulary {
    name: "event",
    words: &[
        explained(
            1,
            "phase",
            &["The phase changed: `code` is the new phase, `value` the old one."],
        ),
        explained(2, "alarm_rose", &["`code` is the condition, `value` the priority."]),
        explained(3, "alarm_cleared", &["`code` is the condition."]),
        explained(4, "alarm_escalated", &["`code` is the condition, `value` the new priority."]),
        explained(5, "break_began", &["`code` is the reason."]),
        explained(6, "break_ended", &["`value` is its length in ms."]),
        explained(7, "flag", &["The record bears a remark: `code` is the flag."]),
        explained(8, "drug_started", &["`code` is the drug, `value` 1 if it costs hair."]),
        explained(9, "drug_ended", &["`code` is the drug, `value` 1 if it costs hair."]),
        explained(
            10,
            "fit_saved",
            &["`code` is the cap size, `value` the verdict on the contact."],
        ),
        explained(11, "ended", &["The session ended: `code` is the reason."]),
        explained(12, "tripped", &["The guard latched: `code` is the condition."]),
        explained(13, "released", &["The guard let go: `code` is the condition."]),
        explained(
            14,
            "restarted",
            &["`value` is how long the power was away in ms, or -1 if unknown."],
        ),
        explained(
            15,
            "fit_failed",
            &[
                "`code` 1 if the sensors did not match, 2 if the contact failed, 3 if the loop did not rest",
                "in time to match them (`value`: how it moved, in µK/s).",
            ],
        ),
        explained(
            16,
            "contact_advised",
            &[
                "The first two minutes of pre-cooling: `code` is the verdict.",
                "Nothing follows from it.",
            ],
        ),
        explained(
            17,
            "match_waits",
            &[
                "The sensors are not matched yet, for the loop does not rest: `code` is the fastest",
                "(0 supply, 1 return, 2 front, 3 rear), `value` how it moves, in µK/s.",
            ],
        ),
    ],
};

const FLAG: Vocabulary = Vocabulary {
    name: "flag",
    words: &[
        word(1, "drug_early"),
        word(2, "drug_end_unmatched"),
        word(3, "drug_start_repeated"),
        word(4, "drug_uncounted"),
        word(5, "drug_outside_cooling"),
        word(6, "drug_kind_differs"),
        word(7, "ended_early"),
        word(8, "break_over"),
        word(9, "waiting"),
        word(10, "gap_long"),
        word(11, "gap_unknown"),
        word(12, "removed_early"),
        word(13, "contact_doubtful"),
        word(14, "contact_restored"),
        word(15, "fit_overridden"),
        word(16, "contraindication_decided"),
        word(17, "target_raised"),
        word(18, "pre_lengthened"),
        word(19, "post_lengthened"),
        word(20, "sensors_differ"),
        word(21, "fit_timed_out"),
        word(22, "fit_interrupted"),
        word(23, "self_test_failed"),
        word(24, "restart_limit"),
        word(25, "drug_still_running"),
        word(26, "comfort_out_of_scale"),
        word(27, "fit_unsure"),
        word(28, "regimen_overridden"),
        word(29, "mark_amended"),
    ],
};

/// Codes 0 to 127 are the site's own.
const REASON: Vocabulary = Vocabulary {
    name: "reason",
    words: &[
        word(128, "stopped"),
        word(129, "operator_trip"),
        word(130, "clinician_trip"),
        word(131, "service_trip"),
        word(132, "uncoupled"),
        word(133, "not_worn"),
        word(134, "power_gap"),
        word(135, "completed"),
        word(136, "unattended"),
        word(137, "abandoned"),
    ],
};

const CAP_SIZE: Vocabulary = Vocabulary {
    name: "cap_size",
    words: &[
        word(1, "extra_small"),
        word(2, "small"),
        word(3, "medium"),
        word(4, "large"),
        word(5, "extra_large"),
    ],
};

const VERDICT: Vocabulary = Vocabulary {
    name: "verdict",
    words: &[
        word(1, "good"),
        word(2, "doubtful"),
        word(3, "refuse"),
        word(4, "repeat"),
        word(5, "reseat"),
        word(6, "resize"),
    ],
};

const FAULT: Vocabulary = Vocabulary {
    name: "fault",
    words: &[
        word(0, "none"),
        named(Fault::Absent),
        named(Fault::Unavailable),
        named(Fault::Open),
        named(Fault::Short),
        named(Fault::BelowRange),
        named(Fault::AboveRange),
        named(Fault::Stale),
        named(Fault::Stuck),
        named(Fault::Disagrees),
        named(Fault::Bus),
        named(Fault::Uncalibrated),
        named(Fault::Expired),
        named(Fault::NotFinite),
        named(Fault::Drift),
    ],
};

const fn named(fault: Fault) -> Word {
    word(fault.code(), fault.name())
}

const REFUSAL: Vocabulary = Vocabulary {
    name: "refusal",
    words: &[
        word(0, "none"),
        word(1, "wrong_phase"),
        word(2, "cap_absent"),
        word(3, "not_worn"),
        word(4, "fault_active"),
        word(5, "budget_spent"),
        word(6, "limit_reached"),
        word(7, "too_early"),
        word(8, "not_confirmed"),
        word(9, "out_of_range"),
        word(10, "mark_out_of_order"),
        word(11, "not_permitted"),
        word(12, "contraindicated"),
        word(13, "unanswered"),
        word(14, "service_due"),
        word(15, "calibration_due"),
        word(16, "unknown_regimen"),
        word(17, "on_other_channel"),
        word(18, "nothing_to_acknowledge"),
        word(19, "nothing_to_pause"),
        word(20, "not_tested"),
    ],
};

const FIELD: Vocabulary = Vocabulary {
    name: "field",
    words: &[
        word(0, "none"),
        word(1, "patient"),
        word(2, "plan"),
        word(3, "pre"),
        word(4, "post"),
        word(5, "break_each"),
        word(6, "break_total"),
        word(7, "target"),
        word(8, "density"),
        word(9, "hair"),
        word(10, "circumference"),
        word(11, "sagittal"),
        word(12, "coronal"),
        word(13, "session_index"),
        word(14, "reason"),
        word(15, "minutes"),
        word(16, "interface"),
        word(17, "source"),
        word(18, "earlier"),
        word(19, "drive"),
    ],
};

const PHASE: Vocabulary = Vocabulary {
    name: "phase",
    words: &[
        word(0, "boot"),
        word(1, "standby"),
        word(2, "fit_measure"),
        word(3, "fit_calibrate"),
        word(4, "fit_verify"),
        word(5, "fit_saved"),
        word(6, "setup"),
        word(7, "fit_check"),
        word(8, "pre_cool"),
        word(9, "ready"),
        word(10, "infusing"),
        word(11, "post_cool"),
        word(12, "paused"),
        word(13, "recool"),
        word(14, "thaw"),
        word(15, "cap_off"),
        word(16, "report"),
        word(17, "safe_hold"),
        word(18, "recovery"),
    ],
};

const DENSITY: Vocabulary = Vocabulary {
    name: "density",
    words: &[
        word(0, "unanswered"),
        word(1, "full"),
        word(2, "scalp_shows"),
        word(3, "much_shows"),
        word(4, "nearly_gone"),
    ],
};

const HAIR: Vocabulary = Vocabulary {
    name: "hair",
    words: &[word(0, "unanswered"), word(1, "ordinary"), word(2, "thick_or_tightly_curled")],
};

const POST_CLOCK: Vocabulary =
    Vocabulary { name: "post_clock", words: &[word(0, "cooled"), word(1, "elapsed")] };

const CONTROL: Vocabulary = Vocabulary {
    name: "control",
    words: &[
        explained(0, "coolant", &["The supply is held."]),
        explained(1, "cap", &["The cap's inner face is held; the supply follows from it."]),
    ],
};

/// Codes 192 to 255 are a site's own.
const SOURCE: Vocabulary = Vocabulary {
    name: "source",
    words: &[
        word(0, "none"),
        word(1, "paxman_faq"),
        word(2, "dutch_site"),
        word(3, "clatterbridge"),
        word(4, "oslo"),
        word(5, "komen_2016"),
        word(6, "van_den_hurk_2012"),
        word(7, "nct03266185"),
        word(8, "isrctn97879847"),
        word(9, "nct03712696"),
        word(10, "dignicap_support"),
        word(11, "dignicap_older"),
        word(12, "japan_approval"),
        word(13, "toranomon"),
        word(14, "scalp_trial"),
        word(15, "dignicap_pivotal"),
        word(16, "nct04986579"),
        word(17, "amma_press"),
        word(18, "dignicap_label"),
        word(192, "site"),
    ],
};

const MARK: Vocabulary =
    Vocabulary { name: "mark", words: &[word(1, "started"), word(2, "ended")] };

const CLOCK_QUALITY: Vocabulary = Vocabulary {
    name: "clock_quality",
    words: &[
        explained(0, "unknown", &["Nobody knows where the time comes from."]),
        explained(1, "entered", &["Somebody entered it."]),
        explained(2, "kept", &["A clock with a battery kept it."]),
        explained(3, "synchronised", &["It was taken from a server of time."]),
    ],
};

const PRIORITY: Vocabulary = Vocabulary {
    name: "priority",
    words: &[word(0, "none"), word(1, "low"), word(2, "medium"), word(3, "high")],
};

const CONDITION: Vocabulary = Vocabulary {
    name: "condition",
    words: &[
        word(1, "freeze"),
        word(2, "freeze_near"),
        word(3, "safety_sensor"),
        word(4, "front_sensor"),
        word(5, "rear_sensor"),
        word(6, "supply_sensor"),
        word(7, "return_sensor"),
        word(8, "tank_sensor"),
        word(9, "flow_lost"),
        word(10, "pump_stopped"),
        word(11, "chiller_stuck"),
        word(12, "leak"),
        word(13, "cap_uncoupled"),
        word(14, "mains_lost"),
        word(15, "link_lost"),
        word(16, "level_low"),
        word(17, "too_warm"),
        word(18, "contact_doubtful"),
        word(19, "break_over"),
        word(20, "waiting"),
        word(21, "restarted"),
        word(22, "self_test_failed"),
        word(23, "evaporator_cold"),
        word(24, "permit_mismatch"),
        word(25, "resets_spent"),
        word(26, "loop_implausible"),
        word(27, "valve_stuck"),
        word(28, "valve_unseen"),
        word(29, "freeze_ahead"),
        word(30, "safety_disagrees"),
        word(31, "face_disagrees"),
        word(32, "heat_implausible"),
        word(33, "flow_low"),
        word(34, "cold_dose"),
        word(35, "display_silent"),
        word(36, "degraded"),
        word(37, "calibration_due"),
        word(38, "pump_runs_on"),
        word(39, "power_held"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_names_differ() {
        for vocabulary in VOCABULARIES {
            assert!(vocabulary.words.is_sorted_by(|a, b| a.code < b.code), "{}", vocabulary.name);
            for word in vocabulary.words {
                let same = vocabulary.words.iter().filter(|other| other.name == word.name);
                assert_eq!((same.count(), vocabulary.word(word.code)), (1, Some(word.name)));
            }
        }
    }

    #[test]
    fn every_code_in_the_registry_has_a_vocabulary() {
        use super::super::{ENDPOINTS, STRUCTURES};
        let bodies = ENDPOINTS.iter().flat_map(|endpoint| endpoint.fields);
        let fields = bodies.chain(STRUCTURES.iter().flat_map(|structure| structure.fields));
        for field in fields {
            if let Some((_, name)) = field.unit.split_once(": ") {
                assert!(Vocabulary::named(name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn every_fault_is_listed() {
        for fault in Fault::ALL {
            assert_eq!(FAULT.word(fault.code()), Some(fault.name()));
        }
        assert_eq!(FAULT.words.len(), Fault::ALL.len() + 1);
    }
}
