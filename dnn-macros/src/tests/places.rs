//! The memory plan of random networks: what is live at the same time lies apart.

use super::chains::{Chain, Random};
use super::typed;
use crate::memory;
use crate::placement::{Extent, Place, conflict, extent, place};
use std::collections::HashMap;

/// Whether any scalar is taken twice at any step: the definition, without a thought for speed.
fn is_taken_twice(places: &[Place]) -> bool {
    let mut taken = HashMap::new();
    places.iter().enumerate().any(|(i, place)| {
        let scalars = place.offset.sample..place.end().sample;
        let mut cells = (place.live.0..=place.live.1).flat_map(|step| scalars.clone().map(move |at| (step, at)));
        cells.any(|cell| *taken.entry(cell).or_insert(i) != i)
    })
}

#[test]
fn places_that_are_live_together_do_not_overlap() {
    let mut planted = 0;
    for seed in 0..300 {
        let (typed, steps) = typed(&Chain::random(&mut Random::new(seed)).text());
        let plan = memory::plan(&typed, &steps, &Default::default(), false);
        for places in [&plan.infer.places, &plan.train.places] {
            assert_eq!(conflict(places), None, "network {seed}");
            assert!(!is_taken_twice(places), "network {seed}");
            for (i, j) in (0..places.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
                let mut moved = places.clone();
                moved[i].offset = moved[j].offset;
                assert_eq!(conflict(&moved).is_some(), is_taken_twice(&moved), "network {seed}");
                planted += usize::from(conflict(&moved).is_some());
            }
        }
    }
    assert!(planted > 100, "only {planted} overlaps were planted");
}

/// No plan takes more than all its buffers side by side.
#[test]
fn sharing_saves_memory_or_costs_none() {
    let mut saved = 0;
    for seed in 0..300 {
        let (typed, steps) = typed(&Chain::random(&mut Random::new(seed)).text());
        let plan = memory::plan(&typed, &steps, &Default::default(), false);
        let apart: usize = plan.train.places.iter().map(|place| place.len.sample).sum();
        assert!(plan.train.extent().sample <= apart, "network {seed}");
        saved += apart - plan.train.extent().sample;
    }
    assert!(saved > 0);
}

/// Random buffers: some with scalars once in a batch, some of them with parts that are live at their ends alone.
fn buffers(random: &mut Random) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for buffer in 0..1 + random.below(12) {
        let from = random.below(10);
        let live = (from, from + random.below(10));
        let once = if random.below(3) == 0 { 1 + random.below(4) } else { 0 };
        let len = Extent::new(random.below(8), once);
        let first = places.len();
        if len.one() == 0 {
            continue;
        }
        places.push(Place::new(format!("buffer{buffer}"), len, live));
        let rest = Extent::new(random.below(6), 0);
        if len.sample > 0 && rest.sample > 0 && live.0 < live.1 {
            for step in [live.0, live.1] {
                let within = Some((first, len));
                places.push(Place { within, ..Place::new(format!("rest{buffer}"), rest, (step, step)) });
            }
        }
    }
    places
}

/// In a batch of any length: what is live together shares no scalar, and the parts of a buffer lie one behind the other.
#[test]
fn buffers_lie_apart_in_batches_of_any_length() {
    let (mut once, mut parts, mut optimal) = (0, 0, 0);
    for seed in 0..400 {
        let random = &mut Random::new(70_000 + seed);
        let mut places = buffers(random);
        let low = (random.below(2) == 0).then(|| random.below(20));
        place(&mut places, low);
        for samples in [0, 1, 2, 7] {
            let start = |extent: Extent| extent.sample * samples + extent.batch;
            let range = |place: &Place| start(place.offset)..start(place.end());
            for (i, j) in (0..places.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
                let (a, b) = (&places[i], &places[j]);
                let is_live = a.live.0 <= b.live.1 && b.live.0 <= a.live.1;
                let shared = range(a).any(|scalar| range(b).contains(&scalar));
                assert!(!(is_live && shared), "{samples} samples: {a:?} {b:?}");
            }
            for place in &places {
                if let Some((first, _)) = place.within {
                    assert_eq!(range(&places[first]).end, range(place).start, "{samples} samples: {place:?}");
                    parts += 1;
                }
            }
            assert!(places.iter().all(|place| range(place).end <= start(extent(&places))));
        }
        let fullest = (0..20).map(|step| {
            let live = places.iter().filter(|place| place.live.0 <= step && step <= place.live.1);
            live.map(|place| place.len.sample).sum::<usize>()
        });
        optimal += usize::from(extent(&places).sample == fullest.max().unwrap_or(0));
        once += usize::from(places.iter().any(|place| place.len.batch > 0));
    }
    assert!(once > 200 && parts > 1000 && optimal > 100, "{once} {parts} {optimal}");
}
