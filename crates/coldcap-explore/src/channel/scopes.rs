//! The explorations of one channel: which events, which limits, which plans.

use super::alphabet::{self, Found, Letter, Sights};
use super::fringe::{self, From, Probed};
use super::liveness::{self, Liveness};
use super::rules::{Counted, Rules};
use super::{Channel, Step, TICK, Timing};
use crate::graph::MOST_STATES;
use crate::search::{Counterexample, Limits, Space, explore};
use crate::store::Store;
use coldcap::supervise::{Config, Event};
use coldcap_session::{ControlMode, PlanRequest, PostClock, Target};
use coldcap_units::{Duration, Kelvin};
use std::time::Instant;

/// A plan by name, as a list that a table of regimens can be dropped into.
pub type NamedPlan = (String, PlanRequest);

/// One exploration of one channel.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its name.
    pub name: String,
    /// Limits of session and interlock.
    pub config: Config,
    /// What is played.
    pub letters: Vec<Letter>,
    /// When time passes.
    pub timing: Timing,
    /// Whether the costly rules are judged and everything is counted.
    pub thorough: bool,
    /// Whether the graph is kept for the liveness properties.
    pub live: bool,
    /// From which states the boundaries of timers are probed, if from any.
    pub fringe: Option<From>,
}

/// What an exploration ended with.
#[derive(Debug)]
pub struct Report {
    /// The name of the scope.
    pub name: String,
    /// Different states.
    pub states: usize,
    /// Steps taken.
    pub transitions: u64,
    /// Steps to the farthest state.
    pub depth: u32,
    /// Whether nothing was left to visit.
    pub closed: bool,
    /// Wall time.
    pub time: core::time::Duration,
    /// What was judged and covered.
    pub rules: Rules,
    /// The liveness properties, where they were checked.
    pub liveness: Option<Liveness>,
    /// What was probed around the boundaries of timers.
    pub probed: Probed,
}

impl Report {
    /// Every property, with how often it spoke.
    #[must_use]
    pub fn counted(&self) -> Vec<Counted> {
        let live = self.liveness.iter().flat_map(|live| live.counted.clone());
        self.rules.counted().into_iter().chain(live).collect()
    }
}

impl Scope {
    /// The channel of this scope over a step function.
    #[must_use]
    pub fn channel<'a>(&self, step: &'a Step<'a>) -> Channel<'a> {
        let channel = Channel::new(step, self.config, self.letters.clone(), self.timing);
        if self.thorough { channel.thoroughly() } else { channel }
    }

    /// Explores it, all rules watching.
    ///
    /// # Errors
    /// The shortest counter-example.
    pub fn run(&self, step: &Step<'_>) -> Result<Report, Counterexample<Event>> {
        let start = Instant::now();
        let channel = self.channel(step);
        let mut rules = Rules::default();
        let limits = Limits { states: MOST_STATES - 1, edges: self.live };
        let space = explore(&channel, &mut rules, &limits)?;
        let liveness = if self.live { Some(liveness::check(&channel, &space)?) } else { None };
        let probed = match self.fringe {
            Some(from) => {
                let judged = self.channel(step).thoroughly();
                fringe::probe(&judged, &space, from, &mut rules)?
            }
            None => Probed::default(),
        };
        Ok(Report { liveness, probed, ..self.report(&space, rules, start.elapsed()) })
    }

    fn report(
        &self,
        space: &Space<Channel<'_>>,
        rules: Rules,
        time: core::time::Duration,
    ) -> Report {
        Report {
            name: self.name.clone(),
            states: space.store.len(),
            transitions: space.transitions,
            depth: space.depth,
            closed: space.closed,
            time,
            rules,
            liveness: None,
            probed: Probed::default(),
        }
    }
}

/// The shipped configuration.
#[must_use]
pub fn shipped() -> Config {
    coldcap::Config::reference().supervision()
}

/// The plans that are explored, each in both modes. The minutes before and after, and the clock that
/// counts the latter, are those of the example plans and of the longest that applies where none is named.
#[must_use]
pub fn plans() -> Vec<NamedPlan> {
    let rows = [
        ("paclitaxel weekly", 3, 30, 60, PostClock::Cooled),
        ("docetaxel", 4, 30, 20, PostClock::Cooled),
        ("most regimens", 1, 30, 90, PostClock::Cooled),
        ("thick hair", 1, 45, 90, PostClock::Cooled),
        ("none named", 0, 30, 180, PostClock::Cooled),
        ("elapsed minutes", 1, 30, 90, PostClock::Elapsed),
    ];
    let mut plans = Vec::new();
    for (name, regimen, pre, post, post_clock) in rows {
        for mode in ControlMode::ALL {
            plans.push((
                format!("{name}, {} mode", mode.name()),
                plan(regimen, pre, post, post_clock, mode),
            ));
        }
    }
    plans
}

fn plan(
    regimen: u16,
    pre: u32,
    post: u32,
    post_clock: PostClock,
    mode: ControlMode,
) -> PlanRequest {
    let milli = match mode {
        ControlMode::Coolant => -4_000,
        ControlMode::Cap => 3_000,
    };
    PlanRequest {
        regimen,
        pre: Duration::from_mins(pre),
        post: Duration::from_mins(post),
        break_each: Duration::from_mins(10),
        break_total: Duration::from_mins(20),
        target: Target::from_milli(mode, milli),
        post_clock,
    }
}

/// The shortest plan that may be.
#[must_use]
pub fn short_plan(post_clock: PostClock, mode: ControlMode) -> PlanRequest {
    let short = plan(1, 10, 10, post_clock, mode);
    PlanRequest { break_total: SMALL, break_each: SMALL, ..short }
}

/// The step of time of the small scopes.
pub const SMALL: Duration = Duration::from_mins(5);

/// Every limit is one or two steps of five minutes long, every count one or two.
#[must_use]
pub fn small_config() -> Config {
    let two = SMALL.plus(SMALL);
    let session = coldcap_session::Config {
        boot_limit: two,
        confirm_window: SMALL,
        fit_limit: two,
        fit_check_limit: two,
        target_hold: SMALL,
        overrun: SMALL,
        ready_limit: two,
        ready_grace: SMALL,
        infusing_limit: two,
        recool_limit: two,
        waiting_grace: SMALL,
        break_grace: SMALL,
        recovery_limit: two,
        restart_window: two,
        restart_limit: 1,
        thaw_minimum: SMALL,
        thaw_maximum: two,
        reset_limit: 1,
        ..shipped().session
    };
    Config { session, interlock: coldcap_guard::interlock::Config::new(1) }
}

fn small_scope(name: String, letters: Vec<Letter>) -> Scope {
    let (config, timing) = (small_config(), Timing::Fixed);
    Scope { name, config, letters, timing, thorough: true, live: true, fringe: None }
}

/// Every combination of what a phase reads, every request by those who may and those who may not, every
/// fact, each gap, and a trip of each class, in a configuration of few steps.
#[must_use]
pub fn small_sights(post_clock: PostClock, mode: ControlMode) -> Scope {
    let plan = short_plan(post_clock, mode);
    let mut letters = alphabet::requests(plan);
    letters.extend(alphabet::facts());
    letters.extend(alphabet::gaps());
    letters.extend(alphabet::time(SMALL, Sights::All, Found::Trips));
    letters.extend(alphabet::probes(alphabet::refused_requests(plan)));
    letters.extend(alphabet::probes(alphabet::further_facts()));
    letters.extend(alphabet::probes(alphabet::further_requests()));
    letters.extend(alphabet::probes(alphabet::counting_requests()));
    letters.extend(alphabet::probes(alphabet::drugs(1)));
    let clock = if post_clock == PostClock::Elapsed { "elapsed" } else { "cooled" };
    small_scope(format!("few steps, all sights, {} mode, {clock} minutes", mode.name()), letters)
}

/// Every class of condition and, of those that trip, every pair with what is seen, in a configuration of
/// few steps; each single condition is probed in every state.
#[must_use]
pub fn small_conditions(mode: ControlMode) -> Scope {
    let plan = short_plan(PostClock::Cooled, mode);
    let mut letters = alphabet::requests(plan);
    letters.extend(alphabet::facts());
    letters.extend(alphabet::time(SMALL, Sights::Few, Found::Every));
    letters.extend(alphabet::probes(alphabet::each_condition(SMALL)));
    letters.extend(alphabet::probes(alphabet::gaps()));
    small_scope(format!("few steps, every condition, {} mode", mode.name()), letters)
}

const BESIDE_COUNTS: [&str; 9] = [
    "start_fit",
    "measure",
    "confirm_fit",
    "confirm_fit second",
    "pause",
    "not_worn",
    "cancel",
    "acknowledge",
    "close",
];

fn without_side_ways(plan: PlanRequest) -> Vec<Letter> {
    let mut letters = alphabet::requests(plan);
    letters.retain(|letter| !BESIDE_COUNTS.contains(&letter.class));
    letters.extend(alphabet::time(SMALL, Sights::Few, Found::Nothing));
    letters
}

/// Extensions and eased steps, each up to its limit. A step eased is six kelvins, so that few are many.
#[must_use]
pub fn small_counts(mode: ControlMode) -> Scope {
    let plan = short_plan(PostClock::Cooled, mode);
    let mut letters = without_side_ways(plan);
    letters.extend(alphabet::facts());
    letters.extend(alphabet::gaps());
    letters.extend(alphabet::counting_requests());
    let mut scope = small_scope(format!("few steps, all counts, {} mode", mode.name()), letters);
    scope.config.session.ease_step = Kelvin::from_milli(6_000);
    scope.config.session.extension_limit = 30;
    scope
}

/// All hair-toxic drugs that are kept apart, started and ended in every order, and a fifth: probed, or
/// followed as often as it can be counted.
#[must_use]
pub fn small_drugs(follow_the_fifth: bool) -> Scope {
    let plan = short_plan(PostClock::Cooled, ControlMode::Coolant);
    let mut letters = without_side_ways(plan);
    let mut drugs = alphabet::drugs(5);
    let fifth = drugs.split_off(drugs.len() - alphabet::LETTERS_A_DRUG);
    letters.extend(drugs);
    letters.extend(if follow_the_fifth { fifth } else { alphabet::probes(fifth) });
    letters.retain(|letter| !letter.class.starts_with("end_session"));
    let name = if follow_the_fifth { "few steps, five drugs" } else { "few steps, four drugs" };
    small_scope(name.into(), letters)
}

/// Hair that changes a plan, and a plan that names no regimen.
#[must_use]
pub fn small_hair(mode: ControlMode) -> Scope {
    let plan = short_plan(PostClock::Cooled, mode);
    let mut letters = without_side_ways(plan);
    letters.retain(|letter| !letter.class.starts_with("select_patient"));
    letters.extend(alphabet::changed_plans(plan));
    letters.retain(|letter| !matches!(letter.class, "choose_plan" | "start"));
    let name = format!("few steps, hair that changes a plan, {} mode", mode.name());
    // It never starts, and so never reaches a report.
    Scope { live: false, ..small_scope(name, letters) }
}

/// The shipped limits and a real plan, minute by minute.
#[must_use]
pub fn minutes((name, plan): &NamedPlan) -> Scope {
    minute_scope(format!("minutes, {name}"), *plan, Found::Nothing, false)
}

/// The shipped limits and the shortest plan, minute by minute, with a trip of each class.
#[must_use]
pub fn minutes_with_trips(mode: ControlMode) -> Scope {
    let plan = brief_plan(mode);
    minute_scope(format!("minutes with trips, {} mode", mode.name()), plan, Found::Trips, false)
}

/// The shipped limits and the shortest plan, minute by minute, with a gap of each class.
#[must_use]
pub fn minutes_with_gaps(mode: ControlMode) -> Scope {
    let plan = brief_plan(mode);
    minute_scope(format!("minutes with gaps, {} mode", mode.name()), plan, Found::Nothing, true)
}

fn brief_plan(mode: ControlMode) -> PlanRequest {
    let minute = Duration::from_mins;
    let (break_each, break_total) = (minute(1), minute(2));
    PlanRequest { break_each, break_total, ..short_plan(PostClock::Cooled, mode) }
}

fn minute_scope(name: String, plan: PlanRequest, found: Found, gaps: bool) -> Scope {
    let mut letters = alphabet::requests(plan);
    letters.extend(alphabet::facts());
    letters.extend(alphabet::time(Duration::from_mins(1), Sights::Few, found));
    if gaps {
        letters.extend(alphabet::gaps());
    }
    let (config, timing) = (shipped(), Timing::Fixed);
    Scope { name, config, letters, timing, thorough: false, live: true, fringe: None }
}

/// The shipped limits at the real tick: events at every boundary of a timer and around it.
#[must_use]
pub fn boundaries(mode: ControlMode, from: From) -> Scope {
    let plan = brief_plan(mode);
    let mut letters = alphabet::requests(plan);
    letters.extend(alphabet::facts());
    letters.extend(alphabet::gaps());
    letters.extend(alphabet::time(TICK, Sights::Few, Found::Nothing));
    let (name, config) = (format!("boundaries, {} mode", mode.name()), shipped());
    Scope {
        name,
        config,
        letters,
        timing: Timing::Deadlines,
        thorough: false,
        live: true,
        fringe: Some(from),
    }
}

/// The scope in which planted defects are looked for, and the second opinion is asked: few steps, few
/// sights, a trip of each class, each gap.
#[must_use]
pub fn of_defects(mode: ControlMode) -> Scope {
    let plan = short_plan(PostClock::Cooled, mode);
    let mut letters = alphabet::requests(plan);
    letters.extend(alphabet::facts());
    letters.extend(alphabet::gaps());
    letters.extend(alphabet::time(SMALL, Sights::Few, Found::Trips));
    let mut scope = small_scope(format!("few steps, {} mode", mode.name()), letters);
    scope.thorough = false;
    scope
}
