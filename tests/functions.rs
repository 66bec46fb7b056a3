//! Every function and operation of `#[differentiable]` against PyTorch and against central differences. The goldens are those
//! of `parity/functions.json`, whose `functions.py` says how they were made. Every case has to be known here by its name.

#![cfg(feature = "alloc")]

#[path = "parity/replay.rs"]
#[allow(dead_code, reason = "the layers' tests use all of it")]
mod replay;

use dnn::prelude::*;
use replay::Case;

/// A tensor of numbers in a row.
fn tensor<X: Tensor>(numbers: &[X::Scalar]) -> X {
    dnn::tensor::batch::<X>(numbers)[0]
}

fn numbers<X: Tensor>(x: X) -> Vec<X::Scalar> {
    dnn::tensor::flat(&[x]).to_vec()
}

/// Whether what is derived is what central differences are: the relative error of all of it, in the Euclidean norm.
fn compare(name: &str, derived: &[f64], x: &[f64], value: impl Fn(&[f64]) -> f64) {
    let h = 1e-5;
    let difference = |at: usize| {
        let moved = |step: f64| {
            let mut x = x.to_vec();
            x[at] += step;
            value(&x)
        };
        // Of the fourth order.
        (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h)
    };
    let (mut error, mut norm) = (0.0, 0.0);
    for (at, derived) in derived.iter().enumerate() {
        let expected = difference(at);
        error += (derived - expected) * (derived - expected);
        norm += expected * expected;
    }
    let (error, norm): (f64, f64) = (error.sqrt(), norm.sqrt());
    assert!(error <= 1e-7 * norm.max(1e-3), "{name}: {error:e} of {norm:e}");
}

/// Whether the product with a Hessian is what central differences of the gradient along the direction are, and whether the
/// Hessian is symmetric: u H v = v H u.
fn compare_twice(name: &str, x: &[f64], v: &[f64], product: impl Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>)) {
    let h = 1e-4;
    let moved = |step: f64| {
        let x: Vec<f64> = x.iter().zip(v).map(|(x, v)| x + step * v).collect();
        product(&x, v).0
    };
    let [near, far] = [h, 2.0 * h].map(|step| (moved(step), moved(-step)));
    let derived = product(x, v).1;
    let (mut error, mut norm) = (0.0, 0.0);
    for (at, derived) in derived.iter().enumerate() {
        let expected = (8.0 * (near.0[at] - near.1[at]) - (far.0[at] - far.1[at])) / (12.0 * h);
        error += (derived - expected) * (derived - expected);
        norm += expected * expected;
    }
    let (error, norm): (f64, f64) = (error.sqrt(), norm.sqrt());
    assert!(error <= 1e-7 * norm.max(1e-3), "{name}: {error:e} of {norm:e}");
    let u: Vec<f64> = (0..x.len()).map(|at| ((at * 7 + 3) % 11) as f64 / 5.0 - 1.0).collect();
    let times = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (one, other) = (times(&u, &derived), times(v, &product(x, &u).1));
    assert!((one - other).abs() <= 1e-12 * (1.0 + one.abs()), "{name}: {one} and {other}");
}

macro_rules! functions {
    ($($name:ident($($operand:ident: $ty:tt),*) -> $output:tt $body:tt)*) => {
        mod of {
            $(pub(super) mod $name {
                use dnn::prelude::*;
                #[differentiable(twice)]
                pub(crate) fn function<T: Scalar>($($operand: &$ty),*) -> $output $body
                /// A number whose second derivatives are those of the function, and of what is made of its result.
                #[differentiable(twice, wrt($($operand),*))]
                pub(crate) fn curved<T: Scalar>($($operand: &$ty,)* dy: &$output) -> T {
                    sum(dy * sin(function($($operand),*)))
                }
            })*
        }

        /// A case against PyTorch.
        fn replay<T: Scalar>(case: &Case) {
            match case.name() {
                $(stringify!($name) => {
                    let mut operands = 0..;
                    $(let $operand: $ty = tensor(&case.numbers(&format!("/x/{}", operands.next().unwrap())));)*
                    let y: $output = of::$name::function($(&$operand),*);
                    case.close("/y", &numbers(y));
                    let dy: $output = tensor(&case.numbers("/dy"));
                    functions!(@pull of::$name($($operand)*) &dy);
                    let mut operands = 0..;
                    $(case.close(&format!("/dx/{}", operands.next().unwrap()), &numbers($operand));)*
                })*
                other => panic!("{other} is not known here"),
            }
        }

        /// The Hessian of the sum of dy times sin y against PyTorch.
        fn replay_twice<T: Scalar>(case: &Case) {
            match case.name() {
                $(stringify!($name) => {
                    let mut operands = 0..;
                    $(let $operand: ($ty, $ty) = {
                        let at = operands.next().unwrap();
                        (tensor(&case.numbers(&format!("/x/{at}"))), tensor(&case.numbers(&format!("/v/{at}"))))
                    };)*
                    let dy: $output = tensor(&case.numbers("/dy"));
                    let (value, gradient, product) =
                        of::$name::curved::hessian_vector($(&$operand.0,)* &dy, $(&$operand.1),*);
                    case.close("/s", &[value]);
                    functions!(@close case "/g" gradient $($operand)*);
                    functions!(@close case "/hv" product $($operand)*);
                })*
                other => panic!("{other} is not known here"),
            }
        }

        /// The Hessian of each case against central differences of the gradient along the direction, and against itself.
        fn check_twice(case: &Case) {
            type T = f64;
            match case.name() {
                "detached" => {} // differences go on where a gradient is stopped
                $(stringify!($name) => {
                    let dy: $output = tensor(&case.numbers("/dy"));
                    let lengths = [$(<$ty as Tensor>::LEN),*];
                    let read = |part: &str| -> Vec<f64> {
                        (0..lengths.len()).flat_map(|at| case.numbers::<f64>(&format!("/{part}/{at}"))).collect()
                    };
                    let (x, v) = (read("x"), read("v"));
                    let product = |x: &[f64], v: &[f64]| {
                        let mut rest = (x, v);
                        $(let $operand: ($ty, $ty) = {
                            let length = <$ty as Tensor>::LEN;
                            let own = (tensor(&rest.0[..length]), tensor(&rest.1[..length]));
                            rest = (&rest.0[length..], &rest.1[length..]);
                            own
                        };)*
                        assert!(rest.0.is_empty() && rest.1.is_empty());
                        let (_, gradient, product) =
                            of::$name::curved::hessian_vector($(&$operand.0,)* &dy, $(&$operand.1),*);
                        let gradient: Vec<f64> = functions!(@numbers gradient $($operand)*);
                        let product: Vec<f64> = functions!(@numbers product $($operand)*);
                        (gradient, product)
                    };
                    compare_twice(stringify!($name), &x, &v, product);
                })*
                other => panic!("{other} is not known here"),
            }
        }

        /// Each case against central differences of the sum of dy times y.
        fn check(case: &Case) {
            type T = f64;
            match case.name() {
                "detached" => {} // differences go on where a gradient is stopped
                $(stringify!($name) => {
                    let mut operands = 0..;
                    $(let $operand: $ty = tensor(&case.numbers(&format!("/x/{}", operands.next().unwrap())));)*
                    let dy: $output = tensor(&case.numbers("/dy"));
                    let all: Vec<f64> = [$(numbers($operand)),*].concat();
                    functions!(@pull of::$name($($operand)*) &dy);
                    let derived: Vec<f64> = [$(numbers($operand)),*].concat();
                    compare(stringify!($name), &derived, &all, |x| {
                        let mut rest = x;
                        $(let $operand: $ty = {
                            let (own, behind) = rest.split_at(numbers($operand).len());
                            rest = behind;
                            tensor(own)
                        };)*
                        assert!(rest.is_empty());
                        let y: $output = of::$name::function($(&$operand),*);
                        numbers(y).iter().zip(numbers(dy)).map(|(y, dy)| y * dy).sum()
                    });
                })*
                other => panic!("{other} is not known here"),
            }
        }
    };
    (@close $case:ident $path:literal $result:ident $($operand:ident)*) => {
        #[allow(unused_parens, reason = "a tuple where there are several")]
        let ($($operand),*) = $result;
        let mut operands = 0..;
        $($case.close(&format!("{}/{}", $path, operands.next().unwrap()), &numbers($operand));)*
    };
    (@numbers $result:ident $($operand:ident)*) => {{
        #[allow(unused_parens, reason = "a tuple where there are several")]
        let ($($operand),*) = $result;
        [$(numbers($operand)),*].concat()
    }};
    (@pull $module:ident::$name:ident($($operand:ident)*) $dy:expr) => {
        #[allow(unused_parens, reason = "a tuple where there are several")]
        let ($($operand),*) = $module::$name::function::pullback($(&$operand,)* $dy);
    };
}

functions! {
    add(a: [[T; 4]; 3], b: [T; 4]) -> [[T; 4]; 3] { a + b }
    subtract(a: [[T; 1]; 3], b: [T; 4]) -> [[T; 4]; 3] { a - b }
    multiply(a: [[[T; 4]; 3]; 2], b: [[T; 1]; 3]) -> [[[T; 4]; 3]; 2] { a * b }
    divide(a: [[T; 4]; 3], b: [T; 4]) -> [[T; 4]; 3] { a / b }
    negate(a: [T; 5]) -> [T; 5] { -a }
    scaled(a: [[T; 4]; 3], s: T) -> [[T; 4]; 3] { a * s + s }
    abs(a: [T; 5]) -> [T; 5] { abs(a) }
    ceil(a: [T; 5]) -> [T; 5] { ceil(a) * a }
    clamp(a: [T; 9]) -> [T; 9] { clamp(a, -0.5, 1.0) }
    cos(a: [T; 5]) -> [T; 5] { cos(a) }
    elu(a: [T; 7]) -> [T; 7] { elu(a) }
    elu_alpha(a: [T; 5], b: [T; 5]) -> [T; 5] { elu(a, alpha = 0.5) * elu(a, b) }
    erf(a: [T; 5]) -> [T; 5] { erf(a) }
    exp(a: [T; 5]) -> [T; 5] { exp(a) }
    exp_m1(a: [T; 5]) -> [T; 5] { exp_m1(a) }
    floor(a: [T; 5]) -> [T; 5] { floor(a) * a }
    gelu(a: [T; 5]) -> [T; 5] { gelu(a) }
    gelu_tanh(a: [T; 5]) -> [T; 5] { gelu_tanh(a) }
    leaky_relu(a: [T; 7]) -> [T; 7] { leaky_relu(a) }
    leaky_relu_slope(a: [T; 5], b: [T; 5]) -> [T; 5] { leaky_relu(a, negative_slope = 0.2) * leaky_relu(a, b) }
    ln(a: [T; 5]) -> [T; 5] { ln(a) }
    ln_1p(a: [T; 5]) -> [T; 5] { ln_1p(a) }
    maximum(a: [T; 5], b: [T; 5]) -> [T; 5] { maximum(a, b) }
    minimum(a: [T; 5], b: [T; 5]) -> [T; 5] { minimum(a, b) }
    pow(a: [T; 5], b: [T; 5]) -> [T; 5] { pow(a, b) }
    power_of_two(a: [T; 5]) -> [T; 5] { pow(a, 2.0) }
    power_of_three(a: [T; 5]) -> [T; 5] { pow(a, 3.0) }
    recip(a: [T; 5]) -> [T; 5] { recip(a) }
    relu(a: [T; 7]) -> [T; 7] { relu(a) }
    round(a: [T; 5]) -> [T; 5] { round(a) * a }
    rsqrt(a: [T; 5]) -> [T; 5] { rsqrt(a) }
    sigmoid(a: [T; 5]) -> [T; 5] { sigmoid(a) }
    sign(a: [T; 5]) -> [T; 5] { sign(a) * a }
    silu(a: [T; 5]) -> [T; 5] { silu(a) }
    sin(a: [T; 5]) -> [T; 5] { sin(a) }
    softplus(a: [T; 5]) -> [T; 5] { softplus(a) }
    sqrt(a: [T; 5]) -> [T; 5] { sqrt(a) }
    square(a: [T; 5]) -> [T; 5] { square(a) }
    tan(a: [T; 5]) -> [T; 5] { tan(a) }
    tanh(a: [T; 5]) -> [T; 5] { tanh(a) }
    chosen(a: [T; 5], b: [T; 5]) -> [T; 5] { where_(a > 0.0, a * b, b) }
    detached(a: [T; 5]) -> [T; 5] { detach(a) * a }
    matmul(a: [[T; 4]; 3], b: [[T; 2]; 4]) -> [[T; 2]; 3] { matmul(a, b) }
    matmul_vector(a: [[T; 4]; 3], b: [T; 4]) -> [T; 3] { matmul(a, b) }
    matmul_of_matrices(a: [[[T; 4]; 3]; 2], b: [[[T; 2]; 4]; 2]) -> [[[T; 2]; 3]; 2] { matmul(a, b) }
    matmul_of_rows(a: [[[[T; 4]; 3]; 1]; 2], b: [[T; 2]; 4]) -> [[[[T; 2]; 3]; 1]; 2] { matmul(a, b) }
    matmul_broadcast(a: [[[[T; 4]; 3]; 1]; 2], b: [[[T; 2]; 4]; 3]) -> [[[[T; 2]; 3]; 3]; 2] { matmul(a, b) }
    matmul_repeated(a: [[T; 4]; 3], b: [[[T; 2]; 4]; 2]) -> [[[T; 2]; 3]; 2] { matmul(a, b) }
    matmul_of_a_vector(a: [T; 4], b: [[[T; 2]; 4]; 3]) -> [[T; 2]; 3] { matmul(a, b) }
    matmul_by_a_vector(a: [[[T; 4]; 3]; 2], b: [T; 4]) -> [[T; 3]; 2] { matmul(a, b) }
    vector_matmul(a: [T; 3], b: [[T; 4]; 3]) -> [T; 4] { matmul(a, b) }
    dot(a: [T; 5], b: [T; 5]) -> T { dot(a, b) }
    outer(a: [T; 3], b: [T; 4]) -> [[T; 4]; 3] { outer(a, b) }
    transpose(a: [[[T; 4]; 3]; 2]) -> [[[T; 3]; 4]; 2] { transpose(a) }
    linear(x: [[T; 4]; 3], w: [[T; 4]; 2], b: [T; 2]) -> [[T; 2]; 3] { linear(x, w, b) }
    linear_vector(x: [T; 4], w: [[T; 4]; 2]) -> [T; 2] { linear(x, w) }
    conv1d(x: [[T; 9]; 4], w: [[[T; 3]; 2]; 6], b: [T; 6]) -> [[T; 4]; 6] {
        conv1d(x, w, b, stride = 2, padding = 1, dilation = 2, groups = 2)
    }
    conv1d_plain(x: [[T; 7]; 2], w: [[[T; 3]; 2]; 3]) -> [[T; 5]; 3] { conv1d(x, w) }
    conv2d(x: [[[T; 5]; 6]; 4], w: [[[[T; 2]; 3]; 2]; 2], b: [T; 2]) -> [[[T; 3]; 3]; 2] {
        conv2d(x, w, b, stride = [2, 1], padding = [1, 0], dilation = [1, 2], groups = 2)
    }
    conv2d_plain(x: [[[T; 4]; 5]; 2], w: [[[[T; 3]; 3]; 2]; 3]) -> [[[T; 2]; 3]; 3] { conv2d(x, w) }
    sum(a: [[T; 4]; 3]) -> T { sum(a) }
    sum_axis(a: [[[T; 4]; 3]; 2]) -> [[T; 4]; 2] { sum(a, axis = 1) }
    sum_keepdim(a: [[[T; 4]; 3]; 2]) -> [[[T; 4]; 1]; 2] { sum(a, axis = 1, keepdim = true) }
    mean(a: [[T; 4]; 3]) -> T { mean(a) }
    mean_axis(a: [[T; 4]; 3]) -> [T; 4] { mean(a, axis = 0) }
    mean_last(a: [[T; 4]; 3]) -> [T; 3] { mean(a, axis = -1) }
    variance(a: [[T; 4]; 3]) -> T { variance(a) }
    variance_axis(a: [[T; 4]; 3]) -> [T; 3] { variance(a, axis = 1, correction = 0) }
    std(a: [[T; 4]; 3]) -> T { std(a) }
    std_axis(a: [[T; 4]; 3]) -> [[T; 4]; 1] { std(a, axis = 0, correction = 0, keepdim = true) }
    norm(a: [[T; 4]; 3]) -> T { norm(a) }
    norm_axis(a: [[T; 4]; 3]) -> [T; 3] { norm(a, axis = -1) }
    prod(a: [T; 5]) -> T { prod(a) }
    prod_axis(a: [[[T; 4]; 3]; 2]) -> [[T; 4]; 2] { prod(a, axis = 1) }
    cumsum(a: [[T; 4]; 3]) -> [[T; 4]; 3] { cumsum(a, axis = 0) }
    cumsum_last(a: [[T; 4]; 3]) -> [[T; 4]; 3] { cumsum(a, axis = -1) }
    max(a: [T; 5]) -> T { max(a) }
    max_axis(a: [[T; 4]; 3]) -> [T; 3] { max(a, axis = 1) }
    min(a: [T; 5]) -> T { min(a) }
    min_axis(a: [[T; 4]; 3]) -> [T; 4] { min(a, axis = 0) }
    logsumexp(a: [[T; 4]; 3]) -> T { logsumexp(a) }
    logsumexp_axis(a: [[T; 4]; 3]) -> [T; 4] { logsumexp(a, axis = 0) }
    softmax(a: [[T; 4]; 3]) -> [[T; 4]; 3] { softmax(a) }
    softmax_axis(a: [[[T; 4]; 3]; 2]) -> [[[T; 4]; 3]; 2] { softmax(a, axis = 1) }
    log_softmax(a: [[T; 4]; 3]) -> [[T; 4]; 3] { log_softmax(a) }
    log_softmax_axis(a: [[T; 4]; 3]) -> [[T; 4]; 3] { log_softmax(a, axis = 0) }
    concat(a: [[T; 3]; 2], b: [[T; 3]; 1], c: [[T; 3]; 2]) -> [[T; 3]; 5] { concat(a, b, c) }
    concat_axis(a: [[T; 3]; 2], b: [[T; 1]; 2]) -> [[T; 4]; 2] { concat(a, b, axis = 1) }
    slice(a: [[T; 2]; 6]) -> [[T; 2]; 3] { a[1..4] }
    slice_axis(a: [[T; 4]; 3]) -> [[T; 2]; 3] { slice(a, 1..3, axis = 1) }
    part(a: [[T; 4]; 3]) -> [T; 4] { a[1] * a[2][3] }
    stack(a: [T; 5], b: [T; 5]) -> [[T; 5]; 3] { [a, b, a] }
    stack_axis(a: [[T; 3]; 2], b: [[T; 3]; 2]) -> [[[T; 2]; 3]; 2] { stack(a, b, axis = -1) }
    permute(a: [[[T; 4]; 3]; 2]) -> [[[T; 3]; 2]; 4] { permute(a, [2, 0, 1]) }
    permute_back(a: [[[T; 4]; 3]; 2]) -> [[[T; 2]; 4]; 3] { permute(a, [1, -1, -3]) }
    tril(a: [[T; 4]; 3]) -> [[T; 4]; 3] { tril(a) }
    triu(a: [[[T; 4]; 3]; 2]) -> [[[T; 4]; 3]; 2] { triu(a, diagonal = -1) }
    flatten(a: [[[T; 4]; 3]; 2]) -> [T; 24] { flatten(a) }
    reshape(a: [[[T; 4]; 3]; 2]) -> [[T; 6]; 4] { reshape(a, [4, -1]) }
    expand(a: [[T; 1]; 3]) -> [[[T; 4]; 3]; 2] { expand(a, [2, 3, 4]) }
    squeeze(a: [[[T; 2]; 1]; 3]) -> [[T; 2]; 3] { squeeze(a, axis = 1) }
    unsqueeze(a: [[T; 4]; 3]) -> [[[T; 4]; 1]; 3] { unsqueeze(a, axis = 1) }
    mse_loss(x: [T; 5], t: [T; 5]) -> T { mse_loss(x, t) }
    l1_loss(x: [T; 5], t: [T; 5]) -> T { l1_loss(x, t) }
    huber_loss(x: [T; 5], t: [T; 5]) -> T { huber_loss(x, t, delta = 0.5) }
    smooth_l1_loss(x: [T; 5], t: [T; 5]) -> T { smooth_l1_loss(x, t, beta = 0.5) }
    binary_cross_entropy(x: [T; 5], t: [T; 5]) -> T { binary_cross_entropy(x, t) }
    binary_cross_entropy_with_logits(x: [T; 5], t: [T; 5]) -> T { binary_cross_entropy_with_logits(x, t) }
    kl_div(x: [T; 5], t: [T; 5]) -> T { kl_div(x, t) }
    kl_div_logarithms(x: [T; 5], t: [T; 5]) -> T { kl_div(x, t, log_target = true) }
    cross_entropy(x: [T; 5]) -> T { cross_entropy(x, 3) }
    cross_entropy_probabilities(x: [T; 5], t: [T; 5]) -> T { cross_entropy(x, t) }
    nll_loss(x: [T; 5]) -> T { nll_loss(x, 1) }
}

#[test]
fn values_and_gradients_are_those_of_pytorch() {
    assert_eq!(replay::all("functions.json", replay::<f32>, replay::<f64>), 2 * 113);
}

#[test]
fn gradients_are_central_differences() {
    replay::all("functions.json", |_| {}, check);
}

#[test]
fn products_with_hessians_are_those_of_pytorch() {
    assert_eq!(replay::all("functions.json", replay_twice::<f32>, replay_twice::<f64>), 2 * 113);
}

#[test]
fn products_with_hessians_are_central_differences() {
    replay::all("functions.json", |_| {}, check_twice);
}

/// Classes are arguments without a gradient: numbers, `Class`, and elements of an array.
mod classes {
    use dnn::prelude::*;

    #[differentiable]
    pub(crate) fn one<T: Scalar>(x: &[T; 3], target: usize) -> T {
        cross_entropy(x, target)
    }

    #[differentiable]
    pub(crate) fn known<T: Scalar>(x: &[T; 3], target: &Class<3>) -> T {
        nll_loss(log_softmax(x), target)
    }

    #[differentiable]
    pub(crate) fn batch<T: Scalar>(x: &[[T; 4]; 2], w: &[[T; 4]; 3], targets: &[u8; 2]) -> T {
        let logits = linear(x, w);
        let mut sum = 0.0;
        for i in 0..2 {
            sum += cross_entropy(logits[i], targets[i]);
        }
        sum / 2.0
    }
}

#[test]
fn classes_have_no_gradient() {
    let x = [0.3, -1.2, 0.8];
    let (value, dx) = classes::one::gradient(&x, 2);
    let (same, equal) = classes::known::gradient(&x, &Class::new(2).unwrap());
    let by_hand = -(x[2] - x.iter().map(|x: &f64| x.exp()).sum::<f64>().ln());
    assert!((value - by_hand).abs() < 1e-15 && (same - by_hand).abs() < 1e-15);
    compare("one", &dx, &x, |x| classes::one(&tensor::<[f64; 3]>(x), 2));
    assert!(dx.iter().zip(&equal).all(|(a, b)| (a - b).abs() < 1e-15));
    assert!(classes::one::gradient(&x, 3).0.is_nan());

    let (x, w) = ([[0.5, -0.25, 1.0, 2.0], [0.1, 0.2, 0.3, -0.4]], [[0.5f64; 4], [-0.5; 4], [0.25, 0.5, 0.75, 1.0]]);
    let (_, dx, dw) = classes::batch::gradient(&x, &w, &[2, 0]);
    compare("x", &numbers(dx), &numbers(x), |x| classes::batch(&tensor(x), &w, &[2, 0]));
    compare("w", &numbers(dw), &numbers(w), |w| classes::batch(&x, &tensor(w), &[2, 0]));
}

/// Shapes that rustc alone knows, through functions whose shapes the macro computes elsewhere.
mod opaque {
    use dnn::prelude::*;

    pub(crate) type Row = [f64; 4];
    pub(crate) type Image = [[[f64; 6]; 5]; 2];
    pub(crate) type Kernel = [[[[f64; 2]; 3]; 2]; 3];

    #[differentiable]
    pub(crate) fn vectors(x: &Row, w: &[[f64; 4]; 3]) -> f64 {
        let h = linear(x, w);
        dot(x, x)
            + mse_loss(x, sin(x))
            + sum(expand(mean(x), [2, 3]) * h)
            + cross_entropy(x, 1)
            + huber_loss(tanh(x), x, delta = 0.1)
    }

    #[differentiable]
    pub(crate) fn planes(x: &Image, w: &Kernel) -> f64 {
        let y: [[[f64; 6]; 2]; 3] = conv2d(x, w, stride = 2, padding = [0, 3]);
        mean(y * y) + sum(flatten(x)[..7])
    }

    pub(crate) type Signal = [[f64; 8]; 2];
    pub(crate) type Matrices = [[[f64; 3]; 4]; 2];

    /// Lengths that typenum proves, as far as they are computed.
    #[differentiable]
    pub(crate) fn computed(x: &Signal, a: &Matrices) -> f64 {
        let y = conv1d(x, reshape(a, [3, 2, -1]), stride = 2, padding = 1);
        let columns: [[f64; 4]; 4] = reshape(x, [-1, 4]);
        let row = mean(transpose(a), axis = 2)[1];
        let products = matmul(columns, a) + matmul(matmul(a[0], transpose(a[1])), a[1])[2] * reshape(row, [3]);
        mean(y * y) + sum(tanh(products)) + sum(outer(concat(row, row[..2]), x[1]) * 0.1) + sum(matmul(a, row))
    }

    #[differentiable]
    pub(crate) fn generic<const N: usize, const M: usize>(x: &[f64; N], w: &[[f64; N]; M], b: &[f64; M]) -> f64 {
        let y = linear(x, w, b);
        dot(y, y)
            + mse_loss(x, x * x)
            + sum(softmax(y))
            + sum(outer(x, y))
            + sum(squeeze(unsqueeze(x, axis = 0)))
            + cross_entropy(y, 0)
    }
}

#[test]
fn shapes_that_rustc_knows_pass_through_every_function() {
    let x: opaque::Row = [0.3, -0.7, 0.5, 1.1];
    let w = [[0.5, -0.25, 1.0, 2.0], [0.1, 0.2, 0.3, -0.4], [-0.3, 0.6, 0.2, 0.9]];
    let (_, dx, dw) = opaque::vectors::gradient(&x, &w);
    compare("x", &numbers(dx), &x, |x| opaque::vectors(&tensor(x), &w));
    compare("w", &numbers(dw), &numbers(w), |w| opaque::vectors(&x, &tensor(w)));
    let mut rng = Rng::new(3);
    let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| f64::uniform(&mut rng, 1.0)).collect() };
    let (signal, matrices) = (draw(16), draw(24));
    let (_, dx, da) = opaque::computed::gradient(&tensor(&signal), &tensor(&matrices));
    compare("x", &numbers(dx), &signal, |x| opaque::computed(&tensor(x), &tensor(&matrices)));
    compare("a", &numbers(da), &matrices, |a| opaque::computed(&tensor(&signal), &tensor(a)));
    let b = [0.5, -0.5, 0.25];
    let (_, dx, dw, db) = opaque::generic::gradient(&x, &w, &b);
    compare("x", &numbers(dx), &x, |x| opaque::generic(&tensor::<[f64; 4]>(x), &w, &b));
    compare("w", &numbers(dw), &numbers(w), |w| opaque::generic(&x, &tensor::<[[f64; 4]; 3]>(w), &b));
    compare("b", &numbers(db), &b, |b| opaque::generic(&x, &w, &tensor::<[f64; 3]>(b)));
    let (x, w) = (tensor::<opaque::Image>(&draw(60)), tensor::<opaque::Kernel>(&draw(36)));
    let (_, dx, dw) = opaque::planes::gradient(&x, &w);
    compare("x", &numbers(dx), &numbers(x), |x| opaque::planes(&tensor(x), &w));
    compare("w", &numbers(dw), &numbers(w), |w| opaque::planes(&x, &tensor(w)));
}

/// The lines of the tables of `src/functions.md`: an expression, the shapes of its operands and that of the result.
fn rows() -> Vec<(String, Vec<String>, String)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/functions.md")).unwrap();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<String>>();
    let row = |line: &str| {
        let cells: Vec<Vec<String>> = line.split('|').map(quoted).collect();
        let [_, expression, of, gives, ..] = &cells[..] else { return None };
        Some((expression.first()?.clone(), of.clone(), gives.first()?.clone()))
    };
    text.lines().filter(|line| line.starts_with("| `")).filter_map(row).collect()
}

/// `[[f32; 4]; 3]` for `[3, 4]`
fn array(shape: &str) -> String {
    let lengths = shape.trim_matches(&['[', ']'][..]).split(',').map(str::trim).filter(|length| !length.is_empty());
    lengths.rev().fold("f32".to_owned(), |inner, length| format!("[{inner}; {length}]"))
}

#[test]
fn every_line_of_the_tables_compiles_and_has_its_shapes() {
    let rows = rows();
    assert!(rows.len() >= 60, "{} lines", rows.len());
    let mut text = "//! The tables.\n#![deny(warnings)]\nuse dnn::prelude::*;\n".to_owned();
    for (number, (expression, of, gives)) in rows.iter().enumerate() {
        let mut arguments: Vec<String> =
            of.iter().zip(["a", "b", "c"]).map(|(shape, name)| format!("{name}: &{}", array(shape))).collect();
        if expression.contains("target") {
            arguments.push("target: usize".to_owned());
        }
        let (arguments, gives) = (arguments.join(", "), array(gives));
        text += &format!(
            "/// `{expression}`\n#[differentiable]\npub fn row{number}({arguments}) -> {gives} {{ {expression} }}\n"
        );
    }
    text += "fn main() {}\n";
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("functions.rs");
    std::fs::write(&file, text).unwrap();
    trybuild::TestCases::new().pass(file);
}
