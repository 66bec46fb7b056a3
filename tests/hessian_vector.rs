//! Products with Hessians of functions as users write them: `wrt`, numbers by value, loops, conditions, calls of other
//! functions, shapes that rustc alone knows, workspaces, and Newton's method with them.

#![cfg(feature = "alloc")]

use dnn::prelude::*;

/// Whether a product is what central differences of the gradient along v are, in the Euclidean norm.
fn compare<const N: usize>(x: [f64; N], v: [f64; N], product: [f64; N], gradient: impl Fn(&[f64; N]) -> [f64; N]) {
    let h = 1e-4;
    let moved = |step: f64| gradient(&std::array::from_fn(|at| x[at] + step * v[at]));
    let [near, far] = [h, 2.0 * h].map(|step| (moved(step), moved(-step)));
    let expected: [f64; N] =
        std::array::from_fn(|at| (8.0 * (near.0[at] - near.1[at]) - (far.0[at] - far.1[at])) / (12.0 * h));
    let norm = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
    let error = norm(&mut expected.iter().zip(product).map(|(a, b)| a - b));
    assert!(error <= 1e-7 * norm(&mut expected.into_iter()).max(1e-3), "{product:?}, not {expected:?}");
}

#[differentiable(twice)]
fn rosenbrock(x: &[f64; 4]) -> f64 {
    let mut sum = 0.0;
    for i in 0..3 {
        sum += 100.0 * square(x[i + 1] - x[i] * x[i]) + square(1.0 - x[i]);
    }
    sum
}

#[differentiable(twice)]
fn valley(x: &[f64; 4]) -> f64 {
    sum(100.0 * square(x[1..] - square(x[..3])) + square(1.0 - x[..3]))
}

#[test]
fn rosenbrock_has_the_hessian_of_the_textbook() {
    let x = [-1.2, 1.0, 0.5, 0.8];
    for i in 0..4 {
        let mut v = [0.0; 4];
        v[i] = 1.0;
        let (value, gradient, column) = valley::hessian_vector(&x, &v);
        assert_eq!((value, valley::gradient(&x)), (valley(&x), (value, gradient)));
        for j in 0..4 {
            let expected = match i.abs_diff(j) {
                0 => {
                    let own = if i < 3 { 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0 } else { 0.0 };
                    own + if i > 0 { 200.0 } else { 0.0 }
                }
                1 => -400.0 * x[i.min(j)],
                _ => 0.0,
            };
            assert!((column[j] - expected).abs() <= 1e-12 * (1.0 + f64::abs(expected)), "{i} {j}: {}", column[j]);
        }
        compare(x, v, column, |x| valley::gradient(x).1);
    }
}

#[differentiable(twice)]
fn energy<T: Scalar>(x: &[T; 3], s: T, flip: bool, power: u8) -> T {
    let mut h = tanh(x * s);
    for i in 0..3 {
        h = if flip { sin(h) * x[i] } else { h + detach(x) };
    }
    if power == 3 {
        h = h * h * h;
    }
    sum(h) * s
}

#[test]
fn numbers_loops_and_conditions_have_second_derivatives() {
    let (x, s, v) = ([0.3, -0.8, 0.5], 0.7, [1.0, 0.5, -0.25, 2.0]);
    for (flip, power) in [(true, 3), (true, 1)] {
        let ([v @ .., vs], (value, gradient, product)) =
            (v, energy::hessian_vector(&x, s, flip, power, &[v[0], v[1], v[2]], v[3]));
        let gradient_at = |z: &[f64; 4]| {
            let (_, dx, ds) = energy::gradient(&[z[0], z[1], z[2]], z[3], flip, power);
            [dx[0], dx[1], dx[2], ds]
        };
        assert!((value - energy(&x, s, flip, power)).abs() < 1e-15);
        let z = [x[0], x[1], x[2], s];
        let expected = gradient_at(&z);
        let ([a, b, c], d) = gradient;
        assert!([a, b, c, d].iter().zip(expected).all(|(own, expected)| (own - expected).abs() < 1e-14));
        let ([a, b, c], d) = product;
        compare(z, [v[0], v[1], v[2], vs], [a, b, c, d], gradient_at);
    }
    // Nothing goes through what is detached: h = tanh(s x) + 3 x, of which the first part alone depends on x.
    let (_, _, (product, _)) = energy::hessian_vector(&x, s, false, 1, &[1.0, 0.0, 0.0], 0.0);
    let t = (s * x[0]).tanh();
    assert!((product[0] + 2.0 * t * (1.0 - t * t) * s * s * s).abs() < 1e-14 && product[1..] == [0.0; 2]);
    let (value, ..) = energy::hessian_vector(&[0.3f32, -0.8, 0.5], 0.7, true, 3, &[1.0; 3], 0.0);
    assert_eq!(value, energy(&[0.3, -0.8, 0.5], 0.7, true, 3));
}

type Row = [f64; 3];

/// What another function knows of shapes and arguments.
#[differentiable(twice, wrt(x))]
fn scores(x: &Row, w: &[[f64; 3]; 2], class: usize) -> f64 {
    cross_entropy(matmul(w, tanh(x)), class) + sum(log_softmax(x) * x)
}

#[differentiable(twice)]
fn scaled<const N: usize>(x: &[f64; N], s: f64) -> [f64; N] {
    x * x * s
}

#[differentiable(twice, wrt(x))]
fn through(x: &Row, w: &[[f64; 3]; 2], high: f64) -> f64 {
    let h: Row = scaled(x, 0.5);
    let h = if high > 0.0 {
        let bent: Row = scaled(h, high) * x;
        bent
    } else {
        h
    };
    scores(h, w, 1) * sum(x) + mean(scaled(w[0], 2.0))
}

#[test]
fn functions_call_functions() {
    let (x, w, v) = ([0.4, -0.9, 1.3], [[0.5, -0.25, 1.0], [0.3, 0.8, -0.6]], [1.0, -0.5, 0.75]);
    for high in [1.5, -1.0] {
        let (value, gradient, product) = through::hessian_vector(&x, &w, high, &v);
        assert_eq!(value, through(&x, &w, high));
        let (_, expected) = through::gradient(&x, &w, high);
        assert!(gradient.iter().zip(expected).all(|(own, expected)| (own - expected).abs() < 1e-13));
        compare(x, v, product, |x| through::gradient(x, &w, high).1);
    }
    // By `wrt` a function that another one calls passes nothing on to its weights, and takes no direction of them.
    let (_, gradient, product) = scores::hessian_vector(&x, &w, 0, &v);
    assert_eq!(gradient.map(|d| d.is_finite()), [true; 3]);
    compare(x, v, product, |x| scores::gradient(x, &w, 0).1);
}

type Image = [[[f64; 5]; 4]; 2];

/// Shapes that rustc alone knows.
#[differentiable(twice, wrt(w))]
fn filtered(w: &[[[[f64; 3]; 2]; 2]; 3], image: &Image) -> f64 {
    let h = relu(conv2d(image, w, padding = [0, 1]));
    logsumexp(h) + variance(h) * max(h) + sum(softmax(h, axis = 0)[1] * w[0][0][1][0])
}

#[test]
fn shapes_that_rustc_knows_have_second_derivatives() {
    let mut rng = Rng::new(5);
    let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| f64::uniform(&mut rng, 1.0)).collect() };
    let (w, v): ([f64; 36], [f64; 36]) = (draw(36).try_into().unwrap(), draw(36).try_into().unwrap());
    let image: Image = dnn::tensor::batch(&draw(40))[0];
    let kernel = |w: &[f64; 36]| dnn::tensor::batch::<[[[[f64; 3]; 2]; 2]; 3]>(w)[0];
    let flat = |w: [[[[f64; 3]; 2]; 2]; 3]| -> [f64; 36] { dnn::tensor::flat(&[w]).try_into().unwrap() };
    let (_, _, product) = filtered::hessian_vector(&kernel(&w), &image, &kernel(&v));
    compare(w, v, flat(product), |w| flat(filtered::gradient(&kernel(w), &image).1));
}

/// Nothing depends on what is linear, on what is detached, and on what is not used.
#[differentiable(twice)]
fn flat(x: &[f64; 2], y: &[f64; 2], z: f64) -> f64 {
    let _ = z;
    sum(3.0 * x + detach(y * y)) + relu(x[0])
}

#[test]
fn what_does_not_bend_has_the_hessian_zero() {
    let (value, gradients, products) = flat::hessian_vector(&[1.0, 2.0], &[1.0, 3.0], 5.0, &[1.0; 2], &[1.0; 2], 1.0);
    assert_eq!((value, gradients), (20.0, ([4.0, 3.0], [0.0; 2], 0.0)));
    assert_eq!(products, ([0.0; 2], [0.0; 2], 0.0));
}

#[differentiable(twice)]
fn perceptron(w1: &[[f32; 16]; 32], b1: &[f32; 32], w2: &[[f32; 32]; 4], x: &[f32; 16], t: &[f32; 4]) -> f32 {
    let h = tanh(linear(x, w1, b1));
    mse_loss(linear(h, w2), t)
}

#[test]
fn a_workspace_gives_the_same_bits() {
    let mut rng = Rng::new(11);
    let mut draw = |count: usize| -> Vec<f32> { (0..count).map(|_| f32::uniform(&mut rng, 1.0)).collect() };
    let mut arguments = || {
        let w1: [[f32; 16]; 32] = dnn::tensor::batch(&draw(512))[0];
        let w2: [[f32; 32]; 4] = dnn::tensor::batch(&draw(128))[0];
        let (b1, x, t): (Vec<f32>, Vec<f32>, Vec<f32>) = (draw(32), draw(16), draw(4));
        (
            w1,
            <[f32; 32]>::try_from(b1).unwrap(),
            w2,
            <[f32; 16]>::try_from(x).unwrap(),
            <[f32; 4]>::try_from(t).unwrap(),
        )
    };
    let ((w1, b1, w2, x, t), (v1, c1, v2, vx, vt)) = (arguments(), arguments());
    let (value, gradients, products) = perceptron::hessian_vector(&w1, &b1, &w2, &x, &t, &v1, &c1, &v2, &vx, &vt);
    let zero = ([[9.0f32; 16]; 32], [9.0f32; 32], [[9.0f32; 32]; 4], [9.0f32; 16], [9.0f32; 4]);
    let (mut d, mut h) = (zero, zero);
    let mut workspace = vec![f32::NAN; perceptron::HESSIAN_VECTOR_WORKSPACE];
    #[rustfmt::skip]
    let same = perceptron::hessian_vector_in(
        &mut workspace,
        &w1, &b1, &w2, &x, &t,
        &v1, &c1, &v2, &vx, &vt,
        &mut d.0, &mut d.1, &mut d.2, &mut d.3, &mut d.4,
        &mut h.0, &mut h.1, &mut h.2, &mut h.3, &mut h.4,
    );
    assert_eq!((value, gradients, products), (same, d, h));
}

#[test]
#[should_panic(expected = "a workspace of 3 scalars, but `perceptron` takes")]
fn a_workspace_is_long_enough() {
    let (w1, b1, w2, x, t) = ([[0.0; 16]; 32], [0.0; 32], [[0.0; 32]; 4], [0.0; 16], [0.0; 4]);
    let (mut d, mut h) = ((w1, b1, w2, x, t), (w1, b1, w2, x, t));
    #[rustfmt::skip]
    perceptron::hessian_vector_in(
        &mut [0.0; 3],
        &w1, &b1, &w2, &x, &t,
        &w1, &b1, &w2, &x, &t,
        &mut d.0, &mut d.1, &mut d.2, &mut d.3, &mut d.4,
        &mut h.0, &mut h.1, &mut h.2, &mut h.3, &mut h.4,
    );
}

#[test]
fn newton_with_conjugate_gradients_finds_the_end_of_the_valley() {
    fn dot(a: &[f64; 4], b: &[f64; 4]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }
    let add = |a: [f64; 4], s: f64, b: [f64; 4]| -> [f64; 4] { std::array::from_fn(|at| a[at] + s * b[at]) };
    let (mut x, mut steps) = ([0.0; 4], 0);
    loop {
        let (value, gradient) = rosenbrock::gradient(&x);
        if dot(&gradient, &gradient) < 1e-20 {
            break;
        }
        // H p = -gradient, or a direction of descent where H bends downwards.
        let (mut p, mut r) = ([0.0; 4], gradient.map(|d| -d));
        let mut d = r;
        for _ in 0..4 {
            let (_, _, hd) = rosenbrock::hessian_vector(&x, &d);
            let bend = dot(&d, &hd);
            if bend <= 0.0 {
                p = if p == [0.0; 4] { d } else { p };
                break;
            }
            let (before, a) = (dot(&r, &r), dot(&r, &r) / bend);
            (p, r) = (add(p, a, d), add(r, -a, hd));
            d = add(r, dot(&r, &r) / before, d);
        }
        let mut length = 1.0;
        while rosenbrock(&add(x, length, p)) > value + 1e-4 * length * dot(&gradient, &p) {
            length /= 2.0;
        }
        x = add(x, length, p);
        steps += 1;
        assert!(steps < 60, "{x:?}");
    }
    assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-9), "{x:?} after {steps} steps");
}
