//! Buffers to offsets: what is never live at the same time shares its scalars.
//!
//! A workspace of n samples has n scalars for each scalar a sample, and what is there once in a batch between them: a buffer
//! at the offset (s, b) begins at s n + b. Two buffers lie apart, whatever n is, where one of them ends before the other
//! begins in both numbers.

use std::cmp::Reverse;

/// How many scalars: for each sample, and once in a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// For each sample.
    pub(crate) sample: usize,
    /// Once in a batch.
    pub(crate) batch: usize,
}

impl Extent {
    pub(crate) fn new(sample: usize, batch: usize) -> Extent {
        Extent { sample, batch }
    }

    /// Both one after the other.
    pub(crate) fn and(self, other: Extent) -> Extent {
        Extent { sample: self.sample + other.sample, batch: self.batch + other.batch }
    }

    /// Enough for either.
    pub(crate) fn or(self, other: Extent) -> Extent {
        Extent { sample: self.sample.max(other.sample), batch: self.batch.max(other.batch) }
    }

    /// The scalars of one sample.
    pub(crate) fn one(self) -> usize {
        self.sample + self.batch
    }

    fn is_within(self, other: Extent) -> bool {
        self.sample <= other.sample && self.batch <= other.batch
    }
}

/// A buffer in the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The value it is made for.
    pub(crate) name: String,
    /// What lies before it.
    pub(crate) offset: Extent,
    /// What is in it.
    pub(crate) len: Extent,
    /// The first and the last step at which it is live; the backward pass goes on counting where forward ends.
    pub(crate) live: (usize, usize),
    /// Another place and how far behind its beginning this one lies: both are parts of one buffer.
    pub(crate) within: Option<(usize, Extent)>,
}

impl Place {
    /// A buffer of its own, without an offset yet.
    pub(crate) fn new(name: String, len: Extent, live: (usize, usize)) -> Place {
        Place { name, offset: Extent::default(), len, live, within: None }
    }

    /// What lies before its end.
    pub(crate) fn end(&self) -> Extent {
        self.offset.and(self.len)
    }

    /// Whether a step lies between its first and its last one.
    fn spans(&self, step: usize) -> bool {
        self.live.0 < step && step <= self.live.1
    }
}

/// What is needed for all places.
pub(crate) fn extent(places: &[Place]) -> Extent {
    places.iter().fold(Extent::default(), |extent, place| extent.or(place.end()))
}

/// The scalars a sample up to the end of the last place that is live before a step and at it.
pub(crate) fn kept(places: &[Place], step: usize) -> usize {
    places.iter().filter(|place| place.spans(step)).map(|place| place.end().sample).max().unwrap_or(0)
}

/// Gives every place its offset. Those that are live before the step `low` and at it lie below the others, where that costs
/// nothing.
pub(crate) fn place(places: &mut [Place], low: Option<usize>) {
    // Buffers with something once in a batch have less of it below them if they lie below the others themselves.
    let shifts = buffers(places).into_iter().flatten().any(|part| places[part].len.batch > 0);
    let orders = [low, None].into_iter().skip(usize::from(low.is_none()));
    let orders = orders.flat_map(|low| [(low, false), (low, true)].into_iter().take(1 + usize::from(shifts)));
    let plans = orders.map(|(low, once_first)| {
        let mut plan = places.to_vec();
        samples(&mut plan, low, once_first);
        batches(&mut plan);
        plan
    });
    if let Some(least) = plans.min_by_key(|plan| (extent(plan).sample, extent(plan).batch)) {
        places.clone_from_slice(&least);
    }
    // In every build of the macro: a wrong plan would be wrong results without a message.
    assert_eq!(conflict(places), None, "a bug of dnn: two live buffers overlap");
}

/// The parts of each buffer that has scalars for each sample, by its first place.
fn buffers(places: &[Place]) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); places.len()];
    for (at, place) in places.iter().enumerate() {
        parts[place.within.map_or(at, |(first, _)| first)].push(at);
    }
    parts.retain(|parts| parts.iter().any(|&part| places[part].len.sample > 0));
    parts
}

/// What lies before a part within its buffer.
fn before(place: &Place) -> Extent {
    place.within.map_or(Extent::default(), |(_, before)| before)
}

/// So many pairs of places are looked at for a better order: much less than a compiler notices.
const EFFORT: usize = 30_000;

/// The scalars for each sample: the longest first, each at the lowest offset that no place of its time takes. Where that takes
/// more than what is live at the fullest step, they are placed as they are made, and what then lies at the end comes earlier
/// and earlier.
fn samples(places: &mut [Place], low: Option<usize>, once_first: bool) {
    let class = |places: &[Place], parts: &[usize]| {
        let first = &places[parts[0]];
        (low.is_some_and(|low| !first.spans(low)), once_first && first.len.batch == 0)
    };
    let mut order = buffers(places);
    order.sort_by_key(|parts| {
        let len = parts.iter().map(|&part| before(&places[part]).sample + places[part].len.sample).max();
        (class(places, parts), Reverse(len), places[parts[0]].live, parts[0])
    });
    in_order(places, &order);
    let (live, mut least, mut best) = (fullest(places), extent(places).sample, places.to_vec());
    order.sort_by_key(|parts| (class(places, parts), places[parts[0]].live, parts[0]));
    for _ in 0..EFFORT / (places.len() * places.len()).max(1) {
        if least == live {
            break;
        }
        in_order(places, &order);
        let size = extent(places).sample;
        if size < least {
            (least, best) = (size, places.to_vec());
        }
        let last = order.iter().position(|parts| parts.iter().any(|&part| places[part].end().sample == size));
        let last = last.unwrap_or(0);
        order[last / 2..=last].rotate_right(1);
        order.sort_by_key(|parts| class(places, parts));
    }
    places.clone_from_slice(&best);
}

/// The scalars for each sample that are live at the fullest step.
fn fullest(places: &[Place]) -> usize {
    let at = |step: usize| {
        places.iter().filter(|place| overlap(place.live, (step, step))).map(|place| place.len.sample).sum::<usize>()
    };
    places.iter().map(|place| at(place.live.0)).max().unwrap_or(0)
}

/// Each buffer at the lowest offset that is free in its time, one after the other.
fn in_order(places: &mut [Place], order: &[Vec<usize>]) {
    let mut placed: Vec<usize> = Vec::new();
    for parts in order {
        // Offsets between these numbers are none, since a part would then share scalars with a place of its time.
        let mut taken: Vec<(isize, isize)> = Vec::new();
        for part in parts.iter().map(|&part| &places[part]) {
            let (start, end) = (before(part).sample as isize, (before(part).sample + part.len.sample) as isize);
            let others = placed.iter().map(|&other| &places[other]).filter(|other| overlap(other.live, part.live));
            taken.extend(others.map(|other| (other.offset.sample as isize - end, other.end().sample as isize - start)));
        }
        taken.sort_unstable();
        let mut offset = 0;
        for (low, high) in taken {
            if offset <= low {
                break;
            }
            offset = offset.max(high);
        }
        for &part in parts {
            places[part].offset.sample = offset as usize + before(&places[part]).sample;
        }
        placed.extend(parts);
    }
}

/// What lies before each place once in a batch. What is there once and nothing else comes first, each at the lowest offset
/// that is free in its time; then what belongs to the buffers below.
fn batches(places: &mut [Place]) {
    let (mut placed, once): (Vec<usize>, Vec<usize>) =
        (Vec::new(), (0..places.len()).filter(|&at| places[at].len.sample == 0).collect());
    for at in once {
        let others = placed.iter().map(|&other: &usize| &places[other]);
        let mut others: Vec<&Place> = others.filter(|other| overlap(other.live, places[at].live)).collect();
        others.sort_by_key(|other| other.offset.batch);
        let mut offset = 0;
        for other in others {
            if offset + places[at].len.batch <= other.offset.batch {
                break;
            }
            offset = offset.max(other.end().batch);
        }
        places[at].offset.batch = offset;
        placed.push(at);
    }
    if places.iter().all(|place| place.len.batch == 0) {
        return;
    }
    let mut order = buffers(places);
    order.sort_by_key(|parts| (places[parts[0]].offset.sample, parts[0]));
    for parts in order {
        let start = places[parts[0]].offset.sample;
        let is_below = |other: &Place| other.len.sample == 0 || other.offset.sample < start;
        let meets = |other: &Place| parts.iter().any(|&part| overlap(places[part].live, other.live));
        let others = placed.iter().map(|&other| &places[other]).filter(|other| is_below(other) && meets(other));
        let offset = others.map(|other| other.end().batch).max().unwrap_or(0);
        for &part in &parts {
            places[part].offset.batch = offset + before(&places[part]).batch;
        }
        placed.extend(parts);
    }
}

fn overlap(a: (usize, usize), b: (usize, usize)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

/// The checker: two places that are live at the same time and share a scalar, or one that is not where its buffer has it, if
/// there are any.
pub(crate) fn conflict(places: &[Place]) -> Option<(usize, usize)> {
    let is_apart = |a: &Place, b: &Place| a.end().is_within(b.offset) || b.end().is_within(a.offset);
    let clash = |a: &Place, b: &Place| overlap(a.live, b.live) && a.len.one() > 0 && b.len.one() > 0 && !is_apart(a, b);
    let is_torn =
        |place: &Place| place.within.is_some_and(|(first, before)| places[first].offset.and(before) != place.offset);
    let torn = (0..places.len()).find(|&at| is_torn(&places[at])).map(|at| (at, at));
    torn.or_else(|| {
        (0..places.len()).flat_map(|i| (0..i).map(move |j| (j, i))).find(|&(j, i)| clash(&places[j], &places[i]))
    })
}
