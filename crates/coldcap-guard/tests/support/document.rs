//! The parts of `docs/alarms.md` that are made from the tables.

use coldcap_guard::Conditions;
use coldcap_guard::alarm::light::{self, Light};
use coldcap_guard::alarm::tone::{FUNDAMENTALS_HZ, LIMITS, Limit, PARTIALS, Preset, RISE_PERCENT};
use coldcap_guard::alarm::{
    FIGURES, Harm, Language, Onset, OnsetDelay, Priority, Row, TABLE, Text,
};
use coldcap_units::Duration;

/// A name, and what makes the part.
type Part = (&'static str, fn() -> String);

/// Every generated part.
pub(crate) const PARTS: [Part; 7] = [
    ("priorities", priorities),
    ("table", table),
    ("inhibition", inhibition),
    ("texts", texts),
    ("figures", figures),
    ("presets", presets),
    ("limits", limits),
];

/// `text` with every generated part made anew.
pub(crate) fn renewed(text: &str) -> String {
    PARTS.iter().fold(text.to_owned(), |text, (name, make)| {
        let (start, end) = (format!("<!-- generated: {name} -->\n"), "<!-- end of generated -->");
        let Some((before, rest)) = text.split_once(&start) else {
            panic!("docs/alarms.md has no part {name}")
        };
        let Some((_, after)) = rest.split_once(end) else { panic!("{name} does not end") };
        format!("{before}{start}{}{end}{after}", make())
    })
}

fn line<S: AsRef<str>>(cells: &[S]) -> String {
    cells.iter().fold(String::from("|"), |line, cell| format!("{line} {} |", cell.as_ref())) + "\n"
}

fn head(cells: &[&str]) -> String {
    line(cells) + "|" + &"---|".repeat(cells.len()) + "\n"
}

fn span(span: Duration) -> String {
    let millis = span.as_millis();
    match (millis % 60_000, millis % 1_000) {
        _ if millis == 0 => "0".into(),
        (0, _) => format!("{} min", millis / 60_000),
        (_, 0) => format!("{} s", millis / 1_000),
        _ if millis > 1_000 => format!("{} s", f64::from(millis) / 1e3),
        _ => format!("{millis} ms"),
    }
}

fn names(set: Conditions) -> String {
    set.iter().map(|condition| condition.name()).collect::<Vec<_>>().join(", ")
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "" }
}

fn priorities() -> String {
    let onsets = Onset::ALL.map(Onset::name);
    let mut text = head(&["harm if nobody answers", onsets[0], onsets[1], onsets[2]]);
    for harm in Harm::ALL {
        let cells = Onset::ALL.map(|onset| Priority::assess(harm, onset).name());
        text += &line(&[harm.name(), cells[0], cells[1], cells[2]]);
    }
    text
}

fn onset_delay(row: &Row) -> String {
    match row.onset_delay {
        OnsetDelay::Lasting(delay) => span(delay),
        OnsetDelay::Rule(words) => words.into(),
    }
}

fn table() -> String {
    let mut text = head(&[
        "id",
        "condition",
        "of",
        "harm",
        "onset",
        "priority",
        "onset delay",
        "clear delay",
        "latches",
        "acknowledged",
        "escalates",
        "text",
    ]);
    for row in &TABLE {
        let escalates = row.escalation.map_or(String::new(), |escalation| {
            format!("{} after {}", escalation.to, span(escalation.after))
        });
        text += &line(&[
            &row.condition.code().to_string(),
            row.name(),
            row.scope.name(),
            row.harm.name(),
            row.onset.name(),
            row.priority.name(),
            &onset_delay(row),
            &span(row.clear_delay),
            yes(row.latching),
            yes(row.acknowledgeable),
            &escalates,
            &row.text.0.to_string(),
        ]);
    }
    text
}

fn inhibition() -> String {
    let mut text = head(&["silent", "while any of these is present"]);
    for row in TABLE.iter().filter(|row| !row.inhibited_by.is_empty()) {
        text += &line(&[row.name(), &names(row.inhibited_by)]);
    }
    text
}

fn texts() -> String {
    let mut text = head(&["text", "language", "what happened", "what to do"]);
    for row in &TABLE {
        let Some(found) = Text::find(row.text, &[]) else { panic!("{} has no text", row.name()) };
        for language in Language::ALL {
            let words = found.words(language);
            text += &line(&[
                &format!("{} {}", found.id.0, row.name()),
                language.code(),
                words.cause,
                words.action,
            ]);
        }
    }
    text
}

fn figures() -> String {
    let mut text = head(&["figure", "value", "source", "checked against the standard"]);
    for figure in &FIGURES {
        text += &line(&[figure.name, &span(figure.value), figure.source, "no"]);
    }
    text
}

fn presets() -> String {
    let mut text = head(&["", "high", "medium", "low"]);
    let presets = Priority::ALL.map(Preset::of);
    let mut row = |name: &str, cells: [String; 3]| {
        text += &line(&[name, &cells[0], &cells[1], &cells[2]]);
    };
    row("pulses in a burst", presets.map(|preset| preset.pulses().to_string()));
    row("pulse", presets.map(|preset| ms(preset.pulse())));
    row("between pulses", presets.map(|preset| ms(preset.spacing())));
    let group = |preset: Preset| preset.spacing().plus(preset.spacing()).plus(preset.pulse());
    let only_high = |is: bool, text: String| if is { text } else { "–".into() };
    let wide = |preset: Preset| only_high(preset.pulses() == 10, ms(group(preset)));
    row("between pulses 3 and 4, 8 and 9", presets.map(wide));
    let gap = |preset: Preset| only_high(preset.pulses() == 10, ms(preset.gap()));
    row("between pulses 5 and 6", presets.map(gap));
    row("burst", presets.map(|preset| ms(preset.burst())));
    row("between bursts", presets.map(|preset| ms(preset.pause())));
    row(
        "rise, and fall",
        presets.map(|preset| {
            format!("{RISE_PERCENT} % of the pulse: {} ms", preset.rise_us() / 1_000)
        }),
    );
    let [low, medium, high] = FUNDAMENTALS_HZ;
    row("fundamental", [high, medium, low].map(|hertz| format!("{hertz} Hz")));
    let lights = Priority::ALL.map(|priority| Light::of(priority).unwrap());
    row("lamp", lights.map(|light| light.colour.name().into()));
    row("lit, then dark", lights.map(flashes));
    let partials = PARTIALS
        .iter()
        .map(|partial| format!("{}: {} %", partial.multiple, partial.amplitude_permille / 10));
    let partials = partials.collect::<Vec<_>>().join(", ");
    text + "\nMultiples of the fundamental and their amplitudes, in every pulse: "
        + &partials
        + ".\n"
}

fn flashes(light: Light) -> String {
    let flash = |flash: light::Flash| format!("{}, {}", ms(flash.lit), ms(flash.dark));
    light.flash.map_or("all the time".into(), flash)
}

fn ms(span: Duration) -> String {
    format!("{} ms", span.as_millis())
}

fn limits() -> String {
    let mut text = head(&[
        "priority",
        "figure",
        "from",
        "to",
        "unit",
        "source",
        "checked against the standard",
    ]);
    for Limit { priority, name, least, most, unit, source } in
        LIMITS.into_iter().chain(light::LIMITS)
    {
        text += &line(&[
            priority.map_or("each", Priority::name),
            name,
            &least.to_string(),
            &most.map_or("–".into(), |most| most.to_string()),
            unit,
            source,
            "no",
        ]);
    }
    text
}
