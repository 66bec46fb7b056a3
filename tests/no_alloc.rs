//! What a network does after its start takes nothing from the heap: counted by an allocator that the test is built with.

#![cfg(feature = "alloc")]

#[path = "../dnn-core/tests/counting/mod.rs"]
mod counting;

use counting::allocations;
use dnn::prelude::*;

network! {
    /// Every kind of layer: products, views, activations that keep their input or their output, dropout.
    pub struct Small<T>: [4, 4] -> [3] {
        Flatten,
        fc1: Linear<16, 12>,
        Gelu,
        Dropout(0.2),
        Reshape<3, 4>,
        Softmax<dim = 0>,
        fc2: Linear<4, 4, bias = shared>,
        Tanh,
        Flatten,
        fc3: Linear<12, 3, bias = false>,
        LogSoftmax,
    }

    /// Products of the size of a usual network.
    pub struct Wide: [256] -> [10] {
        fc1: Linear<256, 128>,
        Relu,
        fc2: Linear<128, 10>,
    }

    /// A product that `matrixmultiply` serves for many samples: few inputs, many outputs.
    pub struct Narrow: [4] -> [64] {
        fc: Linear<4, 64>,
    }
}

type Image<T> = [[T; 4]; 4];

fn small<T: Scalar>(count: usize) -> (Vec<Image<T>>, Vec<u8>) {
    let mut rng = Rng::new(1);
    let image = |_| [(); 4].map(|()| [(); 4].map(|()| T::uniform(&mut rng, T::ONE)));
    ((0..count).map(image).collect(), (0..count).map(|sample| (sample % 3) as u8).collect())
}

#[test]
fn the_count_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1u8]))), 1);
}

fn predicting_takes_nothing<T: Scalar>() {
    let net = Small::<T>::init(&mut Rng::new(0));
    let (x, _) = small::<T>(1);
    assert_eq!(allocations(|| _ = std::hint::black_box(net.predict(&x[0]))), 0);
}

#[test]
fn predict_takes_nothing_from_the_heap() {
    predicting_takes_nothing::<f32>();
    predicting_takes_nothing::<f64>();
    let net = Wide::init(&mut Rng::new(0));
    assert_eq!(allocations(|| _ = std::hint::black_box(net.predict(&[0.5; 256]))), 0);
}

#[test]
fn infer_over_a_batch_takes_nothing_from_the_heap() {
    let (net, (x, _)) = (Small::<f32>::init(&mut Rng::new(0)), small(7));
    let (mut y, mut workspace) = (vec![[0.0; 3]; 7], vec![0.0; Small::<f32>::inference_workspace(7)]);
    assert_eq!(allocations(|| net.infer(&x, &mut y, &mut workspace)), 0);
    assert_eq!(y[3], net.predict(&x[3]));
}

/// Steps of every batch size up to the first one, each in the parts that go with it, and evaluations.
fn a_trainer_is_steady<T: Scalar, O: Optimizer<Small<T>>>(optimizer: O)
where
    CrossEntropy: Loss<[T; 3], u8>,
{
    let (x, targets) = small::<T>(300);
    let mut trainer =
        Trainer::new(Box::new(Small::<T>::init(&mut Rng::new(0))), CrossEntropy, optimizer).clip_norm(1.0);
    trainer.step(&x, &targets);
    trainer.evaluate(&x, &targets);
    let steady = allocations(|| {
        for count in [300, 1, 7, 0, 299] {
            trainer.step(&x[..count], &targets[..count]);
            trainer.backward(&x[..count], &targets[..count]);
            trainer.zero_gradient();
            trainer.evaluate(&x[..count], &targets[..count]);
        }
    });
    assert_eq!(steady, 0);
}

#[test]
fn a_trainer_takes_nothing_after_its_first_step() {
    a_trainer_is_steady::<f32, _>(Sgd::new(0.1).momentum(0.9));
    a_trainer_is_steady::<f64, _>(Adam::new(1e-3));
    a_trainer_is_steady::<f32, _>(AdamW::new(1e-3).amsgrad());
    a_trainer_is_steady::<f64, _>(RmsProp::new(1e-2));
    a_trainer_is_steady::<f32, _>(Adagrad::new(1e-2));
}

#[test]
fn wide_products_take_nothing_after_the_first_step() {
    let (x, targets) = (vec![[0.5; 256]; 64], vec![3u8; 64]);
    let mut trainer = Trainer::new(Wide::init(&mut Rng::new(0)), CrossEntropy, Sgd::new(0.01));
    trainer.step(&x, &targets);
    trainer.evaluate(&x, &targets);
    let steady = allocations(|| {
        trainer.step(&x, &targets);
        trainer.evaluate(&x, &targets);
    });
    assert_eq!(steady, 0);
}

/// The one exception: matrixmultiply packs its operands into a buffer of its own.
#[test]
#[cfg(feature = "gemm")]
fn a_product_of_matrixmultiply_takes_its_one_buffer() {
    let net = Narrow::init(&mut Rng::new(0));
    let x = vec![[0.5; 4]; 64];
    let (mut y, mut workspace) = (vec![[0.0; 64]; 64], vec![0.0; Narrow::inference_workspace(64)]);
    let mut infer = || allocations(|| net.infer(&x, &mut y, &mut workspace));
    infer();
    assert_eq!((infer(), infer()), (1, 1));
}

#[test]
fn training_within_a_memory_takes_nothing_from_the_beginning() {
    let (x, targets) = small::<f32>(9);
    let net = Small::<f32>::init(&mut Rng::new(0));
    let mut memory: Memory<Small<f32>, Adam, 4> = Memory::new();
    let never = allocations(|| {
        memory.load(&net);
        let mut trainer = Trainer::within(&mut memory, CrossEntropy, Adam::new(1e-3));
        trainer.step(&x, &targets);
        trainer.evaluate(&x, &targets);
    });
    assert_eq!(never, 0);
}

#[test]
fn set_up_on_the_heap_is_counted_to_the_block() {
    // The network, its gradient and the state of the optimiser; outputs, their gradient and the workspace with a step.
    let (x, targets) = small::<f32>(8);
    let net = Small::<f32>::init(&mut Rng::new(0));
    let mut trainer = None;
    let made = allocations(|| trainer = Some(Trainer::new(net, CrossEntropy, Adam::new(1e-3))));
    let stepped = allocations(|| {
        trainer.as_mut().unwrap().step(&x, &targets);
    });
    assert_eq!((made, stepped), (3, 3));
}

#[test]
fn loading_takes_nothing_whether_the_file_fits_or_not() {
    let net = Small::<f32>::init(&mut Rng::new(0));
    let (file, mut wide) = (net.to_safetensors(), Wide::zeros());
    let mut other: Small<f32> = Small::zeros();
    let never = allocations(|| {
        assert!(other.load_bytes(&file).is_ok());
        assert!(wide.load_bytes(&file).is_err());
    });
    assert_eq!(never, 0);
    assert_eq!(other.flat(), net.flat());
}
