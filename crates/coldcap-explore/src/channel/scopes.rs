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
use coldcap_session::regimen::{Cooling, Minutes, ROWS, Row, Source};
use coldcap_session::{ControlMode, PlanRequest, PostClock, Target};
use coldcap_units::{Coolant, Duration, Interface, Kelvin};
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

/// The shipped configuration, in which no mark is amended: how long since the last mark of a drug is then no part
/// of a state. Amendments have [a scope of their own](amendments).
#[must_use]
pub fn shipped() -> Config {
    let shipped = coldcap::Config::reference().supervision();
    let session = coldcap_session::Config { longest_amendment: Duration::ZERO, ..shipped.session };
    Config { session, ..shipped }
}

/// The plans that are explored, each in both modes: every different pair of minutes before and after that the
/// ends of a row of the table of regimens give, named by the first such row; the longest that applies where none
/// is named; and one whose minutes count as they elapse.
#[must_use]
pub fn plans() -> Vec<NamedPlan> {
    let mut distinct: Vec<(&str, PlanRequest)> = Vec::new();
    for (row, pre, post) in ROWS.iter().flat_map(|row| ends(row).map(move |(a, b)| (row, a, b))) {
        let asked = by_row(row, pre, post);
        if !distinct.iter().any(|(_, known)| (known.pre, known.post) == (asked.pre, asked.post)) {
            distinct.push((row.source.name(), asked));
        }
    }
    let site = PlanRequest { regimen: 1, source: Source::SITE, ..distinct[0].1 };
    let unnamed = PlanRequest { regimen: 0, source: Source::NONE, ..site };
    distinct.push(("none named", unnamed));
    distinct.push(("elapsed", PlanRequest { post_clock: PostClock::Elapsed, ..site }));
    let both = distinct.iter().flat_map(|named| ControlMode::ALL.map(|mode| in_mode(*named, mode)));
    both.collect()
}

fn in_mode((name, asked): (&str, PlanRequest), mode: ControlMode) -> NamedPlan {
    let (pre, post) = (asked.pre.as_mins(), asked.post.as_mins());
    let target = target(mode);
    (format!("{name}, {pre} and {post}, {} mode", mode.name()), PlanRequest { target, ..asked })
}

/// The minutes before and after, each at both ends of what a row says; none where it says not to cool.
fn ends(row: &Row) -> impl Iterator<Item = (u16, u16)> + use<> {
    let both = |Minutes { least_min, most_min, .. }| [least_min, most_min.unwrap_or(least_min)];
    let pairs = match row.cooling {
        Cooling::Cool { pre, post } => {
            let pre = pre.map_or([SHORTEST_PRE_MIN; 2], both);
            Some(pre.map(|pre| both(post).map(|post| (pre, post))).into_iter().flatten())
        }
        Cooling::DoNotCool | Cooling::UnderStudy => None,
    };
    pairs.into_iter().flatten()
}

/// Where a row does not say how long before.
const SHORTEST_PRE_MIN: u16 = 30;

fn by_row(row: &Row, pre: u16, post: u16) -> PlanRequest {
    let named = PlanRequest { regimen: row.regimen, source: row.source, ..site_plan() };
    let minutes = |minutes: u16| Duration::from_mins(u32::from(minutes));
    PlanRequest { pre: minutes(pre), post: minutes(post), ..named }
}

const fn target(mode: ControlMode) -> Target {
    match mode {
        ControlMode::Coolant => Target::Coolant(Coolant::from_milli(-4_000)),
        ControlMode::Cap => Target::Cap(Interface::from_milli(3_000)),
    }
}

/// A plan by a site's own protocol, as short as may be.
const fn site_plan() -> PlanRequest {
    PlanRequest {
        regimen: 1,
        source: Source::SITE,
        reason: 0,
        pre: Duration::from_mins(10),
        post: Duration::from_mins(10),
        break_each: Duration::from_mins(10),
        break_total: Duration::from_mins(20),
        target: target(ControlMode::Coolant),
        post_clock: PostClock::Cooled,
    }
}

/// The shortest plan that may be.
#[must_use]
pub fn short_plan(post_clock: PostClock, mode: ControlMode) -> PlanRequest {
    let target = target(mode);
    PlanRequest { break_total: SMALL, break_each: SMALL, target, post_clock, ..site_plan() }
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
    letters.extend(alphabet::wall_clocks());
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
    letters.extend(alphabet::probes(alphabet::counting_requests()));
    small_scope(format!("few steps, every condition, {} mode", mode.name()), letters)
}

/// Marks that are amended, by one step of time and by two, wherever they may be and where they may not: the
/// longest amendment is two steps. What was cooled since the last mark is broken by breaks and by still coolant.
#[must_use]
pub fn amendments(post_clock: PostClock, mode: ControlMode) -> Scope {
    let plan = short_plan(post_clock, mode);
    let mut letters = alphabet::requests(plan);
    letters.extend(alphabet::facts());
    letters.extend(alphabet::gaps());
    letters.extend(alphabet::amendments(SMALL));
    letters.extend(alphabet::wall_clocks());
    letters.extend(alphabet::time(SMALL, Sights::Few, Found::Service));
    let clock = if post_clock == PostClock::Elapsed { "elapsed" } else { "cooled" };
    let mut scope = small_scope(
        format!("few steps, amendments, {} mode, {clock} minutes", mode.name()),
        letters,
    );
    scope.config.session.longest_amendment = SMALL.plus(SMALL);
    scope
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

/// As [`of_defects`], with more that is judged in every state and not followed: each condition alone, what must be
/// refused, facts that move nothing, amendments and the wall clock.
#[must_use]
pub fn of_planted(mode: ControlMode) -> Scope {
    let plan = short_plan(PostClock::Cooled, mode);
    let mut scope = of_defects(mode);
    scope.name = format!("few steps, much judged, {} mode", mode.name());
    let refused = alphabet::refused_requests(plan);
    scope.letters.extend(alphabet::probes(refused));
    scope.letters.extend(alphabet::probes(alphabet::further_facts()));
    scope.letters.extend(alphabet::probes(alphabet::further_requests()));
    scope.letters.extend(alphabet::probes(alphabet::each_condition(SMALL)));
    scope.letters.extend(alphabet::wall_clocks());
    scope.live = false;
    scope
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_session::regimen::{Judged, judge};
    use coldcap_session::{Plan, Role};

    #[test]
    fn every_row_that_gives_times_is_among_the_plans_and_every_plan_may_be_chosen() {
        let plans = plans();
        for (name, asked) in &plans {
            assert!(Plan::new(*asked).is_ok(), "{name}");
            assert_eq!(judge(asked, Role::Nurse), Ok(Judged::Follows), "{name}");
        }
        let minutes = |minutes: u16| Duration::from_mins(u32::from(minutes));
        for row in &ROWS {
            let Cooling::Cool { pre, post } = row.cooling else { continue };
            let pre = pre.map_or(30, |pre| pre.least_min);
            let posts = [Some(post.least_min), post.most_min].into_iter().flatten();
            for post in posts {
                let played = |mode| {
                    plans.iter().any(|(_, asked)| {
                        let same = (asked.pre, asked.post) == (minutes(pre), minutes(post));
                        same && asked.target.mode() == mode
                    })
                };
                assert!(ControlMode::ALL.into_iter().all(played), "{row:?}");
            }
        }
        assert_eq!(plans.len(), 2 * 13);
    }
}
