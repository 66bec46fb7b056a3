//! Frozen layers: no gradient, no state, no kept activations and no work for them; the rest trains as if they were constants.

#![cfg(feature = "alloc")]

use dnn::prelude::*;
use dnn::{Frozen, Parameters};
use std::cell::RefCell;

network! {
    const WIDTH: usize = 16;

    /// All trained.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Whole: [8] -> [4] {
        fc1: Linear<8, WIDTH>,
        Tanh,
        fc2: Linear<WIDTH, WIDTH>,
        Tanh,
        fc3: Linear<WIDTH, 4>,
    }

    /// Only the head is trained.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Head: [8] -> [4] {
        #[frozen]
        fc1: Linear<8, WIDTH>,
        Tanh,
        #[frozen]
        fc2: Linear<WIDTH, WIDTH>,
        Tanh,
        fc3: Linear<WIDTH, 4>,
    }

    /// The gradient passes through a frozen layer.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Middle: [8] -> [4] {
        fc1: Linear<8, WIDTH>,
        Tanh,
        #[frozen]
        fc2: Linear<WIDTH, WIDTH>,
        Tanh,
        fc3: Linear<WIDTH, 4>,
    }

    /// The body lies elsewhere.
    #[derive(Clone, Debug)]
    pub struct Borrowing: [8] -> [4] {
        fc1: &'static Linear<8, WIDTH>,
        Tanh,
        #[frozen]
        fc2: &'static Linear<WIDTH, WIDTH>,
        Tanh,
        fc3: Linear<WIDTH, 4>,
    }

    /// Generic, with nothing to train.
    pub struct Constant<T>: [8] -> [16] {
        #[frozen]
        fc1: Linear<8, WIDTH>,
    }
}

static FC1: Linear<8, WIDTH> = layer(0.01);
static FC2: Linear<WIDTH, WIDTH> = layer(-0.007);

/// Weights that differ from each other, in a constant.
const fn layer<const I: usize, const O: usize>(step: f32) -> Linear<I, O> {
    let mut layer = Linear { weight: [[0.0; I]; O], bias: [0.1; O] };
    let mut number = 0;
    while number < I * O {
        layer.weight[number / I][number % I] = step * ((number * 7 % 31) as f32 - 15.0);
        number += 1;
    }
    layer
}

fn whole() -> Whole {
    Whole { fc1: FC1.clone(), fc2: FC2.clone(), fc3: layer(0.02) }
}

fn batch() -> (Vec<[f32; 8]>, Vec<[f32; 4]>) {
    let mut rng = Rng::new(3);
    let mut draw = || f32::uniform(&mut rng, 1.0);
    (
        (0..12).map(|_| std::array::from_fn(|_| draw())).collect(),
        (0..12).map(|_| std::array::from_fn(|_| draw())).collect(),
    )
}

/// The gradients of one batch, by name.
fn gradients<N: Network<Input = [f32; 8], Output = [f32; 4], Scalar = f32>>(net: Box<N>) -> Vec<(String, Vec<f32>)> {
    let (x, targets) = batch();
    let mut trainer = Trainer::new(net, Mse, Sgd::new(0.1));
    trainer.backward(&x, &targets);
    trainer.gradient().parameters().map(|tensor| (tensor.name.to_string(), tensor.values.to_vec())).collect()
}

#[test]
fn gradients_of_what_is_trained_are_those_of_the_whole_network() {
    let all = gradients(Box::new(whole()));
    let Whole { fc1, fc2, fc3 } = whole();
    let middle = gradients(Box::new(Middle { fc1: fc1.clone(), fc2: fc2.clone(), fc3: fc3.clone() }));
    let head = gradients(Box::new(Head { fc1, fc2, fc3: fc3.clone() }));
    let borrowing = gradients(Box::new(Borrowing { fc1: Frozen::new(&FC1), fc2: Frozen::new(&FC2), fc3 }));
    let of =
        |names: &[&str]| all.iter().filter(|(name, _)| names.iter().any(|n| name.starts_with(n))).cloned().collect();
    let (outer, last): (Vec<_>, Vec<_>) = (of(&["fc1", "fc3"]), of(&["fc3"]));
    assert_eq!((all.len(), outer.len(), last.len()), (6, 4, 2));
    assert_eq!(middle, outer);
    assert_eq!(head, last);
    assert_eq!(borrowing, last);
}

#[test]
fn training_moves_only_what_is_not_frozen() {
    let (x, targets) = batch();
    let Whole { fc1, fc2, fc3 } = whole();
    let start = Head { fc1, fc2, fc3 };
    let mut trainer = Trainer::new(start.clone(), Mse, AdamW::new(0.01).weight_decay(0.1));
    let first = trainer.step(&x, &targets);
    for _ in 0..50 {
        trainer.step(&x, &targets);
    }
    assert!(trainer.evaluate(&x, &targets).loss < f64::from(first));
    let net = trainer.network();
    assert_eq!((&net.fc1, &net.fc2), (&start.fc1, &start.fc2));
    assert_ne!(net.fc3, start.fc3);
}

#[test]
fn a_static_memory_holds_no_byte_for_what_lies_elsewhere() {
    static MEMORY: std::sync::Mutex<Memory<Borrowing, Adam, 4>> = std::sync::Mutex::new(Memory::new());
    let (x, targets) = batch();
    let mut memory = MEMORY.lock().unwrap();
    memory.network_mut().fc1 = Frozen::new(&FC1);
    memory.network_mut().fc2 = (&FC2).into();
    memory.network_mut().fc3.copy_from(&whole().fc3);
    let mut trainer = Trainer::within(&mut memory, Mse, Adam::new(0.01));
    let first = trainer.step(&x, &targets);
    for _ in 0..50 {
        trainer.step(&x, &targets);
    }
    assert!(trainer.evaluate(&x, &targets).loss < f64::from(first));
    let head = size_of::<Linear<WIDTH, 4>>();
    // The head with its gradient and two moments, the number of steps, two references, and for each of four samples two
    // outputs, two hidden layers, of which one is kept.
    let references = 2 * size_of::<usize>();
    assert_eq!(size_of::<Borrowing>(), head + references);
    assert_eq!(size_of::<<Borrowing as Parameters>::Gradient>(), head);
    assert!(size_of::<Memory<Borrowing, Adam, 4>>() <= 4 * head + references + 16 + 4 * 4 * (4 + 4 + WIDTH + WIDTH));
}

#[test]
fn constants_count_what_is_saved() {
    assert_eq!(Head::PARAMETERS, 4 * WIDTH + 4);
    assert_eq!(Middle::PARAMETERS, 8 * WIDTH + WIDTH + 4 * WIDTH + 4);
    assert_eq!(Head::PARAMETER_BYTES, Whole::PARAMETER_BYTES);
    assert_eq!(Borrowing::PARAMETER_BYTES, 4 * (4 * WIDTH + 4));
    const { assert!(Head::TRAINING_BYTES < Middle::TRAINING_BYTES && Middle::TRAINING_BYTES <= Whole::TRAINING_BYTES) };
    assert_eq!(Constant::<f64>::PARAMETERS, 0);
    assert_eq!(size_of::<<Constant<f64> as Parameters>::Gradient>(), 0);
    const { assert!(<Head as Layer<[f32; 8]>>::DETACHED && !<Middle as Layer<[f32; 8]>>::DETACHED) };
}

#[test]
fn a_file_of_weights_holds_frozen_layers_too() {
    let Whole { fc1, fc2, fc3 } = whole();
    let head = Head { fc1, fc2, fc3 };
    let mut other = Head::zeros();
    other.load_bytes(&whole().to_safetensors()).unwrap();
    assert_eq!(other, head);
    let names: Vec<String> = head.parameters().map(|tensor| format!("{} {:?}", tensor.name, tensor.role)).collect();
    let expected = [
        "fc1.weight Frozen",
        "fc1.bias Frozen",
        "fc2.weight Frozen",
        "fc2.bias Frozen",
        "fc3.weight Parameter",
        "fc3.bias Parameter",
    ];
    assert_eq!(names, expected);
}

thread_local! {
    /// What is asked of layers of the type `Counted`.
    static ASKED: RefCell<Asked> = RefCell::default();
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Asked {
    infer: usize,
    forward: usize,
    dx: usize,
    dp: usize,
}

/// y = a x, and counts the calls.
#[derive(Parameters, Clone)]
struct Counted {
    factor: f32,
}

impl Layer<[f32; 3]> for Counted {
    type Output = [f32; 3];
    const TRAIN: Extent = Extent { sample: 5, batch: 0 };

    fn infer(&self, x: &[[f32; 3]], y: &mut [[f32; 3]], _: &mut [f32]) {
        ASKED.with_borrow_mut(|asked| asked.infer += 1);
        for (y, x) in y.iter_mut().zip(x) {
            *y = x.map(|x| self.factor * x);
        }
    }

    fn forward(&self, _: &Pass, x: &[[f32; 3]], y: &mut [[f32; 3]], saved: &mut [f32]) {
        ASKED.with_borrow_mut(|asked| asked.forward += 1);
        self.infer(x, y, saved);
    }

    fn backward(
        &self,
        _: &Pass,
        x: &[[f32; 3]],
        _: &[[f32; 3]],
        _: &mut [f32],
        dy: &mut [[f32; 3]],
        dx: Option<&mut [[f32; 3]]>,
        dp: Option<&mut Self>,
    ) {
        ASKED.with_borrow_mut(|asked| (asked.dx, asked.dp) = (asked.dx + dx.iter().len(), asked.dp + dp.iter().len()));
        if let Some(dx) = dx {
            for (dx, dy) in dx.iter_mut().zip(dy.iter()) {
                *dx = dy.map(|dy| self.factor * dy);
            }
        }
        if let Some(dp) = dp {
            dp.factor += x.as_flattened().iter().zip(dy.as_flattened()).map(|(x, dy)| x * dy).sum::<f32>();
        }
    }
}

network! {
    /// All three are trained.
    struct Three: [3] -> [3] {
        own1: Counted -> [3],
        own2: Counted -> [3],
        own3: Counted -> [3],
    }

    /// The first two are frozen, and the second one lies elsewhere.
    struct LastOfThree: [3] -> [3] {
        #[frozen]
        own1: Counted -> [3],
        own2: &'static Counted -> [3],
        own3: Counted -> [3],
    }

    /// What is frozen lies behind what is trained.
    struct FirstOfThree: [3] -> [3] {
        own1: Counted -> [3],
        #[frozen]
        own2: Counted -> [3],
        own3: &'static Counted -> [3],
    }

    /// A whole network is frozen.
    struct LastOfFour: [3] -> [3] {
        #[frozen]
        three: Three,
        own4: Counted -> [3],
    }
}

/// What one training step of a sample asks of the layers: small networks are asked for each sample by itself.
fn asked<N: Network<Input = [f32; 3], Output = [f32; 3], Scalar = f32>>(net: N) -> Asked {
    ASKED.take();
    Trainer::new(Box::new(net), Mse, Sgd::new(0.1)).step(&[[1.0, 2.0, 3.0]], &[[0.5; 3]]);
    ASKED.take()
}

#[test]
fn a_frozen_layer_is_asked_for_no_gradient_of_its_own_and_for_none_at_all_before_what_is_trained() {
    static TWO: Counted = Counted { factor: 2.0 };
    let own = || Counted { factor: 2.0 };
    let three = || Three { own1: own(), own2: own(), own3: own() };
    // The first layer is never asked for dL/dx.
    assert_eq!(asked(three()), Asked { infer: 3, forward: 3, dx: 2, dp: 3 });
    let last = LastOfThree { own1: own(), own2: Frozen::new(&TWO), own3: own() };
    assert_eq!(asked(last), Asked { infer: 3, forward: 1, dx: 0, dp: 1 });
    let first = FirstOfThree { own1: own(), own2: own(), own3: Frozen::new(&TWO) };
    assert_eq!(asked(first), Asked { infer: 3, forward: 3, dx: 2, dp: 1 });
    let nested = LastOfFour { three: three(), own4: own() };
    assert_eq!(asked(nested), Asked { infer: 4, forward: 1, dx: 0, dp: 1 });
    // Nor does a frozen one keep anything.
    let saved = |bytes| bytes / size_of::<f32>();
    assert!(saved(Three::TRAINING_BYTES) >= 3 * 5);
    assert!(saved(LastOfFour::TRAINING_BYTES) < 3 * 5, "{}", LastOfFour::TRAINING_BYTES);
}

#[test]
fn a_summary_marks_what_is_frozen() {
    let text = Borrowing::summary().to_string();
    let rows: Vec<&str> = text.lines().filter(|line| line.ends_with("  frozen")).collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert!(rows[0].starts_with("fc1    &'static Linear<8, 16>"), "{text}");
    assert!(text.contains("parameters 68 (272 bytes)"), "{text}");
}

#[test]
#[should_panic(expected = "the frozen `fc1` is not there yet: set the field, `network.fc1 = Frozen::new(&WEIGHTS)`")]
fn a_body_that_is_not_there_is_named() {
    Borrowing::zeros().predict(&[0.0; 8]);
}

#[test]
#[should_panic(expected = "`Head` has no gradient with respect to its input: it ends at the first frozen layers")]
fn a_gradient_that_ends_is_not_handed_on() {
    let (x, _) = batch();
    let (net, pass) = (Head::zeros(), Pass::default());
    let mut workspace = vec![0.0; Head::training_workspace(x.len())];
    let (mut y, mut dy, mut dx) = (vec![[0.0; 4]; x.len()], vec![[1.0; 4]; x.len()], x.clone());
    net.forward(&pass, &x, &mut y, &mut workspace);
    net.backward(&pass, &x, &y, &mut workspace, &mut dy, Some(&mut dx), None);
}
