//! Where `--start-at` brings the machine.

use crate::failure::Failure;
use coldcap::Phase;
use coldcap_units::Duration;

/// A place in the visit of a channel.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// As it was written.
    pub(crate) text: String,
    /// Whose visit.
    pub(crate) channel: usize,
    /// The phase that it counts from.
    pub(crate) phase: Phase,
    /// How far from its beginning.
    pub(crate) distance: Distance,
}

/// How far a place is from the beginning of its phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distance {
    /// So long before.
    Before(Duration),
    /// So long behind.
    Behind(Duration),
}

/// What people call a phase, besides its name.
const ALIASES: [(&str, Phase); 2] = [("infusion", Phase::Infusing), ("break", Phase::Paused)];

/// No visit lasts longer.
const FARTHEST_MIN: f64 = 720.0;

impl Place {
    /// All places, at most one a channel.
    pub(crate) fn parse_all(texts: &[String], channels: u8) -> Result<Vec<Self>, Failure> {
        let mut places: Vec<Self> = Vec::new();
        for text in texts {
            let place = Self::parse(text, channels)?;
            if places.iter().any(|known| known.channel == place.channel) {
                let line = format!("{text}: a second place of channel {}", place.channel);
                return Err(refused(&format!("{line}: allowed is one a channel")));
            }
            places.push(place);
        }
        places.sort_by_key(|place| place.channel);
        Ok(places)
    }

    fn parse(text: &str, channels: u8) -> Result<Self, Failure> {
        let (channel, rest) = match text.split_once(':') {
            Some((channel, rest)) => (channel_of(text, channel, channels)?, rest),
            None => (0, text),
        };
        let end = rest.find(['+', '-']).unwrap_or(rest.len());
        let (name, distance) = rest.split_at(end);
        let phase = phase(name).ok_or_else(|| {
            let names = Phase::ALL.map(Phase::name).join(", ");
            let place = if name == text { text.to_owned() } else { format!("{text}: {name}") };
            refused(&format!("{place}: allowed are {names}, infusion, break"))
        })?;
        let distance = distance_of(distance).ok_or_else(|| {
            refused(&format!(
                "{text}: {distance}: allowed is +MINmin or -MINmin, 0 to {FARTHEST_MIN} minutes"
            ))
        })?;
        Ok(Self { text: text.to_owned(), channel, phase, distance })
    }

    /// A failure to get there.
    pub(crate) fn refused(&self, why: &str) -> Failure {
        refused(&format!("{}: {why}", self.text))
    }
}

fn refused(why: &str) -> Failure {
    Failure::Input(format!("--start-at: {why}"))
}

fn channel_of(text: &str, channel: &str, channels: u8) -> Result<usize, Failure> {
    let known = channel.parse().ok().filter(|channel| *channel < usize::from(channels));
    known.ok_or_else(|| {
        let last = channels.saturating_sub(1);
        let hint = if last == 0 { ", see --channels" } else { "" };
        refused(&format!("{text}: channel {channel}: allowed is 0 to {last}{hint}"))
    })
}

fn phase(name: &str) -> Option<Phase> {
    let named = Phase::ALL.into_iter().find(|phase| phase.name() == name);
    named.or_else(|| ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, phase)| *phase))
}

fn distance_of(text: &str) -> Option<Distance> {
    if text.is_empty() {
        return Some(Distance::Behind(Duration::ZERO));
    }
    let sign = text.chars().next()?;
    let minutes: f64 = text.get(1..)?.trim().strip_suffix("min")?.trim_end().parse().ok()?;
    let minutes = Some(minutes).filter(|minutes| (0.0..=FARTHEST_MIN).contains(minutes))?;
    // A place is in a tick.
    let span = Duration::from_millis((minutes * 600.0).round() as u32 * 100);
    Some(if sign == '-' { Distance::Before(span) } else { Distance::Behind(span) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_people_write_them() {
        let read = |text: &str| {
            let place = Place::parse(text, 2).unwrap();
            (place.channel, place.phase, place.distance)
        };
        let (before, behind) = (
            |min| Distance::Before(Duration::from_mins(min)),
            |s| Distance::Behind(Duration::from_secs(s)),
        );
        assert_eq!(read("post_cool-3min"), (0, Phase::PostCool, before(3)));
        assert_eq!(read("1:infusion+5min"), (1, Phase::Infusing, behind(300)));
        assert_eq!(read("pre_cool"), (0, Phase::PreCool, behind(0)));
        assert_eq!(read("break+0.5 min"), (0, Phase::Paused, behind(30)));
    }

    #[test]
    fn what_is_no_place_is_told() {
        for (text, told) in [
            ("warm", "--start-at: warm: allowed are boot, standby,"),
            ("warm+5min", "--start-at: warm+5min: warm: allowed are boot, standby,"),
            ("pre_cool+5", "--start-at: pre_cool+5: +5: allowed is +MINmin or -MINmin, 0 to 720"),
            ("ready-721min", "--start-at: ready-721min: -721min: allowed is"),
            ("1:ready", "--start-at: 1:ready: channel 1: allowed is 0 to 0, see --channels"),
            ("ready--3min", "--start-at: ready--3min: --3min: allowed is"),
            ("ready+NaNmin", "--start-at: ready+NaNmin: +NaNmin: allowed is"),
        ] {
            let failure = Place::parse(text, 1).unwrap_err();
            assert!(failure.to_string().starts_with(told), "{failure}");
        }
        let twice = ["ready".to_owned(), "pre_cool".to_owned()];
        assert!(Place::parse_all(&twice, 2).is_err());
    }
}
