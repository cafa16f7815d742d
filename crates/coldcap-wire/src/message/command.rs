//! Commands: what a host asks of the device. Every one begins with the same [`CommandHead`].

use super::BodyError;
use super::code::{Action, FactKind};
use super::codec::{self, Read};
use super::describe::{Described, body, structure};

structure! {
    /// The first fields of every command.
    CommandHead, "CommandHead" {
        /// Request id, chosen by the host. The response bears it; a repeated request keeps it.
        rid: u16 = "id",
        /// Low 16 bits of the device time after which the command must not be carried out any more; 0 for
        /// none.
        deadline: u16 = "ms",
        /// Low 16 bits of the revision of the state that the host has seen; 0 for any.
        expected_revision: u16 = "count",
        /// The channel meant, from 0; 255 where the machine as a whole is meant.
        channel: u8 = "index",
    }
}

impl CommandHead {
    /// The head of a command without deadline and expected revision.
    #[must_use]
    pub const fn new(rid: u16, channel: u8) -> Self {
        Self { rid, deadline: 0, expected_revision: 0, channel }
    }

    /// The head of any command, a maker's too, and the bytes behind it.
    ///
    /// # Errors
    /// [`BodyError::Short`], [`BodyError::Malformed`], [`BodyError::NotShortest`].
    ///
    /// # Panics
    /// Never.
    pub fn split(body: &[u8]) -> Result<(Self, &[u8]), BodyError> {
        let front = body.get(..Self::MAXIMUM_LEN).unwrap_or(body);
        let read: Read<'_, Self> = codec::read(front).map_err(|_| BodyError::Malformed)?;
        if read.malformed {
            return Err(BodyError::Malformed);
        }
        if read.missing > 0 {
            return Err(BodyError::Short);
        }
        if read.padded {
            return Err(BodyError::NotShortest);
        }
        let used = front.len().saturating_sub(read.rest.len());
        Ok((read.value, body.get(used..).unwrap_or_default()))
    }
}

body! {
    /// Begins a fit visit: the cap is measured, chosen and tried.
    StartFit = Command 0x10, ToDevice, "start_fit" {
        /// What every command begins with.
        head: CommandHead = "structure",
    }
}

body! {
    /// The measures of the head and the state of the hair. The device then circulates to match its
    /// sensors.
    Measure = Command 0x11, ToDevice, "measure" {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Around the head, above the ears.
        circumference_mm: u16 = "mm",
        /// Over the head, from nasion to inion.
        sagittal_mm: u16 = "mm",
        /// Over the head, from ear to ear.
        coronal_mm: u16 = "mm",
        /// How much hair there is.
        density: u8 = "code: density",
        /// What the hair is like.
        hair: u8 = "code: hair",
    }
}

body! {
    /// Says who is treated, with which stored fit, and answers the questions asked before every session.
    SelectPatient = Command 0x13, ToDevice, "select_patient" {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Pseudonymous number of the patient.
        patient: u64 = "id",
        /// Digest of the cap calibration record.
        calibration: u64 = "hash",
        /// Which session of the course this is, from 1.
        session_index: u8 = "count",
        /// Sessions planned in the course.
        session_count: u8 = "count",
        /// How much hair there is today.
        density: u8 = "code: density",
        /// What the hair is like.
        hair: u8 = "code: hair",
        /// Contraindications that apply, as bits of the device's table.
        contraindications: u32 = "bits",
    } since 3 {
        /// A clinician's reason to go on although a contraindication asks, 1 to 127; 0 without one.
        override_reason: u8 = "site's own",
    }
}

impl SelectPatient {
    /// What a device answers in [`Response::value`](super::Response::value) where it has taken this: a number of all its
    /// fields but the head, by which the host sees that nothing became another on the way. Never 0, which is what a
    /// device says that tells none.
    ///
    /// FNV-1a with 32 bits over the fields in their order, each in its whole width, low byte first; 1 in place of 0.
    ///
    /// ```
    /// use coldcap_wire::message::{CommandHead, SelectPatient};
    ///
    /// let said = SelectPatient {
    ///     head: CommandHead::new(7, 0),
    ///     patient: 1001,
    ///     calibration: 0x0123_4567_89AB_CDEF,
    ///     session_index: 2,
    ///     session_count: 4,
    ///     density: 2,
    ///     hair: 1,
    ///     contraindications: 0,
    ///     override_reason: 0,
    /// };
    /// assert_eq!(said.digest(), 0x62A0_378A);
    /// let again = SelectPatient { head: CommandHead::new(8, 1), ..said };
    /// assert_eq!(again.digest(), said.digest());
    /// assert_ne!(SelectPatient { session_index: 3, ..said }.digest(), said.digest());
    /// ```
    #[must_use]
    pub const fn digest(&self) -> u32 {
        let hash = FNV_32_BASIS;
        let hash = fnv_32(hash, &self.patient.to_le_bytes());
        let hash = fnv_32(hash, &self.calibration.to_le_bytes());
        let choices = [self.session_index, self.session_count, self.density, self.hair];
        let hash = fnv_32(hash, &choices);
        let hash = fnv_32(hash, &self.contraindications.to_le_bytes());
        match fnv_32(hash, &[self.override_reason]) {
            0 => 1,
            hash => hash,
        }
    }
}

/// Where FNV-1a with 32 bits begins (RFC 9923).
const FNV_32_BASIS: u32 = 0x811C_9DC5;
const FNV_32_PRIME: u32 = 0x0100_0193;

const fn fnv_32(mut hash: u32, mut bytes: &[u8]) -> u32 {
    while let [first, rest @ ..] = bytes {
        hash = (hash ^ *first as u32).wrapping_mul(FNV_32_PRIME);
        bytes = rest;
    }
    hash
}

body! {
    /// The plan of the session.
    ChoosePlan = Command 0x14, ToDevice, "choose_plan" {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Number of the drug regimen; 0 for none named.
        regimen: u16 = "id",
        /// Pre-cooling.
        pre_s: u32 = "s",
        /// Post-cooling.
        post_s: u32 = "s",
        /// Longest single break.
        break_each_s: u32 = "s",
        /// All breaks together.
        break_total_s: u32 = "s",
        /// Target of the coolant; 0 where `control` says cap.
        target_mc: i32 = "milli-degC",
        /// Which minutes count as post-cooling.
        post_clock: u8 = "code: post_clock",
    } since 1 {
        /// Which temperature is held.
        control: u8 = "code: control",
        /// Target of the cap's inner face; 0 where `control` says coolant.
        interface_mc: i32 = "milli-degC",
    } since 2 {
        /// Whose number and minutes these are; 192 to 255 are a site's own. 0 for nobody: then the
        /// longest published post-cooling applies.
        source: u8 = "code: source",
        /// A clinician's reason to go outside of what the source says, 1 to 127; 0 without one.
        override_reason: u8 = "site's own",
    }
}

body! {
    /// One press of a button.
    Operate = Command 0x15, ToDevice, "operate" {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Which button.
        action: Action = "code: action",
        /// 1 for the second step of a two-step action, else 0.
        confirm: u8 = "0 or 1",
        /// What the action needs to know; see its code. 0 if nothing.
        argument: u16 = "by action",
    }
}

body! {
    /// A fact that somebody observed. Never refused.
    Observe = Command 0x16, ToDevice, "observe" {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// What was observed.
        fact: FactKind = "code: fact",
        /// Number of the drug; 0 where the fact is not about one.
        drug: u16 = "id",
        /// 1 if the drug costs hair, else 0.
        hair_toxic: u8 = "0 or 1",
        /// What else belongs to the fact; see its code. 0 if nothing.
        value: u8 = "by fact",
    }
}

body! {
    /// Asks for entries of the session record; each comes as a `record_entry` report. Section 7.7 says what is answered.
    ReadRecord = Command 0x17, ToDevice, "read_record" {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Index of the first entry wanted.
        from: u32 = "index",
        /// How many entries are wanted at most.
        count: u8 = "count",
    }
}

body! {
    /// Sets how often `channel_status` and `machine_status` are sent.
    Subscribe = Command 0x18, ToDevice, "subscribe" {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Time from one report to the next; 0 ends them.
        period_ms: u16 = "ms",
    }
}

body! {
    /// Moves a mark of a drug that was made too late to an earlier time. It is recorded and flagged.
    /// Since minor 2.
    Amend = Command 0x19, ToDevice, "amend" since 2 {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Which mark of the drug.
        mark: u8 = "code: mark",
        /// Number of the drug.
        drug: u16 = "id",
        /// How much earlier it really was.
        earlier_s: u32 = "s",
        /// The site's own reason, 1 to 127.
        reason: u8 = "site's own",
    }
}

body! {
    /// Tells the wall clock, for the record. Nothing that the device decides depends on it but whether
    /// calibrations are in date, and that only where the device has no clock of its own. Since minor 2.
    SetClock = Command 0x1A, ToDevice, "set_clock" since 2 {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Milliseconds since 1970-01-01 00:00 UTC, without leap seconds.
        unix_ms: u64 = "ms",
        /// How good it is.
        quality: u8 = "code: clock_quality",
    }
}
