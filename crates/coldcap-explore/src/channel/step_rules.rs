//! What holds of every step: R1 to R14, and the clinical rules C1 to C8 of the design that override them.

use super::TICK;
use super::alphabet::HEAD;
use super::rules::{Seen, StepRule, Verdict, decided, splits};
use coldcap::supervise::{Effects, Event, State, heard, step};
use coldcap_guard::interlock::{self, trips};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::{
    Accepted, Fact, Flag, Mark, Note, Phase, PhaseClock, PostClock, Progress, Reason, Refusal,
    Request, Role,
};
use coldcap_units::Duration;

/// The rules about steps, in order of their ids.
pub(super) const STEP_RULES: &[StepRule] = &[
    StepRule {
        // req: SES-018
        id: "R1",
        text: "a refusal changes nothing",
        costly: false,
        check: refusal_changes_nothing,
    },
    StepRule {
        // req: SES-023
        id: "R2",
        text: "time is neither lost nor made",
        costly: false,
        check: time_is_conserved,
    },
    StepRule {
        // req: INT-006
        id: "R3",
        text: "a trip takes circulation away in its own step",
        costly: false,
        check: trip_halts,
    },
    StepRule {
        id: "R3b",
        text: "a service trip of a treatment, running or interrupted, is safe hold at once (L2)",
        costly: false,
        check: service_trip_is_safe_hold,
    },
    StepRule {
        // req: REC-003
        id: "R4",
        text: "every change of phase, request, fact, gap and reset is noted, but for a beginning that the guard keeps",
        costly: false,
        check: everything_is_noted,
    },
    StepRule {
        id: "R5",
        text: "what is asked of the actuators follows from the phase: it circulates or it does not",
        costly: false,
        check: |seen| {
            let demand = seen.after.demand(seen.config);
            let cold = demand.target.is_some() || demand.cap.is_some();
            let phase = seen.after.session.phase();
            let may = phase.is_cooling() || phase == Phase::FitVerify;
            Verdict::implies(true, demand.circulate == phase.circulates() && cold == may)
        },
    },
    StepRule {
        // req: SES-023
        id: "R6",
        text: "time may be cut: half now and half then, or one tick now and the rest then",
        costly: true,
        check: |seen| match splits(seen, TICK) {
            Verdict::Broken => Verdict::Broken,
            _ => splits(seen, Duration::from_millis(seen.dt().as_millis() / 2)),
        },
    },
    StepRule {
        // req: SES-019
        id: "R7",
        text: "acknowledging, symptoms and comfort change neither phase nor demand",
        costly: false,
        check: looking_changes_nothing,
    },
    StepRule {
        // req: SES-026
        id: "R9",
        text: "setting the wall clock changes nothing, and the record hears of it",
        costly: false,
        check: wall_clock_changes_nothing,
    },
    StepRule {
        // req: SES-020
        id: "R10",
        text: "cooling begins only by start, by a second step of resume, or after a short gap",
        costly: false,
        check: cooling_begins_by_hand,
    },
    StepRule {
        // req: SES-029
        id: "R10b",
        text: "where a request or a fact has just stopped coolant, nothing makes it move again before a self-test is seen",
        costly: false,
        check: stopped_is_not_tested,
    },
    StepRule {
        // req: SES-024
        id: "R11",
        text: "cooled minutes grow by what was cooled, and only while coolant moves under a worn cap",
        costly: false,
        check: credit_is_earned,
    },
    StepRule {
        id: "R12",
        text: "stop, pause, worn and removed, made twice, change nothing the second time",
        costly: true,
        check: repeated_changes_nothing,
    },
    StepRule {
        id: "R13",
        text: "the interlock's judgement does not depend on the session, whose end alone it hears of",
        costly: false,
        check: interlock_is_independent,
    },
    StepRule {
        // req: SES-008
        id: "R14",
        text: "no loss of power begins a limit on waiting anew, but that of what somebody had just resumed, and no phase that time brings about one that is over",
        costly: false,
        check: nobody_came,
    },
    StepRule {
        // req: SES-009
        id: "R15",
        text: "time ends a session only where somebody was called before, and never between the steps of a resume",
        costly: false,
        check: called_before_the_end,
    },
    StepRule {
        id: "C1",
        text: "stop is accepted from every role in every phase, and nothing circulates after it",
        costly: false,
        check: |seen| {
            let stops = matches!(seen.event, Event::Request { request: Request::Stop, .. });
            let quiet = !seen.after.demand(seen.config).circulate;
            Verdict::implies(stops, matches!(seen.effects.answer, Some(Ok(_))) && quiet)
        },
    },
    StepRule {
        id: "C2",
        text: "a hair-toxic start during post-cooling makes it an infusion, and its end starts it over",
        costly: false,
        check: toxic_start_voids_post,
    },
    StepRule {
        id: "C2b",
        text: "no step but its end, a new patient or the visit's end stops an infusion",
        costly: false,
        check: infusion_survives,
    },
    StepRule {
        id: "C2c",
        text: "an amended mark is noted and flagged, credits no more than its span, and moves nothing else",
        costly: false,
        check: amending_credits_and_nothing_else,
    },
    StepRule {
        id: "C3",
        text: "no limit ends a session while a hair-toxic drug runs",
        costly: false,
        check: |seen| {
            let runs = seen.before.session.drugs().running();
            let time = matches!(seen.event, Event::Advance { .. });
            let over = seen.before.session.is_waiting() && runs && time;
            Verdict::implies(over, !seen.noted(|note| matches!(note, Note::Ended { .. })))
        },
    },
    StepRule {
        id: "C4",
        text: "planned post-cooling counts cooled minutes, or elapsed ones where the plan says so",
        costly: false,
        check: post_counts_cooled,
    },
    StepRule {
        id: "C4b",
        text: "pre-cooling is done only when its minutes are complete and the target is held",
        costly: false,
        check: |seen| {
            let done = seen.before.session.phase() == Phase::PreCool
                && seen.after.session.phase() == Phase::Ready;
            let Event::Advance { seen: sight, .. } = seen.event else {
                return Verdict::implies(done, false);
            };
            let left = seen.before.session.planned_left().unwrap_or_default();
            Verdict::implies(done, sight.at_target && left <= seen.dt())
        },
    },
    StepRule {
        id: "C4c",
        text: "out of a break, a kink or a gap the way back is a ramp: recool first",
        costly: false,
        check: |seen| {
            let interrupted = seen.before.session.phase().is_interrupted()
                || matches!(seen.before.session.phase(), Phase::Thaw | Phase::SafeHold);
            let phase = seen.after.session.phase();
            Verdict::implies(interrupted && phase.is_cooling(), phase == Phase::Recool)
        },
    },
    StepRule {
        id: "C6",
        text: "coolant first flows for a patient who passed the gate, with a plan or in a fit visit",
        costly: false,
        check: gate_comes_first,
    },
    StepRule {
        id: "C7",
        text: "a clinician's trip is released by a clinician or service, a service trip by service",
        costly: false,
        check: resets_have_their_role,
    },
    StepRule {
        id: "C7b",
        text: "no session begins to cool while a control sensor of the cap is lost",
        costly: false,
        check: nothing_begins_with_a_lost_sensor,
    },
    StepRule {
        id: "C7c",
        text: "a control sensor that was lost is not trusted again before the session is over",
        costly: false,
        check: degraded_to_the_end,
    },
    StepRule {
        id: "C8",
        text: "doubtful contact is flagged and changes nothing else",
        costly: true,
        check: contact_changes_nothing,
    },
];

fn refusal_changes_nothing(seen: &Seen<'_>) -> Verdict {
    let refused = matches!(seen.effects.answer, Some(Err(_)));
    let untouched = seen.before == seen.after
        && seen.effects.tripped.is_empty()
        && seen.effects.released.is_empty();
    Verdict::implies(refused, untouched)
}

fn closed<'a>(seen: &'a Seen<'_>) -> impl Iterator<Item = PhaseClock> + 'a {
    seen.notes.iter().filter_map(|note| match note {
        Note::PhaseClosed { clock, .. } => Some(*clock),
        _ => None,
    })
}

fn time_is_conserved(seen: &Seen<'_>) -> Verdict {
    let sum = closed(seen).fold(seen.after.session.clock(), PhaseClock::plus);
    let before = seen.before.session.clock();
    Verdict::implies(true, sum.elapsed == before.elapsed.plus(seen.dt()))
}

fn trip_halts(seen: &Seen<'_>) -> Verdict {
    let Event::Advance { conditions, .. } = *seen.event else { return Verdict::Silent };
    let tripped = trips(conditions);
    let latched = seen.after.interlock.latched().contains_all(tripped);
    let quiet = !seen.after.demand(seen.config).circulate && !seen.circulates_after();
    Verdict::implies(!tripped.is_empty(), latched && quiet)
}

fn service_trip_is_safe_hold(seen: &Seen<'_>) -> Verdict {
    let Event::Advance { conditions, .. } = *seen.event else { return Verdict::Silent };
    let class = interlock::TripClass::worst(trips(conditions));
    let phase = seen.before.session.phase();
    let treats = phase.circulates() || phase.is_interrupted();
    let service = class == Some(interlock::TripClass::Service);
    Verdict::implies(treats && service, seen.after.session.phase() == Phase::SafeHold)
}

fn everything_is_noted(seen: &Seen<'_>) -> Verdict {
    let said = match *seen.event {
        Event::Advance { .. } => true,
        Event::Request { request, role } => {
            seen.noted(|note| {
                matches!(note, Note::Answered { request: code, role: by, .. }
                if *code == request.code() && *by == role)
            }) || is_kept(seen, request)
        }
        Event::Fact(fact) => seen.noted(|note| is_note_of(note, fact)),
        Event::Restarted { gap } => seen.noted(|note| *note == Note::Restarted { gap }),
        // The record hears of it without a note: R9.
        Event::WallSet { .. } => true,
    };
    let released = seen.effects.released;
    let severe = interlock::TripClass::worst(released) > Some(interlock::TripClass::Operator);
    let reset = !severe || seen.noted(|note| matches!(note, Note::Reset { .. }));
    Verdict::implies(true, said && reset && phases_are_chained(seen))
}

/// A request that the session would have carried out and the guard keeps from it: never heard, by design, so that
/// the record gives the state again.
fn is_kept(seen: &Seen<'_>, request: Request) -> bool {
    let begins = match request {
        Request::Start => true,
        Request::Resume { .. } => !seen.before.session.has_begun(),
        _ => false,
    };
    let lost = begins && seen.before.interlock.lacks_control_sensor();
    let heard = heard(seen.before, seen.event, seen.after, seen.effects, seen.config);
    let session = &seen.config.session;
    let Event::Request { role, .. } = *seen.event else { return false };
    let asked = coldcap_session::Event::Request { request, role };
    let alone = coldcap_session::step(&seen.before.session, &asked, session).1.answer;
    let faulty = seen.effects.answer == Some(Err(Refusal::FaultActive));
    lost && faulty && alone.is_some_and(|alone| alone.is_ok()) && heard == [None, None]
}

fn is_note_of(note: &Note, fact: Fact) -> bool {
    *note
        == match fact {
            Fact::DrugStarted { drug, hair_toxic } => Note::DrugStarted { drug, hair_toxic },
            Fact::DrugEnded { drug, hair_toxic } => Note::DrugEnded { drug, hair_toxic },
            Fact::CapOff => Note::CapOff,
            Fact::Symptom(symptom) => Note::Symptom(symptom),
            Fact::Comfort(score) => Note::Comfort(score),
        }
}

fn phases_are_chained(seen: &Seen<'_>) -> bool {
    let mut at = seen.before.session.phase();
    let mut whole = true;
    for note in seen.notes {
        if let Note::PhaseChanged { from, to } = *note {
            whole &= from == at;
            at = to;
        }
    }
    whole && at == seen.after.session.phase()
}

fn looking_changes_nothing(seen: &Seen<'_>) -> Verdict {
    let looks = matches!(
        seen.event,
        Event::Request { request: Request::Acknowledge, .. }
            | Event::Fact(Fact::Symptom(_) | Fact::Comfort(_))
    );
    let same = seen.before.session.phase() == seen.after.session.phase()
        && seen.before.demand(seen.config) == seen.after.demand(seen.config)
        && seen.before.interlock == seen.after.interlock;
    Verdict::implies(looks, same)
}

fn stopped_is_not_tested(seen: &Seen<'_>) -> Verdict {
    let moves = |state: &State| state.session.phase().circulates();
    let begins = [
        Request::StartFit,
        Request::Measure(HEAD),
        Request::Start,
        Request::Resume { reason: 1, confirm: false },
    ];
    let refused = |request| {
        let event = Event::Request { request, role: Role::Clinician };
        let (next, effects) = step(seen.after, &event, seen.config);
        !moves(&next) && (effects.answer != Some(Ok(Accepted::Armed)))
    };
    // A tick brings a look of its own.
    let looks = matches!(seen.event, Event::Advance { .. });
    Verdict::implies_that(!looks && moves(seen.before) && !moves(seen.after), || {
        begins.into_iter().all(refused)
    })
}

fn cooling_begins_by_hand(seen: &Seen<'_>) -> Verdict {
    let (before, after) = (seen.before.session.phase(), seen.after.session.phase());
    let begins = !before.is_cooling() && after.is_cooling();
    let resumed =
        matches!(seen.event, Event::Request { request: Request::Resume { confirm: true, .. }, .. })
            && seen.effects.answer == Some(Ok(Accepted::Done))
            && seen.before.session.is_armed();
    let started = before == Phase::FitCheck && matches!(seen.event, Event::Advance { .. });
    let timers = seen.before.session.timers(&seen.config.session);
    let returns = before == Phase::Recovery
        && timers.restart.is_some()
        && matches!(seen.event, Event::Advance { .. });
    let window = seen.after.session.timers(&seen.config.session).restart;
    let opened = timers.restart.is_none() && window.is_some();
    let short = matches!(seen.event, Event::Restarted { gap: Some(gap) }
        if *gap <= seen.config.session.short_gap && before.is_cooling());
    Verdict::implies(
        begins || opened,
        (!begins || resumed || started || returns) && (!opened || short),
    )
}

fn credit_is_earned(seen: &Seen<'_>) -> Verdict {
    let clock = closed(seen).fold(seen.after.session.clock(), PhaseClock::plus);
    let before = seen.before.session.clock();
    let grown = clock.cooled.minus(before.cooled);
    let Event::Advance { seen: sight, .. } = *seen.event else {
        return Verdict::implies(true, clock.cooled == before.cooled);
    };
    let cools = seen.before.session.phase().is_cooling()
        && seen.after.permit(seen.config).circulate
        && sight.flowing
        && sight.coupled
        && seen.before.session.is_worn();
    let earned = if cools { seen.dt() } else { Duration::ZERO };
    let on_target = if cools && sight.at_target { seen.dt() } else { Duration::ZERO };
    let reached = clock.at_target.minus(before.at_target);
    Verdict::implies(true, grown == earned && reached == on_target)
}

fn repeated_changes_nothing(seen: &Seen<'_>) -> Verdict {
    let Event::Request { request, .. } = *seen.event else { return Verdict::Silent };
    let once = matches!(
        request,
        Request::Stop | Request::Pause(_) | Request::Worn(_) | Request::ConfirmRemoved
    );
    let accepted = matches!(seen.effects.answer, Some(Ok(_)));
    Verdict::implies_that(once && accepted, || {
        decided(seen.channel, &seen.channel.stepped(seen.after, seen.event).0)
            == decided(seen.channel, seen.after)
    })
}

fn interlock_is_independent(seen: &Seen<'_>) -> Verdict {
    let Event::Advance { conditions, .. } = *seen.event else {
        return Verdict::implies(true, seen.effects.tripped.is_empty());
    };
    let told = interlock::Event::Conditions(conditions);
    let mut alone = interlock::step(&seen.before.interlock, &told, &seen.config.interlock).0;
    if matches!(seen.after.session.phase(), Phase::Standby | Phase::Report) {
        let over = interlock::Event::VisitOver;
        alone = interlock::step(&alone, &over, &seen.config.interlock).0;
    }
    let after = seen.after.interlock;
    let forgot = alone.is_degraded() && !after.is_degraded();
    let same = alone.with_degraded(after.is_degraded()) == after;
    let over = !goes_on(seen.after.session.phase());
    Verdict::implies(
        true,
        same && (alone.is_degraded() || !after.is_degraded()) && (!forgot || over),
    )
}

fn toxic_start_voids_post(seen: &Seen<'_>) -> Verdict {
    let starts = matches!(seen.event, Event::Fact(Fact::DrugStarted { hair_toxic: true, .. }));
    let in_post = seen.before.session.treatment() == Some(Phase::PostCool);
    let infusing = seen.after.session.treatment() == Some(Phase::Infusing);
    let kept = seen.before.session.phase() == Phase::PostCool
        || seen.before.session.phase() == seen.after.session.phase();
    let voided = seen.noted(|note| *note == Note::PostClockVoided);
    Verdict::implies(starts && in_post, infusing && kept && voided)
}

fn infusion_survives(seen: &Seen<'_>) -> Verdict {
    let lost = seen.before.session.drugs().running() && !seen.after.session.drugs().running();
    let ended = matches!(seen.event, Event::Fact(Fact::DrugEnded { .. }));
    let closed = seen.noted(|note| *note == Note::Flag(Flag::DrugStillRunning));
    let outside =
        !seen.after.session.phase().is_treatment() && seen.after.session.treatment().is_none();
    Verdict::implies(lost, ended || (closed && outside))
}

fn nobody_came(seen: &Seen<'_>) -> Verdict {
    let (before, after) = (&seen.before.session, &seen.after.session);
    let (left, kept) = (before.attendance(), after.attendance());
    let no_longer = kept.is_over() || (!left.is_over() && kept.left() <= left.left());
    let goes_on = after.phase().is_cooling() || after.phase() == Phase::Recovery;
    match seen.event {
        // Where nothing returns by itself, somebody is waited for as after any loss of power.
        Event::Restarted { .. } if left.is_over() => Verdict::implies(goes_on, kept.is_over()),
        Event::Restarted { .. } => {
            let returns = after.timers(&seen.config.session).restart.is_some();
            Verdict::implies(returns, no_longer || goes_on_with_the_limit_of_its_goal(seen))
        }
        Event::Advance { .. } if before.phase() == Phase::Recovery => {
            Verdict::implies(after.phase() == Phase::Recool, no_longer)
        }
        Event::Advance { .. } => {
            let on = before.phase().is_cooling() && after.phase().is_cooling();
            Verdict::implies(on && left.is_over(), kept.is_over())
        }
        _ => Verdict::Silent,
    }
}

/// Whoever resumed was there: behind a loss of power on the way back the limit runs that the goal would have begun.
fn goes_on_with_the_limit_of_its_goal(seen: &Seen<'_>) -> bool {
    let (before, config) = (&seen.before.session, &seen.config.session);
    let limit = match before.treatment() {
        Some(Phase::PreCool | Phase::PostCool) => {
            before.planned_left().map(|left| left.plus(config.overrun))
        }
        Some(Phase::Ready) => Some(config.ready_limit),
        Some(Phase::Infusing) => Some(config.infusing_limit),
        _ => None,
    };
    // Only the way back that nobody attended has a limit of its own.
    let attended = before.phase() == Phase::Recool && before.timers(config).phase.is_none();
    let left = seen.after.session.attendance().left();
    attended && left.zip(limit).is_some_and(|(left, limit)| left <= limit)
}

fn called_before_the_end(seen: &Seen<'_>) -> Verdict {
    let ended = seen.noted(|note| *note == Note::Ended { reason: Reason::UNATTENDED });
    let Event::Advance { dt, seen: shown, .. } = *seen.event else { return Verdict::Silent };
    let before = &seen.before.session;
    // A machine that is no longer sound calls the resume off.
    let resumes = before.is_resuming()
        && shown.self_test == Progress::Passed
        && before.timers(&seen.config.session).armed.is_some_and(|left| left > dt);
    Verdict::implies(ended, before.is_waiting() && !resumes)
}

fn amending_credits_and_nothing_else(seen: &Seen<'_>) -> Verdict {
    let Event::Request { request: Request::Amend(amendment), .. } = *seen.event else {
        return Verdict::Silent;
    };
    let (before, after) = (&seen.before.session, &seen.after.session);
    let credited = seen.notes.iter().find_map(|note| match *note {
        Note::Amended { amendment: noted, credited } if noted == amendment => Some(credited),
        _ => None,
    });
    let flagged = seen.noted(|note| *note == Note::Flag(Flag::MarkAmended));
    let still = before.phase() == after.phase()
        && before.treatment() == after.treatment()
        && before.clock() == after.clock()
        && before.drugs() == after.drugs()
        && before.attendance() == after.attendance()
        && seen.before.interlock == seen.after.interlock
        && seen.before.demand(seen.config) == seen.after.demand(seen.config);
    let fits = credited.is_some_and(|credited| {
        let elapsed = before.plan().is_some_and(|plan| plan.post_clock() == PostClock::Elapsed);
        let ended = amendment.mark == Mark::Ended;
        let counts = match (ended, elapsed) {
            (false, _) => Duration::ZERO,
            (true, true) => amendment.earlier,
            (true, false) => credited,
        };
        let left = before.planned_left().map(|left| left.minus(counts));
        credited <= amendment.earlier
            && after.planned_left() == left
            && (ended || credited.is_zero())
    });
    Verdict::implies(is_done(seen), flagged && still && fits && amendment.reason > 0)
}

fn post_counts_cooled(seen: &Seen<'_>) -> Verdict {
    let Event::Advance { seen: sight, dt, .. } = *seen.event else {
        return Verdict::Silent;
    };
    let (before, after) = (&seen.before.session, &seen.after.session);
    let in_post =
        before.treatment() == Some(Phase::PostCool) && after.treatment() == Some(Phase::PostCool);
    let elapsed = before.plan().is_some_and(|plan| plan.post_clock() == PostClock::Elapsed);
    let cools = before.phase() == Phase::PostCool
        && seen.after.permit(seen.config).circulate
        && sight.flowing
        && sight.coupled
        && before.is_worn();
    let counts = if cools || elapsed { dt } else { Duration::ZERO };
    let left = before.planned_left().unwrap_or_default().minus(counts);
    Verdict::implies(in_post, after.planned_left() == Some(left))
}

fn gate_comes_first(seen: &Seen<'_>) -> Verdict {
    let (before, after) = (&seen.before.session, &seen.after.session);
    let begins = !before.phase().circulates() && after.phase().circulates();
    let known = before.patient().is_some() && before.patient() == after.patient();
    let planned = before.plan().is_some() || after.phase().is_fit_visit();
    let selected = matches!(
        seen.event,
        Event::Request { request: Request::SelectPatient { patient, reason }, role }
            if patient.contraindications != 0
                && matches!(seen.effects.answer, Some(Ok(_)))
                && !(*role == Role::Clinician
                    && patient.contraindications == 1 << 11
                    && *reason != 0)
    );
    Verdict::implies(begins || selected, !selected && known && planned)
}

fn resets_have_their_role(seen: &Seen<'_>) -> Verdict {
    let worst = interlock::TripClass::worst(seen.effects.released);
    let trip = seen.before.session.trip() > seen.after.session.trip();
    let Event::Request { request, role } = *seen.event else {
        // Once nobody is treated an operator's trip goes by itself; the session holds none of those.
        let over = worst <= Some(interlock::TripClass::Operator)
            && matches!(seen.after.session.phase(), Phase::Standby | Phase::Report);
        return Verdict::implies(worst.is_some() || trip, over && !trip);
    };
    let may = match request {
        Request::ServiceReset { confirm: true } => role == Role::Service,
        Request::ClinicianReset { confirm: true } => {
            matches!(role, Role::Clinician | Role::Service)
                && worst <= Some(interlock::TripClass::Clinician)
        }
        _ => worst <= Some(interlock::TripClass::Operator) && !trip,
    };
    let steps = worst <= Some(interlock::TripClass::Operator) || seen.before.session.is_armed();
    Verdict::implies(worst.is_some() || trip, may && steps && is_done(seen))
}

/// Phases in which a lost control sensor stays lost: a treatment, running, interrupted or held.
/// Whether a session goes on in this phase, or can be made to.
const fn goes_on(phase: Phase) -> bool {
    phase.is_cooling() || phase.is_interrupted() || matches!(phase, Phase::SafeHold | Phase::Thaw)
}

const CONTROL: Conditions = Conditions::of(&[Condition::FrontSensor, Condition::RearSensor]);

fn nothing_begins_with_a_lost_sensor(seen: &Seen<'_>) -> Verdict {
    let checks = seen.before.session.phase() == Phase::FitCheck;
    match *seen.event {
        Event::Advance { conditions, .. } => {
            let lost = conditions.intersects(CONTROL);
            Verdict::implies(checks && lost, !seen.after.session.phase().is_cooling())
        }
        Event::Request { request: Request::Start, .. } => {
            let lost = seen.before.interlock.lacks_control_sensor();
            Verdict::implies(lost, matches!(seen.effects.answer, Some(Err(_))))
        }
        // What resumes a session that has not cooled yet begins it.
        Event::Request { request: Request::Resume { .. }, .. } => {
            let lost = seen.before.interlock.lacks_control_sensor();
            let begins = lost && !seen.before.session.has_begun();
            Verdict::implies(begins, matches!(seen.effects.answer, Some(Err(_))))
        }
        _ => Verdict::Silent,
    }
}

fn degraded_to_the_end(seen: &Seen<'_>) -> Verdict {
    let lost = matches!(seen.event, Event::Advance { conditions, .. }
        if conditions.intersects(CONTROL));
    let was = seen.before.interlock.is_degraded();
    let stays = seen.after.interlock.is_degraded();
    let lasts = goes_on(seen.after.session.phase());
    let ended = matches!(seen.event, Event::Advance { .. }) && !lasts;
    Verdict::implies(was || lost, if ended { !stays } else { stays })
}

fn wall_clock_changes_nothing(seen: &Seen<'_>) -> Verdict {
    let Event::WallSet { old, new } = *seen.event else { return Verdict::Silent };
    let told = Some(coldcap_session::Event::WallSet { old, new });
    let heard = heard(seen.before, seen.event, seen.after, seen.effects, seen.config);
    let quiet = seen.notes.is_empty() && *seen.effects == Effects::default();
    Verdict::implies(true, seen.before == seen.after && quiet && heard == [told, None])
}

fn is_done(seen: &Seen<'_>) -> bool {
    seen.effects.answer == Some(Ok(Accepted::Done))
}

fn contact_changes_nothing(seen: &Seen<'_>) -> Verdict {
    let Event::Advance { seen: sight, .. } = seen.event else { return Verdict::Silent };
    let doubted = seen.noted(|note| *note == Note::Flag(Flag::ContactDoubtful));
    let verifying = seen.before.session.phase() == Phase::FitVerify;
    Verdict::implies_that(doubted && !verifying && sight.contact == Progress::Failed, || {
        let Event::Advance { dt, seen: sight, conditions } = *seen.event else { return false };
        let trusted = coldcap_session::Observed { contact: Progress::Passed, ..sight };
        let event = Event::Advance { dt, seen: trusted, conditions };
        let (other, _) = seen.channel.stepped(seen.before, &event);
        let (one, two) = (seen.after, &other);
        one.session.phase() == two.session.phase()
            && one.demand(seen.config) == two.demand(seen.config)
            && one.session.clock() == two.session.clock()
            && one.session.timers(&seen.config.session) == two.session.timers(&seen.config.session)
            && one.interlock == two.interlock
    })
}

/// Every kind of refusal, by an example: what must be reached.
pub(super) const REFUSALS: usize = 16;

/// Conditions of which each alone must have been found.
pub(super) const CONDITIONS: Conditions = Conditions::of(&Condition::ALL);

/// The name of a refusal in the table of transitions.
pub(super) const fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::WrongPhase => "wrong_phase",
        Refusal::CapAbsent => "cap_absent",
        Refusal::NotWorn => "not_worn",
        Refusal::FaultActive => "fault_active",
        Refusal::BudgetSpent => "budget_spent",
        Refusal::LimitReached => "limit_reached",
        Refusal::TooEarly => "too_early",
        Refusal::NotConfirmed => "not_confirmed",
        Refusal::OutOfRange { .. } => "out_of_range",
        Refusal::MarkOutOfOrder => "mark_out_of_order",
        Refusal::NotPermitted(_) => "not_permitted",
        Refusal::Contraindicated(_) => "contraindicated",
        Refusal::Unanswered(_) => "unanswered",
        Refusal::ServiceDue => "service_due",
        Refusal::CalibrationDue => "calibration_due",
        Refusal::UnknownRegimen => "unknown_regimen",
        Refusal::NotTested => "not_tested",
        // The facade's own: no step gives them.
        Refusal::OnOtherChannel => "on_other_channel",
        Refusal::NothingToAcknowledge => "nothing_to_acknowledge",
        Refusal::NothingToPause => "nothing_to_pause",
    }
}
