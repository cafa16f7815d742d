//! What may travel, and from whom: asked before a body is read.

use super::role::{Role, Roles};
use crate::packet::Kind;

/// One row: a message, who may send it to the device, and whether it may travel unsealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The kind of packet.
    pub kind: Kind,
    /// The endpoint number.
    pub endpoint: u8,
    /// Who may send it to the device. Nothing that only a device sends has anybody here.
    pub roles: Roles,
    /// Whether it may travel without a session.
    pub open: Open,
}

/// Whether a message may travel without a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Never.
    Never,
    /// Where the unsecured subset is switched on, and only from the device to the host.
    Status,
    /// Always: without it there would be no session.
    Always,
}

const fn command(endpoint: u8, roles: Roles) -> Rule {
    Rule { kind: Kind::Command, endpoint, roles, open: Open::Never }
}

const fn link(endpoint: u8, roles: Roles) -> Rule {
    Rule { kind: Kind::Link, endpoint, roles, open: Open::Never }
}

const fn acknowledge(endpoint: u8, roles: Roles) -> Rule {
    Rule { kind: Kind::ObjectAcknowledge, endpoint, roles, open: Open::Never }
}

const fn status(endpoint: u8) -> Rule {
    Rule { kind: Kind::Report, endpoint, roles: Roles::NONE, open: Open::Status }
}

/// The rows of this crate's messages. What stands in none is denied.
///
/// `operate` and `observe` are open to every key, because stopping and marking facts are everybody's: which
/// action a role may take, the session decides.
pub const RULES: &[Rule] = &[
    Rule { kind: Kind::Hello, endpoint: 0x00, roles: Roles::ALL, open: Open::Always },
    command(0x10, Roles::OPERATORS),                    // start_fit
    command(0x11, Roles::OPERATORS),                    // measure
    command(0x13, Roles::OPERATORS),                    // select_patient
    command(0x14, Roles::OPERATORS),                    // choose_plan
    command(0x15, Roles::ALL),                          // operate
    command(0x16, Roles::ALL),                          // observe
    command(0x17, Roles::ALL),                          // read_record
    command(0x18, Roles::ALL),                          // subscribe
    command(0x19, Roles::OPERATORS),                    // amend
    command(0x1A, Roles::OPERATORS.and(Role::Service)), // set_clock
    command(0x1B, Roles::ALL),                          // follow
    command(0x1C, Roles::ALL),                          // read_settings
    command(0x1D, Roles::NONE.and(Role::Clinician).and(Role::Service)), // put_setting
    command(0x1E, Roles::NONE.and(Role::Service)),      // actuate
    status(0x40),                                       // channel_status
    status(0x41),                                       // machine_status
    link(0x60, Roles::ALL),                             // heartbeat
    acknowledge(0x52, Roles::ALL),                      // object_ask
    link(0x62, Roles::OPERATORS),                       // drawn
    link(0x63, Roles::ALL),                             // credit
    link(0x64, Roles::ALL),                             // time_ask
];

/// Who may do what.
///
/// ```
/// use coldcap_wire::packet::Kind;
/// use coldcap_wire::security::{Open, Policy, Role, Roles, Rule};
///
/// let vendor = [Rule { kind: Kind::Command, endpoint: 0xC0, roles: Roles::ALL, open: Open::Never }];
/// let policy = Policy { vendor: &vendor, ..Policy::STANDARD };
/// assert!(policy.allows(Kind::Command, 0xC0, Role::Observer));
/// assert!(!policy.allows(Kind::Command, 0xC1, Role::Clinician));
/// assert!(!policy.allows(Kind::Command, 0x14, Role::Observer));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy<'a> {
    /// Rows for messages that are not this crate's. A row for one that is has no effect.
    pub vendor: &'a [Rule],
    /// Whether status may be read without a key. It never holds the patient's number.
    pub unsecured_status: bool,
}

impl Policy<'_> {
    /// The rows of this crate, status readable without a key.
    pub const STANDARD: Self = Self { vendor: &[], unsecured_status: true };
    /// The rows of this crate, nothing readable without a key.
    pub const CLOSED: Self = Self { vendor: &[], unsecured_status: false };

    fn rule(&self, kind: Kind, endpoint: u8) -> Option<&Rule> {
        let mut rules = RULES.iter().chain(self.vendor);
        rules.find(|rule| rule.kind == kind && rule.endpoint == endpoint)
    }

    /// Whether a key of this role may send such a packet to the device.
    #[must_use]
    pub fn allows(&self, kind: Kind, endpoint: u8, role: Role) -> bool {
        self.rule(kind, endpoint).is_some_and(|rule| rule.roles.contains(role))
    }

    /// Whether such a packet may come to the device unsealed.
    #[must_use]
    pub fn admits_unsealed(&self, kind: Kind, endpoint: u8) -> bool {
        self.rule(kind, endpoint).is_some_and(|rule| rule.open == Open::Always)
    }

    /// Whether such a packet may leave the device unsealed.
    #[must_use]
    pub fn releases_unsealed(&self, kind: Kind, endpoint: u8) -> bool {
        self.rule(kind, endpoint).is_some_and(|rule| match rule.open {
            Open::Never => false,
            Open::Status => self.unsecured_status && kind == Kind::Report,
            Open::Always => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Direction, ENDPOINTS};

    #[test]
    fn every_message_to_the_device_has_a_row_and_nothing_else_has_roles() {
        for endpoint in ENDPOINTS {
            let Some(id) = endpoint.id else { continue };
            let rule = Policy::STANDARD.rule(endpoint.kind, id);
            let roles = rule.map_or(Roles::NONE, |rule| rule.roles);
            let to_device = endpoint.direction != Direction::ToHost;
            assert_eq!(roles != Roles::NONE, to_device, "{}", endpoint.name);
        }
    }

    #[test]
    fn a_row_stands_once() {
        for (index, rule) in RULES.iter().enumerate() {
            let same = |other: &&Rule| (other.kind, other.endpoint) == (rule.kind, rule.endpoint);
            assert_eq!(RULES.iter().position(|other| same(&other)), Some(index));
        }
    }

    fn everything() -> impl Iterator<Item = (Kind, u8)> {
        Kind::ALL.into_iter().flat_map(|kind| (0..=u8::MAX).map(move |endpoint| (kind, endpoint)))
    }

    #[test]
    fn unsealed_only_the_hello_comes_in_and_only_hello_and_status_go_out() {
        for policy in [Policy::STANDARD, Policy::CLOSED] {
            for (kind, endpoint) in everything() {
                let hello = (kind, endpoint) == (Kind::Hello, 0);
                let status = kind == Kind::Report && [0x40, 0x41].contains(&endpoint);
                assert_eq!(policy.admits_unsealed(kind, endpoint), hello);
                let released = hello || (status && policy.unsecured_status);
                assert_eq!(policy.releases_unsealed(kind, endpoint), released);
            }
        }
    }

    #[test]
    fn a_maker_can_add_and_cannot_loosen() {
        let row = |kind, endpoint, open| Rule { kind, endpoint, roles: Roles::ALL, open };
        let vendor = [
            row(Kind::Command, 0x14, Open::Always),
            row(Kind::Command, 0xC0, Open::Status),
            row(Kind::Report, 0xC0, Open::Status),
        ];
        let policy = Policy { vendor: &vendor, ..Policy::STANDARD };
        assert!(!policy.allows(Kind::Command, 0x14, Role::Observer));
        assert!(!policy.admits_unsealed(Kind::Command, 0x14));
        assert!(policy.allows(Kind::Command, 0xC0, Role::Observer));
        assert!(!policy.releases_unsealed(Kind::Command, 0xC0), "only reports are status");
        assert!(policy.releases_unsealed(Kind::Report, 0xC0));
    }

    #[test]
    fn what_no_row_names_is_denied_to_everybody() {
        let allowed = |(kind, endpoint)| {
            Role::ALL.iter().any(|role| Policy::STANDARD.allows(kind, endpoint, *role))
        };
        let named = RULES.iter().filter(|rule| rule.roles != Roles::NONE).count();
        assert_eq!(everything().filter(|place| allowed(*place)).count(), named);
    }
}
