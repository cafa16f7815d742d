//! The ends of a table, where a wrong line and its neighbours are hard to tell apart.
//!
//! Five lines and a cubic leave one comparison: it says that one of the five is wrong, and not which. Inside
//! a table the next five tell; at an end there are none on the one side. So the search, which sets the worst
//! line aside first, may begin with a right one there. Here the question is put the other way round: which
//! lines, set aside, leave an end without anything wrong? The fewest win. Where several answers are as good,
//! each line of them is one of these, and none is accused.

use super::curve::Curve;
use super::search::ratio;
use super::{Mark, Verdict};

/// Lines of an end that may be the wrong ones.
const SUSPECTS: usize = 5;

/// Lines whose comparison a suspect can spoil, and its own.
const WITNESSES: usize = 10;

/// A table of so few lines is one end.
pub(super) const SHORT: usize = 12;

/// One end of a table.
#[derive(Clone, Copy)]
struct End {
    suspects: (usize, usize),
    witnesses: (usize, usize),
    spread: f64,
}

/// Examines both ends anew in which the search has found something.
pub(super) fn reconsider(curve: &Curve, marks: &mut [Mark], spread: f64) {
    let lines = marks.len();
    if lines <= SHORT {
        return End { suspects: (0, lines), witnesses: (0, lines), spread }.settle(curve, marks);
    }
    let first = End { suspects: (0, SUSPECTS), witnesses: (0, WITNESSES), spread };
    first.settle(curve, marks);
    let from = |count: usize| (lines.saturating_sub(count), lines);
    End { suspects: from(SUSPECTS), witnesses: from(WITNESSES), spread }.settle(curve, marks);
}

impl End {
    fn settle(&self, curve: &Curve, marks: &mut [Mark]) {
        let mut before = [Verdict::Good; SHORT];
        let (first, end) = self.suspects;
        let Some(own) = marks.get(first..end) else { return };
        before.iter_mut().zip(own).for_each(|(kept, mark)| *kept = mark.verdict);
        let count = |of: Verdict| before.iter().filter(|verdict| **verdict == of).count();
        let (outliers, kinks) = (count(Verdict::Outlier), count(Verdict::Kink));
        let is_answer = self.left(curve, marks) <= 1.0;
        // A kink was weighed against a wrong line before.
        if outliers.saturating_add(kinks) == 0 || (is_answer && outliers == 0 && kinks == 1) {
            return;
        }
        self.set(marks, &[Verdict::Good; SHORT]);
        if self.left(curve, marks) <= 1.0 || self.accuse(curve, marks, 1) {
            return;
        }
        if (is_answer && outliers.saturating_add(kinks) <= 2) || !self.accuse(curve, marks, 2) {
            self.set(marks, &before);
        }
    }

    fn set(&self, marks: &mut [Mark], verdicts: &[Verdict; SHORT]) {
        let own = marks.iter_mut().skip(self.suspects.0);
        own.zip(verdicts)
            .take(self.suspects.1.saturating_sub(self.suspects.0))
            .for_each(|(mark, verdict)| mark.verdict = *verdict);
    }

    /// How far the worst line that is not set aside is off, in units of what is allowed.
    fn left(&self, curve: &Curve, marks: &[Mark]) -> f64 {
        let (first, end) = self.witnesses;
        let good = |at: &usize| marks.get(*at).is_some_and(|mark| mark.verdict == Verdict::Good);
        let ratios = (first..end).filter(good).map(|at| ratio(curve, marks, at, self.spread));
        ratios.fold(0.0, f64::max)
    }

    /// All answers of one line, or of two.
    fn answers(&self, count: usize) -> impl Iterator<Item = [usize; 2]> + use<> {
        let (first, end) = self.suspects;
        let others = move |one: usize| match count {
            1 => one..one.saturating_add(1),
            _ => one.saturating_add(1)..end,
        };
        (first..end).flat_map(move |one| others(one).map(move |other| [one, other]))
    }

    /// How far the worst line is off without these.
    fn without(&self, curve: &Curve, marks: &mut [Mark], lines: [usize; 2]) -> f64 {
        mark(marks, lines, Verdict::Outlier);
        let left = self.left(curve, marks);
        mark(marks, lines, Verdict::Good);
        left
    }

    /// Marks the lines of the good answers; whether there is one.
    fn accuse(&self, curve: &Curve, marks: &mut [Mark], count: usize) -> bool {
        let mut accused = [0_usize; SHORT];
        let mut good = 0_usize;
        for lines in self.answers(count) {
            if self.without(curve, marks, lines) <= 1.0 {
                good = good.saturating_add(1);
                self.count(&mut accused, &lines, count);
            }
        }
        let verdicts = accused.map(|times| match times {
            0 => Verdict::Good,
            times if times == good => Verdict::Outlier,
            _ => Verdict::OneOfThese,
        });
        self.set(marks, &verdicts);
        good > 0
    }

    fn count(&self, accused: &mut [usize; SHORT], lines: &[usize; 2], count: usize) {
        for line in lines.iter().take(count) {
            if let Some(times) = accused.get_mut(line.saturating_sub(self.suspects.0)) {
                *times = times.saturating_add(1);
            }
        }
    }
}

fn mark(marks: &mut [Mark], lines: [usize; 2], verdict: Verdict) {
    for line in lines {
        if let Some(mark) = marks.get_mut(line) {
            mark.verdict = verdict;
        }
    }
}
