//! Cooling times by regimen: versioned data, one row for each regimen and source.
//!
//! Sources disagree, and their conflicts are kept: one regimen may have several rows, each with its own
//! source, and a site says whose row it follows. Nothing here is advice; every figure bears the mark of
//! how sure it is. What is published for *any* regimen stands under [`ANY`].
//!
//! A plan names a regimen and a source:
//!
//! * A **source of this table**: the plan's minutes must lie within what its row says. A clinician may
//!   go outside with a reason ([`PlanRequest::reason`](crate::PlanRequest::reason)); that is recorded
//!   and flagged ([`Flag::RegimenOverridden`](crate::Flag::RegimenOverridden)).
//! * A **site's own protocol** ([`Source::is_site`]): the number and the minutes are the site's.
//! * **No source**: the number has no meaning, and the longest published post-cooling applies.
//!
//! Left out is one published row whose drug could not be read (60 to 90 minutes after).
//!
//! ```
//! use coldcap_session::regimen::{self, Cooling, Source};
//!
//! // Two sources, two answers: both stay visible.
//! let minutes = |source| match regimen::row(8, source).unwrap().cooling {
//!     Cooling::Cool { post, .. } => post.least_min,
//!     _ => unreachable!(),
//! };
//! assert_eq!((minutes(Source::PAXMAN_FAQ), minutes(Source::DUTCH_SITE)), (90, 20));
//! assert_eq!(regimen::row(10, Source::DIGNICAP_LABEL).unwrap().cooling, Cooling::DoNotCool);
//! ```

mod judge;
mod table;

pub use judge::{Judged, judge};
pub use table::{DRUGS, REGIMENS, ROWS, SOURCES, TABLE_VERSION};

/// The regimen under which stands what is published for any drug.
pub const ANY: u16 = 7;

/// Whose figures these are. The codes are frozen; 192 to 255 are a site's own protocols.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(pub u8);

impl Source {
    /// Nobody is named: the longest published post-cooling applies.
    pub const NONE: Self = Self(0);
    /// A vendor's answers to frequent questions.
    pub const PAXMAN_FAQ: Self = Self(1);
    /// The Dutch site on scalp cooling.
    pub const DUTCH_SITE: Self = Self(2);
    /// A hospital's leaflet.
    pub const CLATTERBRIDGE: Self = Self(3);
    /// A university hospital's instruction.
    pub const OSLO: Self = Self(4);
    /// A trial of 20 against 45 minutes.
    pub const KOMEN_2016: Self = Self(5);
    /// A trial of 45 against 90 minutes.
    pub const VAN_DEN_HURK_2012: Self = Self(6);
    /// A trial of 20, 45 and 90 minutes.
    pub const PACLITAXEL_TRIAL: Self = Self(7);
    /// A registered trial.
    pub const FEC_TRIAL: Self = Self(8);
    /// A registered trial with another vendor's machine.
    pub const DIGNICAP_TRIAL: Self = Self(9);
    /// That vendor's support pages.
    pub const DIGNICAP_SUPPORT: Self = Self(10);
    /// Older pages of the same vendor.
    pub const DIGNICAP_OLDER: Self = Self(11);
    /// An approval summary.
    pub const JAPAN_APPROVAL: Self = Self(12);
    /// A hospital under that approval.
    pub const TORANOMON: Self = Self(13);
    /// The pivotal trial of one vendor.
    pub const SCALP_TRIAL: Self = Self(14);
    /// The pivotal trial of another vendor.
    pub const DIGNICAP_PIVOTAL: Self = Self(15);
    /// A registered study without published times.
    pub const NEWER_DRUGS_STUDY: Self = Self(16);
    /// Trade press on a wearable machine.
    pub const AMMA_PRESS: Self = Self(17);
    /// A vendor's label.
    pub const DIGNICAP_LABEL: Self = Self(18);
    /// The first of the codes that are a site's own.
    pub const SITE: Self = Self(192);

    /// Whether it is a site's own protocol.
    #[must_use]
    pub const fn is_site(self) -> bool {
        self.0 >= Self::SITE.0
    }

    /// What is said of it in this table.
    #[must_use]
    pub fn citation(self) -> Option<&'static Citation> {
        SOURCES.iter().find(|citation| citation.source == self)
    }

    /// Its name in lower case; `none`, `site` or `unknown` where the table has none.
    #[must_use]
    pub fn name(self) -> &'static str {
        match (self.citation(), self) {
            (Some(citation), _) => citation.name,
            (None, Self::NONE) => "none",
            (None, source) if source.is_site() => "site",
            (None, _) => "unknown",
        }
    }

    /// The source of this name: one of the table's, or `site` for [`Source::SITE`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let known = SOURCES.iter().find(|citation| citation.name == name);
        let site = (name == "site").then_some(Self::SITE);
        known.map(|citation| citation.source).or(site)
    }
}

/// What a source is, as a report cites it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Its code.
    pub source: Source,
    /// Its name in lower case.
    pub name: &'static str,
    /// The citation.
    pub text: &'static str,
}

/// How sure a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sureness {
    /// It was read in the source that is named.
    Found,
    /// It is common knowledge that was not confirmed in a source.
    General,
}

impl Sureness {
    /// The mark that stands behind the figure.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::General => "not confirmed",
        }
    }
}

/// How often the drug is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// The source does not say, or it does not matter to it.
    Any,
    /// Every week.
    Weekly,
    /// Every third week.
    ThreeWeekly,
}

impl Schedule {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Weekly => "weekly",
            Self::ThreeWeekly => "three_weekly",
        }
    }
}

/// The doses that a row is about, in mg per square metre of body surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DoseBand {
    /// From this dose on; `None` without a lower end.
    pub from_mg_m2: Option<u16>,
    /// Up to this dose; `None` without an upper end.
    pub to_mg_m2: Option<u16>,
}

/// The minutes of one part of the cooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Minutes {
    /// The fewest that the source gives.
    pub least_min: u16,
    /// The most; `None` where the source gives a least only.
    pub most_min: Option<u16>,
    /// How sure they are.
    pub sureness: Sureness,
}

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cooling {
    /// Cool for so long.
    Cool {
        /// Before the infusion; `None` where the source does not say.
        pre: Option<Minutes>,
        /// After the end of the last hair-toxic drug.
        post: Minutes,
    },
    /// Do not cool.
    DoNotCool,
    /// It is being studied; no times are published.
    UnderStudy,
}

/// A regimen of this table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regimen {
    /// Its number; never used again for another one.
    pub id: u16,
    /// Its name in lower case.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
}

/// A drug of this table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drug {
    /// Its number in this table.
    pub id: u16,
    /// Its name.
    pub name: &'static str,
}

/// One row: what one source says of one regimen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The regimen.
    pub regimen: u16,
    /// Who says so.
    pub source: Source,
    /// The numbers of the drugs; empty where it is about any drug.
    pub drugs: &'static [u16],
    /// The doses.
    pub dose: DoseBand,
    /// The schedule.
    pub schedule: Schedule,
    /// What it says.
    pub cooling: Cooling,
    /// What else there is to know.
    pub note: &'static str,
}

/// The regimen with this number, if the table has it.
#[must_use]
pub fn regimen(id: u16) -> Option<&'static Regimen> {
    REGIMENS.iter().find(|regimen| regimen.id == id)
}

/// What `source` says of the regimen, if it says anything.
#[must_use]
pub fn row(regimen: u16, source: Source) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.regimen == regimen && row.source == source)
}

/// Everything that is said of one regimen, in order of the table.
pub fn rows(regimen: u16) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.regimen == regimen)
}

/// The name of a drug of this table.
#[must_use]
pub fn drug_name(id: u16) -> Option<&'static str> {
    DRUGS.iter().find(|drug| drug.id == id).map(|drug| drug.name)
}
