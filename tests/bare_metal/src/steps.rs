//! Every activation, loss and optimiser, with each of their options.

use core::hint::black_box;
use dnn::Optimizer;
use dnn::prelude::*;

network! {
    struct Activations: [6] -> [4] {
        fc1: Linear<6, 5>,
        Relu,
        LeakyRelu(0.1),
        Elu(0.5),
        Gelu,
        Gelu<approximate = tanh>,
        Silu,
        Tanh,
        Softplus,
        Dropout(0.1),
        Softmax,
        LogSoftmax,
        Reshape<5, 1>,
        Flatten,
        fc2: Linear<5, 4>,
        Sigmoid,
    }

    struct Small: [3] -> [2] {
        fc1: Linear<3, 4>,
        Tanh,
        #[frozen]
        fc2: Linear<4, 4>,
        fc3: Linear<4, 2>,
        Sigmoid,
    }

    struct Steps: [3, 2] -> [3, 2] {
        lstm: Lstm<2, 2>,
    }
}

static mut ACTIVATIONS: Memory<Activations, Sgd, 2> = Memory::new();
static mut STEPS: Memory<Steps, Sgd, 2> = Memory::new();

/// A memory for each optimiser.
macro_rules! each_optimizer {
    ($($name:ident: $type:ty = $optimizer:expr,)*) => {
        $(static mut $name: Memory<Small, $type, 2> = Memory::new();)*

        fn optimizers() {
            $(
                #[allow(static_mut_refs)]
                // SAFETY: the program has one thread and comes here once.
                train(unsafe { &mut $name }, $optimizer);
            )*
        }
    };
}

each_optimizer! {
    SGD: Sgd = Sgd::new(0.1).weight_decay(0.1),
    MOMENTUM: Sgd<Momentum> = Sgd::new(0.1).momentum(0.9).dampening(0.1),
    NESTEROV: Sgd<Momentum> = Sgd::new(0.1).momentum(0.9).nesterov(),
    ADAM: Adam = Adam::new(0.1).weight_decay(0.1),
    AMSGRAD: Adam<Amsgrad> = Adam::new(0.1).amsgrad(),
    ADAM_W: AdamW = AdamW::new(0.1),
    AMSGRAD_W: AdamW<Amsgrad> = AdamW::new(0.1).amsgrad(),
    RMS_PROP: RmsProp = RmsProp::new(0.1).weight_decay(0.1),
    RMS_PROP_ALL: RmsProp<Momentum, Centered> = RmsProp::new(0.1).momentum(0.9).centered(),
    ADAGRAD: Adagrad = Adagrad::new(0.1).lr_decay(0.1).weight_decay(0.1),
}

fn train<O: Optimizer<Small>>(memory: &mut Memory<Small, O, 2>, optimizer: O) {
    memory.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(memory, Mse, optimizer).clip_norm(1.0).clip_value(0.5).seed(3);
    let (x, targets) = black_box(([[0.5; 3]; 3], [[0.5; 2]; 3]));
    black_box(trainer.step(&x, &targets));
    black_box(trainer.backward(&x, &targets));
    black_box(trainer.backward(&x, &targets));
    black_box(trainer.gradient());
    trainer.update();
}

/// One step with the loss.
fn lose<D, L: Loss<[f32; 4], D>>(loss: L, targets: &[D; 3]) {
    #[allow(static_mut_refs)]
    // SAFETY: the program has one thread, and no trainer outlives this function.
    let mut trainer = Trainer::within(unsafe { &mut ACTIVATIONS }, loss, Sgd::new(0.1));
    let x = black_box([[0.5; 6]; 3]);
    let targets: &[D; 3] = black_box(targets);
    black_box(trainer.step(&x, targets));
    black_box(trainer.evaluate(&x, targets));
}

/// Trains and predicts.
pub(crate) fn run() {
    optimizers();
    let rows = [[0.25f32; 4]; 3];
    let Some(class) = Class::<4>::new(black_box(3)) else { return };
    lose(Mse, &rows);
    lose(L1, &rows);
    lose(Huber::default().delta(0.5), &rows);
    lose(Bce, &rows);
    lose(BceWithLogits, &rows);
    lose(CrossEntropy, &rows);
    lose(CrossEntropy.label_smoothing(0.1), &[class; 3]);
    lose(CrossEntropy.weights([1.0, 2.0, 3.0, 4.0]), &[class; 3]);
    lose(Nll, &[class; 3]);
    lose(Nll.weights([1.0, 2.0, 3.0, 4.0]), &[class; 3]);
    lose(Sum(CrossEntropy), &[class; 3]);
    lose(Sum(Mse), &rows);

    #[allow(static_mut_refs)]
    // SAFETY: the program has one thread and comes here once.
    let mut trainer = Trainer::within(unsafe { &mut STEPS }, EachStep(CrossEntropy), Sgd::new(0.1));
    let Some(class) = Class::<2>::new(black_box(1)) else { return };
    black_box(trainer.step(&black_box([[[0.5; 2]; 3]; 3]), &black_box([[class; 3]; 3])));
}
