//! A line a second, for whoever has no terminal.

use super::words;
use coldcap_host::view::{Alarm, ChannelPicture, Picture};
use core::fmt::Write as _;

/// The picture in one line.
pub(super) fn plain(picture: &Picture) -> String {
    let mut line = format!("{} {}", words::time(picture.at_ms), words::origin(picture.origin));
    let _ = write!(line, " | link {}", words::link(&picture.link));
    for channel in &picture.channels {
        line.push_str(&of_channel(channel));
    }
    line.push_str(" | alarms ");
    let count = picture.machine.channels;
    let alarms = picture.alarms.iter().map(|alarm| of_alarm(alarm, count));
    let alarms: Vec<String> = alarms.collect();
    line.push_str(match (alarms.is_empty(), picture.machine.sounding) {
        (true, Some(_)) => "none",
        (true, None) => "not known",
        (false, Some(_)) => "",
        (false, None) => "as last heard: ",
    });
    line.push_str(&alarms.join(", "));
    line
}

fn of_channel(channel: &ChannelPicture) -> String {
    let phase = channel.phase.as_deref().unwrap_or(words::NOTHING);
    let mut line = format!(" | channel {} {phase}", channel.channel);
    if let Some(left) = channel.left_ms {
        let _ = write!(line, " {} left", words::time(left.into()));
    }
    let _ = write!(line, ", target {}", words::target(channel));
    let temperatures = [
        ("supply", channel.supply),
        ("front", channel.front),
        ("rear", channel.rear),
        ("skin", channel.skin),
    ];
    for (name, quantity) in temperatures {
        let _ = write!(line, ", {name} {}", words::temperature(quantity));
    }
    if let Some(on_break) = &channel.on_break {
        let rewarming = words::rewarming(on_break.rewarming);
        let _ = write!(line, ", {}; {rewarming}", words::on_break(on_break));
    }
    line
}

fn of_alarm(alarm: &Alarm, channels: Option<u8>) -> String {
    let whose = words::whose(alarm.channel, channels);
    format!("{} {} ({whose})", words::priority(alarm), alarm.name)
}
