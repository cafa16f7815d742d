//! What a link keeps where it begins anew.

use super::Link;
use super::stored::Stored;
use crate::config::Config;
use crate::outputs::EntryBytes;
use coldcap_wire::security::{EntropyPool, KeyRing};
use coldcap_wire::service::Settings;

/// What outlives a start of the link.
struct Lasting<const CHANNELS: usize, const KEPT: usize, const SETTINGS: usize> {
    stored: Stored<CHANNELS, KEPT>,
    settings: Settings<SETTINGS>,
    keys: (KeyRing, EntropyPool),
}

impl<const CHANNELS: usize, const KEPT: usize, const SETTINGS: usize>
    Link<CHANNELS, KEPT, SETTINGS>
{
    /// Keeps an entry of before a loss of power, for whoever asks for it: from the oldest on.
    #[cfg(feature = "journal")]
    pub(crate) fn recall(&mut self, entry: &EntryBytes) {
        self.stored.recall(entry);
    }

    /// The randomness of a link that ends, for the one behind a restart that is played.
    #[cfg(feature = "journal")]
    pub(crate) fn take_entropy(&mut self) -> EntropyPool {
        self.port.take_lasting().1
    }

    /// Goes on with that randomness.
    #[cfg(feature = "journal")]
    pub(crate) fn keep_entropy(&mut self, entropy: EntropyPool) {
        let keys = core::mem::take(&mut self.port.keys);
        self.port.keep_lasting((keys, entropy));
    }

    /// Starts anew as behind a loss of power: the entries of the record, the settings and the keys stay, as in a journal and a store; the session is
    /// lost, and what had still to be sent is sent to whoever asks. `config` names the boot for the hello; `held` are the entries that control has not handed out yet
    /// ([`Control::held_entries`](crate::Control::held_entries)).
    ///
    /// ```
    /// use coldcap::{Config, Control, Link};
    ///
    /// let config = Config::reference();
    /// let mut link: Link<1> = Link::new(&config);
    /// let control: Control<1> = Control::new(config);
    /// link.restart(&config, control.held_entries());
    /// assert!(link.peer().is_none());
    /// ```
    pub fn restart<'a>(&mut self, config: &Config, held: impl Iterator<Item = &'a EntryBytes>) {
        let lasting = self.take_lasting(held);
        *self = Self::with_settings(config, lasting.settings);
        self.keep_lasting(lasting);
    }

    /// Takes out of a link that ends what a journal and a store would keep: the entries of the record, with those
    /// that never got here, the settings and the keys. A journal does not know what was sent: whoever comes asks for what it lacks.
    fn take_lasting<'a>(
        &mut self,
        held: impl Iterator<Item = &'a EntryBytes>,
    ) -> Lasting<CHANNELS, KEPT, SETTINGS> {
        let mut stored = core::mem::replace(&mut self.stored, Stored::new());
        held.for_each(|entry| stored.keep(entry));
        stored.forget_unsent();
        let settings = self.settings.values.restarted();
        Lasting { stored, settings, keys: self.port.take_lasting() }
    }

    /// Goes on with what the link before has left.
    fn keep_lasting(&mut self, lasting: Lasting<CHANNELS, KEPT, SETTINGS>) {
        self.stored = lasting.stored;
        self.stored.begin_session();
        self.port.keep_lasting(lasting.keys);
    }
}
