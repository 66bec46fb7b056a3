//! NaN, infinities, denormals, the largest numbers and equal logits, into every layer, loss and optimiser: nothing panics,
//! and what the documentation says comes out.

use dnn_core::*;

const NAN: f32 = f32::NAN;
const INF: f32 = f32::INFINITY;
/// The smallest and the largest denormal, the smallest normal number, and large numbers.
const FINITE: [f32; 6] = [1e-45, 1.1754942e-38, f32::MIN_POSITIVE, 20.0, 1e30, f32::MAX];

/// Equal as numbers, or both NaN.
#[track_caller]
fn same(what: &str, found: &[f32], expected: &[f32]) {
    let equal = |(a, b): (&f32, &f32)| a == b || (a.is_nan() && b.is_nan());
    let all = found.len() == expected.len() && found.iter().zip(expected).all(equal);
    assert!(all, "{what}: {found:?}, not {expected:?}");
}

/// y and dx for dy = 1.
fn through<const N: usize, L: InPlace<[f32; N]>>(layer: &L, x: [f32; N]) -> ([f32; N], [f32; N]) {
    let (pass, mut y, mut dx) = (Pass::default(), [x], [[1.0; N]]);
    layer.forward(&pass, &mut y);
    let kept = match L::KEEPS {
        Keeps::Nothing => &[],
        Keeps::Input => &[x][..],
        Keeps::Output => &y[..],
    };
    layer.backward(&pass, kept, &mut dx);
    (y[0], dx[0])
}

/// `y` and `dx` at NaN, inf and -inf are as said; at finite numbers both are finite.
#[track_caller]
fn activation<L>(layer: L, y: [f32; 3], dx: [f32; 3])
where
    L: InPlace<[f32; 3]> + InPlace<[f32; 6]> + std::fmt::Debug,
{
    let found = through(&layer, [NAN, INF, -INF]);
    same(&format!("y of {layer:?}"), &found.0, &y);
    same(&format!("dx of {layer:?}"), &found.1, &dx);
    for x in [FINITE, FINITE.map(|x| -x)] {
        let (y, dx) = through(&layer, x);
        assert!(y.iter().chain(&dx).all(|v| v.is_finite()), "{layer:?} at {x:?}: {y:?} {dx:?}");
    }
}

#[test]
fn activations_are_finite_for_finite_inputs() {
    activation(Relu, [NAN, INF, 0.0], [0.0, 1.0, 0.0]);
    activation(LeakyRelu { negative_slope: 0.5 }, [NAN, INF, -INF], [0.5, 1.0, 0.5]);
    activation(Elu { alpha: 2.0 }, [NAN, INF, -2.0], [NAN, 1.0, 0.0]);
    activation(Gelu { approximate: Approximate::None }, [NAN, INF, NAN], [NAN, NAN, NAN]);
    activation(Gelu { approximate: Approximate::Tanh }, [NAN, INF, NAN], [NAN, 1.0, 0.0]);
    activation(Silu, [NAN, INF, NAN], [NAN, NAN, NAN]);
    activation(Sigmoid, [NAN, 1.0, 0.0], [NAN, 0.0, 0.0]);
    activation(Tanh, [NAN, 1.0, -1.0], [NAN, 0.0, 0.0]);
    activation(Softplus::default(), [NAN, INF, 0.0], [NAN, 1.0, 0.0]);
    activation(Celu { alpha: 2.0 }, [NAN, INF, -2.0], [NAN, 1.0, 0.0]);
    activation(Hardsigmoid, [NAN, 1.0, 0.0], [0.0, 0.0, 0.0]);
    activation(Hardswish, [NAN, INF, NAN], [NAN, 1.0, 0.0]);
    activation(Hardtanh { min_val: -2.0, max_val: 0.5 }, [NAN, 0.5, -2.0], [1.0, 0.0, 0.0]);
    activation(Relu6, [NAN, 6.0, 0.0], [1.0, 0.0, 0.0]);
    activation(Mish, [NAN, INF, NAN], [NAN, 1.0, 0.0]);
    activation(Softsign, [NAN, NAN, NAN], [NAN, 0.0, 0.0]);
    activation(Dropout { p: 0.0, layer: 0 }, [NAN, INF, -INF], [1.0; 3]);
    activation(Dropout { p: 1.0, layer: 0 }, [0.0; 3], [0.0; 3]);
}

#[test]
fn slopes_and_gates_follow_the_rules_of_arithmetic() {
    let act: PRelu = PRelu { weight: [0.5] };
    let gate: Glu = Glu::new();
    let run = |x: [f32; 4], dy: [f32; 4]| {
        let (mut y, mut dx, mut dp) = ([[x]], [[x]], PRelu { weight: [0.0] });
        Layer::infer(&act, &[[x]], &mut y, &mut []);
        Layer::backward(&act, &Pass::default(), &[[x]], &y, &mut [], &mut [[dy]], Some(&mut dx), Some(&mut dp));
        (y[0][0], dx[0][0], dp.weight[0])
    };
    let (y, dx, slope) = run([NAN, INF, -INF, -1e-45], [0.0, 1.0, 1.0, 1.0]);
    same("y of PRelu", &y, &[NAN, INF, -INF, 0.0]);
    same("dx and dw of PRelu", &[dx[0], dx[1], dx[2], dx[3], slope], &[0.0, 1.0, 0.5, 0.5, NAN]);
    let (_, dx, slope) = run([f32::MAX, -1e30, -1e-45, 0.0], [1.0; 4]);
    same("PRelu at finite numbers", &[dx[0], dx[1], dx[2], dx[3], slope], &[1.0, 0.5, 0.5, 0.5, -1e30]);

    let values = |x: [[f32; 3]; 2]| {
        let (mut y, mut dx) = ([[0.0; 3]], [x]);
        Layer::infer(&gate, &[x], &mut y, &mut []);
        Layer::backward(&gate, &Pass::default(), &[x], &y, &mut [], &mut [[1.0; 3]], Some(&mut dx), None);
        (y[0], dx[0])
    };
    let (y, dx) = values([[NAN, 1.0, INF], [0.0, NAN, -INF]]);
    same("y of Glu", &y, &[NAN, NAN, NAN]);
    same("dx of Glu", dx.as_flattened(), &[0.5, NAN, 0.0, NAN, NAN, NAN]);
    for b in FINITE.iter().flat_map(|&b| [b, -b]) {
        let (y, dx) = values([[f32::MAX, f32::MIN, 1e-45], [b; 3]]);
        assert!(y.iter().chain(dx.as_flattened()).all(|v| v.is_finite()), "{b}: {y:?} {dx:?}");
    }
}

#[test]
fn a_dropped_channel_is_zero_whatever_it_was() {
    for p in [0.0, 1.0] {
        let (layer, mut y) = (Dropout2d { p, layer: 0 }, [[[NAN, INF, -INF]]]);
        layer.forward(&Pass::default(), &mut y);
        same("Dropout2d", &y[0][0], &if p == 0.0 { [NAN, INF, -INF] } else { [0.0; 3] });
    }
}

#[test]
fn selu_overflows_where_its_scale_takes_it() {
    let (y, dx) = through(&Selu, [NAN, INF, -INF, f32::MAX, f32::MIN, 1e30, -1e-45]);
    same("y of Selu", &y, &[NAN, INF, -1.7580993, INF, -1.7580993, 1.050701e30, -3e-45]);
    same("dx of Selu", &dx, &[NAN, 1.050701, 0.0, 1.050701, 0.0, 1.050701, 1.7580993]);
}

/// y along an axis, and dx for dL/dy = 1, 0, 0, ..
fn along<const N: usize>(layer: impl InPlace<[[f32; 1]; N]>, x: [f32; N]) -> ([f32; N], [f32; N]) {
    let (mut y, mut dx) = ([x.map(|x| [x])], [[[0.0]; N]]);
    dx[0][0] = [1.0];
    layer.infer(&mut y);
    layer.backward(&Pass::default(), &y, &mut dx);
    (y[0].map(|[y]| y), dx[0].map(|[d]| d))
}

#[test]
fn softmax_is_nan_for_nan_and_inf_alone() {
    for x in [0.0, 1e-45, -1e30, 1e30, f32::MAX, f32::MIN] {
        same("equal logits", &along(Softmax, [x; 4]).0, &[0.25; 4]);
        same("equal logits", &along(LogSoftmax, [x; 4]).0, &[-4f32.ln(); 4]);
    }
    let x = [f32::MAX, -INF, f32::MIN];
    assert_eq!(along(Softmax, x), ([1.0, 0.0, 0.0], [0.0; 3]));
    assert_eq!(along(LogSoftmax, x), ([0.0, -INF, -INF], [0.0; 3]));
    assert_eq!(along(LogSoftmax, [1e30, -1e30]), ([0.0, -2e30], [0.0; 2]));
    for x in [[NAN, 0.0, 1.0], [INF, 0.0, 1.0], [-INF; 3]] {
        same("Softmax", &along(Softmax, x).0, &[NAN; 3]);
        same("LogSoftmax", &along(LogSoftmax, x).0, &[NAN; 3]);
        same("dx of Softmax", &along(Softmax, x).1, &[NAN; 3]);
        same("dx of LogSoftmax", &along(LogSoftmax, x).1, &[NAN; 3]);
    }
}

#[test]
fn linear_follows_the_rules_of_arithmetic() {
    let fc = Linear { weight: [[1.0, 0.0], [0.0, 1.0]], bias: [0.0, 1.0] };
    let (mut y, mut dp, mut dx) = ([[0.0f32; 2]; 3], zeros(), [[0.0; 2]; 3]);
    let x = [[1e-45, f32::MAX], [NAN, 1.0], [INF, 1.0]];
    Layer::infer(&fc, &x, &mut y, &mut []);
    Layer::backward(&fc, &Pass::default(), &x, &y, &mut [], &mut [[1.0; 2]; 3], Some(&mut dx), Some(&mut dp));
    assert_eq!(y[0], [1e-45, f32::MAX]);
    same("a NaN reaches every output", &y[1], &[NAN, NAN]);
    same("inf times 0 is NaN", &y[2], &[INF, NAN]);
    assert_eq!(dx, [[1.0; 2]; 3]);
    same("one NaN spoils the gradient of its column alone", dp.weight.as_flattened(), &[NAN, f32::MAX, NAN, f32::MAX]);
}

/// The loss of one sample, and its gradient.
fn of<const N: usize, D>(loss: &impl Loss<[f32; N], D>, y: [f32; N], target: D) -> (f32, [f32; N]) {
    let mut dy = [0.0; N];
    (loss.sample(&y, &target, &mut dy), dy)
}

#[test]
fn losses_over_classes_are_finite_for_huge_logits() {
    let huge = [1e30, -1e30, 1e30, 0.0];
    for class in 0..4u8 {
        for (loss, dy) in [
            of(&CrossEntropy, huge, class),
            of(&CrossEntropy.label_smoothing(0.1).weights([1.0, 2.0, 3.0, 4.0]), huge, class),
            of(&Nll, huge, class),
        ] {
            assert!(loss.is_finite() && dy.iter().all(|d| d.is_finite()), "{class}: {loss} {dy:?}");
        }
    }
    let (loss, dy) = of(&CrossEntropy, huge, [0.0, 0.5, 0.25, 0.25]);
    assert!(loss == 1.25e30 && dy.iter().all(|d| d.is_finite()), "{loss} {dy:?}");
    assert_eq!(of(&CrossEntropy, [1e30, -1e30], 1u8), (2e30, [1.0, -1.0]));
    for x in [0.0, 1e-45, 1e30, f32::MAX, f32::MIN] {
        assert_eq!(of(&CrossEntropy, [x; 4], 1u8), (4f32.ln(), [0.25, -0.75, 0.25, 0.25]));
    }
}

#[test]
fn losses_over_classes_pass_a_nan_on() {
    for y in [[NAN, 0.0], [0.0, NAN], [INF, 0.0], [-INF, -INF]] {
        let (loss, dy) = of(&CrossEntropy, y, 0u8);
        same("CrossEntropy", &[loss, dy[0], dy[1]], &[NAN; 3]);
        let (loss, dy) = of(&CrossEntropy, y, [0.5, 0.5]);
        same("CrossEntropy over probabilities", &[loss, dy[0], dy[1]], &[NAN; 3]);
    }
    assert_eq!(of(&CrossEntropy, [0.0, -INF], 0u8), (0.0, [0.0, 0.0]));
    assert_eq!(of(&CrossEntropy, [0.0, -INF], 1u8), (INF, [1.0, -1.0]));
    same("Nll", &[of(&Nll, [NAN, 0.0], 0u8).0, of(&Nll, [NAN, -2.0], 1u8).0], &[NAN, 2.0]);
    assert_eq!(of(&Nll, [-INF, 0.0], 0u8), (INF, [-1.0, 0.0]));
}

#[test]
fn a_batch_without_weight_has_no_mean() {
    let (loss, mut dy) = (CrossEntropy.weights([0.0, 1.0]), [[0.0f32; 2]]);
    assert!(loss.batch(&[[1.0, 2.0]], &[0u8], 0.0, &mut dy).is_nan());
}

#[test]
fn losses_over_numbers_pass_a_nan_on() {
    let at = |y: f32, t: f32| {
        let losses = [
            of(&Mse, [y], [t]),
            of(&L1, [y], [t]),
            of(&Huber, [y], [t]),
            of(&Bce, [y], [t]),
            of(&BceWithLogits, [y], [t]),
        ];
        losses.map(|(loss, [dy])| (loss, dy))
    };
    for (loss, dy) in at(NAN, 0.5).into_iter().chain(at(0.5, NAN)) {
        assert!(loss.is_nan() && dy.is_nan(), "{loss} {dy}");
    }
    for y in FINITE.iter().flat_map(|&x| [x, -x]) {
        let [mse, l1, huber, _, logits] = at(y, 0.5);
        assert!(mse.0 == if y.abs() > 1e20 { INF } else { mse.0 } && !mse.0.is_nan(), "{mse:?}");
        assert!([l1, huber, logits].iter().all(|(loss, dy)| loss.is_finite() && dy.is_finite()), "{y}");
    }
    let [mse, l1, huber, _, logits] = at(INF, 0.5);
    assert_eq!([mse, l1, huber, logits], [(INF, INF), (INF, 1.0), (INF, 1.0), (INF, 0.5)]);
    assert!(at(INF, 1.0)[4].0.is_nan());
    assert!(at(-0.5, 0.5)[3].0.is_nan() && at(1.5, 0.5)[3].0.is_nan());
}

/// Two steps with each kind of number as a gradient; what the weights, all 1, become.
fn train<O: Optimizer<Linear<2, 2>>>(optimizer: O) -> [f32; 6] {
    // SAFETY: a state is `Zeroed`: all zero bits are its start.
    let mut state: O::State = unsafe { core::mem::zeroed() };
    let mut net = Linear { weight: [[1.0; 2]; 2], bias: [1.0; 2] };
    let gradient = Linear { weight: [[NAN, INF], [f32::MAX, 1e-45]], bias: [0.0, 0.5] };
    for _ in 0..2 {
        optimizer.step(&mut net, &gradient, &mut state);
    }
    net.flat().try_into().unwrap()
}

#[test]
fn adaptive_optimizers_keep_a_nan_to_itself_and_stop_where_squares_overflow() {
    for weights in [
        train(Adam::new(0.1)),
        train(Adam::new(0.1).amsgrad()),
        train(AdamW::new(0.1).weight_decay(0.0)),
        train(RmsProp::new(0.1)),
        train(RmsProp::new(0.1).momentum(0.9)),
        train(Adagrad::new(0.1).lr_decay(0.1).initial_accumulator_value(0.1)),
    ] {
        same("NaN, inf, overflow", &weights[..3], &[NAN, NAN, 1.0]);
        assert!((0.0..1.0 + 1e-6).contains(&weights[3]) && weights[4] == 1.0, "{weights:?}");
        assert!((-2.0..1.0).contains(&weights[5]), "{weights:?}");
    }
    let centered = train(RmsProp::new(0.1).centered());
    same("NaN, inf, overflow", &centered[..3], &[NAN, NAN, NAN]);
    assert!(centered[4] == 1.0 && (-1.0..1.0).contains(&centered[5]), "{centered:?}");
}

#[test]
fn gradient_descent_follows_the_rules_of_arithmetic() {
    for weights in
        [train(Sgd::new(0.25)), train(Sgd::new(0.25).momentum(0.5)), train(Sgd::new(0.125).weight_decay(0.5))]
    {
        assert!(weights[0].is_nan() && !weights[1].is_finite(), "{weights:?}");
        // f32::MAX twice is infinite with momentum.
        assert!(weights[3..].iter().all(|w| w.is_finite()), "{weights:?}");
    }
}
