//! The phases and the ways between them, drawn as a picture with a layout of its own.

use crate::channel::coverage::{Coverage, Row};
use coldcap_session::Phase;
use core::fmt::Write;
use std::collections::BTreeMap;

const WIDTH: i32 = 1480;
const HEIGHT: i32 = 980;
const BOX: (i32, i32) = (132, 44);

/// The middle of each phase's box.
const fn place(phase: Phase) -> (i32, i32) {
    match phase {
        Phase::Boot => (110, 120),
        Phase::Standby => (330, 120),
        Phase::FitMeasure => (560, 120),
        Phase::FitCalibrate => (790, 120),
        Phase::FitVerify => (1020, 120),
        Phase::FitSaved => (1250, 120),
        Phase::Setup => (330, 330),
        Phase::FitCheck => (560, 330),
        Phase::PreCool => (790, 330),
        Phase::Ready => (960, 330),
        Phase::Infusing => (1130, 330),
        Phase::PostCool => (1300, 330),
        Phase::Recool => (1045, 520),
        Phase::Paused => (790, 690),
        Phase::Recovery => (1045, 690),
        Phase::SafeHold => (500, 690),
        Phase::Thaw => (1300, 860),
        Phase::CapOff => (1045, 860),
        Phase::Report => (790, 860),
    }
}

const fn colour(phase: Phase) -> &'static str {
    if phase.is_cooling() {
        "#d6e9f8"
    } else if phase.circulates() {
        "#e4f4ea"
    } else if phase.is_interrupted() {
        "#fdf0d5"
    } else if matches!(phase, Phase::SafeHold) {
        "#f9dcdc"
    } else {
        "#f4f4f4"
    }
}

/// The frame around the four phases of a treatment and the re-cooling: what all of them share is drawn once.
const FRAME: (i32, i32, i32, i32) = (704, 270, 690, 300);

/// A way that is drawn: one from a phase, or one that all cooling phases share.
struct Way {
    from: (i32, i32),
    to: (i32, i32),
    bend: i32,
    /// Corners to turn at; with any, the way is straight between them.
    corners: &'static [(i32, i32)],
    label: &'static str,
    at: (i32, i32),
}

const fn way(
    from: (i32, i32),
    to: (i32, i32),
    bend: i32,
    label: &'static str,
    at: (i32, i32),
) -> Way {
    Way { from, to, bend, corners: &[], label, at }
}

const fn lane(
    from: (i32, i32),
    corners: &'static [(i32, i32)],
    to: (i32, i32),
    label: &'static str,
    at: (i32, i32),
) -> Way {
    Way { from, to, bend: 0, corners, label, at }
}

/// What is drawn: each way with its ends, its bend and its words. Which ways there are is not decided here:
/// [`missing`] compares the list with what was found.
const DRAWN: &[(&[Phase], Phase, Way)] = {
    use Phase::{
        Boot, CapOff, FitCalibrate, FitCheck, FitMeasure, FitSaved, FitVerify, Infusing, Paused,
        PostCool, PreCool, Ready, Recool, Recovery, Report, SafeHold, Setup, Standby, Thaw,
    };
    const COOLING: &[Phase] = &[PreCool, Ready, Infusing, PostCool, Recool];
    &[
        (&[Boot], Standby, way((176, 120), (264, 120), 0, "self-test passed", (220, 108))),
        (
            &[Boot],
            SafeHold,
            lane((70, 142), &[(70, 708)], (434, 708), "self-test failed", (85, 470)),
        ),
        (&[Standby], FitMeasure, way((396, 120), (494, 120), 0, "start_fit", (445, 108))),
        (&[Standby], Setup, way((318, 142), (318, 308), 0, "select_patient", (268, 230))),
        (&[Setup], Standby, way((344, 308), (344, 142), 0, "cancel", (370, 230))),
        (&[Setup], FitMeasure, way((380, 308), (540, 142), 0, "start_fit", (480, 240))),
        (&[FitMeasure], FitCalibrate, way((626, 120), (724, 120), 0, "measure", (675, 108))),
        (&[FitCalibrate], FitVerify, way((856, 120), (954, 120), 0, "matched, worn", (905, 108))),
        (&[FitVerify], FitSaved, way((1086, 120), (1184, 120), 0, "contact", (1135, 108))),
        (
            &[FitCalibrate],
            FitMeasure,
            way((770, 142), (600, 142), 30, "differs, late, halted", (686, 168)),
        ),
        (
            &[FitVerify],
            FitMeasure,
            way((1000, 142), (575, 142), 66, "late, halted, not worn", (800, 196)),
        ),
        (
            &[FitMeasure, FitCalibrate, FitVerify, FitSaved],
            Standby,
            way((640, 84), (350, 98), -40, "stop, cancel, close", (500, 62)),
        ),
        (
            &[Standby, FitMeasure, FitCalibrate, FitVerify, FitSaved],
            Boot,
            way((300, 98), (120, 98), -30, "power gap, in the fit visit too", (205, 66)),
        ),
        (&[Setup], FitCheck, way((396, 322), (494, 322), 0, "start", (445, 312))),
        (
            &[FitCheck],
            Setup,
            way((500, 352), (392, 352), 22, "stop, cancel, late, halted, gap", (446, 398)),
        ),
        (&[FitCheck], PreCool, way((626, 322), (724, 322), 0, "flows, worn", (668, 312))),
        (
            &[FitCheck],
            Infusing,
            way((590, 308), (1110, 308), -40, "a drug runs already", (850, 262)),
        ),
        (
            &[FitCalibrate, FitVerify, FitCheck],
            SafeHold,
            way((548, 352), (500, 668), 0, "service trip", (478, 520)),
        ),
        (&[PreCool], Ready, way((856, 330), (894, 330), 0, "done", (875, 300))),
        (&[PreCool], Infusing, way((800, 352), (1100, 352), 30, "hair-toxic start", (950, 378))),
        (&[Ready], Infusing, way((1026, 330), (1064, 330), 0, "start", (1045, 300))),
        (&[Infusing], PostCool, way((1196, 322), (1234, 322), 0, "last end", (1215, 300))),
        (&[PostCool], Infusing, way((1280, 352), (1160, 352), 22, "start again", (1220, 374))),
        (&[Recool], PreCool, way((985, 500), (810, 352), 0, "", (0, 0))),
        (&[Recool], Ready, way((1025, 498), (965, 352), 0, "", (0, 0))),
        (&[Recool], Infusing, way((1065, 498), (1125, 352), 0, "target held: back", (1045, 440))),
        (&[Recool], PostCool, way((1105, 500), (1290, 352), 0, "", (0, 0))),
        (
            COOLING,
            Paused,
            way((760, 570), (760, 668), 0, "stop, pause, halted, uncoupled, not worn", (820, 596)),
        ),
        (COOLING, Recovery, way((1090, 570), (1090, 668), 0, "power gap", (1130, 620))),
        (COOLING, SafeHold, way((704, 540), (530, 668), 0, "service trip", (610, 606))),
        (
            COOLING,
            Thaw,
            way((1330, 570), (1330, 838), 0, "end, completed, unattended", (1385, 720)),
        ),
        (&[Paused], Recool, way((830, 668), (1000, 542), 0, "resume", (900, 620))),
        (&[Recovery], Recool, way((1040, 668), (1040, 542), 0, "resume", (1012, 610))),
        (&[Thaw], Recool, way((1275, 838), (1090, 542), 0, "resume, drug runs", (1215, 660))),
        (&[Paused], Recovery, way((856, 690), (979, 690), 0, "power gap", (918, 680))),
        (&[Paused], SafeHold, way((724, 690), (566, 690), 0, "service trip", (645, 680))),
        (&[Recovery], SafeHold, way((1000, 712), (530, 712), 26, "service trip", (700, 742))),
        (
            &[SafeHold],
            Recovery,
            way((560, 712), (1030, 712), 70, "service_reset, to resume", (790, 782)),
        ),
        (
            &[SafeHold],
            Boot,
            lane((434, 690), &[(120, 690)], (120, 142), "service_reset", (120, 400)),
        ),
        (
            &[SafeHold],
            Standby,
            lane((434, 672), &[(238, 672), (238, 128)], (264, 128), "removed, no plan", (238, 540)),
        ),
        (&[SafeHold], Report, way((510, 712), (724, 860), 40, "removed", (560, 820))),
        (&[Paused], Thaw, way((850, 712), (1240, 838), 0, "", (0, 0))),
        (&[Recovery], Thaw, way((1100, 712), (1275, 838), 0, "end, unattended", (1120, 790))),
        (&[Thaw], CapOff, way((1234, 860), (1111, 860), 0, "warmed, off", (1172, 850))),
        (&[CapOff], Report, way((979, 860), (856, 860), 0, "off, uncoupled", (918, 850))),
        (&[Thaw], Report, way((1270, 882), (830, 882), 40, "removed, uncoupled", (1050, 938))),
        (
            &[Report],
            Standby,
            lane((724, 870), &[(205, 870), (205, 138)], (264, 138), "close", (205, 600)),
        ),
    ]
};

/// Ways that were found and are not drawn, and drawn ones that were not found. Both must be empty.
#[must_use]
pub fn missing(coverage: &Coverage) -> Vec<String> {
    let found = ways(coverage);
    let is_drawn = |from: &Phase, to: &Phase| {
        DRAWN.iter().any(|(phases, end, _)| phases.contains(from) && end == to)
    };
    let undrawn = found.keys().filter(|(from, to)| !is_drawn(from, to));
    let mut missing: Vec<String> =
        undrawn.map(|(from, to)| format!("not drawn: {from} -> {to}")).collect();
    for (phases, to, _) in DRAWN {
        let some = phases.iter().filter(|from| !found.contains_key(&(**from, *to)));
        missing.extend(some.map(|from| format!("not found: {from} -> {to}")));
    }
    missing
}

/// Every way from a phase to another, with the classes of events that take it.
fn ways(coverage: &Coverage) -> BTreeMap<(Phase, Phase), Vec<&'static str>> {
    let mut ways: BTreeMap<(Phase, Phase), Vec<&'static str>> = BTreeMap::new();
    for Row { phase, next, event, .. } in coverage.table().into_keys() {
        let events = ways.entry((phase, next)).or_default();
        if phase != next && !events.contains(&event) {
            events.push(event);
        }
    }
    ways.retain(|(from, to), _| from != to);
    ways
}

/// The drawing. That it shows the ways that were found, and no other, is for [`missing`] to say.
#[must_use]
pub fn svg() -> String {
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>The phases of a channel and the ways between them</title>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" \
         markerHeight=\"8\" orient=\"auto\"><path d=\"M0 1 L9 5 L0 9 z\" fill=\"#444\"/></marker></defs>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    let (x, y, width, height) = FRAME;
    let _ = writeln!(
        text,
        "<rect x=\"484\" y=\"84\" width=\"842\" height=\"126\" rx=\"12\" fill=\"none\" stroke=\"#a9c7b3\" stroke-dasharray=\"5 4\"/>\n\
         <text x=\"1256\" y=\"202\" fill=\"#4f7d5f\">fit visit</text>\n\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"12\" fill=\"#f3f8fc\" stroke=\"#9bbcd6\" stroke-dasharray=\"5 4\"/>\n\
         <text x=\"{}\" y=\"{}\" fill=\"#48708f\">cooling</text>",
        x + 10,
        y + height - 10
    );
    DRAWN.iter().for_each(|(_, _, way)| draw(&mut text, way));
    Phase::ALL.into_iter().for_each(|phase| draw_phase(&mut text, phase));
    label_ways(&mut text);
    text.push_str("</svg>\n");
    text
}

fn draw(text: &mut String, way: &Way) {
    let ((x1, y1), (x2, y2)) = (way.from, way.to);
    let (dx, dy) = (x2 - x1, y2 - y1);
    if !way.corners.is_empty() {
        let points = way.corners.iter().chain([&way.to]);
        let lines: String = points.map(|(x, y)| format!(" L{x} {y}")).collect();
        let _ = writeln!(
            text,
            "<path d=\"M{x1} {y1}{lines}\" fill=\"none\" stroke=\"#444\" stroke-width=\"1.3\" marker-end=\"url(#tip)\"/>"
        );
        return;
    }
    let sideways = dx.abs() >= dy.abs();
    let (bx, by) = if sideways { (0, way.bend) } else { (way.bend, 0) };
    let _ = writeln!(
        text,
        "<path d=\"M{x1} {y1} C{} {} {} {} {x2} {y2}\" fill=\"none\" stroke=\"#444\" stroke-width=\"1.3\" marker-end=\"url(#tip)\"/>",
        x1 + dx / 4 + bx,
        y1 + dy / 4 + by,
        x2 - dx / 4 + bx,
        y2 - dy / 4 + by
    );
}

fn draw_phase(text: &mut String, phase: Phase) {
    let (x, y) = place(phase);
    let (width, height) = BOX;
    let _ = writeln!(
        text,
        "<rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\" stroke=\"#333\"/>\n\
         <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" font-weight=\"bold\">{phase}</text>",
        x - width / 2,
        y - height / 2,
        colour(phase),
        y + 5
    );
}

fn label_ways(text: &mut String) {
    for (_, _, way) in DRAWN.iter().filter(|(_, _, way)| !way.label.is_empty()) {
        let (x, y) = way.at;
        let _ = writeln!(
            text,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-size=\"11.5\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"4\">{}</text>",
            way.label
        );
    }
}
