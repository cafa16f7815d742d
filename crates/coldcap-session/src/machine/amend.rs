//! Corrections of marks: recorded, flagged, and never to more than was cooled.

use super::transition::Transition;
use crate::note::{Flag, Note};
use crate::phase::Phase;
use crate::plan::PostClock;
use crate::request::{Accepted, Amendment, Answer, Field, Mark, Refusal};
use coldcap_units::Duration;

pub(super) fn amend(t: &mut Transition<'_>, amendment: Amendment) -> Answer {
    // req: SES-025
    if amendment.reason == 0 {
        return Err(Refusal::Unanswered(Field::Reason));
    }
    super::treatment::check_reason(amendment.reason, 1)?;
    check_earlier(amendment.earlier, t.config.longest_amendment)?;
    let credited = match amendment.mark {
        Mark::Started => started(t, &amendment)?,
        Mark::Ended => ended(t, &amendment)?,
    };
    t.note(Note::Amended { amendment, credited });
    t.flag(Flag::MarkAmended);
    Ok(Accepted::Done)
}

fn check_earlier(earlier: Duration, longest: Duration) -> Result<(), Refusal> {
    if !earlier.is_zero() && earlier <= longest {
        return Ok(());
    }
    let maximum = i32::try_from(longest.as_millis()).unwrap_or(i32::MAX);
    Err(Refusal::OutOfRange { field: Field::Earlier, minimum: 1, maximum })
}

/// That a drug began earlier than it was marked moves no clock.
fn started(t: &Transition<'_>, amendment: &Amendment) -> Result<Duration, Refusal> {
    let known = t.state.drugs.contains(amendment.drug) || ended_last(t, amendment.drug);
    if known { Ok(Duration::ZERO) } else { Err(Refusal::MarkOutOfOrder) }
}

/// That the last hair-toxic drug ended earlier credits what was cooled since.
fn ended(t: &mut Transition<'_>, amendment: &Amendment) -> Result<Duration, Refusal> {
    let earlier = amendment.earlier;
    if !ended_last(t, amendment.drug) || earlier > t.state.since.elapsed {
        return Err(Refusal::MarkOutOfOrder);
    }
    let cooled = t.state.since.move_back(earlier);
    let elapsed = t.state.plan.is_some_and(|plan| plan.post_clock() == PostClock::Elapsed);
    let counts = if elapsed { earlier } else { cooled };
    t.state.planned_left = t.state.planned_left.minus(counts);
    Ok(cooled)
}

fn ended_last(t: &Transition<'_>, drug: u16) -> bool {
    t.state.treatment() == Some(Phase::PostCool) && t.state.ended_last == drug
}
