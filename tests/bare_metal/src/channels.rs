//! Layers that work on the channels of a sample, statistics over a batch among them.

use core::hint::black_box;
use dnn::prelude::*;

network! {
    struct Channels: [4, 6] -> [3] {
        spread: ConvTranspose1d<4, 4, 1, groups = 2>,
        norm1: BatchNorm1d<4>,
        Relu,
        norm3: GroupNorm<2, 4>,
        InstanceNorm1d<4>(eps = 1e-3),
        norm4: LayerNorm<6, bias = false>,
        RmsNorm<4, 6, elementwise_affine = false>,
        act1: PRelu<4>,
        act2: PRelu,
        Dropout1d(0.2),
        Hardswish,
        Hardsigmoid,
        Mish,
        Softsign,
        Selu,
        Celu(0.5),
        Hardtanh(-2.0, 2.0),
        Relu6,
        Glu<dim = 0>,
        Flatten,
        fc: Linear<12, 3>,
        norm2: BatchNorm1d<3, affine = false>(eps = 1e-3),
    }
}

static mut MEMORY: Memory<Channels, Sgd, 4> = Memory::new();

pub(crate) fn run() {
    #[allow(static_mut_refs)]
    // SAFETY: the program has one thread and comes here once.
    let memory = unsafe { &mut MEMORY };
    memory.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(memory, Mse, Sgd::new(0.1));
    let (inputs, targets) = black_box(([[[0.5; 6]; 4]; 4], [[0.0; 3]; 4]));
    black_box(trainer.step(&inputs, &targets));
    let network = trainer.network();
    black_box(network.predict(&inputs[0]));
    black_box(network.fc.folded(&network.norm2));
    black_box(network.spread.folded(&network.norm1));
}
