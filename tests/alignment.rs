//! `#[repr(align(..))]` above a network: where it lies, what lies behind it, and that nothing else changes.

#![cfg(feature = "alloc")]

use dnn::prelude::*;
use dnn::{Memory, Parameters, boxed_zeros};

network! {
    #[derive(Clone, Debug, PartialEq)]
    struct Plain: [20] -> [3] {
        fc1: Linear<20, 33>,
        Tanh,
        norm: LayerNorm<33>,
        fc2: Linear<33, 3>,
    }

    #[repr(align(64))]
    #[derive(Clone, Debug, PartialEq)]
    struct Lined: [20] -> [3] {
        fc1: Linear<20, 33>,
        Tanh,
        norm: LayerNorm<33>,
        fc2: Linear<33, 3>,
    }

    /// Its 16 scalars fill a line.
    #[repr(align(64))]
    struct Whole: [2] -> [2] {
        fc1: Linear<2, 4, bias = false>,
        fc2: Linear<4, 2, bias = false>,
    }

    /// Padding lies behind its last layer alone.
    struct Outer: [2] -> [3] {
        blocks: [Whole; 2],
        #[frozen]
        block: Whole -> [2],
        fc: Linear<2, 3>,
    }

    #[repr(align(32))]
    struct Borrowing: [2] -> [3] {
        body: &'static Whole -> [2],
        fc: Linear<2, 3>,
    }
}

/// A network after some steps on the same numbers, on the heap and in a memory.
macro_rules! trained {
    ($network:ty) => {{
        let x: [[f32; 20]; 7] = core::array::from_fn(|b| core::array::from_fn(|i| ((b * 20 + i) as f32).sin()));
        let y: [[f32; 3]; 7] = core::array::from_fn(|b| core::array::from_fn(|i| ((b * 3 + i) as f32).cos()));
        let network = <$network>::boxed(&mut Rng::new(7));
        let mut memory: Memory<$network, Adam, 4> = Memory::new();
        memory.load(&network);
        let mut trainer = Trainer::new(network, Mse, Adam::new(0.01));
        let mut within = Trainer::within(&mut memory, Mse, Adam::new(0.01));
        for _ in 0..5 {
            assert_eq!(trainer.step(&x, &y), within.step(&x, &y));
        }
        assert_eq!(trainer.network(), within.network());
        let network = trainer.into_network();
        assert_eq!(network.predict_batch(&x), network.clone().predict_batch(&x));
        network
    }};
}

#[test]
fn training_and_inference_give_the_same_bits() {
    let (plain, lined) = (trained!(Plain), trained!(Lined));
    assert_eq!(plain.flat(), lined.flat());
    assert_eq!(plain.predict(&[0.5; 20]), lined.predict(&[0.5; 20]));
    assert_eq!(plain.to_safetensors(), lined.to_safetensors());
}

#[test]
fn padding_is_no_parameter() {
    assert_eq!(size_of::<Plain>(), 4 * Plain::PARAMETERS);
    assert_eq!(size_of::<Lined>(), (4 * Lined::PARAMETERS).next_multiple_of(64));
    assert_ne!(size_of::<Lined>(), 4 * Lined::PARAMETERS);
    assert_eq!(Lined::PARAMETER_BYTES, Plain::PARAMETER_BYTES);
    assert_eq!(Lined::zeros().flat().len(), Lined::PARAMETERS);
    let (plain, lined) = (Plain::zeros(), Lined::zeros());
    let mut tensors = plain.parameters().zip(lined.parameters());
    assert!(tensors.all(|(plain, lined)| plain.name.to_string() == lined.name.to_string()));
}

#[test]
fn it_lies_on_a_line_wherever_it_is() {
    static STILL: Lined = dnn::zeros();
    let boxes: Vec<Box<Lined>> = (0..9).map(|_| boxed_zeros()).collect();
    let memory: Box<Memory<Lined, Sgd, 1>> = Box::new(Memory::new());
    let local = [Lined::zeros(), Lined::zeros()];
    let places = boxes.iter().map(|network| &**network).chain([&STILL, memory.network()]).chain(&local);
    for network in places {
        assert!((&raw const *network).addr().is_multiple_of(64));
    }
}

#[test]
fn networks_without_padding_lie_in_another_one() {
    assert_eq!([align_of::<Outer>(), size_of::<Outer>()], [64, (3 * 64 + 9 * 4_usize).next_multiple_of(64)]);
    let outer = Outer::init(&mut Rng::new(3));
    let (mut tensors, mut end) = (Vec::new(), 0);
    for tensor in outer.parameters() {
        assert_eq!(tensor.values.as_ptr_range().start.addr() - (&raw const outer).addr(), 4 * end, "{}", tensor.name);
        end += tensor.values.len();
        tensors.push(tensor.name.to_string());
    }
    assert_eq!(end, outer.flat().len());
    assert_eq!(tensors[..3], ["blocks.0.fc1.weight", "blocks.0.fc2.weight", "blocks.1.fc1.weight"]);
    let mut trainer = Trainer::new(outer, Mse, Sgd::new(0.1));
    let (x, y) = ([[1.0, -0.5], [0.25, 2.0]], [[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]]);
    let first = trainer.step(&x, &y);
    for _ in 0..50 {
        trainer.step(&x, &y);
    }
    assert!(trainer.step(&x, &y) < first / 2.0);
    // The gradient is a type of its own, without what is frozen.
    assert_eq!(trainer.gradient().flat().len(), 32 + 9);
    assert_eq!(trainer.gradient().parameter("fc.bias").map(<[f32]>::len), Some(3));
}

#[test]
fn references_lie_behind_the_tensors() {
    static BODY: Whole = Whole {
        fc1: Linear { weight: [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]], bias: () },
        fc2: Linear { weight: [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]], bias: () },
    };
    let mut network = Borrowing::zeros();
    network.body = dnn::Frozen::new(&BODY);
    network.fc.weight = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    assert_eq!(network.predict(&[1.0, 1.0]), [3.0, 7.0, 11.0]);
    assert_eq!([align_of::<Borrowing>(), size_of::<Borrowing>()], [32, 64]);
}
