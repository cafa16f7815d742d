//! The table itself: published figures, marked by how sure they are. A change is another version.

use super::{Citation, Cooling, DoseBand, Drug, Minutes, Regimen, Row, Schedule, Source, Sureness};
use Schedule::{Any, ThreeWeekly, Weekly};
use Sureness::{Found, General};

/// The version of the table. Every change of a row is another one.
pub const TABLE_VERSION: u16 = 1;

const fn citation(source: Source, name: &'static str, text: &'static str) -> Citation {
    Citation { source, name, text }
}

/// Every source, in order of its code. Most were known by abstract, page or register entry only.
pub const SOURCES: [Citation; 18] = [
    citation(Source::PAXMAN_FAQ, "paxman_faq", "Paxman, frequently asked questions, public page"),
    citation(Source::DUTCH_SITE, "dutch_site", "scalpcooling.org, Dutch information site"),
    citation(Source::CLATTERBRIDGE, "clatterbridge", "Clatterbridge, patient leaflet"),
    citation(Source::OSLO, "oslo", "Oslo university hospital, public instruction"),
    citation(Source::KOMEN_2016, "komen_2016", "Komen 2016, trial of 20 and 45 minutes"),
    citation(
        Source::VAN_DEN_HURK_2012,
        "van_den_hurk_2012",
        "van den Hurk 2012, trial of 45 and 90 minutes",
    ),
    citation(
        Source::PACLITAXEL_TRIAL,
        "nct03266185",
        "Supportive Care in Cancer 2022, trial NCT03266185",
    ),
    citation(Source::FEC_TRIAL, "isrctn97879847", "trial record ISRCTN97879847"),
    citation(Source::DIGNICAP_TRIAL, "nct03712696", "trial record NCT03712696, DigniCap"),
    citation(Source::DIGNICAP_SUPPORT, "dignicap_support", "DigniCap, support pages"),
    citation(Source::DIGNICAP_OLDER, "dignicap_older", "DigniCap, older public pages"),
    citation(Source::JAPAN_APPROVAL, "japan_approval", "approval summary of the Orbis in Japan"),
    citation(Source::TORANOMON, "toranomon", "Toranomon hospital, public page"),
    citation(Source::SCALP_TRIAL, "scalp_trial", "SCALP trial, Nangia, JAMA 2017"),
    citation(Source::DIGNICAP_PIVOTAL, "dignicap_pivotal", "DigniCap trial, Rugo, JAMA 2017"),
    citation(Source::NEWER_DRUGS_STUDY, "nct04986579", "trial record NCT04986579"),
    citation(Source::AMMA_PRESS, "amma_press", "trade press on the Amma"),
    citation(Source::DIGNICAP_LABEL, "dignicap_label", "DigniCap, label"),
];

const fn drug(id: u16, name: &'static str) -> Drug {
    Drug { id, name }
}

/// The drugs that rows name, by this table's own numbers.
pub const DRUGS: [Drug; 9] = [
    drug(1, "doxorubicin"),
    drug(2, "epirubicin"),
    drug(3, "cyclophosphamide"),
    drug(4, "fluorouracil"),
    drug(5, "docetaxel"),
    drug(6, "paclitaxel"),
    drug(7, "eribulin"),
    drug(8, "sacituzumab govitecan"),
    drug(9, "trastuzumab deruxtecan"),
];

const fn regimen(id: u16, name: &'static str, title: &'static str) -> Regimen {
    Regimen { id, name, title }
}

/// Every regimen, in order of its number.
pub const REGIMENS: [Regimen; 10] = [
    regimen(1, "combination", "combinations such as EC, FEC, AC, TC and TCH"),
    regimen(2, "docetaxel_three_weekly", "docetaxel alone, every third week"),
    regimen(3, "paclitaxel_weekly", "paclitaxel alone, every week"),
    regimen(4, "paclitaxel_three_weekly", "paclitaxel alone, every third week"),
    regimen(5, "fec", "FEC with epirubicin of 90 mg/m² and more"),
    regimen(6, "anthracycline", "an anthracycline, with or without a taxane on other days"),
    regimen(super::ANY, "any", "what is published for any drug"),
    regimen(8, "docetaxel_combined", "docetaxel with other drugs, every third week"),
    regimen(9, "newer_drugs", "eribulin, sacituzumab govitecan, trastuzumab deruxtecan"),
    regimen(10, "doxorubicin_taxane_same_day", "doxorubicin and a taxane on the same day (TAC)"),
];

const ANY_DOSE: DoseBand = DoseBand { from_mg_m2: None, to_mg_m2: None };

const fn dose(from: u16, to: u16) -> DoseBand {
    DoseBand { from_mg_m2: Some(from), to_mg_m2: Some(to) }
}

const fn minutes(least_min: u16, most_min: u16, sureness: Sureness) -> Minutes {
    Minutes { least_min, most_min: Some(most_min), sureness }
}

const fn just(minutes: u16) -> Minutes {
    self::minutes(minutes, minutes, Found)
}

const fn cool(pre: Minutes, post: Minutes) -> Cooling {
    Cooling::Cool { pre: Some(pre), post }
}

/// Thirty, and fifteen more for thick or tightly curled hair.
const HALF_HOUR: Minutes = minutes(30, 45, Found);

const fn row(regimen: u16, source: Source, cooling: Cooling, note: &'static str) -> Row {
    Row { regimen, source, drugs: &[], dose: ANY_DOSE, schedule: Any, cooling, note }
}

impl Row {
    const fn of(self, drugs: &'static [u16], dose: DoseBand, schedule: Schedule) -> Self {
        Self { drugs, dose, schedule, ..self }
    }
}

const DOCETAXEL: &[u16] = &[5];
const PACLITAXEL: &[u16] = &[6];

/// Every row, in order of regimen and source.
pub const ROWS: [Row; 25] = [
    row(1, Source::PAXMAN_FAQ, cool(HALF_HOUR, just(90)), "the default for all combinations"),
    row(2, Source::PAXMAN_FAQ, cool(HALF_HOUR, just(20)), "").of(
        DOCETAXEL,
        dose(75, 100),
        ThreeWeekly,
    ),
    row(2, Source::DUTCH_SITE, cool(just(30), just(20)), "alone or combined").of(
        DOCETAXEL,
        ANY_DOSE,
        ThreeWeekly,
    ),
    row(
        2,
        Source::KOMEN_2016,
        cool(just(30), minutes(20, 45, Found)),
        "20 and 45 minutes: 73 and 79 % without head cover",
    )
    .of(DOCETAXEL, dose(75, 100), ThreeWeekly),
    row(
        2,
        Source::VAN_DEN_HURK_2012,
        cool(just(30), minutes(45, 90, Found)),
        "45 and 90 minutes: 95 and 79 % without head cover",
    )
    .of(DOCETAXEL, dose(75, 100), ThreeWeekly),
    row(3, Source::PAXMAN_FAQ, cool(HALF_HOUR, just(60)), "paclitaxel alone")
        .of(PACLITAXEL, ANY_DOSE, Any),
    row(3, Source::CLATTERBRIDGE, cool(HALF_HOUR, just(60)), "").of(
        PACLITAXEL,
        dose(80, 90),
        Weekly,
    ),
    row(3, Source::OSLO, cool(just(30), just(60)), "").of(PACLITAXEL, dose(80, 90), Weekly),
    row(
        3,
        Source::PACLITAXEL_TRIAL,
        cool(just(30), minutes(20, 90, Found)),
        "20, 45 and 90 minutes: 82, 75 and 85 % preserved, no difference",
    )
    .of(PACLITAXEL, dose(80, 90), Weekly),
    row(4, Source::PAXMAN_FAQ, cool(HALF_HOUR, just(60)), "paclitaxel alone")
        .of(PACLITAXEL, ANY_DOSE, Any),
    row(4, Source::OSLO, cool(minutes(30, 45, Found), just(90)), "").of(
        PACLITAXEL,
        dose(175, 175),
        ThreeWeekly,
    ),
    row(5, Source::FEC_TRIAL, cool(just(30), minutes(90, 90, General)), "studied; 90 minutes used")
        .of(&[4, 2, 3], DoseBand { from_mg_m2: Some(90), to_mg_m2: None }, Any),
    row(
        6,
        Source::DIGNICAP_TRIAL,
        cool(just(30), minutes(90, 120, Found)),
        "at 3 to 5 °C on the cap",
    ),
    row(super::ANY, Source::DUTCH_SITE, cool(just(30), minutes(20, 150, Found)), "90 as a rule"),
    row(super::ANY, Source::DIGNICAP_SUPPORT, cool(just(30), minutes(90, 180, Found)), "typically"),
    row(super::ANY, Source::DIGNICAP_OLDER, cool(just(30), minutes(30, 150, Found)), ""),
    row(
        super::ANY,
        Source::JAPAN_APPROVAL,
        cool(just(30), Minutes { least_min: 90, most_min: None, sureness: Found }),
        "90 minutes and more",
    ),
    row(super::ANY, Source::TORANOMON, cool(just(30), just(60)), "one hospital"),
    row(
        super::ANY,
        Source::SCALP_TRIAL,
        cool(just(30), minutes(90, 90, General)),
        "50.5 against 0 % success",
    ),
    row(
        super::ANY,
        Source::DIGNICAP_PIVOTAL,
        cool(just(30), minutes(90, 120, General)),
        "by drug; 66 against 0 % success",
    ),
    row(
        super::ANY,
        Source::AMMA_PRESS,
        Cooling::Cool { pre: None, post: just(120) },
        "120 minutes more, partly at home or on the way there",
    ),
    row(8, Source::PAXMAN_FAQ, cool(HALF_HOUR, just(90)), "as every combination")
        .of(DOCETAXEL, ANY_DOSE, Any),
    row(8, Source::DUTCH_SITE, cool(just(30), just(20)), "alone or combined").of(
        DOCETAXEL,
        ANY_DOSE,
        ThreeWeekly,
    ),
    row(9, Source::NEWER_DRUGS_STUDY, Cooling::UnderStudy, "no time is visible").of(
        &[7, 8, 9],
        ANY_DOSE,
        Any,
    ),
    row(
        10,
        Source::DIGNICAP_LABEL,
        Cooling::DoNotCool,
        "8 % satisfied in the Dutch registry of 2012",
    )
    .of(&[1, 5, 6], ANY_DOSE, Any),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The constants of the table, made once more while a test runs.
    #[test]
    fn a_row_is_what_it_was_made_of() {
        let made = row(2, Source::PAXMAN_FAQ, cool(minutes(30, 45, Found), just(20)), "").of(
            DOCETAXEL,
            dose(75, 100),
            ThreeWeekly,
        );
        let [_, kept, ..] = ROWS;
        assert_eq!(made, kept);
        let Cooling::Cool { post, .. } = made.cooling else { panic!("a row that cools") };
        assert_eq!((post.least_min, post.most_min, post.sureness), (20, Some(20), Found));
        assert_eq!((made.dose.from_mg_m2, made.dose.to_mg_m2), (Some(75), Some(100)));
    }

    #[test]
    fn names_stand_where_they_belong() {
        assert_eq!(drug(5, "docetaxel"), DRUGS[4]);
        let [first, ..] = REGIMENS;
        assert_eq!(regimen(1, "combination", first.title), first);
        let [first, ..] = SOURCES;
        assert_eq!(citation(Source::PAXMAN_FAQ, "paxman_faq", first.text), first);
        assert!(crate::regimen::rows(10).all(|row| row.regimen == 10));
        assert_eq!(crate::regimen::rows(999).count(), 0);
    }
}
