//! What a clinic chooses: within which limits it plans, and for how long the session waits for somebody.

use super::walk::{Span, Walk, milli, span, up_to_min, up_to_s};
use crate::config::Config;
use coldcap_session::{Plan, PlanLimits};
use coldcap_units::Duration;

/// Every number, in the order in which it is stored.
pub(super) fn walk<W: Walk>(config: &mut Config, walk: &mut W) {
    let session = &mut config.session;
    plans(&mut session.plans, walk);
    waits(session, walk);
    restarts(session, walk);
    temperatures(session, walk);
}

const fn times([least, most]: [Duration; 2]) -> Span {
    span(least.as_millis(), most.as_millis())
}

fn plans<W: Walk>(plans: &mut PlanLimits, walk: &mut W) {
    let [least, most] = &mut plans.pre;
    walk.field("plans.pre_least", least, times(Plan::PRE));
    walk.field("plans.pre_most", most, times(Plan::PRE));
    let [least, most] = &mut plans.post;
    walk.field("plans.post_least", least, times(Plan::POST));
    walk.field("plans.post_most", most, times(Plan::POST));
    walk.field("plans.break_each_most", &mut plans.break_each, times(Plan::BREAK_EACH));
    walk.field("plans.break_total_most", &mut plans.break_total, times(Plan::BREAK_TOTAL));
    let [coldest, warmest] = &mut plans.target;
    walk.field("plans.target_coldest", coldest, milli(-8_000, 5_000));
    walk.field("plans.target_warmest", warmest, milli(-8_000, 5_000));
    let [coldest, warmest] = &mut plans.interface;
    walk.field("plans.interface_coldest", coldest, milli(2_000, 10_000));
    walk.field("plans.interface_warmest", warmest, milli(2_000, 10_000));
}

fn waits<W: Walk>(session: &mut coldcap_session::Config, walk: &mut W) {
    walk.field("session.boot_limit", &mut session.boot_limit, up_to_min(10));
    walk.field("session.confirm_window", &mut session.confirm_window, span(1_000, 300_000));
    walk.field("session.fit_limit", &mut session.fit_limit, up_to_min(60));
    walk.field("session.fit_check_limit", &mut session.fit_check_limit, up_to_min(60));
    walk.field("session.target_hold", &mut session.target_hold, up_to_min(30));
    walk.field("session.overrun", &mut session.overrun, up_to_min(120));
    walk.field("session.ready_limit", &mut session.ready_limit, up_to_min(240));
    walk.field("session.ready_grace", &mut session.ready_grace, up_to_min(120));
    walk.field("session.infusing_limit", &mut session.infusing_limit, up_to_min(480));
    walk.field("session.recool_limit", &mut session.recool_limit, up_to_min(60));
    walk.field("session.waiting_grace", &mut session.waiting_grace, up_to_min(60));
    walk.field("session.break_grace", &mut session.break_grace, up_to_min(15));
    walk.field("session.recovery_limit", &mut session.recovery_limit, up_to_min(60));
    walk.field("session.thaw_minimum", &mut session.thaw_minimum, up_to_min(30));
    walk.field("session.thaw_maximum", &mut session.thaw_maximum, up_to_min(120));
    walk.field("session.extension_limit", &mut session.extension_limit, span(0, 120));
    walk.field("session.longest_amendment", &mut session.longest_amendment, up_to_min(120));
}

/// What was published or proposed is the most: a site may only be stricter.
fn restarts<W: Walk>(session: &mut coldcap_session::Config, walk: &mut W) {
    walk.field("session.short_gap", &mut session.short_gap, up_to_s(30));
    walk.field("session.long_gap", &mut session.long_gap, up_to_min(10));
    walk.field("session.restart_window", &mut session.restart_window, up_to_s(60));
    walk.field("session.restart_limit", &mut session.restart_limit, span(0, 3));
    walk.field("session.reset_limit", &mut session.reset_limit, span(0, 2));
}

fn temperatures<W: Walk>(session: &mut coldcap_session::Config, walk: &mut W) {
    walk.field("session.mild_target", &mut session.mild_target, milli(5_000, 20_000));
    walk.field("session.ease_step", &mut session.ease_step, milli(100, 5_000));
    walk.field("session.warmest_target", &mut session.warmest_target, milli(5_000, 20_000));
    walk.field("session.warmest_interface", &mut session.warmest_interface, milli(5_000, 20_000));
    walk.field("session.coldest_supply", &mut session.coldest_supply, milli(-8_000, 5_000));
    walk.field("session.interface_reach", &mut session.interface_reach, milli(0, 15_000));
    let floor = &mut session.degraded_floor;
    walk.field("session.degraded_floor.coolant", &mut floor.coolant, milli(0, 15_000));
    walk.field("session.degraded_floor.interface", &mut floor.interface, milli(5_000, 20_000));
}
