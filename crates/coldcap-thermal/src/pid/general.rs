//! The law in full: every mode, every policy, every limit.

use super::step::Shape;
use super::{AntiWindup, Coefficients, Fallback, Flags, Input, Jitter, Limits, Mode, Pid, Step};
use crate::number::Number;
use coldcap_units::{Duration, Fault};

/// A sample of which every part is a signal. So is what was achieved; that is not kept here, because to
/// copy it beside the feed-forward costs a stall where both were stored one by one just before.
#[derive(Clone, Copy)]
struct Sample<T: Number> {
    setpoint: T::Signal,
    measured: T::Signal,
    feed_forward: T,
}

impl<T: Number> Sample<T> {
    fn of(input: &Input<T>) -> Result<Self, Fault> {
        let measured = input.measured?;
        for signal in [measured, input.setpoint, input.feed_forward, input.achieved] {
            if let Some(fault) = signal.fault() {
                return Err(fault);
            }
        }
        Ok(Self {
            setpoint: input.setpoint.signal(),
            measured: measured.signal(),
            feed_forward: input.feed_forward,
        })
    }

    fn error(&self) -> T::Signal {
        T::difference(self.setpoint, self.measured)
    }
}

/// How much of a nominal step the time that passed is.
#[derive(Clone, Copy)]
enum Pace {
    Nominal { late: bool },
    Still { late: bool },
    Scaled { passed: Duration, period: Duration, late: bool },
}

impl Pace {
    fn of<T: Number>(with: &Coefficients<T>, dt: Duration) -> Self {
        let period = with.period;
        match with.jitter {
            _ if dt == period => Self::Nominal { late: false },
            Jitter::Strict { tolerance } => {
                let off = dt.as_millis().abs_diff(period.as_millis());
                let late = off > tolerance.as_millis();
                if dt.is_zero() { Self::Still { late } } else { Self::Nominal { late } }
            }
            Jitter::Rescale { .. } if dt.is_zero() => Self::Still { late: false },
            Jitter::Rescale { most } => {
                let longest = period.as_millis().saturating_mul(u32::from(most.clamp(1, 16)));
                let passed = Duration::from_millis(dt.as_millis().min(longest));
                Self::Scaled { passed, period, late: passed != dt }
            }
        }
    }

    /// An increment that belongs to a whole period.
    fn share<T: Number>(self, term: T::Term) -> T::Term {
        match self {
            Self::Nominal { .. } => term,
            Self::Still { .. } => T::Term::default(),
            Self::Scaled { passed, period, .. } => {
                T::rescale(term, passed.as_millis(), period.as_millis())
            }
        }
    }

    const fn is_late(self) -> bool {
        matches!(
            self,
            Self::Nominal { late: true }
                | Self::Still { late: true }
                | Self::Scaled { late: true, .. }
        )
    }
}

impl<T: Number> Pid<T> {
    /// A step of any kind.
    #[cold]
    #[inline(never)]
    pub(super) fn general_way(
        &mut self,
        with: &Coefficients<T>,
        limits: &Limits<T>,
        input: &Input<T>,
    ) -> Step<T> {
        let sample = Sample::of(input);
        let last = limits.limit(self.command);
        let pace = Pace::of(with, input.dt);
        let mut step = match (input.mode, sample) {
            (Mode::Auto, Ok(sample)) => {
                return self.regulate(with, limits, &sample, input.achieved, pace);
            }
            (Mode::Auto, Err(fault)) => self.bridge(with, limits, fault),
            (Mode::Safe, sample) => self.follow(with, sample, limits.safe),
            (Mode::Hold, sample) => self.follow(with, sample, last),
            (Mode::Manual(output), sample) => {
                self.take_over(with, limits, sample, output, limits.reach(last, output))
            }
            (Mode::Track(output), sample) => {
                self.take_over(with, limits, sample, output, limits.limit(output))
            }
        };
        step.flags = step.flags.with(Flags::LATE, pace.is_late());
        step
    }

    /// The output of somebody else; one that is no number is not followed.
    fn take_over(
        &mut self,
        with: &Coefficients<T>,
        limits: &Limits<T>,
        sample: Result<Sample<T>, Fault>,
        output: T,
        within: T,
    ) -> Step<T> {
        if output.fault() != Some(Fault::NotFinite) {
            let step = self.follow(with, sample, within);
            return Step { flags: held_back(step.flags, limits, output, within), ..step };
        }
        let step = self.follow(with, sample, limits.limit(self.command));
        Step { fault: Some(Fault::NotFinite), flags: Flags::HELD, ..step }
    }

    /// The automatic law. Its order is that of the short way.
    fn regulate(
        &mut self,
        with: &Coefficients<T>,
        limits: &Limits<T>,
        sample: &Sample<T>,
        achieved: T,
        pace: Pace,
    ) -> Step<T> {
        let mut flags = Flags::default().with(Flags::LATE, pace.is_late());
        self.anchor(with, sample);
        let moved = self.move_setpoint(with, sample.setpoint);
        let real = self.real(limits, achieved);
        let lag = self.lag(real);
        self.follow_achieved(with, lag, pace);
        let elsewhere = real != self.command;
        flags = flags.with(Flags::TRACKING, elsewhere && self.shape != Shape::Fresh);
        self.differentiate(with, sample.measured, moved, pace);
        let increment = pace.share::<T>(T::amplify(with.integral, sample.error()));
        if pushes_away::<T>(with.anti_windup, increment, lag) {
            flags = flags.with(Flags::INTEGRAL_RESTS, true);
        } else {
            self.add(increment);
        }
        self.decide(with, limits, sample, flags)
    }

    /// The output was decided elsewhere while nothing was measured: go on from it.
    fn anchor(&mut self, with: &Coefficients<T>, sample: &Sample<T>) {
        if self.shape == Shape::Adrift {
            self.settle(with, sample, sample.feed_forward);
            self.shape = Shape::Fresh;
        }
    }

    /// Puts the integral where the law gives the command for this sample.
    fn settle(&mut self, with: &Coefficients<T>, sample: &Sample<T>, forward: T) {
        (self.setpoint, self.measured) = (sample.setpoint, sample.measured);
        let proportional = T::amplify(with.proportional, sample.error());
        let rest = T::sum(proportional, forward.widen());
        self.integral = T::integral(self.command.widen(), rest);
        self.derivative = T::Term::default();
        self.excess = T::ZERO;
    }

    /// The setpoint's weight acts when it moves: K·(1 − b)·Δr leaves the integral. By how much it
    /// moved.
    fn move_setpoint(&mut self, with: &Coefficients<T>, setpoint: T::Signal) -> T::Signal {
        let change = T::difference(setpoint, self.setpoint);
        if setpoint != self.setpoint {
            self.add(T::less(T::Term::default(), T::amplify(with.setpoint, change)));
            self.setpoint = setpoint;
        }
        change
    }

    /// What was achieved, as far as it counts: the last command was within the limits of its step, and
    /// needs no other ones.
    fn real(&self, limits: &Limits<T>, achieved: T) -> T {
        if achieved == self.command { achieved } else { limits.limit(achieved) }
    }

    /// How far what was achieved lags behind what was asked for; nothing where that is not known.
    fn lag(&self, real: T) -> T {
        match self.shape {
            Shape::Fresh | Shape::Adrift => T::ZERO,
            Shape::Regular | Shape::Clipped | Shape::Held => {
                real.minus(self.command).minus(self.excess)
            }
        }
    }

    /// Back-calculation.
    fn follow_achieved(&mut self, with: &Coefficients<T>, lag: T, pace: Pace) {
        if lag == T::ZERO || with.anti_windup == AntiWindup::Conditional {
            return;
        }
        let pull = pace.share::<T>(T::amplify(with.tracking, lag.signal()));
        self.add(at_most::<T>(pull, lag.widen()));
    }

    fn differentiate(
        &mut self,
        with: &Coefficients<T>,
        measured: T::Signal,
        moved: T::Signal,
        pace: Pace,
    ) {
        if matches!(self.shape, Shape::Fresh | Shape::Held) {
            self.measured = measured;
            return;
        }
        if matches!(pace, Pace::Still { .. }) {
            return;
        }
        let fall = T::difference(self.measured, measured);
        let decayed = T::decay(self.derivative, with.pole);
        let kick = T::amplify(with.derivative_setpoint, moved);
        let nominal = T::sum(T::sum(decayed, T::amplify(with.derivative, fall)), kick);
        let derivative = match pace {
            Pace::Scaled { passed, period, .. } => {
                T::repace(nominal, with.pole, passed.as_millis(), period.as_millis())
            }
            _ => nominal,
        };
        self.derivative = T::bounded(derivative, T::DERIVATIVE_BOUND);
        self.measured = measured;
    }

    fn add(&mut self, term: T::Term) {
        let integral = T::integrate(self.integral, term);
        let value = T::value(integral);
        let bounded = T::bounded(value, T::BOUND);
        self.integral =
            if bounded == value { integral } else { T::integral(bounded, T::Term::default()) };
    }

    fn decide(
        &mut self,
        with: &Coefficients<T>,
        limits: &Limits<T>,
        sample: &Sample<T>,
        flags: Flags,
    ) -> Step<T> {
        let proportional = T::amplify(with.proportional, sample.error());
        let integral = T::value(self.integral);
        let feedback = T::sum(T::sum(proportional, self.derivative), integral);
        let wanted = T::narrow(T::sum(feedback, sample.feed_forward.widen()));
        let command = limits.reach(limits.limit(self.command), wanted);
        let excess = wanted.minus(command);
        self.command = command;
        self.excess = excess;
        self.shape = if excess == T::ZERO { Shape::Regular } else { Shape::Clipped };
        self.missed = 0;
        let flags = held_back(flags, limits, wanted, command);
        let terms = [proportional, integral, self.derivative];
        let step = Step::regular(command, sample.feed_forward, terms);
        Step { flags, excess, ..step }
    }

    /// No valid sample: hold, then fall back.
    fn bridge(&mut self, with: &Coefficients<T>, limits: &Limits<T>, fault: Fault) -> Step<T> {
        let last = limits.limit(self.command);
        let missed = self.missed.saturating_add(1);
        let policy = limits.on_invalid;
        if missed <= policy.hold {
            self.missed = missed;
            self.hold(last);
            return self.blind(fault, Flags::HELD);
        }
        let output = match policy.then {
            Fallback::Safe => limits.safe,
            Fallback::Bleed(rate) => limits.bleed(last, rate),
        };
        let step = self.follow(with, Err(fault), output);
        self.missed = missed;
        Step { flags: Flags::FALLBACK, ..step }
    }

    /// What was asked for stays asked for: anti-windup goes on where it was.
    fn hold(&mut self, last: T) {
        if !matches!(self.shape, Shape::Fresh | Shape::Adrift) {
            self.excess = self.excess.plus(self.command.minus(last));
            self.shape = Shape::Held;
        }
        self.command = last;
    }

    /// The output is decided elsewhere: the integral is put where the law would give it, now if there
    /// is a sample, else when there is one again.
    fn follow(
        &mut self,
        with: &Coefficients<T>,
        sample: Result<Sample<T>, Fault>,
        output: T,
    ) -> Step<T> {
        (self.command, self.missed) = (output, 0);
        match sample {
            Ok(sample) => {
                self.settle(with, &sample, sample.feed_forward);
                self.shape = Shape::Regular;
                self.shown(with, &sample)
            }
            Err(fault) => {
                self.excess = T::ZERO;
                self.shape = Shape::Adrift;
                self.blind(fault, Flags::default())
            }
        }
    }

    fn shown(&self, with: &Coefficients<T>, sample: &Sample<T>) -> Step<T> {
        let proportional = T::amplify(with.proportional, sample.error());
        let terms = [proportional, T::value(self.integral), self.derivative];
        Step::regular(self.command, sample.feed_forward, terms)
    }

    /// What there is to show without a sample.
    fn blind(&self, fault: Fault, flags: Flags) -> Step<T> {
        let terms = [T::Term::default(), T::value(self.integral), self.derivative];
        Step { fault: Some(fault), flags, ..Step::regular(self.command, T::ZERO, terms) }
    }
}

/// Which limits made the command of what was wanted.
fn held_back<T: Number>(flags: Flags, limits: &Limits<T>, wanted: T, command: T) -> Flags {
    flags
        .with(Flags::SATURATED_HIGH, wanted > limits.high)
        .with(Flags::SATURATED_LOW, wanted < limits.low)
        .with(Flags::SLEWING, command != limits.limit(wanted))
}

/// Conditional integration: whether the increment pushes further away from what was achieved.
fn pushes_away<T: Number>(anti_windup: AntiWindup, increment: T::Term, lag: T) -> bool {
    let none = T::Term::default();
    anti_windup != AntiWindup::BackCalculation
        && ((lag < T::ZERO && increment > none) || (lag > T::ZERO && increment < none))
}

/// `pull`, but never beyond `most`, whose sign it has.
fn at_most<T: Number>(pull: T::Term, most: T::Term) -> T::Term {
    let none = T::Term::default();
    let beyond = (most > none && pull > most) || (most < none && pull < most);
    if beyond { most } else { pull }
}
