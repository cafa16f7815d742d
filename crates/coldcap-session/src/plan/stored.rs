//! A plan as bytes: the request that asks for just it.

use super::{ControlMode, Plan, PlanRequest, PostClock, Target};
use crate::regimen::Source;
use coldcap_units::stored::{Reader, Stored, Writer};

/// A plan out of the ranges of a plan is none.
impl Stored for Plan {
    fn store(&self, to: &mut Writer<'_>) {
        let request = self.request();
        (request.regimen, (request.source.0, request.reason)).store(to);
        [request.pre, request.post, request.break_each, request.break_total].store(to);
        (request.target.mode().code(), request.target.to_milli()).store(to);
        request.post_clock.code().store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (regimen, (source, reason)) = Stored::load(from)?;
        let [pre, post, break_each, break_total] = Stored::load(from)?;
        let (mode, milli) = Stored::load(from)?;
        let request = PlanRequest {
            regimen,
            source: Source(source),
            reason,
            pre,
            post,
            break_each,
            break_total,
            target: Target::from_milli(ControlMode::from_code(mode)?, milli),
            post_clock: PostClock::from_code(Stored::load(from)?)?,
        };
        let plan = Self::as_it_was(request).ok()?;
        (plan.request() == request).then_some(plan)
    }
}
