//! A certificate for people.

use super::field::{DecisionRule, LnResistance};
use super::points::CertifiedPoint;
use super::{Certificate, Conformity, Method};
use core::fmt;

/// Thousandths of a unit behind its point: 12 345 as `+12.345`.
struct Thousandths(i64);

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.0 {
            ..0 => "-",
            0 => "",
            1.. if f.sign_plus() => "+",
            1.. => "",
        };
        let size = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:03}", size / 1_000, size % 1_000)
    }
}

/// Steps of 2⁻²⁸ as a decimal fraction with eight digits.
struct Fraction(i32);

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "+" };
        let scaled = u64::from(self.0.unsigned_abs()).saturating_mul(100_000_000);
        let rounded = scaled.saturating_add(1 << 27) >> LnResistance::FRACTION_BITS;
        write!(f, "{sign}{}.{:08}", rounded / 100_000_000, rounded % 100_000_000)
    }
}

impl fmt::Display for CertifiedPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = i64::from(self.at().0 / 1_000);
        let (found, left) = (i64::from(self.found_uk()), i64::from(self.left_uk()));
        let (at, found, left) = (Thousandths(at), Thousandths(found), Thousandths(left));
        let expanded = Thousandths(i64::from(self.expanded_uk()));
        write!(f, "{at} °C: found {found:+} mK, left {left:+} mK, U = {expanded} mK")
    }
}

impl fmt::Display for Conformity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conforms => f.write_str("conforms"),
            Self::DoesNotConform(index) => write!(f, "does not conform at point {index}"),
            Self::Undecided(index) => write!(f, "undecided at point {index}"),
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Calibration certificate {}", self.number)?;
        writeln!(f, "  sensor      {}", self.sensor)?;
        writeln!(f, "  reference   {}", self.reference)?;
        writeln!(f, "  laboratory  {}, operator {}", self.laboratory, self.operator)?;
        writeln!(f, "  time        {}", self.at)?;
        writeln!(f, "  method      {}", self.method.name())?;
        self.print_conditions(f)?;
        self.print_points(f)?;
        self.print_correction(f)?;
        self.print_decision(f)?;
        f.write_str("Relates only to this sensor. Layout not checked against ISO/IEC 17025.")
    }
}

impl Certificate {
    fn print_conditions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let room = i64::from(self.conditions.room_centi_celsius()).saturating_mul(10);
        write!(f, "  conditions  room {} °C", Thousandths(room))?;
        if let Some(humidity) = self.conditions.humidity() {
            write!(f, ", humidity {}.{} %", humidity.0 / 10, humidity.0 % 10)?;
        }
        writeln!(f, ", {}", self.conditions.medium().name())
    }

    fn print_points(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factor = Thousandths(i64::from(self.coverage.to_thousandths()));
        writeln!(f, "  points      errors of the sensor against the reference, k = {factor}")?;
        for (index, point) in (0u8..).zip(self.points.as_slice()) {
            let check = if self.points.is_check(index) { " (check)" } else { "" };
            let is_beyond = self.method != Method::Comparison && point.is_left_beyond_expanded();
            let beyond = if is_beyond { ", left beyond U" } else { "" };
            writeln!(f, "    {index}         {point}{beyond}{check}")?;
        }
        Ok(())
    }

    fn print_correction(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ln) = self.correction.ln_resistance {
            let (gain, offset) = (Fraction(ln.more_gain_bits), Fraction(ln.offset_bits));
            let on = self.type_table_crc;
            writeln!(f, "  correction  ln R: gain 1{gain}, offset {offset}, on table {on:08X}")?;
        }
        if let Some(crc) = self.correction.table_crc {
            writeln!(f, "  own table   {crc:08X}")?;
        }
        Ok(())
    }

    fn print_decision(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = match self.decision {
            DecisionRule::None => return Ok(()),
            DecisionRule::Simple { .. } => "simple acceptance",
            DecisionRule::Guarded { .. } => "guard band of the expanded uncertainty",
        };
        let tolerance = Thousandths(i64::from(self.decision.tolerance_uk().unwrap_or(0)));
        write!(f, "  decision    ±{tolerance} mK, {rule}: ")?;
        self.conformity().map_or(Ok(()), |conformity| writeln!(f, "{conformity}"))
    }
}
