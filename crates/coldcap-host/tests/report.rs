//! The report and the trace, from outside.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_host::procedure::Outcome;
use coldcap_host::report::{
    AlarmSpan, BillingLine, BreakSpan, ContactAdvice, ContactZone, FitVisit, Mark, Origin,
    PhaseSpan, PlanSummary, Priority, RecordCheck, Sample, Service, Treatment, csv, html,
};
use coldcap_session::{ControlMode, Phase};
use proptest::prelude::*;

fn span(phase: Phase, start_s: f64, minutes: f64, expected_min: Option<f64>) -> PhaseSpan {
    let cooled_min = if phase.is_cooling() { minutes } else { 0.0 };
    PhaseSpan {
        phase,
        start_s,
        end_s: start_s + minutes * 60.0,
        elapsed_min: minutes,
        cooled_min,
        at_target_min: cooled_min / 2.0,
        expected_min,
    }
}

fn sample(time_s: f64, phase: Phase, supply_c: f64) -> Sample {
    Sample {
        target_c: Some(-4.0),
        effective_c: Some(-4.0),
        supply_c: Some(supply_c),
        front_c: Some(1.5),
        rear_c: Some(2.5),
        skin_true_c: Some(19.0),
        flow_ml_min: Some(1000.0),
        ..Sample::new(time_s, phase)
    }
}

/// A quarter of an hour of each treatment phase with one break.
fn session(origin: Origin) -> Treatment {
    let phases = vec![
        span(Phase::PreCool, 0.0, 15.0, Some(16.0)),
        span(Phase::Infusing, 900.0, 15.0, None),
        span(Phase::PostCool, 1800.0, 10.0, Some(20.5)),
        span(Phase::Paused, 2400.0, 5.0, None),
        span(Phase::PostCool, 2700.0, 10.0, Some(20.5)),
    ];
    let phase_at = |time: f64| phases.iter().rev().find(|span| span.start_s <= time).unwrap().phase;
    let samples = (0..3300_u32)
        .map(f64::from)
        .map(|time| sample(time, phase_at(time), -4.0 + 0.1 * (time / 50.0).sin()))
        .collect();
    Treatment {
        title: "Session 1".into(),
        outcome: Some(Outcome::Completed),
        samples,
        phases,
        breaks: vec![BreakSpan {
            start_s: 2400.0,
            end_s: Some(2700.0),
            reason: "toilet".into(),
            allowed_min: Some(10.0),
        }],
        alarms: vec![alarm("flow_lost", Priority::High, 2000.0, Some(2010.0))],
        marks: vec![Mark { time_s: 900.0, label: "first drug started".into() }],
        output_hash: Some(0xABC),
        ..Treatment::new(origin)
    }
}

fn alarm(id: &str, priority: Priority, onset_s: f64, clear_s: Option<f64>) -> AlarmSpan {
    AlarmSpan { id: id.into(), priority, onset_s, clear_s, acknowledged_s: None }
}

/// What stands between tags, with one space for every gap.
fn words(page: &str) -> String {
    let body = &page[page.find("<body>").unwrap()..];
    let mut text = String::new();
    for piece in body.split('<') {
        text.push(' ');
        text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn page_says_what_a_nurse_needs_first() {
    let text = words(&html(&session(Origin::Simulated)));
    for expected in [
        "SIMULATED A simulated machine on a simulated head. No person was treated.",
        "Outcome completed",
        "Pre-cooling 15.0 min cooled of 16.0 planned; lasted 15.0 min",
        "Post-cooling 20.0 min cooled of 20.5 planned; lasted 20.0 min",
        "Minutes at target 25.0 min measured on the coolant",
        "largest deviation 0.10 K",
        "Breaks 1 5.0 min together",
        "Alarms 1 1 high, 0 medium, 0 low",
        "pre-cooling 1 15.0 15.0 7.5 16.0 −1.0",
        "post-cooling 2 20.0 20.0 10.0 20.5 −0.5",
        "infusion 1 15.0 15.0 7.5 – –",
        "toilet 0:40:00 0:45:00 5.0 10.0 no",
        "flow lost high 0:33:20 – by nobody 0:33:30 0.2",
        "first drug started 0:15",
        "skin (plant truth, simulated)",
        "session – nothing is counted from a record that is not verified",
        "fit visit – nothing is counted from a record that is not verified",
        "Not billing advice: check every line",
        "Minutes at target are measured on the coolant, not an effect.",
        "This is not a medical device; the skin estimate is not available on this device yet.",
        "– this recording holds no fit visit",
        "hash chain NOT verified",
        "output hash 0000000000000abc",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
}

#[test]
fn page_says_which_temperature_was_held() {
    let mut coolant = session(Origin::Simulated);
    coolant.plan.target_c = Some(-4.0);
    let text = words(&html(&coolant));
    assert!(text.contains("mode coolant coolant target −4.0 °C"), "{text}");
    let plan = PlanSummary {
        mode: ControlMode::Cap,
        target_c: None,
        interface_c: Some(4.0),
        ..coolant.plan.clone()
    };
    let text = words(&html(&Treatment { plan, ..coolant }));
    for expected in [
        "mode cap interface target 4.0 °C",
        "Minutes at target 25.0 min measured on the cap's inner face",
        "as the interface at 4.0 °C needs it; largest deviation",
        "Minutes at target are measured on the cap's inner face, not an effect.",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
    assert!(!text.contains("measured on the coolant"), "{text}");
}

#[test]
fn origin_stands_in_every_drawing() {
    for (origin, word) in [(Origin::Simulated, "SIMULATED"), (Origin::Replay, "REPLAY")] {
        let page = html(&session(origin));
        assert!(page.contains(&format!("<title>{word}: Session 1</title>")));
        let drawings: Vec<&str> = page
            .split("<svg role=\"img\"")
            .skip(1)
            .map(|rest| rest.split("</svg>").next().unwrap())
            .collect();
        assert_eq!(drawings.len(), 2);
        assert!(drawings.iter().all(|drawing| drawing.contains(&format!(">{word}</text>"))));
        // Temperatures once, and each lane of the second drawing.
        assert_eq!(page.matches("class=\"stamp middle\"").count(), 4);
    }
    let page = html(&session(Origin::Device));
    for word in ["SIMULATED", "REPLAY", "class=\"stamp", "class=\"banner\""] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn page_runs_nothing_and_fetches_nothing() {
    let page = html(&session(Origin::Simulated));
    for forbidden in [
        "<script", "<link", "<img", "<iframe", "@import", "http:", "https:", "src=", "href=",
        "onload",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    let outside = page.split("url(").skip(1).filter(|rest| !rest.starts_with("#break)"));
    assert_eq!(outside.count(), 0);
}

#[test]
fn page_claims_nothing() {
    let mut whole = session(Origin::Simulated);
    whole.fit = Some(fit());
    let text = html(&whole).to_lowercase();
    for claim in ["therapeutic", "effective", "efficacy"] {
        assert!(!text.contains(claim), "{claim}");
    }
}

fn fit() -> FitVisit {
    FitVisit {
        size: "medium".into(),
        runner_up: None,
        confidence_percent: 91.0,
        spread_k: 0.04,
        heat_w: 44.5,
        verdict: "good".into(),
        zones: vec![
            ("front".into(), "35.1 ± 4.2 W/(m² K), by skin and inner face".into()),
            ("crown".into(), "not observed".into()),
        ],
        digest: 0x1234,
    }
}

#[test]
fn fit_visit_billing_and_record_are_told() {
    let line = |service, code: &str, units| BillingLine {
        service,
        code: code.into(),
        units,
        rule: "from-2026/example".into(),
        counting: "once".into(),
        counted: "a fit".into(),
    };
    let whole = Treatment {
        fit: Some(fit()),
        billing: vec![line(Service::Session, "97009", 3), line(Service::FitVisit, "97007", 1)],
        record: RecordCheck { entries: 12, read: 12, verified: true, ..RecordCheck::default() },
        seed: Some(7),
        ..session(Origin::Simulated)
    };
    let text = words(&html(&whole));
    assert!(text.contains("cap size medium try on as well none: the measures are clear"));
    assert!(text.contains("heat in the contact test 44.5 W contact good"));
    let fit_line = text.find("fit visit 97007 1 from-2026/example once a fit").unwrap();
    assert!(fit_line < text.find("session 97009 3 from-2026/example once a fit").unwrap());
    assert!(text.contains("check hash chain verified over 12 entries"));
    assert!(text.contains("seed 7"));
}

#[test]
fn an_estimate_of_the_skin_is_not_denied() {
    let mut whole = session(Origin::Device);
    assert!(html(&whole).contains("the skin estimate is not available"));
    whole.samples[5].skin_estimate_c = Some(20.0);
    let page = html(&whole);
    assert!(!page.contains("the skin estimate is not available"));
    assert!(page.contains("skin (estimate of the device)"));
}

/// A second each: below, above, straddling, at the limit, without an end, without an estimate.
#[test]
fn minutes_of_skin_below_22_degrees_are_unknown_where_the_interval_straddles_it() {
    let ends = [
        (Some(18.0), Some(21.999)),
        (Some(22.0), Some(26.0)),
        (Some(20.0), Some(22.0)),
        (Some(20.0), Some(24.0)),
        (None, Some(20.0)),
        (Some(25.0), None),
        (Some(f64::NAN), Some(20.0)),
        (None, None),
    ];
    let mut whole = Treatment::new(Origin::Device);
    let phases = [Phase::Infusing, Phase::Standby];
    for (second, (phase, (lower, upper))) in
        (0u32..).zip(phases.into_iter().flat_map(|phase| ends.map(|ends| (phase, ends))))
    {
        whole.samples.push(Sample {
            skin_estimate_c: lower.map(|lower| lower + 2.0),
            skin_lower_c: lower,
            skin_upper_c: upper,
            ..Sample::new(60.0 + f64::from(second), phase)
        });
    }
    let minutes = whole.skin_minutes().unwrap();
    let found = [minutes.below_min, minutes.not_below_min, minutes.unknown_min];
    for (found, seconds) in found.into_iter().zip([1.0, 1.0, 6.0]) {
        assert!((found * 60.0 - seconds).abs() < 1e-9, "{minutes:?}");
    }
    let text = words(&html(&whole));
    assert!(
        text.contains("estimated skin below 22 °C: 0.0; at or above: 0.0; unknown: 0.1"),
        "{text}"
    );
    whole.samples.iter_mut().for_each(|sample| sample.skin_estimate_c = None);
    assert_eq!(whole.skin_minutes(), None);
    assert!(!html(&whole).contains("estimated skin below"));
}

#[test]
fn the_interval_of_the_skin_is_an_area_with_a_word_for_it() {
    let mut whole = session(Origin::Device);
    let path = "<path class=\"interval\" d=\"M";
    assert!(!html(&whole).contains(path));
    for sample in &mut whole.samples {
        (sample.skin_lower_c, sample.skin_upper_c) = (Some(15.0), Some(19.0));
    }
    let page = html(&whole);
    assert!(page.contains(path) && page.contains("where the estimate says it is"));
}

#[test]
fn the_advice_on_the_contact_is_told_zone_by_zone() {
    let mut whole = session(Origin::Device);
    assert!(words(&html(&whole)).contains("– the record holds no advice on the contact"));
    let zone = |name: &str, found: Option<(f64, f64)>, change: &str| ContactZone {
        zone: name.into(),
        conductance: found.map(|(h, _)| h),
        uncertainty: found.map(|(_, u)| u),
        against_fit_visit: change.into(),
    };
    let zones = vec![zone("front", Some((30.1, 3.0)), "worse"), zone("crown", None, "unknown")];
    whole.contact = Some(ContactAdvice { verdict: "reseat <now>".into(), zones });
    let page = html(&whole);
    assert!(page.contains("reseat &lt;now&gt;"));
    let text = words(&page);
    assert!(text.contains("front 30.1 6.0 worse crown – – unknown"), "{text}");
}

#[test]
fn texts_are_escaped_and_clipped() {
    let hostile = "<script>alert(1)</script>\"'&";
    let mut whole = session(Origin::Device);
    whole.title = hostile.into();
    whole.ended_by = Some(hostile.into());
    whole.device.model = hostile.into();
    whole.plan.regimen = hostile.into();
    whole.breaks[0].reason = hostile.into();
    whole.alarms[0].id = hostile.into();
    whole.marks[0].label = hostile.into();
    let page = html(&whole);
    assert!(!page.contains("<script"));
    assert!(page.matches("&lt;script&gt;alert(1)&lt;/script&gt;").count() >= 7);
    whole.title = "x".repeat(100_000);
    assert!(html(&whole).contains(&format!("<h1>{}…</h1>", "x".repeat(119))));
}

/// Every element is closed in the order in which it was opened.
fn check_nesting(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in page.split('<').skip(1) {
        let name = piece.split(|c: char| c == '>' || c.is_whitespace()).next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if ["!DOCTYPE", "meta"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Two labels of one row whose boxes cover each other; boxes are a little narrower than the text.
fn overlapping_labels(page: &str) -> Vec<(String, String)> {
    let mut boxes: Vec<(f64, f64, f64, String)> = Vec::new();
    let drawing = page.split("<svg role=\"img\"").nth(1).unwrap().split("</svg>").next().unwrap();
    for piece in drawing.split("<text class=\"").skip(1) {
        let (class, rest) = piece.split_once('"').unwrap();
        if !["label middle", "phase middle", "number middle"].contains(&class) {
            continue;
        }
        let attribute = |name: &str| -> f64 {
            let rest = rest.split_once(&format!(" {name}=\"")).unwrap().1;
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let content = rest.split_once('>').unwrap().1.split('<').next().unwrap();
        let half = content.chars().count() as f64 * 3.2;
        let (x, y) = (attribute("x"), attribute("y"));
        boxes.push((x - half, x + half, y, content.to_owned()));
    }
    let mut covered = Vec::new();
    for (index, one) in boxes.iter().enumerate() {
        for other in &boxes[..index] {
            if (one.2 - other.2).abs() < 10.0 && one.0 < other.1 && other.0 < one.1 {
                covered.push((one.3.clone(), other.3.clone()));
            }
        }
    }
    covered
}

#[test]
fn labels_do_not_cover_each_other() {
    let mut whole = session(Origin::Simulated);
    for second in 0..9 {
        whole
            .marks
            .push(Mark { time_s: 900.0 + f64::from(second), label: format!("mark {second}") });
        let start_s = 100.0 * f64::from(second);
        whole.phases.insert(0, span(Phase::FitCheck, start_s, 0.1, None));
    }
    let page = html(&whole);
    assert!(page.contains(">mark 2 0:15<"));
    assert_eq!(overlapping_labels(&page), []);
}

#[test]
fn long_and_stormy_visits_stay_small() {
    let mut whole = session(Origin::Simulated);
    let noisy =
        |second: u32, scale: f64| Some(f64::from(second * 7919 % 997) / 997.0 * scale - 5.0);
    whole.samples = (0..14_400_u32)
        .map(|second| Sample {
            supply_c: noisy(second, 30.0),
            front_c: noisy(second + 3, 35.0),
            rear_c: noisy(second + 5, 33.0).filter(|_| second % 11 != 0),
            skin_true_c: noisy(second + 7, 40.0),
            skin_estimate_c: noisy(second + 9, 40.0),
            flow_ml_min: noisy(second, 1000.0),
            valve: Some(f64::from(second % 2)),
            chiller: Some(f64::from(second % 3 % 2)),
            ..sample(f64::from(second), Phase::Infusing, -4.0)
        })
        .collect();
    for n in 0..5_000 {
        let at = f64::from(n) * 2.0;
        whole.alarms.push(alarm("link_lost", Priority::Low, at, Some(at + 1.0)));
        whole.marks.push(Mark { time_s: at, label: format!("comfort {n}") });
        whole.phases.push(span(Phase::Recool, at, 0.01, None));
        whole.breaks.push(whole.breaks[0].clone());
    }
    let page = html(&whole);
    assert!(page.len() < 400 * 1024, "{} bytes", page.len());
    assert!(page.contains("The first 100 of 5001 are shown."));
    assert!(page.contains("The drawings show the first 150 phases, breaks, marks and alarms"));
    assert!(page.contains(">5001<"), "the tiles count everything");
    assert_eq!(overlapping_labels(&page), []);
    check_nesting(&page);
}

#[test]
fn coolant_is_judged_only_while_it_was_held() {
    let mut whole = Treatment::new(Origin::Simulated);
    assert_eq!(whole.coolant_held(), None);
    whole.samples = vec![
        sample(0.0, Phase::PreCool, 20.0),
        sample(1.0, Phase::Infusing, -4.2),
        sample(2.0, Phase::PostCool, -3.9),
        sample(3.0, Phase::Recool, 9.0),
        Sample { effective_c: Some(2.0), ..sample(4.0, Phase::Infusing, 2.0) },
        Sample { supply_c: None, ..sample(5.0, Phase::Infusing, 0.0) },
        sample(6.0, Phase::Ready, f64::NAN),
    ];
    let held = whole.coolant_held().unwrap();
    assert_eq!(held.samples, 2);
    assert!((held.mean_c + 4.05).abs() < 1e-12 && (held.max_abs_error_k - 0.2).abs() < 1e-12);
}

#[test]
fn an_empty_treatment_makes_a_page() {
    let page = html(&Treatment::new(Origin::Replay));
    check_nesting(&page);
    let text = words(&page);
    for expected in
        ["Scalp cooling", "Outcome not recorded", "none rose", "the target was not held"]
    {
        assert!(text.contains(expected), "{expected}");
    }
}

fn wild() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -50.0_f64..5000.0,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 0.0]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_number_spoils_the_page(
        rows in prop::collection::vec((wild(), wild(), 0_u8..19), 0..60),
        label in ".{0,20}",
    ) {
        let mut whole = Treatment::new(Origin::Simulated);
        for (one, other, code) in rows {
            let phase = Phase::from_code(code).unwrap();
            whole.samples.push(Sample { chiller: Some(one), ..sample(one, phase, other) });
            whole.phases.push(PhaseSpan { end_s: other, ..span(phase, one, 1.0, Some(other)) });
            whole.breaks.push(BreakSpan {
                start_s: one, end_s: Some(other), reason: label.clone(), allowed_min: Some(other),
            });
            whole.alarms.push(alarm(&label, Priority::Medium, other, Some(one)));
            whole.marks.push(Mark { time_s: one, label: label.clone() });
        }
        let page = html(&whole);
        check_nesting(&page);
        let drawings: String = page.split("<svg").skip(1).map(|rest| rest.split("</svg>").next().unwrap()).collect();
        for bad in ["=\"NaN", "=\"inf", "=\"-inf", " NaN", " inf", "width=\"-", "height=\"-"] {
            prop_assert!(!drawings.contains(bad), "{}", bad);
        }
    }
}

#[test]
fn trace_has_the_agreed_columns() {
    let contract = "time_s,channel,phase,target_c,supply_c,return_c,front_c,rear_c,safety_c,skin_estimate_c,skin_true_c,flow_ml_min,pump,valve,chiller,alarms,skin_lower_c,skin_upper_c";
    assert_eq!(csv::TRACE_HEADER, contract);
    let full = Sample {
        channel: 1,
        return_c: Some(-2.5),
        safety_c: Some(-0.0001),
        skin_estimate_c: Some(f64::NAN),
        skin_lower_c: Some(18.25),
        skin_upper_c: Some(f64::INFINITY),
        tank_c: Some(-8.0),
        pump: Some(0.62),
        valve: Some(1.0),
        chiller: Some(0.0),
        ..sample(10.0, Phase::PostCool, -4.0126)
    };
    let alarms = [
        alarm("flow_lost", Priority::High, 10.0, Some(11.0)),
        alarm("a,\"b\n", Priority::Low, 0.0, None),
        alarm("over", Priority::Low, 0.0, Some(10.0)),
    ];
    let mut text = Vec::new();
    csv::write_trace(&mut text, &[full, Sample::new(11.0, Phase::Boot)], &alarms).unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], contract);
    assert_eq!(
        lines[1],
        "10.0,1,post_cool,-4.000,-4.013,-2.500,1.500,2.500,0.000,,19.000,1000.0,0.620,1.000,0.000,flow_lost;a__b_,18.250,"
    );
    assert_eq!(lines[2], "11.0,0,boot,,,,,,,,,,,,,a__b_,,");
    assert!(lines.iter().all(|line| line.matches(',').count() == 17));
    assert!(text.ends_with('\n'));
}
