//! Functions that are differentiated at compile time.

#![cfg(feature = "alloc")]

use dnn::prelude::*;

/// The notebook's mean of squares.
#[differentiable]
fn z(x: &[f32; 3]) -> f32 {
    let y = x + 2.0;
    mean(y * y * 2.0)
}

#[test]
fn the_mean_of_squares_of_the_notebook() {
    let x = [0.8152, 0.0337, 0.0456];
    let (value, dx) = z::gradient(&x);
    assert_eq!(value, z(&x));
    assert!((value - 10.83051).abs() < 1e-5);
    for (d, expected) in dx.iter().zip([3.7536, 2.7116, 2.727467]) {
        assert!((d - expected).abs() < 1e-5);
    }
}

type Row = [f64; 3];
const SCALE: f64 = 0.5;

/// Shapes that rustc alone knows, and another function.
#[differentiable]
fn opaque(x: &Row, w: &[[f64; 3]; 2]) -> f64 {
    let h = matmul(w, tanh(x * SCALE));
    let g = weighted(h, 2.0);
    sum(g * h) + sum(x[1..] * x[..2]) + max(x)
}

#[differentiable]
fn weighted(h: &[f64; 2], a: f64) -> [f64; 2] {
    let mut s = h * a;
    for i in 0..2 {
        s += tanh(h[i]) * h;
    }
    s
}

#[differentiable]
fn distance<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    let d = a - b;
    sqrt(sum(d * d))
}

#[differentiable]
fn broadcast(x: &[[f64; 3]; 2], column: &[[f64; 1]; 2], row: &[f64; 3], s: f64) -> f64 {
    let y = concat(x * column + row, x / s, axis = 1);
    sum(softmax(y) * log_softmax(y, axis = 0)) + variance(y) + sum(transpose(y)[1] * reshape(x, [3, -1])[0])
}

fn assert_close(derived: f64, value: impl Fn(f64) -> f64) {
    let h = 1e-5;
    let slope = (value(h) - value(-h)) / (2.0 * h);
    assert!((derived - slope).abs() < 1e-7 * (1.0 + slope.abs()), "{derived}, not {slope}");
}

#[test]
fn shapes_that_rustc_knows() {
    let (x, w) = ([0.3, -0.5, 0.9], [[0.1, 0.2, 0.3], [0.5, -0.4, 0.6]]);
    let (value, dx, dw) = opaque::gradient(&x, &w);
    assert_eq!(value, opaque(&x, &w));
    for i in 0..3 {
        assert_close(dx[i], |h| opaque(&std::array::from_fn(|j| x[j] + if i == j { h } else { 0.0 }), &w));
        assert_close(dw[1][i], |h| {
            opaque(&x, &[w[0], std::array::from_fn(|j| w[1][j] + if i == j { h } else { 0.0 })])
        });
    }
}

#[test]
fn const_parameters() {
    let (value, da, db) = distance::gradient(&[1.0, 2.0], &[4.0, 6.0]);
    assert_eq!(value, 5.0);
    for (d, expected) in da.iter().chain(&db).zip([-0.6, -0.8, 0.6, 0.8]) {
        assert!((d - expected).abs() < 1e-15);
    }
}

#[test]
fn broadcasting_sums_gradients() {
    let (x, column, row, s) = ([[0.3, -0.5, 0.9], [0.2, 0.8, -0.1]], [[0.7], [-1.2]], [0.4, 0.5, 0.6], 1.5);
    let (_, dx, dcolumn, drow, ds) = broadcast::gradient(&x, &column, &row, s);
    for i in 0..2 {
        for j in 0..3 {
            let moved = |h: f64| {
                let mut x = x;
                x[i][j] += h;
                x
            };
            assert_close(dx[i][j], |h| broadcast(&moved(h), &column, &row, s));
        }
    }
    assert_close(dcolumn[1][0], |h| broadcast(&x, &[[0.7], [-1.2 + h]], &row, s));
    assert_close(drow[1], |h| broadcast(&x, &column, &[0.4, 0.5 + h, 0.6], s));
    assert_close(ds, |h| broadcast(&x, &column, &row, s + h));
}

/// A loss of one's own.
#[differentiable]
fn log_cosh(y: &[f32; 1], target: &[f32; 1]) -> f32 {
    let d = y - target;
    sum(softplus(-2.0 * d) + d) - 0.693_147_2
}

/// A layer of one's own.
#[differentiable(layer = Sine)]
fn sine<T: Scalar>(x: &[T; 3], #[init(1.0)] frequency: &[T; 3], #[init(uniform(0.1))] phase: &[T; 3]) -> [T; 3] {
    sin(frequency * x + phase)
}

network! {
    struct Waves: [3] -> [1] {
        sine: Sine<f32> -> [3],
        fc: Linear<3, 1>,
    }
}

#[test]
fn a_function_is_a_loss_and_a_layer() {
    let mut trainer = Trainer::new(Waves::init(&mut Rng::new(1)), log_cosh {}, Adam::new(0.05));
    let xs: Vec<[f32; 3]> = (0..64).map(|i| [0.1 * i as f32, 0.05 * i as f32, 1.0]).collect();
    let ys: Vec<[f32; 1]> = xs.iter().map(|x| [(1.3 * x[0]).sin() + 0.5 * x[1].cos()]).collect();
    let before = trainer.evaluate(&xs, &ys).loss;
    for _ in 0..400 {
        trainer.step(&xs, &ys);
    }
    let after = trainer.evaluate(&xs, &ys).loss;
    assert!(after < 0.02 * before, "{before} to {after}");
}

/// Ways that depend on arguments, on values without a gradient, and on numbers of loops.
#[differentiable]
fn ways(x: &[f64; 3], w: f64, squared: bool, power: usize) -> f64 {
    let mut s = sum(x);
    let h = if squared { x * x * w } else { exp(x) };
    if detach(s) > 1.0 && power > 0 {
        s = s * w;
    } else if power == 7 {
        s += 3.0 * w;
    }
    for i in 0..3 {
        if i != 1 {
            s += h[i] * w;
        } else {
            s -= x[i];
        }
    }
    let (a, b) = if power > 1 { (s, h[0]) } else { (h[1], s * s) };
    a * b + s
}

#[test]
fn conditions_choose_what_is_differentiated() {
    for x in [[0.3, 0.5, 0.9], [-0.3, 0.5, 0.1]] {
        for squared in [true, false] {
            for power in [0, 1, 2, 7] {
                let w = 1.7;
                let (value, dx, dw) = ways::gradient(&x, w, squared, power);
                assert_eq!(value, ways(&x, w, squared, power));
                assert_close(dw, |h| ways(&x, w + h, squared, power));
                for i in 0..3 {
                    let moved = |h: f64| std::array::from_fn(|j| if i == j { x[j] + h } else { x[j] });
                    assert_close(dx[i], |h| ways(&moved(h), w, squared, power));
                }
            }
        }
    }
}

/// Three layers as formulas.
#[differentiable]
fn perceptron(
    w1: &[[f32; 32]; 64],
    b1: &[f32; 64],
    w2: &[[f32; 64]; 64],
    b2: &[f32; 64],
    w3: &[[f32; 64]; 10],
    x: &[f32; 32],
    y: &[f32; 10],
) -> f32 {
    let h = tanh(matmul(w1, x) + b1);
    let h = tanh(matmul(w2, h) + b2);
    let d = matmul(w3, h) - y;
    mean(d * d)
}

#[differentiable]
fn stretched(x: &[[f64; 3]; 4], w: &Row) -> [[f64; 4]; 3] {
    let y = transpose(exp(x * w) + x);
    y * y + flatten(x)[0]
}

#[test]
fn a_workspace_gives_the_same() {
    let mut rng = Rng::new(3);
    let mut random = |_| f32::uniform(&mut rng, 0.5);
    let mut matrix = |_: usize| std::array::from_fn::<f32, 64, _>(&mut random);
    let w1: [[f32; 32]; 64] = std::array::from_fn(|i| matrix(i)[..32].try_into().unwrap());
    let (b1, w2, b2) = (matrix(0), std::array::from_fn(&mut matrix), matrix(1));
    let (w3, x, y) = (std::array::from_fn(&mut matrix), matrix(2)[..32].try_into().unwrap(), [0.5; 10]);
    let (value, dw1, db1, dw2, db2, dw3, dx, dy) = perceptron::gradient(&w1, &b1, &w2, &b2, &w3, &x, &y);
    let mut workspace = vec![f32::NAN; perceptron::WORKSPACE];
    let (mut ew1, mut eb1, mut ew2, mut eb2) = ([[9.0; 32]; 64], [9.0; 64], [[9.0; 64]; 64], [9.0; 64]);
    let (mut ew3, mut ex, mut ey) = ([[9.0; 64]; 10], [9.0; 32], [9.0; 10]);
    let again = perceptron::gradient_in(
        &mut workspace,
        &w1,
        &b1,
        &w2,
        &b2,
        &w3,
        &x,
        &y,
        &mut ew1,
        &mut eb1,
        &mut ew2,
        &mut eb2,
        &mut ew3,
        &mut ex,
        &mut ey,
    );
    assert_eq!((value, dw1, db1), (again, ew1, eb1));
    assert_eq!((dw2, db2, dw3, dx, dy), (ew2, eb2, ew3, ex, ey));
    const { assert!(perceptron::WORKSPACE < 500) };

    let x = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9], [1.0, 1.1, 1.2]];
    let (w, dy) = ([0.5, -0.5, 1.0], [[1.0, 2.0, 3.0, 4.0]; 3]);
    let (mut dx, mut dw) = ([[9.0; 3]; 4], [9.0; 3]);
    stretched::pullback_in(&mut vec![f64::NAN; stretched::WORKSPACE], &x, &w, &dy, &mut dx, &mut dw);
    assert_eq!((dx, dw), stretched::pullback(&x, &w, &dy));
}

#[test]
#[should_panic(expected = "a workspace of 3 scalars, but `stretched` takes")]
fn a_short_workspace_is_refused() {
    stretched::pullback_in(&mut [0.0; 3], &[[0.0; 3]; 4], &[0.0; 3], &[[0.0; 4]; 3], &mut [[0.0; 3]; 4], &mut [0.0; 3]);
}

/// Names that generated code would like to have.
#[differentiable]
fn names(x: &[f64; 2], dx: &[f64; 2], y_i: f64, r#type: f64) -> f64 {
    let y = x * dx + y_i;
    let dy = y * y;
    let x_2 = x * 3.0;
    let __i = x_2 * x * dy;
    sum(__i * r#type + dy * x)
}

#[test]
fn names_do_not_meet() {
    let (x, d, y, t) = ([0.3, 0.8], [1.5, -0.7], 0.4, 1.3);
    let (_, dx, dd, dy, dt) = names::gradient(&x, &d, y, t);
    assert_close(dx[0], |h| names(&[0.3 + h, 0.8], &d, y, t));
    assert_close(dd[1], |h| names(&x, &[1.5, -0.7 + h], y, t));
    assert_close(dy, |h| names(&x, &d, y + h, t));
    assert_close(dt, |h| names(&x, &d, y, t + h));
    let mut g = ([0.0; 2], [0.0; 2], 0.0, 0.0);
    names::gradient_in(&mut [0.0; names::WORKSPACE], &x, &d, y, t, &mut g.0, &mut g.1, &mut g.2, &mut g.3);
    assert_eq!(g, (dx, dd, dy, dt));
}

/// Parts that are read where they lie, of arguments, of what is computed and of each other, and the same ones again.
#[differentiable]
fn parts(x: &[[f64; 2]; 4], y: &Row) -> f64 {
    let h = sin(x * 2.0);
    let a = x[1..] * h[..3] - x[..3] * x[..3];
    let b = h[1..][1..] + sin(x * 2.0)[..2];
    sum(a * a) + sum(b * x[2..] * a[1..]) + dot(y[1..], y[1..]) * sum(weighted(y[..2], 2.0) * weighted(y[..2], 2.0))
}

#[test]
fn parts_give_their_gradients_to_what_they_are_parts_of() {
    let (x, y) = ([[0.3, -0.5], [0.9, 0.1], [-0.2, 0.8], [0.4, 0.6]], [0.7, -0.2, 0.5]);
    let (value, dx, dy) = parts::gradient(&x, &y);
    assert_eq!(value, parts(&x, &y));
    for i in 0..4 {
        for j in 0..2 {
            assert_close(dx[i][j], |h| {
                let mut x = x;
                x[i][j] += h;
                parts(&x, &y)
            });
        }
    }
    for i in 0..3 {
        assert_close(dy[i], |h| parts(&x, &std::array::from_fn(|j| if i == j { y[j] + h } else { y[j] })));
    }
}
