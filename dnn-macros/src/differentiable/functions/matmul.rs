//! y = a b: of two matrices, of a matrix and a vector, of two vectors; matrix by matrix where there are more axes, of which
//! those before the last two are broadcast.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Length, Shape, count, expression, term_from_last};
use crate::layers::Algebra;
use quote::quote;

pub(super) const FUNCTION: Function = Function {
    name: "matmul",
    operands: (2, 2),
    options: &[],
    apply,
    tangent: Tangent::Each(&["matmul(t, b)", "matmul(a, t)"]),
};

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let shape = match (call.lengths(0), call.lengths(1)) {
        (Some(a), Some(b)) => {
            let (a, b) = (a.to_vec(), b.to_vec());
            Shape::Known(known(call, &a, &b)?)
        }
        _ => evaluated(call)?,
    };
    let shape = call.proved(shape, "matmul", &[])?;
    let invocation = |path, reads| Invocation { path, constants: Vec::new(), types: 0, reads };
    let value = vec![invocation("matmul::value", vec![Read::Operand(0), Read::Operand(1)])];
    let pulls = vec![
        Pull::Call(invocation("matmul::pull0", vec![Read::Gradient, Read::Operand(1)])),
        Pull::Call(invocation("matmul::pull1", vec![Read::Gradient, Read::Operand(0)])),
    ];
    Some((shape, Form::Calls { value, pulls }))
}

/// The lengths of the product.
fn known(call: &mut Call<'_>, a: &[Length], b: &[Length]) -> Option<Vec<Length>> {
    let (rows, n) = match a {
        [] => return number(call, 0),
        [n] => (None, n),
        [.., rows, n] => (Some(rows), n),
    };
    let (m, columns) = match b {
        [] => return number(call, 1),
        [m] => (m, None),
        [.., m, columns] => (m, Some(columns)),
    };
    if n != m {
        return disagree(call, a, b);
    }
    let before = |lengths: &[Length]| lengths[..lengths.len().saturating_sub(2)].to_vec();
    let leading = [before(a), before(b)];
    let rank = leading[0].len().max(leading[1].len());
    let mut lengths = Vec::new();
    for i in 0..rank {
        let at = |own: &[Length]| (i + own.len()).checked_sub(rank).map_or(Length::Number(1), |i| own[i].clone());
        lengths.push(match (at(&leading[0]), at(&leading[1])) {
            (x, y) if x == y || y.is_one() => x,
            (x, y) if x.is_one() => y,
            (x, y) => {
                let [(left, name), (right, other)] = [call.operands[0].clone(), call.operands[1].clone()];
                return call.mistake(format!(
                    "`matmul` of {name}, which is {left}, and {other}, which is {right}: {x} matrices meet {y}, make them equal, or one of them 1"
                ));
            }
        });
    }
    lengths.extend(rows.into_iter().chain(columns).cloned());
    Some(lengths)
}

/// The shape that rustc evaluates. Each row of a meets each column of b, K numbers with K: as often as there are matrices in
/// the product, where each operand alone has its own.
fn evaluated(call: &mut Call<'_>) -> Option<Shape> {
    let [a, b] = [0, 1].map(|at| call.operands[at].0.clone());
    let shape = call.evaluated("matmul", &[])?;
    let matrices = |shape: &Shape| {
        let shape = expression(shape);
        Algebra::Evaluated(quote!(__dnn::functions::matmul::matrices(#shape)))
    };
    let batch = {
        let (a, b) = (expression(&a), expression(&b));
        Algebra::Evaluated(quote!(__dnn::functions::matmul::products(#a, #b)))
    };
    let (own, k) = (matrices(&a) * matrices(&b), term_from_last(&a, 0));
    call.proved_length(&shape, count(&shape) * k.clone() * k * own, count(&a) * count(&b) * batch);
    Some(shape)
}

fn number<R>(call: &mut Call<'_>, operand: usize) -> Option<R> {
    let name = call.operands[operand].1.clone();
    call.mistake(format!("`matmul` takes vectors and matrices, but {name} is a number: write `*`"))
}

fn disagree<R>(call: &mut Call<'_>, a: &[Length], b: &[Length]) -> Option<R> {
    let (columns, rows) = (&a[a.len() - 1], &b[b.len().saturating_sub(2)]);
    let [(left, x), (right, y)] = [&call.operands[0], &call.operands[1]];
    let mut message = format!(
        "{x} is {left} and {y} is {right}: the {columns} values of a row meet {rows}, write as many of one as of the other"
    );
    if let ([.., n], [.., _, m]) = (a, b)
        && n == m
    {
        message += &format!(", or `transpose({})`", y.trim_matches('`'));
    }
    call.mistake(message)
}
