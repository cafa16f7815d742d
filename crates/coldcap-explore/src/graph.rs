//! Algorithms on the explored graph: backward reachability, strongly connected parts, longest ways.

/// The most states that [`Edges`] can number.
pub const MOST_STATES: usize = 1 << 28;

/// Edges by the state that they leave, with the kinds of events that make them.
#[derive(Clone, Debug)]
pub struct Edges {
    /// Where the edges of each state end.
    ends: Vec<u64>,
    /// The kinds in the upper four bits, the state that is reached in the others.
    to: Vec<u32>,
    /// The edges of the state under way.
    open: Vec<u32>,
}

impl Default for Edges {
    fn default() -> Self {
        Self { ends: vec![0], to: Vec::new(), open: Vec::new() }
    }
}

const SHIFT: u32 = 28;
const PLACE: u32 = (1 << SHIFT) - 1;

impl Edges {
    /// Time passed, whatever is seen.
    pub const TIME: u8 = 1;
    /// Somebody helps and nothing new fails.
    pub const HELP: u8 = 2;
    /// Time passed and nothing was noted, nor did the phase change.
    pub const SILENT: u8 = 4;

    /// An edge from the state under way.
    pub(crate) fn add(&mut self, to: u32, kinds: u8) {
        debug_assert!((to as usize) < MOST_STATES);
        if kinds != 0 {
            self.open.push(u32::from(kinds) << SHIFT | to);
        }
    }

    /// The state under way has no more edges. One edge of each kind is kept for each pair of states.
    pub(crate) fn close(&mut self, _state: u32) {
        self.open.sort_unstable_by_key(|edge| edge & PLACE);
        let mut last: Option<u32> = None;
        for edge in self.open.drain(..) {
            match (last, self.to.last_mut()) {
                (Some(place), Some(kept)) if place == edge & PLACE => *kept |= edge,
                _ => self.to.push(edge),
            }
            last = Some(edge & PLACE);
        }
        self.ends.push(self.to.len() as u64);
    }

    /// How many states there are.
    #[must_use]
    pub fn states(&self) -> usize {
        self.ends.len() - 1
    }

    /// How many edges were kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.to.len()
    }

    /// Where the edges of these kinds lead to from `state`.
    pub fn from(&self, state: u32, kinds: u8) -> impl Iterator<Item = u32> + '_ {
        let range = self.ends[state as usize] as usize..self.ends[state as usize + 1] as usize;
        let wanted = move |edge: &&u32| (**edge >> SHIFT) as u8 & kinds != 0;
        self.to[range].iter().filter(wanted).map(|edge| edge & PLACE)
    }

    /// The same edges of these kinds, the other way round.
    #[must_use]
    pub fn reversed(&self, kinds: u8) -> Reversed {
        let mut ends = vec![0u64; self.states() + 1];
        let all = || 0..self.states() as u32;
        for from in all() {
            for to in self.from(from, kinds) {
                ends[to as usize + 1] += 1;
            }
        }
        for place in 1..ends.len() {
            ends[place] += ends[place - 1];
        }
        let mut free = ends.clone();
        let mut from_states = vec![0u32; *ends.last().unwrap_or(&0) as usize];
        for from in all() {
            for to in self.from(from, kinds) {
                let place = &mut free[to as usize];
                from_states[*place as usize] = from;
                *place += 1;
            }
        }
        Reversed { ends, from: from_states }
    }
}

/// Edges by the state that they enter.
#[derive(Clone, Debug)]
pub struct Reversed {
    ends: Vec<u64>,
    from: Vec<u32>,
}

impl Reversed {
    fn entering(&self, state: u32) -> &[u32] {
        let range = self.ends[state as usize] as usize..self.ends[state as usize + 1] as usize;
        &self.from[range]
    }

    /// The first state from which no edge leads, over any number of steps, to a goal.
    #[must_use]
    pub fn cut_off(&self, goal: impl Fn(u32) -> bool) -> Option<u32> {
        let states = self.ends.len() - 1;
        let mut reaches = vec![false; states];
        let mut open: Vec<u32> = (0..states as u32).filter(|state| goal(*state)).collect();
        open.iter().for_each(|state| reaches[*state as usize] = true);
        while let Some(state) = open.pop() {
            for from in self.entering(state) {
                if !core::mem::replace(&mut reaches[*from as usize], true) {
                    open.push(*from);
                }
            }
        }
        reaches.iter().position(|reaches| !reaches).map(|state| state as u32)
    }
}

/// What [`longest_way`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Longest {
    /// The most steps that one can stay inside.
    Steps(u32),
    /// From this state one can stay inside for ever.
    Endless(u32),
}

/// How many steps of these kinds one can take without leaving the states that are `inside`. A loop of a
/// state to itself counts as staying for ever.
#[must_use]
pub fn longest_way(edges: &Edges, kinds: u8, inside: impl Fn(u32) -> bool) -> Longest {
    let states = edges.states();
    let within: Vec<bool> = (0..states as u32).map(inside).collect();
    let mut waits = vec![0u32; states];
    let mut length = vec![0u32; states];
    let reversed = edges.reversed(kinds);
    let stays = |from: u32| edges.from(from, kinds).filter(|to| within[*to as usize]);
    let mut open = Vec::new();
    for state in (0..states as u32).filter(|state| within[*state as usize]) {
        waits[state as usize] = stays(state).count() as u32;
        if waits[state as usize] == 0 {
            open.push(state);
        }
    }
    while let Some(state) = open.pop() {
        for &from in reversed.entering(state).iter().filter(|from| within[**from as usize]) {
            length[from as usize] = length[from as usize].max(length[state as usize] + 1);
            waits[from as usize] -= 1;
            if waits[from as usize] == 0 {
                open.push(from);
            }
        }
    }
    match waits.iter().position(|waits| *waits > 0) {
        Some(state) => Longest::Endless(state as u32),
        None => Longest::Steps(length.into_iter().max().unwrap_or(0)),
    }
}

/// The strongly connected parts of the states that are `inside`, by edges of these kinds: how many there
/// are, and how many states the largest has. Tarjan's algorithm with a stack of its own.
#[must_use]
pub fn parts(edges: &Edges, kinds: u8, inside: impl Fn(u32) -> bool) -> (usize, usize) {
    let states = edges.states();
    let mut search = Tarjan {
        order: vec![0; states],
        low: vec![0; states],
        on_stack: vec![false; states],
        stack: Vec::new(),
        next: 1,
        count: 0,
        largest: 0,
    };
    for root in (0..states as u32).filter(|state| inside(*state)) {
        if search.order[root as usize] == 0 {
            search.run(edges, kinds, &inside, root);
        }
    }
    (search.count, search.largest)
}

struct Tarjan {
    order: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<u32>,
    next: u32,
    count: usize,
    largest: usize,
}

impl Tarjan {
    fn run(&mut self, edges: &Edges, kinds: u8, inside: &impl Fn(u32) -> bool, root: u32) {
        let successors = |state: u32| -> Vec<u32> {
            edges.from(state, kinds).filter(|state| inside(*state)).collect()
        };
        let mut frames = vec![(root, successors(root))];
        self.open(root);
        while let Some((state, left)) = frames.last_mut() {
            let state = *state;
            match left.pop() {
                Some(to) if self.order[to as usize] == 0 => {
                    self.open(to);
                    frames.push((to, successors(to)));
                }
                Some(to) if self.on_stack[to as usize] => {
                    self.lower(state, self.order[to as usize]);
                }
                Some(_) => {}
                None => {
                    frames.pop();
                    self.close(state);
                    if let Some((parent, _)) = frames.last() {
                        self.lower(*parent, self.low[state as usize]);
                    }
                }
            }
        }
    }

    fn open(&mut self, state: u32) {
        self.order[state as usize] = self.next;
        self.low[state as usize] = self.next;
        self.next += 1;
        self.on_stack[state as usize] = true;
        self.stack.push(state);
    }

    fn lower(&mut self, state: u32, to: u32) {
        let low = &mut self.low[state as usize];
        *low = to.min(*low);
    }

    fn close(&mut self, state: u32) {
        if self.low[state as usize] != self.order[state as usize] {
            return;
        }
        let mut size = 0;
        while let Some(member) = self.stack.pop() {
            self.on_stack[member as usize] = false;
            size += 1;
            if member == state {
                break;
            }
        }
        self.count += 1;
        self.largest = self.largest.max(size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(list: &[&[u32]]) -> Edges {
        let mut edges = Edges::default();
        for (from, ends) in (0..).zip(list) {
            ends.iter().for_each(|to| edges.add(*to, Edges::TIME));
            edges.close(from);
        }
        edges
    }

    #[test]
    fn edges_of_a_pair_are_joined_by_kind() {
        let mut edges = Edges::default();
        edges.add(1, Edges::TIME);
        edges.add(0, Edges::HELP);
        edges.add(1, Edges::HELP);
        edges.add(1, 0);
        edges.close(0);
        edges.close(1);
        assert_eq!((edges.states(), edges.count()), (2, 2));
        assert!(edges.from(0, Edges::TIME).eq([1]));
        assert!(edges.from(0, Edges::HELP).eq([0, 1]));
        assert_eq!(edges.from(1, Edges::TIME).count(), 0);
    }

    #[test]
    fn what_is_cut_off_is_found() {
        let joined = edges(&[&[1], &[2], &[0], &[2]]);
        assert_eq!(joined.reversed(Edges::TIME).cut_off(|state| state == 0), None);
        let apart = edges(&[&[1], &[1], &[0]]);
        assert_eq!(apart.reversed(Edges::TIME).cut_off(|state| state == 0), Some(1));
    }

    #[test]
    fn the_longest_way_and_the_endless_one() {
        let line = edges(&[&[1, 2], &[2], &[3], &[]]);
        assert_eq!(longest_way(&line, Edges::TIME, |_| true), Longest::Steps(3));
        assert_eq!(longest_way(&line, Edges::TIME, |state| state != 2), Longest::Steps(1));
        assert_eq!(longest_way(&line, Edges::HELP, |_| true), Longest::Steps(0));
        let ring = edges(&[&[1], &[2], &[1]]);
        assert_eq!(longest_way(&ring, Edges::TIME, |_| true), Longest::Endless(0));
        assert_eq!(longest_way(&ring, Edges::TIME, |state| state != 2), Longest::Steps(1));
        let own = edges(&[&[0]]);
        assert_eq!(longest_way(&own, Edges::TIME, |_| true), Longest::Endless(0));
    }

    #[test]
    fn parts_are_counted() {
        let graph = edges(&[&[1], &[2], &[0, 3], &[4], &[3], &[]]);
        assert_eq!(parts(&graph, Edges::TIME, |_| true), (3, 3));
        assert_eq!(parts(&graph, Edges::TIME, |state| state != 2), (4, 2));
    }
}
