//! Whether the minutes of a plan are those of the regimen that it names.

use super::{Cooling, Minutes, Source, row};
use crate::plan::{Contraindication, Plan, PlanRequest};
use crate::request::{Field, Refusal, Role};
use coldcap_units::Duration;

/// What was found of a plan that may be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Judged {
    /// Its minutes are what its source says, or are the site's own.
    Follows,
    /// A clinician went outside of what the source says, with a reason.
    Overridden,
}

/// Judges the minutes of a plan by the regimen and the source that it names.
///
/// That the longest post-cooling applies where no source is named is not judged here:
/// [`Plan::new`] sees to it.
///
/// ```
/// use coldcap_session::regimen::{Judged, Source, judge};
/// use coldcap_session::{Field, PlanRequest, PostClock, Refusal, Role, Target};
/// use coldcap_units::{Coolant, Duration};
///
/// let mut plan = PlanRequest {
///     regimen: 3, // paclitaxel every week
///     source: Source::OSLO,
///     reason: 0,
///     pre: Duration::from_mins(30),
///     post: Duration::from_mins(60),
///     break_each: Duration::from_mins(10),
///     break_total: Duration::from_mins(20),
///     target: Target::Coolant(Coolant::from_milli(-4_000)),
///     post_clock: PostClock::Cooled,
/// };
/// assert_eq!(judge(&plan, Role::Nurse), Ok(Judged::Follows));
/// plan.post = Duration::from_mins(20);
/// assert!(matches!(judge(&plan, Role::Nurse), Err(Refusal::OutOfRange { field: Field::Post, .. })));
/// plan.reason = 4;
/// assert_eq!(judge(&plan, Role::Nurse), Err(Refusal::NotPermitted(Role::Nurse)));
/// assert_eq!(judge(&plan, Role::Clinician), Ok(Judged::Overridden));
/// ```
///
/// # Errors
/// * [`Refusal::Unanswered`] with [`Field::Source`]: a reason to override, but nothing to go outside of.
/// * [`Refusal::UnknownRegimen`]: the source says nothing of this regimen, or no times.
/// * [`Refusal::Contraindicated`]: the source says not to cool it. Nobody overrides that here: who
///   decides otherwise has no source for it.
/// * [`Refusal::OutOfRange`] with [`Field::Pre`], [`Field::Post`] or [`Field::Reason`]: the minutes are
///   not those of the source and no reason is given, or the reason is none.
/// * [`Refusal::NotPermitted`]: a reason was given by somebody who is not a clinician.
pub fn judge(request: &PlanRequest, role: Role) -> Result<Judged, Refusal> {
    check_override(request, role)?;
    if is_unnamed(request) || request.source.is_site() {
        return Ok(by_reason(request));
    }
    let row = row(request.regimen, request.source).ok_or(Refusal::UnknownRegimen)?;
    match row.cooling {
        Cooling::DoNotCool => Err(Refusal::Contraindicated(same_day())),
        Cooling::UnderStudy => Err(Refusal::UnknownRegimen),
        Cooling::Cool { pre, post } => match compare(request, pre, post) {
            Ok(()) => Ok(Judged::Follows),
            Err(_) if request.reason != 0 => Ok(Judged::Overridden),
            Err(refusal) => Err(refusal),
        },
    }
}

fn is_unnamed(request: &PlanRequest) -> bool {
    request.regimen == 0 || request.source == Source::NONE
}

const fn by_reason(request: &PlanRequest) -> Judged {
    if request.reason == 0 { Judged::Follows } else { Judged::Overridden }
}

fn check_override(request: &PlanRequest, role: Role) -> Result<(), Refusal> {
    let highest = crate::note::Reason::LARGEST_OPERATOR_CODE;
    match request.reason {
        0 => Ok(()),
        _ if is_unnamed(request) => Err(Refusal::Unanswered(Field::Source)),
        reason if reason > highest => Err(Refusal::OutOfRange {
            field: Field::Reason,
            minimum: 0,
            maximum: i32::from(highest),
        }),
        _ if role == Role::Clinician => Ok(()),
        _ => Err(Refusal::NotPermitted(role)),
    }
}

fn compare(request: &PlanRequest, pre: Option<Minutes>, post: Minutes) -> Result<(), Refusal> {
    if let Some(pre) = pre {
        // The type of the hair may ask for longer than the source does; it is never overruled.
        let [least, most] = span(pre, Plan::PRE[1]);
        within(Field::Pre, request.pre, [least, most.max(Plan::THICK_HAIR_PRE)])?;
    }
    within(Field::Post, request.post, span(post, Plan::POST[1]))
}

fn span(minutes: Minutes, open: Duration) -> [Duration; 2] {
    let of = |minutes: u16| Duration::from_mins(u32::from(minutes));
    [of(minutes.least_min), minutes.most_min.map_or(open, of)]
}

fn within(field: Field, value: Duration, [low, high]: [Duration; 2]) -> Result<(), Refusal> {
    if value >= low && value <= high {
        return Ok(());
    }
    let millis = |span: Duration| i32::try_from(span.as_millis()).unwrap_or(i32::MAX);
    Err(Refusal::OutOfRange { field, minimum: millis(low), maximum: millis(high) })
}

/// The question of the checklist that stands for the table's rows of what not to cool.
fn same_day() -> u32 {
    let row = Contraindication::TABLE.iter().find(|row| row.bit == SAME_DAY_BIT);
    row.map_or(0, Contraindication::mask)
}

const SAME_DAY_BIT: u8 = 11;

#[cfg(test)]
mod tests;
