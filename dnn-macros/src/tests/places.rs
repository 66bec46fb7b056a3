//! The memory plan of random networks: what is live at the same time lies apart.

use super::chains::{Chain, Random};
use super::typed;
use crate::memory::{self, Place, conflict};
use std::collections::HashMap;

/// Whether any scalar is taken twice at any step: the definition, without a thought for speed.
fn is_taken_twice(places: &[Place]) -> bool {
    let mut taken = HashMap::new();
    places.iter().enumerate().any(|(i, place)| {
        let scalars = place.offset..place.offset + place.len;
        let mut cells = (place.live.0..=place.live.1).flat_map(|step| scalars.clone().map(move |at| (step, at)));
        cells.any(|cell| *taken.entry(cell).or_insert(i) != i)
    })
}

#[test]
fn places_that_are_live_together_do_not_overlap() {
    let mut planted = 0;
    for seed in 0..300 {
        let (typed, steps) = typed(&Chain::random(&mut Random::new(seed)).text());
        let plan = memory::plan(&typed, &steps);
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
        let plan = memory::plan(&typed, &steps);
        let apart: usize = plan.train.places.iter().map(|place| place.len).sum();
        assert!(plan.train.size() <= apart, "network {seed}");
        saved += apart - plan.train.size();
    }
    assert!(saved > 0);
}
