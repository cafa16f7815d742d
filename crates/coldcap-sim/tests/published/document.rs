//! The tables of `docs/patient.md`, made from the model.

use crate::exposures::{AGENTS, BREAKS, of_visit};
use crate::figures;
use crate::oracle;
use coldcap_sim::PatientParameters;
use coldcap_sim::patient::Population;

/// A name, and what makes the part.
type Part = (&'static str, fn() -> String);

const PARTS: [Part; 6] = [
    ("bands", bands),
    ("fits", fits),
    ("population", population),
    ("solution", solution),
    ("predictions", predictions),
    ("exposure", exposure),
];

/// `text` with every table made anew.
pub(crate) fn renewed(text: &str) -> String {
    PARTS.iter().fold(text.to_owned(), |text, (name, make)| {
        let (start, end) = (format!("<!-- generated: {name} -->\n"), "<!-- end of generated -->");
        let (before, rest) = text.split_once(&start).unwrap();
        let (_, after) = rest.split_once(end).unwrap();
        format!("{before}{start}{}{end}{after}", make())
    })
}

fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let line = |cells: &[String]| {
        cells.iter().fold(String::from("|"), |l, c| l + &format!(" {c} |")) + "\n"
    };
    let head: Vec<String> = head.iter().map(|cell| (*cell).into()).collect();
    let rule = String::from("|") + &"---|".repeat(head.len()) + "\n";
    line(&head) + &rule + &rows.iter().map(|row| line(row)).collect::<String>()
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// With a minus sign as it is printed.
fn signed(value: f64) -> String {
    format!("{value:.2}").replace('-', "−")
}

fn row(target: &str, published: &str, reached: String, kept: &str, part: &str) -> Vec<String> {
    [target.into(), published.into(), reached, kept.into(), part.into()].into()
}

fn bands() -> String {
    let head = ["target", "published", "model", "kept", "fitted to it"];
    table(&head, [head_bands(), population_bands(), column_bands(), visit_bands()].concat())
}

/// V1 to V4.
fn head_bands() -> Vec<Vec<String>> {
    let standard = PatientParameters::standard();
    let [bare_c, cooled_c, perfusion] = figures::standard_head(&standard);
    let curve = figures::perfusion_curve(&standard);
    let at = |place: usize| format!("{} at −{:.1} K", percent(curve[place][1]), curve[place][0]);
    let ([cold, cold_share], [warm, warm_share]) =
        (figures::resistance_of(10.1).into(), figures::resistance_of(21.8).into());
    let off = figures::off_the_line(&standard);
    let thick = figures::off_the_line(&PatientParameters { fat_mm: 5.0, ..standard });
    let worst = |off: &[[f64; 2]]| off.iter().map(|[_, off_k]| *off_k).fold(0.0, f64::min);
    vec![
        row("V1 bare skin", "34.4 °C", format!("{bare_c:.2} °C"), "yes", "yes"),
        row("V1 cooled skin", "18.3 °C", format!("{cooled_c:.2} °C"), "yes", "yes"),
        row("V1 flow", "to 25 %", percent(perfusion), "yes, ± 3 points", "law, by V3"),
        row(
            "V2 skin over parameters",
            "10.1 to 21.8 °C",
            format!("both ends, at {cold:.4} and {warm:.4} m²K/W; no other parameter leaves them"),
            "yes",
            "resistances chosen",
        ),
        row(
            "V2 flow over them",
            "13 to 33 %",
            format!("{} to {}", percent(cold_share), percent(warm_share)),
            "**no**: never below 25 %",
            "law, by V3",
        ),
        row("V3 flow, first 10 K", "< 40 %", at(0), "yes", "yes"),
        row("V3 flow, a few kelvins on", "< 30 %", at(1), "yes", "yes"),
        row("V3 plateau", "reached", format!("{}, {}", at(2), at(3)), "yes", "yes"),
        row(
            "V4 2 mm deep against 0.9·T + 4.9",
            "within 1 K",
            signed(worst(&off)) + " K at worst",
            "yes",
            "no",
        ),
        row(
            "the same under 5 mm of fat",
            "within 1 K",
            signed(worst(&thick)) + " K at worst",
            "**no**",
            "no",
        ),
        row(
            "V4 flow with 30 °C in the subcutis again",
            "reduced",
            percent(figures::perfusion_at_30_c(&standard)),
            "yes",
            "level that is held",
        ),
    ]
}

/// V4 and V5 over a population.
fn population_bands() -> Vec<Vec<String>> {
    let population = Population::standard();
    let (spread, below) = figures::population(&population, 620);
    let deep = figures::share_below(&figures::follicles(&population, 0..620), 22.0);
    let first = coldcap_sim::population::Spread::of(figures::skins(&population, 0..62));
    vec![
        row(
            "V5 skin after 45 min, mean and deviation",
            "19.0 ± 0.4 °C, 3.15 K",
            format!("{:.2} °C, {:.2} K of 620 heads", spread.mean, spread.deviation),
            "yes",
            "yes",
        ),
        row(
            "V5 range of 62",
            "10 to 31 °C",
            format!("{:.1} to {:.1} °C", first.least, first.most),
            "yes",
            "no",
        ),
        row(
            "the same in ten draws of 62",
            "10 to 31 °C",
            format!("{:.1} to {:.1} °C", spread.least, spread.most),
            "**no**: one head of 620 is colder",
            "no",
        ),
        row(
            "V4 heads below 22 °C under the skin",
            "8 of 10",
            format!("{} 2 mm deep; {} at the surface", percent(deep), percent(below)),
            "not contradicted",
            "no",
        ),
    ]
}

/// V8, V9, and the plateau.
fn column_bands() -> Vec<Vec<String>> {
    let [five, ten, fifty] = figures::brain_cooling();
    let rewarmed = figures::rewarming(&PatientParameters::standard());
    let [at_thirty, at_45, at_120] = figures::course(&PatientParameters::standard());
    vec![
        row(
            "V8 cortex and thalamus after 50 min at 15.8 °C",
            "unchanged",
            format!("−{five:.2} K at 5 mm, −{ten:.2} K at 10 mm, −{fifty:.2} K at 50 mm of brain"),
            "from 10 mm down; **no** at 5 mm",
            "no",
        ),
        row(
            "V9 flow through 120 min of rewarming",
            "low: < 40 %",
            format!("{} to {}", percent(rewarmed[0][1]), percent(rewarmed[3][1])),
            "yes",
            "yes",
        ),
        row(
            "first ten minutes (of V11's source)",
            "more than 15 K",
            format!("{:.1} K", figures::first_ten_minutes()[0]),
            "**no**; hair and coolant are not told",
            "no",
        ),
        row(
            "plateau by 30 min",
            "reached",
            format!("{:.2} K above the end", at_thirty - at_120),
            "yes",
            "no",
        ),
        row(
            "most at 45 min",
            "reached",
            format!("{:.2} K above the end", at_45 - at_120),
            "yes",
            "no",
        ),
    ]
}

/// V6, and the clock of a visit.
fn visit_bands() -> Vec<Vec<String>> {
    let standard = PatientParameters::standard();
    let colder = PatientParameters { hair_resistance: 0.0244, ..standard };
    let visit = figures::visit();
    let breaks = [standard, colder].map(|patient| figures::break_min(&patient));
    let [face, face_five, face_ten] = figures::thawing();
    let [minus_four, minus_eight] = figures::pull_down_min();
    vec![
        row(
            "V6 before the drug, and for 20 min",
            "< 22 °C",
            format!(
                "skin {:.1} °C, 2 mm deep {:.1} °C; {:.0} min",
                visit.measures.skin_at_first_drug_c.unwrap(),
                visit.follicle_at_first_drug_c,
                visit.measures.below_22_min
            ),
            "yes",
            "hair of the standard head",
        ),
        row(
            "plateau with the ramp of control",
            "by 30 min",
            format!("{:.1} min", visit.measures.plateau_min.unwrap()),
            "yes",
            "no",
        ),
        row(
            "a break, until the skin is at 22 °C",
            "8 to 10 min",
            format!("{:.1} min from 18 °C, {:.1} min from 16 °C", breaks[0], breaks[1]),
            "**no** from 18 °C; yes from 16 °C",
            "no",
        ),
        row(
            "removal of the cap",
            "after 5 to 10 min",
            format!(
                "after {:.1} min; face {face:.1}, {face_five:.1}, {face_ten:.1} °C at 0, 5, 10 min",
                visit.thaw_min
            ),
            "yes",
            "no",
        ),
        row(
            "tank ready",
            "≤ 30 min",
            format!("−4 °C in {minus_four:.1}, −8 °C in {minus_eight:.1} min"),
            "yes",
            "power of the chiller",
        ),
    ]
}

/// What a fit that is off costs: the standard head.
fn fits() -> String {
    let standard = PatientParameters::standard();
    let varied: [(&str, PatientParameters); 9] = [
        ("as fitted", standard),
        ("warm perfusion + 20 %", PatientParameters { skin_perfusion_per_s: 2.28e-3, ..standard }),
        ("warm perfusion − 20 %", PatientParameters { skin_perfusion_per_s: 1.52e-3, ..standard }),
        ("bare resistance + 10 %", PatientParameters { bare_resistance: 0.1287, ..standard }),
        ("bare resistance − 10 %", PatientParameters { bare_resistance: 0.1053, ..standard }),
        ("hair + 10 %", PatientParameters { hair_resistance: 0.033, ..standard }),
        ("hair − 10 %", PatientParameters { hair_resistance: 0.027, ..standard }),
        (
            "cold forgotten in half the time",
            PatientParameters { perfusion_memory_s: 43_200.0, ..standard },
        ),
        ("cold forgotten in 2 h", PatientParameters { perfusion_memory_s: 7_200.0, ..standard }),
    ];
    let rows = varied.iter().map(|(name, patient)| {
        let [bare_c, cooled_c, perfusion] = figures::standard_head(patient);
        let off = figures::off_the_line(patient);
        let worst = off.iter().map(|[_, off_k]| *off_k).fold(0.0, f64::min);
        let plateau = figures::course(patient);
        vec![
            (*name).into(),
            format!("{bare_c:.2}"),
            format!("{cooled_c:.2}"),
            percent(perfusion),
            signed(worst),
            percent(figures::rewarming(patient)[3][1]),
            format!("{:.2}", plateau[0] - plateau[2]),
            format!("{:.1}", figures::break_min(patient)),
        ]
    });
    let head = [
        "standard head",
        "V1 bare, °C",
        "V1 cooled, °C",
        "V1 flow",
        "V4 off the line, K",
        "V9 flow at 120 min",
        "30 min above the end, K",
        "break, min",
    ];
    table(&head, rows.collect())
}

/// The same for the population.
fn population() -> String {
    let shipped = Population::standard();
    let hair = |median: f64, spread: f64| Population {
        hair_median: shipped.hair_median * median,
        hair_spread: shipped.hair_spread * spread,
        ..shipped
    };
    let alike =
        Population { fat_spread: 0.0, perfusion_spread: 0.0, core_spread_k: 0.0, ..shipped };
    let varied = [
        ("as fitted", shipped),
        ("hair's median + 10 %", hair(1.1, 1.0)),
        ("hair's median − 10 %", hair(0.9, 1.0)),
        ("hair's spread + 10 %", hair(1.0, 1.1)),
        ("hair's spread − 10 %", hair(1.0, 0.9)),
        ("alike but for the hair", alike),
    ];
    let rows = varied.iter().map(|(name, population)| {
        let (spread, below) = figures::population(population, 310);
        vec![
            (*name).into(),
            format!("{:.2} ± {:.2}", spread.mean, spread.deviation),
            format!("{:.1} to {:.1}", spread.least, spread.most),
            percent(below),
        ]
    });
    table(&["310 heads", "skin, °C", "range, °C", "skin below 22 °C"], rows.collect())
}

fn solution() -> String {
    let names = [
        "standard head: an hour of cold, a break, cold, two hours in the air",
        "thick fat, fever, much perfusion: cold, air",
        "little hair, slow vessels: cold, a break, air",
    ];
    let rows = names.iter().zip(oracle::differences()).map(|(name, [skin, follicle, share])| {
        vec![(*name).into(), format!("{skin:.3}"), format!("{follicle:.3}"), format!("{share:.4}")]
    });
    table(&["case", "skin, K", "2 mm deep, K", "share of the perfusion"], rows.collect())
}

/// What the committed file says, in its own words.
fn predictions() -> String {
    let rows = include_str!("predictions.csv").lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let said = format!("{} {}", cells[2], cells[3]).replace("inf min", "not in 120 min");
        let (found, verdict) = beside(cells[0], cells[1]);
        vec![cells[0].into(), cells[1].replace(';', ","), said, found.into(), verdict.into()]
    });
    table(&["target", "quantity", "predicted", "published", "verdict"], rows.collect())
}

/// What is published of a quantity, and how the prediction stands to it.
fn beside(target: &str, quantity: &str) -> (&'static str, &'static str) {
    const NONE: (&str, &str) = ("–", "–");
    match target {
        "V7" if quantity.contains("against") => {
            ("3 °C colder than 8 °C under the skin, by how much not seen", "right direction")
        }
        "V7" if quantity.contains("heads below") && quantity.contains("3 °C") => {
            ("3 °C *tends* to be better at < 22 °C, 5 volunteers", "right direction")
        }
        "V10" if quantity.starts_with("perfusion at the end") => match quantity {
            _ if quantity.ends_with("37.2 °C") => ("more than 200 %", "**missed**"),
            _ if quantity.ends_with("27.3 °C") => {
                ("reduced less than at 16.6 and 19.8 °C", "right order")
            }
            _ if quantity.ends_with("24.7 °C") => ("reduced less than at 16.6 °C", "right order"),
            _ => ("reduced more than at 27.3 °C", "right order"),
        },
        "V11" if quantity.contains("each kelvin") => {
            ("warmer core, warmer scalp (r = 0.39); slope not seen", "right direction")
        }
        "V12" if quantity.starts_with("perfusion") => ("35 %", "**missed** by 9 points"),
        "V12" if quantity.starts_with("2 mm") => ("29.2 °C at the follicles", "**missed** by 12 K"),
        "V12" => ("29.2 °C at the follicles", "**missed** at any depth of skin and fat"),
        _ => NONE,
    }
}

fn exposure() -> String {
    let rows = BREAKS.iter().flat_map(|(course, break_min)| {
        let (indices, warmest_c) = of_visit(*break_min);
        AGENTS.iter().zip(indices).map(move |((drug, _), index)| {
            vec![
                (*drug).into(),
                (*course).into(),
                format!("{warmest_c:.1}"),
                format!("{:.4}", index.central),
                format!("{:.3} to {:.3}", index.low, index.high),
                percent(index.covered),
            ]
        })
    });
    let head =
        ["drug", "course", "follicles at most, °C", "index", "from to", "of the curve's area"];
    table(&head, rows.collect())
}
