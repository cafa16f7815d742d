//! stateright, which shares no code with the explorer, finds the same number of states.

use coldcap::supervise::State;
use coldcap_explore::channel::{Channel, scopes};
use coldcap_explore::search::{Limits, Machine, Nobody, explore};
use coldcap_explore::store::Store;
use coldcap_session::ControlMode;
use stateright::{Checker, Model};

struct Opinion<'a>(Channel<'a>);

impl Model for Opinion<'_> {
    type State = State;
    type Action = u32;

    fn init_states(&self) -> Vec<State> {
        self.0.starts()
    }

    fn actions(&self, state: &State, actions: &mut Vec<u32>) {
        self.0.letters(state, actions);
    }

    fn next_state(&self, state: &State, letter: u32) -> Option<State> {
        let event = self.0.event(letter);
        Some(self.0.decided(self.0.step(state, &event).0))
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        // It stops where there is nothing left to find out: this is never found.
        vec![stateright::Property::always("it is canonical", |_, state: &State| {
            state.session.is_canonical()
        })]
    }
}

#[test]
fn stateright_counts_the_same_states() {
    let scope = scopes::of_defects(ControlMode::Coolant);
    let step = coldcap::supervise::step;
    let channel = scope.channel(&step);
    let limits = Limits { states: 10_000_000, edges: false };
    let space = explore(&channel, &mut Nobody, &limits).expect("nobody looks");
    assert!(space.closed);

    let step: &'static coldcap_explore::channel::Step<'static> = &coldcap::supervise::step;
    let checker = Opinion(scope.channel(step)).checker().spawn_bfs().join();
    checker.assert_properties();
    println!("{} states, by both", space.store.len());
    assert_eq!(checker.unique_state_count(), space.store.len());
}
