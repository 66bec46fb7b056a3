//! Wired networks: every operation, two inputs, two outputs, networks inside, what is computed again.

use core::hint::black_box;
use dnn::prelude::*;

network! {
    struct Block: [4, 3] -> [4, 3] {
        fc: Linear<3, 3>,
        scale: Parameter<[4, 1]>(0.5),
        shift: Parameter<[1, 3]>,
        fn forward(x) { Tanh(fc(x)) * scale + shift + x }
    }

    struct Wired: ([4, 3], [6]) -> ([2], [3]) {
        blocks: [Block; 2],
        #[recompute]
        again: Block,
        fc: Linear<6, 6>,
        out: Linear<18, 2>,
        mean: Linear<4, 3>,
        attention: MultiHeadAttention<3, 1>,

        fn forward(x, z) {
            let h = again(blocks(x)) - x;
            let (a, b) = Split<axis = 0>(h);
            let side = fc(fc(z)) * detach(z);
            let turned = Permute<1, 0>(a * b);
            let all = Concat(Flatten(turned), Flatten(a), Squeeze<axis = 0>(Unsqueeze<axis = 0>(1.0 - 2.0 * side)));
            (out(all), mean(Mean<axis = 1>(attention(h, Mean<axis = 1>(x)))))
        }
    }
}

static mut MEMORY: Memory<Wired, Adam, 2> = Memory::new();

/// Trains and predicts.
pub(crate) fn run() {
    #[allow(static_mut_refs)]
    // SAFETY: the program has one thread and takes the static once.
    let memory = unsafe { &mut MEMORY };
    memory.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(memory, (Mse, L1), Adam::new(0.01));
    let (x, z) = black_box(([[[0.5; 3]; 4]; 3], [[0.1; 6]; 3]));
    let targets = black_box([([0.5; 2], [0.1; 3]); 3]);
    black_box(trainer.step((&x, &z), &targets));
    black_box(trainer.evaluate((&x, &z), &targets));
    black_box(trainer.network().predict(&x[0], &z[0]));
}
