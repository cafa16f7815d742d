//! Each part of the report, and that no text of a caller gets out of its place.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_host::procedure::Outcome;
use coldcap_host::report::{
    AlarmSpan, BillingBasis, BillingLine, BreakSpan, Certificates, Comfort, ComfortKind,
    ContactAdvice, ContactZone, CountedStretch, DeviceIdentity, FitVisit, LinkCounters, Mark,
    Origin, PatientSummary, PhaseSpan, PlanSummary, Priority, RecordCheck, Sample,
    SensorCertificate, SensorFinding, Service, Treatment, WallClock, html,
};
use coldcap_session::{ControlMode, Density, Hair, HairType, Phase};

/// Every part filled in, and every text that a caller may give is `text`.
fn whole(origin: Origin, text: &str) -> Treatment {
    let told = || text.to_owned();
    let mark = |time_s| Mark { time_s, label: told() };
    Treatment {
        title: told(),
        outcome: Some(Outcome::SafeHold),
        ended_by: Some(told()),
        patient: Some(PatientSummary {
            number: 1001,
            session: 3,
            sessions: 12,
            hair: Some(Hair { density: Density::MuchShows, kind: HairType::Ordinary }),
            calibration: Some(0xC0FFEE),
        }),
        date: Some("2026-11-23".into()),
        device: DeviceIdentity {
            model: told(),
            serial: told(),
            firmware: told(),
            schema: told(),
            boot: told(),
        },
        seed: Some(7),
        plan: PlanSummary {
            regimen: told(),
            pre_min: Some(30.0),
            post_min: Some(60.0),
            break_each_min: Some(10.0),
            break_total_min: Some(20.0),
            target_c: Some(-4.0),
            ..PlanSummary::default()
        },
        samples: samples(),
        phases: vec![post_cool(0.0, 1200.0), post_cool(1800.0, 3600.0)],
        breaks: vec![BreakSpan {
            start_s: 1200.0,
            end_s: Some(1932.0),
            reason: told(),
            allowed_min: Some(10.0),
        }],
        alarms: vec![alarm(text, Some(130.0), Some(160.0)), alarm(text, None, None)],
        marks: vec![mark(10.0)],
        remarks: vec![mark(20.0)],
        comfort: comfort(text),
        ..evidence(origin, text)
    }
}

/// The same of what stands behind the figures.
fn evidence(origin: Origin, text: &str) -> Treatment {
    let told = || text.to_owned();
    Treatment {
        fit: Some(fit(text)),
        contact: Some(contact(text)),
        billing: vec![line(text, Service::FitVisit), line(text, Service::Session)],
        billing_basis: Some(basis()),
        certificates: Certificates::Told(vec![SensorCertificate {
            place: told(),
            sensor: told(),
            certificate: told(),
            valid: told(),
        }]),
        sensor_findings: vec![SensorFinding {
            time_s: 5.0,
            place: told(),
            finding: told(),
            sensor: Some(4711),
        }],
        clock: Some(WallClock { set_s: 60.0, unix_ms: 951_782_400_000, quality: told() }),
        record: RecordCheck {
            entries: 61,
            read: 61,
            verified: true,
            finding: told(),
            last_link: Some([0, 1, 2, 3, 4, 5, 6, 0xAB]),
        },
        link: Some(LinkCounters { ok: 900, crc: 3, length: 2, overflow: 1 }),
        output_hash: Some(0xABC),
        ..Treatment::new(origin)
    }
}

fn samples() -> Vec<Sample> {
    let sample = |second: u32| Sample {
        target_c: Some(-4.0),
        interface_target_c: Some(3.0),
        supply_c: Some(-3.9),
        front_c: Some(2.0),
        rear_c: Some(2.1),
        skin_true_c: Some(19.0),
        skin_estimate_c: Some(18.0),
        ..Sample::new(f64::from(second), Phase::PostCool)
    };
    (0..3600).map(sample).collect()
}

fn post_cool(start_s: f64, end_s: f64) -> PhaseSpan {
    let elapsed_min = (end_s - start_s) / 60.0;
    PhaseSpan {
        phase: Phase::PostCool,
        start_s,
        end_s,
        elapsed_min,
        cooled_min: elapsed_min,
        at_target_min: elapsed_min - 1.0,
        expected_min: Some(60.0),
    }
}

fn alarm(id: &str, acknowledged_s: Option<f64>, clear_s: Option<f64>) -> AlarmSpan {
    AlarmSpan { id: id.into(), priority: Priority::Medium, onset_s: 100.0, clear_s, acknowledged_s }
}

fn comfort(by: &str) -> Vec<Comfort> {
    let told = |time_s, what| Comfort { time_s, phase: Some(Phase::Infusing), what };
    let eased = ComfortKind::EasedOff { mode: ControlMode::Coolant, target_c: -3.0, by: by.into() };
    vec![
        told(300.0, ComfortKind::Score(8)),
        told(310.0, ComfortKind::Symptom(2)),
        Comfort { phase: None, ..told(330.0, eased) },
    ]
}

fn fit(text: &str) -> FitVisit {
    FitVisit {
        size: text.into(),
        runner_up: Some(text.into()),
        confidence_percent: 91.0,
        spread_k: 0.04,
        heat_w: 44.5,
        verdict: text.into(),
        zones: vec![(text.into(), text.into())],
        digest: 0x1234,
    }
}

fn contact(text: &str) -> ContactAdvice {
    let zone = ContactZone {
        zone: text.into(),
        conductance: Some(30.0),
        uncertainty: Some(3.0),
        against_fit_visit: text.into(),
    };
    ContactAdvice { verdict: text.into(), zones: vec![zone] }
}

fn line(text: &str, service: Service) -> BillingLine {
    BillingLine {
        service,
        code: text.into(),
        units: 2,
        rule: text.into(),
        counting: text.into(),
        counted: text.into(),
    }
}

fn basis() -> BillingBasis {
    let stretch = |start_s, end_s, cooled_ms, credited| CountedStretch {
        start_s,
        end_s,
        elapsed_ms: cooled_ms + 100,
        cooled_ms,
        credited,
    };
    BillingBasis {
        fit_stored_s: Some(1399.0),
        cooled_ms: 9_000_000,
        first_drug_start_s: Some(3600.0),
        last_drug_end_s: None,
        after_elapsed_ms: 2_759_900,
        after_cooled_ms: 2_759_700,
        stretches: vec![
            stretch(0.0, 1200.0, 1_199_900, false),
            stretch(1200.0, 2759.9, 1_559_800, true),
        ],
    }
}

/// What stands between tags, with one space for every gap.
fn words(page: &str) -> String {
    let body = &page[page.find("<body>").unwrap()..];
    let pieces = body.split('<').map(|piece| piece.split_once('>').map_or("", |(_, text)| text));
    let text = pieces.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    text.replace(" .", ".").replace(" ,", ",")
}

fn told(treatment: &Treatment, expected: &[&str]) {
    let text = words(&html(treatment));
    for expected in expected {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
}

fn style(page: &str) -> &str {
    page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap()
}

#[test]
fn whose_it_is_stands_on_top_and_in_the_margin_of_every_page() {
    let treatment = whole(Origin::Simulated, "x");
    told(
        &treatment,
        &["patient (pseudonymous number) 1001 session 3 of 12 date of service 2026-11-23"],
    );
    let page = html(&treatment);
    let style = style(&page);
    for margin in [
        "@top-left{content:\"patient 1001 · session 3 of 12 · 2026-11-23\"}",
        "@top-right{content:\"SIMULATED – no person was treated\"}",
        "@bottom-left{content:\"record verified, 61 entries, last link 00010203040506ab\"}",
        "@bottom-right{content:\"page \" counter(page) \" of \" counter(pages)}",
    ] {
        assert!(style.contains(margin), "{margin}");
    }
    assert!(style.contains("size: A4"));
    let page = html(&Treatment::new(Origin::Device));
    assert!(page.contains("@top-left{content:\"patient not known\"}"));
    assert!(page.contains("@bottom-left{content:\"RECORD NOT VERIFIED, 0 entries\"}"));
    assert!(!page.contains("SIMULATED"));
    told(&Treatment::new(Origin::Device), &["– not selected", "session – not told"]);
}

#[test]
fn comfort_symptoms_and_easing_off_are_told_with_their_times() {
    let treatment = whole(Origin::Device, "nurse");
    told(
        &treatment,
        &[
            "0:05:00 infusion comfort 8 of 10",
            "0:05:10 infusion symptom no. 2",
            "0:05:30 – not told eased off: coolant target −3.0 °C, by nurse",
            "target −4.0 °C, eased off to −3.0 °C",
        ],
    );
    let page = html(&treatment);
    assert_eq!(page.matches("comfort middle\"").count(), 3);
    for label in ["8", "s2", "↑"] {
        assert!(
            page.split("class=\"comfort middle\"").skip(1).any(|rest| {
                rest.split_once('>').unwrap().1.starts_with(&format!("{label}</text>"))
            }),
            "{label}"
        );
    }
    told(&Treatment::new(Origin::Device), &["The record holds no comfort entry"]);
}

#[test]
fn an_alarm_says_who_was_answered_and_how_often_it_rose() {
    let treatment = whole(Origin::Device, "flow_lost");
    told(
        &treatment,
        &[
            "flow lost medium 0:01:40 0:02:10 0:02:40 1.0",
            "flow lost medium 0:01:40 – by nobody not cleared –",
            "By alarm: flow lost 2×.",
        ],
    );
}

#[test]
fn a_break_is_held_against_what_is_allowed() {
    let mut treatment = whole(Origin::Device, "toilet");
    told(
        &treatment,
        &["toilet 0:20:00 0:32:12 12.2 10.0 2.2", "Together 12.2 min of 20.0 allowed"],
    );
    treatment.breaks[0].allowed_min = None;
    treatment.breaks[0].end_s = None;
    told(&treatment, &["toilet 0:20:00 not ended – – no plan –"]);
}

#[test]
fn phases_add_up_in_a_last_row() {
    told(
        &whole(Origin::Device, "x"),
        &["post-cooling 2 50.0 50.0 48.0 60.0 −10.0", "together 50.0 50.0 48.0"],
    );
}

#[test]
fn what_is_billed_says_what_was_counted() {
    let mut treatment = whole(Origin::Device, "x");
    treatment.billing_basis.as_mut().unwrap().last_drug_end_s = Some(4800.0);
    told(
        &treatment,
        &[
            "first hair-toxic drug started 1:00:00 last hair-toxic drug ended 1:20:00",
            "post-cooling 0:00:00 0:20:00 20:00.0 19:59.9",
            "credited: the end was marked late 0:20:00 0:45:59 25:59.9 25:59.8",
            "together 45:59.9 45:59.7",
            "Not billing advice: check every line against the payer's own rules.",
            "the date of service, 2026-11-23",
        ],
    );
}

#[test]
fn no_line_is_said_to_have_a_reason() {
    let mut treatment = whole(Origin::Device, "x");
    treatment.billing.clear();
    let nothing = BillingBasis::default();
    treatment.billing_basis = Some(nothing);
    told(
        &treatment,
        &[
            "fit visit – no fit was stored in this visit",
            "session – no cooled time was measured in this visit",
            "last hair-toxic drug ended – not marked",
        ],
    );
    treatment.date = None;
    told(&treatment, &["session – the date of service is not known"]);
    treatment.billing_basis = None;
    told(&treatment, &["session – nothing is counted from a record that is not verified"]);
}

#[test]
fn provenance_says_what_is_known_and_why_the_rest_is_not() {
    told(
        &whole(Origin::Device, "x"),
        &[
            "origin a device model x serial number x firmware x message schema (hash) x boot x",
            "wall clock 0:01:00 was 2000-02-29 00:00:00 UTC (x)",
            "900 sound; refused: 3 checksum, 2 length, 1 too long",
            "output hash 0000000000000abc",
            "check hash chain verified over 61 entries; x last link 00010203040506ab",
            "place sensor certificate valid x x x x",
            "0:00:05 x x 4711",
        ],
    );
    told(
        &Treatment::new(Origin::Device),
        &[
            "firmware – the machine did not tell",
            "wall clock – never set in this record",
            "link frames – the machine did not tell",
            "output hash – the outputs were not seen",
            "check hash chain NOT verified : 0 of 0 entries read last link – no entry was read",
            "– not known: the certificates were not asked of the machine",
            "The record is not verified.",
        ],
    );
}

#[test]
fn two_hands_sign_for_exactly_this_visit() {
    let treatment = whole(Origin::Simulated, "x");
    told(
        &treatment,
        &[
            "conducted by name role date signature reviewed by name role date signature",
            "Signed for: output hash 0000000000000abc, record of 61 entries that ends with link 00010203040506ab.",
            "SIMULATED : a signature here confirms that the report was read, and no treatment.",
        ],
    );
}

/// Whatever stands in a text, it stays one: on the page it is escaped, and into the style sheet it never comes.
#[test]
fn hostile_texts_stay_texts() {
    let hostile = "\"}</style><script>alert(1)</script><img src=x onerror=alert(1)>'&{{";
    let mut treatment = whole(Origin::Simulated, hostile);
    treatment.date = Some(hostile.into());
    let page = html(&treatment);
    let harmless = html(&Treatment { date: None, ..whole(Origin::Simulated, "x") });
    for tag in ["<script", "<img", "</style>", "<style>"] {
        assert_eq!(page.matches(tag).count(), harmless.matches(tag).count(), "{tag}");
    }
    assert_eq!(style(&page), style(&harmless));
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;";
    assert!(page.matches(escaped).count() >= 30, "{}", page.matches(escaped).count());
}

#[test]
fn the_whole_page_fetches_nothing_runs_nothing_and_claims_nothing() {
    for origin in [Origin::Device, Origin::Simulated, Origin::Replay] {
        let page = html(&whole(origin, "x"));
        for forbidden in [
            "<script",
            "<link",
            "<img",
            "<iframe",
            "<object",
            "<embed",
            "<form",
            "@import",
            "http:",
            "https:",
            "src=",
            "href=",
            " on",
            "javascript:",
            "data:",
        ] {
            let found = page.match_indices(forbidden).map(|(at, _)| &page[at..at + 12]);
            let handlers = found.filter(|it| forbidden != " on" || it.contains('='));
            assert_eq!(handlers.collect::<Vec<_>>(), Vec::<&str>::new());
        }
        assert!(page.split("url(").skip(1).all(|rest| rest.starts_with("#break)")));
        let text = page.to_lowercase();
        for claim in ["therapeutic", "effective", "efficacy"] {
            assert!(!text.contains(claim), "{claim}");
        }
    }
}

/// Each curve has its letter, and no letter covers another.
#[test]
fn curves_are_told_apart_without_colour() {
    let page = html(&whole(Origin::Device, "x"));
    let drawing = page.split("<svg role=\"img\"").nth(1).unwrap().split("</svg>").next().unwrap();
    let mut letters: Vec<(f64, f64, char)> = Vec::new();
    for piece in drawing.split("<text class=\"letter middle\"").skip(1) {
        let value = |name: &str| -> f64 {
            let rest = piece.split_once(&format!(" {name}=\"")).unwrap().1;
            rest.split('"').next().unwrap().parse().unwrap()
        };
        letters.push((
            value("x"),
            value("y"),
            piece.split_once('>').unwrap().1.chars().next().unwrap(),
        ));
    }
    for letter in ['C', 'T', 'I', 'F', 'R', 'S', 'E'] {
        assert!(letters.iter().any(|(_, _, name)| *name == letter), "{letter}");
        assert!(page.contains(&format!("{letter}</text></svg>")), "{letter} in the legend");
    }
    for (index, one) in letters.iter().enumerate() {
        for other in &letters[..index] {
            assert!((one.0 - other.0).hypot(one.1 - other.1) > 12.0, "{one:?} {other:?}");
        }
    }
}

/// What a host made that came late is not told as of the whole visit.
#[test]
fn a_page_says_from_when_on_was_heard() {
    let sample = |time_s| Sample::new(time_s, Phase::Infusing);
    let page = |seconds: &mut dyn Iterator<Item = u32>| {
        let samples = seconds.map(|second| sample(f64::from(second) + 0.3)).collect();
        html(&Treatment { samples, ..Treatment::new(Origin::Device) })
    };
    let whole = page(&mut (0..=600));
    assert!(whole.contains("recorded 0:10 h") && !whole.contains("what was heard"));
    let late = page(&mut (4_320..=4_920));
    let told = "what was heard, which is from 1:12 h on, 0:10 h in all";
    assert!(late.contains("recorded 0:10 h") && late.contains(told));
    // Nobody listened for eleven hours.
    let holed = page(&mut (0..=600).chain(40_000..=40_600));
    let told = "what was heard, which is from 0:00 h on, 0:20 h in all";
    assert!(holed.contains("recorded 0:20 h") && holed.contains(told));
}

#[test]
fn the_screen_may_be_dark_and_paper_is_not() {
    let page = html(&Treatment::new(Origin::Device));
    let style = style(&page);
    assert!(style.contains("@media screen and (prefers-color-scheme: dark)"));
    let print = style.split("@media print").nth(1).unwrap();
    assert!(print.contains("color-scheme: light") && print.contains("break-inside: avoid"));
}
