//! The events that an exploration plays, each with its name and where it may happen.

use super::sights::{COLD, GOOD, STILL, UNCOUPLED, WARM, all_that_matter, that_move_clocks};
use coldcap::supervise::Event;
use coldcap_guard::{Condition, Conditions};
use coldcap_session::regimen::Source;
use coldcap_session::{
    Amendment, ClockQuality, Density, Fact, Hair, HairType, HeadMeasures, Mark, Observed, Patient,
    Phase, PlanRequest, Request, Role, WallTime,
};
use coldcap_units::Duration;

/// One event, by name.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What happens.
    pub event: Event,
    /// The class under which it stands in the table of transitions.
    pub class: &'static str,
    /// In which phases it is played; `None` means in all.
    pub only_in: Option<Phase>,
    /// Whether it helps: nothing new fails with it.
    pub helps: bool,
    /// Whether it is only judged, and not followed: see [`Machine::is_followed`](crate::search::Machine).
    pub probe: bool,
}

/// The same letters, to be judged and not followed.
#[must_use]
pub fn probes(mut letters: Vec<Letter>) -> Vec<Letter> {
    letters.iter_mut().for_each(|letter| letter.probe = true);
    letters
}

/// Hair that changes no plan.
pub const HAIR: Hair = Hair { density: Density::Full, kind: HairType::Ordinary };

/// A patient without contraindications.
pub const PATIENT: Patient = Patient {
    id: 17,
    calibration: 1,
    session_index: 1,
    session_count: 6,
    hair: HAIR,
    contraindications: 0,
};

pub(super) const HEAD: HeadMeasures =
    HeadMeasures { circumference_mm: 561, sagittal_mm: 345, coronal_mm: 350, hair: HAIR };

/// One condition for each class of the interlock, those that it treats in a way of their own, and one
/// that it ignores.
pub const REPRESENTATIVES: [(&str, Conditions); 9] = [
    ("operator trip", Conditions::of(&[Condition::FlowLost])),
    ("clinician trip", Conditions::of(&[Condition::Freeze])),
    ("service trip", Conditions::of(&[Condition::Leak])),
    ("near freezing", Conditions::of(&[Condition::FreezeNear])),
    ("one control sensor", Conditions::of(&[Condition::FrontSensor])),
    ("both control sensors", Conditions::of(&[Condition::FrontSensor, Condition::RearSensor])),
    ("no chilling", Conditions::of(&[Condition::TankSensor])),
    ("of no consequence", Conditions::of(&[Condition::MainsLost])),
    ("safety sensor", Conditions::of(&[Condition::SafetySensor])),
];

/// The first three of [`REPRESENTATIVES`]: one trip a class.
pub const TRIPS: usize = 3;

fn letter(class: &'static str, event: Event) -> Letter {
    Letter { event, class, only_in: None, helps: true, probe: false }
}

fn ask(class: &'static str, request: Request, role: Role) -> Letter {
    letter(class, Event::Request { request, role })
}

/// What an operator who knows how may ask for, with the roles that may.
#[must_use]
pub fn requests(plan: PlanRequest) -> Vec<Letter> {
    use Role::{Clinician, Nurse, Observer, Panel, Service};
    vec![
        ask("start_fit", Request::StartFit, Nurse),
        ask("measure", Request::Measure(HEAD), Nurse),
        ask("confirm_fit", Request::ConfirmFit { confirm: false }, Clinician),
        ask("confirm_fit second", Request::ConfirmFit { confirm: true }, Clinician),
        ask("select_patient", Request::select(PATIENT), Nurse),
        ask("choose_plan", Request::ChoosePlan(plan), Nurse),
        ask("start", Request::Start, Nurse),
        ask("worn", Request::Worn(true), Nurse),
        ask("not_worn", Request::Worn(false), Nurse),
        ask("pause", Request::Pause(1), Panel),
        ask("resume", Request::Resume { reason: 1, confirm: false }, Nurse),
        ask("resume second", Request::Resume { reason: 1, confirm: true }, Nurse),
        ask("stop", Request::Stop, Observer),
        ask("end_session", Request::EndSession { reason: 1, confirm: false }, Nurse),
        ask("end_session second", Request::EndSession { reason: 1, confirm: true }, Nurse),
        ask("confirm_removed", Request::ConfirmRemoved, Nurse),
        ask("close", Request::Close, Nurse),
        ask("clinician_reset", Request::ClinicianReset { confirm: false }, Clinician),
        ask("clinician_reset second", Request::ClinicianReset { confirm: true }, Clinician),
        ask("service_reset", Request::ServiceReset { confirm: false }, Service),
        ask("service_reset second", Request::ServiceReset { confirm: true }, Service),
        ask("cancel", Request::Cancel, Nurse),
        ask("acknowledge", Request::Acknowledge, Nurse),
    ]
}

/// Requests that count something up: they multiply the states and decide nothing else.
#[must_use]
pub fn counting_requests() -> Vec<Letter> {
    vec![
        ask("extend", Request::Extend(30), Role::Nurse),
        ask("ease_off", Request::EaseOff, Role::Nurse),
    ]
}

/// Requests that must be refused wherever they are made, for what they say or for who makes them.
#[must_use]
pub fn refused_requests(plan: PlanRequest) -> Vec<Letter> {
    let hair = |density, kind| {
        let hair = Hair { density, kind };
        Request::select(Patient { hair, ..PATIENT })
    };
    let unanswered = hair(Density::Unanswered, HairType::Ordinary);
    let gone = hair(Density::NearlyGone, HairType::Ordinary);
    let kind = hair(Density::Full, HairType::Unanswered);
    let gate = |contraindications, reason| Request::SelectPatient {
        patient: Patient { contraindications, ..PATIENT },
        reason,
    };
    let beyond = Patient { session_index: 7, ..PATIENT };
    let huge = HeadMeasures { circumference_mm: 900, ..HEAD };
    let long = PlanRequest { break_each: Duration::from_mins(99), ..plan };
    let mut letters = vec![
        ask("select_patient unanswered hair", unanswered, Role::Clinician),
        ask("select_patient no hair", gone, Role::Clinician),
        ask("select_patient unanswered hair", kind, Role::Clinician),
        ask("select_patient beyond the course", Request::select(beyond), Role::Clinician),
        ask("select_patient that asks, by a nurse", gate(1 << 11, 4), Role::Nurse),
        ask("select_patient that asks, without a reason", gate(1 << 11, 0), Role::Clinician),
        ask("select_patient by no such reason", gate(0, 128), Role::Clinician),
        ask("select_patient that blocks", gate(1, 4), Role::Clinician),
        ask("measure out of range", Request::Measure(huge), Role::Nurse),
        ask("choose_plan out of range", Request::ChoosePlan(long), Role::Nurse),
        ask("pause out of range", Request::Pause(128), Role::Nurse),
        ask("extend out of range", Request::Extend(31), Role::Nurse),
        ask(
            "end_session unanswered",
            Request::EndSession { reason: 0, confirm: false },
            Role::Nurse,
        ),
        ask(
            "end_session out of range",
            Request::EndSession { reason: 200, confirm: false },
            Role::Nurse,
        ),
    ];
    letters.extend(plans_refused(plan));
    let by_nobody = requests(plan).into_iter().chain(counting_requests());
    letters.extend(by_nobody.filter(|letter| letter.class != "stop").map(by_the_wrong_role));
    letters
}

/// Plans that are not those of the source that they name, and one that a clinician makes his own.
fn plans_refused(plan: PlanRequest) -> Vec<Letter> {
    let choose = |class, plan, role| ask(class, Request::ChoosePlan(plan), role);
    let of = |regimen, source| PlanRequest { regimen, source, ..plan };
    let (outside, nobody) = (of(3, Source::OSLO), of(0, Source::NONE));
    let reasoned = |plan| PlanRequest { reason: 4, ..plan };
    vec![
        choose("choose_plan without a row", of(5, Source::OSLO), Role::Clinician),
        choose("choose_plan under study", of(9, Source::NEWER_DRUGS_STUDY), Role::Clinician),
        choose("choose_plan not to be cooled", of(10, Source::DIGNICAP_LABEL), Role::Clinician),
        choose("choose_plan outside of its source", outside, Role::Clinician),
        choose("choose_plan by a nurse's reason", reasoned(outside), Role::Nurse),
        choose("choose_plan by a reason alone", reasoned(nobody), Role::Clinician),
        choose("choose_plan by a clinician's reason", reasoned(outside), Role::Clinician),
    ]
}

fn by_the_wrong_role(letter: Letter) -> Letter {
    let Event::Request { request, .. } = letter.event else { return letter };
    let roles = [Role::Observer, Role::Service, Role::Nurse];
    let role = roles.into_iter().find(|role| !role.may(&request)).unwrap_or(Role::Observer);
    Letter { event: Event::Request { request, role }, class: "not_permitted", ..letter }
}

/// A patient with a contraindication that asks, decided by a clinician, and stops by every role.
#[must_use]
pub fn further_requests() -> Vec<Letter> {
    let patient = Patient { contraindications: 1 << 11, ..PATIENT };
    let asks = Request::SelectPatient { patient, reason: 4 };
    let another = Patient { id: 18, ..PATIENT };
    let mut letters = vec![
        ask("select_patient that asks", asks, Role::Clinician),
        ask("select_patient, another one", Request::select(another), Role::Nurse),
    ];
    letters.extend(Role::ALL.map(|role| ask("stop", Request::Stop, role)));
    letters
}

/// A patient whose hair raises a target and lengthens pre-cooling, and a plan that names no regimen.
#[must_use]
pub fn changed_plans(plan: PlanRequest) -> Vec<Letter> {
    let hair = Hair { density: Density::ScalpShows, kind: HairType::ThickOrTightlyCurled };
    let patient = Patient { hair, ..PATIENT };
    let unnamed = PlanRequest { regimen: 0, source: Source::NONE, ..plan };
    vec![
        ask("select_patient", Request::select(patient), Role::Nurse),
        ask("choose_plan of another name", Request::ChoosePlan(plan), Role::Nurse),
        ask("choose_plan of no name", Request::ChoosePlan(unnamed), Role::Nurse),
    ]
}

/// The facts that move a session: one hair-toxic drug, and the cap off.
#[must_use]
pub fn facts() -> Vec<Letter> {
    let drug = 1;
    vec![
        letter("drug_started", Event::Fact(Fact::DrugStarted { drug, hair_toxic: true })),
        letter("drug_ended", Event::Fact(Fact::DrugEnded { drug, hair_toxic: true })),
        letter("cap_off", Event::Fact(Fact::CapOff)),
    ]
}

/// Facts that move nothing, and the first drug's end with its kind mistaken.
#[must_use]
pub fn further_facts() -> Vec<Letter> {
    vec![
        letter("other_drug_started", Event::Fact(Fact::DrugStarted { drug: 9, hair_toxic: false })),
        letter("other_drug_ended", Event::Fact(Fact::DrugEnded { drug: 9, hair_toxic: false })),
        letter("symptom", Event::Fact(Fact::Symptom(3))),
        letter("comfort", Event::Fact(Fact::Comfort(4))),
        letter("comfort", Event::Fact(Fact::Comfort(11))),
    ]
}

/// How many letters [`drugs`] gives for each drug.
pub const LETTERS_A_DRUG: usize = 3;

/// So many hair-toxic drugs, of which four are kept apart.
#[must_use]
pub fn drugs(count: u16) -> Vec<Letter> {
    let fact = |class, fact| letter(class, Event::Fact(fact));
    let mut letters = Vec::new();
    for drug in 1..=count {
        letters.push(fact("drug_started", Fact::DrugStarted { drug, hair_toxic: true }));
        letters.push(fact("drug_ended", Fact::DrugEnded { drug, hair_toxic: true }));
        letters.push(fact("drug_ended as another", Fact::DrugEnded { drug, hair_toxic: false }));
    }
    letters
}

/// Corrections of marks that were made too late, by so many of the steps of time; and some that can never be.
///
/// The longest that may be is two steps.
#[must_use]
pub fn amendments(step: Duration) -> Vec<Letter> {
    let (two, three) = (step.plus(step), step.plus(step).plus(step));
    let amend = |class, mark, drug, earlier, reason| {
        let amendment = Amendment { mark, drug, earlier, reason };
        ask(class, Request::Amend(amendment), Role::Nurse)
    };
    let never = vec![
        amend("amend of another drug", Mark::Ended, 9, step, 1),
        amend("amend of another drug", Mark::Started, 9, step, 1),
        amend("amend unanswered", Mark::Ended, 1, step, 0),
        amend("amend out of range", Mark::Ended, 1, three, 1),
        amend("amend out of range", Mark::Ended, 1, Duration::ZERO, 1),
        amend("amend out of range", Mark::Ended, 1, step, 128),
        by_the_wrong_role(amend("amend", Mark::Ended, 1, step, 1)),
    ];
    let mut letters = probes(never);
    letters.push(amend("amend end", Mark::Ended, 1, step, 1));
    letters.push(amend("amend end", Mark::Ended, 1, two, 1));
    letters.push(amend("amend start", Mark::Started, 1, two, 1));
    letters
}

/// The wall clock is set, forward and back.
#[must_use]
pub fn wall_clocks() -> Vec<Letter> {
    let at = |unix_ms, quality| WallTime { unix_ms, quality };
    let (early, late) = (at(0, ClockQuality::Unknown), at(1_795_600_000_000, ClockQuality::Kept));
    let set = |old, new| letter("wall_set", Event::WallSet { old, new });
    probes(vec![set(None, late), set(Some(late), early)])
}

/// A power gap of each class.
#[must_use]
pub fn gaps() -> Vec<Letter> {
    let away = |class, gap| Letter { helps: false, ..letter(class, Event::Restarted { gap }) };
    vec![
        away("gap short", Some(Duration::from_secs(30))),
        away("gap medium", Some(Duration::from_mins(10))),
        away("gap long", Some(Duration::from_mins(11))),
        away("gap unknown", None),
    ]
}

/// Which observations are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sights {
    /// All combinations of what a phase reads.
    All,
    /// Those that move clocks.
    Few,
}

/// Which conditions are played beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Each single condition, each representative, and all pairs of a trip and an observation.
    Every,
    /// One for each class that trips, with all being well otherwise.
    Trips,
    /// One that only service resets.
    Service,
    /// None.
    Nothing,
}

/// The passing of `dt`, seen and found in every way.
#[must_use]
pub fn time(dt: Duration, sights: Sights, found: Found) -> Vec<Letter> {
    let mut letters = Vec::new();
    for phase in Phase::ALL {
        let seen = match sights {
            Sights::All => all_that_matter(phase),
            Sights::Few => that_move_clocks(phase),
        };
        letters.extend(seen.iter().map(|seen| pass(phase, dt, *seen, "time", Conditions::EMPTY)));
        let extra = conditions(found, &seen);
        letters.extend(extra.into_iter().map(|(class, seen, conditions)| Letter {
            helps: false,
            ..pass(phase, dt, seen, class, conditions)
        }));
    }
    letters
}

fn conditions(found: Found, seen: &[Observed]) -> Vec<(&'static str, Observed, Conditions)> {
    let trips = &REPRESENTATIVES[..TRIPS];
    match found {
        Found::Nothing => Vec::new(),
        Found::Service => {
            trips.iter().skip(TRIPS - 1).map(|(class, trip)| (*class, GOOD, *trip)).collect()
        }
        Found::Trips => {
            let pairs = trips.iter().flat_map(|(class, trip)| {
                let sights = [GOOD, COLD].into_iter().filter(|sight| seen.contains(sight));
                sights.map(move |sight| (*class, sight, *trip))
            });
            pairs.collect()
        }
        Found::Every => {
            let pairs = trips.iter().flat_map(|(class, trip)| {
                [GOOD, UNCOUPLED, STILL, WARM, COLD]
                    .into_iter()
                    .filter(|sight| seen.contains(sight))
                    .map(move |sight| (*class, sight, *trip))
            });
            let others = REPRESENTATIVES[TRIPS..].iter().map(|(class, set)| (*class, GOOD, *set));
            pairs.chain(others).collect()
        }
    }
}

/// Each condition alone, with all being well otherwise, in every phase.
#[must_use]
pub fn each_condition(dt: Duration) -> Vec<Letter> {
    let each = |condition| {
        let set = Conditions::of(&[condition]);
        let event = Event::Advance { dt, seen: GOOD, conditions: set };
        Letter { helps: false, ..letter("condition", event) }
    };
    Condition::ALL.map(each).into()
}

fn pass(
    phase: Phase,
    dt: Duration,
    seen: Observed,
    class: &'static str,
    conditions: Conditions,
) -> Letter {
    let event = Event::Advance { dt, seen, conditions };
    Letter { only_in: Some(phase), ..letter(class, event) }
}
