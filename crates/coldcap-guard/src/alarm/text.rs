//! The words of the alarms, in two languages, looked up by a text id.
//!
//! They stand apart from the table, so that a device without a screen links none of them.

use crate::Condition;

/// The id of a text: on a device, on the wire and on a host the code of the condition. Codes of a
/// vendor, 192 to 255, are a vendor's texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub u8);

impl TextId {
    /// The id of the text of `condition`.
    #[must_use]
    pub const fn of(condition: Condition) -> Self {
        Self(condition.code())
    }
}

/// A language that texts are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its code in two letters (ISO 639-1).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

/// What a nurse reads: sentences, each at most 90 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Words {
    /// What happened.
    pub cause: &'static str,
    /// What the nurse should do.
    pub action: &'static str,
}

/// One text in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// By which it is found.
    pub id: TextId,
    /// In English.
    pub english: Words,
    /// In German.
    pub german: Words,
}

impl Text {
    /// The words in `language`.
    #[must_use]
    pub const fn words(&self, language: Language) -> Words {
        match language {
            Language::English => self.english,
            Language::German => self.german,
        }
    }

    /// The text with this id: coldcap's own, or one of `vendor`; `None` where there is none.
    ///
    /// ```
    /// use coldcap_guard::Condition;
    /// use coldcap_guard::alarm::{Language, Text, TextId};
    ///
    /// let text = Text::find(TextId::of(Condition::MainsLost), &[]).unwrap();
    /// assert_eq!(text.words(Language::German).cause, "Der Netzstrom ist weg.");
    /// assert!(Text::find(TextId(200), &[]).is_none());
    /// ```
    #[must_use]
    pub fn find(id: TextId, vendor: &[Self]) -> Option<&Self> {
        TEXTS.iter().find(|text| text.id == id).or_else(|| vendor.iter().find(|text| text.id == id))
    }
}

const fn text(condition: Condition, english: [&'static str; 2], german: [&'static str; 2]) -> Text {
    let ([cause, action], [ursache, massnahme]) = (english, german);
    Text {
        id: TextId::of(condition),
        english: Words { cause, action },
        german: Words { cause: ursache, action: massnahme },
    }
}

/// The texts of every condition of coldcap.
pub static TEXTS: [Text; 39] = [
    text(
        Condition::Freeze,
        [
            "The cap is at freezing temperature. Cooling has stopped.",
            "Loosen the cap and look at the skin. Call a clinician before cooling again.",
        ],
        [
            "Die Haube hat Gefriertemperatur. Die Kühlung ist gestoppt.",
            "Haube lockern, Haut ansehen. Vor neuem Kühlen einen Arzt rufen.",
        ],
    ),
    text(
        Condition::FreezeNear,
        [
            "The cap is close to freezing temperature.",
            "Choose one step warmer and look at the skin under the rim of the cap.",
        ],
        [
            "Die Haube ist nahe an Gefriertemperatur.",
            "Eine Stufe wärmer wählen und die Haut unter dem Haubenrand ansehen.",
        ],
    ),
    text(
        Condition::SafetySensor,
        [
            "The freeze-safety sensor of the cap gives no usable value. Cooling has stopped.",
            "Check the plug of the cap. If it stays, use another cap and call a clinician.",
        ],
        [
            "Der Gefrierschutz-Fühler der Haube liefert keinen Wert. Die Kühlung ist gestoppt.",
            "Stecker der Haube prüfen. Bleibt es so: andere Haube nehmen, Arzt rufen.",
        ],
    ),
    text(
        Condition::FrontSensor,
        [
            "The front sensor of the cap gives no usable value.",
            "Check the plug of the cap. Cooling goes on while the rear sensor works.",
        ],
        [
            "Der vordere Fühler der Haube liefert keinen brauchbaren Wert.",
            "Stecker der Haube prüfen. Die Kühlung läuft, solange der hintere Fühler geht.",
        ],
    ),
    text(
        Condition::RearSensor,
        [
            "The rear sensor of the cap gives no usable value.",
            "Check the plug of the cap. Cooling goes on while the front sensor works.",
        ],
        [
            "Der hintere Fühler der Haube liefert keinen brauchbaren Wert.",
            "Stecker der Haube prüfen. Die Kühlung läuft, solange der vordere Fühler geht.",
        ],
    ),
    text(
        Condition::SupplySensor,
        [
            "The sensor of the coolant to the cap gives no usable value. Cooling has stopped.",
            "Call a clinician. If it comes again, call service.",
        ],
        [
            "Der Fühler im Zulauf der Haube liefert keinen Wert. Die Kühlung ist gestoppt.",
            "Arzt rufen. Kommt es wieder: Service rufen.",
        ],
    ),
    text(
        Condition::ReturnSensor,
        [
            "The sensor of the coolant from the cap gives no usable value.",
            "Go on if the patient is well; heat uptake is not known. Call service afterwards.",
        ],
        [
            "Der Fühler im Rücklauf der Haube liefert keinen brauchbaren Wert.",
            "Weiter, wenn es dem Patienten gut geht; Wärmeaufnahme unbekannt. Dann Service rufen.",
        ],
    ),
    text(
        Condition::TankSensor,
        [
            "The tank sensor gives no usable value. The chiller is off.",
            "The coolant will warm up. Call service.",
        ],
        [
            "Der Tankfühler liefert keinen brauchbaren Wert. Die Kältemaschine ist aus.",
            "Das Kühlmittel wird warm. Service rufen.",
        ],
    ),
    text(
        Condition::FlowLost,
        [
            "The coolant does not move. Circulation has stopped.",
            "Look for a kinked line, check the coupling, then resume.",
        ],
        [
            "Das Kühlmittel fließt nicht. Der Umlauf ist gestoppt.",
            "Nach einem Knick im Schlauch suchen, Kupplung prüfen, dann fortsetzen.",
        ],
    ),
    text(
        Condition::PumpStopped,
        [
            "The pump does not run. Circulation has stopped.",
            "Resume once. If it comes again, end the session and call service.",
        ],
        [
            "Die Pumpe läuft nicht. Der Umlauf ist gestoppt.",
            "Einmal fortsetzen. Kommt es wieder: Sitzung beenden, Service rufen.",
        ],
    ),
    text(
        Condition::ChillerStuck,
        [
            "The chiller does not stop. Power has been cut.",
            "Take the cap off the patient, unplug the machine and call service.",
        ],
        [
            "Die Kältemaschine schaltet nicht ab. Der Strom ist getrennt.",
            "Haube abnehmen, Netzstecker ziehen, Service rufen.",
        ],
    ),
    text(
        Condition::Leak,
        [
            "Coolant is leaking, or the leak sensor has failed. Power has been cut.",
            "Take the cap off the patient, unplug the machine and call service.",
        ],
        [
            "Kühlmittel läuft aus, oder der Lecksensor ist defekt. Der Strom ist getrennt.",
            "Haube abnehmen, Netzstecker ziehen, Service rufen.",
        ],
    ),
    text(
        Condition::CapUncoupled,
        [
            "The cap is not coupled. Circulation has stopped.",
            "Couple the cap until it clicks, then resume.",
        ],
        [
            "Die Haube ist nicht gekuppelt. Der Umlauf ist gestoppt.",
            "Haube kuppeln, bis es klickt, dann fortsetzen.",
        ],
    ),
    text(
        Condition::MainsLost,
        ["Mains power is gone.", "Check the plug and the socket."],
        ["Der Netzstrom ist weg.", "Stecker und Steckdose prüfen."],
    ),
    text(
        Condition::LinkLost,
        [
            "The screen has lost its connection. The machine goes on by itself.",
            "Use the buttons on the machine. Restart the screen.",
        ],
        [
            "Der Bildschirm hat keine Verbindung. Das Gerät läuft allein weiter.",
            "Die Tasten am Gerät benutzen. Den Bildschirm neu starten.",
        ],
    ),
    text(
        Condition::LevelLow,
        ["There is too little coolant in the tank.", "Look for a leak, then fill up coolant."],
        ["Im Tank ist zu wenig Kühlmittel.", "Nach einem Leck suchen, dann Kühlmittel nachfüllen."],
    ),
    text(
        Condition::TooWarm,
        [
            "The cap is warmer than planned. These minutes may count for less.",
            "Check the fit of the cap and the cover.",
        ],
        [
            "Die Haube ist wärmer als geplant. Diese Minuten zählen womöglich weniger.",
            "Sitz der Haube und der Überhaube prüfen.",
        ],
    ),
    text(
        Condition::ContactDoubtful,
        [
            "The cap takes up little heat. It may not touch the head well.",
            "Seat the cap again, close at the crown, and tighten the cover.",
        ],
        [
            "Die Haube nimmt wenig Wärme auf. Vielleicht liegt sie nicht gut an.",
            "Haube neu aufsetzen, am Scheitel anliegend, und die Überhaube straffen.",
        ],
    ),
    text(
        Condition::BreakOver,
        ["The break is longer than planned.", "Couple the cap and resume, or end the session."],
        [
            "Die Pause dauert länger als geplant.",
            "Haube kuppeln und fortsetzen, oder die Sitzung beenden.",
        ],
    ),
    text(
        Condition::Waiting,
        ["The machine is waiting for you.", "Go on with the next step, or end the session."],
        ["Das Gerät wartet auf Sie.", "Den nächsten Schritt tun, oder die Sitzung beenden."],
    ),
    text(
        Condition::Restarted,
        [
            "Power was gone during the session.",
            "Look at the patient and at the minutes shown, then resume or end the session.",
        ],
        [
            "Während der Sitzung war der Strom weg.",
            "Patient und angezeigte Minuten ansehen, dann fortsetzen oder beenden.",
        ],
    ),
    text(
        Condition::SelfTestFailed,
        [
            "The self-test failed. The machine cannot be used.",
            "Call service: only a service reset ends this.",
        ],
        [
            "Der Selbsttest ist fehlgeschlagen. Das Gerät ist nicht benutzbar.",
            "Service rufen: Nur dessen Rückstellung beendet das.",
        ],
    ),
    text(
        Condition::EvaporatorCold,
        [
            "The coolant is close to freezing in the chiller. The chiller is off.",
            "Wait. If it comes again, call service: the coolant may be too thin.",
        ],
        [
            "Das Kühlmittel gefriert fast in der Kältemaschine. Sie ist aus.",
            "Warten. Kommt es wieder: Service rufen, das Mittel ist vielleicht zu dünn.",
        ],
    ),
    text(
        Condition::PermitMismatch,
        [
            "The power cut-off does not follow its command. Power has been cut.",
            "Take the cap off the patient, unplug the machine and call service.",
        ],
        [
            "Die Stromtrennung folgt ihrem Befehl nicht. Der Strom ist getrennt.",
            "Haube abnehmen, Netzstecker ziehen, Service rufen.",
        ],
    ),
    text(
        Condition::ResetsSpent,
        [
            "The machine has stopped cooling too often in this session.",
            "Take the cap off, mark it as removed, and call service.",
        ],
        [
            "Das Gerät hat in dieser Sitzung zu oft die Kühlung gestoppt.",
            "Haube abnehmen, als abgenommen melden und Service rufen.",
        ],
    ),
    text(
        Condition::LoopImplausible,
        [
            "The coolant does not do what the valve asks for. The pump was stopped.",
            "Look at the lines and the supply sensor. A clinician may reset it twice.",
        ],
        [
            "Das Kühlmittel folgt dem Ventil nicht. Die Pumpe wurde gestoppt.",
            "Schläuche und Zulauf-Fühler ansehen. Ein Arzt darf es zweimal zurücksetzen.",
        ],
    ),
    text(
        Condition::ValveStuck,
        [
            "A valve stays open. Power has been cut.",
            "Take the cap off the patient, unplug the machine and call service.",
        ],
        [
            "Ein Ventil bleibt offen. Der Strom ist getrennt.",
            "Haube abnehmen, Netzstecker ziehen, Service rufen.",
        ],
    ),
    text(
        Condition::ValveUnseen,
        [
            "The valve's position cannot be read: a valve that jams is found late.",
            "Go on if the patient is well. Call service afterwards.",
        ],
        [
            "Die Stellung des Ventils ist nicht lesbar: Klemmen fiele spät auf.",
            "Weitermachen, wenn es dem Patienten gut geht. Danach den Service rufen.",
        ],
    ),
    text(
        Condition::FreezeAhead,
        [
            "The cap gets cold so fast that it would freeze. Cooling has stopped.",
            "Loosen the cap and look at the skin. Call a clinician before cooling again.",
        ],
        [
            "Die Haube wird so schnell kalt, dass sie gefröre. Die Kühlung ist gestoppt.",
            "Haube lockern, Haut ansehen. Vor neuem Kühlen einen Arzt rufen.",
        ],
    ),
    text(
        Condition::SafetyDisagrees,
        [
            "The freeze-safety sensor does not fit the other two. Cooling has stopped.",
            "Check how the cap sits. If it comes again, use another cap and call a clinician.",
        ],
        [
            "Der Gefrierschutz-Fühler passt nicht zu den anderen. Die Kühlung ist gestoppt.",
            "Sitz der Haube prüfen. Kommt es wieder: andere Haube nehmen, Arzt rufen.",
        ],
    ),
    text(
        Condition::FaceDisagrees,
        [
            "The front and the rear sensor of the cap differ. One of them may be wrong.",
            "Seat the cap again, close at the front and rear. If it stays, use another cap.",
        ],
        [
            "Vorderer und hinterer Fühler der Haube weichen ab. Einer kann falsch sein.",
            "Haube vorn und hinten eng neu aufsetzen. Bleibt es so: andere Haube nehmen.",
        ],
    ),
    text(
        Condition::HeatImplausible,
        [
            "The temperatures of cap and coolant cannot all be true.",
            "Feel the cap and ask the patient. Do not rely on what is shown; call service.",
        ],
        [
            "Die Temperaturen von Haube und Kühlmittel können nicht alle stimmen.",
            "Haube fühlen, Patienten fragen. Nicht auf die Anzeige verlassen; Service rufen.",
        ],
    ),
    text(
        Condition::FlowLow,
        [
            "Less coolant moves than should. A line may be kinked.",
            "Look along the lines for a kink, and check the coupling.",
        ],
        [
            "Es fließt weniger Kühlmittel, als es sollte. Ein Schlauch kann geknickt sein.",
            "Schläuche nach einem Knick absuchen und die Kupplung prüfen.",
        ],
    ),
    text(
        Condition::ColdDose,
        [
            "The head has been cold for many hours. Cooling goes on.",
            "Look at the skin under the cap. A clinician decides whether to go on.",
        ],
        [
            "Der Kopf ist seit vielen Stunden kalt. Die Kühlung läuft weiter.",
            "Haut unter der Haube ansehen. Ein Arzt entscheidet, ob es weitergeht.",
        ],
    ),
    text(
        Condition::DisplaySilent,
        [
            "The display stands still. What it shows may be old.",
            "Do not rely on the display. Look at the machine, and restart the display.",
        ],
        [
            "Die Anzeige steht still. Was sie zeigt, kann alt sein.",
            "Nicht auf die Anzeige verlassen. Gerät ansehen, Anzeige neu starten.",
        ],
    ),
    text(
        Condition::Degraded,
        [
            "One sensor of the cap was lost. This session goes on warmer.",
            "Go on if the patient is well. Use another cap for the next session.",
        ],
        [
            "Ein Fühler der Haube ist ausgefallen. Diese Sitzung läuft wärmer weiter.",
            "Weitermachen, wenn es dem Patienten gut geht. Nächstes Mal andere Haube nehmen.",
        ],
    ),
    text(
        Condition::CalibrationDue,
        [
            "A temperature sensor is due for calibration, or a check found it off.",
            "What runs may go on. Call service before the next treatment.",
        ],
        [
            "Ein Temperaturfühler ist zu kalibrieren, oder eine Prüfung fand ihn falsch.",
            "Was läuft, darf weiterlaufen. Vor der nächsten Behandlung den Service rufen.",
        ],
    ),
    text(
        Condition::PumpRunsOn,
        [
            "A pump does not stop. Power has been cut.",
            "Take the cap off the patient, unplug the machine and call service.",
        ],
        [
            "Eine Pumpe hält nicht an. Der Strom ist getrennt.",
            "Haube abnehmen, Netzstecker ziehen, Service rufen.",
        ],
    ),
    text(
        Condition::PowerHeld,
        [
            "Another channel has cut the power of the machine. This one has stopped.",
            "See what the other one says. Resume here once the power is back.",
        ],
        [
            "Ein anderer Kanal hat den Strom des Geräts getrennt. Dieser steht.",
            "Meldung dort beachten. Erst wenn wieder Strom da ist, hier fortsetzen.",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_has_its_words() {
        assert!(TEXTS.iter().map(|text| text.id).eq(Condition::ALL.map(TextId::of)));
    }

    #[test]
    fn words_stand_in_their_language_and_their_place() {
        let text = text(Condition::Leak, ["cause", "action"], ["Ursache", "Handlung"]);
        let [english, german] = Language::ALL.map(|language| text.words(language));
        assert_eq!((text.id, english.cause, english.action), (TextId(12), "cause", "action"));
        assert_eq!((german.cause, german.action), ("Ursache", "Handlung"));
    }

    #[test]
    fn texts_are_short_sentences_in_two_languages() {
        for text in &TEXTS {
            for words in Language::ALL.map(|language| text.words(language)) {
                for line in [words.cause, words.action] {
                    assert!(line.ends_with('.') && line.chars().count() <= 90, "{line}");
                }
            }
            assert_ne!(text.english, text.german);
        }
    }

    #[test]
    fn a_vendors_text_is_found_after_our_own() {
        let mine = Text { id: TextId(200), ..TEXTS[0] };
        let theirs = Text { id: TextId::of(Condition::Leak), ..TEXTS[0] };
        assert_eq!(Text::find(TextId(200), &[mine, theirs]), Some(&mine));
        assert_eq!(
            Text::find(theirs.id, &[theirs]).map(|text| text.english),
            Some(TEXTS[11].english)
        );
    }
}
