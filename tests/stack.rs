//! A pass has enough with 512 KB of stack, whatever its shapes and the vectors of the machine: everything that keeps copies there
//! runs on threads of that size.

#![cfg(feature = "std")]

use dnn::prelude::*;
use dnn::tensor::{batch, batch_mut};
use dnn::{Output, boxed_zeros};

/// What ARCHITECTURE.md promises. Without optimisation what is moved lies on the stack twice.
const STACK: usize = if cfg!(debug_assertions) { 1024 } else { 512 } * 1024;

network! {
    /// Rows of W collide in the cache, so that the product goes by blocks.
    struct Colliding<T>: [1024] -> [16] { fc: Linear<1024, 16> }

    /// One sample reads a long row, and several read it four at a time.
    struct Long<T>: [3000] -> [20] { fc: Linear<3000, 20> }

    /// Blocks of samples that are pooled, and single ones.
    struct Pooled<T>: [1, 12, 28] -> [9, 2, 6] {
        conv1: Conv2d<1, 8, 5, padding = 2>,
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<8, 9, 3>,
        Relu,
        MaxPool2d<2>,
    }

    /// Vectors along the channels for one sample, and positions where the window moves further.
    struct Channels<T>: [16, 6, 7] -> [5, 2, 3] {
        conv: Conv2d<16, 32, 3, padding = 1>,
        Relu,
        narrow: Conv2d<32, 5, 3, stride = 2>,
    }

    struct Sequence<T>: [4, 8] -> [32] { gru: Gru<8, 32, output = last> }
}

/// Inference and training of one sample and of several, in parts of the heap.
fn passes<T, A, const L: usize, N>()
where
    T: Scalar,
    [A; L]: Tensor<Scalar = T>,
    N: Network<Input = [A; L], Scalar = T>,
{
    let (mut network, mut gradient) = (boxed_zeros::<N>(), boxed_zeros::<N::Gradient>());
    network.flat_mut().fill(T::from_f64(0.01));
    for samples in [1, 2, 17] {
        let x = vec![T::ONE; samples * <[A; L]>::LEN];
        let mut y = vec![T::ONE; samples * Output::<N>::LEN];
        let mut scratch = vec![T::ZERO; <N as Layer<[A; L]>>::INFER.len(samples)];
        network.infer(batch(&x), batch_mut(&mut y), &mut scratch);
        assert!(y.iter().all(|y| *y > T::ZERO && y.to_f64().is_finite()), "{}: {y:?}", N::NAME);
        let mut saved = vec![T::ZERO; <N as Layer<[A; L]>>::TRAIN.len(samples)];
        network.forward(&Pass::default(), batch(&x), batch_mut(&mut y), &mut saved);
        let (mut dy, dx) = (vec![T::ONE; y.len()], &mut vec![T::ONE; x.len()]);
        let (y, dx) = (batch(&y), Some(batch_mut(dx)));
        network.backward(&Pass::default(), batch(&x), y, &mut saved, batch_mut(&mut dy), dx, Some(&mut gradient));
    }
    assert!(gradient.flat().iter().any(|d| *d != T::ZERO), "{} has no gradient", N::NAME);
}

#[test]
fn passes_run_on_threads_of_the_size_that_is_promised() {
    macro_rules! each {
        ($($network:ident)*) => {
            [$(passes::<_, _, _, $network<f32>>, passes::<_, _, _, $network<f64>>,)*]
        };
    }
    let every: [fn(); 10] = each!(Colliding Long Pooled Channels Sequence);
    for passes in every {
        std::thread::Builder::new().stack_size(STACK).spawn(passes).expect("a thread").join().expect("it ends");
    }
}
